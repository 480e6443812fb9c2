// JSON and printed forms of asks and of how they ended.
// SPDX-License-Identifier: Apache-2.0
#include "runtime/model/ask.h"

#include "runtime/model/json_reader.h"

namespace inquest {
namespace {

constexpr const char* failure_names[] = {"unreachable", "timeout",     "refused",      "rejected",
                                         "overloaded",  "malformed",   "too_large",    "scope",
                                         "unsupported", "unknown_name", "cancelled",   "internal"};

}  // namespace

Json ask_json(const Ask& ask) {
  Json out = {{"state", ask.state}, {"name", ask.name}, {"kind", ask.kind}, {"signal", ask.signal}};
  if (!ask.args.empty()) out["args"] = value_json(Value(ask.args));
  if (!ask.native.empty()) out["native"] = ask.native;
  if (!ask.names.empty()) out["names"] = value_json(Value(ask.names));
  out["scope"] = scope_json(ask.scope);
  if (ask.then) out["then"] = window_json(*ask.then);
  if (!ask.outside.empty()) out["outside"] = ask.outside;
  if (!ask.where.empty()) out["where"] = value_json(Value(ask.where));
  if (!ask.from.empty()) out["from"] = ask.from;
  if (!ask.unknown_names.empty()) out["unknown_names"] = ask.unknown_names;
  return out;
}

Result<Ask> json_ask(const Json& json) {
  JsonReader reader(json, "ask");
  for (const char* key : {"state", "name", "kind", "signal", "scope"}) reader.required(key);
  Ask ask;
  ask.state = reader.text("state");
  ask.name = reader.text("name");
  ask.kind = reader.text("kind");
  ask.signal = reader.text("signal");
  ask.args = reader.values("args");
  ask.native = reader.text("native");
  ask.names = reader.values("names");
  if (const Json* const scope = reader.object("scope")) {
    auto read = json_scope(*scope);
    if (read) ask.scope = std::move(*read);
    else reader.fail(read.error());
  }
  if (const Json* const then = reader.object("then")) {
    const auto read = json_window(*then);
    if (read) ask.then = *read;
    else reader.fail(read.error());
  }
  ask.outside = reader.texts("outside");
  ask.where = reader.values("where");
  ask.from = reader.text("from");
  ask.unknown_names = reader.texts("unknown_names");
  if (!reader.ok()) return reader.error();
  return ask;
}

std::string print_ask(const Ask& ask) {
  std::string out = ask.kind;
  if (!ask.native.empty()) out += " [[" + ask.native + "]]";
  if (ask.native.empty() || !ask.args.empty()) out += " " + print_map(ask.args);
  if (!ask.where.empty()) out += " where " + print_map(ask.where);
  if (!ask.scope.names.empty()) {
    std::string names;
    for (const auto& [name, value] : ask.scope.names) names += (names.empty() ? "" : " ") + name + "=" + value;
    out += " [" + names + "]";
  }
  out += " " + print_clock(ask.scope.window.from) + "–" + print_clock(ask.scope.window.to);
  if (ask.then) out += " against " + print_clock(ask.then->from) + "–" + print_clock(ask.then->to);
  if (!ask.from.empty()) out += " from " + ask.from;
  return out;
}

const char* failure_name(Failure::Class cls) { return failure_names[static_cast<size_t>(cls)]; }

std::optional<Failure::Class> failure_class(std::string_view name) {
  for (size_t i = 0; i < std::size(failure_names); ++i)
    if (name == failure_names[i]) return static_cast<Failure::Class>(i);
  return std::nullopt;
}

Json marks_json(const Marks& marks) {
  Json out = Json::object();
  if (!marks.limited.empty()) out["limited"] = marks.limited;
  if (!marks.approximate.empty()) out["approximate"] = marks.approximate;
  if (!marks.partial.empty()) out["partial"] = marks.partial;
  if (!marks.notes.empty()) out["notes"] = marks.notes;
  return out;
}

Marks json_marks(const Json& json) {
  JsonReader reader(json, "marks");  // what is no mark is none
  Marks marks;
  marks.limited = reader.text("limited");
  marks.approximate = reader.text("approximate");
  marks.partial = reader.text("partial");
  marks.notes = reader.texts("notes");
  return marks;
}

}  // namespace inquest
