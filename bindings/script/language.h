// Side files of language: titles and sentences of a SOP, sentences of findings, and the texts a case keeps.
// SPDX-License-Identifier: Apache-2.0
//
// sops/x/lang/pt.lua returns { title = "…", ["state"] = { title = "…", say = "…" }, ["state/label"] = { why = "…", says = "…" },
// ["hypothesis name"] = { say = "…" } }; stdlib/lang/pt.lua (and lang/findings.pt.lua beside a SOP) returns
// { kind = "sentence", texts = { ["no samples of $1"] = "…" } }: sentences of findings, and causes and cures of what is
// unknown by their English text, where $1 … $9 stand for what differs. Names and labels never translate. A language with a region falls back to the language alone, then
// to English; a missing key falls back to English and is a warning.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "runtime/machine/check.h"
#include "runtime/model/catalogue.h"
#include "runtime/model/sop.h"

namespace inquest::script {

struct Translation {
  std::string lang = "en";                       // in force: the language of the side files that were found, else en
  std::map<std::string, std::string> sentences;  // kind → says; "texts/" and an English cause or cure → that text
  std::vector<Diagnostic> missing;               // warnings
};
// Replaces texts of `sop` by those of `lang` ("pt-BR", "es_ES.UTF-8"; "en", "C" and "" change nothing).
Translation translate(const std::string& lang, const std::string& stdlib, const std::string& folder,
                      const Catalogue& catalogue, Sop* sop);

}  // namespace inquest::script
