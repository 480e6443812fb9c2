// Reader: a directory (or one file) of OTLP-JSON lines, read signal by signal into the columns of store.h.
// SPDX-License-Identifier: Apache-2.0
//
// What is read: files of the directory and of its direct subfolders, plain, gzip or zstd (by their first bytes), whose
// lines are OTLP-JSON as the Collector's file exporter writes them. What a file holds is decided by its content; names
// do not matter. A file may mix signals, spans of a trace may be spread over files, a last line may be cut.
// Life: `open` looks at the first bytes of every file. A signal is read whole at its first touch, once; the answer is
// immutable and shared. `extent` needs the times of everything and so touches every signal that is present.
// Order: rows stand in the order (file name, byte offset) for any number of threads and any order of the directory;
// text ids in order of first appearance. Two reads of the same files are equal bit by bit.
// Errors: not_found (no such path), nothing (files were seen, none holds OTLP-JSON lines; or the asked signal is not
// among them), io, interrupted (stop was set; the next touch reads again). Bad lines and records are never errors: they
// are counted and named in `reading`.
// Thread rule: every call may come from any thread; the first touch of a signal makes the others wait for it.
#pragma once

#include <array>
#include <atomic>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "runtime/base/error.h"
#include "runtime/connectors/otlp/files.h"
#include "runtime/connectors/otlp/store.h"

namespace inquest::otlp {

class Reader final {
 public:
  struct Options {
    size_t threads = 0;                          // 0: as many as the machine has
    size_t block_bytes = size_t{4} << 20;        // unit of work; cut at a line end
    size_t longest_line = size_t{256} << 20;     // longer ones are refused and counted as bad
  };

  static Result<std::unique_ptr<Reader>> open(const std::string& path, const Options& options);
  static Result<std::unique_ptr<Reader>> open(const std::string& path) { return open(path, Options{}); }

  std::vector<std::string> signals() const;      // those present: "metrics", "spans", "logs", in this order
  bool has(Signal signal) const;
  const std::vector<std::string>& notes() const { return notes_; }  // files left aside and why

  Result<std::shared_ptr<const Metrics>> metrics(const std::atomic<bool>& stop);
  Result<std::shared_ptr<const Spans>> spans(const std::atomic<bool>& stop);
  Result<std::shared_ptr<const Logs>> logs(const std::atomic<bool>& stop);

  // First to last time of all signals that are present: reads those not read yet. No value when nothing has a time.
  Result<std::optional<Window>> extent(const std::atomic<bool>& stop);

  Reading reading(Signal signal) const;          // zero before the signal is read

 private:
  struct State {
    std::mutex busy;                             // held by the thread that reads
    mutable std::mutex guard;                    // over what follows
    std::shared_ptr<const void> table;
    Reading reading;
    bool started = false;                        // under files_guard_: its list of files is taken
  };
  explicit Reader(const Options& options) : options_(options) {}
  template <class T>
  Result<std::shared_ptr<const T>> table(Signal signal, const std::atomic<bool>& stop);

  Options options_;
  std::string path_;
  mutable std::mutex files_guard_;
  std::vector<File> files_;                      // sorted by name; those that hold OTLP-JSON lines
  std::vector<std::string> notes_;
  std::array<State, signal_count> states_;
};

}  // namespace inquest::otlp
