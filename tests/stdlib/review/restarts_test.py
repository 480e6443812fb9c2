#!/usr/bin/env python3
# Review restarts: falls of memory that stay, told from a collector's work.
# SPDX-License-Identifier: Apache-2.0
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "support"))
from otlp import Telemetry  # noqa: E402
from runner import case, main, near, review, same  # noqa: E402

MB = 1e6
SCRIPT = "return reviews.restarts { memory = metric.memory {} }"


def look(values, seed=1, name="process.memory.usage"):
    data = Telemetry(seed)
    for i, value in enumerate(values(data)):
        data.sum("api", name, data.at(minutes=i), int(value), unit="By", monotonic=False, instance="api-1")
    return review(data, "restarts", SCRIPT)


@case
def one():
    "a fall to a third that stays is one restart, with the levels around it"
    r = look(lambda d: d.flat(30, 300 * MB, MB) + d.flat(30, 100 * MB, MB)).one(service="api", instance="api-1")
    same(r["numbers"]["count"], 1, "count")
    near(r["numbers"]["before"], 300 * MB, 5 * MB, "before")
    near(r["numbers"]["after"], 100 * MB, 5 * MB, "after")
    same(r["onset"]["time"][:16], "2026-01-01T00:30", "onset")
    same([str(t)[:16] for t in r["lists"]["times"]], ["2026-01-01T00:30"], "times")


@case
def two():
    "two out-of-memory restarts are counted"
    r = look(lambda d: sum([d.linear(20, 100 * MB, 10 * MB, MB) for _ in range(3)], [])).one()
    same(r["numbers"]["count"], 2, "count")
    same(len(r["lists"]["times"]), 2, "times")


@case
def sawtooth():
    "a collector's sawtooth is no restart"
    saw = lambda d: [100 * MB + 25 * MB * (i % 5) + d.noise(MB) for i in range(60)]
    look(saw, name="jvm.memory.used").not_found(service="api")


@case
def killed_in_rhythm():
    "the same falls of memory that the kernel counts are restarts, all of them counted"
    r = look(lambda d: [100 * MB + 40 * MB * (i % 5) + d.noise(MB) for i in range(60)]).one()
    same(r["numbers"]["count"], 11, "count")
    assert r["strength"] > 0.7, r["strength"]


@case
def deep_sawtooth():
    "a sawtooth with deep falls is no restart, however long its teeth"
    for teeth in (4, 6, 8, 12):
        look(lambda d: [100 * MB + 90 * MB * (i % teeth) / teeth + d.noise(MB) for i in range(60)]).not_found(service="api")


@case
def many():
    "four restarts, each of which breaks the rhythm of the samples, are counted"
    data = Telemetry(1)
    for cycle in range(5):
        data.memory("api", data.linear(12, 100 * MB, 15 * MB, MB), instance="api-1", begin=cycle * (12 * 60 + 25))
    same(review(data, "restarts", SCRIPT).one()["numbers"]["count"], 4, "count")


@case
def steady():
    "steady memory has no restart"
    look(lambda d: d.flat(60, 100 * MB, 3 * MB)).not_found(service="api")


@case
def dip():
    "a dip of one sample is no restart"
    look(lambda d: d.flat(30, 100 * MB, MB) + [40 * MB] + d.flat(29, 100 * MB, MB)).not_found(service="api")


@case
def small_fall():
    "a fall of a fifth is no restart"
    look(lambda d: d.flat(30, 100 * MB, MB) + d.flat(30, 80 * MB, MB)).not_found(service="api")


@case
def one_sample():
    "a single sample cannot tell"
    look(lambda d: [100 * MB]).is_unknown(service="api")


main()
