#!/usr/bin/env python3
# inquest repl and inquest test as their users meet them: piped, on a terminal, over tests that fail.
# SPDX-License-Identifier: Apache-2.0
"""usage: INQUEST=build/inquest tests/runtime/cli/repl_test.py      ends with `N passed, N failed`"""
import json
import os
import pty
import select
import shutil
import signal
import stat
import subprocess
import sys
import tempfile
import time

ROOT = os.path.abspath(os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", ".."))
INQUEST = os.path.abspath(os.environ.get("INQUEST", os.path.join(ROOT, "build", "inquest")))
WORK = tempfile.mkdtemp(prefix="inquest-repl-")
DATA = os.path.join(ROOT, "examples", "01_first_walk", "replay")
passed = failed = 0


def check(claim, ok, detail=""):
    global passed, failed
    if ok:
        passed += 1
    else:
        failed += 1
        print(f"FAIL {claim}\n     " + str(detail).strip().replace("\n", "\n     ")[-3000:])


def environment(**more):
    clean = {k: v for k, v in os.environ.items() if not k.startswith("INQUEST")}
    return dict(clean, LC_ALL="C.UTF-8", XDG_STATE_HOME=os.path.join(WORK, "state"), TERM="xterm", **more)


def run(*arguments, text=None, **more):
    done = subprocess.run([INQUEST, *arguments], cwd=ROOT, env=environment(**more), input=text, stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE, text=True, errors="replace", timeout=120)
    return done.returncode, done.stdout, done.stderr


def piped():
    code, out, err = run("repl", "--data", DATA, text="x = 2\nx + 1\nmetric.request_rate { service = \"billing\" }\nmetric.request_rat {}\n"
                         "for i = 1, 2 do\nprint(\"line \" .. i)\nend\n.ctx\n.doc reviews.load_change\nwhile true do end\n\"still there\"\n")
    check("a piped session ends with 0", code == 0, err)
    check("an expression shows itself", "\n3\n" in "\n" + out, out)
    check("an ask shows its frame as a table", "billing" in out and "series frame, 47 rows" in out or "series frame, 48 rows" in out, out)
    check("a misspelt ask is told on stderr with the nearest name", "unknown ask `metric.request_rat`" in err and "did you mean `request_rate`?" in err, err)
    check("an unfinished chunk goes on in the next line", "line 1\nline 2\n" in out, out)
    check(".ctx shows the window", "window 2026-01-05 10:00:00" in out, out)
    check(".doc shows what a review takes", "takes load = metric.request_rate {}" in out, out)
    check("a line without end is stopped and the next one is answered", out.rstrip().endswith("still there"), out + err)
    code, out, err = run("repl", text="metric.memory {}\nfor i = 1, 2 do\n")
    check("without a source an ask says how to name one", "--data DIR" in err, err)
    check("an unfinished chunk at the end of input is told", "not finished" in err, err)
    code, out, err = run("repl", "--demo", "examples/02_own_review", text="reviews.backlog { waiting = metric.jobs_waiting {} }\n")
    check("--demo brings the SOP's own reviews and measures", "found: jobs of floor-2 pile up since" in out, out + err)
    code, out, err = run("repl", "--data", os.path.join(WORK, "nowhere"), text="1 + 1\n.sources\n")
    check("a folder that is not there does not keep the REPL from answering", "2\n" in out or "nowhere" in err, out + err)


def terminal():
    """Types at a real terminal: ctrl-c drops a line, stops a loop, and ends nothing else; the history is private."""
    pid, fd = pty.fork()
    if pid == 0:
        os.execve(INQUEST, [INQUEST, "repl", "--data", DATA], environment())
    seen = b""

    def until(text, seconds=10):
        nonlocal seen
        end = time.monotonic() + seconds
        while text.encode() not in seen and time.monotonic() < end:
            if select.select([fd], [], [], 0.1)[0]:
                try:
                    seen += os.read(fd, 65536)
                except OSError:
                    break
        found = text.encode() in seen
        if found:
            seen = seen[seen.index(text.encode()) + len(text.encode()):]
        return found

    def write(text):
        os.write(fd, text.encode())

    check("the terminal greets and prompts", until(".help shows") and until("> "), seen)
    write("20 + 2\r")
    check("a typed line is answered", until("22\r\n"), seen)
    until("> ")                                     # before its prompt the editor does not have the terminal
    write("half a line")
    until("half a line")
    write("\x03")
    check("ctrl-c brings a new prompt", until("\n> "), seen)
    write("30 + 3\r")
    check("ctrl-c drops the line and the next one is answered", until("33\r\n"), seen)
    write('"é→" .. "ü"\r')
    check("letters of several bytes are typed", until("é→ü\r\n"), seen)
    write("for i = 1, 1e9 do local s = ('x'):rep(200000) end\r")   # longer than an empty loop within the same allowance
    until("rep(200000) end")
    time.sleep(0.1)
    write("\x03")
    check("ctrl-c stops a loop before its budget does", until("cancel", 3), seen)
    until("> ", 2)
    write("40 + 4\r")
    check("after a stopped loop the next line is answered", until("44\r\n"), seen)
    until("> ")
    time.sleep(0.3)
    write("\x04")
    status = None
    for _ in range(100):
        done, status = os.waitpid(pid, os.WNOHANG)
        if done:
            break
        time.sleep(0.1)
    else:
        os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)
        status = None
    check("ctrl-d leaves with 0", status is not None and os.WIFEXITED(status) and os.WEXITSTATUS(status) == 0, status)
    os.close(fd)
    history = os.path.join(WORK, "state", "inquest", "history")
    check("the history is kept for this user alone", os.path.exists(history) and stat.S_IMODE(os.stat(history).st_mode) == 0o600, history)
    with open(history, encoding="utf-8") as file:
        check("the history has what was typed", "20\\040+\\0402" in file.read(), history)


def tests_that_fail():
    folder = os.path.join(WORK, "sops", "walk")
    shutil.copytree(os.path.join(ROOT, "examples", "01_first_walk"), folder)
    code, out, err = run("test", folder)
    check("tests that hold end with 0 and say how many", code == 0 and out.endswith("2 passed, 0 failed\n"), out + err)
    with open(os.path.join(folder, "sop_test.lua"), "w", encoding="utf-8") as file:
        file.write('return {\n  test "wrong verdict" { data = "replay",\n    expect { verdict = "ruled_out" } },\n'
                   '  test "no data" { data = "replay", without = { "metrics" }, expect { verdict = "inconclusive", exit = 5 } },\n'
                   '  test "not there" { data = "nowhere", expect { verdict = "confirmed" } },\n'
                   '  test "right" { data = "replay", expect { verdict = "confirmed" } },\n}\n')
    junit = os.path.join(WORK, "out.xml")
    before = set(os.listdir(tempfile.gettempdir()))
    code, out, err = run("test", "--sops", os.path.join(WORK, "sops"), "walk", "--junit", junit)
    check("a failure ends with 1 and the counts", code == 1 and out.endswith("1 passed, 3 failed\n"), out + err)
    check("a failure says file, line, what was expected and what came",
          "sop_test.lua:3: verdict: expected ruled_out, got confirmed more_load (service=billing)" in out, out)
    check("a test that examined no data fails whatever it expects", "data: the run examined none" in out, out)
    check("a recording that is not there is named", "there is no recording `nowhere`" in out, out)
    left = [name for name in set(os.listdir(tempfile.gettempdir())) - before if name.startswith("inquest-test-")]
    check("the cases of the tests are removed", left == [], left)
    with open(junit, encoding="utf-8") as file:
        text = file.read()
    check("JUnit counts the failures", 'tests="4" failures="3"' in text, text)
    code, out, err = run("test", folder, "--json", "--filter", "right")
    document = json.loads(out)
    check("--json is one document, --filter leaves out the others", code == 0 and document["passed"] == 1 and document["failed"] == 0
          and [t["name"] for t in document["tests"]] == ["right"], out)
    code, out, err = run("test", folder, "--filter", "nothing like it")
    check("a filter that fits no test is a mistake of usage", code == 2 and "no test fits" in err, out + err)
    with open(os.path.join(folder, "sop_test.lua"), "w", encoding="utf-8") as file:
        file.write('return { test "a" { data = "replay", expect { verdict = "confirmd" } } }\n')
    code, out, err = run("test", folder)
    check("a test file with a mistake is a failure with the nearest word", code == 1 and "did you mean `confirmed`?" in out, out + err)


def over_a_case():
    folder = os.path.join(WORK, "cased", "walk")
    shutil.copytree(os.path.join(ROOT, "examples", "01_first_walk"), folder)
    os.mkdir(os.path.join(folder, "cases"))
    code, out, err = run("run", folder, "--demo", "--case", os.path.join(folder, "cases", "one.case"), "-q")
    shutil.rmtree(os.path.join(folder, "replay"))
    with open(os.path.join(folder, "sop_test.lua"), "w", encoding="utf-8") as file:
        file.write('return {\n  test "the case still gives its verdict" { case = "cases/one.case",\n'
                   '    expect { verdict = "confirmed", hypothesis = "more_load", subject = { service = "billing" } } },\n}\n')
    code, out, err = run("test", folder)
    check("a SOP is tested on the evidence of a case, without its recording", code == 0 and out.endswith("1 passed, 0 failed\n"), out + err)


if __name__ == "__main__":
    if not os.path.exists(INQUEST):
        print(f"no program {INQUEST}: build first\n0 passed, 1 failed")
        sys.exit(1)
    try:
        piped()
        terminal()
        tests_that_fail()
        over_a_case()
    finally:
        shutil.rmtree(WORK, ignore_errors=True)
    print(f"{passed} passed, {failed} failed")
    sys.exit(1 if failed else 0)
