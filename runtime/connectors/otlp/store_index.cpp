// Hashing and equality of cells, resources and streams.
// SPDX-License-Identifier: Apache-2.0
#include "runtime/connectors/otlp/store_index.h"

#include <algorithm>
#include <cstring>

namespace inquest::otlp {
namespace {

uint64_t mix_wide(uint64_t state, uint64_t word) {
  const unsigned __int128 product = static_cast<unsigned __int128>(state ^ word) * 0x9e3779b97f4a7c15u;
  return static_cast<uint64_t>(product) ^ static_cast<uint64_t>(product >> 64) ^ (state << 7);
}

// The bits of a value; of a text its id.
uint64_t bits(const Cell& cell) {
  if (cell.kind == Cell::Kind::text || cell.kind == Cell::Kind::json) return cell.text;
  return static_cast<uint64_t>(cell.integer);
}

bool same_cell(const Cell& a, const Cell& b) { return a.key == b.key && a.kind == b.kind && bits(a) == bits(b); }

uint64_t hash_cells(uint64_t state, const std::vector<Cell>& cells) {
  for (const Cell& cell : cells) {
    state = mix_wide(state, static_cast<uint64_t>(cell.key) << 8 | static_cast<uint64_t>(cell.kind));
    state = mix_wide(state, bits(cell));
  }
  return state;
}

bool same_stream(const Stream& a, const Stream& b) {
  return a.metric == b.metric && a.unit == b.unit && a.resource == b.resource && a.scope == b.scope && a.kind == b.kind &&
         a.temporality == b.temporality && a.monotonic == b.monotonic && same_cells(a.attributes, b.attributes) &&
         a.bounds.size() == b.bounds.size() &&
         (a.bounds.empty() || std::memcmp(a.bounds.data(), b.bounds.data(), a.bounds.size() * sizeof(double)) == 0);
}

}  // namespace

bool same_cells(const std::vector<Cell>& a, const std::vector<Cell>& b) {
  return a.size() == b.size() && std::equal(a.begin(), a.end(), b.begin(), same_cell);
}

void HashIndex::add(uint64_t hash, uint32_t row) {
  if ((used_ + 1) * 3 > slots_.size() * 2) {
    std::vector<std::pair<uint64_t, uint32_t>> old(slots_.size() * 2, {0, no_text});
    old.swap(slots_);
    used_ = 0;
    for (const auto& [was, of] : old) {
      if (of != no_text) add(was, of);
    }
  }
  const size_t mask = slots_.size() - 1;
  size_t i = hash & mask;
  while (slots_[i].second != no_text) i = (i + 1) & mask;
  slots_[i] = {hash, row};
  ++used_;
}

void HashIndex::clear() {
  if (used_ > 0) slots_.assign(slots_.size(), {0, no_text});
  used_ = 0;
}

uint32_t ResourceIndex::find_or_add(std::vector<Resource>& resources, Resource&& resource) {
  const uint64_t hash = hash_cells(1, resource.attributes);
  const uint32_t known =
      index_.find(hash, [&](uint32_t row) { return same_cells(resources[row].attributes, resource.attributes); });
  if (known != no_text) return known;
  const auto row = static_cast<uint32_t>(resources.size());
  resources.push_back(std::move(resource));
  index_.add(hash, row);
  return row;
}

uint32_t StreamIndex::find_or_add(std::vector<Stream>& streams, const Stream& stream) {
  uint64_t hash = mix_wide(stream.metric, stream.unit);
  hash = mix_wide(hash, static_cast<uint64_t>(stream.resource) << 32 | stream.scope);
  hash = mix_wide(hash, static_cast<uint64_t>(stream.kind) << 16 | stream.temporality << 8 | (stream.monotonic ? 1 : 0));
  hash = hash_cells(hash, stream.attributes);
  for (const double bound : stream.bounds) {
    uint64_t word;
    std::memcpy(&word, &bound, sizeof word);
    hash = mix_wide(hash, word);
  }
  const uint32_t known = index_.find(hash, [&](uint32_t row) { return same_stream(streams[row], stream); });
  if (known != no_text) return known;
  const auto row = static_cast<uint32_t>(streams.size());
  streams.push_back(stream);
  index_.add(hash, row);
  return row;
}

}  // namespace inquest::otlp
