// The beginning of a run: everything that can be wrong is told before a case is made; then the walk.
// SPDX-License-Identifier: Apache-2.0
#include "runtime/engine/run.h"

#include "runtime/base/text.h"
#include "runtime/engine/runner.h"

namespace inquest {
namespace {

// Texts that a replay needs: the SOP, every module, the sentences of this language.
Status keep_texts(CaseFile& file, Beginning& beginning) {
  const RunRequest& request = beginning.request;
  if (auto begun = file.begin(); !begun) return begun;  // the first rows of the journal end this group
  auto sop = file.put_text(request.sop->text);
  if (!sop) return sop.error();
  beginning.sop_hash = *sop;
  for (const auto& [name, text] : request.modules) {
    auto hash_of = file.put_text(text);
    if (!hash_of) return hash_of.error();
    beginning.modules.emplace_back(name, *hash_of);
  }
  if (request.sentences.empty()) return {};
  Json sentences = Json::object();
  for (const auto& [kind, says] : request.sentences) sentences[kind] = says;
  auto hash_of = file.put_text(canonical(sentences));
  if (!hash_of) return hash_of.error();
  beginning.translations = *hash_of;
  return {};
}

}  // namespace

Result<RunResult> run(const RunRequest& request) {
  if (!request.sop || !request.catalogue || !request.sources || !request.reviewer || !request.clock) {
    return Error{Code::bug, "a run needs a SOP, a catalogue, sources, a reviewer and a clock"};
  }
  auto inputs = bound_inputs(*request.sop, request.inputs);
  if (!inputs) return inputs.error();
  if (auto fits = check_answers(*request.sop, request.answers); !fits) return fits.error();

  const int64_t started_ns = request.clock->monotonic_ns();
  const auto cancelled = [&] { return request.stop && *request.stop; };
  auto probed = probe_all(*request.sources, request.pool, request.ask_deadline, *request.clock, cancelled,
                          request.offline);
  if (cancelled()) return Error{Code::interrupted, "interrupted while the sources were probed"};
  std::vector<std::string> signals, named;
  needs_of(*request.sop, *request.catalogue, signals, named);
  const std::vector<Probe> probes = probes_of(probed);
  auto sources = SourceMap::make(std::move(probed), request.signals, signals, named);
  if (!sources) return sources.error();

  const Time now = request.clock->now();
  auto window = outer_window(request, probes, now);
  if (!window) return window.error();

  auto file = CaseFile::create(request.case_path, *request.clock);
  if (!file) return file.error();
  Beginning beginning{request, *inputs, *window, *sources, {}, {}, {}};
  if (auto kept = keep_texts(**file, beginning); !kept) return kept.error();

  Runner runner(request, *sources, **file, started_ns);
  RunResult result = runner.run(beginning, reads_clock(request, probes) ? std::optional<Time>(now) : std::nullopt);
  if (auto closed = (*file)->close(); !closed && result.exit == 0) {
    result.exit = exit_code(closed.error().code);
    result.why = closed.error().print();
  }
  return result;
}

}  // namespace inquest
