# A proxy before a server: notes every request, counts bytes, and plays faults while a run is under way.
# SPDX-License-Identifier: Apache-2.0
"""
    with Proxy(server.url) as proxy:
        …                                  # the program talks to proxy.url
    proxy.requests                         # [Seen(method, path, query, body, status, sent, received, at)] in order of arrival
    proxy.connections                      # how many were opened: 0 means that nothing was sent

What a test may do to it:
    proxy.before = f(n, seen)              # called before request n (from 0) goes on; may kill or pause the server
    proxy.delay = 0.02                     # seconds that every answer is held back
A `before` that returns a fault plays it instead: "reset" (RST), "cut" (half of the answer, then FIN), "drip" (a byte a
second), "stall" (half, then nothing), "silence" (no byte at all), or (status, headers, body) as the answer.
"""
import collections
import socket
import struct
import threading
import time
import urllib.parse

Seen = collections.namedtuple("Seen", "method path query body status sent received at")


def read_head(reader):
    """(first line, headers as they came) or None at the end of the connection."""
    first = reader.readline(65536)
    if not first:
        return None
    lines = []
    while True:
        line = reader.readline(65536)
        if line in (b"\r\n", b"\n", b""):
            return first, lines
        lines.append(line)


def header(lines, name):
    for line in lines:
        key, _, value = line.partition(b":")
        if key.strip().lower() == name:
            return value.strip()
    return None


def read_body(reader, lines, no_body=False, to_end=False):
    """The body with its framing, as bytes to hand on, and its own bytes."""
    if no_body:
        return b""
    if (header(lines, b"transfer-encoding") or b"").lower() == b"chunked":
        raw = b""
        while True:
            size = reader.readline()
            raw += size
            n = int(size.split(b";")[0], 16)
            raw += reader.read(n + 2)
            if n == 0:
                return raw
    length = header(lines, b"content-length")
    if length is not None:
        return reader.read(int(length))
    return reader.read() if to_end else b""


class Proxy:
    def __init__(self, target):
        parts = urllib.parse.urlsplit(target)
        self.target, self.base = (parts.hostname, parts.port), parts.path.rstrip("/")
        self.requests, self.connections, self.delay, self.before = [], 0, 0.0, None
        self.lock, self.closing, self.sockets = threading.Lock(), False, set()

    def __enter__(self):
        self.listener = socket.create_server(("127.0.0.1", 0), backlog=256)
        self.port = self.listener.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}{self.base}"
        threading.Thread(target=self.accept, daemon=True).start()
        return self

    def __exit__(self, *_):
        self.closing = True
        try:
            self.listener.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass
        self.listener.close()
        with self.lock:
            for one in list(self.sockets):
                try:
                    one.shutdown(socket.SHUT_RDWR)
                except OSError:
                    pass

    def forget(self):
        with self.lock:
            self.requests, self.connections = [], 0

    @property
    def received(self):
        """Bytes that the program received through this proxy."""
        with self.lock:
            return sum(r.received for r in self.requests)

    # ---- inside ----
    def accept(self):
        while not self.closing:
            try:
                client, _ = self.listener.accept()
            except OSError:
                return
            with self.lock:
                self.connections += 1
                self.sockets.add(client)
            threading.Thread(target=self.serve, args=(client,), daemon=True).start()

    def serve(self, client):
        upstream = None
        client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        reader = client.makefile("rb")
        try:
            while (head := read_head(reader)) is not None:
                first, lines = head
                if (header(lines, b"expect") or b"").lower() == b"100-continue":
                    client.sendall(b"HTTP/1.1 100 Continue\r\n\r\n")
                    lines = [l for l in lines if not l.lower().startswith(b"expect:")]
                body = read_body(reader, lines)
                method, target, _ = first.decode("latin-1").split(" ", 2)
                path, _, query = target.partition("?")
                with self.lock:
                    n = len(self.requests)
                    self.requests.append(Seen(method, path, query, body, 0, len(body), 0, time.monotonic()))
                fault = self.before(n, self.requests[n]) if self.before else None
                if self.delay:
                    time.sleep(self.delay)
                if isinstance(fault, tuple):
                    status, headers, text = fault
                    answer = b"HTTP/1.1 %d X\r\n" % status + b"".join(b"%s: %s\r\n" % (k.encode(), v.encode()) for k, v in headers.items())
                    answer += b"Content-Length: %d\r\n\r\n" % len(text) + text
                    self.note(n, status, len(answer))
                    client.sendall(answer)
                    continue
                if fault == "reset":
                    client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                    return
                if fault == "silence":
                    self.hold(client)
                    return
                answer, status, upstream = self.forward(upstream, first, lines, body, method)
                if answer is None:             # the server is away: so is what stands before it
                    client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                    return
                self.note(n, status, len(answer))
                if fault in ("cut", "stall", "drip"):
                    client.sendall(answer[:len(answer) // 2])
                    if fault == "drip":
                        for at in range(len(answer) // 2, len(answer)):
                            client.sendall(answer[at:at + 1])
                            time.sleep(1)
                    if fault == "stall":
                        self.hold(client)
                    return
                client.sendall(answer)
        except (OSError, ValueError):
            pass
        finally:
            with self.lock:
                self.sockets.discard(client)
            for one in (reader, client, upstream and upstream[0]):
                try:
                    one and one.close()
                except OSError:
                    pass

    def note(self, n, status, received):
        with self.lock:
            if n < len(self.requests):
                self.requests[n] = self.requests[n]._replace(status=status, received=received)

    @staticmethod
    def hold(client):
        client.settimeout(120)
        client.recv(1)                     # until the program gives up

    def forward(self, upstream, first, lines, body, method):
        """(answer, status, connection); a kept connection that the server closed meanwhile is opened anew once."""
        message = first + b"".join(lines) + b"\r\n" + body
        for again in (True, False):
            fresh = upstream is None
            try:
                if fresh:
                    connection = socket.create_connection(self.target)
                    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                    upstream = connection, connection.makefile("rb")
                upstream[0].sendall(message)
                head = read_head(upstream[1])
                if head is None:
                    raise OSError("closed")
                status = int(head[0].split()[1])
                rest = read_body(upstream[1], head[1], method == "HEAD" or status in (204, 304), to_end=True)
                return head[0] + b"".join(head[1]) + b"\r\n" + rest, status, upstream
            except (OSError, ValueError, IndexError):
                upstream = None
                if fresh or not again:
                    return None, 0, None
        return None, 0, None
