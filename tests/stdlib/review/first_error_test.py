#!/usr/bin/env python3
# Review first_error: where the errors of failed traces begin.
# SPDX-License-Identifier: Apache-2.0
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "support"))
from otlp import Telemetry  # noqa: E402
from runner import case, main, near, review, same  # noqa: E402

SCRIPT = "return reviews.first_error { spans = spans.slowest { limit = 100 } }"


def traces(data, n, failing, service="store"):
    """web calls api, api calls store; where `failing` names a service, its span and all callers of it fail."""
    for i in range(n):
        at = data.at(seconds=10 * i)
        status = lambda s: "error" if failing and ("web", "api", "store").index(s) <= ("web", "api", "store").index(failing) else "unset"
        web = data.span("web", "GET /", at, 30, status=status("web"))
        api = data.span("api", "list", at + 1_000_000, 20, status=status("api"), parent=web)
        data.span("store", "read", at + 2_000_000, 10, status=status("store"), parent=api)


@case
def deepest():
    "an error that all callers pass on begins in the deepest service"
    data = Telemetry(1)
    traces(data, 10, "store")
    r = review(data, "first_error", SCRIPT)
    row = r.one()
    same([row["subject"], row["numbers"]["begun"], row["numbers"]["failed_traces"]], [{"service": "store", "operation": "read"}, 10, 10], "origin")
    r.not_found(service="web")
    r.not_found(service="api")


@case
def middle():
    "an error of a service whose callee answered well begins in that service"
    data = Telemetry(1)
    traces(data, 10, "api")
    same(review(data, "first_error", SCRIPT).one()["subject"]["service"], "api", "origin")


@case
def of_all():
    "failed traces are told among all"
    data = Telemetry(1)
    traces(data, 6, "store")
    traces(data, 14, None)
    n = review(data, "first_error", SCRIPT).one()["numbers"]
    same([n["failed_traces"], n["all_traces"], n["share"]], [6, 20, 1], "traces")


@case
def two_origins():
    "errors that begin in two places are found in both, with their shares"
    data = Telemetry(1)
    traces(data, 6, "store")
    traces(data, 4, "api")
    r = review(data, "first_error", SCRIPT)
    near(r.one(service="store")["numbers"]["share"], 0.6, 1e-9, "share")
    near(r.one(service="api")["numbers"]["share"], 0.4, 1e-9, "share")


@case
def none_failed():
    "traces without an error begin none"
    data = Telemetry(1)
    traces(data, 10, None)
    review(data, "first_error", SCRIPT).not_found(service="store")


@case
def few():
    "three failed traces are weaker"
    data = Telemetry(1)
    traces(data, 3, "store")
    assert review(data, "first_error", SCRIPT).one()["strength"] <= 0.6


@case
def no_traces():
    "without traces it is unknown"
    data = Telemetry(1)
    data.span("api", "GET /", data.at(seconds=1), 5)
    review(data, "first_error", 'within { service = "none" }\n' + SCRIPT).is_unknown("no traces")


main()
