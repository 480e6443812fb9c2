// The template miner and the builder of templates frames.
// SPDX-License-Identifier: Apache-2.0
#include "runtime/frame/kernels/templates.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <tuple>

#include "runtime/base/text.h"

namespace inquest {

namespace {

constexpr size_t most_bytes = 2048, most_tokens = 128, most_in_leaf = 100, most_words = 1000, most_leaves = 4096;
constexpr size_t most_remembered = 262144, least_to_join = 4;
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

// The buffer holds any masked line: a masked run of one byte becomes three.
constexpr size_t most_masked = 3 * most_bytes + 8;

// Writes the masked line to `out` and returns its length.
size_t mask_into(std::string_view line, char* const out) {
  const char *at = line.data(), *const end = at + std::min(line.size(), most_bytes);
  char* to = out;
  size_t tokens = 0;
  const auto kind_of = [](char c) { return classes[static_cast<uint8_t>(c)]; };
  const auto ends_masked = [&](const char* last) {
    return last - out >= 3 && last[-3] == '<' && last[-2] == '*' && last[-1] == '>';
  };
  while (at < end) {
    const uint8_t kind = kind_of(*at);
    if (kind & word) {
      const char* from = at;
      uint8_t any = 0, all = 0xff;
      do {
        const uint8_t k = kind_of(*at);
        any |= k;
        all &= k;
        *to++ = *at++;
      } while (at < end && kind_of(*at) & word);
      if (!(any & digit) && !((all & hex) && at - from >= 8)) continue;
      to -= at - from;
      if (to - out > 3 && joins(to[-1]) && ends_masked(to - 1)) --to;
      else if (!ends_masked(to)) {
        *to++ = '<';
        *to++ = '*';
        *to++ = '>';
      }
    } else if (kind & blank) {
      while (at < end && kind_of(*at) & blank) ++at;
      if (to == out || at == end) continue;
      if (++tokens >= most_tokens) break;
      *to++ = ' ';
    } else {
      *to++ = *at++;
    }
  }
  return static_cast<size_t>(to - out);
}

// 64 bits (FNV-1a by eight bytes, mixed), the same everywhere.
uint64_t hash_of(std::string_view text) {
  uint64_t h = 0xcbf29ce484222325ull ^ text.size();
  const auto mix = [&h](uint64_t part) {
    h = (h ^ part) * 0x9e3779b97f4a7c15ull;
    h ^= h >> 32;
  };
  size_t i = 0;
  for (; i + 8 <= text.size(); i += 8) {
    uint64_t eight;
    std::memcpy(&eight, text.data() + i, 8);
    mix(eight);
  }
  uint64_t rest = 0;
  for (size_t k = 0; i + k < text.size(); ++k) rest |= uint64_t{static_cast<uint8_t>(text[i + k])} << (8 * k);
  mix(rest);
  return h;
}

// A number and a text as one key; nothing else gives the same bytes.
void key_into(std::string& out, size_t number, std::string_view text) {
  out.assign(reinterpret_cast<const char*>(&number), sizeof number);
  out += text;
}

}  // namespace

uint32_t* TemplateMiner::Known::find(std::string_view text, uint64_t hash) {
  if (slots_.empty()) return nullptr;
  for (size_t i = hash & (slots_.size() - 1); slots_[i] != UINT32_MAX; i = (i + 1) & (slots_.size() - 1)) {
    Entry& entry = entries_[slots_[i]];
    if (entry.hash == hash && std::string_view(texts_).substr(entry.from, entry.length) == text) return &entry.id;
  }
  return nullptr;
}

void TemplateMiner::Known::add(std::string_view text, uint64_t hash, uint32_t id) {
  const auto put = [this](uint32_t number) {
    size_t i = entries_[number].hash & (slots_.size() - 1);
    while (slots_[i] != UINT32_MAX) i = (i + 1) & (slots_.size() - 1);
    slots_[i] = number;
  };
  entries_.push_back({hash, texts_.size(), static_cast<uint32_t>(text.size()), id});
  texts_ += text;
  if (entries_.size() * 2 <= slots_.size()) {
    put(static_cast<uint32_t>(entries_.size() - 1));
    return;
  }
  slots_.assign(std::max<size_t>(256, slots_.size() * 4), UINT32_MAX);
  for (uint32_t number = 0; number < entries_.size(); ++number) put(number);
}

std::string mask_line(std::string_view line) {
  std::string masked(most_masked, '\0');
  masked.resize(mask_into(line, masked.data()));
  return masked;
}

uint32_t TemplateMiner::add(std::string_view line) {
  if (buffer_.empty()) buffer_.resize(most_masked);
  const std::string_view masked(buffer_.data(), mask_into(line, buffer_.data()));
  const uint64_t hash = hash_of(masked);
  if (const uint32_t* known = exact_.find(masked, hash)) return *known;
  const uint32_t id = join(masked);
  if (exact_.size() < most_remembered) exact_.add(masked, hash, id);
  return id;
}

uint32_t TemplateMiner::fresh(const std::vector<std::string_view>& tokens) {
  Template made;
  for (const std::string_view token : tokens) {
    made.tokens.emplace_back(token);
    made.hashes.push_back(hash_of(token));
  }
  templates_.push_back(std::move(made));
  return static_cast<uint32_t>(templates_.size() - 1);
}

// The template of the same length, of three in four of whose fixed tokens and half of all are those of the line.
std::optional<uint32_t> TemplateMiner::nearest(const std::vector<uint32_t>& leaf) {
  if (leaf.empty()) return {};
  hashes_.clear();
  for (const std::string_view token : tokens_) hashes_.push_back(hash_of(token));
  const uint64_t masked = hash_of(mask);
  std::optional<uint32_t> best;
  size_t most = 0;
  for (const uint32_t id : leaf) {
    const Template& t = templates_[id];
    size_t equal = 0, fixed = 0;
    for (size_t i = 0; i < hashes_.size(); ++i) {
      equal += t.hashes[i] == hashes_[i];
      fixed += t.hashes[i] != masked || hashes_[i] == masked;
    }
    if (equal * 4 < fixed * 3 || equal * 2 < tokens_.size() || equal <= most) continue;
    most = equal;
    best = id;
  }
  if (!best) return best;
  Template& t = templates_[*best];
  for (size_t i = 0; i < tokens_.size(); ++i)
    if (t.tokens[i] != tokens_[i]) {
      t.tokens[i] = mask;
      t.hashes[i] = masked;
    }
  return best;
}

uint32_t TemplateMiner::join(std::string_view masked) {
  tokens_.clear();
  for (size_t from = 0;;) {
    const size_t to = masked.find(' ', from);
    tokens_.push_back(masked.substr(from, to - from));
    if (to == std::string_view::npos) break;
    from = to + 1;
  }
  const size_t size = tokens_.size();
  const bool brief = size < least_to_join;            // too short to be alike: equal, or another template
  Leaves& leaves = brief ? brief_leaves_ : leaves_;
  key_into(key_, size, size > 1 ? tokens_.front() : std::string_view());
  const uint64_t hash = hash_of(key_);
  const uint32_t* known = leaves.known.find(key_, hash);
  std::vector<uint32_t>* leaf = known ? &leaves.all[*known] : nullptr;
  if (!leaf && leaves.all.size() < most_leaves) {
    leaves.known.add(key_, hash, static_cast<uint32_t>(leaves.all.size()));
    leaf = &leaves.all.emplace_back();
  }
  if (leaf) {
    if (!brief)
      if (const auto id = nearest(*leaf)) return *id;
    if (leaf->size() < (size > 1 ? most_in_leaf : most_words)) {
      leaf->push_back(fresh(tokens_));
      return leaf->back();
    }
  }
  // Full: lines of two or three tokens share what their last token makes of them, others what their first does.
  std::vector<std::string_view>& shared = tokens_;
  const std::string_view first = tokens_.front(), last = tokens_.back();
  if (!leaf && brief && full_.size() < most_leaves) shared = {mask, last};
  else if (leaf && size > 1) shared = {first, mask};
  else shared = {mask};
  key_into(key_, leaf ? size : 0, {});
  for (const std::string_view token : shared) (key_ += token) += ' ';
  const uint64_t of_shared = hash_of(key_);
  if (const uint32_t* there = full_.find(key_, of_shared)) return *there;
  full_.add(key_, of_shared, fresh(shared));
  return static_cast<uint32_t>(templates_.size() - 1);
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
