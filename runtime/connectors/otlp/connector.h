// The otlp connector: a directory of OTLP-JSON lines as a source of metrics, spans and logs.
// SPDX-License-Identifier: Apache-2.0
//
// Everything is computed here, over columns in memory, so `native` is a readable line of what is computed:
//     otlp metrics process.memory.usage | jvm.memory.used by service,instance [10:28:39Z, 11:06:29Z) service=x
// A signal in `without` (or not in `signals`, when that is given) is as if it did not exist.
// Options: threads (number; 0 = as many as the machine has).
// Marks: lines that could not be read are a note, and `partial` above 0.1 % of the lines of the signal.
// Failures: unsupported (a signal or measure that is not here, with what was looked for and the nearest; a native ask,
// with the kind of source that understands it), rejected (an ask that is wrong in itself), cancelled, timeout, unreachable.
// Thread rule: as connector.h says; a signal is read once, at its first touch.
#pragma once

#include "runtime/connectors/connector.h"

namespace inquest::otlp {

Result<std::unique_ptr<Connector>> make(const SourceConfig& config);

}  // namespace inquest::otlp
