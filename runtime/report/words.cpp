// Looking up words by key and language, and filling their slots.
// SPDX-License-Identifier: Apache-2.0
#include "runtime/report/words.h"

#include <map>

#include "runtime/base/text.h"
#include "runtime/machine/sentence.h"
#include "runtime/report/words_rows.h"

namespace inquest {
namespace {

constexpr const char* languages[] = {"en", "pt", "es"};

const std::map<std::string_view, Wording>& by_key() {
  static const std::map<std::string_view, Wording> all = [] {
    std::map<std::string_view, Wording> out;
    for (const Wording& row : phrases()) out.emplace(row.key, row);
    return out;
  }();
  return all;
}

const Wording* row_of(std::string_view key) {
  const auto at = by_key().find(key);
  return at == by_key().end() ? nullptr : &at->second;
}

}  // namespace

const std::vector<Wording>& phrases() {
  static const std::vector<Wording> all = [] {
    std::vector<Wording> out;
    for (const auto& list : {verdict_words(), walk_words(), page_words(), html_words(), table_words()})
      out.insert(out.end(), list.begin(), list.end());
    return out;
  }();
  return all;
}

std::string known_language(std::string_view lang) {
  const std::string name = lower(lang.substr(0, lang.find_first_of("-_.@")));
  for (const char* const known : languages)
    if (name == known) return known;
  return "";
}

Words::Words(std::string_view lang) {
  const std::string known = known_language(lang);
  for (int i = 0; i < 3; ++i)
    if (known == languages[i]) lang_ = i;
}

const char* Words::lang() const { return languages[lang_]; }

std::string Words::text(std::string_view key) const {
  const Wording* const row = row_of(key);
  if (!row) return std::string(key);
  const char* const out = lang_ == 1 ? row->pt : lang_ == 2 ? row->es : row->en;
  return *out ? out : row->en;
}

std::string Words::plural(std::string_view key, int64_t n) const {
  const Wording* const row = row_of(std::string(key) + (n == 1 ? ".one" : ".many"));
  return row ? fill(text(row->key), {count(n)}) : count(n) + " " + std::string(key);
}

std::string Words::of(std::string_view key, std::string_view value) const {
  const Wording* const row = row_of(std::string(key) + "." + std::string(value));
  return row ? text(row->key) : std::string(value);
}

std::string Words::again(std::string_view prefix, const std::string& english) const {
  if (lang_ == 0 || english.empty()) return english;
  const auto with_dollars = [](std::string text) {   // {0} → $1, as causes and cures have it
    for (size_t at = 0; (at = text.find('{', at)) != std::string::npos; ++at)
      if (at + 2 < text.size() && text[at + 2] == '}') text.replace(at, 3, std::string("$") + static_cast<char>(text[at + 1] + 1));
    return text;
  };
  std::map<std::string, std::string> forms;
  for (const auto& row : phrases())
    if (std::string_view(row.key).substr(0, prefix.size()) == prefix)
      forms.emplace(std::string(texts_prefix) + with_dollars(row.en), with_dollars(lang_ == 1 ? row.pt : row.es));
  return translated(forms, english);
}

std::string Words::list(const std::vector<std::string>& items) const {
  std::string out;
  for (size_t i = 0; i < items.size(); ++i)
    out += (i == 0 ? "" : i + 1 == items.size() ? " " + text("list.and") + " " : ", ") + items[i];
  return out;
}

std::string Words::fill(std::string_view text, const std::vector<std::string>& values) {
  std::string out;
  for (size_t i = 0; i < text.size(); ++i) {
    const bool slot = text[i] == '{' && i + 2 < text.size() && text[i + 2] == '}' && text[i + 1] >= '0' && text[i + 1] <= '9';
    const size_t n = slot ? static_cast<size_t>(text[i + 1] - '0') : values.size();
    if (n >= values.size()) { out += text[i]; continue; }
    out += values[n];
    i += 2;
  }
  return out;
}

}  // namespace inquest
