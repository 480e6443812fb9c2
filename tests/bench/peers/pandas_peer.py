# The five questions in pandas over OTLP-JSON lines, as the author of a notebook would write it: pandas_peer.py FOLDER CUT_NS.
# SPDX-License-Identifier: Apache-2.0
# Prints one JSON document: seconds by step, peak memory, answers.
import json
import math
import resource
import sys
import time

import numpy as np
import pandas as pd

folder, cut = sys.argv[1], int(sys.argv[2])
seconds, answers = {}, {}
started = time.perf_counter()


def tick(name):
    global started
    now = time.perf_counter()
    seconds[name] = now - started
    started = now


def text_of(value):
    for v in value.values():
        return ("true" if v else "false") if isinstance(v, bool) else str(v)


def records(file, top, scopes, rows):
    with open(f"{folder}/{file}", encoding="utf-8") as opened:
        for line in opened:
            for one in json.loads(line)[top]:
                own = {a["key"]: text_of(a["value"]) for a in one["resource"]["attributes"]}
                for scope in one[scopes]:
                    for record in scope[rows]:
                        yield own["service.name"], own["k8s.pod.name"], record


spans = pd.DataFrame(
    [(service, pod, s["traceId"], s["spanId"], s["parentSpanId"], s["name"], int(s["startTimeUnixNano"]), int(s["endTimeUnixNano"]),
      {a["key"]: text_of(a["value"]) for a in s["attributes"]})
     for service, pod, s in records("traces.jsonl", "resourceSpans", "scopeSpans", "spans")],
    columns=["service", "pod", "trace", "id", "parent", "operation", "start", "end", "attributes"])
spans["duration"] = spans.end - spans.start
tick("ingest_spans")
points = pd.DataFrame(
    [(service, pod, m["name"], int(p["timeUnixNano"]), float(p.get("asDouble", p.get("asInt"))))
     for service, pod, m in records("metrics.jsonl", "resourceMetrics", "scopeMetrics", "metrics")
     for p in (m.get("gauge") or m["sum"])["dataPoints"]],
    columns=["service", "pod", "metric", "t", "v"])
tick("ingest_points")
logs = pd.DataFrame(
    [(service, int(r["timeUnixNano"]), r["severityNumber"], r["body"]["stringValue"], r["traceId"], r["spanId"])
     for service, _, r in records("logs.jsonl", "resourceLogs", "scopeLogs", "logRecords")],
    columns=["service", "t", "severity", "body", "trace", "span"])
tick("ingest_logs")

memory = points[(points.metric == "process.memory.usage") & (points.t >= cut)].copy()
memory["j"] = (memory.t - cut) // 60_000_000_000
slopes = []
for (_, pod), group in memory.groupby(["service", "pod", "j"]).v.mean().reset_index().groupby(["service", "pod"]):
    y = group.v.to_numpy()
    falls = np.where(y[1:] < 0.7 * y[:-1], y[:-1] - y[1:], 0)
    slopes.append((float(np.polyfit(group.j.to_numpy(), y + np.concatenate([[0], np.cumsum(falls)]), 1)[0]), pod))
answers["Q1"] = [[pod, slope] for slope, pod in sorted(slopes, reverse=True)[:3]]
tick("Q1")


def nearest_rank(group):
    a = np.sort(group.to_numpy())
    return [int(a[max(0, math.ceil(p * len(a)) - 1)]) for p in (0.5, 0.95, 0.99)]


after = spans.start >= cut
before_of = spans[~after].groupby(["service", "operation"]).duration.apply(nearest_rank)
after_of = spans[after].groupby(["service", "operation"]).duration.apply(nearest_rank)
ranked = sorted(((after_of[k][1] / before_of[k][1], k) for k in before_of.index if k in after_of.index), reverse=True)[:4]
answers["Q2"] = [[*k, *before_of[k], *after_of[k]] for _, k in ranked]
tick("Q2")

service, operation, _, p95 = answers["Q2"][0][:4]
one = spans[(spans.service == service) & (spans.operation == operation) & after]
slow = one.duration > p95
cells = pd.DataFrame([(s, k, v) for s, a in zip(slow.to_numpy(), one.attributes.to_numpy()) for k, v in a.items()], columns=["slow", "k", "v"])
counts = cells.groupby(["k", "v"]).slow.agg(["sum", "count"])
counts = counts[counts["count"] >= 100]
n_slow, n_fast = int(slow.sum()), int((~slow).sum())
counts["ratio"] = (counts["sum"] / counts["count"]) / ((n_slow - counts["sum"] + 0.5) / (n_slow + n_fast - counts["count"] + 1))
answers["Q3"] = [[k, v, int(r["sum"]), int(r["count"] - r["sum"])] for (k, v), r in counts.sort_values("ratio", ascending=False).head(3).iterrows()]
tick("Q3")

top = spans[(spans.parent == "") & after].sort_values(["duration", "trace"], ascending=[False, True]).trace.head(100)
own = {}
for _, group in spans[spans.trace.isin(set(top))].groupby("trace"):
    children = {}
    for r in group.itertuples():
        children.setdefault(r.parent, []).append((r.start, r.end))
    for r in group.itertuples():
        covered, until = 0, -1
        for begin, end in sorted((max(a, r.start), min(b, r.end)) for a, b in children.get(r.id, [])):
            begin = max(begin, until)
            covered += max(0, end - begin)
            until = max(until, end)
        own[(r.service, r.operation)] = own.get((r.service, r.operation), 0) + int(r.duration) - covered
answers["Q4"] = [[*k, int(v)] for k, v in sorted(own.items(), key=lambda item: -item[1])[:3]]
tick("Q4")

template = logs.body.str.replace(r"[A-Za-z_]*[0-9][A-Za-z0-9_]*", "<*>", regex=True)
table = pd.crosstab(template, logs.t >= cut)
fresh = table[(table[False] == 0) & (table[True] >= 10)].sort_values(True, ascending=False)
answers["Q5"] = [[name, int(n)] for name, n in fresh[True].items()]
tick("Q5")
print(json.dumps({"seconds": seconds, "rss_kb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, "answers": answers}))
