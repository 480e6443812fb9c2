# OTLP spans and log records as OpenSearch documents, in the layouts that their writers make. A stand-in for those writers.
# SPDX-License-Identifier: Apache-2.0
"""The registries have neither the Collector's OpenSearch exporter nor Data Prepper, so these functions write what those
write, after their sources; they are not evidence of what the real ones do. (Jaeger's own layout is written by a real Jaeger.)

  otel-v1   spans: the Collector's exporter in mode otel-v1, Data Prepper's `output_format: otel`: typed attributes
  dp        spans and logs: Data Prepper's default: flat keys with @ for dots, every attribute a keyword
  ss4o      spans: the exporter's default: no duration, no service at the top, status and kind as words
  demo      logs: otel-logs-YYYY-MM-DD of the demo 2.1.3: ss4o records under dynamic mapping
"""
import json
from datetime import datetime, timezone

KINDS = ["Unspecified", "Internal", "Server", "Client", "Producer", "Consumer"]
CODES = ["Unset", "Ok", "Error"]


def rfc3339(nanoseconds):
    """As Go writes it: up to nine digits, zeros at the end dropped."""
    seconds, rest = divmod(int(nanoseconds or 0), 10**9)
    text = datetime.fromtimestamp(seconds, timezone.utc).strftime("%Y-%m-%dT%H:%M:%S")
    return text + ("." + f"{rest:09d}".rstrip("0") if rest else "") + "Z"


def plain(value):
    if not value:
        return None
    for key in ("stringValue", "boolValue", "doubleValue"):
        if key in value:
            return value[key]
    if "intValue" in value:
        return int(value["intValue"])
    if "arrayValue" in value:
        return [plain(v) for v in value["arrayValue"].get("values", [])]
    if "kvlistValue" in value:
        return attributes(value["kvlistValue"].get("values"))
    return value.get("bytesValue")


def attributes(pairs):
    return {p["key"]: plain(p.get("value")) for p in pairs or []}


def apart(values):
    """`a` beside `a.b` cannot be mapped: `a` becomes `a.value`, as the exporter does."""
    for key in sorted(values):
        if not isinstance(values[key], dict) and any(other.startswith(key + ".") for other in values):
            values[key + ".value"] = values.pop(key)
    return values


def text(value):
    if isinstance(value, str):
        return value
    return "" if value is None else json.dumps(value, separators=(",", ":"), ensure_ascii=False)


def words(values):
    return {k: text(v) for k, v in values.items()}


def without_empty(document):
    return {k: v for k, v in document.items() if v not in (None, "", {}, [])}


def flat(prefix, values):
    """Data Prepper: attribute `a.b` is the key `prefix.a@b`; lists and maps are their JSON."""
    return {prefix + "." + k.replace(".", "@"): text(v) if isinstance(v, (list, dict)) else v for k, v in values.items()}


def times(span):
    begin, end = int(span["startTimeUnixNano"]), int(span["endTimeUnixNano"])
    return begin, end, span.get("status") or {}, KINDS[span.get("kind", 0)]


def scope_of(scope, url):
    return without_empty({"name": scope.get("name"), "version": scope.get("version"), "schemaUrl": url,
                          "attributes": apart(attributes(scope.get("attributes")))})


# ---- spans ----
def span_otel_v1(resource, scope, url, span):
    begin, end, status, kind = times(span)
    values = attributes(resource.get("attributes"))
    document = {
        "traceId": span["traceId"], "spanId": span["spanId"], "parentSpanId": span.get("parentSpanId", ""), "name": span["name"],
        "kind": kind, "startTime": rfc3339(begin), "endTime": rfc3339(end), "time": rfc3339(begin), "@timestamp": rfc3339(begin),
        "durationInNanos": end - begin, "status": without_empty({"message": status.get("message")}) | {"code": status.get("code", 0)},
        "resource": {"attributes": apart(values), "droppedAttributesCount": 0}, "instrumentationScope": scope_of(scope, url),
        "droppedAttributesCount": span.get("droppedAttributesCount", 0), "droppedEventsCount": 0, "droppedLinksCount": 0,
    }
    document |= without_empty({"traceState": span.get("traceState"), "serviceName": text(values.get("service.name")),
                               "attributes": apart(attributes(span.get("attributes")))})
    if not span.get("parentSpanId"):
        document |= {"traceGroup": span["name"],
                     "traceGroupFields": {"endTime": rfc3339(end), "durationInNanos": end - begin, "statusCode": status.get("code", 0)}}
    if span.get("events"):
        document["events"] = [without_empty({"attributes": attributes(e.get("attributes"))}) |
                              {"name": e.get("name", ""), "time": rfc3339(e.get("timeUnixNano"))} for e in span["events"]]
    return document


def span_dp(resource, scope, url, span, root=None):
    """`root`: the root span of the trace, whose name and end every span of it carries."""
    begin, end, status, kind = times(span)
    values = attributes(resource.get("attributes"))
    document = {
        "traceId": span["traceId"], "spanId": span["spanId"], "parentSpanId": span.get("parentSpanId", ""), "name": span["name"],
        "traceState": span.get("traceState", ""), "kind": "SPAN_KIND_" + kind.upper(), "startTime": rfc3339(begin), "endTime": rfc3339(end),
        "durationInNanos": end - begin, "serviceName": text(values.get("service.name")),
        "status": {"code": status.get("code", 0), "message": status.get("message", "")},
        "events": [{"name": e.get("name", ""), "time": rfc3339(e.get("timeUnixNano")),
                    "attributes": {k.replace(".", "@"): v for k, v in attributes(e.get("attributes")).items()}} for e in span.get("events", [])],
        "links": [], "droppedAttributesCount": 0, "droppedEventsCount": 0, "droppedLinksCount": 0,
    }
    if root:
        root_begin, root_end, root_status, _ = times(root)
        document |= {"traceGroup": root["name"], "traceGroupFields": {"endTime": rfc3339(root_end), "statusCode": root_status.get("code", 0),
                                                                      "durationInNanos": root_end - root_begin}}
    document |= flat("resource.attributes", values) | flat("span.attributes", attributes(span.get("attributes")))
    document["instrumentationScope.name"] = scope.get("name", "")
    return document


def span_ss4o(resource, scope, url, span):
    begin, end, status, kind = times(span)
    values = apart(attributes(span.get("attributes")))
    values["data_stream"] = {"dataset": "default", "namespace": "namespace", "type": "span"}
    document = {
        "attributes": values, "droppedAttributesCount": 0, "droppedEventsCount": 0, "droppedLinksCount": 0,
        "startTime": rfc3339(begin), "endTime": rfc3339(end), "@timestamp": "0001-01-01T00:00:00Z",  # the exporter never sets it
        "instrumentationScope": scope_of(scope, url), "kind": kind, "name": span["name"], "parentSpanId": span.get("parentSpanId", ""),
        "resource": words(attributes(resource.get("attributes"))), "spanId": span["spanId"], "traceId": span["traceId"],
        "status": {"code": CODES[status.get("code", 0)], "message": status.get("message", "")}, "traceState": span.get("traceState", ""),
    }
    if span.get("events"):
        document["events"] = [{"attributes": apart(attributes(e.get("attributes"))), "name": e.get("name", ""),
                               "@timestamp": rfc3339(e.get("timeUnixNano"))} for e in span["events"]]
    return document


# ---- logs ----
def log_demo(resource, scope, url, record):
    values = apart(attributes(record.get("attributes")))
    values["data_stream"] = {"dataset": "default", "namespace": "namespace", "type": "record"}
    observed = record.get("observedTimeUnixNano") or record.get("timeUnixNano")
    document = {
        "attributes": values, "body": text(plain(record.get("body"))), "instrumentationScope": scope_of(scope, url),
        "@timestamp": rfc3339(record.get("timeUnixNano")), "observedTimestamp": rfc3339(observed),  # 1970 where a record has no time
        "resource": words(attributes(resource.get("attributes"))),
        "severity": without_empty({"text": record.get("severityText"), "number": record.get("severityNumber")}),
    }
    return document | without_empty({"schemaUrl": url, "spanId": record.get("spanId"), "traceId": record.get("traceId"),
                                     "eventName": record.get("eventName")})


def log_dp(resource, scope, url, record):
    values = attributes(resource.get("attributes"))
    observed = record.get("observedTimeUnixNano") or record.get("timeUnixNano")
    document = {
        "time": rfc3339(record.get("timeUnixNano") or observed), "observedTime": rfc3339(observed), "body": text(plain(record.get("body"))),
        "severityNumber": record.get("severityNumber", 0), "severityText": record.get("severityText", ""),
        "traceId": record.get("traceId", ""), "spanId": record.get("spanId", ""), "flags": record.get("flags", 0), "schemaUrl": url,
        "serviceName": text(values.get("service.name")), "droppedAttributesCount": 0, "instrumentationScope": scope_of(scope, url),
    }
    return document | flat("resource.attributes", values) | flat("log.attributes", attributes(record.get("attributes")))


# ---- what maps them: index name → (mapping, alias) ----
KEYWORD = {"type": "keyword", "ignore_above": 1024}
NANOS = {"type": "date_nanos"}
LONG, INTEGER = {"type": "long"}, {"type": "integer"}


def dynamic(root, kind, mapping):
    return {f"{kind}_{root}": {"path_match": root + ".*", "match_mapping_type": kind, "mapping": mapping}}


SPAN_FIELDS = {
    "traceId": KEYWORD, "spanId": KEYWORD, "parentSpanId": KEYWORD, "name": KEYWORD, "kind": KEYWORD, "traceState": KEYWORD,
    "serviceName": KEYWORD, "traceGroup": KEYWORD, "startTime": NANOS, "endTime": NANOS, "durationInNanos": LONG,
    "traceGroupFields": {"properties": {"endTime": NANOS, "durationInNanos": LONG, "statusCode": INTEGER}},
    "status": {"properties": {"code": INTEGER, "message": KEYWORD}},
    "events": {"type": "nested", "properties": {"name": KEYWORD, "time": NANOS}}, "links": {"type": "nested"},
}
OTEL_V1 = {"date_detection": False, "properties": SPAN_FIELDS | {"@timestamp": NANOS, "time": NANOS}, "dynamic_templates": [
    dynamic(root, kind, {"type": kind}) for root in ("resource.attributes", "instrumentationScope.attributes", "attributes")
    for kind in ("long", "double")] + [dynamic("attributes", "string", {"type": "keyword", "ignore_above": 256})]}
DP = {"date_detection": False, "properties": SPAN_FIELDS, "dynamic_templates": [
    {"resource": {"path_match": "resource.attributes.*", "mapping": {"type": "keyword"}}},
    {"span": {"path_match": "span.attributes.*", "mapping": {"type": "keyword"}}}]}
DP_LOGS = {"date_detection": False, "properties": {
    "time": NANOS, "observedTime": NANOS, "@timestamp": NANOS, "traceId": KEYWORD, "spanId": KEYWORD, "body": {"type": "text"},
    "severityText": KEYWORD, "severityNumber": LONG, "serviceName": KEYWORD, "schemaUrl": {"type": "keyword"}}, "dynamic_templates": [
        {"resource": {"path_match": "resource.attributes.*", "mapping": {"type": "keyword"}}},
        {"log": {"path_match": "log.attributes.*", "mapping": {"type": "keyword"}}}]}
