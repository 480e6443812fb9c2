// Figures: what stands beside a finding and shows what it says. HTML that needs neither script nor style.
// SPDX-License-Identifier: Apache-2.0
//
// Chosen by what a finding is about and by the shapes of its evidence, never by the name of a review, so that reviews
// of a SOP's own get the same: an attribute with a value and a contrast frame → bars; an attribute and its numbers over
// time → distributions; slots `slow` and `typical` of whole traces → waterfalls; a template and templates or lines →
// the table of messages. Each is empty when the evidence has nothing to draw; `id` becomes the id of the <figure>.
#pragma once

#include <string>

#include "runtime/report/html_page.h"

namespace inquest {

// A cell by the name of its column: "" and NaN when there is no such column, it is of another type or the cell is absent.
std::string text_at(const Frame& frame, const char* name, size_t row);
double number_at(const Frame& frame, const char* name, size_t row);

std::string html_contrast(const Page& page, const Finding& finding, const ReportEvidence& evidence,
                          const std::string& id);
std::string html_distribution(const Page& page, const Finding& finding, const ReportEvidence& evidence,
                              const std::string& id);
std::string html_messages(const Page& page, const std::string& id);
std::string html_waterfalls(const Page& page, const Finding& finding, const std::string& id);

}  // namespace inquest
