// Meta: what editors and readers get of the language, generated from its words.
// SPDX-License-Identifier: Apache-2.0
//
// Both texts follow from the catalogue alone, so they are the same on every machine. The checked-in bindings/meta/inquest.d.lua
// and docs/language.md are made from words_only(): one more ask, measure or review changes neither. With a full
// catalogue, asks and reviews are listed too: what `inquest docs` writes into a project.
#pragma once

#include <string>

#include "runtime/model/catalogue.h"

namespace inquest {

std::string make_stubs(const Catalogue& catalogue);      // LuaCATS: ---@meta, one function or class a word
std::string make_reference(const Catalogue& catalogue);  // Markdown: one section a word, with fields and example
Catalogue words_only(const Catalogue& catalogue);

}  // namespace inquest
