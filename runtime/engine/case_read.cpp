// Reading a case: opening without disturbing a writer, both chains, evidence and texts against their hashes.
// SPDX-License-Identifier: Apache-2.0
#include <pwd.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zstd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <map>

#include "runtime/base/hash.h"
#include "runtime/base/text.h"
#include "runtime/engine/case_inside.h"
#include "runtime/engine/case_schema.h"

namespace inquest {
namespace fs = std::filesystem;
namespace {

Error damaged(const std::string& path, const std::string& what) {
  return Error{Code::damaged, what, path, "the file was changed or its disk failed; take an earlier copy of it"};
}

Result<FramePtr> unpack(std::string_view packed, const std::string& path, const std::string& id) {
  const unsigned long long size = ZSTD_getFrameContentSize(packed.data(), packed.size());
  if (size == ZSTD_CONTENTSIZE_ERROR || size == ZSTD_CONTENTSIZE_UNKNOWN)
    return damaged(path, id + ": its frame is no zstd frame");
  if (size > static_cast<unsigned long long>(sql::longest_blob))
    return damaged(path, id + ": its frame unpacks to more than 256 MB");
  std::string plain(size, '\0');
  const size_t got = ZSTD_decompress(plain.data(), plain.size(), packed.data(), packed.size());
  if (ZSTD_isError(got) || got != size) return damaged(path, id + ": its frame does not unpack");
  auto frame = decode(plain);
  if (!frame) return damaged(path, id + ": its frame cannot be read: " + frame.error().message);
  return frame;
}

}  // namespace

Status CaseFile::Inside::verify() {
  auto rows =
      db->prepare("SELECT seq, kind, payload, hash, at, ms, bytes, attempts, side_hash FROM journal ORDER BY seq");
  if (!rows) return rows.error();
  last_seq = 0;
  last_hash.clear(), last_side.clear(), last_kind.clear();
  std::map<std::string, std::string> answers;  // evidence → hash, as the journal says
  for (;;) {
    auto row = rows->step();
    if (!row) return row.error();
    if (!*row) break;
    JournalRow read;
    read.seq = rows->integer(0);
    const std::string name = "journal row " + std::to_string(last_seq + 1);
    if (read.seq != last_seq + 1) return damaged(path, name + " is missing");
    read.kind = rows->text(1);
    read.hash = rows->text(3);
    read.at = {rows->integer(4)};
    read.ms = rows->number(5);
    read.bytes = rows->integer(6);
    read.attempts = static_cast<int>(rows->integer(7));
    const std::string payload = rows->text(2), side = rows->text(8);
    if (chain_hash(last_hash, read.seq, read.kind, payload) != read.hash) {
      return damaged(path, name + " (" + printable(read.kind, 40) + ") does not fit its hash");
    }
    if (side_chain_hash(last_side, read) != side) {
      return damaged(path,
                     name + " (" + printable(read.kind, 40) + "): its time, size or attempts do not fit their hash");
    }
    if (read.kind == "answered" || read.kind == "run_ended") {
      auto json = parse_json(payload, name);
      if (!json) return damaged(path, name + " is no JSON");
      if (read.kind == "answered") answers[member_text(*json, "evidence")] = member_text(*json, "hash");
      if (read.kind == "run_ended" && member_text(*json, "chain") != last_hash)
        return damaged(path, name + " (run_ended) seals another chain");
    }
    last_seq = read.seq;
    last_hash = read.hash;
    last_side = side;
    last_kind = read.kind;
  }
  auto evidence = db->prepare("SELECT id, hash FROM evidence ORDER BY number");
  if (!evidence) return evidence.error();
  for (;;) {
    auto row = evidence->step();
    if (!row) return row.error();
    if (!*row) break;
    const auto said = answers.find(evidence->text(0));
    if (said == answers.end()) continue;
    if (said->second != evidence->text(1))
      return damaged(path, "evidence " + said->first + " is not what the journal says was answered");
    answers.erase(said);
  }
  if (!answers.empty()) return damaged(path, "evidence " + answers.begin()->first + " is missing");
  return {};
}

Result<std::unique_ptr<CaseFile>> CaseFile::open(const std::string& path) {
  Error last;
  for (int attempt = 0; attempt < 3; ++attempt) {  // a copy taken while a log was being taken in may not fit
    auto inside = std::make_unique<Inside>();
    inside->path = path;
    auto lock = FileLock::reading(path);
    const bool running = !lock && lock.error().code == Code::busy;
    if (!lock && !running) return lock.error();
    std::string file = path;
    auto mode = sql::Database::Mode::read;
    if (running || has_log(path)) {
      auto copy = PrivateCopy::of(path);
      if (!copy) return copy.error();
      inside->copy = std::move(*copy);
      file = inside->copy.file();
      mode = sql::Database::Mode::write;
    }
    if (!running) inside->lock = std::move(*lock);
    const auto start = [&]() -> Status {
      auto db = sql::Database::open(file, mode);
      if (!db) return db.error();
      inside->db = std::make_unique<sql::Database>(std::move(*db));
      if (mode == sql::Database::Mode::write) {
        if (auto done = inside->db->exec("PRAGMA locking_mode=EXCLUSIVE"); !done) return done;
      }
      if (auto fits = check_schema(*inside->db, path); !fits) return fits;
      return inside->verify();
    };
    auto started = start();
    if (started) return std::unique_ptr<CaseFile>(new CaseFile(std::move(inside)));
    last = started.error();
    last.where = path;
    if (!running) break;
  }
  return last;
}

Result<std::unique_ptr<CaseFile>> CaseFile::reopen(const std::string& path, Clock& clock) {
  auto lock = FileLock::writing(path);
  if (!lock) return lock.error();
  auto inside = std::make_unique<Inside>();
  inside->path = path;
  inside->clock = &clock;
  auto db = sql::Database::open(path, sql::Database::Mode::write);
  if (!db) return db.error();
  inside->db = std::make_unique<sql::Database>(std::move(*db));
  // The form is checked before anything is written, and again nothing is run that the file brings along.
  if (auto done = inside->db->exec("PRAGMA locking_mode=EXCLUSIVE"); !done) return done.error();
  if (auto fits = check_schema(*inside->db, path); !fits) return fits.error();
  if (auto fits = inside->verify(); !fits) return fits.error();
  if (auto done = inside->start_writing(); !done) return done.error();
  if (auto done = inside->prepare(); !done) return done.error();
  inside->lock = std::move(*lock);
  return std::unique_ptr<CaseFile>(new CaseFile(std::move(inside)));
}

Result<std::vector<JournalRow>> CaseFile::journal() const {
  if (!inside_->db) return Error{Code::bug, "the case is closed", inside_->path};
  auto rows =
      inside_->db->prepare("SELECT seq, kind, payload, hash, at, ms, bytes, attempts FROM journal ORDER BY seq");
  if (!rows) return rows.error();
  std::vector<JournalRow> out;
  for (;;) {
    auto row = rows->step();
    if (!row) return row.error();
    if (!*row) return out;
    JournalRow read;
    read.seq = rows->integer(0);
    read.kind = rows->text(1);
    auto payload = parse_json(rows->text(2), "journal row " + std::to_string(read.seq));
    if (!payload) return damaged(inside_->path, "journal row " + std::to_string(read.seq) + " is no JSON");
    read.payload = std::move(*payload);
    read.hash = rows->text(3);
    read.at = {rows->integer(4)};
    read.ms = rows->number(5);
    read.bytes = rows->integer(6);
    read.attempts = static_cast<int>(rows->integer(7));
    out.push_back(std::move(read));
  }
}

Result<EvidenceRow> CaseFile::Inside::read_evidence(sql::Statement& row, bool with_frame) const {
  EvidenceRow out;
  out.id = printable(row.text(0), 40);
  auto ask = parse_json(row.text(1), out.id), scope = parse_json(row.text(2), out.id);
  if (!ask || !scope) return damaged(path, out.id + ": its ask or scope is no JSON");
  out.ask = std::move(*ask);
  out.scope = std::move(*scope);
  out.source = row.text(3);
  out.hash = row.text(4);
  out.native = row.text(5);
  out.rows = row.integer(6);
  out.bytes = row.integer(7);
  out.ms = row.number(8);
  if (with_frame && !row.null(9)) {
    auto frame = unpack(row.blob(9), path, out.id);
    if (!frame) return frame.error();
    if (hash(**frame) != out.hash) return damaged(path, out.id + ": its frame does not fit its hash");
    out.frame = std::move(*frame);
  }
  return out;
}
namespace {
constexpr const char* evidence_columns =
    "SELECT id, ask, scope, source, hash, native, rows, bytes, ms, frame FROM evidence ";
}
Result<std::vector<EvidenceRow>> CaseFile::evidence(bool with_frames) const {
  if (!inside_->db) return Error{Code::bug, "the case is closed", inside_->path};
  auto rows = inside_->db->prepare(std::string(evidence_columns) + "ORDER BY number");
  if (!rows) return rows.error();
  std::vector<EvidenceRow> out;
  for (;;) {
    auto row = rows->step();
    if (!row) return row.error();
    if (!*row) return out;
    auto read = inside_->read_evidence(*rows, with_frames);
    if (!read) return read.error();
    out.push_back(std::move(*read));
  }
}
Result<std::optional<EvidenceRow>> CaseFile::evidence(const std::string& id) const {
  if (!inside_->db) return Error{Code::bug, "the case is closed", inside_->path};
  auto rows = inside_->db->prepare(std::string(evidence_columns) + "WHERE id = ?1 ORDER BY number");
  if (!rows) return rows.error();
  rows->bind(1, id);
  auto row = rows->step();
  if (!row) return row.error();
  if (!*row) return std::optional<EvidenceRow>();
  auto read = inside_->read_evidence(*rows, true);
  if (!read) return read.error();
  return std::optional<EvidenceRow>(std::move(*read));
}
Result<std::string> CaseFile::text(const std::string& hash_of) const {
  if (!inside_->db) return Error{Code::bug, "the case is closed", inside_->path};
  auto rows = inside_->db->prepare("SELECT content FROM text WHERE hash = ?1");
  if (!rows) return rows.error();
  rows->bind(1, hash_of);
  auto row = rows->step();
  if (!row) return row.error();
  if (!*row) return Error{Code::not_found, "the case holds no text " + printable(hash_of, 64), inside_->path};
  std::string content(rows->blob(0));
  if (sha256_hex(content) != hash_of)
    return damaged(inside_->path, "text " + printable(hash_of, 64) + " does not fit its hash");
  return content;
}
std::string CaseFile::meta(const std::string& key) const {
  if (!inside_->db) return "";
  auto rows = inside_->db->prepare("SELECT value FROM meta WHERE key = ?1");
  if (!rows) return "";
  rows->bind(1, key);
  auto row = rows->step();
  return row && *row ? rows->text(0) : "";
}
bool CaseFile::sealed() const { return inside_->last_kind == "run_ended"; }

std::string cases_folder() {
  const char* state = std::getenv("XDG_STATE_HOME");
  if (state && state[0] == '/') return std::string(state) + "/inquest/cases";
  const char* home = std::getenv("HOME");
  if (!home || !*home) {
    const passwd* user = ::getpwuid(::getuid());
    home = user && user->pw_dir ? user->pw_dir : ".";
  }
  return std::string(home) + "/.local/state/inquest/cases";
}

Result<std::string> default_case_path(const std::string& sop, Time now, const std::string& id) {
  const std::string folder = cases_folder();
  std::error_code error;
  fs::create_directories(fs::path(folder).parent_path(), error);
  if (error)
    return Error{Code::io, "cannot make the folder of cases: " + error.message(), folder,
                 "name a file with --case FILE"};
  if (::mkdir(folder.c_str(), 0700) != 0 && errno != EEXIST) {
    return Error{Code::io, std::string("cannot make the folder of cases: ") + std::strerror(errno), folder,
                 "name a file with --case FILE"};
  }
  std::string utc;  // 20261121T102839Z
  for (const char c : print_time({now.ns - now.ns % ns_per_s})) {
    if (c != '-' && c != ':') utc += c;
  }
  return folder + "/" + utc + "-" + sop + "-" + id + ".case";
}

}  // namespace inquest
