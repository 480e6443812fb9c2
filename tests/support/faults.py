# The faults as a table: name of a path → what is sent in its place. Played by fault_server.py.
# SPDX-License-Identifier: Apache-2.0
"""FAULTS[name] = (play, rows): play(wire, request, body) sends to the client, `body` being the good answer's; `rows` are the numbers
of the faults in the project's list (1 DNS … 65 answer of another request), one place for each that a test asserts."""
import email.utils
import gzip
import json
import time
import zlib

DRIP = 0.02  # seconds between two bytes


class Gone(Exception):
    """The connection is over."""


def head(status=200, length=None, kind="application/json", more=(), reason="X"):
    lines = [f"HTTP/1.1 {status} {reason}", "Content-Type: " + kind, "Date: " + email.utils.formatdate(usegmt=True)]
    if length is not None:
        lines.append(f"Content-Length: {length}")
    return ("\r\n".join(lines + list(more)) + "\r\n\r\n").encode("latin-1")


def whole(body, status=200, kind="application/json", more=()):
    return head(status, len(body), kind, more) + body


def good(request, body):
    return whole(body, request.status, request.kind)


def chunk(data):
    return b"%x\r\n%s\r\n" % (len(data), data)


def chunked(body):
    return head(more=["Transfer-Encoding: chunked"]) + chunk(body)


# ---- the faults: play(wire, request, body) sends; what is raised ends the connection ----
FAULTS = {}


def fault(name, rows):
    def add(play):
        FAULTS[name] = (play, rows)
        return play
    return add


def simple(name, rows, make):
    """A fault that is one text of bytes made from the good body."""
    FAULTS[name] = (lambda wire, request, body: wire.send(make(body)), rows)


def ending(name, rows, make):
    """The same, and then the connection ends."""
    def play(wire, request, body):
        wire.send(make(body))
        raise Gone()
    FAULTS[name] = (play, rows)


def first_only(name, rows, make):
    """The first request only; later ones get the good answer."""
    FAULTS[name] = (lambda wire, request, body: wire.send(make(body) if request.seen == 0 else good(request, body)), rows)


FAULTS["good"] = (lambda wire, request, body: wire.send(good(request, body)), [])
simple("good-chunked", [], lambda b: chunked(b) + b"0\r\n\r\n")
simple("good-gzip", [], lambda b: whole(gzip.compress(b), more=["Content-Encoding: gzip"]))


@fault("no-response", [5])
def no_response(wire, request, body):
    wire.stall()


@fault("header-drip", [6])
def header_drip(wire, request, body):
    wire.drip(head(length=len(body), more=["X-Long: " + "x" * 2000]) + body)


@fault("body-drip", [7])
def body_drip(wire, request, body):
    body = body + b" " * 2000
    wire.send(head(length=len(body)))
    wire.drip(body)


@fault("chunk-drip", [7])
def chunk_drip(wire, request, body):
    wire.send(head(more=["Transfer-Encoding: chunked"]))
    for i in range(len(body)):
        wire.send(chunk(body[i:i + 1]))
        wire.rest(DRIP)
    wire.stall()


@fault("stall-half", [8])
def stall_half(wire, request, body):
    wire.send(head(length=len(body)) + body[:len(body) // 2])
    wire.stall()


@fault("stall-late", [8])
def stall_late(wire, request, body):
    """All but the last byte of a body that would be whole without it."""
    wire.send(head(length=len(body) + 1) + body)
    wire.stall()


@fault("endless-headers", [6])
def endless_headers(wire, request, body):
    wire.send(b"HTTP/1.1 200 OK\r\n")
    while True:
        wire.send(b"X-More: " + b"y" * 1000 + b"\r\n")


@fault("endless-100", [6])
def endless_100(wire, request, body):
    while True:
        wire.send(b"HTTP/1.1 100 Continue\r\nX-More: 1\r\n\r\n" * 100)


ending("fin-mid-body", [9], lambda b: head(length=len(b)) + b[:len(b) // 2])
ending("fin-mid-head", [9], lambda b: head(length=len(b))[:40])
ending("fin-at-once", [9], lambda b: b"")


@fault("rst-mid-body", [9])
def rst_mid_body(wire, request, body):
    wire.send(head(length=len(body)) + body[:len(body) // 2])
    wire.rest(0.05)
    wire.reset()


@fault("rst-at-once", [9])
def rst_at_once(wire, request, body):
    wire.reset()


ending("length-too-long", [10], lambda b: head(length=len(b) + 1) + b)
ending("gzip-short", [10], lambda b: whole(gzip.compress(b)[:-9], more=["Content-Encoding: gzip"]))
ending("no-last-chunk", [11], lambda b: chunked(b))
ending("fin-in-chunk", [11], lambda b: head(more=["Transfer-Encoding: chunked"]) + b"%x\r\n" % (len(b) + 10) + b)
ending("chunk-size-bad", [12], lambda b: chunked(b) + b"zz\r\nab\r\n0\r\n\r\n")
ending("chunk-size-huge", [12], lambda b: chunked(b) + b"fffffffffffffffff\r\nab\r\n0\r\n\r\n")
ending("chunk-size-large", [12], lambda b: chunked(b) + b"7ffffffffffffff0\r\nab")
ending("chunk-size-negative", [12], lambda b: chunked(b) + b"-5\r\nab\r\n0\r\n\r\n")
ending("chunk-size-empty", [12], lambda b: chunked(b) + b"\r\nab\r\n0\r\n\r\n")
simple("length-negative", [12], lambda b: head(length=-5) + b)
simple("length-words", [12], lambda b: head(length="many") + b)
ending("length-overflow", [12], lambda b: head(length=99999999999999999999) + b)
simple("length-and-chunked", [13], lambda b: head(length=len(b), more=["Transfer-Encoding: chunked"]) + chunk(b) + b"0\r\n\r\n")
simple("chunked-and-length", [13], lambda b: head(more=["Transfer-Encoding: chunked", f"Content-Length: {len(b)}"]) + chunk(b) + b"0\r\n\r\n")
simple("transfer-gzip", [13], lambda b: head(more=["Transfer-Encoding: gzip, chunked"]) + chunk(gzip.compress(b)) + b"0\r\n\r\n")
simple("two-lengths", [14], lambda b: head(length=len(b), more=[f"Content-Length: {len(b) - 1}"]) + b)
simple("two-lengths-same", [14], lambda b: head(length=len(b), more=[f"Content-Length: {len(b)}"]) + b)
simple("length-too-short", [15], lambda b: head(length=len(b) - 1) + b)
simple("length-short-prefix", [15], lambda b: whole(b) + b'{"b":2}')
simple("more-after-chunks", [15], lambda b: chunked(b) + b"0\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}")

for status in (429, 503):
    first_only(f"{status}-after-1s", [16], lambda b, s=status: whole(b"slow down", s, "text/plain", ["Retry-After: 1"]))
    simple(f"{status}-after-20s", [16], lambda b, s=status: whole(b"slow down", s, "text/plain", ["Retry-After: 20"]))
    first_only(f"{status}-after-date", [17], lambda b, s=status: whole(
        b"slow down", s, "text/plain", ["Retry-After: " + email.utils.formatdate(time.time() + 2, usegmt=True)]))
    simple(f"{status}-after-absurd", [18], lambda b, s=status: whole(b"slow down", s, "text/plain", ["Retry-After: 1000000000"]))
    first_only(f"{status}-after-negative", [18], lambda b, s=status: whole(b"slow down", s, "text/plain", ["Retry-After: -5"]))
    first_only(f"{status}-after-word", [18], lambda b, s=status: whole(b"slow down", s, "text/plain", ["Retry-After: soon"]))
    first_only(f"{status}-once", [18], lambda b, s=status: whole(b"slow down", s, "text/plain"))
    simple(f"{status}-always", [18], lambda b, s=status: whole(b"slow down", s, "text/plain"))
for status in (500, 502, 504):
    simple(f"{status}-always", [19], lambda b, s=status: whole(b"<html><title>Bad Gateway</title></html>", s, "text/html"))
    first_only(f"{status}-once", [19], lambda b, s=status: whole(b"<html><title>Bad Gateway</title></html>", s, "text/html"))
for status in (401, 403):
    simple(f"{status}", [20], lambda b, s=status: whole(b'{"error":"who are you"}', s))
simple("404", [21], lambda b: whole(b'{"error":{"type":"index_not_found_exception","reason":"no such index [logs-x]"},"status":404}', 404))
simple("400", [22], lambda b: whole(b'{"status":"error","errorType":"bad_data","error":"parse error"}', 400))
simple("422", [23], lambda b: whole(b'{"status":"error","errorType":"execution","error":"query processing would load too many samples"}', 422))
simple("503-timeout", [24], lambda b: whole(b'{"status":"error","errorType":"timeout","error":"query timed out"}', 503))
simple("200-error", [26], lambda b: whole(b'{"status":"error","errorType":"internal","error":"200 and yet an error"}'))
simple("html-login", [26], lambda b: whole(b"<!doctype html><html><head><title>Sign in to continue</title></head></html>", kind="text/html; charset=utf-8"))
simple("empty-body", [26], lambda b: whole(b""))
simple("wrong-type", [26], lambda b: whole(b, kind="text/csv"))
simple("no-type", [26], lambda b: b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s" % (len(b), b))

# ---- bodies that want too much ----
def deflated(blocks, window=31):
    packer = zlib.compressobj(9, zlib.DEFLATED, window)
    for block in blocks:
        out = packer.compress(block)
        if out:
            yield out
    yield packer.flush()


def stream(name, rows, blocks, coding=None):
    def play(wire, request, body):
        more = ["Transfer-Encoding: chunked"] + (["Content-Encoding: " + coding] if coding else [])
        wire.send(head(more=more))
        for block in blocks(body):
            wire.send(chunk(block))
        wire.send(b"0\r\n\r\n")
    FAULTS[name] = (play, rows)


def repeated(before, piece, count, after, block=1 << 16):
    """`piece` `count` times between two texts, in blocks."""
    yield before
    times = max(1, block // len(piece))
    while count > 0:
        n = min(times, count)
        yield piece * n
        count -= n
    yield after


stream("gzip-bomb", [35], lambda b: deflated(repeated(b'{"a":"', b"0", 1 << 30, b'"}', 1 << 20)), "gzip")
simple("gzip-twice", [36], lambda b: whole(gzip.compress(gzip.compress(b)), more=["Content-Encoding: gzip, gzip"]))
simple("gzip-twice-headers", [36], lambda b: whole(gzip.compress(gzip.compress(b)), more=["Content-Encoding: gzip", "Content-Encoding: gzip"]))
simple("coding-unknown", [36], lambda b: whole(b"\x0b\x02\x80" + b, more=["Content-Encoding: br"]))
simple("coding-deflate", [36], lambda b: whole(zlib.compress(b), more=["Content-Encoding: deflate"]))
simple("gzip-more-after", [37], lambda b: whole(gzip.compress(b) + b"junk", more=["Content-Encoding: gzip"]))
simple("gzip-two-members", [37], lambda b: whole(gzip.compress(b) + gzip.compress(b), more=["Content-Encoding: gzip"]))
simple("gzip-broken", [37], lambda b: whole(gzip.compress(b)[:-8] + b"\0\0\0\0\0\0\0\0", more=["Content-Encoding: gzip"]))
simple("2gb-announced", [38], lambda b: head(length=2 << 30) + b)
stream("2gb", [38], lambda b: repeated(b'{"a":"', b"0", 2 << 30, b'"}'))
stream("tiny-objects", [39], lambda b: repeated(b'{"a":[{}', b",{}", 1_000_000, b"]}"))
stream("tiny-objects-gzip", [39], lambda b: deflated(repeated(b'{"a":[{}', b",{}", 1_000_000, b"]}")), "gzip")
stream("tiny-numbers", [39], lambda b: repeated(b'{"a":[1', b",1", 2_000_000, b"]}"))
stream("tiny-pairs", [39], lambda b: repeated(b'{"a":[{"k":"v"}', b',{"k":"v"}', 1_000_000, b"]}"))
stream("tiny-points", [39], lambda b: repeated(b'{"a":[[1,"1"]', b',[1,"1"]', 1_000_000, b"]}"))
stream("long-string", [40], lambda b: repeated(b'{"a":"', b"0", 200_000_000, b'"}'))
stream("long-string-escaped", [40], lambda b: repeated(b'{"a":"', b"\\n", 100_000_000, b'"}'))
stream("long-string-in-cap", [40], lambda b: repeated(b'{"a":"', b"\\n", 7_000_000, b'"}'))

# ---- bodies that are no sound JSON, or only just ----
simple("deep", [41], lambda b: whole(b"[" * 100_000 + b"]" * 100_000))
simple("deep-objects", [41], lambda b: whole(b'{"a":' * 100_000 + b"1" + b"}" * 100_000))
simple("duplicate-keys", [42], lambda b: whole(b'{"a":1,"a":2}'))
simple("trailing-bytes", [43], lambda b: whole(b + b"x"))
simple("trailing-json", [43], lambda b: whole(b + b"{}"))
simple("bare-nan", [44], lambda b: whole(b'{"a":NaN}'))
simple("bare-infinity", [44], lambda b: whole(b'{"a":-Infinity}'))
simple("text-nan", [45], lambda b: whole(b'{"a":["NaN","+Inf","-Inf"]}'))
simple("1e400", [46], lambda b: whole(b'{"a":1e400}'))
simple("minus-zero", [47], lambda b: whole(b'{"a":-0}'))
simple("large-integers", [48], lambda b: whole(b'{"a":[9007199254740993,1700000000000000001,18446744073709551615]}'))
simple("integer-overflow", [48], lambda b: whole(b'{"a":18446744073709551616}'))
simple("not-utf8", [49], lambda b: whole(b'{"a":"x\xff\xfey"}'))
simple("lone-surrogate", [50], lambda b: whole(b'{"a":"x\\ud800y"}'))
simple("u0000", [51], lambda b: whole(b'{"a":"x\\u0000y"}'))

# ---- redirects ----
simple("redirect-same", [52], lambda b: whole(b"", 302, more=["Location: /good"]))
simple("redirect-other", [53], lambda b: whole(b"", 307, more=["Location: http://evil.example:8080/take?secret=1"]))
simple("redirect-user", [53], lambda b: whole(b"", 301, more=["Location: http://amy:pw123456@evil.example/"]))
simple("redirect-nowhere", [54], lambda b: whole(b"", 308))


@fault("redirect-hops", [54])
def redirect_hops(wire, request, body):
    wire.send(whole(b"", 302, more=[f"Location: /redirect-hops/{request.seen + 1}"]))


# ---- clocks ----
def clock(minutes):
    def play(wire, request, body):
        date = email.utils.formatdate(time.time() + 60 * minutes, usegmt=True)
        wire.send(f"HTTP/1.1 {request.status} X\r\nContent-Type: {request.kind}\r\nDate: {date}\r\nContent-Length: {len(body)}\r\n\r\n".encode() + body)
    FAULTS[f"clock{minutes:+d}min"] = (play, [58])


clock(10)
clock(-10)


# ---- kept connections ----
@fault("closed-between", [64])
def closed_between(wire, request, body):
    """Promises to stay, and goes as soon as the answer is read."""
    wire.send(good(request, body))
    wire.rest(0.05)
    raise Gone()


@fault("reset-between", [64])
def reset_between(wire, request, body):
    wire.send(good(request, body))
    wire.rest(0.05)
    wire.reset()


@fault("closed-when-asked-again", [64])
def closed_when_asked_again(wire, request, body):
    """Reads the second request of a connection and ends without a word."""
    if wire.served > 0:
        raise Gone()
    wire.send(good(request, body))


@fault("answer-of-before", [65])
def answer_of_before(wire, request, body):
    """A second answer nobody asked for lies in the connection before the next request is sent."""
    wire.send(good(request, body))
    wire.rest(0.02)
    wire.send(whole(b'{"stale":true}'))


@fault("answer-of-another", [65])
def answer_of_another(wire, request, body):
    """Answers the first try with another request's tag."""
    tag = request.headers.get("x-opaque-id", "") if request.seen else "somebody-else"
    wire.send(whole(body if request.seen else b'{"stale":true}', request.status, request.kind, ["X-Opaque-Id: " + tag]))


@fault("echo", [])
def echo(wire, request, body):
    wire.send(whole(json.dumps({"method": request.method, "path": request.path, "headers": request.headers, "body": request.body.decode("latin-1"),
                                "connection": wire.number}).encode()))


@fault("echo-error", [])
def echo_error(wire, request, body):
    """An error page that repeats the credentials it got."""
    wire.send(whole(json.dumps({"error": "not for you", "headers": request.headers}).encode(), 403))


@fault("after-20ms", [])
def after_20ms(wire, request, body):
    wire.rest(0.02)
    wire.send(whole(body))


@fault("not-http", [26])
def not_http(wire, request, body):
    wire.send(b"SSH-2.0-OpenSSH_9.2\r\n")
    raise Gone()


@fault("http-09", [26])
def http_09(wire, request, body):
    wire.send(body)
    raise Gone()
