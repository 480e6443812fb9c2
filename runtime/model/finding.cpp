// JSON forms of findings, examined and unknown rows; their fields as values; their order.
// SPDX-License-Identifier: Apache-2.0
#include "runtime/model/finding.h"

#include <cmath>

#include "runtime/model/json_reader.h"

namespace inquest {
namespace {

Json texts_json(const std::map<std::string, std::string>& map) {
  Json out = Json::object();
  for (const auto& [name, value] : map) out[name] = value;
  return out;
}

Json numbers_json(const std::map<std::string, double>& map) {
  Json out = Json::object();
  for (const auto& [name, value] : map) out[name] = number_json(value);
  return out;
}

template <class Row>
Json origin_json(const Row& row) {
  Json out = Json::object();
  if (!row.state.empty()) out["state"] = row.state;
  if (!row.review.empty()) out["review"] = row.review;
  out["kind"] = row.kind;
  return out;
}

template <class Row>
void read_origin(JsonReader& reader, Row& row) {
  reader.required("kind");
  row.state = reader.text("state");
  row.review = reader.text("review");
  row.kind = reader.text("kind");
}

Result<Examined> json_examined(const Json& json) {
  JsonReader reader(json, "examined");
  Examined row;
  read_origin(reader, row);
  row.subject = reader.text_map("subject");
  row.smallest = reader.number_map("smallest");
  row.evidence = reader.texts("evidence");
  if (!reader.ok()) return reader.error();
  return row;
}

Result<Unknown> json_unknown(const Json& json) {
  JsonReader reader(json, "unknown");
  Unknown row;
  read_origin(reader, row);
  if (member(json, "subject")) row.subject = reader.text_map("subject");
  row.signal = reader.text("signal");
  row.measure = reader.text("measure");
  row.why = reader.text("why");
  row.cure = reader.text("cure");
  row.tried = reader.texts("tried");
  row.partial = reader.flag("partial");
  if (!reader.ok()) return reader.error();
  return row;
}

template <class Row>
void read_rows(JsonReader& reader, const char* key, Result<Row> (*read)(const Json&), std::vector<Row>& out) {
  const Json* const list = reader.array(key);
  if (!list) return;
  for (const Json& item : *list) {
    auto row = read(item);
    if (!row) return reader.fail(row.error());
    out.push_back(std::move(*row));
  }
}

template <class Row>
Json list_json(const std::vector<Row>& rows, Json (*print)(const Row&)) {
  Json out = Json::array();
  for (const Row& row : rows) out.push_back(print(row));
  return out;
}

}  // namespace

std::string print_subject(const Subject& subject) {
  std::string out;
  for (const auto& [name, value] : subject) out += (out.empty() ? "" : " ") + name + "=" + value;
  return out;
}

bool agrees(const Subject& subject, const std::map<std::string, std::string>& names) {
  for (const auto& [name, value] : subject) {
    const auto other = names.find(name);
    if (other != names.end() && other->second != value) return false;
  }
  return true;
}

Json finding_json(const Finding& finding) {
  Json out = Json::object();
  if (!finding.id.empty()) out["id"] = finding.id;
  out.update(origin_json(finding));
  out["subject"] = texts_json(finding.subject);
  out["numbers"] = numbers_json(finding.numbers);
  if (!finding.lists.empty()) {
    Json lists = Json::object();
    for (const auto& [name, items] : finding.lists) lists[name] = items;
    out["lists"] = std::move(lists);
  }
  out["strength"] = number_json(finding.strength);
  if (finding.onset) out["onset"] = print_time(*finding.onset);
  out["evidence"] = finding.evidence;
  if (!finding.says.empty()) out["says"] = finding.says;
  return out;
}

Json examined_json(const Examined& row) {
  Json out = origin_json(row);
  out["subject"] = texts_json(row.subject);
  if (!row.smallest.empty()) out["smallest"] = numbers_json(row.smallest);
  if (!row.evidence.empty()) out["evidence"] = row.evidence;
  return out;
}

Json unknown_json(const Unknown& row) {
  Json out = origin_json(row);
  if (row.subject) out["subject"] = texts_json(*row.subject);
  if (!row.signal.empty()) out["signal"] = row.signal;
  if (!row.measure.empty()) out["measure"] = row.measure;
  if (!row.why.empty()) out["why"] = row.why;
  if (!row.cure.empty()) out["cure"] = row.cure;
  if (!row.tried.empty()) out["tried"] = row.tried;
  if (row.partial) out["partial"] = true;
  return out;
}

Json rows_json(const Rows& rows) {
  return {{"found", list_json(rows.found, finding_json)},
          {"examined", list_json(rows.examined, examined_json)},
          {"unknown", list_json(rows.unknown, unknown_json)}};
}

Result<Finding> json_finding(const Json& json) {
  JsonReader reader(json, "finding");
  Finding finding;
  finding.id = reader.text("id");
  read_origin(reader, finding);
  finding.subject = reader.text_map("subject");
  finding.numbers = reader.number_map("numbers");
  finding.lists = reader.texts_map("lists");
  finding.strength = reader.number("strength");
  finding.onset = reader.time("onset");
  finding.evidence = reader.texts("evidence");
  finding.says = reader.text("says");
  if (!reader.ok()) return reader.error();
  return finding;
}

Result<Rows> json_rows(const Json& json) {
  JsonReader reader(json, "rows");
  Rows rows;
  read_rows(reader, "found", json_finding, rows.found);
  read_rows(reader, "examined", json_examined, rows.examined);
  read_rows(reader, "unknown", json_unknown, rows.unknown);
  if (!reader.ok()) return reader.error();
  return rows;
}

std::optional<Value> field(const Finding& finding, const std::string& name) {
  if (const auto it = finding.subject.find(name); it != finding.subject.end()) return Value(it->second);
  if (name == "onset") return finding.onset ? std::optional<Value>(*finding.onset) : std::nullopt;
  if (name == "strength") return Value(finding.strength);
  if (name == "says") return Value(finding.says);
  if (name == "kind") return Value(finding.kind);
  if (const auto it = finding.numbers.find(name); it != finding.numbers.end()) return Value(it->second);
  if (const auto it = finding.lists.find(name); it != finding.lists.end())
    return Value(List(it->second.begin(), it->second.end()));
  return std::nullopt;
}

bool stronger(const Finding& a, const Finding& b) {
  const auto strength = [](const Finding& f) { return std::isnan(f.strength) ? -1.0 : f.strength; };
  if (strength(a) != strength(b)) return strength(a) > strength(b);
  const std::string left = print_subject(a.subject), right = print_subject(b.subject);
  if (left != right) return left < right;
  return a.state < b.state;
}

}  // namespace inquest
