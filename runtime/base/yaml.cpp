// yaml-cpp's tree walked into Json; what it lets pass and we do not is refused here.
// SPDX-License-Identifier: Apache-2.0
#include "runtime/base/yaml.h"

#include <yaml-cpp/yaml.h>

#include <charconv>
#include <cmath>

#include "runtime/base/text.h"

namespace inquest {
namespace {

constexpr size_t most_bytes = size_t{1} << 20, most_nodes = 100'000;
constexpr int deepest = 64;

struct Wrong {
  int line;
  std::string message, cure;
};

bool plain_number(const std::string& text, Json& out) {
  size_t at = !text.empty() && text[0] == '-' ? 1 : 0;
  const size_t digits = at;
  while (at < text.size() && text[at] >= '0' && text[at] <= '9') ++at;
  if (at == digits || (text[digits] == '0' && at - digits > 1)) return false;
  const char* const end = text.data() + text.size();
  if (at == text.size()) {
    int64_t value = 0;
    const auto read = std::from_chars(text.data(), end, value);
    if (read.ec != std::errc() || read.ptr != end) return false;
    out = value;
    return true;
  }
  if (text[at] != '.' && text[at] != 'e' && text[at] != 'E') return false;
  double value = 0;
  const auto read = std::from_chars(text.data(), end, value);
  if (read.ec != std::errc() || read.ptr != end || !std::isfinite(value)) return false;
  out = value;
  return true;
}

class Walk final {
 public:
  explicit Walk(Yaml& out) : out_(out) {}

  Json node(const YAML::Node& node, const std::string& pointer, int depth, int line) {
    if (!node.Mark().is_null()) line = node.Mark().line + 1;
    if (depth > deepest) throw Wrong{line, "nested deeper than 64 levels", "write it flatter"};
    if (++nodes_ > most_nodes) throw Wrong{line, "the document has more than 100 000 nodes", "fewer aliases of aliases"};
    if (!out_.marks.count(pointer)) out_.marks[pointer] = {line, node.Mark().column + 1, {}};
    const std::string& tag = node.Tag();
    if (!tag.empty() && tag != "?" && tag != "!" && tag.rfind("tag:yaml.org,2002:", 0) != 0)
      throw Wrong{line, "the tag `" + printable(tag, 60) + "` means nothing here", "remove it"};
    switch (node.Type()) {
      case YAML::NodeType::Scalar: return scalar(node, tag, pointer);
      case YAML::NodeType::Sequence: {
        Json list = Json::array();
        for (size_t i = 0; i < node.size(); ++i) list.push_back(this->node(node[i], pointer_to(pointer, i), depth + 1, line));
        return list;
      }
      case YAML::NodeType::Map: return map(node, pointer, depth, line);
      default: return nullptr;
    }
  }

 private:
  Json scalar(const YAML::Node& node, const std::string& tag, const std::string& pointer) {
    const std::string& text = node.Scalar();
    out_.marks[pointer].text = text;
    if (tag == "?") {
      Json number;
      if (text == "true" || text == "false") return text == "true";
      if (text.empty() || text == "null" || text == "~") return nullptr;
      if (plain_number(text, number)) return number;
    }
    return text;
  }

  Json map(const YAML::Node& node, const std::string& pointer, int depth, int line) {
    Json out = Json::object();
    std::vector<YAML::Node> bases;
    for (const auto& member : node) {
      const int at = member.first.Mark().is_null() ? line : member.first.Mark().line + 1;
      if (member.first.Type() != YAML::NodeType::Scalar) throw Wrong{at, "a key that is no text", "write `name: value`"};
      const std::string key = member.first.Scalar();
      if (key == "<<" && member.first.Tag() == "?") {
        if (member.second.IsSequence()) for (const auto& one : member.second) bases.push_back(one);
        else bases.push_back(member.second);
        continue;
      }
      const std::string below = pointer_to(pointer, key);
      if (out.contains(key)) throw Wrong{at, "`" + printable(key, 60) + "` is given twice", "give it once"};
      out_.marks[below] = {at, member.first.Mark().column + 1, {}};
      out[key] = this->node(member.second, below, depth + 1, at);
    }
    for (const YAML::Node& base : bases) {
      if (!base.IsMap()) throw Wrong{line, "`<<` wants a map", "write `<<: *name` of an anchored map"};
      for (const auto& member : base) {
        if (member.first.Type() != YAML::NodeType::Scalar) continue;
        const std::string key = member.first.Scalar(), below = pointer_to(pointer, key);
        if (out.contains(key) || key == "<<") continue;
        const int at = member.first.Mark().line + 1;
        out_.marks[below] = {at, member.first.Mark().column + 1, {}};
        out[key] = this->node(member.second, below, depth + 1, at);
      }
    }
    return out;
  }

  Yaml& out_;
  size_t nodes_ = 0;
};

}  // namespace

std::string pointer_to(const std::string& pointer, std::string_view key) {
  std::string out = pointer + "/";
  for (const char c : key) {
    if (c == '~') out += "~0";
    else if (c == '/') out += "~1";
    else out += c;
  }
  return out;
}
std::string pointer_to(const std::string& pointer, size_t index) { return pointer + "/" + std::to_string(index); }

std::string Yaml::where(const std::string& pointer) const {
  for (std::string at = pointer;; at.erase(at.rfind('/'))) {
    if (const auto mark = marks.find(at); mark != marks.end()) return file + ":" + std::to_string(mark->second.line);
    if (at.empty()) return file;
  }
}

Result<Yaml> parse_yaml(std::string_view text, const std::string& where) {
  Yaml out;
  out.file = where;
  if (text.size() > most_bytes) return Error{Code::parse, "the file is larger than 1 MB", where, "a configuration is smaller than that"};
  try {
    const std::vector<YAML::Node> documents = YAML::LoadAll(std::string(text));
    if (documents.size() > 1)
      return Error{Code::parse, "more than one document", where + ":" + std::to_string(documents[1].Mark().line + 1), "one file, one document: remove the `---`"};
    if (documents.empty()) {
      out.marks[""] = {1, 1, {}};
      return out;
    }
    out.value = Walk(out).node(documents[0], "", 0, 1);
  } catch (const Wrong& wrong) {
    return Error{Code::parse, wrong.message, where + ":" + std::to_string(wrong.line), wrong.cure};
  } catch (const YAML::Exception& e) {
    const std::string line = e.mark.is_null() ? "" : ":" + std::to_string(e.mark.line + 1);
    return Error{Code::parse, "not valid YAML: " + printable(e.msg, 200), where + line, "look at the indentation and the quotes of that line"};
  }
  return out;
}

}  // namespace inquest
