// Reads journal rows into a Report.
// SPDX-License-Identifier: Apache-2.0
#include "runtime/report/builder.h"

#include <fmt/format.h>

#include <algorithm>

#include "runtime/base/text.h"
#include "runtime/machine/draw.h"
#include "runtime/model/sop_json.h"
#include "runtime/report/summary.h"

namespace inquest {
namespace {

int integer(const Json& json, std::string_view key, int otherwise = 0) {
  const Json* const item = member(json, key);
  return item ? static_cast<int>(json_int64(*item, otherwise)) : otherwise;
}

bool flag(const Json& json, std::string_view key) {
  const Json* const item = member(json, key);
  return item && item->is_boolean() && item->get<bool>();
}

Map values(const Json& json, std::string_view key) {
  const Json* const item = member(json, key);
  if (!item) return {};
  auto value = json_value(*item);
  if (!value) return {};
  const Map* const map = value->get<Map>();
  return map ? *map : Map{};
}

Window window_at(const Json& json, std::string_view key) {
  const Json* const item = member(json, key);
  if (!item) return {};
  const auto window = json_window(*item);
  return window ? *window : Window{};
}

// A context is told by its number or by its name in the SOP.
int context_at(const Json& payload, const Json& graph) {
  const Json* const item = member(payload, "context");
  if (!item) return -1;
  if (!item->is_string()) return static_cast<int>(json_int64(*item, -1));
  const Json* const contexts = member(graph, "contexts");
  if (contexts && contexts->is_array())
    for (size_t i = 0; i < contexts->size(); ++i)
      if (member_text((*contexts)[i], "name") == item->get_ref<const std::string&>()) return static_cast<int>(i);
  return -1;
}

std::string fork_of(const Json& graph, const std::string& state) {
  const Json* const states = member(graph, "states");
  if (states && states->is_array())
    for (const Json& item : *states)
      if (member_text(item, "name") == state) return member_text(item, "fork");
  return "";
}

}  // namespace

ReportStep* ReportBuilder::step(const std::string& state) {
  for (auto it = report_.path.rbegin(); it != report_.path.rend(); ++it)
    if (it->state == state) return &*it;
  return nullptr;
}

ReportEvidence* ReportBuilder::entry(const std::string& id) {
  for (auto it = report_.evidence.rbegin(); it != report_.evidence.rend(); ++it)
    if (it->id == id) return &*it;
  return nullptr;
}

void ReportBuilder::started(const Json& p) {
  if (const Json* const sop = member(p, "sop")) {
    report_.sop = member_text(*sop, "name");
    report_.title = member_text(*sop, "title");
    report_.sop_hash = member_text(*sop, "hash");
    if (const Json* const graph = member(*sop, "graph")) report_.graph = *graph;
  }
  report_.inputs = values(p, "inputs");
  report_.defaulted.clear();
  if (const Json* const left = member(p, "defaulted"); left && left->is_array())
    for (const Json& name : *left)
      if (name.is_string()) report_.defaulted.push_back(name.get<std::string>());
  report_.window = window_at(p, "window");
  report_.window_from = member_text(p, "window_from");
  if (const Json* const sources = member(p, "sources"); sources && sources->is_array()) report_.sources = *sources;
  if (const Json* const versions = member(p, "versions"); versions && versions->is_object())
    report_.versions = *versions;
  report_.inquest_version = member_text(report_.versions, "inquest");
  report_.lang = member_text(p, "lang", "en");
  report_.mode = member_text(p, "mode");
  if (const Json* const answers = member(p, "answers"); answers && answers->is_object())
    for (const auto& [state, label] : answers->items())
      if (label.is_string()) report_.answers[state] = label.get<std::string>();
}

void ReportBuilder::entered(const JournalRow& row) {
  const Json& p = row.payload;
  if (!report_.path.empty()) report_.path.back().ms = static_cast<double>(row.at.ns - report_.path.back().at.ns) / 1e6;
  ReportStep next;
  next.state = member_text(p, "state");
  next.kind = member_text(p, "kind");
  next.title = member_text(p, "title");
  next.via = member_text(p, "via");
  next.context = context_at(p, report_.graph);
  next.round = integer(p, "round", 1);
  next.visit = integer(p, "visit", 1);
  next.fork = fork_of(report_.graph, next.state);
  next.at = row.at;
  report_.path.push_back(std::move(next));
}

void ReportBuilder::context(const Json& p, bool entered) {
  ReportContext out;
  out.step = static_cast<int>(report_.path.size());
  out.entered = entered;
  out.index = context_at(p, report_.graph);
  out.name = member_text(p, "name");
  if (const Json* const scope = member(p, "scope"))
    if (auto read = json_scope(*scope)) out.scope = std::move(*read);
  out.names = values(p, "names");
  out.round = integer(p, "round", 1);
  out.rounds = integer(p, "rounds", 1);
  if (entered) {
    const Json* const names = member(p, "names");
    bindings_.emplace_back(out.index, names ? canonical(*names) : "");
  } else {
    const auto last =
        std::find_if(bindings_.rbegin(), bindings_.rend(), [&](const auto& b) { return b.first == out.index; });
    if (last != bindings_.rend()) bindings_.erase(std::next(last).base(), bindings_.end());
  }
  report_.contexts.push_back(std::move(out));
}

void ReportBuilder::sent(const Json& p) {
  ReportEvidence out;
  out.id = member_text(p, "evidence");
  out.state = member_text(p, "state");
  out.ask = member_text(p, "ask");
  out.kind = member_text(p, "kind");
  out.signal = member_text(p, "signal");
  out.source = member_text(p, "source");
  out.native = member_text(p, "native");
  out.cost = member_text(p, "cost");
  if (const std::string link = member_text(p, "link"); !link_host(link).empty()) out.link = link;
  if (const Json* const request = member(p, "request"))
    if (const auto ask = json_ask(*request)) {
      out.window = ask->scope.window;
      out.names = ask->scope.names;
      out.then = ask->then;
      out.outside = ask->outside;
      out.says = print_ask(*ask);
    }
  constexpr std::string_view metric = "metric.";
  if (out.kind.compare(0, metric.size(), metric) == 0)
    if (const auto unit = report_.units.find(out.kind.substr(metric.size())); unit != report_.units.end())
      out.unit = unit->second;
  if (ReportStep* const here = step(out.state)) here->evidence.push_back(out.id);
  report_.evidence.push_back(std::move(out));
}

void ReportBuilder::reviewed(const Json& p) {
  const std::string state = member_text(p, "state");
  RunOf run{state, std::to_string(integer(p, "use")), "", member_text(p, "review"), {}, {}};
  for (const auto& [index, names] : bindings_) run.bindings += names + "\n";
  if (const Json* const slots = member(p, "slots"); slots && slots->is_object())
    for (const auto& [slot, from] : slots->items())
      if (const std::string id = member_text(from, "evidence"); !id.empty()) run.slots[slot] = id;
  if (const Json* const units = member(p, "units"); units && units->is_object())
    for (const auto& [kind, numbers] : units->items())
      if (numbers.is_object())
        for (const auto& [name, unit] : numbers.items())
          if (unit.is_string()) report_.number_units[kind][name] = unit.get<std::string>();
  if (const Json* const rows = member(p, "rows"))
    if (auto read = json_rows(*rows)) run.rows = std::move(*read);
  for (Finding& f : run.rows.found) if (f.state.empty()) f.state = state;
  if (ReportStep* const here = step(state)) {
    here->reviews.push_back(member_text(p, "review"));
    for (const Finding& f : run.rows.found) here->findings.push_back(f.id);
    here->unknown.insert(here->unknown.end(), run.rows.unknown.begin(), run.rows.unknown.end());
    here->examined.insert(here->examined.end(), run.rows.examined.begin(), run.rows.examined.end());
  }
  const auto same = std::find_if(runs_.begin(), runs_.end(), [&](const RunOf& r) {
    return r.state == run.state && r.use == run.use && r.bindings == run.bindings;
  });
  if (same != runs_.end()) *same = std::move(run);
  else runs_.push_back(std::move(run));
  gather();
}

void ReportBuilder::gather() {
  report_.findings.clear();
  report_.unknown.clear();
  report_.examined.clear();
  report_.reviews.clear();
  for (const RunOf& run : runs_) {
    report_.reviews.push_back({run.state, run.review, run.slots, {}});
    for (const Finding& f : run.rows.found) report_.reviews.back().findings.push_back(f.id);
    report_.findings.insert(report_.findings.end(), run.rows.found.begin(), run.rows.found.end());
    report_.unknown.insert(report_.unknown.end(), run.rows.unknown.begin(), run.rows.unknown.end());
    report_.examined.insert(report_.examined.end(), run.rows.examined.begin(), run.rows.examined.end());
  }
}

void ReportBuilder::offered(const Json& p) {
  ReportStep* const here = step(member_text(p, "state"));
  const Json* const items = member(p, "items");
  if (!here || !items || !items->is_array()) return;
  here->offers.clear();
  for (const Json& item : *items)
    here->offers.push_back({member_text(item, "label"), member_text(item, "to"), member_text(item, "why"),
                            flag(item, "offered"), member_text(item, "why_not")});
}

void ReportBuilder::row(const JournalRow& row) {
  const Json& p = row.payload;
  last_kind_ = row.kind;
  last_seq_ = row.seq;
  last_at_ = row.at;
  if (row.kind == "run_started") {
    report_.started = row.at;
    started(p);
  } else if (row.kind == "resolved") {
    if (const std::string unit = member_text(p, "unit"); !unit.empty()) report_.units[member_text(p, "measure")] = unit;
    report_.resolved.push_back(member_text(p, "says"));
  } else if (row.kind == "state_entered") {
    entered(row);
  } else if (row.kind == "context_entered" || row.kind == "context_left") {
    context(p, row.kind == "context_entered");
  } else if (row.kind == "told") {
    if (ReportStep* const here = step(member_text(p, "state"))) here->told.push_back(member_text(p, "text"));
  } else if (row.kind == "answer_given") {
    report_.answer = member_text(p, "text");
  } else if (row.kind == "ask_sent") {
    sent(p);
  } else if (row.kind == "answered") {
    if (ReportEvidence* const e = entry(member_text(p, "evidence"))) {
      e->answered = true;
      if (const Json* const rows = member(p, "rows")) e->rows = json_int64(*rows);
      e->shape = member_text(p, "shape");
      e->hash = member_text(p, "hash");
      if (const Json* const marks = member(p, "marks"); marks && marks->is_object()) e->marks = json_marks(*marks);
      e->ms = row.ms;
      e->bytes = row.bytes;
    }
  } else if (row.kind == "ask_failed") {
    if (ReportEvidence* const e = entry(member_text(p, "evidence"))) {
      e->failure = Failure{failure_class(member_text(p, "class")).value_or(Failure::Class::internal),
                           member_text(p, "cause"), member_text(p, "cure")};
      e->ms = row.ms;
      e->bytes = row.bytes;
    }
  } else if (row.kind == "reviewed") {
    reviewed(p);
  } else if (row.kind == "offered") {
    offered(p);
  } else if (row.kind == "chose") {
    if (ReportStep* const here = step(member_text(p, "state"))) {
      here->chose = member_text(p, "label");
      here->chose_by = member_text(p, "by");
      here->chose_why = member_text(p, "why");
    }
  } else if (row.kind == "script_stopped") {
    report_.stopped.push_back(fmt::format("review {} in {}: {}{}", member_text(p, "review"), member_text(p, "state"),
                                          member_text(p, "cause"),
                                          member_text(p, "detail").empty() ? "" : ", " + member_text(p, "detail")));
  } else if (row.kind == "traffic") {
    const std::string source = member_text(p, "source");
    const auto known = std::find_if(report_.traffic.begin(), report_.traffic.end(), [&](const ReportTraffic& one) { return one.source == source; });
    ReportTraffic& one = known == report_.traffic.end() ? report_.traffic.emplace_back(ReportTraffic{source}) : *known;
    one.requests += row.attempts;   // a run that was resumed tells of each part
    one.bytes += row.bytes;
  } else if (row.kind == "verdict") {
    if (auto judgement = json_judgement(p)) {
      report_.judgement = std::move(*judgement);
      report_.judged = true;
    }
    report_.suspects.clear();
    if (const Json* const suspects = member(p, "suspects"); suspects && suspects->is_array())
      for (const Json& s : *suspects) {
        const Json* const score = member(s, "score");
        report_.suspects.push_back({member_text(s, "service"), score ? json_number(*score) : 0, member_text(s, "why")});
      }
  } else if (row.kind == "run_ended") {
    report_.finished = true;
    report_.exit = integer(p, "exit");
    report_.ended_why = member_text(p, "reason");
  }
  report_.ended = row.at;
  report_.ms = static_cast<double>(row.at.ns - report_.started.ns) / 1e6;
}

void ReportBuilder::evidence(const EvidenceRow& row) {
  ReportEvidence* const e = entry(row.id);
  if (!e) return;
  e->frame = row.frame;
  if (row.bytes) e->bytes = row.bytes;
  if (e->native.empty()) e->native = row.native;
}

Report ReportBuilder::take() {
  if (!report_.path.empty())
    report_.path.back().ms = static_cast<double>(last_at_.ns - report_.path.back().at.ns) / 1e6;
  if (!report_.finished) {
    report_.exit = exit_code(Code::bug);
    report_.ended_why = last_seq_ == 0
                            ? "the case is empty: the run stopped before its first row"
                            : fmt::format("the run did not end: its last row is {}, {}", last_seq_, last_kind_);
  }
  return std::move(report_);
}

std::optional<Sop> sop_of(const Report& report) {
  if (!report.graph.is_object()) return std::nullopt;
  auto sop = json_sop(report.graph);
  return sop ? std::optional<Sop>(std::move(*sop)) : std::nullopt;
}

Walk walk_of(const Report& report, const Sop& sop) {
  Walk walk;
  std::vector<std::string> left;  // owners of edges, latest first: states that were visited, contexts that were entered
  for (const ReportContext& c : report.contexts) if (c.entered) left.push_back(c.name);
  for (const ReportStep& s : report.path) {
    if (std::find(walk.visited.begin(), walk.visited.end(), s.state) == walk.visited.end())
      walk.visited.push_back(s.state);
    if (!s.via.empty()) {
      const auto leads = [&](const std::string& owner) {
        const State* const state = sop.state(owner);
        const int context = sop.context_index(owner);
        const std::vector<Edge>* const edges = state          ? &state->edges
                                               : context >= 0 ? &sop.contexts[static_cast<size_t>(context)].edges
                                                              : nullptr;
        return edges && std::any_of(edges->begin(), edges->end(),
                                    [&](const Edge& e) { return e.label == s.via && e.to == s.state; });
      };
      const auto from = std::find_if(left.rbegin(), left.rend(), leads);
      if (from != left.rend()) walk.taken.insert({*from, s.via});
    }
    if (!s.chose.empty()) walk.taken.insert({s.state, s.chose});
    left.push_back(s.state);
  }
  if (!report.path.empty()) {
    const std::string& last = report.path.back().state;
    if (!report.finished) walk.current = last;
    else if (!report.ended_why.empty()) {
      const State* const state = sop.state(last);
      if (state && std::any_of(state->edges.begin(), state->edges.end(),
                               [&](const Edge& e) { return e.to == "done" && e.label == report.ended_why; }))
        walk.taken.insert({last, report.ended_why});
    }
  }
  return walk;
}

const Finding* finding_of(const Report& report, std::string_view id) {
  for (const Finding& f : report.findings) if (f.id == id) return &f;
  return nullptr;
}

const ReportEvidence* evidence_of(const Report& report, std::string_view id) {
  for (const ReportEvidence& e : report.evidence) if (e.id == id) return &e;
  return nullptr;
}

}  // namespace inquest
