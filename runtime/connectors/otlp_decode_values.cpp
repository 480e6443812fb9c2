// What all signals share: resources, scopes, attributes, values of any type, enums.
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <charconv>
#include <cmath>

#include "runtime/connectors/otlp_decode_work.h"

namespace inquest::otlp {
namespace {

void quote(std::string& out, std::string_view text) {
  constexpr char digits[] = "0123456789abcdef";
  out += '"';
  for (const char c : text) {
    switch (c) {
      case '"': out += "\\\""; break;
      case '\\': out += "\\\\"; break;
      case '\n': out += "\\n"; break;
      case '\r': out += "\\r"; break;
      case '\t': out += "\\t"; break;
      default:
        if (static_cast<unsigned char>(c) < 0x20) {
          out += "\\u00";
          out += digits[c >> 4];
          out += digits[c & 15];
        } else {
          out += c;
        }
    }
  }
  out += '"';
}

}  // namespace

bool Decoder::Work::resource(uint32_t& row) {
  const auto* begin = walk.mark();
  const char* from = walk.position();
  const bool object = walk.peek() == '{';
  if (!object) return walk.other();
  if (!walk.skip()) return false;
  const TextId seen = seen_resources.intern(walk.since(from));
  if (seen >= resource_of.size()) resource_of.resize(seen + 1, no_text);
  if (resource_of[seen] != no_text) return row = resource_of[seen], true;
  walk.back(begin);
  Resource made;
  const bool whole = walk.object([&](std::string_view key) {
    return is(key, "attributes") ? attributes(made.attributes) : walk.skip();
  });
  if (!whole || walk.wrong) return whole;  // the line is bad: nothing is remembered of it
  name_resource(made);
  auto& rows = signal == Signal::spans ? part->spans.resources
               : signal == Signal::logs ? part->logs.resources : part->metrics.resources;
  row = resource_index.find_or_add(rows, std::move(made));
  resource_of[seen] = row;
  return true;
}

void Decoder::Work::name_resource(Resource& made) const {
  canonical(made.attributes);
  for (const Cell& cell : made.attributes) {
    if (cell.kind != Cell::Kind::text) continue;
    const std::string_view key = (*texts)[cell.key];
    if (key == "service.name") made.service = cell.text;
    else if (key == "service.namespace") made.namespace_ = cell.text;
    else if (key == "service.instance.id") made.instance = cell.text;
    else if (key == "service.version") made.version = cell.text;
  }
}

uint32_t Decoder::Work::empty_resource() {
  auto& rows = signal == Signal::spans ? part->spans.resources
               : signal == Signal::logs ? part->logs.resources : part->metrics.resources;
  return resource_index.find_or_add(rows, Resource{});
}

bool Decoder::Work::scope(TextId& name) {
  return walk.object([&](std::string_view key) {
    if (!is(key, "name")) return walk.skip();
    std::string_view text;
    if (!walk.text(text)) return false;
    if (!text.empty()) name = texts->intern(text);
    return true;
  });
}

bool Decoder::Work::attributes(std::vector<Cell>& out) {
  return walk.array([&] {
    Cell cell{};
    bool present = false, named = false;
    const bool whole = walk.object([&](std::string_view key) {
      if (is(key, "key")) {
        std::string_view text;
        if (!walk.text(text)) return false;
        cell.key = texts->intern(text);
        named = true;
        return true;
      }
      return is(key, "value") ? value(cell, present) : walk.skip();
    });
    if (!whole) return false;
    if (named && present) out.push_back(cell);
    return true;
  });
}

bool Decoder::Work::value(Cell& cell, bool& present) {
  return walk.object([&](std::string_view key) {
    switch (key.size()) {
      case 11:
        if (is(key, "stringValue")) {
          if (walk.is_null()) return walk.skip();
          std::string_view text;
          if (!walk.text(text)) return false;
          cell.kind = Cell::Kind::text;
          cell.text = texts->intern(text);
          return present = true;
        }
        if (is(key, "doubleValue")) {
          if (walk.is_null()) return walk.skip();
          cell.kind = Cell::Kind::float64;
          double number = 0;
          if (!walk.number(number)) return false;
          cell.number = number;
          return present = true;
        }
        break;
      case 8:
        if (is(key, "intValue")) {
          if (walk.is_null()) return walk.skip();
          cell.kind = Cell::Kind::int64;
          int64_t number = 0;
          if (!walk.integer(number)) return false;
          cell.integer = number;
          return present = true;
        }
        break;
      case 9:
        if (is(key, "boolValue")) {
          if (walk.is_null()) return walk.skip();
          cell.kind = Cell::Kind::boolean;
          bool truth = false;
          if (!walk.boolean(truth)) return false;
          cell.integer = truth;
          return present = true;
        }
        break;
      default: break;
    }
    if (is(key, "arrayValue") || is(key, "kvlistValue") || is(key, "bytesValue")) {
      if (walk.is_null()) return walk.skip();
      json_text.clear();
      const bool list = key[0] == 'a', map = key[0] == 'k';
      if (!(list   ? json_list(json_text, 1)
            : map  ? json_map(json_text, 1)
                   : json_string(json_text))) return false;
      cell.kind = Cell::Kind::json;
      cell.text = texts->intern(json_text);
      return present = true;
    }
    return walk.skip();
  });
}

bool Decoder::Work::json_string(std::string& out) {
  std::string_view text;
  if (!walk.text(text)) return false;
  return quote(out, text), true;
}

bool Decoder::Work::json_list(std::string& out, int depth) {
  out += '[';
  bool first = true;
  const bool whole = walk.object([&](std::string_view key) {
    if (!is(key, "values")) return walk.skip();
    return walk.array([&] {
      if (!first) out += ',';
      first = false;
      return json_value(out, depth + 1);
    });
  });
  out += ']';
  return whole;
}

bool Decoder::Work::json_map(std::string& out, int depth) {
  out += '{';
  bool first = true;
  const bool whole = walk.object([&](std::string_view key) {
    if (!is(key, "values")) return walk.skip();
    return walk.array([&] {
      std::string name = "\"\"", content = "null";
      const bool pair = walk.object([&](std::string_view field) {
        if (is(field, "key")) return name.clear(), json_string(name);
        if (is(field, "value")) return content.clear(), json_value(content, depth + 1);
        return walk.skip();
      });
      if (!first) out += ',';
      first = false;
      out += name;
      out += ':';
      out += content;
      return pair;
    });
  });
  out += '}';
  return whole;
}

// One AnyValue; an empty one is null.
bool Decoder::Work::json_value(std::string& out, int depth) {
  if (depth > deepest) return walk.too_deep = true, false;
  const size_t from = out.size();
  const bool whole = walk.object([&](std::string_view key) {
    if (walk.is_null()) return walk.skip();
    std::string made;
    if (is(key, "stringValue") || is(key, "bytesValue")) {
      if (!json_string(made)) return false;
    } else if (is(key, "intValue")) {
      int64_t number = 0;
      if (!walk.integer(number)) return false;
      made = std::to_string(number);
    } else if (is(key, "doubleValue")) {
      double number = 0;
      if (!walk.number(number)) return false;
      made = shortest_json(number);
    } else if (is(key, "boolValue")) {
      bool truth = false;
      if (!walk.boolean(truth)) return false;
      made = truth ? "true" : "false";
    } else if (is(key, "arrayValue")) {
      if (!json_list(made, depth)) return false;
    } else if (is(key, "kvlistValue")) {
      if (!json_map(made, depth)) return false;
    } else {
      return walk.skip();
    }
    out.replace(from, out.npos, made);
    return true;
  });
  if (out.size() == from) out += "null";
  return whole;
}

std::string Decoder::Work::shortest_json(double number) {
  if (std::isnan(number)) return "\"NaN\"";
  if (std::isinf(number)) return number > 0 ? "\"Infinity\"" : "\"-Infinity\"";
  char text[40];
  return {text, std::to_chars(text, text + sizeof text, number).ptr};
}

bool Decoder::Work::value_text(TextId& text) {
  Cell cell{};
  bool present = false;
  if (!value(cell, present)) return false;
  if (!present) return true;
  switch (cell.kind) {
    case Cell::Kind::text:
    case Cell::Kind::json: text = cell.text; break;
    case Cell::Kind::boolean: text = texts->intern(cell.integer != 0 ? "true" : "false"); break;
    case Cell::Kind::int64: text = texts->intern(std::to_string(cell.integer)); break;
    case Cell::Kind::float64: text = texts->intern(shortest_json(cell.number)); break;
  }
  return true;
}

void Decoder::Work::canonical(std::vector<Cell>& some) const {
  const auto before = [this](const Cell& a, const Cell& b) { return (*texts)[a.key] < (*texts)[b.key]; };
  std::stable_sort(some.begin(), some.end(), before);
  size_t kept = 0;
  for (size_t i = 0; i < some.size(); ++i) {
    if (i + 1 < some.size() && some[i + 1].key == some[i].key) continue;
    some[kept++] = some[i];
  }
  some.resize(kept);
}

bool Decoder::Work::text_at(const uint32_t* value, TextId& text, size_t longest) {
  const uint32_t* behind = walk.mark();
  walk.back(value);
  const bool whole = walk.object([&](std::string_view key) {
    if (!is(key, "stringValue")) return walk.skip();
    std::string_view found;
    if (!walk.text(found)) return false;
    if (found.size() > longest) {
      while (longest > 0 && (static_cast<unsigned char>(found[longest]) & 0xc0) == 0x80) --longest;
      found = found.substr(0, longest);
    }
    if (!found.empty()) text = texts->intern(found);
    return true;
  });
  walk.back(behind);
  return whole;
}

bool Decoder::Work::has_key(const std::vector<Cell>& among, size_t from, std::string_view key) const {
  for (; from < among.size(); ++from) {
    if ((*texts)[among[from].key] == key) return true;
  }
  return false;
}

bool Decoder::Work::enumeration(uint8_t& out, std::string_view prefix, const char* const* names, size_t count) {
  std::string_view text;
  if (!walk.digits(text)) return false;
  if (text.empty()) return true;
  unsigned number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error == std::errc() && end == text.data() + text.size() && number < 256) {
    out = static_cast<uint8_t>(number);
    return true;
  }
  if (text.starts_with(prefix)) {
    text.remove_prefix(prefix.size());
    for (size_t i = 0; i < count; ++i) {
      if (text == names[i]) return out = static_cast<uint8_t>(i), true;
    }
  }
  return walk.wrong = true;
}

}  // namespace inquest::otlp
