// Loading, calling and reading back reviews.
// SPDX-License-Identifier: Apache-2.0
#include "bindings/script/reviewer.h"

#include <cmath>
#include <set>

#include "bindings/lua/call.h"
#include "bindings/lua/handle.h"
#include "bindings/wrap/frame.h"
#include "bindings/wrap/kernels.h"
#include "runtime/base/text.h"

namespace inquest::script {
namespace {

// `review {…}`, `number {…}`: the word gives back what it was given, so that data of a file stay data.
int word(lua_State* L) {
  lua_settop(L, 1);
  return 1;
}

Map texts(const std::map<std::string, std::string>& map) {
  Map out;
  for (const auto& [k, v] : map) out.emplace_back(k, v);
  return out;
}

// Reads what a review returned; the first mistake becomes an Error that names review, row and field.
class RowsReader final {
 public:
  RowsReader(const Catalogue& catalogue, const ReviewContract& contract, const ReviewCall& call)
      : catalogue_(catalogue), contract_(contract), call_(call) {
    for (const Yield& y : contract.yields) kinds_.push_back(y.kind);
    if (contract.generic)
      if (const Value* named = find(call.options, "yields"); named && named->is<std::string>()) kinds_ = {named->text()};
  }

  Result<Rows> read(const Value& value) {
    Rows rows;
    if (value.is<List>() && value.get<List>()->empty()) return rows;
    const Map* top = value.get<Map>();
    if (!top) return wrong("must return a table { found = …, examined = …, unknown = … }, not " + std::string(type_name(value)));
    for (const auto& [name, list] : *top) {
      if (name != "found" && name != "examined" && name != "unknown")
        return wrong("returned field `" + printable(name, 40) + "`; " + did_you_mean(name, {"found", "examined", "unknown"}));
      const List* entries = list.get<List>();
      if (!entries) return wrong("`" + name + "` must be a list of rows");
      for (size_t i = 0; i < entries->size(); ++i) {
        where_ = name + "[" + std::to_string(i + 1) + "]";
        const Map* row = (*entries)[i].get<Map>();
        if (!row) return wrong("must be a table of fields");
        Status read = name == "found" ? found(*row, rows) : name == "examined" ? examined(*row, rows) : unknown(*row, rows);
        if (!read) return read.error();
      }
      where_.clear();
    }
    return rows;
  }

 private:
  Error wrong(const std::string& what) const {
    return Error{Code::script, "review " + contract_.name + (where_.empty() ? " " : ": " + where_ + " ") + what,
                 contract_.file, "", "script_error"};
  }
  const Yield* yield(const std::string& kind) const {
    if (contract_.generic) return contract_.yields.empty() ? nullptr : &contract_.yields.front();
    for (const Yield& y : contract_.yields)
      if (y.kind == kind) return &y;
    return nullptr;
  }
  Status fields(const Map& row, const std::vector<std::string>& known) const {
    for (const auto& [name, value] : row)
      if (std::find(known.begin(), known.end(), name) == known.end())
        return wrong("has a field `" + printable(name, 40) + "`; " + did_you_mean(name, known));
    return {};
  }
  Status kind(const Map& row, std::string* out) const {
    const Value* given = find(row, "kind");
    if (!given) {
      if (kinds_.size() != 1) return wrong("needs a `kind`: the review yields " + join(kinds_, ", "));
      *out = kinds_.front();
      return {};
    }
    *out = given->text();
    if (std::find(kinds_.begin(), kinds_.end(), *out) == kinds_.end())
      return wrong("has kind `" + printable(*out, 60) + "`, which the review does not yield; " + did_you_mean(*out, kinds_));
    return {};
  }
  Status subject(const Map& row, const std::string& of, Subject* out) const {
    const Value* given = find(row, "subject");
    const Map* map = given ? given->get<Map>() : nullptr;
    if (!map) return given && given->is<List>() && given->get<List>()->empty() ? Status() : wrong("needs a `subject` table");
    const Yield* y = yield(of);
    for (const auto& [name, value] : *map) {
      if (y && !contract_.generic && std::find(y->subject.begin(), y->subject.end(), name) == y->subject.end())
        return wrong("has `" + printable(name, 40) + "` in its subject; kind " + of + " has " + join(y->subject, ", "));
      (*out)[name] = value.is<std::string>() ? value.text() : print_value(value);
    }
    return {};
  }
  Status numbers(const Map& row, const char* field, const std::string& of, std::map<std::string, double>* out) const {
    const Value* given = find(row, field);
    if (!given || (given->is<List>() && given->get<List>()->empty())) return {};
    const Map* map = given->get<Map>();
    if (!map) return wrong(std::string("`") + field + "` must be a table of numbers");
    const Yield* y = yield(of);
    for (const auto& [name, value] : *map) {
      if (y && !contract_.generic && !y->numbers.count(name)) {
        std::vector<std::string> known;
        for (const auto& [n, unit] : y->numbers) known.push_back(n);
        return wrong(std::string("has `") + printable(name, 40) + "` in " + field + "; " + did_you_mean(name, known));
      }
      double number;
      if (const Duration* d = value.get<Duration>()) number = static_cast<double>(d->ns) / 1e9;
      else if (value.is<int64_t>() || value.is<double>()) number = value.number();
      else return wrong("`" + name + "` in " + field + " must be a number, not " + type_name(value));
      if (std::isnan(number)) return wrong("`" + name + "` in " + field + " is not a number (NaN)");
      (*out)[name] = round12(number);
    }
    return {};
  }
  Status evidence(const Map& row, std::vector<std::string>* out) const {
    const Value* from = find(row, "from");
    std::vector<std::string> ids;
    if (from) {
      const List* list = from->get<List>();
      if (!list) return wrong("`from` must be a list of slots");
      for (const Value& slot : *list) {
        const auto at = call_.evidence.find(slot.text());
        if (at == call_.evidence.end()) {
          bool known = false;
          for (const Slot& s : contract_.takes) known = known || s.name == slot.text();
          if (!known) return wrong("`from` names `" + printable(slot.text(), 40) + "`, which is no slot");
          continue;
        }
        ids.push_back(at->second);
      }
    } else {
      for (const auto& [slot, id] : call_.evidence)
        if (const auto frame = call_.frames.find(slot); frame != call_.frames.end() && frame->second) ids.push_back(id);
    }
    for (const std::string& id : ids)
      if (std::find(out->begin(), out->end(), id) == out->end()) out->push_back(id);
    return {};
  }

  Status found(const Map& row, Rows& rows) {
    Finding f;
    f.state = call_.state;
    f.review = contract_.name;
    if (Status s = fields(row, {"kind", "subject", "numbers", "lists", "strength", "onset", "from"}); !s) return s;
    if (Status s = kind(row, &f.kind); !s) return s;
    if (Status s = subject(row, f.kind, &f.subject); !s) return s;
    if (Status s = numbers(row, "numbers", f.kind, &f.numbers); !s) return s;
    if (Status s = evidence(row, &f.evidence); !s) return s;
    const Yield* y = yield(f.kind);
    if (const Value* lists = find(row, "lists"); lists && lists->is<Map>()) {
      for (const auto& [name, value] : *lists->get<Map>()) {
        if (y && !contract_.generic && std::find(y->lists.begin(), y->lists.end(), name) == y->lists.end())
          return wrong("has list `" + printable(name, 40) + "`; " + did_you_mean(name, y->lists));
        const List* list = value.get<List>();
        if (!list) return wrong("list `" + name + "` is no list");
        std::vector<std::string>& out = f.lists[name];
        for (const Value& v : *list) out.push_back(v.is<std::string>() ? v.text() : print_value(v));
      }
    }
    const Value* strength = find(row, "strength");
    f.strength = strength ? strength->number(-1) : -1;
    if (!(f.strength >= 0 && f.strength <= 1)) return wrong("needs a `strength` between 0 and 1");
    f.strength = round12(f.strength);
    if (const Value* onset = find(row, "onset"); onset && !onset->null()) {
      if (!onset->is<Time>()) return wrong("`onset` must be a time, not " + std::string(type_name(*onset)));
      f.onset = *onset->get<Time>();
    }
    rows.found.push_back(std::move(f));
    return {};
  }
  Status examined(const Map& row, Rows& rows) {
    Examined e;
    e.state = call_.state;
    e.review = contract_.name;
    if (Status s = fields(row, {"kind", "subject", "smallest", "from"}); !s) return s;
    if (Status s = kind(row, &e.kind); !s) return s;
    if (Status s = subject(row, e.kind, &e.subject); !s) return s;
    if (Status s = numbers(row, "smallest", e.kind, &e.smallest); !s) return s;
    if (Status s = evidence(row, &e.evidence); !s) return s;
    rows.examined.push_back(std::move(e));
    return {};
  }
  Status unknown(const Map& row, Rows& rows) {
    Unknown u;
    u.state = call_.state;
    u.review = contract_.name;
    if (Status s = fields(row, {"kind", "subject", "slot", "measure", "why", "cure"}); !s) return s;
    if (Status s = kind(row, &u.kind); !s) return s;
    if (find(row, "subject")) {
      Subject about;
      if (Status s = subject(row, u.kind, &about); !s) return s;
      if (!about.empty()) u.subject = about;
    }
    std::string slot = contract_.takes.empty() ? "" : contract_.takes.front().name;
    if (const Value* named = find(row, "slot")) slot = named->text();
    for (const Slot& s : contract_.takes) {
      if (s.name != slot || s.ask.empty()) continue;
      if (const AskRow* ask = catalogue_.ask(s.ask)) {
        u.signal = ask->signal;
        u.measure = ask->measure.empty() ? s.ask : ask->measure;
      }
    }
    if (const Value* v = find(row, "measure")) u.measure = v->text();
    if (const Value* v = find(row, "why")) u.why = v->text();
    if (const Value* v = find(row, "cure")) u.cure = v->text();
    if (u.why.empty()) return wrong("needs `why`");
    rows.unknown.push_back(std::move(u));
    return {};
  }

  const Catalogue& catalogue_;
  const ReviewContract& contract_;
  const ReviewCall& call_;
  std::vector<std::string> kinds_;
  std::string where_;
};

class LuaReviewer final : public Reviewer {
 public:
  explicit LuaReviewer(const Catalogue& catalogue) : catalogue_(catalogue) {}

  Status open(const ReviewerOptions& options) {
    lua::Options lua_options;
    lua_options.budget = options.budget;
    lua_options.cancel = options.cancel;
    lua_options.watch = options.watch;
    lua_options.modules = catalogue_.modules;
    lua_options.setup = define_review_words;
    auto state = lua::State::open(std::move(lua_options));
    if (!state) return state.error();
    state_ = std::move(*state);
    return {};
  }

  Result<Rows> run(const ReviewCall& call, const Stop&) override {
    const ReviewContract* contract = catalogue_.review(call.review);
    if (!contract) return Error{Code::script, "no review `" + call.review + "`", "", "", "script_error"};
    lua_State* L = state_->get();
    state_->refill();
    if (!loaded_.count(call.review)) {
      if (Status loaded = load(*contract); !loaded) return loaded.error();
    }
    lua::Scope scope(L);
    const int top = lua_gettop(L);
    lua_rawgeti(L, LUA_REGISTRYINDEX, loaded_[call.review]);
    lua_newtable(L);
    for (const auto& [slot, frame] : call.frames) {
      wrap::push_frame(L, frame, &scope);
      lua_setfield(L, -2, slot.c_str());
    }
    lua::push_value(L, call.options);
    List earlier;
    for (const Finding& f : call.earlier) earlier.push_back(finding_value(f));
    lua::push_value(L, earlier);
    if (Status called = state_->call(3, 1); !called) {
      lua_settop(L, top);
      return named(called.error(), *contract);
    }
    Result<Value> value = lua::read_value(L, -1, "the result of run");
    lua_settop(L, top);
    if (!value) return named(value.error(), *contract);
    return RowsReader(catalogue_, *contract, call).read(*value);
  }

 private:
  static Error named(Error error, const ReviewContract& contract) {
    if (error.where.empty()) error.where = contract.file;
    if (error.cause.empty()) error.cause = "script_error";
    error.code = Code::script;
    return error;
  }
  // Leaves the function `run` of the file in the registry.
  Status load(const ReviewContract& contract) {
    lua_State* L = state_->get();
    const int top = lua_gettop(L);
    Status status = state_->load(contract.text, contract.file);
    if (status) status = state_->call(0, 1);
    if (status && !lua_istable(L, -1))
      status = Error{Code::script, "a review file returns `review { … }`", contract.file, "", "script_error"};
    if (status) {
      lua_getfield(L, -1, "run");
      if (!lua_isfunction(L, -1))
        status = Error{Code::script, "review " + contract.name + " has no function `run`", contract.file, "", "script_error"};
    }
    if (status) loaded_[contract.name] = luaL_ref(L, LUA_REGISTRYINDEX);
    lua_settop(L, top);
    return status;
  }

  const Catalogue& catalogue_;
  std::unique_ptr<lua::State> state_;
  std::map<std::string, int> loaded_;
};

}  // namespace

Value finding_value(const Finding& f) {
  Map numbers, lists;
  for (const auto& [k, v] : f.numbers) numbers.emplace_back(k, v);
  for (const auto& [k, v] : f.lists) lists.emplace_back(k, List(v.begin(), v.end()));
  Map out{{"id", f.id},           {"state", f.state},     {"review", f.review},     {"kind", f.kind},
          {"subject", texts(f.subject)}, {"numbers", numbers}, {"lists", lists}, {"strength", f.strength},
          {"evidence", List(f.evidence.begin(), f.evidence.end())}, {"says", f.says}};
  if (f.onset) out.emplace_back("onset", *f.onset);
  return out;
}

Status define_review_words(lua_State* L) {
  wrap::define_frame(L);
  wrap::define_kernels(L);
  for (const char* name : {"review", "number", "text", "list", "choice", "flag", "duration", "time"}) {
    lua_pushcfunction(L, lua::guarded<word>);
    lua::define(L, name);
  }
  return {};
}

Result<std::unique_ptr<Reviewer>> make_reviewer(const Catalogue& catalogue, ReviewerOptions options) {
  auto reviewer = std::make_unique<LuaReviewer>(catalogue);
  if (Status opened = reviewer->open(options); !opened) return opened.error();
  return std::unique_ptr<Reviewer>(std::move(reviewer));
}

}  // namespace inquest::script
