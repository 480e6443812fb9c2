// Writing a case: create, append with both chains, evidence, texts, and the close that leaves one file.
// SPDX-License-Identifier: Apache-2.0
#include "runtime/engine/case_file.h"

#include <unistd.h>
#include <zstd.h>

#include <algorithm>

#include "runtime/base/hash.h"
#include "runtime/base/text.h"
#include "runtime/engine/case_inside.h"
#include "runtime/engine/case_schema.h"

namespace inquest {
namespace {

// The log is taken into the file only at the end and above this size: a reader's copy of both then always fits.
constexpr int64_t log_at_most = int64_t{64} << 20;

Error not_writing(const std::string& path) { return Error{Code::bug, "the case is open for reading only", path}; }

}  // namespace

std::string side_chain_hash(const std::string& previous, const JournalRow& row) {
  return sha256_hex(previous + "\n" + std::to_string(row.seq) + "\n" + row.hash + "\n" + std::to_string(row.at.ns) +
                    "\n" + shortest(row.ms) + "\n" + std::to_string(row.bytes) + "\n" + std::to_string(row.attempts));
}

CaseFile::CaseFile(std::unique_ptr<Inside> inside) : inside_(std::move(inside)) {}
CaseFile::~CaseFile() { (void)close(); }
const std::string& CaseFile::path() const { return inside_->path; }

// One connection in one process, so that a write-ahead log needs no shared memory. Where the disk cannot do it:
// TRUNCATE, with the folder synced too.
Status CaseFile::Inside::start_writing() {
  if (auto done = db->exec("PRAGMA locking_mode=EXCLUSIVE"); !done) return done;
  auto mode = db->first("PRAGMA journal_mode=WAL");
  if (!mode) return mode.error();
  if (*mode == "wal") {
    if (auto done = db->exec("PRAGMA synchronous=FULL; PRAGMA wal_autocheckpoint=0"); !done) return done;
  } else {
    mode = db->first("PRAGMA journal_mode=TRUNCATE");
    if (!mode) return mode.error();
    if (auto done = db->exec("PRAGMA synchronous=EXTRA"); !done) return done;
  }
  writing = true;
  return {};
}
Status CaseFile::Inside::prepare() {
  const auto make = [&](sql::Statement& into, std::string_view text) -> Status {
    auto statement = db->prepare(text);
    if (!statement) return statement.error();
    into = std::move(*statement);
    return {};
  };
  if (auto done = make(insert_row,
                       "INSERT INTO journal(seq, kind, payload, hash, at, ms, bytes, attempts, side_hash) "
                       "VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)");
      !done)
    return done;
  if (auto done = make(insert_evidence,
                       "INSERT OR REPLACE INTO evidence(number, id, ask, scope, source, frame, hash, native, "
                       "rows, bytes, ms) VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)");
      !done)
    return done;
  if (auto done = make(insert_text, "INSERT OR IGNORE INTO text(hash, content) VALUES(?1, ?2)"); !done) return done;
  return make(insert_meta, "INSERT OR REPLACE INTO meta(key, value) VALUES(?1, ?2)");
}

Result<std::unique_ptr<CaseFile>> CaseFile::create(const std::string& path, Clock& clock) {
  if (path.empty()) return Error{Code::usage, "the case file has no name", "", "give one with --case FILE"};
  auto lock = FileLock::create(path);
  if (!lock) return lock.error();
  auto inside = std::make_unique<Inside>();
  inside->path = path;
  inside->clock = &clock;
  const auto start = [&]() -> Status {
    auto db = sql::Database::open(path, sql::Database::Mode::write);
    if (!db) return db.error();
    inside->db = std::make_unique<sql::Database>(std::move(*db));
    if (auto done = inside->start_writing(); !done) return done;
    if (auto done = create_schema(*inside->db); !done) return done;
    return inside->prepare();
  };
  if (auto started = start(); !started) {
    inside.reset();
    for (const char* side : {"", "-wal", "-journal"}) ::unlink((path + side).c_str());
    return started.error();
  }
  inside->lock = std::move(*lock);
  return std::unique_ptr<CaseFile>(new CaseFile(std::move(inside)));
}

Result<JournalRow> CaseFile::append(const std::string& kind, Json payload, const RowSide& side) {
  Inside& in = *inside_;
  if (!in.writing) return not_writing(in.path);
  const auto& kinds = journal_kinds();
  if (std::find(kinds.begin(), kinds.end(), kind) == kinds.end()) {
    return Error{Code::bug, "`" + kind + "` is no kind of journal row", in.path, did_you_mean(kind, kinds)};
  }
  JournalRow row;
  const std::string text = canonical(payload);
  row.seq = in.last_seq + 1;
  row.kind = kind;
  row.payload = std::move(payload);
  row.hash = chain_hash(in.last_hash, row.seq, kind, text);
  row.at = in.clock->now();
  row.ms = side.ms;
  row.bytes = side.bytes;
  row.attempts = side.attempts;
  const std::string side_hash = side_chain_hash(in.last_side, row);
  in.insert_row.bind(1, row.seq).bind(2, kind).bind(3, text).bind(4, row.hash).bind(5, row.at.ns).bind(6, row.ms);
  in.insert_row.bind(7, row.bytes).bind(8, int64_t{row.attempts}).bind(9, side_hash);
  if (auto done = in.insert_row.run(); !done) return done.error();
  in.last_seq = row.seq;
  in.last_hash = row.hash;
  in.last_side = side_hash;
  in.last_kind = kind;
  in.grow(static_cast<int64_t>(text.size()));
  return row;
}

Status CaseFile::begin() {
  Inside& in = *inside_;
  if (!in.writing) return not_writing(in.path);
  if (in.group) return {};
  if (auto done = in.db->exec("BEGIN"); !done) return done;
  in.group = Inside::Ends{in.last_seq, in.last_hash, in.last_side, in.last_kind};
  return {};
}

Status CaseFile::commit() {
  Inside& in = *inside_;
  if (!in.group) return {};
  const Inside::Ends before = *std::exchange(in.group, std::nullopt);
  auto done = in.db->exec("COMMIT");
  if (done) return done;
  (void)in.db->exec("ROLLBACK");
  in.last_seq = before.seq;
  in.last_hash = before.hash;
  in.last_side = before.side;
  in.last_kind = before.kind;
  return done;
}

Status CaseFile::put_evidence(const EvidenceRow& row) {
  Inside& in = *inside_;
  if (!in.writing) return not_writing(in.path);
  int64_t number = 0;
  for (size_t i = 1; i < row.id.size() && i < 16 && row.id[i] >= '0' && row.id[i] <= '9'; ++i)
    number = number * 10 + (row.id[i] - '0');
  if (number == 0 || row.id != "E" + std::to_string(number))
    return Error{Code::bug, "`" + row.id + "` is no id of evidence", in.path};
  std::string packed;
  if (row.frame) {
    const std::string plain = encode(*row.frame);
    if (static_cast<int64_t>(plain.size()) > sql::longest_blob) {
      return Error{Code::io, row.id + " is larger than 256 MB", in.path, "narrow the ask or lower its limit",
                   "too_large"};
    }
    packed.resize(ZSTD_compressBound(plain.size()));
    const size_t size = ZSTD_compress(packed.data(), packed.size(), plain.data(), plain.size(), 3);
    if (ZSTD_isError(size)) return Error{Code::io, row.id + ": cannot compress: " + ZSTD_getErrorName(size), in.path};
    packed.resize(size);
  }
  const std::string ask = canonical(row.ask), scope = canonical(row.scope);
  in.insert_evidence.bind(1, number).bind(2, row.id).bind(3, ask).bind(4, scope).bind(5, row.source);
  if (row.frame)
    in.insert_evidence.bind_blob(6, packed);
  else
    in.insert_evidence.bind_null(6);
  in.insert_evidence.bind(7, row.hash).bind(8, row.native).bind(9, row.rows).bind(10, row.bytes).bind(11, row.ms);
  if (auto done = in.insert_evidence.run(); !done) return done;
  in.grow(static_cast<int64_t>(packed.size() + ask.size()));
  return {};
}

Result<std::string> CaseFile::put_text(const std::string& content) {
  Inside& in = *inside_;
  if (!in.writing) return not_writing(in.path);
  const std::string hash_of = sha256_hex(content);
  in.insert_text.bind(1, hash_of).bind_blob(2, content);
  if (auto done = in.insert_text.run(); !done) return done.error();
  in.grow(static_cast<int64_t>(content.size()));
  return hash_of;
}

Status CaseFile::put_meta(const std::string& key, const std::string& value) {
  Inside& in = *inside_;
  if (!in.writing) return not_writing(in.path);
  in.insert_meta.bind(1, key).bind(2, value);
  if (auto done = in.insert_meta.run(); !done) return done;
  in.grow(static_cast<int64_t>(value.size()));
  return {};
}

void CaseFile::Inside::grow(int64_t by) {
  log_bytes += by + 12288;  // a commit writes whole pages
  if (log_bytes < log_at_most || db->in_transaction()) return;
  (void)db->first("PRAGMA wal_checkpoint(TRUNCATE)");  // a failure leaves the rows in the log, where they are as safe
  log_bytes = 0;
}

Status CaseFile::close() {
  Inside& in = *inside_;
  if (!in.db) return {};
  const Status grouped = commit();
  const bool was_writing = std::exchange(in.writing, false);
  in.insert_row = {}, in.insert_evidence = {}, in.insert_text = {}, in.insert_meta = {};
  Status result = grouped;
  if (was_writing) {
    auto mode = in.db->first("PRAGMA journal_mode=DELETE");
    if (!mode)
      result = mode.error();
    else if (*mode != "delete")
      result =
          Error{Code::io, "the log of the case stays beside it", in.path, "resume or report the case to take it in"};
  }
  if (auto closed = in.db->close(); !closed && result) result = closed;
  in.db.reset();
  in.lock.release();
  in.copy = {};
  return result;
}

}  // namespace inquest
