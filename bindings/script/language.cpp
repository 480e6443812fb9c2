// Reading lang/ files and putting their texts into a SOP.
// SPDX-License-Identifier: Apache-2.0
#include "bindings/script/language.h"

#include <algorithm>
#include <filesystem>
#include <set>

#include "bindings/script/reader.h"
#include "runtime/base/text.h"
#include "runtime/machine/sentence.h"

namespace inquest::script {
namespace fs = std::filesystem;

namespace {

// "pt_BR.UTF-8" → pt-br, pt.
std::vector<std::string> candidates(const std::string& lang) {
  std::string name = lower(lang.substr(0, lang.find_first_of(".@")));
  std::replace(name.begin(), name.end(), '_', '-');
  if (name.empty() || name == "c" || name == "posix" || !valid_name(name)) return {};
  std::vector<std::string> out{name};
  if (const size_t dash = name.find('-'); dash != std::string::npos) out.push_back(name.substr(0, dash));
  if (out.back() == "en") return {};
  return out;
}

// The first lang file of `folder` that fits; nullopt when there is none. A file that cannot be read is a warning.
std::optional<Map> side_file(const std::string& folder, const std::string& prefix, const std::vector<std::string>& names,
                             std::string* file, std::vector<Diagnostic>* problems) {
  for (const std::string& name : names) {
    const std::string path = folder + "/lang/" + prefix + name + ".lua";
    std::error_code error;
    if (!fs::is_regular_file(path, error)) continue;
    *file = path;
    Result<std::string> text = read_file(path, size_t{1} << 20);
    Result<Value> value = text ? read_data(*text, path) : Result<Value>(text.error());
    if (value && value->is<Map>()) return *value->get<Map>();
    if (value && value->is<List>() && value->get<List>()->empty()) return Map{};
    problems->push_back({path, {1, 1}, "translation", value ? "a lang file returns a table" : value.error().message, "", true});
    return std::nullopt;
  }
  return std::nullopt;
}

}  // namespace

Translation translate(const std::string& lang, const std::string& stdlib, const std::string& folder,
                      const Catalogue& catalogue, Sop* sop) {
  Translation out;
  const std::vector<std::string> names = candidates(lang);
  if (names.empty()) return out;
  std::string file;
  for (const auto& [place, prefix] : {std::pair{stdlib, std::string()}, {folder, std::string("findings.")}}) {
    if (place.empty()) continue;
    if (const std::optional<Map> map = side_file(place, prefix, names, &file, &out.missing)) {
      for (const auto& [kind, says] : *map) {
        if (says.is<std::string>()) out.sentences[kind] = says.text();
        else if (const Map* texts = kind == "texts" ? says.get<Map>() : nullptr)
          for (const auto& [english, text] : *texts)
            if (text.is<std::string>()) out.sentences[texts_prefix + english] = text.text();
      }
      out.lang = names.back();
    }
  }
  std::set<std::string> told;
  for (const State& s : sop->states)
    for (const ReviewUse& use : s.with)
      if (const ReviewContract* contract = catalogue.review(use.review))
        for (const Yield& y : contract->yields)
          if (!contract->generic && !out.sentences.count(y.kind) && told.insert(y.kind).second)
            out.missing.push_back({contract->file, {1, 1}, "translation", "no `" + names.front() + "` sentence for kind `" + y.kind + "`", "add it to stdlib/lang/" + names.back() + ".lua", true});

  const std::optional<Map> map = side_file(folder, "", names, &file, &out.missing);
  if (!map) {
    out.missing.push_back({sop->file, sop->at, "translation", "no texts in `" + names.front() + "` for this SOP", "write lang/" + names.back() + ".lua beside it", true});
    return out;
  }
  out.lang = names.back();
  const auto put = [&](const std::string& key, const char* field, std::string& text) {
    if (text.empty()) return;
    const Value* entry = inquest::find(*map, key);
    const Value* value = entry && entry->is<Map>() ? inquest::find(*entry->get<Map>(), field) : nullptr;
    if (value && value->is<std::string>() && !value->text().empty()) text = value->text();
    else out.missing.push_back({file, {1, 1}, "translation", "no `" + key + "`." + field, "English is shown", true});
  };
  if (const Value* title = inquest::find(*map, "title"); title && title->is<std::string>()) sop->title = title->text();
  else if (!sop->title.empty()) out.missing.push_back({file, {1, 1}, "translation", "no `title`", "English is shown", true});
  for (State& s : sop->states) {
    if (s.title != s.name) put(s.name, "title", s.title);   // a name never translates
    put(s.name, "say", s.say);
    for (Edge& e : s.edges) {
      put(s.name + "/" + e.label, "why", e.why);
      put(s.name + "/" + e.label, "says", e.says);
    }
  }
  for (Hypothesis& h : sop->hypotheses) put("hypothesis " + h.name, "say", h.say);
  return out;
}

}  // namespace inquest::script
