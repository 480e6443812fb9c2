// Settings: configuration files → the sources of a run. inquest.yaml in three places, or Grafana's provisioning files.
// SPDX-License-Identifier: Apache-2.0
//
// Which file: what the command line names (--sources, --grafana), else $INQUEST_SOURCES, else ./inquest.yaml, else
// $XDG_CONFIG_HOME/inquest/inquest.yaml (~/.config). A file that a person named, and the one in the person's own folder,
// may hold credentials. A project's ./inquest.yaml came with a checkout: it names sources, and the credentials of a
// source come from the person's own file, from the source of the same name and the same URL there. Then TLS and proxy
// are taken from there too: what carries a secret is never aimed by a stranger.
// Fields: fields.h is the table of them all; docs/sources.md explains them. Errors: config, `where` FILE:LINE, the
// nearest field; a secret never stands in one. Secrets are resolved here and nowhere else (secrets.h).
// Thread rule: pure but for the files and the environment that are read.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "runtime/connectors/connector.h"

namespace inquest::settings {

using Environment = std::function<std::optional<std::string>(const std::string& name)>;

enum class Origin : uint8_t {
  own,      // named by the person, or lies in the person's own folder: may hold credentials
  project,  // ./inquest.yaml: came with the files of a project
};

struct Configuration {
  std::vector<SourceConfig> sources = {};
  std::map<std::string, std::string> signals = {};  // signal → source
  std::vector<std::string> notes = {};              // for the person: what was left out, and why
  std::vector<std::string> files = {};              // that were read
  bool holds_secrets = false;                       // a secret stands in the text itself, not as a reference
};

// `file` is what errors name; relative paths in it are relative to `folder`.
Result<Configuration> read_text(std::string_view text, const std::string& file, const std::string& folder,
                                Origin origin, const Environment& environment);
Result<Configuration> read_file(const std::string& path, Origin origin, const Environment& environment);

// A datasources.yaml of Grafana's provisioning, as it is: prometheus, grafana-opensearch-datasource, jaeger. `$VAR`,
// `${VAR}`, `$__env{VAR}`, `$__file{PATH}` and `$$` as Grafana expands them. Others are told in `notes`.
Result<Configuration> read_grafana_text(std::string_view text, const std::string& file, const std::string& folder,
                                        const Environment& environment);
Result<Configuration> read_grafana(const std::string& path, const Environment& environment);

// The files that nobody named: see above. `working_folder` is where ./inquest.yaml is looked for. No file: an empty one.
Result<Configuration> find_configuration(const std::string& working_folder, const Environment& environment);

// The credentials of `own` for the sources of `project`: same name, same URL.
Configuration merged(Configuration project, const Configuration& own);

}  // namespace inquest::settings
