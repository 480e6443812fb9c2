#!/usr/bin/env python3
# Review memory_growth: cycles that a restart ended are a leak, those that a collection ended are not.
# SPDX-License-Identifier: Apache-2.0
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "support"))
from otlp import Telemetry  # noqa: E402
from runner import case, main, near, review, same  # noqa: E402

MB = 1e6
SCRIPT = "return reviews.memory_growth { memory = metric.memory {} }"


def look(values):
    data = Telemetry(1)
    data.memory("api", values(data), instance="api-1")
    return review(data, "memory_growth", SCRIPT)


def look_heap(values, every=60, seed=1):
    """The same as a runtime's heap, in which garbage stays until a collection."""
    data = Telemetry(seed)
    for i, value in enumerate(values(data)):
        data.sum("api", "jvm.memory.used", data.at(seconds=i * every), int(value), unit="By", monotonic=False, instance="api-1")
    return review(data, "memory_growth", SCRIPT)


def regular(d, cycles=3, samples=20, rise=200):
    return sum([d.linear(samples, 100 * MB, rise / samples * MB, MB) for _ in range(cycles)], [])


@case
def cycles_in_rhythm():
    "memory that the kernel counts, climbing and falling back to its beginning in an unbroken rhythm, is a leak that is killed"
    for cycles, samples in ((3, 20), (5, 12), (8, 8), (12, 5)):
        r = look(lambda d: regular(d, cycles, samples))
        one = r.one(service="api", instance="api-1")
        near(one["numbers"]["times"], 3, 0.5, "times")
        near(one["numbers"]["per_hour"], 200 / samples * 60 * MB, 30 * MB, "pace")
        told = [f for f in r.value["found"] if f["kind"] == "memory_cycles"]
        same(len(told), 1, "sentences about the cycles")
        same(told[0]["numbers"]["restarts"], cycles - 1, "restarts")
        assert f"restarted {cycles - 1} times" in told[0]["says"], told[0]["says"]


@case
def heap_in_rhythm():
    "the same falls of a runtime's heap are collections, not growth, however long the teeth"
    for cycles, samples in ((2, 30), (3, 20), (5, 12), (8, 8), (12, 5)):
        look_heap(lambda d: regular(d, cycles, samples)).not_found(service="api")


@case
def heap_that_begins_anew():
    "a heap whose process begins anew at each fall, as its CPU time says, is a leak that is killed"
    data = Telemetry(1)
    for i, value in enumerate(regular(data, 5, 12)):
        begun, time = data.at(minutes=i // 12 * 12), data.at(minutes=i)
        data.sum("api", "jvm.memory.used", time, int(value), unit="By", monotonic=False, instance="api-1")
        data.sum("api", "jvm.cpu.time", time, (time - begun) / 1e9 * 0.1, unit="s", start=begun, instance="api-1")
    assert review(data, "memory_growth", SCRIPT).one()["numbers"]["times"] >= 2.5


@case
def process_that_goes_on():
    "memory of a process that falls back while its CPU time goes on was freed, or workers began anew: unknown, with the cure"
    data = Telemetry(1)
    for i, value in enumerate(regular(data, 5, 12)):
        data.sum("api", "process.memory.usage", data.at(minutes=i), int(value), unit="By", monotonic=False, instance="api-1")
        data.sum("api", "process.cpu.time", data.at(minutes=i), i * 6.0, unit="s", instance="api-1")
    r = review(data, "memory_growth", SCRIPT).is_unknown("goes on", service="api")
    assert "worker" in r["cure"], r


@case
def heap_floor_of_few_teeth():
    "a heap that is collected four times, each time to a higher floor, grows with the floor"
    r = look_heap(lambda d: sum([d.linear(12, (100 + 40 * c) * MB, 20 * MB, MB) for c in range(5)], [])).one()
    assert 1.5 <= r["numbers"]["times"] <= 2.2, r["numbers"]


@case
def plateaus_between_restarts():
    "a process that restarts often and warms up to a plateau each time does not leak"
    look(lambda d: sum([[100 * MB + 200 * MB * (1 - 0.4 ** i) + d.noise(MB) for i in range(15)] for _ in range(4)], [])).not_found(service="api")


@case
def breathing():
    "resident memory that falls by a tenth to two fifths again and again is given back by a collector, not growth"
    for fall in (0.1, 0.2, 0.3, 0.4):
        for teeth in (6, 12, 20):
            look(lambda d: [100 * MB * (1 + fall / (1 - fall) * (i % teeth) / teeth) + d.noise(MB / 2) for i in range(60)]).not_found(service="api")


@case
def sawtooth():
    "a garbage collector's sawtooth is not growth"
    look_heap(lambda d: [100 * MB + 25 * MB * (i % 5) + d.noise(2 * MB) for i in range(60)]).not_found(service="api")


main()
