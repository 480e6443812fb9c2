// A session with its words as globals: opening it, and the tables of Lua.
// SPDX-License-Identifier: Apache-2.0
#include "bindings/script/evaluator.h"

#include <algorithm>

#include "bindings/script/evaluator_inside.h"
#include "bindings/script/reviewer.h"

namespace inquest::script {
namespace {

using Inside = Evaluator::Inside;

// The table at the top becomes the frozen global `family`, which names the nearest when a member is not there.
void define_family(lua_State* L, Inside& in, const std::string& family) {
  lua_newtable(L);
  lua_pushlightuserdata(L, const_cast<void*>(in.callee(nullptr, nullptr)));
  lua_pushstring(L, family.c_str());
  lua_pushcclosure(L, lua::guarded<words::no_member>, 2);
  lua_setfield(L, -2, "__index");
  lua_setmetatable(L, -2);
  lua::freeze(L, family.c_str());
  lua::define(L, family.c_str());
}

void push_callee(lua_State* L, Inside& in, const AskRow* ask_row, const ReviewContract* contract, lua_CFunction function) {
  lua_pushlightuserdata(L, const_cast<void*>(in.callee(ask_row, contract)));
  lua_pushcclosure(L, function, 1);
}

}  // namespace

Status Evaluator::Inside::open(Clock& clock, const std::string& sop_folder, lua::Watch* watch, const RunOptions& run) {
  Result<Catalogue> known = inquest.catalogue(sop_folder);
  if (!known) return known.error();
  catalogue = std::move(*known);
  ReviewerOptions options;
  options.cancel = &stop;
  options.watch = watch;
  Result<std::unique_ptr<Reviewer>> made = make_reviewer(catalogue, options);
  if (!made) return made.error();
  reviewer = std::move(*made);
  SessionRequest request;
  request.catalogue = &catalogue;
  request.sources = &inquest.sources();
  request.signals = inquest.signals();
  request.reviewer = reviewer.get();
  request.clock = &clock;
  request.stop = &stop;
  request.offline = run.offline;
  if (Status window = Inquest::window_of(run, request.from, request.to, request.since); !window) return window;
  Result<std::unique_ptr<Session>> opened = Session::open(request);
  if (!opened) return opened.error();
  session = std::move(*opened);
  outer = session->scope.window;
  return {};
}

Evaluator::Evaluator(Inquest& inquest, Stop& stop, Clock& clock) : Evaluator(inquest, stop, clock, "", nullptr) {}
Evaluator::Evaluator(Inquest& inquest, Stop& stop, Clock& clock, const std::string& sop_folder, lua::Watch* watch, const RunOptions& options)
    : inside_(std::make_unique<Inside>(inquest, stop)) {
  inside_->ready = inside_->open(clock, sop_folder, watch, options);
}
Evaluator::~Evaluator() = default;

Status Evaluator::define(lua_State* L) {
  Inside& in = *inside_;
  if (!in.ready) return in.ready;
  if (Status words = define_review_words(L); !words) return words;
  for (const char* word : {"above", "below", "like"}) {
    lua_pushstring(L, word);
    lua_pushcclosure(L, lua::guarded<words::term>, 1);
    lua::define(L, word);
  }
  std::vector<std::string> families;
  for (const AskRow& row : in.catalogue.asks) {
    const size_t dot = row.kind.find('.');
    const std::string family = row.kind.substr(0, dot);
    if (dot == std::string::npos) {
      push_callee(L, in, &row, nullptr, lua::guarded<words::native_word>);
      lua::define(L, row.kind.c_str());
    } else if (std::find(families.begin(), families.end(), family) == families.end()) {
      families.push_back(family);
    }
  }
  for (const std::string& family : families) {
    lua_newtable(L);
    for (const AskRow& row : in.catalogue.asks) {
      if (!row.kind.starts_with(family + ".")) continue;
      push_callee(L, in, &row, nullptr, lua::guarded<words::ask>);
      lua_setfield(L, -2, row.kind.substr(family.size() + 1).c_str());
    }
    define_family(L, in, family);
  }
  lua_newtable(L);
  for (const ReviewContract& contract : in.catalogue.reviews) {
    push_callee(L, in, nullptr, &contract, lua::guarded<words::review>);
    lua_setfield(L, -2, contract.name.c_str());
  }
  define_family(L, in, "reviews");
  push_callee(L, in, nullptr, nullptr, lua::guarded<words::within>);
  lua::define(L, "within");
  return {};
}

const Scope& Evaluator::scope() const {
  static const Scope none;
  return inside_->session ? inside_->session->scope : none;
}
const Map& Evaluator::names() const {
  static const Map none;
  return inside_->session ? inside_->session->names : none;
}
const std::vector<Finding>& Evaluator::findings() const { return inside_->findings; }
const Catalogue& Evaluator::catalogue() const { return inside_->catalogue; }
const AskRow* Evaluator::asked(const Frame& frame) const {
  const auto at = inside_->asked.find(&frame);
  return at == inside_->asked.end() ? nullptr : at->second;
}
std::vector<Session::SourceNote> Evaluator::sources() const {
  return inside_->session ? inside_->session->sources() : std::vector<Session::SourceNote>{};
}
const std::vector<std::string>& Evaluator::resolved() const {
  static const std::vector<std::string> none;
  return inside_->session ? inside_->session->resolved() : none;
}

}  // namespace inquest::script
