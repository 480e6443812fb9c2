// JSON form of a judgement: {"verdict":{…},"hypotheses":[…]}, one row per pair (hypothesis, key); both ways.
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "runtime/machine/verdict.h"

namespace inquest {
namespace {


Json missing_json(const std::vector<Missing>& list) {
  Json out = Json::array();
  for (const Missing& m : list)
    out.push_back({{"kind", m.kind},
                   {"signal", m.signal},
                   {"measure", m.measure},
                   {"why", m.why},
                   {"cure", m.cure},
                   {"tried", m.tried}});
  return out;
}

// Reads members one by one and keeps the first mistake.
struct VerdictReader {
  std::string error = {};
  const Json* get(const Json& json, const char* key, bool (Json::*is)() const noexcept, const char* wanted) {
    const Json* const it = member(json, key);
    if (!it) return nullptr;
    if ((it->*is)()) return it;
    if (error.empty()) error = std::string("judgement: `") + key + "` is no " + wanted;
    return nullptr;
  }
  std::string text(const Json& json, const char* key) {
    const Json* const it = get(json, key, &Json::is_string, "text");
    return it ? it->get<std::string>() : "";
  }
  std::vector<std::string> texts(const Json& json, const char* key) {
    std::vector<std::string> out;
    if (const Json* const list = get(json, key, &Json::is_array, "list"))
      for (const Json& item : *list) {
        if (item.is_string())
          out.push_back(item.get<std::string>());
        else if (error.empty())
          error = std::string("judgement: `") + key + "` holds what is no text";
      }
    return out;
  }
  Subject subject(const Json& json, const char* key) {
    Subject out;
    if (const Json* const map = get(json, key, &Json::is_object, "object"))
      for (const auto& [name, value] : map->items()) {
        if (value.is_string())
          out[name] = value.get<std::string>();
        else if (error.empty())
          error = std::string("judgement: `") + key + "." + name + "` is no text";
      }
    return out;
  }
  double number(const Json& json, const char* key) {
    const Json* const it = member(json, key);
    return it ? json_number(*it) : 0;
  }
  int integer(const Json& json, const char* key) {
    const Json* const it = get(json, key, &Json::is_number_integer, "whole number");
    return it ? static_cast<int>(json_int64(*it)) : 0;
  }
  std::vector<Missing> missing(const Json& json, const char* key) {
    std::vector<Missing> out;
    if (const Json* const list = get(json, key, &Json::is_array, "list"))
      for (const Json& m : *list)
        out.push_back({text(m, "kind"), text(m, "signal"), text(m, "measure"), text(m, "why"), text(m, "cure"),
                       texts(m, "tried")});
    return out;
  }
};

Verdict read_verdict(VerdictReader& reader, const Json& json) {
  Verdict out;
  out.word = reader.text(json, "word");
  static const std::vector<std::string> known = {"confirmed", "ruled_out", "inconclusive", "nothing_found"};
  if (reader.error.empty() && std::find(known.begin(), known.end(), out.word) == known.end())
    reader.error = "judgement: `" + out.word + "` is no verdict";
  out.hypothesis = reader.text(json, "hypothesis");
  out.subject = reader.subject(json, "subject");
  if (const std::string onset = reader.text(json, "onset"); !onset.empty()) {
    const auto time = parse_time(onset);
    if (time)
      out.onset = *time;
    else if (reader.error.empty())
      reader.error = "judgement: " + time.error().message;
  }
  out.strength = reader.number(json, "strength");
  out.says = reader.text(json, "says");
  if (const Json* const also = reader.get(json, "also", &Json::is_array, "list"))
    for (const Json& pair : *also)
      out.also.emplace_back(reader.text(pair, "hypothesis"), reader.subject(pair, "subject"));
  out.missing = reader.missing(json, "missing");
  return out;
}

}  // namespace

Json judgement_json(const Judgement& judgement) {
  const Verdict& v = judgement.verdict;
  Json verdict = {{"word", v.word}, {"hypothesis", v.hypothesis}, {"subject", Json(v.subject)}};
  if (v.onset) verdict["onset"] = print_time(*v.onset);
  verdict["strength"] = number_json(v.strength);
  verdict["says"] = v.says;
  verdict["also"] = Json::array();
  for (const auto& [hypothesis, key] : v.also)
    verdict["also"].push_back({{"hypothesis", hypothesis}, {"subject", Json(key)}});
  verdict["missing"] = missing_json(v.missing);
  Json rows = Json::array();
  for (const Judged& h : judgement.hypotheses)
    rows.push_back({{"name", h.hypothesis},
                    {"subject", Json(h.key)},
                    {"word", h.word},
                    {"strength", number_json(h.strength)},
                    {"findings", h.findings},
                    {"against", h.against},
                    {"not_found", h.not_found},
                    {"missing", missing_json(h.missing)},
                    {"helps_missing", missing_json(h.helps_missing)},
                    {"needs_found", h.needs_found},
                    {"needs", h.needs},
                    {"says", h.says}});
  return {{"verdict", std::move(verdict)}, {"hypotheses", std::move(rows)}};
}

Result<Judgement> json_judgement(const Json& json) {
  const Error bad{Code::parse, "judgement: `verdict` is missing"};
  VerdictReader reader;
  Judgement out;
  const Json* const verdict = reader.get(json, "verdict", &Json::is_object, "object");
  if (!verdict) return reader.error.empty() ? bad : Error{Code::parse, reader.error};
  out.verdict = read_verdict(reader, *verdict);
  if (const Json* const rows = reader.get(json, "hypotheses", &Json::is_array, "list"))
    for (const Json& h : *rows)
      out.hypotheses.push_back({reader.text(h, "name"), reader.subject(h, "subject"), reader.text(h, "word"),
                                reader.number(h, "strength"), reader.texts(h, "findings"), reader.texts(h, "against"),
                                reader.texts(h, "not_found"), reader.missing(h, "missing"),
                                reader.missing(h, "helps_missing"), reader.integer(h, "needs_found"),
                                reader.integer(h, "needs"), reader.text(h, "says")});
  if (!reader.error.empty()) return Error{Code::parse, reader.error};
  return out;
}

}  // namespace inquest
