// Cells: spans counted by group, bucket of time and log bucket of duration, in as few searches as the bucket limit allows.
// SPDX-License-Identifier: Apache-2.0
//
// Up to most_counted spans one script per window counts them all; the server holds one entry a cell while it runs. Above,
// rounds: the groups of each window (resource, operation, kind) with their counts; above `most_at_once` spans an estimate
// of their cells; then the cells, groups that fit below the limit of 65 535 buckets together, all in one round; errors by
// the same searches over failed spans alone, where there are any.
// Belongs to one Work.
#pragma once

#include <functional>

#include "runtime/connectors/opensearch/agg_group.h"
#include "runtime/connectors/opensearch/agg_script.h"

namespace inquest::opensearch {

struct CellGroup {
  size_t part = 0, kind = 0;             // which window, which of kind_parts
  Json key;                              // of the composite aggregation
  int64_t count = 0, errors = 0, cells = 0;  // cells: at most so many, estimated where there are many spans
  std::string kind_text = {};            // of a group that a script counted
};
struct Cell {
  uint32_t group = 0;
  int64_t time = 0;                      // number of the bucket in its window
  int32_t bucket = 0;                    // log bucket
  int64_t count = 0, errors = 0, sum = 0;
};

class Cells final {
 public:
  struct Plan {
    Heads::Of of = Heads::Of::whole;
    bool kinds = true;                   // groups are told apart by kind
    bool sums = true;                    // durations are summed cell by cell; else by group (sum_of_group)
    int64_t width = 0;                   // of a bucket of time; 0: one bucket
    std::function<size_t(size_t groups_now)> most;  // coarser above so many cells; null: never
    int steps = 0;                       // how often, at most: log buckets twice, then time
  };
  Cells(const Ask& ask, const Layout& layout, const otlp::Aliases& aliases, int64_t spans, Plan plan);
  std::vector<Search> round();
  std::optional<Failure> take(const std::vector<Reply>& replies);

  const std::vector<Part>& parts() const { return parts_; }
  const Heads& heads() const { return heads_; }
  const std::vector<CellGroup>& groups() const { return groups_; }
  std::string kind(const CellGroup& group) const {
    return group.kind_text.empty() ? kind_of(kinds_[group.kind], group.key) : group.kind_text;
  }
  // Coarsened as planned; log_halved and time_halved tell how far. In no told order.
  const std::vector<Cell>& cells() const { return cells_; }
  int log_halved() const { return step_ < 2 ? step_ : 2; }
  int time_halved() const { return step_ < 2 ? 0 : step_ - 2; }
  int64_t skewed() const { return skewed_; }
  const std::vector<int64_t>& sums() const { return sums_; }   // by group, of Plan::sums = false
  const std::vector<int64_t>& longest() const { return longest_; }
  Remarks& remarks() { return remarks_; }

 private:
  enum class Stage { counted, groups, estimate, cells, done };
  struct Chunk { size_t first = 0, last = 0; bool errors = false; std::vector<uint32_t> groups = {}; };  // [first, last) of groups
  Json query(size_t part, size_t kind, bool errors) const;
  Json sources() const;
  void page_groups();
  Search counted_search(size_t part) const;            // agg_counted.cpp
  std::optional<Failure> take_counted(const std::vector<Reply>& replies);
  void finish();
  std::vector<Search> cell_searches();
  std::optional<Failure> take_groups(const std::vector<Reply>& replies);
  std::optional<Failure> take_estimate(const std::vector<Reply>& replies);
  std::optional<Failure> take_cells(const std::vector<Reply>& replies);
  void plan_chunks();
  void coarsen();
  uint32_t find(size_t part, size_t kind, const Json& key) const;

  const Ask ask_;
  const Layout& layout_;
  const Plan plan_;
  Scripts scripts_;
  const Heads heads_;
  const std::vector<Part> parts_;
  std::vector<KindPart> kinds_;
  Stage stage_ = Stage::counted;
  int step_ = 0;
  struct Paging { size_t part, kind; Pager pager; };
  std::vector<Paging> paging_;
  std::vector<CellGroup> groups_;
  std::map<std::string, uint32_t> by_key_;
  std::vector<Chunk> chunks_;
  std::vector<Cell> cells_;
  std::vector<int64_t> sums_, longest_;
  int64_t skewed_ = 0;
  Remarks remarks_;
};

}  // namespace inquest::opensearch
