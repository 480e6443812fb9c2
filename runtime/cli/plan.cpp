// inquest plan: what a run would ask of whom, in the source's own language, with windows and cost; nothing is fetched.
// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>

#include "runtime/base/text.h"
#include "runtime/cli/commands.h"
#include "runtime/cli/support.h"

namespace inquest {
namespace {

std::string plural(size_t n, const char* one, const char* more) { return fmt::format("{} {}", count(static_cast<int64_t>(n)), n == 1 ? one : more); }

Json estimate_json(const Estimate& of) {
  Json out = Json::object();
  for (const auto& [name, value] : {std::pair{"series", of.series}, {"points", of.points}, {"spans", of.spans}, {"logs", of.logs}, {"bytes", of.bytes}})
    if (value) out[name] = int64_json(*value);
  return out;
}

Json document(const Procedure& procedure, const Planned& plan, bool offline) {
  Json sources = Json::array(), asks = Json::array();
  for (const PlannedSource& s : plan.sources) {
    Json one{{"name", s.name}, {"kind", s.kind}, {"live", s.live}, {"version", s.probe.version}, {"layout", s.probe.layout},
             {"signals", s.probe.signals}, {"asks", s.asks}, {"requests", s.requests}, {"estimate", estimate_json(s.sum)},
             {"not_estimated", s.unknown}, {"sent_for_this_plan", s.counted}};
    if (s.failure) one["failure"] = {{"class", failure_name(s.failure->cls)}, {"cause", s.failure->cause}, {"cure", s.failure->cure}};
    sources.push_back(std::move(one));
  }
  for (const PlannedAsk& a : plan.asks) {
    const Foreseen& f = a.foreseen;
    Json contexts = Json::array();
    for (const int c : f.contexts) contexts.push_back(procedure.sop.contexts[static_cast<size_t>(c)].name);
    Json one{{"state", f.state}, {"fork", f.fork.empty() ? Json() : Json(f.fork)}, {"contexts", std::move(contexts)}, {"ask", f.ask.name},
             {"kind", f.ask.kind}, {"signal", f.ask.signal}, {"source", a.source}, {"native", a.native}, {"window", window_json(f.ask.scope.window)},
             {"then", f.ask.then ? window_json(*f.ask.then) : Json()}, {"scope", f.ask.scope.names}, {"outside", f.ask.outside},
             {"unknown", f.unknown}, {"stand_ins", f.stand_ins}, {"at_most", f.at_most}, {"cost", a.cost}, {"estimate", estimate_json(a.estimate)}};
    if (a.refused) one["refused"] = {{"class", failure_name(a.refused->cls)}, {"cause", a.refused->cause}, {"cure", a.refused->cure}};
    asks.push_back(std::move(one));
  }
  return {{"schema_version", 1}, {"sop", procedure.sop.name}, {"offline", offline}, {"window", window_json(plan.window.window)},
          {"window_from", plan.window.from}, {"sources", std::move(sources)}, {"resolved", plan.resolved}, {"asks", std::move(asks)}};
}

// %7B → {, where it prints: a query as a person writes it. The JSON document holds it as it is sent.
std::string readable(const std::string& native) {
  const auto digit = [](char c) { return c >= '0' && c <= '9' ? c - '0' : c >= 'A' && c <= 'F' ? c - 'A' + 10 : c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1; };
  if (native.starts_with("{")) return native;   // JSON has no such form
  std::string out;
  for (size_t i = 0; i < native.size(); ++i) {
    const int high = native[i] == '%' && i + 2 < native.size() ? digit(native[i + 1]) : -1, low = high >= 0 ? digit(native[i + 2]) : -1;
    if (high < 0 || low < 0) {
      out += native[i];
      continue;
    }
    out += static_cast<char>(high * 16 + low);
    i += 2;
  }
  return out;
}

class Text final {
 public:
  Text(const Procedure& procedure, const Planned& plan, bool offline) : sop_(procedure.sop), plan_(plan), offline_(offline) {}

  std::string print() {
    // What stands below is cut nowhere: it is what a person has to agree to.
    line(0, fmt::format("{}: {}", sop_.name, printable(sop_.title)));
    line(0, offline_ ? "nothing was sent (--offline): layouts and names are those of configuration or the defaults"
                     : "nothing was fetched; sources were probed and rows counted");
    line(0, "window  " + print_window(plan_.window.window) + ", " + plan_.window.from);
    for (const PlannedSource& s : plan_.sources) {
      std::string version = s.live ? s.probe.version : "";
      if (lower(version).rfind(s.kind + " ", 0) == 0) version.erase(0, s.kind.size() + 1);
      const std::string text = fmt::format("source  {} ({}{})", s.name, s.kind, version.empty() ? "" : " " + printable(version, 40));
      if (s.failure) line(0, text + " ✘ " + printable(s.failure->cause, 300) + (s.failure->cure.empty() ? "" : "; " + printable(s.failure->cure, 200)));
      else line(0, text + (s.probe.layout.empty() ? "" : ", layout " + printable(s.probe.layout, 120)));
    }
    for (const std::string& says : plan_.resolved) line(0, "measure " + printable(says, 300));
    for (const PlannedAsk& a : plan_.asks) ask(a);
    bill();
    return out_;
  }

 private:
  void line(size_t depth, const std::string& text) { out_ += std::string(depth * 2, ' ') + text + "\n"; }

  void ask(const PlannedAsk& a) {
    const Foreseen& f = a.foreseen;
    size_t same = 0;
    while (same < f.contexts.size() && same < contexts_.size() && f.contexts[same] == contexts_[same]) ++same;
    if (out_.find("\n") != std::string::npos && (f.state != state_ || same < f.contexts.size())) out_ += "\n";
    for (size_t i = same; i < f.contexts.size(); ++i) {
      const Context& c = sop_.contexts[static_cast<size_t>(f.contexts[i])];
      std::string text = fmt::format("Ctx[{}] {}", f.contexts[i], c.name);
      if (!c.about.empty()) text += ": about a " + c.about + " that a review has to find first";
      if (c.top > 0) text += fmt::format(", up to {} times", c.top);
      line(i, text);
    }
    contexts_ = f.contexts;
    const size_t depth = f.contexts.size();
    if (!f.fork.empty() && f.fork != fork_) line(depth, "∥ " + f.fork + ": side by side");
    fork_ = f.fork;
    if (f.state != state_) {
      const State* const state = sop_.state(f.state);
      line(depth, fmt::format("{} {}", state && state->kind == State::Kind::review ? "◆" : "◇", f.state) +
                      (state && !state->title.empty() ? " (" + printable(state->title, 80) + ")" : ""));
    }
    state_ = f.state;
    line(depth + 1, printable(print_ask(f.ask), 400));
    if (f.ask.then) line(depth + 2, "against " + print_window(*f.ask.then));
    if (!f.unknown.empty()) line(depth + 2, "known once a review has found it: $" + join(f.unknown, ", $") + (f.stand_ins.empty() ? "" : " (here " + join(f.stand_ins, ", ") + ")"));
    if (a.refused) {
      line(depth + 2, "✘ would not be asked: " + printable(a.refused->cause, 300) + (a.refused->cure.empty() ? "" : ". Cure: " + printable(a.refused->cure, 200)));
      return;
    }
    std::vector<std::string> cost;
    if (const std::string text = a.estimate.print(); !text.empty()) cost.push_back(text);
    if (!a.cost.empty()) cost.push_back(printable(a.cost, 200));
    line(depth + 2, "→ " + a.source + (cost.empty() ? "" : ": " + join(cost, "; ")));
    for (const std::string& native : split(a.native, '\n'))
      if (!trim(native).empty()) line(depth + 3, printable(readable(native), 8000));
  }

  void bill() {
    line(0, "\nBill");
    for (const PlannedSource& s : plan_.sources) {
      std::string text = fmt::format("{}: {}", s.name, plural(s.asks, "ask", "asks"));
      if (s.live) text += fmt::format(", at least {}", plural(s.requests, "request", "requests"));
      if (const std::string sum = s.sum.print(); !sum.empty()) text += "; " + sum;
      if (s.unknown > 0 && s.live) text += fmt::format("; {} not known before{}", plural(s.unknown, "ask", "asks"), offline_ ? " (offline)" : "");
      if (s.counted > 0) text += fmt::format("; {} sent for this plan", plural(s.counted, "request was", "requests were"));
      line(1, text);
    }
    for (const PlannedAsk& a : plan_.asks)
      if (a.foreseen.at_most > 1) return line(1, "states in a context with `top` are counted once");
  }

  const Sop& sop_;
  const Planned& plan_;
  bool offline_;
  std::string out_, state_, fork_;
  std::vector<int> contexts_;
};

int run_plan(const std::vector<std::string>& arguments, User& user) {
  Common common;
  SourceOptions sources;
  RunOptions options;
  bool json = false;
  CLI::App app("Prints what a run would ask of whom, in the source's own language, with windows and cost; nothing is fetched.\n"
               "What only a review can find stands as its name: $service.\n\n"
               "  inquest plan memory_leak --sources inquest.yaml\n  inquest plan memory_leak --sources inquest.yaml --offline      not one request\n", "plan");
  app.add_option("sop", options.sop, "name, folder or file of the SOP")->required()->type_name("SOP");
  add_source_options(app, sources, true);
  app.add_option("--input", options.inputs, "a value of an input of the SOP")->allow_extra_args(false)->type_name("NAME=VALUE");
  add_window_options(app, options);
  app.add_flag("--json", json, "one JSON document");
  add_common(app, common);
  if (const auto done = parse(app, arguments, user)) return *done;
  return watched(user, [&](lua::Watch& watch) {
    auto inquest = open_inquest(common, &watch);
    if (!inquest) return fail(inquest.error());
    auto procedure = (*inquest)->load(options.sop, language(common, user));
    if (!procedure) return fail(procedure.error());
    if (!(*procedure)->ok()) {
      for (const Diagnostic& d : (*procedure)->problems)
        if (!d.warning) print_err(d.print() + "\n");
      return fail(Error{Code::config, fmt::format("`{}` has mistakes; there is nothing to plan", (*procedure)->sop.name), "", "mend what is listed above"});
    }
    if (Status opened = open_sources(**inquest, sources, (*procedure)->folder, user); !opened) return fail(opened.error());
    options.offline = sources.offline;
    options.stop = user.stop;
    options.clock = user.clock;
    Result<Planned> plan = (*inquest)->plan(**procedure, options);
    if (!plan) return fail(plan.error());
    if (json) print_json(pretty(document(**procedure, *plan, options.offline)));
    else print_out(Text(**procedure, *plan, options.offline).print());
    for (const PlannedSource& s : plan->sources)
      if (s.failure && s.failure->cls == Failure::Class::refused) return 4;
    return 0;
  });
}

}  // namespace

const Command plan_command = {"plan", "Investigate", "what a run would ask of whom, and what it would cost", true, run_plan};

}  // namespace inquest
