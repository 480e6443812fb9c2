#!/usr/bin/env python3
# The HTTP door against the fault server, rows 52 to 58, 64 and 65: redirects, TLS, clocks, kept connections; secrets, proxies, budgets.
# SPDX-License-Identifier: Apache-2.0
import json
import os
import socket
import sys
import threading

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "support"))
from door import ask, ends, main, probe, rows, server  # noqa: E402
from faults import FAULTS  # noqa: E402
from runner import case, same  # noqa: E402


# ---- 52-57: redirects, TLS ----
@case
def redirects():
    "52-54: no redirect is followed; its target host is told, never its query or user"
    answer = ends(ask("redirect-same", credentials="token-of-16-bytes"), "rejected", "HTTP 302", "/good", "not followed", tries=1, row=52)
    answer = ends(ask("redirect-other"), "rejected", "HTTP 307", "http://evil.example:8080", tries=1, row=53)
    assert "secret=1" not in json.dumps(answer), answer
    answer = ends(ask("redirect-user"), "rejected", "evil.example", tries=1, row=53)
    assert "pw123456" not in json.dumps(answer), answer
    ends(ask("redirect-hops"), "rejected", "HTTP 302", tries=1, row=54)
    ends(ask("redirect-nowhere"), "rejected", "HTTP 308", "nowhere", tries=1, row=54)


@case
def tls_good():
    "a server whose certificate is by the source's own CA is talked to"
    ends(probe(server.tls_url(), ca_file=server.ca()), "ok")
    ends(probe(server.tls_url(host="127.0.0.1"), ca_file=server.ca()), "ok")


@case
def tls_faults():
    "55-57: an expired, wrong, self-signed or unknown certificate and old TLS are refused and never tried again"
    for name, words, row in (("expired", "expired", 55), ("other", "subject name", 56), ("selfsigned", "self-signed", 57), ("tls10", "TLS 1.2", 57)):
        ends(probe(server.tls_url(name), ca_file=server.ca()), "refused", words, tries=1, row=row)
    ends(probe(server.tls_url("good")), "refused", "ca_file", tries=1, row=57)
    ends(probe(server.tls_url("tls12"), ca_file=server.ca(), min_version="TLS13"), "refused", tries=1, row=57)
    ends(probe(server.tls_url("tls12"), ca_file=server.ca()), "ok")


@case
def tls_insecure():
    "55-57: with `insecure` a certificate is taken as it is, old TLS still refused"
    for name, row in (("expired", 55), ("other", 56), ("selfsigned", 57)):
        ends(probe(server.tls_url(name), insecure=True), "ok", row=row)
    ends(probe(server.tls_url("tls10"), insecure=True), "refused")


@case
def tls_server_name():
    "server_name stands in for the host in the certificate, and the Host header stays"
    answer = ends(probe(server.tls_url("other", "echo"), ca_file=server.ca(), server_name="another.example"), "ok")
    same(answer["json"]["headers"]["host"], f"localhost:{server.tls_ports['other']}")


@case
def tls_on_plain_port():
    "https:// to a server that speaks plain HTTP is told with its cure"
    url = server.url("good").replace("http://", "https://")
    answer = probe(url, attempts=1, timeout_ms=5000)
    assert answer["outcome"] in ("refused", "unreachable") and "TLS" in answer["cause"], answer


# ---- 58, 64, 65 ----
@case
def clock_skew():
    "58: the server's clock is compared with ours"
    for name, minutes in (("clock+10min", 10), ("clock-10min", -10)):
        skew = ends(ask(name), "ok", row=58)["skew_ms"]
        assert abs(skew - minutes * 60_000) < 2000, skew
    assert abs(ask("good")["skew_ms"]) < 2000


@case
def kept_connections():
    "connections are reused, one for requests in turn"
    ends(ask("good", repeat=10), "ok", tries=10)
    same(len({r.connection.number for r in server.requests}), 1, "connections")
    ends(ask("good", repeat=3, parallel=1, method="POST", body="{}"), "ok", tries=3)
    same(len({r.connection.number for r in server.requests}), 1, "connections")


@case
def kept_tls_connections():
    "connections with TLS are reused, too"
    server.forget()
    ends(probe(server.tls_url("good"), ca_file=server.ca(), repeat=6, pause_ms=30), "ok", tries=6)
    same(len({r.connection.number for r in server.requests}), 1, "connections")


@case
def closed_between():
    "64: a kept connection that was closed between two requests is no fault"
    for name in ("closed-between", "reset-between", "closed-when-asked-again"):
        answer = ask(name, repeat=5)
        for one in answer["all"]:
            same(one["outcome"], "ok", name + ": " + json.dumps(one)[:300])
        assert len({r.connection.number for r in server.requests}) >= 4, name
    rows.setdefault(64, set()).add("ok")


@case
def answer_of_before():
    "65: an answer that lay there before the request, or carries another tag, is never taken for ours; its connection is dropped"
    answer = ask("answer-of-before", repeat=4, pause_ms=100)
    for one in answer["all"]:
        assert one["outcome"] == "ok" and one["json"] == {"a": 1}, one
    same(len({r.connection.number for r in server.requests}), 4, "connections")
    answer = ends(ask("answer-of-another"), "ok", tries=2, row=65)
    same(answer["json"], {"a": 1})
    same(len({r.connection.number for r in server.requests}), 2, "connections")


# ---- secrets, proxies, budgets ----
SECRETS = {"credentials": "tok/en+with=all \"signs\" & 1234"}


@case
def secrets():
    "credentials are sent, and cut out of answers, failures and the log"
    answer = ends(ask("echo", query={"q": SECRETS["credentials"]}, **SECRETS), "ok")
    same(server.requests[0].headers["authorization"], "Bearer " + SECRETS["credentials"])
    text = json.dumps(answer)
    for leak in ("with=all", "with%3Dall", "signs"):
        assert leak not in text, (leak, text)
    assert "***" in answer["json"]["headers"]["authorization"], answer["json"]
    answer = ends(ask("echo-error", username="amy", password="pa55word-of-amy"), "refused", "not for you", tries=1)
    text = json.dumps(answer)
    assert "pa55word" not in text and "YW15" not in text, text
    answer = ends(ask("echo", headers={"X-Scope-OrgID": "tenant-4711"}), "ok")
    same(server.requests[0].headers["x-scope-orgid"], "tenant-4711")
    assert "tenant-4711" not in json.dumps(answer), answer


@case
def what_is_sent():
    "a request carries what it must and no more"
    ask("echo", method="POST", body='{"size":0}', query={"q": "a b&c=d"})
    sent = server.requests[0]
    same(sent.path, "/x?q=a%20b%26c%3Dd")
    same(sent.body, b'{"size":0}')
    same(sorted(sent.headers), ["accept", "accept-encoding", "content-length", "content-type", "host", "user-agent", "x-opaque-id"])
    same(sent.headers["accept-encoding"], "gzip")
    ask("echo", method="DELETE", body='{"pit_id":["x"]}')
    same(server.requests[0].method + " " + server.requests[0].body.decode(), 'DELETE {"pit_id":["x"]}')
    ask("good", method="HEAD", json=False)
    same(server.requests[0].method, "HEAD")


@case
def proxies():
    "the configured proxy is used; the environment's only where that is said"
    through = f"http://127.0.0.1:{server.port}"
    environment = {"http_proxy": through, "HTTP_PROXY": through, "all_proxy": through}
    target = "http://prometheus.example:9090/good"
    server.forget()
    ends(probe(target, proxy_url=through), "ok")
    same(server.requests[0].headers["host"], "prometheus.example:9090")
    ends(probe(target, proxy_from_environment=True, env=environment), "ok")
    ends(probe("http://no-such-host.invalid/good", attempts=1, env=environment), "unreachable")
    ends(probe(server.url(), proxy_url=server.refused(), no_proxy="127.0.0.1"), "ok")
    ends(probe(target, proxy_url=server.refused(), attempts=1), "unreachable", "refused")


class Tunnel:
    """A proxy that speaks CONNECT; `status` other than 200 refuses."""

    def __init__(self, status=200):
        self.status, self.heads = status, []
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self.listener.getsockname()[1]}"
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self):
        while True:
            client, _ = self.listener.accept()
            threading.Thread(target=self.serve, args=(client,), daemon=True).start()

    def serve(self, client):
        head = b""
        while b"\r\n\r\n" not in head:
            head += client.recv(4096)
        self.heads.append(head.decode())
        client.sendall(f"HTTP/1.1 {self.status} X\r\nContent-Length: 0\r\n\r\n".encode() if self.status != 200 else b"HTTP/1.1 200 OK\r\n\r\n")
        if self.status != 200:
            return client.close()
        port = int(head.split(b" ")[1].rsplit(b":", 1)[1])
        target = socket.create_connection(("127.0.0.1", port))

        def pump(a, b):
            try:
                while data := a.recv(65536):
                    b.sendall(data)
                b.shutdown(socket.SHUT_WR)
            except OSError:
                pass
        threading.Thread(target=pump, args=(target, client), daemon=True).start()
        pump(client, target)


@case
def tunnels():
    "TLS goes through a proxy as a tunnel, which sees neither credentials nor paths; its refusal is told"
    proxy = Tunnel()
    ends(probe(server.tls_url("good", host="localhost"), ca_file=server.ca(), proxy_url=proxy.url, credentials="token-of-16-bytes", repeat=3), "ok", tries=3)
    same(len(proxy.heads), 1, "tunnels")
    assert "token-of-16" not in proxy.heads[0] and "/good" not in proxy.heads[0] and proxy.heads[0].startswith("CONNECT localhost:"), proxy.heads
    ends(probe(server.tls_url("expired"), ca_file=server.ca(), proxy_url=proxy.url), "refused", "expired")
    for status, outcome in ((407, "refused"), (403, "refused"), (502, "unreachable")):
        ends(probe(server.tls_url("good"), ca_file=server.ca(), proxy_url=Tunnel(status).url, attempts=2), outcome, f"the proxy answered HTTP {status}", "proxy_url")


@case
def budget_of_requests():
    "the budget of requests holds, tries included, and says where it is set"
    answer = ask("good", repeat=5, requests=3)
    same([one["outcome"] for one in answer["all"]], ["ok"] * 3 + ["overloaded"] * 2)
    ends(answer, "overloaded", "3 requests", "raise requests")
    same(len(server.requests), 3)
    ends(ask("503-always", requests=2), "overloaded")
    same(len(server.requests), 2)


@case
def patience_ends():
    "a source that fails for good costs its retries for five seconds, and each request after that is tried once"
    answer = ask("503-always", repeat=12)
    ends(answer, "overloaded", "tried once", "for 5 s and more")
    assert len(server.requests) < 40, len(server.requests)
    same(answer["all"][0]["cause"].count("4 tries"), 1)


@case
def budget_of_bytes():
    "the budget of bytes holds within a body, too"
    answer = ends(ask("tiny-numbers", bytes=1 << 20), "too_large", "raise bytes")
    assert answer["traffic"]["received"] < (1 << 20) + (256 << 10), answer["traffic"]
    answer = ask("good", repeat=10, bytes=500)
    ends(answer, "too_large", "500 B")


@case
def gzip_is_taken():
    "a compressed body is inflated, and counted as it came"
    answer = ends(ask("good-gzip"), "ok")
    same(answer["json"], {"a": 1})
    ends(ask("good-chunked"), "ok")


@case
def side_by_side():
    "64 requests at once against a server that answers in 20 ms take at most 40 ms more than one"
    best = None
    before = os.getpriority(os.PRIO_PROCESS, 0)
    try:
        os.setpriority(os.PRIO_PROCESS, 0, -15)  # where it is allowed: what else this machine does is not what is measured
    except PermissionError:
        pass
    url = server.paced(0.02)  # its thread has the same priority
    for chance in range(12):
        one = min(probe(url, warm=1)["total_ms"] for _ in range(2))
        many = probe(url, warm=1, parallel=64, concurrency=64)
        assert all(a["outcome"] == "ok" for a in many["all"]), many
        more = many["total_ms"] - one
        best = more if best is None else min(best, more)
        if best <= 40:
            break
    os.setpriority(os.PRIO_PROCESS, 0, before)
    print(f"note: 64 requests at once take {best:.0f} ms more than one")
    assert best <= 40, f"{best:.0f} ms more"


@case
def never_more_than_allowed():
    "never more requests under way than the source allows"
    server.forget()
    answer = ask("after-20ms", parallel=16, concurrency=4)
    assert all(a["outcome"] == "ok" for a in answer["all"]), answer
    assert len({r.connection.number for r in server.requests}) <= 4
    assert answer["total_ms"] >= 75, answer["total_ms"]


@case
def every_fault_is_asked_for():
    "each fault that the server can play is asked for in these tests"
    here = os.path.dirname(os.path.abspath(__file__))
    text = ""
    for name in os.listdir(here):
        if name.endswith(".py"):
            with open(os.path.join(here, name)) as f:
                text += f.read()
    for name in FAULTS:
        stem = name.split("-", 1)
        by_status = stem[0] in ("429", "503", "500", "502", "504") and f"{{status}}-" in text and stem[-1] in text
        assert f'"{name}"' in text or by_status, name + " is played by the server and asked for nowhere"


main({52: "rejected", 53: "rejected", 54: "rejected", 55: "ok, refused", 56: "ok, refused", 57: "ok, refused", 58: "ok", 64: "ok", 65: "ok"})
