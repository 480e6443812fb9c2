// Inquest as a library: load procedures, give them sources, run them, read what came of it.
// SPDX-License-Identifier: Apache-2.0
//
//     auto inquest = inquest::Inquest::open({});                                   // stdlib and SOPs as installed
//     inquest->add_source({.name = "files", .kind = "otlp", .at = "recording/"});  // or a Connector of your own
//     auto result = inquest->run({.sop = "memory_leak"});
//     std::puts(result->judgement.verdict.says.c_str());
//
// Scripts run in this process: LuaJIT can be crashed by hostile text, so a program that runs SOPs it does not trust
// forks first (bindings/lua/child.h; the command line does).
// Errors are values (runtime/base/error.h); nothing throws. Thread rule: one Inquest belongs to one thread; run() starts
// and ends its own threads. Paths: stdlib/ and sops/ are looked for beside the program (build tree), then under its
// install prefix (share/inquest), unless Settings names them.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "bindings/lua/state.h"
#include "runtime/connectors/connector.h"
#include "runtime/engine/planning.h"
#include "runtime/engine/run.h"
#include "runtime/machine/check.h"
#include "runtime/report/report.h"

namespace inquest {

struct Settings {
  std::string home = {};                    // folder that holds stdlib/ and sops/; empty: found as above
  std::vector<std::string> sops = {};       // further folders of SOPs, searched first
  lua::Budget budget = {};                  // of scripts
  lua::Watch* watch = nullptr;              // of the child process, when there is one
};

// A SOP as found: its folder, without reading more than its head.
struct SopPlace {
  std::string name, folder, file;
};

// A SOP read, with everything that its text may mean.
struct Procedure {
  Catalogue catalogue;
  Sop sop;                                  // valid when no problem is an error
  std::string folder;                       // where sop.lua, replay/, lang/ stand
  std::vector<Diagnostic> problems;         // reader's and checker's, by position
  std::vector<std::pair<std::string, std::string>> modules;  // name, text of every Lua file that takes part
  std::map<std::string, std::string> sentences;              // of findings, in the language asked for
  std::string lang = "en";                  // in force: what was asked for where there are texts in it
  bool ok() const;                          // no problem but warnings
};

struct RunOptions {
  std::string sop;                          // name, folder or file
  std::vector<std::string> inputs = {};     // "name=value"
  std::string from = {}, to = {}, since = {};
  std::vector<std::string> answers = {};    // "state=label"
  Chooser* chooser = nullptr;               // given: the run is guided
  std::string case_path = {};               // empty: the default place
  bool overwrite = false;                   // an existing case at case_path is replaced
  std::string lang = "en";
  std::string time_limit = {};
  std::map<std::string, std::string> signals = {};  // signal → source
  bool offline = false;                     // sources on servers are not asked
  std::vector<std::string> trust = {};      // hashes of SOP texts from elsewhere whose native asks may go to servers
  Clock* clock = nullptr;                   // null: the system's
  Stop* stop = nullptr;
  Observer observer = {};
  std::function<void(const EvidenceRow&)> on_evidence = {};
};

class Inquest final {
 public:
  static Result<std::unique_ptr<Inquest>> open(Settings settings);
  ~Inquest();

  const std::string& home() const;
  std::vector<SopPlace> list() const;                                       // by name
  Result<SopPlace> find(const std::string& name_or_path) const;             // nearest names when unknown
  // Reads and checks; an Error only when there is no such file or no stdlib. `lang` chooses titles and sentences.
  Result<std::unique_ptr<Procedure>> load(const std::string& name_or_path, const std::string& lang = "en") const;
  Result<std::unique_ptr<Procedure>> read(const std::string& text, const std::string& file, const std::string& folder,
                                          const std::string& lang = "en") const;
  // The catalogue alone (stdlib, and the SOP folder's own reviews and measures when given).
  Result<Catalogue> catalogue(const std::string& folder = {}) const;

  Status add_source(const SourceConfig& config);                            // by kind, from the registry
  Status add_source(const SourceConfig& config, std::unique_ptr<Connector> connector);
  // The sources and signals of an inquest.yaml, or of Grafana's provisioning; what there is to tell of them (left out, and
  // why). Variables are those of this process.
  Result<std::vector<std::string>> add_sources(const std::string& file, bool grafana = false);
  std::vector<Source>& sources();
  // Signal → source, where several sources have one; for every run, unless RunOptions::signals says another.
  std::map<std::string, std::string>& signals();

  // A SOP is one's own when its folder lies in `home`/sops or in a folder of Settings::sops. The native asks (promql, sql,
  // dsl, …) of another go to servers only with RunOptions::trust: the SHA-256 of its text, 12 hex digits or more.
  bool own(const Procedure& procedure) const;
  Result<RunResult> run(const RunOptions& options);
  Result<RunResult> run(const Procedure& procedure, const RunOptions& options);
  // What run() would ask of whom (runtime/engine/planning.h); no case is made. Scripts are not run.
  Result<Planned> plan(const Procedure& procedure, const RunOptions& options);
  static Result<Report> report(const std::string& case_path);
  // Inputs as typed values by their declarations; errors name the input, the value and what it takes.
  // from, to and since as times; errors name the option.
  static Status window_of(const RunOptions& options, std::optional<Time>& from, std::optional<Time>& to, std::optional<Duration>& since);
  static Result<Map> inputs(const Sop& sop, const std::vector<std::string>& given);

 private:
  struct Inside;
  Status trusted(const Procedure& procedure, const RunOptions& options) const;
  Result<RunRequest> request_of(const Procedure& procedure, const RunOptions& options);
  explicit Inquest(std::unique_ptr<Inside> inside);
  std::unique_ptr<Inside> inside_;
};

}  // namespace inquest
