// Value: what stands in a field of a SOP, an option of an ask, an input, a binding.
// SPDX-License-Identifier: Apache-2.0
//
// A closed sum: null, bool, int64, double, time, duration, text, list, map (ordered, text keys) and term — a word with
// arguments that is not a text, such as `above(14.4)`, `like "$message"`, `number { default = 1.5 }` or a bare `number`
// (no arguments). A dotted reference `metrics.memory` is text "metrics.memory". A text that is only "$name" stands for
// the bound value itself, typed; `bind` replaces it.
// Comparable; the JSON form keeps types apart (time {"time":…}, duration {"duration":…}, term {"term":…,"args":[…]};
// int64 beyond 2^53 {"int":"…"}, NaN and infinities {"number":"NaN"}, a map that would read as one of these or has a key
// twice {"map":[[key,value],…]}), so that value_json and json_value are inverse. Depth is capped at 128.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "runtime/base/error.h"
#include "runtime/base/json.h"
#include "runtime/base/time.h"

namespace inquest {

class Value;
using List = std::vector<Value>;
using Map = std::vector<std::pair<std::string, Value>>;  // order of the text

struct Term {
  std::string word;
  List args = {};
  Map fields = {};
  bool operator==(const Term& other) const;
};

class Value final {
 public:
  using State = std::variant<std::monostate, bool, int64_t, double, Time, Duration, std::string, List, Map, Term>;
  Value() = default;
  Value(bool v) : state_(v) {}                      // NOLINT: implicit on purpose, all of these
  Value(int v) : state_(int64_t{v}) {}
  Value(int64_t v) : state_(v) {}
  Value(double v) : state_(v) {}
  Value(Time v) : state_(v) {}
  Value(Duration v) : state_(v) {}
  Value(const char* v) : state_(std::string(v)) {}
  Value(std::string v) : state_(std::move(v)) {}
  Value(List v) : state_(std::move(v)) {}
  Value(Map v) : state_(std::move(v)) {}
  Value(Term v) : state_(std::move(v)) {}

  template <class T> bool is() const { return std::holds_alternative<T>(state_); }
  template <class T> const T* get() const { return std::get_if<T>(&state_); }
  template <class T> T* get() { return std::get_if<T>(&state_); }
  bool null() const { return is<std::monostate>(); }
  const State& state() const { return state_; }
  const std::string& text() const;                  // the text, or empty
  double number(double otherwise = 0) const;        // int64 or double
  bool operator==(const Value& other) const { return state_ == other.state_; }

 private:
  State state_;
};

const Value* find(const Map& map, std::string_view key);       // null when absent
void set(Map& map, std::string key, Value value);              // replaces or appends
const char* type_name(const Value& value);                     // "text", "number", "list", …

Json value_json(const Value& value);
Result<Value> json_value(const Json& json);
// For people: texts bare, durations 1h, lists a, b, c.
std::string print_value(const Value& value);                   // null: unknown
// As it would stand in a SOP: texts quoted, above(14.4), like "x", { times = 2 }.
std::string print_literal(const Value& value);
std::string print_map(const Map& map);                         // { limit = 100, traces = { "a" } }

// Lookup of a name; nullopt = unbound.
using Names = std::function<std::optional<Value>(const std::string& name)>;
// Replaces "$name" values; inside longer texts `$name` and `$name.field` become print_value, or "unknown" when unbound.
// A dot counts only before a letter, and once. What was bound is never scanned again. Names that were unbound are
// appended to `unbound` when given, each once; a value that is only an unbound name becomes null.
// Call it as inquest::bind: Names is a std::function, so that a bare `bind` may find std::bind first.
Value bind(const Value& value, const Names& names, std::vector<std::string>* unbound = nullptr);
std::string bind_text(std::string_view text, const Names& names, std::vector<std::string>* unbound = nullptr);
// The names used in a value: "$a", "$a.b" (without the dollar), in order, each once.
std::vector<std::string> names_in(const Value& value);
// The name after a dollar at `at` (which is behind it), without the dollar; empty when none begins there. A dot counts
// before a letter, once.
std::string_view name_at(std::string_view text, size_t at);

}  // namespace inquest
