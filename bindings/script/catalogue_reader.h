// Catalogue reader: words, asks, measures and contracts of reviews out of files, without running any of them.
// SPDX-License-Identifier: Apache-2.0
//
// A root holds `sop/words.lua`, `ask/*.lua`, `measures/*.lua`, `lib/*.lua`, `review/*.lua`; any of them may be missing, but
// one root has the words. The standard library is a root; a project folder with its own review/ or measures/ is another. The
// folder of a SOP is read last, for its own lib/, review/ and measures/. Order: roots as given, files by name. The name of a
// review, a measure or a module of lib/ is the stem of its file; a name given twice is an error that names both files.
// A measure without a row in ask/ gets the ask metric.NAME.
//
//     auto catalogue = load_catalogue({"stdlib"}, "sops/memory_leak");     // Error: where = file:line:column
#pragma once

#include <string>
#include <vector>

#include "runtime/machine/check.h"

namespace inquest {

struct CatalogueFile {
  std::string path;                     // as shown: stdlib/review/x.lua; its folder says what it is
  std::string text;
};
// The files that load_catalogue reads, in its order; what a case keeps so that it replays without them.
Result<std::vector<CatalogueFile>> catalogue_files(const std::vector<std::string>& stdlib_roots, const std::string& sop_folder);

struct CatalogueRead {
  Catalogue catalogue;
  std::vector<Diagnostic> problems;     // violated contracts, each with file:line; empty: all of it can be used
};
CatalogueRead read_catalogue(const std::vector<CatalogueFile>& files);

// Both; the Error is the first problem. An empty `sop_folder` reads the roots alone.
Result<Catalogue> load_catalogue(const std::vector<std::string>& stdlib_roots, const std::string& sop_folder);

}  // namespace inquest
