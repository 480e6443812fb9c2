// Made frames: memory that grows at the second service, latency that jumps there, whole traces.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <fmt/format.h>

#include <string>
#include <vector>

#include "runtime/base/hash.h"
#include "runtime/frame/frame.h"
#include "runtime/frame/kernels/loghist.h"

namespace made {

using namespace inquest;

constexpr int64_t begin_s = 1'795'255'200;   // 2026-11-21T10:00:00Z
inline Time at(int64_t seconds) { return {(begin_s + seconds) * ns_per_s}; }
inline Window window() { return {at(0), at(3600)}; }

inline FramePtr memory_frame(const std::vector<std::string>& services) {
  FrameBuilder b(Shape::series);
  b.head().add("time", ColumnType::time).add("value", ColumnType::float64);
  for (size_t s = 0; s < services.size(); ++s)
    for (int64_t t = 0; t < 3600; t += 60) {
      b.text(0, services[s]);
      b.text(2, fmt::format("{}-0", s));
      b.integer(b.index("time"), at(t).ns);
      const double base = 80e6 + 20e6 * static_cast<double>(s);
      b.number(b.index("value"), s == 1 && t > 1800 ? base + 250e3 * static_cast<double>(t - 1800)
                                                    : base + 1e6 * static_cast<double>((t / 60) % 5));
      b.end_row();
    }
  return b.finish();
}

inline FramePtr latency_frame(const std::vector<std::string>& services) {
  FrameBuilder b(Shape::latency);
  b.head()
      .add("operation", ColumnType::text)
      .add("kind", ColumnType::text)
      .add("time", ColumnType::time)
      .add("bucket", ColumnType::int64)
      .add("count", ColumnType::int64)
      .add("errors", ColumnType::int64)
      .add("sum", ColumnType::duration);
  for (size_t s = 0; s < services.size(); ++s)
    for (int64_t t = 0; t < 3600; t += 120)
      for (int64_t part = 0; part < 3; ++part) {
        const bool slow = s == 1 && t >= 1800;
        const int64_t ns = (20 + 30 * part) * 1'000'000 * (slow && part == 2 ? 12 : 1) * static_cast<int64_t>(s + 1);
        const int64_t n = part == 0 ? 30 : part == 1 ? 12 : 3;
        b.text(0, services[s]);
        b.text(b.index("operation"), "GET /things");
        b.text(b.index("kind"), "server");
        b.integer(b.index("time"), at(t).ns);
        b.integer(b.index("bucket"), log_bucket(ns));
        b.integer(b.index("count"), n);
        b.integer(b.index("errors"), slow && part == 2 ? 1 : 0);
        b.integer(b.index("sum"), ns * n);
        b.end_row();
      }
  return b.finish();
}

inline FramePtr spans_frame(const std::string& service) {
  FrameBuilder b(Shape::spans);
  b.head();
  for (const char* name : {"trace_id", "span_id", "parent_id", "operation", "kind"}) b.add(name, ColumnType::text);
  b.add("start", ColumnType::time)
      .add("duration", ColumnType::duration)
      .add("status", ColumnType::text)
      .add("attributes", ColumnType::text);
  for (int64_t trace = 0; trace < 9; ++trace)
    for (int64_t span = 0; span < 3; ++span) {
      b.text(0, span == 2 ? "depot" : service);
      b.text(b.index("trace_id"), sha256_hex(fmt::format("trace {}", trace)).substr(0, 32));
      b.text(b.index("span_id"), fmt::format("{:016x}", trace * 10 + span));
      b.text(b.index("operation"), span == 0 ? "GET /things" : "read");
      b.integer(b.index("start"), at(1900 + trace * 30).ns);
      b.integer(b.index("duration"), (2'000 - trace * 90 - span * 300) * 1'000'000);
      b.text(b.index("status"), trace == 3 && span == 0 ? "error" : "ok");
      b.text(b.index("attributes"), "{}");
      b.end_row();
    }
  b.expanded(true);
  b.marks().limited = "9 of 1 204 traces, slowest first";
  return b.finish();
}

}  // namespace made
