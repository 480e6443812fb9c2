#!/usr/bin/env python3
# The same telemetry gives the same result document, whatever the machine, its settings and the shape of the files are.
# SPDX-License-Identifier: Apache-2.0
"""usage: INQUEST=build/inquest [INQUEST_O0=build-O0/inquest] tests/runtime/cli/determinism_test.py      ends with `N passed, N failed`

Compared is the whole document without its clock fields (runtime/report/formats.h, without_clock): case, clock and of each
piece of evidence ms and bytes. The chain of journal hashes is compared too, as far as the files are the same.

What may depend on file names, and so is not varied against each other here: rows are read in the order of file names, and
where two rows tie in every column of an order (two spans of one instant, two log lines of one nanosecond) that order stands.
A collector that rotates files numbers them in time, so the copies below keep the order of lines under the names they get;
copies in which it is not kept come last, and must agree in everything but such ties: verdict, judgements and findings."""
import gzip
import json
import os
import random
import subprocess
import time

from program import DEMO, INQUEST, REPLAY, SIGNALS, Place, check, done, lines_of, without_clock

HIDE = "glibc.cpu.hwcaps=-AVX2_Usable,-AVX2,-FMA,-FMA_Usable"


def differences(a, b, path=""):
    """Paths at which two documents differ, the first few."""
    if type(a) is not type(b):
        return [f"{path}: {a!r} | {b!r}"[:300]]
    if isinstance(a, dict):
        return [d for key in sorted(set(a) | set(b)) for d in differences(a.get(key), b.get(key), f"{path}.{key}")]
    if isinstance(a, list):
        if len(a) != len(b):
            return [f"{path}: {len(a)} | {len(b)} entries"]
        return [d for i, (x, y) in enumerate(zip(a, b)) for d in differences(x, y, f"{path}[{i}]")]
    return [] if a == b else [f"{path}: {a!r} | {b!r}"[:300]]


def same(claim, one, other):
    if one is None or other is None:
        return check(claim, False, "no document")
    found = differences(one, other)
    return check(claim, not found, f"{len(found)} differences, of them:\n" + "\n".join(found[:6]))


def main_part(document):
    """What must not depend even on the order of lines."""
    part = {key: document[key] for key in ("verdict", "hypotheses", "suspects", "path", "sop", "inputs", "window", "exit")}
    part["findings"] = [{k: f[k] for k in ("kind", "subject", "numbers", "strength", "onset", "says")} for f in document["findings"]]
    part["unknown"] = sorted(json.dumps(u, sort_keys=True) for u in document["unknown"])
    part["rows"] = [(e["id"], e["rows"]) for e in document["evidence"]]
    return part


with Place() as place:
    def document(*arguments, **options):
        found = place.document(*arguments, **options)
        return None if found is None else without_clock(found)

    began, runs = time.time(), 0
    first = document(*DEMO)
    check("the first run gives a document with findings", first is not None and len(first["findings"]) > 3)
    check("other telemetry gives another document", differences(first, document(*DEMO, "--since", "20m")))
    for env in ({"TZ": "Asia/Kathmandu"}, {"TZ": "America/St_Johns", "LC_ALL": "C"}, {"TZ": "Pacific/Apia", "LC_ALL": "POSIX"},
                {"LC_ALL": None, "LANG": "C.UTF-8", "LC_NUMERIC": "de_DE.UTF-8"}, {"LC_ALL": "de_DE.UTF-8"}, {"LC_ALL": None, "LANG": "tr_TR.UTF-8"},
                {"GLIBC_TUNABLES": HIDE}, {"SIMDJSON_FORCE_IMPLEMENTATION": "fallback"}, {"MALLOC_PERTURB_": "165"},
                {"COLUMNS": "40", "FORCE_COLOR": "1"}, {"HOME": "/nonexistent-home"}):
        runs += 1
        other = document(*DEMO, env=env)
        same(f"the document is the same under {' '.join(f'{k}={v}' for k, v in env.items())}", first, other)
    for threads in range(1, 9):
        runs += 1
        same(f"the document is the same with {threads} threads", first, document(*DEMO, "--threads", str(threads)))
    bound = ["taskset", "-c", "0", INQUEST] if os.path.exists("/usr/bin/taskset") else [INQUEST]
    ran = subprocess.run([*bound, *DEMO, "--json"], env=place.environment(), cwd=place.folder, stdout=subprocess.PIPE)
    same("the document is the same on one processor", first, without_clock(json.loads(ran.stdout)))
    check("twenty runs were compared", runs + 1 >= 20, str(runs))
    plain = [json.loads(line)["hash"] for line in place.inquest(*DEMO, "--output", "ndjson").out.splitlines()]
    hidden = [json.loads(line)["hash"] for line in place.inquest(*DEMO, "--threads", "3", "--output", "ndjson",
                                                                 env={"TZ": "Asia/Kathmandu", "GLIBC_TUNABLES": HIDE, "SIMDJSON_FORCE_IMPLEMENTATION": "fallback"}).out.splitlines()]
    check("the chain of the journal is the same under another zone, processor and thread count", plain == hidden and len(plain) > 20)
    debug = os.environ.get("INQUEST_O0")
    if debug:
        same("the document is the same from a build without optimisation", first, document(*DEMO, binary=os.path.abspath(debug), seconds=300))

    lines = {signal: lines_of(signal) for signal in SIGNALS}

    def folder(name, files):
        """Makes a folder of files (name → lines; ends with .gz: gzip) in the order given."""
        os.mkdir(place.path(name))
        for file, content in files:
            data = ("\n".join(content) + "\n").encode()
            with (gzip.open(place.path(name, file), "wb", 1) if file.endswith(".gz") else open(place.path(name, file), "wb")) as out:
                out.write(data)
        return place.path(name)

    def thirds(signal):
        n = len(lines[signal]) // 3
        return lines[signal][:n], lines[signal][n:2 * n], lines[signal][2 * n:]

    demo = document("run", "memory_leak", "--data", REPLAY)
    same("the folder of the recording gives what --demo gives", first, demo)
    kept = {
        "as plain files": [(f"{s}.jsonl", lines[s]) for s in SIGNALS],
        "made in another order": [(f"{s}.jsonl", lines[s]) for s in reversed(SIGNALS)],
        "under other names": [(f"{name}.json", lines[s]) for s, name in zip(SIGNALS, ("a-99", "Z", "0 with a blank"))],
        "all signals in one file": [("all.jsonl", [line for s in SIGNALS for line in lines[s]])],
        "rotated, the last made first": [(f"{s}-{i}.jsonl", part) for s in SIGNALS for i, part in reversed(list(enumerate(thirds(s))))],
        "rotated, one part in gzip": [(f"{s}-{i}.jsonl" + (".gz" if i == 1 else ""), part) for s in SIGNALS for i, part in enumerate(thirds(s))],
        "with blank lines at the end": [(f"{s}.jsonl", lines[s] + ["", ""]) for s in SIGNALS],
    }
    for claim, files in kept.items():
        same(f"the document is the same from files {claim}", first, document("run", "memory_leak", "--data", folder(claim, files)))
    rng = random.Random(20261121)
    shuffled = {s: rng.sample(lines[s], len(lines[s])) for s in SIGNALS}
    for claim, files in {
            "named against the order of time": [(f"{s}-{9 - i}.jsonl", part) for s in SIGNALS for i, part in enumerate(thirds(s))],
            "with their lines shuffled": [(f"{s}.jsonl", shuffled[s]) for s in SIGNALS],
            "with their lines shuffled over four": [(f"{s}-{i}.jsonl", shuffled[s][i::4]) for s in SIGNALS for i in range(4)]}.items():
        other = document("run", "memory_leak", "--data", folder(claim, files))
        same(f"what is concluded is the same from files {claim}", main_part(first), other and main_part(other))
done()
