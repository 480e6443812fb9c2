// Case source: the evidence of a recorded case as a source, so that a SOP can be tested on it.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>

#include "runtime/connectors/connector.h"

namespace inquest {

// Answers an ask with the frame (or the failure) that the case holds for the same ask: kind, options, `where`, scope and
// windows, whatever state asked it. Any other ask is unsupported. Errors of CaseFile::open.
Result<std::unique_ptr<Connector>> make_case_source(const std::string& path);

}  // namespace inquest
