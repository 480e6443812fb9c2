// The version of Inquest, in one place.
// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace inquest {

constexpr const char* inquest_version = "0.1.0";

}  // namespace inquest
