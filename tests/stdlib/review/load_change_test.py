#!/usr/bin/env python3
# Review load_change: requests per second that rose or fell and stayed.
# SPDX-License-Identifier: Apache-2.0
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "support"))
from otlp import Telemetry  # noqa: E402
from runner import case, main, near, review, same  # noqa: E402

SCRIPT = "return reviews.load_change { load = metric.request_rate {} }"


def look(rates, seed=1):
    data = Telemetry(seed)
    data.calls("api", rates(data))
    return review(data, "load_change", SCRIPT)


@case
def doubled():
    "a load that doubles is found with its levels and its time"
    r = look(lambda d: d.flat(30, 20, 1) + d.flat(30, 40, 2)).one(service="api")
    near(r["numbers"]["times"], 2, 0.1, "times")
    near(r["numbers"]["before"], 20, 1, "before")
    near(r["numbers"]["after"], 40, 2, "after")
    assert "00:29" <= r["onset"]["time"][11:16] <= "00:32", r["onset"]


@case
def halved():
    "a load that falls to a third is found"
    near(look(lambda d: d.flat(30, 30, 1) + d.flat(30, 10, 1)).one(service="api")["numbers"]["times"], 0.333, 0.05, "times")


@case
def stopped():
    "a load that stops is found, though it has no ratio"
    r = look(lambda d: d.flat(30, 30, 1) + [0] * 30).one(service="api")
    near(r["numbers"]["after"], 0, 0.001, "after")


@case
def begun():
    "a load that begins out of nothing is found"
    r = look(lambda d: [0] * 30 + d.flat(30, 30, 1)).one(service="api")
    near(r["numbers"]["before"], 0, 0.001, "before")


@case
def steady():
    "a steady load with its noise has not changed"
    for seed in range(1, 6):
        look(lambda d: d.flat(60, 20, 4), seed=seed).not_found(service="api")


@case
def a_little():
    "a load that rose by a fifth has not changed enough"
    look(lambda d: d.flat(30, 20, 0.5) + d.flat(30, 24, 0.5)).not_found(service="api")


@case
def silent():
    "a load of nothing throughout has not changed"
    look(lambda d: [0] * 60).not_found(service="api")


@case
def few():
    "five samples cannot tell"
    look(lambda d: d.flat(5, 20, 1)).is_unknown(service="api")


@case
def more_instances():
    "a load shared out over twice the instances has not changed, though each instance serves half"
    data = Telemetry(1)
    for k in range(4):
        total = 0
        for i in range(0 if k < 2 else 30, 61):
            total += 60 * (20 if i < 30 else 10)
            data.sum("api", "traces.span.metrics.calls", data.at(minutes=i), total, instance=f"i{k}", start=data.at(minutes=0 if k < 2 else 29),
                     attributes={"service.name": "api", "span.name": "GET /", "span.kind": "SPAN_KIND_SERVER", "status.code": "STATUS_CODE_UNSET"})
    review(data, "load_change", SCRIPT).not_found(service="api")


@case
def last_sample():
    "a last sample alone that differs cannot tell yet"
    look(lambda d: d.flat(30, 20, 0.1) + [60]).is_unknown("only the last sample", service="api")


@case
def last_three():
    "three samples at the end that differ are found, weaker than a load that stayed"
    short = look(lambda d: d.flat(30, 20, 0.1) + [60] * 3).one(service="api")
    assert short["strength"] < 0.6 < look(lambda d: d.flat(30, 20, 0.1) + [60] * 20).one(service="api")["strength"], short


@case
def counts():
    "samples on both sides and p are told"
    n = look(lambda d: d.flat(30, 20, 1) + d.flat(30, 40, 2)).one(service="api")["numbers"]
    near(n["n_before"] + n["n_after"], 60, 1, "samples")
    assert n["p"] < 1e-6, n


@case
def smallest():
    "what was examined says the smallest change that would have been seen"
    examined = look(lambda d: d.flat(60, 20, 1)).examined[0]
    assert examined["smallest"]["times"] >= 1.5, examined


main()
