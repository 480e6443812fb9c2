#!/usr/bin/env python3
# Ten real recordings with a known faulty service: the suspects name it, and a busy core is no leak.
# SPDX-License-Identifier: Apache-2.0
# A database `x-db` counts as its service `x`, as in the benchmark that the recordings are of (sock_shop/README.md).
import json
import os
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "support"))
from runner import case, main, run  # noqa: E402

FOLDER = os.path.join(os.path.dirname(os.path.abspath(__file__)), "sock_shop")
reports = {}


def report(name):
    if name not in reports:
        with tempfile.TemporaryDirectory(prefix="inquest-hard-") as folder:
            done = run("run", "memory_leak", "--data", os.path.join(FOLDER, name), "--case", os.path.join(folder, "x.case"), "--json")
            reports[name] = json.loads(done.stdout)
    return reports[name]


def names(fault=""):
    found = sorted(n for n in os.listdir(FOLDER) if n.startswith("user-" + fault))
    assert len(found) == (5 if fault else 10), found
    return found


@case
def suspects():
    "the suspects name the faulty service first in at least nine of ten recordings"
    right, told = 0, []
    for name in names():
        with open(os.path.join(FOLDER, name, "truth.json"), encoding="utf-8") as file:
            truth = json.load(file)["service"]
        rows = report(name)["suspects"]
        first = rows[0]["service"] if rows and rows[0]["score"] > 0 else None
        hit = first in (truth, truth + "-db")
        right += hit
        told.append(f"| {'ok   ' if hit else 'WRONG'} {name}: {[(s['service'], round(s['score'], 2)) for s in rows[:3]]}")
    print("\n".join(told))
    assert right >= 9, f"{right} of 10"


@case
def onset():
    "the onset of the first suspect is the moment at which the fault began, though nobody told it: within ten seconds"
    for name in names():
        with open(os.path.join(FOLDER, name, "truth.json"), encoding="utf-8") as file:
            began = json.load(file)["onset"]
        top = max((f for f in report(name)["findings"] if f["kind"] == "suspect"), key=lambda f: f["strength"])
        seconds = sum(int(x) * y for x, y in zip(top["onset"][11:19].split(":"), (3600, 60, 1)))
        assert abs((seconds - began) % 86400) <= 10 or abs((began - seconds) % 86400) <= 10, f"{name}: {top['onset']}, truth {began}"


@case
def no_leak_on_cpu():
    "no leak is confirmed on the five recordings of a busy core"
    for name in names("cpu"):
        v = report(name)["verdict"]
        assert v["word"] in ("ruled_out", "nothing_found"), f"{name}: {v}"


main()
