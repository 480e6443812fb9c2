// Properties of the walk over random SOPs and random worlds; a failing seed is printed and reproduces the run.
// SPDX-License-Identifier: Apache-2.0
#include <catch2/catch.hpp>

#include "tests/runtime/machine/random_sop.h"

using namespace inquest;
using namespace inquest::test;

namespace {

constexpr uint64_t seeds = 400;
const Catalogue known = catalogue(kinds());

struct Walked {
  Sop sop;
  std::vector<std::vector<Effect>> steps;
  std::vector<Snapshot> snapshots;  // after each step
  size_t events = 0;
};

// Walks the SOP of a seed to its end. `shuffle` permutes the answers of each Send; everything else depends on the seed
// only.
Walked walk(uint64_t seed, std::optional<uint64_t> shuffle = {}) {
  Random random(seed), order(shuffle.value_or(0));
  Walked out;
  out.sop = random_sop(random);
  const Machine machine(out.sop, known);
  Snapshot snapshot;
  const auto step = [&](Event event) {
    auto stepped = machine.step(std::move(snapshot), std::move(event));
    snapshot = std::move(stepped.snapshot);
    out.steps.push_back(std::move(stepped.effects));
    out.snapshots.push_back(snapshot);
    ++out.events;
  };
  step(random_start(random));
  while (!snapshot.finished && out.events < 20000) {
    const std::vector<Effect> last = out.steps.back();
    REQUIRE_FALSE(last.empty());
    if (const auto* send = std::get_if<Send>(&last.back())) {
      std::vector<Event> answers;
      for (const Ask& one : send->asks) {
        if (random.one_in(5))
          answers.push_back(Failed{one.state, one.name, "E" + one.frame(), {Failure::Class::timeout, "late"}});
        else
          answers.push_back(Answered{one.state, one.name, "E" + one.frame(), {}});
      }
      if (shuffle)
        for (size_t i = answers.size(); i > 1; --i) std::swap(answers[i - 1], answers[order.below(i)]);
      for (Event& answer : answers) step(std::move(answer));
    } else if (const auto* run = std::get_if<RunReview>(&last.back())) {
      step(Reviewed{run->state, run->use, random_rows(random, run->review)});
    } else {
      const auto* offer = std::get_if<Offer>(&last.back());
      REQUIRE(offer);
      std::string label = offer->unattended;
      std::optional<std::string> picked;
      if (random.one_in(3)) {
        std::vector<std::string> labels;
        for (const Offer::Item& item : offer->items)
          if (item.offered) labels.push_back(item.label);
        label = random.of(labels);
      }
      if (const auto it = offer->picks.find(label); it != offer->picks.end() && random.one_in(2))
        picked = random.of(it->second);
      step(Chose{offer->state, label, picked, "unattended", ""});
    }
  }
  return out;
}

template <class Check>
void each_walk(Check check) {
  for (uint64_t seed = 1; seed <= seeds; ++seed) {
    INFO("seed " << seed);
    check(walk(seed));
  }
}
template <class Check>
void each_effect(const Walked& walked, Check check) {
  for (const auto& step : walked.steps)
    for (const Effect& effect : step) check(effect);
}
bool inside(const Window& inner, const Window& outer) { return outer.from <= inner.from && inner.to <= outer.to; }

}  // namespace

TEST_CASE("every walk of a random SOP ends, and ends once") {
  size_t loops = 0, longest = 0;
  each_walk([&](const Walked& walked) {
    REQUIRE(walked.snapshots.back().finished);
    size_t ends = 0;
    each_effect(walked, [&](const Effect& effect) {
      if (const auto* finish = std::get_if<Finish>(&effect)) {
        ++ends;
        loops += finish->loop;
        REQUIRE((!finish->loop || !finish->loop_at.empty()));
      }
    });
    REQUIRE(ends == 1);
    REQUIRE(std::holds_alternative<Finish>(walked.steps.back().back()));
    longest = std::max(longest, walked.events);
  });
  CHECK(loops > 0);  // the generator reaches the limit too
  CHECK(longest > 50);
}

TEST_CASE("no state is entered more than ten times in a round") {
  each_walk([](const Walked& walked) {
    each_effect(walked, [](const Effect& effect) {
      if (const auto* entered = std::get_if<EnterState>(&effect)) REQUIRE(entered->visit <= visits_allowed);
    });
  });
}

TEST_CASE("contexts are balanced, properly nested, and all left at the end") {
  size_t deepest = 0, rounds = 0;
  each_walk([&](const Walked& walked) {
    std::vector<int> stack;
    each_effect(walked, [&](const Effect& effect) {
      if (const auto* in = std::get_if<EnterContext>(&effect)) {
        const int parent = walked.sop.contexts[static_cast<size_t>(in->context)].parent;
        REQUIRE((stack.empty() ? -1 : stack.back()) == parent);
        stack.push_back(in->context);
        deepest = std::max(deepest, stack.size());
        rounds += in->round > 1;
      } else if (const auto* left = std::get_if<LeaveContext>(&effect)) {
        REQUIRE_FALSE(stack.empty());
        REQUIRE(stack.back() == left->context);
        stack.pop_back();
      } else if (const auto* entered = std::get_if<EnterState>(&effect)) {
        REQUIRE(walked.sop.chain(entered->context) == stack);
      } else if (std::holds_alternative<Finish>(effect)) {
        REQUIRE(stack.empty());
      }
    });
  });
  CHECK(deepest == 3);
  CHECK(rounds > 0);
}

TEST_CASE("nothing is entered while an ask of a state or fork has not ended") {
  each_walk([](const Walked& walked) {
    for (size_t i = 0; i < walked.steps.size(); ++i)
      if (!walked.snapshots[i].waiting.empty())
        for (const Effect& effect : walked.steps[i])
          if (&effect == &walked.steps[i].back()) REQUIRE(std::holds_alternative<Send>(effect));
    for (size_t i = 1; i < walked.steps.size(); ++i)
      if (!walked.snapshots[i - 1].waiting.empty() && !walked.snapshots[i].waiting.empty() &&
          walked.snapshots[i].waiting.size() < walked.snapshots[i - 1].waiting.size())
        REQUIRE((walked.steps[i].empty() || std::holds_alternative<Send>(walked.steps[i].back())));
  });
}

TEST_CASE("asks stay within the scope in force: window and names, but for what `outside` lifts") {
  size_t asked = 0, compared = 0;
  each_walk([&](const Walked& walked) {
    std::vector<Scope> scopes;
    const Window run = {minute(0), minute(60)};
    each_effect(walked, [&](const Effect& effect) {
      if (const auto* in = std::get_if<EnterContext>(&effect)) {
        REQUIRE(inside(in->scope.window, scopes.empty() ? run : scopes.back().window));
        scopes.push_back(in->scope);
      }
      if (std::holds_alternative<LeaveContext>(effect)) scopes.pop_back();
      const auto* send = std::get_if<Send>(&effect);
      if (!send) return;
      const Scope scope = scopes.empty() ? Scope{run, {}} : scopes.back();
      for (const Ask& one : send->asks) {
        ++asked;
        REQUIRE(inside(one.scope.window, scope.window));
        auto names = scope.names;
        for (const std::string& name : one.outside) names.erase(name);
        REQUIRE(one.scope.names == names);
        if (!one.then || one.then->to > one.scope.window.from || one.then->from < scope.window.from) continue;
        ++compared;
        REQUIRE(one.then->to <= one.scope.window.to);
      }
    });
  });
  CHECK(asked > 1000);
  CHECK(compared > 10);
}

TEST_CASE("the same events give the same effects and snapshots") {
  for (uint64_t seed = 1; seed <= 60; ++seed) {
    INFO("seed " << seed);
    const Walked one = walk(seed), two = walk(seed);
    REQUIRE(one.steps.size() == two.steps.size());
    for (size_t i = 0; i < one.steps.size(); ++i) {
      REQUIRE(trace(one.steps[i]) == trace(two.steps[i]));
      REQUIRE(snapshot_json(one.snapshots[i]) == snapshot_json(two.snapshots[i]));
    }
  }
}

TEST_CASE("answers in any order give the same further effects and the same snapshot") {
  for (uint64_t seed = 1; seed <= 120; ++seed) {
    INFO("seed " << seed);
    const Walked straight = walk(seed), mixed = walk(seed, seed * 7 + 1);
    const auto joined = [](const Walked& walked) {
      std::vector<std::string> out;
      for (const auto& step : walked.steps)
        for (const std::string& line : trace(step)) out.push_back(line);
      return out;
    };
    REQUIRE(joined(straight) == joined(mixed));
    REQUIRE(snapshot_json(straight.snapshots.back()) == snapshot_json(mixed.snapshots.back()));
  }
}

TEST_CASE("what HypothesisChanged told adds up to the judgement at the end") {
  size_t told = 0;
  each_walk([&](const Walked& walked) {
    std::map<std::pair<std::string, Subject>, std::string> words;
    each_effect(walked, [&](const Effect& effect) {
      const auto* changed = std::get_if<HypothesisChanged>(&effect);
      if (!changed) return;
      ++told;
      auto& word = words.emplace(std::make_pair(changed->hypothesis, changed->key), "inconclusive").first->second;
      REQUIRE(word != changed->word);
      word = changed->word;
    });
    const Machine machine(walked.sop, known);
    std::map<std::pair<std::string, Subject>, std::string> judged;
    for (const Judged& pair : machine.judge(walked.snapshots.back()).hypotheses)
      if (pair.word != "inconclusive") judged[{pair.hypothesis, pair.key}] = pair.word;
    std::erase_if(words, [](const auto& entry) { return entry.second == "inconclusive"; });
    REQUIRE(words == judged);
  });
  CHECK(told > 50);
}

TEST_CASE("ids of findings are given once and grow") {
  each_walk([](const Walked& walked) {
    std::set<std::string> ids;
    const Machine machine(walked.sop, known);
    for (const Finding& finding : machine.found(walked.snapshots.back())) REQUIRE(ids.insert(finding.id).second);
    REQUIRE(static_cast<int>(ids.size()) < walked.snapshots.back().next_finding);
  });
}
