// Which log records an ask means.
// SPDX-License-Identifier: Apache-2.0
#include "runtime/connectors/otlp/log_view.h"

#include "runtime/base/text.h"

namespace inquest::otlp {

namespace {

const char* severity_by_number(uint8_t number) {
  static const char* const names[] = {"TRACE", "DEBUG", "INFO", "WARN", "ERROR", "FATAL"};
  return number >= 1 && number <= 24 ? names[(number - 1) / 4] : "";
}

Value lowered(const Value& value) {
  if (value.is<std::string>()) return lower(value.text());
  const List* list = value.get<List>();
  if (!list) return value;
  List out;
  for (const Value& one : *list) out.push_back(lowered(one));
  return out;
}

}  // namespace

LogView::LogView(const Logs& table, const Aliases& aliases, const Ask& ask)
    : logs(table), heads(heads_of(table.texts, table.resources, aliases)), windows_(stretches(ask)) {
  for (const Head& head : heads) resource_.push_back(fits(head, ask.scope));
  for (const auto& [key, value] : ask.where) {
    if (key == "severity") severity_.emplace(lowered(value));
    else if (key == "body") body_.emplace(value);
    else attributes_.emplace_back(key, Condition(value));
  }
  if (body_) body_known_.resize(logs.texts.size(), 0);
}

std::string LogView::severity(size_t row) const {
  if (logs.severity_text[row] != no_text && !logs.texts[logs.severity_text[row]].empty())
    return std::string(logs.texts[logs.severity_text[row]]);
  return severity_by_number(logs.severity[row]);
}

const Cell* LogView::attribute(size_t row, std::string_view key) const {
  const Cell* cell = find_cell(logs.texts, logs.attributes.data() + logs.attr_from[row],
                               logs.attributes.data() + logs.attr_from[row + 1], key);
  return cell ? cell : find_cell(logs.texts, logs.resources[logs.resource[row]].attributes, key);
}

bool LogView::holds(size_t row) const {
  if (!resource_[logs.resource[row]] || stretch_of(windows_, logs.time[row]) < 0) return false;
  if (severity_ && !severity_->holds(std::string_view(lower(severity(row)))) &&
      !severity_->holds(std::string_view(lower(severity_by_number(logs.severity[row])))))
    return false;
  if (body_) {
    const TextId body = logs.body[row];
    if (body == no_text) return false;
    uint8_t& known = body_known_[body];
    if (known == 0) known = body_->holds(logs.texts[body]) ? 1 : 2;
    if (known == 2) return false;
  }
  for (const auto& [key, condition] : attributes_) {
    const Cell* cell = attribute(row, key);
    if (!cell || !condition.holds(logs.texts, *cell)) return false;
  }
  return true;
}

}  // namespace inquest::otlp
