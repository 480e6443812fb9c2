// The JSON document of a run: the members of design "Commands", in a fixed order; additions only.
// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include "runtime/base/text.h"
#include "runtime/report/formats.h"

namespace inquest {
namespace {

Json subject_json(const Subject& subject) {
  Json out = Json::object();
  for (const auto& [name, value] : subject) out[name] = value;
  return out;
}

Json missing_json(const std::vector<Missing>& list) {
  Json out = Json::array();
  for (const Missing& m : list)
    out.push_back({{"kind", m.kind},
                   {"signal", m.signal},
                   {"tried", m.tried},
                   {"cure", m.cure},
                   {"measure", m.measure},
                   {"why", m.why}});
  return out;
}

Json verdict_part(const Report& report) {
  if (!report.judged) return nullptr;
  const Verdict& v = report.judgement.verdict;
  Json also = Json::array();
  for (const auto& [hypothesis, key] : v.also)
    also.push_back({{"hypothesis", hypothesis}, {"subject", subject_json(key)}});
  return {{"word", v.word},
          {"hypothesis", v.hypothesis.empty() ? Json() : Json(v.hypothesis)},
          {"subject", subject_json(v.subject)},
          {"onset", v.onset ? Json(print_time(*v.onset)) : Json()},
          {"strength", number_json(v.strength)},
          {"says", v.says},
          {"also", std::move(also)},
          {"missing", missing_json(v.missing)}};
}

Json hypotheses_part(const Report& report) {
  Json out = Json::array();
  for (const Judged& h : report.judgement.hypotheses)
    out.push_back({{"name", h.hypothesis},
                   {"subject", subject_json(h.key)},
                   {"word", h.word},
                   {"strength", number_json(h.strength)},
                   {"findings", h.findings},
                   {"missing", missing_json(h.missing)},
                   {"against", h.against},
                   {"not_found", h.not_found},
                   {"helps_missing", missing_json(h.helps_missing)},
                   {"needs_found", h.needs_found},
                   {"needs", h.needs},
                   {"says", h.says}});
  return out;
}

Json findings_part(const Report& report) {
  Json out = Json::array();
  for (const Finding& f : report.findings) {
    Json numbers = Json::object(), lists = Json::object();
    for (const auto& [name, value] : f.numbers) numbers[name] = number_json(value);
    for (const auto& [name, items] : f.lists) lists[name] = items;
    out.push_back({{"id", f.id}, {"state", f.state}, {"kind", f.kind}, {"subject", subject_json(f.subject)},
                   {"numbers", std::move(numbers)}, {"lists", std::move(lists)}, {"strength", number_json(f.strength)},
                   {"onset", f.onset ? Json(print_time(*f.onset)) : Json()}, {"evidence", f.evidence}, {"says", f.says},
                   {"review", f.review}});
  }
  return out;
}

Json path_part(const Report& report) {
  const Json* const contexts = member(report.graph, "contexts");
  Json out = Json::array();
  for (const ReportStep& s : report.path) {
    Json context;   // null outside of every context
    if (s.context >= 0 && contexts && contexts->is_array() && static_cast<size_t>(s.context) < contexts->size())
      context = member_text((*contexts)[static_cast<size_t>(s.context)], "name");
    out.push_back({{"state", s.state}, {"context", std::move(context)}, {"round", s.round}, {"via", s.via},
                   {"index", s.context}, {"visit", s.visit}, {"kind", s.kind}});
  }
  return out;
}

Json evidence_part(const Report& report) {
  Json out = Json::array();
  for (const ReportEvidence& e : report.evidence) {
    Json row = {{"id", e.id},
                {"state", e.state},
                {"ask", e.ask},
                {"source", e.source},
                {"native", e.native},
                {"window", window_json(e.window)},
                {"rows", int64_json(e.rows)},
                {"bytes", int64_json(e.bytes)},
                {"ms", number_json(e.ms)},
                {"partial", e.marks.partial},
                {"kind", e.kind},
                {"signal", e.signal},
                {"shape", e.shape},
                {"hash", e.hash},
                {"limited", e.marks.limited},
                {"approximate", e.marks.approximate},
                {"notes", e.marks.notes},
                {"scope", subject_json(e.names)}};
    if (!e.link.empty()) row["link"] = e.link;
    if (e.then) row["then"] = window_json(*e.then);
    if (!e.outside.empty()) row["outside"] = e.outside;
    if (e.failure)
      row["failed"] = {{"class", failure_name(e.failure->cls)}, {"cause", e.failure->cause}, {"cure", e.failure->cure}};
    else if (!e.answered)
      row["failed"] = {{"class", "cancelled"}, {"cause", "the run stopped before the answer"}, {"cure", ""}};
    out.push_back(std::move(row));
  }
  return out;
}

}  // namespace

Json report_json(const Report& report) {
  Json suspects = Json::array(), unknown = Json::array();
  for (const Suspect& s : report.suspects)
    suspects.push_back({{"service", s.service}, {"score", number_json(s.score)}, {"why", s.why}});
  for (const Unknown& u : report.unknown) unknown.push_back(unknown_json(u));
  Json out = {{"schema_version", 1},
              {"case", report.case_path},
              {"sop", report.sop},
              {"inputs", value_json(Value(report.inputs))},
              {"sources", report.sources.is_array() ? report.sources : Json::array()},
              {"verdict", verdict_part(report)},
              {"hypotheses", hypotheses_part(report)},
              {"suspects", std::move(suspects)},
              {"findings", findings_part(report)},
              {"unknown", std::move(unknown)},
              {"path", path_part(report)},
              {"evidence", evidence_part(report)},
              {"exit", report.exit}};
  out["reason"] = report.ended_why;
  out["finished"] = report.finished;
  out["answer"] = report.answer;
  out["window"] = window_json(report.window);
  out["window_from"] = report.window_from;
  out["sop_hash"] = report.sop_hash;
  out["versions"] = report.versions.is_object() ? report.versions : Json::object();
  out["lang"] = report.lang;
  out["stopped"] = report.stopped;
  if (!report.traffic.empty()) {
    out["traffic"] = Json::array();
    for (const ReportTraffic& one : report.traffic)
      out["traffic"].push_back({{"source", one.source}, {"requests", int64_json(one.requests)}, {"bytes_received", int64_json(one.bytes)}});
  }
  // Everything that a second run over the same telemetry may tell differently, besides `case` and the ms and bytes of
  // evidence.
  out["clock"] = {{"case_id", report.case_id},
                  {"started", print_time(report.started)},
                  {"ended", print_time(report.ended)},
                  {"ms", number_json(report.ms)}};
  return out;
}

Json without_clock(Json document) {
  for (const char* key : {"case", "clock", "traffic"}) document.erase(key);
  if (document.contains("evidence") && document["evidence"].is_array())
    for (Json& e : document["evidence"])
      for (const char* key : {"ms", "bytes"})
        if (e.is_object()) e.erase(key);
  return document;
}

// What a terminal would obey (C1, bidi overrides, DEL) is written as \\u: the same text to a parser. Such code points
// can stand inside strings only.
std::string json_report(const Report& report, const Style&) {
  const std::string raw = pretty(report_json(report));
  std::string out;
  out.reserve(raw.size());
  for (size_t at = 0; at < raw.size();) {
    const auto byte = static_cast<unsigned char>(raw[at]);
    const size_t size = byte < 0x80 ? 1 : byte < 0xe0 ? 2 : byte < 0xf0 ? 3 : 4;
    const std::string point = raw.substr(at, size);
    at += size;
    if ((byte >= 0x20 && byte < 0x7f) || byte == '\n' || (byte >= 0x80 && printable(point) == point)) {
      out += point;
      continue;
    }
    uint32_t code = size == 1 ? byte : byte & (0xffu >> (size + 1));
    for (size_t i = 1; i < point.size(); ++i) code = (code << 6) | (static_cast<unsigned char>(point[i]) & 0x3fu);
    if (code < 0x10000) out += fmt::format("\\u{:04x}", code);
    else out += fmt::format("\\u{:04x}\\u{:04x}", 0xd7c0 + (code >> 10), 0xdc00 + (code & 0x3ff));
  }
  return out;
}

}  // namespace inquest
