// Which traces an ask needs, and how the answer over them is marked.
// SPDX-License-Identifier: Apache-2.0
#include "runtime/connectors/jaeger/answers.h"

#include <algorithm>

#include "runtime/base/text.h"
#include "runtime/connectors/jaeger/native_ask.h"
#include "runtime/connectors/jaeger/pool_work.h"
#include "runtime/connectors/otlp/answer.h"

namespace inquest::jaeger {

using otlp::Answer;
using otlp::Asking;

namespace {

constexpr int64_t calls_reach = 60 * ns_per_s;         // a caller's span begins before those that it calls
constexpr int most_slow_searches = 8;

void add(std::string& to, const std::string& text) {
  if (text.empty()) return;
  to += (to.empty() ? "" : "; ") + text;
}

// Attributes that `where` wants to equal one value, as Jaeger compares them: as text. It may find more, never less; so
// what would not find itself where a store reads it as a pattern (native_ask.h) is not sent.
std::map<std::string, std::string> tags_of(const Ask& ask) {
  std::map<std::string, std::string> out;
  if (ask.kind == "spans.calls") return out;             // its spans are of other services too
  for (const auto& [key, value] : ask.where) {
    if (key == "kind" || key == "status" || key == "operation") continue;  // no attributes
    if (key == "links" || key == "exception.message") continue;  // worked out when a span is read; cut
    if (const auto* text = value.get<std::string>(); text && finds_itself(*text)) out[key] = *text;
    else if (value.get<bool>() || value.get<int64_t>()) out[key] = print_value(value);
  }
  return out;
}

// Whether a span has all of `tags` among its attributes or those of its resource, compared as text.
bool has_tags(const otlp::Spans& spans, size_t row, const std::map<std::string, std::string>& tags) {
  return std::all_of(tags.begin(), tags.end(), [&](const auto& tag) {
    const otlp::Cell* cell = otlp::find_cell(spans.texts, spans.attributes.data() + spans.attr_from[row],
                                             spans.attributes.data() + spans.attr_from[row + 1], tag.first);
    if (!cell) cell = otlp::find_cell(spans.texts, spans.resources[spans.resource[row]].attributes, tag.first);
    return cell && otlp::cell_text(spans.texts, *cell) == tag.second;
  });
}

}  // namespace

bool by_ids(const Ask& ask) { return ask.kind == "spans.of_traces"; }

// One window around all that the ask looks at.
Window hull(const Ask& ask) {
  Window out = ask.scope.window;
  if (ask.then) out = {std::min(out.from, ask.then->from), std::max(out.to, ask.then->to)};
  return out;
}

const std::string* scoped(const Ask& ask, const char* name) {
  const auto at = ask.scope.names.find(name);
  return at == ask.scope.names.end() ? nullptr : &at->second;
}

Need need_of(const Ask& ask) {
  Need out;
  out.window = hull(ask);
  if (const std::string* service = scoped(ask, "service")) {
    out.service = *service;
    const std::string* operation = scoped(ask, "operation");
    if (operation && ask.kind != "spans.calls") out.operation = *operation;
    if (ask.kind == "spans.calls") out.window.from.ns -= calls_reach;
  }
  return out;
}

// The answer over what is held, with what is to be known of it.
Answer Answers::over(const Ask& ask, const Held& held, Allowed allowed) const {
  const Asking asking{ask, aliases_, allowed.deadline, allowed.stop};
  if (auto failure = asking.stopped()) return *failure;
  Answer answer = otlp::answer_spans(asking, held.view);
  const FramePtr* frame = std::get_if<FramePtr>(&answer);
  if (!frame || (held.approximate.empty() && held.partial.empty() && held.notes.empty())) return answer;
  auto copy = std::make_shared<Frame>(**frame);
  add(copy->marks.approximate, held.approximate);
  add(copy->marks.partial, held.partial);
  for (const std::string& note : held.notes) copy->marks.notes.push_back(note);
  return FramePtr(std::move(copy));
}

// Of a sample the slowest are not the slowest of all. Those above a duration can be searched: one at which about twice
// as many traces are expected as are wanted, then longer or shorter until all above it came and they are enough.
Answer Answers::slowest(const Ask& ask, const HeldPtr& sample, Allowed allowed) {
  const size_t limit = otlp::limit_of(ask, 100);
  Answer from_sample = over(ask, *sample, allowed);
  const auto* frame = std::get_if<FramePtr>(&from_sample);
  const auto unsure = [&](Answer answer) {
    if (const auto* got = std::get_if<FramePtr>(&answer)) {
      auto copy = std::make_shared<Frame>(**got);
      add(copy->marks.partial, "slower traces may be missing");
      return Answer(FramePtr(std::move(copy)));
    }
    return answer;
  };
  const std::string* service = scoped(ask, "service");
  if (!frame || !service) return frame ? unsure(std::move(from_sample)) : from_sample;
  const std::vector<std::string> names = pool_.names_there(*service);
  if (names.size() != 1) return unsure(std::move(from_sample));
  const otlp::SpanFilter filter(sample->view, ask);
  std::vector<int64_t> durations;                        // of the scope's entry spans in the window
  const otlp::Spans& spans = *sample->view.spans;
  const bool operation = scoped(ask, "operation") != nullptr;
  for (size_t row = 0; row < spans.rows(); ++row)
    if (ask.scope.window.contains(Time{spans.start[row]}) && (operation || sample->view.entry(row)) && filter.holds(row))
      durations.push_back(spans.duration[row]);
  if (durations.empty()) return unsure(std::move(from_sample));
  std::sort(durations.rbegin(), durations.rend());
  int64_t least = durations[std::min(durations.size() - 1, limit / 2)];  // more than the sample has are above it
  int64_t too_short = 0, too_long = INT64_MAX;
  for (int n = 0; n < most_slow_searches && least > 0; ++n) {
    Search search{names.front(), operation ? *scoped(ask, "operation") : std::string(), ask.scope.window, {}, Duration{least}, {}, 0};
    search.limit = std::min(budget_.traces, server_.page(allowed));
    bool cut = false;
    auto found = pool_.search(search, cut, allowed);
    const auto* held = std::get_if<HeldPtr>(&found);
    if (!held) {
      const auto* failure = std::get_if<Failure>(&found);
      if (failure && failure->cls == Failure::Class::too_large) cut = true;
      else return unsure(std::move(from_sample));
    }
    if (!cut) {
      Answer answer = over(ask, **held, allowed);
      const auto* got = std::get_if<FramePtr>(&answer);
      if (!got) return answer;
      // Slow for another span's sake: those whose own entry span is shorter are not all here.
      const otlp::SpanFilter own((*held)->view, ask);
      const otlp::Spans& table = *(*held)->view.spans;
      std::set<std::pair<uint64_t, uint64_t>> above;
      for (size_t row = 0; row < table.rows(); ++row)
        if (table.duration[row] >= least && ask.scope.window.contains(Time{table.start[row]}) &&
            (operation || (*held)->view.entry(row)) && own.holds(row))
          above.emplace(table.trace[row].high, table.trace[row].low);
      if (above.size() >= limit) {
        auto copy = std::make_shared<Frame>(**got);
        copy->marks.limited = count(static_cast<int64_t>(limit)) + " of more than " + count(static_cast<int64_t>(sample->traces)) +
                              " traces, slowest first";
        return FramePtr(std::move(copy));
      }
      too_long = least;
      const int64_t next = too_short > 0 ? too_short + (least - too_short) / 2 : least / 2;
      if (next <= too_short || next >= least) break;
      least = next;
    } else {
      too_short = least;
      const int64_t next = too_long == INT64_MAX ? least + least / 2 + 1000 : least + (too_long - least) / 2;
      if (next <= least || next >= too_long) break;
      least = next;
    }
  }
  return unsure(std::move(from_sample));
}

Answer Answers::traces_by_id(const Ask& ask, Allowed allowed) {
  // Beyond the limit of the ask nothing is fetched, but it is told.
  std::vector<std::string> ids;
  std::set<std::string> seen;
  size_t sound = 0;
  const size_t limit = otlp::limit_of(ask, 500);
  const std::vector<std::string> texts = otlp::texts_of(ask, "traces");
  for (const std::string& text : texts) {
    const auto id = otlp::trace_id(text);
    if (!id || !seen.insert(otlp::hex(*id)).second) continue;
    if (++sound <= limit) ids.push_back(otlp::hex(*id));
  }
  auto found = pool_.by_id(ids, allowed);
  const auto* held = std::get_if<HeldPtr>(&found);
  if (!held) return passed_on<FramePtr>(found);
  Ask cut = ask;
  if (sound > limit) {
    List kept;
    for (const std::string& id : ids) kept.emplace_back(id);
    set(cut.args, "traces", Value(std::move(kept)));
  }
  if (cut.scope.window.empty()) {                        // asked without a window
    cut.scope.window = {Time{INT64_MIN / 2}, Time{INT64_MAX / 2}};
  }
  Answer answer = over(cut, **held, allowed);
  const auto* frame = std::get_if<FramePtr>(&answer);
  if (!frame || sound <= limit) return answer;
  auto copy = std::make_shared<Frame>(**frame);
  copy->marks.limited = count(static_cast<int64_t>(limit)) + " of " + count(static_cast<int64_t>(sound)) + " traces, as listed";
  return FramePtr(std::move(copy));
}

Answer Answers::native_answer(const Ask& ask, Allowed allowed) {
  bool own_limit = false, cut = false;
  std::map<std::string, std::string> here;
  auto read = native_search(ask, &own_limit, &here);
  auto* search = std::get_if<Search>(&read);
  if (!search) return passed_on<FramePtr>(read);
  const size_t limit = search->limit;
  if (!here.empty()) search->limit = std::max(limit, std::min(budget_.traces, server_.page(allowed)));
  auto found = pool_.search(*search, cut, allowed);
  const auto* held = std::get_if<HeldPtr>(&found);
  if (!held) return passed_on<FramePtr>(found);
  // Every trace that was found, the earliest first, as a list of traces by id.
  const otlp::Spans& spans = *(*held)->view.spans;
  std::map<std::pair<uint64_t, uint64_t>, int64_t> begins;
  TraceIds wanted;
  for (size_t row = 0; row < spans.rows(); ++row) {
    const std::pair id(spans.trace[row].high, spans.trace[row].low);
    const auto [at, fresh] = begins.emplace(id, spans.start[row]);
    if (!fresh) at->second = std::min(at->second, spans.start[row]);
    if (has_tags(spans, row, here)) wanted.insert(id);
  }
  std::vector<std::pair<int64_t, std::string>> order;
  for (const auto& [id, start] : begins)
    if (wanted.count(id) != 0) order.emplace_back(start, otlp::hex(otlp::Spans::Id{id.first, id.second}));
  std::sort(order.begin(), order.end());
  const bool more = !here.empty() && cut;                // which there are was seen of the newest only
  if (order.size() > limit) {
    order.erase(order.begin(), order.end() - static_cast<std::ptrdiff_t>(limit));
    cut = true;
  } else if (!here.empty()) {
    cut = false;
  }
  List ids;
  for (const auto& [start, id] : order) ids.emplace_back(id);
  Ask listed = ask;
  listed.kind = "spans.of_traces";
  listed.native.clear();
  listed.args = {{"traces", Value(std::move(ids))}, {"limit", Value(static_cast<int64_t>(std::max<size_t>(1, order.size())))}};
  Answer answer = over(listed, **held, allowed);
  const auto* frame = std::get_if<FramePtr>(&answer);
  if (!frame || (!cut && !more)) return answer;
  auto copy = std::make_shared<Frame>(**frame);
  const std::string most = count(static_cast<int64_t>(limit)) + " traces";
  if (!cut) add(copy->marks.partial, "only the newest " + traces_text(begins.size()) + " were compared with the values of the tags");
  else if (own_limit) copy->marks.limited = most + ", as the ask says";
  else add(copy->marks.partial, "there may be more than the " + most + " of a search without `limit`");
  return FramePtr(std::move(copy));
}

Answer Answers::answer(const Ask& ask, const Need& need, Allowed allowed) {
  if (ask.kind == "jaeger") return native_answer(ask, allowed);
  if (by_ids(ask)) return traces_by_id(ask, allowed);
  auto got = pool_.get(need, allowed);
  const auto* held = std::get_if<HeldPtr>(&got);
  if (!held) return passed_on<FramePtr>(got);
  if ((*held)->whole) return over(ask, **held, allowed);
  // A sample of all; what `where` lets through may be few enough to have whole.
  Need narrow = need;
  narrow.tags = tags_of(ask);
  if (need.service && !narrow.tags.empty()) {
    const auto few = pool_.get(narrow, allowed);
    const auto* own = std::get_if<HeldPtr>(&few);
    if (own && (*own)->whole) return over(ask, **own, allowed);
  }
  return ask.kind == "spans.slowest" ? slowest(ask, *held, allowed) : over(ask, **held, allowed);
}

}  // namespace inquest::jaeger
