# The inquest.yaml of each combination of servers that the live tests go through.
# SPDX-License-Identifier: Apache-2.0
"""
    text = yaml_of(metrics="prometheus3", spans="ss4o", logs="demo", url={"opensearch": …, "prometheus3": …})

metrics: prometheus2 | prometheus3; spans: otel-v1 | dp | ss4o | jaeger-layout (in OpenSearch), jaeger-v1 | jaeger-v3 |
jaeger-opensearch (through Jaeger); logs: demo | dp. None: that signal has no source. `url` may name proxies.
"""
import load

SPANS = load.SPANS | {"jaeger-layout": "jaeger-span-*"}
STACKS = {  # name → (metrics, spans, logs): what the whole SOP must end the same through
    "Prometheus 3.5, OpenSearch otel-v1": ("prometheus3", "otel-v1", "demo"),
    "Prometheus 3.5, OpenSearch ss4o": ("prometheus3", "ss4o", "demo"),
    "Prometheus 3.5, OpenSearch Data Prepper": ("prometheus3", "dp", "dp"),
    "Prometheus 3.5, Jaeger v1": ("prometheus3", "jaeger-v1", "demo"),
    "Prometheus 3.5, Jaeger v3": ("prometheus3", "jaeger-v3", "demo"),
    "Prometheus 3.5, Jaeger storing in OpenSearch": ("prometheus3", "jaeger-opensearch", "demo"),
    "Prometheus 3.5, OpenSearch with Jaeger's layout": ("prometheus3", "jaeger-layout", "demo"),
    "Prometheus 2.42, OpenSearch otel-v1": ("prometheus2", "otel-v1", "demo"),
}


def parts_of(metrics, spans, logs):
    """What of stack.PARTS these need."""
    out = {metrics} - {None}
    if logs or spans in SPANS:
        out.add("opensearch")
    if spans in ("jaeger-opensearch", "jaeger-layout"):
        out |= {"opensearch", "jaeger-opensearch"}
    if spans in ("jaeger-v1", "jaeger-v3"):
        out.add("jaeger")
    return out


def yaml_of(metrics, spans, logs, url, limits="{ timeout: 60s }"):  # twice the default: builds may run beside the servers
    out, signals = ["sources:"], []

    def source(name, kind, at, of, more=()):
        out.extend([f"  - name: {name}", f"    kind: {kind}", f"    url: {at}", f"    signals: [{of}]"] + [f"    {line}" for line in more])
        out.append(f"    limits: {limits}")
        signals.extend(f"  {one.strip()}: {name}" for one in of.split(","))

    if metrics:
        source("prometheus", "prometheus", url[metrics], "metrics")
    indices = {}
    if spans in SPANS:
        indices["spans"] = SPANS[spans]
    if logs:
        indices["logs"] = load.LOGS[logs]
    if indices:
        source("opensearch", "opensearch", url["opensearch"], ", ".join(indices),
               ["indices:"] + [f"  {signal}: \"{index}\"" for signal, index in indices.items()])
    if spans in ("jaeger-v1", "jaeger-v3"):
        source("jaeger", "jaeger", url["jaeger"], "spans", [f"options: {{ api: {spans[-2:]} }}"])
    if spans == "jaeger-opensearch":
        source("jaeger", "jaeger", url["jaeger-opensearch"], "spans")
    return "\n".join(out + ["signals:"] + signals) + "\n"
