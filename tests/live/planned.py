# What `plan` prints is what the run sends, and --offline sends nothing.
# SPDX-License-Identifier: Apache-2.0
import sources
from harness import WINDOW, first_lines, inquest

PARTS = ("Prometheus 3.5, OpenSearch otel-v1", "Prometheus 3.5, Jaeger v1", "Prometheus 3.5, OpenSearch ss4o")


def natives(document, out=None):
    """{(state, ask): native text} wherever they stand in a plan."""
    out = {} if out is None else out
    if isinstance(document, dict):
        if "native" in document and "ask" in document:
            name = document["ask"] if isinstance(document["ask"], str) else document["ask"].get("name")
            out[document.get("state"), name] = document["native"]
        for value in document.values():
            natives(value, out)
    elif isinstance(document, list):
        for value in document:
            natives(value, out)
    return out


def run(bench):
    for name in PARTS:
        parts = sources.STACKS[name]
        if not bench.has(*parts):
            bench.checks.leave_out(f"plan through {name}", "its servers are not in this stack")
            continue
        yaml = bench.yaml(*parts)
        bench.gather()
        plan = inquest(["plan", "memory_leak", "--sources", yaml, "--json"] + WINDOW)
        bench.gather()
        planned = natives(plan.json)
        ran = inquest(["run", "memory_leak", "--sources", yaml, "--json"] + WINDOW)
        bench.gather()
        if not bench.checks.check(f"{name}: plan prints every ask", plan.code == 0 and planned, f"exit {plan.code}: {first_lines(plan.err or plan.out)}"):
            continue
        sent = {(e["state"], e["ask"]): e["native"] for e in (ran.json or {}).get("evidence", [])}
        first = [k for k in sent if k[0] in ("metrics", "latency")]  # no value of theirs comes from a review
        differs = [f"{k[0]}.{k[1]}: planned {planned.get(k)!r}, sent {sent[k]!r}" for k in first if planned.get(k) != sent[k]]
        bench.checks.check(f"{name}: the native text of {len(first)} asks is the one that the run sent", first and not differs, "; ".join(differs)[:800])
        later = [k for k in sent if k not in first]
        shown = [k for k in later if k in planned and "$" in planned[k] or planned.get(k) == sent[k]]
        bench.checks.check(f"{name}: what rests on a review is planned with its $names", len(shown) == len(later),
                           "; ".join(f"{k[0]}.{k[1]}: {planned.get(k)!r}" for k in later if k not in shown)[:800])
        for proxy in bench.proxies.values():
            proxy.forget()
        offline = inquest(["plan", "memory_leak", "--sources", yaml, "--offline", "--json"] + WINDOW)
        opened = {n: p.connections for n, p in bench.proxies.items() if p.connections}
        bench.checks.check(f"{name}: plan --offline answers and opens no connection", offline.code == 0 and natives(offline.json) and not opened,
                           f"exit {offline.code}, connections {opened}: {first_lines(offline.err)}")
