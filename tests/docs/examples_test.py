#!/usr/bin/env python3
# Every example is whole: a page, a SOP that passes check, tests; and the commands of its page run as they stand.
# SPDX-License-Identifier: Apache-2.0
"""usage: INQUEST=build/inquest tests/docs/examples_test.py      ends with `N passed, N failed`

The tests of the examples themselves run in `inquest test --sops examples`. Commands that want a person or the reader's
own telemetry are named by `not_run`; every other indented line of a page that begins with `inquest ` is run."""
import os
import re
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "runtime", "cli"))
from program import ROOT, Place, check, done  # noqa: E402

EXAMPLES = os.path.join(ROOT, "examples")
not_run = ("--guided", "inquest repl", "telemetry/")
numbered = sorted(name for name in os.listdir(EXAMPLES) if re.match(r"\d\d_", name))

check("the examples are numbered without a gap, six at least", [int(n[:2]) for n in numbered] == list(range(1, len(numbered) + 1)) and len(numbered) >= 6, repr(numbered))
with open(os.path.join(EXAMPLES, "README.md"), encoding="utf-8") as file:
    listed = re.findall(r"^\| \[(\w+)\]", file.read(), re.M)
check("the page of the examples lists each of them, in order", listed == numbered + ["embed"], repr(listed))

with Place() as place:
    os.symlink(EXAMPLES, place.path("examples"))
    for name in numbered + ["embed"]:
        folder = os.path.join(EXAMPLES, name)
        wanted = {"sop.lua", "sop_test.lua", "replay"} | (set() if name == "embed" else {"README.md"})
        check(f"{name} has {', '.join(sorted(wanted))}", wanted <= set(os.listdir(folder)), repr(os.listdir(folder)))
        out = place.inquest("check", os.path.join("examples", name))
        check(f"{name} passes check", out.code == 0 and "good" in out.out + out.err, out.out + out.err)
        with open(os.path.join(folder, "sop.lua"), encoding="utf-8") as file:
            text = file.read()
        check(f"{name} fits on a screen and a half", text.count("\n") <= 60, str(text.count("\n")))
        if name == "embed":
            continue
        with open(os.path.join(folder, "README.md"), encoding="utf-8") as file:
            lines = re.findall(r"^ {4,}(inquest .*)$", file.read(), re.M)
        check(f"the page of {name} shows commands", len(lines) >= 2, repr(lines))
        for line in lines:
            if any(word in line for word in not_run):
                continue
            command = re.split(r"\s{2,}", line)[0]
            words = [a or b for a, b in re.findall(r'"([^"]*)"|(\S+)', command)][1:]
            out = place.inquest(*words)
            expected = 3 if "--fail-on" in words else 0
            check(f"`{command}` runs as the page of {name} shows it", out.code == expected and (out.out or out.err), f"exit {out.code}\n{out.err[-800:]}")
    demo = place.inquest("run", "examples/05_what_is_missing", "--demo", "--without", "metrics", "--without", "spans")
    check("05: with nothing examined the run ends with exit 5, as its page says", demo.code == 5, f"exit {demo.code}")
    without = place.document("run", "examples/05_what_is_missing", "--demo", "--without", "spans")
    check("05: without spans the verdict names spans", without and [m["signal"] for m in without["verdict"]["missing"]] == ["spans"], repr(without and without["verdict"]))
    answered = place.document("run", "examples/06_choices_and_ci", "--demo", "--answer", "decide=turn it off")
    check("06: what is answered beforehand is the answer of the verdict", "Turn the feature off" in repr(answered), repr(answered and answered["verdict"]))
done()
