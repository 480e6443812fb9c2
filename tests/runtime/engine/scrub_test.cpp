// Scrub: what nobody should keep is masked wherever it stands, what joins evidence and what only looks like it stays.
// SPDX-License-Identifier: Apache-2.0
#include "runtime/engine/scrub.h"

#include <catch2/catch.hpp>

#include "runtime/base/json.h"

using namespace inquest;

namespace {

std::string masked(const std::string& text, size_t places = SIZE_MAX) {
  size_t n = 0;
  const std::string out = scrub(text, n);
  if (places != SIZE_MAX) CHECK(n == places);
  size_t again = 0;
  CHECK(scrub(out, again) == out);   // masking twice changes nothing
  CHECK(again == 0);
  return out;
}

}  // namespace

TEST_CASE("scrub: credentials are masked however they are written") {
  CHECK(masked("Authorization: Bearer abc.def-123", 1) == "Authorization: ***");
  CHECK(masked("authorization=Basic dXNlcjpwYXNz next", 1) == "authorization=*** next");
  CHECK(masked("sent Bearer abcdefgh12345678 to it", 1) == "sent Bearer *** to it");
  CHECK(masked("Cookie: a=1; b=2\nnext", 1) == "Cookie: ***\nnext");
  CHECK(masked("GET /x?token=abcdefgh1&y=2", 1) == "GET /x?token=***&y=2");
  CHECK(masked("password=hunter2, user=bob", 1) == "password=***, user=bob");
  CHECK(masked("api_key: 'abcd1234'", 1) == "api_key: '***'");
  CHECK(masked("client_secret=\"a b\"", 1) == "client_secret=\"***\"");
}

TEST_CASE("scrub: attributes stay valid JSON, lists and escaped texts included") {
  for (const auto& [in, out] : {std::pair<std::string, std::string>
       {R"({"http.request.header.authorization":["Bearer x","y"],"n":1})", R"({"http.request.header.authorization":["***","***"],"n":1})"},
       {R"({"http.request.header.cookie":"a=\"1\"; b","n":1})", R"({"http.request.header.cookie":"***","n":1})"},
       {R"({"body":"{\"password\":\"a b\",\"n\":2}"})", R"({"body":"{\"password\":\"***\",\"n\":2}"})"},
       {R"({"password":12345678,"token":true})", R"({"password":12345678,"token":true})"}}) {
    const std::string got = masked(in);
    CHECK(got == out);
    CHECK(parse_json(got, "x").ok());
  }
}

TEST_CASE("scrub: tokens that show by their form whose they are") {
  CHECK(masked("t eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJl.", 1) == "t ***");
  CHECK(masked("ghp_abcdefghij0123456789", 1) == "***");
  CHECK(masked("key AKIAIOSFODNN7EXAMPLE used", 1) == "key *** used");
  CHECK(masked("key AKIAIOSFODNN7 used", 0) == "key AKIAIOSFODNN7 used");   // too short to be one
}

TEST_CASE("scrub: e-mail addresses") {
  CHECK(masked("to bob.smith+x@mail.example.com, done", 1) == "to ***, done");
  CHECK(masked("<a@b.io> and c@d.org.", 2) == "<***> and ***.");
}

TEST_CASE("scrub: what only looks like it stays") {
  for (const char* text : {"4bf92f3577b34da6a3ce929d0e0e4736", "image registry/app@sha256:abcdef", "user@host", "v1.2.3@4.5", "@", "a@b.1",
                           "max_token=16", "tokens: 512", "the token expired", "password", "cookie jar", "basic auth", "secretary: x",
                           "5 places", "", "authorization:", "token=<*>", "bearer of news", "task-runner-0123456789abcdefgh"}) {
    INFO(text);
    CHECK(masked(text, 0) == text);
  }
}

TEST_CASE("scrub: any bytes end, and none grow beyond the mask") {
  const std::string parts[] = {"password=", "\"", "\\", "'", "@", ".", "eyJ", "Bearer ", "[", "]", ":", "cookie", "\n", "a", "\xff", "ghp_"};
  uint32_t seed = 1;
  for (int round = 0; round < 20000; ++round) {
    std::string text;
    for (int i = 0; i < 12; ++i) {
      seed = seed * 1664525u + 1013904223u;
      text += parts[(seed >> 16) % std::size(parts)];
    }
    size_t n = 0;
    const std::string out = scrub(text, n);
    REQUIRE(out.size() <= text.size() + 3 * n);
    if (n == 0) REQUIRE(out == text);
  }
}

TEST_CASE("scrub: a frame is masked in its texts alone, and says how many places") {
  FrameBuilder builder(Shape::logs);
  builder.head().add("time", ColumnType::time).add("severity", ColumnType::text).add("body", ColumnType::text).add("trace_id", ColumnType::text);
  for (const char* body : {"hello a@b.io", "plain", "hello c@d.io"}) {
    builder.text(0, "bob@mail.example");   // a service keeps its name, however it is called
    builder.integer(4, 1);
    builder.text(5, "INFO");
    builder.text(6, body);
    builder.text(7, "4bf92f3577b34da6a3ce929d0e0e4736");
    builder.end_row();
  }
  const FramePtr frame = builder.finish();
  const FramePtr out = scrubbed(frame);
  REQUIRE(out != frame);
  CHECK(out->column("body")->text(0) == "hello ***");
  CHECK(out->column("body")->text(1) == "plain");
  CHECK(out->column("body")->text(2) == "hello ***");
  CHECK(out->column("body")->codes[0] == out->column("body")->codes[2]);   // equal texts stay one entry
  CHECK(out->column("service")->text(0) == "bob@mail.example");
  REQUIRE(out->marks.notes.size() == 1);
  CHECK(out->marks.notes[0] == "2 places masked: tokens, passwords, cookies, e-mail addresses");
  CHECK(frame->column("body")->text(0) == "hello a@b.io");
  CHECK(scrubbed(out) == out);
}

TEST_CASE("scrub: a template keeps a mask that fits anything") {
  FrameBuilder builder(Shape::templates);
  builder.head().add("template", ColumnType::text).add("example", ColumnType::text);
  builder.text(0, "a");
  builder.text(4, "login of bob@mail.example failed");
  builder.text(5, "login of bob@mail.example failed");
  builder.end_row();
  const FramePtr out = scrubbed(builder.finish());
  CHECK(out->column("template")->text(0) == "login of <*> failed");
  CHECK(out->column("example")->text(0) == "login of *** failed");
}
