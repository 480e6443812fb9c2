// Golden files: whole outputs kept in tests/golden/report; INQUEST_APPROVE=1 writes them anew.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <catch2/catch.hpp>

#include <cstdlib>
#include <string>

#include "runtime/base/text.h"

namespace made {

inline void check_golden(const std::string& name, const std::string& got) {
  const std::string path = std::string(INQUEST_SOURCE_DIR) + "/tests/golden/report/" + name;
  if (const char* const approve = std::getenv("INQUEST_APPROVE"); approve && std::string(approve) == "1") {
    REQUIRE(inquest::write_file(path, got).ok());
    return;
  }
  const auto kept = inquest::read_file(path);
  if (kept.ok() && *kept == got) {
    SUCCEED(name);
    return;
  }
  std::string where = "there is no such golden file";
  if (kept.ok()) {
    const auto a = inquest::split(*kept, '\n'), b = inquest::split(got, '\n');
    size_t i = 0;
    while (i < a.size() && i < b.size() && a[i] == b[i]) ++i;
    where = "line " + std::to_string(i + 1) + "\n  kept: " + (i < a.size() ? a[i] : "(end)") +
            "\n  got:  " + (i < b.size() ? b[i] : "(end)");
  }
  FAIL(path << " differs: " << where << "\n  read the change, then approve it: INQUEST_APPROVE=1 report_test");
}

}  // namespace made
