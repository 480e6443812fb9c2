// Points in time and durations as int64 nanoseconds, their text forms, and the clock as a parameter.
// SPDX-License-Identifier: Apache-2.0
//
// Time is nanoseconds since 1970 UTC. Nothing here reads a locale or a time zone. Text forms:
//   time      2026-11-21T10:28:39Z, with up to nine decimals when they are not zero; also read: an offset (+01:00), a
//             space instead of T, a bare integer of seconds (10 digits), milliseconds (13) or nanoseconds (19)
//   duration  1h, 90s, 1h30m, 250ms, 7d, 2w; units ns us ms s m h d w; printed with the largest units that are exact (up to d);
//             a leading minus is printed and read
// `Clock` is the seam: only main makes a SystemClock, tests pass a ManualClock.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "runtime/base/error.h"

namespace inquest {

struct Time {
  int64_t ns = 0;
  auto operator<=>(const Time&) const = default;
};
struct Duration {
  int64_t ns = 0;
  auto operator<=>(const Duration&) const = default;
};

constexpr int64_t ns_per_s = 1'000'000'000;
constexpr int64_t ns_per_ms = 1'000'000;

std::string print_time(Time time);
std::string print_clock(Time time);          // 10:28:39, for tables whose date stands elsewhere
Result<Time> parse_time(std::string_view text);
std::string print_duration(Duration duration);
Result<Duration> parse_duration(std::string_view text);

class Clock {
 public:
  virtual ~Clock() = default;
  virtual Time now() = 0;            // wall clock, UTC
  virtual int64_t monotonic_ns() = 0;
};
int64_t monotonic_ns();              // of the machine; for deadlines and durations, no date

class SystemClock final : public Clock {
 public:
  Time now() override;
  int64_t monotonic_ns() override { return inquest::monotonic_ns(); }
};
class ManualClock final : public Clock {
 public:
  explicit ManualClock(Time start) : now_(start) {}
  Time now() override { return now_; }
  int64_t monotonic_ns() override { return now_.ns; }
  void advance(Duration by) { now_.ns += by.ns; }

 private:
  Time now_;
};

}  // namespace inquest
