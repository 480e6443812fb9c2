// Samples: what a Prometheus answers, read in one strict pass without a tree.
// SPDX-License-Identifier: Apache-2.0
//
// The envelope {status, data, errorType, error, warnings, infos} of prometheus.io/docs/prometheus/latest/querying/api:
// results of kind matrix, vector, scalar and string, lists of texts (label values), lists of label sets (series), and the
// exemplars of query_exemplars. Times are whole milliseconds, values doubles: "NaN", "+Inf" and -0 are kept as they are.
// Strict: anything that is no JSON, depth above 128, a member given twice, a number beyond a double, or text behind the
// end is an error and nothing of the body is used. Bytes that are not UTF-8, lone surrogates: U+FFFD, counted.
// Members that are unknown are skipped. Memory is at most about the size of the body.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "runtime/base/error.h"

namespace inquest::prometheus {

using Labels = std::vector<std::pair<std::string, std::string>>;   // ascending by name, each once; without empty values
const std::string& label(const Labels& labels, std::string_view name);  // empty when absent

// A native histogram at one time: populated buckets, ascending, as the server tells them.
struct Histogram {
  int64_t time_ms = 0;
  double count = 0, sum = 0;
  struct Bucket { double low, high, count; };
  std::vector<Bucket> buckets;
};

struct Samples {
  Labels labels;                          // __name__ among them
  std::vector<int64_t> time_ms;
  std::vector<double> value;
  std::vector<Histogram> histograms;
};

struct ExemplarOf {
  Labels series, labels;                  // of the series; of the exemplar (trace_id, span_id)
  double value = 0;
  int64_t time_ms = 0;
};

struct Reply {
  enum class Data : uint8_t { none, result, list, object } data = Data::none;  // what `data` is
  std::string status;                     // success | error
  std::string error_type, error;
  std::vector<std::string> warnings, infos;
  std::string result_type;                // matrix, vector, scalar, string; empty for lists
  std::vector<Samples> series;            // matrix, vector, scalar (one without labels)
  std::vector<std::string> texts;         // label names and values; the text of a string
  std::vector<Labels> label_sets;         // of /series
  std::vector<ExemplarOf> exemplars;
  std::map<std::string, std::string> fields;  // data is an object of texts: buildinfo
  std::map<std::string, std::string> types;   // /metadata: metric → its type, of the first target that tells
  size_t replaced = 0;                    // texts in which bytes were replaced
  size_t samples() const;
};

// Error: parse; the message says what is wrong and at which byte.
Result<Reply> read_reply(std::string_view body);

// Series that came in pieces, or more than once, as one each: sorted by labels, times ascending, each time once (the first
// one of it stays). How many samples were out of order or given twice goes to `mended`.
std::vector<Samples> joined(std::vector<Samples> all, size_t* mended = nullptr);

}  // namespace inquest::prometheus
