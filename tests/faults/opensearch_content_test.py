#!/usr/bin/env python3
# Rows of the list of faults that speak of what stands in an answer of OpenSearch, through the real program.
# SPDX-License-Identifier: Apache-2.0
import json

from connectors import answered, partial, says

import backends
import runner
from runner import case, same


def response(change):
    def edit(request, answer):
        if "responses" in answer:
            answer["responses"][0] = change(answer["responses"][0]) or answer["responses"][0]
        return answer
    return edit


def set_in(**fields):
    return response(lambda one: {**one, **fields})


def item_error(status, kind, reason):
    return response(lambda one: {"error": {"root_cause": [{"type": kind, "reason": reason}], "type": kind, "reason": reason}, "status": status})


@case
def opensearch_shards():
    "27: failed shards make an answer partial, with their number"
    shards = {"total": 3, "successful": 2, "skipped": 0, "failed": 1,
              "failures": [{"shard": 1, "index": "x", "reason": {"type": "query_shard_exception", "reason": "shard is gone"}}]}
    partial(answered("opensearch", set_in(_shards=shards)), "1", "3")


@case
def opensearch_timed_out():
    "28: timed_out makes an answer partial"
    partial(answered("opensearch", set_in(timed_out=True)))


@case
def opensearch_at_least():
    "29: a count that is a lower bound is told as one"
    def edit(one):
        one["hits"]["total"] = {"value": 10000, "relation": "gte"}
        return one
    text = json.dumps(says(answered("opensearch", response(edit)), "ok").marks, ensure_ascii=False)
    assert "10 000" in text and any(word in text for word in ("at least", "more than", "≥", "or more")), text


@case
def opensearch_partial_results_are_asked_for():
    "27: allow_partial_search_results is sent, whatever the server's default"
    seen = []

    def edit(request, answer):
        seen.append(request.body)
        return answer
    says(answered("opensearch", edit), "ok")
    assert all(b'"allow_partial_search_results":true' in body.replace(b" ", b"") for body in seen), seen


@case
def opensearch_overload():
    "30, 31: a rejection or circuit breaker is overload whatever its status, told after bounded tries"
    for status in (429, 503, 500):
        for kind in ("rejected_execution_exception", "circuit_breaking_exception", "es_rejected_execution_exception"):
            says(answered("opensearch", item_error(status, kind, "queue is full"), timeout="8s"), "overloaded", "queue is full")
    whole = {"error": {"type": "rejected_execution_exception", "reason": "queue is full"}, "status": 503}
    says(answered("opensearch", lambda r, a: whole, status=503), "overloaded", "queue is full")


@case
def opensearch_item_errors():
    "26: an error in one item of an _msearch is that ask's failure, in the server's words"
    says(answered("opensearch", item_error(400, "illegal_argument_exception", "no mapping found for [x]")), "rejected", "no mapping found")
    says(answered("opensearch", item_error(404, "index_not_found_exception", "no such index [logs-x]")), "rejected", "logs-x")
    says(answered("opensearch", item_error(403, "security_exception", "no permissions for [indices:data/read/search]")), "refused", "no permissions")


@case
def opensearch_wrong_shape():
    "26: JSON of another shape is malformed, never an empty answer"
    for value in ({}, [], {"responses": []}, {"responses": [1]}, {"responses": [{}]}, {"responses": [{"took": 1, "timed_out": False, "status": 200}]},
                  {"responses": [{"hits": {"hits": 5}, "status": 200}]}):
        says(answered("opensearch", lambda r, a, v=value: v), "malformed")


@case
def opensearch_lost_page():
    "32: a page that comes twice, or a point in time that is gone, ends the ask; nothing is counted twice"
    many, row = 12_000, backends.hits(1)["hits"][0]

    def page(request, answer, gone):
        body = json.loads(request.body.decode().split("\n")[-2] if b"\n" in request.body.strip() else request.body)
        size = body.get("size", 10)
        rows = [{**row, "_id": str(i), "sort": [row["sort"][0] + i, i, row["_index"]]} for i in range(min(size, 5000))]
        one = {"took": 1, "timed_out": False, "_shards": backends.SHARDS, "hits": {"total": {"value": many, "relation": "eq"}, "hits": rows}, "status": 200}
        if "responses" in answer:
            return {"took": 1, "responses": [one]}
        if gone and "search_after" in body:
            return {"error": {"type": "search_context_missing_exception", "reason": "No search context found for id [7]"}, "status": 404}
        return {**one, "pit_id": "p"}
    ask = "logs.search { limit = 12000 }"
    answer = answered("opensearch", lambda r, a: page(r, a, False), ask=ask, timeout="20s")
    assert answer.outcome == "malformed" and "page" in answer.cause, answer[:4]
    answer = answered("opensearch", lambda r, a: page(r, a, True), ask=ask, timeout="20s")
    assert answer.outcome not in ("ok", "internal"), answer[:4]


@case
def opensearch_texts():
    "49-51: bytes that are not UTF-8 and lone surrogates are replaced and told; U+0000 is no fault"
    for bad in (b"x\xff\xfey", b"x\\ud800y"):
        answer = says(answered("opensearch", lambda r, a, b=bad: json.dumps(a).encode().replace(b"message 1", b)), "ok", "UTF-8")
        same(answer.rows, 3)
    same(says(answered("opensearch", lambda r, a: json.dumps(a).encode().replace(b"message 1", b"x\\u0000y")), "ok").rows, 3)


@case
def opensearch_numbers():
    "42, 44, 46: duplicate keys, a bare NaN and 1e400 inside an answer are malformed"
    for text in (b'"took": NaN', b'"took": 1e400', b'"took": 1, "took": 1', b'"took": 99999999999999999999'):
        says(answered("opensearch", lambda r, a, t=text: json.dumps(a).encode().replace(b'"took": 1', t, 1)), "malformed")


@case
def opensearch_odd_documents():
    "a document without a time, or with one that is none, is left out and told, or ends the ask"
    for change in ({"@timestamp": "yesterday"}, {"@timestamp": None}, {"@timestamp": {"a": 1}}, {"@timestamp": 1e300}):
        def edit(one, c=change):
            one["hits"]["hits"][1]["_source"].update(c)
            one["hits"]["hits"][1]["_source"].pop("observedTimestamp")
            return one
        answer = answered("opensearch", response(edit))
        assert answer.outcome == "malformed" or (answer.outcome == "ok" and answer.rows in (2, 3) and (answer.marks.get("notes") or answer.marks.get("partial"))), answer[:4]


runner.main()
