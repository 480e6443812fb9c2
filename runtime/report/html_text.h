// HTML text: the one escaping function of the page, and the blocks that its sections are made of.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "runtime/report/tables.h"

namespace inquest {

// Text for content and for attribute values; at most that many code points, then "…". Every text of a page passes here.
std::string html(std::string_view text, size_t at_most = 600);
// "… [E3] … [F1] …" with each known piece of evidence and finding as a link to its section; escaped.
std::string html_cited(std::string_view text, const Report& report);
std::string html_links(const std::vector<std::string>& ids);  // <a href="#E1">E1</a> …

// A table whose cells are HTML already. `id` may be empty. The first column heads its row.
struct HtmlTable {
  std::string id, caption, note, look;  // look: a further class
  std::vector<Table::Head> columns;
  std::vector<std::vector<std::string>> rows;
  bool stack = false;  // on narrow screens its cells stand below each other, each with its head
};
// In a region that scrolls by itself on narrow screens and is reached by keyboard. Nothing without rows.
std::string html_table(const HtmlTable& table);
std::string html_table(const Table& table);                    // escapes; cells of ids (E3, F4 F5) become links
std::string html_list(const std::vector<std::string>& items);  // items are HTML already
// Terms with what they are; entries without content are left out. HTML already.
std::string html_facts(const std::vector<std::pair<std::string, std::string>>& facts);
std::string html_details(const std::string& summary, const std::string& content);
// A horizontal bar of that share of its cell; a second, fainter one may lie behind it. The number stands beside it as
// text.
std::string html_bar(double share, bool strong);
const char* html_style();   // the page's own small style sheet
const char* html_script();  // what it adds where script is allowed

}  // namespace inquest
