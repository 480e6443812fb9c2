// The embedding API over catalogue, reader, engine and report.
// SPDX-License-Identifier: Apache-2.0
#include "bindings/inquest.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <random>

#include "bindings/script/catalogue_reader.h"
#include "bindings/script/language.h"
#include "bindings/script/reader.h"
#include "bindings/script/reviewer.h"
#include "runtime/base/hash.h"
#include "runtime/base/text.h"
#include "runtime/connectors/settings/settings.h"

namespace inquest {
namespace fs = std::filesystem;

namespace {

bool is_home(const fs::path& path) {
  std::error_code error;
  return fs::is_regular_file(path / "stdlib/sop/words.lua", error);
}

// Beside the program in a build tree, under the install prefix, and for build trees elsewhere where the source was.
std::string find_home() {
  std::error_code error;
  const fs::path program = fs::read_symlink("/proc/self/exe", error);
  for (const fs::path& path : {program.parent_path().parent_path() / "share/inquest", program.parent_path().parent_path(),
                               program.parent_path().parent_path().parent_path(), fs::path(INQUEST_HOME)})
    if (is_home(path)) return fs::weakly_canonical(path, error).string();
  return {};
}

std::vector<SopPlace> sops_in(const fs::path& folder) {
  std::vector<SopPlace> out;
  std::error_code error;
  for (fs::directory_iterator at(folder, error), end; !error && at != end; at.increment(error)) {
    const std::string name = at->path().filename().string();
    const fs::path file = at->path() / "sop.lua";
    if (valid_name(name) && fs::is_regular_file(file, error)) out.push_back({name, at->path().string(), file.string()});
  }
  std::sort(out.begin(), out.end(), [](const SopPlace& a, const SopPlace& b) { return a.name < b.name; });
  return out;
}

// Eight hex digits to tell cases of the same second apart; never part of what is hashed.
std::string case_id() {
  std::random_device device;
  return fmt::format("{:08x}", device());
}

}  // namespace

bool Procedure::ok() const {
  return std::all_of(problems.begin(), problems.end(), [](const Diagnostic& d) { return d.warning; });
}

struct Inquest::Inside {
  Settings settings;
  std::string home;
  std::vector<Source> sources;
  std::map<std::string, std::string> signals;
  SystemClock clock;
};

Inquest::Inquest(std::unique_ptr<Inside> inside) : inside_(std::move(inside)) {}
Inquest::~Inquest() = default;

Result<std::unique_ptr<Inquest>> Inquest::open(Settings settings) {
  auto inside = std::make_unique<Inside>();
  inside->home = settings.home.empty() ? find_home() : settings.home;
  if (inside->home.empty() || !is_home(inside->home))
    return Error{Code::config, "no stdlib/ found" + (settings.home.empty() ? "" : " in `" + settings.home + "`"), "",
                 "run `cmake --install`, or name the folder that holds stdlib/ and sops/"};
  inside->settings = std::move(settings);
  return std::unique_ptr<Inquest>(new Inquest(std::move(inside)));
}

const std::string& Inquest::home() const { return inside_->home; }

std::vector<SopPlace> Inquest::list() const {
  std::vector<SopPlace> out;
  std::vector<std::string> roots = inside_->settings.sops;
  roots.push_back(inside_->home + "/sops");
  for (const std::string& root : roots)
    for (SopPlace& place : sops_in(root))
      if (std::none_of(out.begin(), out.end(), [&](const SopPlace& p) { return p.name == place.name; })) out.push_back(std::move(place));
  std::stable_sort(out.begin(), out.end(), [](const SopPlace& a, const SopPlace& b) { return a.name < b.name; });
  return out;
}

Result<SopPlace> Inquest::find(const std::string& name_or_path) const {
  std::error_code error;
  const fs::path path = name_or_path;
  if (fs::is_regular_file(path, error))
    return SopPlace{path.filename() == "sop.lua" ? fs::absolute(path, error).parent_path().filename().string() : path.stem().string(),
                    path.has_parent_path() ? path.parent_path().string() : ".", path.string()};
  if (fs::is_regular_file(path / "sop.lua", error))
    return SopPlace{fs::weakly_canonical(path, error).filename().string(), path.string(), (path / "sop.lua").string()};
  std::vector<std::string> names;
  for (SopPlace& place : list()) {
    if (place.name == name_or_path) return place;
    names.push_back(place.name);
  }
  return Error{Code::not_found, "no SOP `" + printable(name_or_path, 80) + "`", "", did_you_mean(name_or_path, names) + " (inquest list shows all)"};
}

Result<Catalogue> Inquest::catalogue(const std::string& folder) const {
  return load_catalogue({inside_->home + "/stdlib"}, folder);
}

Result<std::unique_ptr<Procedure>> Inquest::load(const std::string& name_or_path, const std::string& lang) const {
  Result<SopPlace> place = find(name_or_path);
  if (!place) return place.error();
  Result<std::string> text = read_file(place->file, size_t{1} << 20);
  if (!text) return text.error();
  return read(*text, place->file, place->folder, lang);
}

Result<std::unique_ptr<Procedure>> Inquest::read(const std::string& text, const std::string& file, const std::string& folder,
                                                 const std::string& lang) const {
  auto procedure = std::make_unique<Procedure>();
  procedure->folder = folder;
  Result<Catalogue> known = catalogue(folder);
  if (!known) return known.error();
  procedure->catalogue = std::move(*known);
  inquest::Read result = read_sop(text, file, procedure->catalogue);
  procedure->problems = std::move(result.problems);
  if (result.sop) {
    procedure->sop = std::move(*result.sop);
    if (procedure->ok())
      for (Diagnostic& d : check(procedure->sop, procedure->catalogue)) procedure->problems.push_back(std::move(d));
    script::Translation translation = script::translate(lang, inside_->home + "/stdlib", folder, procedure->catalogue, &procedure->sop);
    procedure->sentences = std::move(translation.sentences);
    procedure->lang = translation.lang;
    for (Diagnostic& d : translation.missing) procedure->problems.push_back(std::move(d));
  }
  Result<std::vector<CatalogueFile>> files = catalogue_files({inside_->home + "/stdlib"}, folder);
  if (!files) return files.error();
  for (CatalogueFile& part : *files) procedure->modules.emplace_back(std::move(part.path), std::move(part.text));
  std::stable_sort(procedure->problems.begin(), procedure->problems.end(), [](const Diagnostic& a, const Diagnostic& b) {
    return std::tie(a.file, a.at) < std::tie(b.file, b.at);
  });
  return procedure;
}

Status Inquest::add_source(const SourceConfig& config) {
  Result<std::unique_ptr<Connector>> connector = make_connector(config);
  if (!connector) return connector.error();
  return add_source(config, std::move(*connector));
}

Status Inquest::add_source(const SourceConfig& config, std::unique_ptr<Connector> connector) {
  for (const Source& source : inside_->sources)
    if (source.config.name == config.name)
      return Error{Code::config, "two sources are named `" + printable(config.name, 60) + "`", "", "give each its own name"};
  inside_->sources.push_back({config, std::move(connector)});
  return {};
}

Result<std::vector<std::string>> Inquest::add_sources(const std::string& file, bool grafana) {
  const auto environment = [](const std::string& name) -> std::optional<std::string> {
    const char* const value = std::getenv(name.c_str());
    return value ? std::optional<std::string>(value) : std::nullopt;
  };
  Result<settings::Configuration> read = grafana ? settings::read_grafana(file, environment) : settings::read_file(file, settings::Origin::own, environment);
  if (!read) return read.error();
  for (const SourceConfig& config : read->sources)
    if (Status added = add_source(config); !added) return added.error();
  for (const auto& [signal, name] : read->signals) inside_->signals[signal] = name;
  return std::move(read->notes);
}

std::vector<Source>& Inquest::sources() { return inside_->sources; }
std::map<std::string, std::string>& Inquest::signals() { return inside_->signals; }

Status Inquest::window_of(const RunOptions& options, std::optional<Time>& from, std::optional<Time>& to, std::optional<Duration>& since) {
  for (const auto& [text, out, flag] : {std::tuple{&options.from, &from, "--from"}, {&options.to, &to, "--to"}}) {
    if (text->empty()) continue;
    Result<Time> t = parse_time(*text);
    if (!t) return Error{Code::usage, t.error().message, flag, t.error().cure};
    *out = *t;
  }
  if (options.since.empty()) return {};
  Result<Duration> d = parse_duration(options.since);
  if (!d || d->ns <= 0) return Error{Code::usage, "`" + printable(options.since, 40) + "` is not a duration", "--since", "write 90s, 15m or 1h30m"};
  since = *d;
  return {};
}

Result<Map> Inquest::inputs(const Sop& sop, const std::vector<std::string>& given) {
  std::vector<std::string> names;
  for (const InputSpec& input : sop.inputs) names.push_back(input.name);
  Map out;
  for (const std::string& pair : given) {
    const size_t at = pair.find('=');
    if (at == std::string::npos || at == 0)
      return Error{Code::usage, "`" + printable(pair, 80) + "` is not name=value", "--input", "write --input service=checkout-api"};
    const std::string name = pair.substr(0, at), text = pair.substr(at + 1);
    const auto spec = std::find_if(sop.inputs.begin(), sop.inputs.end(), [&](const InputSpec& i) { return i.name == name; });
    if (spec == sop.inputs.end())
      return Error{Code::usage, "`" + sop.name + "` has no input `" + printable(name, 60) + "`", "--input",
                   names.empty() ? "it takes none" : did_you_mean(name, names)};
    const auto wrong = [&](const std::string& cure) {
      return Error{Code::usage, "`" + printable(text, 80) + "` is not a " + spec->type + " for input `" + name + "`", "--input", cure};
    };
    if (inquest::find(out, name)) return Error{Code::usage, "input `" + name + "` is given twice", "--input", "give it once"};
    if (spec->type == "duration") {
      Result<Duration> d = parse_duration(text);
      if (!d || d->ns <= 0) return wrong("write 90s, 15m, 1h30m or 7d");
      set(out, name, *d);
    } else if (spec->type == "time") {
      Result<Time> t = parse_time(text);
      if (!t) return wrong(t.error().cure);
      set(out, name, *t);
    } else if (spec->type == "number") {
      char* end = nullptr;
      const double number = std::strtod(text.c_str(), &end);
      if (text.empty() || *end != 0 || !(number - number == 0)) return wrong("write a number such as 0.95");
      set(out, name, number == static_cast<double>(static_cast<int64_t>(number)) ? Value(static_cast<int64_t>(number)) : Value(number));
    } else {
      if (spec->type == "choice" && std::find(spec->choices.begin(), spec->choices.end(), text) == spec->choices.end())
        return wrong(did_you_mean(text, spec->choices));
      if (text.empty()) return wrong("leave it out, or give it a value");
      set(out, name, text);
    }
  }
  for (const InputSpec& spec : sop.inputs)
    if (!spec.optional && !spec.fallback && !inquest::find(out, spec.name))
      return Error{Code::usage, "input `" + spec.name + "` (" + spec.type + ") is required" + (spec.doc.empty() ? "" : ": " + spec.doc),
                   "--input", "add --input " + spec.name + "=…"};
  return out;
}

Result<RunResult> Inquest::run(const RunOptions& options) {
  Result<std::unique_ptr<Procedure>> procedure = load(options.sop, options.lang);
  if (!procedure) return procedure.error();
  return run(**procedure, options);
}

bool Inquest::own(const Procedure& procedure) const {
  std::error_code error;
  const fs::path folder = fs::weakly_canonical(procedure.folder, error);
  std::vector<std::string> roots = inside_->settings.sops;
  roots.push_back(inside_->home + "/sops");
  return std::any_of(roots.begin(), roots.end(), [&](const std::string& root) {
    const fs::path base = fs::weakly_canonical(root, error);
    const auto [end, at] = std::mismatch(base.begin(), base.end(), folder.begin(), folder.end());
    return !base.empty() && end == base.end() && at != folder.end();
  });
}

// What a stranger wrote in a server's own language is read by a person before it is sent there.
Status Inquest::trusted(const Procedure& procedure, const RunOptions& options) const {
  const bool servers = std::any_of(inside_->sources.begin(), inside_->sources.end(), [](const Source& s) { return s.connector->live(); });
  if (!servers || options.offline || own(procedure)) return {};
  std::vector<std::string> asks;
  for (const State& state : procedure.sop.states)
    for (const AskSpec& ask : state.asks)
      if (const AskRow* row = procedure.catalogue.ask(ask.kind); row && row->native) asks.push_back(state.name + "." + ask.name + " (" + ask.kind + ")");
  if (asks.empty()) return {};
  const std::string hash = sha256_hex(procedure.sop.text);
  for (const std::string& given : options.trust) {
    if (given.size() >= 12 && hash.compare(0, given.size(), lower(given)) == 0) return {};
  }
  const std::string known = options.trust.empty() ? "" : "; --trust names another text";
  return Error{Code::config, "`" + procedure.sop.name + "` is not among your SOPs and asks servers in their own language: " + join(asks, ", ") + known, "--trust",
               "read those asks (`inquest plan` prints them), then add --trust " + hash.substr(0, 16) + "; or --sops DIR if the folder above it is yours"};
}

Result<Planned> Inquest::plan(const Procedure& procedure, const RunOptions& options) {
  Result<RunRequest> request = request_of(procedure, options);
  if (!request) return request.error();
  return plan_run(*request);
}

Result<RunRequest> Inquest::request_of(const Procedure& procedure, const RunOptions& options) {
  if (!procedure.ok()) {
    const auto first = std::find_if(procedure.problems.begin(), procedure.problems.end(), [](const Diagnostic& d) { return !d.warning; });
    return Error{Code::config, first->message, fmt::format("{}:{}", first->file, first->at.line), first->cure};
  }
  const Sop& sop = procedure.sop;
  RunRequest request;
  request.sop = &sop;
  request.catalogue = &procedure.catalogue;
  request.sources = &inside_->sources;
  request.signals = options.signals;
  request.signals.insert(inside_->signals.begin(), inside_->signals.end());
  Result<Map> given = inputs(sop, options.inputs);
  if (!given) return given.error();
  request.inputs = std::move(*given);
  if (Status read = window_of(options, request.from, request.to, request.since); !read) return read.error();
  if (!options.time_limit.empty()) {
    Result<Duration> d = parse_duration(options.time_limit);
    if (!d || d->ns <= 0) return Error{Code::usage, "`" + printable(options.time_limit, 40) + "` is not a duration", "--time-limit", "write 90s, 15m or 1h30m"};
    request.time_limit = *d;
  }
  for (const std::string& answer : options.answers) {
    const size_t at = answer.find('=');
    const std::string state = answer.substr(0, at);
    const State* s = sop.state(state);
    std::vector<std::string> names, labels;
    for (const State& known : sop.states)
      if (known.kind == State::Kind::review || known.kind == State::Kind::suggest) names.push_back(known.name);
    if (s) for (const Edge& e : s->edges) labels.push_back(e.label);
    if (at == std::string::npos) {
      std::string cure = "write --answer STATE=LABEL";
      if (s) for (size_t i = 0; i < labels.size(); ++i) cure += (i == 0 ? ": " : " or ") + ("'" + state + "=" + labels[i] + "'");
      else cure += "; " + did_you_mean(state, names);
      return Error{Code::usage, "`" + printable(answer, 80) + "` has no label", "--answer", cure};
    }
    if (!s) return Error{Code::usage, "`" + printable(state, 80) + "` names no state", "--answer", "write --answer STATE=LABEL; " + did_you_mean(state, names)};
    if (std::find(labels.begin(), labels.end(), answer.substr(at + 1)) == labels.end())
      return Error{Code::usage, "state `" + state + "` has no edge `" + printable(answer.substr(at + 1), 60) + "`", "--answer",
                   did_you_mean(answer.substr(at + 1), labels)};
    request.answers[state] = answer.substr(at + 1);
  }
  request.chooser = options.chooser;
  request.guided = options.chooser != nullptr;
  request.clock = options.clock ? options.clock : &inside_->clock;
  request.offline = options.offline;
  request.lang = procedure.lang;
  request.sentences = procedure.sentences;
  request.modules = procedure.modules;
  request.stop = options.stop;
  request.observer = options.observer;
  request.on_evidence = options.on_evidence;
  request.case_path = options.case_path;
  return request;
}

Result<RunResult> Inquest::run(const Procedure& procedure, const RunOptions& options) {
  Result<RunRequest> made = request_of(procedure, options);
  if (!made) return made.error();
  if (Status may = trusted(procedure, options); !may) return may.error();
  RunRequest request = std::move(*made);
  Stop never{false};
  if (!request.stop) request.stop = &never;
  if (request.case_path.empty()) {
    Result<std::string> path = default_case_path(procedure.sop.name, request.clock->now(), case_id());
    if (!path) return path.error();
    request.case_path = *path;
  } else if (options.overwrite) {
    std::error_code error;
    for (const char* end : {"", "-wal", "-shm", "-journal"}) fs::remove(request.case_path + end, error);
  }
  script::ReviewerOptions reviewer_options;
  reviewer_options.budget = inside_->settings.budget;
  reviewer_options.watch = inside_->settings.watch;
  reviewer_options.cancel = request.stop;
  Result<std::unique_ptr<Reviewer>> reviewer = script::make_reviewer(procedure.catalogue, reviewer_options);
  if (!reviewer) return reviewer.error();
  request.reviewer = reviewer->get();
  return inquest::run(request);
}

Result<Report> Inquest::report(const std::string& case_path) {
  Result<std::unique_ptr<CaseFile>> file = CaseFile::open(case_path);
  if (!file) return file.error();
  return make_report(**file);
}

}  // namespace inquest
