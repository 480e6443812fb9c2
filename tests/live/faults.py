# Servers that fail in the middle of a run: unknowns, a retry or a clear end; never another verdict, a crash or a hang.
# SPDX-License-Identifier: Apache-2.0
"""The fault begins with the n-th request of the run to one server, n over the whole run. What is allowed afterwards:
  - the verdict of the files, when retries got through, or the fault met what is not needed;
  - `inconclusive` or a weaker confirmed hypothesis that the verdict of the files rests on (leak), with what is unknown named;
  - exit 4 or 5 with an error that names the source, when it could not even be probed.
Not allowed: ruled_out or nothing_found, another subject, an end by signal, a run that outlives its deadlines."""
import threading
import time

from harness import WINDOW, first_lines, inquest
from whole_sop import verdict

PARTS = ("prometheus3", "otel-v1", "demo")
TIMEOUT, ATTEMPTS = 3, 3                   # seconds of one request with its retries
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


class Plan:
    """Plays `fault` on the n-th request that reaches the proxy; undoes it after `lasts` seconds if it says so."""

    def __init__(self, proxy, server, fault, n, lasts):
        self.proxy, self.server, self.fault, self.n, self.lasts = proxy, server, fault, n, lasts
        self.played, self.threads, self.lock = False, [], threading.Lock()

    def __call__(self, n, seen):
        if n < self.n:
            return None
        if self.fault in ("reset", "cut", "stall", "drip", "silence", "500", "503", "html"):
            if n > self.n and self.lasts is not None:
                return None                # one request only
            self.played = True
            return {"500": (500, {"Content-Type": "text/plain"}, b"broken"), "503": (503, {"Retry-After": "1"}, b"busy"),
                    "html": (200, {"Content-Type": "text/html"}, b"<html>sign in</html>")}.get(self.fault, self.fault)
        with self.lock:
            if self.played:
                return None
            self.played = True
            {"kill": self.server.kill, "restart": self.server.kill, "pause": self.server.pause}[self.fault]()
            if self.lasts is not None:
                self.threads.append(threading.Thread(target=self.undo))
                self.threads[-1].start()
        return None

    def undo(self):
        time.sleep(self.lasts)
        self.server.go_on() if self.fault == "pause" else self.server.start(wait=False)

    def repair(self):
        for thread in self.threads:
            thread.join()
        self.proxy.before = None
        self.server.go_on()
        if not self.server.alive():
            self.server.start(wait=False)
        self.server.wait_ready()


def cases(count, quick):
    """(fault, lasts): n is spread over the requests of a healthy run."""
    every = [("reset", None), ("cut", None), ("503", None), ("html", None), ("pause", 1.0), ("pause", None), ("kill", None), ("restart", 0.5)]
    once = [("reset", 0), ("cut", 0), ("500", 0), ("503", 0), ("silence", 0), ("stall", 0), ("drip", 0)]
    share = 1 if quick else 2
    for fault, lasts in every + once:
        moments = 1 if fault in ("pause", "silence", "stall", "drip", "kill", "restart") else share
        for i in range(moments):
            yield fault, lasts, int((i + 0.5) * count / moments)


def run(bench, quick=False):
    if not bench.has(*PARTS):
        bench.checks.leave_out("faults", "their servers are not in this stack")
        return
    files = bench.files()
    yaml = bench.yaml(*PARTS, limits=LIMITS)
    arguments = ["run", "memory_leak", "--sources", yaml, "--json"] + WINDOW
    healthy = inquest(arguments)
    counts = {name: len(bench.proxies[name].requests) for name in ("prometheus3", "opensearch")}
    bench.gather()
    if not bench.checks.check("a healthy run before the faults", judge(files, healthy, 120) is None and healthy.json, first_lines(healthy.err)):
        return
    at_most = 60 + TIMEOUT * 12            # states that ask × deadline, and starting
    words = {}
    for name, count in counts.items():
        bad, played, total = [], 0, 0
        for fault, lasts, n in cases(count, quick):
            plan = Plan(bench.proxies[name], bench.stack.server[name], fault, n, lasts)
            bench.proxies[name].before = plan
            got = inquest(arguments, at_most)
            plan.repair()
            bench.gather()
            total, played = total + 1, played + plan.played
            wrong = judge(files, got, at_most)
            word = verdict(got.json)["word"] if got.json and "verdict" in got.json else f"exit {got.code}"
            words[fault] = words.get(fault, []) + [word]
            if wrong:
                bad.append(f"{fault}{'' if lasts is None else f' for {lasts} s'} at request {n} of {count}: {wrong}")
        bench.checks.check(f"{name}: {total} faults in the middle of runs, never another verdict, a crash or a hang", not bad and played > 0,
                           "\n       | ".join(bad) or "no fault was played")
    for fault, seen in words.items():
        print(f"  {fault:8} " + ", ".join(f"{seen.count(w)} × {w}" for w in sorted(set(seen))))
