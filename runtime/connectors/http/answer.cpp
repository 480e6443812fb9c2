// What an answer means: its status, and its body as strict JSON.
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "runtime/base/strict_json.h"
#include "runtime/base/text.h"
#include "runtime/connectors/http/http.h"

namespace inquest::http {
namespace {

using Class = Failure::Class;

// The first words of a body for people: a page's title, or what stands there.
std::string first_words(const Response& response) {
  const std::string& body = response.body;
  if (const size_t title = body.find("<title>"); title != std::string::npos && title < 4096) {
    const size_t end = body.find("</title>", title);
    if (end != std::string::npos) return printable(trim(body.substr(title + 7, end - title - 7)), 200);
  }
  return printable(trim(body.substr(0, 1000)), 200);
}

std::string status_words(const Response& response) {
  const std::string words = first_words(response);
  return "HTTP " + std::to_string(response.status) + (words.empty() ? "" : ": " + words);
}

}  // namespace

Judged usual(const Response& response) {
  const int status = response.status;
  if (status / 100 == 2) return {};
  if (status == 401 || status == 403)
    return {Judged::What::bad, {Class::refused, status_words(response),
                                status == 401 ? "check the source's credentials" : "these credentials may not read this"}};
  static constexpr int again[] = {408, 425, 429, 500, 502, 503, 504};
  if (std::find(std::begin(again), std::end(again), status) != std::end(again))
    return {Judged::What::again, {Class::overloaded, status_words(response), "try again later"}};
  return {Judged::What::bad, {Class::rejected, status_words(response)}};
}

Outcome<Json> json_of(const Response& response, const Config& config, std::vector<std::string>* notes, const std::vector<std::string>& also) {
  const std::string& body = response.body;
  const auto malformed = [](const std::string& cause) { return Failure{Class::malformed, cause, "check that the source's URL is the server's API"}; };
  if (body.find_first_not_of(" \t\r\n") == std::string::npos) return malformed("an empty body came with HTTP " + std::to_string(response.status));
  const std::string& type = response.content_type;
  if (type != "application/json" && std::find(also.begin(), also.end(), type) == also.end()) {
    const std::string words = first_words(response);
    return malformed((type.empty() ? "a body without a Content-Type" : type == "text/html" ? std::string("an HTML page") : printable(type, 80)) +
                     " came instead of JSON: " + words);
  }
  // Body and tree together stay within twice the cap of a body; an eighth of the tree's share is left to the allocator.
  const size_t both = config.body_bytes > SIZE_MAX / 2 ? SIZE_MAX : 2 * config.body_bytes;
  size_t replaced = 0;
  Result<Json> json = strict_json(body, {128, both > body.size() ? (both - body.size()) / 8 * 7 : 0}, &replaced);
  if (!json.ok()) {
    if (json.error().cause == "too_large")
      return Failure{Class::too_large, "the answer's " + human(static_cast<double>(body.size()), "By") + " of JSON would take more than " +
                                           human(static_cast<double>(both), "By") + " of memory",
                     "ask for less (a narrower window, fewer rows), or raise body_bytes of the source"};
    return Failure{Class::malformed, json.error().message};
  }
  if (replaced > 0 && notes)
    notes->push_back(count(static_cast<int64_t>(replaced)) + (replaced == 1 ? " text" : " texts") + " with bytes that are not UTF-8, shown as \xEF\xBF\xBD");
  return std::move(*json);
}

}  // namespace inquest::http
