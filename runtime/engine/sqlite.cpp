// Defensive opening, statements, and SQLite's result codes as errors with a cure.
// SPDX-License-Identifier: Apache-2.0
#include "runtime/engine/sqlite.h"

#include <sqlite3.h>

#include <cstring>
#include <utility>

namespace inquest::sql {
namespace {

Error failed(sqlite3* db, int code, const std::string& path) {
  const int primary = code & 0xff;
  std::string what = db && sqlite3_errcode(db) == code ? sqlite3_errmsg(db) : sqlite3_errstr(code);
  const int number = db ? sqlite3_system_errno(db) : 0;
  const bool of_system = primary == SQLITE_IOERR || primary == SQLITE_CANTOPEN || primary == SQLITE_FULL;
  if (number != 0 && of_system) what += std::string(" (") + std::strerror(number) + ")";
  switch (primary) {
    case SQLITE_FULL:
      return {Code::io, "cannot write the case: " + what, path, "free space on this disk, then resume the case",
              "disk_full"};
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
      return {Code::busy, "the case is held by another process", path, "wait until it ends, or read a copy"};
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
    case SQLITE_FORMAT: return {Code::damaged, "is no case file or is damaged: " + what, path};
    case SQLITE_READONLY:
    case SQLITE_PERM:
    case SQLITE_CANTOPEN:
      return {Code::io, "cannot open the case for this: " + what, path,
              "check the rights of the file and of its folder"};
    case SQLITE_TOOBIG:
      return {Code::io, "a row of the case is larger than 256 MB", path, "narrow the ask or lower its limit"};
    case SQLITE_NOMEM: return {Code::io, "out of memory at the case file", path};
    case SQLITE_IOERR:
      return {Code::io, "cannot read or write the case: " + what, path, "check the disk, then resume the case"};
    default: return {Code::bug, "case file: " + what, path};
  }
}

// A path as file: URI, so that `immutable` can be said.
std::string uri(const std::string& path) {
  static const char digits[] = "0123456789abcdef";
  std::string out = path.empty() || path[0] != '/' ? "file:" : "file://";
  for (const char c : path) {
    const auto byte = static_cast<unsigned char>(c);
    const bool plain =
        (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || std::strchr("/._-", c);
    if (plain && c != '\0') {
      out += c;
    } else {
      out += '%';
      out += digits[byte >> 4];
      out += digits[byte & 15];
    }
  }
  return out + "?immutable=1";
}

}  // namespace

int linked_version() { return sqlite3_libversion_number(); }

Statement::Statement(Statement&& other) noexcept { *this = std::move(other); }
Statement& Statement::operator=(Statement&& other) noexcept {
  std::swap(db_, other.db_);
  std::swap(statement_, other.statement_);
  std::swap(path_, other.path_);
  std::swap(bad_, other.bad_);
  return *this;
}
Statement::~Statement() { sqlite3_finalize(statement_); }

Statement& Statement::bind(int at, int64_t value) {
  if (const int code = sqlite3_bind_int64(statement_, at, value); code && !bad_) bad_ = code;
  return *this;
}
Statement& Statement::bind(int at, double value) {
  if (const int code = sqlite3_bind_double(statement_, at, value); code && !bad_) bad_ = code;
  return *this;
}
Statement& Statement::bind(int at, std::string_view text) {
  const char* bytes = text.data() ? text.data() : "";
  const int code = sqlite3_bind_text64(statement_, at, bytes, text.size(), SQLITE_STATIC, SQLITE_UTF8);
  if (code && !bad_) bad_ = code;
  return *this;
}
Statement& Statement::bind_blob(int at, std::string_view bytes) {
  const char* data = bytes.data() ? bytes.data() : "";
  if (const int code = sqlite3_bind_blob64(statement_, at, data, bytes.size(), SQLITE_STATIC); code && !bad_)
    bad_ = code;
  return *this;
}
Statement& Statement::bind_null(int at) {
  if (const int code = sqlite3_bind_null(statement_, at); code && !bad_) bad_ = code;
  return *this;
}
Result<bool> Statement::step() {
  if (const int bad = std::exchange(bad_, 0)) {
    reset();
    return failed(db_, bad, *path_);
  }
  const int code = sqlite3_step(statement_);
  if (code == SQLITE_ROW) return true;
  if (code == SQLITE_DONE) {
    reset();
    return false;
  }
  const int extended = sqlite3_extended_errcode(db_);
  Error error = failed(db_, extended ? extended : code, *path_);
  reset();
  return error;
}
Status Statement::run() {
  for (;;) {
    auto more = step();
    if (!more) return more.error();
    if (!*more) return {};
  }
}
void Statement::reset() {
  sqlite3_reset(statement_);
  sqlite3_clear_bindings(statement_);
}

bool Statement::null(int column) const { return sqlite3_column_type(statement_, column) == SQLITE_NULL; }
int64_t Statement::integer(int column) const { return sqlite3_column_int64(statement_, column); }
double Statement::number(int column) const { return sqlite3_column_double(statement_, column); }
std::string Statement::text(int column) const {
  const auto* bytes = reinterpret_cast<const char*>(sqlite3_column_text(statement_, column));
  return bytes ? std::string(bytes, static_cast<size_t>(sqlite3_column_bytes(statement_, column))) : std::string();
}
std::string_view Statement::blob(int column) const {
  const auto* bytes = static_cast<const char*>(sqlite3_column_blob(statement_, column));
  return bytes ? std::string_view(bytes, static_cast<size_t>(sqlite3_column_bytes(statement_, column)))
               : std::string_view();
}

Result<Database> Database::open(const std::string& path, Mode mode) {
  Database out;
  out.path_ = std::make_shared<const std::string>(path);
  const bool write = mode == Mode::write;
  const int flags = SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_PRIVATECACHE | SQLITE_OPEN_EXRESCODE |
                    (write ? SQLITE_OPEN_READWRITE : SQLITE_OPEN_READONLY | SQLITE_OPEN_URI);
  const int code = sqlite3_open_v2(write ? path.c_str() : uri(path).c_str(), &out.db_, flags, nullptr);
  if (code != SQLITE_OK) return failed(out.db_, code, path);
  sqlite3_limit(out.db_, SQLITE_LIMIT_LENGTH, static_cast<int>(longest_blob));
  sqlite3_limit(out.db_, SQLITE_LIMIT_ATTACHED, 0);
  sqlite3_limit(out.db_, SQLITE_LIMIT_TRIGGER_DEPTH, 0);
  const std::pair<int, int> options[] = {{SQLITE_DBCONFIG_DEFENSIVE, 1},
                                         {SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0},
                                         {SQLITE_DBCONFIG_ENABLE_TRIGGER, 0},
                                         {SQLITE_DBCONFIG_ENABLE_VIEW, 0},
                                         {SQLITE_DBCONFIG_ENABLE_LOAD_EXTENSION, 0}};
  for (const auto& [option, value] : options) {
    if (const int set = sqlite3_db_config(out.db_, option, value, nullptr)) return failed(out.db_, set, path);
  }
  if (auto done = out.exec("PRAGMA mmap_size=0; PRAGMA cell_size_check=ON; PRAGMA temp_store=MEMORY"); !done)
    return done.error();
  return out;
}
Database::Database(Database&& other) noexcept { *this = std::move(other); }
Database& Database::operator=(Database&& other) noexcept {
  std::swap(db_, other.db_);
  std::swap(path_, other.path_);
  return *this;
}
Database::~Database() { sqlite3_close_v2(db_); }

Result<Statement> Database::prepare(std::string_view sql) {
  Statement out;
  out.db_ = db_;
  out.path_ = path_;
  const int code = sqlite3_prepare_v3(db_, sql.data(), static_cast<int>(sql.size()), SQLITE_PREPARE_PERSISTENT,
                                      &out.statement_, nullptr);
  if (code != SQLITE_OK) return failed(db_, code, *path_);
  return out;
}
Status Database::exec(const std::string& sql) {
  const int code = sqlite3_exec(db_, sql.c_str(), nullptr, nullptr, nullptr);
  if (code != SQLITE_OK) return failed(db_, code, *path_);
  return {};
}
Result<std::string> Database::first(std::string_view sql) {
  auto statement = prepare(sql);
  if (!statement) return statement.error();
  auto row = statement->step();
  if (!row) return row.error();
  return *row ? statement->text(0) : std::string();
}
bool Database::in_transaction() const { return sqlite3_get_autocommit(db_) == 0; }
Status Database::close() {
  const int code = sqlite3_close(db_);
  if (code != SQLITE_OK) return failed(db_, code, *path_);
  db_ = nullptr;
  return {};
}

}  // namespace inquest::sql
