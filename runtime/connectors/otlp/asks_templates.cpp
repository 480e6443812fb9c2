// Log records as kinds of messages, counted before and after.
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <numeric>

#include "runtime/base/text.h"
#include "runtime/connectors/otlp/asks.h"
#include "runtime/connectors/otlp/log_view.h"
#include "runtime/frame/kernels/templates.h"

namespace inquest::otlp {

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
    if (row % LogView::poll_every == 0)
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
  const Column *before = frame->column("before"), *after = frame->column("after");
  std::vector<uint32_t> rows(frame->rows);
  std::iota(rows.begin(), rows.end(), 0u);
  const auto seen = [&](uint32_t row) {
    return (before->absent(row) ? 0 : before->integer(row)) + (after->absent(row) ? 0 : after->integer(row));
  };
  std::stable_sort(rows.begin(), rows.end(), [&](uint32_t a, uint32_t b) { return seen(a) > seen(b); });
  rows.resize(limit);
  std::sort(rows.begin(), rows.end());
  auto cut = std::make_shared<Frame>(*select(*frame, rows));
  cut->marks.limited = count(static_cast<int64_t>(limit)) + " of " + count(static_cast<int64_t>(frame->rows)) + " templates, most frequent first";
  return FramePtr(std::move(cut));
}

}  // namespace inquest::otlp
