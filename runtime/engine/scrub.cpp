// One pass over each distinct text of a frame.
// SPDX-License-Identifier: Apache-2.0
#include "runtime/engine/scrub.h"

#include <algorithm>
#include <array>
#include <unordered_map>

#include "runtime/base/text.h"

namespace inquest {
namespace {

bool alnum(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9'); }
char small(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; }
bool token_char(char c) { return alnum(c) || c == '-' || c == '_' || c == '.' || c == '~' || c == '+' || c == '/' || c == '='; }
bool blank(char c) { return c == ' ' || c == '\t'; }

// Longest first where one ends in another. `least`: characters below which a value is no secret (max_token=16).
struct Word { std::string_view name; size_t least; };
constexpr std::array<Word, 18> words = {{{"proxy-authorization", 1}, {"authorization", 1}, {"set-cookie", 1}, {"cookie", 1},
    {"password", 1}, {"passwd", 1}, {"pwd", 4}, {"client_secret", 1}, {"secret", 4}, {"access_token", 6},
    {"refresh_token", 6}, {"id_token", 6}, {"token", 8}, {"x-api-key", 4}, {"api_key", 4}, {"api-key", 4},
    {"apikey", 4}, {"private_key", 4}}};
constexpr std::array<std::string_view, 12> prefixes = {"ghp_", "gho_", "ghs_", "github_pat_", "glpat-", "xoxb-", "xoxp-", "xoxa-", "sk-", "AKIA", "ASIA", "AIza"};

// Which texts can begin anything that is masked: by their first two characters, so that most of a text is passed over
// at a glance. `@` stands for itself.
struct Begins {
  std::array<uint8_t, 65536> pair{};
  static constexpr uint8_t word = 1, bearer = 2, jwt = 4, prefix = 8;
  constexpr Begins() {
    const auto put = [&](std::string_view name, uint8_t kind) {
      for (const char a : {name[0], upper(name[0])})
        for (const char b : {name[1], upper(name[1])}) pair[static_cast<uint8_t>(a) * 256u + static_cast<uint8_t>(b)] |= kind;
    };
    for (const Word& one : words) put(one.name, word);
    for (const std::string_view one : prefixes) put(one, prefix);
    put("bearer", bearer);
    put("eyJ", jwt);
  }
  static constexpr char upper(char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c; }
};
constexpr Begins beginnings;

bool same(std::string_view text, size_t at, std::string_view word) {
  if (at + word.size() > text.size()) return false;
  for (size_t i = 0; i < word.size(); ++i)
    if (small(text[at + i]) != word[i]) return false;
  return true;
}

class Scrub final {
 public:
  Scrub(std::string_view text, std::string_view with) : text_(text), with_(with) {}

  std::string run(size_t& masked) {
    const char* const data = text_.data();
    for (size_t at = 0; at + 1 < text_.size();) {
      size_t end = at;
      const auto c = static_cast<uint8_t>(data[at]);
      const uint8_t kind = beginnings.pair[c * 256u + static_cast<uint8_t>(data[at + 1])];
      const bool hit = kind ? begins(at) && (((kind & Begins::word) && named(at, end)) || ((kind & Begins::bearer) && bearer(at, end)) ||
                                             ((kind & Begins::jwt) && jwt(at, end)) || ((kind & Begins::prefix) && prefixed(at, end)))
                            : c == '@' && mail(at, end);
      at = hit ? end : at + 1;
    }
    masked += masked_;
    if (kept_ == 0) return std::string(text_);
    out_.append(text_.substr(kept_));
    return std::move(out_);
  }
  bool changed() const { return kept_ != 0; }

 private:
  bool begins(size_t at) const { return at == 0 || !alnum(text_[at - 1]); }
  void mask(size_t from, size_t to) {
    if (from >= to || text_.substr(from, to - from) == with_ || text_.substr(from, to - from) == "***") return;
    out_.append(text_.substr(kept_, from - kept_)).append(with_);
    kept_ = to;
    ++masked_;
  }

  // password=…, "cookie":"…", Authorization: Basic …, …header.authorization":["…"]
  bool named(size_t at, size_t& end) {
    const char first = small(text_[at]), third = at + 2 < text_.size() ? small(text_[at + 2]) : '\0';
    const auto word = std::find_if(words.begin(), words.end(), [&](const Word& one) { return one.name[0] == first && one.name[2] == third && same(text_, at, one.name); });
    if (word == words.end()) return false;
    size_t p = at + word->name.size();
    const bool quoted_name = p < text_.size() && (text_[p] == '"' || text_[p] == '\'' || text_[p] == '\\');
    while (p < text_.size() && (text_[p] == '\\' || text_[p] == '"' || text_[p] == '\'')) ++p;
    while (p < text_.size() && blank(text_[p])) ++p;
    if (p >= text_.size() || (text_[p] != '=' && text_[p] != ':')) return false;
    ++p;
    while (p < text_.size() && blank(text_[p])) ++p;
    const bool list = p < text_.size() && text_[p] == '[' && quoted_name;
    if (list) ++p;
    if (quotes(p) > 0) return quoted(p, *word, list, end);
    if (quoted_name) return false;   // a number or a truth of JSON
    size_t to = p;
    const bool whole_line = word->name.ends_with("cookie"), scheme = word->name.ends_with("authorization");
    if (whole_line) {
      while (to < text_.size() && text_[to] != '\n' && text_[to] != '\r' && text_[to] != '"') ++to;
    } else {
      const auto value = [&] { while (to < text_.size() && static_cast<unsigned char>(text_[to]) > 0x20 && text_[to] != '"' && text_[to] != '\'' && text_[to] != ',' && text_[to] != ';' && text_[to] != '&' && text_[to] != '}' && text_[to] != ']' && text_[to] != ')') ++to; };
      value();
      if (scheme && to < text_.size() && blank(text_[to]) && to - p <= 16) {   // scheme, then the credentials
        ++to;
        value();
      }
    }
    to = std::min(to, text_.size());
    if (to - p < word->least || text_[p] == '<' || text_.compare(p, 3, "***") == 0) return false;
    mask(p, to);
    end = to;
    return true;
  }
  // How many characters the quote at `p` takes: ", ', or with slashes before it; 0: none.
  size_t quotes(size_t p) const {
    size_t slashes = 0;
    while (p + slashes < text_.size() && text_[p + slashes] == '\\') ++slashes;
    return p + slashes < text_.size() && (text_[p + slashes] == '"' || text_[p + slashes] == '\'') ? slashes + 1 : 0;
  }
  // One text in quotes, or each of a list.
  bool quoted(size_t p, const Word& word, bool list, size_t& end) {
    bool any = false;
    for (;;) {
      const size_t opening = quotes(p);
      if (opening == 0) return any;
      const std::string_view quote = text_.substr(p, opening);
      p += opening;
      size_t to = p;   // up to the same quote, with as many slashes before it
      while (to < text_.size() && text_.compare(to, opening, quote) != 0) {
        const bool escaped = opening == 1 && text_[to] == '\\';
        to += escaped ? 2 : 1;
      }
      to = std::min(to, text_.size());
      if (to - p >= word.least && text_[p] != '<') {
        mask(p, to);
        any = true;
        end = to;
      }
      p = std::min(to + opening, text_.size());
      if (!list || p >= text_.size() || text_[p] != ',') return any;
      ++p;
      while (p < text_.size() && blank(text_[p])) ++p;
    }
  }
  bool bearer(size_t at, size_t& end) {
    if (!same(text_, at, "bearer ")) return false;
    const size_t from = at + 7;
    size_t to = from;
    while (to < text_.size() && token_char(text_[to])) ++to;
    if (to - from < 8) return false;
    mask(from, to);
    end = to;
    return true;
  }
  bool jwt(size_t at, size_t& end) {
    if (text_[at] != 'e' || text_.compare(at, 3, "eyJ") != 0) return false;
    size_t to = at, parts = 1, here = 0;
    for (; to < text_.size() && (alnum(text_[to]) || text_[to] == '-' || text_[to] == '_' || text_[to] == '.'); ++to) {
      if (text_[to] != '.') { ++here; continue; }
      if (here < 8) return false;
      ++parts;
      here = 0;
    }
    if (parts < 3) return false;
    mask(at, to);
    end = to;
    return true;
  }
  bool prefixed(size_t at, size_t& end) {
    for (const std::string_view prefix : prefixes) {
      if (text_[at] != prefix[0] || text_.compare(at, prefix.size(), prefix) != 0) continue;
      size_t to = at + prefix.size();
      bool digit = false;
      for (; to < text_.size() && (alnum(text_[to]) || text_[to] == '-' || text_[to] == '_'); ++to) digit = digit || (text_[to] >= '0' && text_[to] <= '9');
      if (to - at - prefix.size() < 16 || !digit) continue;
      mask(at, to);
      end = to;
      return true;
    }
    return false;
  }
  // name@host.tld; seen at its @.
  bool mail(size_t at, size_t& end) {
    const auto local = [](char c) { return alnum(c) || c == '.' || c == '_' || c == '%' || c == '+' || c == '-'; };
    size_t from = at, to = at + 1;
    while (from > kept_ && local(text_[from - 1])) --from;
    while (from < at && !alnum(text_[from])) ++from;
    while (to < text_.size() && (alnum(text_[to]) || text_[to] == '.' || text_[to] == '-')) ++to;
    while (to > at + 1 && !alnum(text_[to - 1])) --to;
    const size_t dot = text_.rfind('.', to - 1);
    if (from == at || dot == std::string_view::npos || dot <= at + 1 || dot + 2 >= to) return false;
    for (size_t i = dot + 1; i < to; ++i)
      if (!((text_[i] >= 'a' && text_[i] <= 'z') || (text_[i] >= 'A' && text_[i] <= 'Z'))) return false;   // an image tag, a version
    mask(from, to);
    end = to;
    return true;
  }

  std::string_view text_, with_;
  std::string out_;
  size_t kept_ = 0, masked_ = 0;   // the text before kept_ is in out_
};

// Columns that join evidence, or that hold no telemetry text.
bool is_text(const Frame& frame, const Column& column) {
  if (column.type != ColumnType::text || !column.dictionary) return false;
  for (const char* name : {"service", "namespace", "instance", "version", "operation", "trace_id", "span_id", "parent_id", "kind", "status",
                           "severity", "window", "attribute", "counts", "numbers_slow", "numbers_fast", "caller", "callee"})
    if (column.name == name) return false;
  return frame.shape != Shape::latency;
}

}  // namespace

std::string scrub(std::string_view text, size_t& masked, std::string_view with) { return Scrub(text, with).run(masked); }

FramePtr scrubbed(const FramePtr& frame) {
  if (!frame) return frame;
  std::shared_ptr<Frame> out;
  size_t places = 0;
  for (size_t c = 0; c < frame->columns.size(); ++c) {
    const Column& column = frame->columns[c];
    if (!is_text(*frame, column)) continue;
    const std::string_view with = column.name == "template" ? "<*>" : "***";
    // A dictionary may be shared with a larger frame: only what occurs here counts.
    std::vector<uint8_t> used(column.dictionary->size(), 0);
    for (size_t row = 0; row < frame->rows; ++row)
      if (!column.absent(row)) used[column.codes[row]] = 1;
    std::unordered_map<uint32_t, std::string> changed;   // looked up, never iterated
    size_t here = 0;
    for (uint32_t code = 0; code < used.size(); ++code) {
      if (!used[code]) continue;
      Scrub one((*column.dictionary)[code], with);
      std::string text = one.run(here);
      if (one.changed()) changed.emplace(code, std::move(text));
    }
    if (changed.empty()) continue;
    places += here;
    if (!out) out = std::make_shared<Frame>(*frame);
    auto dictionary = std::make_shared<Dictionary>();
    std::unordered_map<std::string, uint32_t> known;
    std::vector<uint32_t> codes(used.size(), UINT32_MAX);
    for (uint32_t code = 0; code < used.size(); ++code) {
      if (!used[code]) continue;
      const auto at = changed.find(code);
      const std::string& text = at == changed.end() ? (*column.dictionary)[code] : at->second;
      const auto [place, fresh] = known.emplace(text, static_cast<uint32_t>(dictionary->size()));
      if (fresh) dictionary->push_back(text);
      codes[code] = place->second;
    }
    Column& to = out->columns[c];
    for (size_t row = 0; row < frame->rows; ++row)
      if (!column.absent(row)) to.codes[row] = codes[column.codes[row]];
      else to.codes[row] = 0;
    to.dictionary = std::move(dictionary);
  }
  if (!out) return frame;
  out->marks.notes.push_back(count(static_cast<int64_t>(places)) + (places == 1 ? " place" : " places") + " masked: tokens, passwords, cookies, e-mail addresses");
  return out;
}

}  // namespace inquest
