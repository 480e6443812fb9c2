// Times and durations of a layout in Painless.
// SPDX-License-Identifier: Apache-2.0
#include "runtime/connectors/opensearch/agg_script.h"

#include <bit>

namespace inquest::opensearch {

namespace {

constexpr const char* of_number =
    "long at(def doc, def s, String f, Map p) { if (!doc.containsKey(f) || doc[f].size() == 0) return Long.MIN_VALUE; "
    "return (long) doc[f].value * p.time_unit; } ";
constexpr const char* of_date =
    "long at(def doc, def s, String f, Map p) { if (!doc.containsKey(f) || doc[f].size() == 0) return Long.MIN_VALUE; "
    "def i = doc[f].value.toInstant(); return i.getEpochSecond() * 1000000000L + i.getNano(); } ";
// What the document says itself, to the nanosecond; else its doc value.
constexpr const char* of_source =
    "long at(def doc, def s, String f, Map p) { def v = s[f]; "
    "if (v instanceof String) { try { Instant i = Instant.parse(v); return i.getEpochSecond() * 1000000000L + i.getNano(); } "
    "catch (Exception e) { } } "
    "if (!doc.containsKey(f) || doc[f].size() == 0) return Long.MIN_VALUE; "
    "def i = doc[f].value.toInstant(); return i.getEpochSecond() * 1000000000L + i.getNano(); } ";
constexpr const char* start_of = "long start(def doc, def s, Map p) { return at(doc, s, p.start, p); } ";
constexpr const char* took_field =
    "long took(def doc, def s, Map p) { String f = p.duration; if (!doc.containsKey(f) || doc[f].size() == 0) return Long.MIN_VALUE; "
    "return (long) doc[f].value * p.unit; } ";
constexpr const char* took_between =
    "long took(def doc, def s, Map p) { long a = at(doc, s, p.start, p); long b = at(doc, s, p.end, p); "
    "return a == Long.MIN_VALUE || b == Long.MIN_VALUE ? Long.MIN_VALUE : b - a; } ";
constexpr const char* bucket_of =
    "long bucket(long d, long h) { if (d <= 0) return -1L; long b = (Double.doubleToLongBits((double) d) >> 46) - 65472L; "
    "return h == 0 ? b : (b >> (int) h << (int) h) + (1L << (int) (h - 1)); } ";
constexpr const char* slot_of =
    "long slot(long t, Map p) { if (p.strict && (t < p.from || t > p.until)) return -1L; if (t < p.from) return 0L; "
    "long i = (t - p.from) / p.width; return i > p.last ? p.last : i; } ";
constexpr const char* cell_of =
    "long d = took(doc, s, params); long t = start(doc, s, params); "
    "if (d == Long.MIN_VALUE || t == Long.MIN_VALUE) return null; "
    "long i = slot(t, params); if (i < 0) return null; "
    "return (i >> (int) params.th) * 8192L + bucket(d, params.lh) + 1L;";

}  // namespace

Scripts::Scripts(const Layout& layout, bool exact) {
  const bool has_start = layout.start.there() && !layout.start.doc.empty();
  const bool milliseconds = !layout.has_duration() && layout.time_unit == 0 && layout.start.type != "date_nanos";
  from_source_ = milliseconds && exact;
  rough_ = milliseconds && !exact;
  possible_ = layout.painless && has_start && !layout.name.doc.empty() && !layout.service.doc.empty() && (layout.has_duration() || !layout.end.doc.empty());
  functions_ = from_source_ ? of_source : layout.time_unit > 0 ? of_number : of_date;
  functions_ += start_of;
  functions_ += layout.has_duration() ? took_field : took_between;
  functions_ += bucket_of;
  functions_ += slot_of;
  params_["start"] = layout.start.doc;
  if (layout.time_unit > 0) params_["time_unit"] = layout.time_unit;
  if (layout.has_duration()) {
    params_["duration"] = layout.duration.doc;
    params_["unit"] = layout.duration_unit;
  } else {
    params_["end"] = layout.end.doc;
  }
}

Json Scripts::script(const std::string& body, Json more) const {
  Json params = params_;
  for (auto& [name, value] : more.items()) params[name] = value;
  return {{"source", functions_ + (from_source_ ? "def s = params._source; " : "def s = null; ") + body},
          {"lang", "painless"}, {"params", std::move(params)}};
}

Json Scripts::duration() const {
  return script("long d = took(doc, s, params); if (d == Long.MIN_VALUE) return null; return d < 0 ? 0L : d;");
}

Json Scripts::skewed() const {
  return script("long d = took(doc, [:], params); return d != Long.MIN_VALUE && d < 0 ? 1L : 0L;");
}

Json Scripts::since(int64_t from) const {
  return script("long t = start(doc, s, params); if (t == Long.MIN_VALUE) return null; return t - params.from;", {{"from", from}});
}

Json Scripts::slots(const Window& window, int64_t width) const {
  const int64_t from = window.from.ns, until = window.to.ns - 1;
  return {{"from", from}, {"until", until}, {"width", width}, {"last", (until - from) / width}, {"strict", from_source_}};
}

Json Scripts::cell(const Window& window, int64_t width, int time_halved, int log_halved) const {
  Json params = slots(window, width);
  params["th"] = time_halved;
  params["lh"] = log_halved;
  return script(cell_of, std::move(params));
}

Json Scripts::time_bucket(const Window& window, int64_t width) const {
  return script("long t = start(doc, s, params); if (t == Long.MIN_VALUE) return null; "
                "long i = slot(t, params); if (i < 0) return null; return i;", slots(window, width));
}

namespace {

constexpr const char* limit_of =
    "long d = took(doc, s, params); long t = start(doc, s, params); "
    "if (d == Long.MIN_VALUE || t == Long.MIN_VALUE) return null; long i = slot(t, params); if (i < 0) return null; "
    "int n = params.limits.length - 1; int at = i > n ? n : (int) i; ";

}  // namespace

Json Scripts::side(const Window& window, int64_t width, const std::vector<int64_t>& limits, const std::vector<int>& strata) const {
  Json params = slots(window, width);
  params["limits"] = limits;
  params["strata"] = strata;
  return script(std::string(limit_of) + "return params.strata[at] * 2L + (d > params.limits[at] ? 1L : 0L);", std::move(params));
}

Json Scripts::relative(const Window& window, int64_t width, const std::vector<int64_t>& limits) const {
  Json params = slots(window, width);
  params["limits"] = limits;
  return script(std::string(limit_of) + "double limit = (double) params.limits[at]; if (limit <= 0) return null; return (double) d / limit;",
                std::move(params));
}

Json number_script(const std::string& field, bool parsed) {
  const std::string guard = "if (!doc.containsKey(params.f) || doc[params.f].size() == 0) return null; ";
  const char* value = parsed ? "try { return Double.doubleToLongBits(Double.parseDouble(doc[params.f].value)) >> 42; } catch (Exception e) { return null; }"
                             : "return Double.doubleToLongBits((double) doc[params.f].value) >> 42;";
  return {{"source", guard + value}, {"lang", "painless"}, {"params", {{"f", field}}}};
}

Json value_script(const std::string& field) {
  return {{"source", "if (!doc.containsKey(params.f) || doc[params.f].size() == 0) return null; "
                     "try { return Double.parseDouble(doc[params.f].value); } catch (Exception e) { return null; }"},
          {"lang", "painless"}, {"params", {{"f", field}}}};
}

double number_of(int64_t key) { return std::bit_cast<double>(static_cast<uint64_t>(key) << 42); }

}  // namespace inquest::opensearch
