#!/usr/bin/env python3
# Review error_rise: the share of failed requests that rose and stayed.
# SPDX-License-Identifier: Apache-2.0
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "support"))
from otlp import Telemetry  # noqa: E402
from runner import case, main, near, review, same  # noqa: E402

SCRIPT = "return reviews.error_rise { errors = metric.error_rate {} }"


def look(shares, seed=1, rate=10):
    data = Telemetry(seed)
    errors = shares(data)
    data.calls("api", [rate] * len(errors), errors=[max(0, e) for e in errors])
    return review(data, "error_rise", SCRIPT)


@case
def from_nothing():
    "errors that go from none to a tenth are found"
    r = look(lambda d: [0] * 30 + d.flat(30, 0.1, 0.01)).one(service="api")
    near(r["numbers"]["before"], 0, 0.001, "before")
    near(r["numbers"]["after"], 0.1, 0.01, "after")
    assert "00:29" <= r["onset"]["time"][11:16] <= "00:32", r["onset"]


@case
def from_some():
    "errors that go from two to eight percent are found"
    r = look(lambda d: d.flat(30, 0.02, 0.003) + d.flat(30, 0.08, 0.005)).one(service="api")
    near(r["numbers"]["after"], 0.08, 0.01, "after")


@case
def none():
    "a service without errors has no rise"
    look(lambda d: [0] * 60).not_found(service="api")


@case
def steady():
    "a steady five percent is no rise"
    for seed in range(1, 6):
        look(lambda d: d.flat(60, 0.05, 0.01), seed=seed).not_found(service="api")


@case
def tiny():
    "a rise by half a percent is below what counts"
    look(lambda d: [0] * 30 + [0.005] * 30).not_found(service="api")


@case
def falls():
    "errors that fall are no rise"
    look(lambda d: d.flat(30, 0.1, 0.01) + [0] * 30).not_found(service="api")


@case
def one_burst():
    "one bad minute is no rise"
    look(lambda d: [0.3 if i == 30 else 0 for i in range(60)]).not_found(service="api")


@case
def last_sample():
    "one bad sample at the end cannot tell yet: unknown"
    look(lambda d: [0] * 40 + [0.2]).is_unknown("last sample", service="api")


@case
def last_three():
    "three bad samples at the end are found, weaker than errors that lasted"
    assert look(lambda d: [0] * 40 + [0.2] * 3).one(service="api")["strength"] < 0.5


@case
def few():
    "five samples cannot tell"
    look(lambda d: [0] * 5).is_unknown(service="api")


main()
