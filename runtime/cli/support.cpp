// Options, errors and children of commands.
// SPDX-License-Identifier: Apache-2.0
#include "runtime/cli/support.h"

#include <fmt/format.h>
#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "bindings/lua/child.h"
#include "runtime/base/text.h"
#include "runtime/connectors/settings/settings.h"
#include "runtime/report/paper.h"
#include "runtime/report/words.h"

namespace inquest {

void print_out(const std::string& text) { std::fwrite(text.data(), 1, text.size(), stdout); }
void print_err(const std::string& text) { std::fwrite(text.data(), 1, text.size(), stderr); }

int ended(int exit) {
  const bool failed = std::fflush(stdout) != 0;
  const int why = failed ? errno : ENOSPC;
  if (!failed && !std::ferror(stdout)) return exit;
  pollfd out{STDOUT_FILENO, POLLOUT, 0};
  if (why == EPIPE || (poll(&out, 1, 0) > 0 && (out.revents & POLLERR))) return exit;
  return fail(Error{Code::io, fmt::format("cannot write the output: {}", std::strerror(why)), "", "make room, or send it elsewhere; a case that was begun is kept"});
}

void print_json(const std::string& json) {
  std::string out;
  out.reserve(json.size());
  for (size_t at = 0; at < json.size();) {
    const auto byte = static_cast<unsigned char>(json[at]);
    const size_t size = byte < 0x80 ? 1 : byte < 0xe0 ? 2 : byte < 0xf0 ? 3 : 4;
    const std::string point = json.substr(at, size);
    at += point.size();
    if ((byte >= 0x20 && byte < 0x7f) || byte == '\n' || (byte >= 0x80 && printable(point) == point)) {
      out += point;
      continue;
    }
    uint32_t code = size == 1 ? byte : byte & (0xffu >> (size + 1));
    for (size_t i = 1; i < point.size(); ++i) code = (code << 6) | (static_cast<unsigned char>(point[i]) & 0x3fu);
    if (code < 0x10000) out += fmt::format("\\u{:04x}", code);
    else out += fmt::format("\\u{:04x}\\u{:04x}", 0xd7c0 + (code >> 10), 0xdc00 + (code & 0x3ff));
  }
  print_out(out);
}

std::string fitted(const std::string& text, const User& user) {
  std::string out;
  for (const std::string& line : split(text, '\n')) {
    if (width(line) <= user.columns) { out += line + "\n"; continue; }
    const size_t indent = std::min(line.find_first_not_of(' '), user.columns / 2);
    const size_t gap = line.find("  ", indent);
    size_t head = gap == std::string::npos ? indent : line.find_first_not_of(' ', gap);
    if (head == std::string::npos || width(line.substr(0, head)) > user.columns / 2) head = indent;
    const size_t hang = head == indent ? indent + 2 : width(line.substr(0, head));
    std::string before = line.substr(0, head);
    for (const std::string& part : wrap(line.substr(head), user.columns - hang)) {
      out += before + part + "\n";
      before = std::string(hang, ' ');
    }
  }
  out.pop_back();   // of the piece after the last new line
  return out;
}

Result<Report> read_case(const std::string& path) {
  Result<Report> report = Inquest::report(path);
  if (report || !report.error().cure.empty()) return report;
  Error error = report.error();
  error.cure = "name a case file; `inquest cases` lists those kept on this machine";
  return error;
}

// What a person or a file said stands in errors: no line of it may be obeyed by a terminal.
int fail(const Error& error) {
  std::string text;
  for (const std::string& line : split(error.print(), '\n')) text += (text.empty() ? "" : "\n") + printable(line);
  print_err("inquest: " + text + "\n");
  return exit_code(error.code);
}

std::optional<int> parse(CLI::App& app, const std::vector<std::string>& arguments, User&) {
  std::vector<std::string> reversed(arguments.rbegin(), arguments.rend());
  try {
    app.parse(reversed);
  } catch (const CLI::CallForHelp&) {
    std::string help = app.help();
    const std::string usage = "Usage: " + app.get_name();
    if (const size_t at = help.find(usage); at != std::string::npos) help.replace(at, usage.size(), "Usage: inquest " + app.get_name());
    while (help.ends_with("\n\n")) help.pop_back();
    print_out(help);
    return 0;
  } catch (const CLI::ExtrasError&) {
    std::vector<std::string> known;
    for (const CLI::Option* option : app.get_options())
      for (const std::string& name : option->get_lnames()) known.push_back("--" + name);
    std::string given;
    for (const std::string& extra : app.remaining())
      if (given.empty() || extra.rfind("-", 0) == 0) given = extra;
    const std::string name = given.substr(0, given.find('='));
    return fail(Error{Code::usage, fmt::format("`{}` is not understood", printable(given, 80)), app.get_name(),
                      (name.rfind("-", 0) == 0 ? did_you_mean(name, known, 6) + "; " : std::string()) + fmt::format("`inquest {} --help` shows all", app.get_name())});
  } catch (const CLI::ParseError& e) {
    std::string message = e.what();
    for (char& c : message)
      if (c == '\n') c = ' ';
    return fail(Error{Code::usage, printable(message, 300), app.get_name(), fmt::format("`inquest {} --help` shows the options", app.get_name())});
  }
  return std::nullopt;
}

void add_common(CLI::App& app, Common& common) {
  app.add_option("--sops", common.sops, "a further folder of SOPs, searched first")->allow_extra_args(false)->type_name("DIR");
  app.add_option("--home", common.home, "the folder that holds stdlib/ and sops/")->type_name("DIR")->group("");
  app.add_option("--color", common.colour, "auto, always or never")->check(CLI::IsMember({"auto", "always", "never"}))->type_name("WHEN");
  app.add_option("--lang", common.lang, "language of texts: en, pt, es; else LC_MESSAGES")->type_name("LANG");
}

Result<std::unique_ptr<Inquest>> open_inquest(const Common& common, lua::Watch* watch) {
  Settings settings;
  settings.home = common.home;
  settings.sops = common.sops;
  settings.watch = watch;
  return Inquest::open(std::move(settings));
}

bool use_colour(const Common& common, const User& user, bool terminal) {
  if (common.colour != "auto") return common.colour == "always";
  if (const auto force = user.environment("FORCE_COLOR"); force && !force->empty() && *force != "0") return true;
  if (const auto no = user.environment("NO_COLOR"); no && !no->empty()) return false;
  return terminal;
}

std::string language(const Common& common, const User& user) {
  if (!common.lang.empty()) return common.lang;
  for (const char* name : {"LC_ALL", "LC_MESSAGES", "LANG"})
    if (const auto value = user.environment(name); value && !value->empty()) return *value;
  return "en";
}

Style style_for(const Common& common, const User& user, bool terminal) {
  Style style;
  style.columns = user.columns;
  style.terminal = terminal;
  style.colour = use_colour(common, user, terminal);
  style.lang = known_language(common.lang);   // else the case's own
  style.verbose = common.verbose;
  return style;
}

void add_window_options(CLI::App& app, RunOptions& options) {
  app.add_option("--from", options.from, "start of the window: 2026-11-21T10:00:00Z or seconds since 1970")->type_name("TIME");
  app.add_option("--to", options.to, "end of the window (not in it)")->type_name("TIME");
  app.add_option("--since", options.since, "the last stretch of the recording, or of the time until now: 30m")->type_name("DURATION");
}

void add_source_options(CLI::App& app, SourceOptions& options, bool demo) {
  app.add_option("--data", options.data, "a directory (or file) of OTLP-JSON lines: plain, gzip or zstd")->allow_extra_args(false)->type_name("DIR");
  app.add_option("--sources", options.files, "sources on servers: an inquest.yaml")->allow_extra_args(false)->type_name("FILE");
  app.add_option("--grafana", options.grafana, "sources on servers: datasources.yaml of Grafana's provisioning")->allow_extra_args(false)->type_name("FILE");
  if (demo) app.add_flag("--demo", options.demo, "the recording shipped with the SOP");
  app.add_option("--without", options.without, "withhold a signal: metrics, spans or logs")->allow_extra_args(false)
      ->check(CLI::IsMember({"metrics", "spans", "logs"}))->type_name("SIGNAL");
  app.add_flag("--offline", options.offline, "send nothing to servers: their asks are refused and named");
  app.add_option("--threads", options.threads, "threads that read files; 0: one a core")->type_name("N")->check(CLI::Range(0, 256));
}

namespace {

// What files of configuration say, added up. A name twice is told by add_source.
Result<settings::Configuration> configured(const SourceOptions& options, User& user) {
  settings::Configuration all;
  const auto add = [&](Result<settings::Configuration> read) -> Status {
    if (!read) return read.error();
    for (SourceConfig& source : read->sources) all.sources.push_back(std::move(source));
    for (const auto& [signal, name] : read->signals) all.signals[signal] = name;
    for (std::string& note : read->notes) all.notes.push_back(std::move(note));
    for (std::string& file : read->files) all.files.push_back(std::move(file));
    return {};
  };
  for (const std::string& file : options.files)
    if (Status added = add(settings::read_file(file, settings::Origin::own, user.environment)); !added) return added.error();
  for (const std::string& file : options.grafana)
    if (Status added = add(settings::read_grafana(file, user.environment)); !added) return added.error();
  if (!options.named())
    if (Status added = add(settings::find_configuration(".", user.environment)); !added) return added.error();
  return all;
}

}  // namespace

Status open_sources(Inquest& inquest, const SourceOptions& options, const std::string& sop_folder, User& user, bool required) {
  std::vector<std::string> places = options.data;
  if (options.demo) {
    if (!places.empty()) return Error{Code::usage, "--demo and --data exclude each other", "--demo", "give one of them"};
    places.push_back(sop_folder + "/replay");
  }
  Result<settings::Configuration> configuration = configured(options, user);
  if (!configuration) return configuration.error();
  for (const std::string& note : configuration->notes) print_err("note: " + printable(note, 500) + "\n");
  if (!options.named() && !configuration->files.empty()) print_err("sources: " + printable(join(configuration->files, ", "), 500) + "\n");
  if (places.empty() && configuration->sources.empty() && !required) return {};
  if (places.empty() && configuration->sources.empty())
    return Error{Code::usage, configuration->files.empty() ? "no telemetry is named" : "no source stands in " + join(configuration->files, " and "), "",
                 "give --sources FILE (inquest.yaml: docs/sources.md), --grafana FILE, --data DIR (OTLP-JSON files), or --demo for the recording shipped with the SOP"};
  for (size_t i = 0; i < places.size(); ++i) {
    SourceConfig config;
    config.name = i == 0 ? "files" : fmt::format("files{}", i + 1);
    config.kind = "otlp";
    config.at = places[i];
    configuration->sources.push_back(std::move(config));
  }
  for (SourceConfig& config : configuration->sources) {
    for (const std::string& signal : options.without) config.without.push_back(signal);
    if (options.threads && config.kind == "otlp") set(config.options, "threads", static_cast<int64_t>(options.threads));
    if (Status added = inquest.add_source(config); !added) return added;
  }
  for (const auto& [signal, name] : configuration->signals) inquest.signals()[signal] = name;
  return {};
}

std::string help_of(const Command& command, User& user) {
  std::fflush(stdout);
  const int kept = dup(STDOUT_FILENO);
  std::FILE* file = std::tmpfile();
  if (kept < 0 || !file) return {};
  dup2(fileno(file), STDOUT_FILENO);
  command.run({"--help"}, user);
  std::fflush(stdout);
  dup2(kept, STDOUT_FILENO);
  close(kept);
  std::fseek(file, 0, SEEK_END);
  std::string out(static_cast<size_t>(std::max(0L, std::ftell(file))), 0);
  std::rewind(file);
  out.resize(std::fread(out.data(), 1, out.size(), file));
  std::fclose(file);
  return out;
}

int watched(User&, const std::function<int(lua::Watch&)>& child) {
  return lua::run_in_child([&](lua::Watch& watch) { return ended(child(watch)); }, [](const std::string& cause, const std::string& detail) {
    fail(Error{Code::script, fmt::format("the script host died: {}", printable(detail, 200)), cause,
               "the case file holds everything up to there; `inquest report CASE` shows it"});
  });
}

}  // namespace inquest
