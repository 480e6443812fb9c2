#!/usr/bin/env python3
# The program on a real terminal, 80 and 120 columns wide, and piped: widths, alignment, colour, choices, the REPL.
# SPDX-License-Identifier: Apache-2.0
"""usage: INQUEST=build/inquest tests/runtime/cli/terminal_test.py      ends with `N passed, N failed`; needs tmux"""
import os
import re
import time
import unicodedata

from program import DEMO, Place, check, controls, done, truth
from screen import Screen, have_tmux

TRUTH = truth()
RUN = "inquest run memory_leak --demo"


def width(line):
    return sum(0 if unicodedata.combining(c) else 2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in line)


def block(lines, begin, end):
    """The lines after the one that begins with `begin`, before the one that begins with `end`."""
    out, inside = [], False
    for line in lines:
        if inside and line.startswith(end):
            break
        if inside:
            out.append(line)
        inside = inside or line.startswith(begin)
    return out


def pasted(line):
    """A command stands on one line where it has no place to break, so that it can be pasted."""
    return line.startswith("      inquest ")


def the_walk(columns, verbose=False):
    """In short as it is told by itself, and with --verbose, where every answer has its table."""
    with Place() as place, Screen(place, columns) as screen:
        screen.type(RUN + " --verbose" * verbose)
        screen.until("[exit ")
        lines = screen.lines()
        begin = next((i for i, line in enumerate(lines) if line.startswith("── Memory")), 0)
        lines = lines[begin:]
        wide = [line for line in lines if width(line) > columns and not pasted(line)]
        check(f"no line of the walk is wider than {columns} columns", len(lines) > 60 and not wide, "\n".join(wide[:5]))
        check(f"the walk on {columns} columns uses its width", max(map(width, lines)) > columns - 8, str(max(map(width, lines))))
        check(f"the run on {columns} columns ends with exit 0", any("[exit 0]" in line for line in lines), "\n".join(lines[-4:]))
        if columns < 80:   # words are cut and wrapped there; that nothing is wider is what counts
            return
        verdict = block(lines, "── Verdict", "Ruled out")
        check(f"the verdict on {columns} columns begins with the word and the service", verdict and "CONFIRMED" in verdict[0] and TRUTH["service"] in verdict[0], str(verdict[:2]))
        labels = [line for line in verdict if re.match(r"  (since|how sure|also|suspect) ", line)]
        starts = {re.match(r"  (?:how sure|\S+) +", line).end() for line in labels}
        check(f"the labels of the verdict on {columns} columns have one column of values", len(labels) >= 4 and len(starts) == 1, "\n".join(labels))
        at = min(starts) if starts else 0
        below = verdict[verdict.index(labels[0]):] if labels else []
        loose = [line for line in below if line not in labels and len(line) - len(line.lstrip()) not in (at, at + 2)]
        check(f"what continues a value on {columns} columns stands under it", not loose, "\n".join(loose))
        if not verbose:
            check(f"the walk in short on {columns} columns is at most {170 if columns >= 80 else 340} lines", len(lines) <= (170 if columns >= 80 else 340), str(len(lines)))
            seen = [line for line in lines if re.search(r"[▁▂▃▄▅▆▇█·]{8,}", line)]
            check(f"findings on {columns} columns show the course of what they rest on", len(seen) >= 3, "\n".join(seen))
        for heading, end in (("Ruled out", "Not looked at"), ("Not looked at", "Case ")):
            items = [line for line in block(lines, heading, end) if not line.startswith("  and ")]
            loose = [line for line in items if not re.match(r"  \S  \S|     \S", line)]
            check(f"the items under “{heading}” on {columns} columns hang under their signs", items and not loose, "\n".join(loose[:4]))
        bars = [line for line in lines if line.startswith(("│", "┌", "└"))]
        deep = [line for line in bars if not re.match(r"[│┌└]( [│┌└]){0,2}( |$)", line)]
        check(f"the bars of contexts on {columns} columns are whole", len(bars) > 40 and not deep, "\n".join(deep[:4]))
        inside = lines[next((i for i, line in enumerate(lines) if line.startswith("┌")), 0):next((i for i, line in enumerate(lines) if line.startswith("└")), 0)]
        outside = [line for line in inside if not line.startswith(("│", "┌"))]
        check(f"every line within a context on {columns} columns stands behind its bar", inside and not outside, "\n".join(outside[:4]))
        if verbose:
            tables = [i for i, line in enumerate(lines) if re.search(r"over time$", line)]
            ragged = [lines[i + 1] for i in tables if width(lines[i + 1]) > columns or not re.search(r"[▁▂▃▄▅▆▇█·]", lines[i + 1])]
            check(f"tables with sparklines on {columns} columns keep their sparklines", len(tables) >= 3 and not ragged, "\n".join(ragged[:3]))
        named = [line for line in lines if re.match(r"[│ ]+" + re.escape(TRUTH["service"][:4]) + r"\w*…", line)]
        check(f"the service of the verdict is not cut in the tables on {columns} columns", not named, "\n".join(named[:3]))
        raw = "\n".join(screen.lines(colours=True))
        check(f"the walk on a terminal of {columns} columns is coloured", "\x1b[" in raw)
        said = " ".join(line.strip() for line in lines)
        check(f"the commands at the end on {columns} columns name the case", re.search(r"inquest report \S+\.case", said) or re.search(r"inquest report '?/\S+", said), said[-500:])


def piped():
    with Place() as place:
        ran = place.inquest(*DEMO)
        check("piped output has no escape byte", ran.out and not controls(ran.raw_out + ran.raw_err), str(controls(ran.raw_out)))
        ran = place.inquest(*DEMO, env={"FORCE_COLOR": "1"})
        check("FORCE_COLOR colours a pipe", "\x1b[" in ran.out)
        check("the words stay when colour is taken away", re.sub(r"\x1b\[[0-9;]*m", "", ran.out).count("CONFIRMED") == 1)
        check("nothing but colours is written to a coloured pipe", not controls(re.sub(r"\x1b\[[0-9;]*m", "", ran.out)), str(controls(re.sub(r"\x1b\[[0-9;]*m", "", ran.out))))
        check("FORCE_COLOR stands above NO_COLOR", "\x1b[" in place.inquest(*DEMO, env={"FORCE_COLOR": "1", "NO_COLOR": "1"}).out)
        check("--color never stands above FORCE_COLOR", "\x1b" not in place.inquest(*DEMO, "--color", "never", env={"FORCE_COLOR": "1"}).out)
        check("--color always colours a pipe", "\x1b[" in place.inquest(*DEMO, "--color", "always", env={"NO_COLOR": "1"}).out)
        check("a document is never coloured", "\x1b" not in place.inquest(*DEMO, "--json", "--color", "always").out)
        for columns in ("60", "200"):
            lines = place.inquest(*DEMO, env={"COLUMNS": columns}).out.split("\n")
            wide = [line for line in lines if width(line) > int(columns) and not pasted(line)]
            check(f"COLUMNS={columns} is the width of a pipe", not wide, "\n".join(wide[:3]))
        ran = place.inquest(*DEMO, "--guided", stdin="1\nwhats\n\n\n\n\n")
        check("answers of a guided run may come from a pipe", ran.code == 0 and "CONFIRMED" in ran.out, ran.err[-600:])
        ran = place.inquest(*DEMO, "--guided", stdin="1\n")
        check("a guided run whose answers end waits: exit 6 and how to decide", ran.code == 6 and "--answer" in ran.err, ran.err[-600:])
        ran = place.inquest(*DEMO, "--guided", "--json", stdin="1\n\n\n\n\n\n")
        check("a guided run with --json keeps stdout for the document", ran.code == 0 and ran.out.startswith("{") and "what next?" in ran.err, ran.err[-300:])


def colours():
    with Place() as place, Screen(place, 100, env={"NO_COLOR": "1"}) as screen:
        screen.type(RUN)
        screen.until("[exit ")
        check("NO_COLOR takes colour from a terminal", "\x1b[3" not in "\n".join(screen.lines(colours=True)))
        screen.clear()
        screen.type(RUN + " --color always")
        screen.until("[exit ")
        check("--color always stands above NO_COLOR", "\x1b[3" in "\n".join(screen.lines(colours=True)))


def guided():
    with Place() as place, Screen(place, 80) as screen:
        screen.type(RUN + " --guided --case first.case")
        text = screen.until("services_latency: what next?")
        text = screen.until("\n> " if text.endswith(" ") else "\n>")
        offers = text[text.rfind("services_latency: what next?"):]
        check("a guided run shows what is offered, numbered, and what enter takes", "1  identify Anomaly (enter)" in offers and "2  no suspect" in offers, offers)
        check("a guided run tells the offers once", text.count("no suspect") == 1, text[-1200:])
        screen.type("?")
        text = screen.until("takes what an unattended run would")
        check("? explains what may be typed", "q leaves" in " ".join(text.split()), text[-300:])
        screen.type("zzz")
        text = screen.until("no choice `zzz`")
        check("an answer that fits nothing is said, with what is known", "identify Anomaly" in text[text.rfind("zzz"):] and "no choice `zzz`" in text, text[-300:])
        screen.type("1")
        text = screen.until("\ntraces: what next?")
        check("a number is taken", "\ntraces: what next?" in text and "chose  \"identify Anomaly\", by person" in text, text[-600:])
        screen.type("WHATS")
        text = screen.until("\ncorrelate: what next?")
        check("the beginning of a label is taken, in any case", "\ncorrelate: what next?" in text and "chose  \"whats next ?\", by person" in text, text[-600:])
        screen.type("")
        text = screen.until("\nlogs: what next?")
        check("enter takes what an unattended run would", "\nlogs: what next?" in text and "chose  \"fetch Logs\", by person" in text, text[-600:])
        wide = [line for line in screen.lines() if width(line) > 80]
        check("a guided run stays within 80 columns", not wide, "\n".join(wide[:4]))
        screen.type("q")
        text = screen.until("[exit ")
        check("q leaves: exit 6", "[exit 6]" in text, text[-400:])
        check("and says what decides the choice", "--answer 'logs=" in " ".join(text[-1500:].split()), text[-700:])
        check("the case that waits is kept", os.path.exists(place.path("first.case")) and place.inquest("report", "first.case", "--json").code == 0)
        screen.clear()
        screen.type(RUN + " --guided -q")
        screen.until("services_latency: what next?")
        screen.key("C-c")
        text = screen.until("[exit ")
        check("ctrl-c ends a guided run at once: exit 130", "[exit 130]" in text, text[-400:])
        screen.clear()
        screen.type(RUN + " --guided -q")
        screen.until("services_latency: what next?")
        screen.key("C-d")
        text = screen.until("[exit ")
        check("ctrl-d at a choice leaves: exit 6", "[exit 6]" in text, text[-400:])


def repl():
    with Place() as place, Screen(place, 80) as screen:
        screen.type("inquest repl --demo")
        text = screen.until("> ", seconds=2)
        if "no SOP" in text or "--help" in text:
            screen.type(f"inquest repl --data {os.path.join(os.path.dirname(__file__), '../../../sops/memory_leak/replay')}")
        screen.type("metric.memory {}")
        text = screen.until(TRUTH["service"])
        check("the REPL answers an ask with a table", TRUTH["service"] in text, text[-800:])
        screen.type("1 + 2 * 3")
        text = screen.until("\n7")
        check("the REPL prints the value of an expression", re.search(r"(?m)^(= )?7\s*$", text), text[-300:])
        screen.type("metric.memry {}")
        text = screen.until("memory`")
        check("the REPL names the nearest word for a mistyped one", "memory" in text[text.rfind("metric.memry"):][16:], text[-400:])
        wide = [line for line in screen.lines() if width(line) > 80 and not line.startswith("$ ")]
        check("the REPL stays within 80 columns", not wide, "\n".join(wide[:4]))
        time.sleep(0.5)   # what is typed before the prompt's editor runs is the terminal's, ctrl-d too
        screen.key("C-d")
        text = screen.until("[exit 0]")
        check("ctrl-d leaves the REPL: exit 0", "[exit 0]" in text, text[-200:])


piped()
if not have_tmux():
    print("lacks: tmux (apt-get install tmux), without which only the piped output is tested")
    done()
for size in (40, 80, 120):
    the_walk(size)
for size in (80, 120):
    the_walk(size, verbose=True)
colours()
guided()
repl()
done()
