// Template series: the counts of a `templates` frame as series over time, one a template.
// SPDX-License-Identifier: Apache-2.0
//
// Kernel `template_series` (option window of the frame is not asked: counts are of the later window): result of shape
// `series`:
//   service, namespace, instance, version, template, time (start of the bucket: counts_from + i · counts_step), value
//   (lines).
// Buckets without lines are 0. A frame without the columns counts, counts_from, counts_step: error.
#pragma once

#include "runtime/frame/kernels/support.h"

namespace inquest {

extern const Kernel template_series_kernel;

}  // namespace inquest
