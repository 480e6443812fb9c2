// The dashboard around the panels: rows, places, variables, time.
// SPDX-License-Identifier: Apache-2.0
#include "runtime/report/grafana.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "runtime/base/hash.h"
#include "runtime/base/text.h"
#include "runtime/report/grafana_panel.h"

namespace inquest {
namespace {

// Nine hex digits of a hash: more panels than a dashboard has, and exact in a JSON number.
int64_t number_of(const std::string& text) { return std::max<int64_t>(1, std::stoll(sha256_hex(text).substr(0, 9), nullptr, 16) & 0x3fffffff); }

std::string uid_of(const Sop& sop) { return "inquest-" + sha256_hex("inquest dashboard " + sop.name).substr(0, 20); }

class Maker final {
 public:
  Maker(const Sop& sop, const Catalogue& catalogue) : sop_(sop), catalogue_(catalogue) {}

  Dashboard make() {
    for (const State& state : sop_.states) row(state);
    if (!out_.left_out.empty()) say_left_out();
    Json& d = out_.json;
    d = Json::object();
    d["id"] = nullptr;
    d["uid"] = uid_of(sop_);
    d["title"] = printable(sop_.title.empty() ? sop_.name : sop_.title, 200);
    d["description"] = fmt::format("What the SOP {} asks, state by state. A run of it judges the same data: inquest run {}", sop_.name, sop_.name);
    d["tags"] = {"inquest", sop_.name};
    d["timezone"] = "utc";
    d["editable"] = true;
    d["graphTooltip"] = 1;
    d["fiscalYearStartMonth"] = 0;
    d["liveNow"] = false;
    d["refresh"] = "";
    d["schemaVersion"] = 39;
    d["version"] = 1;
    d["weekStart"] = "";
    d["time"] = {{"from", "now-" + length()}, {"to", "now"}};
    d["timepicker"] = Json::object();
    d["annotations"] = {{"list", Json::array({{{"builtIn", 1}, {"datasource", {{"type", "grafana"}, {"uid", "-- Grafana --"}}}, {"enable", true}, {"hide", true},
                                               {"iconColor", "rgba(0, 211, 255, 1)"}, {"name", "Annotations & Alerts"}, {"type", "dashboard"}}})}};
    d["links"] = Json::array({{{"title", "SOPs"}, {"type", "dashboards"}, {"icon", "external link"}, {"tooltip", "Dashboards of other SOPs"}, {"url", ""},
                               {"tags", {"inquest"}}, {"asDropdown", true}, {"targetBlank", false}, {"includeVars", true}, {"keepTime", true}}});
    d["templating"] = {{"list", variables()}};
    d["panels"] = panels_;
    return std::move(out_);
  }

 private:
  void row(const State& state) {
    if (state.asks.empty()) return;
    Json made = Json::array();
    for (const AskSpec& ask : state.asks) {
      const AskRow* row = catalogue_.ask(ask.kind);
      PanelOrWhy parts = row ? panel_parts(ask, *row, sop_, catalogue_, boxes_) : PanelOrWhy("the ask is not known");
      if (const std::string* why = std::get_if<std::string>(&parts)) out_.left_out.push_back({state.name + "." + ask.name, ask.kind, *why});
      else made.push_back(panel(state, ask, *row, std::get<PanelParts>(parts)));
    }
    if (made.empty()) return;
    const std::string& shown = state.shown();
    panels_.push_back({{"type", "row"}, {"id", id(state.name)}, {"title", printable(shown == state.name ? shown : shown + " (" + state.name + ")", 200)}, {"collapsed", false},
                       {"gridPos", {{"x", 0}, {"y", y_}, {"w", 24}, {"h", 1}}}, {"panels", Json::array()}});
    ++y_;
    const int height = 8;
    for (size_t i = 0; i < made.size(); ++i) {
      const bool alone = made.size() % 2 == 1 && i + 1 == made.size();   // two beside each other, the last alone takes the width
      made[i]["gridPos"] = {{"x", i % 2 == 0 ? 0 : 12}, {"y", y_ + static_cast<int>(i / 2) * height}, {"w", alone ? 24 : 12}, {"h", height}};
      panels_.push_back(std::move(made[i]));
    }
    y_ += static_cast<int>((made.size() + 1) / 2) * height;
  }

  Json panel(const State& state, const AskSpec& ask, const AskRow& row, PanelParts& parts) {
    sources_.insert(parts.source);
    Json out = {{"type", parts.type}, {"id", id(state.name + "." + ask.name)}, {"title", printable(ask.name, 120)}, {"description", described(state, ask, row, parts)},
                {"datasource", source_json(parts.source)}, {"gridPos", Json::object()}, {"targets", std::move(parts.targets)}, {"transparent", false}, {"links", Json::array()}};
    Json steps = Json::array({{{"color", parts.type == "timeseries" ? "green" : "text"}, {"value", nullptr}}});
    const std::optional<double> over = threshold(state, ask);
    if (over) steps.push_back({{"color", "red"}, {"value", *over}});
    Json defaults = {{"unit", parts.unit}, {"mappings", Json::array()}, {"thresholds", {{"mode", "absolute"}, {"steps", steps}}}};
    if (parts.type == "timeseries") {
      defaults["color"] = {{"mode", "palette-classic"}};
      defaults["min"] = 0;
      defaults["custom"] = {{"drawStyle", "line"}, {"lineInterpolation", "linear"}, {"lineWidth", 1}, {"fillOpacity", 0}, {"pointSize", 4}, {"showPoints", "auto"},
                            {"spanNulls", false}, {"axisPlacement", "auto"}, {"axisLabel", ""}, {"scaleDistribution", {{"type", "linear"}}},
                            {"stacking", {{"group", "A"}, {"mode", "none"}}}, {"thresholdsStyle", {{"mode", over ? "line" : "off"}}}};
      if (parts.source == prometheus_source)   // a click narrows to the service, as a context of the SOP does
        defaults["links"] = Json::array({{{"title", "only this service"}, {"targetBlank", false},
                                          {"url", "/d/" + uid_of(sop_) + "?var-service=${__field.labels.service_name}&${__url_time_range}"}}});
      out["options"] = {{"legend", {{"displayMode", "list"}, {"placement", "bottom"}, {"showLegend", true}, {"calcs", Json::array()}}}, {"tooltip", {{"mode", "multi"}, {"sort", "desc"}}}};
    } else if (parts.type == "table") {
      defaults["custom"] = {{"align", "auto"}, {"cellOptions", {{"type", "auto"}}}, {"inspect", false}};
      out["options"] = {{"showHeader", true}, {"cellHeight", "sm"}, {"footer", {{"show", false}, {"reducer", {"sum"}}, {"countRows", false}, {"fields", ""}}}};
    } else {
      out["options"] = {{"showTime", true}, {"showLabels", false}, {"showCommonLabels", false}, {"wrapLogMessage", true}, {"prettifyLogMessage", false},
                        {"enableLogDetails", true}, {"dedupStrategy", "none"}, {"sortOrder", "Ascending"}};
    }
    out["fieldConfig"] = {{"defaults", defaults}, {"overrides", Json::array()}};
    return out;
  }

  std::string described(const State& state, const AskSpec& ask, const AskRow& row, const PanelParts& parts) const {
    std::string out = fmt::format("State {}, ask {} = {}. {}", state.name, ask.name, ask.kind, row.doc);
    if (!parts.note.empty()) out += " On this panel: " + parts.note;
    if (!ask.against.empty()) out += fmt::format(" A run compares it with `{}`.", ask.against);
    for (const int index : sop_.chain(state.context)) {
      const Context& context = sop_.contexts[static_cast<size_t>(index)];
      if (!context.about.empty()) out += fmt::format(" In Ctx[{}] {}: about what `{}` found{}.", index, context.name, context.about, context.only.empty() ? "" : ", only its " + join(context.only, ", "));
    }
    const std::vector<std::string> readers = read_by(state, ask, row);
    if (!readers.empty()) out += " Judged by " + join(readers, ", ") + ".";
    return printable(out, 2000);
  }

  bool reads(const State& review, const State& state) const {   // its own asks, those of `of`, a fork for its queries
    if (&review == &state) return true;
    return std::any_of(review.of.begin(), review.of.end(), [&](const std::string& of) { return of == state.name || (!state.fork.empty() && of == state.fork); });
  }

  std::vector<std::string> read_by(const State& state, const AskSpec& ask, const AskRow& row) const {
    std::vector<std::string> out;
    for (const State& review : sop_.states) {
      if (!reads(review, state)) continue;
      for (const ReviewUse& use : review.with) {
        const ReviewContract* contract = catalogue_.review(use.review);
        if (!contract || std::find(out.begin(), out.end(), use.review) != out.end()) continue;
        const std::string frame = state.name + "." + ask.name;
        for (const Slot& slot : contract->takes) {
          const Value* bound = find(use.options, slot.name);
          const bool fits = bound ? print_value(*bound) == frame : slot.ask.empty() ? slot.shape == row.shape : slot.ask == ask.kind;
          if (!fits) continue;
          out.push_back(use.review);
          break;
        }
      }
    }
    return out;
  }

  // A review that says above which value it finds something, bound to this frame, is a line on its panel.
  std::optional<double> threshold(const State& state, const AskSpec& ask) const {
    for (const State& review : sop_.states)
      for (const ReviewUse& use : review.with) {
        const Value* over = find(use.options, "over");
        if (!over || (!over->is<int64_t>() && !over->is<double>())) continue;
        for (const auto& [option, value] : use.options)
          if (option != "over" && print_value(value) == state.name + "." + ask.name) return over->number();
      }
    return std::nullopt;
  }

  void say_left_out() {
    std::string text = "Asks of the SOP that a dashboard cannot show:\n\n";
    for (const Dashboard::LeftOut& one : out_.left_out) text += fmt::format("- `{}` ({}): {}\n", one.ask, one.kind, printable(one.why, 300));
    text += fmt::format("\n`inquest run {}` asks them.", sop_.name);
    panels_.push_back({{"type", "text"}, {"id", id("left out")}, {"title", "Not on this dashboard"}, {"description", "Asks that no query of a dashboard answers, and why."},
                       {"gridPos", {{"x", 0}, {"y", y_}, {"w", 24}, {"h", 6}}}, {"transparent", false}, {"links", Json::array()},
                       {"fieldConfig", {{"defaults", Json::object()}, {"overrides", Json::array()}}}, {"options", {{"mode", "markdown"}, {"content", text}}}});
  }

  // The outermost window of the SOP; an input stands for its default.
  std::string length() const {
    for (const Context& context : sop_.contexts) {
      if (context.window.empty()) continue;
      const Result<Phrase> phrase = parse_phrase(context.window, false);
      if (!phrase || phrase->kind != Phrase::Kind::last) continue;
      if (phrase->duration) return fmt::format("{}s", std::max<int64_t>(1, phrase->duration->ns / ns_per_s));
      for (const InputSpec& input : sop_.inputs)
        if (input.name == phrase->name && input.fallback)
          if (const Duration* duration = input.fallback->get<Duration>()) return fmt::format("{}s", std::max<int64_t>(1, duration->ns / ns_per_s));
    }
    return "1h";
  }

  static Json variable(const char* type, const std::string& name, const std::string& label, const std::string& description) {
    return {{"type", type}, {"name", name}, {"label", label}, {"description", description}, {"hide", 0}, {"skipUrlSync", false}};
  }

  Json variables() const {
    Json list = Json::array();
    for (const auto& [source, label, what] : {std::tuple{prometheus_source, "Metrics", "Prometheus"},
                                              {spans_source, "Spans", "OpenSearch: index otel-v1-apm-span*, time field startTime"},
                                              {logs_source, "Logs", "OpenSearch: index and time field of the logs"}}) {
      if (sources_.count(source) == 0) continue;
      Json one = variable("datasource", source, label, what);
      one["query"] = source_json(source)["type"];
      for (const char* flag : {"multi", "includeAll"}) one[flag] = false;
      one["refresh"] = 1;
      one["regex"] = "";
      one["options"] = Json::array();
      one["current"] = Json::object();
      list.push_back(one);
    }
    const bool metrics = sources_.count(prometheus_source) > 0;
    if (metrics) {
      Json one = variable("custom", "service_label", "Service label", "The label that names a service: service_name where it is promoted, else job");
      one["query"] = "service_name,job";
      for (const char* flag : {"multi", "includeAll"}) one[flag] = false;
      one["current"] = {{"selected", true}, {"text", "service_name"}, {"value", "service_name"}};
      one["options"] = Json::array({{{"selected", true}, {"text", "service_name"}, {"value", "service_name"}}, {{"selected", false}, {"text", "job"}, {"value", "job"}}});
      list.push_back(one);
    }
    if (!sources_.empty()) list.push_back(service(metrics));
    for (const auto& [name, otherwise] : boxes_) {
      std::string value = otherwise;
      if (const InputSpec* given = input_of(sop_, name); given && given->fallback) value = print_value(*given->fallback);
      Json one = variable("textbox", name, name, input_of(sop_, name) ? "Input of the SOP" : "A run binds it; fill it from a finding of a case");
      one["query"] = value;
      one["current"] = {{"selected", true}, {"text", value}, {"value", value}};
      one["options"] = Json::array({one["current"]});
      list.push_back(one);
    }
    return list;
  }

  Json service(bool metrics) const {
    Json one = variable("query", "service", "Service", "Narrows every panel, as the contexts of the SOP do");
    const std::string query = metrics ? "label_values($service_label)"
                                      : sources_.count(spans_source) > 0 ? R"({"find":"terms","field":"serviceName"})" : R"({"find":"terms","field":"resource.service.name.keyword"})";
    one["datasource"] = source_json(metrics ? prometheus_source : sources_.count(spans_source) > 0 ? spans_source : logs_source);
    one["definition"] = query;
    if (metrics) one["query"] = {{"qryType", 5}, {"query", query}, {"refId", "PrometheusVariableQueryEditor-VariableQuery"}};
    else one["query"] = query;
    one["multi"] = true;
    one["includeAll"] = true;
    one["refresh"] = 2;
    one["regex"] = "";
    one["sort"] = 1;
    one["options"] = Json::array();
    const InputSpec* given = input_of(sop_, "service");
    const std::string fixed = given && given->fallback ? print_value(*given->fallback) : "";
    one["current"] = fixed.empty() ? Json{{"selected", true}, {"text", {"All"}}, {"value", {"$__all"}}} : Json{{"selected", true}, {"text", {fixed}}, {"value", {fixed}}};
    return one;
  }

  int64_t id(const std::string& what) {
    int64_t number = number_of(sop_.name + "/" + what);
    while (!taken_.insert(number).second) ++number;
    return number;
  }

  const Sop& sop_;
  const Catalogue& catalogue_;
  Dashboard out_;
  Json panels_ = Json::array();
  std::set<int64_t> taken_;
  std::set<std::string> sources_;
  TextBoxes boxes_;
  int y_ = 0;
};

}  // namespace

Dashboard grafana_dashboard(const Sop& sop, const Catalogue& catalogue) { return Maker(sop, catalogue).make(); }

}  // namespace inquest
