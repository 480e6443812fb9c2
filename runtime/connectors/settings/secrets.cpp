// Where secrets are read, and what they may not be.
// SPDX-License-Identifier: Apache-2.0
#include "runtime/connectors/settings/secrets.h"

#include <filesystem>

#include "runtime/base/text.h"

namespace inquest::settings {
namespace {

constexpr size_t most = size_t{64} << 10;   // a token, not a disk image

Result<http::Secret> checked(std::string value, const std::string& from) {
  if (value.empty()) return Error{Code::config, (from.empty() ? "a secret" : "`" + printable(from, 300) + "`") + " is empty", "", "give it a value"};
  for (const char c : value)
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f)
      return Error{Code::config, (from.empty() ? "a secret" : "`" + printable(from, 300) + "`") + " holds a line break or another control character", "", "one value on one line"};
  return http::Secret{std::move(value), from};
}

}  // namespace

bool is_reference(const std::string& written) { return written.rfind("env:", 0) == 0 || written.rfind("file:", 0) == 0; }

std::string Resolver::path(const std::string& written) const {
  const std::filesystem::path path = written;
  if (path.is_absolute() || folder.empty()) return written;
  return (std::filesystem::path(folder) / path).lexically_normal().string();
}

Result<http::Secret> Resolver::file(const std::string& written) const {
  const std::string place = path(written);
  Result<std::string> text = inquest::read_file(place, most);
  if (!text) return Error{Code::config, "`" + printable(place, 300) + "` cannot be read: " + text.error().message, "", "make it readable for this user, or name another file"};
  return checked(trim(*text), "file:" + place);
}

Result<http::Secret> Resolver::value(const std::string& written) const {
  if (written.rfind("file:", 0) == 0) return file(written.substr(5));
  if (written.rfind("env:", 0) != 0) return checked(written, "");
  const std::string name = written.substr(4);
  const auto value = environment ? environment(name) : std::nullopt;
  if (!value) return Error{Code::config, "the environment has no `" + printable(name, 80) + "`", "", "export it before the run, or name a file"};
  return checked(*value, written);
}

}  // namespace inquest::settings
