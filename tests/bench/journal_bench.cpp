// Journal: what a row of a case costs against a bare SQLite commit of the same bytes, in the same table, on the same disk.
// SPDX-License-Identifier: Apache-2.0
//
//     journal_bench [rows] [folder]      prints both medians and their ratio; wanted: at most 1.3
//
// The peer is one prepared INSERT per commit, WAL + synchronous=FULL, one connection in exclusive mode, the hash columns
// filled with text of the same length. Both alternate in small blocks, so that a slow moment of the disk hits both.
#include <sqlite3.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <vector>

#include "runtime/engine/case_file.h"

using namespace inquest;

namespace {

double ms_of(const std::chrono::steady_clock::time_point from) {
  return std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - from).count();
}
double quantile(std::vector<double> values, double q) {
  std::sort(values.begin(), values.end());
  return values[static_cast<size_t>(q * static_cast<double>(values.size() - 1))];
}
[[noreturn]] void fail(const std::string& what) {
  std::fprintf(stderr, "journal_bench: %s\n", what.c_str());
  std::exit(1);
}

}  // namespace

int main(int argc, char** argv) {
  const int rows = argc > 1 ? std::atoi(argv[1]) : 1000;
  const std::string folder = argc > 2 ? argv[2] : "/tmp";
  if (rows < 20) fail("at least 20 rows");
  const std::string base = folder + "/inquest-bench-" + std::to_string(::getpid());
  const std::string case_path = base + ".case", bare_path = base + ".db";

  SystemClock clock;
  auto file = CaseFile::create(case_path, clock);
  if (!file) fail(file.error().print());
  sqlite3* db = nullptr;
  if (sqlite3_open(bare_path.c_str(), &db) != SQLITE_OK) fail(sqlite3_errmsg(db));
  const char* setup =
      "PRAGMA locking_mode=EXCLUSIVE; PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA wal_autocheckpoint=0;"
      "CREATE TABLE journal(seq INTEGER PRIMARY KEY, kind TEXT NOT NULL, payload TEXT NOT NULL, hash TEXT NOT NULL, "
      "at INTEGER NOT NULL, ms REAL NOT NULL, bytes INTEGER NOT NULL, attempts INTEGER NOT NULL, side_hash TEXT NOT NULL)";
  if (sqlite3_exec(db, setup, nullptr, nullptr, nullptr) != SQLITE_OK) fail(sqlite3_errmsg(db));
  sqlite3_stmt* insert = nullptr;
  sqlite3_prepare_v2(db, "INSERT INTO journal VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)", -1, &insert, nullptr);

  const Json payload{{"evidence", "E1"}, {"state", "metrics"}, {"native", std::string(700, 'q')}, {"rows", 1234}};
  const std::string text = canonical(payload), hash_like(64, 'a');
  std::vector<double> ours, bare;
  int64_t seq = 0;
  for (int done = 0; done < rows; done += 10) {
    for (int i = 0; i < 10; ++i) {
      const auto from = std::chrono::steady_clock::now();
      auto row = (*file)->append("ask_sent", payload, {1.5, 100, 1});
      ours.push_back(ms_of(from));
      if (!row) fail(row.error().print());
    }
    for (int i = 0; i < 10; ++i) {
      const auto from = std::chrono::steady_clock::now();
      sqlite3_bind_int64(insert, 1, ++seq);
      sqlite3_bind_text(insert, 2, "ask_sent", -1, SQLITE_STATIC);
      sqlite3_bind_text(insert, 3, text.c_str(), static_cast<int>(text.size()), SQLITE_STATIC);
      sqlite3_bind_text(insert, 4, hash_like.c_str(), 64, SQLITE_STATIC);
      sqlite3_bind_int64(insert, 5, clock.now().ns);
      sqlite3_bind_double(insert, 6, 1.5);
      sqlite3_bind_int64(insert, 7, 100);
      sqlite3_bind_int64(insert, 8, 1);
      sqlite3_bind_text(insert, 9, hash_like.c_str(), 64, SQLITE_STATIC);
      const int code = sqlite3_step(insert);
      sqlite3_reset(insert);
      bare.push_back(ms_of(from));
      if (code != SQLITE_DONE) fail(sqlite3_errmsg(db));
    }
  }
  sqlite3_finalize(insert);
  sqlite3_close(db);
  (void)(*file)->close();
  for (const char* side : {".case", ".db", ".db-wal", ".db-shm"}) ::unlink((base + side).c_str());
  std::printf("journal row   p50 %.3f ms  p99 %.3f ms  (%zu rows of %zu B)\n", quantile(ours, 0.5), quantile(ours, 0.99), ours.size(), text.size());
  std::printf("bare commit   p50 %.3f ms  p99 %.3f ms\n", quantile(bare, 0.5), quantile(bare, 0.99));
  std::printf("ratio of medians %.2f (wanted: at most 1.30)\n", quantile(ours, 0.5) / quantile(bare, 0.5));
  return 0;
}
