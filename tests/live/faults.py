# Servers that fail in the middle of a run: unknowns, a retry or a clear end; never another verdict, a crash or a hang.
# SPDX-License-Identifier: Apache-2.0
"""The fault begins with the n-th request of the run to one server, n over the whole run. What is allowed afterwards:
  - the verdict of the files, when retries got through, or the fault met what is not needed;
  - `inconclusive` or a weaker confirmed hypothesis that the verdict of the files rests on (leak), with what is unknown named;
  - exit 4 or 5 with an error that names the source, when it could not even be probed.
Not allowed: ruled_out or nothing_found, another subject, an end by signal, a run that outlives its deadlines, and an ask that
has lost rows without a word: neither failed nor partial nor a sample.
A Jaeger that keeps its traces in memory is empty when it was started again: that is loss, not "there are no spans". The fault
`emptied` is the sharp form of it: the server is started again between two requests, so that none of them fails."""
import concurrent.futures
import os
import threading
import time

import load
from harness import WINDOW, cause, first_lines, inquest
from whole_sop import verdict

PARTS = ("prometheus3", "otel-v1", "demo")
SUBJECTS = {  # server that fails → what the run goes through
    "prometheus3": PARTS, "opensearch": PARTS, "jaeger": ("prometheus3", "jaeger-v3", "demo"),
    "jaeger-opensearch": ("prometheus3", "jaeger-opensearch", "demo")}
TIMEOUT, ATTEMPTS = 3, 3                   # seconds of one request with its retries
ONLY = [name for name in os.environ.get("INQUEST_LIVE_FAULTS", "").split(",") if name]  # for work on one connector: every run is shown
SHOWN = bool(ONLY)
SIDE_BY_SIDE = 4                           # runs at a time whose fault is in their own proxy: they wait more than they work
LIMITS = f"{{ timeout: {TIMEOUT}s, attempts: {ATTEMPTS} }}"


def judge(files, got, seconds):
    """None, or what is wrong with the end of a run on a failing server."""
    if got.code is None:
        return f"still running after {seconds} s"
    if got.code < 0 or got.code == 1 and "script_crashed" in got.err + got.out:
        return f"ended by signal {-got.code}: {first_lines(got.err)}"
    if not got.json or "verdict" not in got.json:
        return None if got.code in (1, 4, 5) and got.err.strip() else f"exit {got.code} without a word: {first_lines(got.err or got.out)}"
    want, have = verdict(files.json), verdict(got.json)
    if have["word"] in ("ruled_out", "nothing_found"):
        return f"verdict {have['word']} for {want['word']}"
    if have["word"] == "confirmed":
        if have["subject"] != want["subject"] or have["hypothesis"] not in (want["hypothesis"], "leak"):
            return f"confirmed {have['hypothesis']} of {have['subject']}"
        if have["hypothesis"] == "leak" and not got.json["unknown"]:
            return "a weaker hypothesis and nothing named unknown"
    if have["word"] == "inconclusive" and not (got.json["verdict"]["missing"] or got.json["unknown"]):
        return "inconclusive and nothing named missing"
    return None


def silent(healthy, got):
    """Asks that have fewer rows than in a healthy run, and nothing that says so."""
    out = []
    have = {(e["state"], e["ask"]): e for e in (got.json or {}).get("evidence", [])}
    for e in healthy.json["evidence"]:
        other = have.get((e["state"], e["ask"]))
        if not other or cause(other) or other["partial"] or "sampled" in other["approximate"].replace(e["approximate"], ""):
            continue
        same = all(other.get(k) == e.get(k) for k in ("scope", "window", "then"))  # of the same subject and onset
        if same and other["rows"] < 0.98 * e["rows"]:
            out.append(f"{e['state']}.{e['ask']}: {other['rows']} rows of {e['rows']} and not a word: {other['notes']}")
    return out


OF_PROXY = ("reset", "cut", "stall", "drip", "silence", "500", "503", "html")   # the others are done to the server itself


class Plan:
    """Plays `fault` on the n-th request that reaches the proxy; undoes it after `lasts` seconds if it says so."""

    def __init__(self, proxy, server, fault, n, lasts):
        self.proxy, self.server, self.fault, self.n, self.lasts = proxy, server, fault, n, lasts
        self.played, self.threads, self.lock = False, [], threading.Lock()

    def __call__(self, n, seen):
        if n < self.n:
            return None
        if self.fault in OF_PROXY:
            if n > self.n and self.lasts is not None:
                return None                # one request only
            self.played = True
            return {"500": (500, {"Content-Type": "text/plain"}, b"broken"), "503": (503, {"Retry-After": "1"}, b"busy"),
                    "html": (200, {"Content-Type": "text/html"}, b"<html>sign in</html>")}.get(self.fault, self.fault)
        with self.lock:
            if self.played:
                return None
            self.played = True
            {"kill": self.server.kill, "restart": self.server.kill, "pause": self.server.pause, "emptied": self.again}[self.fault]()
            if self.lasts is not None:
                self.threads.append(threading.Thread(target=self.undo))
                self.threads[-1].start()
        return None

    def again(self):
        self.server.kill()
        self.server.start()

    def undo(self):
        time.sleep(self.lasts)
        self.server.go_on() if self.fault == "pause" else self.server.start(wait=False)

    def repair(self, recording):
        for thread in self.threads:
            thread.join()
        self.proxy.before = None
        self.server.go_on()
        if not self.server.alive():
            self.server.start(wait=False)
        self.server.wait_ready()
        if self.played and self.fault in ("kill", "restart", "emptied") and getattr(self.server, "opensearch", self) is None:
            load.jaeger(self.server, recording)


def cases(name, count, quick):
    """(fault, lasts, n): n is spread over the requests of a healthy run."""
    every = [("reset", None), ("cut", None), ("503", None), ("html", None), ("pause", 1.0), ("pause", None), ("kill", None), ("restart", 0.5)]
    once = [("reset", 0), ("cut", 0), ("500", 0), ("503", 0), ("silence", 0), ("stall", 0), ("drip", 0)]
    share = 1 if quick else 2
    if name == "jaeger-opensearch":        # the proxy's faults are those of `jaeger`; here a restart loses nothing
        every, once = [("pause", None), ("kill", None), ("restart", 0.5), ("emptied", None)], []
    if name == "jaeger":
        every.append(("emptied", None))
        share = 1                          # its run has half a hundred searches: what makes each wait is long
    for fault, lasts in every + once:
        moments = 1 if fault in ("pause", "silence", "stall", "drip", "kill", "restart") or (fault, lasts) == ("503", None) else share
        if fault == "emptied":
            moments = 5 if name == "jaeger" and not quick else 2
        for i in range(moments):
            yield fault, lasts, int((i + 0.5) * count / moments)


def play(bench, name, parts, quick, words):
    files = bench.files()
    arguments = ["run", "memory_leak", "--sources", bench.yaml(*parts, limits=LIMITS), "--json"] + WINDOW
    bench.gather()
    healthy = inquest(arguments)
    count = len(bench.proxies[name].requests)
    bench.gather()
    if not bench.checks.check(f"{name}: a healthy run before the faults", judge(files, healthy, 120) is None and healthy.json, first_lines(healthy.err)):
        return
    at_most = 60 + TIMEOUT * 12            # states that ask × deadline, and starting

    def one(case):
        fault, lasts, n = case
        begin = time.monotonic()
        if fault in OF_PROXY:
            with bench.proxy_of_its_own(name) as proxy:
                proxy.before = plan = Plan(proxy, bench.stack.server[name], fault, n, lasts)
                own = bench.yaml(*parts, limits=LIMITS, through={name: proxy.url})
                got = inquest(["run", "memory_leak", "--sources", own, "--json"] + WINDOW, at_most)
        else:
            proxy = bench.proxies[name]
            proxy.before = plan = Plan(proxy, bench.stack.server[name], fault, n, lasts)
            got = inquest(arguments, at_most)
            plan.repair(bench.stack.recording)
        where = f"{fault}{'' if lasts is None else f' for {lasts} s'} at request {n} of {count}"
        return fault, where, got, plan.played, time.monotonic() - begin

    of_proxy = [c for c in cases(name, count, quick) if c[0] in OF_PROXY]
    of_server = [c for c in cases(name, count, quick) if c[0] not in OF_PROXY]
    with concurrent.futures.ThreadPoolExecutor(SIDE_BY_SIDE) as pool:
        ended = list(pool.map(one, of_proxy))
    ended += [one(case) for case in of_server]
    bench.gather()
    bad, quiet = [], []
    total, played = len(ended), sum(e[3] for e in ended)
    for fault, where, got, _, taken in ended:
        wrong, lost = judge(files, got, at_most), silent(healthy, got)
        word = verdict(got.json)["word"] if got.json and "verdict" in got.json else f"exit {got.code}"
        words.setdefault(fault, []).append(word)
        if SHOWN:
            print(f"    {name} {where}: {word}, {taken:.1f} s", flush=True)
        if wrong:
            bad.append(f"{where}: {wrong}")
        if lost:
            quiet.append(f"{where}: " + "; ".join(lost))
    bench.checks.check(f"{name}: {total} faults in the middle of runs, never another verdict, a crash or a hang", not bad and played > 0,
                       "\n       | ".join(bad) or "no fault was played")
    bench.checks.check(f"{name}: in none of them rows were lost without a word", not quiet, "\n       | ".join(quiet))


def run(bench, quick=False):
    words = {}
    for name, parts in SUBJECTS.items():
        if name not in bench.stack.server or not bench.has(*parts):
            bench.checks.leave_out(f"faults of {name}", "its servers are not in this stack")
        elif not ONLY or name in ONLY:
            play(bench, name, parts, quick, words)
        else:
            bench.checks.leave_out(f"faults of {name}", "left out by INQUEST_LIVE_FAULTS")
    for fault, seen in words.items():
        print(f"  {fault:8} " + ", ".join(f"{seen.count(w)} × {w}" for w in sorted(set(seen))))
