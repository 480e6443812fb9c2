// The translation rules, literals of PromQL, and the search for names on a server.
// SPDX-License-Identifier: Apache-2.0
#include "runtime/connectors/prometheus/names.h"

#include <algorithm>
#include <array>
#include <utility>

#include "runtime/base/text.h"
#include "runtime/base/utf8.h"

namespace inquest::prometheus {
namespace {

// UCUM → what Prometheus calls it (otlptranslator, unitMap and perUnitMap).
constexpr std::array<std::pair<const char*, const char*>, 22> units = {{
    {"d", "days"}, {"h", "hours"}, {"min", "minutes"}, {"s", "seconds"}, {"ms", "milliseconds"}, {"us", "microseconds"},
    {"ns", "nanoseconds"}, {"By", "bytes"}, {"KiBy", "kibibytes"}, {"MiBy", "mebibytes"}, {"GiBy", "gibibytes"},
    {"KBy", "kilobytes"}, {"kBy", "kilobytes"}, {"MBy", "megabytes"}, {"GBy", "gigabytes"}, {"m", "meters"}, {"V", "volts"},
    {"A", "amperes"}, {"J", "joules"}, {"W", "watts"}, {"Hz", "hertz"}, {"%", "percent"},
}};

bool letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
bool digit(char c) { return c >= '0' && c <= '9'; }
bool letter_or_digit(char c) { return letter(c) || digit(c); }

std::string total_less(std::vector<std::string> parts) {
  parts.erase(std::remove(parts.begin(), parts.end(), "total"), parts.end());
  return join(parts, "_");
}

bool ends(std::string_view text, std::string_view with) {
  return text.size() > with.size() && text.substr(text.size() - with.size()) == with;
}

bool classic(std::string_view name, bool colon) {
  if (name.empty() || digit(name.front())) return false;
  return std::all_of(name.begin(), name.end(), [&](char c) { return letter_or_digit(c) || c == '_' || (colon && c == ':'); });
}

bool has(const std::vector<std::string>& sorted, std::string_view one) {
  return std::binary_search(sorted.begin(), sorted.end(), one, [](std::string_view a, std::string_view b) { return a < b; });
}

void add(std::vector<std::string>& out, std::string name) {
  if (std::find(out.begin(), out.end(), name) == out.end()) out.push_back(std::move(name));
}

// What a translated name may end in beside the parts of the OTLP name.
bool is_suffix_word(const std::string& word) {
  if (word == "total" || word == "ratio" || word == "per") return true;
  for (const auto& [ucum, name] : units) {
    const std::string_view plural = name;
    if (word == plural || (plural.back() == 's' && word == plural.substr(0, plural.size() - 1))) return true;
  }
  return false;
}

enum class Kind { gauge, sum, histogram, any };

// Whether `candidate` (a base name) is the OTLP name of these parts under some strategy.
bool fits(const std::vector<std::string>& parts, std::string_view candidate, Kind kind) {
  const std::vector<std::string> have = parts_of(candidate);
  const bool total = !have.empty() && have.back() == "total";
  const bool own_total = !parts.empty() && parts.back() == "total";
  if (kind == Kind::gauge && total && !own_total) return false;
  size_t i = 0, p = 0;
  for (; p < parts.size(); ++p) {
    if (i < have.size() && have[i] == parts[p]) { ++i; continue; }
    // `total` inside a counter's name moves to its end.
    if (parts[p] == "total" && total && (kind == Kind::sum || kind == Kind::any)) continue;
    return false;
  }
  for (; i < have.size(); ++i) {
    if (!is_suffix_word(have[i])) return false;
    if (have[i] == "total" && (kind == Kind::gauge || i + 1 < have.size())) return false;
  }
  return true;
}

std::vector<std::string> search(const std::string& metric, const std::string& exact, Kind kind, const std::vector<std::string>& known) {
  std::vector<std::string> out;
  const bool histogram = kind == Kind::histogram || kind == Kind::any;
  const auto there = [&](const std::string& name) {
    return has(known, name) || (histogram && (has(known, name + "_bucket") || has(known, name + "_count")));
  };
  if (there(exact)) add(out, exact);
  if (metric != exact && there(metric)) add(out, metric);     // names kept as they are
  // Scraped: called so, or not at all; but of one named metric it is not known whether it was.
  if (is_translated(metric) && (kind != Kind::any || !out.empty())) return out;
  const std::vector<std::string> parts = parts_of(metric);
  if (parts.empty()) return out;
  // Names that may fit begin with the first part: a stretch of the sorted list.
  const auto scan = [&](const std::string& prefix) {
    for (auto at = std::lower_bound(known.begin(), known.end(), prefix); at != known.end() && at->compare(0, prefix.size(), prefix) == 0; ++at) {
      const std::string_view base = base_of(*at);
      if (!base.empty() && histogram && !ends(*at, "_sum") && fits(parts, base, kind)) add(out, std::string(base));
      else if (fits(parts, *at, kind)) add(out, *at);
    }
  };
  scan(parts.front());
  if (digit(parts.front().front())) scan("_" + parts.front());
  return out;
}

}  // namespace

bool is_translated(std::string_view metric) {
  return metric.find('.') == std::string_view::npos && metric.find('_') != std::string_view::npos;
}

std::vector<std::string> parts_of(std::string_view name) {
  std::vector<std::string> parts(1);
  for (const char c : name) {
    if (letter_or_digit(c) || c == ':') parts.back() += c;
    else if (!parts.back().empty()) parts.emplace_back();
  }
  if (parts.back().empty()) parts.pop_back();
  return parts;
}

std::string unit_word(std::string_view unit) {
  for (const auto& [ucum, word] : units)
    if (unit == ucum) return word;
  return {};   // 1, {call}; and words of ours, such as share and cores, that are no unit of a name
}

std::string unit_in(std::string_view metric) {
  for (const std::string_view end : {"_total", "_bucket", "_count", "_sum"})
    if (ends(metric, end)) metric.remove_suffix(end.size());
  for (const auto& [ucum, word] : units)
    if (ends(metric, std::string("_") + word)) return ucum;
  return {};
}

std::string metric_name(const MeasureName& name) {
  if (is_translated(name.metric)) return name.metric;
  std::vector<std::string> parts = parts_of(name.metric);
  const auto append = [&](const std::string& words) {
    for (const std::string& word : split(words, '_'))
      if (!word.empty() && std::find(parts.begin(), parts.end(), word) == parts.end()) parts.push_back(word);
  };
  const size_t slash = name.unit.find('/');
  if (slash == std::string::npos) append(unit_word(name.unit));
  else {
    const std::string of = unit_word(name.unit.substr(0, slash));
    std::string per = unit_word(name.unit.substr(slash + 1));
    if (!per.empty() && per.back() == 's') per.pop_back();
    if (!of.empty() && !per.empty()) append(of), append("per"), append(per);
  }
  std::string out = join(parts, "_");
  if (name.kind == "sum") out = total_less(parts) + "_total";
  else if (name.kind == "gauge" && name.unit == "1" && (parts.empty() || parts.back() != "ratio")) out += "_ratio";
  return !out.empty() && digit(out.front()) ? "_" + out : out;
}

std::string label_name(std::string_view attribute) {
  std::string out;
  for (const char c : attribute) out += letter_or_digit(c) ? c : '_';
  return !out.empty() && digit(out.front()) ? "key_" + out : out;
}

std::string literal(std::string_view text) {
  static const char digits[] = "0123456789abcdef";
  std::string out = "\"";
  for (size_t i = 0; i < text.size();) {
    const size_t length = utf8_sequence(text, i);
    const char c = text[i];
    const auto byte = static_cast<unsigned char>(c);
    if (length > 1) out += text.substr(i, length);
    else if (c == '\n') out += "\\n";
    else if (c == '\\' || c == '"') (out += '\\') += c;
    else if (length == 0 || byte < 0x20 || byte == 0x7f) ((out += "\\x") += digits[byte >> 4]) += digits[byte & 15];
    else out += c;
    i += std::max<size_t>(length, 1);
  }
  return out += '"';
}

std::string regex_literal(std::string_view text) {
  if (!is_utf8(text)) return "[^\\x00-\\x{10FFFF}]";
  std::string out;
  for (const char c : text) {
    if (std::string_view("\\.+*?()|[]{}^$").find(c) != std::string_view::npos) out += '\\';
    out += c;
  }
  return out;
}

std::string regex_pattern(std::string_view pattern) {
  if (pattern == "*") return ".+";
  std::string out;
  for (const std::string& one : split(pattern, '|')) {
    if (!out.empty()) out += '|';
    const bool prefix = !one.empty() && one.back() == '*';
    out += regex_literal(prefix ? one.substr(0, one.size() - 1) : one) + (prefix ? ".*" : "");
  }
  return out;
}

bool classic_label(std::string_view name) { return classic(name, false); }
bool classic_metric(std::string_view name) { return classic(name, true); }

std::string_view base_of(std::string_view series) {
  for (const std::string_view end : {"_bucket", "_count", "_sum"})
    if (ends(series, end)) return series.substr(0, series.size() - end.size());
  return {};
}

std::vector<std::string> fitting_names(const MeasureName& name, const std::vector<std::string>& known) {
  const Kind kind = name.kind == "sum" ? Kind::sum : name.kind == "histogram" ? Kind::histogram : Kind::gauge;
  return search(name.metric, metric_name(name), kind, known);
}

std::vector<std::string> all_fitting_names(const std::string& metric, const std::vector<std::string>& known) {
  return search(metric, metric, Kind::any, known);
}

}  // namespace inquest::prometheus
