# Loads the recording into running servers and waits until each has all of it.
# SPDX-License-Identifier: Apache-2.0
"""Every function says how many records the server counts afterwards; a record that a server refuses is an error here, so that
no test runs on half of the data. Index names: SPANS and LOGS, `prefix` before each of them for a second set."""
import json
import re
import time
import urllib.error
import urllib.request

import layouts
import remote_write
from recording import PATHS

SPANS = {"otel-v1": "otel-v1-apm-span-000001", "dp": "dp-otel-v1-apm-span-000001", "ss4o": "ss4o_traces-default-namespace"}
LOGS = {"demo": "otel-logs-2026-11-21", "dp": "dp-logs-otel-v1-000001"}
JAEGER_SPANS = "jaeger-span-2026-11-21"
MAPPINGS = {SPANS["otel-v1"]: layouts.OTEL_V1, SPANS["dp"]: layouts.DP, LOGS["dp"]: layouts.DP_LOGS}  # the others: dynamic
WRITE_SPAN = {"otel-v1": layouts.span_otel_v1, "ss4o": layouts.span_ss4o}
WRITE_LOG = {"demo": layouts.log_demo, "dp": layouts.log_dp}


class Refused(Exception):
    pass


def call(url, method="GET", body=None, content_type="application/json", timeout=60):
    request = urllib.request.Request(url, body, {"Content-Type": content_type} if body is not None else {}, method=method)
    try:
        with urllib.request.urlopen(request, timeout=timeout) as answer:
            return answer.status, answer.read()
    except urllib.error.HTTPError as e:
        raise Refused(f"{method} {url}: {e.code} {e.read()[:600]!r}") from None


def nanoseconds(text):
    """Of 2026-11-21T10:28:39Z."""
    return int(time.mktime(time.strptime(text, "%Y-%m-%dT%H:%M:%SZ")) - time.timezone) * 10**9


def get(url):
    return json.loads(call(url)[1])


def until(what, count, wanted, seconds=60):
    """Calls count() until it says `wanted`; what it said last is in the error."""
    end, last = time.monotonic() + seconds, None
    while time.monotonic() < end:
        last = count()
        if last == wanted:
            return last
        time.sleep(0.2)
    raise Refused(f"{what}: {last} after {seconds} s, {wanted} were sent")


# ---- OpenSearch ----
def count(url, index):
    return get(f"{url}/{index}/_count")["count"]


def bulk(url, documents, batch=3000):
    """`documents`: (index, document). Only creates; the first refusal is raised."""
    lines, sent = [], 0

    def send():
        answer = json.loads(call(url + "/_bulk?filter_path=errors,items.*.error", "POST", b"".join(lines), "application/x-ndjson")[1])
        if answer["errors"]:
            raise Refused(str(next(i["create"]["error"] for i in answer["items"] if i.get("create", {}).get("error"))))

    for index, document in documents:
        lines.append(b'{"create":{"_index":"%s"}}\n%s\n' % (index.encode(), json.dumps(document, separators=(",", ":")).encode()))
        if len(lines) == batch:
            send()
            sent, lines = sent + len(lines), []
    if lines:
        send()
    return sent + len(lines)


def create_index(url, index, mapping):
    body = {"settings": {"number_of_replicas": 0, "number_of_shards": 1, "refresh_interval": "-1",
                         "index.translog.durability": "async", "index.mapping.total_fields.limit": 2000}}
    if mapping:
        body["mappings"] = mapping
    call(f"{url}/{index}", "PUT", json.dumps(body).encode())


def span_documents(recording, layout, change=lambda span: span):
    if layout != "dp":
        return (WRITE_SPAN[layout](r, s, u, change(span)) for r, s, u, span in recording.spans())
    roots = {span["traceId"]: span for _, _, _, span in recording.spans() if not span.get("parentSpanId")}
    return (layouts.span_dp(r, s, u, change(span), roots.get(span["traceId"])) for r, s, u, span in recording.spans())


def opensearch(url, recording, spans=("otel-v1", "dp", "ss4o"), logs=("demo", "dp"), prefix=""):
    """{index: documents}"""
    counts = {}
    for table, kinds, documents in ((SPANS, spans, lambda l: span_documents(recording, l)),
                                    (LOGS, logs, lambda l: (WRITE_LOG[l](*record) for record in recording.logs()))):
        for layout in kinds:
            index = prefix + table[layout]
            create_index(url, index, MAPPINGS.get(table[layout]))
            sent = bulk(url, ((index, d) for d in documents(layout)))
            call(f"{url}/{index}/_refresh", "POST", b"")
            call(f"{url}/{index}/_flush", "POST", b"")
            counts[index] = until(index, lambda i=index: count(url, i), sent)
    return counts


# ---- Jaeger ----
def jaeger(server, recording):
    """Spans in memory, or in its OpenSearch unless they are there already; the number of spans."""
    sent, traces = 0, set()
    for _, _, _, span in recording.spans():
        sent += 1
        traces.add(span["traceId"])
    stored = None
    if server.opensearch:
        try:
            stored = count(server.opensearch, JAEGER_SPANS)
        except Refused:
            stored = 0
    if stored != sent:
        head, tail = b'{"resourceSpans":[', b"]}"
        lines = [line[len(head):-len(tail)] for line in recording.lines("spans")]
        for at in range(0, len(lines), 50):
            status, answer = call(server.otlp + PATHS["spans"], "POST", head + b",".join(lines[at:at + 50]) + tail)
            if json.loads(answer or b"{}").get("partialSuccess"):
                raise Refused(f"Jaeger took a part: {answer[:300]!r}")
    if server.opensearch:
        def there():
            call(f"{server.opensearch}/jaeger-*/_refresh", "POST", b"")
            return count(server.opensearch, JAEGER_SPANS)
        until("Jaeger's spans in OpenSearch", there, sent)
    else:
        def last():                        # the newest trace of all
            return call(f"{server.query}/api/traces/{span['traceId']}")[0]
        until("Jaeger's last trace", last, 200)
    return {"spans": sent, "traces": len(traces)}


# ---- Prometheus ----
def prometheus3(server, recording):
    """Through its OTLP receiver; the number of series."""
    for line in recording.lines("metrics"):
        call(server.url + "/api/v1/otlp/v1/metrics", "POST", line)
    return series(server)


def prometheus2(server, collector, recording):
    """Through the Collector's remote write, line by line, until the last sample has come. Without a Collector (None) our own
    stand-in translates."""
    last = 0
    for line in recording.lines("metrics"):
        if collector is None:
            remote_write.write(server.url, [(dict(k), v) for k, v in remote_write.series_of(json.loads(line)).items()])
        elif json.loads(call(collector.url + PATHS["metrics"], "POST", line)[1] or b"{}").get("partialSuccess"):
            raise Refused("the Collector took a part of a line")
        last = max([last] + [int(t) for t in re.findall(rb'"timeUnixNano":"(\d+)"', line)])

    def newest():
        return int(get(server.url + "/api/v1/status/tsdb")["data"]["headStats"]["maxTime"])
    until("the newest sample", newest, last // 10**6)
    log = collector.log_tail(1000) if collector else ""
    if "Exporting failed" in log or "Dropping data" in log:
        raise Refused("the Collector dropped metrics:\n" + log[-2000:])
    return series(server)


def series(server):
    return int(get(server.url + "/api/v1/status/tsdb")["data"]["headStats"]["numSeries"])
