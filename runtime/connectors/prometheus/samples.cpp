// Reading replies and joining series.
// SPDX-License-Identifier: Apache-2.0
#include "runtime/connectors/prometheus/samples.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <limits>
#include <set>

#include "runtime/connectors/prometheus/json_cursor.h"

namespace inquest::prometheus {
namespace {

class Reader final {
 public:
  explicit Reader(std::string_view body) : cursor_(body) {}

  Result<Reply> read() {
    const bool whole = cursor_.peek() == '{' && object([&](const std::string& key) {
      if (key == "status") return cursor_.text(reply_.status);
      if (key == "errorType") return cursor_.text(reply_.error_type);
      if (key == "error") return cursor_.text(reply_.error);
      if (key == "warnings") return texts(reply_.warnings);
      if (key == "infos") return texts(reply_.infos);
      if (key == "data") return data();
      return cursor_.skip();
    });
    if (whole) cursor_.end();
    if (cursor_.ok() && !whole) cursor_.fail("no object");
    if (!cursor_.ok()) return Error{Code::parse, cursor_.error()};
    reply_.replaced = cursor_.replaced();
    return std::move(reply_);
  }

 private:
  // An object of which each member may stand once.
  template <class Member>
  bool object(Member&& member) {
    std::vector<std::string> seen;
    return cursor_.object([&](const std::string& key) {
      if (std::find(seen.begin(), seen.end(), key) != seen.end()) return cursor_.fail("a member given twice");
      seen.push_back(key);
      return member(seen.back());
    });
  }

  bool texts(std::vector<std::string>& out) {
    if (cursor_.peek() == 'n') return cursor_.skip();
    return cursor_.array([&] { return cursor_.text(out.emplace_back()); });
  }

  bool labels(Labels& out) {
    const bool whole = cursor_.object([&](const std::string& key) {
      out.emplace_back(key, std::string());
      return cursor_.text(out.back().second);
    });
    return whole && sorted(out);
  }
  bool sorted(Labels& out) {
    std::sort(out.begin(), out.end());
    for (size_t i = 1; i < out.size(); ++i)
      if (out[i].first == out[i - 1].first) return cursor_.fail("a label given twice");
    std::erase_if(out, [](const auto& one) { return one.second.empty(); });
    return true;
  }

  bool value_text(double& out) {
    if (cursor_.peek() != '"') return cursor_.number(out);
    if (!cursor_.text(scratch_)) return false;
    const char* from = scratch_.data();
    const char* to = from + scratch_.size();
    if (from < to && *from == '+') ++from;
    const auto [end, error] = std::from_chars(from, to, out);
    if (end != to || from == to || (error != std::errc() && error != std::errc::result_out_of_range)) return cursor_.fail("a value that is no number");
    if (error == std::errc::result_out_of_range) return cursor_.fail("a value beyond a double");
    return true;
  }

  bool point(Samples& out) {
    size_t n = 0;
    int64_t ms = 0;
    double value = 0;
    const bool whole = cursor_.array([&] {
      ++n;
      return n == 1 ? cursor_.milliseconds(ms) : n == 2 ? value_text(value) : cursor_.fail("a sample of three parts");
    });
    if (!whole || n != 2) return cursor_.fail("a sample without time and value");
    out.time_ms.push_back(ms);
    out.value.push_back(value);
    return true;
  }

  bool bucket(Histogram& out) {
    size_t n = 0;
    double parts[4] = {0, 0, 0, 0};
    const bool whole = cursor_.array([&] { return ++n <= 4 ? value_text(parts[n - 1]) : cursor_.fail("a bucket of five parts"); });
    if (!whole || n != 4) return cursor_.fail("a bucket without rule, bounds and count");
    out.buckets.push_back({parts[1], parts[2], parts[3]});
    return true;
  }

  bool histogram(Samples& out) {
    Histogram made;
    size_t n = 0;
    const bool whole = cursor_.array([&] {
      if (++n == 1) return cursor_.milliseconds(made.time_ms);
      if (n > 2) return cursor_.fail("a histogram of three parts");
      return object([&](const std::string& key) {
        if (key == "count") return value_text(made.count);
        if (key == "sum") return value_text(made.sum);
        if (key == "buckets") return cursor_.peek() == 'n' ? cursor_.skip() : cursor_.array([&] { return bucket(made); });
        return cursor_.skip();
      });
    });
    if (!whole || n != 2) return cursor_.fail("a histogram without time and buckets");
    out.histograms.push_back(std::move(made));
    return true;
  }

  bool one_series() {
    Samples& out = reply_.series.emplace_back();
    return object([&](const std::string& key) {
      if (key == "metric") return labels(out.labels);
      if (key == "value") return point(out);
      if (key == "values") return cursor_.array([&] { return point(out); });
      if (key == "histogram") return histogram(out);
      if (key == "histograms") return cursor_.array([&] { return histogram(out); });
      return cursor_.skip();
    });
  }

  // matrix and vector: objects; scalar and string: [time, "text"].
  bool result() {
    const bool single = reply_.result_type == "scalar" || reply_.result_type == "string";
    size_t n = 0;
    int64_t ms = 0;
    const bool whole = cursor_.array([&] {
      ++n;
      if (!single) return cursor_.peek() == '{' ? one_series() : cursor_.fail("a result that is no series");
      if (n == 1) return cursor_.milliseconds(ms);
      if (n > 2) return cursor_.fail("a scalar of three parts");
      if (reply_.result_type == "string") return cursor_.text(reply_.texts.emplace_back());
      Samples& out = reply_.series.emplace_back();
      out.time_ms.push_back(ms);
      return value_text(out.value.emplace_back());
    });
    return whole && (!single || n == 2 || cursor_.fail("a scalar without time and value"));
  }

  bool exemplar(const Labels& series) {
    ExemplarOf made{series, {}, 0, 0};
    if (!object([&](const std::string& key) {
          if (key == "labels") return labels(made.labels);
          if (key == "value") return value_text(made.value);
          if (key == "timestamp") return cursor_.milliseconds(made.time_ms);
          return cursor_.skip();
        }))
      return false;
    reply_.exemplars.push_back(std::move(made));
    return true;
  }

  bool item() {
    if (cursor_.peek() == '"') return cursor_.text(reply_.texts.emplace_back());
    if (cursor_.peek() != '{') return cursor_.skip();
    Labels set;
    const size_t first = reply_.exemplars.size();
    Labels of;
    bool of_exemplars = false;
    if (!object([&](const std::string& key) {
          if (cursor_.peek() == '"') {
            set.emplace_back(key, std::string());
            return cursor_.text(set.back().second);
          }
          if (key == "seriesLabels") return of_exemplars = true, labels(of);
          if (key == "exemplars") return of_exemplars = true, cursor_.peek() == 'n' ? cursor_.skip() : cursor_.array([&] { return exemplar({}); });
          return cursor_.skip();
        }))
      return false;
    for (size_t i = first; i < reply_.exemplars.size(); ++i) reply_.exemplars[i].series = of;
    if (of_exemplars) return true;
    if (!sorted(set)) return false;
    reply_.label_sets.push_back(std::move(set));
    return true;
  }

  bool metadata(const std::string& metric) {
    return cursor_.array([&] {
      return object([&](const std::string& key) {
        if (key != "type" || cursor_.peek() != '"') return cursor_.skip();
        std::string type;
        if (!cursor_.text(type)) return false;
        if (!type.empty() && type != "unknown") reply_.types.emplace(metric, std::move(type));
        return true;
      });
    });
  }

  bool data() {
    const char first = cursor_.peek();
    if (first == '[') return reply_.data = Reply::Data::list, cursor_.array([&] { return item(); });
    if (first != '{') return cursor_.skip();
    reply_.data = Reply::Data::object;
    return object([&](const std::string& key) {
      if (key == "resultType") return cursor_.text(reply_.result_type);
      if (key == "result") return reply_.data = Reply::Data::result, result();
      if (cursor_.peek() == '"') return cursor_.text(reply_.fields[key]);
      if (cursor_.peek() == '[') return metadata(key);
      return cursor_.skip();
    });
  }

  JsonCursor cursor_;
  Reply reply_;
  std::string scratch_;
};

}  // namespace

const std::string& label(const Labels& labels, std::string_view name) {
  static const std::string none;
  const auto at = std::lower_bound(labels.begin(), labels.end(), name, [](const auto& one, std::string_view wanted) { return one.first < wanted; });
  return at != labels.end() && at->first == name ? at->second : none;
}

size_t Reply::samples() const {
  size_t n = 0;
  for (const Samples& one : series) n += one.time_ms.size() + one.histograms.size();
  return n;
}

Result<Reply> read_reply(std::string_view body) { return Reader(body).read(); }

namespace {

// One piece in order: times ascending, each once.
size_t put_in_order(Samples& one) {
  bool ascending = true;
  for (size_t i = 1; i < one.time_ms.size() && ascending; ++i) ascending = one.time_ms[i - 1] < one.time_ms[i];
  size_t odd = 0;
  if (!ascending) {
    std::vector<size_t> order(one.time_ms.size());
    for (size_t i = 0; i < order.size(); ++i) order[i] = i;
    std::stable_sort(order.begin(), order.end(), [&](size_t a, size_t b) { return one.time_ms[a] < one.time_ms[b]; });
    std::vector<int64_t> time;
    std::vector<double> value;
    for (size_t i = 0; i < order.size(); ++i) {
      const bool twice = !time.empty() && time.back() == one.time_ms[order[i]];
      if (twice || order[i] != i) ++odd;
      if (twice) continue;
      time.push_back(one.time_ms[order[i]]);
      value.push_back(one.value[order[i]]);
    }
    one.time_ms = std::move(time);
    one.value = std::move(value);
  }
  const auto earlier = [](const Histogram& a, const Histogram& b) { return a.time_ms < b.time_ms; };
  const auto same = [](const Histogram& a, const Histogram& b) { return a.time_ms == b.time_ms; };
  if (!std::is_sorted(one.histograms.begin(), one.histograms.end(), earlier)) {
    ++odd;
    std::stable_sort(one.histograms.begin(), one.histograms.end(), earlier);
  }
  const auto last = std::unique(one.histograms.begin(), one.histograms.end(), same);
  odd += static_cast<size_t>(one.histograms.end() - last);
  one.histograms.erase(last, one.histograms.end());
  return odd;
}

}  // namespace

std::vector<Samples> joined(std::vector<Samples> all, size_t* mended) {
  size_t odd = 0;
  for (Samples& one : all) odd += put_in_order(one);
  std::stable_sort(all.begin(), all.end(), [](const Samples& a, const Samples& b) { return a.labels < b.labels; });
  std::vector<Samples> out;
  for (Samples& one : all) {
    if (out.empty() || out.back().labels != one.labels) {
      out.push_back(std::move(one));
      continue;
    }
    Samples& to = out.back();                            // another stretch of time, or the same asked for twice
    to.time_ms.insert(to.time_ms.end(), one.time_ms.begin(), one.time_ms.end());
    to.value.insert(to.value.end(), one.value.begin(), one.value.end());
    std::move(one.histograms.begin(), one.histograms.end(), std::back_inserter(to.histograms));
  }
  for (Samples& one : out) put_in_order(one);
  if (mended) *mended += odd;
  return out;
}

}  // namespace inquest::prometheus
