// What is remembered of the beginning, and the words for its loss.
// SPDX-License-Identifier: Apache-2.0
#include "runtime/connectors/jaeger/witness.h"

#include <algorithm>

#include "runtime/base/text.h"

namespace inquest::jaeger {

namespace {

Failure lost(const std::string& what) {
  return Failure{Failure::Class::unreachable, "Jaeger has lost data while it was read: " + what + " (it was started again, or its memory is full)",
                 "run again once it has its traces, or let it store them outside of its memory"};
}

}  // namespace

void Witness::services(std::vector<std::string> names) {
  std::lock_guard lock(mutex_);
  if (services_.empty()) services_ = std::move(names);
}

void Witness::saw(const std::string& service, const Traces& traces) {
  const otlp::Spans& spans = traces.part.spans;
  std::lock_guard lock(mutex_);
  if (span_) return;
  std::optional<size_t> newest;                        // dropped last where memory is full
  for (size_t row = 0; row < spans.rows(); ++row) {
    const otlp::TextId name = spans.resources[spans.resource[row]].service;
    if (name != otlp::no_text && spans.texts[name] == service && (!newest || spans.start[row] > spans.start[*newest])) newest = row;
  }
  if (newest) span_ = Span{service, Time{spans.start[*newest]}, spans.trace[*newest]};
}

std::optional<Witness::Span> Witness::span() const {
  std::lock_guard lock(mutex_);
  return span_;
}

bool Witness::services_known() const {
  std::lock_guard lock(mutex_);
  return compared_;
}

std::optional<Failure> Witness::without(const std::vector<std::string>& services_now) {
  std::lock_guard lock(mutex_);
  std::vector<std::string> missing;
  std::set_difference(services_.begin(), services_.end(), services_now.begin(), services_now.end(), std::back_inserter(missing));
  if (missing.empty()) {
    compared_ = span_.has_value();
    return {};
  }
  const std::string first = "the service " + printable(missing.front(), 60);
  return lost(missing.size() == 1 ? first + " is gone"
                                  : first + " and " + count(static_cast<int64_t>(missing.size() - 1)) + " more are gone");
}

Failure Witness::gone() { return lost("a trace that it had is gone"); }

}  // namespace inquest::jaeger
