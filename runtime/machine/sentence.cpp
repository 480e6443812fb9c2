// Sentences of findings: fields as people read them, bound into the `says` of a kind.
// SPDX-License-Identifier: Apache-2.0
#include "runtime/machine/sentence.h"

#include <algorithm>

#include "runtime/base/text.h"

namespace inquest {
namespace {

constexpr size_t shown_of_list = 5;

std::string clock_time(Time time) { return print_clock({time.ns}) + " UTC"; }

template <class Item, class Print>
std::string shown_list(const std::vector<Item>& items, Print print) {
  std::vector<std::string> parts;
  for (size_t i = 0; i < std::min(items.size(), shown_of_list); ++i) parts.push_back(print(items[i]));
  const std::string rest =
      items.size() > shown_of_list ? " and " + count(static_cast<int64_t>(items.size() - shown_of_list)) + " more" : "";
  return join(parts, ", ") + rest;
}

}  // namespace

std::optional<std::string> shown(const Finding& finding, const Yield* yield, const std::string& name) {
  if (const auto it = finding.numbers.find(name); it != finding.numbers.end() && !finding.subject.count(name)) {
    const auto unit = yield ? yield->numbers.find(name) : std::map<std::string, std::string>::const_iterator{};
    return human(it->second, yield && unit != yield->numbers.end() ? unit->second : "");
  }
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
