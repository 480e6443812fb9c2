// What a CaseFile holds: connection, kept statements, lock, and the ends of both chains.
// SPDX-License-Identifier: Apache-2.0
//
// Private to runtime/engine.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "runtime/engine/case_file.h"
#include "runtime/engine/case_lock.h"
#include "runtime/engine/sqlite.h"

namespace inquest {

struct CaseFile::Inside {
  std::string path;
  Clock* clock = nullptr;
  FileLock lock;  // outlives the connection: closing another handle of a file drops SQLite's locks
  PrivateCopy copy;
  std::unique_ptr<sql::Database> db;  // null after close
  sql::Statement insert_row, insert_evidence, insert_text, insert_meta;
  bool writing = false;
  int64_t last_seq = 0;
  std::string last_hash, last_side, last_kind;
  int64_t log_bytes = 0;
  struct Ends {                            // of the chains, when a group began
    int64_t seq = 0;
    std::string hash, side, kind;
  };
  std::optional<Ends> group;

  Status start_writing();
  Status prepare();
  Status verify();  // both chains; sets the last_… fields
  void grow(int64_t by);
  Result<EvidenceRow> read_evidence(sql::Statement& row, bool with_frame) const;
};

// sha256(previous "\n" seq "\n" hash "\n" at "\n" ms "\n" bytes "\n" attempts)
std::string side_chain_hash(const std::string& previous, const JournalRow& row);

}  // namespace inquest
