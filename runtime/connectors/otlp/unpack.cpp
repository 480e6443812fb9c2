// Plain, gzip and zstd as one stream of bytes.
// SPDX-License-Identifier: Apache-2.0
#include "runtime/connectors/otlp/unpack.h"

#include <fcntl.h>
#include <unistd.h>
#include <zlib.h>
#include <zstd.h>

#include <cerrno>
#include <cstring>
#include <vector>

namespace inquest::otlp {
namespace {

class Plain : public Unpack {
 public:
  explicit Plain(const std::string& path) : fd_(::open(path.c_str(), O_RDONLY | O_CLOEXEC)) {
    if (fd_ < 0) problem_ = std::string("cannot be read: ") + std::strerror(errno);
  }
  ~Plain() override {
    if (fd_ >= 0) ::close(fd_);
  }
  Plain(const Plain&) = delete;
  Plain& operator=(const Plain&) = delete;
  size_t read(char* to, size_t size) override {
    while (fd_ >= 0) {
      const ssize_t n = ::read(fd_, to, size);
      if (n >= 0) return static_cast<size_t>(n);
      if (errno == EINTR) continue;
      problem_ = std::string("cannot be read: ") + std::strerror(errno);
      break;
    }
    return 0;
  }

 private:
  int fd_;
};

// Input of a packed file.
class Packed : public Unpack {
 protected:
  explicit Packed(const std::string& path) : file_(path), in_(size_t{128} << 10) {}
  bool refill(size_t& size) {  // false at the end of the file
    size = file_.read(in_.data(), in_.size());
    if (size == 0 && !file_.problem().empty()) problem_ = file_.problem();
    return size > 0;
  }
  Plain file_;
  std::vector<char> in_;
};

class Gzip final : public Packed {
 public:
  explicit Gzip(const std::string& path) : Packed(path) { good_ = inflateInit2(&stream_, 16 + MAX_WBITS) == Z_OK; }
  ~Gzip() override { inflateEnd(&stream_); }
  size_t read(char* to, size_t size) override {
    if (!good_) return 0;
    stream_.next_out = reinterpret_cast<Bytef*>(to);
    stream_.avail_out = static_cast<uInt>(size);
    while (stream_.avail_out == size) {
      if (stream_.avail_in == 0) {
        size_t got = 0;
        if (!refill(got)) {
          if (inside_ && problem_.empty()) problem_ = "ends inside the gzip stream";
          return 0;
        }
        stream_.next_in = reinterpret_cast<Bytef*>(in_.data());
        stream_.avail_in = static_cast<uInt>(got);
      }
      if (!inside_ && members_ > 0 && *stream_.next_in == 0) {  // zeros behind the last member are padding
        ++stream_.next_in, --stream_.avail_in;
        continue;
      }
      inside_ = true;
      const int result = inflate(&stream_, Z_NO_FLUSH);
      if (result == Z_STREAM_END) {
        inside_ = false;
        ++members_;
        inflateReset(&stream_);
      } else if (result != Z_OK && result != Z_BUF_ERROR) {
        good_ = false;
        problem_ = std::string("damaged gzip stream: ") + (stream_.msg != nullptr ? stream_.msg : "no reason given");
        break;
      }
    }
    return size - stream_.avail_out;
  }

 private:
  z_stream stream_{};
  bool good_ = false, inside_ = false;
  size_t members_ = 0;
};

class Zstd final : public Packed {
 public:
  explicit Zstd(const std::string& path) : Packed(path), context_(ZSTD_createDCtx()) {}
  ~Zstd() override { ZSTD_freeDCtx(context_); }
  Zstd(const Zstd&) = delete;
  Zstd& operator=(const Zstd&) = delete;
  size_t read(char* to, size_t size) override {
    ZSTD_outBuffer out{to, size, 0};
    while (good_ && out.pos == 0) {
      if (source_.pos == source_.size && !more_) {
        size_t got = 0;
        if (!refill(got)) {
          if (inside_ && problem_.empty()) problem_ = "ends inside a zstd frame";
          return 0;
        }
        source_ = {in_.data(), got, 0};
      }
      const size_t left = ZSTD_decompressStream(context_, &out, &source_);
      if (ZSTD_isError(left)) {
        good_ = false;
        problem_ = std::string("damaged zstd stream: ") + ZSTD_getErrorName(left);
        break;
      }
      inside_ = left != 0;
      more_ = out.pos == out.size;  // output may still wait inside
    }
    return out.pos;
  }

 private:
  ZSTD_DCtx* context_;
  ZSTD_inBuffer source_{nullptr, 0, 0};
  bool good_ = true, inside_ = false, more_ = false;
};

}  // namespace

std::unique_ptr<Unpack> open_unpack(const File& file) {
  if (file.packing == Packing::gzip) return std::make_unique<Gzip>(file.path);
  if (file.packing == Packing::zstd) return std::make_unique<Zstd>(file.path);
  return std::make_unique<Plain>(file.path);
}

}  // namespace inquest::otlp
