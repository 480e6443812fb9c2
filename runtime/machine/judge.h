// One hypothesis over all keys: rows of its kinds grouped by key, and what each condition says at a key.
// SPDX-License-Identifier: Apache-2.0
//
// Private to runtime/machine. A hypothesis is judged per key: it joins findings on the subject fields in `of`; other
// fields are detail. Keys are the values of `of` in found, examined and unknown rows of the kinds named. A row that
// lacks some of these fields — an unknown about all lacks each — counts at every key that it agrees with, or is a key
// of its own (of the fields it has) if it agrees with none. One pass over the rows of each condition; no row is copied.
#pragma once

#include <string_view>
#include <unordered_map>
#include <vector>

#include "runtime/machine/conditions.h"

namespace inquest {

struct KindRows {
  std::vector<const Finding*> found;
  std::vector<const Examined*> examined;
  std::vector<const Unknown*> unknown;
};
class RowIndex final {  // the rows must outlive it
 public:
  explicit RowIndex(const std::vector<const Rows*>& rows);
  const KindRows& of(std::string_view kind) const;

 private:
  std::unordered_map<std::string_view, KindRows> kinds_;  // looked up, never iterated
};

class HypothesisJudge final {
 public:
  HypothesisJudge(const Hypothesis& hypothesis, const RowIndex& index);
  const std::vector<Subject>& keys() const { return keys_; }  // in order

 private:
  friend class HypothesisAt;
  struct Tally {  // of one atom at one key
    const Finding* best = nullptr;
    bool unknown = false, examined = false;
    Truth truth() const {  // "found if any, else unknown if any, else not found"; never reviewed is unknown
      if (best) return Truth::found;
      return unknown || !examined ? Truth::unknown : Truth::not_found;
    }
  };
  struct AtomTallies {
    const Condition* atom;
    std::vector<Tally> at;
  };

  void find_keys();
  void count(AtomTallies& atom) const;
  const std::vector<int>* keys_of(std::string_view kind) const;  // of its rows, null before they are found
  template <class Visit>
  void at_keys(int key, const Subject& subject, Visit visit) const;

  const Hypothesis& hypothesis_;
  const RowIndex& index_;
  std::vector<Subject> keys_;
  std::vector<std::pair<std::string_view, std::vector<int>>> row_keys_;  // of each kind: place in keys_ per row, or -1
  std::vector<AtomTallies> atoms_;
};

class HypothesisAt final {  // the hypothesis at one of its keys
 public:
  HypothesisAt(const HypothesisJudge& judge, size_t key) : judge_(judge), key_(key) {}
  const Hypothesis& hypothesis() const { return judge_.hypothesis_; }
  const Subject& key() const { return judge_.keys_[key_]; }
  const HypothesisJudge::Tally& atom(const Condition& atom) const;
  Truth truth(const Condition& condition) const;
  const char* word() const;                                        // confirmed | ruled_out | inconclusive
  double strength() const;                                         // of a confirmed pair
  std::optional<Time> onset() const;                               // earliest among the strongest finding of each need
  std::vector<const Finding*> found(const Condition& atom) const;  // that match, strongest first
  std::vector<const Unknown*> unknown(const Condition& atom) const;
  const Finding* strongest(const std::string& kind) const;

 private:
  const Finding* support(const Condition& condition, double& strength) const;

  const HypothesisJudge& judge_;
  size_t key_;
};

}  // namespace inquest
