// Machine: the public face of the pure walk.
// SPDX-License-Identifier: Apache-2.0
#include "runtime/machine/machine.h"

#include <algorithm>

#include "runtime/machine/walk.h"

namespace inquest {

Machine::Machine(const Sop& sop, const Catalogue& catalogue) : plan_(std::make_shared<const Plan>(sop, catalogue)) {}

Machine::Stepped Machine::step(Snapshot snapshot, const Event& event) const {
  return step(std::move(snapshot), Event(event));
}

Machine::Stepped Machine::step(Snapshot snapshot, Event&& event) const {
  Stepped out{std::move(snapshot), {}};
  Walker walk(*plan_, out.snapshot, out.effects);
  std::visit([&](auto&& it) { walk.on(std::move(it)); }, std::move(event));
  return out;
}

Scope Machine::scope(const Snapshot& snapshot) const { return View(*plan_, snapshot).scope(); }

Names Machine::names(const Snapshot& snapshot) const {
  return [view = View(*plan_, snapshot), keep = plan_](const std::string& name) { return view.typed(name); };
}

Names Machine::texts(const Snapshot& snapshot) const {
  return [view = View(*plan_, snapshot), keep = plan_](const std::string& name) { return view.text(name); };
}

std::vector<Finding> Machine::found(const Snapshot& snapshot) const {
  std::vector<Finding> out;
  for (const ReviewedRows& part : snapshot.reviewed)
    out.insert(out.end(), part.rows.found.begin(), part.rows.found.end());
  std::stable_sort(out.begin(), out.end(), [](const Finding& a, const Finding& b) {
    return a.id.size() != b.id.size() ? a.id.size() < b.id.size() : a.id < b.id;
  });
  return out;
}

std::vector<Finding> Machine::earlier(const Snapshot& snapshot) const {
  const View view(*plan_, snapshot);
  std::vector<Finding> out = found(snapshot);
  std::erase_if(out, [&](const Finding& finding) { return !agrees(finding.subject, view.narrowed()); });
  return out;
}

Rows Machine::stamped(const Snapshot& snapshot, const Reviewed& event) const {
  return stamped_rows(*plan_, snapshot, event);
}

Judgement Machine::judge(const Snapshot& snapshot) const {
  return inquest::judge(plan_->sop, View(*plan_, snapshot).rows(), &plan_->catalogue);
}

bool Machine::holds(const Snapshot& snapshot, const Condition& condition) const {
  return View(*plan_, snapshot).holds(condition);
}

}  // namespace inquest
