#!/usr/bin/env python3
# Review memory_follows_load: growth that the load explains, and growth that it does not.
# SPDX-License-Identifier: Apache-2.0
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "support"))
from otlp import Telemetry  # noqa: E402
from runner import case, main, near, review, same  # noqa: E402

MB = 1e6
SCRIPT = """
local memory, load = metric.memory {}, metric.request_rate {}
local growth = reviews.memory_growth { memory = memory }
return reviews.memory_follows_load { memory = memory, load = load }
"""


def look(memory, load, seed=1):
    data = Telemetry(seed)
    data.memory("api", memory(data), instance="api-1")
    if load:
        data.calls("api", load(data))
    return review(data, "memory_follows_load", SCRIPT)


def leak(d):
    return d.flat(30, 100 * MB, MB) + d.linear(30, 100 * MB, 4 * MB, MB)


@case
def load_rises():
    "memory that rises as the load rises follows its load"
    r = look(leak, lambda d: d.flat(30, 20, 1) + d.linear(30, 20, 0.8, 1)).one(service="api")
    assert r["numbers"]["load_times"] >= 1.4, r["numbers"]
    near(r["numbers"]["memory_times"], r["numbers"]["load_times"], 0.2, "memory")
    assert r["numbers"]["n_before"] >= 12 and r["numbers"]["n_after"] >= 12, r["numbers"]


@case
def load_is_steady():
    "memory that rises under a steady load does not follow it"
    look(leak, lambda d: d.flat(60, 20, 1)).not_found(service="api")


@case
def load_falls():
    "memory that rises under a falling load does not follow it"
    look(leak, lambda d: d.flat(30, 20, 1) + d.linear(30, 20, -0.4, 1)).not_found(service="api")


@case
def load_rises_little():
    "a load that rose by a tenth does not explain memory that doubled"
    look(leak, lambda d: d.flat(30, 20, 0.5) + d.flat(30, 22, 0.5)).not_found(service="api")


def from_spans(counts, memory=leak):
    """Entry spans alone, `counts` of them in each minute."""
    data = Telemetry(1)
    data.memory("api", memory(data), instance="api-1")
    for minute, count in enumerate(counts):
        for i in range(count):
            data.span("api", "GET /", data.at(minute, 60 * i / count), 5, instance="api-1")
    return review(data, "memory_follows_load", SCRIPT.replace("load = load }", "spans = spans.latency {} }").replace(
        "local memory, load = metric.memory {}, metric.request_rate {}", "local memory = metric.memory {}"))


@case
def spans_are_counted_where_no_metric_counts_requests():
    "without a request rate the entry spans are counted: a steady number of them does not explain growth"
    from_spans([20 + i % 3 for i in range(60)]).not_found(service="api")


@case
def each_row_rests_on_what_it_used():
    "growth that a metric of requests judges does not rest on the spans beside it"
    data = Telemetry(1)
    data.memory("api", leak(data), instance="api-1")
    data.memory("still", data.flat(60, 100 * MB, MB), instance="still-1")
    data.calls("api", data.flat(60, 20, 1))
    for minute in range(60):
        data.span("api", "GET /", data.at(minute), 5, instance="api-1")
        data.span("still", "GET /", data.at(minute), 5, instance="still-1")
    r = review(data, "memory_follows_load", SCRIPT.replace("load = load }", "load = load, spans = spans.latency {} }"))
    used = {row["subject"]["service"]: len(row["evidence"]) for row in r.examined}
    same(used, {"api": 2, "still": 1}, "pieces of evidence")


@case
def spans_that_rise_explain_growth():
    "without a request rate, entry spans that rise with memory explain its growth"
    r = from_spans([20 + i % 3 for i in range(30)] + [20 + i for i in range(30)]).one(service="api")
    assert r["numbers"]["load_times"] >= 1.4 and 0.25 < r["numbers"]["before"] < 0.45, r["numbers"]


@case
def no_growth():
    "without growth of memory there is nothing to follow, whatever the load does"
    look(lambda d: d.flat(60, 100 * MB, MB), lambda d: d.flat(30, 20, 1) + d.flat(30, 60, 1)).not_found(service="api")


@case
def no_load():
    "without a request rate of the service it is unknown"
    data = Telemetry(1)
    data.memory("api", leak(data), instance="api-1")
    data.calls("web", data.flat(60, 20, 1))
    review(data, "memory_follows_load", SCRIPT).is_unknown("request rate", service="api")


@case
def late_steady():
    "growth in the last 3 samples under a steady load does not follow it"
    look(lambda d: d.flat(40, 100 * MB, MB) + [130 * MB, 160 * MB, 190 * MB], lambda d: d.flat(43, 20, 1)).not_found(service="api")


@case
def late_load():
    "growth in the last 3 samples under a load that triples follows it"
    look(lambda d: d.flat(40, 100 * MB, MB) + [130 * MB, 160 * MB, 190 * MB], lambda d: d.flat(40, 20, 1) + [60, 62, 61]).one(service="api")


@case
def since_the_first_sample():
    "growth since the first sample is compared by halves: it follows a load that rises as long, not a steady one"
    memory = lambda d: d.linear(40, 100 * MB, 4 * MB, MB)
    look(memory, lambda d: d.linear(40, 20, 0.8, 0.5)).one(service="api")
    look(memory, lambda d: d.flat(40, 20, 0.5)).not_found(service="api")


@case
def killed():
    "a leak that is killed and begins anew, under a load a quarter higher, does not follow it"
    look(lambda d: d.flat(20, 100 * MB, MB) + d.linear(15, 105 * MB, 15 * MB, MB) + d.flat(25, 100 * MB, MB),
         lambda d: d.flat(20, 20, 0.5) + d.flat(40, 25, 0.5)).not_found(service="api")


@case
def three_instances():
    "one leaking instance among three under a steady load does not follow it"
    data = Telemetry(5)
    for i in (1, 2, 3):
        data.memory("api", leak(data) if i == 2 else data.flat(60, 100 * MB, MB), instance=f"api-{i}")
    data.calls("api", data.flat(60, 20, 1))
    review(data, "memory_follows_load", SCRIPT).not_found(service="api")


main()
