// The shipped recording, read as it lies.
// SPDX-License-Identifier: Apache-2.0
#include <catch2/catch.hpp>

#include <set>

#include "tests/runtime/connectors/otlp/written.h"

using namespace written;

namespace {
const std::string shipped = std::string(INQUEST_SOURCE_DIR) + "/sops/memory_leak/replay";
}

TEST_CASE("reader: the recording holds three signals; what is no telemetry is left aside") {
  auto reader = value_of(Reader::open(shipped));
  CHECK(reader->signals() == std::vector<std::string>{"metrics", "spans", "logs"});
  CHECK(reader->notes().empty());
}

TEST_CASE("reader: the recording has 27 953 spans in 2 515 traces") {
  const ReadSpans read = read_spans(shipped);
  std::set<std::pair<uint64_t, uint64_t>> traces;
  for (const auto& id : read.table->trace) traces.emplace(id.high, id.low);
  CHECK(read.table->rows() == 27953);
  CHECK(traces.size() == 2515);
  CHECK(read.reading.bad_lines == 0);
  CHECK(read.reading.bad_records == 0);
  CHECK(read.reading.lines == 2298);
  CHECK(read.reading.bytes == 22777618);
}

TEST_CASE("reader: the recording has 32 943 points of 102 metrics") {
  auto reader = value_of(Reader::open(shipped));
  const auto metrics = value_of(reader->metrics(go));
  size_t points = 0;
  std::set<TextId> names;
  for (const Stream& stream : metrics->streams) points += stream.time.size(), names.insert(stream.metric);
  CHECK(points == 32943);
  CHECK(names.size() == 102);
}

TEST_CASE("reader: the recording has 8 877 log records") {
  auto reader = value_of(Reader::open(shipped));
  CHECK(value_of(reader->logs(go))->rows() == 8877);
}

TEST_CASE("reader: the extent of the recording is from its first to its last time") {
  auto reader = value_of(Reader::open(shipped));
  const auto extent = value_of(reader->extent(go));
  REQUIRE(extent);
  CHECK(print_time({extent->from.ns / ns_per_s * ns_per_s}) == "2026-11-21T10:28:29Z");
  CHECK(print_time({extent->to.ns / ns_per_s * ns_per_s}) == "2026-11-21T11:07:55Z");
}
