// Case lock: who may touch a case file — one writer or several readers — and private copies for those who may not.
// SPDX-License-Identifier: Apache-2.0
//
// Private to runtime/engine. The lock is flock() on the case file itself: no side file, gone with the process.
#pragma once

#include <string>

#include "runtime/base/error.h"

namespace inquest {

class FileLock final {
 public:
  FileLock() = default;
  FileLock(FileLock&& other) noexcept : fd_(other.fd_) { other.fd_ = -1; }
  FileLock& operator=(FileLock&& other) noexcept;
  ~FileLock() { release(); }
  // A new file, mode 0600 whatever the umask, held for writing. usage: it exists (busy: and is being written).
  static Result<FileLock> create(const std::string& path);
  static Result<FileLock> writing(const std::string& path);  // busy when anybody holds it
  static Result<FileLock> reading(const std::string& path);  // busy when a writer holds it
  void release();

 private:
  int fd_ = -1;
};

// A folder of mode 0700 with a copy of the case and its write-ahead log, removed with this value.
class PrivateCopy final {
 public:
  PrivateCopy() = default;
  PrivateCopy(PrivateCopy&& other) noexcept { std::swap(folder_, other.folder_); }
  PrivateCopy& operator=(PrivateCopy&& other) noexcept;
  ~PrivateCopy();
  static Result<PrivateCopy> of(const std::string& path);
  std::string file() const { return folder_ + "/copy.case"; }

 private:
  std::string folder_;
};

// Whether a run left a log beside the file that is not yet in it.
bool has_log(const std::string& path);

}  // namespace inquest
