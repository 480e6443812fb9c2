#!/usr/bin/env python3
# Nothing is tuned to the names of the recording: a renamed copy of it gives the verdict under the same map.
# SPDX-License-Identifier: Apache-2.0
"""usage: INQUEST=build/inquest [INQUEST_SEEDS=1,2,3] tests/runtime/cli/renamed_test.py      ends with `N passed, N failed`

Renamed by a map made from a seed: every service, every word of operations, messages (log bodies, span events) and of the
values of conventions that repeat them (rpc.*, http.route, code.*, …), every attribute whose name is no OpenTelemetry
convention (tests/lint/conventions.txt), and metrics whose names are none. Kept: what carries a digit (ids, addresses),
numbers, times, values of other attributes, and the names of the Collector's span metrics."""
import json
import os
import random
import re

from program import DEMO, ROOT, SIGNALS, Place, check, done, lines_of, truth

TRUTH = truth()
with open(os.path.join(ROOT, "tests", "lint", "conventions.txt"), encoding="utf-8") as file:
    CONVENTIONS = {line.strip() for line in file if line.strip() and not line.startswith("#")}
SPOKEN = {"rpc.method", "rpc.service", "grpc.method", "http.route", "http.target", "url.path", "url.full", "http.url", "next.span_name", "next.route",
          "code.function", "code.function.name", "code.namespace", "code.file.path", "process.command", "process.executable.name",
          "process.executable.path", "exception.message", "exception.type", "exception.stacktrace", "span.name", "peer.service"}
SCHEMES = {"http", "https"}
WORD = re.compile(r"[A-Za-z0-9]+")


class Map:
    """Words, services and attribute names to new ones; the same for the same seed, no two to one."""

    def __init__(self, seed, services):
        self.rng, self.known, self.used, self.services = random.Random(seed), {}, set(), {}
        for service in sorted(services):
            self.services[service] = self.fresh() + "-" + self.fresh()

    def fresh(self):
        while True:
            word = "".join(self.rng.choice("ghklmnprstvwz") + self.rng.choice("iouy") for _ in range(self.rng.randint(2, 4)))
            if word not in self.used:
                self.used.add(word)
                return word

    def word(self, match):
        word = match[0]
        if len(word) < 2 or not word.isalpha() or word in SCHEMES:
            return word
        if word not in self.known:
            new = self.fresh()
            self.known[word] = new.capitalize() if word[0].isupper() else new
        return self.known[word]

    def words(self, text):
        return WORD.sub(self.word, text)

    def name(self, text):
        """Of an attribute or a metric: new where its first part is no convention."""
        if text.split(".")[0] in CONVENTIONS or text.startswith("traces.span.metrics."):
            return text
        return "own." + self.words(text)

    def attribute(self, row):
        key, value = row["key"], row["value"]
        row["key"] = self.name(key)
        if "stringValue" in value:
            if key == "service.name":
                value["stringValue"] = self.services[value["stringValue"]]
            elif key in SPOKEN:
                value["stringValue"] = self.words(value["stringValue"])
        return row

    def attributes(self, thing):
        for row in thing.get("attributes", ()):
            self.attribute(row)

    def body(self, value):
        if "stringValue" in value:
            value["stringValue"] = self.words(value["stringValue"])
        for row in value.get("arrayValue", {}).get("values", ()):
            self.body(row)
        for row in value.get("kvlistValue", {}).get("values", ()):
            row["key"] = self.words(row["key"])
            self.body(row["value"])

    def line(self, text):
        data = json.loads(text)
        for kind, scoped, items in (("resourceSpans", "scopeSpans", "spans"), ("resourceLogs", "scopeLogs", "logRecords"), ("resourceMetrics", "scopeMetrics", "metrics")):
            for resource in data.get(kind, ()):
                self.attributes(resource.get("resource", {}))
                for scope in resource[scoped]:
                    for item in scope[items]:
                        if kind != "resourceLogs":
                            item["name"] = self.words(item["name"]) if kind == "resourceSpans" else self.name(item["name"])
                        self.attributes(item)
                        if "body" in item:
                            self.body(item["body"])
                        for event in item.get("events", ()):
                            if event["name"] != "exception":   # the convention's own name of an event
                                event["name"] = self.words(event["name"])
                            self.attributes(event)
                        for form in ("gauge", "sum", "histogram", "exponentialHistogram", "summary"):
                            for point in item.get(form, {}).get("dataPoints", ()):
                                self.attributes(point)
                                for example in point.get("exemplars", ()):
                                    for row in example.get("filteredAttributes", ()):
                                        self.attribute(row)
        return json.dumps(data, separators=(",", ":"))

    def subject(self, subject):
        """A subject of the first run in the names of the second."""
        to = {"service": lambda v: self.services.get(v, v), "attribute": self.name, "operation": self.words, "template": self.words}
        return {key: to.get(key, lambda v: v)(value) for key, value in subject.items()}


def key(row):
    return json.dumps(row, sort_keys=True)


def services_of(lines):
    found = set()
    for signal in SIGNALS:
        for line in lines[signal]:
            found.update(re.findall(r'"key":"service\.name","value":\{"stringValue":"([^"]*)"', line))
    return found


with Place() as place:
    lines = {signal: lines_of(signal) for signal in SIGNALS}
    services = services_of(lines)
    check("the recording has services to rename", TRUTH["service"] in services and len(services) > 5, str(services))
    first = place.document(*DEMO)
    for seed in [int(s) for s in os.environ.get("INQUEST_SEEDS", "20261121").split(",")]:
        names = Map(seed, services)
        copy = place.path(str(seed))
        os.mkdir(copy)
        for signal in SIGNALS:
            with open(os.path.join(copy, f"{signal}.jsonl"), "w", encoding="utf-8") as file:
                file.writelines(names.line(line) + "\n" for line in lines[signal])
        renamed = {signal: open(os.path.join(copy, f"{signal}.jsonl"), encoding="utf-8").read() for signal in SIGNALS}
        left = [w for w in (TRUTH["operation"], TRUTH["cohort"]["attribute"], TRUTH["growing_attribute"]) if any(w in text for text in renamed.values())]
        check("the copy holds neither operation nor attributes of the fault", not left, str(left))
        check("the copy names no service of the recording", not services & services_of({s: text.split("\n") for s, text in renamed.items()}))
        other = place.document("run", "memory_leak", "--data", copy)
        if not check("the copy is walked to a verdict", other is not None):
            continue
        was, now = first["verdict"], other["verdict"]
        check("the verdict is the same word about the same hypothesis", (was["word"], was["hypothesis"]) == (now["word"], now["hypothesis"]), str(now))
        check("its service is the renamed service", now["subject"] == {"service": names.services[TRUTH["service"]]}, str(now["subject"]))
        check("its onset is the same instant", was["onset"] == now["onset"], f"{was['onset']} {now['onset']}")
        check("its strength is the same number", was["strength"] == now["strength"], f"{was['strength']} {now['strength']}")
        found = [f["subject"] for f in other["findings"] if f["kind"] == "cohort"]
        check("the cohort attribute is the renamed attribute",
              any(s.get("attribute") == names.name(TRUTH["cohort"]["attribute"]) and s.get("value") == TRUTH["cohort"]["slow_when"] for s in found), str(found))
        found = [f["subject"] for f in other["findings"] if f["kind"] == "growing_attribute"]
        check("the growing attribute is the renamed attribute", any(s.get("attribute") == names.name(TRUTH["growing_attribute"]) for s in found), str(found))
        check("the path is the same", [p["state"] for p in first["path"]] == [p["state"] for p in other["path"]], str([p["state"] for p in other["path"]]))
        a = sorted(key([h["name"], names.subject(h["subject"]), h["word"], h["strength"]]) for h in first["hypotheses"])
        b = sorted(key([h["name"], h["subject"], h["word"], h["strength"]]) for h in other["hypotheses"])
        check("every judgement is the same under the map", a == b, "\n".join(sorted(set(a) ^ set(b))[:6]))
        a = sorted(key([names.services[s["service"]], s["score"]]) for s in first["suspects"])
        b = sorted(key([s["service"], s["score"]]) for s in other["suspects"])
        check("every suspect has the same score under the map", a == b, "\n".join(sorted(set(a) ^ set(b))[:6]))
        a = sorted(key([f["state"], f["kind"], names.subject(f["subject"]), f["numbers"], f["strength"], f["onset"]]) for f in first["findings"])
        b = sorted(key([f["state"], f["kind"], f["subject"], f["numbers"], f["strength"], f["onset"]]) for f in other["findings"])
        check("every finding is the same under the map", a == b, "\n".join(sorted(set(a) ^ set(b))[:6]))
        a = sorted(key([u["state"], u["kind"], names.subject(u["subject"]), u["signal"]]) for u in first["unknown"])
        b = sorted(key([u["state"], u["kind"], u["subject"], u["signal"]]) for u in other["unknown"])
        check("what is unknown is the same under the map", a == b, "\n".join(sorted(set(a) ^ set(b))[:6]))
        a, b = ([(e["id"], e["ask"], e["rows"]) for e in d["evidence"]] for d in (first, other))
        check("every ask gives the same number of rows", a == b, str([x for x in zip(a, b) if x[0] != x[1]]))
        text = json.dumps(other)
        told = [w for w in services | {TRUTH["operation"], TRUTH["growing_attribute"]} if re.search(rf"(?<![\w.-]){re.escape(w)}(?![\w.-])", text.replace("memory_leak", ""))]
        check("no renamed name appears in the document of the copy", not told, str(told))
        for signal, word in (("metrics", "inconclusive"), ("spans", "confirmed"), ("logs", "confirmed")):
            less = place.document("run", "memory_leak", "--data", copy, "--without", signal)["verdict"]
            check(f"without {signal} the copy is judged as the recording is", less["word"] == word and less["subject"] == now["subject"], str(less))
        healthy = place.document("run", "memory_leak", "--data", copy, "--from", TRUTH["healthy"][0], "--to", TRUTH["healthy"][1])
        check("nothing is confirmed in the healthy part of the copy", healthy["verdict"]["word"] != "confirmed", str(healthy["verdict"]))
done()
