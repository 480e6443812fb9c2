// The methods of a frame, as one table.
// SPDX-License-Identifier: Apache-2.0
#include "bindings/wrap/frame.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "runtime/base/text.h"

namespace inquest::wrap {
namespace {

FramePtr self(lua_State* L, const char* function) { return to_frame(L, 1, function); }

std::vector<std::string> column_names(const Frame& frame) {
  std::vector<std::string> names;
  for (const Column& c : frame.columns) names.push_back(c.name);
  return names;
}

const Column& column_of(const Frame& frame, std::string_view name, const char* function) {
  if (const Column* c = frame.column(name)) return *c;
  lua::fail(std::string(function) + ": no column `" + printable(name, 60) + "`; " + did_you_mean(name, column_names(frame), 20));
}

void check_cells(size_t cells, const char* function) {
  if (cells <= most_cells) return;
  lua::fail(std::string(function) + ": " + count(static_cast<int64_t>(cells)) +
            " cells are too many for a table (10 000 at most); take rows one by one with frame:each, or fewer of them with a kernel, frame:where or frame:first");
}

void push_cell(lua_State* L, const Column& c, size_t row) {
  if (c.absent(row)) return lua_pushnil(L);
  switch (c.type) {
    case ColumnType::null: return lua_pushnil(L);
    case ColumnType::boolean: return lua_pushboolean(L, c.integer(row) != 0);
    case ColumnType::int64: return lua::push_integer(L, c.integer(row));
    case ColumnType::float64: return lua_pushnumber(L, c.number(row));
    case ColumnType::time: return lua::push_time(L, Time{c.integer(row)});
    case ColumnType::duration: return lua::push_duration(L, Duration{c.integer(row)});
    case ColumnType::text: {
      const std::string& text = c.text(row);
      lua_pushlstring(L, text.data(), text.size());
      return;
    }
  }
}

int rows(lua_State* L) {
  lua_pushinteger(L, static_cast<lua_Integer>(self(L, "frame.rows")->rows));
  return 1;
}

int shape(lua_State* L) {
  lua_pushstring(L, shape_name(self(L, "frame.shape")->shape));
  return 1;
}

int columns(lua_State* L) {
  List names;
  for (std::string& name : column_names(*self(L, "frame.columns"))) names.emplace_back(std::move(name));
  lua::push_value(L, names);
  return 1;
}

int has(lua_State* L) {
  const lua::Args args(L, "frame.has");
  lua_pushboolean(L, self(L, "frame.has")->column(args.text(2, "name")) != nullptr);
  return 1;
}

int table(lua_State* L) {
  const lua::Args args(L, "frame.table");
  args.end(1);
  push_rows(L, *self(L, "frame.table"));
  return 1;
}

int column(lua_State* L) {
  const lua::Args args(L, "frame.column");
  const FramePtr frame = self(L, "frame.column");
  const Column& c = column_of(*frame, args.text(2, "name"), "frame.column");
  check_cells(frame->rows, "frame.column");
  lua_createtable(L, static_cast<int>(frame->rows), 0);
  for (size_t i = 0; i < frame->rows; ++i) {
    if (c.absent(i)) lua::push_null(L);
    else push_cell(L, c, i);
    lua_rawseti(L, -2, static_cast<int>(i) + 1);
  }
  lua::spend(L, frame->rows);
  return 1;
}

bool same(const Value& cell, const Value& wanted) {
  if ((cell.is<int64_t>() || cell.is<double>()) && (wanted.is<int64_t>() || wanted.is<double>()))
    return cell.number() == wanted.number();
  return cell == wanted;
}

int where(lua_State* L) {
  const lua::Args args(L, "frame.where");
  const FramePtr frame = self(L, "frame.where");
  std::vector<std::vector<uint8_t>> keep;
  for (const auto& [name, wanted] : args.map(2, "cells")) {
    const Column& c = column_of(*frame, name, "frame.where");
    const List* any = wanted.get<List>();
    const auto fits = [&](const Value& cell) {
      return any ? std::any_of(any->begin(), any->end(), [&](const Value& w) { return same(cell, w); }) : same(cell, wanted);
    };
    std::vector<uint8_t> column(frame->rows);
    if (c.type == ColumnType::text && c.dictionary) {   // one comparison a word, not a row
      std::vector<uint8_t> words(c.dictionary->size());
      const std::string* one = wanted.get<std::string>();   // the usual question, asked once a service
      for (size_t w = 0; w < words.size(); ++w) words[w] = one ? (*c.dictionary)[w] == *one : fits((*c.dictionary)[w]);
      for (size_t i = 0; i < frame->rows; ++i) column[i] = !c.absent(i) && words[c.codes[i]];
    } else {
      for (size_t i = 0; i < frame->rows; ++i) column[i] = !c.absent(i) && fits(c.value(i));
    }
    keep.push_back(std::move(column));
    lua::spend(L, frame->rows / 10);
  }
  std::vector<uint32_t> chosen;
  for (size_t i = 0; i < frame->rows; ++i)
    if (std::all_of(keep.begin(), keep.end(), [&](const auto& column) { return column[i]; })) chosen.push_back(static_cast<uint32_t>(i));
  push_frame(L, select(*frame, chosen), nullptr);
  return 1;
}

int first(lua_State* L) {
  const lua::Args args(L, "frame.first");
  const FramePtr frame = self(L, "frame.first");
  std::vector<uint32_t> chosen(std::min<size_t>(frame->rows, static_cast<size_t>(args.integer(2, "n", 0, 1'000'000'000))));
  std::iota(chosen.begin(), chosen.end(), 0u);
  push_frame(L, select(*frame, chosen), nullptr);
  return 1;
}

int sort(lua_State* L) {
  const lua::Args args(L, "frame.sort");
  const FramePtr frame = self(L, "frame.sort");
  const Column& c = column_of(*frame, args.text(2, "name"), "frame.sort");
  const std::string order = args.given(3) ? std::string(args.text(3, "order")) : "ascending";
  if (order != "ascending" && order != "descending") args.expected(3, "order", "\"ascending\" or \"descending\"");
  const bool down = order == "descending";
  std::vector<uint32_t> chosen(frame->rows);
  std::iota(chosen.begin(), chosen.end(), 0u);
  const auto missing = [&](uint32_t i) { return c.absent(i) || (c.type == ColumnType::float64 && std::isnan(c.number(i))); };
  std::stable_sort(chosen.begin(), chosen.end(), [&](uint32_t a, uint32_t b) {
    if (missing(a) || missing(b)) return !missing(a) && missing(b);
    if (down) std::swap(a, b);
    if (c.type == ColumnType::text) return c.text(a) < c.text(b);
    if (c.type == ColumnType::float64) return c.number(a) < c.number(b);
    return c.integer(a) < c.integer(b);
  });
  lua::spend(L, frame->rows);
  push_frame(L, select(*frame, chosen), nullptr);
  return 1;
}

// One row of the loop that frame:each() opened. Upvalues: the frame, rows given so far, the chosen columns (a table of
// indices) or nil for all. Every row is a table of its own, so a script may keep it.
int next_row(lua_State* L) {
  const FramePtr frame = to_frame(L, lua_upvalueindex(1), "frame.each");
  const auto row = static_cast<size_t>(lua_tointeger(L, lua_upvalueindex(2)));
  if (row >= frame->rows) return 0;
  lua_pushinteger(L, static_cast<lua_Integer>(row + 1));
  lua_replace(L, lua_upvalueindex(2));
  const bool all = lua_isnil(L, lua_upvalueindex(3));
  const size_t width = all ? frame->columns.size() : lua_objlen(L, lua_upvalueindex(3));
  lua_createtable(L, 0, static_cast<int>(width));
  for (size_t i = 0; i < width; ++i) {
    size_t at = i;
    if (!all) {
      lua_rawgeti(L, lua_upvalueindex(3), static_cast<int>(i) + 1);
      at = static_cast<size_t>(lua_tointeger(L, -1));
      lua_pop(L, 1);
    }
    const Column& c = frame->columns[at];
    push_cell(L, c, row);
    lua_setfield(L, -2, c.name.c_str());
  }
  lua::spend(L, width);
  return 1;
}

int each(lua_State* L) {
  const lua::Args args(L, "frame.each");
  const FramePtr frame = self(L, "frame.each");
  lua_pushvalue(L, 1);
  lua_pushinteger(L, 0);
  if (args.count() < 2) {
    lua_pushnil(L);
  } else {
    lua_createtable(L, args.count() - 1, 0);
    for (int i = 2; i <= args.count(); ++i) {
      const Column& c = column_of(*frame, args.text(i, "name"), "frame.each");
      lua_pushinteger(L, static_cast<lua_Integer>(&c - frame->columns.data()));
      lua_rawseti(L, -2, i - 1);
    }
  }
  lua_pushcclosure(L, lua::guarded<next_row>, 3);
  return 1;
}

int limited(lua_State* L) {
  const FramePtr frame = self(L, "frame.limited");
  if (frame->marks.limited.empty()) lua_pushnil(L);
  else lua_pushstring(L, frame->marks.limited.c_str());
  return 1;
}

int partial(lua_State* L) {
  const FramePtr frame = self(L, "frame.partial");
  if (frame->marks.partial.empty()) lua_pushnil(L);
  else lua_pushstring(L, frame->marks.partial.c_str());
  return 1;
}

const lua::Entry methods[] = {
    {"rows", lua::guarded<rows>},     {"shape", lua::guarded<shape>}, {"columns", lua::guarded<columns>},
    {"has", lua::guarded<has>},       {"table", lua::guarded<table>}, {"column", lua::guarded<column>},
    {"where", lua::guarded<where>},   {"first", lua::guarded<first>}, {"sort", lua::guarded<sort>},
    {"partial", lua::guarded<partial>}, {"limited", lua::guarded<limited>}, {"each", lua::guarded<each>},
    {nullptr, nullptr}};

int describe(lua_State* L) {
  const FramePtr frame = self(L, "tostring");
  lua_pushfstring(L, "%s frame, %d rows", shape_name(frame->shape), static_cast<int>(frame->rows));
  return 1;
}

const lua::HandleKind kind = {"frame", methods, nullptr, lua::guarded<rows>, lua::guarded<describe>, nullptr};

}  // namespace

void define_frame(lua_State* L) { lua::define_handle(L, kind); }

void push_frame(lua_State* L, const FramePtr& frame, lua::Scope* scope) {
  if (!frame) return lua_pushnil(L);
  if (scope) lua::push_handle<Frame>(L, kind, frame, *scope, frame->bytes());
  else lua::push_handle<Frame>(L, kind, frame, frame->bytes());
}

FramePtr to_frame(lua_State* L, int index, const char* function) { return lua::handle<Frame>(L, index, kind, function); }
bool is_frame(lua_State* L, int index) { return lua::is_handle(L, index, kind); }

void push_rows(lua_State* L, const Frame& frame) {
  check_cells(frame.rows * frame.columns.size(), "frame.table");
  lua_createtable(L, static_cast<int>(frame.rows), 0);
  for (size_t i = 0; i < frame.rows; ++i) {
    lua_createtable(L, 0, static_cast<int>(frame.columns.size()));
    for (const Column& c : frame.columns) {
      push_cell(L, c, i);
      lua_setfield(L, -2, c.name.c_str());
    }
    lua_rawseti(L, -2, static_cast<int>(i) + 1);
  }
  lua::spend(L, frame.rows * frame.columns.size());
}

}  // namespace inquest::wrap
