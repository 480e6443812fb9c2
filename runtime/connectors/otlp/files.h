// Files: which files of a directory hold OTLP-JSON lines, and their content as blocks of whole lines.
// SPDX-License-Identifier: Apache-2.0
//
// Listing goes one level into subfolders, follows links to files but never to folders (no loops), and looks at the first
// bytes of each file for its packing and for the signals on its first lines. Blocks come in order (file name, byte
// offset); a plain file is cut into ranges that several threads read at once, a packed one is unpacked by one thread at
// a time while others decode.
// Thread rule: list_files is a function; Blocks::next may be called from several threads.
#pragma once

#include <atomic>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "runtime/base/error.h"
#include "runtime/connectors/otlp/store.h"

namespace inquest::otlp {

enum class Packing { plain, gzip, zstd };

struct File {
  std::string path;
  std::string name;            // relative to the directory, for notes and order
  Packing packing = Packing::plain;
  bool document = false;       // one JSON document over many lines
  uint64_t size = 0;           // bytes on disk
  uint8_t signals = 0;         // bit 1 << Signal: on its first lines
};

struct Listing {
  std::vector<File> files;             // with at least one signal, sorted by name
  std::vector<std::string> others;     // "a.txt (text)", "b.parquet (binary)", sorted by name
  std::vector<std::string> notes;      // what a user should know: a packing that cannot be read, a file without rights
  size_t seen = 0;
};
// Errors: not_found, io.
Result<Listing> list_files(const std::string& path);

// Whole lines of one file. `data` is followed by a line end and 64 readable bytes.
struct Block {
  size_t file = 0;                     // index in the files given to Blocks
  size_t sequence = 0;                 // 0, 1, 2, … over all blocks: the order of rows
  std::vector<char> bytes;             // kept from block to block: only its capacity counts
  size_t begin = 0, size = 0;
  bool first = false;                  // of its file
  bool refused = false;                // a line over the limit stood after these lines
  std::string problem;                 // the file could not be read on from here
  std::string_view text() const { return {bytes.data() + begin, size}; }
};

class Blocks final {
 public:
  Blocks(std::vector<File> files, size_t block_bytes, size_t longest_line);
  ~Blocks();
  bool next(Block& block);             // false at the end
  uint64_t total_bytes() const { return total_; }  // on disk

 private:
  struct Stream;
  bool next_packed(const File& file, Block& block);
  void read_range(const File& file, Block& block, uint64_t from, uint64_t to) const;

  const std::vector<File> files_;
  const size_t block_bytes_, longest_line_;
  uint64_t total_ = 0;
  std::mutex mutex_;
  size_t file_ = 0, sequence_ = 0;
  uint64_t offset_ = 0;
  std::unique_ptr<Stream> stream_;
};

// Which signals the first lines of a text name ("resourceSpans": [ …), as bits; `document` is set when the text looks
// like one JSON document over many lines.
uint8_t signals_of(std::string_view head, bool& document);

}  // namespace inquest::otlp
