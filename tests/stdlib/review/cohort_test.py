#!/usr/bin/env python3
# Review cohort: the attribute value that tells slow requests from fast ones of the same operation at the same time.
# SPDX-License-Identifier: Apache-2.0
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "support"))
from otlp import Telemetry  # noqa: E402
from runner import case, main, near, review, same  # noqa: E402

SCRIPT = """
within { service = "api" }
return reviews.cohort { contrast = spans.contrast {}, slow = spans.slowest { limit = 50 }, typical = spans.typical { limit = 50 } }
"""


def requests(seed, n, make):
    """`make(i, data)` gives milliseconds and attributes of request i; one each 15 seconds."""
    data = Telemetry(seed)
    for i in range(n):
        ms, attributes = make(i, data)
        data.span("api", "GET /", data.at(seconds=15 * i), ms, attributes=attributes)
    return data


def spread(data, size=0.2):
    return data.random.lognormvariate(0, size)


@case
def value():
    "an attribute whose one value is slow is found, with the counts of both sides"
    def make(i, d):
        hit = d.random.random() < 0.5
        return (10 if hit else 40) * spread(d), {"hit": hit, "zone": d.random.choice("abc")}
    r = review(requests(1, 160, make), "cohort", SCRIPT).one(attribute="hit")
    same([r["subject"]["operation"], r["subject"]["value"]], ["GET /", "false"], "subject")
    n = r["numbers"]
    same(n["slow_rows"] + n["fast_rows"], 160, "rows")
    assert n["slow"] > 0.85 * n["slow_rows"] and n["fast"] < 0.3 * n["fast_rows"] and n["p"] < 1e-6, n


@case
def drift():
    "an attribute that explains slow at the same time is found although all requests drift tenfold"
    def make(i, d):
        hit = d.random.random() < 0.5
        return 10 * (1 + 9 * i / 160) * (1 if hit else 1.6) * spread(d, 0.1), {"hit": hit}
    r = review(requests(2, 160, make), "cohort", SCRIPT).one(attribute="hit")
    same(r["subject"]["value"], "false", "value")
    assert r["numbers"]["p"] < 0.001, r["numbers"]


@case
def mere_drift():
    "an attribute that only changes with time, as latency does, explains nothing"
    def make(i, d):
        return (10 if i < 80 else 60) * spread(d), {"flag": i >= 80, "zone": d.random.choice("abc")}
    r = review(requests(3, 160, make), "cohort", SCRIPT)
    r.not_found(service="api", operation="GET /")


@case
def unrelated():
    "attributes that have nothing to do with latency are not found, whatever the seed"
    for seed in range(1, 6):
        r = review(requests(seed, 120, lambda i, d: (20 * spread(d), {"zone": d.random.choice("abc"), "hit": d.random.random() < 0.5})),
                   "cohort", SCRIPT)
        r.not_found(service="api", operation="GET /")


@case
def identifier():
    "an identifier is left out, even where it would tell every request"
    def make(i, d):
        hit = d.random.random() < 0.5
        return (10 if hit else 40) * spread(d), {"request": f"r-{i}", "hit": hit}
    r = review(requests(5, 120, make), "cohort", SCRIPT)
    same(sorted({f["subject"]["attribute"] for f in r.found}), ["hit"], "attributes")


@case
def number():
    "a number that is greater in slow requests is found as above the split, with the requests above it on either side"
    def make(i, d):
        size = d.random.randint(1, 1000)
        return 10 + size / 10 * spread(d), {"size": size}
    r = review(requests(6, 160, make), "cohort", SCRIPT).one(attribute="size")
    n, split = r["numbers"], float(r["subject"]["value"].removeprefix("above "))
    assert 300 <= split <= 700, r["subject"]
    assert n["slow"] > 0.7 * n["slow_rows"] and n["fast"] < 0.3 * n["fast_rows"] and n["p"] < 1e-6, n
    near(n["share"], n["slow"] / n["slow_rows"] - n["fast"] / n["fast_rows"], 1e-9, "share")


@case
def low_number():
    "a number that is smaller in slow requests is found as at most the split"
    def make(i, d):
        free = d.random.randint(1, 1000)
        return 110 - free / 10 * spread(d, 0.05), {"free": free}
    r = review(requests(6, 160, make), "cohort", SCRIPT).one(attribute="free")
    n, split = r["numbers"], float(r["subject"]["value"].removeprefix("at most "))
    assert 300 <= split <= 700, r["subject"]
    assert n["slow"] > 0.7 * n["slow_rows"] and n["fast"] < 0.3 * n["fast_rows"], n


@case
def instance():
    "of three instances the slow one is found, with the traces that it served"
    data = Telemetry(9)
    ill = set()
    for i in range(240):
        k = data.random.randrange(3)
        trace = data.span("api", "GET /", data.at(seconds=15 * i), (40 if k == 1 else 10) * spread(data), instance=f"api-{k}")
        if k == 1:
            ill.add(trace[0] if isinstance(trace, tuple) else trace)
    r = review(data, "cohort", SCRIPT).one(attribute="service.instance.id")
    same(r["subject"]["value"], "api-1", "value")
    assert len(r["lists"]["slow_traces"]) >= 10, r["lists"]


@case
def traces():
    "the slow traces named are traces that carry the value"
    truth = {}
    data = Telemetry(7)
    for i in range(160):
        hit = data.random.random() < 0.5
        trace, _ = data.span("api", "GET /", data.at(seconds=15 * i), (10 if hit else 40) * spread(data), attributes={"hit": hit, "hits": 3})
        truth[trace] = hit
    r = review(data, "cohort", SCRIPT).one(attribute="hit")
    assert len(r["lists"]["slow_traces"]) >= 10, r["lists"]
    same({truth[t] for t in r["lists"]["slow_traces"]}, {False}, "hits of slow traces")
    assert len(r["lists"]["typical_traces"]) >= 10, r["lists"]


@case
def quoted():
    "a value with quotes and backslashes names its traces"
    odd = 'a "b" \\ c\td'
    def make(i, d):
        hit = d.random.random() < 0.5
        return (10 if hit else 40) * spread(d), {"kind": "plain" if hit else odd}
    r = review(requests(8, 160, make), "cohort", SCRIPT).one(value=odd)
    assert len(r["lists"]["slow_traces"]) >= 10, r["lists"]


@case
def inner_operation():
    "the difference may lie in an inner operation, which is named"
    data = Telemetry(9)
    for i in range(160):
        hit = data.random.random() < 0.5
        ms = (5 if hit else 40) * spread(data)
        root = data.span("api", "GET /", data.at(seconds=15 * i), ms + 10)
        data.span("api", "load", data.at(seconds=15 * i) + 1_000_000, ms, kind="internal", parent=root, attributes={"hit": hit})
    same(review(data, "cohort", SCRIPT).one(attribute="hit")["subject"]["operation"], "load", "operation")


@case
def few():
    "eight requests cannot tell: unknown"
    review(requests(10, 8, lambda i, d: (10 + 30 * (i % 2), {"hit": i % 2 == 0})), "cohort", SCRIPT).is_unknown("needed", service="api")


@case
def no_attributes():
    "without any span of the service it is unknown"
    data = Telemetry(11)
    data.span("web", "GET /", data.at(seconds=1), 5)
    review(data, "cohort", SCRIPT).is_unknown("no spans")


main()
