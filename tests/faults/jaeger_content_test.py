#!/usr/bin/env python3
# Rows of the list of faults that speak of what stands in an answer of Jaeger, through the real program.
# SPDX-License-Identifier: Apache-2.0
import json

from connectors import answered, says

import runner
from runner import case


def spans_of(answer):
    return answer["result"]["resourceSpans"][0]["scopeSpans"][0]["spans"]


def with_spans(change):
    def edit(request, answer):
        change(spans_of(answer))
        return answer
    return edit


@case
def jaeger_trees():
    "33: a parent cycle, a span that is its own parent, a missing parent and a span id twice end, and lose no span in silence"
    def cycle(spans):
        spans[0]["parentSpanId"] = spans[1]["spanId"]

    def own(spans):
        spans[1]["parentSpanId"] = spans[1]["spanId"]

    def missing(spans):
        spans[1]["parentSpanId"] = "00000000000000ff"

    def twice(spans):
        spans.append(dict(spans[1]))
    for change, rows in ((own, (1, 2)), (missing, (2,)), (twice, (2, 3))):
        answer = says(answered("jaeger", with_spans(change)), "ok")
        assert answer.rows in rows, (change.__name__, answer[:4])
    answer = answered("jaeger", with_spans(cycle))
    assert answer.outcome == "ok" and answer.seconds < 5, answer[:4]


@case
def jaeger_errors_beside_data():
    "33: an error beside data makes an answer partial or ends it"
    answer = answered("jaeger", lambda r, a: {**a, "error": {"httpCode": 500, "message": "storage went away"}})
    assert answer.outcome != "ok" or answer.marks.get("partial"), answer[:4]


@case
def jaeger_wrong_shape():
    "26: JSON of another shape is malformed, never an empty answer"
    for value in ({}, [], {"result": 5}, {"result": {"resourceSpans": 5}}, {"data": []}):
        says(answered("jaeger", lambda r, a, v=value: v), "malformed")


@case
def jaeger_bad_spans():
    "a span with broken ids or times is told, never taken"
    for field, value in (("traceId", "xyz"), ("spanId", ""), ("startTimeUnixNano", "soon"), ("startTimeUnixNano", "99999999999999999999"), ("kind", "what")):
        def change(spans, f=field, v=value):
            spans[1][f] = v
        answer = answered("jaeger", with_spans(change))
        assert answer.outcome == "malformed" or answer.marks.get("partial") or answer.marks.get("notes"), (field, value, answer[:4])


@case
def jaeger_texts():
    "49-51: bytes that are not UTF-8 and lone surrogates do not end the program; what is replaced is told"
    def claim(bad):
        answer = answered("jaeger", lambda r, a: json.dumps(a).encode().replace(b'"pay"', b'"' + bad + b'"'))
        assert answer.outcome in ("malformed", "ok"), answer[:4]
        assert answer.outcome == "malformed" or answer.marks.get("notes") or answer.marks.get("partial"), answer[:4]
    claim(b"x\xff\xfey")
    claim(b"x\\ud800y")


@case
def jaeger_numbers():
    "42, 44, 46: a bare NaN and 1e400 inside an answer are malformed or told"
    for text in (b'"kind": NaN', b'"kind": 1e400', b'"kind": 99999999999999999999'):
        answer = answered("jaeger", lambda r, a, t=text: json.dumps(a).encode().replace(b'"kind": 3', t))
        assert answer.outcome == "malformed" or answer.marks.get("notes") or answer.marks.get("partial"), (text, answer[:4])


runner.main()
