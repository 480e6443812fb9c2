// One script from text to value: what `inquest lua FILE` calls.
// SPDX-License-Identifier: Apache-2.0
//
//     int code = lua::run_in_child([&](lua::Watch& watch) {            // child.h, before any thread
//       options.watch = &watch;
//       auto ended = lua::run_file("look.lua", std::move(options), {"checkout"});
//       if (!ended) { std::cerr << ended.error().print(); return exit_code(ended.error().code); }
//       if (!ended->text.empty()) std::cout << ended->text << '\n';
//       return 0;
//     }, on_death);
//
// Options carries budget, modules, print, cancel and `setup`, through which frames, words and asks become globals.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "bindings/lua/state.h"
#include "runtime/model/value.h"

namespace inquest::lua {

struct Ended {
  std::optional<Value> value;    // the first result; nullopt when it is no Value (a frame, a function)
  std::string text;              // the results for people, separated by tabs; empty when there are none
  Spent spent;
};

// `name` is the file as shown in errors. The script sees `arguments` as texts in `...`.
Result<Ended> run_script(const std::string& text, const std::string& name, Options options,
                         const std::vector<std::string>& arguments = {});
// Reads the file first: Code::not_found when it is not there, script_too_large when it is larger than budget.source.
Result<Ended> run_file(const std::string& path, Options options, const std::vector<std::string>& arguments = {});

}  // namespace inquest::lua
