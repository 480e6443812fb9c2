// Numbers for people and for comparison; no locale anywhere (declared in text.h).
// SPDX-License-Identifier: Apache-2.0
#include <charconv>
#include <cmath>
#include <string>

#include "runtime/base/text.h"

namespace inquest {
namespace {

std::string special(double value) {
  if (std::isnan(value)) return "NaN";
  return value > 0 ? "+Inf" : "-Inf";
}

double round_to(double value, int digits) {
  if (!std::isfinite(value) || value == 0) return value;
  char buffer[64];
  const auto end = std::to_chars(buffer, buffer + sizeof buffer, value, std::chars_format::scientific, digits - 1);
  double out = value;
  const auto read = std::from_chars(buffer, end.ptr, out);
  return read.ec == std::errc() ? out : value;
}

std::string group(std::string digits) {  // of the whole part of a decimal number
  const size_t first = !digits.empty() && digits[0] == '-' ? 1 : 0;
  const size_t point = digits.find('.');
  size_t at = point == std::string::npos ? digits.size() : point;
  while (at > first + 3) {
    at -= 3;
    digits.insert(at, 1, ' ');
  }
  return digits;
}

// Three significant digits, trailing zeros dropped, the whole part always complete: 1 235, 12.3, 0.00123.
std::string three(double value) {
  const double size = std::fabs(value);
  if (size == 0) return "0";
  char buffer[400];
  if (size >= 1e15 || size < 1e-6) {
    const auto end = std::to_chars(buffer, buffer + sizeof buffer, round_to(value, 3));
    return std::string(buffer, end.ptr);
  }
  int decimals = 0;
  for (double limit = 100; std::fabs(round_to(value, 3)) < limit && decimals < 9; limit /= 10) ++decimals;
  const auto end = std::to_chars(buffer, buffer + sizeof buffer, value, std::chars_format::fixed, decimals);
  std::string out(buffer, end.ptr);
  if (out.find('.') != std::string::npos) {
    out.erase(out.find_last_not_of('0') + 1);
    if (out.back() == '.') out.pop_back();
  }
  return group(out);
}

std::string bytes(double value) {
  static constexpr const char* names[] = {"B", "kB", "MB", "GB", "TB", "PB", "EB"};
  size_t unit = 0;
  while (std::fabs(round_to(value, 3)) >= 1000 && unit + 1 < std::size(names)) {
    value /= 1000;
    ++unit;
  }
  return three(value) + " " + names[unit];
}

std::string long_time(int64_t ns) {  // a minute and more: the two largest units, rounded to the smaller
  struct Unit { const char* name; int64_t s; };
  static constexpr Unit units[] = {{"d", 86400}, {"h", 3600}, {"min", 60}, {"s", 1}};
  const int64_t whole = ns / 1'000'000'000 + (ns % 1'000'000'000 >= 500'000'000);
  for (size_t i = 0; i + 1 < std::size(units); ++i) {
    const int64_t small = units[i + 1].s;
    const int64_t rounded = (whole + small / 2) / small * small;
    if (rounded < units[i].s) continue;
    std::string out = count(rounded / units[i].s) + " " + units[i].name;
    if (const int64_t rest = rounded % units[i].s / small; rest) out += " " + count(rest) + " " + units[i + 1].name;
    return out;
  }
  return count(whole) + " s";
}

std::string seconds(double s) {
  if (s < 0) return "-" + seconds(-s);
  if (s == 0) return "0 s";
  if (round_to(s, 3) >= 60) {
    if (s > 9e9) return three(s / 86400) + " d";  // beyond int64 nanoseconds
    return long_time(static_cast<int64_t>(std::llround(s * 1e9)));
  }
  struct Unit { const char* name; double s; };
  static constexpr Unit units[] = {{"s", 1}, {"ms", 1e-3}, {"µs", 1e-6}};
  for (const Unit& unit : units)
    if (round_to(s / unit.s, 3) >= 1) return three(s / unit.s) + " " + unit.name;
  return three(s * 1e9) + " ns";
}

}  // namespace

std::string human(double value, std::string_view unit) {
  if (!std::isfinite(value)) return special(value);
  if (unit.substr(0, 2) == "By" && (unit.size() == 2 || unit[2] == '/')) return bytes(value) + std::string(unit.substr(2));
  if (unit == "s") return seconds(value);
  if (unit == "ms") return seconds(value / 1e3);
  if (unit == "us") return seconds(value / 1e6);
  if (unit == "ns") return seconds(value / 1e9);
  if (unit == "ratio") return "x" + three(value);
  if (unit == "share" || unit == "1") return three(value * 100) + " %";
  std::string name;  // UCUM writes what is counted in braces: {request}/s
  for (const char c : unit)
    if (c != '{' && c != '}') name += c;
  if (name.size() > 1 && name[0] == '1' && name[1] == '/') name.erase(0, 1);
  return name.empty() ? three(value) : three(value) + " " + name;
}

std::string human_ns(int64_t ns) {
  if (ns >= 60'000'000'000) return long_time(ns);
  return seconds(static_cast<double>(ns) / 1e9);
}

std::string count(int64_t n) { return group(std::to_string(n)); }

double round12(double value) { return round_to(value, 12); }

std::string shortest(double value) {
  if (!std::isfinite(value)) return special(value);
  char buffer[64];
  const auto end = std::to_chars(buffer, buffer + sizeof buffer, value);
  return std::string(buffer, end.ptr);
}

}  // namespace inquest
