# Sends requests through the HTTP door to a fault server, and says what must come of them.
# SPDX-License-Identifier: Apache-2.0
import json
import os
import subprocess
import sys
import tempfile

import runner
from fault_server import FaultServer
from runner import same

BUILD = os.environ.get("INQUEST_BUILD", os.path.dirname(runner.INQUEST))
PROBE = os.path.join(BUILD, "tests", "faults", "door_probe")
folder = tempfile.TemporaryDirectory(prefix="inquest-faults-")
server = FaultServer(folder.name)
rows = {}  # row of the list of faults → what came of it


def probe(url, env=None, wrap=(), **spec):
    spec = {"path": "/x", "json": True, "url": url, **spec}
    done = subprocess.run([*wrap, PROBE, json.dumps(spec)], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, timeout=120,
                          env={**{k: v for k, v in os.environ.items() if not k.lower().endswith("_proxy")}, **(env or {})})
    assert done.returncode == 0, f"exit {done.returncode}: {done.stdout[-500:]} {done.stderr[-1500:]}"
    return json.loads(done.stdout)


def ask(name, **spec):
    server.forget()
    return probe(server.url(name), **spec)


def ends(answer, outcome, *words, tries=None, row=None):
    """The outcome and what its cause or cure says; a failure never carries a body."""
    same(answer["outcome"], outcome, "outcome of " + json.dumps(answer)[:600])
    said = answer.get("cause", "") + " " + answer.get("cure", "") + " " + answer.get("body", "")
    for word in words:
        assert word in said, f"{word!r} is not in {said!r}"
    if outcome != "ok":
        assert "json" not in answer and answer["cause"], answer
    if tries is not None:
        same(answer["traffic"]["requests"], tries, "requests sent")
    if row is not None:
        rows.setdefault(row, set()).add(outcome)
    return answer


def in_time(make, limit, outcome, *words, row=None):
    """The outcome within the limit + 100 ms; a machine that is busy elsewhere gets five chances."""
    for chance in range(5):
        answer = ends(make(), outcome, *words, row=row)
        if answer["ms"] <= limit + 100:
            return answer
    raise AssertionError(f"took {answer['ms']:.0f} ms, allowed {limit} + 100")


def truncated(name, row, *words):
    """Refused after one more try."""
    return ends(ask(name, json=False), "malformed", "2 tries", *words, tries=2, row=row)


def main(expected):
    """Runs the cases; the last prints the rows with their outcomes and compares them with what is expected."""
    if not os.path.exists(PROBE):
        print(f"FAIL {PROBE} is not built\n0 passed, 1 failed")
        sys.exit(1)

    def table():
        "each row ends in its named outcomes and no other"
        for row in sorted(rows):
            print(f"row {row:2}: {', '.join(sorted(rows[row]))}")
        same({row: ", ".join(sorted(outcomes)) for row, outcomes in sorted(rows.items())}, expected, "outcomes")
    if len(sys.argv) == 1:
        runner.case(table)
    try:
        runner.main()
    finally:
        server.__exit__()
