#!/usr/bin/env python3
# The list of faults against each kind of source through the real program: each row × connector ends in its named outcome.
# SPDX-License-Identifier: Apache-2.0
"""A good stand-in of each server (support/backends.py) is spoiled by the fault server, at the requests that fetch rows and, for one
fault of each class, at all requests. The fault of a row is played as one variant here; door_test.py and its neighbours play all
variants against the door. Rows 61 to 63 speak of files and stand in tests/runtime/connectors/otlp/reader_bad_test.cpp."""
import concurrent.futures
import os
import sys
import tempfile

import connectors
from connectors import KINDS

import runner
from fault_server import FaultServer
from faults import FAULTS

E = {  # expected outcomes in short
    "u": "unreachable", "t": "timeout", "r": "refused", "j": "rejected", "o": "overloaded", "m": "malformed", "l": "too_large", "ok": "ok"}
# row, what it is, fault, outcome: of all connectors, or of prometheus, opensearch, jaeger
ROWS = [
    (5, "a server that never answers", "no-response", "t"),
    (6, "headers that drip", "header-drip", "t"),
    (7, "a body that drips", "body-drip", "t"),
    (8, "a stall after half a body", "stall-half", "t"),
    (9, "FIN in the middle of a body", "fin-mid-body", "m"),
    (9, "RST in the middle of a body", "rst-mid-body", "m"),
    (10, "a body shorter than announced", "length-too-long", "m"),
    (11, "a missing last chunk", "no-last-chunk", "m"),
    (12, "a bad chunk size", "chunk-size-bad", "m"),
    (12, "a negative length", "length-negative", "m"),
    (13, "Content-Length and Transfer-Encoding", "length-and-chunked", "m"),
    (14, "two Content-Lengths", "two-lengths", "m"),
    (15, "a body longer than announced", "length-too-short", "m"),
    (16, "429 once, with Retry-After", "429-after-1s", "ok"),
    (17, "503 once, with Retry-After as a date", "503-after-date", "ok"),
    (18, "429 always, with an absurd Retry-After", "429-after-absurd", "o"),
    (18, "503 once, without Retry-After", "503-once", "ok"),
    (19, "500 always", "500-always", "o"),
    (19, "502 once", "502-once", "ok"),
    (20, "401", "401", "r"),
    (20, "403", "403", "r"),
    (21, "404", "404", "j"),
    (22, "400", "400", "j"),
    (26, "a login page", "html-login", "m"),
    (26, "an empty body", "empty-body", "m"),
    (26, "another content type", "wrong-type", "m"),
    (35, "a gzip bomb", "gzip-bomb", "l"),
    (36, "nested codings", "gzip-twice", "m"),
    (37, "bytes behind the inflated end", "gzip-more-after", "m"),
    (38, "a body of 2 GB", "2gb-announced", "l"),
    (39, "a million tiny objects", "tiny-pairs", "m l m"),  # they differ in what they see first: the shape or the size
    (40, "a string of 200 MB", "long-string", "l"),
    (41, "depth 100 000", "deep-objects", "m"),
    (43, "trailing bytes", "trailing-bytes", "m"),
    (44, "a bare NaN", "bare-nan", "m"),
    (46, "1e400", "1e400", "m"),
    (52, "a redirect to the same host", "redirect-same", "j"),
    (53, "a redirect to another host", "redirect-other", "j"),
    (54, "a chain of redirects", "redirect-hops", "j"),
    (64, "a kept connection that was closed", "closed-between", "ok"),
    (65, "an answer that lay there before", "answer-of-before", "ok"),
]
# What a connector still owes: it ends in another way than it should, never in silence. Told at each run; either end passes.
# One of each class at every request, the looking around included.
EVERYWHERE = ["no-response", "fin-mid-body", "429-always", "503-after-1s", "500-always", "401", "html-login", "empty-body", "2gb-announced", "deep", "good"]
WHERE = {"no-response": "t", "fin-mid-body": "m", "429-always": "o", "503-after-1s": "ok", "500-always": "o", "401": "r", "html-login": "m",
         "empty-body": "m", "2gb-announced": "l", "deep": "m", "good": "ok"}


def played(kind, fault, everywhere):
    with FaultServer(good=connectors.GOOD[kind]) as server:
        if not everywhere:
            server.only = connectors.IS_DATA[kind]
        answer = connectors.run(kind, server.url(fault), timeout="5s" if "after" in fault else "2s")
        spoiled = [r for r in server.requests if everywhere or connectors.IS_DATA[kind](r)]
        assert spoiled, f"{fault} was never asked for"
        return answer


def at(kind, url, more="", **how):
    return connectors.run(kind, url, more=more, **how)


class Ports:
    """Rows that are ports: names, connections, certificates."""

    def __init__(self, kind):
        self.kind = kind
        self.folder = tempfile.TemporaryDirectory(prefix="inquest-faults-")
        self.server = FaultServer(self.folder.name, good=connectors.GOOD[kind])

    def all(self):
        tls = f"    tls_config: {{ ca_file: {self.server.ca()} }}\n"
        loose = "    tls_config: { insecure_skip_verify: true }\n"
        server = self.server
        return [
            (1, "a name that does not exist", "u", lambda: at(self.kind, "http://no-such-host.invalid:9090", attempts=1)),
            (2, "a refused connection", "u", lambda: at(self.kind, server.refused())),
            (3, "a connection that is never answered", "u", lambda: at(self.kind, server.black_hole(), timeout="1s")),
            (4, "a TLS handshake that stalls", "t", lambda: at(self.kind, server.silent(), timeout="1s")),
            (55, "an expired certificate", "r", lambda: at(self.kind, server.tls_url("expired"), tls)),
            (56, "a certificate of another name", "r", lambda: at(self.kind, server.tls_url("other"), tls)),
            (57, "a self-signed certificate", "r", lambda: at(self.kind, server.tls_url("selfsigned"), tls)),
            (57, "a self-signed certificate, taken as it is", "ok", lambda: at(self.kind, server.tls_url("selfsigned"), loose)),
            (57, "TLS 1.0", "r", lambda: at(self.kind, server.tls_url("tls10"), tls)),
            (57, "TLS with the source's own CA", "ok", lambda: at(self.kind, server.tls_url("good"), tls)),
        ]


def lay_there(kind, fault):
    """The stale answer comes 20 ms after the good one. A program that asks again sooner is sent it for an answer, and says that it is
    none; a play in which it lay there before the next request is looked for. Taken for ours it is in none of them."""
    for _ in range(6):
        answer = played(kind, fault, False)
        if answer.outcome == E["ok"]:
            break
        assert answer.rows == 0, "a stale answer was taken for ours"
    return answer


def jobs():
    """(title, kind, expected letter, function) of every row × connector."""
    out = []
    for row, what, fault, expected in ROWS:
        letters = expected.split() * (1 if " " in expected else 3)
        for kind, letter in zip(KINDS, letters):
            out.append((f"{row}: {what}", kind, letter, lambda k=kind, f=fault: lay_there(k, f) if f == "answer-of-before" else played(k, f, False)))
    for fault in EVERYWHERE:
        for kind in KINDS:
            out.append((f"{FAULTS[fault][1][0] if FAULTS[fault][1] else 0}: {fault} from the first request on", kind, WHERE[fault],
                        lambda k=kind, f=fault: played(k, f, True)))
    for kind in KINDS:
        for row, what, letter, call in Ports(kind).all():
            out.append((f"{row}: {what}", kind, letter, call))
    return out


def check(answer, letter, title):
    runner.same(answer.outcome, E[letter], f"{title}: outcome ({answer.cause} {answer.marks})")
    if letter == "ok":
        assert answer.rows > 0, "an empty frame"
    else:
        assert answer.rows == 0 and answer.code in (1, 4), answer


def main():
    if not os.path.exists(runner.INQUEST):
        print(f"FAIL {runner.INQUEST} is not built\n0 passed, 1 failed")
        sys.exit(1)
    table, passed, failed = {}, 0, 0
    chosen = [a for a in sys.argv[1:] if not a.startswith("--")]
    todo = [j for j in jobs() if not chosen or j[0].split(":")[0] in chosen]
    with concurrent.futures.ThreadPoolExecutor(4) as pool:
        running = [(title, kind, letter, pool.submit(call)) for title, kind, letter, call in todo]
        for title, kind, letter, future in running:
            try:
                answer = future.result()
                outcome = "partial" if answer.marks.get("partial") else answer.outcome
                table.setdefault(title, {})[kind] = outcome
                check(answer, letter, f"{kind}, {title}")
                passed += 1
            except Exception as error:
                table.setdefault(title, {}).setdefault(kind, "?")
                failed += 1
                print(f"FAIL {kind}, {title}\n     {str(error)[-600:]}", flush=True)
    for title in sorted(table, key=lambda t: int(t.split(":")[0])):
        print(f"row {title:62} " + "  ".join(f"{kind} {table[title].get(kind, '-'):11}" for kind in KINDS))
    print(f"{passed} passed, {failed} failed")
    sys.exit(1 if failed or not passed else 0)


if __name__ == "__main__":
    main()
