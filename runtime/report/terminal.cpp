// The walk: one handler per kind of journal row.
// SPDX-License-Identifier: Apache-2.0
#include "runtime/report/terminal.h"

#include <fmt/format.h>

#include <algorithm>

#include "runtime/base/text.h"
#include "runtime/report/closing.h"
#include "runtime/report/formats.h"
#include "runtime/report/summary.h"

namespace inquest {
namespace {

constexpr size_t most_rows = 12, most_offers_why = 400;

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

std::string took(double ms) { return ms > 0 ? ", " + human(ms, "ms") : ""; }

}  // namespace

TerminalWalk::TerminalWalk(const Style& style, Paper::Sink sink, Frames frames, const std::string& case_path)
    : style_(style), paper_(style, std::move(sink)), frames_(std::move(frames)) {
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
  for (size_t i = 0; i < windows_.size(); ++i) out += "│ ";
  return out;
}

const ReportStep* TerminalWalk::step(const std::string& state) const {
  const auto& path = builder_.report().path;
  for (auto it = path.rbegin(); it != path.rend(); ++it)
    if (it->state == state) return &*it;
  return nullptr;
}

void TerminalWalk::opening(const JournalRow&) {
  const Report& r = builder_.report();
  paper_.rule(title_of(r.title, r.sop));
  paper_.item("", Tone::dim, "window ",
              r.window.empty() ? "none"
                               : print_window(r.window) + (r.window_from.empty() ? "" : ", from the " + r.window_from));
  if (r.sources.is_array())
    for (const Json& s : r.sources) paper_.item("", Tone::dim, "source ", source_line(s));
  if (!r.inputs.empty()) {
    std::vector<std::string> inputs;
    for (const auto& [name, value] : r.inputs)
      inputs.push_back(name + " = " + (value.null() ? "not given" : print_value(value)));
    paper_.item("", Tone::dim, "inputs ", join(inputs, ", "));
  }
  paper_.item("", Tone::dim, "version", "Inquest " + (r.inquest_version.empty() ? "unknown" : r.inquest_version) +
                                            (r.sop_hash.empty() ? "" : ", SOP " + r.sop_hash.substr(0, 12)));
}

void TerminalWalk::heading(const std::string& state) {
  if (told_ == state) return;
  told_ = state;
  untold_.erase(std::remove(untold_.begin(), untold_.end(), state), untold_.end());
  const ReportStep* const here = step(state);
  if (!here) return;
  std::string body = title_of(here->title, here->state);
  const Window window = windows_.empty() ? builder_.report().window : windows_.back();
  if (here->kind == "query" || here->kind == "review" || here->kind == "fork") body += " · " + clock_window(window);
  if (!here->via.empty()) body += " · via \"" + here->via + "\"";
  if (here->visit > 1) body += fmt::format(" · visit {}", here->visit);
  paper_.text(bars(), "");
  paper_.item(bars(), Tone::strong, std::string(kind_glyph(here->kind)) + kind_word(here->kind), body);
}

void TerminalWalk::answer(const JournalRow& row) {
  const std::string id = member_text(row.payload, "evidence"), state = member_text(row.payload, "state");
  heading(state);
  const ReportEvidence* const e = evidence_of(builder_.report(), id);
  const std::string in = bars() + "  ";
  if (!e) return;
  if (e->failure) {
    paper_.item(in, Tone::bad, "✖ " + id + " failed",
                fmt::format("{}: {} ({}) from {}{}", e->ask, e->failure->cause, failure_name(e->failure->cls),
                            e->source, took(e->ms)));
    if (!e->failure->cure.empty()) paper_.item(in + "  ", Tone::dim, "cure", e->failure->cure);
    return;
  }
  std::string body =
      fmt::format("{}: {} row{} from {}{}", e->ask, count(e->rows), e->rows == 1 ? "" : "s", e->source, took(e->ms));
  std::vector<std::string> scope;
  for (const auto& [name, value] : e->names) scope.push_back(name + "=" + value);
  if (!scope.empty()) body += ", " + join(scope, ", ");
  if (e->then) body += ", against " + clock_window(*e->then);
  if (!e->outside.empty()) body += ", outside " + join(e->outside, ", ");
  paper_.item(in, Tone::good, "✔ " + id, body);
  const std::string marks = marks_line(e->marks);
  if (!marks.empty()) paper_.item(in + "  ", e->marks.partial.empty() ? Tone::dim : Tone::warn, "!", marks);
  if (!frames_) return;
  ReportEvidence with_frame = *e;
  with_frame.frame = frames_(id);
  paper_.table(in + "  ", evidence_table(with_frame, most_rows));
}

void TerminalWalk::reviewed(const JournalRow& row) {
  const Json& p = row.payload;
  heading(member_text(p, "state"));
  const std::string in = bars() + "  ";
  Rows rows;
  if (const Json* const json = member(p, "rows"))
    if (auto read = json_rows(*json)) rows = std::move(*read);
  const std::vector<std::string> absent = not_found(rows);
  paper_.item(in, Tone::strong, member_text(p, "review"),
              rows.found.empty() && absent.empty() && rows.unknown.empty() ? "nothing examined" : "");
  for (const Finding& f : rows.found) {
    std::string body = cited(f) + fmt::format(" (strength {:.2f})", f.strength);
    paper_.item(in + "  ", Tone::good, "✔ found " + f.id, body);
    if (f.onset && (!fresh_ || f.strength > strongest_.strength)) {
      strongest_ = f;
      fresh_ = &strongest_;
    }
  }
  for (const std::string& line : absent) paper_.item(in + "  ", Tone::dim, "– not found", line);
  for (const Gap& g : gaps_of(rows.unknown))
    paper_.item(in + "  ", Tone::warn, "? unknown",
                g.what + ": " + g.why + (g.cure.empty() ? "" : ". Cure: " + g.cure));
}

void TerminalWalk::split_at_onset() {
  const Finding* const found = fresh_;
  fresh_ = nullptr;
  if (!found || !frames_ || split_) return;
  for (const ReportEvidence& e : builder_.report().evidence) {
    if (e.shape != shape_name(Shape::latency)) continue;
    const FramePtr frame = frames_(e.id);
    if (!frame) continue;
    Table table = latency_split(*frame, *found->onset, most_rows);
    if (table.rows.empty()) continue;
    table.caption += " [" + e.id + "], the onset of " + found->id;
    paper_.table(bars() + "  ", table);
    split_ = true;
    return;
  }
}

void TerminalWalk::offered(const JournalRow& row) {
  const Json* const items = member(row.payload, "items");
  if (!items || !items->is_array() || items->empty()) return;
  const std::string in = bars() + "  ";
  paper_.item(in, Tone::strong, "what next", "");
  for (const Json& item : *items) {
    const std::string label = member_text(item, "label"), to = member_text(item, "to");
    if (!flag(item, "offered")) {
      paper_.item(in + "  ", Tone::dim, "✖ not offered",
                  "\"" + label + "\": " + printable(member_text(item, "why_not"), most_offers_why));
      continue;
    }
    std::string body = "\"" + label + "\" → " + (to == "done" ? "end" : to);
    if (const std::string why = member_text(item, "why"); !why.empty()) body += ": " + printable(why, most_offers_why);
    if (flag(item, "taken")) body += " (taken before)";
    paper_.item(in + "  ", Tone::plain, "• offered", body);
  }
}

void TerminalWalk::context(const JournalRow& row) {
  const Report& r = builder_.report();
  const ReportContext& c = r.contexts.back();
  told_.clear();
  if (row.kind == "context_left") {
    if (!windows_.empty()) windows_.pop_back();
    paper_.item(bars(), Tone::dim, "└", fmt::format("leaves Ctx[{}] {}", c.index, c.name));
    return;
  }
  paper_.text(bars(), "");
  std::string body = c.name;
  if (const std::string scope = scope_line(c.scope); !scope.empty()) body += ": from here on only " + scope;
  if (c.rounds > 1) body += fmt::format(", round {} of {}", c.round, c.rounds);
  if (const std::string about = member_text(row.payload, "finding"); !about.empty()) body += ", about " + about;
  std::vector<std::string> names;
  for (const auto& [name, value] : c.names) {
    const auto limited = c.scope.names.find(name);
    if (limited != c.scope.names.end() && limited->second == print_value(value)) continue;
    const List* const list = value.get<List>();
    names.push_back(list ? fmt::format("{} = {} values", name, list->size()) : name + " = " + print_value(value));
  }
  if (!names.empty()) body += "; " + join(names, ", ");
  paper_.item(bars(), Tone::strong, fmt::format("┌ Ctx[{}]", c.index), body);
  windows_.push_back(c.scope.window.empty() ? r.window : c.scope.window);
}

void TerminalWalk::row(const JournalRow& row) {
  builder_.row(row);
  const Json& p = row.payload;
  if (fresh_ && row.kind != "reviewed" && row.kind != "hypothesis_changed") split_at_onset();
  if (row.kind == "run_started") {
    opening(row);
  } else if (row.kind == "resolved") {
    paper_.item(bars(), Tone::dim, "measure", member_text(p, "says"));
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
    paper_.item(bars() + "  ", Tone::strong, "answer", member_text(p, "text"));
  } else if (row.kind == "answered" || row.kind == "ask_failed") {
    answer(row);
  } else if (row.kind == "reviewed") {
    reviewed(row);
  } else if (row.kind == "hypothesis_changed") {
    const Json* const strength = member(p, "strength");
    const std::string word = member_text(p, "word");
    std::string key;
    if (const Json* const subject = member(p, "key"); subject && subject->is_object())
      for (const auto& [name, value] : subject->items())
        if (value.is_string()) key += " " + name + "=" + value.get<std::string>();
    if (word != "ruled_out")   // those are told together at the end
      paper_.item(
          bars() + "  ", Tone::strong, "≡ hypothesis",
          fmt::format(
              "{}{}{}: {}{}", member_text(p, "hypothesis"), key.empty() ? "" : " at", key, word,
              word == "confirmed" && strength ? fmt::format(" (strength {:.2f})", json_number(*strength)) : ""));
  } else if (row.kind == "offered") {
    heading(member_text(p, "state"));
    offered(row);
  } else if (row.kind == "chose") {
    std::string body = "\"" + member_text(p, "label") + "\", by " + member_text(p, "by", "nobody");
    if (const std::string finding = member_text(p, "finding"); !finding.empty()) body += ", about " + finding;
    if (const std::string why = member_text(p, "why"); !why.empty()) body += ": " + why;
    paper_.item(bars() + "  ", Tone::strong, "→ chose", body);
  } else if (row.kind == "script_stopped") {
    paper_.item(bars() + "  ", Tone::bad, "✖ stopped", builder_.report().stopped.back());
  } else if (row.kind == "resumed") {
    paper_.item(bars(), Tone::strong, "resumed", "the run goes on from here");
  } else if (row.kind == "run_ended") {
    ended_ = true;
    closing();
  }
}

void TerminalWalk::end() {
  if (ended_) return;
  ended_ = true;
  closing();
}

void TerminalWalk::closing() {
  ReportBuilder spent = builder_;
  paper_.blank();
  print_closing(paper_, spent.take());
}

std::string terminal_report(const Report& report, const Style& style) {
  std::string out;
  const auto frames = [&](const std::string& id) {
    const ReportEvidence* const e = evidence_of(report, id);
    return e ? e->frame : FramePtr();
  };
  TerminalWalk walk(style, [&](std::string_view text) { out += text; }, frames, report.case_path);
  for (const JournalRow& row : report.rows) walk.row(row);
  walk.end();
  return out;
}

}  // namespace inquest
