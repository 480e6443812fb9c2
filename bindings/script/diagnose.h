// Diagnose: the list of mistakes that a reader collects, and the checks that all readers share.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "bindings/script/syntax.h"
#include "runtime/model/catalogue.h"

namespace inquest::script {

// Reads typed values out of nodes; what does not fit is noted with place, value and cure. A node of kind `bad` (told
// already by the parser) and `todo` (told here) read as absent without a second message.
class Diagnose {
 public:
  Diagnose(const std::string& of_file, const Catalogue& known) : file(of_file), catalogue(known) {}

  void note(Position at, const char* rule, std::string message, std::string cure);
  // True when there is nothing to read: bad (silently) or todo (noted).
  bool blank(const Node& node);

  // `what` names the field for messages: "title", "`ask` of `metrics`".
  std::optional<std::string> text(const Node& node, const std::string& what);
  std::optional<std::vector<std::string>> texts(const Node& node, const std::string& what, Places* places = nullptr,
                                                const std::string& prefix = "");
  std::optional<bool> flag(const Node& node, const std::string& what);
  std::optional<double> number(const Node& node, const std::string& what);
  std::optional<int64_t> whole(const Node& node, const std::string& what, int64_t least, int64_t most);
  std::optional<std::vector<const Item*>> keyed(const Node& node, const std::string& what);   // a table of named values
  std::optional<std::vector<const Item*>> entries(const Node& node, const std::string& what); // a list
  std::optional<std::map<std::string, std::string>> text_map(const Node& node, const std::string& what);

  // Known fields, required fields and children of a word against its row. `shown` names the element: `query "x"`.
  void against_row(const Node& node, const WordRow& row, const std::string& shown);
  // A word that is not known here: reserved, misplaced or misspelt.
  void unknown_word(const Node& node, const std::vector<std::string>& allowed, const std::string& inside);
  std::string takes(const std::string& field, const std::string& type) const;  // "`title` takes a text"

  const std::string& file;
  const Catalogue& catalogue;
  std::vector<Diagnostic> problems;
};

std::string shown(const Node& node);   // for messages: "a text", "number 3", "a table", "`found`"
bool is_todo(const Node& node);
bool identifier(std::string_view name);  // [a-z_][a-z0-9_]*, at most 80: what can stand behind a dollar

}  // namespace inquest::script
