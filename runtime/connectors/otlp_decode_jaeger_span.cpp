// Spans of Jaeger's v1 JSON: ids, references, tags, logs, and the values that these have.
// SPDX-License-Identifier: Apache-2.0
#include "runtime/connectors/otlp_decode_jaeger.h"

#include <algorithm>

namespace inquest::otlp {
namespace {

constexpr const char* jaeger_kinds[] = {"unspecified", "internal", "server", "client", "producer", "consumer"};
constexpr size_t longest_exception_text = 300, most_links_told = 8;

bool same_word(std::string_view text, std::string_view lower_case) {
  return text.size() == lower_case.size() && std::equal(text.begin(), text.end(), lower_case.begin(), [](char a, char b) {
           return (a >= 'A' && a <= 'Z' ? a + 32 : a) == b;
         });
}

// 1 … count × 16 hex digits; those that are missing in front are zeros.
bool hex_words(std::string_view text, uint64_t* words, size_t count) {
  if (text.empty() || text.size() > count * 16) return false;
  for (size_t w = 0; w < count; ++w) words[w] = 0;
  for (size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    const int digit = c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
    if (digit < 0) return false;
    uint64_t& word = words[text.size() - i > 16 ? 0 : count - 1];
    word = word << 4 | static_cast<uint64_t>(digit);
  }
  return true;
}

}  // namespace

bool spelled_number(std::string_view text, bool& integral) {
  const char* at = text.data();
  const char* const end = at + text.size();
  const auto digits = [&] {
    const char* const from = at;
    while (at < end && *at >= '0' && *at <= '9') ++at;
    return at - from;
  };
  if (at < end && *at == '-') ++at;
  const bool zero = at < end && *at == '0';
  const auto whole = digits();
  if (whole == 0 || whole > 18 || (zero && whole > 1)) return false;
  integral = at == end;
  if (integral) return true;
  if (*at == '.' && (++at, digits() == 0)) return false;
  if (at < end && (*at == 'e' || *at == 'E')) {
    ++at;
    if (at < end && (*at == '-' || *at == '+')) ++at;
    if (digits() == 0) return false;
  }
  return at == end && text.size() < 40;
}

// Any value but lists and objects, whatever it says.
bool Decoder::Work::Jaeger::scalar() {
  std::string_view text;
  bool truth = false, integral = false;
  double value = 0;
  switch (walk.peek()) {
    case '"': return string(text);
    case 't':
    case 'f': return boolean(truth);
    case 'n': return null();
    default: return number(text, integral) && (integral || as_double(text, value));
  }
}

bool Decoder::Work::Jaeger::microseconds(int64_t& ns) {
  std::string_view text;
  bool integral = false;
  constexpr int64_t most = INT64_MAX / 2000;               // of a start and a duration together: nanoseconds of 64 bits
  if (!number(text, integral) || !integral || text.front() == '-' || !as_integer(text, ns) || ns > most) return false;
  return ns *= 1000, true;
}

bool Decoder::Work::Jaeger::pair(Pair& out) {
  uint32_t seen = 0;
  out = {};
  const bool whole = object_at() && walk.object([&](std::string_view key) {
    if (is(key, "key")) return once(seen, 1) && stable(out.key);
    if (is(key, "type")) return once(seen, 2) && stable(out.type);
    if (!is(key, "value") || !once(seen, 4)) return false;
    out.value = walk.mark();
    return scalar();
  });
  return whole && out.value != nullptr && !out.key.empty();
}

bool Decoder::Work::Jaeger::text_of(const Pair& of, std::string_view& text) {       // empty where it is no text
  text = {};
  return at_value(of, [&] { return walk.peek() != '"' || walk.text(text); });
}

bool Decoder::Work::Jaeger::value(const Pair& of, Cell& cell) {
  return at_value(of, [&] {
    std::string_view text;
    bool truth = false, integral = false;
    switch (walk.peek()) {
      case '"':
        if (of.type == "float64" || !walk.text(text)) return false;
        if (of.type == "int64" && as_integer(text, cell.integer)) return cell.kind = Cell::Kind::int64, true;
        if (of.type == "bool" && (text == "true" || text == "false")) {
          cell.kind = Cell::Kind::boolean;
          cell.integer = text == "true";
          return true;
        }
        cell.kind = Cell::Kind::text;
        cell.text = texts.intern(text);
        return true;
      case 't':
      case 'f':
        if (of.type == "string" || !boolean(truth)) return false;
        cell.kind = Cell::Kind::boolean;
        cell.integer = truth;
        return true;
      default:
        if (of.type == "string" || !number(text, integral)) return false;
        if (integral && of.type != "float64") return cell.kind = Cell::Kind::int64, as_integer(text, cell.integer);
        if (!integral && of.type == "int64") return false;
        cell.kind = Cell::Kind::float64;
        double found = 0;
        if (!as_double(text, found)) return false;
        cell.number = found;
        return true;
    }
  });
}

bool Decoder::Work::Jaeger::append(const Pair& of, std::vector<Cell>& to) {
  Cell cell{};
  cell.key = texts.intern(of.key);
  if (!value(of, cell)) return false;
  to.push_back(cell);
  return true;
}

bool Decoder::Work::Jaeger::warnings(std::string& first, size_t& n) {
  return list([&] {
    std::string_view text;
    if (!string(text)) return false;
    if (++n && first.empty()) first = text;
    return true;
  });
}

// The exception that a log tells, in today's words or in OpenTracing's.
bool Decoder::Work::Jaeger::log(Exception& last) {
  uint32_t seen = 0;
  fields.clear();
  const bool whole = object_at() && walk.object([&](std::string_view key) {
    if (is(key, "timestamp")) return once(seen, 1) && scalar();
    if (!is(key, "fields") || !once(seen, 2) || walk.peek() != '[') return false;
    return walk.array([&] { return pair(fields.emplace_back()); });
  });
  if (!whole || (seen & 2) == 0) return false;
  enum class Said : uint8_t { nothing, exception, error, other } name = Said::nothing, message = Said::nothing;
  const Pair* event = nullptr;
  bool modern = false;                                     // the exception in today's words
  for (const Pair& field : fields) {
    const bool is_event = field.key == "event", is_message = field.key == "message";
    modern |= field.key == "exception.type" || field.key == "exception.message";
    if (is_event && event == nullptr) event = &field;
    if (!is_event && !is_message) continue;
    Said& to = is_event ? name : message;
    std::string_view text;
    if (to != Said::nothing) continue;
    if (!text_of(field, text)) return false;
    to = text.empty() ? Said::nothing : text == "exception" ? Said::exception : text == "error" ? Said::error : Said::other;
  }
  const bool error = name == Said::error && !modern;
  if (!error && (name == Said::nothing ? message : name) != Said::exception) return true;
  Exception own;
  for (const Pair& field : fields) {
    if (&field == event) continue;
    TextId* to = field.key == "exception.type" || (error && field.key == "error.kind")         ? &own.type
                 : field.key == "exception.message" || (error && field.key == "message") ? &own.message : nullptr;
    if (to == nullptr) continue;
    if (field.type != "string") return false;
    std::string_view text;
    if (!text_of(field, text)) return false;
    size_t size = std::min(text.size(), longest_exception_text);
    if (size < text.size())
      while (size > 0 && (static_cast<unsigned char>(text[size]) & 0xc0) == 0x80) --size;
    if (size > 0) *to = texts.intern(text.substr(0, size));
  }
  if (own.type != no_text || own.message != no_text) last = own;
  return true;
}

bool Decoder::Work::Jaeger::link(const Reference& reference, size_t& kept) {
  constexpr char digits[] = "0123456789abcdef";
  if (reference.trace.empty()) return true;
  uint64_t trace[2];
  if (!hex_words(reference.trace, trace, 2)) return false;
  if ((trace[0] | trace[1]) == 0 || ++kept > most_links_told) return true;
  links += kept == 1 ? "[\"" : ",\"";
  for (const uint64_t word : trace)
    for (int shift = 60; shift >= 0; shift -= 4) links += digits[word >> shift & 15];
  links += '"';
  return true;
}

bool Decoder::Work::Jaeger::tag(Special& to) {
  Pair one;
  if (!pair(one)) return false;
  std::string_view text;
  switch (one.key.size()) {
    case 5:
      if (one.key != "error" || to.erred) break;
      if (!value(one, to.error_cell)) return false;
      to.erred = to.error_cell.kind == Cell::Kind::boolean ? to.error_cell.integer != 0
                 : to.error_cell.kind == Cell::Kind::text && texts[to.error_cell.text] == "true";
      // By its spelling, whatever the type beside it says.
      if (to.erred) return to.error_cell = plain_error(one), true;
      break;
    case 9:
      if (one.key != "span.kind" || to.kind != 0) break;
      if (!text_of(one, text)) return false;
      for (uint8_t i = 0; i < std::size(jaeger_kinds); ++i)
        if (same_word(text, jaeger_kinds[i])) return to.kind = i, true;
      break;
    case 14:
      if (one.key == "w3c.tracestate") return true;
      break;
    case 15:
    case 17:
      if (one.key != "otel.scope.name" && one.key != "otel.library.name") break;
      if (!text_of(one, text)) return false;
      if (to.scope == no_text && !text.empty()) to.scope = texts.intern(text);
      return true;
    case 18:
    case 20:
      if (one.key == "internal.span.format") return true;
      if (one.key != "otel.scope.version" && one.key != "otel.library.version") break;
      if (!text_of(one, text)) return false;
      if (to.version == no_text && !text.empty()) to.version = work.seen_sets.intern(text);
      return true;
    case 16:
      if (one.key != "otel.status_code" || to.status != 0) break;
      if (!text_of(one, text)) return false;
      to.status = same_word(text, "ok") ? 1 : same_word(text, "error") ? 2 : 0;
      if (to.status != 0 || same_word(text, "unset")) return true;
      break;
    case 23:
      if (one.key == "otel.status_description") return true;
      break;
    default: break;
  }
  return append(one, spans.attributes);
}

Cell Decoder::Work::Jaeger::plain_error(const Pair& of) {
  Cell out{};
  at_value(of, [&] {
    out.kind = walk.peek() == '"' ? Cell::Kind::text : Cell::Kind::boolean;
    if (out.kind == Cell::Kind::text) out.text = texts.intern("true");
    else out.integer = 1;
    return true;
  });
  out.key = texts.intern("error");
  return out;
}

bool Decoder::Work::Jaeger::span() {
  uint32_t seen = 0;
  std::string_view trace_text, id_text, parent_text, process_id;
  uint64_t trace[2], id = 0, parent = 0;
  TextId name = no_text;
  int64_t start = 0, duration = 0;
  Special special;
  Exception exception;
  size_t warned = 0;
  references.clear();
  const bool whole = object_at() && walk.object([&](std::string_view key) {
    switch (key.size()) {
      case 4:
        if (is(key, "tags")) return once(seen, 1) && list([&] { return tag(special); });
        if (is(key, "logs")) return once(seen, 2) && list([&] { return log(exception); });
        return false;
      case 5: return is(key, "flags") && once(seen, 4) && scalar();
      case 6: return is(key, "spanID") && once(seen, 8) && stable(id_text);
      case 7: return is(key, "traceID") && once(seen, 16) && stable(trace_text);
      case 8:
        if (is(key, "duration")) return once(seen, 32) && microseconds(duration);
        return is(key, "warnings") && once(seen, 64) && warnings(told.warning, warned);
      case 9:
        if (is(key, "startTime")) return once(seen, 128) && microseconds(start);
        return is(key, "processID") && once(seen, 256) && stable(process_id);
      case 10:
        return is(key, "references") && once(seen, 512) && list([&] {
          Reference& one = references.emplace_back();
          uint32_t members = 0;
          return object_at() && walk.object([&](std::string_view field) {
            if (is(field, "refType")) return once(members, 1) && stable(one.type);
            if (is(field, "traceID")) return once(members, 2) && stable(one.trace);
            return is(field, "spanID") && once(members, 4) && stable(one.span);
          });
        });
      case 12: return is(key, "parentSpanID") && once(seen, 1024) && stable(parent_text);
      case 13: {
        std::string_view text;
        if (!is(key, "operationName") || !once(seen, 2048) || !string(text)) return false;
        return name = texts.intern(text), true;
      }
      default: return false;
    }
  });
  if (!whole || !hex_words(trace_text, trace, 2) || !hex_words(id_text, &id, 1)) return false;
  if ((trace[0] | trace[1]) == 0 || id == 0 || start == 0 || process_id.empty()) return false;
  const Reference* above = nullptr;
  for (const char* type : {"CHILD_OF", "FOLLOWS_FROM"})
    for (const Reference& one : references)
      if (above == nullptr && one.type == type && one.trace == trace_text) above = &one;
  if (above != nullptr) parent_text = above->span;
  if (!parent_text.empty() && !hex_words(parent_text, &parent, 1)) return false;
  links.clear();
  size_t kept = 0;
  for (const Reference& one : references)
    if (&one != above && !link(one, kept)) return false;
  if (!links.empty()) links += ']';

  if (special.erred && special.status == 0) special.status = 2;
  else if (special.erred && special.status == 1) spans.attributes.push_back(special.error_cell);  // said by the span itself
  const size_t own = spans.attr_from.back();
  const auto add = [&](std::string_view key, Cell::Kind as, TextId text) {
    if (text == no_text || work.has_key(spans.attributes, own, key)) return;
    Cell cell{};
    cell.kind = as, cell.key = texts.intern(key), cell.text = text;
    spans.attributes.push_back(cell);
  };
  add("exception.type", Cell::Kind::text, exception.type);
  add("exception.message", Cell::Kind::text, exception.message);
  if (!links.empty()) add("links", Cell::Kind::json, texts.intern(links));

  const auto at = std::find(used.begin(), used.end(), process_id);
  const auto process = static_cast<uint32_t>(at - used.begin());
  if (at == used.end()) used.push_back(process_id);
  const Group group{process, special.scope, special.scope == no_text ? no_text : special.version};
  const auto known = std::find(groups.begin(), groups.end(), group);
  group_of.push_back(static_cast<uint32_t>(known - groups.begin()));
  if (known == groups.end()) groups.push_back(group);

  work.seen_time(start);
  work.seen_time(start + duration);
  told.warned += warned > 0;
  spans.resource.push_back(process);                       // for now
  spans.scope.push_back(special.scope);
  spans.attr_from.push_back(spans.attributes.size());
  spans.trace.push_back({trace[0], trace[1]});
  spans.span.push_back(id);
  spans.parent.push_back(parent);
  spans.name.push_back(name == no_text ? texts.intern("") : name);
  spans.kind.push_back(special.kind);
  spans.status.push_back(special.status);
  spans.start.push_back(start);
  spans.duration.push_back(duration);
  return true;
}

}  // namespace inquest::otlp
