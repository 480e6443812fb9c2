// Text forms of times and durations by arithmetic alone (no time zone, no locale).
// SPDX-License-Identifier: Apache-2.0
#include "runtime/base/time.h"

#include <fmt/format.h>

#include <chrono>
#include <limits>

namespace inquest {
namespace {

__extension__ typedef __int128 Wide;  // sums and products of int64 nanoseconds
bool fits(Wide n) { return n >= std::numeric_limits<int64_t>::min() && n <= std::numeric_limits<int64_t>::max(); }

// Civil date from days since 1970-01-01 and back; Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms".
struct Civil { int64_t year; unsigned month, day; };
Civil civil_from_days(int64_t z) {
  z += 719468;
  const int64_t era = (z >= 0 ? z : z - 146096) / 146097;
  const unsigned doe = static_cast<unsigned>(z - era * 146097);
  const unsigned yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
  const unsigned doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
  const unsigned mp = (5 * doy + 2) / 153;
  const unsigned month = mp < 10 ? mp + 3 : mp - 9;
  return {static_cast<int64_t>(yoe) + era * 400 + (month <= 2), month, doy - (153 * mp + 2) / 5 + 1};
}
int64_t days_from_civil(int64_t y, unsigned m, unsigned d) {
  y -= m <= 2;
  const int64_t era = (y >= 0 ? y : y - 399) / 400;
  const unsigned yoe = static_cast<unsigned>(y - era * 400);
  const unsigned doy = (153 * (m > 2 ? m - 3 : m + 9) + 2) / 5 + d - 1;
  const unsigned doe = yoe * 365 + yoe / 4 - yoe / 100 + doy;
  return era * 146097 + static_cast<int64_t>(doe) - 719468;
}

bool digits(std::string_view text, size_t at, size_t n, int64_t* out) {
  if (at + n > text.size()) return false;
  int64_t value = 0;
  for (size_t i = at; i < at + n; ++i) {
    if (text[i] < '0' || text[i] > '9') return false;
    if (__builtin_mul_overflow(value, int64_t{10}, &value) || __builtin_add_overflow(value, int64_t{text[i] - '0'}, &value))
      return false;
  }
  *out = value;
  return true;
}

Error bad_time(std::string_view text) {
  return Error{Code::usage, fmt::format("`{}` is not a time", text), "",
               "write 2026-11-21T10:28:39Z, with an offset such as +01:00, or seconds since 1970"};
}

}  // namespace

std::string print_time(Time time) {
  int64_t s = time.ns / ns_per_s, rest = time.ns % ns_per_s;
  if (rest < 0) { rest += ns_per_s; --s; }
  int64_t days = s / 86400, in_day = s % 86400;
  if (in_day < 0) { in_day += 86400; --days; }
  const Civil c = civil_from_days(days);
  std::string out = fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}", c.year, c.month, c.day, in_day / 3600,
                                in_day / 60 % 60, in_day % 60);
  if (rest) {
    std::string decimals = fmt::format("{:09}", rest);
    decimals.erase(decimals.find_last_not_of('0') + 1);
    out += "." + decimals;
  }
  return out + "Z";
}

std::string print_clock(Time time) {
  int64_t s = time.ns / ns_per_s;
  if (time.ns % ns_per_s < 0) --s;
  const int64_t in_day = ((s % 86400) + 86400) % 86400;
  return fmt::format("{:02}:{:02}:{:02}", in_day / 3600, in_day / 60 % 60, in_day % 60);
}

Result<Time> parse_time(std::string_view text) {
  int64_t value = 0;
  if (text.size() == 10 && digits(text, 0, 10, &value)) return Time{value * ns_per_s};
  if (text.size() == 13 && digits(text, 0, 13, &value)) return Time{value * 1'000'000};
  if (text.size() == 19 && text[4] != '-' && digits(text, 0, 19, &value)) return Time{value};
  int64_t year, month, day, hour = 0, minute = 0, second = 0, offset = 0, fraction = 0;
  if (!digits(text, 0, 4, &year) || !digits(text, 5, 2, &month) || !digits(text, 8, 2, &day) || text[4] != '-' ||
      text[7] != '-' || month < 1 || month > 12 || day < 1 || year < 1677 || year > 2262)
    return bad_time(text);
  size_t at = 10;
  if (at < text.size()) {
    if ((text[at] != 'T' && text[at] != 't' && text[at] != ' ') || !digits(text, at + 1, 2, &hour) ||
        !digits(text, at + 4, 2, &minute) || text[at + 3] != ':' || hour > 23 || minute > 59)
      return bad_time(text);
    at += 6;
    if (at < text.size() && text[at] == ':') {
      if (!digits(text, at + 1, 2, &second) || second > 60) return bad_time(text);
      at += 3;
      if (at < text.size() && text[at] == '.') {
        int64_t unit = 100'000'000;
        const size_t first = ++at;
        for (; at < text.size() && text[at] >= '0' && text[at] <= '9'; ++at, unit /= 10)
          fraction += unit * (text[at] - '0');
        if (at == first) return bad_time(text);
      }
    }
    if (at < text.size() && (text[at] == 'Z' || text[at] == 'z')) {
      ++at;
    } else if (at < text.size() && (text[at] == '+' || text[at] == '-')) {
      int64_t oh, om;
      if (!digits(text, at + 1, 2, &oh) || at + 3 >= text.size() || text[at + 3] != ':' ||
          !digits(text, at + 4, 2, &om) || oh > 23 || om > 59)
        return bad_time(text);
      offset = (text[at] == '-' ? -1 : 1) * (oh * 3600 + om * 60);
      at += 6;
    }
    if (at != text.size()) return bad_time(text);
  }
  const int64_t days = days_from_civil(year, static_cast<unsigned>(month), static_cast<unsigned>(day));
  const Civil civil = civil_from_days(days);
  if (civil.month != static_cast<unsigned>(month) || civil.day != static_cast<unsigned>(day)) return bad_time(text);
  const Wide ns = Wide{days * 86400 + hour * 3600 + minute * 60 + second - offset} * ns_per_s + fraction;
  if (!fits(ns)) return bad_time(text);
  return Time{static_cast<int64_t>(ns)};
}

std::string print_duration(Duration duration) {
  struct Unit { const char* name; int64_t ns; };
  static constexpr Unit units[] = {{"d", 86400 * ns_per_s}, {"h", 3600 * ns_per_s}, {"m", 60 * ns_per_s},
                                   {"s", ns_per_s},         {"ms", 1'000'000},      {"us", 1000},
                                   {"ns", 1}};
  if (duration.ns == 0) return "0s";
  std::string out;
  uint64_t rest = static_cast<uint64_t>(duration.ns);
  if (duration.ns < 0) { out = "-"; rest = ~rest + 1; }
  for (const Unit& unit : units) {
    const uint64_t n = rest / static_cast<uint64_t>(unit.ns);
    if (n) out += fmt::format("{}{}", n, unit.name);
    rest -= n * static_cast<uint64_t>(unit.ns);
  }
  return out;
}

Result<Duration> parse_duration(std::string_view text) {
  const Error bad{Code::usage, fmt::format("`{}` is not a duration", text), "",
                  "write a number and a unit: 90s, 15m, 1h30m, 7d (units ns us ms s m h d w)"};
  struct Unit { std::string_view name; int64_t ns; };
  static constexpr Unit units[] = {{"ns", 1}, {"us", 1000}, {"ms", 1'000'000}, {"s", ns_per_s}, {"m", 60 * ns_per_s},
                                   {"h", 3600 * ns_per_s}, {"d", 86400 * ns_per_s}, {"w", 7 * 86400 * ns_per_s}};
  const bool minus = !text.empty() && text[0] == '-';
  Wide total = 0;
  if (text.size() == (minus ? 1u : 0u)) return bad;
  for (size_t at = minus ? 1 : 0; at < text.size();) {
    int64_t n = 0, scale = 1;
    const size_t start = at;
    bool point = false;
    for (; at < text.size() && ((text[at] >= '0' && text[at] <= '9') || (text[at] == '.' && !point)); ++at) {
      if (text[at] == '.') { point = true; continue; }
      if (n > 100'000'000'000'000'000) return bad;
      n = n * 10 + (text[at] - '0');
      if (point) scale *= 10;
      if (scale > 1'000'000'000) return bad;
    }
    if (at == start || text[at - 1] == '.') return bad;
    size_t end = at;
    while (end < text.size() && text[end] >= 'a' && text[end] <= 'z') ++end;
    const Unit* unit = nullptr;
    for (const Unit& u : units)
      if (u.name == text.substr(at, end - at)) unit = &u;
    if (!unit) return bad;
    total += Wide{n} * unit->ns / scale;
    if (!fits(minus ? -total : total)) return bad;
    at = end;
  }
  return Duration{static_cast<int64_t>(minus ? -total : total)};
}

Time SystemClock::now() {
  return Time{std::chrono::duration_cast<std::chrono::nanoseconds>(std::chrono::system_clock::now().time_since_epoch()).count()};
}
int64_t monotonic_ns() {
  return std::chrono::duration_cast<std::chrono::nanoseconds>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

}  // namespace inquest
