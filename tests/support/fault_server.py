# A server that plays the faults a client of observability servers must survive, one a path or a port, over its own sockets.
# SPDX-License-Identifier: Apache-2.0
"""The first segment of a path names the fault, the rest is the path that the server would have seen without it, so that the URL
of any source can be http://127.0.0.1:PORT/FAULT. What a fault spoils is the answer of `good`, a function from a Request to
(status, content type, body bytes); without one it is {"a":1}.

    with FaultServer(folder) as server:
        server.url("body-drip")            # http://127.0.0.1:43211/body-drip
        server.tls_url("expired")          # https://localhost:43212, its certificate expired
        server.only = lambda request: …    # which requests are spoiled; the others get the good answer

`FAULTS` (faults.py) is the table of paths; `TLS` that of ports with a certificate each; refused(), black_hole() and silent() make ports.
Nothing but the standard library; certificates by the openssl program.
"""
import collections
import os
import selectors
import socket
import ssl
import struct
import threading
import time

import certificates
from faults import DRIP, FAULTS, Gone, whole

PATIENCE = 20          # seconds after which a silent connection ends, whatever the client does


class Request:
    def __init__(self, method, path, headers, body, connection):
        self.method, self.path, self.headers, self.body, self.connection = method, path, headers, body, connection
        self.fault, self.seen = "", 0  # its name, and how many requests of this fault came before
        self.status, self.kind = 200, "application/json"  # of the good answer

    def __repr__(self):
        return f"{self.method} {self.path}"


class Wire:
    """One connection of a client."""

    def __init__(self, sock, server):
        self.sock, self.server, self.buffer, self.served = sock, server, b"", 0

    def read_request(self):
        while b"\r\n\r\n" not in self.buffer:
            if self.buffer[:1] == b"\x16":  # a TLS handshake on a plain port
                self.send(b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
                raise Gone()
            self.more()
        head, _, self.buffer = self.buffer.partition(b"\r\n\r\n")
        lines = head.decode("latin-1").split("\r\n")
        method, path, _ = lines[0].split(" ", 2)
        headers = {}
        for line in lines[1:]:
            name, _, value = line.partition(":")
            headers[name.strip().lower()] = value.strip()
        length = int(headers.get("content-length", 0))
        while len(self.buffer) < length:
            self.more()
        body, self.buffer = self.buffer[:length], self.buffer[length:]
        return Request(method, path, headers, body, self)

    def more(self):
        got = self.sock.recv(65536)
        if not got:
            raise Gone()
        self.buffer += got

    def send(self, data):
        self.sock.sendall(data)

    def drip(self, data):
        for i in range(len(data)):
            self.send(data[i:i + 1])
            self.rest(DRIP)

    def rest(self, seconds):
        """Sleeps unless the server ends."""
        if self.server.closing.wait(seconds):
            raise Gone()

    def stall(self):
        self.rest(PATIENCE)
        raise Gone()

    def reset(self):
        self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        raise Gone()


TLS = {"good": ("good", None), "expired": ("expired", None), "other": ("other", None), "selfsigned": ("selfsigned", None),
       "tls10": ("good", ssl.TLSVersion.TLSv1), "tls12": ("good", ssl.TLSVersion.TLSv1_2)}


class FaultServer:
    def __init__(self, folder=None, good=None):
        self.good = good or (lambda request: (200, "application/json", b'{"a":1}'))
        self.only = lambda request: True
        self.folder, self.closing = folder, threading.Event()
        self.requests, self.counts, self.connections, self.kept = [], {}, 0, []
        self.lock = threading.Lock()
        self.port = self.listen(None)
        self.tls_ports = {}
        if folder is not None:
            certificates.make(folder)
            for name, (certificate, newest) in TLS.items():
                context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
                if newest is not None:
                    context.set_ciphers("ALL:@SECLEVEL=0")
                    context.minimum_version = ssl.TLSVersion.TLSv1
                    context.maximum_version = newest
                context.load_cert_chain(os.path.join(folder, certificate + ".pem"), os.path.join(folder, certificate + ".key"))
                self.tls_ports[name] = self.listen(context)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.closing.set()
        for sock in self.kept:
            try:
                sock.close()
            except OSError:
                pass

    def url(self, name="good", host="127.0.0.1"):
        assert name in FAULTS, name
        return f"http://{host}:{self.port}/{name}"

    def tls_url(self, name="good", path="good", host="localhost"):
        return f"https://{host}:{self.tls_ports[name]}/{path}"

    def ca(self):
        return os.path.join(self.folder, "ca.pem")

    def forget(self):
        with self.lock:
            self.requests, self.counts = [], {}

    # -- ports that are faults themselves --
    def refused(self):
        sock = socket.socket()
        sock.bind(("127.0.0.1", 0))  # bound, never listening
        self.kept.append(sock)
        return f"http://127.0.0.1:{sock.getsockname()[1]}"

    def black_hole(self):
        """A port whose queue is full: further connections get no answer at all."""
        sock = socket.socket()
        sock.bind(("127.0.0.1", 0))
        sock.listen(0)
        self.kept.append(sock)
        for _ in range(3):
            filler = socket.socket()
            filler.setblocking(False)
            filler.connect_ex(sock.getsockname())
            self.kept.append(filler)
        time.sleep(0.1)
        return f"http://127.0.0.1:{sock.getsockname()[1]}"

    def silent(self, scheme="https"):
        """Takes connections and says nothing, not even TLS."""
        sock = socket.socket()
        sock.bind(("127.0.0.1", 0))
        sock.listen(64)
        self.kept.append(sock)
        return f"{scheme}://127.0.0.1:{sock.getsockname()[1]}"

    def paced(self, seconds=0.02):
        """Answers every request after that time, many at once, from one thread: as a fast server does."""
        sock = socket.socket()
        sock.bind(("127.0.0.1", 0))
        sock.listen(1024)
        self.kept.append(sock)
        threading.Thread(target=self.pace, args=(sock, seconds), daemon=True).start()
        return f"http://127.0.0.1:{sock.getsockname()[1]}"

    def pace(self, listener, seconds):
        reply, due = whole(b'{"a":1}'), collections.deque()
        with selectors.DefaultSelector() as ready:
            ready.register(listener, selectors.EVENT_READ)
            while not self.closing.is_set():
                for key, _ in ready.select(max(0, due[0][0] - time.monotonic()) if due else 0.2):
                    sock = key.fileobj
                    try:
                        if sock is listener:
                            client, _ = sock.accept()
                            client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                            ready.register(client, selectors.EVENT_READ)
                        elif sock.recv(65536):
                            due.append((time.monotonic() + seconds, sock))
                        else:
                            ready.unregister(sock)
                            sock.close()
                    except OSError:
                        return
                while due and due[0][0] <= time.monotonic():
                    try:
                        due.popleft()[1].sendall(reply)
                    except OSError:
                        pass

    # -- serving --
    def listen(self, context):
        sock = socket.socket()
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        sock.bind(("127.0.0.1", 0))
        sock.listen(256)
        self.kept.append(sock)
        threading.Thread(target=self.accept, args=(sock, context), daemon=True).start()
        return sock.getsockname()[1]

    def accept(self, sock, context):
        while not self.closing.is_set():
            try:
                client, _ = sock.accept()
            except OSError:
                return
            threading.Thread(target=self.serve, args=(client, context), daemon=True).start()

    def serve(self, client, context):
        try:
            client.settimeout(PATIENCE)
            client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            if context is not None:
                client = context.wrap_socket(client, server_side=True)
            wire = Wire(client, self)
            with self.lock:
                self.connections += 1
                wire.number = self.connections
            while not self.closing.is_set():
                self.answer(wire, wire.read_request())
                wire.served += 1
        except (Gone, OSError, ValueError):
            pass
        finally:
            try:
                client.close()
            except OSError:
                pass

    def answer(self, wire, request):
        path = request.path
        if path.startswith("http://"):  # as a proxy
            path = "/" + path.split("/", 3)[3]
        _, name, *rest = path.split("/", 2)
        name = name.split("?")[0]
        request.fault, request.path = name, "/" + (rest[0] if rest else "")
        spoiled = self.only(request)
        with self.lock:
            request.seen = self.counts.get(name, 0)
            if spoiled:
                self.counts[name] = request.seen + 1
            self.requests.append(request)
        request.status, request.kind, body = self.good(request)
        if name not in FAULTS:
            wire.send(whole(b'{"error":"no such fault"}', 404))
        elif not spoiled:
            wire.send(whole(body, request.status, request.kind))
        else:
            FAULTS[name][0](wire, request, body)
