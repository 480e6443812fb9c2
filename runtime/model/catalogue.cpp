// Look-ups in the catalogue.
// SPDX-License-Identifier: Apache-2.0
#include "runtime/model/catalogue.h"

namespace inquest {
namespace {

template <class Row>
const Row* row(const std::vector<Row>& rows, std::string Row::*key, std::string_view wanted) {
  for (const Row& candidate : rows)
    if (candidate.*key == wanted) return &candidate;
  return nullptr;
}

}  // namespace

const AskRow* Catalogue::ask(std::string_view kind) const { return row(asks, &AskRow::kind, kind); }
const Measure* Catalogue::measure(std::string_view name) const { return row(measures, &Measure::name, name); }
const ReviewContract* Catalogue::review(std::string_view name) const { return row(reviews, &ReviewContract::name, name); }
const WordRow* Catalogue::word(std::string_view name) const { return row(words, &WordRow::word, name); }
const WordRow* Catalogue::word(std::string_view name, std::string_view file) const {
  for (const WordRow& candidate : words)
    if (candidate.word == name && candidate.file == file) return &candidate;
  return nullptr;
}

const Yield* Catalogue::yield(std::string_view kind) const {
  for (const ReviewContract& contract : reviews)
    if (const Yield* const found = row(contract.yields, &Yield::kind, kind)) return found;
  return nullptr;
}

}  // namespace inquest
