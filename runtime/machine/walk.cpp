// Walker: events, states and the edges between them.
// SPDX-License-Identifier: Apache-2.0
#include "runtime/machine/walk.h"

#include <algorithm>

#include "runtime/base/text.h"

namespace inquest {

void Walker::on(Started event) {
  s_ = Snapshot{};
  s_.window = event.window;
  s_.window_given = event.window_given;
  s_.inputs = std::move(event.inputs);
  s_.defaulted = std::move(event.defaulted);
  s_.rounds.emplace_back();
  if (plan_.sop.states.empty()) return finish(plan_.sop.start);
  const State& first = plan_.sop.states[0];
  const int fork = first.fork.empty() ? -1 : plan_.state(first.fork);
  go(Jump{fork < 0 ? 0 : fork, plan_.sop.start});
}

void Walker::on(Answered event) {
  answer(event.state, event.ask, {std::move(event.evidence), std::move(event.marks), std::nullopt});
}

void Walker::on(Failed event) {
  answer(event.state, event.ask, {std::move(event.evidence), {}, std::move(event.failure)});
}

void Walker::answer(const std::string& ask_state, const std::string& ask, FrameRef frame) {
  const int at = active();
  const auto waiting = s_.waiting.find(ask_state + "." + ask);
  if (at < 0 || waiting == s_.waiting.end()) return;
  frame.context = state(at).context;
  frame.bindings = view_.key();
  s_.frames.insert_or_assign(*waiting, std::move(frame));
  s_.waiting.erase(waiting);
  if (s_.waiting.empty()) go(asked(at));
}

void Walker::on(Reviewed event) {
  const int at = active();
  if (at < 0 || event.state != s_.state || state(at).kind != State::Kind::review) return;
  if (!s_.waiting.empty() || event.use != s_.next_use || event.use >= state(at).with.size()) return;
  ReviewedRows run{event.state, event.use, view_.key(), {}};
  run.rows = stamped_rows(plan_, s_, std::move(event));
  s_.next_finding += static_cast<int>(run.rows.found.size());

  std::set<std::string> kinds;
  const auto touch = [&](const Rows& rows) {
    for (const Finding& row : rows.found) kinds.insert(row.kind);
    for (const Examined& row : rows.examined) kinds.insert(row.kind);
    for (const Unknown& row : rows.unknown) kinds.insert(row.kind);
  };
  touch(run.rows);
  const auto same = std::find_if(s_.reviewed.begin(), s_.reviewed.end(), [&](const ReviewedRows& other) {
    return other.use == run.use && other.state == run.state && other.bindings == run.bindings;
  });
  if (same != s_.reviewed.end()) {
    touch(same->rows);
    *same = std::move(run);
  } else {
    s_.reviewed.push_back(std::move(run));
  }
  judge_again(kinds);
  ++s_.next_use;
  next_review(at);
}

// HypothesisChanged for each pair whose word is another one than before; only hypotheses that name one of the kinds.
void Walker::judge_again(const std::set<std::string>& kinds) {
  std::vector<size_t> touched;
  for (size_t i = 0; i < plan_.kinds.size(); ++i)
    if (std::any_of(kinds.begin(), kinds.end(),
                    [&](const std::string& kind) { return plan_.kinds[i].count(kind) > 0; }))
      touched.push_back(i);
  if (touched.empty()) return;
  std::vector<JudgedWord> now = judge_words(plan_.sop, view_.rows(), touched);
  std::vector<JudgedWord> before, kept;
  for (JudgedWord& word : s_.judged)
    (std::binary_search(touched.begin(), touched.end(), word.hypothesis) ? before : kept).push_back(std::move(word));

  const auto less = [](const JudgedWord& a, const JudgedWord& b) {
    return std::tie(a.hypothesis, a.key) < std::tie(b.hypothesis, b.key);
  };
  const auto changed = [&](const JudgedWord& word, const std::string& to, double strength) {
    emit(HypothesisChanged{plan_.sop.hypotheses[word.hypothesis].name, word.key, to, strength});
  };
  auto old = before.begin();
  for (const JudgedWord& word : now) {
    for (; old != before.end() && less(*old, word); ++old) changed(*old, "inconclusive", 0);
    const bool known = old != before.end() && !less(word, *old);
    if (!known || old->word != word.word) changed(word, word.word, word.strength);
    if (known) ++old;
  }
  for (; old != before.end(); ++old) changed(*old, "inconclusive", 0);
  s_.judged.clear();
  s_.judged.reserve(kept.size() + now.size());
  std::merge(std::make_move_iterator(kept.begin()), std::make_move_iterator(kept.end()),
             std::make_move_iterator(now.begin()), std::make_move_iterator(now.end()), std::back_inserter(s_.judged),
             less);
}

void Walker::on(Chose event) {
  const int at = active();
  if (at < 0 || event.state != s_.state) return;
  const State& here = state(at);
  if (here.kind != State::Kind::review && here.kind != State::Kind::suggest) return;
  if (!s_.waiting.empty() || s_.next_use < here.with.size()) return;
  for (size_t i = 0; i < here.edges.size(); ++i) {
    const Edge& edge = here.edges[i];
    if (edge.label != event.label) continue;
    if (edge.when && !view_.holds(*edge.when)) return;
    s_.rounds.back().taken[here.name].insert(edge.label);
    return go(follow({&edge, plan(at).targets[i]}, here.name, std::move(event.finding)));
  }
}

void Walker::go(std::optional<Jump> jump) {
  while (jump) jump = arrive(*std::move(jump));
}

std::optional<Walker::Jump> Walker::arrive(Jump jump) {
  if (!move_to(jump)) return std::nullopt;
  const State& here = state(jump.target);
  Round& round = s_.rounds.back();
  const int visit = ++round.visits[here.name];
  if (visit > visits_allowed) {
    finish_loop(here.name, here.name, round);
    return std::nullopt;
  }
  for (Round& other : s_.rounds) other.trail.push_back(here.name);
  s_.state = here.name;
  s_.next_use = 0;
  s_.waiting.clear();
  enter_state(jump.target, visit, std::move(jump.via));
  if (here.kind == State::Kind::info) {
    tell(here);
    return leave(jump.target);
  }
  if (here.kind == State::Kind::suggest) {
    tell(here);
    offer(jump.target);
    return std::nullopt;
  }
  for (const int branch : plan(jump.target).branches)
    enter_state(branch, ++s_.rounds.back().visits[state(branch).name], "");
  send(jump.target);
  if (!s_.waiting.empty()) return std::nullopt;
  return asked(jump.target);
}

void Walker::enter_state(int at, int visit, std::string via) {
  const auto top = innermost_top();
  const int round = top ? s_.stack[static_cast<size_t>(*top)].round : 1;
  emit(EnterState{state(at).name, state(at).context, round, visit, std::move(via)});
}

std::optional<Walker::Jump> Walker::asked(int at) {
  if (state(at).kind != State::Kind::review) return leave(at);
  next_review(at);
  return std::nullopt;
}

void Walker::tell(const State& here) {
  if (!here.say.empty()) emit(Tell{here.name, view_.say(here.say)});
}

std::optional<Walker::Left> Walker::first_holding(const std::vector<Edge>& edges, const std::vector<int>& targets) const {
  for (size_t i = 0; i < edges.size(); ++i)
    if (!edges[i].when || view_.holds(*edges[i].when)) return Left{&edges[i], targets[i]};
  return std::nullopt;
}

std::optional<Walker::Jump> Walker::leave(int at) {
  const State& here = state(at);
  const auto left = first_holding(here.edges, plan(at).targets);
  if (!left) {  // check refuses such a SOP; the walk ends rather than hangs
    finish("");
    return std::nullopt;
  }
  s_.rounds.back().taken[here.name].insert(left->edge->label);
  return follow(*left, here.name, std::nullopt);
}

std::optional<Walker::Jump> Walker::follow(Left left, std::string from, std::optional<std::string> picked) {
  while (left.target < 0) {
    const auto top = left.target == to_next ? innermost_top() : std::nullopt;
    if (!top) {
      if (left.target == to_done && !left.edge->says.empty())
        emit(Tell{from, view_.say(left.edge->says), left.edge->label});
      finish(left.edge->label);
      return std::nullopt;
    }
    Jump jump{-1, left.edge->label};
    const int context = s_.stack[static_cast<size_t>(*top)].context;
    if (next_round(*top, jump)) return jump;
    // The last round is over: the context's own `on` follows, seen from outside of it.
    const Context& over = plan_.sop.contexts[static_cast<size_t>(context)];
    const auto own = first_holding(over.edges, plan_.contexts[static_cast<size_t>(context)].targets);
    if (!own) {
      finish(left.edge->label);
      return std::nullopt;
    }
    left = *own;
    from = over.name;
    picked.reset();
  }
  return Jump{left.target, left.edge->label, std::move(picked)};
}

void Walker::offer(int at) {
  const State& here = state(at);
  const auto taken = s_.rounds.back().taken.find(here.name);
  Offer offer{here.name, {}, "", {}};
  bool fresh = false;
  for (const Edge& edge : here.edges) {
    Offer::Item item{edge.label, edge.to, view_.say(edge.why), true, {}, false};
    item.offered = !edge.when || view_.holds(*edge.when);
    if (!item.offered) item.why_not = "needs " + print_condition(*edge.when);
    item.taken = taken != s_.rounds.back().taken.end() && taken->second.count(edge.label) > 0;
    // Unattended: the first offered edge not yet taken in this round, the last when all are taken.
    if (item.offered && !fresh) {
      offer.unattended = item.label;
      fresh = !item.taken;
    }
    offer.items.push_back(std::move(item));
  }
  if (offer.unattended.empty()) return finish("");  // nothing offered: check refuses such a SOP
  offer.picks = picks(at, offer.items);
  emit(std::move(offer));
}

// For each offered edge that enters a context about findings: the ids a person may pick from.
std::map<std::string, std::vector<std::string>> Walker::picks(int at, const std::vector<Offer::Item>& items) const {
  std::map<std::string, std::vector<std::string>> out;
  for (size_t i = 0; i < items.size(); ++i) {
    const int target = plan(at).targets[i];
    if (!items[i].offered || target < 0) continue;
    const auto& chain = plan(target).chain;
    size_t common = 0;
    while (common < chain.size() && common < s_.stack.size() && s_.stack[common].context == chain[common]) ++common;
    const View outside(plan_, s_, common);
    auto names = outside.narrowed();
    for (size_t c = common; c < chain.size(); ++c) {
      const Context& context = plan_.sop.contexts[static_cast<size_t>(chain[c])];
      if (!context.about.empty()) {
        for (const Finding* finding : outside.found(context.about, names)) out[items[i].label].push_back(finding->id);
        break;
      }
      for (const std::string& name : context.only)
        if (const Looked looked = outside.look(name); looked.bound()) names[name] = print_value(looked.get());
    }
  }
  return out;
}

void Walker::finish(std::string reason) {
  leave_to(0);
  s_.finished = true;
  s_.state.clear();
  s_.waiting.clear();
  emit(Finish{std::move(reason)});
}

void Walker::finish_loop(const std::string& name, const std::string& at, const Round& round) {
  const auto& trail = round.trail;
  const auto last = std::find(trail.rbegin(), trail.rend(), at);
  std::vector<std::string> path(last == trail.rend() ? trail.begin() : last.base() - 1, trail.end());
  path.push_back(at);
  finish("`" + name + "` visited more than " + std::to_string(visits_allowed) + " times in a round");
  auto& end = std::get<Finish>(effects_.back());
  end.loop = true;
  end.loop_at = join(path, " → ");
}

}  // namespace inquest
