# Hostile values: each is in one record of a real server, and an ask for it finds that record and no other.
# SPDX-License-Identifier: Apache-2.0
import contextlib
import json
import os
import random
import time

import load
import remote_write
import servers
from harness import first_lines, inquest

HAND = ['"', "'", "\\", "\\\\", '\\"', "a\"} or vector(1) #", "a\" or 1=1 --", "'; DROP TABLE x; --", "$v", "${v}", "$service", "%s%n", "a\nb", "a\r\nb",
        "a\tb", ".*", ".+", "a|b", "[a-z]", "(a)", "^a$", "*", "?", "a*", "a AND b", "a OR NOT b", "NOT a", "a:b", "/a/", "~a", "a~2", "[1 TO 2]", "{\"match_all\":{}}",
        "\",\"x\":\"", "null", "true", "false", "0", "1", "-1", "1e3", "01", "1.0", "NaN", "+Inf", " ", "  a", "a  ", "ä", "é", "é", "Ａ", "😀", "日本語",
        "\u202eabc", "\u200b", "a\u0001b", "\u007f", "&b=c", "a=b&c", "%22", "%00", "+", "a+b", "a b", "#", "a#b", "a;b", "`a`", "{{.}}", "<b>", "//", "../x",
        "{a=\"b\"}", "a,b", "a\\", "\\n", "\\u0041", "]]", "[[", "]=]", "--", "é" * 40, "x" * 200, "_all", "_source", "@timestamp"]


def values(count=150, seed=11):
    """The list by hand and random ones of the letters that languages live on; no two the same."""
    rng = random.Random(seed)
    letters = list("\"'\\$`{}[]()|&!~^*?:;,.<>=+-/%# \n\t") + list("aZ09é日😀")
    out = list(dict.fromkeys(HAND))
    while len(out) < count:
        text = "".join(rng.choice(letters) for _ in range(rng.randint(1, 12)))
        if text not in out:
            out.append(text)
    return out


def lua(text):
    return '"' + "".join(chr(b) if 97 <= b <= 122 else f"\\{b:03d}" for b in text.encode()) + '"'


def found(yaml, folder, name, table, ask):
    """What `ask` of each value says: one line a value, `number of rows` or an error."""
    path = os.path.join(folder, f"{name}.lua")
    with open(path, "w", encoding="utf-8") as f:
        f.write("local out = {}\nfor i, v in ipairs({ " + ", ".join(map(lua, table)) + " }) do\n  local good, answer = pcall(function() " + ask +
                " end)\n  out[i] = good and tostring(answer) or \"error \" .. tostring(answer)\nend\nreturn out\n")
    return inquest(["lua", path, "--sources", yaml, "--json"], 300)


def told(bench, name, table, ran):
    got = ran.json if isinstance(ran.json, list) else []
    bad = [f"{v!r}: {g}" for v, g in zip(table, got) if g != "1"]
    bench.checks.check(f"{name}: {len(table)} hostile values, each found in one record", len(got) == len(table) and not bad,
                       "; ".join(bad[:8]) or f"exit {ran.code}: {first_lines(ran.err or ran.out)}")


def write_yaml(folder, name, kind, url, more=""):
    path = os.path.join(folder, f"{name}.yaml")
    with open(path, "w", encoding="utf-8") as f:
        f.write(f"sources:\n  - name: x\n    kind: {kind}\n    url: {url}\n{more}")
    return path


def prometheus(bench, part, table):
    """A server of its own, so that samples of now do not stand in the one with the recording."""
    kind = {"prometheus2": servers.Prometheus2, "prometheus3": servers.Prometheus3}[part]
    with kind(os.path.join(bench.folder, "injection-" + part)) as server:
        now = int(time.time() * 1000) - 60000
        remote_write.write(server.url, [({"__name__": "nasty_ratio", "job": "j", "service_name": "s", "value": v, "n": str(i)}, [(now, i), (now + 30000, i)])
                                        for i, v in enumerate(table)])
        load.until("series", lambda: load.series(server), len(table), 20)
        yaml = write_yaml(bench.folder, "injection-" + part, "prometheus", server.url, "    signals: [metrics]\n")
        ran = found(yaml, bench.folder, part, table, "within { v = v } local f = promql [[nasty_ratio{value=$v}]] {} "
                    "for row in f:each() do if row.n ~= tostring(i - 1) then return row.n end end return f:rows() > 0 and 1 or 0")
        told(bench, part, table, ran)


def opensearch(bench, table):
    url = bench.stack.server["opensearch"].url
    index = "nasty-otel-v1-apm-span-000001"
    now = int(time.time() * 10**9) - 120 * 10**9
    load.create_index(url, index, load.MAPPINGS[load.SPANS["otel-v1"]])
    try:
        documents = []
        for i, v in enumerate(table):
            span = {"traceId": f"{i + 1:032x}", "spanId": f"{i + 1:016x}", "name": v, "kind": 2, "startTimeUnixNano": str(now), "endTimeUnixNano": str(now + 10**6),
                    "attributes": [{"key": "test.value", "value": {"stringValue": v}}]}
            documents.append((index, load.layouts.span_otel_v1({"attributes": [{"key": "service.name", "value": {"stringValue": v}}]}, {}, "", span)))
        load.bulk(url, documents)
        load.call(f"{url}/{index}/_refresh", "POST", b"")
        yaml = write_yaml(bench.folder, "injection-opensearch", "opensearch", url, f"    signals: [spans]\n    indices: {{ spans: {index} }}\n")
        for what, ask in (("attribute", "within { v = v } local f = spans.services { where = { [\"test.value\"] = \"$v\" } }"),
                          ("service", "local f = spans.percentiles { service = v }"), ("operation", "local f = spans.percentiles { operation = v }")):
            told(bench, f"opensearch, {what}", table, found(yaml, bench.folder, "os-" + what, table, f"{ask} "
                 "for row in f:each() do if row.service ~= v then return row.service end end return f:rows()"))
    finally:
        load.call(f"{url}/{index}", "DELETE")


def jaeger(bench, table, kind):
    """A Jaeger of its own: a trace for each value as the name of its service, of its operation, and as an attribute."""
    more = {"opensearch": bench.stack.server["opensearch"].url} if kind == "jaeger-opensearch" else {}
    now = int(time.time() * 10**9) - 120 * 10**9
    with servers.Jaeger(os.path.join(bench.folder, "injection-" + kind), prefix="nasty" if more else "", **more) as server:
        try:
            resources, ids = {}, iter(range(1, 10**6))
            for n, v in enumerate(table):
                pairs = [{"key": "test.value", "value": {"stringValue": v}}, {"key": "test.n", "value": {"stringValue": f"n{n + 1}"}}]
                for service, name, attributes in ((v, "op", []), ("operations", v, pairs[1:]), ("attributes", "op", pairs)):
                    i = next(ids)
                    resources.setdefault(service, []).append(
                        {"traceId": f"{i:032x}", "spanId": f"{i:016x}", "name": name, "kind": 2, "startTimeUnixNano": str(now + i * 10**6),
                         "endTimeUnixNano": str(now + (i + 1) * 10**6), "attributes": attributes})
            body = {"resourceSpans": [{"resource": {"attributes": [{"key": "service.name", "value": {"stringValue": service}}]}, "scopeSpans": [{"spans": spans}]}
                                      for service, spans in resources.items()]}
            load.call(server.otlp + "/v1/traces", "POST", json.dumps(body).encode())

            def there(path, of):
                try:                       # its indices come to be with the first spans
                    return of(load.get(server.query + path)["data"] or [])
                except load.Refused:
                    return 0
            load.until("services", lambda: there("/api/services", len), len(resources), 30)
            load.until("the last trace", lambda: there(f"/api/traces/{3 * len(table):032x}", len), 1, 30)
            # A sample of five traces is all of some value only where the server finds it; it is asked for what is no pattern.
            plain = [v for v in table if not set(v) & set('?+*|{}[]()"\\#@&<>~^$')]
            of_attribute = ("within { v = v } local f = spans.slowest { service = 'attributes', limit = 9, "
                            "where = { [\"test.value\"] = \"$v\" } }")
            for api in ("v1", "v3"):
                yaml = write_yaml(bench.folder, f"injection-{kind}-{api}", "jaeger", server.query, f"    signals: [spans]\n    options: {{ api: {api} }}\n")
                few = write_yaml(bench.folder, f"injection-{kind}-{api}-few", "jaeger", server.query,
                                 f"    signals: [spans]\n    options: {{ api: {api}, traces: 5 }}\n")
                asks = [("service", yaml, "local f = spans.percentiles { service = v }"),
                        ("service, native", yaml, "within { v = v } local f = jaeger [[service=$v limit=9]] {}"),
                        ("operation", few, "local f = spans.percentiles { service = 'operations', operation = v }"),
                        ("operation, native", yaml, "within { v = v } local f = jaeger [[service=operations operation=$v limit=9]] {}"),
                        ("attribute", yaml, of_attribute)]
                if api == "v1":            # v3 of 2.13 does not search tags: refused, below
                    asks.append(("attribute, native", yaml, "within { v = v } local f = jaeger [[service=attributes tags={\"test.value\": $v} limit=9]] {}"))
                    asks.append(("attribute, searched", few, of_attribute))
                for what, where, ask in asks:
                    values_ = plain if "searched" in what else table
                    other = "row.service ~= v" if "service" in what else "row.n ~= 1" if what == "operation" else "not string.find(row.attributes, '\"n' .. n[i] .. '\"', 1, true)"
                    ask = f"local n = {{ {', '.join(str(table.index(v) + 1) for v in values_)} }} {ask}"
                    told(bench, f"{kind} {api}, {what}", values_, found(where, bench.folder, f"{kind}-{api}-{what}", values_,
                         f"{ask} for row in f:each() do if {other} then return 'found ' .. tostring(row.attributes or row.service) end end return f:rows()"))
            ran = found(yaml, bench.folder, f"{kind}-refused", ["a"], "local f = jaeger [[service=attributes tags={\"test.value\": \"a\"} limit=9]] {} return f:rows()")
            bench.checks.check(f"{kind} v3, attribute, native: a server that does not search tags is not believed to have done so",
                               "does not search tags" in ran.out, first_lines(ran.out + ran.err))
        finally:
            if more:
                load.call(f"{more['opensearch']}/nasty-jaeger-*", "DELETE")
                for name in ("span", "service"):   # what that Jaeger made when it began
                    for kind_of_template in ("_template", "_index_template"):
                        with contextlib.suppress(load.Refused):
                            load.call(f"{more['opensearch']}/{kind_of_template}/nasty-jaeger-{name}", "DELETE")


def run(bench):
    table = values()
    for part in ("prometheus2", "prometheus3"):
        if part in bench.stack.server:
            prometheus(bench, part, table)
        else:
            bench.checks.leave_out(f"hostile values in {part}", "not in this stack")
    if "opensearch" in bench.stack.server:
        opensearch(bench, table)
    for kind in ("jaeger", "jaeger-opensearch"):
        if kind in bench.stack.server:
            jaeger(bench, table if kind == "jaeger" else table[::3], kind)  # its store takes a second for a search now and then
        else:
            bench.checks.leave_out(f"hostile values in {kind}", "not in this stack")
