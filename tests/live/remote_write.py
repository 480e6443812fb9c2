# Writes series into a Prometheus by remote write 1.0: series of a test's own, and OTLP metrics as the Collector would name them.
# SPDX-License-Identifier: Apache-2.0
"""
    write(url, [({"__name__": "up", "job": "a"}, [(milliseconds, 1.0), …]), …])

`series_of(document)` follows the Collector's translation (suffixes of unit and type, resource attributes as labels, job and
instance). It is a stand-in that the loader takes when no Collector is installed, and says so.
"""
import re
import struct
import urllib.request

import layouts

UNITS = {"By": "bytes", "KiBy": "kibibytes", "MiBy": "mebibytes", "MBy": "megabytes", "ms": "milliseconds", "s": "seconds", "us": "microseconds",
         "ns": "nanoseconds", "min": "minutes", "h": "hours", "d": "days", "%": "percent", "m": "meters", "Cel": "celsius", "Hz": "hertz",
         "V": "volts", "A": "amperes", "J": "joules", "W": "watts", "g": "grams"}
PER = {"s": "second", "m": "minute", "h": "hour", "d": "day"}


# ---- the wire: protobuf in snappy of literals only ----
def varint(n):
    out = bytearray()
    n &= (1 << 64) - 1
    while n > 127:
        out.append(n & 127 | 128)
        n >>= 7
    out.append(n)
    return bytes(out)


def field(number, data):
    return varint(number << 3 | 2) + varint(len(data)) + data


def message(series):
    out = []
    for labels, samples in series:
        one = b"".join(field(1, field(1, k.encode()) + field(2, v.encode())) for k, v in sorted(labels.items()))
        for at, value in samples:
            one += field(2, b"\x09" + struct.pack("<d", value) + b"\x10" + varint(at))
        out.append(field(1, one))
    return b"".join(out)


def snappy(data):
    out = [varint(len(data))]
    for at in range(0, len(data), 65536):
        piece = data[at:at + 65536]
        out.append(bytes([61 << 2]) + struct.pack("<H", len(piece) - 1) + piece)
    return b"".join(out)


def write(url, series, batch=500):
    for at in range(0, len(series), batch):
        request = urllib.request.Request(url + "/api/v1/write", snappy(message(series[at:at + batch])), {
            "Content-Type": "application/x-protobuf", "Content-Encoding": "snappy", "X-Prometheus-Remote-Write-Version": "0.1.0"})
        with urllib.request.urlopen(request, timeout=30) as answer:
            assert answer.status // 100 == 2, answer.status


# ---- the translation ----
def clean(name):
    name = re.sub(r"[^a-zA-Z0-9_]", "_", name)
    return "key_" + name if name[:1].isdigit() else name


def metric_name(metric, kind):
    tokens = [t for t in re.split(r"[^a-zA-Z0-9]+", metric["name"]) if t]
    unit = metric.get("unit", "")
    main, _, per = unit.partition("/")
    for text, table, lead in ((main, UNITS, ""), (per, PER, "per_")):
        text = text.strip()
        if text and text != "1" and "{" not in text:
            suffix = clean(table.get(text, text)).strip("_")
            if suffix and suffix not in tokens:
                tokens += (["per"] if lead else []) + [suffix]
    if kind == "gauge" and unit == "1":
        tokens = [t for t in tokens if t != "ratio"] + ["ratio"]
    if kind == "counter":
        tokens = [t for t in tokens if t != "total"] + ["total"]
    return "_".join(tokens)


def number(bound):
    return repr(float(bound))[:-2] if float(bound).is_integer() else repr(float(bound))


def series_of(document):
    """{labels: samples} of one ExportMetricsServiceRequest, in the order of its points."""
    out = {}

    def add(labels, at, value):
        key = tuple(sorted(labels.items()))
        out.setdefault(key, []).append((at, float(value)))

    for resource in document["resourceMetrics"]:
        values = layouts.words(layouts.attributes(resource.get("resource", {}).get("attributes")))
        common = {clean(k): v for k, v in values.items()}
        job = values.get("service.name", "")
        if values.get("service.namespace"):
            job = values["service.namespace"] + "/" + job
        identity = {k: v for k, v in (("job", job), ("instance", values.get("service.instance.id", ""))) if v}
        newest = 0
        for metric in (m for scope in resource["scopeMetrics"] for m in scope["metrics"]):
            kind = next(k for k in ("gauge", "sum", "histogram") if k in metric)
            name = metric_name(metric, "counter" if kind == "sum" and metric["sum"].get("isMonotonic") else kind)
            for point in metric[kind]["dataPoints"]:
                at = int(point["timeUnixNano"]) // 10**6
                newest = max(newest, at)
                labels = common | {clean(k): v for k, v in layouts.words(layouts.attributes(point.get("attributes"))).items()} | identity
                if kind != "histogram":
                    add(labels | {"__name__": name}, at, point.get("asDouble", point.get("asInt", 0)))
                    continue
                seen = 0
                for bound, n in zip(point.get("explicitBounds", []) + [None], point.get("bucketCounts", [])):
                    seen += int(n)
                    add(labels | {"__name__": name + "_bucket", "le": "+Inf" if bound is None else number(bound)}, at, seen)
                add(labels | {"__name__": name + "_count"}, at, int(point["count"]))
                if "sum" in point:
                    add(labels | {"__name__": name + "_sum"}, at, point["sum"])
        if newest and identity:
            rest = {k: v for k, v in common.items() if k not in ("service_name", "service_namespace", "service_instance_id")}
            if rest:
                add(rest | identity | {"__name__": "target_info"}, newest, 1)
    return {key: sorted(samples) for key, samples in out.items()}
