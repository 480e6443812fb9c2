#!/usr/bin/env python3
# Review new_messages: log messages that are new, or far more frequent, since the onset.
# SPDX-License-Identifier: Apache-2.0
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "support"))
from otlp import Telemetry  # noqa: E402
from runner import case, evaluate, main, near, review, same  # noqa: E402

SCRIPT = """
within { service = "api", onset = time "2026-01-01T00:30:00Z" }
return reviews.new_messages { kinds = logs.templates { against = "before $onset" } }
"""


def look(lines, seed=1, first=0):
    """`lines(minute, data)` gives the bodies logged in each minute of an hour."""
    data = Telemetry(seed)
    for minute in range(first, 60):
        for i, body in enumerate(lines(minute, data)):
            data.log("api", data.at(minutes=minute, seconds=1 + i), body, severity="WARN" if "evict" in body else "INFO")
    data.log("web", data.at(minutes=0), "begin of the recording")
    data.log("web", data.at(minutes=60), "end of the recording")
    return review(data, "new_messages", SCRIPT)


def healthy(minute, data):
    return [f"handled request {data.random.randint(1, 9999)} in {data.random.randint(1, 99)} ms" for _ in range(6)]


@case
def new():
    "a message that never came before is found, its ids masked, with counts on both sides"
    r = look(lambda m, d: healthy(m, d) + ([f"evicted {d.random.randint(1, 99)} entries of the table"] * 2 if m >= 35 else []))
    row = r.one(service="api")
    assert row["subject"]["template"].startswith("evicted <*> entries"), row["subject"]
    same([row["numbers"]["before"], row["numbers"]["after"]], [0, 50], "lines")
    same(row["onset"]["time"][:16], "2026-01-01T00:35", "first line")


@case
def more():
    "a message five times as frequent is found, the usual one is not"
    r = look(lambda m, d: healthy(m, d) + ["table is full"] * (1 if m < 30 else 5))
    row = r.one(template="table is full")
    near(row["numbers"]["times"], 5, 0.5, "times")
    same(len(r.found), 1, "found")


@case
def healthy_all_along():
    "a service that logs the same all along has no new messages"
    look(healthy).not_found(service="api")


@case
def fewer():
    "a message that stops is no new message"
    look(lambda m, d: healthy(m, d) + (["cache warm"] * 3 if m < 30 else [])).not_found(service="api")


@case
def rare():
    "a new message that came twice is too rare to tell"
    look(lambda m, d: healthy(m, d) + (["odd thing"] if m in (40, 50) else [])).not_found(service="api")


@case
def twice():
    "a message twice as frequent, as all others are, is not found"
    look(lambda m, d: healthy(m, d) * (1 if m < 30 else 2)).not_found(service="api")


@case
def no_lines():
    "without lines of the service it is unknown, with the cure"
    assert "logs" in look(lambda m, d: []).is_unknown("no log lines")["cure"]


@case
def rates():
    "rates per minute on both sides, the severity, an example and the first line are told"
    r = look(lambda m, d: healthy(m, d) + ["evicted 3 entries of the table"] * (2 if m >= 35 else 0)).one(service="api")
    near(r["numbers"]["rate_after"], 50 / 30, 0.05, "rate after")
    same(r["numbers"]["rate_before"], 0, "rate before")
    same([r["lists"]["severity"], r["lists"]["example"]], [["WARN"], ["evicted 3 entries of the table"]], "lists")
    assert r["lists"]["first"][0].startswith("2026-01-01T00:35"), r["lists"]


@case
def quiet_before():
    "a service that logged nothing before is found weaker"
    r = look(lambda m, d: ["cannot open the table"] if m >= 30 else [])
    assert r.one(service="api")["strength"] < 0.5


def words(k):
    return "".join("abcdefghij"[int(c)] for c in f"{k:04d}")


@case
def beyond_the_limit():
    "of 1 200 kinds of messages, of which an ask keeps 500, the rare one that is new is kept and found"
    def lines(m, d):
        out = [f"{words(k)} was served" for k in range(1200) if (k + m) % 10 == 0] * 2
        return out + (["rare thing broke"] if m >= 40 and m % 2 else [])
    r = look(lines)
    same(r.one(template="rare thing broke")["numbers"]["after"], 10, "lines")


@case
def beyond_the_limit_more():
    "of 1 200 kinds of messages the one that is ten times as frequent is kept and found"
    def lines(m, d):
        out = [f"{words(k)} was served" for k in range(1200) if (k + m) % 10 == 0] * 2
        return out + ["slow thing went on"] * (1 if m < 30 and m % 10 == 0 else 1 if m >= 30 else 0)
    near(look(lines).one(template="slow thing went on")["numbers"]["times"], 10, 2, "times")


@case
def cut_is_told():
    "what an ask left out of the templates stands in its mark"
    data = Telemetry(9)
    for minute in range(60):
        for k in range(700):
            data.log("api", data.at(minutes=minute, seconds=k / 20), f"{words(k)} was served")
    said = evaluate(data, """
within { onset = time "2026-01-01T00:30:00Z" }
return (logs.templates { against = "before $onset" }):limited()
""")
    same(said, "500 of 700 templates, new ones, those that changed most and the most frequent", "mark")
    same(evaluate(data, "return (logs.templates {}):limited()"), "500 of 700 templates, most frequent first", "mark without against")


main()
