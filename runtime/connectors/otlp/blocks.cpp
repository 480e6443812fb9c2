// Blocks: plain files by ranges that may be read at once, packed files unpacked one block after the other.
// SPDX-License-Identifier: Apache-2.0
#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "runtime/connectors/otlp/files.h"
#include "runtime/connectors/otlp/unpack.h"

namespace inquest::otlp {
namespace {

constexpr size_t padding = 64;  // what simdjson may read behind a text

void room(Block& block, size_t size) {
  if (block.bytes.size() < size + 1 + padding) block.bytes.resize(size + 1 + padding);
}

void close_text(Block& block, size_t begin, size_t end) {
  block.begin = begin;
  block.size = end - begin;
  room(block, end);
  std::memset(block.bytes.data() + end, '\n', 1 + padding);
}

// Bytes read, fewer only at the end of the file; -1 on failure.
ssize_t read_all(int fd, char* to, size_t size, uint64_t offset) {
  size_t done = 0;
  while (done < size) {
    const ssize_t n = ::pread(fd, to + done, size - done, static_cast<off_t>(offset + done));
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return -1;
    if (n == 0) break;
    done += static_cast<size_t>(n);
  }
  return static_cast<ssize_t>(done);
}

}  // namespace

struct Blocks::Stream {
  explicit Stream(const File& file) : unpack(open_unpack(file)) {}
  std::unique_ptr<Unpack> unpack;
  std::vector<char> carry;     // begin of a line whose end is not read yet
  bool dropping = false;       // inside a refused line
  bool first = true, ended = false;
};

Blocks::Blocks(std::vector<File> files, size_t block_bytes, size_t longest_line)
    : files_(std::move(files)), block_bytes_(std::max<size_t>(block_bytes, 1)), longest_line_(longest_line) {
  for (const File& file : files_) total_ += file.size;
}
Blocks::~Blocks() = default;

bool Blocks::next(Block& block) {
  std::unique_lock lock(mutex_);
  block.begin = block.size = 0;
  block.first = block.refused = false;
  block.problem.clear();
  for (; file_ < files_.size(); ++file_, offset_ = 0) {
    const File& file = files_[file_];
    block.file = file_;
    if (file.packing == Packing::plain && !file.document) {
      if (offset_ >= file.size) continue;
      const uint64_t from = offset_;
      offset_ = std::min(file.size, from + block_bytes_);
      const uint64_t to = offset_;
      block.sequence = sequence_++;
      block.first = from == 0;
      lock.unlock();
      read_range(file, block, from, to);
      return true;
    }
    if (!stream_) stream_ = std::make_unique<Stream>(file);
    if (!next_packed(file, block)) {
      stream_.reset();
      continue;
    }
    block.sequence = sequence_++;
    return true;
  }
  return false;
}

// Lines that begin in [from, to).
void Blocks::read_range(const File& file, Block& block, uint64_t from, uint64_t to) const {
  const int fd = ::open(file.path.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0) {
    block.problem = std::string("cannot be read: ") + std::strerror(errno);
    return;
  }
  const uint64_t at = from > 0 ? from - 1 : 0;
  room(block, to - at);
  ssize_t got = read_all(fd, block.bytes.data(), to - at, at);
  if (got < 0) {
    block.problem = std::string("cannot be read: ") + std::strerror(errno);
    ::close(fd);
    return;
  }
  auto end = static_cast<size_t>(got);
  size_t begin = 0;
  if (from > 0) {  // the line before belongs to the range before
    const auto* stop = static_cast<const char*>(std::memchr(block.bytes.data(), '\n', end));
    begin = stop != nullptr ? static_cast<size_t>(stop - block.bytes.data()) + 1 : end;
  }
  if (begin < end && block.bytes[end - 1] != '\n') {
    const auto* last = static_cast<const char*>(::memrchr(block.bytes.data() + begin, '\n', end - begin));
    const size_t line = last != nullptr ? static_cast<size_t>(last - block.bytes.data()) + 1 : begin;
    for (size_t step = size_t{256} << 10; at + end < file.size; step *= 2) {
      if (end - line > longest_line_) {
        block.refused = true;
        end = line;
        break;
      }
      room(block, end + step);
      got = read_all(fd, block.bytes.data() + end, step, at + end);
      if (got <= 0) break;
      const auto* stop = static_cast<const char*>(std::memchr(block.bytes.data() + end, '\n', static_cast<size_t>(got)));
      if (stop != nullptr) {
        end = static_cast<size_t>(stop - block.bytes.data()) + 1;
        break;
      }
      end += static_cast<size_t>(got);
    }
  }
  ::close(fd);
  close_text(block, begin, end);
}

bool Blocks::next_packed(const File& file, Block& block) {
  Stream& stream = *stream_;
  if (stream.ended) return false;
  const size_t enough = file.document ? longest_line_ + 1 : block_bytes_;
  room(block, stream.carry.size());
  std::copy(stream.carry.begin(), stream.carry.end(), block.bytes.begin());
  size_t end = stream.carry.size(), line = 0;  // line: where the last line begins
  bool anything = stream.first || end > 0;
  stream.carry.clear();
  while (line < enough) {
    constexpr size_t step = size_t{128} << 10;
    room(block, end + step);
    const size_t got = stream.unpack->read(block.bytes.data() + end, step);
    if (got == 0) {
      block.problem = stream.unpack->problem();
      stream.ended = true;
      anything = anything || !block.problem.empty();  // known only now, though all lines are out
      line = end;
      break;
    }
    anything = true;
    size_t from = end;
    end += got;
    if (stream.dropping) {
      const auto* stop = static_cast<const char*>(std::memchr(block.bytes.data() + from, '\n', got));
      if (stop == nullptr) {
        end = from;
        continue;
      }
      const size_t rest = static_cast<size_t>(stop - block.bytes.data()) + 1;
      std::memmove(block.bytes.data() + from, block.bytes.data() + rest, end - rest);
      end -= rest - from;
      stream.dropping = false;
    }
    if (file.document) {
      if (end > longest_line_) {
        block.refused = true;
        stream.dropping = true;
        end = line = 0;
        while (stream.unpack->read(block.bytes.data(), step) > 0) {}
        break;
      }
      continue;
    }
    const auto* last = static_cast<const char*>(::memrchr(block.bytes.data() + from, '\n', end - from));
    if (last != nullptr) line = static_cast<size_t>(last - block.bytes.data()) + 1;
    if (end - line > longest_line_) {
      block.refused = true;
      stream.dropping = true;
      end = line;
      break;
    }
  }
  if (!anything) return false;
  stream.carry.assign(block.bytes.begin() + static_cast<ptrdiff_t>(line), block.bytes.begin() + static_cast<ptrdiff_t>(end));
  block.first = stream.first;
  stream.first = false;
  close_text(block, 0, line);
  return true;
}

}  // namespace inquest::otlp
