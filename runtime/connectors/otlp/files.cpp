// Listing a directory and telling by content what each file is.
// SPDX-License-Identifier: Apache-2.0
#include "runtime/connectors/otlp/files.h"

#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <set>

#include "runtime/base/text.h"
#include "runtime/connectors/otlp/unpack.h"

namespace inquest::otlp {
namespace {

namespace fs = std::filesystem;
constexpr size_t head_bytes = size_t{256} << 10;

bool white(char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; }

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && white(text.front())) text.remove_prefix(1);
  while (!text.empty() && white(text.back())) text.remove_suffix(1);
  return text;
}

// Where `name` stands as a key: in quotes that are not escaped, a colon after it.
size_t find_key(std::string_view text, std::string_view name) {
  for (size_t at = 0; (at = text.find(name, at)) != text.npos; at += name.size()) {
    if (at == 0 || text[at - 1] != '"' || (at > 1 && text[at - 2] == '\\')) continue;
    std::string_view rest = text.substr(at + name.size());
    if (!rest.starts_with('"')) continue;
    rest.remove_prefix(1);
    rest = trimmed(rest.substr(0, 64));
    if (rest.starts_with(':')) return at;
  }
  return text.npos;
}

uint8_t signals_of_line(std::string_view line) {
  uint8_t best = 0;
  size_t first = line.npos;
  constexpr std::pair<std::string_view, Signal> names[] = {
      {"resourceMetrics", Signal::metrics}, {"resourceSpans", Signal::spans}, {"resourceLogs", Signal::logs}};
  for (const auto& [name, signal] : names) {
    const size_t at = find_key(line, name);
    if (at < first) first = at, best = static_cast<uint8_t>(1 << static_cast<int>(signal));
  }
  return best;
}

bool is_binary(std::string_view head) {
  size_t control = 0;
  for (const char c : head.substr(0, 4096)) {
    if (c == 0) return true;
    control += static_cast<unsigned char>(c) < 32 && !white(c);
  }
  return control * 20 > std::min<size_t>(head.size(), 4096);
}

std::string kind_of(std::string_view head) {
  if (head.empty()) return "empty";
  if (is_binary(head)) return "binary";
  const std::string_view text = trimmed(head);
  if (text.starts_with('{') || text.starts_with('[')) return "JSON without resourceMetrics, resourceSpans, resourceLogs";
  return "text";
}

// How the file exporter writes what cannot be read here: each record after its length in four bytes.
const char* prefixed_kind(std::string_view head, uint64_t size) {
  if (head.size() < 8) return nullptr;
  const auto byte = [&](size_t i) { return static_cast<uint64_t>(static_cast<unsigned char>(head[i])); };
  const uint64_t length = byte(0) << 24 | byte(1) << 16 | byte(2) << 8 | byte(3);
  if (length == 0 || length + 4 > size) return nullptr;
  if (head.substr(4, 4) == "\x28\xb5\x2f\xfd") return "zstd records with length prefixes";
  if (head[4] == 0x0a && is_binary(head)) return "protobuf records with length prefixes";
  return nullptr;
}

std::string read_head(const File& file, size_t size) {
  std::string head(size, '\0');
  const auto unpack = open_unpack(file);
  size_t done = 0;
  while (done < size) {
    const size_t got = unpack->read(head.data() + done, size - done);
    if (got == 0) break;
    done += got;
  }
  head.resize(done);
  return head;
}

void classify(File file, Listing& listing) {
  ++listing.seen;
  const std::string raw = read_head(file, 64);
  const std::string_view start = raw;
  std::string kind;
  if (start.starts_with("\x1f\x8b")) file.packing = Packing::gzip;
  if (start.starts_with("\x28\xb5\x2f\xfd") || (start.size() >= 4 && start.substr(1, 3) == "\x2a\x4d\x18" &&
                                               (static_cast<unsigned char>(start[0]) & 0xf0) == 0x50)) {
    file.packing = Packing::zstd;
  }
  if (const char* prefixed = prefixed_kind(raw, file.size)) {
    listing.others.push_back(file.name + " (" + prefixed + ")");
    listing.notes.push_back(file.name + ": " + prefixed +
                            " cannot be read; let the file exporter write `format: json` without `compression`");
    return;
  }
  const std::string head = read_head(file, head_bytes);
  file.signals = signals_of(head, file.document);
  if (file.signals != 0) {
    listing.files.push_back(std::move(file));
    return;
  }
  const char* packed = file.packing == Packing::gzip ? "gzip of " : file.packing == Packing::zstd ? "zstd of " : "";
  listing.others.push_back(file.name + " (" + packed + kind_of(head) + ")");
}

}  // namespace

uint8_t signals_of(std::string_view head, bool& document) {
  document = false;
  uint8_t signals = 0;
  if (head.starts_with("\xef\xbb\xbf")) head.remove_prefix(3);
  bool first = true;
  for (std::string_view rest = head; !rest.empty();) {
    const size_t end = rest.find('\n');
    const std::string_view line = trimmed(rest.substr(0, end));
    const bool whole = end != rest.npos;
    rest.remove_prefix(whole ? end + 1 : rest.size());
    if (line.empty()) continue;
    if (first && whole && line.front() == '{' && (line.back() == '{' || line.back() == '[' || line.back() == ',')) {
      signals = signals_of_line(head);
      document = signals != 0;
      return signals;
    }
    first = false;
    if (line.front() == '{') signals |= signals_of_line(line);
  }
  return signals;
}

Result<Listing> list_files(const std::string& path) {
  Listing listing;
  std::error_code error;
  const fs::path root(path);
  const auto status = fs::status(root, error);
  if (!fs::exists(status)) {
    std::vector<std::string> siblings;
    const fs::path parent = root.has_parent_path() ? root.parent_path() : fs::path(".");
    for (fs::directory_iterator i(parent, error), end; !error && i != end; i.increment(error)) {
      siblings.push_back(i->path().filename().string());
    }
    std::sort(siblings.begin(), siblings.end());
    const std::string near = nearest(root.filename().string(), siblings);
    return Error{Code::not_found, "no such file or directory", path,
                 near.empty() ? "give a directory (or one file) of OTLP-JSON lines"
                              : "did you mean `" + (root.has_parent_path() ? (parent / near).string() : near) + "`?"};
  }
  if (!fs::is_directory(status) && !fs::is_regular_file(status)) {
    return Error{Code::io, "neither a file nor a directory", path, "give a directory (or one file) of OTLP-JSON lines"};
  }
  std::vector<std::pair<std::string, std::string>> found;  // name, path
  const auto visit = [&](const fs::path& folder, const std::string& prefix, bool deeper, auto&& again) -> bool {
    std::error_code failed;
    for (fs::directory_iterator i(folder, failed), end; !failed && i != end; i.increment(failed)) {
      std::error_code ignored;
      const std::string name = prefix + i->path().filename().string();
      if (i->is_regular_file(ignored)) {
        found.emplace_back(name, i->path().string());
      } else if (deeper && i->is_directory(ignored) && !i->is_symlink(ignored)) {
        if (!again(i->path(), name + "/", false, again)) listing.notes.push_back(name + "/: cannot be listed");
      }
    }
    return !failed;
  };
  if (fs::is_directory(status)) {
    if (!visit(root, "", true, visit)) {
      return Error{Code::io, "cannot list the directory: " + std::string(std::strerror(EACCES)), path};
    }
  } else {
    found.emplace_back(root.filename().string(), path);
  }
  std::sort(found.begin(), found.end());
  std::set<std::pair<dev_t, ino_t>> known;  // two names of one file count once
  for (const auto& [name, at] : found) {
    struct stat info {};
    if (::stat(at.c_str(), &info) != 0 || !known.emplace(info.st_dev, info.st_ino).second) continue;
    File file;
    file.path = at;
    file.name = name;
    file.size = static_cast<uint64_t>(info.st_size);
    const auto unpack = open_unpack(file);
    if (!unpack->problem().empty()) {
      ++listing.seen;
      listing.others.push_back(name + " (" + unpack->problem() + ")");
      listing.notes.push_back(name + ": " + unpack->problem());
      continue;
    }
    classify(std::move(file), listing);
  }
  return listing;
}

}  // namespace inquest::otlp
