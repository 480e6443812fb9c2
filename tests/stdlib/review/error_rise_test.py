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


# ---- with spans: exact counts ----
SPANS = "return reviews.error_rise { latency = spans.latency {} }"
BOTH = "return reviews.error_rise { errors = metric.error_rate {}, latency = spans.latency {} }"


def requests(data, service, share, minutes=60, per_minute=10):
    """`share(minute)` of ten requests a minute fail, spread evenly."""
    owed = 0.0
    for minute in range(minutes):
        for i in range(per_minute):
            owed += share(minute)
            failed = owed >= 1
            owed -= failed
            data.span(service, "GET /", data.at(minutes=minute, seconds=5 * i), 10, status="error" if failed else "unset")


@case
def counted():
    "with spans alone the failed requests are counted on both sides, with Fisher's p"
    data = Telemetry(1)
    requests(data, "api", lambda m: 0.2 if m >= 30 else 0)
    r = review(data, "error_rise", SPANS).one(service="api")
    n = r["numbers"]
    same([n[k] for k in ("failed_before", "requests_before", "requests_after")], [0, 300, 300], "requests")
    near(n["failed_after"], 60, 1, "failed")
    assert n["p"] < 1e-12, n
    assert "0/300 → " in r["says"], r["says"]


@case
def counted_with_metric():
    "with both signals the onset is the metric's and the counts are the spans'"
    data = Telemetry(1)
    data.calls("api", [10] * 60, errors=[0] * 30 + [0.1] * 30)
    requests(data, "api", lambda m: 0.1 if m >= 30 else 0)
    n = review(data, "error_rise", BOTH).one(service="api")["numbers"]
    near(n["after"], 0.1, 0.01, "after")
    near(n["failed_after"], 30, 3, "failed")


@case
def metric_for_one():
    "a service of which no metric tells is judged by its spans"
    data = Telemetry(1)
    data.calls("web", [10] * 60, errors=[0] * 60)
    requests(data, "api", lambda m: 0.3 if m >= 30 else 0)
    r = review(data, "error_rise", BOTH)
    r.one(service="api")
    r.not_found(service="web")


@case
def one_instance_of_four():
    "errors of one instance of four are errors of the service"
    data = Telemetry(1)
    for k in range(4):
        good = bad = 0
        for i in range(61):
            failing = k == 0 and i >= 30
            bad, good = bad + (30 if failing else 0), good + (30 if failing else 60)
            for code, n in (("STATUS_CODE_ERROR", bad), ("STATUS_CODE_UNSET", good)):
                data.sum("api", "traces.span.metrics.calls", data.at(minutes=i), n, instance=f"i{k}",
                         attributes={"service.name": "api", "span.name": "GET /", "span.kind": "SPAN_KIND_SERVER", "status.code": code})
    near(review(data, "error_rise", SCRIPT).one(service="api")["numbers"]["after"], 0.125, 0.02, "after")


@case
def no_requests():
    "a service without a single request has no rate of errors, which is unknown"
    data = Telemetry(1)
    data.calls("api", [0] * 60, errors=[0] * 60)
    answer = review(data, "error_rise", SCRIPT)
    assert not answer.found and not answer.examined and answer.unknown, vars(answer)


@case
def smallest():
    "what was examined says the smallest rise that would have been seen"
    assert look(lambda d: [0] * 60).examined[0]["smallest"]["rise"] >= 0.02


@case
def none_failed_spans():
    "spans without a failure have no rise"
    data = Telemetry(1)
    requests(data, "api", lambda m: 0)
    review(data, "error_rise", SPANS).not_found(service="api")


main()
