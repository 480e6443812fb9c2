// Ingest of OTLP spans beside a bare simdjson pass over the same file: MB/s and ratios of one run.
// SPDX-License-Identifier: Apache-2.0
//
//   ingest_bench [--spans N] [--runs R] [--keep FOLDER] [FILE.jsonl]
// Without a file it makes one (300 000 spans) in a temporary folder, or in FOLDER with all three signals, and leaves it
// there. Best of R runs each; build with CMAKE_BUILD_TYPE=Release. Bars: 250 MB/s on one thread, 1.6 times that on two.
#include <simdjson.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <filesystem>
#include <fstream>
#include <random>
#include <string>
#include <thread>

#include "runtime/connectors/otlp/reader.h"
#include "tests/bench/gen.h"

namespace {

double seconds_since(std::chrono::steady_clock::time_point start) {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

// Every value is looked at: texts by their length, numbers by their value.
uint64_t visit(const simdjson::dom::element& element) {
  uint64_t sum = 0;
  switch (element.type()) {
    case simdjson::dom::element_type::ARRAY:
      for (const auto child : simdjson::dom::array(element)) sum += visit(child);
      break;
    case simdjson::dom::element_type::OBJECT:
      for (const auto [key, value] : simdjson::dom::object(element)) sum += key.size() + visit(value);
      break;
    case simdjson::dom::element_type::STRING: sum += std::string_view(element).size(); break;
    case simdjson::dom::element_type::INT64: sum += static_cast<uint64_t>(int64_t(element)); break;
    default: ++sum;
  }
  return sum;
}

double bare_pass(const std::string& path, uint64_t& sum) {
  const auto start = std::chrono::steady_clock::now();
  std::ifstream file(path, std::ios::binary);
  simdjson::dom::parser parser;
  std::string line;
  while (std::getline(file, line)) {
    line.reserve(line.size() + simdjson::SIMDJSON_PADDING);
    const auto document = parser.parse(line.data(), line.size(), false);
    if (document.error() == simdjson::SUCCESS) sum += visit(document.value_unsafe());
  }
  return seconds_since(start);
}

double ours(const std::string& path, size_t threads, size_t& rows, double& processor) {
  const std::atomic<bool> stop{false};
  inquest::otlp::Reader::Options options;
  options.threads = threads;
  const auto start = std::chrono::steady_clock::now();
  const std::clock_t used = std::clock();
  auto reader = inquest::otlp::Reader::open(path, options);
  if (!reader) {
    std::fprintf(stderr, "%s\n", reader.error().print().c_str());
    std::exit(1);
  }
  const auto spans = (*reader)->spans(stop);
  const double seconds = seconds_since(start);
  if (!spans) {
    std::fprintf(stderr, "%s\n", spans.error().print().c_str());
    std::exit(1);
  }
  rows = (*spans)->rows();
  processor = std::min(processor, static_cast<double>(std::clock() - used) / CLOCKS_PER_SEC);
  return seconds;
}

size_t peak_kb() {
  std::ifstream status("/proc/self/status");
  for (std::string line; std::getline(status, line);) {
    if (line.starts_with("VmHWM:")) return std::strtoul(line.c_str() + 6, nullptr, 10);
  }
  return 0;
}

}  // namespace

int main(int count, char** arguments) {
  bench::Amounts amounts;
  amounts.spans = 300'000;
  int runs = 5;
  std::string path, keep;
  for (int i = 1; i < count; ++i) {
    const bool more = i + 1 < count;
    if (std::strcmp(arguments[i], "--spans") == 0 && more) amounts.spans = std::atol(arguments[++i]);
    else if (std::strcmp(arguments[i], "--runs") == 0 && more) runs = std::atoi(arguments[++i]);
    else if (std::strcmp(arguments[i], "--keep") == 0 && more) keep = arguments[++i];
    else path = arguments[i];
  }
  const auto folder = keep.empty() ? std::filesystem::temp_directory_path() / ("inquest-bench-" + std::to_string(std::random_device{}()))
                                   : std::filesystem::path(keep);
  if (path.empty()) {
    std::filesystem::create_directories(folder);
    if (!keep.empty()) amounts.points = amounts.logs = amounts.spans;
    if (!bench::generate(amounts, folder.string())) return std::perror("cannot write"), 1;
    path = (folder / "traces.jsonl").string();
  }
  const double megabytes = static_cast<double>(std::filesystem::file_size(path)) / 1e6;
  double bare = 1e9, one = 1e9, two = 1e9, one_cpu = 1e9, two_cpu = 1e9;
  uint64_t sum = 0;
  size_t rows = 0;
  for (int run = 0; run < runs; ++run) {  // in turns, so that a slow moment of the machine meets all three
    one = std::min(one, ours(path, 1, rows, one_cpu));
    two = std::min(two, ours(path, 2, rows, two_cpu));
    bare = std::min(bare, bare_pass(path, sum));
  }
  std::printf("%.1f MB, %zu spans, best of %d (checksum %llx)\n", megabytes, rows, runs, static_cast<unsigned long long>(sum));
  std::printf("simdjson, parse and visit, 1 thread  %7.1f MB/s\n", megabytes / bare);
  std::printf("ours, into columns, 1 thread         %7.1f MB/s  %.2f of simdjson's\n", megabytes / one, bare / one);
  std::printf("ours, into columns, 2 threads        %7.1f MB/s  %.2f times one thread (%u processors)\n", megabytes / two, one / two,
              std::thread::hardware_concurrency());
  std::printf("processor time                       %7.3f s on 1 thread, %.3f s on 2 (%.2f times; what wall time lacks beyond that, the machine was busy with others)\n",
              one_cpu, two_cpu, two_cpu / one_cpu);
  std::printf("peak memory %.0f MB\n", static_cast<double>(peak_kb()) / 1e3);
  if (keep.empty() && path.starts_with(folder.string())) std::filesystem::remove_all(folder);
  return 0;
}
