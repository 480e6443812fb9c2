// What is fetched, in which order, and what is held of it.
// SPDX-License-Identifier: Apache-2.0
#include "runtime/connectors/jaeger/pool.h"

#include <algorithm>
#include <chrono>

#include "runtime/base/text.h"

namespace inquest::jaeger {

namespace {

constexpr size_t first_cut = 16;
constexpr size_t least_limit = 10;                     // fewer of a piece of the window are no sample
constexpr int64_t least_width = 2'000'000;             // ns; Jaeger tells microseconds
constexpr size_t most_pieces = 512;
constexpr size_t samples_of_service = 7, stretches_of_sample = 3, many_services = 50;
constexpr size_t most_operations = 200;                // searched because they were not seen

std::vector<Window> cut_into(const Window& window, size_t pieces) {
  const int64_t width = window.length().ns;
  pieces = static_cast<size_t>(std::clamp<int64_t>(width / least_width, 1, static_cast<int64_t>(pieces)));
  std::vector<Window> out;
  for (size_t i = 0; i < pieces; ++i) {
    const auto at = [&](size_t n) {
      const auto share = static_cast<int64_t>(n), all = static_cast<int64_t>(pieces);
      return n == pieces ? window.to.ns : window.from.ns + width / all * share + width % all * share / all;
    };
    out.push_back(Window{Time{at(i)}, Time{at(i + 1)}});
  }
  return out;
}

bool inside(const Window& inner, const Window& outer) { return outer.from <= inner.from && inner.to <= outer.to; }

std::string traces_text(size_t n) { return count(static_cast<int64_t>(n)) + (n == 1 ? " trace" : " traces"); }

bool too_large(const Outcome<Server::Found>& answer) {
  const auto* failure = std::get_if<Failure>(&answer);
  return failure && failure->cls == Failure::Class::too_large;
}

// A failure that will meet every further request too.
bool final_failure(const Failure& failure) {
  return failure.cls == Failure::Class::cancelled || failure.cls == Failure::Class::timeout ||
         failure.cls == Failure::Class::refused || failure.cls == Failure::Class::unreachable;
}

}  // namespace

struct Pool::Slot {
  std::timed_mutex busy;
  HeldPtr held;                                        // null: not fetched yet
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
    if (all && (one->need.operation.empty() || one->need.operation == need.operation)) return one;
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
  while (!own->busy.try_lock_for(std::chrono::milliseconds(5))) {
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
  }
  return fetched;
}

Outcome<HeldPtr> Pool::fetch(const Need& need, Allowed allowed) {
  if (!need.service) return all_services(need, allowed);
  if (need.operation.empty()) return one_service(need, allowed);
  Need wider = need;
  wider.operation.clear();
  auto all = get(wider, allowed);
  const auto* got = std::get_if<HeldPtr>(&all);
  if (got && !(*got)->whole) return one_service(need, allowed);
  return all;
}

Pool::Whole Pool::find_all(Search search, Gathered& into, TraceIds* found, Allowed allowed) {
  Whole out;
  std::vector<Window> open = {search.window};
  size_t received = 0, level = 0;
  while (!open.empty()) {
    std::vector<Window> pieces;
    for (const Window& window : open)
      for (const Window& piece : cut_into(window, level == 0 ? 1 : level == 1 ? first_cut : 2)) pieces.push_back(piece);
    const size_t most = 2 * budget_.traces;
    size_t limit = level == 0 ? budget_.traces : received >= most ? 0 : (most - received) / pieces.size();
    limit = std::min(limit, server_.page());
    if (level > 0 && (limit < std::min(least_limit, budget_.traces) || pieces.size() == open.size() || pieces.size() > most_pieces)) {
      out.whole = false;
      break;
    }
    std::vector<Outcome<Server::Found>> answers(pieces.size());
    server_.each(pieces.size(), [&](size_t i) {
      Search one = search;
      one.window = pieces[i];
      one.limit = limit;
      answers[i] = server_.search(one, allowed);
    });
    open.clear();
    for (size_t i = 0; i < pieces.size(); ++i) {
      if (auto* got = std::get_if<Server::Found>(&answers[i])) {
        received += got->traces.ids.size();
        if (found)
          for (const otlp::Spans::Id& id : got->traces.ids) found->emplace(id.high, id.low);
        if (got->cut) open.push_back(pieces[i]);
        into.add(std::move(got->traces));
      } else if (too_large(answers[i])) {
        open.push_back(pieces[i]);
      } else {
        out.whole = false;
        if (!out.failed) out.failed = passed_on<HeldPtr>(answers[i]);
        const auto* failure = std::get_if<Failure>(&answers[i]);
        out.problem = failure ? failure->cause : std::get<RetryLater>(answers[i]).cause;
        if (failure && final_failure(*failure)) return out;
      }
    }
    ++level;
  }
  return out;
}

HeldPtr Pool::done(Gathered& gathered, const Need& need, std::vector<std::string> problems) {
  const size_t traces = gathered.traces();
  auto out = std::make_shared<Held>(gathered.table(), aliases_);
  out->need = need;
  out->traces = traces;
  out->notes = gathered.notes();
  for (const std::string& partial : gathered.partial()) problems.push_back(partial);
  if (problems.size() > 3) problems[2] += " and " + std::to_string(problems.size() - 3) + " more", problems.resize(3);
  out->partial = join(problems, "; ");
  return out;
}

Outcome<HeldPtr> Pool::one_service(const Need& need, Allowed allowed) {
  Gathered gathered;
  std::vector<std::string> problems;
  bool whole = true;
  std::optional<Outcome<HeldPtr>> failed;
  const std::vector<std::string> names = names_there(*need.service);
  for (const std::string& name : names) {
    const Whole found = find_all(Search{name, need.operation, need.window}, gathered, nullptr, allowed);
    whole = whole && found.whole;
    if (found.failed) {
      failed = found.failed;
      problems.push_back("not all traces of " + printable(name, 60) + " came: " + found.problem);
    }
  }
  if (failed && gathered.traces() == 0) return *failed;
  const size_t traces = gathered.traces();
  auto out = std::const_pointer_cast<Held>(done(gathered, need, std::move(problems)));
  out->whole = whole;
  if (whole && need.operation.empty()) out->services.insert(names.begin(), names.end());
  if (!whole) out->approximate = traces_text(traces) + " sampled";
  return HeldPtr(out);
}

Outcome<HeldPtr> Pool::all_services(const Need& need, Allowed allowed) {
  auto listed = server_.services(allowed);
  auto* names = std::get_if<std::vector<std::string>>(&listed);
  if (!names) return passed_on<HeldPtr>(listed);
  const size_t known = names->size();
  if (known > budget_.services) names->resize(budget_.services);

  // A few traces of each.
  Gathered gathered;
  std::vector<std::string> problems;
  std::optional<Outcome<HeldPtr>> failed;
  struct Service { TraceIds sample; bool whole = true; };
  std::vector<Service> services(names->size());
  const std::vector<Window> stretches = cut_into(need.window, names->size() > many_services ? 1 : stretches_of_sample);
  std::vector<Outcome<Server::Found>> samples(names->size() * stretches.size());
  server_.each(samples.size(), [&](size_t i) {
    samples[i] = server_.search({(*names)[i / stretches.size()], {}, stretches[i % stretches.size()], {}, {}, {}, samples_of_service}, allowed);
  });
  for (size_t i = 0; i < samples.size(); ++i) {
    Service& service = services[i / stretches.size()];
    if (auto* got = std::get_if<Server::Found>(&samples[i])) {
      for (const otlp::Spans::Id& id : got->traces.ids) service.sample.emplace(id.high, id.low);
      service.whole = service.whole && !got->cut;
      gathered.add(std::move(got->traces));
      continue;
    }
    service.whole = false;
    if (too_large(samples[i])) continue;
    const auto* failure = std::get_if<Failure>(&samples[i]);
    if (failure && final_failure(*failure)) return *failure;
    failed = passed_on<HeldPtr>(samples[i]);
  }
  if (failed && gathered.traces() == 0) return *failed;

  // Whole searches, the services first at which most traces begin.
  const std::map<std::string, size_t> roots = gathered.roots();
  std::vector<size_t> order(names->size());
  for (size_t i = 0; i < order.size(); ++i) order[i] = i;
  const auto begins = [&](size_t i) {
    const auto at = roots.find((*names)[i]);
    return at == roots.end() ? size_t{0} : at->second;
  };
  std::stable_sort(order.begin(), order.end(), [&](size_t a, size_t b) { return begins(a) > begins(b); });
  TraceIds searched;                                     // by whole searches
  bool whole = known <= budget_.services;
  size_t sampled = 0, rests = 0, unasked = 0;
  std::vector<size_t> resting;
  for (const size_t i : order) {
    Service& service = services[i];
    if (service.whole) {
      searched.insert(service.sample.begin(), service.sample.end());
      continue;
    }
    const bool all = !service.sample.empty() && std::includes(searched.begin(), searched.end(), service.sample.begin(), service.sample.end());
    if (all) {
      resting.push_back(i);
      continue;
    }
    if (gathered.traces() >= budget_.traces) {
      ++unasked;
      continue;
    }
    const Whole found = find_all(Search{(*names)[i], {}, need.window}, gathered, &searched, allowed);
    service.whole = found.whole;
    whole = whole && (found.whole || found.failed);
    if (found.failed) {
      problems.push_back("not all traces of " + printable((*names)[i], 60) + " came: " + found.problem);
      const auto* failure = std::get_if<Failure>(&*found.failed);
      if (failure && final_failure(*failure)) return *failure;
    }
  }

  // Operations of the others that came with no trace.
  std::vector<Outcome<std::vector<std::string>>> operations(resting.size());
  server_.each(resting.size(), [&](size_t n) { operations[n] = server_.operations((*names)[resting[n]], allowed); });
  const auto seen = gathered.operations();
  std::vector<Search> more;
  for (size_t n = 0; n < resting.size(); ++n) {
    const std::string& name = (*names)[resting[n]];
    ++rests;
    sampled += services[resting[n]].sample.size();
    const auto* list = std::get_if<std::vector<std::string>>(&operations[n]);
    if (!list) continue;
    const auto at = seen.find(name);
    for (const std::string& operation : *list)
      if (at == seen.end() || at->second.count(operation) == 0) more.push_back(Search{name, operation, need.window});
  }
  if (more.size() > most_operations) more.resize(most_operations), whole = false;
  for (const Search& search : more) {
    const Whole found = find_all(search, gathered, nullptr, allowed);
    whole = whole && found.whole;
    if (found.failed) problems.push_back("not all traces of " + printable(search.service, 60) + " came: " + found.problem);
  }

  const size_t traces = gathered.traces();
  auto out = std::const_pointer_cast<Held>(done(gathered, need, std::move(problems)));
  out->whole = whole && unasked == 0;
  for (size_t i = 0; i < services.size(); ++i)
    if (services[i].whole) out->services.insert((*names)[i]);
  std::vector<std::string> rough;
  if (!out->whole) rough.push_back(traces_text(traces) + " sampled");
  if (known > budget_.services)
    rough.push_back(count(static_cast<int64_t>(budget_.services)) + " of " + count(static_cast<int64_t>(known)) + " services");
  if (rests > 0)
    rough.push_back("traces of " + count(static_cast<int64_t>(rests)) + (rests == 1 ? " service" : " services") +
                    " as they came with others (" + count(static_cast<int64_t>(sampled)) + " sampled, all known)");
  out->approximate = join(rough, "; ");
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
  std::vector<Outcome<Traces>> answers(groups.size());
  server_.each(groups.size(), [&](size_t i) { answers[i] = server_.traces(groups[i], allowed); });
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
  return done(gathered, Need{}, std::move(problems));
}

Outcome<HeldPtr> Pool::search(const Search& search, bool& cut, Allowed allowed) {
  auto answer = server_.search(search, allowed);
  auto* found = std::get_if<Server::Found>(&answer);
  if (!found) return passed_on<HeldPtr>(answer);
  cut = found->cut;
  Gathered gathered;
  gathered.add(std::move(found->traces));
  return done(gathered, Need{search.service, search.operation, search.window}, {});
}

}  // namespace inquest::jaeger
