// The rows of Words, one list per part of the reports.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "runtime/report/words.h"

namespace inquest {

std::vector<Wording> verdict_words();   // words_verdict.cpp: summary.cpp, closing.cpp and what all writers share
std::vector<Wording> walk_words();      // words_walk.cpp: the terminal
std::vector<Wording> page_words();      // words_page.cpp: HTML, Markdown, charts, diagram
std::vector<Wording> html_words();      // words_html.cpp: sections and figures of the HTML page
std::vector<Wording> table_words();     // words_tables.cpp: heads and notes of tables

}  // namespace inquest
