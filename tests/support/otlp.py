# Makes directories of OTLP-JSON lines whose truth is known: metrics, spans and logs, as the Collector's file exporter writes them.
# SPDX-License-Identifier: Apache-2.0
"""Telemetry that a test made itself, so that it knows what a review has to find.

    d = Telemetry(seed=1)
    for i, value in enumerate(d.linear(60, 100e6, 2e6, noise=1e6)):
        d.gauge("api", "process.memory.usage", d.at(minutes=i), value, unit="By", instance="api-1")
    d.span("api", "GET /", d.at(minutes=3), ms=12, attributes={"size": 4})
    d.log("api", d.at(minutes=3), "started", trace="…")
    d.write(folder)

Times are nanoseconds since 1970 (integers); `at` counts from START. Everything random comes from the seed: the same
calls give the same bytes. Names are plain: api, store, web.
"""
import json
import os
import random

START = 1_767_225_600_000_000_000        # 2026-01-01T00:00:00Z
SECOND = 1_000_000_000
KINDS = {"internal": 1, "server": 2, "client": 3, "producer": 4, "consumer": 5}


def value_of(value):
    if isinstance(value, bool):
        return {"boolValue": value}
    if isinstance(value, int):
        return {"intValue": str(value)}
    if isinstance(value, float):
        return {"doubleValue": value}
    return {"stringValue": str(value)}


def attributes_of(pairs):
    return [{"key": k, "value": value_of(v)} for k, v in pairs.items()]


class Telemetry:
    def __init__(self, seed=1):
        self.random = random.Random(seed)
        self.metrics, self.spans, self.logs = {}, {}, {}
        self.ids = 0

    # ---- times and shapes ----
    @staticmethod
    def at(minutes=0, seconds=0):
        return START + int(round((minutes * 60 + seconds) * SECOND))

    def noise(self, size):
        return self.random.gauss(0, size) if size else 0.0

    def flat(self, n, level, noise=0):
        return [level + self.noise(noise) for _ in range(n)]

    def linear(self, n, level, step, noise=0):
        """`level` at the first sample, `step` more at each further one."""
        return [level + step * i + self.noise(noise) for i in range(n)]

    def id(self, digits):
        self.ids += 1
        return f"{self.random.getrandbits(32):08x}{self.ids:08x}".rjust(digits, "0")[-digits:]

    def trace_id(self):
        return self.id(32)

    # ---- metrics ----
    def _metric(self, service, instance, name, unit, kind, point, resource):
        key = (service, instance, tuple(sorted((resource or {}).items())))
        metric = self.metrics.setdefault(key, {}).setdefault((name, unit, kind), [])
        metric.append(point)

    def gauge(self, service, name, time, value, unit="", instance=None, attributes=None, resource=None):
        point = {"attributes": attributes_of(attributes or {}), "timeUnixNano": str(time)}
        self._metric(service, instance, name, unit, "gauge", self._number(point, value), resource)

    def sum(self, service, name, time, value, unit="", start=START, monotonic=True, delta=False, instance=None,
            attributes=None, resource=None):
        """A point of a sum that began at `start`: counters cumulative (or delta), up-down counters with monotonic=False."""
        point = {"attributes": attributes_of(attributes or {}), "startTimeUnixNano": str(start), "timeUnixNano": str(time)}
        self._metric(service, instance, name, unit, ("sum", monotonic, delta), self._number(point, value), resource)

    @staticmethod
    def _number(point, value):
        if isinstance(value, int):
            point["asInt"] = str(value)
        else:
            point["asDouble"] = value
        return point

    def memory(self, service, values, every=60, instance=None, begin=0):
        """One sample of memory in use each `every` seconds from second `begin`; None is a gap."""
        for i, value in enumerate(values):
            if value is not None:
                self.sum(service, "process.memory.usage", self.at(seconds=begin + i * every), int(value), unit="By",
                         monotonic=False, instance=instance)

    def cpu(self, service, cores, every=60, instance=None, begin=0):
        """A counter of seconds whose rate between samples is `cores` (the first sample is the counter's begin)."""
        total = 0.0
        self.sum(service, "process.cpu.time", self.at(seconds=begin), total, unit="s", start=self.at(seconds=begin), instance=instance)
        for i, value in enumerate(cores):
            total += value * every
            self.sum(service, "process.cpu.time", self.at(seconds=begin + (i + 1) * every), total, unit="s",
                     start=self.at(seconds=begin), instance=instance)

    def calls(self, service, per_second, every=60, begin=0, errors=None, operation="GET /"):
        """Span metrics of entry spans: counters whose rate is per_second; errors: share that failed, one each sample."""
        count = {"STATUS_CODE_UNSET": 0, "STATUS_CODE_ERROR": 0}
        for i in range(-1, len(per_second)):
            if i >= 0:
                share = errors[i] if errors else 0
                failed = int(round(per_second[i] * every * share))
                count["STATUS_CODE_ERROR"] += failed
                count["STATUS_CODE_UNSET"] += int(round(per_second[i] * every)) - failed
            for code, n in count.items():
                if code == "STATUS_CODE_ERROR" and errors is None:
                    continue
                self.sum(service, "traces.span.metrics.calls", self.at(seconds=begin + (i + 1) * every), n,
                         start=self.at(seconds=begin),
                         attributes={"service.name": service, "span.name": operation, "span.kind": "SPAN_KIND_SERVER", "status.code": code})

    def histogram(self, service, name, time, count, total, bounds, buckets, unit="s", start=START, instance=None,
                  attributes=None, resource=None):
        """A cumulative point: `count` values of sum `total`, `buckets` one longer than `bounds`."""
        point = {"attributes": attributes_of(attributes or {}), "startTimeUnixNano": str(start), "timeUnixNano": str(time),
                 "count": str(count), "sum": total, "explicitBounds": list(bounds), "bucketCounts": [str(b) for b in buckets]}
        self._metric(service, instance, name, unit, "histogram", point, resource)

    # ---- spans and logs ----
    def span(self, service, operation, start, ms, kind="server", trace=None, parent=None, status="unset", attributes=None,
             instance=None):
        """Returns (trace id, span id); `parent` is such a pair, or nothing for a root."""
        trace = parent[0] if parent else trace or self.trace_id()
        span_id = self.id(16)
        span = {"traceId": trace, "spanId": span_id, "name": operation, "kind": KINDS[kind], "startTimeUnixNano": str(start),
                "endTimeUnixNano": str(start + int(ms * 1e6)), "attributes": attributes_of(attributes or {}),
                "status": {"code": {"unset": 0, "ok": 1, "error": 2}[status]} if status != "unset" else {}}
        if parent:
            span["parentSpanId"] = parent[1]
        self.spans.setdefault((service, instance), []).append(span)
        return trace, span_id

    def call(self, caller, service, operation, start, ms, wait=1.0, **more):
        """A client span of `caller` = (service, pair) and, inside it, the server span of `service`; returns the latter."""
        client = self.span(caller[0], operation, start, ms + wait, kind="client", parent=caller[1])
        return self.span(service, operation, start + int(wait * 5e5), ms, kind="server", parent=client, **more)

    def log(self, service, time, body, severity="INFO", trace=None, span=None, instance=None):
        record = {"timeUnixNano": str(time), "observedTimeUnixNano": str(time), "severityText": severity,
                  "severityNumber": {"DEBUG": 5, "INFO": 9, "WARN": 13, "ERROR": 17}[severity], "body": {"stringValue": body}}
        if trace:
            record["traceId"], record["spanId"] = trace, span or self.id(16)
        self.logs.setdefault((service, instance), []).append(record)

    # ---- writing ----
    @staticmethod
    def _resource(service, instance, more=()):
        """Without a service (None) the resource is what `more` says: a container that no SDK runs in."""
        pairs = {"service.name": service} if service else {}
        if instance:
            pairs["service.instance.id"] = instance
        pairs.update(dict(more))
        return {"attributes": attributes_of(pairs)}

    def write(self, folder):
        os.makedirs(folder, exist_ok=True)
        lines = {"metrics.jsonl": [], "traces.jsonl": [], "logs.jsonl": []}
        for (service, instance, more), metrics in self.metrics.items():
            out = []
            for (name, unit, kind), points in metrics.items():
                if kind == "gauge":
                    out.append({"name": name, "unit": unit, "gauge": {"dataPoints": points}})
                elif kind == "histogram":
                    out.append({"name": name, "unit": unit, "histogram": {"dataPoints": points, "aggregationTemporality": 2}})
                else:
                    out.append({"name": name, "unit": unit, "sum": {"dataPoints": points, "isMonotonic": kind[1],
                                                                    "aggregationTemporality": 1 if kind[2] else 2}})
            lines["metrics.jsonl"].append({"resourceMetrics": [{"resource": self._resource(service, instance, more),
                                                                "scopeMetrics": [{"scope": {}, "metrics": out}]}]})
        for (service, instance), spans in self.spans.items():
            lines["traces.jsonl"].append({"resourceSpans": [{"resource": self._resource(service, instance),
                                                             "scopeSpans": [{"scope": {}, "spans": spans}]}]})
        for (service, instance), records in self.logs.items():
            lines["logs.jsonl"].append({"resourceLogs": [{"resource": self._resource(service, instance),
                                                          "scopeLogs": [{"scope": {}, "logRecords": records}]}]})
        for name, entries in lines.items():
            if entries:
                with open(os.path.join(folder, name), "w", encoding="utf-8") as file:
                    for entry in entries:
                        file.write(json.dumps(entry, separators=(",", ":"), ensure_ascii=False) + "\n")
        return folder
