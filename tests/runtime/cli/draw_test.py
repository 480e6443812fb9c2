#!/usr/bin/env python3
# The drawing of the shipped SOP holds the tutorial's diagram, and a diagram becomes a skeleton that draws it again.
# SPDX-License-Identifier: Apache-2.0
"""usage: INQUEST=build/inquest tests/runtime/cli/draw_test.py      ends with `N passed, N failed`

Both diagrams are read by a parser of this file, so that nothing of the program under test judges itself. Diagrams are
compared by what they show, not by ids: a state is its kind and title, a fork and a join are named by what they are."""
import collections
import json
import os
import re
import unicodedata

from program import ROOT, Place, check, done

SEED = os.path.join(ROOT, "tests", "golden", "seed", "memory_leak.mmd")
Diagram = collections.namedtuple("Diagram", "states edges composites problems")


def one_space(text):
    return " ".join(text.split())


def read(text):
    """states: title → (kind, composite); edges: (from, to, label); composites: name → parent; titles in place of ids."""
    stack, shown, composites, raw, problems, headed = [], {}, {}, [], [], False
    for number, line in enumerate(text.split("\n"), 1):
        line = line.strip()
        if not line or line.startswith("%%"):
            continue
        if line == "stateDiagram-v2":
            headed = True
        elif line == "}":
            if stack:
                stack.pop()
            else:
                problems.append(f"line {number}: a brace too many")
        elif (m := re.fullmatch(r"state\s+(\S+)\s*\{", line)):
            composites[m[1]] = stack[-1] if stack else None
            stack.append(m[1])
        elif (m := re.fullmatch(r"state\s+(\w+)\s*<<(fork|join)>>", line)):
            shown[m[1]] = (f"<{m[2]}>", m[2], stack[-1] if stack else None)
        elif (m := re.fullmatch(r"(\S+)\s*-->\s*(\S+?)\s*(?::\s*(.*))?", line)):
            raw.append((m[1], m[2], one_space(m[3] or "")))
        elif (m := re.fullmatch(r"(\w+)\s*:\s*(Info|Query\?|Review|Suggest)\s*\[(.*)\]", line)):
            shown[m[1]] = (one_space(m[3]), m[2], stack[-1] if stack else None)
        else:
            problems.append(f"line {number}: not understood: {line}")
    if stack:
        problems.append("a composite is not closed")
    if not headed:
        problems.append("no stateDiagram-v2")
    titles = {name: value[0] for name, value in shown.items()}
    if len(set(titles.values())) != len(titles):
        problems.append("two states have one title")
    for a, b, _ in raw:
        problems += [f"an edge names {x}, which is no state" for x in (a, b) if x != "[*]" and x not in titles]
    edges = sorted((titles.get(a, a), titles.get(b, b), label) for a, b, label in raw)
    return Diagram({v[0]: (v[1], v[2]) for v in shown.values()}, edges, composites, problems)


with open(SEED, encoding="utf-8") as file:
    seed_text = file.read()
check("the seed's misspelling is there to be mended", seed_text.count("Promethues") == 1)
seed_text = seed_text.replace("Promethues", "Prometheus")
seed = read(seed_text)
check("the seed's diagram is read without a problem", not seed.problems, str(seed.problems))
check("the seed has the states that were counted by hand", len(seed.states) == 12 and len(seed.edges) == 16 and len(seed.composites) == 3,
      f"{len(seed.states)} states, {len(seed.edges)} edges, {len(seed.composites)} composites")

with Place() as place:
    ran = place.inquest("draw", "memory_leak")
    drawn = read(ran.out)
    check("the drawing is read without a problem", ran.code == 0 and not drawn.problems, str(drawn.problems) + ran.err)
    for title, what in sorted(seed.states.items()):
        check(f"the state {title} is drawn as {what[0]} in {what[1] or 'no composite'}", drawn.states.get(title) == what, str(drawn.states.get(title)))
    check("no state is added", set(drawn.states) == set(seed.states), str(set(drawn.states) - set(seed.states)))
    more = list(drawn.edges)
    for edge in seed.edges:
        if check(f"the edge {edge[0]} → {edge[1]} “{edge[2]}” is drawn", edge in more, str([e for e in more if e[0] == edge[0]])):
            more.remove(edge)
    check("the only edge added is “no suspect” from Services Latency to the end", more == [("Services Latency", "[*]", "no suspect")], str(more))
    for name, parent in seed.composites.items():
        check(f"the composite {name} is drawn within {parent or 'nothing'}", drawn.composites.get(name, "missing") == parent, str(drawn.composites))
    check("no composite is added", set(drawn.composites) == set(seed.composites), str(drawn.composites))
    check("drawing twice gives the same bytes", place.inquest("draw", "memory_leak").raw_out == ran.raw_out)

    path = place.write("seed.mmd", seed_text)
    ran = place.inquest("new", "x", "--from", path)
    check("a skeleton is made from the diagram", ran.code == 0 and os.path.exists(place.path("x", "sop.lua")), ran.err)
    checked = json.loads(place.inquest("check", "x/sop.lua", "--json").out)
    blanks = [d for d in checked["diagnostics"] if "todo" in json.dumps(d)]
    others = [d for d in checked["diagnostics"] if d not in blanks]
    check("the skeleton has blanks to fill", len(blanks) > 0, str(checked))
    check("its only mistakes are blanks", not others, json.dumps(others[:4]))
    check("check counts them as errors and exits 2", checked["errors"] > 0 and place.inquest("check", "x/sop.lua").code == 2, str(checked["errors"]))
    again = place.inquest("draw", "x/sop.lua")
    redrawn = read(again.out)
    check("drawing the skeleton gives the diagram back", (redrawn.states, redrawn.edges, redrawn.composites) == (seed.states, seed.edges, seed.composites),
          again.err + f"\nstates {set(redrawn.states.items()) ^ set(seed.states.items())}\nedges {set(redrawn.edges) ^ set(seed.edges)}")
    place.write("again.mmd", again.out)
    place.inquest("new", "y", "--from", "again.mmd")
    check("the second round gives the same bytes: a fixed point", place.inquest("draw", "y/sop.lua").out == again.out)
    place.write("tutorial.md", "# A tutorial\n\nsome words\n\n```mermaid\n" + seed_text + "```\n\nmore words\n")
    ran = place.inquest("new", "z", "--from", "tutorial.md")
    check("a fenced block of a Markdown file is read as the diagram", ran.code == 0 and read(place.inquest("draw", "z/sop.lua").out).edges == seed.edges, ran.err)
    ran = place.inquest("new", "x", "--from", path)
    check("a SOP that is there is not written over", ran.code == 2 and "--overwrite" in ran.err, ran.err)
    place.write("broken.mmd", "stateDiagram-v2\n  State0: Info[a]\n  [*] --> State0 : go\n  State0 -> nowhere\n")
    ran = place.inquest("new", "w", "--from", "broken.mmd")
    check("a mistake in a diagram is named with its line", ran.code == 2 and "broken.mmd" in ran.err and "4" in ran.err and not os.path.exists(place.path("w")), ran.err)
    ran = place.inquest("new", "Bad Name")
    check("a name that a SOP cannot have is refused", ran.code == 2 and "Bad Name" in ran.err and not os.path.exists(place.path("Bad Name")), ran.err)
    ran = place.inquest("new", "../up")
    check("a name with a path in it is refused", ran.code == 2 and not os.path.exists(os.path.join(os.path.dirname(place.folder), "up")), ran.err)

    for columns in (80, 60):
        ran = place.inquest("draw", "memory_leak", "--format", "text", env={"COLUMNS": str(columns)})
        wide = [line for line in ran.out.split("\n") if sum(2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in line) > columns]
        check(f"the drawing as text stays within {columns} columns", ran.code == 0 and ran.out and not wide, "\n".join(wide[:3]) + ran.err)
    for title in seed.states:
        if not title.startswith("<"):
            check(f"the drawing as text names {title}", title in ran.out)
    check("the drawing as text opens and closes every composite", ran.out.count("┌") == ran.out.count("└ ") + ran.out.count("└\n") >= 3, ran.out)
    ran = place.inquest("draw", "memory_leak", "-o", "d.mmd")
    check("-o writes the drawing to a file", ran.code == 0 and ran.out == "" and read(open(place.path("d.mmd"), encoding="utf-8").read()).edges == drawn.edges, ran.err)
done()
