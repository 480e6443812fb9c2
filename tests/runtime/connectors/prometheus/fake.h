// A Prometheus in memory for tests, and a parser of selectors that shares no code with the one that prints them.
// SPDX-License-Identifier: Apache-2.0
//
// The parser follows Prometheus' own lexer and strutil.Unquote (Go's escapes). The server answers what the connector asks:
// label names and values, /series, instant queries of `selector[range]`, and the sums of counts that are asked before.
#pragma once

#include <algorithm>
#include <charconv>
#include <cmath>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <regex>
#include <set>
#include <string>
#include <vector>

#include "runtime/base/json.h"
#include "runtime/base/text.h"
#include "runtime/connectors/prometheus/connector.h"

namespace fake {

struct Match { std::string label, op, value; };
struct Selector { std::vector<Match> matches; size_t end = 0; };

inline void put_utf8(std::string& out, unsigned code) {
  if (code < 0x80) out += static_cast<char>(code);
  else if (code < 0x800) (out += static_cast<char>(0xc0 | code >> 6)) += static_cast<char>(0x80 | (code & 63));
  else if (code < 0x10000) ((out += static_cast<char>(0xe0 | code >> 12)) += static_cast<char>(0x80 | (code >> 6 & 63))) += static_cast<char>(0x80 | (code & 63));
  else (((out += static_cast<char>(0xf0 | code >> 18)) += static_cast<char>(0x80 | (code >> 12 & 63))) += static_cast<char>(0x80 | (code >> 6 & 63))) += static_cast<char>(0x80 | (code & 63));
}

// A string literal of PromQL that begins at `at`; nullopt when it is none. `at` is left behind its end.
inline std::optional<std::string> unquote(const std::string& text, size_t& at) {
  if (at >= text.size()) return std::nullopt;
  const char quote = text[at];
  if (quote != '"' && quote != '\'' && quote != '`') return std::nullopt;
  std::string out;
  for (++at; at < text.size(); ++at) {
    const char c = text[at];
    if (c == quote) return ++at, out;
    if (quote == '`') { out += c; continue; }
    if (c == '\n') return std::nullopt;
    if (static_cast<unsigned char>(c) >= 0x80) {  // Go decodes runes: what is none would be changed
      const auto u = static_cast<unsigned char>(c);
      const size_t n = u >= 0xf0 ? 4 : u >= 0xe0 ? 3 : u >= 0xc2 ? 2 : 0;
      if (n == 0 || at + n > text.size()) return std::nullopt;
      for (size_t i = 1; i < n; ++i) if ((static_cast<unsigned char>(text[at + i]) & 0xc0) != 0x80) return std::nullopt;
      out += text.substr(at, n);
      at += n - 1;
      continue;
    }
    if (c != '\\') { out += c; continue; }
    if (++at >= text.size()) return std::nullopt;
    const auto number = [&](size_t digits, int base) -> std::optional<unsigned> {
      unsigned code = 0;
      if (at + digits >= text.size() + 0) return std::nullopt;
      const char* from = text.data() + at + (base == 16 ? 1 : 0);
      const auto [end, error] = std::from_chars(from, from + digits, code, base);
      if (error != std::errc() || end != from + digits) return std::nullopt;
      at += digits - (base == 16 ? 0 : 1);
      return code;
    };
    switch (text[at]) {
      case 'a': out += '\a'; break;
      case 'b': out += '\b'; break;
      case 'f': out += '\f'; break;
      case 'n': out += '\n'; break;
      case 'r': out += '\r'; break;
      case 't': out += '\t'; break;
      case 'v': out += '\v'; break;
      case '\\': out += '\\'; break;
      case '"': case '\'': if (text[at] != quote) return std::nullopt; out += quote; break;
      case 'x': { const auto n = number(2, 16); if (!n) return std::nullopt; out += static_cast<char>(*n); break; }
      case 'u': { const auto n = number(4, 16); if (!n) return std::nullopt; put_utf8(out, *n); break; }
      case 'U': { const auto n = number(8, 16); if (!n) return std::nullopt; put_utf8(out, *n); break; }
      default: return std::nullopt;
    }
  }
  return std::nullopt;
}

// name{label="value",…} from `at`; nullopt when it is no selector.
inline std::optional<Selector> parse(const std::string& text, size_t at = 0) {
  Selector out;
  const auto name_char = [](char c) { return std::isalnum(static_cast<unsigned char>(c)) || c == '_' || c == ':'; };
  const size_t from = at;
  while (at < text.size() && name_char(text[at])) ++at;
  if (at > from) out.matches.push_back({"__name__", "=", text.substr(from, at - from)});
  if (at >= text.size() || text[at] != '{') {
    out.end = at;
    return at > from ? std::optional(out) : std::nullopt;
  }
  ++at;
  while (at < text.size() && text[at] != '}') {
    Match match;
    if (text[at] == '"') {
      const auto label = unquote(text, at);
      if (!label) return std::nullopt;
      match.label = *label;
    } else {
      const size_t begin = at;
      while (at < text.size() && name_char(text[at])) ++at;
      match.label = text.substr(begin, at - begin);
    }
    if (match.label.empty()) return std::nullopt;
    for (const char* op : {"=~", "!~", "!=", "="})
      if (match.op.empty() && text.compare(at, std::string(op).size(), op) == 0) match.op = op;
    if (match.op.empty()) return std::nullopt;
    at += match.op.size();
    const auto value = unquote(text, at);
    if (!value) return std::nullopt;
    match.value = *value;
    out.matches.push_back(match);
    if (at < text.size() && text[at] == ',') ++at;
    else if (at >= text.size() || text[at] != '}') return std::nullopt;
  }
  if (at >= text.size()) return std::nullopt;
  out.end = at + 1;
  return out;
}

using Labels = std::map<std::string, std::string>;
struct Series {
  Labels labels;
  std::vector<std::pair<int64_t, double>> samples;       // ms, value
};

class Server {
 public:
  std::vector<Series> series;
  std::string version = "3.5.0";
  bool closed = false;                                   // ranges hold their left end (before 3.0)
  std::vector<std::string> asked;                        // requests as text
  std::string more = {};                                 // members put into each envelope: ,"warnings":["…"]
  std::map<std::string, std::string> canned;             // path → body, instead of an answer

  inquest::prometheus::Send send() {
    // The connector asks from several threads at once.
    return [this, one_at_a_time = std::make_shared<std::mutex>()](const inquest::http::Request& request, const inquest::http::Judge& judge, const inquest::Deadline&,
                  const inquest::Stop&) -> inquest::Outcome<inquest::http::Response> {
      const std::lock_guard lock(*one_at_a_time);
      asked.push_back(request.path + " " + first(request, "query") + first(request, "match[]"));
      inquest::http::Response response;
      response.status = 200;
      response.content_type = "application/json";
      response.body = answer(request);
      const auto judged = judge(response);
      if (judged.what != inquest::http::Judged::What::good) return judged.failure;
      return response;
    };
  }

  static std::string first(const inquest::http::Request& request, const std::string& name) {
    for (const auto& one : request.query)
      if (one.name == name) return one.value;
    return {};
  }

 private:
  static bool holds(const Selector& selector, const Labels& labels) {
    return std::all_of(selector.matches.begin(), selector.matches.end(), [&](const Match& match) {
      const auto at = labels.find(match.label);
      const std::string value = at == labels.end() ? "" : at->second;
      const bool same = match.op == "=" || match.op == "!=" ? value == match.value : std::regex_match(value, std::regex(match.value));
      return same == (match.op == "=" || match.op == "=~");
    });
  }
  static int64_t duration(const std::string& text) {
    const int64_t n = std::stoll(text);
    return text.find("ms") != std::string::npos ? n : n * 1000;
  }
  std::string data(const std::string& inside) const { return "{\"status\":\"success\",\"data\":" + inside + more + "}"; }
  static std::string json(const Labels& labels) {
    inquest::Json out = inquest::Json::object();
    for (const auto& [name, value] : labels) out[name] = value;
    return inquest::canonical(out);
  }
  static std::string list(const std::set<std::string>& all) {
    inquest::Json out = inquest::Json::array();
    for (const std::string& one : all) out.push_back(one);
    return inquest::canonical(out);
  }
  std::vector<const Series*> matched(const inquest::http::Request& request) const {
    std::vector<const Series*> out;
    for (const Series& one : series) {
      bool any = false, all = true;
      for (const auto& param : request.query)
        if (param.name == "match[]") all = false, any |= holds(parse(param.value).value(), one.labels);
      if (any || all) out.push_back(&one);
    }
    return out;
  }

  std::string answer(const inquest::http::Request& request) const {
    if (const auto at = canned.find(request.path); at != canned.end()) return at->second;
    if (request.path == "/api/v1/status/buildinfo") return data("{\"version\":\"" + version + "\"}");
    if (request.path == "/api/v1/query_exemplars") return data("[]");
    std::set<std::string> texts;
    if (request.path == "/api/v1/labels") {
      for (const Series& one : series)
        for (const auto& [name, value] : one.labels) texts.insert(name);
      return data(list(texts));
    }
    if (request.path.rfind("/api/v1/label/", 0) == 0) {
      const std::string name = request.path.substr(14, request.path.size() - 14 - 7);
      for (const Series* one : matched(request))
        if (const auto at = one->labels.find(name); at != one->labels.end()) texts.insert(at->second);
      return data(list(texts));
    }
    if (request.path == "/api/v1/series") {
      std::string out;
      for (const Series* one : matched(request)) out += (out.empty() ? "" : ",") + json(one->labels);
      return data("[" + out + "]");
    }
    const std::string query = first(request, "query");
    const int64_t time = inquest::parse_time(first(request, "time")).value().ns / 1'000'000;
    const auto in = [&](const std::pair<int64_t, double>& sample, int64_t at, int64_t length) {
      return sample.first <= at && (closed ? sample.first >= at - length : sample.first > at - length);
    };
    if (query[0] != '(') {
      const Selector selector = parse(query).value();
      const int64_t length = duration(query.substr(selector.end + 1));
      std::string out;
      for (const Series& one : series) {
        if (!holds(selector, one.labels)) continue;
        std::string samples;
        for (const auto& sample : one.samples)
          if (in(sample, time, length)) {
            std::string ms = std::to_string(sample.first % 1000);
            ms = std::string(3 - ms.size(), '0') + ms;
            samples += (samples.empty() ? "[" : ",[") + std::to_string(sample.first / 1000) + "." + ms + ",\"" + inquest::shortest(sample.second) + "\"]";
          }
        if (!samples.empty()) out += (out.empty() ? "" : ",") + ("{\"metric\":" + json(one.labels) + ",\"values\":[" + samples + "]}");
      }
      return data("{\"resultType\":\"matrix\",\"result\":[" + out + "]}");
    }
    int64_t n = 0;                                       // (sum(count_over_time(x[…])) or vector(0)) + …
    const bool counts_samples = query.find("count_over_time(") != std::string::npos;
    for (size_t at = query.find("_over_time("); at != std::string::npos; at = query.find("_over_time(", at + 1)) {
      const auto selector = parse(query, at + 11).value();
      const int64_t length = duration(query.substr(selector.end + 1));
      for (const Series& one : series) {
        if (!holds(selector, one.labels)) continue;
        const int64_t samples = std::count_if(one.samples.begin(), one.samples.end(), [&](const auto& sample) { return in(sample, time, length); });
        n += counts_samples ? samples : samples > 0;
      }
    }
    return data("{\"resultType\":\"vector\",\"result\":[{\"metric\":{},\"value\":[" + std::to_string(time / 1000) + ",\"" + std::to_string(n) + "\"]}]}");
  }
};

}  // namespace fake
