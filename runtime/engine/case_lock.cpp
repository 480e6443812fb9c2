// flock, O_EXCL, and copies of a case that another process writes.
// SPDX-License-Identifier: Apache-2.0
#include "runtime/engine/case_lock.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <vector>

namespace inquest {
namespace fs = std::filesystem;
namespace {

Error failed(const std::string& path, const std::string& what, int number) {
  const bool absent = number == ENOENT || number == ENOTDIR;
  return Error{absent ? Code::not_found : Code::io, "cannot " + what + ": " + std::strerror(number), path};
}
Error held(const std::string& path) {
  return Error{Code::busy, "the case is in use by another process", path,
               "wait until it ends; `inquest report` reads a running case from a copy"};
}
Status take(int fd, int how, const std::string& path) {
  while (::flock(fd, how | LOCK_NB) != 0) {
    if (errno == EINTR) continue;
    if (errno == EWOULDBLOCK) return held(path);
    return failed(path, "lock the case", errno);
  }
  return {};
}
Status regular(int fd, const std::string& path) {
  struct stat info {};
  if (::fstat(fd, &info) != 0) return failed(path, "read the case", errno);
  if (!S_ISREG(info.st_mode))
    return Error{Code::parse, "is no case file but a folder or device", path, "give a *.case file"};
  return {};
}

// A new entry in a folder survives a power cut only when the folder itself is written.
void sync_folder_of(const std::string& path) {
  std::string folder = fs::path(path).parent_path().string();
  if (folder.empty()) folder = ".";
  const int fd = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (fd < 0) return;
  (void)::fsync(fd);
  ::close(fd);
}

Status copy_file(const std::string& from, const std::string& to, bool may_lack) {
  const int in = ::open(from.c_str(), O_RDONLY | O_CLOEXEC);
  if (in < 0) return may_lack && errno == ENOENT ? Status{} : Status{failed(from, "copy the case", errno)};
  const int out = ::open(to.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  Status result;
  if (out < 0) result = failed(to, "copy the case", errno);
  std::vector<char> buffer(size_t{1} << 18);
  while (result) {
    const ssize_t n = ::read(in, buffer.data(), buffer.size());
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) result = failed(from, "copy the case", errno);
    if (n <= 0) break;
    for (ssize_t done = 0; done < n && result;) {
      const ssize_t m = ::write(out, buffer.data() + done, static_cast<size_t>(n - done));
      if (m < 0 && errno != EINTR) result = failed(to, "copy the case", errno);
      if (m > 0) done += m;
    }
  }
  ::close(in);
  if (out >= 0) ::close(out);
  return result;
}

}  // namespace

FileLock& FileLock::operator=(FileLock&& other) noexcept {
  std::swap(fd_, other.fd_);
  return *this;
}
void FileLock::release() {
  if (fd_ >= 0) ::close(fd_);
  fd_ = -1;
}

Result<FileLock> FileLock::create(const std::string& path) {
  FileLock lock;
  lock.fd_ = ::open(path.c_str(), O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
  if (lock.fd_ < 0) {
    const int number = errno;
    if (number == EEXIST) {
      auto other = writing(path);
      if (!other && other.error().code == Code::busy) return other.error();
      return Error{Code::usage, "there is already a file of this name", path,
                   "choose another name, or remove it first"};
    }
    Error error = failed(path, "make the case file", number);
    error.cure = number == ENOENT ? "make the folder first" : "check the rights of the folder";
    return error;
  }
  if (::fchmod(lock.fd_, 0600) != 0) return failed(path, "protect the case file", errno);
  if (auto taken = take(lock.fd_, LOCK_EX, path); !taken) return taken.error();
  sync_folder_of(path);
  return lock;
}
Result<FileLock> FileLock::writing(const std::string& path) {
  FileLock lock;
  lock.fd_ = ::open(path.c_str(), O_RDWR | O_CLOEXEC | O_NONBLOCK);
  if (lock.fd_ < 0) return failed(path, "open the case", errno);
  if (auto fits = regular(lock.fd_, path); !fits) return fits.error();
  if (auto taken = take(lock.fd_, LOCK_EX, path); !taken) return taken.error();
  return lock;
}
Result<FileLock> FileLock::reading(const std::string& path) {
  FileLock lock;
  lock.fd_ = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (lock.fd_ < 0) return failed(path, "open the case", errno);
  if (auto fits = regular(lock.fd_, path); !fits) return fits.error();
  if (auto taken = take(lock.fd_, LOCK_SH, path); !taken) return taken.error();
  return lock;
}

PrivateCopy& PrivateCopy::operator=(PrivateCopy&& other) noexcept {
  std::swap(folder_, other.folder_);
  return *this;
}
PrivateCopy::~PrivateCopy() {
  std::error_code ignored;
  if (!folder_.empty()) fs::remove_all(folder_, ignored);
}
Result<PrivateCopy> PrivateCopy::of(const std::string& path) {
  std::error_code error;
  std::string pattern = (fs::temp_directory_path(error) / "inquest-case-XXXXXX").string();
  if (error) pattern = "/tmp/inquest-case-XXXXXX";
  PrivateCopy copy;
  if (!::mkdtemp(pattern.data())) return failed(pattern, "make a private copy of the case", errno);
  copy.folder_ = pattern;
  // The main file first: a writer only appends to its log, so that whatever the log copy ends with fits.
  if (auto done = copy_file(path, copy.file(), false); !done) return done.error();
  for (const char* side : {"-wal", "-journal"}) {
    if (auto done = copy_file(path + side, copy.file() + side, true); !done) return done.error();
  }
  return copy;
}

bool has_log(const std::string& path) {
  for (const char* side : {"-wal", "-journal"}) {
    struct stat info {};
    if (::stat((path + side).c_str(), &info) == 0 && info.st_size > 0) return true;
  }
  return false;
}

}  // namespace inquest
