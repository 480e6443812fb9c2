# Nothing but reading: what the proxies saw in all of the tests, the tables of what could be sent, and servers left as they were.
# SPDX-License-Identifier: Apache-2.0
"""READ is written here by hand, apart from the program: a row of a connector's table that is not in it fails, and so does a
request that the proxies saw. DELETE stands there once, for closing the point in time that a search opened."""
import json
import os
import re

import load
from recording import ROOT

READ = {
    "prometheus": {(m, p) for m in ("GET", "POST") for p in ("/api/v1/query", "/api/v1/query_range", "/api/v1/series", "/api/v1/query_exemplars",
                                                             "/api/v1/labels", "/api/v1/format_query")}
    | {("GET", p) for p in ("/api/v1/status/buildinfo", "/api/v1/label/*/values", "/api/v1/metadata", "/api/v1/status/tsdb", "/-/ready")},
    "opensearch": {("GET", p) for p in ("/", "/_resolve/index/*", "/*/_field_caps", "/*/_mapping", "/_cat/indices/*", "/*/_count")}
    | {("POST", p) for p in ("/_msearch", "/*/_msearch", "/_search", "/*/_search", "/*/_count", "/*/_field_caps", "/*/_search/point_in_time",
                             "/_plugins/_ppl", "/_plugins/_sql")} | {("DELETE", "/_search/point_in_time")},
    "jaeger": {("GET", prefix + p) for prefix in ("", "/jaeger/ui", "/jaeger") for p in (
        "/api/services", "/api/services/*/operations", "/api/operations", "/api/traces", "/api/traces/*", "/api/dependencies", "/api/v3/services",
        "/api/v3/operations", "/api/v3/traces", "/api/v3/traces/*", "/search")},
}


def allowed(kind, method, path):
    return any(m == method and re.fullmatch(re.escape(p).replace(r"\*", "[^/]+"), path) for m, p in READ[kind])


def kind_of(server):
    return "jaeger" if server.startswith("jaeger") else "prometheus" if server.startswith("prometheus") else "opensearch"


def tables():
    """(kind, method, path) of every row in the connectors' tables of endpoints. Jaeger's is made of paths, all with one method."""
    verbs = {"get": "GET", "post": "POST", "del": "DELETE", "head": "HEAD"}
    for kind in READ:
        folder = os.path.join(ROOT, "runtime", "connectors", kind)
        for name in sorted(os.listdir(folder)):
            if not name.endswith(".cpp"):
                continue
            with open(os.path.join(folder, name), encoding="utf-8") as f:
                text = f.read()
            for verb, path in re.findall(r'\{\s*(?:http::)?Method::(\w+),\s*"([^"]*)"', text):
                yield kind, verbs[verb], path
            for verb in re.findall(r"\{\s*(?:http::)?Method::(\w+),\s*paths\[", text):
                for base, path in re.findall(r'\{(?:base_of\(Generation::(v\d)\)|""), "(/[^"]*)", "[^"]* [^"]*"', text):
                    for prefix in ("", "/jaeger/ui", "/jaeger"):
                        yield kind, verbs[verb], prefix + {"v1": "/api", "v3": "/api/v3", "": ""}[base] + path


def state(stack):
    """What writing would change."""
    out = {}
    for name, server in stack.server.items():
        if kind_of(name) == "prometheus":
            head = load.get(server.url + "/api/v1/status/tsdb")["data"]["headStats"]
            out[name] = {k: head[k] for k in ("numSeries", "minTime", "maxTime")}
        if kind_of(name) == "opensearch":
            rows = load.get(server.url + "/_cat/indices?format=json&h=index,docs.count,docs.deleted")
            mappings = load.get(server.url + "/_mapping")
            out[name] = {"indices": sorted(map(str, rows)), "mappings": json.dumps(mappings, sort_keys=True),
                         "templates": sorted(t["name"] for t in load.get(server.url + "/_cat/templates?format=json"))}
    return out


def run(bench, before):
    bench.gather()
    rows = list(tables())
    for kind in READ:
        mine = [(m, p) for k, m, p in rows if k == kind]
        bad = [f"{m} {p}" for m, p in mine if (m, p) not in READ[kind]]
        bench.checks.check(f"{kind}: every row of the table of what may be sent only reads ({len(mine)} rows)", mine and not bad, ", ".join(bad))
    seen = {}
    for server, request in bench.everything:
        seen.setdefault(kind_of(server), {}).setdefault((request.method, request.path), []).append(request)
    for kind, requests in sorted(seen.items()):
        bad = [f"{m} {p}" for m, p in requests if not allowed(kind, m, p)]
        n = sum(map(len, requests.values()))
        bench.checks.check(f"{kind}: {n} requests that servers got in these tests, all of them reading", not bad, ", ".join(sorted(bad)[:20]))
        forms = sorted({(m, re.sub(r"/[0-9a-f]{16,32}\b", "/*", p)) for m, p in requests})
        print("    " + ", ".join(f"{m} {p}" for m, p in forms[:14]) + (" …" if len(forms) > 14 else ""))
    after = state(bench.stack)
    for name in before:
        changed = [k for k in before[name] if before[name][k] != after.get(name, {}).get(k)]
        bench.checks.check(f"{name}: as it was before the tests", not changed, f"{changed}: {str({k: (before[name][k], after[name].get(k)) for k in changed})[:400]}")
    if "opensearch" in bench.stack.server:
        stats = load.get(bench.stack.server["opensearch"].url + "/_nodes/stats/indices/search")
        open_ = sum(n["indices"]["search"].get("point_in_time_current", 0) for n in stats["nodes"].values())
        bench.checks.note(f"points in time still open at the end: {open_}")
