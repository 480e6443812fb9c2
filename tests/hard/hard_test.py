#!/usr/bin/env python3
# The memory-leak SOP on recordings with known truth: a table of verdicts, and what must hold in every row of it.
# SPDX-License-Identifier: Apache-2.0
"""usage: hard_test.py [--keep DIR] [--only TEXT] [SEED]

Each row is a seeded recording (tests/support/shapes.py). What stands in KNOWN is wrong and explained; everything else
must be right. Never, explained or not: a verdict confirmed while a signal that the hypothesis needs is withheld, a
leak confirmed where there is none, a wrong service confirmed.
"""
import concurrent.futures
import json
import os
import shutil
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "support"))
from generations import GENERATIONS  # noqa: E402
from recordings import Recording  # noqa: E402
from runner import INQUEST  # noqa: E402
from shapes import CACHE, LEAK, ONE_MINUTE, ONLY, SHAPES  # noqa: E402

FIRST_SEED = 1
# Wrong, and why it cannot be known from the data: case -> explanation.
KNOWN = {}


def cases(first):
    out = []
    for name, (_, count) in SHAPES.items():
        generations = sorted(ONLY.get(name, GENERATIONS))
        for i in range(count):
            seed = first * 100_000 + sum(map(ord, name)) * 100 + i
            out.append((f"{name} {i + 1}", name, seed, generations[(seed + i) % len(generations)]))
    return out


def run(case, keep=None):
    title, name, seed, generation = case
    w = Recording(seed, generation=generation, every=60 if name in ONE_MINUTE else None)
    truth = SHAPES[name][0](w)
    folder = tempfile.mkdtemp(prefix="inquest-hard-")
    try:
        data = os.path.join(keep, title.replace(" ", "-")) if keep else os.path.join(folder, "data")
        shutil.rmtree(data, ignore_errors=True)
        w.telemetry().write(data)
        env = dict({k: v for k, v in os.environ.items() if not k.startswith("INQUEST_")}, LC_ALL="C.UTF-8")
        done = subprocess.run([INQUEST, "run", "memory_leak", "--data", data, "--case", os.path.join(folder, "x.case"), "--json",
                               "--threads", "1"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, timeout=60, env=env)
        try:
            report = json.loads(done.stdout)
        except ValueError:
            raise AssertionError(f"{title}: exit {done.returncode}: {done.stderr[-800:]}") from None
        return w, truth, report, sum(os.path.getsize(os.path.join(data, f)) for f in os.listdir(data))
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def judge(w, truth, report):
    """(what it said, what is broken for good, what is wrong)"""
    v = report["verdict"]
    word = v["word"] + (" " + v["hypothesis"] if v["word"] == "confirmed" else "")
    service = (v.get("subject") or {}).get("service")
    broken = None
    if word in (LEAK, CACHE):
        if LEAK not in truth.expect and CACHE not in truth.expect:
            broken = "confirmed without the signal that it needs" if w.without else "a leak confirmed where there is none"
        elif service != truth.service:
            broken = f"confirmed {service}"
    if word == CACHE and {"spans", "attributes", "memory"} & set(w.without):
        broken = "confirmed without the signal that it needs"
    wrong = None if word in truth.expect and not broken else f"expected {' or '.join(truth.expect)}"
    if word == CACHE and not wrong:
        top = max((f for f in report["findings"] if f["kind"] == "cohort"), key=lambda f: f["strength"])["subject"]
        if (top["attribute"], top["value"]) != truth.cohort:
            wrong = f"the cohort is {truth.cohort}, not {top['attribute']} = {top['value']}"
        grows = {f["subject"]["attribute"] for f in report["findings"] if f["kind"] == "growing_attribute"}
        if grows != {truth.number}:
            wrong = f"what grows is {truth.number}, not {sorted(grows)}"
    return word, service, broken, wrong


def explained(word, wrong, report):
    """Why an answer other than the best cannot be known from the telemetry, as the run itself says."""
    missing = [m.get("why", "") for m in report["verdict"].get("missing") or []]
    if wrong and word == "inconclusive" and missing and all("so few requests came" in why for why in missing):
        return "so few requests that nobody can tell whether they rose with memory"
    return None


def main():
    arguments = sys.argv[1:]
    keep = arguments.pop(arguments.index("--keep") + 1) if "--keep" in arguments else None
    only = arguments.pop(arguments.index("--only") + 1) if "--only" in arguments else ""
    seeds = [int(a) for a in arguments if a.isdigit()]
    chosen = [c for c in cases(seeds[0] if seeds else FIRST_SEED) if only in c[0]]
    passed = failed = open_cases = 0
    with concurrent.futures.ProcessPoolExecutor(2) as pool:
        rows = list(pool.map(row_of, chosen, [keep] * len(chosen)))
    print(f"| {'case':20} {'truth':34} {'verdict':30} {'subject':16} outcome")
    for (title, *_), (about, truth, expect, word, service, broken, wrong, reason, notes) in zip(chosen, rows):
        known = reason or (KNOWN.get(title) if not seeds else None)
        open_cases += bool(known and wrong)
        outcome = "ok" if not wrong and not broken else f"BROKEN {broken}" if broken else ("known: " + known if known else "WRONG " + wrong)
        if wrong and not known or broken:
            failed += 1
            outcome += f" ({about}) {notes}"
        else:
            passed += 1
        print(f"| {title:20} {(truth or 'no leak') + ': ' + expect:34.34} {word:30} {service or '':16.16} {outcome}")
    if open_cases > len(chosen) / 20 + 1:
        print(f"{open_cases} of {len(chosen)} cases are left open: more than one in twenty")
        failed += 1
    for title in sorted(set(KNOWN) - {c[0] for c in chosen if not only}):
        if not only and not seeds:
            print(f"KNOWN names a case that is not there: {title}")
            failed += 1
    if len(chosen) < 120 and not only:
        print(f"{len(chosen)} cases: fewer than 120")
        failed += 1
    print(f"{passed} passed, {failed} failed")
    return 1 if failed or not passed else 0


def row_of(case, keep):
    w, truth, report, size = run(case, keep)
    word, service, broken, wrong = judge(w, truth, report)
    notes = ""
    if wrong or broken:
        found = sorted({(f["kind"], f["subject"].get("service")) for f in report["findings"]})
        notes = f"seed {case[2]}, victim {w.victim}, found {found}, missing {report['verdict'].get('missing')}"
    return w.describe(), truth.service, truth.expect[0], word, service, broken, wrong, explained(word, wrong, report), notes


if __name__ == "__main__":
    sys.exit(main())
