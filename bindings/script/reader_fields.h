// Fields that SOPs and their tests share: asks, uses of reviews, conditions, inputs.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "bindings/script/diagnose.h"
#include "runtime/model/sop.h"

namespace inquest::script {

// What a state says for all of its asks.
struct AskDefaults {
  std::string from, against;
  std::vector<std::string> outside;
  Map where;
  Places places;
};

class Fields final {
 public:
  explicit Fields(Diagnose& diagnose) : d_(diagnose) {}

  std::vector<AskSpec> asks(const Node& node);
  std::vector<ReviewUse> uses(const Node& node);
  std::vector<InputSpec> inputs(const Node& node);
  // `bare`: a text is found "text".
  std::optional<Condition> condition(const Node& node, bool bare, int depth = 0);
  std::vector<Condition> conditions(const Node& node, const std::string& what);   // bare kinds allowed
  void ask_default(const Item& item, AskDefaults& into);                // from, against, outside, where of a state
  // An ask's own words win; `outside` adds up; `where` of a state does not reach asks about metrics.
  void merge(std::vector<AskSpec>& asks, const AskDefaults& defaults) const;
  Value value(const Node& node);                                        // todo inside is noted

 private:
  std::optional<AskSpec> ask(const Item& item);
  std::optional<InputSpec> input(const Item& item);
  Map where(const Node& node);
  Diagnose& d_;
};

}  // namespace inquest::script
