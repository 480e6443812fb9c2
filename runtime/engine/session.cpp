// One ask or review through the same gathering and reviewing as in a run.
// SPDX-License-Identifier: Apache-2.0
#include "runtime/engine/session.h"

#include <algorithm>

#include "runtime/base/text.h"
#include "runtime/engine/gather.h"
#include "runtime/engine/reviewing.h"
#include "runtime/engine/starting.h"

namespace inquest {

struct Session::Inside final : Sink {
  SessionRequest request;
  SourceMap sources;
  Stop never = false;
  std::unique_ptr<Gatherer> gatherer;
  std::vector<Kept> kept;
  std::vector<std::string> says;
  int next_evidence = 1;

  bool cancelled() const { return request.stop && *request.stop; }
  Status resolved(const std::string& source, const Resolution& resolution) override {
    says.push_back(resolution.names.empty() ? source + " has no " + resolution.measure
                                            : resolution.measure + " → " + resolution.print());
    return {};
  }
  Status sent(const Question&) override { return {}; }
  Status replied(const Question& question, Reply& reply) override {
    kept.push_back({question.ask, question.evidence, reply.frame, reply.failure,
                    question.measure.empty() ? question.ask.kind : question.measure, question.tried});
    return {};
  }
};

Session::Session(std::unique_ptr<Inside> inside) : inside_(std::move(inside)) {}
Session::~Session() = default;

Result<std::unique_ptr<Session>> Session::open(const SessionRequest& request) {
  if (!request.catalogue || !request.sources || !request.clock) {
    return Error{Code::bug, "a session needs a catalogue, sources and a clock"};
  }
  auto inside = std::make_unique<Inside>();
  Inside& in = *inside;
  in.request = request;
  const auto cancelled = [&in] { return in.cancelled(); };
  auto probed = probe_all(*request.sources, request.pool, request.ask_deadline, *request.clock, cancelled, request.offline);
  if (in.cancelled()) return Error{Code::interrupted, "interrupted while the sources were probed"};
  const std::vector<Probe> probes = probes_of(probed);
  auto sources = SourceMap::make(std::move(probed), request.signals, {}, {});
  if (!sources) return sources.error();
  in.sources = std::move(*sources);
  const PoolLimits limits{request.pool, request.per_source, request.ask_deadline};
  in.gatherer = std::make_unique<Gatherer>(*request.catalogue, in.sources, limits, *request.clock, cancelled);
  RunRequest as_run;
  const Sop no_sop;
  as_run.sop = &no_sop;
  as_run.from = request.from, as_run.to = request.to, as_run.since = request.since;
  auto window = outer_window(as_run, probes, request.clock->now());
  if (!window) return window.error();
  std::unique_ptr<Session> out(new Session(std::move(inside)));
  out->scope.window = window->window;
  return out;
}

std::vector<Session::SourceNote> Session::sources() const {
  std::vector<SourceNote> out;
  for (const Probed& one : inside_->sources.all()) {
    out.push_back({one.config->name, one.config->kind, one.probe, one.failure});
  }
  return out;
}
const std::vector<std::string>& Session::resolved() const { return inside_->says; }

Result<Ask> Session::bound(const AskSpec& spec, const Map& bindings) const {
  const AskRow* row = inside_->request.catalogue->ask(spec.kind);
  if (!row) {
    std::vector<std::string> kinds;
    for (const AskRow& known : inside_->request.catalogue->asks) kinds.push_back(known.kind);
    return Error{Code::usage, "there is no ask `" + printable(spec.kind, 80) + "`", "", did_you_mean(spec.kind, kinds)};
  }
  const Names lookup = [&](const std::string& name) -> std::optional<Value> {
    for (const Map* map : {&bindings, &names}) {
      if (const Value* value = find(*map, name)) return *value;
    }
    const auto scoped = scope.names.find(name);
    if (scoped != scope.names.end()) return Value(scoped->second);
    return std::nullopt;
  };
  Ask out;
  out.state = "session";
  out.name = spec.name.empty() ? "answer" : spec.name;
  out.kind = spec.kind;
  out.signal = row->signal;
  for (const auto& [name, value] : spec.args) {
    out.args.emplace_back(name, inquest::bind(value, lookup, &out.unknown_names));
  }
  for (const auto& [name, value] : spec.where) {
    out.where.emplace_back(name, inquest::bind(value, lookup, &out.unknown_names));
  }
  out.native = spec.native;
  if (!spec.native.empty()) {
    for (const std::string& name : names_in(Value(spec.native))) {
      if (auto value = lookup(name))
        set(out.names, name, *value);
      else
        out.unknown_names.push_back(name);
    }
  }
  out.scope = scope;
  out.outside = spec.outside;
  for (const std::string& name : spec.outside) out.scope.names.erase(name);
  out.from = spec.from;
  if (spec.against.empty()) return out;
  auto phrase = parse_phrase(spec.against, true);
  if (!phrase) return phrase.error();
  out.then = resolve(*phrase, scope.window, lookup);
  if (!out.then)
    out.unknown_names.push_back(phrase->name);
  else if (phrase->kind == Phrase::Kind::before)
    out.scope.window.from = std::max(scope.window.from, out.then->to);
  return out;
}

Outcome<FramePtr> Session::ask(const AskSpec& spec, const Map& bindings) {
  Inside& in = *inside_;
  auto ask = bound(spec, bindings);
  if (!ask) return Failure{Failure::Class::rejected, ask.error().message, ask.error().cure};
  if (ask->from.empty() && !in.sources.signals().count(ask->signal)) {
    std::vector<std::string> having;
    for (const Probed& source : in.sources.all()) {
      if (source.has(ask->signal)) having.push_back(source.config->name);
    }
    if (having.size() > 1) {
      return Failure{Failure::Class::rejected, "several sources have " + ask->signal + ": " + join(having, ", "),
                     "add from = \"" + having[0] + "\""};
    }
  }
  Question question;
  question.ask = std::move(*ask);
  question.evidence = "E" + std::to_string(in.next_evidence++);
  const size_t before = in.kept.size();
  const Status done = in.gatherer->gather({std::move(question)}, in);
  if (!done) return Failure{Failure::Class::internal, done.error().message, done.error().cure};
  if (in.kept.size() == before) return Failure{Failure::Class::cancelled, "interrupted"};
  const Kept& last = in.kept.back();
  if (last.failure) return *last.failure;
  return last.frame;
}

Result<Rows> Session::review(const std::string& name, const Map& options, const std::map<std::string, FramePtr>& frames,
                             const std::vector<Finding>& earlier) {
  Inside& in = *inside_;
  const ReviewContract* contract = in.request.catalogue->review(name);
  if (!contract) {
    std::vector<std::string> known;
    for (const ReviewContract& one : in.request.catalogue->reviews) known.push_back(one.name);
    return Error{Code::usage, "there is no review `" + printable(name, 80) + "`", "", did_you_mean(name, known)};
  }
  if (!in.request.reviewer) return Error{Code::bug, "this session runs no reviews"};
  std::vector<std::string> slots;
  for (const Slot& slot : contract->takes) slots.push_back(slot.name);
  Map all = options;
  for (const auto& [option, type] : contract->options) {  // defaults
    const Term* term = type.get<Term>();
    const Value* fallback = term ? find(term->fields, "default") : nullptr;
    if (fallback && !find(all, option)) all.emplace_back(option, *fallback);
  }
  Reviewing reviewing{*in.request.catalogue, *contract, "session", all, {}, scope, names, earlier,
                      in.request.sentences};
  std::map<std::string, Kept> given;
  for (const auto& [slot, frame] : frames) {
    if (std::find(slots.begin(), slots.end(), slot) == slots.end()) {
      return Error{Code::usage, "reviews." + name + " takes no `" + printable(slot, 80) + "`", "",
                   did_you_mean(slot, slots)};
    }
    if (!frame) continue;
    const auto asked = std::find_if(in.kept.rbegin(), in.kept.rend(),
                                    [&, wanted = frame](const Kept& one) { return one.frame == wanted; });
    Kept kept;
    if (asked != in.kept.rend()) {
      kept = *asked;
    } else {  // made by the caller: of the scope in force, resting on nothing that was asked
      kept.ask.scope = scope;
      kept.frame = frame;
      kept.evidence = slot;
    }
    reviewing.slots[slot] = &given.insert_or_assign(slot, std::move(kept)).first->second;
  }
  ReviewOutcome outcome = carry_out(reviewing, *in.request.reviewer, in.request.stop ? *in.request.stop : in.never);
  if (outcome.interrupted) return *outcome.interrupted;
  if (outcome.stopped) return *outcome.stopped;
  return std::move(outcome.rows);
}

}  // namespace inquest
