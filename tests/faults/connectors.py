# Runs `inquest` on a source that the fault server spoils, one ask a run, and tells how that ask ended.
# SPDX-License-Identifier: Apache-2.0
"""Ended: outcome (a class of failure, or ok), cause, rows, marks; from the journal that `inquest run --output ndjson` writes.
A run that ends by a signal, without a word about its ask, or with an empty frame raises."""
import collections
import json
import os
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "support"))
import backends  # noqa: E402
import runner  # noqa: E402
from fault_server import FaultServer  # noqa: E402
from runner import same  # noqa: E402

ASKS = {"prometheus": ("metrics", "metric.memory {}"), "opensearch": ("logs", "logs.search { limit = 3 }"),
        "jaeger": ("spans", "spans.slowest { limit = 2 }")}
KINDS = tuple(ASKS)
GOOD = {kind: getattr(backends, kind) for kind in KINDS}
IS_DATA = {kind: getattr(backends, kind + "_data") for kind in KINDS}
Ended = collections.namedtuple("Ended", "outcome cause rows marks code sources text seconds")


def sop(folder, kind, ask=None):
    name = "one_" + kind
    os.makedirs(os.path.join(folder, name), exist_ok=True)
    with open(os.path.join(folder, name, "sop.lua"), "w", encoding="utf-8") as f:
        f.write(f'-- One ask of a {kind}.\nreturn sop "{name}" {{ title = "One", start = "go",\n'
                f'  query "go" {{ ask = {{ it = {ask or ASKS[kind][1]} }}, on "asked" {{ to = "done" }} }} }}\n')
    return name


def run(kind, url, timeout="2s", attempts=2, more="", ask=None, env=None, limits=""):
    with tempfile.TemporaryDirectory(prefix="inquest-faults-") as folder:
        name = sop(folder, kind, ask)
        yaml = os.path.join(folder, "inquest.yaml")
        with open(yaml, "w", encoding="utf-8") as f:
            f.write(f"sources:\n  - name: it\n    kind: {kind}\n    url: {url}\n    signals: [{ASKS[kind][0]}]\n"
                    f"    limits: {{ attempts: {attempts}, timeout: {timeout}{limits} }}\n" + more)
        os.chmod(yaml, 0o600)
        base = {k: v for k, v in os.environ.items() if not k.startswith("INQUEST_") and not k.lower().endswith("_proxy")}
        start = time.monotonic()
        done = subprocess.run([runner.INQUEST, "run", name, "--sops", folder, "--sources", yaml, "--output", "ndjson", "--no-input",
                               "--case", os.path.join(folder, "c.inquest")], stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                              timeout=120, env={**base, "LC_ALL": "C.UTF-8", **(env or {})})
    return ended(done)._replace(seconds=time.monotonic() - start)


def ended(done):
    out, err = done.stdout.decode("utf-8", "replace"), done.stderr.decode("utf-8", "replace")
    assert 0 <= done.returncode < 126, f"exit {done.returncode}: {err[-500:]}"
    events = [json.loads(line) for line in out.split("\n") if line]
    of = collections.defaultdict(list)
    for event in events:
        of[event["kind"]].append(event["payload"])
    assert of["run_ended"], f"no end: exit {done.returncode} {err[-800:]}"
    assert not of["script_crashed"] and not of["script_hung"], out[-500:]
    sources = of["run_started"][0]["sources"] if of["run_started"] else []
    common = dict(code=done.returncode, sources=sources, text=out + err, seconds=0)
    if of["ask_failed"]:
        failure = of["ask_failed"][0]
        assert failure["cause"], failure
        return Ended(failure["class"], failure["cause"] + " | " + failure["cure"], 0, {}, **common)
    assert of["answered"], f"nothing is said of the ask: exit {done.returncode} {out[-800:]} {err[-500:]}"
    answer = of["answered"][0]
    return Ended("ok", "", answer["rows"], answer["marks"], **common)


def answered(kind, edit, ask=None, timeout="5s", status=None, attempts=2, everywhere=False):
    """How the ask ends when `edit(request, answer)` changes the answers that hold rows; it gives a JSON value or bytes."""
    sent = []

    def good(request):
        code, form, body = GOOD[kind](request)
        if not everywhere and not (IS_DATA[kind](request) and code == 200):
            return code, form, body
        sent.append(request)
        value = edit(request, json.loads(body))
        return status or 200, form, value if isinstance(value, bytes) else json.dumps(value).encode()
    with FaultServer(good=good) as server:
        answer = run(kind, server.url("good"), ask=ask, timeout=timeout, attempts=attempts)
        assert sent, "nothing was spoiled"
        return answer


def says(answer, outcome, *words):
    same(answer.outcome, outcome, f"outcome ({answer.cause} {answer.marks})")
    text = answer.cause + json.dumps(answer.marks, ensure_ascii=False)
    for word in words:
        assert word in text, f"{word!r} is not in {text!r}"
    return answer


def partial(answer, *words):
    says(answer, "ok")
    assert answer.marks.get("partial"), f"not marked as partial: {answer.marks}"
    for word in words:
        assert word in answer.marks["partial"], f"{word!r} is not in {answer.marks['partial']!r}"
    assert answer.rows > 0, answer
    return answer
