// The traces of all services, each about once.
// SPDX-License-Identifier: Apache-2.0
#include "runtime/connectors/jaeger/pool_work.h"

namespace inquest::jaeger {

namespace {

constexpr size_t samples_of_service = 7, stretches_of_sample = 3, many_services = 50;
constexpr size_t most_operations = 200;                // searched because they were not seen
constexpr size_t failed_of_service = 20;

// How many traces a window has by those that a search of it found. Jaeger tells the latest first: if these are all there
// are of the end of the window, the rest has as many as it is longer. Where it tells others, this is too few.
double expected(const Server::Found& found, const Window& window) {
  const auto n = static_cast<double>(found.traces.ids.size());
  const otlp::Spans& spans = found.traces.part.spans;
  if (!found.cut || spans.rows() == 0) return n;
  const int64_t first = *std::min_element(spans.start.begin(), spans.start.end());
  return n * static_cast<double>(window.length().ns) / static_cast<double>(std::max(int64_t{1}, window.to.ns - std::max(first, window.from.ns)));
}

}  // namespace

// Failed requests are few and matter: the newest of each service whose traces came with others. v1 finds them by their
// tag; where v3 is spoken the traces themselves come by it.
void Pool::failed_requests(const std::vector<std::string>& services, Gathered& into, Window window, Allowed allowed) {
  std::vector<Outcome<Server::Found>> answers(services.size());
  server_.each(services.size(), [&](size_t i) {
    if (left_ms(allowed) > least_ms)
      answers[i] = server_.search({services[i], {}, window, {}, {}, {{"error", "true"}}, failed_of_service}, allowed);
  });
  std::vector<std::vector<std::string>> wanted;
  const bool both = server_.known_api().v3 && server_.known_api().v1;
  TraceIds fresh;
  for (Outcome<Server::Found>& answer : answers) {
    auto* got = std::get_if<Server::Found>(&answer);
    if (!got) continue;                                  // more than was promised anyway
    if (!both) into.add(std::move(got->traces));
    else for (const otlp::Spans::Id& id : got->traces.ids)
      if (!into.has(id) && fresh.emplace(id.high, id.low).second) wanted.push_back({otlp::hex(id)});
  }
  std::vector<Outcome<Traces>> traces;
  by_ids(wanted, traces, allowed);
  for (Outcome<Traces>& answer : traces)
    if (auto* got = std::get_if<Traces>(&answer)) into.add(std::move(*got));
}

Outcome<HeldPtr> Pool::all_services(const Need& need, Allowed allowed) {
  auto listed = server_.services(allowed);
  auto* names = std::get_if<std::vector<std::string>>(&listed);
  if (!names) return passed_on<HeldPtr>(listed);
  const size_t known = names->size(), asked = std::min(known, budget_.services);
  names->resize(asked);

  // A few traces of each, of several stretches of the window while time allows.
  Gathered gathered;
  std::vector<std::string> problems;
  std::optional<Outcome<HeldPtr>> failed;
  struct Service { TraceIds sample = {}; bool whole = true; double expected = 0; };
  std::vector<Service> services(asked);
  const std::vector<Window> stretches = cut_into(need.window, asked > many_services ? 1 : stretches_of_sample);
  const int64_t begin = left_ms(allowed);
  for (size_t n = 0; n < stretches.size(); ++n) {
    if (n > 0 && begin != INT64_MAX && begin - left_ms(allowed) > begin / 8) {
      for (Service& service : services) service.whole = false;
      break;
    }
    std::vector<Outcome<Server::Found>> samples(asked);
    server_.each(asked, [&](size_t i) {
      samples[i] = server_.search({(*names)[i], {}, stretches[stretches.size() - 1 - n], {}, {}, {}, samples_of_service}, allowed);
    });
    for (size_t i = 0; i < asked; ++i) {
      if (auto* got = std::get_if<Server::Found>(&samples[i])) {
        for (const otlp::Spans::Id& id : got->traces.ids) services[i].sample.emplace(id.high, id.low);
        services[i].whole = services[i].whole && !got->cut;
        services[i].expected += expected(*got, stretches[stretches.size() - 1 - n]);
        gathered.add(std::move(got->traces));
        continue;
      }
      services[i].whole = false;
      const auto* failure = std::get_if<Failure>(&samples[i]);
      failed = passed_on<HeldPtr>(samples[i]);
      if (failure && final_failure(*failure)) return *failed;
    }
  }
  if (failed && gathered.traces() == 0) return *failed;

  // Whole searches, the services first at which most traces begin.
  const std::map<std::string, size_t> roots = gathered.roots();
  std::vector<size_t> order(asked);
  for (size_t i = 0; i < asked; ++i) order[i] = i;
  const auto begins = [&](size_t i) {
    const auto at = roots.find((*names)[i]);
    return at == roots.end() ? size_t{0} : at->second;
  };
  std::stable_sort(order.begin(), order.end(), [&](size_t a, size_t b) { return begins(a) > begins(b); });
  TraceIds searched;                                     // by whole searches
  bool whole = true, late = false;
  size_t sampled = 0;
  std::vector<std::string> resting;                      // came with others
  for (const size_t i : order) {
    Service& service = services[i];
    const std::string& name = (*names)[i];
    const auto& sample = service.sample;
    if (service.whole) {
      searched.insert(sample.begin(), sample.end());
    } else if (!sample.empty() && std::includes(searched.begin(), searched.end(), sample.begin(), sample.end())) {
      resting.push_back(name);
      sampled += sample.size();
    } else if (gathered.traces() >= budget_.traces || left_ms(allowed) < least_ms) {
      whole = false;
      late = late || gathered.traces() < budget_.traces;
    } else {
      const bool many = 2 * service.expected > static_cast<double>(at_first(allowed));
      const Whole found = find_all(Search{name, {}, need.window}, gathered, &searched, allowed, many);
      service.whole = found.whole;
      whole = whole && (found.whole || found.failed);
      late = late || found.late;
      if (!found.failed) continue;
      problems.push_back("not all traces of " + printable(name, 60) + " came: " + found.problem);
      const auto* failure = std::get_if<Failure>(&*found.failed);
      if (failure && final_failure(*failure)) return *failure;
    }
  }

  // Of the others: failed requests, and operations that came with no trace.
  failed_requests(resting, gathered, need.window, allowed);
  std::vector<Outcome<std::vector<std::string>>> operations(resting.size());
  server_.each(resting.size(), [&](size_t n) {
    if (left_ms(allowed) > least_ms) operations[n] = server_.operations(resting[n], allowed);
  });
  const auto seen = gathered.operations();
  std::vector<Search> more;
  for (size_t n = 0; n < resting.size(); ++n) {
    const auto* list = std::get_if<std::vector<std::string>>(&operations[n]);
    if (!list) continue;
    const auto at = seen.find(resting[n]);
    for (const std::string& operation : *list)
      if (at == seen.end() || at->second.count(operation) == 0) more.push_back(Search{resting[n], operation, need.window});
  }
  if (more.size() > most_operations) more.resize(most_operations), whole = false;
  for (const Search& search : more) {
    if (left_ms(allowed) < least_ms) {
      late = true;
      break;
    }
    const Whole found = find_all(search, gathered, nullptr, allowed);
    whole = whole && found.whole;
    if (found.failed) problems.push_back("not all traces of " + printable(search.service, 60) + " came: " + found.problem);
  }

  const size_t traces = gathered.traces();
  if (traces == 0 && late) return out_of_time();
  const auto out = done(gathered, need, std::move(problems));
  out->whole = whole && asked == known && !late;
  for (size_t i = 0; i < asked; ++i)
    if (services[i].whole) out->services.insert((*names)[i]);
  const auto number = [](size_t n) { return count(static_cast<int64_t>(n)); };
  if (!out->whole) add_to(out->approximate, traces_text(traces) + " sampled");
  if (asked < known) add_to(out->approximate, number(asked) + " of " + number(known) + " services");
  if (!resting.empty())
    add_to(out->approximate, "traces of " + number(resting.size()) + (resting.size() == 1 ? " service" : " services") +
                                 " as they came with others (" + number(sampled) + " sampled, all known)");
  if (late) out->notes.push_back("time ran out before all traces were searched");
  return HeldPtr(out);
}

}  // namespace inquest::jaeger
