// Sentences of findings: fields as people read them, bound into the `says` of a kind.
// SPDX-License-Identifier: Apache-2.0
#include "runtime/machine/sentence.h"

#include <algorithm>
#include <map>
#include <string_view>

#include "runtime/base/text.h"
#include "runtime/base/time.h"

namespace inquest {
namespace {

constexpr size_t shown_of_list = 5;

std::string clock_time(Time time) { return print_clock({time.ns}) + " UTC"; }

// The full form of a time ("2026-11-21T10:41:32.193283328Z") as people read it; any other text as it is.
std::string point_in_time(const std::string& text) {
  if (text.size() < 20 || text.size() > 30 || text[4] != '-' || text[10] != 'T' || text.back() != 'Z') return text;
  const auto time = parse_time(text);
  return time ? clock_time(*time) : text;
}

template <class Item, class Print>
std::string shown_list(const std::vector<Item>& items, Print print) {
  std::vector<std::string> parts;
  for (size_t i = 0; i < std::min(items.size(), shown_of_list); ++i) parts.push_back(print(items[i]));
  const std::string rest =
      items.size() > shown_of_list ? " and " + count(static_cast<int64_t>(items.size() - shown_of_list)) + " more" : "";
  return join(parts, ", ") + rest;
}

// Whether `text` has the form, with what stands at $1 … $9; each stands for at least one character, as few as fit.
bool fits(std::string_view form, std::string_view text, std::map<char, std::string>& slots) {
  const size_t slot = form.find('$');
  if (slot == std::string_view::npos || slot + 1 >= form.size()) return form == text;
  if (text.substr(0, slot) != form.substr(0, slot)) return false;
  const char name = form[slot + 1];
  const std::string_view rest = form.substr(slot + 2), after = text.substr(slot);
  const size_t next = rest.find('$');
  const std::string_view literal = rest.substr(0, next);
  if (next == std::string_view::npos) {   // the last one takes all but the end
    if (after.size() <= literal.size() || after.substr(after.size() - literal.size()) != literal) return false;
    slots[name] = std::string(after.substr(0, after.size() - literal.size()));
    return true;
  }
  if (literal.empty()) return false;      // two slots side by side tell nothing
  const size_t end = after.find(literal, 1);
  if (end == std::string_view::npos) return false;
  slots[name] = std::string(after.substr(0, end));
  return fits(rest, after.substr(end), slots);
}

}  // namespace

std::string translated(const std::map<std::string, std::string>& sentences, const std::string& text) {
  const std::string_view prefix = texts_prefix;
  if (text.empty() || sentences.empty()) return text;
  if (const auto whole = sentences.find(std::string(prefix) + text); whole != sentences.end()) return whole->second;
  const std::string* best = nullptr;
  std::map<char, std::string> best_slots;
  size_t most = 0;
  for (auto it = sentences.lower_bound(std::string(prefix)); it != sentences.end() && it->first.rfind(prefix, 0) == 0; ++it) {
    const std::string_view form = std::string_view(it->first).substr(prefix.size());
    std::map<char, std::string> slots;
    if (!fits(form, text, slots)) continue;
    const size_t own = form.size() - 2 * slots.size();
    if (best && own <= most) continue;
    best = &it->second;
    best_slots = std::move(slots);
    most = own;
  }
  if (!best) return text;
  std::string out;
  for (size_t i = 0; i < best->size(); ++i) {
    const auto slot = (*best)[i] == '$' && i + 1 < best->size() ? best_slots.find((*best)[i + 1]) : best_slots.end();
    if (slot == best_slots.end()) out += (*best)[i];
    else {
      out += slot->second;
      ++i;
    }
  }
  return out;
}

std::optional<std::string> shown(const Finding& finding, const Yield* yield, const std::string& name) {
  if (const auto it = finding.numbers.find(name); it != finding.numbers.end() && !finding.subject.count(name)) {
    const auto unit = yield ? yield->numbers.find(name) : std::map<std::string, std::string>::const_iterator{};
    return human(it->second, yield && unit != yield->numbers.end() ? unit->second : "");
  }
  if (const auto it = finding.lists.find(name); it != finding.lists.end() && !finding.subject.count(name))
    return shown_list(it->second, point_in_time);
  const auto value = field(finding, name);
  return value ? std::optional<std::string>(shown(*value)) : std::nullopt;
}

std::string shown(const Value& value) {
  if (const auto* time = value.get<Time>()) return clock_time(*time);
  if (const auto* number = value.get<double>()) return human(*number, "");
  if (const auto* list = value.get<List>()) return shown_list(*list, [](const Value& item) { return shown(item); });
  return print_value(value);
}

std::string sentence(const Finding& finding, const Yield& yield, const std::string& says) {
  return bind_text(says, [&](const std::string& name) -> std::optional<Value> {
    if (auto text = shown(finding, &yield, name)) return Value(*std::move(text));
    return std::nullopt;
  });
}

}  // namespace inquest
