#!/usr/bin/env python3
# Review suspect: the service with the signs, not the one that waits for it.
# SPDX-License-Identifier: Apache-2.0
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "support"))
from otlp import Telemetry  # noqa: E402
from runner import case, main, near, review, same  # noqa: E402

MB = 1e6
SCRIPT = """
local m, c, e = metric.memory {}, metric.cpu {}, metric.error_rate {}
local latency, calls = spans.latency {}, spans.calls {}
reviews.memory_growth { memory = m }
reviews.restarts { memory = m }
reviews.cpu_spikes { cpu = c }
reviews.latency_tail { latency = latency }
reviews.error_rise { errors = e }
return reviews.suspect { memory = m, cpu = c, errors = e, latency = latency, calls = calls }
"""
SPANS_ONLY = """
local latency, calls = spans.latency {}, spans.calls {}
reviews.latency_tail { latency = latency }
return reviews.suspect { latency = latency, calls = calls }
"""


def chain(seed, slow, minutes=40, names=("web", "api", "store")):
    """web calls api calls store; `slow` takes fivefold from the middle on, and all that wait for it with it."""
    data = Telemetry(seed)
    for minute in range(minutes):
        for i in range(8):
            start = data.at(minutes=minute, seconds=7 * i)
            own = {s: 10 * data.random.lognormvariate(0, 0.2) * (8 if s == slow and minute >= minutes // 2 else 1) for s in names}
            parent = None
            for depth, service in enumerate(names):
                ms = sum(own[s] for s in names[depth:]) + 2 * (len(names) - depth)
                if parent is None:
                    parent = (service, data.span(service, "GET /" + service, start, ms))
                else:
                    parent = (service, data.call(parent, service, "GET /" + service, start + depth * 1_000_000, ms))
    return data


def strongest(answer):
    assert answer.found, answer.unknown
    return max(answer.found, key=lambda r: r["strength"])


@case
def errors():
    "of caller and callee that both begin to fail, the callee is the suspect, at once of errors alone"
    data = Telemetry(7)
    for service, from_half in (("web", 0.2), ("store", 0.25), ("mail", 0)):
        data.calls(service, data.flat(40, 8, 0.3), errors=[0] * 20 + [from_half] * 20)
        data.memory(service, data.flat(40, 100 * MB, MB))
        data.cpu(service, data.flat(40, 0.3, 0.01))
    for minute in range(40):
        parent = ("web", data.span("web", "GET /", data.at(minute), 20))
        data.call(parent, "store", "GET /store", data.at(minute), 10)
        data.call(parent, "mail", "GET /mail", data.at(minute, 1), 5)
    r = review(data, "suspect", SCRIPT)
    same([row["subject"]["service"] for row in r.found], ["store"], "suspects")


@case
def callee():
    "of caller and callee that both slow down, the callee is the strongest suspect, and the callers wait for it"
    r = review(chain(1, "store"), "suspect", SPANS_ONLY)
    same(strongest(r)["subject"]["service"], "store", "suspect")
    for row in r.found:
        if row["subject"]["service"] != "store":
            assert "waits for store" in " ".join(row["lists"]["signs"]), row
            assert row["strength"] < 0.6 * strongest(r)["strength"], row


@case
def middle():
    "a slow service in the middle is the suspect, neither its caller nor its callee"
    r = review(chain(2, "api"), "suspect", SPANS_ONLY)
    same(strongest(r)["subject"]["service"], "api", "suspect")
    r.not_found(service="store")


@case
def caller():
    "a caller that is slow by itself is the suspect"
    r = review(chain(3, "web"), "suspect", SPANS_ONLY)
    r.one(service="web")
    r.not_found(service="api")
    r.not_found(service="store")


@case
def healthy():
    "a healthy system has no suspect"
    data = chain(4, None)
    for service in ("web", "api", "store"):
        data.memory(service, data.flat(40, 100 * MB, MB), instance=service + "-1")
        data.cpu(service, [0.2 + abs(data.noise(0.02)) for _ in range(40)], instance=service + "-1")
        data.calls(service, data.flat(40, 8, 0.3), errors=[0] * 40)
    r = review(data, "suspect", SCRIPT)
    for service in ("web", "api", "store"):
        r.not_found(service=service)


@case
def leak_in_the_callee():
    "the callee that leaks and slows down is suspected with both signs, since its memory began to grow"
    data = chain(5, "store")
    for service in ("web", "api", "store"):
        data.memory(service, data.flat(15, 100 * MB, MB) + (data.linear(25, 100 * MB, 8 * MB, MB) if service == "store" else data.flat(25, 100 * MB, MB)),
                    instance=service + "-1")
        data.cpu(service, [0.2] * 40, instance=service + "-1")
        data.calls(service, data.flat(40, 8, 0.3), errors=[0] * 40)
    r = review(data, "suspect", SCRIPT)
    top = strongest(r)
    same(top["subject"]["service"], "store", "suspect")
    assert {"memory_growth", "latency_tail"} <= set(top["lists"]["signs"]), top
    assert "00:13" <= top["onset"]["time"][11:16] <= "00:18", top["onset"]
    near(top["numbers"]["score"], top["strength"], 1e-9, "score")


@case
def leak_alone():
    "a leak in a service that does not slow down makes it the suspect"
    data = Telemetry(6)
    for i, service in enumerate(("web", "api", "store")):
        data.memory(service, data.flat(30, 100 * MB, MB) + (data.linear(30, 100 * MB, 5 * MB, MB) if i == 1 else data.flat(30, 100 * MB, MB)))
    r = review(data, "suspect", """
local m = metric.memory {}
reviews.memory_growth { memory = m }
return reviews.suspect { memory = m }
""")
    r.one(service="api")
    r.not_found(service="web")


def pair(seed, make):
    """`make(minute, data)` gives what each call of web to store takes, in turn; web adds next to nothing of its own."""
    data = Telemetry(seed)
    for minute in range(40):
        for i in range(8):
            start = data.at(minutes=minute, seconds=7 * i)
            took = make(minute, data)
            caller = ("web", data.span("web", "GET /", start, sum(took) + 1.2 * len(took)))
            for ms in took:
                data.call(caller, "store", "read", start, ms, wait=0.1)
                start += int((ms + 1) * 1e6)
    return review(data, "suspect", SPANS_ONLY)


@case
def passes_through():
    "a caller that only passes through is never suspected beside its callee, whatever the seed"
    for seed in range(1, 7):
        r = pair(seed, lambda m, d: [10 * d.random.lognormvariate(0, 0.3) * (5 if m >= 20 else 1)])
        same(strongest(r)["subject"]["service"], "store", "suspect")
        assert all(f["strength"] < 0.6 * strongest(r)["strength"] for f in r.found if f["subject"]["service"] == "web"), r.found


@case
def retries():
    "a caller that retries slow calls slows more than its callee, and still waits for it"
    def make(m, d):
        slow = m >= 20 and d.random.random() < 0.3
        return [300] * 3 if slow else [10 * d.random.lognormvariate(0, 0.2)]
    same(strongest(pair(9, make))["subject"]["service"], "store", "suspect")


@case
def more_calls():
    "a caller that makes ten times the calls is the suspect, its callee is as quick as ever"
    r = pair(10, lambda m, d: [5 * d.random.lognormvariate(0, 0.2) for _ in range(20 if m >= 20 else 2)])
    same(strongest(r)["subject"]["service"], "web", "suspect")
    r.not_found(service="store")


@case
def through_another():
    "a caller waits for a callee reached through a service of which nothing was found"
    data = Telemetry(11)
    for minute in range(40):
        for i in range(8):
            start = data.at(minutes=minute, seconds=7 * i)
            ms = 10 * data.random.lognormvariate(0, 0.2) * (8 if minute >= 20 else 1)
            web = data.span("web", "GET /", start, ms + 6)
            hop = data.span("mesh", "forward", start + 1_000_000, ms + 3, kind="client", parent=web)
            data.call(("mesh", hop), "store", "read", start + 2_000_000, ms)
    r = review(data, "suspect", SPANS_ONLY)
    same(strongest(r)["subject"]["service"], "store", "suspect")
    assert all("waits for store" in " ".join(f["lists"]["signs"]) for f in r.found if f["subject"]["service"] == "web"), r.found


@case
def cycle():
    "services that call each other in a ring end with an answer"
    data = chain(7, "store")
    for minute in range(40):
        back = data.span("store", "tick", data.at(minutes=minute, seconds=58), 5, kind="internal")
        data.call(("store", back), "web", "GET /web", data.at(minutes=minute, seconds=58), 3)
    assert review(data, "suspect", SPANS_ONLY).found


SHIFTS = """
local m, c, l = metric.memory {}, metric.cpu {}, metric.request_rate {}
return reviews.suspect { memory = m, cpu = c, load = l }
"""


def shifted(seed, memory=None, cpu=None, load=None):
    """web, api and store are steady for 40 minutes; from the middle on a level is so many times what it was."""
    data = Telemetry(seed)
    for service in ("web", "api", "store"):
        for size, put in ((memory, lambda v: data.memory(service, [100 * MB * x for x in v], instance=service + "-1")),
                          (cpu, lambda v: data.cpu(service, [0.1 * max(0.0, x) for x in v], instance=service + "-1")),
                          (load, lambda v: data.calls(service, [20 * x for x in v]))):
            times = (size or {}).get(service, 1)
            put([(times if i >= 20 else 1) * (1 + data.noise(0.02)) for i in range(40)])
    return review(data, "suspect", SHIFTS)


@case
def busy_core():
    "a core that is busy since the common onset makes its service the suspect, with the levels on both sides"
    top = strongest(shifted(12, cpu={"api": 9}, memory={"api": 1.4, "store": 1.1}))
    same(top["subject"]["service"], "api", "suspect")
    assert any(sign.startswith("cpu 0.1 → 0.9") for sign in top["lists"]["signs"]), top
    assert "00:19" <= top["onset"]["time"][11:16] <= "00:21", top["onset"]


@case
def more_load():
    "a service whose CPU and memory rose as its load did is not suspected"
    r = shifted(13, cpu={"api": 2.5, "store": 6}, memory={"api": 2.5}, load={"api": 2.5})
    same(strongest(r)["subject"]["service"], "store", "suspect")
    r.not_found(service="api")


@case
def small_steps():
    "where everything steps at one moment, the largest step is the suspect and small ones are not"
    r = shifted(14, memory={"web": 1.05, "api": 1.12, "store": 4})
    same([f["subject"]["service"] for f in r.found], ["store"], "suspects")


@case
def nothing_known():
    "without any frame it is unknown"
    data = Telemetry(8)
    data.memory("api", data.flat(10, 1e8, 1e6))
    review(data, "suspect", "return reviews.suspect {}").is_unknown("neither metrics nor spans")


main()
