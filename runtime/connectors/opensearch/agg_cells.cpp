// Groups, then their cells in chunks that stay below the bucket limit.
// SPDX-License-Identifier: Apache-2.0
#include "runtime/connectors/opensearch/agg_cells.h"

#include <algorithm>
#include <tuple>
#include <unordered_map>

#include "runtime/base/text.h"
#include "runtime/connectors/opensearch/agg.h"

namespace inquest::opensearch {

namespace {

constexpr size_t group_page = 1000;
constexpr int64_t most_at_once = 60'000;               // spans whose cells are fetched without an estimate
constexpr int64_t chunk_cells = 30'000;                // below search.max_buckets, 65 535, with room for a poor estimate

int64_t coarse(int64_t bucket, int halved) {           // as the latency of files
  return halved == 0 || bucket < 0 ? bucket : (bucket >> halved << halved) + (int64_t{1} << (halved - 1));
}

}  // namespace

Cells::Cells(const Ask& ask, const Layout& layout, const otlp::Aliases& aliases, int64_t spans, Plan plan)
    : ask_(ask), layout_(layout), plan_(std::move(plan)), scripts_(layout), heads_(layout, plan_.of, spans),
      parts_(parts_of(ask, layout, aliases)) {
  kinds_ = plan_.kinds ? kind_parts(layout) : std::vector<KindPart>{{nullptr, {}}};
  for (const std::string& note : heads_.notes()) remarks_.note(note);
  if (spans <= most_counted) return;
  stage_ = Stage::groups;
  page_groups();
}

void Cells::page_groups() {
  for (size_t part = 0; part < parts_.size(); ++part)
    for (size_t kind = 0; kind < kinds_.size(); ++kind) {
      Json sub = {{"e", {{"filter", status_filter(layout_, {"error"})}}}};
      Pager pager(layout_, query(part, kind, false), sources(), std::move(sub), group_page, "groups");
      pager.sibling("skewed", {{"sum", {{"script", scripts_.skewed()}}}});
      paging_.push_back({part, kind, std::move(pager)});
    }
}

Json Cells::query(size_t part, size_t kind, bool errors) const {
  std::vector<Json> all = {parts_[part].filter.query};
  if (!kinds_[kind].filter.is_null()) all.push_back(kinds_[kind].filter);
  if (errors) all.push_back(status_filter(layout_, {"error"}));
  return all_of(std::move(all));
}

Json Cells::sources() const {
  Json all = heads_.sources();
  all.push_back(composite_source("n", layout_.name));
  if (plan_.kinds)
    if (Json kind = kind_source(layout_); !kind.is_null()) all.push_back(std::move(kind));
  return all;
}

uint32_t Cells::find(size_t part, size_t kind, const Json& key) const {
  const auto at = by_key_.find(std::to_string(part) + "/" + std::to_string(kind) + "/" + key.dump());
  return at == by_key_.end() ? UINT32_MAX : at->second;
}

std::vector<Search> Cells::round() {
  std::vector<Search> out;
  if (stage_ == Stage::counted)
    for (size_t part = 0; part < parts_.size(); ++part) out.push_back(counted_search(part));
  if (stage_ == Stage::groups)
    for (const Paging& one : paging_)
      if (!one.pager.done()) out.push_back(one.pager.next());
  if (stage_ == Stage::estimate)
    for (const Paging& one : paging_) out.push_back(one.pager.next());
  if (stage_ == Stage::cells) out = cell_searches();
  return out;
}

std::optional<Failure> Cells::take(const std::vector<Reply>& replies) {
  for (const Reply& reply : replies) remarks_.take(reply);
  switch (stage_) {
    case Stage::counted: return take_counted(replies);
    case Stage::groups: return take_groups(replies);
    case Stage::estimate: return take_estimate(replies);
    case Stage::cells: return take_cells(replies);
    case Stage::done: break;
  }
  return std::nullopt;
}

std::optional<Failure> Cells::take_groups(const std::vector<Reply>& replies) {
  size_t at = 0;
  bool more = false;
  for (Paging& one : paging_) {
    if (one.pager.done()) continue;
    const Json& body = replies[at++].body;
    const Json* buckets = one.pager.take(body);
    if (!buckets) return no_buckets(ask_);
    if (const Json* all = member(body, "aggregations")) skewed_ += sum_of(*all, "skewed");
    for (const Json& bucket : *buckets) {
      const Json* key = member(bucket, "key");
      if (!key || docs(bucket) == 0) continue;
      by_key_.emplace(std::to_string(one.part) + "/" + std::to_string(one.kind) + "/" + key->dump(), static_cast<uint32_t>(groups_.size()));
      groups_.push_back({one.part, one.kind, *key, docs(bucket), docs_of(bucket, "e"), docs(bucket)});
    }
    more = more || !one.pager.done();
  }
  if (more) return std::nullopt;
  // Pages of several parts came in turns: one part after the other, in the order of its keys.
  std::stable_sort(groups_.begin(), groups_.end(),
                   [](const CellGroup& a, const CellGroup& b) { return std::tie(a.part, a.kind) < std::tie(b.part, b.kind); });
  sums_.assign(groups_.size(), 0);
  longest_.assign(groups_.size(), 0);
  by_key_.clear();
  int64_t all = 0;
  for (uint32_t i = 0; i < groups_.size(); ++i) {
    const CellGroup& group = groups_[i];
    by_key_.emplace(std::to_string(group.part) + "/" + std::to_string(group.kind) + "/" + group.key.dump(), i);
    all += group.count;
  }
  paging_.clear();
  if (scripts_.from_source() && all > most_from_source) {
    scripts_ = Scripts(layout_, false);
    remarks_.approximate("durations to the millisecond: the server would have to read " + count(all) + " documents for more");
  }
  if (groups_.empty()) {
    stage_ = Stage::done;
  } else if (all <= most_at_once) {
    stage_ = Stage::cells;
    plan_chunks();
  } else {
    stage_ = Stage::estimate;
    for (size_t first = 0, last = 0; first < groups_.size(); first = last) {   // pages as before, their keys are known
      while (last < groups_.size() && last - first < group_page && groups_[last].part == groups_[first].part &&
             groups_[last].kind == groups_[first].kind)
        ++last;
      const CellGroup& group = groups_[first];
      Json script = scripts_.cell(parts_[group.part].window, plan_.width > 0 ? plan_.width : INT64_MAX);
      Json sub = {{"n", {{"cardinality", {{"script", std::move(script)}, {"precision_threshold", 1000}}}}}};
      Pager pager(layout_, query(group.part, group.kind, false), sources(), std::move(sub), last - first, "how many buckets");
      if (first > 0 && groups_[first - 1].part == group.part && groups_[first - 1].kind == group.kind)
        pager.start_at(groups_[first - 1].key);
      pager.only_page();
      paging_.push_back({group.part, group.kind, std::move(pager)});
    }
  }
  return std::nullopt;
}

std::optional<Failure> Cells::take_estimate(const std::vector<Reply>& replies) {
  for (size_t i = 0; i < paging_.size(); ++i) {
    const Json* buckets = paging_[i].pager.take(replies[i].body);
    if (!buckets) return no_buckets(ask_);
    for (const Json& bucket : *buckets)
      if (const Json* key = member(bucket, "key"))
        if (const uint32_t group = find(paging_[i].part, paging_[i].kind, *key); group != UINT32_MAX)
          groups_[group].cells = std::min(groups_[group].count, sum_of(bucket, "n") + sum_of(bucket, "n") / 8 + 8);
  }
  paging_.clear();
  if (plan_.most) {                                    // no more is fetched than a frame holds, but for a poor estimate
    int64_t cells = 0;
    size_t now = 0;
    for (const CellGroup& group : groups_) {
      cells += group.cells;
      now += group.part + 1 == parts_.size();
    }
    while (step_ < plan_.steps && cells * 3 / 4 > static_cast<int64_t>(plan_.most(now))) {
      ++step_;
      cells = cells * 5 / 8;                           // half as many at best
    }
  }
  stage_ = Stage::cells;
  plan_chunks();
  return std::nullopt;
}

void Cells::plan_chunks() {
  chunks_.clear();
  for (const bool errors : {false, true}) {
    if (errors && !plan_.sums) break;                  // of groups they are known
    Chunk chunk{0, 0, errors, {}};
    int64_t cells = 0;
    const auto close = [&] {
      if (!chunk.groups.empty()) chunks_.push_back(std::move(chunk));
      chunk = {0, 0, errors, {}};
      cells = 0;
    };
    for (uint32_t i = 0; i < groups_.size(); ++i) {
      const CellGroup& group = groups_[i];
      const int64_t mine = errors ? std::min(group.errors, group.cells) : group.cells;
      if (mine == 0) continue;
      if (!chunk.groups.empty()) {
        const CellGroup& before = groups_[chunk.groups.back()];
        if (before.part != group.part || before.kind != group.kind || cells + mine > chunk_cells || chunk.groups.size() >= group_page)
          close();
      }
      chunk.groups.push_back(i);
      cells += mine;
    }
    close();
  }
}

std::vector<Search> Cells::cell_searches() {
  std::vector<Search> out;
  for (const Chunk& chunk : chunks_) {
    const uint32_t first = chunk.groups.front();
    const CellGroup& group = groups_[first];
    int64_t most = 1;
    for (const uint32_t i : chunk.groups) most = std::max(most, std::min(groups_[i].count, groups_[i].cells + chunk_cells / 8));
    const int64_t width = plan_.width > 0 ? plan_.width : INT64_MAX;
    Json terms = {{"script", scripts_.cell(parts_[group.part].window, width, time_halved(), log_halved())},
                  {"value_type", "long"}, {"size", most}, {"order", {{"_key", "asc"}}}};
    Json buckets = {{"terms", std::move(terms)}};
    const Json sum = {{"sum", {{"script", scripts_.duration()}}}};
    if (plan_.sums && !chunk.errors) buckets["aggs"] = {{"s", sum}};
    Json sub = {{"b", std::move(buckets)}};
    if (!plan_.sums && !chunk.errors) sub.update({{"s", sum}, {"m", {{"max", {{"script", scripts_.duration()}}}}}});
    Pager pager(layout_, query(group.part, group.kind, chunk.errors), sources(), std::move(sub), chunk.groups.size(),
                chunk.errors ? "buckets of errors" : "buckets");
    // Composite keys are told in order: this chunk begins after the last group before it that the search would tell.
    for (uint32_t i = first; i-- > 0 && groups_[i].part == group.part && groups_[i].kind == group.kind;) {
      if (chunk.errors && groups_[i].errors == 0) continue;
      pager.start_at(groups_[i].key);
      break;
    }
    out.push_back(pager.next());
  }
  return out;
}

std::optional<Failure> Cells::take_cells(const std::vector<Reply>& replies) {
  cells_.clear();
  std::unordered_map<uint64_t, uint32_t> known;        // group, time, bucket → place in cells_
  bool cut_short = false;
  for (size_t c = 0; c < chunks_.size(); ++c) {
    const Chunk& chunk = chunks_[c];
    const Json* all = member(replies[c].body, "aggregations");
    const Json* composite = all ? member(*all, "c") : nullptr;
    const Json* groups = composite ? member(*composite, "buckets") : nullptr;
    if (!groups) return no_buckets(ask_);
    const CellGroup& of = groups_[chunk.groups.front()];
    for (const Json& one : *groups) {
      const Json* key = member(one, "key");
      const uint32_t group = key ? find(of.part, of.kind, *key) : UINT32_MAX;
      const Json* terms = member(one, "b");
      const Json* buckets = terms ? member(*terms, "buckets") : nullptr;
      if (group == UINT32_MAX || !buckets) continue;   // a group that came since: told by nobody
      if (!plan_.sums && !chunk.errors) {
        sums_[group] = sum_of(one, "s");
        longest_[group] = sum_of(one, "m");
      }
      cut_short = cut_short || terms->value("sum_other_doc_count", int64_t{0}) > 0;
      for (const Json& bucket : *buckets) {
        const int64_t packed = json_int64(bucket["key"]);
        const int64_t time = packed >= 0 ? packed / cell_buckets : (packed - cell_buckets + 1) / cell_buckets;
        const auto log = static_cast<int32_t>(packed - time * cell_buckets - 1);
        const uint64_t place = uint64_t{group} << 40 ^ static_cast<uint64_t>(packed);
        const auto [at, fresh] = known.try_emplace(place, static_cast<uint32_t>(cells_.size()));
        if (fresh) cells_.push_back({group, time, log, 0, 0, 0});
        Cell& cell = cells_[at->second];
        if (chunk.errors) {
          cell.errors += docs(bucket);
        } else {
          cell.count += docs(bucket);
          cell.sum += sum_of(bucket, "s");
        }
      }
    }
  }
  if (cut_short && step_ < 6) {                        // more buckets than were to be expected: once more, coarser
    ++step_;
    return std::nullopt;
  }
  if (cut_short) remarks_.note("the rarest durations of operations with too many are not told");
  finish();
  return std::nullopt;
}

void Cells::finish() {
  stage_ = Stage::done;
  size_t now = 0;
  for (const CellGroup& group : groups_) now += group.part + 1 == parts_.size();
  if (plan_.most)
    while (step_ < plan_.steps && cells_.size() > plan_.most(now)) coarsen();
}

void Cells::coarsen() {
  const bool wider = ++step_ > 2;
  std::unordered_map<uint64_t, uint32_t> known;
  std::vector<Cell> all;
  for (const Cell& cell : cells_) {
    const int64_t time = cell.time >> (wider ? 1 : 0), bucket = coarse(cell.bucket, log_halved());
    const uint64_t place = uint64_t{cell.group} << 40 ^ static_cast<uint64_t>(time * cell_buckets + bucket + 1);
    const auto [at, fresh] = known.try_emplace(place, static_cast<uint32_t>(all.size()));
    if (fresh) all.push_back({cell.group, time, static_cast<int32_t>(bucket), 0, 0, 0});
    Cell& sum = all[at->second];
    sum.count += cell.count;
    sum.errors += cell.errors;
    sum.sum += cell.sum;
  }
  cells_ = std::move(all);
}

}  // namespace inquest::opensearch
