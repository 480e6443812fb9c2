// Files are written whole or not at all, and read within a limit.
// SPDX-License-Identifier: Apache-2.0
#include <catch2/catch.hpp>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>

#include "runtime/base/text.h"

using namespace inquest;
namespace fs = std::filesystem;

namespace {

class Folder final {
 public:
  Folder() {
    std::string pattern = (fs::temp_directory_path() / "inquest-file-XXXXXX").string();
    path_ = ::mkdtemp(pattern.data());
  }
  ~Folder() { fs::remove_all(path_); }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  std::string operator/(const char* name) const { return (path_ / name).string(); }
  size_t entries() const { return static_cast<size_t>(std::distance(fs::directory_iterator(path_), {})); }

 private:
  fs::path path_;
};

}  // namespace

TEST_CASE("a file reads back as it was written, every byte") {
  const Folder folder;
  std::string content;
  for (int i = 0; i < 200000; ++i) content += static_cast<char>(i * 7);
  REQUIRE(write_file(folder / "a", content));
  const auto read = read_file(folder / "a");
  REQUIRE(read);
  CHECK((*read == content));
}

TEST_CASE("writing replaces the old content and leaves no other file") {
  const Folder folder;
  REQUIRE(write_file(folder / "a", "a long first text"));
  REQUIRE(write_file(folder / "a", "short"));
  CHECK(*read_file(folder / "a") == "short");
  CHECK(folder.entries() == 1);
}

TEST_CASE("a failed write names the path and leaves nothing behind") {
  const Folder folder;
  const auto written = write_file(folder / "none/a", "x");
  REQUIRE_FALSE(written);
  CHECK(written.error().where == folder / "none/a");
  CHECK(folder.entries() == 0);
}

TEST_CASE("a link stays a link and its target is replaced") {
  const Folder folder;
  REQUIRE(write_file(folder / "target", "old"));
  fs::create_symlink(folder / "target", folder / "link");
  REQUIRE(write_file(folder / "link", "new"));
  CHECK(fs::is_symlink(folder / "link"));
  CHECK(*read_file(folder / "target") == "new");
}

TEST_CASE("a device is written into and never replaced") {
  REQUIRE(write_file("/dev/null", "x"));
  CHECK(fs::is_character_file("/dev/null"));
}

TEST_CASE("the mode of a new file is the one asked for") {
  const Folder folder;
  REQUIRE(write_file(folder / "secret", "x", 0600));
  struct stat info {};
  REQUIRE(::stat((folder / "secret").c_str(), &info) == 0);
  CHECK((info.st_mode & 0777) == 0600);
}

TEST_CASE("a file that is absent, a directory or too large is an error of its own") {
  const Folder folder;
  CHECK(read_file(folder / "none").error().code == Code::not_found);
  CHECK(read_file(folder / ".").error().code == Code::io);
  REQUIRE(write_file(folder / "a", "12345"));
  CHECK(read_file(folder / "a", 5).ok());
  CHECK(read_file(folder / "a", 4).error().message == "is larger than 4 B");
  CHECK(read_file("/dev/zero", 1000).error().code == Code::io);
}
