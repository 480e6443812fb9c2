// Tables: a server's series as the streams of store.h, so that otlp/answer.h answers from them.
// SPDX-License-Identifier: Apache-2.0
//
// Labels become attributes again: names of the measure and of the ask in their own spelling, those of the conventions with
// their dots (attributes.h; not where a metric was asked for by its Prometheus name), the others as they stand.
// service, namespace, instance and version come from service_name …, exported_job, the measure's service_from, or job
// ([namespace/]service.name) in that order (plan.h). What target_info says of a job and instance, Kubernetes' and other
// well-known words, and the labels that a scrape puts on its targets, belong to the resource; the rest to the point.
// Classic histograms are put together from _bucket, _sum and _count where one time has them all: buckets that a time
// lacks begin another stream, as other bounds do in OTLP. Native ones become streams of kind `exponential` on the common
// bounds of their populated buckets, exact where the server told them.
//
// What Prometheus does not keep, so that answers differ from those of the files: times are cut to milliseconds; when a
// process or counter began (start times): what was counted before the first export, or before the first after a restart
// of a counter that was not seen falling, is not known; two processes under one job and instance are one series.
// A counter whose first sample comes later than 1.5 intervals into what was fetched is new since the export before of
// its resource and counts from zero.
// Pure; no state.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "runtime/connectors/otlp/store.h"
#include "runtime/connectors/prometheus/plan.h"
#include "runtime/connectors/prometheus/samples.h"

namespace inquest::prometheus {

// target_info: job and instance → what is said of that resource (label → value), as far as all series of it agree.
using Targets = std::map<std::pair<std::string, std::string>, std::map<std::string, std::string>>;
Targets targets_of(const std::vector<Labels>& label_sets);

struct Tables {
  otlp::Metrics metrics;
  std::vector<std::string> notes;
};

// `deltas_ms`: the samples are what was counted in that many milliseconds before each (pushed down); 0: as stored.
Tables tables_of(const Plan& plan, const std::vector<Samples>& series, const Targets& targets,
                 const std::vector<ExemplarOf>& exemplars, int64_t deltas_ms = 0);

// The head of a series (raw names, no aliases): for resolving.
struct Whose {
  std::string service, namespace_, instance, version;
};
Whose whose_series(const Labels& labels, const std::string& from_label);

}  // namespace inquest::prometheus
