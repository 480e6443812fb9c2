// What every connector over HTTP begins with: its configuration, a door, and the way of a request through it.
// SPDX-License-Identifier: Apache-2.0
//
// Connectors send through a `Send`, so that tests put recorded replies in its place.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "runtime/connectors/http/http.h"

namespace inquest::http {

using Send = std::function<Outcome<Response>(const Request&, const Judge&, const Deadline&, const Stop&)>;

struct Opened {
  Config config;
  std::unique_ptr<Door> door;
  Send send;                             // through the door; lives as long as it
};
Config config_of(const SourceConfig& source);              // its `http`, with `at` where no URL is said
Result<Opened> open_source(const SourceConfig& source, std::vector<Endpoint> allowed);

// A failure of a request as the error of probe() or resolve(); its class is the error's cause.
Error error_of(const Failure& failure, const std::string& source);

}  // namespace inquest::http
