// Made cases: journals and evidence written by hand, as the engine would leave them; invented services and messages.
// SPDX-License-Identifier: Apache-2.0
//
// Above 400 lines: a made case reads as one story, from its first row to its last.
#pragma once

#include <fmt/format.h>

#include <string>
#include <vector>

#include "runtime/base/hash.h"
#include "runtime/model/sop_json.h"
#include "runtime/report/report.h"
#include "tests/runtime/report/made_frames.h"

namespace made {

using namespace inquest;

struct Case {
  std::vector<JournalRow> rows;
  std::vector<EvidenceRow> evidence;
  int64_t clock_ms = 0;

  void add(const std::string& kind, Json payload, double ms = 0, int64_t bytes = 0) {
    JournalRow row;
    row.seq = static_cast<int64_t>(rows.size()) + 1;
    row.kind = kind;
    row.hash = chain_hash(rows.empty() ? "" : rows.back().hash, row.seq, kind, canonical(payload));
    row.payload = std::move(payload);
    row.at = {at(7200).ns + clock_ms * 1'000'000};
    row.ms = ms;
    row.bytes = bytes;
    clock_ms += 7;
    rows.push_back(std::move(row));
  }
  Report report() const { return make_report(rows, evidence, "/cases/made.case"); }
};

// A procedure with the parts of a real one: info, a fork of two queries, a review, a context of its own, a suggest.
inline Sop sop(const std::string& hostile = "") {
  const auto edge = [](const char* label, const char* to) { Edge e; e.label = label; e.to = to; return e; };
  Sop out;
  out.name = "slow_growth";
  out.title = "Slow growth" + hostile;
  out.start = "look";
  Context time, one;
  time.name = "time";
  time.window = "$window";
  one.name = "service";
  one.parent = 0;
  one.about = "suspect";
  one.only = {"service"};
  out.contexts = {time, one};
  const auto state = [&](const char* name, State::Kind kind, const std::string& title, int context,
                         std::vector<Edge> edges) {
    State s;
    s.name = name;
    s.kind = kind;
    s.title = title;
    s.context = context;
    s.edges = std::move(edges);
    out.states.push_back(std::move(s));
  };
  state("overview", State::Kind::info, "What this looks for", -1, {edge("begin", "gather")});
  state("gather", State::Kind::fork, "", 0, {edge("combine", "services")});
  out.states.back().branches = {"metrics", "latency"};
  state("metrics", State::Kind::query, "Metrics", 0, {});
  out.states.back().fork = "gather";
  state("latency", State::Kind::query, "Traces", 0, {});
  out.states.back().fork = "gather";
  state("services", State::Kind::review, "Services side by side", 0,
        {edge("look closer", "traces"), edge("nothing", "done")});
  out.states.back().of = {"gather"};
  out.states.back().with.push_back({"growth"});
  Condition found;
  found.kind = "suspect";
  out.states.back().edges[0].when = found;
  state("traces", State::Kind::query, "Traces of the service", 1, {edge("read them", "judge")});
  state("judge", State::Kind::review, "What differs", 1, {edge("what next?", "correlate"), edge("done", "done")});
  state("correlate", State::Kind::suggest, "Ask the logs", 1, {edge("fetch logs", "logs")});
  state("logs", State::Kind::review, "Logs", 1, {edge("done", "done")});
  Hypothesis leak, load;
  leak.name = "keeps_memory";
  leak.say = "$service keeps memory that it no longer needs.";
  leak.needs = {found};
  load.name = "more_load";
  load.say = "$service has more to do.";
  out.hypotheses = {leak, load};
  return out;
}

struct Words {
  std::string grower = "ledger", title = "", message = "";
  std::vector<std::string> services() const { return {"depot", grower, "till"}; }
};

inline void ask(Case& c, const std::string& id, const std::string& state, const std::string& name,
                const std::string& kind, const std::string& signal, const FramePtr& frame,
                const std::map<std::string, std::string>& names = {}) {
  Ask a;
  a.state = state;
  a.name = name;
  a.kind = kind;
  a.signal = signal;
  a.scope = {window(), names};
  const std::string native = "otlp: " + kind + " over 3 files";
  c.add("ask_sent", {{"evidence", id},
                     {"state", state},
                     {"ask", name},
                     {"kind", kind},
                     {"signal", signal},
                     {"source", "files"},
                     {"native", native},
                     {"request", ask_json(a)},
                     {"cost", ""}});
  EvidenceRow row;
  row.id = id;
  row.ask = ask_json(a);
  row.scope = scope_json(a.scope);
  row.source = "files";
  row.native = native;
  row.frame = frame;
  if (frame) {
    row.hash = hash(*frame);
    row.rows = static_cast<int64_t>(frame->rows);
    row.bytes = static_cast<int64_t>(frame->bytes());
  }
  row.ms = 12;
  c.evidence.push_back(row);
}

inline void answered(Case& c, const std::string& id) {
  for (const EvidenceRow& e : c.evidence)
    if (e.id == id)
      c.add("answered",
            {{"evidence", id},
             {"state", member_text(e.ask, "state")},
             {"ask", member_text(e.ask, "name")},
             {"rows", e.rows},
             {"shape", shape_name(e.frame->shape)},
             {"marks", marks_json(e.frame->marks)},
             {"hash", e.hash}},
            e.ms, e.bytes);
}

inline Json entered(const char* state, const char* kind, const std::string& title, int context, const char* via) {
  return {{"state", state}, {"kind", kind}, {"title", title}, {"context", context},
          {"round", 1},     {"visit", 1},   {"via", via}};
}

inline Finding finding(const char* id, const char* state, const char* kind, Subject subject, const std::string& says,
                       double strength, std::vector<std::string> evidence) {
  Finding f;
  f.id = id;
  f.state = state;
  f.review = kind;
  f.kind = kind;
  f.subject = std::move(subject);
  f.says = says;
  f.strength = strength;
  f.evidence = std::move(evidence);
  return f;
}

inline void start(Case& c, const Words& w) {
  c.add("run_started", {{"sop",
                         {{"name", "slow_growth"},
                          {"title", "Slow growth" + w.title},
                          {"hash", sha256_hex("sop")},
                          {"graph", sop_json(sop(w.title))}}},
                        {"inputs", {{"window", {{"duration", "1h"}}}, {"service", nullptr}}},
                        {"defaulted", {"window"}},
                        {"window", window_json(window())},
                        {"window_from", "recording"},
                        {"sources", Json::array({{{"name", "files"},
                                                  {"kind", "otlp"},
                                                  {"version", "otlp-json"},
                                                  {"signals", {"metrics", "spans", "logs"}}}})},
                        {"signals", {{"metrics", "files"}, {"spans", "files"}, {"logs", "files"}}},
                        {"versions", {{"inquest", "0.1.0"}, {"machine", 1}, {"kernels", 1}}},
                        {"lang", "en"},
                        {"answers", Json::object()},
                        {"mode", "unattended"},
                        {"modules", Json::array()}});
  c.add("resolved", {{"source", "files"},
                     {"measure", "memory"},
                     {"names", {"process.memory.usage"}},
                     {"services", w.services()},
                     {"unit", "By"},
                     {"says", "memory → process.memory.usage (3 services)"}});
  c.add("state_entered", entered("overview", "info", "What this looks for", -1, ""));
  c.add("told",
        {{"state", "overview"},
         {"text", "Memory that climbs and a long tail in latency: find the service and the reason." + w.message}});
  c.add("context_entered", {{"context", 0},
                            {"name", "time"},
                            {"scope", scope_json({window(), {}})},
                            {"names", Json::object()},
                            {"round", 1},
                            {"rounds", 1}});
  c.add("state_entered", entered("gather", "fork", "", 0, "begin"));
  c.add("state_entered", entered("metrics", "query", "Metrics" + w.title, 0, ""));
  c.add("state_entered", entered("latency", "query", "Traces", 0, ""));
}

inline void services_review(Case& c, const Words& w, const Rows& rows) {
  c.add("state_entered", entered("services", "review", "Services side by side", 0, "combine"));
  c.add("reviewed", {{"state", "services"},
                     {"use", 0},
                     {"review", "growth"},
                     {"slots", {{"memory", {{"frame", "metrics.memory"}, {"evidence", "E1"}}}}},
                     {"rows", rows_json(rows)}});
  (void)w;
}

// The whole walk: growth at one service, confirmed; the load hypothesis ruled out; one ask failed.
inline Case confirmed(const Words& w = {}) {
  Case c;
  start(c, w);
  ask(c, "E1", "metrics", "memory", "metric.memory", "metrics", memory_frame(w.services()));
  ask(c, "E2", "metrics", "cpu", "metric.cpu", "metrics", nullptr);
  ask(c, "E3", "latency", "latency", "spans.latency", "spans", latency_frame(w.services()));
  answered(c, "E1");
  c.add("ask_failed",
        {{"evidence", "E2"},
         {"state", "metrics"},
         {"ask", "cpu"},
         {"class", "timeout"},
         {"cause", "no answer within 30 s" + w.message},
         {"cure", "raise the deadline or ask for a shorter window"}},
        30000);
  answered(c, "E3");
  Rows rows;
  rows.found.push_back(finding("F1", "services", "memory_growth", {{"service", w.grower}},
                               "memory of " + w.grower + " rises from 100 MB to 535 MB after 10:30:00" + w.message,
                               0.86, {"E1"}));
  rows.found.back().numbers = {{"first", 100e6}, {"last", 535e6}, {"times", 5.35}};
  rows.found.back().onset = at(1800);
  rows.found.push_back(finding("F2", "services", "suspect", {{"service", w.grower}},
                               w.grower + " stands out: memory and latency", 0.9, {"E1", "E3"}));
  rows.found.back().onset = at(1800);
  for (const std::string& s : w.services())
    rows.examined.push_back({"services", "growth", "memory_growth", {{"service", s}}, {{"rise", 5e6}}, {"E1"}});
  for (const std::string& s : w.services())
    rows.examined.push_back({"services", "growth", "load_change", {{"service", s}}, {{"times", 1.5}}, {"E3"}});
  rows.unknown.push_back({"services",
                          "cpu",
                          "cpu_spikes",
                          std::nullopt,
                          "metrics",
                          "cpu",
                          "E2 failed: no answer within 30 s",
                          "raise the deadline",
                          {"process.cpu.time"},
                          false});
  services_review(c, w, rows);
  c.add("hypothesis_changed",
        {{"hypothesis", "keeps_memory"}, {"key", {{"service", w.grower}}}, {"word", "confirmed"}, {"strength", 0.86}});
  c.add("offered", {{"state", "services"},
                    {"items", Json::array({{{"label", "look closer"},
                                            {"to", "traces"},
                                            {"why", "one service stands out"},
                                            {"offered", true},
                                            {"why_not", ""},
                                            {"taken", false}},
                                           {{"label", "nothing"},
                                            {"to", "done"},
                                            {"why", ""},
                                            {"offered", true},
                                            {"why_not", ""},
                                            {"taken", false}}})}});
  c.add("chose", {{"state", "services"},
                  {"label", "look closer"},
                  {"finding", "F2"},
                  {"by", "unattended"},
                  {"why", "the first offered"}});
  c.add("context_entered", {{"context", 1},
                            {"name", "service"},
                            {"scope", scope_json({window(), {{"service", w.grower}}})},
                            {"names", {{"service", w.grower}, {"onset", {{"time", print_time(at(1800))}}}}},
                            {"round", 1},
                            {"rounds", 1},
                            {"finding", "F2"}});
  c.add("state_entered", entered("traces", "query", "Traces of the service", 1, "look closer"));
  ask(c, "E4", "traces", "slow", "spans.slowest", "spans", spans_frame(w.grower), {{"service", w.grower}});
  answered(c, "E4");
  c.add("state_entered", entered("judge", "review", "What differs", 1, "read them"));
  Rows traces;
  traces.found.push_back(finding("F3", "judge", "cohort", {{"operation", "GET /things"}, {"service", w.grower}},
                                 "24 of 26 slow requests have cache.size above 1 000, 5 of 29 fast ones", 0.8, {"E4"}));
  c.add("reviewed",
        {{"state", "judge"}, {"use", 0}, {"review", "cohort"}, {"slots", Json::object()}, {"rows", rows_json(traces)}});
  c.add("offered", {{"state", "judge"},
                    {"items", Json::array({{{"label", "what next?"},
                                            {"to", "correlate"},
                                            {"why", ""},
                                            {"offered", false},
                                            {"why_not", "needs found \"new_messages\""},
                                            {"taken", false}},
                                           {{"label", "done"},
                                            {"to", "done"},
                                            {"why", "nothing else to ask"},
                                            {"offered", true},
                                            {"why_not", ""},
                                            {"taken", false}}})}});
  c.add("chose", {{"state", "judge"},
                  {"label", "done"},
                  {"finding", nullptr},
                  {"by", "unattended"},
                  {"why", "the only one offered"}});
  c.add("context_left", {{"context", 1}, {"name", "service"}});
  c.add("context_left", {{"context", 0}, {"name", "time"}});
  Judgement j;
  j.verdict.word = "confirmed";
  j.verdict.hypothesis = "keeps_memory";
  j.verdict.subject = {{"service", w.grower}};
  j.verdict.onset = at(1800);
  j.verdict.strength = 0.895;
  j.verdict.says = w.grower + " keeps memory that it no longer needs." + w.message;
  Judged leak;
  leak.hypothesis = "keeps_memory";
  leak.key = {{"service", w.grower}};
  leak.word = "confirmed";
  leak.strength = 0.895;
  leak.findings = {"F1", "F3"};
  leak.needs = leak.needs_found = 2;
  leak.says = j.verdict.says;
  leak.helps_missing = {{"cpu_spikes", "metrics", "cpu", "E2 failed", "raise the deadline", {"process.cpu.time"}}};
  Judged other = leak;
  other.key = {{"service", "depot"}};
  other.word = "ruled_out";
  other.findings.clear();
  other.not_found = {"memory_growth"};
  other.needs_found = 0;
  Judged load = other;
  load.hypothesis = "more_load";
  load.key = {{"service", w.grower}};
  load.not_found = {"load_change"};
  j.hypotheses = {leak, other, load};
  Json verdict = judgement_json(j);
  verdict["suspects"] = Json::array({{{"service", w.grower}, {"score", 0.9}, {"why", "memory and latency"}},
                                     {{"service", "till"}, {"score", 0.1}, {"why", "latency"}}});
  c.add("verdict", verdict);
  c.add("run_ended", {{"exit", 0}, {"reason", "done"}, {"evidence", 4}, {"chain", c.rows.back().hash}});
  return c;
}

// No metrics at all: the growth cannot be seen.
inline Case inconclusive() {
  Case c;
  const Words w;
  start(c, w);
  ask(c, "E1", "metrics", "memory", "metric.memory", "metrics", nullptr);
  ask(c, "E2", "latency", "latency", "spans.latency", "spans", latency_frame(w.services()));
  c.add("ask_failed", {{"evidence", "E1"},
                       {"state", "metrics"},
                       {"ask", "memory"},
                       {"class", "unsupported"},
                       {"cause", "there are no metrics in this recording"},
                       {"cure", "add a source of metrics"}});
  answered(c, "E2");
  Rows rows;
  rows.unknown.push_back({"services",
                          "growth",
                          "memory_growth",
                          std::nullopt,
                          "metrics",
                          "memory",
                          "there are no metrics",
                          "add a source of metrics",
                          {"process.memory.usage", "container.memory.usage"},
                          false});
  services_review(c, w, rows);
  c.add("offered", {{"state", "services"},
                    {"items", Json::array({{{"label", "look closer"},
                                            {"to", "traces"},
                                            {"why", ""},
                                            {"offered", false},
                                            {"why_not", "needs found \"suspect\""},
                                            {"taken", false}},
                                           {{"label", "nothing"},
                                            {"to", "done"},
                                            {"why", ""},
                                            {"offered", true},
                                            {"why_not", ""},
                                            {"taken", false}}})}});
  c.add("chose", {{"state", "services"},
                  {"label", "nothing"},
                  {"finding", nullptr},
                  {"by", "unattended"},
                  {"why", "the only one offered"}});
  c.add("answer_given", {{"state", "services"}, {"label", "nothing"}, {"text", "No service stands out."}});
  c.add("context_left", {{"context", 0}, {"name", "time"}});
  Judgement j;
  j.verdict.word = "inconclusive";
  j.verdict.hypothesis = "keeps_memory";
  j.verdict.says = "Whether a service keeps memory cannot be said without metrics.";
  j.verdict.missing = {{"memory_growth",
                        "metrics",
                        "memory",
                        "there are no metrics",
                        "add a source of metrics",
                        {"process.memory.usage", "container.memory.usage"}}};
  Judged leak;
  leak.hypothesis = "keeps_memory";
  leak.word = "inconclusive";
  leak.needs = 2;
  leak.missing = j.verdict.missing;
  j.hypotheses = {leak};
  Json verdict = judgement_json(j);
  verdict["suspects"] = Json::array();
  c.add("verdict", verdict);
  c.add("run_ended", {{"exit", 0}, {"reason", "nothing"}, {"evidence", 2}, {"chain", c.rows.back().hash}});
  return c;
}

// Every text from outside is an attack: escapes, markup, bidi overrides, bytes that are no UTF-8, very long names.
inline Words hostile_words() {
  Words w;
  w.grower = "led\x1b[31mger<script>alert(1)</script>" + std::string(10'000, 'x');
  w.title = " \x1b]0;owned\x07<img src=x onerror=alert(1)>\xe2\x80\xae|`]]></svg>";
  w.message =
      " \x9b"
      "31m\xc2\x9b\xff\xe2\x80\xaegnp.exe\xe2\x80\xac\r\n</td></table><script>alert('x')</script> --> %% | ``` "
      "https://evil.example/x";
  return w;
}
inline Case hostile() { return confirmed(hostile_words()); }

// Power loss after the fork's first answer.
inline Case unfinished() {
  Case c = confirmed();
  while (c.rows.back().kind != "answered" || member_text(c.rows.back().payload, "evidence") != "E1") c.rows.pop_back();
  for (EvidenceRow& e : c.evidence) if (e.id != "E1") e.frame = nullptr;
  return c;
}

}  // namespace made
