// The connector over the network: a door of its own.
// SPDX-License-Identifier: Apache-2.0
#include "runtime/connectors/prometheus/source.h"

namespace inquest::prometheus {

Result<std::unique_ptr<Connector>> make(const SourceConfig& config) {
  auto opened = http::open_source(config, endpoints());
  if (!opened) return opened.error();
  return make_source(config, std::move(opened->send), std::move(opened->door));
}

}  // namespace inquest::prometheus
