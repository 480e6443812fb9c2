// SQLite behind values: a connection and prepared statements that report every failure as an Error.
// SPDX-License-Identifier: Apache-2.0
//
// Private to runtime/engine (and its tests). A Database is opened defensively: no extensions, triggers or views, an
// untrusted schema, no memory map, nothing longer than `longest_blob`. Statements are prepared once and kept; a Row
// step leaves the statement on its row until the next step or reset. Thread rule: one owner thread (the connection is
// opened without SQLite's own mutex).
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "runtime/base/error.h"

struct sqlite3;
struct sqlite3_stmt;

namespace inquest::sql {

constexpr int64_t longest_blob = int64_t{256} << 20;

// Version of the library that is linked (3040001), not of the header.
int linked_version();

class Statement final {
 public:
  Statement() = default;
  Statement(Statement&& other) noexcept;
  Statement& operator=(Statement&& other) noexcept;
  ~Statement();

  Statement& bind(int at, int64_t value);  // parameters count from 1
  Statement& bind(int at, double value);
  Statement& bind(int at, std::string_view text);  // must live until the step
  Statement& bind_blob(int at, std::string_view bytes);
  Statement& bind_null(int at);
  Result<bool> step();  // true: a row stands; false: done (and reset)
  Status run();         // step to the end, reset
  void reset();

  bool null(int column) const;  // columns count from 0
  int64_t integer(int column) const;
  double number(int column) const;
  std::string text(int column) const;
  std::string_view blob(int column) const;  // until the next step

 private:
  friend class Database;
  sqlite3* db_ = nullptr;
  sqlite3_stmt* statement_ = nullptr;
  std::shared_ptr<const std::string> path_;
  int bad_ = 0;  // first failure of a bind, reported by step
};

class Database final {
 public:
  enum class Mode { write, read };  // read: the file is taken to be immutable
  static Result<Database> open(const std::string& path, Mode mode);
  Database(Database&& other) noexcept;
  Database& operator=(Database&& other) noexcept;
  ~Database();

  Result<Statement> prepare(std::string_view sql);
  Status exec(const std::string& sql);
  Result<std::string> first(std::string_view sql);  // first column of the first row as text; "" when none
  bool in_transaction() const;                      // between BEGIN and its end
  Status close();                                   // all statements must be gone

 private:
  Database() = default;
  sqlite3* db_ = nullptr;
  std::shared_ptr<const std::string> path_;
};

}  // namespace inquest::sql
