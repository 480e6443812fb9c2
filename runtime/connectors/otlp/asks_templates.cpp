// Log records as kinds of messages, counted before and after.
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <numeric>

#include "runtime/base/text.h"
#include "runtime/connectors/otlp/asks.h"
#include "runtime/connectors/otlp/log_view.h"
#include "runtime/frame/kernels/templates.h"

namespace inquest::otlp {

namespace {

int64_t cell(const Column* column, uint32_t row) { return !column || column->absent(row) ? 0 : column->integer(row); }

struct Counts { int64_t before, after; };
std::vector<Counts> counts_of(const Frame& frame) {
  const Column *before = frame.column("before"), *after = frame.column("after");
  std::vector<Counts> out(frame.rows);
  for (uint32_t row = 0; row < frame.rows; ++row) out[row] = {cell(before, row), cell(after, row)};
  return out;
}

// The first of `order` that are not taken yet, until `most` rows are.
void take(std::vector<uint8_t>& taken, size_t& n, const std::vector<uint32_t>& order, size_t most) {
  for (const uint32_t row : order) {
    if (n >= most) return;
    n += !taken[row];
    taken[row] = 1;
  }
}

std::vector<uint32_t> rows_of(const std::vector<uint8_t>& taken) {
  std::vector<uint32_t> rows;
  for (uint32_t row = 0; row < taken.size(); ++row)
    if (taken[row]) rows.push_back(row);
  return rows;
}

template <class Before>
std::vector<uint32_t> in_order(size_t n, Before before) {
  std::vector<uint32_t> rows(n);
  std::iota(rows.begin(), rows.end(), 0u);
  std::stable_sort(rows.begin(), rows.end(), before);
  return rows;
}

std::vector<uint32_t> most_frequent(const Frame& frame, size_t limit) {
  const std::vector<Counts> seen = counts_of(frame);
  std::vector<uint8_t> taken(frame.rows);
  size_t n = 0;
  take(taken, n, in_order(frame.rows, [&](uint32_t a, uint32_t b) { return seen[a].before + seen[a].after > seen[b].before + seen[b].after; }), limit);
  return rows_of(taken);
}

// Under `against`, where the question is what changed: half of the limit for templates that are new (at least twice;
// most lines first), a quarter for the most frequent ones, the rest for those whose count lies farthest from what the
// lengths of both windows would share out: (after − E)² / variance of a binomial of before + after.
std::vector<uint32_t> most_changed(const Frame& frame, size_t limit, double share_now) {
  const std::vector<Counts> seen = counts_of(frame);
  std::vector<double> change(frame.rows);
  for (size_t row = 0; row < frame.rows; ++row) {
    const double all = static_cast<double>(seen[row].before + seen[row].after);
    const double off = static_cast<double>(seen[row].after) - all * share_now, variance = all * share_now * (1 - share_now);
    change[row] = variance > 0 ? off * off / variance : 0;
  }
  const auto fresh = [&](uint32_t row) { return seen[row].before == 0 && seen[row].after >= 2; };
  std::vector<uint32_t> news = in_order(frame.rows, [&](uint32_t a, uint32_t b) {
    return fresh(a) != fresh(b) ? fresh(a) : seen[a].after > seen[b].after;
  });
  news.erase(std::find_if(news.begin(), news.end(), [&](uint32_t row) { return !fresh(row); }), news.end());
  const std::vector<uint32_t> often =
      in_order(frame.rows, [&](uint32_t a, uint32_t b) { return seen[a].before + seen[a].after > seen[b].before + seen[b].after; });
  const std::vector<uint32_t> changed = in_order(frame.rows, [&](uint32_t a, uint32_t b) { return change[a] > change[b]; });
  std::vector<uint8_t> taken(frame.rows);
  size_t n = 0;
  take(taken, n, news, (limit + 1) / 2);
  take(taken, n, often, n + limit / 4);
  take(taken, n, changed, limit);
  return rows_of(taken);
}

double window_ratio(const Ask& ask) {                    // of both windows, how much is now
  const double now = static_cast<double>(ask.scope.window.length().ns), then = static_cast<double>(ask.then->length().ns);
  return now > 0 && then > 0 ? now / (now + then) : 0.5;
}

}  // namespace

Answer logs_templates(const Asking& asking, const Logs& logs) {
  const Ask& ask = asking.ask;
  const LogView view(logs, asking.aliases, ask);
  const std::vector<Stretch> windows = stretches(ask);
  size_t buckets = 60;
  if (const Value* every = find(ask.args, "every"))
    if (const Duration* width = every->get<Duration>(); width && width->ns > 0)
      buckets = static_cast<size_t>(std::clamp<int64_t>((ask.scope.window.length().ns + width->ns - 1) / width->ns, 1, 10'000));
  TemplatesBuilder templates(ask.scope.window, ask.then, buckets);
  std::vector<uint32_t> origins(logs.resources.size(), no_text), mined(logs.texts.size(), no_text);
  for (size_t row = 0; row < logs.rows(); ++row) {
    if (row % poll_every == 0)
      if (auto failure = asking.stopped()) return *failure;
    if (logs.body[row] == no_text || !view.holds(row)) continue;
    const uint32_t resource = logs.resource[row];
    if (origins[resource] == no_text) {
      const Head& head = view.heads[resource];
      origins[resource] = templates.origin({head.service.value_or(""), head.namespace_, head.instance, head.version});
    }
    const std::string_view body = logs.texts[logs.body[row]];
    uint32_t& kind = mined[logs.body[row]];
    if (kind == no_text) kind = templates.mine(body);
    const bool then = ask.then && stretch_of(windows, logs.time[row]) == 0;
    templates.add_mined(origins[resource], logs.time[row], kind, body, logs.severity[row], view.severity(row), then);
  }
  FramePtr frame = templates.finish();
  const size_t limit = limit_of(ask, 500);
  if (frame->rows <= limit) return frame;
  const std::vector<uint32_t> rows = ask.then ? most_changed(*frame, limit, window_ratio(ask)) : most_frequent(*frame, limit);
  auto cut = std::make_shared<Frame>(*select(*frame, rows));
  cut->marks.limited = count(static_cast<int64_t>(limit)) + " of " + count(static_cast<int64_t>(frame->rows)) + " templates, " +
                       (ask.then ? "new ones, those that changed most and the most frequent" : "most frequent first");
  return FramePtr(std::move(cut));
}

}  // namespace inquest::otlp
