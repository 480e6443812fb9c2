// HTML text: the one escaping function of the page, and the blocks that its sections are made of.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "runtime/report/tables.h"

namespace inquest {

// Text for content and for attribute values; at most that many code points, then "…". Every text of a page passes here.
std::string html(std::string_view text, size_t at_most = 600);
// "… [E3] …" with each known evidence as a link to its section; escaped.
std::string html_cited(std::string_view text, const Report& report);
std::string html_links(const std::vector<std::string>& ids);            // <a href="#E1">E1</a> …
// A table with caption, in a region that scrolls by itself on narrow screens and is reached by keyboard.
std::string html_table(const Table& table);
std::string html_list(const std::vector<std::string>& items);           // items are HTML already
const char* html_style();                                               // the page's own small style sheet

}  // namespace inquest
