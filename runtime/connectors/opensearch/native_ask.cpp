// Binding names in native text, and keeping it to reading.
// SPDX-License-Identifier: Apache-2.0
#include "runtime/connectors/opensearch/native_ask.h"

#include <algorithm>
#include <cmath>

#include "runtime/base/text.h"
#include "runtime/connectors/opensearch/leaf.h"

namespace inquest::opensearch {

namespace {

using Class = Failure::Class;

bool name_begin(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; }
bool name_inside(char c) { return name_begin(c) || (c >= '0' && c <= '9'); }

Json json_of(const Value& value) {
  if (value.null()) return nullptr;
  if (const bool* flag = value.get<bool>()) return *flag;
  if (const auto* whole = value.get<int64_t>()) return *whole;
  if (const auto* real = value.get<double>()) return std::isfinite(*real) ? Json(*real) : Json(print_value(value));
  if (const List* list = value.get<List>()) {
    Json out = Json::array();
    for (const Value& one : *list) out.push_back(json_of(one));
    return out;
  }
  return print_value(value);
}

std::string query_literal(const Value& value) {
  if (const bool* flag = value.get<bool>()) return *flag ? "true" : "false";
  if (const auto* whole = value.get<int64_t>()) return std::to_string(*whole);
  if (const auto* real = value.get<double>(); real && std::isfinite(*real)) return shortest(*real);
  if (const List* list = value.get<List>()) {
    std::string out = "(";
    for (const Value& one : *list) out += (out.size() > 1 ? ", " : "") + query_literal(one);
    return out + ")";
  }
  return literal(print_value(value));
}

Error inside_text(std::string_view name, const char* how) {
  return Error{Code::usage, "`$" + std::string(name) + "` stands inside a longer text", "", how};
}

std::string first_word(std::string_view text) {
  size_t from = 0;
  while (from < text.size() && (text[from] == ' ' || text[from] == '\n' || text[from] == '\t' || text[from] == '\r')) ++from;
  size_t to = from;
  while (to < text.size() && name_inside(text[to])) ++to;
  return lower(text.substr(from, to - from));
}

// Walks PPL or SQL: calls `at` for each byte outside quotes with its depth of brackets; at() returns false to end.
// False: a quote that is never closed.
template <class At>
bool outside_quotes(std::string_view text, At at) {
  int depth = 0;
  for (size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (c == '\'' || c == '"' || c == '`') {
      size_t end = i + 1;
      for (; end < text.size() && text[end] != c; ++end)
        if (text[end] == '\\' && c != '`') ++end;
      if (end >= text.size()) return false;
      i = end;
      continue;
    }
    if (c == '(' || c == '[') ++depth;
    if (c == ')' || c == ']') --depth;
    if (!at(i, c, depth)) return true;
  }
  return true;
}

std::string stamp(Time time) {                           // 2026-11-21 10:28:39.123456
  std::string text = print_time(time);
  text.pop_back();
  text[10] = ' ';
  return text;
}

std::string condition(const Window& window, const std::string& field) {
  std::string name = "`" + field + "`";
  return name + " >= TIMESTAMP('" + stamp(window.from) + "') AND " + name + " < TIMESTAMP('" + stamp(window.to) + "')";
}

bool plain_field(const std::string& field) { return field.find('`') == std::string::npos && !field.empty(); }

}  // namespace

bool native_kind(std::string_view kind) { return kind == "dsl" || kind == "ppl" || kind == "sql"; }

std::string literal(std::string_view text) {
  std::string out = "'";
  for (const char c : text) {
    if (c == '\'' || c == '\\') out += c;
    out += c;
  }
  return out + "'";
}

Result<std::string> bind_dsl(std::string_view text, const Map& names, std::vector<std::string>* unbound) {
  std::string out;
  const auto put = [&](std::string_view name) {
    if (const Value* value = find(names, name)) {
      out += canonical(json_of(*value));
      return true;
    }
    if (unbound && std::find(unbound->begin(), unbound->end(), name) == unbound->end()) unbound->emplace_back(name);
    return false;
  };
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '$') {
      const std::string_view name = name_at(text, i + 1);
      if (name.empty()) return Error{Code::usage, "a lone $ stands where a value should"};
      if (!put(name)) out += '$', out += name;
      i += name.size();
      continue;
    }
    if (text[i] != '"') {
      out += text[i];
      continue;
    }
    size_t end = i + 1;
    while (end < text.size() && text[end] != '"') end += text[end] == '\\' ? 2 : 1;
    if (end >= text.size()) return Error{Code::usage, "a text is not closed"};
    const std::string_view inside = text.substr(i + 1, end - i - 1);
    const std::string_view whole = !inside.empty() && inside[0] == '$' ? name_at(inside, 1) : std::string_view();
    if (!whole.empty() && whole.size() + 1 == inside.size() && (find(names, whole) || unbound)) {
      if (!put(whole)) out += text.substr(i, end - i + 1);
    } else {
      for (size_t at = 0; at < inside.size(); ++at)
        if (const std::string_view name = inside[at] == '$' ? name_at(inside, at + 1) : std::string_view(); !name.empty() && find(names, name))
          return inside_text(name, "write it as a value of its own: \"$name\"");
      out += text.substr(i, end - i + 1);
    }
    i = end;
  }
  return out;
}

Result<std::string> bind_query(std::string_view text, const Map& names, std::vector<std::string>* unbound) {
  std::string out;
  char mark = 0;
  for (size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (mark != 0) {
      if (c == '\\' && mark != '`' && i + 1 < text.size()) out += text[i++];
      else if (c == mark) mark = 0;
      else if (c == '$')
        if (const std::string_view name = name_at(text, i + 1); !name.empty() && find(names, name)) return inside_text(name, "write it bare: it becomes a literal");
      out += text[i];
      continue;
    }
    if (c == '\'' || c == '"' || c == '`') mark = c;
    if (c == '$') {
      const std::string_view name = name_at(text, i + 1);
      if (!name.empty()) {
        if (const Value* value = find(names, name)) out += query_literal(*value);
        else {
          if (unbound && std::find(unbound->begin(), unbound->end(), name) == unbound->end()) unbound->emplace_back(name);
          out += '$', out += name;
        }
        i += name.size();
        continue;
      }
    }
    out += c;
  }
  return out;
}

Result<std::string> ppl_within(std::string_view text, const Window& window, const std::string& field) {
  const std::string first = first_word(text);
  if (first != "source" && first != "search")
    return Error{Code::usage, "PPL begins with `" + printable(first, 40) + "`", "", "begin with source= or search source=: nothing else is sent"};
  size_t pipe = text.size();
  const bool closed = outside_quotes(text, [&](size_t i, char c, int depth) {
    if (c == '|' && depth == 0) pipe = i;
    return pipe == text.size();
  });
  if (!closed) return Error{Code::usage, "a quotation mark in the PPL is not closed"};
  if (window.empty()) return std::string(text);
  if (!plain_field(field)) return Error{Code::usage, "`" + printable(field, 60) + "` is no field of time"};
  std::string head = trim(std::string(text.substr(0, pipe))), rest(text.substr(pipe));
  return head + " | where " + condition(window, field) + (rest.empty() ? "" : " " + rest);
}

Result<std::string> sql_within(std::string_view raw, const Window& window, const std::string& field) {
  std::string text = trim(std::string(raw));
  while (!text.empty() && text.back() == ';') text = trim(text.substr(0, text.size() - 1));
  const std::string first = first_word(text);
  if (first != "select" && first != "show" && first != "describe")
    return Error{Code::usage, "SQL begins with `" + printable(first, 40) + "`", "", "begin with SELECT, SHOW or DESCRIBE: nothing else is sent"};
  struct Word { size_t at; std::string text; };
  std::vector<Word> words;                               // keywords outside of brackets
  std::string odd;
  const bool closed = outside_quotes(text, [&](size_t i, char c, int depth) {
    const bool pair = i + 1 < text.size();
    if (c == ';' || c == '#' || (pair && ((c == '-' && text[i + 1] == '-') || (c == '/' && text[i + 1] == '*')))) odd = text.substr(i, 2);
    if (depth == 0 && name_begin(c) && (i == 0 || !(name_inside(text[i - 1]) || text[i - 1] == '.' || text[i - 1] == '@'))) {
      size_t end = i;
      while (end < text.size() && name_inside(text[end])) ++end;
      words.push_back({i, lower(text.substr(i, end - i))});
    }
    return odd.empty();
  });
  if (!closed) return Error{Code::usage, "a quotation mark in the SQL is not closed"};
  if (!odd.empty()) return Error{Code::usage, "`" + printable(odd, 10) + "` stands in the SQL", "", "one statement without comments"};
  if (first != "select" || window.empty()) return text;
  if (!plain_field(field)) return Error{Code::usage, "`" + printable(field, 60) + "` is no field of time"};
  size_t where = std::string::npos, from = std::string::npos, end = text.size();
  for (const Word& word : words) {
    if (word.text == "union" || word.text == "minus" || word.text == "except" || word.text == "intersect" || word.text == "join")
      return Error{Code::usage, "the SQL has a `" + word.text + "`, around which no window can be put", "", "ask the parts one by one"};
    if (word.text == "from" && from == std::string::npos) from = word.at;
    if (word.text == "where" && where == std::string::npos) where = word.at;
    if ((word.text == "group" || word.text == "having" || word.text == "order" || word.text == "limit") && from != std::string::npos && end == text.size()) end = word.at;
  }
  if (from == std::string::npos) return Error{Code::usage, "the SQL has no FROM"};
  const std::string tail = end == text.size() ? "" : " " + text.substr(end);
  if (where == std::string::npos || where > end) return trim(text.substr(0, end)) + " WHERE " + condition(window, field) + tail;
  return text.substr(0, where) + "WHERE " + condition(window, field) + " AND (" + trim(text.substr(where + 5, end - where - 5)) + ")" + tail;
}

Status read_only_dsl(const Json& body, bool scripts) {
  if (scripts) return {};
  static const std::vector<std::string> refused = {"_script", "bucket_script", "bucket_selector", "scripted_metric", "runtime_mappings", "derived"};
  std::vector<const Json*> todo = {&body};
  while (!todo.empty()) {
    const Json& one = *todo.back();
    todo.pop_back();
    if (one.is_array())
      for (const Json& inner : one) todo.push_back(&inner);
    if (!one.is_object()) continue;
    for (const auto& [key, inner] : one.items()) {
      if (key.compare(0, 6, "script") == 0 || std::find(refused.begin(), refused.end(), key) != refused.end())
        return Error{Code::usage, "`" + printable(key, 60) + "` is not sent: it runs code on the server", "", "say `scripts: true` at the source to allow it"};
      todo.push_back(&inner);
    }
  }
  return {};
}

const Layout* layout_of_index(const std::string& index, const Layout* spans, const Layout* logs) {
  for (const Layout* layout : {logs, spans}) {
    if (!layout) continue;
    for (const std::string& pattern : split(layout->index, ',')) {
      const std::string stem = pattern.substr(0, pattern.find('*'));
      if (index == pattern || (pattern.size() > stem.size() && !stem.empty() && index.compare(0, stem.size(), stem) == 0)) return layout;
    }
  }
  return nullptr;
}

std::string time_field(const std::string& index, const Layout* spans, const Layout* logs) {
  const Layout* layout = layout_of_index(index, spans, logs);
  return layout ? layout->clock.path : "@timestamp";
}

Outcome<std::vector<Search>> dsl_searches(const Ask& ask, const Layout* spans, const Layout* logs, bool scripts) {
  const auto rejected = [](const Error& error) { return Failure{Class::rejected, error.message, error.cure}; };
  auto bound = bind_dsl(ask.native, ask.names);
  if (!bound) return rejected(bound.error());
  auto parsed = parse_json(*bound, "dsl");
  if (!parsed) return rejected(parsed.error());
  if (!parsed->is_object()) return Failure{Class::rejected, "dsl is no JSON object", "write a search body: {\"query\": …}"};
  if (auto fine = read_only_dsl(*parsed, scripts); !fine) return rejected(fine.error());
  Json body = std::move(*parsed);
  std::string index = member_text(body, "index");
  body.erase("index");
  const Layout* layout = index.empty() ? (logs ? logs : spans) : layout_of_index(index, spans, logs);
  if (index.empty() && layout) index = layout->index;
  if (index.empty()) return Failure{Class::rejected, "dsl names no index, and no layout was found", "add \"index\": \"…\" at its top"};
  if (index[0] == '_' || index[0] == '.' || index.find_first_of(" /?#\"\\<>|") != std::string::npos) return Failure{Class::rejected, "`" + printable(index, 80) + "` is no index pattern"};
  for (const char* odd : {"pit", "scroll", "search_pipeline"})
    if (body.contains(odd)) return Failure{Class::rejected, std::string("`") + odd + "` is not sent", "leave it out"};
  std::vector<Search> out;
  for (const otlp::Stretch& one : otlp::stretches(ask)) {
    Json within = body;
    Json query = Json::object();
    Json range = layout ? window_filter(*layout, one.window) : leaf::everything();
    if (!layout && !one.window.empty())
      range = leaf::object("range", leaf::object("@timestamp", Json::object({{"gte", print_time(one.window.from)}, {"lt", print_time(one.window.to)}, {"format", "strict_date_optional_time_nanos"}})));
    query["filter"] = Json::array({std::move(range)});
    if (body.contains("query")) query["must"] = Json::array({body["query"]});
    within["query"] = leaf::object("bool", std::move(query));
    if (!within.contains("track_total_hits")) within["track_total_hits"] = true;
    out.push_back({index, std::move(within), 0, one.name ? one.name : "dsl"});
  }
  return out;
}

Outcome<std::vector<http::Request>> query_requests(const Ask& ask, const Layout* spans, const Layout* logs) {
  const auto rejected = [](const Error& error) { return Failure{Class::rejected, error.message, error.cure}; };
  auto bound = bind_query(ask.native, ask.names);
  if (!bound) return rejected(bound.error());
  const bool ppl = ask.kind == "ppl";
  // The index: what stands behind source= or FROM, as it stands.
  std::string index;
  const std::string small = lower(*bound);
  if (const size_t at = small.find(ppl ? "source" : " from "); at != std::string::npos) {
    size_t from = at + 6;
    while (from < bound->size() && ((*bound)[from] == ' ' || (*bound)[from] == '=' || (*bound)[from] == '`')) ++from;
    size_t to = from;
    while (to < bound->size() && std::string_view(" \t\r\n`|,;").find((*bound)[to]) == std::string_view::npos) ++to;
    index = bound->substr(from, to - from);
  }
  const std::string field = time_field(index, spans, logs);
  std::vector<http::Request> out;
  for (const otlp::Stretch& one : otlp::stretches(ask)) {
    auto text = ppl ? ppl_within(*bound, one.window, field) : sql_within(*bound, one.window, field);
    if (!text) return rejected(text.error());
    http::Request request;
    request.method = http::Method::post;
    request.path = ppl ? "/_plugins/_ppl" : "/_plugins/_sql";
    if (!ppl) request.query = {{"format", "jdbc"}};
    request.body = canonical(leaf::object("query", *text));
    out.push_back(std::move(request));
  }
  return out;
}

}  // namespace inquest::opensearch
