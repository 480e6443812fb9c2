# Recordings of systems whose truth is known: a call tree of services with memory, CPU, load, spans and logs, and one fault or none.
# SPDX-License-Identifier: Apache-2.0
"""A Recording is a healthy system with everything drawn from its seed: how many services of what names call each other,
how many instances they have, how often they are sampled and in whose naming, what they take and serve. A shape
(shapes.py) then changes memory, durations, load or the clock, and says what is true of it. `make(folder)` writes it.

Time is seconds since the start of the recording. Memory of an instance is a function of time; requests are drawn
one by one, so that spans, counters of calls, CPU and logs tell of the same requests.
"""
import math
import random

from generations import GENERATIONS
from otlp import Telemetry

MB = 1e6
OUTSIDE = ("docker", "kubelet", "prometheus client")   # read from outside at fixed times, whatever the process does
# What the kernel counts for a process or its container; the other generations tell of a runtime's heap.
RESIDENT = ("cpython 2022", "cpython 2023", "docker", "dotnet", "kubelet", "process", "prometheus client")
HEAP = tuple(sorted(set(GENERATIONS) - set(RESIDENT)))
SYLLABLES = "ba ce di fo gu ha ji ke lo mu na pe qui ro sa te vu wi xa yo zu bri cla dro fle gri".split()


class Recording:
    def __init__(self, seed, generation=None, every=None, samples=None):
        self.seed = seed
        r = self.random = random.Random(seed)
        self.generation_name = generation or r.choice(sorted(GENERATIONS))
        self.generation = GENERATIONS[self.generation_name]
        self.every = every or r.choice([5, 10, 15, 20, 30, 60])
        self.samples = samples or r.randint(50, 80)
        self.length = self.every * self.samples
        names = []
        while len(names) < r.randint(3, 5) or len(set(names)) < 3:
            word = self.word() + r.choice(["", "-api", "service", "-svc", "_store"])
            if word not in names:
                names.append(word)
        self.services = names
        self.parent = {s: r.choice(names[:i]) for i, s in enumerate(names) if i}
        self.victim = r.choice(names[1:])
        self.operation = {s: r.choice(["GET /", "/pkg.Api/", "POST /", "handle "]) + self.word() for s in names}
        self.base_ms = {s: r.uniform(1, 30) for s in names}
        self.instances = {s: [f"{s}-{r.getrandbits(24):06x}" for _ in range(r.choice([1, 1, 1, 2, 3]))] for s in names}
        self.level = {s: r.uniform(30, 900) * MB for s in names}
        self.noise = {s: r.choice([0.001, 0.003, 0.01, 0.02]) for s in names}
        self.memory = {}                       # (service, instance) -> function of seconds; else its level
        self.kills = {}                        # (service, instance) -> seconds at which the process begins anew
        self.alive = {}                        # (service, instance) -> (from, to) in seconds; else all the time
        self.down = 0.0                        # seconds that a killed process sends nothing
        self.outside = self.generation_name in OUTSIDE   # samples keep their rhythm through a restart
        self.starts_known = True               # counters begin anew with a process, and say when
        self.jitter = 0.001                    # share of the interval by which a sample may be early or late
        self.requests = r.randint(220, 300)    # recorded; `sampling` times as many were served
        self.sampling = r.choice([1, 1, 4, 20])
        self.load = lambda t: 1.0              # relative
        self.extra_ms = lambda service, t, attributes: 0.0
        self.attributes = lambda service, t: {}
        self.cpu_of = lambda service, t: 1.0   # relative
        self.failing = lambda service, t: 0.0
        self.lines = lambda service, t, attributes: []
        self.skew = {s: 0.0 for s in names}    # seconds that the clock of a service is wrong
        self.late = 0.0                        # share of spans written after all others
        self.without = ()                      # memory, cpu, calls, spans, logs, attributes

    # ---- names and numbers ----
    def word(self):
        return "".join(self.random.choice(SYLLABLES) for _ in range(self.random.randint(2, 3)))

    def onset(self, low=0.35, high=0.6):
        return self.length * self.random.uniform(low, high)

    def leak(self, shape, instances=None):
        """Memory of the victim is its level + shape(seconds) × level, in all or the given instances."""
        for i in instances if instances is not None else range(len(self.instances[self.victim])):
            self.set_memory(self.victim, i, lambda t: self.level[self.victim] * (1 + shape(t)))

    def set_memory(self, service, i, function):
        self.memory[service, self.instances[service][i]] = function

    # ---- telemetry ----
    def telemetry(self):
        t = self.t = Telemetry(self.seed)
        served = self._spans()
        for service in self.services:
            for number, instance in enumerate(self.instances[service]):
                self._metrics(service, instance, number, served)
        return t

    def _arrivals(self):
        """Times of the recorded requests, at a rate that follows the load."""
        r, most = self.random, max(self.load(self.length * i / 50) for i in range(51))
        mean = sum(self.load(self.length * i / 50) for i in range(51)) / 51 / most
        t, out = 0.0, []
        while True:
            t += r.expovariate(self.requests / self.length / mean)
            if t >= self.length:
                return out
            if r.random() < self.load(t) / most:
                out.append(t)

    def _spans(self):
        served = {s: [] for s in self.services}
        late = []
        for t in self._arrivals():
            self._serve(self.services[0], t, None, served, late)
        for where, span in late:
            where.append(span)
        return served

    def _children(self, service):
        return [s for s in self.services if self.parent.get(s) == service]

    def _on_way(self, service):
        at = self.victim
        while at != service and at in self.parent:
            at = self.parent[at]
        return at == service

    def _serve(self, service, t, caller, served, late):
        """Draws one request of a service and what it calls; returns how long it took in ms."""
        r = self.random
        instance = r.choice([i for i in self.instances[service] if self._lives(service, i, t)])
        attributes = self.attributes(service, t)
        own = self.base_ms[service] * r.lognormvariate(0, 0.25) + self.extra_ms(service, t, attributes)
        failed = r.random() < self.failing(service, t)
        served[service].append((t, instance, own, failed))
        key = self.t.id(32) if caller is None else caller[0]
        span = (key, self.t.id(16))
        at, took = t, own / 2
        for callee in self._children(service):
            if r.random() < (0.97 if self._on_way(callee) else 0.6):
                client = (key, self.t.id(16))
                inner = self._serve(callee, at + (took + 0.3) / 1e3, client, served, late)
                self._put(service, instance, "call " + callee, "client", at + took / 1e3, inner + 0.6, client, span[1], False, {}, late)
                took += inner + 0.6
        took += own / 2
        self._put(service, instance, self.operation[service], "server", t, took, span, caller[1] if caller else None, failed, attributes, late)
        if "logs" not in self.without:
            for severity, body in self.lines(service, t, attributes) + ([("INFO", f"done in {took:.1f} ms")] if r.random() < 0.3 else []):
                self.t.log(service, self.t.at(seconds=t + took / 2e3), body, severity, trace=key, span=span[1], instance=instance)
        return took

    def _put(self, service, instance, operation, kind, t, ms, span, parent, failed, attributes, late):
        if "spans" in self.without:
            return
        if "attributes" in self.without:
            attributes = {}
        start = self.t.at(seconds=t + self.skew[service])
        record = {"traceId": span[0], "spanId": span[1], "name": operation, "kind": {"server": 2, "client": 3}[kind],
                  "startTimeUnixNano": str(start), "endTimeUnixNano": str(start + int(ms * 1e6)),
                  "attributes": [{"key": k, "value": _value(v)} for k, v in attributes.items()], "status": {"code": 2} if failed else {}}
        if parent:
            record["parentSpanId"] = parent
        where = self.t.spans.setdefault((service, instance), [])
        if self.random.random() < self.late:
            late.append((where, record))
        else:
            where.append(record)

    def _lives(self, service, instance, t):
        begin, end = self.alive.get((service, instance), (0, self.length))
        return begin <= t and (t <= end or end == self.length)

    def _metrics(self, service, instance, number, served):
        r, t, g = self.random, self.t, self.generation
        kills = sorted(self.kills.get((service, instance), []))
        mine = sorted((at, own, failed) for at, who, own, failed in served[service] if who == instance)
        memory = self.memory.get((service, instance)) or (lambda at: self.level[service] * (1 + 0.1 * number))
        begun, end = self.alive.get((service, instance), (0.0, self.length))
        at = received = failed = 0
        cpu, before = 0.0, begun
        now = begun + r.uniform(0, self.every)
        while now <= end:
            if kills and now >= kills[0]:
                begun = kills.pop(0) + self.down
                # A runtime begins a new rhythm; who reads it from outside keeps its own.
                if not self.outside:
                    now = begun + r.uniform(0.5, 1) * self.every
                else:
                    while now < begun:
                        now += self.every
                before = begun
                if self.starts_known:
                    cpu, received, failed = 0.0, 0, 0
                while at < len(mine) and mine[at][0] < begun:
                    at += 1
                continue
            while at < len(mine) and mine[at][0] <= now:
                received += 1
                failed += mine[at][2]
                cpu += mine[at][1] / 1e3 * 0.4 * self.sampling
                at += 1
            more = (now - before) * self.requests / self.length * self.load(now) * (self.sampling - 1) / len(self.instances[service])
            received += max(0, int(round(r.gauss(more, math.sqrt(more)))))
            cpu += (now - before) * 0.03 * self.cpu_of(service, now) * r.uniform(0.8, 1.2)
            start, time = t.at(seconds=begun if self.starts_known else self.alive.get((service, instance), (0.0,))[0]), t.at(seconds=now)
            if "memory" not in self.without:
                g.memory(t, service, instance, time, max(1e6, memory(now) * (1 + r.gauss(0, self.noise[service]))), start)
            if "cpu" not in self.without:
                g.cpu(t, service, instance, time, cpu, start)
            if "calls" not in self.without:
                g.calls(t, service, instance, time, received, failed, start)
            before = now
            now += self.every * r.uniform(1 - self.jitter, 1 + self.jitter)

    def describe(self):
        return f"{self.generation_name}, {self.samples} × {self.every} s, {len(self.services)} services, 1 of {self.sampling} traces"


def _value(v):
    if isinstance(v, bool):
        return {"boolValue": v}
    if isinstance(v, int):
        return {"intValue": str(v)}
    return {"doubleValue": v} if isinstance(v, float) else {"stringValue": str(v)}
