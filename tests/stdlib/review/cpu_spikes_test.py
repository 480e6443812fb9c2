#!/usr/bin/env python3
# Review cpu_spikes: samples far above the usual level, before and after a growth of memory.
# SPDX-License-Identifier: Apache-2.0
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "support"))
from otlp import Telemetry  # noqa: E402
from runner import case, main, near, review, same  # noqa: E402

MB = 1e6
SCRIPT = "return reviews.cpu_spikes { cpu = metric.cpu {} }"
AFTER_GROWTH = """
reviews.memory_growth { memory = metric.memory {} }
return reviews.cpu_spikes { cpu = metric.cpu {} }
"""


def look(cores, memory=None, seed=1):
    data = Telemetry(seed)
    data.cpu("api", cores(data), instance="api-1")
    if memory:
        data.memory("api", memory(data), instance="api-1")
    return review(data, "cpu_spikes", AFTER_GROWTH if memory else SCRIPT)


@case
def spikes():
    "five samples at ten times the median are spikes, counted"
    r = look(lambda d: [2.0 if i in (20, 28, 36, 44, 52) else 0.2 + abs(d.noise(0.01)) for i in range(60)]).one(service="api", instance="api-1")
    same(r["numbers"]["spikes"], 5, "spikes")
    near(r["numbers"]["median"], 0.207, 0.01, "median")
    near(r["numbers"]["max"], 2, 0.01, "max")


@case
def steady():
    "a steady CPU has no spikes"
    look(lambda d: [0.2 + abs(d.noise(0.02)) for _ in range(60)]).not_found(service="api")


@case
def one():
    "one spike alone is not spiky"
    look(lambda d: [2.0 if i == 30 else 0.2 + abs(d.noise(0.01)) for i in range(60)]).not_found(service="api")


@case
def small():
    "spikes below twice the median do not count, however even the rest is"
    look(lambda d: [0.3 if i % 10 == 5 else 0.2 for i in range(60)]).not_found(service="api")


@case
def new_with_growth():
    "spikes that came with the growth of memory are found"
    r = look(lambda d: [1.5 if i in (40, 45, 50, 55) else 0.2 + abs(d.noise(0.01)) for i in range(60)],
             lambda d: d.flat(30, 100 * MB, MB) + d.linear(30, 100 * MB, 4 * MB, MB)).one(service="api")
    same(r["numbers"]["spikes"], 4, "spikes")


@case
def as_before():
    "spikes that were as common before the growth are no sign of it"
    look(lambda d: [1.5 if i % 10 == 5 else 0.2 + abs(d.noise(0.01)) for i in range(60)],
         lambda d: d.flat(30, 100 * MB, MB) + d.linear(30, 100 * MB, 4 * MB, MB)).not_found(service="api")


@case
def few():
    "five samples cannot tell"
    look(lambda d: [0.2] * 5).is_unknown(service="api")


@case
def idle():
    "a service that uses no CPU at all has no spikes"
    look(lambda d: [0.0] * 60).not_found(service="api")


main()
