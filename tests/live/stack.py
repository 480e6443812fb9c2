#!/usr/bin/env python3
# The servers, loaded with the recording: for the live tests, and from the command line for a person who wants to look at them.
# SPDX-License-Identifier: Apache-2.0
"""usage: tests/live/stack.py start [--opensearch 2|3] FOLDER [PART…] | stop FOLDER | status FOLDER

parts: opensearch prometheus2 prometheus3 jaeger jaeger-opensearch (all that are installed)
--opensearch 3: its OpenSearch is 3.8 in place of 2.19 (tests/live/install opensearch3)
`start` in a FOLDER where a stack runs adds the parts that are missing. The servers live on until `stop`; FOLDER/stack.json
says their URLs. Everything listens on loopback only.
"""
import hashlib
import inspect
import json
import os
import shutil
import sys
import time

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import load  # noqa: E402
import servers  # noqa: E402
from recording import FILES, FROM, REPLAY, Recording  # noqa: E402

PARTS = {"opensearch": "opensearch", "prometheus2": "prometheus2", "prometheus3": "prometheus3", "jaeger": "jaeger",
         "jaeger-opensearch": "jaeger"}  # part → what must be installed for it last


OPENSEARCH = {"2": servers.OpenSearch, "3": servers.OpenSearch3}


def installed(part, opensearch="2"):
    needs = {PARTS[part]} | ({"opensearch"} if "opensearch" in part else set())
    needs = {OPENSEARCH[opensearch].part if n == "opensearch" else n for n in needs}
    return all(os.path.exists(os.path.join(servers.HOME, n, "ready")) for n in needs)


def span_age():
    """Jaeger looks so far back for the names of services: from today to before the recording."""
    return f"{int((time.time() - load.nanoseconds(FROM) / 10**9) / 3600) + 72}h"


def snapshot(opensearch):
    """Where the loaded data of an OpenSearch is kept, so that it is indexed once: a folder named by everything that it is made
    of (recording, documents, mappings, servers). Documents are counted after every start from it."""
    digest = hashlib.sha256()
    paths = [os.path.join(REPLAY, name) for name in sorted(FILES.values())]
    paths += [os.path.join(servers.HERE, name) for name in ("layouts.py", "load.py", "install")]
    for path in paths + [os.path.join(servers.HERE, "recipes", name) for name in ("opensearch/pom.xml", "opensearch/Node.java", "jaeger/go.mod")]:
        with open(path, "rb") as f:
            digest.update(hashlib.sha256(f.read()).digest())
    digest.update(inspect.getsource(servers.Jaeger.configuration).encode())
    return os.path.join(servers.HOME, "loaded", digest.hexdigest()[:16] + "-" + opensearch)


class Stack:
    """`server[part]` and what was loaded, `loaded[part]`."""

    def __init__(self, folder, detached=False, opensearch="2"):
        self.folder, self.detached, self.version = os.path.abspath(folder), detached, opensearch
        self.server, self.loaded, self.seconds = {}, {}, {}
        self.recording = Recording()

    def make(self, kind, name, *args, **more):
        self.server[name] = kind(os.path.join(self.folder, name), *args, detached=self.detached, **more)
        return self.server[name].start()

    # ---- parts ----
    def opensearch(self):
        kept, kind = snapshot(self.version), OPENSEARCH[self.version]
        if not os.path.exists(kept):
            return load.opensearch(self.make(kind, "opensearch").url, self.recording)
        folder = os.path.join(self.folder, "opensearch")
        servers.remove(folder)
        shutil.copytree(os.path.join(kept, "data"), os.path.join(folder, "data"))
        server = self.make(kind, "opensearch")
        with open(os.path.join(kept, "loaded.json"), encoding="utf-8") as f:
            counts = json.load(f)
        for index, count in counts.items():
            load.until(index, lambda i=index: load.count(server.url, i), count, 30)
        return {i: n for i, n in counts.items() if not i.startswith("jaeger")}

    def keep(self):
        """Makes the snapshot of an OpenSearch that was loaded anew, Jaeger's spans in it too."""
        kept, server = snapshot(self.version), self.server["opensearch"]
        if os.path.exists(kept):
            return
        counts = dict(self.loaded["opensearch"]) | {load.JAEGER_SPANS: load.count(server.url, load.JAEGER_SPANS)}
        load.call(server.url + "/_flush", "POST", b"")
        server.stop()
        servers.remove(kept + ".part")
        shutil.copytree(os.path.join(server.folder, "data"), os.path.join(kept + ".part", "data"))
        with open(os.path.join(kept + ".part", "loaded.json"), "w", encoding="utf-8") as f:
            json.dump(counts, f)
        for old in os.listdir(os.path.dirname(kept)):
            if old != os.path.basename(kept) + ".part" and (old.endswith("-" + self.version) or "-" not in old):
                servers.remove(os.path.join(os.path.dirname(kept), old))
        os.replace(kept + ".part", kept)
        server.start()

    def prometheus2(self):
        prometheus = self.make(servers.Prometheus2, "prometheus2")
        if not os.path.exists(os.path.join(servers.HOME, "collector", "ready")):
            return {"series, by our own translation": load.prometheus2(prometheus, None, self.recording)}
        collector = self.make(servers.Collector, "collector", prometheus.url)
        count = load.prometheus2(prometheus, collector, self.recording)
        collector.stop()
        del self.server["collector"]
        return {"series": count}

    def prometheus3(self):
        return {"series": load.prometheus3(self.make(servers.Prometheus3, "prometheus3"), self.recording)}

    def jaeger(self):
        return load.jaeger(self.make(servers.Jaeger, "jaeger"), self.recording)

    def jaeger_opensearch(self):
        server = self.make(servers.Jaeger, "jaeger-opensearch", opensearch=self.server["opensearch"].url, max_span_age=span_age())
        return load.jaeger(server, self.recording)

    def start(self, parts):
        """One after the other. A part that fails is the error, and its server is not left behind."""
        for part in parts:
            begin = time.monotonic()
            try:
                self.loaded[part] = getattr(self, part.replace("-", "_"))()
            except Exception as e:
                for name in (part, "collector"):
                    if name in self.server:
                        self.server.pop(name).stop()
                raise load.Refused(f"{part}: {e}") from e
            self.seconds[part] = time.monotonic() - begin
        if "jaeger-opensearch" in parts and not self.detached:
            self.keep()
        return self

    def stop(self):
        for name in ("collector", "jaeger-opensearch", "jaeger", "prometheus3", "prometheus2", "opensearch"):
            if name in self.server:
                self.server[name].stop()

    def describe(self):
        out = {}
        for name, server in self.server.items():
            out[name] = {"url": getattr(server, "query", server.url), "pid": server.pid, "since": server.since, "port": server.port,
                         "loaded": self.loaded.get(name, {}), "seconds": round(self.seconds.get(name, 0), 1)}
        return out


def known(folder):
    path = os.path.join(folder, "stack.json")
    if not os.path.exists(path):
        return {}
    with open(path, encoding="utf-8") as f:
        return json.load(f)


def attached(folder):
    """The stack that `start FOLDER` has up, as far as it lives."""
    stack = Stack(folder, detached=True)
    for name, was in known(folder).items():
        kind = {"opensearch": servers.OpenSearch, "prometheus2": servers.Prometheus2, "prometheus3": servers.Prometheus3}.get(name, servers.Jaeger)
        server = kind(os.path.join(folder, name), detached=True, port=was["port"])
        server.pid, server.since = was["pid"], was["since"]
        if server.alive():
            stack.server[name], stack.loaded[name], stack.seconds[name] = server, was["loaded"], was["seconds"]
    return stack


def main():
    words, version = sys.argv[1:], "2"
    if words[1:2] == ["--opensearch"]:
        version, words = "".join(words[2:3]), words[:1] + words[3:]
    if len(words) < 2 or words[0] not in ("start", "stop", "status") or version not in OPENSEARCH:
        print(__doc__)
        return 2
    action, folder, parts = words[0], os.path.abspath(words[1]), words[2:]
    path = os.path.join(folder, "stack.json")
    stack = attached(folder)
    stack.version = version
    if action == "start":
        for part in parts or [p for p in PARTS if installed(p, version)]:
            if part not in PARTS:
                print(f"no part {part}; there are: {' '.join(PARTS)}")
                return 2
            if part not in stack.server:
                servers.remove(os.path.join(folder, part))
                stack.start([part])
                with open(path + ".new", "w", encoding="utf-8") as f:
                    json.dump(stack.describe(), f, indent=1)
                os.replace(path + ".new", path)
    if action == "stop":
        stack.stop()
        if os.path.exists(path):
            os.remove(path)
        return 0
    for name, one in stack.describe().items():
        print(f"{name:18} {one['url']:26} pid {one['pid']}, loaded in {one['seconds']} s: "
              + ", ".join(f"{v} {k}" for k, v in one["loaded"].items()))
    return 0 if stack.server else 3


if __name__ == "__main__":
    sys.exit(main())
