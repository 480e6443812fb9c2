# What every group of live tests uses: the program with its costs, proxies before the servers, and counted checks.
# SPDX-License-Identifier: Apache-2.0
import collections
import contextlib
import json
import os
import signal
import subprocess
import sys
import tempfile
import threading
import time

import sources
from proxy import Proxy
from recording import FROM, ROOT, TO

INQUEST = os.environ.get("INQUEST") or os.path.join(ROOT, "build", "inquest")
WINDOW = ["--from", FROM, "--to", TO]
Run = collections.namedtuple("Run", "code json out err cpu wall")


def inquest(arguments, at_most=120):
    """One run of the program. cpu: seconds of user and system time of it and its children. A run that takes longer than
    `at_most` seconds is killed and has code None."""
    home = tempfile.mkdtemp(prefix="inquest-live-")
    env = dict(os.environ, LC_ALL="C.UTF-8", XDG_STATE_HOME=home, XDG_CONFIG_HOME=home)
    env.pop("INQUEST_SOURCES", None)
    out, err = tempfile.TemporaryFile(), tempfile.TemporaryFile()
    begin = time.monotonic()
    process = subprocess.Popen([INQUEST] + arguments, stdin=subprocess.DEVNULL, stdout=out, stderr=err, env=env, cwd=ROOT, start_new_session=True)
    killed = []

    def end():
        killed.append(True)
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)

    timer = threading.Timer(at_most, end)
    timer.start()
    _, status, usage = os.wait4(process.pid, 0)
    timer.cancel()
    process.returncode = os.waitstatus_to_exitcode(status)
    wall = time.monotonic() - begin
    texts = []
    for file in (out, err):
        file.seek(0)
        texts.append(file.read().decode("utf-8", "replace"))
        file.close()
    try:
        document = json.loads(texts[0])
    except ValueError:
        document = None
    subprocess.run(["rm", "-rf", home], check=False)
    return Run(None if killed else process.returncode, document, texts[0], texts[1], usage.ru_utime + usage.ru_stime, wall)


class Checks:
    """Counts; `check` prints a line a claim, `differs` a line of the table of FAILURES."""

    def __init__(self):
        self.passed = self.failed = self.not_run = 0
        self.differences = []

    def check(self, claim, good, detail=""):
        if good:
            self.passed += 1
        else:
            self.failed += 1
            self.differences.append(f"{claim}: {detail}")
        print(f"  {'ok  ' if good else 'FAIL'} {claim}" + (f"\n       | {detail}" if detail and not good else ""), flush=True)
        return bool(good)

    def leave_out(self, what, why):
        self.not_run += 1
        print(f"  not run: {what}: {why}", flush=True)

    def note(self, text):
        print(f"  note: {text}", flush=True)


class Bench:
    """A stack of loaded servers, each behind a recording proxy; `everything` is what all proxies saw so far."""

    def __init__(self, stack, folder, checks):
        self.stack, self.folder, self.checks = stack, folder, checks
        self.proxies = {}
        self.everything = []               # (kind of server, Seen)
        self.baseline = None

    def open(self):
        for name, server in self.stack.server.items():
            self.proxies[name] = Proxy(getattr(server, "query", server.url)).__enter__()
        return self

    def close(self):
        self.gather()
        for proxy in self.proxies.values():
            proxy.__exit__()

    def gather(self):
        """Moves what the proxies saw into `everything`."""
        for name, proxy in self.proxies.items():
            self.everything += [(name, seen) for seen in proxy.requests]
            proxy.forget()

    def urls(self, direct=False):
        return {n: getattr(s, "query", s.url) if direct else self.proxies[n].url for n, s in self.stack.server.items()}

    @contextlib.contextmanager
    def proxy_of_its_own(self, name):
        """One more proxy of that server, for a run beside others; what it saw is kept too."""
        server = self.stack.server[name]
        with Proxy(getattr(server, "query", server.url)) as proxy:
            yield proxy
        self.everything += [(name, seen) for seen in proxy.requests]

    def yaml(self, metrics, spans, logs, direct=False, through=None, **more):
        """A file for --sources; `through`: addresses of servers that are to be used instead."""
        handle, path = tempfile.mkstemp(suffix=".yaml", dir=self.folder)
        with os.fdopen(handle, "w", encoding="utf-8") as f:
            f.write(sources.yaml_of(metrics, spans, logs, self.urls(direct) | (through or {}), **more))
        return path

    def has(self, metrics, spans, logs):
        return sources.parts_of(metrics, spans, logs) <= set(self.stack.server)

    def files(self):
        """The memory-leak SOP on the recording's files in the same window: what every stack has to say too."""
        if self.baseline is None:
            self.baseline = inquest(["run", "memory_leak", "--data", "sops/memory_leak/replay", "--json"] + WINDOW)
            assert self.baseline.json, self.baseline.err
        return self.baseline


@contextlib.contextmanager
def title(text):
    begin = time.monotonic()
    print(f"== {text}", flush=True)
    yield
    print(f"-- {text}: {time.monotonic() - begin:.1f} s", flush=True)


def cause(evidence):
    """Why an ask of a run's document failed; empty when it did not."""
    failed = evidence.get("failed") or {}
    return f"{failed['class']}: {failed['cause']}"[:300] if failed else ""


def first_lines(text, n=3):
    return " / ".join(text.strip().split("\n")[:n])


if sys.version_info < (3, 9):
    sys.exit("Python 3.9 or newer is needed")
