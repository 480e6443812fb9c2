// Windows as queries: what a field of time can tell apart, and records that have no time of their own.
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "runtime/connectors/opensearch/leaf.h"

namespace inquest::opensearch {

using namespace leaf;

namespace {

int64_t floor_to(int64_t ns, int64_t unit) { return ns / unit - (ns % unit < 0); }
int64_t ceil_to(int64_t ns, int64_t unit) { return ns / unit + (ns % unit > 0); }

// The unit of what the field can tell apart, in ns.
int64_t unit_of(const Layout& layout, const Field& field) {
  if (!field.date()) return std::max<int64_t>(1, layout.time_unit);
  return field.type == "date" ? 1'000'000 : 1;
}

Json time_range(const Layout& layout, const Field& field, const Window& window) {
  const int64_t unit = unit_of(layout, field);
  const int64_t from = floor_to(window.from.ns, unit), to = ceil_to(window.to.ns, unit);
  Json range = Json::object();
  if (field.date()) {
    range["gte"] = print_time(Time{from * unit});
    range["lt"] = print_time(Time{to * unit});
    range["format"] = "strict_date_optional_time_nanos";
  } else {
    range["gte"] = from;
    range["lt"] = to;
  }
  return object("range", object(field.path, std::move(range)));
}

}  // namespace

Json timed_filter(const Layout& layout, const Window& window) { return time_range(layout, layout.start, window); }

Json untimed_filter(const Layout& layout, const Window& window) {
  if (layout.signal == otlp::Signal::spans || !layout.timeless || !layout.observed.there() || layout.observed.path == layout.start.path) return nullptr;
  // A record without a time of its own was written with 1970 and counts at the time when it was observed.
  const int64_t unit = unit_of(layout, layout.start);
  const Window timed{Time{int64_t{366} * 86400 * ns_per_s}, Time{INT64_MAX / unit * unit}};
  return all_of({not_any({time_range(layout, layout.start, timed)}), time_range(layout, layout.observed, window)});
}

Json window_filter(const Layout& layout, const Window& window) {
  if (window.from.ns == 0 && window.to.ns == 0) return everything();
  std::vector<Json> halves = {timed_filter(layout, window)};
  if (Json untimed = untimed_filter(layout, window); !untimed.is_null()) halves.push_back(std::move(untimed));
  return any_of(std::move(halves));
}

bool window_exact(const Layout& layout, const Window& window) {
  const int64_t unit = unit_of(layout, layout.start);
  return window.from.ns % unit == 0 && window.to.ns % unit == 0;
}

}  // namespace inquest::opensearch
