// spans.contrast: attributes of slow and fast spans.
// SPDX-License-Identifier: Apache-2.0
#include "runtime/connectors/opensearch/agg.h"
#include "runtime/connectors/opensearch/agg_rows.h"

namespace inquest::opensearch {

std::unique_ptr<Work> make_contrast(const Ask& ask, const Layout& layout, const otlp::Aliases& aliases) {
  return small_or(ask, layout, aliases, nullptr);
}

}  // namespace inquest::opensearch
