#!/usr/bin/env python3
# A SOP in the form of other tools: a dashboard that Grafana's schema takes and Prometheus can evaluate, a diagram, JSON.
# SPDX-License-Identifier: Apache-2.0
"""usage: INQUEST=build/inquest tests/runtime/cli/export_test.py      ends with `N passed, N failed`

The structure is judged by grafana_dashboard.schema.json, written from Grafana's documentation; the expressions by promtool
(Debian package prometheus, or INQUEST_PROMTOOL=PATH): all are parsed, some are evaluated over made samples."""
import json
import os
import re
import shutil
import subprocess

from program import ROOT, Place, check, done

HERE = os.path.dirname(os.path.abspath(__file__))
PROMTOOL = os.environ.get("INQUEST_PROMTOOL") or shutil.which("promtool")

# Every ask of the library in one SOP, with the fields that change what is asked.
EVERY = '''return sop "every" { title = "Every ask", start = "begin",
  input = { service = text { optional = true }, route = text { default = "/pay" }, window = duration { default = "90m" } },
  context "all" { window = "$window", only = { "service" },
    query "metrics" {
      ask = { memory = metric.memory {}, cpu = metric.cpu { by = { "pool" } }, latency = metric.latency {}, errors = metric.error_rate {},
              load = metric.request_rate { against = "7d earlier" }, queue = metric.named { name = "queue.length", reduce = "max" },
              everyone = metric.memory { outside = { "service" } } },
      on "next" { to = "native" },
    },
    query "native" {
      ask = { drops = promql [[rate(drops_total{service_name=$service, route=$route}[5m])]] { as = "series", unit = "1/s" },
              lines = ppl [[source=logs | where service = $service | stats count()]], rows = sql [[select 1 where $service = 1]],
              hits = dsl [[{"query": {"match": {"service": $service}}}]], traces = jaeger [[service=$service]] },
      on "next" { to = "spans" },
    },
    query "spans" {
      ask = { latency = spans.latency { every = "30s", where = { kind = "client", status = "error", ["http.route"] = "$route" } }, slow = spans.slowest { limit = 7 }, typical = spans.typical {},
              contrast = spans.contrast {}, numbers = spans.numbers { attributes = { "cart.items", "order.total" } }, unnamed = spans.numbers {},
              each = spans.percentiles {}, some = spans.of_traces { traces = { "4bf92f3577b34da6a3ce929d0e0e4736" } }, calls = spans.calls {}, services = spans.services {} },
      on "next" { to = "logs" },
    },
    query "logs" {
      ask = { kinds = logs.templates {}, of = logs.of_traces { traces = { "4bf92f3577b34da6a3ce929d0e0e4736" } }, found = logs.search { text = "say \\"no\\"" },
              count = logs.count { by = { "severity" } } },
      on "done" { to = "done" },
    },
  },
}
'''


def validate(schema, value, root, at="$"):
    """The first way in which `value` is not what the schema says; None when it is. The keywords that the file uses."""
    known = {"$comment", "$defs", "$ref", "type", "required", "additionalProperties", "properties", "items", "enum", "pattern", "minimum", "maximum",
             "minLength", "minItems", "anyOf"}
    if set(schema) - known:
        raise ValueError(f"keywords of the schema that this test does not know: {set(schema) - known}")
    if "$ref" in schema:
        return validate(root["$defs"][schema["$ref"].rsplit("/", 1)[1]], value, root, at)
    types = {"object": dict, "array": list, "string": str, "boolean": bool, "null": type(None), "integer": int, "number": (int, float)}
    if "type" in schema and (not isinstance(value, types[schema["type"]]) or (schema["type"] in ("integer", "number") and isinstance(value, bool))):
        return f"{at}: {value!r:.80} is no {schema['type']}"
    if "enum" in schema and not any(value == one and type(value) is type(one) for one in schema["enum"]):
        return f"{at}: {value!r:.80} is none of {schema['enum']}"
    if "pattern" in schema and not re.search(schema["pattern"], value):
        return f"{at}: {value!r:.80} does not fit {schema['pattern']}"
    if "minimum" in schema and value < schema["minimum"] or "maximum" in schema and value > schema["maximum"]:
        return f"{at}: {value} is out of range"
    if len(value) < schema.get("minLength", 0) or len(value) < schema.get("minItems", 0) if isinstance(value, (str, list)) else False:
        return f"{at}: too short"
    for key in schema.get("required", []):
        if key not in value:
            return f"{at}: `{key}` is missing"
    if "anyOf" in schema:
        wrong = [validate(one, value, root, at) for one in schema["anyOf"]]
        if None not in wrong:
            return max(wrong, key=lambda text: text.count(".") + text.count("["))
    if isinstance(value, dict):
        for key, one in value.items():
            if key in schema.get("properties", {}):
                if wrong := validate(schema["properties"][key], one, root, f"{at}.{key}"):
                    return wrong
            elif schema.get("additionalProperties") is False:
                return f"{at}: `{key}` is no member"
    if isinstance(value, list) and "items" in schema:
        for i, one in enumerate(value):
            if wrong := validate(schema["items"], one, root, f"{at}[{i}]"):
                return wrong
    return None


def filled(expression, label="service_name", service=".+", **more):
    """An expression as Grafana sends it: variables replaced."""
    expression = expression.replace("$__rate_interval", "5m").replace("$service_label", label).replace("${service}", service).replace("$service", service)
    for name, value in more.items():
        expression = expression.replace("${" + name + "}", value)
    return expression


def targets(dashboard, kind="expr"):
    return [(panel, target) for panel in dashboard["panels"] for target in panel.get("targets", []) if kind in target]


def panel(dashboard, title):
    return next(p for p in dashboard["panels"] if p["title"] == title and p["type"] != "row")


def parses(place, name, expressions):
    """What promtool says of a file of recording rules with these expressions; None when it takes them all."""
    rules = {"groups": [{"name": "panels", "rules": [{"record": f"panel:{i}", "expr": one} for i, one in enumerate(expressions)]}]}
    path = place.write(name, json.dumps(rules))   # JSON is YAML
    ran = subprocess.run([PROMTOOL, "check", "rules", path], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    return None if ran.returncode == 0 and f"{len(expressions)} rules found" in ran.stdout else ran.stdout


def evaluates(place, name, series, expression, expected, minute=10):
    """What Prometheus itself makes of an expression over samples of one a minute; None when it is what is expected."""
    tests = {"rule_files": [], "evaluation_interval": "1m", "tests": [{
        "interval": "1m", "input_series": [{"series": one, "values": values} for one, values in series],
        "promql_expr_test": [{"expr": expression, "eval_time": f"{minute}m", "exp_samples": [{"labels": labels, "value": value} for labels, value in expected]}]}]}
    ran = subprocess.run([PROMTOOL, "test", "rules", place.write(name, json.dumps(tests))], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    return None if ran.returncode == 0 and "SUCCESS" in ran.stdout else ran.stdout


def dashboards(place):
    with open(os.path.join(HERE, "grafana_dashboard.schema.json"), encoding="utf-8") as file:
        schema = json.load(file)
    asked = {}
    for name, source in (("memory_leak", "memory_leak"), ("every", place.write("every/sop.lua", EVERY)), ("first_walk", os.path.join(ROOT, "examples", "01_first_walk"))):
        out = place.inquest("export", "grafana", source)
        if not check(f"{name} is exported", out.code == 0 and out.out.startswith("{"), out.err):
            continue
        dashboard = json.loads(out.out)
        asked[name] = dashboard, out.err
        check(f"{name}: the dashboard is what Grafana 11 reads", validate(schema, dashboard, schema) is None, validate(schema, dashboard, schema) or "")
        check(f"{name}: the same SOP gives the same bytes", place.inquest("export", "grafana", source).raw_out == out.raw_out)
        ids = [p["id"] for p in dashboard["panels"]]
        check(f"{name}: no two panels have one id", len(ids) == len(set(ids)), repr(ids))
        cells = [(x, y) for p in dashboard["panels"] for x in range(p["gridPos"]["x"], p["gridPos"]["x"] + p["gridPos"]["w"])
                 for y in range(p["gridPos"]["y"], p["gridPos"]["y"] + p["gridPos"]["h"])]
        check(f"{name}: no two panels lie on each other, none beside the grid", len(cells) == len(set(cells)) and all(x < 24 for x, _ in cells))
        said = json.loads(place.inquest("export", "json", source).out)
        asks = {(s["name"], a["name"]): a["kind"] for s in said["states"] for a in s.get("asks", [])}
        shown = {tuple(re.match(r"State (\S+), ask (\S+) = ", p["description"]).groups()) for p in dashboard["panels"] if p["type"] not in ("row", "text")}
        left = set(re.findall(r"^- `([^.`]+)\.([^`]+)` \(", dashboard["panels"][-1].get("options", {}).get("content", ""), re.M))
        check(f"{name}: every ask is a panel or left out with a reason, none both", shown | left == set(asks) and not shown & left, f"asks {asks}\nshown {shown}\nleft {left}")
        told = set(re.findall(r"^not exported: ([^.\s]+)\.(\S+) \(", out.err, re.M))
        check(f"{name}: what is left out is told on stderr too", told == left, out.err)
        names = {v["name"] for v in dashboard["templating"]["list"]} | {"__rate_interval", "__field", "__url_time_range", "1"}
        used = set(re.findall(r"\$\{?(\w+)", json.dumps([dashboard["panels"], [v.get("query") for v in dashboard["templating"]["list"]]])))
        if name == "memory_leak":
            used -= {"onset"}   # stands in descriptions: the run's own word
        check(f"{name}: every variable that a panel uses is on the dashboard", used <= names, f"{used - names}")
        uids = {t["datasource"]["uid"][2:-1] for p in dashboard["panels"] for t in p.get("targets", [])}
        check(f"{name}: data sources are variables, each that is needed and no other", uids == {v["name"] for v in dashboard["templating"]["list"] if v["type"] == "datasource"})
        rows = [p["title"] for p in dashboard["panels"] if p["type"] == "row"]
        with_panels = [s for s in said["states"] if any((s["name"], a["name"]) in shown for a in s.get("asks", []))]
        check(f"{name}: a row a state that asks, in the order of the text", len(rows) == len(with_panels) and all(s["name"] in r for s, r in zip(with_panels, rows)), repr(rows))
    return asked


def of_the_shipped(dashboard):
    check("the time is the window of the SOP", dashboard["time"]["from"] == "now-3600s", repr(dashboard["time"]))
    check("memory is in bytes", panel(dashboard, "memory")["fieldConfig"]["defaults"]["unit"] == "decbytes")
    check("a share is in percent", panel(dashboard, "errors")["fieldConfig"]["defaults"]["unit"] == "percentunit")
    described = panel(dashboard, "memory")["description"]
    check("a panel says which state and ask it is and which reviews judge it", "State metrics, ask memory" in described and "memory_growth" in described, described)
    check("a panel inside a context says what it is about", "Ctx[1]" in panel(dashboard, "slow")["description"], panel(dashboard, "slow")["description"])
    boxes = {v["name"] for v in dashboard["templating"]["list"] if v["type"] == "textbox"}
    check("what only a run can bind is a box to fill", boxes == {"slow_traces", "typical_traces"}, repr(boxes))
    check("the lines of slow traces are searched by the box", "traceId:(${slow_traces:raw})" in panel(dashboard, "lines")["targets"][0]["query"], panel(dashboard, "lines")["targets"][0]["query"])


def of_ovens(place):
    """A review that says above which value it finds something is a line on the panel of its series."""
    out = place.inquest("export", "grafana", os.path.join(ROOT, "examples", "04_no_lua"))
    heat = panel(json.loads(out.out), "heat")["fieldConfig"]["defaults"] if out.code == 0 else {}
    check("the limit of a review is a red line", heat and heat["thresholds"]["steps"][-1] == {"color": "red", "value": 260} and heat["custom"]["thresholdsStyle"] == {"mode": "line"}, out.err or repr(heat))


def of_every(dashboard, errors):
    kinds = set()
    for name in sorted(os.listdir(os.path.join(ROOT, "stdlib", "ask"))):
        with open(os.path.join(ROOT, "stdlib", "ask", name), encoding="utf-8") as file:
            kinds |= set(re.findall(r'kind = "([\w.]+)"', file.read()))
    asked = set(re.findall(r"= ((?:metric|spans|logs)\.\w+|promql|ppl|sql|dsl|jaeger)\b", EVERY))
    check("the SOP of this test asks every ask of the library", asked == kinds, f"not asked: {kinds - asked}; unknown: {asked - kinds}")
    memory, everyone = panel(dashboard, "memory")["targets"][0]["expr"], panel(dashboard, "everyone")["targets"][0]["expr"]
    with open(os.path.join(ROOT, "stdlib", "measures", "memory.lua"), encoding="utf-8") as file:
        names = re.findall(r'metric = "([^"]+)"', file.read())
    missing = [n for n in names if n.replace(".", "_") not in memory]
    check("memory is asked under every name of the measure", len(names) > 20 and not missing, repr(missing))
    check("an ask outside of the service is not narrowed by it", '=~"$service"' in memory and '=~"$service"' not in everyone)
    check("the earlier window of `7d earlier` is a query of its own", [("offset 604800s" in t["expr"]) for t in panel(dashboard, "load")["targets"]] == [False, True])
    box = next(v for v in dashboard["templating"]["list"] if v["name"] == "route")
    check("the box holds the default of the input", box["query"] == "/pay", repr(box))
    drops = panel(dashboard, "drops")["targets"][0]["expr"]
    check("names in native PromQL become quoted variables", drops == 'rate(drops_total{service_name=~"${service}", route=~"${route}"}[5m])', drops)
    wanted = '(attributes.http.route:"${route}" OR span.attributes.http@route:"${route}")'
    got = next(p for p in dashboard["panels"] if p.get("description", "").startswith("State spans, ask latency"))["targets"][0]["query"]
    check("`where` is a phrase in the layouts of both writers, with the input as a box", wanted in got and "kind:(SPAN_KIND_CLIENT OR Client)" in got
          and "status.code:(2 OR Error)" in got and "SERVER" not in got, got)
    piped = next(p for p in dashboard["panels"] if p.get("description", "").startswith("State native, ask lines"))["targets"][0]
    check("names in PPL become quoted literals", piped["query"] == "source=logs | where service = ${service:singlequote} | stats count()" and piped["queryType"] == "PPL", repr(piped))
    slow = panel(dashboard, "slow")["targets"][0]
    check("the limit of an ask is the size of its search", slow["bucketAggs"][0]["settings"]["size"] == "7", repr(slow))
    failed = panel(dashboard, "found")["targets"][0]["query"]
    check("a quote in a searched text is escaped", 'body:"say \\"no\\""' in failed, failed)
    check("named numeric attributes are a query each", json.dumps(panel(dashboard, "numbers")["targets"]).count('"attributes.') == 2)
    latency = next(p for p in dashboard["panels"] if p.get("description", "").startswith("State spans, ask latency"))["targets"][0]
    check("time buckets of an ask are those of its search", latency["bucketAggs"][-1]["settings"]["interval"] == "30s", repr(latency["bucketAggs"]))
    check("an ask without a query says why", "not exported: native.rows (sql)" in errors and "not exported: spans.contrast (spans.contrast)" in errors, errors)


def expressions(place, asked):
    if not PROMTOOL:
        print("lacks: promtool (Debian package prometheus; or INQUEST_PROMTOOL=PATH): Prometheus itself has not read the expressions")
        return
    for name, (dashboard, _) in asked.items():
        for label in ("service_name", "job"):
            all_of = [filled(t["expr"], label, "a|b", route="/pay") for _, t in targets(dashboard)]
            wrong = parses(place, "rules.json", all_of)
            check(f"{name}: Prometheus parses all {len(all_of)} expressions with services by {label}", wrong is None, wrong or "")
    check("promtool refuses what is no PromQL", parses(place, "bad.json", ["sum by ("]) is not None)
    every = asked["every"][0]
    expression = filled(panel(every, "memory")["targets"][0]["expr"])
    wrong = evaluates(place, "memory.json", [
        ('process_memory_usage_bytes{service_name="a",instance="1"}', "100x20"), ('process_memory_usage_bytes{service_name="a",instance="2"}', "60x20"),
        ('container_memory_working_set_bytes{container="a",pod="p"}', "999x20"), ('container_memory_working_set_bytes{container="b",pod="q"}', "50x20"),
        ('jvm_memory_used_bytes{service_name="c",instance="3",jvm_memory_pool_name="eden"}', "5x20"), ('jvm_memory_used_bytes{service_name="c",instance="3",jvm_memory_pool_name="old"}', "7x20")],
        expression, [('{service_name="a", instance="1"}', 100), ('{service_name="a", instance="2"}', 60), ('{service_name="b", pod="q"}', 50), ('{service_name="c", instance="3"}', 12)])
    check("memory: per service the first name that has samples, an instance a series, parts summed", wrong is None, wrong or "")
    wrong = evaluates(place, "scope.json", [('process_memory_usage_bytes{service_name="a"}', "100x20"), ('process_memory_usage_bytes{service_name="b"}', "60x20")],
                      filled(panel(every, "memory")["targets"][0]["expr"], service="b"), [('{service_name="b"}', 60)])
    check("the variable narrows to one service", wrong is None, wrong or "")
    calls = 'traces_span_metrics_calls_total{service_name="%s",span_kind="SPAN_KIND_%s",status_code="STATUS_CODE_%s"}'
    wrong = evaluates(place, "errors.json", [(calls % ("a", "SERVER", "UNSET"), "0+90x20"), (calls % ("a", "SERVER", "ERROR"), "0+30x20"), (calls % ("a", "CLIENT", "ERROR"), "0+900x20"),
                                             (calls % ("b", "CONSUMER", "UNSET"), "0+10x20"), (calls % ("idle", "SERVER", "UNSET"), "7x20")],
                      filled(panel(every, "errors")["targets"][0]["expr"]), [('{service_name="a"}', 0.25), ('{service_name="b"}', 0)])
    check("errors: a share of received calls, 0 where none failed, no sample where there was no call", wrong is None, wrong or "")
    wrong = evaluates(place, "load.json", [(calls % ("a", "SERVER", "UNSET"), "0+60x20"), ('http_server_request_duration_seconds_count{service_name="h"}', "0+120x20")],
                      filled(panel(every, "load")["targets"][0]["expr"]), [('{service_name="a"}', 1), ('{service_name="h"}', 2)])
    check("load: calls per second, from counters and from histograms", wrong is None, wrong or "")
    bucket = 'traces_span_metrics_duration_milliseconds_bucket{service_name="a",span_kind="SPAN_KIND_SERVER",le="%s"}'
    wrong = evaluates(place, "latency.json", [(bucket % "100", "0+50x20"), (bucket % "200", "0+100x20"), (bucket % "+Inf", "0+100x20")],
                      filled(panel(every, "latency")["targets"][0]["expr"]), [('{service_name="a"}', 0.1)])
    check("latency: milliseconds of the source are seconds of the measure", wrong is None, wrong or "")
    wrong = evaluates(place, "named.json", [('queue_length{service_name="a"}', "3x20"), ('queue_length{service_name="a",zone="2"}', "8x20")],
                      filled(panel(every, "queue")["targets"][0]["expr"]), [('{service_name="a"}', 8)])
    check("a metric by its own name, reduced as the ask says", wrong is None, wrong or "")


def other_forms(place):
    drawn, exported = place.inquest("draw", "memory_leak", "--format", "mermaid"), place.inquest("export", "mermaid", "memory_leak")
    check("export mermaid is what draw prints", exported.code == 0 and exported.out == drawn.out and "stateDiagram-v2" in exported.out, exported.err)
    described, exported = place.inquest("describe", "memory_leak", "--json"), place.inquest("export", "json", "memory_leak")
    document = json.loads(exported.out)
    check("export json is the SOP: its states in order, its hypotheses, its start", exported.code == 0 and [s["name"] for s in document["states"]][:2] == ["overview", "gather"]
          and [h["name"] for h in document["hypotheses"]] == ["leak", "unbounded_cache", "load"] and document["start"] == "zoom in time frame", exported.out[:400])
    check("export json is what describe --json prints", exported.out == described.out)
    out = place.inquest("export", "grafana", "memory_leak", "-o", "board.json")
    with open(place.path("board.json"), encoding="utf-8") as file:
        check("-o writes the file and nothing on stdout", out.code == 0 and out.out == "" and json.load(file)["schemaVersion"] == 39, out.err)
    out = place.inquest("export", "grafana", "memory_leak", "-o", place.path("no", "such", "folder.json"))
    check("a file that cannot be written is an error that names it", out.code != 0 and "folder.json" in out.err, out.err)


def mistakes(place):
    out = place.inquest("export", "grafena", "memory_leak")
    check("an unknown format names the nearest", out.code == 2 and "no format `grafena`" in out.err and "did you mean `grafana`?" in out.err, out.err)
    out = place.inquest("export", "grafana", "memory_laek")
    check("an unknown SOP names the nearest", out.code == 2 and "memory_leak" in out.err, out.err)
    place.write("broken/sop.lua", 'return sop "broken" { start = "x", query "q" { ask = { m = metric.memroy {} }, on "done" { to = "done" } } }')
    out = place.inquest("export", "grafana", "broken")
    check("a SOP with a mistake is not exported; the mistake is told with its place", out.code == 2 and out.out == "" and "broken/sop.lua:1:" in out.err and "memory" in out.err, out.err)
    out = place.inquest("export", "--help")
    check("--help shows the formats and an example", out.code == 0 and "grafana, mermaid or json" in out.out and "inquest export grafana memory_leak" in out.out, out.out)
    check("help lists the command", "export" in place.inquest("help").out)
    check("completion offers the formats", place.inquest("__complete", "export", "").out.split("\n")[:3] == ["grafana\tformat", "mermaid\tformat", "json\tformat"])
    check("completion offers the SOPs after a format", "memory_leak\tSOP" in place.inquest("__complete", "export", "grafana", "mem").out)
    quiet = place.write("quiet/sop.lua", 'return sop "quiet" { title = "t", start = "x", info "i" { say = "nothing", on "done" { to = "done" } } }')
    out = place.inquest("export", "grafana", quiet)
    check("a SOP without asks is a dashboard without panels", out.code == 0 and json.loads(out.out)["panels"] == [], out.err)


with Place() as place:
    asked = dashboards(place)
    if "memory_leak" in asked and "every" in asked:
        of_the_shipped(asked["memory_leak"][0])
        of_every(*asked["every"])
        of_ovens(place)
        expressions(place, asked)
    other_forms(place)
    mistakes(place)
done()
