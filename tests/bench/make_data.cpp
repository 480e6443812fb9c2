// Writes made telemetry of a shop with a leak as OTLP-JSON lines: make_data SPANS POINTS LOGS FOLDER [SEED].
// SPDX-License-Identifier: Apache-2.0
#include <cstdio>
#include <cstdlib>
#include <filesystem>

#include "tests/bench/gen.h"

int main(int count, char** arguments) {
  if (count < 5) return std::fprintf(stderr, "usage: make_data SPANS POINTS LOGS FOLDER [SEED]\n"), 2;
  bench::Amounts amounts;
  amounts.spans = std::atol(arguments[1]);
  amounts.points = std::atol(arguments[2]);
  amounts.logs = std::atol(arguments[3]);
  if (count > 5) amounts.seed = std::strtoull(arguments[5], nullptr, 10);
  std::error_code error;
  std::filesystem::create_directories(arguments[4], error);
  if (error || !bench::generate(amounts, arguments[4])) return std::fprintf(stderr, "%s: cannot be written\n", arguments[4]), 1;
  return 0;
}
