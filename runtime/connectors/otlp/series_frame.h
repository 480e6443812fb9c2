// Series frame: tracks as the rows of a frame of shape `series`, thinned to means where they have too many samples.
// SPDX-License-Identifier: Apache-2.0
//
// Columns: service, namespace, instance, version, labels… (a label called like a column is `label.x`), window under
// `against`, time, value; then what a measure tells of its samples besides, where it names metrics that tell of
// restarts (boolean): `heap`, whether the sample is a runtime's heap; `restart`, true when the process began anew since
// the sample before, false when it went on, absent when nothing tells.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "runtime/connectors/otlp/began_anew.h"
#include "runtime/connectors/otlp/runs.h"
#include "runtime/connectors/otlp/tracks.h"

namespace inquest::otlp {

struct Series {
  Head head;
  std::map<std::string, std::string> labels;
  auto operator<=>(const Series&) const = default;
};
using SeriesOf = std::map<Series, std::vector<const Taken*>>;
FramePtr series_frame(const Ask& ask, const std::map<Series, Track>& all, std::vector<std::string> notes);
// With the columns `heap` and `restart` of the measure.
FramePtr series_frame(const Ask& ask, const std::map<Series, Track>& all, std::vector<std::string> notes, const Resolution& measure,
                      const SeriesOf& series, const BeganAnew& began);

}  // namespace inquest::otlp
