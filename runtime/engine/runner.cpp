// The loop of a run and the effects of the machine.
// SPDX-License-Identifier: Apache-2.0
#include "runtime/engine/runner.h"

#include <algorithm>

#include "runtime/base/text.h"

namespace inquest {
namespace {

Json names_json(const Map& names) {
  Json out = Json::object();
  for (const auto& [name, value] : names) out[name] = value_json(value);
  return out;
}
Json key_json(const Subject& key) {
  Json out = Json::object();
  for (const auto& [name, value] : key) out[name] = value;
  return out;
}
std::string name_text(const MeasureName& name) {
  std::string out = name.metric;
  if (name.select.empty()) return out;
  std::vector<std::string> parts;
  for (const auto& [key, value] : name.select) parts.push_back(key + "=" + value);
  return out + "{" + join(parts, ",") + "}";
}

}  // namespace

Runner::Runner(const RunRequest& request, const SourceMap& sources, CaseFile& file, int64_t started_ns)
    : request_(request),
      sources_(sources),
      file_(file),
      started_ns_(started_ns),
      stop_(request.stop ? *request.stop : never_),
      machine_(*request.sop, *request.catalogue),
      gatherer_(*request.catalogue, sources, {request.pool, request.per_source, request.ask_deadline}, *request.clock,
                [this] { return cancelled(); }) {}

std::optional<Runner::End> Runner::walk(Event event) {
  events_.push_back(std::move(event));
  while (!events_.empty()) {
    auto stepped = machine_.step(std::move(snapshot_), std::move(events_.front()));
    events_.pop_front();
    snapshot_ = std::move(stepped.snapshot);
    for (size_t i = 0; i < stepped.effects.size(); ++i) {
      if (auto end = changed_.empty() ? cut_short() : std::nullopt) return end;
      if (auto end = carry(stepped.effects[i])) return end;
      const bool more =
          i + 1 < stepped.effects.size() && std::holds_alternative<HypothesisChanged>(stepped.effects[i + 1]);
      if (changed_.empty() || more) continue;
      if (auto end = written(write_all("hypothesis_changed", std::exchange(changed_, {})))) return end;
    }
  }
  return End{1, "the walk stopped in `" + snapshot_.state + "` without an end"};
}

std::optional<Runner::End> Runner::carry(const Effect& effect) {
  return std::visit([&](const auto& it) { return on(it); }, effect);
}

std::optional<Runner::End> Runner::on(const EnterState& effect) {
  const State* state = request_.sop->state(effect.state);
  return written(write("state_entered", Json{{"state", effect.state},
                                             {"kind", state ? kind_name(state->kind) : ""},
                                             {"title", state ? state->shown() : effect.state},
                                             {"context", effect.context},
                                             {"round", effect.round},
                                             {"visit", effect.visit},
                                             {"via", effect.via}}));
}
std::optional<Runner::End> Runner::on(const EnterContext& effect) {
  return written(
      write("context_entered", Json{{"context", effect.context},
                                    {"name", request_.sop->contexts[static_cast<size_t>(effect.context)].name},
                                    {"scope", scope_json(effect.scope)},
                                    {"names", names_json(effect.names)},
                                    {"round", effect.round},
                                    {"rounds", effect.rounds},
                                    {"finding", effect.finding ? Json(*effect.finding) : Json()}}));
}
std::optional<Runner::End> Runner::on(const LeaveContext& effect) {
  return written(write(
      "context_left",
      Json{{"context", effect.context}, {"name", request_.sop->contexts[static_cast<size_t>(effect.context)].name}}));
}
std::optional<Runner::End> Runner::on(const Tell& effect) {
  if (effect.says_of.empty()) return written(write("told", Json{{"state", effect.state}, {"text", effect.text}}));
  return written(
      write("answer_given", Json{{"state", effect.state}, {"label", effect.says_of}, {"text", effect.text}}));
}
std::optional<Runner::End> Runner::on(const HypothesisChanged& effect) {
  changed_.push_back(Json{{"hypothesis", effect.hypothesis},
                          {"key", key_json(effect.key)},
                          {"word", effect.word},
                          {"strength", number_json(round12(effect.strength))}});
  return std::nullopt;
}
std::optional<Runner::End> Runner::on(const Finish& effect) {
  if (effect.loop) return End{1, effect.reason + (effect.loop_at.empty() ? "" : ": " + effect.loop_at)};
  return ended(effect.reason);
}

std::optional<Runner::End> Runner::on(const Send& effect) {
  std::vector<Question> questions;
  for (const Ask& ask : effect.asks) {
    Question question;
    question.ask = ask;
    question.evidence = "E" + std::to_string(next_evidence_++);
    questions.push_back(std::move(question));
  }
  if (auto end = written(gatherer_.gather(std::move(questions), *this))) return end;
  return cut_short();
}

Status Runner::resolved(const std::string& source, const Resolution& resolution) {
  Json names = Json::array();
  for (const MeasureName& name : resolution.names) names.push_back(name_text(name));
  const std::string says = resolution.names.empty() ? source + " has no " + resolution.measure
                                                    : resolution.measure + " → " + resolution.print();
  return write("resolved", Json{{"source", source},
                                {"measure", resolution.measure},
                                {"names", std::move(names)},
                                {"services", Json(resolution.services)},
                                {"tried", Json(resolution.tried)},
                                {"nearest", Json(resolution.nearest)},
                                {"unit", resolution.unit},
                                {"says", says}});
}

Status Runner::sent(const Question& question) {
  const Ask& ask = question.ask;
  Json payload{{"evidence", question.evidence},
                                {"state", ask.state},
                                {"ask", ask.name},
                                {"kind", ask.kind},
                                {"signal", ask.signal},
                                {"source", question.source_name},
                                {"native", question.native},
                                {"request", ask_json(ask)},
                                {"cost", question.cost}};
  if (!question.link.empty()) payload["link"] = question.link;
  return write("ask_sent", std::move(payload));
}

Status Runner::arrived(const Question& question, const Reply& reply) {
  if (broken_) return Error{Code::io, "the case cannot be written"};
  const Ask& ask = question.ask;
  EvidenceRow row{question.evidence,
                  ask_json(ask),
                  scope_json(ask.scope),
                  question.source_name,
                  question.native,
                  reply.frame,
                  reply.hash,
                  reply.frame ? static_cast<int64_t>(reply.frame->rows) : 0,
                  reply.bytes,
                  reply.ms};
  if (request_.on_evidence) request_.on_evidence(row);
  return file_.put_evidence(row);
}

Status Runner::replied(const Question& question, Reply& reply) {
  const Ask& ask = question.ask;
  Kept kept{ask,
            question.evidence,
            reply.frame,
            reply.failure,
            question.measure.empty() ? ask.kind : question.measure,
            question.tried};
  const RowSide side{reply.ms, reply.bytes, reply.attempts};
  if (reply.frame) {
    const Marks& marks = reply.frame->marks;
    if (auto done = write("answered",
                          Json{{"evidence", question.evidence},
                               {"state", ask.state},
                               {"ask", ask.name},
                               {"rows", static_cast<int64_t>(reply.frame->rows)},
                               {"shape", shape_name(reply.frame->shape)},
                               {"marks", marks_json(marks)},
                               {"hash", reply.hash}},
                          side);
        !done)
      return done;
    examined_ = examined_ || reply.frame->rows > 0;
    events_.push_back(Answered{ask.state, ask.name, question.evidence, marks});
  } else {
    const Failure& failure = *reply.failure;
    if (question.refused) {  // never sent: the row of evidence says what would have been asked
      if (auto done = arrived(question, reply); !done) return done;
    }
    if (auto done = write("ask_failed",
                          Json{{"evidence", question.evidence},
                               {"state", ask.state},
                               {"ask", ask.name},
                               {"class", failure_name(failure.cls)},
                               {"cause", failure.cause},
                               {"cure", failure.cure},
                               {"kind", ask.kind},
                               {"signal", ask.signal},
                               {"measure", kept.measure},
                               {"source", question.source_name},
                               {"request", ask_json(ask)},
                               {"tried", Json(question.tried)}},
                          side);
        !done)
      return done;
    refused_ = refused_ || failure.cls == Failure::Class::refused;
    const bool absent = failure.cls == Failure::Class::unsupported || failure.cls == Failure::Class::unknown_name;
    failed_ = failed_ || !absent;
    if (!absent && !failure_) failure_ = failure.cause;
    events_.push_back(Failed{ask.state, ask.name, question.evidence, failure});
  }
  kept_[question.evidence] = std::move(kept);
  return {};
}

namespace {

// The units of the numbers of what was found, so that whoever reads the case alone can print them.
Json units_of(const ReviewContract& contract, const Rows& rows) {
  Json out = Json::object();
  for (const Finding& f : rows.found)
    for (const Yield& yield : contract.yields)
      if (yield.kind == f.kind || contract.generic)
        for (const auto& [number, unit] : yield.numbers)
          if (!unit.empty()) out[f.kind][number] = unit;
  return out;
}

}  // namespace

// An ask that waited for a name nothing bound lacks what the finding that binds it rests on, not its own signal.
std::optional<Unknown> Runner::root_of(const Ask& ask) const {
  for (const std::string& name : ask.unknown_names) {
    for (const Context& context : request_.sop->contexts) {
      const auto names = [&](const std::vector<std::string>& list) { return std::find(list.begin(), list.end(), name) != list.end(); };
      if (context.about.empty() || !(names(context.names) || names(context.only))) continue;
      for (const ReviewedRows& part : snapshot_.reviewed)
        for (const Unknown& row : part.rows.unknown)
          if (row.kind == context.about) {
            Unknown root = row;
            root.why = context.about + ": " + row.why;
            return root;
          }
      for (const ReviewContract& contract : request_.catalogue->reviews)
        for (const Yield& yield : contract.yields) {
          if (yield.kind != context.about || contract.takes.empty()) continue;
          const AskRow* row = request_.catalogue->ask(contract.takes.front().ask);
          if (!row) continue;
          Unknown root;
          root.signal = row->signal;
          root.measure = row->measure.empty() ? row->kind : row->measure;
          root.why = "no " + context.about + " was found";
          return root;
        }
    }
  }
  return std::nullopt;
}

std::optional<Runner::End> Runner::on(const RunReview& effect) {
  const ReviewContract* contract = request_.catalogue->review(effect.review);
  if (!contract) return End{2, "no review is called `" + effect.review + "`"};
  Reviewing reviewing{
      *request_.catalogue,         *contract,         effect.state, effect.options, {}, effect.scope, effect.names,
      machine_.earlier(snapshot_), request_.sentences};
  Json slots = Json::object();
  for (const auto& [slot, frame] : effect.slots) {
    const auto ref = snapshot_.frames.find(frame);
    const auto kept = ref == snapshot_.frames.end() ? kept_.end() : kept_.find(ref->second.evidence);
    const bool there = kept != kept_.end();
    reviewing.slots[slot] = there ? &kept->second : nullptr;
    if (there && kept->second.failure && kept->second.failure->cls == Failure::Class::unknown_name)
      if (auto root = root_of(kept->second.ask)) reviewing.roots[kept->second.evidence] = *std::move(root);
    slots[slot] = Json{{"frame", frame}, {"evidence", there ? Json(kept->second.evidence) : Json()}};
  }
  if (auto end = written(settle())) return end;
  ReviewOutcome outcome = carry_out(reviewing, *request_.reviewer, stop_);
  if (outcome.interrupted) {
    if (auto end = cut_short()) return end;
    return End{130, "interrupted"};
  }
  if (outcome.stopped) {
    const Error& error = *outcome.stopped;
    if (!script_stopped_) script_stopped_ = "review `" + effect.review + "` stopped: " + error.message;
    if (auto end =
            written(write("script_stopped", Json{{"state", effect.state},
                                                 {"review", effect.review},
                                                 {"cause", error.cause.empty() ? code_name(error.code) : error.cause},
                                                 {"detail", error.print()}})))
      return end;
  }
  Reviewed event{effect.state, effect.use, std::move(outcome.rows)};
  event.rows = machine_.stamped(snapshot_, event);
  examined_ = examined_ || !event.rows.found.empty() || !event.rows.examined.empty();
  if (auto end = written(write("reviewed", Json{{"state", effect.state},
                                                {"use", static_cast<int64_t>(effect.use)},
                                                {"review", effect.review},
                                                {"slots", std::move(slots)},
                                                {"units", units_of(*contract, event.rows)},
                                                {"rows", rows_json(event.rows)}})))
    return end;
  events_.push_back(std::move(event));
  return std::nullopt;
}

std::optional<Runner::End> Runner::on(const Offer& effect) {
  Json items = Json::array();
  for (const Offer::Item& item : effect.items) {
    items.push_back(Json{{"label", item.label},
                         {"to", item.to},
                         {"why", item.why},
                         {"offered", item.offered},
                         {"why_not", item.why_not},
                         {"taken", item.taken}});
  }
  if (auto end = written(write("offered", Json{{"state", effect.state}, {"items", std::move(items)}}))) return end;
  Choice choice;
  if (auto end = decide(effect, choice)) return end;
  if (auto end = written(write("chose", Json{{"state", effect.state},
                                             {"label", choice.label},
                                             {"finding", choice.finding ? Json(*choice.finding) : Json()},
                                             {"by", choice.by},
                                             {"why", choice.why}})))
    return end;
  events_.push_back(Chose{effect.state, choice.label, choice.finding, choice.by, choice.why});
  return std::nullopt;
}

std::optional<Runner::End> Runner::decide(const Offer& offer, Choice& choice) {
  const auto item = [&](const std::string& label) {
    return std::find_if(offer.items.begin(), offer.items.end(),
                        [&](const Offer::Item& one) { return one.label == label; });
  };
  std::string passed;
  if (const auto answer = request_.answers.find(offer.state); answer != request_.answers.end()) {
    const auto named = item(answer->second);
    if (named != offer.items.end() && named->offered && !named->taken) {
      choice = {answer->second, std::nullopt, "answer", "decided beforehand"};
      return std::nullopt;
    }
    passed = "`" + answer->second + "` was decided beforehand but is " +
             (named != offer.items.end() && named->taken ? "already taken in this round" : "not offered");
  }
  if (!request_.guided) {
    choice = {offer.unattended, std::nullopt, "unattended", passed};
    return std::nullopt;
  }
  if (!request_.chooser) return End{6, "`" + offer.state + "` waits for a decision"};
  if (auto end = written(settle())) return end;
  auto chosen = request_.chooser->choose(offer, snapshot_);
  if (!chosen) {
    if (chosen.error().code == Code::interrupted) return End{130, "interrupted"};
    return End{exit_code(chosen.error().code), chosen.error().message};
  }
  if (auto end = cut_short()) return end;
  if (!*chosen) return End{6, "`" + offer.state + "` waits for a decision"};
  choice = std::move(**chosen);
  if (choice.by.empty()) choice.by = "person";
  const auto named = item(choice.label);
  if (named == offer.items.end() || !named->offered)
    return End{1, "`" + printable(choice.label, 80) + "` is not offered in `" + offer.state + "`"};
  if (choice.finding) {
    const auto picks = offer.picks.find(choice.label);
    const bool known = picks != offer.picks.end() &&
                       std::find(picks->second.begin(), picks->second.end(), *choice.finding) != picks->second.end();
    if (!known)
      return End{1, "finding " + printable(*choice.finding, 40) + " is none that `" + choice.label + "` can be about"};
  }
  return std::nullopt;
}

}  // namespace inquest
