#!/usr/bin/env python3
# Writes the first inputs of the fuzzer: small lines cut from the recording that is shipped, and one of each odd form.
# SPDX-License-Identifier: Apache-2.0
"""usage: seeds.py FOLDER

Lines of the recording are cut down to a few records of each scope; a shape (the set of keys that occur in it, and the
types of its values) is kept once. Nothing is random: the same recording gives the same files.
"""
import gzip
import hashlib
import json
import os
import subprocess
import sys

ROOT = os.path.abspath(os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", ".."))
REPLAY = os.path.join(ROOT, "sops", "memory_leak", "replay")
LISTS = {"resourceSpans", "scopeSpans", "spans", "resourceMetrics", "scopeMetrics", "metrics", "resourceLogs", "scopeLogs",
         "logRecords", "dataPoints", "events", "links", "exemplars"}


def cut(value, keep, key=""):
    if isinstance(value, dict):
        return {k: cut(v, keep, k) for k, v in value.items()}
    if isinstance(value, list):
        return [cut(v, keep) for v in (value[:keep] if key in LISTS else value[:6])]
    return value[:200] if isinstance(value, str) else value


def shape(value):
    if isinstance(value, dict):
        return "{" + ",".join(k + shape(v) for k, v in sorted(value.items())) + "}"
    if isinstance(value, list):
        return "[" + ",".join(sorted({shape(v) for v in value})) + "]"
    return type(value).__name__[0]


def recorded():
    """Up to 40 lines of each signal, each of another shape."""
    for signal in ("traces", "metrics", "logs"):
        text = subprocess.run(["zstd", "-dcq", os.path.join(REPLAY, signal + ".jsonl.zst")], capture_output=True, check=True).stdout
        seen = set()
        for line in text.decode().splitlines():
            whole = json.loads(line)
            for group in next(iter(whole.values())):
                one = cut({next(iter(whole)): [group]}, 2)
                if shape(one) in seen or len(seen) >= 40:
                    continue
                seen.add(shape(one))
                yield json.dumps(one, separators=(",", ":")) + "\n"


ID = '"traceId":"0102030405060708090a0b0c0d0e0f10","spanId":"1112131415161718","startTimeUnixNano":"1000","endTimeUnixNano":"2000","name":"n"'
RESOURCE = '"resource":{"attributes":[{"key":"service.name","value":{"stringValue":"a"}}]}'
KUBERNETES = ('"resource":{"attributes":[{"key":"k8s.pod.name","value":{"stringValue":"a-7d9-x"}},'
              '{"key":"k8s.namespace.name","value":{"stringValue":"n"}},{"key":"k8s.deployment.name","value":{"stringValue":"a"}},'
              '{"key":"k8s.container.name","value":{"stringValue":"c"}}]}')


def spans(inner, resource=RESOURCE):
    return '{"resourceSpans":[{' + resource + ',"scopeSpans":[{"scope":{"name":"l"},"spans":[' + inner + "]}]}]}\n"


def metrics(inner):
    return '{"resourceMetrics":[{' + RESOURCE + ',"scopeMetrics":[{"scope":{"name":"l"},"metrics":[' + inner + "]}]}]}\n"


def logs(inner):
    return '{"resourceLogs":[{' + RESOURCE + ',"scopeLogs":[{"scope":{"name":"l"},"logRecords":[' + inner + "]}]}]}\n"


def made():
    exemplar = '"exemplars":[{"timeUnixNano":"9","asDouble":1.5,"traceId":"0102030405060708090A0B0C0D0E0F10","spanId":"1112131415161718","filteredAttributes":[{"key":"k","value":{"intValue":"1"}}]}]'
    yield spans("{" + ID + ',"parentSpanId":"2122232425262728","kind":3,"status":{"code":2,"message":"m"},'
                '"links":[{"traceId":"0102030405060708090a0b0c0d0e0f11","spanId":"1112131415161719","attributes":[]}],'
                '"events":[{"timeUnixNano":"1500","name":"exception","attributes":[{"key":"exception.type","value":{"stringValue":"E"}},'
                '{"key":"exception.message","value":{"stringValue":"boom"}},{"key":"exception.escaped","value":{"boolValue":false}}]}]}')
    yield spans("{" + ID + "}", KUBERNETES)
    yield spans("{" + ID + ',"kind":"SPAN_KIND_PRODUCER","status":{"code":"STATUS_CODE_OK"},"attributes":['
                '{"key":"a","value":{"arrayValue":{"values":[{"stringValue":"x"},{"intValue":"2"},{"doubleValue":"NaN"},{}]}}},'
                '{"key":"m","value":{"kvlistValue":{"values":[{"key":"k","value":{"bytesValue":"AQI="}}]}}}]}')
    yield '{"resourceSpans":[{' + RESOURCE + ',"instrumentationLibrarySpans":[{"instrumentationLibrary":{"name":"i"},"spans":[{' + ID + "}]}]}]}\n"
    yield '{"resourceLogs":[{' + RESOURCE + ',"instrumentationLibraryLogs":[{"instrumentationLibrary":{"name":"i"},"logs":[{"timeUnixNano":"7"}]}]}]}\n'
    yield ('{"resourceMetrics":[{' + RESOURCE + ',"instrumentationLibraryMetrics":[{"instrumentationLibrary":{"name":"i"},"metrics":['
           '{"name":"g","gauge":{"dataPoints":[{"timeUnixNano":"7","asInt":"1"}]}}]}]}]}\n')
    for temporality in ("1", '"AGGREGATION_TEMPORALITY_CUMULATIVE"'):
        yield metrics('{"name":"s","unit":"1","sum":{"isMonotonic":true,"aggregationTemporality":' + temporality +
                      ',"dataPoints":[{"startTimeUnixNano":"1","timeUnixNano":"9","asInt":"3",' + exemplar + '},{"timeUnixNano":"10","flags":1}]}}')
        yield metrics('{"name":"h","unit":"ms","histogram":{"aggregationTemporality":' + temporality +
                      ',"dataPoints":[{"timeUnixNano":"9","count":"3","sum":4.5,"min":0,"max":3,"bucketCounts":["1",2,"0"],"explicitBounds":[1,2],' + exemplar + '}]}}')
        yield metrics('{"name":"e","unit":"s","exponentialHistogram":{"aggregationTemporality":' + temporality +
                      ',"dataPoints":[{"timeUnixNano":"9","count":"7","sum":4.5,"scale":2,"zeroCount":"1","zeroThreshold":0.001,'
                      '"positive":{"offset":-3,"bucketCounts":["1","2","0"]},"negative":{"offset":1,"bucketCounts":["3"]},' + exemplar + '}]}}')
        yield metrics('{"name":"q","unit":"s","summary":{"dataPoints":[{"timeUnixNano":"9","count":"7","sum":4.5,'
                      '"quantileValues":[{"quantile":0.5,"value":2},{"quantile":0.99,"value":"NaN"},{"quantile":1,"value":9}]}]}}')
    yield logs('{"timeUnixNano":"0","observedTimeUnixNano":7,"severityNumber":"SEVERITY_NUMBER_WARN","severityText":"W","eventName":"e",'
               '"body":{"kvlistValue":{"values":[{"key":"k","value":{"intValue":"1"}}]}},"traceId":"","spanId":""}')
    good = spans("{" + ID + "}")
    yield good + good[:120]
    yield "\ufeff" + good + "\r\n\n no json\n" + good
    yield json.dumps(json.loads(good), indent=1)
    yield logs('{"body":{"stringValue":"a"}}') + good + metrics('{"name":"g","gauge":{"dataPoints":[]}}')


def jaeger():
    """Answers of Jaeger's older interface, as its source writes them."""
    tags = [{"key": "span.kind", "type": "string", "value": "server"}, {"key": "error", "type": "bool", "value": True},
            {"key": "n", "type": "int64", "value": 7}, {"key": "f", "type": "float64", "value": 1.5}, {"key": "otel.scope.name", "type": "string", "value": "l"}]
    span = {"traceID": "0102030405060708090a0b0c0d0e0f10", "spanID": "1112131415161718", "operationName": "n", "startTime": 1700000000000000,
            "duration": 1500, "processID": "p1", "tags": tags, "warnings": None,
            "references": [{"refType": "CHILD_OF", "traceID": "0102030405060708090a0b0c0d0e0f10", "spanID": "2122232425262728"}],
            "logs": [{"timestamp": 1700000000000100, "fields": [{"key": "event", "type": "string", "value": "exception"},
                                                               {"key": "exception.type", "type": "string", "value": "E"}]}]}
    bare = {**span, "spanID": "2122232425262728", "references": [], "logs": [], "tags": [], "processID": "p2", "warnings": ["clock skew"]}
    processes = {"p1": {"serviceName": "a", "tags": [{"key": "service.version", "type": "string", "value": "1"}]}, "p2": {"serviceName": "b", "tags": []}}
    for spans_of in ([], [span], [bare, span]):
        trace = {"traceID": span["traceID"], "spans": spans_of, "processes": processes, "warnings": None}
        yield json.dumps({"data": [trace], "total": 0, "limit": 0, "offset": 0, "errors": None}, separators=(",", ":"))


def main():
    folder = sys.argv[1]
    os.makedirs(folder, exist_ok=True)
    inputs = [text.encode() for text in list(recorded()) + list(made()) + list(jaeger())]
    packed = inputs[-4] + inputs[-5]     # the last two that were made
    inputs.append(gzip.compress(packed, mtime=0))
    inputs.append(subprocess.run(["zstd", "-cq"], input=packed, capture_output=True, check=True).stdout)
    for data in inputs:
        with open(os.path.join(folder, hashlib.sha256(data).hexdigest()[:16]), "wb") as out:
            out.write(data)
    print(f"{len(inputs)} seeds, {sum(map(len, inputs)) // 1024} KB in {folder}")


if __name__ == "__main__":
    sys.exit(main())
