# What runtimes and Collectors of several generations call memory, CPU and received calls: one writer per generation.
# SPDX-License-Identifier: Apache-2.0
"""GENERATIONS[name] has memory(telemetry, service, instance, time, bytes, start), cpu(…, seconds so far, …) and
calls(…, received so far, failed so far, …). Values are plain: bytes in use, cumulative CPU seconds, cumulative counts;
each writer puts them under the names, units, kinds and attributes that its generation sends, with the parts (pools,
spaces) and the neighbours (virtual memory, bytes ever allocated) that stand beside them in real telemetry.
"""
from otlp import SECOND

BOUNDS = {"s": [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10], "ms": [2, 5, 10, 50, 100, 250, 500, 1000, 5000]}


def in_use(name, attributes=None, virtual=None, ever=None, gauge=False):
    """One series of bytes in use; `virtual`: attributes of a larger neighbour; `ever`: a counter of bytes allocated."""
    def write(t, service, instance, time, size, start, resource=None):
        put = t.gauge if gauge else (lambda *a, **k: t.sum(*a, monotonic=False, start=start, **k))
        put(service, name, time, int(size), unit="By", instance=instance, attributes=attributes, resource=resource)
        if virtual:
            put(service, name, time, int(size * 3.1 + 2e8), unit="By", instance=instance, attributes=virtual, resource=resource)
        if ever:
            t.sum(service, ever, time, int((time - start) // SECOND * 2_000_000), unit="By", start=start, instance=instance, resource=resource)
    return write


def in_parts(name, key, shares, fixed, more=None, ever=None):
    """Memory as the sum of parts: each named share of what varies, and parts of fixed size."""
    def write(t, service, instance, time, size, start, resource=None):
        rest = max(0, size - sum(fixed.values()))
        for part, share in shares.items():
            t.sum(service, name, time, int(rest * share), unit="By", monotonic=False, start=start, instance=instance,
                  attributes=dict({key: part}, **((more or {}).get(part) or {})))
        for part, bytes_of in fixed.items():
            t.sum(service, name, time, int(bytes_of), unit="By", monotonic=False, start=start, instance=instance,
                  attributes=dict({key: part}, **((more or {}).get(part) or {})))
        if ever:
            t.sum(service, ever, time, int((time - start) // SECOND * 2_000_000), unit="By", start=start, instance=instance)
    return write


def seconds(name, parts=("user", "system"), key="type", unit="s", scale=1):
    """A counter of CPU time, split in parts."""
    def write(t, service, instance, time, total, start, resource=None):
        for i, part in enumerate(parts or (None,)):
            share = 1 if not parts else (0.8 if i == 0 else 0.2 / (len(parts) - 1))
            value = total * share * scale
            t.sum(service, name, time, value if unit == "s" else int(value), unit=unit, start=start, instance=instance,
                  attributes={key: part} if part else None, resource=resource)
    return write


def span_metrics(name, separator="."):
    def write(t, service, instance, time, received, failed, start):
        for code, count in (("STATUS_CODE_UNSET", received - failed), ("STATUS_CODE_ERROR", failed)):
            t.sum(service, name, time, count, start=start, instance=instance,
                  attributes={separator.join(("service", "name")): service, separator.join(("span", "name")): "entry",
                              separator.join(("span", "kind")): "SPAN_KIND_SERVER", separator.join(("status", "code")): code})
        t.sum(service, name, time, received * 2, start=start, instance=instance,
              attributes={separator.join(("service", "name")): service, separator.join(("span", "name")): "out",
                          separator.join(("span", "kind")): "SPAN_KIND_CLIENT", separator.join(("status", "code")): "STATUS_CODE_UNSET"})
    return write


def durations(name, unit, status, good, bad):
    def write(t, service, instance, time, received, failed, start):
        bounds = BOUNDS[unit]
        for code, count in ((good, received - failed), (bad, failed)):
            if count <= 0:
                continue
            buckets = [0] * (len(bounds) + 1)
            buckets[2], buckets[3] = count - count // 3, count // 3
            t.histogram(service, name, time, count, count * bounds[2] * 0.9, bounds, buckets, unit=unit, start=start, instance=instance,
                        attributes={status: code})
    return write


def of_container(writer, key="container.name"):
    """The receiver knows the container and no service; what varies is who is named, not the numbers."""
    def write(t, service, instance, time, value, start):
        resource = {key: service, "container.id": f"{service}-{instance}"}
        writer(t, None, None, time, value, start, resource)
    return write


def utilization(name, scale=1.0):
    """A gauge of cores in use, from the difference of the seconds."""
    last = {}

    def write(t, service, instance, time, total, start, resource=None):
        key = (id(t), service, instance, tuple(sorted((resource or {}).items())))
        before = last.get(key)
        last[key] = (time, total)
        if before and time > before[0] and total >= before[1]:
            t.gauge(service, name, time, (total - before[1]) / ((time - before[0]) / SECOND) * scale, unit="1", instance=instance, resource=resource)
    return write


class Generation:
    def __init__(self, memory, cpu, calls):
        self.memory, self.cpu, self.calls = memory, cpu, calls


SPACES = {"old_space": 0.7, "new_space": 0.2, "large_object_space": 0.1}
POOLS = {"G1 Old Gen": {"jvm.memory.type": "heap"}, "G1 Eden Space": {"jvm.memory.type": "heap"}, "Metaspace": {"jvm.memory.type": "non_heap"}}
HTTP = ("http.response.status_code", 200, 500)

GENERATIONS = {
    "process": Generation(in_use("process.memory.usage"), seconds("process.cpu.time", key="cpu.mode"), span_metrics("traces.span.metrics.calls")),
    "cpython 2023": Generation(in_use("process.runtime.cpython.memory", {"type": "rss"}, {"type": "vms"}),
                               seconds("process.runtime.cpython.cpu_time"), span_metrics("calls")),
    "cpython 2022": Generation(in_use("runtime.cpython.memory", {"type": "rss"}, {"type": "vms"}), seconds("runtime.cpython.cpu_time"),
                               span_metrics("calls_total")),
    "jvm": Generation(in_parts("jvm.memory.used", "jvm.memory.pool.name", {"G1 Old Gen": 0.9, "G1 Eden Space": 0.1}, {"Metaspace": 9e6}, POOLS),
                      seconds("jvm.cpu.time", parts=None), durations("http.server.request.duration", "s", *HTTP)),
    "jvm 2022": Generation(in_parts("process.runtime.jvm.memory.usage", "pool", {"G1 Old Gen": 0.9, "G1 Eden Space": 0.1}, {"Metaspace": 9e6}),
                           utilization("process.runtime.jvm.cpu.utilization"), durations("http.server.duration", "ms", "http.status_code", 200, 500)),
    "go": Generation(in_parts("go.memory.used", "go.memory.type", {"other": 1}, {"stack": 2e6}, ever="go.memory.allocated"),
                     seconds("process.cpu.time", key="cpu.mode"), durations("rpc.server.duration", "ms", "rpc.grpc.status_code", 0, 13)),
    "go 2023": Generation(in_use("process.runtime.go.mem.heap_inuse"), seconds("process.cpu.time", key="state"), span_metrics("calls")),
    "node": Generation(in_parts("v8js.memory.heap.used", "v8js.heap.space.name", SPACES, {"code_space": 3e6}),
                       utilization("nodejs.eventloop.utilization"), durations("http.server.request.duration", "s", *HTTP)),
    "dotnet": Generation(in_use("dotnet.process.memory.working_set"), seconds("dotnet.process.cpu.time", key="cpu.mode"),
                         durations("http.server.request.duration", "s", *HTTP)),
    "dotnet 8": Generation(in_parts("process.runtime.dotnet.gc.heap.size", "generation", {"gen2": 0.8, "loh": 0.2}, {"gen0": 1e6, "gen1": 1e6}),
                           seconds("process.cpu.time", parts=None), durations("http.server.request.duration", "s", *HTTP)),
    "prometheus client": Generation(in_use("process_resident_memory_bytes", gauge=True), seconds("process_cpu_seconds_total", parts=None),
                                    span_metrics("traces_span_metrics_calls_total", "_")),
    "docker": Generation(of_container(in_use("container.memory.usage.total")),
                         of_container(seconds("container.cpu.usage.total", parts=None, unit="ns", scale=1e9)), span_metrics("traces.span.metrics.calls")),
    "kubelet": Generation(of_container(in_use("container.memory.working_set", gauge=True), "k8s.container.name"),
                          of_container(seconds("container.cpu.time", parts=None), "k8s.container.name"), span_metrics("traces.span.metrics.calls")),
}
