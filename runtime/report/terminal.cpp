// The walk: headings, contexts, choices, and one handler per kind of journal row.
// SPDX-License-Identifier: Apache-2.0
#include "runtime/report/terminal.h"

#include <fmt/format.h>

#include <algorithm>

#include "runtime/base/text.h"
#include "runtime/machine/sentence.h"
#include "runtime/report/closing.h"
#include "runtime/report/formats.h"
#include "runtime/report/summary.h"

namespace inquest {
namespace {

constexpr size_t most_offers_why = 400;

const char* kind_glyph(const std::string& kind) {
  if (kind == "query") return "◇ ";
  if (kind == "review") return "◆ ";
  if (kind == "suggest") return "▷ ";
  if (kind == "fork") return "∥ ";
  return "● ";
}

bool flag(const Json& json, const char* key) {
  const Json* const item = member(json, key);
  return item && item->is_boolean() && item->get<bool>();
}

}  // namespace

TerminalWalk::TerminalWalk(const Style& style, Paper::Sink sink, Frames frames, const std::string& case_path)
    : style_(style), paper_(style, std::move(sink)), frames_(std::move(frames)), words_(style.lang) {
  builder_.case_path(case_path);
}

TerminalWalk::TerminalWalk(const Style& style, std::FILE* file, Frames frames, const std::string& case_path)
    : TerminalWalk(
          style,
          [file](std::string_view text) {
            std::fwrite(text.data(), 1, text.size(), file);
            std::fflush(file);
          },
          std::move(frames), case_path) {}

std::string TerminalWalk::bars() const {
  std::string out;
  for (size_t i = 0; i < contexts_.size(); ++i) out += "│ ";
  return out;
}

const ReportStep* TerminalWalk::step(const std::string& state) const {
  const auto& path = builder_.report().path;
  for (auto it = path.rbegin(); it != path.rend(); ++it)
    if (it->state == state) return &*it;
  return nullptr;
}

void TerminalWalk::opening() {
  const Report& r = builder_.report();
  if (style_.lang.empty()) words_ = Words(r.lang);
  sop_ = sop_of(r);
  paper_.rule(title_of(r.title, r.sop));
  const std::vector<std::string> heads = {words_("walk.window"), words_("walk.source"), words_("walk.inputs"), words_("walk.version")};
  size_t wide = 0;
  for (const std::string& head : heads) wide = std::max(wide, width(head));
  const auto line = [&](size_t head, const std::string& body) { paper_.item("", Tone::dim, pad(heads[head], wide), body); };
  line(0, r.window.empty() ? words_("window.none") : print_window(r.window) + (r.window_from.empty() ? "" : ", " + words_.of("window.from", r.window_from)));
  if (r.sources.is_array())
    for (const Json& s : r.sources) line(1, source_line(s, words_));
  std::vector<std::string> inputs;
  for (const auto& [name, value] : r.inputs)
    if (style_.verbose || (!value.null() && std::find(r.defaulted.begin(), r.defaulted.end(), name) == r.defaulted.end()))
      inputs.push_back(name + " = " + (value.null() ? words_("walk.not_given") : print_value(value)));
  if (!inputs.empty()) line(2, join(inputs, ", "));
  line(3, "Inquest " + (r.inquest_version.empty() ? words_("unknown") : r.inquest_version) +
              (r.sop_hash.empty() ? "" : ", SOP " + r.sop_hash.substr(0, 12)));
}

void TerminalWalk::heading(const std::string& state) {
  if (told_ == state) return;
  told_ = state;
  untold_.erase(std::remove(untold_.begin(), untold_.end(), state), untold_.end());
  const ReportStep* const here = step(state);
  if (!here) return;
  std::string body = title_of(here->title, here->state);
  const Window window = contexts_.empty() ? builder_.report().window : contexts_.back().scope.window;
  const bool asks = here->kind == "query" || here->kind == "review" || here->kind == "fork";
  if (style_.verbose && asks) body += " · " + clock_window(window.empty() ? builder_.report().window : window);
  if (!here->via.empty() && (style_.verbose || here->via != chosen_)) body += " · " + words_("walk.via", here->via);
  if (here->visit > 1) body += " · " + words_("walk.visit", here->visit);
  chosen_.clear();
  if (here->fork.empty() || style_.verbose) paper_.text(bars(), "");
  paper_.item(bars(), Tone::strong, kind_glyph(here->kind) + kind_word(here->kind, words_), body);
}

void TerminalWalk::offered(const JournalRow& row) {
  const Json* const items = member(row.payload, "items");
  if (!items || !items->is_array() || items->empty()) return;
  offer_ = row.payload;
  // A guided run asks with the whole list at this place; otherwise the choice tells it, unless all is wanted.
  if (!style_.verbose || builder_.report().mode == "guided") return;
  const std::string in = bars() + "  ";
  paper_.item(in, Tone::strong, words_("walk.what_next"), "");
  for (const Json& item : *items) {
    const std::string label = member_text(item, "label"), to = member_text(item, "to");
    if (!flag(item, "offered")) {
      paper_.item(in + "  ", Tone::dim, "✖ " + words_("walk.not_offered"),
                  "\"" + label + "\": " + printable(reason(member_text(item, "why_not"), words_), most_offers_why));
      continue;
    }
    std::string body = "\"" + label + "\" → " + (to == "done" ? words_("walk.end") : to);
    if (const std::string why = member_text(item, "why"); !why.empty()) body += ": " + printable(why, most_offers_why);
    if (flag(item, "taken")) body += " " + words_("walk.taken_before");
    paper_.item(in + "  ", Tone::plain, "• " + words_("walk.offered"), body);
  }
}

// The alternatives of the offer that waits, but for one label: "a" → x: why; "b" → end.
std::string TerminalWalk::offers(bool offered, const std::string& but) const {
  std::vector<std::string> out;
  const Json* const items = member(offer_, "items");
  if (!items || !items->is_array()) return "";
  for (const Json& item : *items) {
    const std::string label = member_text(item, "label"), to = member_text(item, "to");
    if (flag(item, "offered") != offered || label == but) continue;
    const std::string given = member_text(item, offered ? "why" : "why_not");
    const std::string why = printable(offered ? given : reason(given, words_), most_offers_why);
    out.push_back("\"" + label + "\"" + (offered ? " → " + (to == "done" ? words_("walk.end") : to) : "") + (why.empty() ? "" : ": " + why) +
                  (flag(item, "taken") ? " " + words_("walk.taken_before") : ""));
  }
  return join(out, "; ");
}

void TerminalWalk::chose(const JournalRow& row) {
  const Json& p = row.payload;
  chosen_ = member_text(p, "label");
  std::string body = words_("walk.chose_by", chosen_, words_.of("by", member_text(p, "by", "nobody")));
  if (const std::string finding = member_text(p, "finding"); !finding.empty()) body += ", " + words_("walk.about", finding);
  if (const std::string why = member_text(p, "why"); !why.empty()) body += ": " + reason(why, words_);
  else if (const Json* const items = member(offer_, "items"); items && items->is_array() && !style_.verbose)
    for (const Json& item : *items)
      if (const std::string reason = member_text(item, "why"); member_text(item, "label") == chosen_ && !reason.empty())
        body += ": " + printable(reason, most_offers_why);
  const bool listed = style_.verbose && builder_.report().mode != "guided";
  if (!listed) {
    if (const std::string others = offers(true, chosen_); !others.empty()) body += "; " + words_("walk.also_offered", others);
    if (const std::string not_offered = offers(false, chosen_); !not_offered.empty())
      body += "; " + words_("walk.not_offered_line", not_offered);
  }
  offer_ = Json();
  paper_.item(bars() + "  ", Tone::strong, "→ " + words_("walk.chose"), body);
}

void TerminalWalk::context(const JournalRow& row) {
  const Report& r = builder_.report();
  const ReportContext& c = r.contexts.back();
  told_.clear();
  if (row.kind == "context_left") {
    if (!contexts_.empty()) contexts_.pop_back();
    paper_.item(bars(), Tone::dim, "└", words_("walk.leaves", fmt::format("Ctx[{}] {}", c.index, c.name)));
    return;
  }
  paper_.text(bars(), "");
  // What the context around it says already is not said again.
  Scope fresh = c.scope;
  if (!style_.verbose && !contexts_.empty()) {
    if (contexts_.back().scope.window == fresh.window) fresh.window = {};
    for (const auto& [name, value] : contexts_.back().scope.names)
      if (const auto same = fresh.names.find(name); same != fresh.names.end() && same->second == value) fresh.names.erase(same);
  }
  std::string body = c.name;
  if (const std::string scope = scope_line(fresh); !scope.empty()) body = words_("walk.from_here", body, scope);
  if (c.rounds > 1) body += ", " + words_("walk.round", c.round, c.rounds);
  if (const std::string about = member_text(row.payload, "finding"); !about.empty()) body += ", " + words_("walk.about", about);
  std::vector<std::string> names;
  for (const auto& [name, value] : c.names) {
    const auto limited = c.scope.names.find(name);
    if (limited != c.scope.names.end() && limited->second == print_value(value)) continue;
    const List* const list = value.get<List>();
    names.push_back(name + " = " + (list ? words_.plural("count.values", static_cast<int64_t>(list->size())) : shown(value)));
  }
  if (!names.empty()) body += "; " + join(names, ", ");
  paper_.item(bars(), Tone::strong, fmt::format("┌ Ctx[{}]", c.index), body);
  contexts_.push_back(c);
}

void TerminalWalk::hypothesis(const JournalRow& row) {
  const Json& p = row.payload;
  const std::string word = member_text(p, "word");
  if (word == "ruled_out") return;   // those are told together at the end
  Subject key;
  if (const Json* const subject = member(p, "key"); subject && subject->is_object())
    for (const auto& [name, value] : subject->items())
      if (value.is_string()) key[name] = value.get<std::string>();
  std::string body = member_text(p, "hypothesis");
  if (!key.empty()) body = words_("judged.at", body, style_.verbose ? print_subject(key) : short_subject(key, words_));
  body += ": " + words_.of("judged", word);
  if (const Json* const strength = member(p, "strength"); strength && word == "confirmed")
    body += " (" + words_("strength", fmt::format("{:.2f}", json_number(*strength))) + ")";
  paper_.item(bars() + "  ", Tone::strong, "≡ " + words_("walk.hypothesis"), body);
}

void TerminalWalk::row(const JournalRow& row) {
  builder_.row(row);
  const Json& p = row.payload;
  if (row.kind != "reviewed" && row.kind != "hypothesis_changed") {
    told_of_reviews();
    if (fresh_) split_at_onset();
  }
  if (row.kind == "run_started") {
    opening();
  } else if (row.kind == "resolved") {
    if (style_.verbose) paper_.item(bars(), Tone::dim, words_("walk.measure"), member_text(p, "says"));
  } else if (row.kind == "state_entered") {
    const ReportStep& here = builder_.report().path.back();
    told_.clear();
    if (here.fork.empty()) heading(here.state);
    else untold_.push_back(here.state);
  } else if (row.kind == "context_entered" || row.kind == "context_left") {
    context(row);
  } else if (row.kind == "told") {
    heading(member_text(p, "state"));
    paper_.text(bars() + "  ", member_text(p, "text"));
  } else if (row.kind == "answer_given") {
    paper_.item(bars() + "  ", Tone::strong, words_("walk.answer"), member_text(p, "text"));
  } else if (row.kind == "answered" || row.kind == "ask_failed") {
    answer(row);
  } else if (row.kind == "reviewed") {
    reviewed(row);
  } else if (row.kind == "hypothesis_changed") {
    hypothesis(row);
  } else if (row.kind == "offered") {
    heading(member_text(p, "state"));
    offered(row);
  } else if (row.kind == "chose") {
    chose(row);
  } else if (row.kind == "script_stopped") {
    paper_.item(bars() + "  ", Tone::bad, "✖ " + words_("walk.stopped"), builder_.report().stopped.back());
  } else if (row.kind == "resumed") {
    paper_.item(bars(), Tone::strong, words_("walk.resumed"), words_("walk.goes_on"));
  } else if (row.kind == "traffic") {
    if (style_.verbose) paper_.item("", Tone::dim, words_("walk.traffic"), traffic_line(builder_.report().traffic.back(), words_));
  } else if (row.kind == "run_ended") {
    ended_ = true;
    closing();
  }
}

void TerminalWalk::end() {
  if (ended_) return;
  ended_ = true;
  told_of_reviews();
  closing();
}

void TerminalWalk::closing() {
  if (const std::string waiting = offers(true, ""); !waiting.empty() && !style_.verbose)
    paper_.item(bars() + "  ", Tone::strong, words_("walk.what_next"), waiting);
  ReportBuilder spent = builder_;
  Report report = spent.take();
  report.lang = words_.lang();
  paper_.blank();
  print_closing(paper_, report, style_.verbose);
}

std::string terminal_report(const Report& report, const Style& style) {
  std::string out;
  const auto frames = [&](const std::string& id) {
    const ReportEvidence* const e = evidence_of(report, id);
    return e ? e->frame : FramePtr();
  };
  Style with_language = style;
  with_language.lang = report.lang;
  TerminalWalk walk(with_language, [&](std::string_view text) { out += text; }, frames, report.case_path);
  for (const JournalRow& row : report.rows) walk.row(row);
  walk.end();
  return out;
}

}  // namespace inquest
