// Survey: what each source is and has, asked of all of them at once: what `inquest sources` shows.
// SPDX-License-Identifier: Apache-2.0
//
// One source after the other would wait for each that does not answer. Offline, sources on servers are left alone.
#pragma once

#include <string>
#include <vector>

#include "runtime/engine/run.h"

namespace inquest {

struct SurveyedMeasure {
  std::string measure;
  std::optional<Resolution> found = {};      // without names: none of those that were tried is there
  std::optional<Failure> failure = {};
};
struct Surveyed {
  const SourceConfig* config = nullptr;
  bool live = false;
  std::vector<std::string> signals = {};     // found there and not withheld
  Probe probe = {};
  std::optional<Failure> failure = {};
  std::vector<SurveyedMeasure> measures = {};// of sources that have metrics, in the order of the catalogue
  int64_t requests = 0, bytes = 0;           // sent and received for this survey; 0 of recordings
  double ms = 0;
};
// In the order of the names. Error: interrupted.
Result<std::vector<Surveyed>> survey(std::vector<Source>& sources, const Catalogue& catalogue, Clock& clock, const Stop& stop,
                                     bool offline, Duration deadline = {30 * ns_per_s});

}  // namespace inquest
