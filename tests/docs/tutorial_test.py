#!/usr/bin/env python3
# The tutorial tells the truth: its files are written, its commands run, its outputs are what the program prints.
# SPDX-License-Identifier: Apache-2.0
"""usage: INQUEST=build/inquest tests/docs/tutorial_test.py      ends with `N passed, N failed`

Reads docs/tutorial.md from top to bottom, in a temporary folder in which `sops` is that of the repository:
  ```lua PATH    writes the file              ```diff PATH    changes it: ` ` and `-` lines must stand there as they are
  ```console     `$ ` begins a command, `\\` goes on; what follows is its output, stdout and stderr as they come
A line `…` in an output stands for any number of lines. What depends on the clock and on the machine is masked: names of
cases, durations of asks, versions. INQUEST_APPROVE=1 writes the page anew with what the program prints (a shortened
output keeps its lines, those that changed are found by their shape); read it before you commit it."""
import difflib
import os
import re
import shutil
import subprocess
import sys
import tempfile

ROOT = os.path.abspath(os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", ".."))
PAGE = os.path.join(ROOT, "docs", "tutorial.md")
INQUEST = os.path.abspath(os.environ.get("INQUEST", os.path.join(ROOT, "build", "inquest")))
APPROVE = bool(os.environ.get("INQUEST_APPROVE"))
ANY = "…"
# What the prose around the outputs rests on; no approval changes it.
STORY = ("did you mean `memory`?", "– NOTHING FOUND", "✔ CONFIRMED  leak at service=recommendation", "✔ CONFIRMED  unbounded_cache at service=recommendation",
         "recommendation is suspect", "app.cache_hit is false in", "app.products.count of get_product_list grows", "3 passed, 0 failed")
passed = failed = 0


def check(claim, ok, detail=""):
    global passed, failed
    if ok:
        passed += 1
    else:
        failed += 1
        print(f"FAIL {claim}\n     " + detail.strip()[:3000].replace("\n", "\n     "), flush=True)
    return ok


def masked(line):
    line = re.sub(r"\d{8}T\d{6}Z-", "TIME-", line.rstrip())
    line = re.sub(r"-[0-9a-f]{8}\.case", "-ID.case", line)
    line = re.sub(r"^(version  Inquest) .*", r"\1", line)
    line = re.sub(r"(rows from [^,]*), [\d.]+ (ns|µs|ms|s)\b", r"\1, TIME", line)
    line = re.sub(r"^(ok  .*) \([\d.]+ (ns|µs|ms|s)\)$", r"\1", line)
    return line


def fits(expected, got):
    """Whether `got` is `expected`, where a line `…` stands for any number of lines; and what is not where it should be."""
    parts, begin = [[]], 0
    for line in expected:
        if line.strip(" │") == ANY:
            parts.append([])
        else:
            parts[-1].append(masked(line))
    seen = [masked(line) for line in got]
    for i, part in enumerate(parts):
        first, last = i == 0, i + 1 == len(parts)
        if not part and not (first and last):
            continue                                   # an output that begins or ends with `…`
        starts = [0] if first else [len(seen) - len(part)] if last else range(begin, len(seen) - len(part) + 1)
        at = next((k for k in starts if k >= begin and seen[k:k + len(part)] == part and (not last or k + len(part) == len(seen))), None)
        if at is None:
            return False, "not in the output, or not at its place:\n" + "\n".join(part)
        begin = at + len(part)
    return True, ""


def approved(expected, got):
    """`expected` as it would stand for this output: every shown line replaced by the most similar one, in order. A line
    that differs in what is masked alone stays as it is."""
    kept = {masked(line): line for line in expected}
    got = [kept.get(masked(line), line) for line in got]
    if not any(line.strip(" │") == ANY for line in expected):
        return got
    shape = [re.sub(r"[\d.]+", "#", masked(line)) for line in got]
    out, begin = [], 0
    for line in expected:
        if line.strip(" │") == ANY:
            out.append(line)
            continue
        wanted = re.sub(r"[\d.]+", "#", masked(line))
        best = max(range(begin, len(got)), key=lambda i: (difflib.SequenceMatcher(None, wanted, shape[i]).ratio(), -i), default=None)
        if best is not None and difflib.SequenceMatcher(None, wanted, shape[best]).ratio() > 0.6:
            if out and best > begin and out[-1].strip(" │") != ANY:
                out.append(ANY)
            out.append(got[best])
            begin = best + 1
    return out


def apply(text, change):
    """A change without line numbers: its ` ` and `-` lines must occur exactly once, one after the other."""
    old = [line[1:] for line in change if line[:1] in (" ", "-")]
    new = [line[1:] for line in change if line[:1] in (" ", "+")]
    lines = text.split("\n")
    places = [i for i in range(len(lines) - len(old) + 1) if lines[i:i + len(old)] == old]
    if len(places) != 1:
        return None
    return "\n".join(lines[:places[0]] + new + lines[places[0] + len(old):])


class Folder:
    def __enter__(self):
        self.path = tempfile.mkdtemp(prefix="inquest-tutorial-")
        os.symlink(os.path.join(ROOT, "sops"), os.path.join(self.path, "sops"))
        tools = os.path.join(self.path, ".bin")
        os.mkdir(tools)
        with open(os.path.join(tools, "inquest"), "w", encoding="utf-8") as file:   # the name that the page types
            file.write(f'#!/bin/sh\nexec "{INQUEST}" "$@"\n')
        os.chmod(os.path.join(tools, "inquest"), 0o755)
        self.env = {"PATH": tools + ":" + os.environ.get("PATH", "/usr/bin:/bin"), "HOME": self.path, "LC_ALL": "C.UTF-8", "COLUMNS": "100",
                    "XDG_STATE_HOME": os.path.join(self.path, ".state"), "XDG_CONFIG_HOME": os.path.join(self.path, ".config")}
        return self

    def __exit__(self, *_):
        shutil.rmtree(self.path, ignore_errors=True)

    def file(self, name):
        path = os.path.join(self.path, name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        return path

    def run(self, command):
        ran = subprocess.run(["bash", "-c", command], cwd=self.path, env=self.env, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                             stderr=subprocess.STDOUT, timeout=120)
        text = ran.stdout.decode("utf-8", "replace").replace(self.path + "/", "")
        return text.split("\n")[:-1] if text.endswith("\n") else text.split("\n") if text else []


def commands_of(block):
    """[(command lines, output lines)] of a console block."""
    out = []
    for line in block:
        if line.startswith("$ "):
            out.append(([line], []))
        elif out and out[-1][0][-1].endswith("\\") and not out[-1][1]:
            out[-1][0].append(line)
        elif out:
            out[-1][1].append(line)
        else:
            out.append((["$ true"], [line]))
    return out


def main():
    if not os.access(INQUEST, os.X_OK):
        print(f"there is no program {INQUEST}: name it with INQUEST=")
        return 2
    with open(PAGE, encoding="utf-8") as file:
        lines = file.read().split("\n")
    page, kinds, i = [], {"lua": 0, "diff": 0, "console": 0}, 0
    with Folder() as folder:
        while i < len(lines):
            fence = re.match(r"```(\w+) ?(.*)$", lines[i])
            page.append(lines[i])
            i += 1
            if not fence:
                continue
            end = next(k for k in range(i, len(lines)) if lines[k] == "```")
            block, at = lines[i:end], f"docs/tutorial.md:{i + 1}"
            language, name = fence[1], fence[2].strip()
            if language == "lua" and name:
                kinds["lua"] += 1
                with open(folder.file(name), "w", encoding="utf-8") as file:
                    file.write("\n".join(block) + "\n")
            elif language == "diff":
                kinds["diff"] += 1
                with open(folder.file(name), encoding="utf-8") as file:
                    changed = apply(file.read(), block)
                if check(f"{at}: the change fits the file as the page has made it so far", changed is not None, "\n".join(block)):
                    with open(folder.file(name), "w", encoding="utf-8") as file:
                        file.write(changed)
            elif language == "console":
                shown = []
                for command, output in commands_of(block):
                    kinds["console"] += 1
                    text = "\n".join(command)[2:]
                    got = folder.run(text)
                    if APPROVE:
                        output = approved(output, got)
                    same, why = fits(output, got)
                    check(f"{at}: `{text}` prints what the page shows", same, why + "\n--- got\n" + "\n".join(got))
                    shown += command + output
                block = shown
            else:
                check(f"{at}: a block of the page is run or says what it is not (text)", language == "text", lines[i - 1])
            page += block
            i = end
    text = "\n".join(page)
    for said in STORY:
        check(f"the page still tells its story: {said}", said in text)
    check("the page has files, changes and commands", all(kinds.values()), repr(kinds))
    check("the page stays under 400 lines", len(page) < 400, str(len(page)))
    if APPROVE and failed:
        print(f"note: {PAGE} is as it was: what failed above is no matter of approval")
    elif APPROVE:
        with open(PAGE, "w", encoding="utf-8") as file:
            file.write("\n".join(page))
        print(f"note: {PAGE} written; read it before you commit it")
    print(f"{passed} passed, {failed} failed")
    return 1 if failed or not passed else 0


if __name__ == "__main__":
    sys.exit(main())
