// Drawing a SOP as Mermaid stateDiagram-v2 in the seed's dialect, as text and as dot; and reading such a diagram back.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "runtime/model/sop.h"

namespace inquest {

struct Walk {                                     // what a case adds to a drawing
  std::string current;                                     // state, "" = ended
  std::vector<std::string> visited;                        // in order, first visits
  std::set<std::pair<std::string, std::string>> taken;     // (state, label)
  std::map<std::string, std::string> notes = {};           // state → a further line in its box (dot)
};
std::string draw_mermaid(const Sop& sop, const Walk* walk = nullptr);
std::string draw_text(const Sop& sop, const Walk* walk = nullptr, size_t columns = 100);
std::string draw_dot(const Sop& sop, const Walk* walk = nullptr);   // for Graphviz

// A diagram as read: kinds from the labels (`Review[…]`, `Query?[…]`), composites `Ctx[n]`, <<fork>>/<<join>>.
// Subset and precedence: facts in design/language.md "Diagrams". Errors name file:line.
struct Diagram {
  struct Node { std::string id, kind, title; int composite = -1; int line = 0; };  // kind: Info Query Review Suggest fork join start end
  struct Arrow { std::string from, to, label; int composite = -1; int line = 0; };
  struct Composite { std::string id; int parent = -1; int line = 0; };
  std::vector<Node> nodes;
  std::vector<Arrow> arrows;
  std::vector<Composite> composites;
};
Result<Diagram> read_mermaid(std::string_view text, const std::string& file);
// A skeleton SOP file: passes check but for its marked blanks (todo). Drawing it gives the diagram back up to ids, order
// and white space.
Result<std::string> skeleton(const Diagram& diagram, const std::string& name);
// The same diagram up to ids, order and white space: a sorted, canonical text of nodes, arrows, composites.
std::string normal_form(const Diagram& diagram);

}  // namespace inquest
