#!/usr/bin/env python3
# The HTTP door against the fault server, rows 1 to 24: what never comes, comes broken, or comes with a bad status.
# SPDX-License-Identifier: Apache-2.0
import json
import os
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "support"))
import door  # noqa: E402
from door import ask, ends, in_time, probe, server, truncated  # noqa: E402
from runner import case, same  # noqa: E402


# ---- 1-8: nothing comes, or too slowly ----
@case
def dns_failure():
    "1: a name that does not exist is unreachable"
    ends(probe("http://no-such-host.invalid:9090", attempts=2), "unreachable", "no-such-host.invalid is not known", tries=2, row=1)


@case
def dns_stall():
    "1: name servers that do not answer end the request in time"
    with tempfile.TemporaryDirectory() as there:
        source = os.path.join(there, "stall.c")
        with open(source, "w") as f:  # getaddrinfo as a resolver without a network behaves
            f.write("#include <unistd.h>\nint getaddrinfo(const char* a, const char* b, const void* c, void** d)"
                    "{ (void)a; (void)b; (void)c; (void)d; sleep(20); return -3; }\n")
        library = os.path.join(there, "stall.so")
        subprocess.run(["cc", "-shared", "-fPIC", "-o", library, source], check=True)
        start = time.monotonic()
        in_time(lambda: probe("http://prometheus.example:9090", deadline_ms=500, env={"LD_PRELOAD": library}), 500,
                "unreachable", "name servers", row=1)
        assert time.monotonic() - start < 10, "the program waited for the look-up at its end"


@case
def refused():
    "2: a refused connection is unreachable, and is tried again"
    ends(probe(server.refused(), attempts=3), "unreachable", "refused", "3 tries", tries=3, row=2)


@case
def black_hole():
    "3: a connection that is never answered ends at the deadline + 100 ms"
    in_time(lambda: probe(server.black_hole(), deadline_ms=600), 600, "unreachable", "no connection to 127.0.0.1", row=3)


@case
def tls_stall():
    "4: a TLS handshake that stalls ends at the deadline + 100 ms"
    in_time(lambda: probe(server.silent("https"), deadline_ms=600), 600, "timeout", "TLS handshake", row=4)


@case
def no_response():
    "5: a server that never answers ends at the deadline + 100 ms, without a second try"
    answer = in_time(lambda: ask("no-response", deadline_ms=600), 600, "timeout", "no answer in time", row=5)
    same(answer["traffic"]["requests"], 1)


@case
def own_limit():
    "5: without a deadline the source's own time limit holds"
    in_time(lambda: ask("no-response", timeout_ms=400), 400, "timeout", "400ms allowed", row=5)


@case
def header_drip():
    "6: headers that drip end at the deadline + 100 ms"
    in_time(lambda: ask("header-drip", deadline_ms=600), 600, "timeout", "headers did not end in time", row=6)


@case
def headers_without_end():
    "6: headers without end end at a cap: asking for less would not help"
    for name in ("endless-headers", "endless-100"):
        answer = ends(ask(name, deadline_ms=5000), "malformed", "headers are larger", row=6)
        assert answer["grown_kb"] < 20_000, answer["grown_kb"]


@case
def body_drip():
    "7: a body that drips ends at the deadline + 100 ms, whole chunks too"
    in_time(lambda: ask("body-drip", deadline_ms=600), 600, "timeout", "did not end in time, after", row=7)
    in_time(lambda: ask("chunk-drip", deadline_ms=600), 600, "timeout", "did not end in time", row=7)


@case
def stall_half():
    "8: a stall after half a body, or before its last byte, keeps no partial JSON"
    in_time(lambda: ask("stall-half", deadline_ms=500), 500, "timeout", "after 3 B of 7 B", row=8)
    in_time(lambda: ask("stall-late", deadline_ms=500), 500, "timeout", "after 7 B of 8 B", row=8)


@case
def stopped():
    "a stop ends a request within 100 ms, whatever it waits for"
    for url in (server.url("no-response"), server.url("body-drip"), server.black_hole(), server.silent(), server.url("429-after-20s")):
        in_time(lambda: probe(url, stop_after_ms=300), 300, "cancelled")


@case
def stopped_in_the_queue():
    "a stop ends the wait for a free place, too"
    answer = ask("no-response", parallel=3, concurrency=1, stop_after_ms=300)
    for one in answer["all"]:
        same(one["outcome"], "cancelled")
    assert answer["total_ms"] < 500, answer["total_ms"]
    same(answer["traffic"]["requests"], 1, "requests under way at once")


@case
def waiting_in_the_queue():
    "a request that finds no free place ends at its deadline and says so"
    for chance in range(5):              # begun some milliseconds apart, the next may still be sent when the first has ended
        answer = ask("no-response", parallel=3, concurrency=1, deadline_ms=400)
        causes = sorted(one["cause"] for one in answer["all"])
        assert all(one["outcome"] == "timeout" for one in answer["all"]), answer
        if any("one of 1 requests under way" in c for c in causes) and all(one["ms"] < 500 for one in answer["all"]):
            return
    raise AssertionError(f"{causes} in {[one['ms'] for one in answer['all']]} ms")


# ---- 9-15: framing ----
@case
def fin_mid_body():
    "9: FIN in the middle of a body is told as truncated after one more try"
    truncated("fin-mid-body", 9, "truncated", "after 3 B of 7 B")
    truncated("fin-mid-head", 9, "headers")


@case
def rst_mid_body():
    "9: RST in the middle of a body is told as truncated after one more try"
    truncated("rst-mid-body", 9, "truncated")


@case
def ends_before_an_answer():
    "9: FIN or RST before an answer is unreachable"
    ends(ask("fin-at-once", attempts=2), "unreachable", "without an answer", tries=2, row=9)
    ends(ask("rst-at-once", attempts=2), "unreachable", tries=2, row=9)


@case
def short_body():
    "10: a body one byte short of its length is refused although it is JSON"
    truncated("length-too-long", 10, "truncated after 7 B of 8 B")
    truncated("gzip-short", 10, "truncated")


@case
def missing_last_chunk():
    "11: a chunked body without its last chunk is refused although it is JSON"
    truncated("no-last-chunk", 11, "truncated")
    truncated("fin-in-chunk", 11, "truncated")


@case
def bad_chunk_sizes():
    "12: a bad, huge or negative chunk size or length is refused"
    for name in ("chunk-size-bad", "chunk-size-huge", "chunk-size-large", "chunk-size-negative", "chunk-size-empty"):
        truncated(name, 12, "truncated")
    for name in ("length-negative", "length-words", "length-overflow"):
        truncated(name, 12, "Content-Length")


@case
def length_and_chunked():
    "13: Content-Length beside Transfer-Encoding is refused"
    truncated("length-and-chunked", 13, "both Content-Length and Transfer-Encoding")
    truncated("chunked-and-length", 13, "both Content-Length and Transfer-Encoding")
    truncated("transfer-gzip", 13, "unknown transfer coding")


@case
def two_lengths():
    "14: two Content-Length headers are refused, equal ones too"
    truncated("two-lengths", 14, "two Content-Length")
    truncated("two-lengths-same", 14, "two Content-Length")


@case
def longer_than_announced():
    "15: bytes behind the announced end are refused, and the connection is closed"
    for name in ("length-too-short", "length-short-prefix", "more-after-chunks"):
        truncated(name, 15, "longer than announced")
        same(len({r.connection.number for r in server.requests}), 2, "connections used by " + name)


# ---- 16-21: statuses ----
@case
def retry_after_seconds():
    "16: Retry-After in seconds is honoured"
    for status in (429, 503):
        answer = ends(ask(f"{status}-after-1s"), "ok", tries=2, row=16)
        assert 1000 <= answer["ms"] < 1900, answer["ms"]


@case
def retry_after_beyond():
    "16: a Retry-After beyond the deadline is given back to the run, at once"
    for status in (429, 503):
        answer = ends(ask(f"{status}-after-20s", deadline_ms=3000), "later", "slow down", tries=1, row=16)
        same(answer["after_ms"], 20_000)
        assert answer["ms"] < 1000, answer["ms"]


@case
def retry_after_date():
    "17: Retry-After as a date is honoured"
    for status in (429, 503):
        answer = ends(ask(f"{status}-after-date"), "ok", tries=2, row=17)
        assert 600 <= answer["ms"] < 3000, answer["ms"]


@case
def retry_after_odd():
    "18: an absurd, negative, unreadable or missing Retry-After gives a jittered pause"
    for name in ("after-negative", "after-word", "once"):
        for status in (429, 503):
            answer = ends(ask(f"{status}-{name}"), "ok", tries=2, row=18)
            assert 90 <= answer["ms"] < 800, answer["ms"]
    for status in (429, 503):
        answer = ends(ask(f"{status}-after-absurd", attempts=3), "overloaded", f"HTTP {status}: slow down (3 tries)", tries=3, row=18)
        assert answer["ms"] < 2500, answer["ms"]
        ends(ask(f"{status}-always"), "overloaded", "4 tries", tries=4, row=18)


@case
def pauses_differ():
    "18: pauses are jittered: many clients do not come back at once"
    answer = ask("503-once", numbered=True, parallel=1, repeat=1)
    pauses = {round(ask("503-once")["ms"]) for _ in range(8)} | {round(answer["ms"])}
    assert len(pauses) > 4 and max(pauses) - min(pauses) > 20, pauses


@case
def server_errors():
    "19: 500, 502 and 504 are tried again, within bounds"
    for status in (500, 502, 504):
        ends(ask(f"{status}-once"), "ok", tries=2, row=19)
        ends(ask(f"{status}-always", attempts=3), "overloaded", f"HTTP {status}: Bad Gateway (3 tries)", tries=3, row=19)


@case
def credentials_refused():
    "20: 401 and 403 are refused and never tried again"
    ends(ask("401"), "refused", "HTTP 401", "credentials", tries=1, row=20)
    ends(ask("403"), "refused", "HTTP 403", "may not read", tries=1, row=20)


@case
def not_there():
    "21: 404 is rejected with the server's words"
    ends(ask("404"), "rejected", "HTTP 404", "no such index [logs-x]", tries=1, row=21)


@case
def prometheus_statuses():
    "22-24: 400 and 422 are rejected with the server's words, 503 is tried again"
    ends(ask("400"), "rejected", "bad_data", "parse error", tries=1, row=22)
    ends(ask("422"), "rejected", "too many samples", tries=1, row=23)
    ends(ask("503-timeout", attempts=2), "overloaded", "query timed out", tries=2, row=24)


door.main({
    1: "unreachable", 2: "unreachable", 3: "unreachable", 4: "timeout", 5: "timeout", 6: "malformed, timeout", 7: "timeout", 8: "timeout",
    9: "malformed, unreachable", 10: "malformed", 11: "malformed", 12: "malformed", 13: "malformed", 14: "malformed", 15: "malformed",
    16: "later, ok", 17: "ok", 18: "ok, overloaded", 19: "ok, overloaded", 20: "refused", 21: "rejected", 22: "rejected", 23: "rejected",
    24: "overloaded"})
