#!/usr/bin/env python3
# Review growing_attribute: a number on spans that grows since the onset, told from sequence numbers and constants.
# SPDX-License-Identifier: Apache-2.0
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "support"))
from otlp import Telemetry  # noqa: E402
from runner import case, main, near, review, same  # noqa: E402

SCRIPT = """
within { service = "api", onset = time "2026-01-01T00:30:00Z" }
return reviews.growing_attribute { numbers = spans.numbers { against = "before $onset" } }
"""


def look(size, n=240, seed=1, script=SCRIPT):
    """`size(i, data)` of request i of `n` in one hour; the onset is in the middle."""
    data = Telemetry(seed)
    for i in range(n):
        value = size(i, data)
        data.span("api", "GET /", data.at(seconds=3600 * i / n), 10 * data.random.lognormvariate(0, 0.2),
                  attributes={} if value is None else {"entries": value})
    data.span("api", "end", data.at(minutes=60), 1, kind="internal")
    return review(data, "growing_attribute", script)


@case
def grows():
    "a size that stays at ten and then grows to hundreds is found"
    r = look(lambda i, d: 10 if i < 120 else 10 + (i - 120) // 2 * 5).one(service="api", operation="GET /", attribute="entries")
    near(r["numbers"]["before"], 10, 0.1, "before")
    near(r["numbers"]["max"], 305, 6, "max")
    assert r["numbers"]["n_before"] >= 100 and r["numbers"]["n_after"] >= 100, r["numbers"]


@case
def from_zero():
    "a size that grows from nothing is found"
    look(lambda i, d: 0 if i < 120 else (i - 120) // 3).one(attribute="entries")


@case
def sequence():
    "a sequence number is not found: it always grows"
    look(lambda i, d: 1000 + i).not_found(operation="GET /")


@case
def constant():
    "a constant is not found"
    look(lambda i, d: 42).not_found(operation="GET /")


@case
def noise():
    "a number that varies around a level is not found, whatever the seed"
    for seed in range(1, 6):
        look(lambda i, d: d.random.randint(1, 40), seed=seed).not_found(operation="GET /")


@case
def grew_before():
    "a number that grew at the same pace before the onset is not found"
    look(lambda i, d: 10 + i // 4).not_found(operation="GET /")


@case
def shrinks():
    "a number that falls after the onset is not found"
    look(lambda i, d: 200 if i < 120 else 200 - (i - 120) // 2).not_found(operation="GET /")


@case
def small():
    "a rise by a tenth is not found"
    look(lambda i, d: 100 if i < 120 else 100 + (i - 120) // 12).not_found(operation="GET /")


@case
def nothing_before():
    "a number that was not sent before the onset is unknown: nothing to compare with"
    look(lambda i, d: None if i < 120 else i // 2).is_unknown(operation="GET /")


@case
def no_numbers():
    "spans without numbers are unknown, with the cure"
    assert "sizes and counts" in look(lambda i, d: None).is_unknown("no spans with numeric attributes")["cure"]


main()
