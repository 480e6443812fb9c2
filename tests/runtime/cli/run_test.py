#!/usr/bin/env python3
# `inquest run` as its users meet it: the verdict on the shipped recording, documents, streams, exits, errors with a cure.
# SPDX-License-Identifier: Apache-2.0
"""usage: INQUEST=build/inquest tests/runtime/cli/run_test.py      ends with `N passed, N failed`"""
import hashlib
import json
import os
import re
import shlex
import sqlite3
import stat
import subprocess
import xml.etree.ElementTree as xml

from program import DEMO, INQUEST, REPLAY, Place, check, controls, done, truth

TRUTH = truth()
MEMBERS = {"schema_version", "case", "sop", "inputs", "sources", "verdict", "hypotheses", "suspects", "findings", "unknown", "path",
           "evidence", "exit"}
ROWS = {"hypotheses": {"name", "subject", "word", "strength", "findings", "missing"}, "suspects": {"service", "score", "why"},
        "findings": {"id", "state", "kind", "subject", "numbers", "lists", "strength", "onset", "evidence", "says"},
        "path": {"state", "context", "round", "via"},
        "evidence": {"id", "state", "ask", "source", "native", "window", "rows", "bytes", "ms", "partial"}}
VERDICT = {"word", "hypothesis", "subject", "onset", "strength", "says", "also", "missing"}


def judged(document, hypothesis, service=None):
    for row in document["hypotheses"]:
        if row["name"] == hypothesis and (service is None or row["subject"].get("service") == service):
            return row
    return {"word": "no such row", "missing": []}


def signals(missing):
    return sorted({entry["signal"] for entry in missing})


def seconds(text):
    """Seconds of the day of an RFC 3339 time."""
    hour, minute, second = text[11:].rstrip("Z").split(":")
    return int(hour) * 3600 + int(minute) * 60 + float(second)


def the_recording(place):
    document = place.document(*DEMO)
    if not check("a run on the shipped recording prints one JSON document", document is not None):
        return
    verdict = document["verdict"]
    check("the recorded leak is confirmed", verdict["word"] == "confirmed", str(verdict))
    check("the hypothesis is the one that was caused", verdict["hypothesis"] == TRUTH["hypothesis"], str(verdict))
    check("the subject is the service that has the fault", verdict["subject"] == {"service": TRUTH["service"]}, str(verdict))
    on, killed = seconds(TRUTH["fault_switched_on"]), seconds(TRUTH["killed_out_of_memory"])
    check("the onset lies between the switch and the kill", verdict["onset"] and on <= seconds(verdict["onset"]) <= killed, str(verdict["onset"]))
    check("the strength is a number between 0 and 1", 0 < verdict["strength"] <= 1, str(verdict["strength"]))
    check("the strongest suspect is the service that has the fault", document["suspects"][0]["service"] == TRUTH["service"], str(document["suspects"]))
    cohort = [f["subject"] for f in document["findings"] if f["kind"] == "cohort" and f["subject"].get("service") == TRUTH["service"]]
    check("what slow requests have in common is the attribute that the fault sets",
          any(s.get("attribute") == TRUTH["cohort"]["attribute"] and s.get("value") == TRUTH["cohort"]["slow_when"] for s in cohort), str(cohort))
    grows = [f["subject"] for f in document["findings"] if f["kind"] == "growing_attribute"]
    check("the number that grows in its spans is named", any(s.get("attribute") == TRUTH["growing_attribute"] for s in grows), str(grows))
    check("the document has every listed member", MEMBERS <= set(document), str(MEMBERS - set(document)))
    check("the verdict has every listed member", VERDICT <= set(verdict), str(VERDICT - set(verdict)))
    for name, members in ROWS.items():
        wrong = [row for row in document[name] if not members <= set(row)]
        check(f"every row of `{name}` has every listed member, and there are rows", document[name] and not wrong, str(wrong[:1]))
    kept = {row["id"] for row in document["evidence"]}
    loose = [f["id"] for f in document["findings"] if not f["evidence"] or not set(f["evidence"]) <= kept]
    check("every finding cites evidence that the document lists", not loose, str(loose))
    check("the exit of the document is that of the program", document["exit"] == 0)
    keys = [(row["name"], json.dumps(row["subject"], sort_keys=True)) for row in document["hypotheses"]]
    check("a hypothesis has one row per key", len(keys) == len(set(keys)), str(keys))

    healthy = place.document(*DEMO, "--from", TRUTH["healthy"][0], "--to", TRUTH["healthy"][1])
    check("nothing is confirmed in the healthy part", healthy["verdict"]["word"] in ("ruled_out", "nothing_found", "inconclusive"), str(healthy["verdict"]))
    check("no hypothesis at all is confirmed in the healthy part", not [r for r in healthy["hypotheses"] if r["word"] == "confirmed"])


def without(place):
    service = TRUTH["service"]
    d = place.document(*DEMO, "--without", "metrics")
    check("without metrics the verdict is inconclusive", d["verdict"]["word"] == "inconclusive", str(d["verdict"]))
    check("without metrics only metrics are missing", signals(d["verdict"]["missing"]) == ["metrics"], str(d["verdict"]["missing"]))
    check("every missing entry says how to mend it", d["verdict"]["missing"] and all(m["cure"] for m in d["verdict"]["missing"]), str(d["verdict"]["missing"]))
    d = place.document(*DEMO, "--without", "spans")
    check("without spans the leak is confirmed from metrics", d["verdict"]["word"] == "confirmed" and d["verdict"]["hypothesis"] == "leak" and
          d["verdict"]["subject"] == {"service": service}, str(d["verdict"]))
    row = judged(d, TRUTH["hypothesis"], service)
    check("without spans the reason at that service is inconclusive", row["word"] == "inconclusive", str(row))
    check("without spans only spans are missing for it", signals(row["missing"]) == ["spans"], str(row))
    d = place.document(*DEMO, "--without", "logs")
    check("without logs the reason is still confirmed", d["verdict"]["word"] == "confirmed" and d["verdict"]["hypothesis"] == TRUTH["hypothesis"] and
          d["verdict"]["subject"] == {"service": service}, str(d["verdict"]))
    helps = [u for u in d["unknown"] if u["signal"] == "logs"]
    check("without logs what they would have helped stands under unknown", "new_messages" in {u["kind"] for u in helps}, str(helps))
    ran = place.inquest(*DEMO, "--without", "metrics", "--without", "spans", "--without", "logs", "--json")
    check("with every signal withheld nothing is claimed", ran.code == 5 and json.loads(ran.out)["verdict"]["word"] in ("inconclusive", "nothing_found"), ran.out[:400] + ran.err)


def the_stream(place):
    case = place.path("stream.case")
    ran = place.inquest(*DEMO, "--output", "ndjson", "--case", case)
    rows = [json.loads(line) for line in ran.out.splitlines()]
    check("ndjson is one row a line from run_started to run_ended", ran.code == 0 and rows[0]["kind"] == "run_started" and rows[-1]["kind"] == "run_ended", ran.err)
    check("the rows of the stream count from 1 without a gap", [r["seq"] for r in rows] == list(range(1, len(rows) + 1)))
    db = sqlite3.connect(f"file:{case}?mode=ro", uri=True)
    kept = db.execute("select seq, kind, payload, hash from journal order by seq").fetchall()
    db.close()
    check("the stream holds every journal row of the case", [(r["seq"], r["kind"], r["hash"]) for r in rows] == [(k[0], k[1], k[3]) for k in kept],
          f"{len(rows)} streamed, {len(kept)} kept")
    check("a streamed payload is the kept payload", all(r["payload"] == json.loads(k[2]) for r, k in zip(rows, kept)))
    before, broken = "", []
    for seq, kind, payload, found in kept:
        before = hashlib.sha256(f"{before}\n{seq}\n{kind}\n{payload}".encode()).hexdigest()
        if before != found:
            broken.append(seq)
            before = found
    check("every hash follows from the row before and this row", not broken, f"broken at {broken[:5]}")
    again = [json.loads(line) for line in place.inquest(*DEMO, "--output", "ndjson").out.splitlines()]
    check("two runs have the same chain", [r["hash"] for r in rows] == [r["hash"] for r in again])


def files(place):
    case = place.path("one", "a.case")
    os.mkdir(place.path("one"))
    ran = place.inquest(*DEMO, "--json", "--case", case)
    check("a case is one file that stands alone", os.listdir(place.path("one")) == ["a.case"], str(os.listdir(place.path("one"))))
    check("a case is for its owner alone (0600)", stat.S_IMODE(os.stat(case).st_mode) == 0o600, oct(os.stat(case).st_mode))
    check("the case of the shipped recording stays under 1 MB", os.path.getsize(case) < 1 << 20, str(os.path.getsize(case)))
    check("the document names the case file", json.loads(ran.out)["case"] == case, ran.out[:200])
    check("with --json stdout is the document alone and stderr the narration", ran.out.lstrip().startswith("{") and "{" not in ran.err[:1])
    ran = place.inquest(*DEMO, "--case", case)
    check("a case file that is there is not written over", ran.code == 2 and "--overwrite" in ran.err, ran.err)
    check("--overwrite replaces it", place.inquest(*DEMO, "-q", "--case", case, "--overwrite").code == 0)
    place.inquest(*DEMO, "-q")
    cases = os.listdir(place.path("state", "inquest", "cases"))
    check("without --case the case is kept under XDG_STATE_HOME", any(c.endswith(".case") and "memory_leak" in c for c in cases), str(cases))
    walk = place.inquest(*DEMO).out
    check("the walk ends with where the case is and what to type next", place.path("state") in walk[-1500:] and "inquest report " in walk[-1500:], walk[-700:])

    said = re.sub(r" \\\n +", " ", walk[walk.rindex("\nCase "):])
    commands = re.findall(r"(?m)^ +(inquest .*)$", said)
    check("there are two commands to go on with", len(commands) == 2, said)
    for command in commands:
        words = [REPLAY if word == "DIR" else word for word in shlex.split(command)[1:]]
        ran = place.inquest(*words)
        check(f"the command to go on with works as it stands: {command[:40]}…", ran.code == 0, command + "\n" + ran.err)

    for ending, begins in (("html", "<!doctype html"), ("md", "#"), ("json", "{"), ("txt", "")):
        path = place.path("report." + ending)
        ran = place.inquest(*DEMO, "-q", "--report", path)
        text = open(path, encoding="utf-8").read() if os.path.exists(path) else ""
        check(f"--report writes .{ending} with the verdict in it", ran.code == 0 and text.lower().lstrip().startswith(begins) and TRUTH["service"] in text and
              TRUTH["hypothesis"] in text.replace("\\", ""), ran.err + text[:200])
    for fail_on, code, failures in (("confirmed", 3, 1), (None, 0, 0)):
        path = place.path("junit.xml")
        ran = place.inquest(*DEMO, "-q", "--junit", path, *(["--fail-on", fail_on] if fail_on else []))
        check(f"--fail-on {fail_on} exits {code} on the recorded leak", ran.code == code, ran.err)
        suite = xml.parse(path).getroot().find("testsuite")
        check(f"its JUnit file is well-formed and counts {failures} failure", suite is not None and int(suite.get("failures")) == failures and
              int(suite.get("tests")) == len(suite.findall("testcase")) and len(suite.findall(".//failure")) == failures)
    check("--fail-on inconclusive exits 3 without metrics", place.inquest(*DEMO, "-q", "--without", "metrics", "--fail-on", "inconclusive").code == 3)
    check("--fail-on confirmed exits 0 in the healthy part",
          place.inquest(*DEMO, "-q", "--from", TRUTH["healthy"][0], "--to", TRUTH["healthy"][1], "--fail-on", "confirmed").code == 0)
    document = place.document(*DEMO, "--fail-on", "confirmed")
    check("the document of such a run says exit 3", document["exit"] == 3)


def answers(place):
    document = place.document(*DEMO, "--answer", "services_latency=no suspect")
    check("--answer decides a choice", [p["state"] for p in document["path"]][-1] == "services_latency", str([p["state"] for p in document["path"]]))
    document = place.document(*DEMO, "--answer", "traces=done")
    check("an answered end leaves what was found so far", document["path"][-1]["state"] == "traces" and document["verdict"]["word"] == "confirmed", str(document["verdict"]))
    document = place.document(*DEMO, "--input", f"service={TRUTH['service']}")
    asked = {json.dumps(e["scope"]) for e in document["evidence"]}
    check("--input service limits every ask to it", document["inputs"]["service"] == TRUTH["service"] and all(TRUTH["service"] in a for a in asked), str(asked))
    document = place.document(*DEMO, "--from", TRUTH["window"][0], "--to", TRUTH["window"][1])
    check("--from and --to are the window of the document", document["window"] == {"from": TRUTH["window"][0], "to": TRUTH["window"][1]}, str(document["window"]))
    document = place.document(*DEMO, "--since", "10m")
    check("--since is the last stretch of the recording", abs(seconds(document["window"]["to"]) - seconds(document["window"]["from"]) - 600) < 1e-3, str(document["window"]))


def mistakes(place):
    os.mkdir(place.path("empty"))
    place.write("texts/notes.txt", "nothing that is telemetry\n")
    place.write("texts/table.csv", "a,b\n1,2\n")
    for claim, arguments, code, named in (
            ("an unknown command is refused with the nearest", ["rnu"], 2, ["rnu", "run"]),
            ("a SOP's name in place of a command says how to run it", ["memory_leak", "--demo"], 2, ["inquest run memory_leak"]),
            ("help about an unknown command is refused", ["help", "rnu"], 2, ["rnu", "run"]),
            ("an unknown option is refused with the nearest", [*DEMO, "--demmo"], 2, ["--demmo", "--demo"]),
            ("an unknown SOP is refused with the nearest", ["run", "memory_leek", "--demo"], 2, ["memory_leek", "memory_leak"]),
            ("a run without telemetry says what to give", ["run", "memory_leak"], 2, ["--data", "--demo"]),
            ("a run without a SOP is refused", ["run"], 2, ["sop", "--help"]),
            ("--demo and --data exclude each other", [*DEMO, "--data", "empty"], 2, ["--demo", "--data"]),
            ("an unknown input is refused with the nearest", [*DEMO, "--input", "windw=1h"], 2, ["windw", "window"]),
            ("an input of the wrong type is refused with a good one", [*DEMO, "--input", "window=fast"], 2, ["fast", "window", "15m"]),
            ("an input without a value is refused", [*DEMO, "--input", "window"], 2, ["--input", "="]),
            ("an input given as negative duration is refused", [*DEMO, "--input", "window=-5m"], 2, ["-5m", "15m"]),
            ("an unknown state in --answer is refused with the nearest", [*DEMO, "--answer", "tracez=done"], 2, ["tracez", "traces"]),
            ("an unknown label in --answer is refused with the known ones", [*DEMO, "--answer", "traces=stop"], 2, ["stop", "whats next ?", "done"]),
            ("an answer without a label is refused with the form and the labels", [*DEMO, "--answer", "traces"], 2, ["`traces` has no label", "STATE=LABEL", "'traces=whats next ?'", "'traces=done'"]),
            ("a file that is not there is named once", ["run", "memory_leak", "--data", "nowhere"], 2, ["nowhere: no such file or directory\n"]),
            ("a time that is none is refused with a good one", [*DEMO, "--from", "yesterday"], 2, ["yesterday", "--from", "Z"]),
            ("a window that ends before it begins is refused", [*DEMO, "--from", TRUTH["window"][1], "--to", TRUTH["window"][0]], 2, ["--from"]),
            ("a duration that is none is refused", [*DEMO, "--since", "soon"], 2, ["soon", "--since"]),
            ("an unknown signal in --without is refused with the known ones", [*DEMO, "--without", "traces"], 2, ["traces", "spans"]),
            ("an unknown verdict in --fail-on is refused with the known ones", [*DEMO, "--fail-on", "maybe"], 2, ["maybe", "inconclusive"]),
            ("an unknown format of a report is refused before anything runs", [*DEMO, "--report", "x.pdf"], 2, ["x.pdf", ".html"]),
            ("a thread count that is no number is refused", [*DEMO, "--threads", "many"], 2, ["many", "--threads"]),
            ("a word too many is refused", [*DEMO, "twice"], 2, ["twice", "--help"]),
            ("--guided and --no-input exclude each other", [*DEMO, "--guided", "--no-input"], 2, ["--guided", "--no-input"]),
            ("a folder that is not there cannot hold the case", [*DEMO, "--case", "nowhere/a.case"], 2, ["nowhere/a.case"]),
            ("a folder cannot be the case, not even with --overwrite", [*DEMO, "--case", "empty", "--overwrite"], 2, ["empty", "folder"]),
            ("a time limit that is none is refused", [*DEMO, "--time-limit", "0"], 2, ["--time-limit", "15m"]),
            ("a time limit that is over exits 124 and names it", [*DEMO, "-q", "--time-limit", "1ms"], 124, ["1ms"]),
            ("a report that cannot be written is named", [*DEMO, "-q", "--report", "nowhere/r.md"], 2, ["nowhere/r.md"]),
            ("a directory that is not there is refused", ["run", "memory_leak", "--data", "nowhere"], 2, ["nowhere", "OTLP"]),
            ("an empty directory exits 5 and says what was looked for", ["run", "memory_leak", "--data", "empty"], 5, ["empty", "resourceMetrics", "zstd"]),
            ("a directory without OTLP exits 5 and names what lies there", ["run", "memory_leak", "--data", "texts"], 5, ["texts", "notes.txt", "resourceSpans"]),
            ("a case that is not there is refused with where cases are", ["report", "nowhere.case"], 2, ["nowhere.case", "inquest cases"])):
        ran = place.inquest(*arguments)
        lines = ran.err.strip().splitlines()
        said = lines and all(name in ran.err for name in named)
        cured = code == 124 or "cannot write" in ran.err or len(lines) >= 2 and lines[0].startswith("inquest: ") and lines[1].startswith("  ")
        check(claim, ran.code == code and said and cured, f"exit {ran.code}, expected {code}; named {named}\n{ran.err}")
        check(f"  and nothing stands on stdout ({' '.join(arguments)[:60]})", ran.out == "", ran.out[:300])
    path = place.path("state", "inquest", "cases")
    before = set(os.listdir(path))
    ran = place.inquest(*DEMO, "--from", "2031-01-01T00:00:00Z", "--to", "2031-01-01T01:00:00Z")
    check("a window without telemetry exits 5", ran.code == 5, ran.err)
    check("its commands to go on name a file", "report ''" not in ran.out, ran.out[-600:])
    check("and it leaves its case like any other run", len(set(os.listdir(path)) - before) == 1, str(set(os.listdir(path)) - before))


def the_outside(place):
    def shell(line):
        return subprocess.run(["bash", "-c", line], cwd=place.folder, env=place.environment(I=INQUEST), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, timeout=60)
    ran = shell('set -o pipefail; $I run memory_leak --demo | head -1')
    check("a reader that goes away is no failure and no noise", ran.returncode == 0 and ran.stdout.count("\n") == 1 and ran.stderr == "", f"{ran.returncode} {ran.stderr}")
    for command in ("run memory_leak --demo", "run memory_leak --demo --json", "version", "list", "draw memory_leak", "help"):
        ran = shell(f"$I {command} > /dev/full")
        check(f"`{command}` onto a full disk fails and says so", ran.returncode == 1 and "cannot write" in ran.stderr, f"exit {ran.returncode} {ran.stderr}")
    ran = shell("mkdir shut && chmod 500 shut && $I run memory_leak --demo -q --case shut/a.case; echo $?")
    check("a folder that may not be written cannot hold the case", os.geteuid() == 0 or ran.stdout.strip() in ("1", "2"), ran.stdout + ran.stderr)
    ran = shell("$I run memory_leak --demo --case closed.case <&- >&- 2>&-; echo $?")
    check("with stdin, stdout and stderr closed a run keeps its case whole", ran.stdout.strip() == "0" and place.inquest("report", "closed.case", "--json").code == 0,
          ran.stdout + place.inquest("report", "closed.case").err)


HOSTILE = "\x1b[2J\x1b]0;owned\x07<script>alert(1)</script>\u202e\u2066\x9b31m\x00"


def hostile(place):
    def put(**values):
        return [{"key": k.replace("__", "."), "value": {"stringValue": v}} for k, v in values.items()]
    start, spans, points, logs = 1_800_000_000_000_000_000, [], [], []
    resource = {"attributes": put(service__name="shop" + HOSTILE)}
    for i in range(120):
        at = start + i * 10_000_000_000
        length = 1_000_000 * (1 if i < 60 else 100 + i)
        spans.append({"traceId": f"{i + 1:032x}", "spanId": f"{i + 1:016x}", "name": "GET " + HOSTILE, "kind": 2, "startTimeUnixNano": str(at),
                      "endTimeUnixNano": str(at + length), "attributes": put(cache=("no" if i >= 60 else "yes") + HOSTILE)})
        points.append({"timeUnixNano": str(at), "asInt": str(10**8 + (0 if i < 60 else (i - 60) * 10**7)), "attributes": put(pool=HOSTILE)})
        logs.append({"timeUnixNano": str(at), "severityText": "INFO" + HOSTILE, "body": {"stringValue": f"{HOSTILE} line {i}"}, "traceId": f"{i + 1:032x}"})
    lines = [{"resourceSpans": [{"resource": resource, "scopeSpans": [{"spans": spans}]}]},
             {"resourceMetrics": [{"resource": resource, "scopeMetrics": [{"metrics": [{"name": "process.memory.usage", "unit": "By", "sum":
                                   {"dataPoints": points, "aggregationTemporality": 2, "isMonotonic": False}}]}]}]},
             {"resourceLogs": [{"resource": resource, "scopeLogs": [{"logRecords": logs}]}]}]
    place.write(HOSTILE.replace("/", "").replace("\x00", "") + "/telemetry.jsonl", "".join(json.dumps(line) + "\n" for line in lines))
    folder = place.path(HOSTILE.replace("/", "").replace("\x00", ""))
    run = ("run", "memory_leak", "--data", folder)
    ran = place.inquest(*run, "--case", place.path("hostile.case"))
    check("hostile telemetry is walked to the end", ran.code in (0, 5) and "alert(1)" in ran.out, ran.err)
    check("no control byte of telemetry reaches the walk", not controls(ran.raw_out + ran.raw_err), str(controls(ran.raw_out + ran.raw_err)))
    for name, arguments in (("document", [*run, "--json"]), ("stream", [*run, "--output", "ndjson"]), ("list of sources", ["sources", "--data", folder]),
                            ("Markdown report", ["report", "hostile.case", "--format", "markdown"]),
                            ("page", ["report", "hostile.case", "--format", "html"]), ("shown case", ["report", "hostile.case"])):
        ran = place.inquest(*arguments)
        check(f"no control byte of telemetry reaches the {name}", ran.out and not controls(ran.raw_out + ran.raw_err), str(controls(ran.raw_out + ran.raw_err)) + ran.err)
        if name in ("page", "Markdown report"):   # in a fence of Markdown every word stands for itself
            outside = re.sub(r"(?ms)^(```+)[^\n]*\n.*?^\1$", "", ran.out) if name != "page" else ran.out
            scripts = len(re.findall(r"(?i)<script", outside))   # the page has one of its own, allowed by its hash
            check(f"no script of telemetry reaches the {name}", scripts == (name == "page") and "alert(1)</" not in outside, f"{scripts} scripts")
    ran = place.inquest(*run, "-q", "--junit", "hostile.xml")
    check("JUnit of hostile telemetry is well-formed", ran.code in (0, 5) and xml.parse(place.path("hostile.xml")).getroot().tag == "testsuites")
    for arguments in (["run", HOSTILE.replace("\x00", "")], [HOSTILE.replace("\x00", "")], ["run", "memory_leak", "--demo", "--input", HOSTILE.replace("\x00", "") + "=1"],
                      ["run", "memory_leak", "--data", "/" + HOSTILE.replace("\x00", "")], ["report", HOSTILE.replace("\x00", "")],
                      [*DEMO, "--from", HOSTILE.replace("\x00", "")], [*DEMO, "--" + HOSTILE.replace("\x00", "")]):
        ran = place.inquest(*arguments)
        check(f"no control byte of `{arguments[0][:8].strip(chr(27))} {'/'.join(a[:6] for a in arguments[1:]).strip(chr(27))}` comes back in the error".replace("\x1b", "␛"),
              ran.code == 2 and not controls(ran.raw_out + ran.raw_err), f"exit {ran.code} {controls(ran.raw_err)} {ran.raw_err!r}")


with Place() as here:
    for part in (the_recording, without, the_stream, files, answers, mistakes, the_outside, hostile):
        part(here)
done()
