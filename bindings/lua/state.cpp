// Opening a State, loading chunks, calling under an allowance, and the stops that a script cannot swallow.
// SPDX-License-Identifier: Apache-2.0
#include "bindings/lua/state.h"

#include <fmt/format.h>
#include <signal.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <cctype>

#include "bindings/lua/child.h"
#include "bindings/lua/context.h"
#include "bindings/lua/source.h"
#include "runtime/base/text.h"
#include "runtime/base/time.h"

#ifndef sigev_notify_thread_id
#define sigev_notify_thread_id _sigev_un._tid
#endif

namespace inquest::lua {

const Keys keys = {};

namespace {

constexpr int hook_interval = 1'000;
constexpr long alarm_ns = 10'000'000;


int64_t used_ns(const Context& context) {
  return context.spent_ns + (context.started_ns != 0 ? monotonic_ns() - context.started_ns : 0);
}

bool overdue(const Context& context) {
  return used_ns(context) > static_cast<int64_t>(context.options.budget.seconds * 1e9);
}
bool cancelled(const Context& context) {
  return context.options.cancel != nullptr && context.options.cancel->load(std::memory_order_relaxed);
}

// Runs in a signal on the thread of the interpreter. lua_sethook is documented as safe there.
void on_alarm(int, siginfo_t* info, void*) {
  if (info->si_code != SI_TIMER || info->si_value.sival_ptr == nullptr) return;
  auto& context = *static_cast<Context*>(info->si_value.sival_ptr);
  if (context.started_ns == 0 || context.cause != Cause::none || (!overdue(context) && !cancelled(context))) return;
  context.stop_flag.store(true, std::memory_order_relaxed);
  lua_sethook(context.L, count_hook, LUA_MASKCOUNT, 1);
}

void start_clock(Context& context) {
  context.started_ns = monotonic_ns();
  struct sigaction action = {};
  action.sa_sigaction = on_alarm;
  action.sa_flags = SA_SIGINFO | SA_RESTART;
  sigaction(SIGRTMAX - 2, &action, nullptr);
  sigevent event = {};
  event.sigev_notify = SIGEV_THREAD_ID;
  event.sigev_signo = SIGRTMAX - 2;
  event.sigev_value.sival_ptr = &context;
  event.sigev_notify_thread_id = static_cast<int>(syscall(SYS_gettid));
  context.timer_made = timer_create(CLOCK_MONOTONIC, &event, &context.timer) == 0;
  if (context.timer_made) {
    const itimerspec every = {{0, alarm_ns}, {0, alarm_ns}};
    timer_settime(context.timer, 0, &every, nullptr);
  }
  watch_deadline(context);
}

void stop_clock(Context& context) {
  if (context.timer_made) timer_delete(context.timer);
  context.timer_made = false;
  if (context.started_ns != 0) context.spent_ns += monotonic_ns() - context.started_ns;
  context.started_ns = 0;
  watch_deadline(context);
}

// One call() in progress.
class Running final {
 public:
  explicit Running(Context& context) : context_(context) {
    if (context_.running++ == 0 && context_.paused == 0) start_clock(context_);
  }
  ~Running() {
    if (--context_.running == 0 && context_.paused == 0) stop_clock(context_);
  }
  Running(const Running&) = delete;
  Running& operator=(const Running&) = delete;

 private:
  Context& context_;
};

int panic(lua_State* L) {   // an error outside every protected call is a mistake of the host
  const char* text = lua_tostring(L, -1);
  fmt::print(stderr, "inquest: unprotected Lua error: {}\n", text != nullptr ? text : "?");
  return 0;
}

struct Opening {
  Status status;
};

int open_protected(lua_State* L) {
  Context& context = context_of(L);
  auto* opening = static_cast<Opening*>(lua_touserdata(L, 1));
  lua_settop(L, 0);
  luaJIT_setmode(L, 0, LUAJIT_MODE_ENGINE | LUAJIT_MODE_OFF);
  const char* payload = static_cast<const char*>(lua_newuserdata(L, 8));
  context.userdata_offset = payload - static_cast<const char*>(context.last_block);
  open_globals(L);
  if (context.options.setup) opening->status = context.options.setup(L);
  lua_settop(L, 0);
  return 0;
}

}  // namespace

const char* cause_name(Cause cause) {
  switch (cause) {
    case Cause::none: return "";
    case Cause::instructions: return "script_instructions";
    case Cause::time: return "script_time";
    case Cause::memory: return "script_memory";
    case Cause::depth: return "script_depth";
    case Cause::syntax: return "script_syntax";
    case Cause::error: return "script_error";
    case Cause::cancelled: return "script_cancelled";
    case Cause::crashed: return "script_crashed";
    case Cause::hung: return "script_hung";
    case Cause::too_large: return "script_too_large";
    case Cause::forbidden_literal: return "script_forbidden_literal";
  }
  return "";
}

void stop(Context& context, Cause cause, std::string detail) {
  if (context.cause != Cause::none) return;
  context.cause = cause;
  context.stop_detail = std::move(detail);
  context.stop_flag.store(true, std::memory_order_relaxed);
  lua_sethook(context.L, count_hook, LUA_MASKCOUNT, 1);
}

void check_allowance(Context& context) {
  if (context.cause != Cause::none) return;
  if (context.instructions > context.options.budget.instructions) return stop(context, Cause::instructions);
  if (cancelled(context)) return stop(context, Cause::cancelled);
  if (context.started_ns != 0 && overdue(context)) stop(context, Cause::time);
}

Error stop_error(const Context& context) {
  const Budget& budget = context.options.budget;
  Error error{Code::script, "", context.stop_where, "", cause_name(context.cause)};
  switch (context.cause) {
    case Cause::instructions:
      error.message = fmt::format("the script ran more than {} instructions", budget.instructions);
      error.cure = "look for a loop without end, or leave loops over rows to kernels";
      break;
    case Cause::time:
      error.message = fmt::format("the script ran longer than {} s", budget.seconds);
      error.cure = "look for a loop without end, or leave loops over rows to kernels";
      break;
    case Cause::memory:
      error.message = fmt::format("the script and its frames need more than {} MB", budget.memory >> 20);
      error.cure = "keep less at a time; ask for fewer rows";
      break;
    case Cause::depth:
      error.message = fmt::format("calls are nested more than {} deep through coroutines or callbacks", budget.depth);
      error.cure = "write the recursion as a loop";
      break;
    case Cause::cancelled:
      error.message = "the script was cancelled";
      break;
    default:
      error.message = "the script was stopped";
  }
  if (!context.stop_detail.empty()) error.message = context.stop_detail;
  return error;
}

std::string where_of(lua_State* L) {
  lua_Debug at = {};
  for (int level = 0; level < 32 && lua_getstack(L, level, &at) != 0; ++level) {
    if (lua_getinfo(L, "Sl", &at) != 0 && at.currentline > 0) {
      std::string where = fmt::format("{}:{}", at.source + (at.source[0] == '@'), at.currentline);
      return where;
    }
  }
  return {};
}

void raise_stop(lua_State* L) {
  {
    Context& context = context_of(L);
    if (context.stop_where.empty()) context.stop_where = where_of(L);
    lua_sethook(context.L, count_hook, LUA_MASKCOUNT, 1);
    lua_pushstring(L, cause_name(context.cause));
  }
  lua_error(L);
  std::abort();  // not reached
}

void count_hook(lua_State* L, lua_Debug*) {
  Context& context = context_of(L);
  if (context.cause == Cause::none) {
    if (context.stop_flag.load(std::memory_order_relaxed)) {
      check_allowance(context);
      if (context.cause == Cause::none) {                    // a false alarm
        context.stop_flag.store(false, std::memory_order_relaxed);
        lua_sethook(L, count_hook, LUA_MASKCOUNT, hook_interval);
      }
    } else {
      context.instructions += hook_interval;
      check_allowance(context);
      if (context.used + context.charged > context.collect_at && context.cause == Cause::none) {
        lua_gc(L, LUA_GCCOLLECT, 0);
        const size_t limit = context.options.budget.memory;
        context.collect_at = std::max(limit / 4 * 3, context.used + context.charged + limit / 16);
      }
    }
  }
  if (context.cause != Cause::none) raise_stop(L);
}

void watch_deadline(Context& context) {
  if (context.options.watch == nullptr) return;
  const Budget& budget = context.options.budget;
  context.options.watch->set_deadline(
      context.started_ns == 0
          ? 0
          : context.started_ns - context.spent_ns + static_cast<int64_t>((budget.seconds + budget.grace) * 1e9));
}

std::string split_where(const Context& context, std::string& text) {
  for (const std::string& chunk : context.chunks) {
    // LuaJIT shortens names above 59 bytes to "..." and their end.
    const std::string shown = chunk.size() < 60 ? chunk : "..." + chunk.substr(chunk.size() - 56);
    for (const std::string& name : {chunk, shown}) {
      if (text.compare(0, name.size(), name) != 0 || text.size() <= name.size() || text[name.size()] != ':') continue;
      size_t end = name.size() + 1;
      while (end < text.size() && std::isdigit(static_cast<unsigned char>(text[end])) != 0) ++end;
      if (end == name.size() + 1) continue;
      std::string where = chunk + text.substr(name.size(), end - name.size());
      if (text.compare(end, 2, ": ") == 0) end += 2;
      else if (end < text.size()) continue;
      text.erase(0, end);
      return where;
    }
  }
  return {};
}

State::State() : context_(std::make_unique<Context>()) {}

State::~State() {
  if (context_->L == nullptr) return;
  lua_sethook(context_->L, nullptr, 0, 0);
  lua_close(context_->L);
}

Result<std::unique_ptr<State>> State::open(Options options) {
  std::unique_ptr<State> state(new State());
  Context& context = *state->context_;
  context.state = state.get();
  context.options = std::move(options);
  context.collect_at = context.options.budget.memory / 4 * 3;
  context.L = lua_newstate(allocate, &context);
  if (context.L == nullptr) return Error{Code::bug, "no memory for an interpreter"};
  lua_State* L = context.L;
  lua_atpanic(L, panic);
  Opening opening;
  if (lua_cpcall(L, open_protected, &opening) != 0) {
    const std::string text = take_error_text(L);
    return Error{Code::bug, "the interpreter did not open: " + text};
  }
  if (!opening.status) return opening.status.error();
  context.opened = true;
  lua_gc(L, LUA_GCSETPAUSE, 150);
  state->refill();
  return state;
}

lua_State* State::get() const { return context_->L; }

void State::refill() {
  Context& context = *context_;
  if (context.cause == Cause::memory) lua_gc(context.L, LUA_GCCOLLECT, 0);
  context.instructions = 0;
  context.spent_ns = 0;
  if (context.started_ns != 0) context.started_ns = monotonic_ns();
  context.cause = Cause::none;
  context.stop_where.clear();
  context.stop_detail.clear();
  context.stop_flag.store(false, std::memory_order_relaxed);
  lua_sethook(context.L, count_hook, LUA_MASKCOUNT, hook_interval);
  watch_deadline(context);
}

Cause State::stopped() const { return context_->cause; }

Spent State::spent() const {
  const Context& context = *context_;
  return {context.instructions, static_cast<double>(used_ns(context)) / 1e9, context.used + context.charged,
          context.peak};
}

Status State::load(std::string_view text, const std::string& name) {
  Context& context = *context_;
  lua_State* L = context.L;
  if (auto checked = check_source(text, name, context.options.budget); !checked) return checked;
  if (std::find(context.chunks.begin(), context.chunks.end(), name) == context.chunks.end())
    context.chunks.push_back(name);
  Running running(context);
  const std::string chunk = "@" + name;
  if (luaL_loadbufferx(L, text.data(), text.size(), chunk.c_str(), "t") != 0) {
    std::string message = take_error_text(L);
    if (context.cause != Cause::none) return stop_error(context);
    std::string where = split_where(context, message);
    return Error{Code::script, message, where.empty() ? name : where, "", cause_name(Cause::syntax)};
  }
  lua_pushlightuserdata(L, key(keys.environment));
  lua_rawget(L, LUA_REGISTRYINDEX);
  lua_setfenv(L, -2);
  return {};
}

Status State::call(int arguments, int results) { return call_on(context_->L, arguments, results); }

Status State::call_on(lua_State* L, int arguments, int results) {
  Context& context = *context_;
  if (context.cause != Cause::none) {
    lua_pop(L, arguments + 1);
    return stop_error(context);
  }
  if (context.running > 0 && context.level >= context.options.budget.depth) {
    stop(context, Cause::depth);
    lua_pop(L, arguments + 1);
    return stop_error(context);
  }
  Running running(context);
  const int level = context.level;
  ++context.level;
  const int base = lua_gettop(L) - arguments - 1;
  const int status = lua_pcall(L, arguments, results, 0);
  context.level = level;
  if (status == 0 && context.cause == Cause::none) return {};
  if (status == LUA_ERRMEM) stop(context, Cause::memory);
  Error error;
  if (status != 0 && context.cause == Cause::none) {
    std::string text = take_error_text(L);                   // may run a __tostring, which may use up the allowance
    if (text == context.raised_text && !text.empty()) {
      error = context.raised;
    } else {
      error = {Code::script, "", split_where(context, text), "", cause_name(Cause::error)};
      if (text.find("stack overflow") != std::string::npos) error.cause = cause_name(Cause::depth);
      error.message = printable(text, 1'000);
    }
  }
  if (context.cause != Cause::none) error = stop_error(context);
  lua_settop(L, base);
  return error;
}

State& state_of(lua_State* L) { return *context_of(L).state; }
const Budget& budget_of(lua_State* L) { return context_of(L).options.budget; }
const std::atomic<bool>* stop_flag(lua_State* L) { return &context_of(L).stop_flag; }

void spend(lua_State* L, uint64_t instructions) {
  Context& context = context_of(L);
  context.instructions += instructions;
  check_allowance(context);
  if (context.cause != Cause::none) throw Stopped{};
}

Paused::Paused(lua_State* L) : context_(context_of(L)) {
  if (context_.paused++ == 0 && context_.running > 0) stop_clock(context_);
}
Paused::~Paused() {
  if (--context_.paused == 0 && context_.running > 0) start_clock(context_);
}

Level::Level(lua_State* L) : context_(context_of(L)) {
  if (context_.level >= context_.options.budget.depth) {
    stop(context_, Cause::depth);
    throw Stopped{};
  }
  ++context_.level;
}
Level::~Level() { --context_.level; }

}  // namespace inquest::lua
