// Jaeger: the walk over an answer of its v1 interface. Internal to otlp_decode_jaeger*.
// SPDX-License-Identifier: Apache-2.0
//
// What becomes of tags, references, logs and processes is told in jaeger/convert.h, which does the same over a tree, for
// every answer; the tests hold both against each other. Here nothing is mended: whatever is out of the ordinary (a member
// that Jaeger does not write, twice the same, another type, a broken id or number, half a surrogate pair, a span without
// process) ends the walk with false.
#pragma once

#include <charconv>
#include <string>
#include <string_view>
#include <vector>

#include "runtime/connectors/otlp_decode_work.h"

namespace inquest::otlp {

// A number as JSON spells it. Of integers only those of at most 18 digits: all of them fit 64 bits.
bool spelled_number(std::string_view text, bool& integral);

struct Decoder::Work::Jaeger {
  Jaeger(Work& owner, std::string_view answer, JaegerTold& to)
      : work(owner), walk(owner.walk), spans(owner.part->spans), texts(*owner.texts), told(to), begin(answer.data()), end(begin + answer.size()) {}

  Work& work;
  Walk& walk;
  Spans& spans;
  Texts& texts;
  JaegerTold& told;
  const char* const begin;
  const char* const end;

  struct Pair {                           // {"key", "type", "value"}: a tag, a field of a log
    std::string_view key, type;
    const uint32_t* value = nullptr;
  };
  struct Reference { std::string_view type, trace, span; };
  struct Process { std::string_view id; uint32_t row; };
  struct Group {                          // spans that stand together: of one process and scope
    uint32_t process;
    TextId scope, version;
    bool operator==(const Group&) const = default;
  };
  // Scratch, of one trace or less.
  std::vector<Pair> fields;
  std::vector<Reference> references;
  std::vector<Process> processes;
  std::vector<std::string_view> used;     // ids of processes, in the order in which spans name them
  std::vector<Group> groups;
  std::vector<uint32_t> group_of, order;
  std::vector<Cell> moved;
  std::string links;

  static bool once(uint32_t& seen, uint32_t bit) {
    const bool fresh = (seen & bit) == 0;
    seen |= bit;
    return fresh;
  }
  bool string(std::string_view& out) { return walk.peek() == '"' && walk.text(out) && !walk.half; }
  // A string that stays where it is: without escapes.
  bool stable(std::string_view& out) { return string(out) && (out.empty() || (out.data() >= begin && out.data() < end)); }
  bool null() {
    std::string_view word;
    return walk.peek() == 'n' && walk.bare(word) && word == "null";
  }
  bool boolean(bool& out) { return (walk.peek() == 't' || walk.peek() == 'f') && walk.boolean(out); }
  bool number(std::string_view& text, bool& integral) {
    const char c = walk.peek();
    return (c == '-' || (c >= '0' && c <= '9')) && walk.bare(text) && spelled_number(text, integral);
  }
  static bool as_double(std::string_view text, double& out) {
    return std::from_chars(text.data(), text.data() + text.size(), out).ec == std::errc();
  }
  static bool as_integer(std::string_view text, int64_t& out) {
    const auto [stop, error] = std::from_chars(text.data(), text.data() + text.size(), out);
    return error == std::errc() && stop == text.data() + text.size();
  }
  // Any value but lists and objects, whatever it says.
  bool scalar();
  bool microseconds(int64_t& ns);

  // A list whose elements are taken by `element`; null stands for an empty one.
  template <class F>
  bool list(F&& element) {
    return walk.peek() == '[' ? walk.array(element) : null();
  }
  bool object_at() const { return walk.peek() == '{'; }

  bool pair(Pair& out);

  // The value of a pair whose end was reached already.
  template <class F>
  bool at_value(const Pair& of, F&& read) {
    const uint32_t* behind = walk.mark();
    walk.back(of.value);
    const bool good = read();
    walk.back(behind);
    return good;
  }
  bool text_of(const Pair& of, std::string_view& text);
  bool value(const Pair& of, Cell& cell);
  bool append(const Pair& of, std::vector<Cell>& to);
  bool warnings(std::string& first, size_t& n);

  // What tags tell of a span beside its attributes.
  struct Special {
    uint8_t kind = 0, status = 0;
    TextId scope = no_text, version = no_text;
    Cell error_cell{};                    // error=true, as it stands there
    bool erred = false;
  };

  bool process(uint32_t& row);
  // The exception that a log tells, in today's words or in OpenTracing's.
  bool log(Exception& last);
  bool link(const Reference& reference, size_t& kept);
  bool tag(Special& to);
  Cell plain_error(const Pair& of);
  bool span();
  // Spans of one process, then of one scope, stand together, in the order of their first ones.
  void arrange(size_t from);
  bool trace();
  bool top();
};

}  // namespace inquest::otlp
