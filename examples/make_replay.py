#!/usr/bin/env python3
# Writes the small recordings of the examples; the same bytes each time, so that a change of them shows in a diff.
# SPDX-License-Identifier: Apache-2.0
"""usage: examples/make_replay.py      writes examples/*/replay/metrics.jsonl (OTLP-JSON lines, made data)"""
import json
import os

HERE = os.path.dirname(os.path.abspath(__file__))
BEGIN = 1767607200  # 2026-01-05T10:00:00Z
STEP, SAMPLES = 30, 48  # 24 minutes


def nanos(i):
    return str((BEGIN + i * STEP) * 10**9)


def resource(service, metrics):
    attributes = [{"key": "service.name", "value": {"stringValue": service}}]
    return {"resource": {"attributes": attributes}, "scopeMetrics": [{"scope": {"name": "made"}, "metrics": metrics}]}


def requests(per_step):
    """A cumulative histogram of served requests; per_step(i) of them in the i-th step."""
    points, total = [], 0
    for i in range(SAMPLES):
        total += per_step(i)
        points.append({"startTimeUnixNano": nanos(0), "timeUnixNano": nanos(i), "count": str(total), "sum": total / 50,
                       "bucketCounts": [str(total)], "explicitBounds": []})
    return {"name": "http.server.request.duration", "unit": "s",
            "histogram": {"aggregationTemporality": 2, "dataPoints": points}}


def gauge(name, unit, value):
    return {"name": name, "unit": unit,
            "gauge": {"dataPoints": [{"timeUnixNano": nanos(i), "asInt": str(value(i))} for i in range(SAMPLES)]}}


def write(example, resources):
    folder = os.path.join(HERE, example, "replay")
    os.makedirs(folder, exist_ok=True)
    with open(os.path.join(folder, "metrics.jsonl"), "w", encoding="utf-8") as out:
        for one in resources:
            out.write(json.dumps({"resourceMetrics": [one]}, separators=(",", ":")) + "\n")


# billing serves three times as much from the 30th sample (10:15:00) on; shop serves what it always does.
write("01_first_walk", [
    resource("billing", [requests(lambda i: (60 if i < 30 else 180) + i % 3)]),
    resource("shop", [requests(lambda i: 90 + i * 5 % 7)]),
])
# The printers take their jobs as they come, until those of floor-2 pile up from the 24th sample (10:12:00) on.
write("02_own_review", [
    resource("floor-1", [requests(lambda i: 30 + i % 2), gauge("printer.jobs.waiting", "{job}", lambda i: 2 + i % 3)]),
    resource("floor-2", [requests(lambda i: 30 + i * 3 % 4),
                         gauge("printer.jobs.waiting", "{job}", lambda i: 2 + i % 2 + (0 if i < 24 else (i - 23) * 4))]),
])
