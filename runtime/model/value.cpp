// Values: access, printed forms, and the binding of names.
// SPDX-License-Identifier: Apache-2.0
#include "runtime/model/value.h"

#include <algorithm>

#include "runtime/base/text.h"

namespace inquest {
namespace {

bool letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
bool name_begin(char c) { return letter(c) || c == '_'; }
bool name_char(char c) { return name_begin(c) || (c >= '0' && c <= '9'); }

void note(std::vector<std::string>* names, std::string_view name) {
  if (names && std::find(names->begin(), names->end(), name) == names->end()) names->emplace_back(name);
}

void collect(const Value& value, std::vector<std::string>& out) {
  if (const auto* text = value.get<std::string>()) {
    for (size_t at = text->find('$'); at != std::string::npos; at = text->find('$', at + 1))
      if (const auto name = name_at(*text, at + 1); !name.empty()) note(&out, name);
  } else if (const auto* list = value.get<List>()) {
    for (const Value& item : *list) collect(item, out);
  } else if (const auto* map = value.get<Map>()) {
    for (const auto& [key, item] : *map) collect(item, out);
  } else if (const auto* term = value.get<Term>()) {
    for (const Value& item : term->args) collect(item, out);
    for (const auto& [key, item] : term->fields) collect(item, out);
  }
}

std::string in_quotes(std::string_view text) {
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') out += '\\';
    if (c == '\n') out += "\\n";
    else if (c == '\r') out += "\\r";
    else if (c == '\0') out += "\\000";
    else out += c;
  }
  return out + "\"";
}

bool plain_key(std::string_view key) {
  return !key.empty() && name_begin(key[0]) && std::all_of(key.begin(), key.end(), name_char);
}

template <class Print>
std::string print_items(const List& items, Print print) {
  std::string out;
  for (const Value& item : items) out += (out.empty() ? "" : ", ") + print(item);
  return out;
}

std::string print_scalar(const Value& value) {
  if (const auto* v = value.get<bool>()) return *v ? "true" : "false";
  if (const auto* v = value.get<int64_t>()) return std::to_string(*v);
  if (const auto* v = value.get<double>()) return shortest(*v);
  if (const auto* v = value.get<Time>()) return print_time(*v);
  if (const auto* v = value.get<Duration>()) return print_duration(*v);
  return "";
}

}  // namespace

std::string_view name_at(std::string_view text, size_t at) {
  size_t end = at;
  const auto word = [&] { while (end < text.size() && name_char(text[end])) ++end; };
  if (end >= text.size() || !name_begin(text[end])) return {};
  word();
  if (end + 1 < text.size() && text[end] == '.' && letter(text[end + 1])) {
    ++end;
    word();
  }
  return text.substr(at, end - at);
}

bool Term::operator==(const Term& other) const {
  return word == other.word && args == other.args && fields == other.fields;
}

const std::string& Value::text() const {
  static const std::string none;
  const auto* v = get<std::string>();
  return v ? *v : none;
}

double Value::number(double otherwise) const {
  if (const auto* v = get<int64_t>()) return static_cast<double>(*v);
  if (const auto* v = get<double>()) return *v;
  return otherwise;
}

const Value* find(const Map& map, std::string_view key) {
  for (const auto& [name, value] : map)
    if (name == key) return &value;
  return nullptr;
}

void set(Map& map, std::string key, Value value) {
  for (auto& [name, old] : map) {
    if (name == key) {
      old = std::move(value);
      return;
    }
  }
  map.emplace_back(std::move(key), std::move(value));
}

const char* type_name(const Value& value) {
  static constexpr const char* names[] = {"null",     "bool", "number", "number", "time",
                                          "duration", "text", "list",   "map",    "term"};
  return names[value.state().index()];
}

std::string print_value(const Value& value) {
  if (value.null()) return "unknown";
  if (const auto* v = value.get<std::string>()) return *v;
  if (const auto* v = value.get<List>()) return print_items(*v, print_value);
  if (const auto* v = value.get<Map>()) {
    std::string out;
    for (const auto& [key, item] : *v) out += (out.empty() ? "" : ", ") + key + " = " + print_value(item);
    return out;
  }
  if (value.is<Term>()) return print_literal(value);
  return print_scalar(value);
}

std::string print_map(const Map& map) {
  if (map.empty()) return "{}";
  std::string out;
  for (const auto& [key, item] : map)
    out += (out.empty() ? "{ " : ", ") + (plain_key(key) ? key : "[" + in_quotes(key) + "]") + " = " + print_literal(item);
  return out + " }";
}

std::string print_literal(const Value& value) {
  if (value.null()) return "nil";
  if (const auto* v = value.get<std::string>()) return in_quotes(*v);
  if (const auto* v = value.get<Time>()) return in_quotes(print_time(*v));
  if (const auto* v = value.get<Duration>()) return in_quotes(print_duration(*v));
  if (const auto* v = value.get<List>()) return v->empty() ? "{}" : "{ " + print_items(*v, print_literal) + " }";
  if (const auto* v = value.get<Map>()) return print_map(*v);
  if (const auto* v = value.get<Term>()) {
    std::string out = v->word;
    if (v->args.size() == 1 && v->args[0].is<std::string>()) out += " " + in_quotes(v->args[0].text());
    else if (!v->args.empty()) out += "(" + print_items(v->args, print_literal) + ")";
    if (!v->fields.empty()) out += " " + print_map(v->fields);
    return out;
  }
  return print_scalar(value);
}

std::string bind_text(std::string_view text, const Names& names, std::vector<std::string>* unbound) {
  std::string out;
  for (size_t at = 0; at < text.size();) {
    const std::string_view name = text[at] == '$' ? name_at(text, at + 1) : std::string_view{};
    if (name.empty()) {
      out += text[at++];
      continue;
    }
    const std::optional<Value> value = names(std::string(name));
    if (!value) note(unbound, name);
    out += value ? print_value(*value) : "unknown";  // never scanned again: what is bound is data
    at += 1 + name.size();
  }
  return out;
}

Value bind(const Value& value, const Names& names, std::vector<std::string>* unbound) {
  const auto bind_map = [&](const Map& map) {
    Map out;
    out.reserve(map.size());
    for (const auto& [key, item] : map) out.emplace_back(key, bind(item, names, unbound));
    return out;
  };
  const auto bind_list = [&](const List& list) {
    List out;
    out.reserve(list.size());
    for (const Value& item : list) out.push_back(bind(item, names, unbound));
    return out;
  };
  if (const auto* text = value.get<std::string>()) {
    if (text->size() > 1 && (*text)[0] == '$') {
      const std::string_view name = name_at(*text, 1);
      if (name.size() + 1 == text->size()) {
        if (auto bound = names(std::string(name))) return *std::move(bound);
        note(unbound, name);
        return {};
      }
    }
    return bind_text(*text, names, unbound);
  }
  if (const auto* list = value.get<List>()) return bind_list(*list);
  if (const auto* map = value.get<Map>()) return bind_map(*map);
  if (const auto* term = value.get<Term>()) return Term{term->word, bind_list(term->args), bind_map(term->fields)};
  return value;
}

std::vector<std::string> names_in(const Value& value) {
  std::vector<std::string> out;
  collect(value, out);
  return out;
}

}  // namespace inquest
