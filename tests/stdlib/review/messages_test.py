#!/usr/bin/env python3
# Review messages: the kinds of messages that an ask for a text found.
# SPDX-License-Identifier: Apache-2.0
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "support"))
from otlp import Telemetry  # noqa: E402
from runner import case, main, near, review, same  # noqa: E402

SCRIPT = 'return reviews.messages { kinds = logs.templates { where = { body = like "timed out" } }%s }'


def look(lines, options=""):
    data = Telemetry(1)
    for minute in range(60):
        for i, (service, body) in enumerate(lines(minute)):
            data.log(service, data.at(minutes=minute, seconds=1 + i), body, severity="ERROR")
    return review(data, "messages", SCRIPT % options)


@case
def found():
    "a text that one service logs is found with its lines, its share, its first line and an example"
    r = look(lambda m: [("api", f"connection {m} timed out")] * 2 if m >= 20 else [("api", "fine")]).one(service="api")
    same([r["numbers"]["lines"], r["numbers"]["share"]], [80, 1], "lines")
    same(r["onset"]["time"][:16], "2026-01-01T00:20", "onset")
    same([r["lists"]["example"], r["lists"]["severity"]], [["connection 20 timed out"], ["ERROR"]], "lists")


@case
def two_services():
    "two services that log it are two findings, the frequent one stronger"
    r = look(lambda m: [("api", "call timed out")] * 3 + [("web", "call timed out")])
    assert r.one(service="api")["strength"] > r.one(service="web")["strength"]


@case
def never():
    "a text that nobody logs is not found"
    r = look(lambda m: [("api", "fine")])
    assert not r.found and not r.unknown and r.examined, vars(r)


@case
def least():
    "fewer lines than asked for are not found"
    look(lambda m: [("api", "call timed out")] if m == 5 else [], ", least = 3").not_found(service="api")


main()
