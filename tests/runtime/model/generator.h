// Seeded random values, windows, asks and findings for property tests.
// SPDX-License-Identifier: Apache-2.0
//
// The same seed gives the same values everywhere: only the bits of mt19937_64 are used, no distribution of the library.
#pragma once

#include <array>
#include <cmath>
#include <limits>
#include <random>
#include <string>
#include <vector>

#include "runtime/model/finding.h"

namespace inquest::testing {

class Generator final {
 public:
  explicit Generator(uint64_t seed) : random_(seed) {}
  size_t below(size_t n) { return static_cast<size_t>(random_() % n); }
  bool coin() { return below(2) == 1; }
  int64_t integer() {
    constexpr int64_t edge = int64_t{1} << 53;
    switch (below(6)) {
      case 0: return std::numeric_limits<int64_t>::min();
      case 1: return std::numeric_limits<int64_t>::max();
      case 2: return (coin() ? 1 : -1) * (edge + static_cast<int64_t>(below(3)) - 1);
      default: return static_cast<int64_t>(random_()) >> below(64);
    }
  }
  double number() {  // never NaN, which is equal to nothing
    switch (below(8)) {
      case 0: return std::numeric_limits<double>::infinity();
      case 1: return -std::numeric_limits<double>::infinity();
      case 2: return static_cast<double>(below(100));
      case 3: return std::numeric_limits<double>::denorm_min();
      default: return std::ldexp(static_cast<double>(integer()), static_cast<int>(below(200)) - 100);
    }
  }
  std::string text() {
    static constexpr std::array pieces = {"a", "time", "$name", "\"", "\\", "\n", "é", "日", "", "{", " ", "\x01", "term", "NaN"};
    std::string out;
    for (size_t n = below(4); n > 0; --n) out += pieces[below(pieces.size())];
    return out;
  }
  std::string key() {  // tags of the JSON form are common here on purpose
    static constexpr std::array keys = {"time", "duration", "int", "number", "map", "term", "args", "fields", "limit", "x", ""};
    return keys[below(keys.size())];
  }
  Value value(int depth = 4) {
    switch (below(depth > 0 ? 10 : 7)) {
      case 0: return {};
      case 1: return coin();
      case 2: return integer();
      case 3: return number();
      case 4: return Time{integer()};
      case 5: return Duration{integer()};
      case 7: return list(depth - 1);
      case 8: return map(depth - 1);
      case 9: return Term{text(), list(depth - 1), map(depth - 1)};
      default: return text();
    }
  }
  List list(int depth) {
    List out;
    for (size_t n = below(4); n > 0; --n) out.push_back(value(depth));
    return out;
  }
  Map map(int depth = 3) {  // a key may stand twice
    Map out;
    for (size_t n = below(4); n > 0; --n) out.emplace_back(key(), value(depth));
    return out;
  }
  Window window() { return {{integer()}, {integer()}}; }
  Scope scope() {
    Scope out{window(), {}};
    for (const std::string& name : scope_names())
      if (coin()) out.names[name] = text();
    return out;
  }
  std::vector<std::string> texts() {
    std::vector<std::string> out;
    for (size_t n = below(3); n > 0; --n) out.push_back(text());
    return out;
  }
  Ask ask() {
    Ask out;
    out.state = text();
    out.name = text();
    out.kind = text();
    out.signal = text();
    out.args = map();
    out.native = text();
    out.names = map();
    out.scope = scope();
    if (coin()) out.then = window();
    out.outside = texts();
    out.where = map();
    out.from = text();
    out.unknown_names = texts();
    return out;
  }
  Subject subject() {
    Subject out;
    for (size_t n = below(3); n > 0; --n) out[key()] = text();
    return out;
  }
  std::map<std::string, double> numbers() {
    std::map<std::string, double> out;
    for (size_t n = below(3); n > 0; --n) out[key()] = number();
    return out;
  }
  Finding finding() {
    Finding out;
    out.id = text();
    out.state = text();
    out.review = text();
    out.kind = text();
    out.subject = subject();
    out.numbers = numbers();
    for (size_t n = below(3); n > 0; --n) out.lists[key()] = texts();
    out.strength = number();
    if (coin()) out.onset = Time{integer()};
    out.evidence = texts();
    out.says = text();
    return out;
  }
  Rows rows() {
    Rows out;
    for (size_t n = below(3); n > 0; --n) out.found.push_back(finding());
    for (size_t n = below(3); n > 0; --n) out.examined.push_back({text(), text(), text(), subject(), numbers(), texts()});
    for (size_t n = below(3); n > 0; --n) {
      Unknown row{text(), text(), text(), {}, text(), text(), text(), text(), texts(), coin()};
      if (coin()) row.subject = subject();
      out.unknown.push_back(row);
    }
    return out;
  }

 private:
  std::mt19937_64 random_;
};

// Through printed text, as a journal keeps it.
inline Json reread(const Json& json) {
  const auto read = parse_json(canonical(json), "test");
  return read ? *read : Json("unreadable: " + read.error().print());
}

}  // namespace inquest::testing
