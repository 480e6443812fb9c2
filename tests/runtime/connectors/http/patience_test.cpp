// Patience with a source: over after five seconds of failures, back with one answer.
// SPDX-License-Identifier: Apache-2.0
#include "runtime/connectors/http/patience.h"

#include <catch2/catch.hpp>

using namespace inquest;
using inquest::http::Patience;

TEST_CASE("patience is over when failures last five seconds without an answer between") {
  Patience patience;
  CHECK_FALSE(patience.over(1000 * ns_per_s));
  patience.failed(10 * ns_per_s);
  patience.failed(13 * ns_per_s);
  CHECK_FALSE(patience.over(15 * ns_per_s - 1));
  CHECK(patience.over(15 * ns_per_s));
}

TEST_CASE("one answer brings patience back") {
  Patience patience;
  patience.failed(10 * ns_per_s);
  patience.answered();
  CHECK_FALSE(patience.over(100 * ns_per_s));
  patience.failed(99 * ns_per_s);
  CHECK_FALSE(patience.over(100 * ns_per_s));
}

TEST_CASE("without patience a request is tried once, for a third of its time but not under five seconds") {
  Patience patience;
  CHECK(patience.attempts(4, false) == 4);
  CHECK(patience.attempts(4, true) == 1);
  CHECK(patience.allowed_ns(30 * ns_per_s, false) == 30 * ns_per_s);
  CHECK(patience.allowed_ns(30 * ns_per_s, true) == 10 * ns_per_s);
  CHECK(patience.allowed_ns(6 * ns_per_s, true) == 5 * ns_per_s);
  CHECK(patience.allowed_ns(2 * ns_per_s, true) == 2 * ns_per_s);
}
