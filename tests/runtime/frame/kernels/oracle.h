// Questions to numpy and scipy through a pipe, and the comparison of their answers with the kernels'.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <functional>

#include "runtime/base/json.h"
#include "runtime/frame/kernels/math.h"
#include "tests/runtime/frame/kernels/made.h"

namespace inquest::made {

struct Question {
  Json json;
  std::vector<double> ours;
  double relative;
};

// The python that has numpy and scipy; empty when this machine has none.
inline std::string python() {
  for (const char* path : {"/usr/bin/python3", "python3"})
    if (std::system((std::string(path) + " -c 'import numpy, scipy.stats' >/dev/null 2>&1").c_str()) == 0) return path;
  return {};
}

inline void ask(const std::vector<Question>& questions) {
  const std::string with = python();
  if (with.empty()) {
    WARN("not compared with an oracle: this machine lacks python3-numpy and python3-scipy");
    return;
  }
  char name[] = "/tmp/inquest-oracle-XXXXXX";
  const int fd = mkstemp(name);
  REQUIRE(fd >= 0);
  close(fd);
  {
    std::ofstream out(name);
    for (const Question& q : questions) out << canonical(q.json) << "\n";
  }
  FILE* pipe = popen((with + " " + INQUEST_SOURCE_DIR + "/tests/runtime/frame/kernels/oracle.py < " + name).c_str(), "r");
  REQUIRE(pipe);
  std::string text;
  char part[65536];
  for (size_t n; (n = fread(part, 1, sizeof part, pipe)) > 0;) text.append(part, n);
  const int status = pclose(pipe);
  std::remove(name);
  REQUIRE(status == 0);
  size_t at = 0;
  for (const Question& q : questions) {
    const size_t end = text.find('\n', at);
    REQUIRE(end != std::string::npos);
    const Result<Json> answer = parse_json(text.substr(at, end - at), "oracle");
    at = end + 1;
    REQUIRE(answer);
    REQUIRE(answer->size() == q.ours.size());
    for (size_t i = 0; i < q.ours.size(); ++i) {
      const double theirs = (*answer)[i].get<double>();
      const double off = std::fabs(q.ours[i] - theirs);
      if (off <= q.relative * std::fabs(theirs) + 1e-300) continue;
      INFO(canonical(q.json).substr(0, 400) << " [" << i << "]");
      CHECK(q.ours[i] == theirs);
    }
  }
}

inline Json list(const std::vector<double>& v) {
  Json j = Json::array();
  for (const double x : v) j.push_back(x);
  return j;
}
inline Question question(const char* kind, const std::vector<double>& x, const std::vector<double>& y, std::vector<double> ours, double relative) {
  return {Json{{"kind", kind}, {"x", list(x)}, {"y", list(y)}}, std::move(ours), relative};
}
inline std::vector<double> each(const std::vector<double>& x, const std::function<double(double)>& f) {
  std::vector<double> r;
  for (const double v : x) r.push_back(f(v));
  return r;
}
// Samples as they come: normal, heavy-tailed, tied, constant.
inline std::vector<double> sample(Random& random, size_t n, int how) {
  std::vector<double> v;
  for (size_t i = 0; i < n; ++i) {
    if (how == 0) v.push_back(random.normal());
    else if (how == 1) v.push_back(exp_(3 * random.normal()));
    else v.push_back(static_cast<double>(random.below(4)));
  }
  return v;
}

}  // namespace inquest::made
