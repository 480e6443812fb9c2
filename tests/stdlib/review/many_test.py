#!/usr/bin/env python3
# Reviews over hundreds of instances, operations, attributes and messages: they answer, and find the one that is ill.
# SPDX-License-Identifier: Apache-2.0
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "support"))
from otlp import Telemetry  # noqa: E402
from runner import case, main, review, same  # noqa: E402

MB = 1e6
ILL = 333


def instances():
    data = Telemetry(1)
    for k in range(700):
        values = data.flat(16, 100 * MB, MB) if k != ILL else data.linear(8, 100 * MB, 0, MB) + data.linear(8, 110 * MB, 12 * MB, MB)
        data.memory(f"s{k % 50}", values, instance=f"i{k}")
        data.cpu(f"s{k % 50}", [2.0 if k == ILL and i in (9, 12, 14) else 0.2 + abs(data.noise(0.01)) for i in range(16)], instance=f"i{k}")
    return data


@case
def memory():
    "of seven hundred instances the one that leaks is found"
    r = review(instances(), "memory_growth", "return reviews.memory_growth { memory = metric.memory {} }")
    same([f["subject"]["instance"] for f in r.found], [f"i{ILL}"], "found")
    same(len(r.examined), 700, "examined")


@case
def cpu():
    "of seven hundred instances the spiky one is found"
    r = review(instances(), "cpu_spikes", "return reviews.cpu_spikes { cpu = metric.cpu {} }")
    same([f["subject"]["instance"] for f in r.found], [f"i{ILL}"], "found")


@case
def restarts():
    "seven hundred instances without a restart are examined"
    r = review(instances(), "restarts", "return reviews.restarts { memory = metric.memory {} }")
    same([len(r.found), len(r.examined)], [0, 700], "found and examined")


def operations():
    data = Telemetry(2)
    for k in range(400):
        for i in range(40):
            hit = data.random.random() < 0.5
            slow = (8 if i >= 20 else 1) if k == ILL else 1
            if k == ILL:   # a value that comes twice is no sequence number
                data.span("api", f"op{k}", data.at(minutes=i, seconds=1), 10 * slow, attributes={"entries": max(0, i - 20) // 2})
            data.span("api", f"op{k}", data.at(minutes=i), 10 * slow * data.random.lognormvariate(0, 0.2) * (3 if k == ILL and not hit else 1),
                      attributes={"hit": hit, "zone": data.random.choice("abc"), "entries": max(0, i - 20) // 2 if k == ILL else 5})
    return data


@case
def latency():
    "of four hundred operations the one that slows down is found"
    r = review(operations(), "latency_tail", "return reviews.latency_tail { latency = spans.latency {} }")
    same([f["subject"]["operation"] for f in r.found], [f"op{ILL}"], "found")


@case
def cohorts():
    "of four hundred operations with three attributes the one with a cohort is found"
    r = review(operations(), "cohort", 'within { service = "api" } return reviews.cohort { contrast = spans.contrast {} }')
    strongest = max(r.found, key=lambda f: f["strength"])
    same([strongest["subject"][k] for k in ("operation", "attribute", "value")], [f"op{ILL}", "hit", "false"], "strongest")


@case
def numbers():
    "of four hundred numbers the one that grows is found"
    r = review(operations(), "growing_attribute", """
within { service = "api", onset = time "2026-01-01T00:20:00Z" }
return reviews.growing_attribute { numbers = spans.numbers { against = "before $onset" } }
""")
    same([f["subject"]["operation"] for f in r.found], [f"op{ILL}"], "found")


@case
def messages():
    "of four hundred messages the one that is new is found"
    data = Telemetry(3)
    word = lambda k: "".join("abcdefghij"[int(c)] for c in f"{k:03d}")
    for minute in range(40):
        for k in range(400):
            if k != ILL or minute >= 20:
                data.log("api", data.at(minutes=minute, seconds=k / 20), f"{word(k)} was done after {word(999 - k)}")
    r = review(data, "new_messages", """
within { service = "api", onset = time "2026-01-01T00:20:00Z" }
return reviews.new_messages { kinds = logs.templates { against = "before $onset" } }
""")
    same([f["subject"]["template"] for f in r.found], [f"{word(ILL)} was done after {word(999 - ILL)}"], "found")


main()
