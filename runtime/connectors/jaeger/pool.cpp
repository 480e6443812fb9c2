// What is fetched, in which order, and what is held of it.
// SPDX-License-Identifier: Apache-2.0
#include "runtime/connectors/jaeger/pool.h"

#include <chrono>

#include "runtime/connectors/jaeger/pool_work.h"

namespace inquest::jaeger {

struct Pool::Slot {
  std::timed_mutex busy;
};

Pool::Pool(Server& server, otlp::Aliases aliases, Budget budget)
    : server_(server), aliases_(std::move(aliases)), budget_(budget) {}

std::vector<std::string> Pool::names_there(const std::string& service) const {
  std::vector<std::string> out;
  for (const auto& [there, canonical] : aliases_)
    if (canonical == service) out.push_back(there);
  if (aliases_.count(service) == 0) out.push_back(service);
  return out;
}

HeldPtr Pool::held(const Need& need) const {
  std::lock_guard lock(mutex_);
  for (const HeldPtr& one : held_) {
    if (!inside(need.window, one->need.window)) continue;
    if (one->need == need && one->partial.empty()) return one;
    bool all = one->whole && (need.service ? !one->need.service || one->need.service == need.service : !one->need.service);
    if (need.service && !one->need.service)            // all services: this one must have been searched itself
      for (const std::string& name : names_there(*need.service)) all = all && one->services.count(name) != 0;
    if (all && one->need.tags.empty() && (one->need.operation.empty() || one->need.operation == need.operation)) return one;
  }
  return nullptr;
}

std::shared_ptr<Pool::Slot> Pool::slot(const Need& need) {
  std::lock_guard lock(mutex_);
  for (const auto& [known, slot] : slots_)
    if (known == need) return slot;
  return slots_.emplace_back(need, std::make_shared<Slot>()).second;
}

Outcome<HeldPtr> Pool::get(const Need& need, Allowed allowed) {
  const std::shared_ptr<Slot> own = slot(need);
  while (!own->busy.try_lock_for(std::chrono::milliseconds(25))) {
    const Ask none;
    const otlp::Asking waiting{none, aliases_, allowed.deadline, allowed.stop};
    if (auto failure = waiting.stopped())
      return Failure{failure->cls, "stopped while another ask fetched the same traces", failure->cure};
  }
  std::lock_guard busy(own->busy, std::adopt_lock);
  if (HeldPtr known = held(need)) return known;
  auto fetched = fetch(need, allowed);
  if (const auto* got = std::get_if<HeldPtr>(&fetched)) {
    std::lock_guard lock(mutex_);
    held_.push_back(*got);
    size_t rows = 0;
    for (const HeldPtr& one : held_) rows += one->view.spans->rows();
    for (; rows > most_held && held_.size() > 1; held_.erase(held_.begin())) rows -= held_.front()->view.spans->rows();
  }
  return fetched;
}

// What was fetched, unless what the server had before is gone meanwhile: then what came is no answer.
Outcome<HeldPtr> Pool::sure(Outcome<HeldPtr> fetched, Allowed allowed) const {
  const auto* got = std::get_if<HeldPtr>(&fetched);
  if (!got) return fetched;
  if (auto failure = server_.lost((*got)->traces == 0, allowed)) return *failure;
  return fetched;
}

Outcome<HeldPtr> Pool::fetch(const Need& need, Allowed within) {
  const Deadline deadline = sooner(within.deadline);
  const Allowed allowed{deadline, within.stop};
  if (!need.service) return sure(all_services(need, allowed), allowed);
  if (need.operation.empty() || !need.tags.empty()) return sure(one_service(need, allowed), allowed);
  Need wider = need;
  wider.operation.clear();
  auto all = get(wider, allowed);
  const auto* got = std::get_if<HeldPtr>(&all);
  if (got && !(*got)->whole) return sure(one_service(need, allowed), allowed);
  return all;
}

size_t Pool::at_first(Allowed allowed) const {
  return std::min({budget_.traces, server_.first_page(), server_.page(allowed)});
}

Pool::Whole Pool::find_all(const Search& search, Gathered& into, TraceIds* found, Allowed allowed, bool many) {
  Whole out;
  std::vector<Window> open = {search.window};
  size_t received = 0, level = many ? 1 : 0;
  while (!open.empty()) {
    const size_t most = 2 * budget_.traces, rest = most - std::min(most, received);
    std::vector<Window> pieces;
    for (const Window& window : open)
      for (const Window& piece : cut_into(window, level == 0 ? 1 : level == 1 ? std::clamp<size_t>(rest / least_limit, 2, first_cut) : 2))
        pieces.push_back(piece);
    size_t limit = level == 0 ? std::min(budget_.traces, server_.first_page()) : rest / pieces.size();
    limit = std::min(limit, server_.page(allowed));
    const double ms = server_.ms_a_trace(), left = static_cast<double>(left_ms(allowed));
    if (level > 0 && (limit < std::min(least_limit, budget_.traces) || pieces.size() == open.size() || pieces.size() > most_pieces)) {
      out.whole = false;
      break;
    }
    if (level > 0 && ms > 0) {                           // a guess: whether time is there is seen piece by piece
      const double each = left * share_of_time / ms / static_cast<double>(pieces.size());
      limit = std::clamp(limit, least_limit, std::max(least_limit, static_cast<size_t>(std::min(1e6, each))));
    }
    std::vector<Outcome<Server::Found>> answers(pieces.size());
    std::vector<char> late(pieces.size(), 0);
    const std::vector<size_t> order = spread(pieces.size());
    server_.each(pieces.size(), [&](size_t n) {
      const size_t i = order[n];
      if (left_ms(allowed) < least_ms) {
        late[i] = 1;
        return;
      }
      Search one = search;
      one.window = pieces[i];
      one.limit = limit;
      answers[i] = server_.search(one, allowed);
    });
    open.clear();
    for (size_t i = 0; i < pieces.size(); ++i) {
      const auto* failure = std::get_if<Failure>(&answers[i]);
      const bool timeout = failure && failure->cls == Failure::Class::timeout;
      if (late[i] || (timeout && left_ms(allowed) < least_ms)) {
        out.late = true;
        out.whole = false;
      } else if (auto* got = std::get_if<Server::Found>(&answers[i])) {
        received += got->traces.ids.size();
        if (found)
          for (const otlp::Spans::Id& id : got->traces.ids) found->emplace(id.high, id.low);
        if (got->cut) open.push_back(pieces[i]);
        into.add(std::move(got->traces));
      } else if (timeout || (failure && failure->cls == Failure::Class::too_large)) {
        open.push_back(pieces[i]);                       // fewer at once
      } else {
        out.whole = false;
        if (!out.failed) out.failed = passed_on<HeldPtr>(answers[i]);
        out.problem = failure ? failure->cause : std::get<RetryLater>(answers[i]).cause;
        if (failure && final_failure(*failure)) return out;
      }
    }
    if (out.late) break;
    if (level > 0 && received == 0 && open.size() == pieces.size()) {  // not even pieces of it come
      out.whole = false;
      out.failed = passed_on<HeldPtr>(answers[0]);
      const auto* failure = std::get_if<Failure>(&answers[0]);
      out.problem = failure ? failure->cause : "no answer";
      return out;
    }
    ++level;
  }
  return out;
}

std::shared_ptr<Held> Pool::done(Gathered& gathered, const Need& need, std::vector<std::string> problems) {
  const size_t traces = gathered.traces();
  const bool coarse = traces > 0 && gathered.whole_microseconds();
  auto out = std::make_shared<Held>(gathered.table(), aliases_);
  out->need = need;
  out->traces = traces;
  out->notes = gathered.notes();
  if (coarse) out->notes.push_back("times are whole microseconds");
  for (const std::string& partial : gathered.partial()) problems.push_back(partial);
  if (problems.size() > 3) problems[2] += " and " + std::to_string(problems.size() - 3) + " more", problems.resize(3);
  out->partial = join(problems, "; ");
  return out;
}

void Pool::by_ids(const std::vector<std::vector<std::string>>& groups, std::vector<Outcome<Traces>>& answers, Allowed allowed) {
  answers.resize(groups.size());
  server_.each(groups.size(), [&](size_t i) { answers[i] = server_.traces(groups[i], allowed); });
}

Outcome<HeldPtr> Pool::one_service(const Need& need, Allowed allowed) {
  Gathered gathered;
  std::vector<std::string> problems, rough;
  bool whole = true, late = false;
  std::optional<Outcome<HeldPtr>> failed;
  const std::vector<std::string> names = names_there(*need.service);
  for (const std::string& name : names) {
    const Whole found = find_all(Search{name, need.operation, need.window, {}, {}, need.tags}, gathered, nullptr, allowed);
    whole = whole && found.whole;
    late = late || found.late;
    if (found.failed) {
      failed = found.failed;
      problems.push_back("not all traces of " + printable(name, 60) + " came: " + found.problem);
    }
  }
  if (gathered.traces() == 0 && failed) return *failed;
  if (gathered.traces() == 0 && late) return out_of_time();
  const size_t traces = gathered.traces();
  const auto out = done(gathered, need, std::move(problems));
  out->whole = whole;
  if (whole && need.operation.empty() && need.tags.empty()) out->services.insert(names.begin(), names.end());
  if (!whole) add_to(out->approximate, traces_text(traces) + " sampled");
  if (late) out->notes.push_back("time ran out before all traces were searched");
  return HeldPtr(out);
}

Outcome<HeldPtr> Pool::by_id(const std::vector<std::string>& ids, Allowed allowed) {
  {
    std::lock_guard lock(mutex_);
    for (const HeldPtr& one : held_) {
      const auto there = [&](const std::string& text) {
        const auto id = otlp::trace_id(text);
        if (!id) return true;                            // none anywhere
        const auto [from, to] = one->view.trace(*id);
        return from != to;
      };
      if (std::all_of(ids.begin(), ids.end(), there)) return one;
    }
  }
  if (auto found = server_.api(allowed); !std::holds_alternative<Api>(found)) return passed_on<HeldPtr>(found);
  std::vector<std::vector<std::string>> groups;
  std::set<std::string> seen;
  for (const std::string& text : ids) {
    const auto id = otlp::trace_id(text);
    if (!id || !seen.insert(otlp::hex(*id)).second) continue;
    if (groups.empty() || groups.back().size() >= server_.ids_at_once()) groups.emplace_back();
    groups.back().push_back(otlp::hex(*id));
  }
  std::vector<Outcome<Traces>> answers;
  by_ids(groups, answers, allowed);
  Gathered gathered;
  std::vector<std::string> problems;
  size_t lost = 0;
  for (size_t i = 0; i < answers.size(); ++i) {
    if (auto* got = std::get_if<Traces>(&answers[i])) {
      gathered.add(std::move(*got));
      continue;
    }
    const auto* failure = std::get_if<Failure>(&answers[i]);
    if (problems.empty()) problems.push_back(failure ? failure->cause : std::get<RetryLater>(answers[i]).cause);
    lost += groups[i].size();
    if (lost == seen.size() || (failure && failure->cls == Failure::Class::cancelled)) return passed_on<HeldPtr>(answers[i]);
  }
  if (lost > 0) problems[0] = count(static_cast<int64_t>(lost)) + " of " + traces_text(seen.size()) + " did not come: " + problems[0];
  const size_t missing = seen.size() - lost - std::min(seen.size() - lost, gathered.traces());
  const HeldPtr held = done(gathered, Need{}, std::move(problems));
  return missing > 0 ? sure(held, allowed) : Outcome<HeldPtr>(held);
}

Outcome<HeldPtr> Pool::search(const Search& search, bool& cut, Allowed allowed) {
  auto answer = server_.search(search, allowed);
  auto* found = std::get_if<Server::Found>(&answer);
  if (!found) return passed_on<HeldPtr>(answer);
  cut = found->cut;
  Gathered gathered;
  gathered.add(std::move(found->traces));
  const HeldPtr held = done(gathered, Need{search.service, search.operation, search.window}, {});
  return cut ? Outcome<HeldPtr>(held) : sure(held, allowed);
}

}  // namespace inquest::jaeger
