// inquest describe: what a SOP does, asks and may conclude, without running it.
// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "runtime/base/text.h"
#include "runtime/cli/commands.h"
#include "runtime/cli/support.h"
#include "runtime/machine/draw.h"
#include "runtime/model/sop_json.h"

namespace inquest {
namespace {

std::string sop_text(const Procedure& p, size_t columns) {
  const Sop& sop = p.sop;
  std::string out = fmt::format("{}: {}\n", sop.name, printable(sop.title));
  if (!sop.matches.empty()) out += "for: " + printable(join(sop.matches, "; ")) + "\n";
  out += "\ninputs\n";
  for (const InputSpec& input : sop.inputs)
    out += fmt::format("  {:<14}{:<10}{}{}\n", input.name, input.type,
                       input.fallback ? "default " + print_value(*input.fallback) : input.optional ? "optional" : "required",
                       input.doc.empty() ? "" : "   " + printable(input.doc));
  if (sop.inputs.empty()) out += "  none\n";
  std::map<std::string, std::set<std::string>> asks;
  std::set<std::string> reviews;
  for (const State& s : sop.states) {
    for (const AskSpec& a : s.asks)
      if (const AskRow* row = p.catalogue.ask(a.kind)) asks[row->signal].insert(a.kind);
    for (const ReviewUse& use : s.with) reviews.insert(use.review);
  }
  out += "\nasks\n";
  for (const auto& [signal, kinds] : asks) out += fmt::format("  {:<10}{}\n", signal, join({kinds.begin(), kinds.end()}, ", "));
  out += "\nreviews\n";
  for (const std::string& name : reviews) {
    const ReviewContract* c = p.catalogue.review(name);
    out += fmt::format("  {:<21}{}\n", name, c ? printable(c->doc, 300) : "unknown");
  }
  out += "\nmay conclude\n";
  for (const Hypothesis& h : sop.hypotheses) {
    const auto conditions = [](const std::vector<Condition>& list) {
      std::vector<std::string> parts;
      for (const Condition& c : list) parts.push_back(c.op == Condition::Op::found && c.match.empty() ? c.kind : print_condition(c));
      return join(parts, ", ");
    };
    out += fmt::format("  {}: {}\n", h.name, printable(h.say, 300));
    out += fmt::format("    needs {}{}{}\n", conditions(h.needs), h.helps.empty() ? "" : "; helped by " + conditions(h.helps),
                       h.refuted_by.empty() ? "" : "; refuted by " + conditions(h.refuted_by));
  }
  return out + "\nwalk\n" + draw_text(sop, nullptr, columns);
}

int run_describe(const std::vector<std::string>& arguments, User& user) {
  Common common;
  std::string name;
  bool json = false;
  CLI::App app("Says what a SOP does, asks and may conclude; nothing is run.\n\n  inquest describe memory_leak\n"
               "  inquest describe memory_growth        a review, an ask or a measure\n", "describe");
  app.add_option("name", name, "a SOP, a review, an ask (spans.slowest) or a measure (memory)")->required()->type_name("NAME");
  app.add_flag("--json", json, "one JSON document");
  add_common(app, common);
  if (const auto done = parse(app, arguments, user)) return *done;
  auto inquest = open_inquest(common);
  if (!inquest) return fail(inquest.error());
  if ((*inquest)->find(name)) {
    auto procedure = (*inquest)->load(name, language(common, user));
    if (!procedure) return fail(procedure.error());
    if (json) print_json(pretty(sop_json((*procedure)->sop)));
    else print_out(fitted(sop_text(**procedure, user.columns), user));
    return (*procedure)->ok() ? 0 : 2;
  }
  Result<Catalogue> catalogue = (*inquest)->catalogue();
  if (!catalogue) return fail(catalogue.error());
  Json document;
  document["schema_version"] = 1;
  std::string text;
  if (const ReviewContract* r = catalogue->review(name)) {
    text = fmt::format("review {} (version {}): {}\n", r->name, r->version, r->doc);
    for (const Slot& s : r->takes) text += fmt::format("  takes   {} = {}{}\n", s.name, s.ask.empty() ? "any " + s.shape : s.ask, s.optional ? " (optional)" : "");
    for (const auto& [option, value] : r->options) text += fmt::format("  option  {} {}\n", option, print_value(value));
    Json kinds = Json::array();
    for (const Yield& y : r->yields) {
      text += fmt::format("  yields  {} about {}: {}\n", y.kind, join(y.subject, ", "), y.says);
      kinds.push_back(y.kind);
    }
    document["review"] = r->name;
    document["doc"] = r->doc;
    document["yields"] = kinds;
  } else if (const AskRow* a = catalogue->ask(name)) {
    text = fmt::format("ask {} (signal {}, shape {}): {}\n  narrowed by {}\n", a->kind, a->signal, a->shape, a->doc, join(a->applies, ", "));
    for (const auto& [option, value] : a->options) text += fmt::format("  option  {} {}\n", option, print_value(value));
    document["ask"] = a->kind;
    document["doc"] = a->doc;
    document["signal"] = a->signal;
    document["shape"] = a->shape;
  } else if (const Measure* m = catalogue->measure(name)) {
    text = fmt::format("measure {} ({}): {}\n", m->name, m->unit, m->doc);
    Json names = Json::array();
    for (const MeasureName& n : m->names) {
      std::string select;
      for (const auto& [k, v] : n.select) select += (select.empty() ? "{" : ",") + k + "=" + v;
      text += fmt::format("  {}{}{}\n", n.metric, select.empty() ? "" : select + "}", n.generation.empty() ? "" : "   " + n.generation);
      names.push_back(n.metric);
    }
    document["measure"] = m->name;
    document["names"] = names;
  } else {
    std::vector<std::string> names;
    for (const SopPlace& place : (*inquest)->list()) names.push_back(place.name);
    for (const ReviewContract& row : catalogue->reviews) names.push_back(row.name);
    for (const AskRow& row : catalogue->asks) names.push_back(row.kind);
    for (const Measure& row : catalogue->measures) names.push_back(row.name);
    return fail(Error{Code::not_found, fmt::format("nothing is named `{}`", printable(name, 80)), "", did_you_mean(name, names)});
  }
  if (json) print_json(pretty(document));
  else print_out(fitted(text, user));
  return 0;
}

}  // namespace

const Command describe_command = {"describe", "Procedures", "what a SOP, review, ask or measure is", false, run_describe};

}  // namespace inquest
