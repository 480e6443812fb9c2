// Which files count when none is named, and whose credentials go with a project's sources.
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <filesystem>

#include "runtime/base/text.h"
#include "runtime/connectors/http/config.h"
#include "runtime/connectors/settings/settings.h"

namespace inquest::settings {
namespace fs = std::filesystem;
namespace {

bool there(const fs::path& path) {
  std::error_code error;
  return fs::exists(path, error);
}

std::string own_file(const Environment& environment) {
  const auto variable = [&](const char* name) { return environment ? environment(name).value_or("") : std::string(); };
  if (const std::string config = variable("XDG_CONFIG_HOME"); !config.empty()) return config + "/inquest/inquest.yaml";
  if (const std::string home = variable("HOME"); !home.empty()) return home + "/.config/inquest/inquest.yaml";
  return {};
}

}  // namespace

Configuration merged(Configuration project, const Configuration& own) {
  for (SourceConfig& source : project.sources) {
    const auto match = std::find_if(own.sources.begin(), own.sources.end(), [&](const SourceConfig& one) { return one.name == source.name; });
    if (match == own.sources.end() || !match->http || !source.http) continue;
    if (match->http->url != source.http->url) {
      project.notes.push_back("source `" + source.name + "` is at " + printable(source.http->url, 200) + " here and at " +
                              printable(match->http->url, 200) + " in " + (own.files.empty() ? "your own file" : own.files[0]) +
                              ": your credentials are not sent there");
      continue;
    }
    auto http = std::make_shared<http::Config>(*match->http);   // credentials, TLS and proxy of the person
    http->concurrency = source.http->concurrency;
    http->requests = source.http->requests;
    http->bytes = source.http->bytes;
    http->body_bytes = source.http->body_bytes;
    http->timeout = source.http->timeout;
    http->attempts = source.http->attempts;
    source.http = std::move(http);
  }
  for (const std::string& file : own.files) project.files.push_back(file);
  return project;
}

Result<Configuration> find_configuration(const std::string& working_folder, const Environment& environment) {
  if (const auto named = environment ? environment("INQUEST_SOURCES") : std::nullopt; named && !named->empty()) {
    Result<Configuration> out = read_file(*named, Origin::own, environment);
    if (!out && out.error().where.empty()) {
      Error error = out.error();
      error.where = "INQUEST_SOURCES";
      return error;
    }
    return out;
  }
  const fs::path project = fs::path(working_folder) / "inquest.yaml";
  const std::string own = own_file(environment);
  std::optional<Configuration> mine;
  if (!own.empty() && there(own)) {
    Result<Configuration> read = read_file(own, Origin::own, environment);
    if (!read) return read.error();
    mine = std::move(*read);
  }
  if (!there(project)) return mine ? std::move(*mine) : Configuration{};
  std::error_code error;
  if (mine && fs::equivalent(project, own, error)) return std::move(*mine);
  Result<Configuration> read = read_file(project.string(), Origin::project, environment);
  if (!read) return read.error();
  return mine ? merged(std::move(*read), *mine) : std::move(*read);
}

}  // namespace inquest::settings
