// Doors of sources.
// SPDX-License-Identifier: Apache-2.0
#include "runtime/connectors/http/source.h"

namespace inquest::http {

Config config_of(const SourceConfig& source) {
  Config out = source.http ? *source.http : Config{};
  if (out.url.empty()) out.url = source.at;
  return out;
}

Result<Opened> open_source(const SourceConfig& source, std::vector<Endpoint> allowed) {
  Opened out{config_of(source), nullptr, {}};
  auto door = Door::open(out.config, std::move(allowed));
  if (!door) return door.error();
  out.door = std::move(*door);
  out.send = [through = out.door.get()](const Request& request, const Judge& judge, const Deadline& deadline, const Stop& stop) {
    return through->send(request, judge, deadline, stop);
  };
  return out;
}

Error error_of(const Failure& failure, const std::string& source) {
  const Code code = failure.cls == Failure::Class::refused     ? Code::refused
                    : failure.cls == Failure::Class::timeout   ? Code::timed_out
                    : failure.cls == Failure::Class::cancelled ? Code::interrupted
                    : failure.cls == Failure::Class::internal  ? Code::bug
                                                               : Code::source;
  return Error{code, failure.cause, source, failure.cure, failure_name(failure.cls)};
}

}  // namespace inquest::http
