// The template miner and the builder of templates frames.
// SPDX-License-Identifier: Apache-2.0
#include "runtime/frame/kernels/templates.h"

#include <algorithm>
#include <array>
#include <tuple>

#include "runtime/base/text.h"

namespace inquest {

namespace {

constexpr size_t most_bytes = 2048, most_tokens = 128, most_in_leaf = 100, most_leaves = 4096, most_remembered = 262144, least_to_join = 4;
constexpr size_t longest_example = 512;
constexpr std::string_view mask = "<*>";

enum : uint8_t { word = 1, digit = 2, hex = 4, blank = 8 };
constexpr std::array<uint8_t, 256> classes = [] {
  std::array<uint8_t, 256> c{};
  for (int i = '0'; i <= '9'; ++i) c[static_cast<size_t>(i)] = word | digit | hex;
  for (int i = 'a'; i <= 'z'; ++i) c[static_cast<size_t>(i)] = i <= 'f' ? word | hex : word;
  for (int i = 'A'; i <= 'Z'; ++i) c[static_cast<size_t>(i)] = i <= 'F' ? word | hex : word;
  c['_'] = word;
  for (const char b : {' ', '\t', '\n', '\r', '\v', '\f'}) c[static_cast<uint8_t>(b)] = blank;
  return c;
}();

// Runs of masks joined by one separator ("<*>.<*>.<*>", "<*>-<*>") become one mask: addresses, ids, times of day.
bool joins(char c) { return c == '-' || c == '.' || c == ':' || c == ',' || c == '/'; }

void append_masked(std::string_view line, std::string& out) {
  out.clear();
  line = line.substr(0, most_bytes);
  size_t tokens = 0;
  for (size_t i = 0; i < line.size();) {
    const uint8_t kind = classes[static_cast<uint8_t>(line[i])];
    if (kind & blank) {
      while (i < line.size() && classes[static_cast<uint8_t>(line[i])] & blank) ++i;
      if (out.empty() || i == line.size()) continue;
      if (++tokens >= most_tokens) return;
      out += ' ';
      continue;
    }
    if (!(kind & word)) {
      out += line[i++];
      continue;
    }
    size_t j = i;
    uint8_t any = 0, all = 0xff;
    for (; j < line.size() && classes[static_cast<uint8_t>(line[j])] & word; ++j) {
      any |= classes[static_cast<uint8_t>(line[j])];
      all &= classes[static_cast<uint8_t>(line[j])];
    }
    if ((any & digit) || ((all & hex) && j - i >= 8)) {
      const size_t n = out.size();
      if (n > mask.size() && joins(out[n - 1]) && std::string_view(out).substr(0, n - 1).ends_with(mask)) out.pop_back();
      else if (!std::string_view(out).ends_with(mask)) out += mask;
    } else {
      out.append(line, i, j - i);
    }
    i = j;
  }
}

}  // namespace

std::string mask_line(std::string_view line) {
  std::string masked;
  append_masked(line, masked);
  return masked;
}

uint32_t TemplateMiner::add(std::string_view line) {
  append_masked(line, buffer_);
  const auto at = exact_.find(buffer_);
  if (at != exact_.end()) return at->second;
  const uint32_t id = join(buffer_);
  if (exact_.size() < most_remembered) exact_.emplace(buffer_, id);
  return id;
}

uint32_t TemplateMiner::join(std::string_view masked) {
  std::vector<std::string> tokens = split(masked, ' ');
  const auto fresh = [&](std::vector<std::string> t) {
    templates_.push_back({std::move(t)});
    return static_cast<uint32_t>(templates_.size() - 1);
  };
  const std::pair<size_t, std::string> key{tokens.size(), tokens.size() < least_to_join ? std::string() : tokens.front()};
  std::vector<uint32_t>& leaf = leaves_[key];
  if (tokens.size() >= least_to_join) {
    uint32_t best = 0;
    size_t most = 0;
    for (const uint32_t id : leaf) {
      size_t equal = 0, fixed = 0;
      for (size_t i = 0; i < tokens.size(); ++i) {
        equal += templates_[id].tokens[i] == tokens[i];
        fixed += templates_[id].tokens[i] != mask || tokens[i] == mask;
      }
      if (equal * 4 >= fixed * 3 && equal * 2 >= tokens.size() && equal > most) {
        most = equal;
        best = id;
      }
    }
    if (most > 0) {
      for (size_t i = 0; i < tokens.size(); ++i)
        if (templates_[best].tokens[i] != tokens[i]) templates_[best].tokens[i] = mask;
      return best;
    }
  } else {
    for (const uint32_t id : leaf)
      if (templates_[id].tokens == tokens) return id;
  }
  const bool crowded = leaves_.size() > most_leaves;  // this leaf is one too many
  if (!crowded && leaf.size() < most_in_leaf) {
    leaf.push_back(fresh(std::move(tokens)));
    return leaf.back();
  }
  if (crowded) leaves_.erase(key);
  const std::pair<size_t, std::string> rest{crowded ? 0 : key.first, crowded ? std::string() : key.second};
  const auto [at, added] = full_.try_emplace(rest, 0);
  if (added) at->second = fresh(rest.second.empty() ? std::vector<std::string>{std::string(mask)}
                                                    : std::vector<std::string>{rest.second, std::string(mask)});
  return at->second;
}

std::string TemplateMiner::text(uint32_t id) const { return inquest::join(templates_[id].tokens, " "); }

TemplatesBuilder::TemplatesBuilder(const Window& now, const std::optional<Window>& then, size_t buckets)
    : now_(now), then_(then), buckets_(std::clamp<size_t>(buckets, 1, 1000)) {}

uint32_t TemplatesBuilder::origin(const Origin& o) {
  const auto [at, fresh] = ids_.try_emplace(o, static_cast<uint32_t>(origins_.size()));
  if (fresh) origins_.push_back(o);
  return at->second;
}

void TemplatesBuilder::add(uint32_t origin, int64_t time, std::string_view body, int severity_number, std::string_view severity,
                           bool then) {
  add_mined(origin, time, miner_.add(body), body, severity_number, severity, then);
}

void TemplatesBuilder::add_mined(uint32_t origin, int64_t time, uint32_t mined, std::string_view body, int severity_number,
                                 std::string_view severity, bool then) {
  Row& row = rows_[(uint64_t{origin} << 32) | mined];
  ++(then ? row.before : row.after);
  if (time < row.first || row.first == INT64_MAX) {
    row.first = time;
    row.example.assign(body.substr(0, longest_example));
  }
  row.last = std::max(row.last, time);
  if (severity_number > row.severity_number) {
    row.severity_number = severity_number;
    row.severity.assign(severity);
  }
  if (then || !now_.contains(Time{time})) return;
  if (row.counts.empty()) row.counts.resize(buckets_);
  const int64_t step = std::max<int64_t>(1, (now_.length().ns + static_cast<int64_t>(buckets_) - 1) / static_cast<int64_t>(buckets_));
  ++row.counts[std::min(buckets_ - 1, static_cast<size_t>((time - now_.from.ns) / step))];
}

FramePtr TemplatesBuilder::finish() {
  FrameBuilder out(Shape::templates);
  out.head();
  using enum ColumnType;
  out.add("template", text).add("before", int64).add("after", int64).add("first", time).add("last", time).add("counts", text);
  out.add("example", text).add("severity", text).add("counts_from", time).add("counts_step", duration);
  out.add("length_before", duration).add("length_after", duration);
  std::vector<std::tuple<Origin, std::string, uint64_t>> order;
  for (const auto& [key, row] : rows_)
    order.emplace_back(origins_[key >> 32], miner_.text(static_cast<uint32_t>(key)), key);
  std::sort(order.begin(), order.end());
  const int64_t step = std::max<int64_t>(1, (now_.length().ns + static_cast<int64_t>(buckets_) - 1) / static_cast<int64_t>(buckets_));
  for (const auto& [origin, name, key] : order) {
    const Row& row = rows_[key];
    out.text(0, origin.service);
    if (origin.namespace_) out.text(1, *origin.namespace_);
    if (origin.instance) out.text(2, *origin.instance);
    if (origin.version) out.text(3, *origin.version);
    out.text(4, name);
    if (then_) out.integer(5, row.before);
    out.integer(6, row.after);
    out.integer(7, row.first);
    out.integer(8, row.last);
    std::string counts = "[";
    for (size_t i = 0; i < buckets_; ++i)
      counts += (i ? "," : "") + std::to_string(row.counts.empty() ? 0 : row.counts[i]);
    out.text(9, counts + "]");
    out.text(10, row.example);
    if (!row.severity.empty()) out.text(11, row.severity);
    out.integer(12, now_.from.ns);
    out.integer(13, step);
    if (then_) out.integer(14, then_->length().ns);
    out.integer(15, now_.length().ns);
    out.end_row();
  }
  rows_.clear();
  return out.finish();
}

}  // namespace inquest
