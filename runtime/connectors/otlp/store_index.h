// Indexes over resources and streams: the same attributes are stored once.
// SPDX-License-Identifier: Apache-2.0
//
// Cells are compared by kind and bits; both sides must stand over the same Texts. New rows go to the end, so the order is
// that of first appearance. Thread rule: values, no shared state.
#pragma once

#include <utility>
#include <vector>

#include "runtime/connectors/otlp/store.h"

namespace inquest::otlp {

bool same_cells(const std::vector<Cell>& a, const std::vector<Cell>& b);

// Row number by hash, open addressing.
class HashIndex final {
 public:
  HashIndex() : slots_(64, {0, no_text}) {}
  // The row whose hash is `hash` and for which same(row) holds; no_text when there is none.
  template <class Same>
  uint32_t find(uint64_t hash, Same&& same) const {
    const size_t mask = slots_.size() - 1;
    for (size_t i = hash & mask; slots_[i].second != no_text; i = (i + 1) & mask) {
      if (slots_[i].first == hash && same(slots_[i].second)) return slots_[i].second;
    }
    return no_text;
  }
  void add(uint64_t hash, uint32_t row);
  void clear();

 private:
  std::vector<std::pair<uint64_t, uint32_t>> slots_;
  size_t used_ = 0;
};

class ResourceIndex final {
 public:
  uint32_t find_or_add(std::vector<Resource>& resources, Resource&& resource);
  void clear() { index_.clear(); }

 private:
  HashIndex index_;
};

// Everything but points makes a stream: metric, unit, resource, scope, kind, temporality, monotonic, attributes, bounds.
class StreamIndex final {
 public:
  uint32_t find_or_add(std::vector<Stream>& streams, const Stream& stream);
  void clear() { index_.clear(); }

 private:
  HashIndex index_;
};

}  // namespace inquest::otlp
