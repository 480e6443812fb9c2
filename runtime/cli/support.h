// What commands share: options read the same way everywhere, errors printed the same way, children watched.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <CLI/CLI.hpp>

#include <memory>
#include <string>
#include <vector>

#include "bindings/inquest.h"
#include "runtime/cli/command.h"

namespace inquest {

// Parses with CLI11; usage errors print one line with the nearest option and the help to read, and give 2. nullopt: go on.
std::optional<int> parse(CLI::App& app, const std::vector<std::string>& arguments, User& user);

// Options that several commands have.
struct Common {
  std::vector<std::string> sops;   // --sops DIR
  std::string home;                // --home DIR (hidden)
  std::string colour = "auto";     // --color auto|always|never
  std::string lang;                // --lang
  bool verbose = false;            // --verbose, of commands that tell a walk
  bool json = false;
};
void add_common(CLI::App& app, Common& common);
Result<std::unique_ptr<Inquest>> open_inquest(const Common& common, lua::Watch* watch = nullptr);
// flag > FORCE_COLOR > NO_COLOR > terminal.
bool use_colour(const Common& common, const User& user, bool terminal);
// --lang > LC_ALL > LC_MESSAGES > LANG > en.
std::string language(const Common& common, const User& user);
Style style_for(const Common& common, const User& user, bool terminal);

// Where telemetry comes from: --demo, --data DIR (as source of all signals), --sources FILE, --grafana FILE; else what
// runtime/connectors/settings finds: $INQUEST_SOURCES, ./inquest.yaml, the person's own file.
struct SourceOptions {
  std::vector<std::string> data;
  std::vector<std::string> files;    // --sources
  std::vector<std::string> grafana;
  bool demo = false;
  bool offline = false;
  std::vector<std::string> without;
  size_t threads = 0;
  bool named() const { return demo || !data.empty() || !files.empty() || !grafana.empty(); }
};
// --from, --to, --since.
void add_window_options(CLI::App& app, RunOptions& options);
void add_source_options(CLI::App& app, SourceOptions& options, bool demo);
// Without any: an error that says how to name one, unless `required` is false. What configuration has to tell goes to
// stderr.
Status open_sources(Inquest& inquest, const SourceOptions& options, const std::string& sop_folder, User& user,
                    bool required = true);

// Runs `child` in a forked process; a crash or hang is printed as its typed cause and gives 1.
int watched(User& user, const std::function<int(lua::Watch&)>& child);

// What `COMMAND --help` prints.
std::string help_of(const Command& command, User& user);

void print_out(const std::string& text);
void print_err(const std::string& text);
// The exit code of a command once its output is out: 1 and a word on stderr where stdout could not be written (a full
// disk); a reader that went away, as `head` does, is no failure.
int ended(int exit);
// Prints JSON text as a terminal may see it: what it would obey (C1, DEL, bidi) is written as \u, the same to a parser.
void print_json(const std::string& json);
// Lines wider than the user's window are wrapped: what follows hangs under the second column of the line, or under its
// indent where it has one column.
std::string fitted(const std::string& text, const User& user);
// A case read for showing; an error says where cases are.
Result<Report> read_case(const std::string& path);

}  // namespace inquest
