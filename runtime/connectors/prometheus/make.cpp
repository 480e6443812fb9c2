// The connector over the network: a door of its own.
// SPDX-License-Identifier: Apache-2.0
#include "runtime/connectors/prometheus/source.h"

namespace inquest::prometheus {

Result<std::unique_ptr<Connector>> make(const SourceConfig& config) {
  http::Config http = config.http ? *config.http : http::Config{};
  if (http.url.empty()) http.url = config.at;
  auto door = http::Door::open(http, endpoints());
  if (!door) return door.error();
  http::Door* through = door->get();
  Send send = [through](const http::Request& request, const http::Judge& judge, const Deadline& deadline, const Stop& stop) {
    return through->send(request, judge, deadline, stop);
  };
  return make_source(config, std::move(send), std::move(*door));
}

}  // namespace inquest::prometheus
