// inquest lua: runs a script in the author's environment, with the author's budgets, and prints its value.
// SPDX-License-Identifier: Apache-2.0
#include "bindings/lua/run.h"
#include "bindings/script/evaluator.h"
#include "runtime/base/text.h"
#include "runtime/cli/commands.h"
#include "runtime/cli/support.h"

namespace inquest {
namespace {

int run_lua(const std::vector<std::string>& arguments, User& user) {
  Common common;
  SourceOptions sources;
  std::string file;
  std::vector<std::string> rest;
  bool json = false;
  CLI::App app("Runs a Lua script in the author's sandbox and prints its value; with --data asks and reviews evaluate.\n\n"
               "  inquest lua try.lua\n  inquest lua try.lua --data recording/ first second      arguments are `...`\n", "lua");
  app.add_option("file", file, "the script")->required()->type_name("FILE");
  app.add_option("arguments", rest, "what the script finds in `...`")->type_name("ARG");
  app.add_flag("--json", json, "print the value as JSON");
  RunOptions window;
  add_source_options(app, sources, false);
  add_window_options(app, window);
  add_common(app, common);
  if (const auto done = parse(app, arguments, user)) return *done;
  return watched(user, [&](lua::Watch& watch) {
    auto inquest = open_inquest(common, &watch);
    if (!inquest) return fail(inquest.error());
    if (sources.named())
      if (Status opened = open_sources(**inquest, sources, "", user); !opened) return fail(opened.error());
    lua::Options options;
    options.watch = &watch;
    options.cancel = user.stop;
    options.print = [](std::string_view line) { print_out(printable(line) + "\n"); };
    window.offline = sources.offline;
    script::Evaluator evaluator(**inquest, *user.stop, *user.clock, "", &watch, window);
    options.modules = evaluator.catalogue().modules;
    options.setup = [&](lua_State* L) { return evaluator.define(L); };
    Result<lua::Ended> ended = lua::run_file(file, std::move(options), rest);
    std::fflush(stdout);
    if (!ended) {
      Error error = ended.error();
      if (!error.cause.empty()) error.message = error.cause + ": " + error.message;
      return fail(error);
    }
    if (json) print_json(pretty(ended->value ? value_json(*ended->value) : Json(ended->text)));
    else if (!ended->text.empty()) print_out(ended->text + "\n");
    return 0;
  });
}

}  // namespace

const Command lua_command = {"lua", "Explore", "run a Lua script in the author's sandbox", true, run_lua};

}  // namespace inquest
