# Stand-ins of a Prometheus, an OpenSearch and a Jaeger: just enough good answers for one ask each, to be spoiled by the fault server.
# SPDX-License-Identifier: Apache-2.0
"""prometheus(request), opensearch(request), jaeger(request) → (status, content type, body) for a fault_server.Request.

They answer for a service `shop` in the last hour, whatever the query says in detail: memory samples, five log records, one
trace of two spans. Forms of the answers are those of Prometheus 3.5, OpenSearch 2.19 and Jaeger 2.13; what real servers
answer to real queries is shown by tests/live. `is_data` of each tells the requests that fetch rows from those that look around."""
import calendar
import json
import time
import urllib.parse

JSON = "application/json"


def parameters(request):
    path, _, query = request.path.partition("?")
    values = urllib.parse.parse_qs(query)
    if request.body and "form" in request.headers.get("content-type", ""):
        values.update(urllib.parse.parse_qs(request.body.decode()))
    return path, {k: v[0] for k, v in values.items()}


def ok(value):
    return 200, JSON, json.dumps(value).encode()


# ---- Prometheus ----
METRIC = {"__name__": "process_memory_usage_bytes", "service_name": "shop", "job": "shop", "instance": "a"}


def samples(at, count=240, step=15):
    return [[round(at - (count - i) * step, 3), str(100_000_000 + i * 1000)] for i in range(count)]


def matrix(metric, values):
    return {"status": "success", "data": {"resultType": "matrix", "result": [{"metric": metric, "values": values}]}}


def prometheus(request):
    path, given = parameters(request)
    query = given.get("query", "")
    if path == "/api/v1/status/buildinfo":
        return ok({"status": "success", "data": {"version": "3.5.0", "revision": "x"}})
    if path == "/api/v1/labels":
        return ok({"status": "success", "data": sorted(METRIC)})
    if path == "/api/v1/label/__name__/values":
        return ok({"status": "success", "data": ["process_memory_usage_bytes", "target_info"]})
    if path.startswith("/api/v1/label/"):
        only_others = 'service_name=""' in urllib.parse.unquote(request.path)
        name = path.split("/")[4]
        return ok({"status": "success", "data": ["shop"] if name in ("service_name", "job") and not only_others else []})
    if path == "/api/v1/series":
        return ok({"status": "success", "data": []})
    if path == "/api/v1/metadata":
        return ok({"status": "success", "data": {"process_memory_usage_bytes": [{"type": "gauge", "help": "", "unit": ""}]}})
    if "count_over_time" in query:
        return ok({"status": "success", "data": {"resultType": "vector", "result": [{"metric": {}, "value": [time.time(), "240"]}]}})
    if path in ("/api/v1/query", "/api/v1/query_range"):
        return ok(matrix(METRIC, samples(time.time())))
    return 404, JSON, b'{"status":"error","errorType":"not_found","error":"no such path"}'


def prometheus_data(request):
    _, given = parameters(request)
    return "query" in given and "count_over_time" not in given["query"]


# ---- OpenSearch ----
INDEX = "otel-logs-2026-01-01"
FIELDS = {"@timestamp": "date_nanos", "observedTimestamp": "date_nanos", "body": "text", "body.keyword": "keyword", "severity.text": "text",
          "severity.text.keyword": "keyword", "severity.number": "long", "severity": "object", "traceId": "text", "traceId.keyword": "keyword",
          "spanId": "text", "spanId.keyword": "keyword", "resource": "object", "resource.service.name": "text",
          "resource.service.name.keyword": "keyword", "instrumentationScope.name": "text", "instrumentationScope.name.keyword": "keyword",
          "_index": "_index", "_seq_no": "_seq_no", "_id": "_id"}
SHARDS = {"total": 1, "successful": 1, "skipped": 0, "failed": 0}


def hits(size):
    rows = []
    for i in range(5):
        at = time.time() - 600 + i
        stamp = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(at)) + ".000000000Z"
        rows.append({"_index": INDEX, "_id": str(i), "_score": None, "sort": [int(at * 1000), i, INDEX], "_source": {
            "@timestamp": stamp, "observedTimestamp": stamp, "body": f"message {i}", "severity": {"text": "INFO", "number": 9},
            "resource": {"service.name": "shop"}}})
    return {"total": {"value": 5, "relation": "eq"}, "max_score": None, "hits": rows[:size]}


def aggregation(name, spec):
    kinds = [k for k in spec if k not in ("aggs", "meta")]
    kind = kinds[0]
    if kind in ("min", "max"):
        at = (time.time() - (3000 if kind == "min" else 60)) * 1000
        return {"value": at, "value_as_string": "x"}
    if kind in ("cardinality", "value_count", "sum"):
        return {"value": 5}
    if kind == "terms":
        return {"doc_count_error_upper_bound": 0, "sum_other_doc_count": 0, "buckets": [{"key": "shop", "doc_count": 5, **aggregations(spec)}]}
    if kind == "filter":
        return {"doc_count": 0 if name in ("serviceless", "timeless") else 5, **aggregations(spec)}
    return {"buckets": []}


def aggregations(spec):
    return {name: aggregation(name, one) for name, one in spec.get("aggs", {}).items()}


def searched(body):
    size = body.get("size", 10)
    out = {"took": 1, "timed_out": False, "_shards": SHARDS, "hits": hits(size)}
    if body.get("aggs"):
        out["aggregations"] = aggregations(body)
    return {**out, "status": 200}


def opensearch(request):
    path, _ = parameters(request)
    if path == "/":
        return ok({"name": "a", "cluster_name": "c", "version": {"distribution": "opensearch", "number": "2.19.1"}})
    if path.startswith("/_resolve/index/"):
        return ok({"indices": [{"name": INDEX, "attributes": ["open"]}], "aliases": [], "data_streams": []})
    if path.endswith("/_field_caps"):
        return ok({"indices": [INDEX], "fields": {n: {t: {"type": t, "searchable": True, "aggregatable": t != "text"}} for n, t in FIELDS.items()}})
    if path == "/_msearch":
        lines = [json.loads(line) for line in request.body.decode().split("\n") if line]
        return ok({"took": 1, "responses": [searched(body) for body in lines[1::2]]})
    if path.endswith("/point_in_time"):
        return ok({"pit_id": "p", "_shards": SHARDS, "creation_time": 1} if request.method == "POST" else {"pits": [{"successful": True, "pit_id": "p"}]})
    if path == "/_search":
        return ok(searched(json.loads(request.body)))
    return 404, JSON, b'{"error":{"type":"invalid","reason":"no such path"},"status":404}'


def opensearch_data(request):
    return b'"sort"' in request.body


# ---- Jaeger ----
def span(number, parent, name, kind, start, end):
    return {"traceId": "0" * 31 + "1", "spanId": f"{number:016x}", "parentSpanId": parent, "name": name, "kind": kind,
            "startTimeUnixNano": str(start), "endTimeUnixNano": str(end), "attributes": [], "status": {}}


BEGUN = int((time.time() - 600) * 1e6) * 1000              # of the first span, ns; Jaeger is searched by whole microseconds


def nanoseconds(text, otherwise):
    """Of a time as 2026-11-21T10:28:39.5Z."""
    if not text:
        return otherwise
    whole, _, part = text.rstrip("Z").partition(".")
    return calendar.timegm(time.strptime(whole, "%Y-%m-%dT%H:%M:%S")) * 10**9 + int((part or "0").ljust(9, "0")[:9])


def traces():
    start = BEGUN
    return {"resourceSpans": [{"resource": {"attributes": [{"key": "service.name", "value": {"stringValue": "shop"}}]}, "scopeSpans": [{"scope": {}, "spans": [
        span(1, "", "buy", 2, start, start + 5_000_000), span(2, f"{1:016x}", "pay", 3, start + 1_000_000, start + 4_000_000)]}]}]}


def jaeger(request):
    path, given = parameters(request)
    if path == "/api/v3/services":
        return ok({"services": ["shop"]})
    if path == "/api/v3/operations":
        return ok({"operations": [{"name": "buy", "spanKind": "server"}, {"name": "pay", "spanKind": "client"}]})
    if path == "/api/v3/traces":
        first, last = nanoseconds(given.get("query.start_time_min"), 0), nanoseconds(given.get("query.start_time_max"), 2**63)
        inside = first <= BEGUN + 1_000_000 and BEGUN <= last  # of the two spans at least one begins in it
        return ok({"result": traces()}) if inside else (404, JSON, b'{"error":{"httpCode":404,"message":"No traces found"}}')
    if path.startswith("/api/v3/traces/"):
        return ok({"result": traces()})
    if path == "/search":
        return 200, "text/html", b'<html><script>const JAEGER_VERSION = {"gitCommit":"","gitVersion":"v2.13.0","buildDate":""};</script></html>'
    return 404, JSON, b'{"error":{"httpCode":404,"message":"no such path"}}'


def jaeger_data(request):
    return request.path.startswith("/api/v3/traces")
