// What of an answer has arrived: status line, headers, body; checked byte by byte as it comes.
// SPDX-License-Identifier: Apache-2.0
//
// Fed by libcurl's callbacks. `head` gets one header line at a time, `body` the bytes of the body without their chunks.
// Both answer false once something is wrong: `fault` says what, and the transfer ends. `finish` says what is missing.
// Memory: the inflated body, at most `body_bytes`.
#pragma once

#include <zlib.h>

#include <optional>
#include <string>
#include <string_view>

#include "runtime/connectors/http/exchange.h"

namespace inquest::http {

class Received final {
 public:
  Received(const Terms& terms, bool head_only) : terms_(terms), head_only_(head_only) {}
  ~Received();
  Received(const Received&) = delete;
  Received& operator=(const Received&) = delete;

  bool head(std::string_view line);
  bool body(const char* bytes, size_t n);
  void raw(size_t n);                    // bytes of the body as they came, chunk sizes and all
  void excess() { excess_ = true; }      // more came than was announced
  bool finish();

  bool head_begun() const { return head_bytes_ > 0; }
  bool head_done() const { return head_done_; }
  bool body_begun() const { return wire_ > 0; }
  uint64_t bytes() const { return head_bytes_ + raw_; }
  std::string progress() const;          // "after 1.2 kB of 5 kB"
  std::optional<Fault> fault;
  Response response;
  std::string retry_after, location, date;

 private:
  bool wrong(const std::string& cause, const std::string& cure = {});
  bool large(const std::string& cause, const std::string& cure);
  bool spend(uint64_t bytes);
  bool status_line(std::string_view line);
  bool field(const std::string& name, std::string value);
  bool head_end();
  bool inflate(const char* bytes, size_t n);
  bool keep(const char* bytes, size_t n);

  const Terms& terms_;
  const bool head_only_;
  size_t head_bytes_ = 0;
  bool head_done_ = false;
  std::optional<uint64_t> length_;
  bool chunked_ = false, gzip_ = false, coded_ = false, gzip_ended_ = false, excess_ = false, zlib_open_ = false;
  uint64_t wire_ = 0, raw_ = 0;          // of the body: without chunk sizes, and as it came
  z_stream zlib_ = {};
};

std::optional<Time> parse_http_date(std::string_view text);  // the three forms of RFC 9110, 5.6.7

}  // namespace inquest::http
