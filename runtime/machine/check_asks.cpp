// Check of asks and reviews: that they exist, that their options fit, and that every review gets the frames it takes.
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "runtime/base/text.h"
#include "runtime/machine/check_view.h"

namespace inquest {
namespace {

const Value* term_field(const Term& type, const char* name) { return find(type.fields, name); }
bool on(const Term& type, const char* name) { return term_field(type, name) && *term_field(type, name) == Value(true); }

// What is wrong with a value for an option of this type; empty when it fits. `$name` alone is bound later.
std::string misfit(const Term& type, const Value& value) {
  const std::string& text = value.text();
  if (text.size() > 1 && text[0] == '$' && names_in(value).size() == 1 && names_in(value)[0].size() + 1 == text.size()) return "";
  if (type.word == "number") {
    const bool whole = value.is<int64_t>();
    if (!whole && !value.is<double>()) return "a number";
    if (on(type, "whole") && !whole) return "a whole number";
    if (const Value* least = term_field(type, "least"); least && value.number() < least->number()) return "a number from " + print_value(*least);
    if (const Value* most = term_field(type, "most"); most && value.number() > most->number()) return "a number up to " + print_value(*most);
    return "";
  }
  if (type.word == "flag") return value.is<bool>() ? "" : "true or false";
  if (type.word == "list") {
    const List* const list = value.get<List>();
    if (!list) return "a list";
    const Value* const of = term_field(type, "of");
    const bool numbers = of && of->text() == "number";
    for (const Value& item : *list)
      if (numbers ? !item.is<int64_t>() && !item.is<double>() : !item.is<std::string>()) return numbers ? "a list of numbers" : "a list of texts";
    if (const Value* const values = term_field(type, "values"); values && values->get<List>())
      for (const Value& item : *list)
        if (std::find(values->get<List>()->begin(), values->get<List>()->end(), item) == values->get<List>()->end()) return "a list out of: " + print_value(*values);
    return "";
  }
  if (!value.is<std::string>()) return type.word == "text" ? "a text" : type.word == "duration" ? "a duration such as \"5m\"" : type.word == "time" ? "a time" : "one of: " + print_value(Value(type.args));
  if (type.word == "duration") {
    const auto read = parse_duration(text);
    if (!read || read->ns <= 0) return "a duration such as \"5m\"";
    for (const char* bound : {"least", "most"})
      if (const Value* const limit = term_field(type, bound))
        if (const auto edge = parse_duration(limit->text()); edge && (bound[0] == 'l' ? *read < *edge : *read > *edge)) return "a duration " + std::string(bound[0] == 'l' ? "from " : "up to ") + limit->text();
  }
  if (type.word == "time" && !parse_time(text)) return "a time such as \"2026-11-21T10:28:39Z\"";
  if (type.word == "choice" && std::find(type.args.begin(), type.args.end(), value) == type.args.end()) return "one of: " + print_value(Value(type.args));
  return "";
}

// Options as written against the rows of options; `other` names more that may stand there.
void check_options(CheckView& view, const Map& written, const Map& rows, const std::vector<std::string>& other, const std::vector<std::string>& required,
                   const Places& places, Position where, const std::string& owner) {
  std::vector<std::string> known;
  for (const auto& [name, type] : rows) known.push_back(name);
  known.insert(known.end(), other.begin(), other.end());
  for (const auto& [name, value] : written) {
    const Value* const row = find(rows, name);
    if (!row) {
      if (!contains(other, name)) view.note(place_of(places, "key:" + name, where), "unknown-option", "unknown option " + ticked(name) + " of " + owner, known.empty() ? owner + " takes none" : did_you_mean(name, known, 12));
      continue;
    }
    const Term* const type = row->get<Term>();
    if (!type) continue;
    if (const std::string wanted = misfit(*type, value); !wanted.empty())
      view.note(place_of(places, name, where), "wrong-option", "option " + ticked(name) + " of " + owner + " takes " + wanted + ", not " + printable(print_value(value), 60),
                term_field(*type, "doc") ? print_value(*term_field(*type, "doc")) : "write " + wanted);
  }
  for (const auto& [name, row] : rows) {
    const Term* const type = row.get<Term>();
    if (find(written, name) || (!contains(required, name) && (!type || term_field(*type, "default") || on(*type, "optional")))) continue;
    view.note(where, "missing-option", owner + " needs option " + ticked(name), "add " + name + " = …");
  }
}

void check_where(CheckView& view, const AskSpec& ask, const AskRow& row) {
  static const std::map<std::string, std::vector<std::string>> closed = {
      {"kind", {"server", "client", "producer", "consumer", "internal"}}, {"status", {"error", "ok", "unset"}}};
  if (ask.where.empty()) return;
  const Position where = place_of(ask.places, "where", ask.at);
  if (row.native || row.signal == "metrics")
    return view.note(where, "bad-where", "`where` filters spans and logs, not " + row.kind, row.native ? "say it in the text itself" : "remove it");
  for (const auto& [name, value] : ask.where) {
    const auto values = closed.find(name);
    if (values == closed.end() || !names_in(value).empty() || contains(values->second, value.text())) continue;
    view.note(where, "bad-where", "unknown " + name + " " + ticked(print_value(value)) + " in `where`", did_you_mean(value.text(), values->second));
  }
}

void check_ask(CheckView& view, const AskSpec& ask) {
  if (view.full()) return;
  static const std::vector<std::string> lifted = {"against", "outside", "where", "from"};
  const AskRow* const row = view.catalogue.ask(ask.kind);
  const Position where = place_of(ask.places, "kind", ask.at);
  if (!row) {
    std::vector<std::string> kinds;
    for (const AskRow& known : view.catalogue.asks) kinds.push_back(known.kind);
    if (ask.kind.starts_with("metric.")) {
      std::vector<std::string> measures = {};
      for (const AskRow& known : view.catalogue.asks)
        if (known.kind.starts_with("metric.")) measures.push_back(known.kind.substr(7));
      const std::string name = ask.kind.substr(7);
      const bool near = !nearest(name, measures).empty();
      return view.note(where, "unknown-measure", "unknown measure " + ticked(name), did_you_mean(name, measures, 12) + (near ? "" : "; another is one file: measures/" + printable(name, 40) + ".lua"));
    }
    return view.note(where, "unknown-ask", "unknown ask " + ticked(ask.kind), did_you_mean(ask.kind, kinds, 12));
  }
  check_options(view, ask.args, row->options, lifted, row->required, ask.places, where, row->kind);
  check_where(view, ask, *row);
}

// A kind is one thing: a name that other reviews yield with other numbers would make conditions on it mean two things.
void check_renamed(CheckView& view, const ReviewContract& contract, const std::string& kind, Position where) {
  if (contract.yields.empty()) return;
  const Yield& mine = contract.yields.front();
  const auto clashes = [&](const Yield& other) { return other.numbers != mine.numbers || other.subject != mine.subject; };
  const auto told = [&](const std::string& by) {
    view.note(where, "kind-taken", ticked(kind) + " is the kind of reviews." + by + ", which has other numbers or another subject",
              "name a kind of your own: yields = \"" + printable(kind, 40) + "_" + contract.name + "\"");
  };
  for (const ReviewContract& other : view.catalogue.reviews)
    for (const Yield& yield : other.yields)
      if (yield.kind == kind && clashes(yield)) return told(other.name);
  for (const State& state : view.sop.states)
    for (const ReviewUse& use : state.with) {
      const ReviewContract* const other = view.catalogue.review(use.review);
      const Value* const named = find(use.options, "yields");
      if (!other || !other->generic || other->yields.empty() || !named || named->text() != kind) continue;
      if (clashes(other->yields.front()) && use.at < where) return told(other->name);  // told once, at the later one
    }
}

void check_use(CheckView& view, const State& state, const ReviewUse& use) {
  if (view.full()) return;
  const ReviewContract* const contract = view.catalogue.review(use.review);
  if (!contract) {
    std::vector<std::string> known;
    for (const ReviewContract& review : view.catalogue.reviews) known.push_back(review.name);
    view.note(use.at, "unknown-review", "unknown review " + ticked("reviews." + use.review), known.empty() ? "write it: review/" + use.review + ".lua" : did_you_mean(use.review, known));
    return;
  }
  std::vector<std::string> other;
  for (const Slot& slot : contract->takes) other.push_back(slot.name);
  if (contract->generic) other.push_back("yields");
  check_options(view, use.options, contract->options, other, {}, use.places, use.at, "reviews." + use.review);
  if (const Value* const kind = find(use.options, "yields"); contract->generic && kind) {
    const std::string& text = kind->text();
    const bool name = !text.empty() && !(text[0] >= '0' && text[0] <= '9') && text.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789_") == std::string::npos;
    if (!name) view.note(place_of(use.places, "yields", use.at), "wrong-option", "`yields` of reviews." + use.review + " takes the name of a kind, not " + printable(print_value(*kind), 60), "small letters, digits and _: yields = \"pool_full\"");
    if (name) check_renamed(view, *contract, text, place_of(use.places, "yields", use.at));
  }
  for (const SlotProblem& problem : bind_slots(view.sop, view.catalogue, state, use).problems)
    view.note(place_of(use.places, problem.slot, use.at), problem.rule.c_str(), problem.message, problem.cure);
}

void check_of(CheckView& view, size_t index) {
  if (view.full()) return;
  const State& state = view.sop.states[index];
  std::vector<std::string> known;
  for (const State& other : view.sop.states)
    if (other.kind == State::Kind::query || other.kind == State::Kind::fork || !other.asks.empty()) known.push_back(other.name);
  for (const std::string& name : state.of) {
    const Position where = place_of(state.places, "of:" + name, state.at);
    const int other = view.sop.state_index(name);
    if (other < 0) {
      view.note(where, "unknown-state", "unknown state " + ticked(name) + " in `of`", did_you_mean(name, known));
    } else if (!contains(known, name)) {
      view.note(where, "no-frames", ticked(name) + " in `of` asks nothing", known.empty() ? "name a query or a fork" : "states with asks: " + join(known, ", "));
    } else if (view.reachable(index) && view.reachable(static_cast<size_t>(other)) && !view.reaches(static_cast<size_t>(other), index)) {
      view.note(where, "frames-later", ticked(name) + " in `of` can only be walked after \"" + printable(state.name, 60) + "\"", "ask here, or lead through " + ticked(name) + " first");
    }
  }
}

}  // namespace

void check_asks(CheckView& view) {
  const bool asks_known = std::all_of(view.sop.states.begin(), view.sop.states.end(), [&](const State& s) {
    return std::all_of(s.asks.begin(), s.asks.end(), [&](const AskSpec& ask) { return view.catalogue.ask(ask.kind) != nullptr; }); });
  for (size_t i = 0; i < view.sop.states.size(); ++i) {
    const State& state = view.sop.states[i];
    if (state.kind == State::Kind::query && state.asks.empty())
      view.note(place_of(state.places, "ask", state.at), "query-without-asks", "query \"" + printable(state.name, 60) + "\" asks nothing", "add ask = { memory = metric.memory {} }");
    for (const AskSpec& ask : state.asks) check_ask(view, ask);
    if (state.kind != State::Kind::review) continue;
    check_of(view, i);
    if (state.with.empty()) view.note(place_of(state.places, "with", state.at), "unknown-review", "review \"" + printable(state.name, 60) + "\" runs no reviews", "add with = { reviews.name {} }");
    const bool of_known = std::all_of(state.of.begin(), state.of.end(), [&](const std::string& name) { return view.sop.state(name) != nullptr; });
    if (state.of.empty() && state.asks.empty()) {
      view.note(state.at, "no-frames", "review \"" + printable(state.name, 60) + "\" has no frames", "name states in `of`, or ask here");
      for (const ReviewUse& use : state.with)
        if (!view.catalogue.review(use.review)) check_use(view, state, use);
      continue;
    }
    for (const ReviewUse& use : state.with) {
      // Behind a misspelt state or ask every slot would look empty.
      if (of_known && asks_known) check_use(view, state, use);
      else {
        const size_t before = view.problems.size();
        check_use(view, state, use);
        view.problems.erase(std::remove_if(view.problems.begin() + static_cast<std::ptrdiff_t>(before), view.problems.end(),
            [](const Diagnostic& d) { return d.rule == "no-frame" || d.rule == "unknown-frame"; }), view.problems.end());
      }
    }
  }
}

}  // namespace inquest
