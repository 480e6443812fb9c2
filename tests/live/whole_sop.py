# The whole memory-leak SOP through every stack of servers: the verdict of the files, subject, onset and cohort with it.
# SPDX-License-Identifier: Apache-2.0
from datetime import datetime

import sources
from harness import WINDOW, cause, first_lines, inquest

STEP = 60                                  # seconds between samples of memory in the recording
# The bar: seconds of CPU time that a run on live servers may cost. On a machine where the same run on the recording's files
# costs more than 0.2 s (it is slow, or busy with the servers), as much more as that, yet never more than thrice; a figure
# above the bar is shown as such.
CPU, FILES_CPU, MOST_SLOW = 0.3, 0.2, 3


def seconds(text):
    return datetime.fromisoformat(text[:26].rstrip("Z") + "+00:00").timestamp()


def verdict(document):
    """What has to be the same wherever the telemetry comes from."""
    v = document["verdict"]
    cohort = next((f["subject"] for f in document["findings"] if f["kind"] == "cohort"), {})
    return {"word": v["word"], "hypothesis": v["hypothesis"], "subject": v["subject"],
            "cohort": {k: cohort.get(k) for k in ("service", "operation", "attribute", "value")}}


def apart(want, got):
    """What of `got` is not as in `want`; empty when nothing."""
    out = [f"{k} is {verdict(got)[k]} for {v}" for k, v in verdict(want).items() if verdict(got)[k] != v]
    a, b = want["verdict"].get("onset"), got["verdict"].get("onset")
    if bool(a) != bool(b) or a and abs(seconds(a) - seconds(b)) > STEP:
        out.append(f"onset is {b} for {a}")
    return out


def lost(document):
    """Asks that came back with nothing or in part: what a healthy server never causes."""
    return [f"{e['state']}.{e['ask']}: {cause(e) or e['partial']}" for e in document["evidence"] if cause(e) or e.get("partial")]


def run(bench):
    files = bench.files()
    bench.checks.check("the files end in a confirmed leak", verdict(files.json)["word"] == "confirmed", files.out[:200])
    rows = []
    for name, parts in sources.STACKS.items():
        if not bench.has(*parts):
            bench.checks.leave_out(name, "its servers are not in this stack")
            continue
        before = {n: p.received for n, p in bench.proxies.items()}
        got = inquest(["run", "memory_leak", "--sources", bench.yaml(*parts), "--json"] + WINDOW)
        used = {n: p for n, p in bench.proxies.items() if p.requests}
        received = sum(p.received - before[n] for n, p in used.items())
        rows.append((name, got, sum(len(p.requests) for p in used.values()), received))
        if bench.checks.check(f"{name}: the run ends by itself", got.code == 0 and got.json, f"exit {got.code}: {first_lines(got.err or got.out)}"):
            differs = apart(files.json, got.json)
            bench.checks.check(f"{name}: verdict, subject, onset and cohort of the files", not differs, "; ".join(differs))
            bench.checks.check(f"{name}: nothing is lost on the way", not lost(got.json), "; ".join(lost(got.json))[:600])
            path = [s["state"] for s in got.json["path"]]
            bench.checks.check(f"{name}: the path of the files", path == [s["state"] for s in files.json["path"]], " ".join(path))
        bench.gather()
    print(f"  {'stack':52}{'wall s':>8}{'cpu s':>8}{'requests':>10}{'kB in':>10}")
    print(f"  {'the recording`s files':52}{files.wall:8.2f}{files.cpu:8.2f}")
    for name, got, requests, received in rows:
        least, slow = got.cpu, 1.0
        for _ in range(6):                 # a busy machine makes the same work dearer: the least of a few runs is judged
            if least <= CPU * slow:
                break
            least = min(least, inquest(["run", "memory_leak", "--sources", bench.yaml(*sources.STACKS[name]), "--json"] + WINDOW).cpu)
            beside = inquest(["run", "memory_leak", "--data", "sops/memory_leak/replay", "--json"] + WINDOW).cpu
            slow = min(MOST_SLOW, max(slow, beside / FILES_CPU))
        print(f"  {name:52}{got.wall:8.2f}{least:8.2f}{requests:10}{received / 1000:10.0f}{'' if least <= CPU else f'   above the bar of {CPU} s'}")
        bench.checks.check(f"{name}: at most {CPU} s of CPU time, as fast as this machine is", least <= CPU * slow,
                           f"{least:.2f} s, and files cost {FILES_CPU * slow:.2f} s beside it")
