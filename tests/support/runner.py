# Runs the cases of a test file, each a function with one claim as its first line, and ends with `N passed, N failed`.
# SPDX-License-Identifier: Apache-2.0
"""A test file defines functions with a one-line docstring, marks them with @case and ends with `main()`:

    @case
    def leak():
        "a linear leak is found"
        r = review(data, 'return reviews.memory_growth { memory = metric.memory {} }')
        near(r.one()["numbers"]["times"], 2, 0.1)

`INQUEST` is the program (tests/run sets it), else build/inquest. A case fails by an exception; a file that ran no case
fails. Names on the command line choose cases.
"""
import json
import os
import subprocess
import sys
import tempfile
import traceback

ROOT = os.path.abspath(os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", ".."))
INQUEST = os.environ.get("INQUEST", os.path.join(ROOT, "build", "inquest"))
cases = []


def case(function):
    assert function.__doc__, function.__name__ + " has no claim"
    cases.append(function)
    return function


def near(got, expected, tolerance, what="value"):
    """`got` lies within `tolerance` (absolute) of `expected`."""
    assert got is not None and abs(float(got) - expected) <= tolerance, f"{what} is {got}, not {expected} ± {tolerance}"


def same(got, expected, what="value"):
    assert got == expected, f"{what} is {got!r}, not {expected!r}"


def run(*arguments, expect=0):
    env = dict({k: v for k, v in os.environ.items() if not k.startswith("INQUEST_")}, LC_ALL="C.UTF-8")
    done = subprocess.run([INQUEST, *arguments], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, timeout=60, env=env)
    assert expect is None or done.returncode == expect, f"exit {done.returncode}, not {expect}: {done.stdout[-500:]}{done.stderr[-1500:]}"
    return done


class Answer:
    """What a review returned: rows of found, examined and unknown, of one kind."""

    def __init__(self, value, kind):
        rows = lambda name: [r for r in value.get(name) or [] if r["kind"] == kind]
        self.value, self.kind, self.found, self.examined, self.unknown = value, kind, rows("found"), rows("examined"), rows("unknown")

    @staticmethod
    def _of(rows, subject):
        return [r for r in rows if all((r.get("subject") or {}).get(k) == v for k, v in subject.items())]

    def one(self, **subject):
        """The only finding about the subject."""
        rows = self._of(self.found, subject)
        assert len(rows) == 1, f"{len(rows)} found of {self.kind} {subject}: {rows or self.unknown}"
        row = rows[0]
        assert 0 <= row["strength"] <= 1, row
        return row

    def not_found(self, **subject):
        """Examined, not found, not unknown: the three states told apart."""
        assert not self._of(self.found, subject), f"found: {self._of(self.found, subject)}"
        assert not self._of(self.unknown, subject), f"unknown: {self._of(self.unknown, subject)}"
        assert self._of(self.examined, subject), f"not examined: {self.kind} {subject}"

    def is_unknown(self, why="", **subject):
        assert not self._of(self.found, subject), f"found: {self._of(self.found, subject)}"
        rows = self._of(self.unknown, subject)
        assert rows, f"not unknown: found {self.found}, examined {self.examined}"
        assert all(r.get("why") and r.get("cure") for r in rows), f"without reason or cure: {rows}"
        assert any(why in r["why"] for r in rows), f"none says {why!r}: {rows}"
        return rows[0]


def evaluate(data, script):
    """The value of a Lua script over the telemetry `data`."""
    with tempfile.TemporaryDirectory(prefix="inquest-review-") as folder:
        data.write(os.path.join(folder, "data"))
        path = os.path.join(folder, "script.lua")
        with open(path, "w", encoding="utf-8") as file:
            file.write(script)
        return json.loads(run("lua", path, "--data", os.path.join(folder, "data"), "--json", "--threads", "1").stdout)


def review(data, kind, script):
    """The answer of the review that the script returns, as far as it is of `kind`."""
    return Answer(evaluate(data, script), kind)


def main():
    chosen = sys.argv[1:]
    passed = failed = 0
    for function in cases:
        if chosen and function.__name__ not in chosen:
            continue
        try:
            function()
            passed += 1
        except Exception as error:
            failed += 1
            detail = str(error) if isinstance(error, AssertionError) and str(error) else traceback.format_exc().strip()
            print(f"FAIL {function.__doc__.strip()} ({function.__name__})\n     " + detail.replace("\n", "\n     ")[-2500:], flush=True)
    print(f"{passed} passed, {failed} failed")
    sys.exit(1 if failed or not passed else 0)
