// Four tables; their text is compared to the letter.
// SPDX-License-Identifier: Apache-2.0
#include "runtime/engine/case_schema.h"

#include <map>

namespace inquest {
namespace {

const std::map<std::string, std::string>& tables() {
  static const std::map<std::string, std::string> all = {
      {"meta", "CREATE TABLE meta(key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID"},
      {"journal",
       "CREATE TABLE journal(seq INTEGER PRIMARY KEY, kind TEXT NOT NULL, payload TEXT NOT NULL, hash TEXT NOT NULL, "
       "at INTEGER NOT NULL, ms REAL NOT NULL, bytes INTEGER NOT NULL, attempts INTEGER NOT NULL, side_hash TEXT NOT "
       "NULL)"},
      {"evidence",
       "CREATE TABLE evidence(number INTEGER PRIMARY KEY, id TEXT NOT NULL, ask TEXT NOT NULL, scope TEXT NOT NULL, "
       "source TEXT NOT NULL, frame BLOB, hash TEXT NOT NULL, native TEXT NOT NULL, rows INTEGER NOT NULL, "
       "bytes INTEGER NOT NULL, ms REAL NOT NULL)"},
      {"text", "CREATE TABLE text(hash TEXT PRIMARY KEY, content BLOB NOT NULL) WITHOUT ROWID"},
  };
  return all;
}

}  // namespace

Status create_schema(sql::Database& db) {
  std::string all = "PRAGMA application_id=" + std::to_string(case_application) +
                    "; BEGIN; PRAGMA user_version=" + std::to_string(case_format) + ";";
  for (const auto& [name, text] : tables()) all += text + ";";
  auto done = db.exec(all + "COMMIT");
  if (!done) (void)db.exec("ROLLBACK");
  return done;
}

Status check_schema(sql::Database& db, const std::string& path) {
  auto application = db.first("PRAGMA application_id");
  if (!application) return application.error();
  if (*application != std::to_string(case_application)) {
    return Error{Code::parse, "is no case file of Inquest", path, "give a file that `inquest run` wrote (*.case)"};
  }
  auto format = db.first("PRAGMA user_version");
  if (!format) return format.error();
  if (*format != std::to_string(case_format)) {
    return Error{Code::parse,
                 "is a case of format " + *format + "; this version reads format " + std::to_string(case_format), path,
                 "use the version of Inquest that wrote it"};
  }
  auto all = db.prepare("SELECT type, name, sql FROM sqlite_schema ORDER BY rowid");
  if (!all) return all.error();
  size_t fitting = 0;
  for (;;) {
    auto row = all->step();
    if (!row) return row.error();
    if (!*row) break;
    const auto table = tables().find(all->text(1));
    if (all->text(0) != "table" || table == tables().end() || all->text(2) != table->second) {
      return Error{Code::damaged, "holds the " + all->text(0) + " `" + all->text(1) + "`, which no case has", path,
                   "the file was changed after it was written; do not trust it"};
    }
    ++fitting;
  }
  if (fitting != tables().size()) return Error{Code::damaged, "lacks tables that every case has", path};
  auto quick = db.first("PRAGMA quick_check(1)");
  if (!quick) return quick.error();
  if (*quick != "ok") return Error{Code::damaged, "is damaged: " + *quick, path};
  return {};
}

}  // namespace inquest
