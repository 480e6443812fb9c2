#!/usr/bin/env python3
# Writes the small recordings of the examples; the same bytes each time, so that a change of them shows in a diff.
# SPDX-License-Identifier: Apache-2.0
"""usage: examples/make_replay.py      writes examples/*/replay/: metrics.jsonl, traces.jsonl.gz (OTLP-JSON lines, made data)"""
import gzip
import hashlib
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


def counter(name, per_step, **attributes):
    """A cumulative counter; per_step(i) more in the i-th step."""
    points, total = [], 0
    for i in range(SAMPLES):
        total += per_step(i)
        points.append({"startTimeUnixNano": nanos(0), "timeUnixNano": nanos(i), "asInt": str(total), "attributes": texts(attributes)})
    return {"name": name, "sum": {"aggregationTemporality": 2, "isMonotonic": True, "dataPoints": points}}


def texts(attributes):
    return [{"key": key.replace("__", "."), "value": {"stringValue": value}} for key, value in attributes.items()]


def requests_of(service, operation, every, milliseconds, attributes):
    """Server spans, one each `every` seconds; milliseconds(i, seconds) long, with attributes(i)."""
    spans = []
    for i in range(SAMPLES * STEP // every):
        begin = (BEGIN + i * every) * 10**9
        key = hashlib.sha256(f"{service}/{i}".encode()).hexdigest()
        spans.append({"traceId": key[:32], "spanId": key[32:48], "name": operation, "kind": 2,
                      "startTimeUnixNano": str(begin), "endTimeUnixNano": str(begin + milliseconds(i, i * every) * 10**6),
                      "attributes": texts(attributes(i)), "status": {}})
    return {"resource": {"attributes": texts({"service__name": service})}, "scopeSpans": [{"scope": {"name": "made"}, "spans": spans}]}


def write(example, resources, spans=()):
    folder = os.path.join(HERE, example, "replay")
    os.makedirs(folder, exist_ok=True)
    for name, member, all_of in (("metrics.jsonl", "resourceMetrics", resources), ("traces.jsonl.gz", "resourceSpans", spans)):
        if not all_of:
            continue
        text = "".join(json.dumps({member: [one]}, separators=(",", ":")) + "\n" for one in all_of).encode()
        with open(os.path.join(folder, name), "wb") as out:
            out.write(gzip.compress(text, 9, mtime=0) if name.endswith(".gz") else text)


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
# From 10:12:00 on two of three services are slow: cart where a coupon is used, stock in the north; search never.
write("03_each_suspect", [resource(name, [requests(lambda i: 60 + i % 3)]) for name in ("cart", "search", "stock")], [
    requests_of("cart", "POST /cart", 5, lambda i, s: 20 + i % 5 + (400 + s // 4 if s >= 720 and i % 3 == 0 else 0), lambda i: {"coupon": "yes" if i % 3 == 0 else "no"}),
    requests_of("search", "GET /search", 5, lambda i, s: 30 + i * 7 % 11, lambda i: {"language": "de" if i % 2 else "fr"}),
    requests_of("stock", "GET /stock", 5, lambda i, s: 15 + i % 4 + (150 + s // 9 if s >= 720 and i % 3 != 1 else 0),
                lambda i: {"warehouse": "north" if i % 3 != 1 else "south"}),
])
# The temperature of one oven climbs above 260 degrees from the 30th sample (10:15:00) on; the other holds its own.
write("04_no_lua", [
    resource("oven-1", [gauge("oven.temperature", "Cel", lambda i: 220 + i % 4)]),
    resource("oven-2", [gauge("oven.temperature", "Cel", lambda i: 221 + i % 3 + (0 if i < 30 else (i - 29) * 6))]),
])
# thumbnails keeps 3 MB of each step from the 12th sample (10:06:00) on, and its requests get slower with it.
write("05_what_is_missing", [
    resource("thumbnails", [requests(lambda i: 80 + i % 3), gauge("process.memory.usage", "By", lambda i: 200_000_000 + i % 2 * 400_000 + max(0, i - 12) * 9_000_000)]),
    resource("mailer", [requests(lambda i: 20 + i % 2), gauge("process.memory.usage", "By", lambda i: 90_000_000 + i * 5 % 7 * 300_000)]),
], [
    requests_of("thumbnails", "GET /thumbnail", 5, lambda i, s: 40 + i % 7 + (0 if s < 360 else (s - 360) // 3 * (i % 3 // 2)), lambda i: {}),
    requests_of("mailer", "POST /mail", 5, lambda i, s: 90 + i * 3 % 8, lambda i: {}),
])
# A third of what booking receives fails from the 28th sample (10:14:00) on.
write("06_choices_and_ci", [
    resource("booking", [counter("traces.span.metrics.calls", lambda i: 90 if i < 28 else 60, span__kind="SPAN_KIND_SERVER", status__code="STATUS_CODE_UNSET"),
                         counter("traces.span.metrics.calls", lambda i: 0 if i < 28 else 30, span__kind="SPAN_KIND_SERVER", status__code="STATUS_CODE_ERROR")]),
    resource("rooms", [counter("traces.span.metrics.calls", lambda i: 70 + i % 5, span__kind="SPAN_KIND_SERVER", status__code="STATUS_CODE_UNSET"),
                       counter("traces.span.metrics.calls", lambda i: i % 2, span__kind="SPAN_KIND_SERVER", status__code="STATUS_CODE_ERROR")]),
])
# What embed.cpp makes up for itself, as a recording for the tests of its SOP: mailer keeps what it gets from 10:12:00 on.
write("embed", [
    resource("indexer", [gauge("process.memory.usage", "By", lambda i: 120_000_000 + i * 7 % 11 * 100_000)]),
    resource("mailer", [gauge("process.memory.usage", "By", lambda i: 120_000_000 + i * 5 % 9 * 100_000 + max(0, i - 24) * 20_000_000)]),
])
