#!/usr/bin/env python3
# The HTTP door against the fault server, rows 26 and 35 to 51: bodies that are no JSON, want too much, or hold what few expect.
# SPDX-License-Identifier: Apache-2.0
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "support"))
from door import ask, ends, main, probe, rows, server, truncated  # noqa: E402
from runner import case, same  # noqa: E402


# ---- 26: no JSON ----
@case
def no_json():
    "26: a login page, an empty body, another type and no HTTP at all are named"
    ends(ask("html-login"), "malformed", "HTML page", "Sign in to continue", row=26)
    ends(ask("empty-body"), "malformed", "empty body", row=26)
    ends(ask("wrong-type"), "malformed", "text/csv", row=26)
    ends(ask("no-type"), "malformed", "without a Content-Type", row=26)
    ends(ask("not-http"), "malformed", "no sound HTTP", row=26)
    ends(ask("http-09"), "malformed", "no sound HTTP", row=26)
    ends(ask("200-error"), "ok")  # what stands in it is for the connector to judge


# ---- 35-43: too much, too deep ----
CAP = 32 << 20


def within_memory(name, outcome, *words, row, cap=CAP):
    """Memory beyond what a small request needs (the library itself) stays within twice the cap of a body."""
    answer = ends(ask(name, body_bytes=cap, deadline_ms=60_000, timeout_ms=60_000), outcome, *words, row=row)
    small = ask("good")["grown_kb"]
    grown = (answer["grown_kb"] - small) * 1024
    assert grown <= 2 * cap, f"{name}: {grown / 1e6:.1f} MB, twice the cap is {2 * cap / 1e6:.1f} MB"
    return answer


@case
def gzip_bomb():
    "35: a gzip bomb ends at the cap of the inflated body"
    answer = within_memory("gzip-bomb", "too_large", "once inflated", row=35)
    assert answer["traffic"]["received"] < 1 << 20, answer["traffic"]


@case
def codings():
    "36: nested and unknown codings are refused"
    for name in ("gzip-twice", "gzip-twice-headers"):
        truncated(name, 36, "more than one content coding")
    for name in ("coding-unknown", "coding-deflate"):
        truncated(name, 36, "not asked for")


@case
def after_the_inflated_end():
    "37: bytes behind the end of the compressed body, and broken ones, are refused"
    truncated("gzip-more-after", 37, "behind the end")
    truncated("gzip-two-members", 37, "behind the end")
    truncated("gzip-broken", 37, "broken")


@case
def two_gigabytes():
    "38: a body of 2 GB ends at the cap, announced or not"
    answer = within_memory("2gb-announced", "too_large", "2.15 GB", row=38)
    assert answer["traffic"]["received"] < 1 << 16, answer["traffic"]
    answer = within_memory("2gb", "too_large", row=38)
    assert answer["traffic"]["received"] < CAP + (2 << 20), answer["traffic"]


@case
def tiny_objects():
    "39: a million tiny objects never take more than twice the cap of a body"
    for name in ("tiny-objects", "tiny-objects-gzip", "tiny-numbers", "tiny-pairs", "tiny-points"):
        server.forget()
        for cap in (4 << 20, 16 << 20, CAP, 64 << 20):
            answer = probe(server.url(name), body_bytes=cap, timeout_ms=60_000)
            assert answer["outcome"] in ("ok", "too_large"), answer
            grown = (answer["grown_kb"] - ask("good")["grown_kb"]) * 1024
            assert grown <= 2 * cap, f"{name}, cap {cap / 1e6:.0f} MB: {grown / 1e6:.1f} MB"
        rows.setdefault(39, set()).add(answer["outcome"])
    ends(probe(server.url("tiny-points"), body_bytes=16 << 20), "too_large", "of memory", row=39)


@case
def long_string():
    "40: a string of 200 MB ends at the cap; one within it is held within twice the cap"
    within_memory("long-string", "too_large", row=40)
    within_memory("long-string-escaped", "too_large", row=40)
    ends(probe(server.url("long-string-in-cap"), body_bytes=64 << 20), "ok", row=40)
    cap = 16 << 20
    answer = probe(server.url("long-string-in-cap"), body_bytes=cap)
    assert (answer["grown_kb"] - ask("good")["grown_kb"]) * 1024 <= 2 * cap, answer


@case
def depth():
    "41: depth 100 000 is refused"
    within_memory("deep", "malformed", "deeper than 128", row=41)
    within_memory("deep-objects", "malformed", "deeper than 128", row=41)


@case
def duplicate_keys():
    "42: duplicate keys are refused"
    ends(ask("duplicate-keys"), "malformed", '"a" stands twice', row=42)


@case
def trailing_bytes():
    "43: bytes behind the JSON are refused"
    ends(ask("trailing-bytes"), "malformed", "more behind the end", row=43)
    ends(ask("trailing-json"), "malformed", "more behind the end", row=43)


# ---- 44-51: values ----
@case
def bare_nan():
    "44: a bare NaN or Infinity is refused"
    ends(ask("bare-nan"), "malformed", "no such value", row=44)
    ends(ask("bare-infinity"), "malformed", row=44)


@case
def values():
    "45-48: NaN as text, -0 and integers of 64 bits are kept; 1e400 and more than 64 bits are refused"
    same(ends(ask("text-nan"), "ok", row=45)["json"]["a"], ["NaN", "+Inf", "-Inf"])
    ends(ask("1e400"), "malformed", "beyond a double", row=46)
    same(str(ends(ask("minus-zero"), "ok", row=47)["json"]["a"]), "-0.0")
    same(ends(ask("large-integers"), "ok", row=48)["json"]["a"], [9007199254740993, 1700000000000000001, 18446744073709551615])
    ends(ask("integer-overflow"), "malformed", "beyond 64 bits", row=48)


@case
def texts():
    "49-51: bytes that are not UTF-8 and lone surrogates are replaced and told, U+0000 is kept"
    answer = ends(ask("not-utf8"), "ok", row=49)
    same(answer["json"]["a"], "x\ufffd\ufffdy")
    same(answer["notes"], ["1 text with bytes that are not UTF-8, shown as \ufffd"])
    answer = ends(ask("lone-surrogate"), "ok", row=50)
    same(answer["json"]["a"], "x\ufffdy")
    same(len(answer["notes"]), 1)
    answer = ends(ask("u0000"), "ok", row=51)
    same(answer["json"]["a"], "x\0y")
    same(answer["notes"], [])


main({
    26: "malformed", 35: "too_large", 36: "malformed", 37: "malformed", 38: "too_large", 39: "ok, too_large", 40: "ok, too_large", 41: "malformed",
    42: "malformed", 43: "malformed", 44: "malformed", 45: "ok", 46: "malformed", 47: "ok", 48: "malformed, ok", 49: "ok", 50: "ok", 51: "ok"})
