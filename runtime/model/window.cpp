// Windows, the phrases that say them, and scopes.
// SPDX-License-Identifier: Apache-2.0
#include "runtime/model/window.h"

#include <algorithm>

#include "runtime/base/text.h"
#include "runtime/model/json_reader.h"

namespace inquest {
namespace {

Time moved(Time time, int64_t by) {  // stops at the ends of what a Time can hold
  int64_t ns = 0;
  if (__builtin_add_overflow(time.ns, by, &ns)) ns = by < 0 ? INT64_MIN : INT64_MAX;
  return {ns};
}
Time back(Time time, int64_t by) { return moved(time, by == INT64_MIN ? INT64_MAX : -by); }

// "$t" or "$finding.field" → the name without the dollar; empty when it is neither.
std::string name_of(const std::string& word) {
  const auto names = names_in(Value(word));
  return names.size() == 1 && word == "$" + names[0] ? names[0] : "";
}

std::vector<std::string> words_of(std::string_view text) {
  std::vector<std::string> out;
  std::string word;
  for (const char c : text) {
    if (c != ' ' && c != '\t' && c != '\n' && c != '\r') { word += c; continue; }
    if (!word.empty()) out.push_back(std::move(word));
    word.clear();
  }
  if (!word.empty()) out.push_back(std::move(word));
  return out;
}

std::optional<Time> time_value(const std::optional<Value>& value) {
  if (!value) return std::nullopt;
  if (const auto* time = value->get<Time>()) return *time;
  if (!value->is<std::string>()) return std::nullopt;
  const auto read = parse_time(value->text());
  return read ? std::optional<Time>(*read) : std::nullopt;
}

std::optional<Duration> duration_value(const std::optional<Value>& value) {
  if (!value) return std::nullopt;
  if (const auto* duration = value->get<Duration>()) return *duration;
  if (!value->is<std::string>()) return std::nullopt;
  const auto read = parse_duration(value->text());
  return read ? std::optional<Duration>(*read) : std::nullopt;
}

}  // namespace

std::string print_window(const Window& window) {
  std::string from = print_time({window.from.ns}), to = print_time({window.to.ns});
  const auto date = [](const std::string& time) { return time.substr(0, time.find('T')); };
  const bool same_day = date(from) == date(to);
  Duration length = window.length();
  if (length.ns >= 60 * ns_per_s) length.ns -= length.ns % ns_per_s;  // nanoseconds after minutes tell nobody anything
  return date(from) + " " + print_clock(window.from) + " – " + (same_day ? "" : date(to) + " ") +
         print_clock(window.to) + " UTC (" + print_duration(length) + ")";
}

Json window_json(const Window& window) { return {{"from", print_time(window.from)}, {"to", print_time(window.to)}}; }

Result<Window> json_window(const Json& json) {
  JsonReader reader(json, "window");
  reader.required("from");
  reader.required("to");
  const auto from = reader.time("from"), to = reader.time("to");
  if (!reader.ok()) return reader.error();
  return Window{*from, *to};
}

Window cut(const Window& window, const Window& to) {
  const Time from = std::max(window.from, to.from);
  return {from, std::max(from, std::min(window.to, to.to))};
}

Result<Phrase> parse_phrase(std::string_view text, bool against) {
  const Error bad{Code::config, "`" + printable(text, 60) + "` is not a window" + (against ? " to compare with" : ""), "",
                  against ? "write before $t, or a duration and earlier: 7d earlier"
                          : "write 1h, before $t, after $t, 10m around $t, or $name of a bound duration"};
  const auto words = words_of(text);
  const auto duration = [](const std::string& word) -> std::optional<Duration> {
    const auto read = parse_duration(word);
    return read && read->ns > 0 ? std::optional<Duration>(*read) : std::nullopt;
  };
  if (words.size() == 1 && !against) {
    if (const auto d = duration(words[0])) return Phrase{Phrase::Kind::last, d, ""};
    if (const auto name = name_of(words[0]); !name.empty()) return Phrase{Phrase::Kind::last, {}, name};
  }
  if (words.size() == 2) {
    const std::string name = name_of(words[1]);
    if (words[0] == "before" && !name.empty()) return Phrase{Phrase::Kind::before, {}, name};
    if (words[0] == "after" && !name.empty() && !against) return Phrase{Phrase::Kind::after, {}, name};
    if (words[1] == "earlier" && against)
      if (const auto d = duration(words[0])) return Phrase{Phrase::Kind::earlier, d, ""};
  }
  if (words.size() == 3 && words[1] == "around" && !against) {
    const std::string name = name_of(words[2]);
    if (const auto d = duration(words[0]); d && !name.empty()) return Phrase{Phrase::Kind::around, d, name};
  }
  return bad;
}

std::string print_phrase(const Phrase& phrase) {
  const std::string duration = phrase.duration ? print_duration(*phrase.duration) : "";
  switch (phrase.kind) {
    case Phrase::Kind::last: return phrase.duration ? duration : "$" + phrase.name;
    case Phrase::Kind::before: return "before $" + phrase.name;
    case Phrase::Kind::after: return "after $" + phrase.name;
    case Phrase::Kind::around: return duration + " around $" + phrase.name;
    case Phrase::Kind::earlier: return duration + " earlier";
  }
  return "";
}

std::optional<Window> resolve(const Phrase& phrase, const Window& outer, const Names& names) {
  if (phrase.kind == Phrase::Kind::last || phrase.kind == Phrase::Kind::earlier) {
    const auto length = phrase.duration ? phrase.duration : duration_value(names(phrase.name));
    if (!length || length->ns <= 0) return std::nullopt;
    if (phrase.kind == Phrase::Kind::last) return cut({back(outer.to, length->ns), outer.to}, outer);
    return Window{back(outer.from, length->ns), back(outer.to, length->ns)};
  }
  const auto time = time_value(names(phrase.name));
  if (!time) return std::nullopt;
  switch (phrase.kind) {
    case Phrase::Kind::before: return cut({outer.from, *time}, outer);
    case Phrase::Kind::after: return cut({*time, outer.to}, outer);
    default: break;
  }
  if (!phrase.duration) return std::nullopt;
  return cut({back(*time, phrase.duration->ns), moved(*time, phrase.duration->ns)}, outer);
}

const std::vector<std::string>& scope_names() {
  static const std::vector<std::string> names = {"service", "namespace", "instance", "version", "operation"};
  return names;
}

Json scope_json(const Scope& scope) {
  Json names = Json::object();
  for (const auto& [name, value] : scope.names) names[name] = value;
  return {{"window", window_json(scope.window)}, {"names", std::move(names)}};
}

Result<Scope> json_scope(const Json& json) {
  JsonReader reader(json, "scope");
  reader.required("window");
  Scope scope;
  scope.names = reader.text_map("names");
  if (const Json* const window = reader.object("window")) {
    const auto read = json_window(*window);
    if (read) scope.window = *read;
    else reader.fail(read.error());
  }
  if (!reader.ok()) return reader.error();
  const auto& known = scope_names();
  for (const auto& [name, value] : scope.names)
    if (std::find(known.begin(), known.end(), name) == known.end())
      return Error{Code::parse, "scope: unknown name `" + printable(name, 60) + "`", "", did_you_mean(name, known)};
  return scope;
}

}  // namespace inquest
