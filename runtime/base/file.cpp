// Whole files in and out through POSIX calls (declared in text.h).
// SPDX-License-Identifier: Apache-2.0
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <memory>

#include "runtime/base/text.h"

namespace inquest {
namespace {

class Handle final {
 public:
  explicit Handle(int fd) : fd_(fd) {}
  ~Handle() { if (fd_ >= 0) ::close(fd_); }
  Handle(const Handle&) = delete;
  Handle& operator=(const Handle&) = delete;
  int get() const { return fd_; }
  bool open() const { return fd_ >= 0; }
  int close() { const int fd = fd_; fd_ = -1; return ::close(fd); }

 private:
  int fd_;
};

Error failed(const std::string& path, const char* what, int number) {
  return Error{number == ENOENT || number == ENOTDIR ? Code::not_found : Code::io,
               std::string("cannot ") + what + ": " + std::strerror(number), path};
}

bool write_all(int fd, std::string_view content) {
  while (!content.empty()) {
    const ssize_t n = ::write(fd, content.data(), content.size());
    if (n < 0) {
      if (errno == EINTR) continue;
      return false;
    }
    content.remove_prefix(static_cast<size_t>(n));
  }
  return true;
}

}  // namespace

Result<std::string> read_file(const std::string& path, size_t at_most) {
  Handle file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!file.open()) return failed(path, "open", errno);
  struct stat info {};
  if (::fstat(file.get(), &info) != 0) return failed(path, "read", errno);
  if (S_ISDIR(info.st_mode)) return Error{Code::io, "is a directory, not a file", path};
  const Error too_large{Code::io, "is larger than " + human(static_cast<double>(at_most), "By"), path};
  if (S_ISREG(info.st_mode) && static_cast<uint64_t>(info.st_size) > at_most) return too_large;
  std::string out;
  if (S_ISREG(info.st_mode)) out.reserve(static_cast<size_t>(info.st_size));
  const auto buffer = std::make_unique<char[]>(1 << 16);
  for (;;) {
    const ssize_t n = ::read(file.get(), buffer.get(), 1 << 16);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return failed(path, "read", errno);
    if (n == 0) return out;
    if (out.size() + static_cast<size_t>(n) > at_most) return too_large;
    out.append(buffer.get(), static_cast<size_t>(n));
  }
}

Status write_file(const std::string& path, std::string_view content, int mode) {
  std::string target = path;
  struct stat info {};
  if (::stat(path.c_str(), &info) == 0) {
    if (S_ISDIR(info.st_mode)) return Error{Code::io, "is a directory, not a file", path};
    if (!S_ISREG(info.st_mode)) {  // a device or pipe is written into, never replaced
      Handle file(::open(path.c_str(), O_WRONLY | O_CLOEXEC));
      if (!file.open() || !write_all(file.get(), content)) return failed(path, "write", errno);
      return {};
    }
    char* const real = ::realpath(path.c_str(), nullptr);  // a link stays, what it points to is replaced
    if (real) target = real;
    std::free(real);
  }
  std::string temporary;
  int fd = -1;
  for (int n = 0; n < 100 && fd < 0; ++n) {
    temporary = target + ".part-" + std::to_string(::getpid()) + "-" + std::to_string(n);
    fd = ::open(temporary.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, static_cast<mode_t>(mode));
    if (fd < 0 && errno != EEXIST) return failed(path, "write", errno);
  }
  if (fd < 0) return failed(path, "write", EEXIST);
  Handle file(fd);
  const bool written = write_all(file.get(), content) && ::fsync(file.get()) == 0 && file.close() == 0 &&
                       ::rename(temporary.c_str(), target.c_str()) == 0;
  if (!written) {
    const int number = errno;
    ::unlink(temporary.c_str());
    return failed(path, "write", number);
  }
  const size_t slash = target.rfind('/');  // the new name itself must survive a power cut
  const std::string folder = slash == std::string::npos ? "." : slash == 0 ? "/" : target.substr(0, slash);
  Handle directory(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (directory.open()) (void)::fsync(directory.get());  // not every file system can
  return {};
}

}  // namespace inquest
