// View: names, findings and conditions as they stand at one snapshot.
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "runtime/machine/plan.h"
#include "runtime/machine/sentence.h"

namespace inquest {
namespace {

const std::map<std::string, std::string> no_names;
const std::string no_key;

bool dropped_with_service(std::string_view name) {
  return name == "operation" || name == "instance" || name == "version";
}

}  // namespace

Scope View::scope() const { return depth() ? s_.stack[depth() - 1].scope : Scope{s_.window, {}}; }

const std::map<std::string, std::string>& View::narrowed() const {
  return depth() ? s_.stack[depth() - 1].scope.names : no_names;
}

const std::string& View::key() const { return depth() ? s_.stack[depth() - 1].key : no_key; }

Looked View::look(const std::string& name) const {
  using How = Looked::How;
  if (const size_t dot = name.find('.'); dot != std::string::npos) {
    const Finding* const finding = of_kind(std::string_view(name).substr(0, dot));
    auto value = finding ? field(*finding, name.substr(dot + 1)) : std::nullopt;
    if (!value) return {};
    return {How::bound, nullptr, std::move(value), nullptr};
  }
  for (size_t i = depth(); i-- > 0;) {
    const ActiveContext& active = s_.stack[i];
    if (const Value* const value = find(active.names, name))
      return {value->null() ? How::unknown : How::bound, value, {}, &active};
    if (!dropped_with_service(name) || !find(active.names, "service")) continue;
    const auto& only = plan_.sop.contexts[static_cast<size_t>(active.context)].only;
    if (std::find(only.begin(), only.end(), "service") != only.end()) break;  // rebinding service drops these
  }
  if (const Value* const value = find(s_.inputs, name))
    return {value->null() ? How::left_out : How::bound, value, {}, nullptr};
  for (const InputSpec& input : plan_.sop.inputs)
    if (input.name == name) return {How::left_out, nullptr, {}, nullptr};
  return {};
}

std::optional<Value> View::typed(const std::string& name) const {
  const Looked looked = look(name);
  return looked.bound() ? std::optional<Value>(looked.get()) : std::nullopt;
}

std::optional<Value> View::text(const std::string& name) const {
  const auto of = [&](const Finding& finding, const std::string& wanted) -> std::optional<Value> {
    const Yield* yield = plan_.catalogue.yield(finding.kind);
    if (const ReviewContract* const by = plan_.catalogue.review(finding.review); by && by->generic && !by->yields.empty())
      yield = &by->yields.front();                    // its use named the kind
    auto out = shown(finding, yield, wanted);
    return out ? std::optional<Value>(*std::move(out)) : std::nullopt;
  };
  if (const size_t dot = name.find('.'); dot != std::string::npos) {
    const Finding* const finding = of_kind(std::string_view(name).substr(0, dot));
    return finding ? of(*finding, name.substr(dot + 1)) : std::nullopt;
  }
  const Looked looked = look(name);
  if (!looked.bound()) return std::nullopt;
  if (looked.by && looked.by->finding && looked.get().is<double>())
    if (const Finding* const finding = by_id(*looked.by->finding)) return of(*finding, name);
  return Value(shown(looked.get()));
}

std::string View::say(const std::string& sentence) const {
  if (sentence.find('$') == std::string::npos) return sentence;
  return bind_text(sentence, [this](const std::string& name) { return text(name); });
}

Map View::all_names() const {
  Map out = s_.inputs;
  const auto put = [&](const std::string& name) {
    const Looked looked = look(name);
    set(out, name, looked.bound() ? looked.get() : Value());
  };
  for (size_t i = 0; i < depth(); ++i)
    for (const auto& [name, value] : s_.stack[i].names) put(name);
  return out;
}

std::vector<const Rows*> View::rows() const {
  std::vector<const Rows*> out;
  out.reserve(s_.reviewed.size());
  for (const ReviewedRows& part : s_.reviewed) out.push_back(&part.rows);
  return out;
}

std::vector<const Finding*> View::found(std::string_view kind) const { return found(kind, narrowed()); }

std::vector<const Finding*> View::found(std::string_view kind, const std::map<std::string, std::string>& names) const {
  std::vector<const Finding*> out;
  for (const ReviewedRows& part : s_.reviewed)
    for (const Finding& finding : part.rows.found)
      if (finding.kind == kind && agrees(finding.subject, names)) out.push_back(&finding);
  std::stable_sort(out.begin(), out.end(), [](const Finding* a, const Finding* b) { return stronger(*a, *b); });
  return out;
}

const Finding* View::by_id(std::string_view id) const {
  for (const ReviewedRows& part : s_.reviewed)
    for (const Finding& finding : part.rows.found)
      if (finding.id == id) return &finding;
  return nullptr;
}

const Finding* View::of_kind(std::string_view kind) const {
  for (size_t i = depth(); i-- > 0;) {
    const ActiveContext& active = s_.stack[i];
    if (!active.finding || plan_.sop.contexts[static_cast<size_t>(active.context)].about != kind) continue;
    if (const Finding* const finding = by_id(*active.finding)) return finding;
  }
  const Finding* best = nullptr;
  for (const ReviewedRows& part : s_.reviewed)
    for (const Finding& finding : part.rows.found)
      if (finding.kind == kind && agrees(finding.subject, narrowed()) && (!best || stronger(finding, *best)))
        best = &finding;
  return best;
}

bool View::holds(const Condition& condition) const {
  const auto all = rows();
  const Truth truth = combine(condition, [&](const Condition& atom) {
    if (atom.match.empty()) return truth_of(atom.kind, atom.match, all, narrowed());
    std::vector<std::string> unbound;
    const Value match = inquest::bind(
        Value(atom.match), [this](const std::string& name) { return typed(name); }, &unbound);
    return unbound.empty() ? truth_of(atom.kind, *match.get<Map>(), all, narrowed()) : Truth::unknown;
  });
  return truth == Truth::found;
}

}  // namespace inquest
