// Options, errors and children of commands.
// SPDX-License-Identifier: Apache-2.0
#include "runtime/cli/support.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>

#include "bindings/lua/child.h"
#include "runtime/base/text.h"

namespace inquest {

void print_out(const std::string& text) { std::fwrite(text.data(), 1, text.size(), stdout); }
void print_err(const std::string& text) { std::fwrite(text.data(), 1, text.size(), stderr); }

int fail(const Error& error) {
  print_err("inquest: " + error.print() + "\n");
  return exit_code(error.code);
}

std::optional<int> parse(CLI::App& app, const std::vector<std::string>& arguments, User&) {
  std::vector<std::string> reversed(arguments.rbegin(), arguments.rend());
  try {
    app.parse(reversed);
  } catch (const CLI::CallForHelp&) {
    print_out(app.help());
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
  app.add_option("--sops", common.sops, "a further folder of SOPs, searched first")->type_name("DIR");
  app.add_option("--home", common.home, "the folder that holds stdlib/ and sops/")->type_name("DIR")->group("");
  app.add_option("--color", common.colour, "auto, always or never")->check(CLI::IsMember({"auto", "always", "never"}))->type_name("WHEN");
  app.add_option("--lang", common.lang, "language of texts: en, pt, es")->type_name("LANG");
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
  style.lang = language(common, user);
  return style;
}

void add_source_options(CLI::App& app, SourceOptions& options, bool demo) {
  app.add_option("--data", options.data, "a directory (or file) of OTLP-JSON lines: plain, gzip or zstd")->type_name("DIR");
  if (demo) app.add_flag("--demo", options.demo, "the recording shipped with the SOP");
  app.add_option("--without", options.without, "withhold a signal: metrics, spans or logs")
      ->check(CLI::IsMember({"metrics", "spans", "logs"}))->type_name("SIGNAL");
  app.add_option("--threads", options.threads, "threads that read files; 0: one a core")->type_name("N")->check(CLI::Range(0, 256));
}

Status open_sources(Inquest& inquest, const SourceOptions& options, const std::string& sop_folder) {
  std::vector<std::string> places = options.data;
  if (options.demo) {
    if (!places.empty()) return Error{Code::usage, "--demo and --data exclude each other", "--demo", "give one of them"};
    places.push_back(sop_folder + "/replay");
  }
  if (places.empty())
    return Error{Code::usage, "no telemetry is named", "", "give --data DIR (OTLP-JSON files), or --demo for the recording shipped with the SOP"};
  for (size_t i = 0; i < places.size(); ++i) {
    SourceConfig config;
    config.name = i == 0 ? "files" : fmt::format("files{}", i + 1);
    config.kind = "otlp";
    config.at = places[i];
    config.without = options.without;
    if (options.threads) config.options.emplace_back("threads", static_cast<int64_t>(options.threads));
    if (Status added = inquest.add_source(config); !added) return added;
  }
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
  return lua::run_in_child(child, [](const std::string& cause, const std::string& detail) {
    fail(Error{Code::script, fmt::format("the script host died: {}", printable(detail, 200)), cause,
               "the case file holds everything up to there; `inquest report CASE` shows it"});
  });
}

}  // namespace inquest
