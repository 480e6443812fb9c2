# The program as its users start it: a clean environment, a folder of its own, claims counted.
# SPDX-License-Identifier: Apache-2.0
"""Shared by the tests of this folder. INQUEST names the binary (else build/inquest). Every program runs in a temporary
folder that is its HOME, state and working directory, so that no test sees another one or the user's own cases.

    from program import Place, check, done, ROOT, truth
    with Place() as place:
        ran = place.inquest("run", "memory_leak", "--demo", "--json")     # .code .out .err (bytes: .raw_out .raw_err)
        check("a claim as a sentence", ran.code == 0, ran.err)
    done()                                                              # prints `N passed, N failed` and exits
"""
import collections
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile

ROOT = os.path.abspath(os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", ".."))
INQUEST = os.path.abspath(os.environ.get("INQUEST", os.path.join(ROOT, "build", "inquest")))
REPLAY = os.path.join(ROOT, "sops", "memory_leak", "replay")
SIGNALS = ("metrics", "traces", "logs")
DEMO = ("run", "memory_leak", "--demo")

counts = collections.Counter()
Ran = collections.namedtuple("Ran", "code out err raw_out raw_err")


def check(claim, ok, detail=""):
    """One claim, named as a sentence; prints what was seen when it does not hold."""
    counts["passed" if ok else "failed"] += 1
    if not ok:
        detail = detail if isinstance(detail, str) else repr(detail)
        print(f"FAIL {claim}\n     " + detail.strip()[:2500].replace("\n", "\n     "), flush=True)
    return bool(ok)


def done():
    print(f"{counts['passed']} passed, {counts['failed']} failed")
    sys.exit(1 if counts["failed"] or not counts["passed"] else 0)


def truth():
    with open(os.path.join(REPLAY, "truth.json"), encoding="utf-8") as file:
        return json.load(file)


def lines_of(signal):
    """The lines of a signal of the shipped recording."""
    text = subprocess.run(["zstd", "-dcq", os.path.join(REPLAY, f"{signal}.jsonl.zst")], stdout=subprocess.PIPE, check=True).stdout
    return [line for line in text.decode("utf-8").split("\n") if line]


CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f\x80-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069]")


def controls(raw):
    """Control characters and bidirectional marks of an output, new line and tab aside."""
    return sorted({f"U+{ord(c):04X}" for c in CONTROL.findall(raw.decode("utf-8", "replace") if isinstance(raw, bytes) else raw)})


class Place:
    """A temporary folder in which the program runs; removed at the end."""

    def __enter__(self):
        self.folder = tempfile.mkdtemp(prefix="inquest-cli-")
        return self

    def __exit__(self, *_):
        shutil.rmtree(self.folder, ignore_errors=True)

    def path(self, *parts):
        return os.path.join(self.folder, *parts)

    def environment(self, **more):
        env = {"PATH": os.environ.get("PATH", "/usr/bin:/bin"), "HOME": self.folder, "LC_ALL": "C.UTF-8",
               "XDG_STATE_HOME": self.path("state"), "XDG_CONFIG_HOME": self.path("config"), "COLUMNS": "100"}
        for name in ("ASAN_OPTIONS", "UBSAN_OPTIONS", "LSAN_OPTIONS", "INQUEST_HOME"):
            if name in os.environ:
                env[name] = os.environ[name]
        env.update(more)
        return {name: value for name, value in env.items() if value is not None}

    def inquest(self, *arguments, env=None, binary=INQUEST, stdin=None, seconds=60):
        ran = subprocess.run([binary, *arguments], cwd=self.folder, env=self.environment(**(env or {})),
                             input=stdin if stdin is None else stdin.encode(), stdin=subprocess.DEVNULL if stdin is None else None,
                             stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=seconds)
        return Ran(ran.returncode, ran.stdout.decode("utf-8", "replace"), ran.stderr.decode("utf-8", "replace"), ran.stdout, ran.stderr)

    def document(self, *arguments, **options):
        """The JSON document of a run; None when there is none."""
        ran = self.inquest(*arguments, "--json", **options)
        try:
            return json.loads(ran.out)
        except ValueError:
            return None

    def write(self, name, text):
        path = self.path(name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)
        return path


def without_clock(document):
    """As runtime/report/formats.h: without what depends on the clock, the wire or this machine."""
    kept = {k: v for k, v in document.items() if k not in ("case", "clock")}
    kept["evidence"] = [{k: v for k, v in row.items() if k not in ("ms", "bytes")} for row in kept.get("evidence", [])]
    return kept


def attributes(**values):
    """OTLP-JSON attributes of text values."""
    return [{"key": key.replace("__", "."), "value": {"stringValue": value}} for key, value in values.items()]
