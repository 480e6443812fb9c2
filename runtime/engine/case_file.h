// Case file: one SQLite file that holds journal, evidence, texts and verdict of one run. The only door to SQLite.
// SPDX-License-Identifier: Apache-2.0
//
// Tables: meta(key, value), journal(seq, kind, payload, hash, at, ms, bytes, attempts, side_hash),
// evidence(id, ask, scope, source, frame, hash, native, rows, bytes, ms), text(hash, content). Mode 0600, one
// connection, WAL + FULL while it runs, one file without side files after close(). Frames are zstd-compressed encodings.
// A row is on disk when append() returns, or, between begin() and commit(), when commit() does. A second process that opens a running case for writing gets Code::busy; for
// reading it gets a read-only copy. Opened defensively: no triggers, views or extensions are run, blobs are capped.
// Locks: the writer holds flock(LOCK_EX) on the file and SQLite's exclusive mode, so that there is one connection in one
// process (SQLite below 3.51.3 can lose rows of a WAL with several). A reader holds LOCK_SH; where it cannot have it, or
// where a run was killed and left a write-ahead log, it reads a private copy that goes when it is closed.
// Errors: busy (held elsewhere), damaged (names the first bad row), io (disk full and its like; the rows before stand),
// usage (the file to create exists). After an io error of append the row is not there; a later append may succeed.
// Thread rule: one owner thread.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "runtime/base/error.h"
#include "runtime/engine/journal.h"
#include "runtime/frame/frame.h"

namespace inquest {

struct EvidenceRow {
  std::string id;               // E1
  Json ask, scope;              // ask_json, scope_json
  std::string source, native;
  FramePtr frame;               // null when the ask failed
  std::string hash;             // of the frame
  int64_t rows = 0, bytes = 0;
  double ms = 0;
};

struct RowSide { double ms = 0; int64_t bytes = 0; int attempts = 0; };  // what the clock and the wire say of a row

class CaseFile final {
 public:
  static Result<std::unique_ptr<CaseFile>> create(const std::string& path, Clock& clock);
  static Result<std::unique_ptr<CaseFile>> open(const std::string& path);       // for reading; checks both chains
  // For appending to a case that was interrupted or waits; checks both chains.
  static Result<std::unique_ptr<CaseFile>> reopen(const std::string& path, Clock& clock);
  ~CaseFile();

  CaseFile(const CaseFile&) = delete;
  CaseFile& operator=(const CaseFile&) = delete;

  Result<JournalRow> append(const std::string& kind, Json payload, const RowSide& side = {});
  // What is written between begin() and commit() is on the disk together when commit() returns, or not at all: one
  // sync for many rows. begin() inside a group does nothing; a failed commit() leaves the case as it was at begin().
  Status begin();
  Status commit();
  Status put_evidence(const EvidenceRow& row);
  Result<std::string> put_text(const std::string& content);                      // returns its hash
  Status put_meta(const std::string& key, const std::string& value);
  Status close();                                                                // checkpoint; no side files remain

  Result<std::vector<JournalRow>> journal() const;
  Result<std::vector<EvidenceRow>> evidence(bool with_frames = true) const;
  Result<std::optional<EvidenceRow>> evidence(const std::string& id) const;
  Result<std::optional<EvidenceRow>> evidence(const char* id) const { return evidence(std::string(id)); }  // not bool
  Result<std::string> text(const std::string& hash) const;
  std::string meta(const std::string& key) const;
  const std::string& path() const;
  bool sealed() const;                                                           // ends with run_ended and the chain fits

 private:
  struct Inside;
  explicit CaseFile(std::unique_ptr<Inside> inside);
  std::unique_ptr<Inside> inside_;
};

// $XDG_STATE_HOME/inquest/cases (else ~/.local/state/inquest/cases), made with mode 0700; file <utc>-<sop>-<id>.case.
Result<std::string> default_case_path(const std::string& sop, Time now, const std::string& id);
std::string cases_folder();

}  // namespace inquest
