// How the parts of PromQL print, and where in native text a value stands.
// SPDX-License-Identifier: Apache-2.0
#include "runtime/connectors/prometheus/promql.h"

#include <algorithm>
#include <cmath>

#include "runtime/base/text.h"
#include "runtime/connectors/prometheus/names.h"

namespace inquest::prometheus {
namespace {


int64_t floor_div(int64_t a, int64_t b) { return a / b - (a % b < 0 ? 1 : 0); }

// What a value is where a text stands: the text itself, or a regular expression of it.
std::string as_text(const Value& value, bool regex) {
  if (const List* list = value.get<List>()) {
    std::string out;
    for (const Value& one : *list) out += (out.empty() ? "" : "|") + regex_literal(print_value(one));
    return out;
  }
  return regex ? regex_literal(print_value(value)) : print_value(value);
}

Result<std::string> inside_quotes(const std::string& text, char quote, std::string_view name) {
  if (quote == '`') {
    if (text.find('`') == std::string::npos) return text;
    return Error{Code::usage, "`$" + std::string(name) + "` holds a backtick and stands between backticks", "", "write it between double quotes, or bare"};
  }
  std::string out = literal(text);
  out = out.substr(1, out.size() - 2);
  if (quote == '"') return out;
  std::string single;                                    // '…': the other quote is escaped
  for (size_t i = 0; i < out.size(); ++i) {
    if (out[i] == '\\' && i + 1 < out.size()) {
      if (out[i + 1] != '"') single += out[i];
      single += out[++i];
    } else {
      if (out[i] == '\'') single += '\\';
      single += out[i];
    }
  }
  return single;
}

std::string bare(const Value& value, bool regex) {
  if (!regex) {
    if (const int64_t* n = value.get<int64_t>()) return std::to_string(*n);
    if (const double* n = value.get<double>()) return number(*n);
    if (const Duration* d = value.get<Duration>()) return duration_text(std::max<int64_t>(1, d->ns / ns_per_ms));
    if (const Time* t = value.get<Time>()) {
      const int64_t ms = floor_div(t->ns, ns_per_ms);
      std::string part = std::to_string(((ms % 1000) + 1000) % 1000);
      return std::to_string(floor_div(ms, 1000)) + "." + std::string(3 - part.size(), '0') + part;
    }
  }
  return literal(as_text(value, regex));
}

}  // namespace

std::string Matcher::print() const {
  static const char* const ops[] = {"=", "!=", "=~", "!~"};
  return (classic_label(label) ? label : literal(label)) + ops[static_cast<size_t>(op)] + literal(value);
}

Matcher is(std::string label, std::string value) { return {Matcher::Op::equal, std::move(label), std::move(value)}; }
Matcher is_not(std::string label, std::string value) { return {Matcher::Op::not_equal, std::move(label), std::move(value)}; }
Matcher matches(std::string label, std::string regex) { return {Matcher::Op::match, std::move(label), std::move(regex)}; }

Matcher one_of(std::string label, const std::vector<std::string>& values) {
  if (values.size() == 1) return is(std::move(label), values.front());
  std::string regex;
  for (size_t i = 0; i < values.size(); ++i) regex += (i ? "|" : "") + regex_literal(values[i]);
  if (values.empty()) regex = "[^\\x00-\\x{10FFFF}]";    // none
  return matches(std::move(label), std::move(regex));
}

std::string selector(const std::vector<std::string>& names, const std::vector<Matcher>& matchers) {
  const bool plain = names.size() == 1 && classic_metric(names.front());
  std::string inside;
  if (!plain && !names.empty()) inside = one_of("__name__", names).print();
  for (const Matcher& one : matchers) inside += (inside.empty() ? "" : ",") + one.print();
  if (plain && inside.empty()) return names.front();
  return (plain ? names.front() : "") + "{" + inside + "}";
}

Span span_of(const Window& window) {
  return {floor_div(window.from.ns + ns_per_ms - 1, ns_per_ms), floor_div(window.to.ns - 1, ns_per_ms)};
}

std::string duration_text(int64_t ms) { return ms % 1000 == 0 ? std::to_string(ms / 1000) + "s" : std::to_string(ms) + "ms"; }
std::string range(const Span& span) { return "[" + duration_text(span.length_ms()) + "]"; }
std::string time_text(int64_t ms) { return print_time(Time{ms * ns_per_ms}); }

std::string number(double value) {
  if (std::isnan(value)) return "NaN";
  if (std::isinf(value)) return value > 0 ? "+Inf" : "-Inf";
  return shortest(value);
}

Result<std::string> bind_native(std::string_view text, const Map& names, std::vector<std::string>* unbound) {
  std::string out;
  char quote = 0;
  bool after_regex = false;                              // the last operator was =~ or !~
  for (size_t i = 0; i < text.size();) {
    const char c = text[i];
    if (c == '$') {
      std::string_view name = name_at(text, i + 1);
      const Value* value = name.empty() ? nullptr : find(names, name);
      if (const size_t dot = name.find('.'); !value && dot != name.npos)
        if (const Value* head = find(names, name.substr(0, dot))) value = head, name = name.substr(0, dot);
      if (!name.empty() && (!value || value->null())) {
        if (unbound && std::find(unbound->begin(), unbound->end(), name) == unbound->end()) unbound->emplace_back(name);
      } else if (!name.empty()) {
        if (quote == 0) {
          out += bare(*value, after_regex);
          after_regex = false;
        } else {
          auto part = inside_quotes(as_text(*value, after_regex), quote, name);
          if (!part) return part.error();
          out += *part;
        }
        i += 1 + name.size();
        continue;
      }
      out += text.substr(i, 1 + name.size());
      i += 1 + name.size();
      continue;
    }
    if (quote != 0) {
      if (c == '\\' && quote != '`' && i + 1 < text.size()) out += text[i++];
      else if (c == quote) quote = 0, after_regex = false;
      out += text[i++];
      continue;
    }
    if (c == '#') {                                      // a comment ends with its line
      while (i < text.size() && text[i] != '\n') ++i;
      continue;
    }
    if (c == '"' || c == '\'' || c == '`') quote = c;
    else if ((c == '=' || c == '!') && i + 1 < text.size() && text[i + 1] == '~') after_regex = true;
    else if (c != '~' && c != ' ' && c != '\n' && c != '\t' && c != '\r') after_regex = false;
    out += text[i++];
  }
  return out;
}

}  // namespace inquest::prometheus
