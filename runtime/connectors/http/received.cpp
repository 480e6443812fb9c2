// Checks of status line, headers, lengths and codings; inflation under a cap.
// SPDX-License-Identifier: Apache-2.0
#include "runtime/connectors/http/received.h"

#include <algorithm>
#include <charconv>

#include "runtime/base/text.h"

namespace inquest::http {
namespace {

constexpr size_t most_head_bytes = size_t{256} << 10;
constexpr size_t least_room = size_t{32} << 10, behind = 80;

std::optional<uint64_t> natural(std::string_view text) {
  uint64_t value = 0;
  const auto read = std::from_chars(text.data(), text.data() + text.size(), value);
  if (text.empty() || read.ec != std::errc() || read.ptr != text.data() + text.size()) return std::nullopt;
  return value;
}

std::string size(uint64_t bytes) { return human(static_cast<double>(bytes), "By"); }

}  // namespace

std::optional<Time> parse_http_date(std::string_view text) {
  static const std::vector<std::string> months = {"Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  const size_t comma = text.find(',');
  std::vector<std::string> parts;
  std::string blank(comma == std::string_view::npos ? text : text.substr(comma + 1));
  std::replace(blank.begin(), blank.end(), '-', ' ');
  for (std::string& part : split(blank, ' '))
    if (!part.empty()) parts.push_back(std::move(part));
  std::string day, month, year, clock;
  if (comma != std::string_view::npos && parts.size() == 5 && parts[4] == "GMT") {        // Sun, 06 Nov 1994 08:49:37 GMT
    day = parts[0], month = parts[1], year = parts[2], clock = parts[3];                  // Sunday, 06-Nov-94 08:49:37 GMT
  } else if (comma == std::string_view::npos && parts.size() == 5) {                      // Sun Nov  6 08:49:37 1994
    month = parts[1], day = parts[2], clock = parts[3], year = parts[4];
  } else {
    return std::nullopt;
  }
  if (year.size() == 2) year = (year < "70" ? "20" : "19") + year;
  if (day.size() == 1) day = "0" + day;
  const auto found = std::find(months.begin(), months.end(), month);
  if (found == months.end()) return std::nullopt;
  const std::string number = std::to_string(101 + (found - months.begin())).substr(1);
  const auto time = parse_time(year + "-" + number + "-" + day + "T" + clock + "Z");
  return time.ok() ? std::optional<Time>(*time) : std::nullopt;
}

Received::~Received() {
  if (zlib_open_) ::inflateEnd(&zlib_);
}

bool Received::wrong(const std::string& cause, const std::string& cure) {
  if (!fault) fault = Fault{{Failure::Class::malformed, cause, cure}, Fault::Again::once};
  return false;
}
bool Received::large(const std::string& cause, const std::string& cure) {
  if (!fault) fault = Fault{{Failure::Class::too_large, cause, cure}, Fault::Again::never};
  return false;
}

std::string Received::progress() const {
  return "after " + size(wire_) + (length_ ? " of " + size(*length_) : "");
}

bool Received::head(std::string_view line) {
  head_bytes_ += line.size();
  if (head_bytes_ > most_head_bytes) return wrong("the answer's headers are larger than " + size(most_head_bytes));
  if (!spend(line.size())) return false;
  while (!line.empty() && (line.back() == '\n' || line.back() == '\r')) line.remove_suffix(1);
  if (head_done_ && !line.starts_with("HTTP/")) return true;  // trailers mean nothing to us
  if (line.starts_with("HTTP/")) return status_line(line);
  if (line.empty()) return head_end();
  if (line[0] == ' ' || line[0] == '\t') return wrong("the answer's headers are broken: a folded line");
  const size_t colon = line.find(':');
  if (colon == std::string_view::npos || colon == 0) return wrong("the answer's headers are broken: a line without a name");
  if (line[colon - 1] == ' ' || line[colon - 1] == '\t') return wrong("the answer's headers are broken: a blank before a colon");
  return field(lower(line.substr(0, colon)), trim(line.substr(colon + 1)));
}

bool Received::status_line(std::string_view line) {
  const size_t blank = line.find(' ');
  const auto status = blank == std::string_view::npos ? std::nullopt : natural(line.substr(blank + 1, 3));
  if (!status || *status < 100 || *status > 599) return wrong("the answer's status line is broken: " + printable(line, 80));
  if (body_begun()) return wrong("a second answer came inside the first");
  response = {};
  response.status = static_cast<int>(*status);
  head_done_ = chunked_ = gzip_ = coded_ = false;
  length_.reset();
  retry_after.clear(), location.clear(), date.clear();
  return true;
}

bool Received::field(const std::string& name, std::string value) {
  if (name == "content-length") {
    const auto length = natural(value);
    if (!length) return wrong("Content-Length is no length: " + printable(value, 40));
    if (length_) return wrong("two Content-Length headers");
    length_ = length;
  } else if (name == "transfer-encoding") {
    if (chunked_) return wrong("two Transfer-Encoding headers");
    if (lower(value) != "chunked") return wrong("an unknown transfer coding: " + printable(value, 40));
    chunked_ = true;
  } else if (name == "content-encoding") {
    const std::string coding = lower(value);
    if (coding == "identity" || coding.empty()) return true;
    if (coded_) return wrong("more than one content coding");
    coded_ = true;
    if (coding.find(',') != std::string::npos) return wrong("more than one content coding: " + printable(value, 40));
    if (coding != "gzip" && coding != "x-gzip") return wrong("a content coding that was not asked for: " + printable(value, 40));
    gzip_ = true;
  } else if (name == "content-type") {
    response.content_type = trim(lower(value.substr(0, value.find(';'))));
  } else if (name == "warning") {
    if (response.warnings.size() < 100) response.warnings.push_back(printable(value, 500));
  } else if (name == "date") {
    date = value;
  } else if (name == "retry-after") {
    retry_after = value;
  } else if (name == "location") {
    location = value;
  } else if (name == "x-opaque-id") {
    if (!terms_.tag.empty() && value != terms_.tag) return wrong("the answer to another request came");
  }
  return true;
}

bool Received::head_end() {
  if (response.status / 100 == 1) return true;  // the real one follows
  if (response.status == 0) return wrong("the answer has no status line");
  head_done_ = true;
  if (chunked_ && length_) return wrong("both Content-Length and Transfer-Encoding");
  if (length_ && !head_only_ && *length_ > terms_.body_bytes)
    return large("the answer's body is " + size(*length_) + ", more than the " + size(terms_.body_bytes) + " that one may have",
                 "ask for less (a narrower window, fewer rows), or raise body_bytes of the source");
  return true;
}

bool Received::spend(uint64_t bytes) {
  if (terms_.received->fetch_add(bytes) + bytes <= terms_.bytes) return true;
  return large("more than the " + size(terms_.bytes) + " that this source may send in one run",
               "narrow the windows, or raise bytes of the source");
}

void Received::raw(size_t n) {
  raw_ += n;
  spend(n);
}

bool Received::body(const char* bytes, size_t n) {
  wire_ += n;
  if (raw_ < wire_) raw(static_cast<size_t>(wire_ - raw_));  // a libcurl that does not show what came
  if (fault) return false;
  if (wire_ > terms_.body_bytes)
    return large("the answer's body is larger than the " + size(terms_.body_bytes) + " that one may have",
                 "ask for less (a narrower window, fewer rows), or raise body_bytes of the source");
  return gzip_ ? inflate(bytes, n) : keep(bytes, n);
}

bool Received::keep(const char* bytes, size_t n) {
  std::string& out = response.body;
  if (out.size() + n > terms_.body_bytes)
    return large("the answer's body is more than " + size(terms_.body_bytes) + " once inflated" ,
                 "ask for less (a narrower window, fewer rows), or raise body_bytes of the source");
  // Its exact size where that is known; else sixteen times as much, never beyond the cap: growing copies, and what of it
  // is not written takes no memory. 64 bytes more: readers of JSON in bulk want to look behind the end.
  if (out.capacity() < out.size() + n) {
    const size_t wanted = length_ && !gzip_ ? static_cast<size_t>(*length_) : std::min(terms_.body_bytes, std::max(least_room, out.capacity() * 16));
    out.reserve(std::max(out.size() + n, wanted) + behind);
  }
  out.append(bytes, n);
  return true;
}

bool Received::inflate(const char* bytes, size_t n) {
  if (!zlib_open_) {
    if (::inflateInit2(&zlib_, 16 + 15) != Z_OK) return large("no memory to inflate the answer", "");
    zlib_open_ = true;
  }
  zlib_.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes));
  zlib_.avail_in = static_cast<uInt>(n);
  char out[1 << 15];
  do {
    if (gzip_ended_) return zlib_.avail_in == 0 || wrong("more came behind the end of the compressed body");
    zlib_.next_out = reinterpret_cast<Bytef*>(out);
    zlib_.avail_out = sizeof out;
    const int result = ::inflate(&zlib_, Z_NO_FLUSH);
    if (result == Z_BUF_ERROR && zlib_.avail_in == 0) return true;  // all that came is used
    if (result != Z_OK && result != Z_STREAM_END) return wrong("the compressed body is broken");
    if (!keep(out, sizeof out - zlib_.avail_out)) return false;
    gzip_ended_ = result == Z_STREAM_END;
  } while (zlib_.avail_in > 0 || zlib_.avail_out == 0);
  return true;
}

bool Received::finish() {
  if (fault) return false;
  if (!head_done_) return wrong("the answer ended within its headers");
  if (head_only_) return true;
  if (excess_ || (length_ && !chunked_ && raw_ > *length_)) return wrong("the answer is longer than announced");
  if (length_ && wire_ != *length_) return wrong("truncated " + progress());
  if (gzip_ && wire_ > 0 && !gzip_ended_) return wrong("truncated: the compressed body has no end");
  return true;
}

}  // namespace inquest::http
