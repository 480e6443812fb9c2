// Who waits for whom: the share of a service's time that it spends waiting on each service it calls.
// SPDX-License-Identifier: Apache-2.0
//
// Works on whole traces (`spans` frames). An entry span of a service is one whose parent is of another service or not
// there. Below an entry span its own service's spans are followed; where one of them has a child of another service,
// the service waits on that callee: from the start to the end of the calling span if that is of kind client or producer
// (so that the network counts), else of the child, clipped to the entry span. A client span without any child is a wait
// on a callee that sends no spans (a database, a foreign service): callee absent, `operation` names the span. Intervals
// on one callee are united (parallel calls count once): the clipping and union are those of self time (trace.h).
//
// Kernel `waits` (options window, service (only rows with it as caller or callee), by_operation = false: callee's
// operation apart), columns: caller, callee, (operation: of the callee's spans; of the calling span where the callee is
// absent, always told then), traces (in which the wait occurs), entries (entry spans of the caller), calls, errors
// (failed calls, status "error" of the callee's span, of the calling span where there is none), total (duration of the
// caller's entry spans), wait, wait_per_call (durations), share (wait / total), alone (duration: waiting on this callee
// and nobody else at the time), share_alone, own (share of total in which the caller waits on nobody), rank (1 = the
// largest wait of its caller), why. A caller that waits on nobody has one row with callee absent, wait 0 and why.
// Rows ascending by caller, rank.
#pragma once

#include "runtime/frame/kernels/support.h"

namespace inquest {

extern const Kernel waits_kernel;

}  // namespace inquest
