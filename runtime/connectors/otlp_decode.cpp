// Lines: finding them, telling the signals apart, taking a bad one back, and the counts of what was odd.
// SPDX-License-Identifier: Apache-2.0
#include "runtime/connectors/otlp_decode.h"

#include <cstring>
#include <utility>

#include "runtime/base/utf8.h"
#include "runtime/connectors/otlp_decode_work.h"

namespace inquest::otlp {
namespace {

constexpr size_t named = 10;

bool blank(char c) { return c == ' ' || c == '\t' || c == '\r'; }

// The signal that the first key of a line names, as a bit; 0 when it is another key.
uint8_t first_key(std::string_view line) {
  size_t i = 1;
  while (i < line.size() && blank(line[i])) ++i;
  line.remove_prefix(i < line.size() ? i : line.size());
  if (line.starts_with("\"resourceSpans\"")) return 1 << static_cast<int>(Signal::spans);
  if (line.starts_with("\"resourceMetrics\"")) return 1 << static_cast<int>(Signal::metrics);
  if (line.starts_with("\"resourceLogs\"")) return 1 << static_cast<int>(Signal::logs);
  return 0;
}

template <class T>
void cut(std::vector<T>& column, size_t rows) {
  if (column.size() > rows) column.resize(rows);
}

void cut_table(Table& table, size_t rows) {
  cut(table.resource, rows);
  cut(table.scope, rows);
  cut(table.attr_from, rows + 1);
  cut(table.attributes, table.attr_from.back());
}

void clear_table(Table& table) {
  table.texts.clear();
  table.resources.clear();
  table.attr_from.assign(1, 0);
  cut_table(table, 0);
}

void cut_spans(Spans& spans, size_t rows) {
  cut_table(spans, rows);
  cut(spans.trace, rows);
  cut(spans.span, rows);
  cut(spans.parent, rows);
  cut(spans.name, rows);
  cut(spans.kind, rows);
  cut(spans.status, rows);
  cut(spans.start, rows);
  cut(spans.duration, rows);
}

void cut_logs(Logs& logs, size_t rows) {
  cut_table(logs, rows);
  cut(logs.time, rows);
  cut(logs.severity, rows);
  cut(logs.severity_text, rows);
  cut(logs.body, rows);
  cut(logs.trace, rows);
  cut(logs.span, rows);
}

void cut_points(Points& points, size_t rows) {
  if (points.size() > rows) points.buckets.resize(points.bucket_from[rows]);
  cut(points.stream, rows);
  cut(points.time, rows);
  cut(points.start, rows);
  cut(points.value, rows);
  cut(points.is_int, rows);
  cut(points.count, rows);
  cut(points.bucket_from, rows);
  while (!points.exemplars.empty() && points.exemplars.back().point >= rows) points.exemplars.pop_back();
}

}  // namespace

void Part::clear() {
  clear_table(spans);
  clear_table(logs);
  cut_spans(spans, 0);
  cut_logs(logs, 0);
  cut_points(points, 0);
  metrics.texts.clear();
  metrics.resources.clear();
  metrics.streams.clear();
  lines = read_lines = bad_lines = bytes = 0;
  bad.clear();
  bad_records.clear();
  odd.fill(0);
  foreign = 0;
  times = {};
}

std::string sentence(Oddity oddity, size_t n) {
  const std::string number = std::to_string(n);
  switch (oddity) {
    case Oddity::bad_record: return number + " records skipped inside good lines";
    case Oddity::negative_duration: return number + " spans end before they start (kept)";
    case Oddity::no_end: return number + " spans without an end (kept with duration 0)";
    case Oddity::no_time: return number + " log records without a time (kept at time 0)";
    case Oddity::no_value_recorded: return number + " points that only say that nothing was recorded (skipped)";
    case Oddity::replaced_bytes: return number + " lines with bytes that are not UTF-8 or half a surrogate pair (replaced by U+FFFD)";
    case Oddity::count_: break;
  }
  return {};
}

Decoder::Decoder(Signal signal, size_t longest_line) : work_(std::make_unique<Work>(signal, longest_line)) {}
Decoder::~Decoder() = default;

void Decoder::decode(std::string_view block, bool document, Part& part) {
  work_->begin(part);
  part.bytes += block.size();
  if (document) {
    part.lines = 1;
    work_->line(block, 1);
    return;
  }
  while (!block.empty()) {
    const auto* end = static_cast<const char*>(std::memchr(block.data(), '\n', block.size()));
    const size_t size = end != nullptr ? static_cast<size_t>(end - block.data()) : block.size();
    work_->line(block.substr(0, size), ++part.lines);
    block.remove_prefix(end != nullptr ? size + 1 : size);
  }
}

void Decoder::Work::begin(Part& to) {
  part = &to;
  texts = signal == Signal::spans ? &to.spans.texts : signal == Signal::logs ? &to.logs.texts : &to.metrics.texts;
  if (to.spans.attr_from.empty()) to.clear();
  for (Texts* seen : {&seen_resources, &seen_sets, &seen_bounds}) seen->clear();
  resource_of.clear();
  set_of.clear();
  bounds_of.clear();
  resource_index.clear();
  set_index.clear();
  sets.clear();
  bounds.clear();
  descriptors.clear();
  descriptor_index.clear();
  stream_index.clear();
  stream_keys.clear();
}

void Decoder::Work::line(std::string_view text, size_t number) {
  if (text.starts_with("\xef\xbb\xbf")) text.remove_prefix(3);
  while (!text.empty() && (blank(text.back()) || text.back() == '\n')) text.remove_suffix(1);
  while (!text.empty() && (blank(text.front()) || text.front() == '\n')) text.remove_prefix(1);
  if (text.empty()) return;
  const auto own = static_cast<uint8_t>(1 << static_cast<int>(signal));
  const uint8_t names = first_key(text);
  if (names != 0 && names != own) {
    part->foreign |= names;
    return;
  }
  line_number = number;
  const size_t rows = signal == Signal::spans ? part->spans.rows()
                      : signal == Signal::logs ? part->logs.rows() : part->points.size();
  const auto odd_before = part->odd;
  const size_t bad_records_before = part->bad_records.size();
  const Times times_before = part->times;
  pending.clear();
  pending_metrics.clear();
  pending_buckets.clear();
  pending_exemplars.clear();
  bool ours = names == own;
  const char* why = top(text, ours);
  if (why == nullptr) {
    part->read_lines += ours;
    return;
  }
  if (signal == Signal::spans) cut_spans(part->spans, rows);
  if (signal == Signal::logs) cut_logs(part->logs, rows);
  if (signal == Signal::metrics) cut_points(part->points, rows);
  part->odd = odd_before;
  part->bad_records.resize(bad_records_before);
  part->times = times_before;
  ++part->read_lines;
  ++part->bad_lines;
  if (part->bad.size() < named) part->bad.emplace_back(number, why);
}

const char* Decoder::Work::top(std::string_view text, bool& ours) {
  if (text.size() > longest_line) return line_too_long;
  if (text.front() != '{') return "not JSON: no object";
  std::string mended;
  const char* why = walk.open(text);
  if (why != nullptr && std::strcmp(why, "not UTF-8") == 0) {
    mended = replace_invalid_utf8(text);
    const size_t size = mended.size();
    mended.append(1 + simdjson::SIMDJSON_PADDING, '\n');
    why = walk.open(std::string_view(mended).substr(0, size));
    odd(Oddity::replaced_bytes);
  }
  if (why != nullptr) return why;
  bool known = false, any = false;
  const bool whole = walk.object([&](std::string_view key) {
    any = true;
    uint8_t named_signal = 0;
    if (is(key, "resourceSpans")) named_signal = 1 << static_cast<int>(Signal::spans);
    if (is(key, "resourceMetrics")) named_signal = 1 << static_cast<int>(Signal::metrics);
    if (is(key, "resourceLogs")) named_signal = 1 << static_cast<int>(Signal::logs);
    if (named_signal == 0) return walk.skip();
    known = true;
    if (named_signal != 1 << static_cast<int>(signal)) return part->foreign |= named_signal, walk.skip();
    ours = true;
    if (signal == Signal::spans) return resource_spans();
    if (signal == Signal::metrics) return resource_metrics();
    return resource_logs();
  });
  if (std::exchange(walk.half, false) && mended.empty()) odd(Oddity::replaced_bytes);
  if (walk.too_deep) return "nested deeper than 128";
  if (!whole || !walk.at_end()) return "cut or not JSON";
  if (walk.wrong) return "a field of resource or scope has another type than OTLP says";
  if (any && !known) return "no resourceSpans, resourceMetrics or resourceLogs in it";
  return nullptr;
}

void Decoder::Work::bad_record(const char* why) {
  odd(Oddity::bad_record);
  walk.wrong = false;
  if (part->bad_records.size() < named) part->bad_records.emplace_back(line_number, why);
}

}  // namespace inquest::otlp
