#!/usr/bin/env python3
# Rows of the list of faults that speak of what stands in an answer of Prometheus, through the real program.
# SPDX-License-Identifier: Apache-2.0
import copy
import time

from connectors import answered, partial, says

import runner
from runner import case, same


def with_series(change):
    def edit(request, answer):
        change(answer["data"]["result"][0])
        return answer
    return edit


def every_value(make):
    """Replaces the value of each fifth sample."""
    def change(series):
        for i, sample in enumerate(series["values"]):
            if i % 5 == 0:
                sample[1] = make
    return with_series(change)


@case
def prometheus_rejects():
    "22: 400 is rejected in the server's words"
    says(answered("prometheus", lambda r, a: {"status": "error", "errorType": "bad_data", "error": "1:3: parse error: x"}, status=400), "rejected", "bad_data", "parse error")


@case
def prometheus_cannot_execute():
    "23: 422 names what could not be executed, and too many samples are too large"
    says(answered("prometheus", lambda r, a: {"status": "error", "errorType": "execution", "error": "found duplicate series"}, status=422), "rejected", "duplicate series")
    says(answered("prometheus", lambda r, a: {"status": "error", "errorType": "execution", "error": "query processing would load too many samples into memory"},
                  status=422), "too_large", "too many samples")


@case
def prometheus_times_out():
    "24: 503 of a query that timed out is tried again and ends with the hint to ask for less"
    answer = says(answered("prometheus", lambda r, a: {"status": "error", "errorType": "timeout", "error": "query timed out"}, status=503), "timeout", "2 tries", "query timed out")
    assert "shorter" in answer.cause or "narrow" in answer.cause or "less" in answer.cause, answer.cause


@case
def prometheus_warnings():
    "25: warnings make an answer partial, verbatim; infos are notes"
    partial(answered("prometheus", lambda r, a: {**a, "warnings": ["store gateway 3 did not answer"]}), "store gateway 3 did not answer")
    answer = says(answered("prometheus", lambda r, a: {**a, "infos": ["metric might not be a counter"]}), "ok")
    assert not answer.marks.get("partial") and any("might not be a counter" in n for n in answer.marks.get("notes", [])), answer.marks


@case
def prometheus_error_with_200():
    "26: an error that comes with 200 is told"
    says(answered("prometheus", lambda r, a: {"status": "error", "errorType": "internal", "error": "expanding series: boom"}), "rejected", "boom")


@case
def prometheus_wrong_shape():
    "26: JSON of another shape is malformed, never an empty answer"
    for value in ({"status": "success"}, {"status": "success", "data": {}}, {"status": "success", "data": {"resultType": "matrix"}},
                  {"status": "success", "data": {"resultType": "matrix", "result": {}}}, {"status": "success", "data": {"resultType": "matrix", "result": [1]}}):
        says(answered("prometheus", lambda r, a, v=value: v), "malformed")
    for value in ({}, [], {"status": "success", "data": {"resultType": "matrix", "result": [{"metric": {}, "values": [[1]]}]}},
                  {"status": "success", "data": {"resultType": "matrix", "result": [{"metric": {"__name__": 5}, "values": [[1, "2"]]}]}}):
        says(answered("prometheus", lambda r, a, v=value: v), "malformed")


@case
def prometheus_special_values():
    "45: NaN and infinities as texts are values; a text that is no number is malformed"
    for value in ("NaN", "+Inf", "-Inf"):
        assert says(answered("prometheus", every_value(value)), "ok").rows >= 190, value
    says(answered("prometheus", every_value("many")), "malformed")
    says(answered("prometheus", every_value("0x10")), "malformed")


@case
def prometheus_large_numbers():
    "47, 48: -0 and numbers beyond 2^53 are taken as they come"
    for value in ("-0", "9007199254740993", "18446744073709551616", "1e308"):
        same(says(answered("prometheus", every_value(value)), "ok").rows, 240)


@case
def prometheus_times():
    "59, 60: samples out of order and twice are sorted and told; samples of the future do not come in"
    def shuffled(series):
        values = series["values"]
        values[10], values[20] = values[20], values[10]
        values.insert(30, list(values[30]))
    answer = says(answered("prometheus", with_series(shuffled)), "ok")
    assert answer.rows == 240 and answer.marks.get("notes"), answer

    def future(series):
        series["values"] += [[time.time() + 3600 + i, "7"] for i in range(5)]
    answer = answered("prometheus", with_series(future))
    assert answer.outcome == "scope" or (answer.outcome == "ok" and answer.rows == 240), answer
    for stamp in ("x", -1e300, 1e300, None):
        def odd(series, at=stamp):
            series["values"][3][0] = at
        says(answered("prometheus", with_series(odd)), "malformed")


@case
def prometheus_same_series_twice():
    "60: the same series twice is no double count in silence"
    def edit(request, answer):
        answer["data"]["result"].append(copy.deepcopy(answer["data"]["result"][0]))
        return answer
    answer = answered("prometheus", edit)
    assert answer.outcome == "malformed" or (answer.outcome == "ok" and answer.rows == 240), answer[:4]


runner.main()
