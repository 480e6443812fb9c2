#!/usr/bin/env python3
# Lint: the rules of the house that a compiler does not see. Prints file:line: rule: message; exit 1 on any.
# SPDX-License-Identifier: Apache-2.0
"""usage: lint.py [--root DIR] [--program build/inquest] [--recording DIR] [RULE…]

Rules (each has a planted violation in lint_test.py):
  layers     a file includes its own folder and the layers that its CMake line names, lower ones only
  doors      a library is included behind its door only
  names      no service, span, message or attribute of the shipped recording in literals of general code
  headers    first line says the purpose, second the licence; a file over 400 lines says why at its top
  luacheck   Lua files pass luacheck
  stale      generated pages and stubs are what the program writes today
  contained  nothing reaches outside the repository: no machine path, no parent folder, no registry host
There is no list of exceptions.
"""
import argparse
import json
import os
import re
import subprocess
import sys

DOORS = [  # pattern of an #include, folders or files that may have it
    (r"lua\.hpp|lauxlib\.h|lualib\.h|luajit\.h|\blua\.h", ["bindings/"]),
    (r"nlohmann/", ["runtime/base/json.h"]),
    (r"simdjson", ["runtime/connectors/otlp_decode"]),
    (r"sqlite3", ["runtime/engine/"]),
    (r"curl/", ["runtime/connectors/http"]),
    (r"yaml-cpp/", ["runtime/base/yaml"]),
    (r"openssl/", ["runtime/base/hash"]),
    (r"histedit|readline/", ["runtime/cli/"]),
    (r"Poco/Net/HTTP[A-Za-z]*Client|Poco/Net/HTTPS|Poco/Data|Poco/Timer|Poco/AsyncChannel", []),
]
GENERAL = ("runtime/", "bindings/", "stdlib/")
CODE = (".cpp", ".h", ".lua", ".py", ".sh", ".cmake", ".txt")


def files(root):
    """Tracked and new files of a checkout; every file of a plain folder."""
    if os.path.isdir(os.path.join(root, ".git")):
        out = subprocess.run(["git", "-C", root, "ls-files", "-co", "--exclude-standard"], capture_output=True, text=True)
        return sorted(f for f in set(out.stdout.split("\n")) if f and os.path.isfile(os.path.join(root, f)))
    return sorted(os.path.relpath(os.path.join(d, f), root) for d, _, fs in os.walk(root) for f in fs)


def read(root, name):
    with open(os.path.join(root, name), encoding="utf-8", errors="replace") as f:
        return f.read()


def layers(root, args):
    table, order = {}, {}
    for m in re.finditer(r"inquest_layer\((\w+)\s+LAYER (\d+)\s+FOLDER (\S+)\s+DEPENDS([^)]*?)(?:LIBS[^)]*)?\)",
                         read(root, "CMakeLists.txt")):
        table[m[1]] = (int(m[2]), m[3] + "/", m[4].split())
        order[m[3] + "/"] = m[1]
    if not table:
        yield "CMakeLists.txt", 1, "no inquest_layer line found"
    for name, (level, _, depends) in table.items():
        for d in depends:
            if d not in table or table[d][0] >= level:
                yield "CMakeLists.txt", 1, f"layer {name} depends on {d}, which is not below it"
    def layer_of(path):
        for folder, name in order.items():
            if path.startswith(folder):
                return name
        return None
    for f in files(root):
        own = layer_of(f)
        if not own or not f.endswith((".cpp", ".h")):
            continue
        for n, line in enumerate(read(root, f).split("\n"), 1):
            m = re.match(r'\s*#\s*include\s+"([^"]+)"', line)
            if not m:
                continue
            other = layer_of(m[1])
            if other is None:
                yield f, n, f'"{m[1]}" is no path from the root of the source: write "runtime/…" or "bindings/…"'
            elif other != own and other not in table[own][2]:
                yield f, n, f"{own} includes {other}, which its CMake line does not name"


def doors(root, args):
    for f in files(root):
        if not f.endswith((".cpp", ".h")) or not f.startswith(("runtime/", "bindings/", "tests/runtime/", "examples/")):
            continue
        for n, line in enumerate(read(root, f).split("\n"), 1):
            if not re.match(r"\s*#\s*include", line):
                continue
            for pattern, allowed in DOORS:
                if re.search(r'[<"/](?:' + pattern + ")", line) and not any(f.startswith(a) for a in allowed) \
                        and not any(f.startswith("tests/" + a) for a in allowed):
                    yield f, n, f"{line.split('include')[1].strip()} is behind the door {', '.join(allowed) or '(none)'}"


def recorded_names(recording, root):
    """Names that only this recording has: (services, spans, messages, attributes)."""
    conventions = [l.strip() for l in read(root, "tests/lint/conventions.txt").split("\n")
                   if l.strip() and not l.startswith("#")]
    own = set(re.findall(r'kind\s*=\s*"(?:\w+\.)?(\w+)"', "".join(
        read(root, f) for f in files(root) if f.startswith("stdlib/ask/"))))
    services, spans, messages, keys = set(), set(), set(), set()

    def attributes(owner):
        for a in owner.get("attributes", []):
            keys.add(a["key"])
            if a["key"] == "service.name":
                services.add(a["value"].get("stringValue", ""))
    for name in sorted(os.listdir(recording)):
        path = os.path.join(recording, name)
        if not name.endswith((".jsonl", ".jsonl.zst")):
            continue
        command = ["zstd", "-dcq", path] if name.endswith(".zst") else ["cat", path]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as pipe:
            for line in pipe.stdout:
                document = json.loads(line)
                for r in document.get("resourceSpans", []):
                    attributes(r.get("resource", {}))
                    for s in r.get("scopeSpans", []):
                        for span in s.get("spans", []):
                            spans.add(span["name"])
                            attributes(span)
                            for e in span.get("events", []):
                                attributes(e)
                for r in document.get("resourceLogs", []):
                    attributes(r.get("resource", {}))
                    for s in r.get("scopeLogs", []):
                        for record in s.get("logRecords", []):
                            attributes(record)
                            body = record.get("body", {}).get("stringValue", "")
                            messages.add(re.sub(r"\S*\d\S*", " ", body).strip())
    methods = {"GET", "POST", "PUT", "DELETE", "HEAD", "HTTP POST", "HTTP GET", "GET /", "POST /"}
    keys = {k for k in keys if re.search(r"[._]|[a-z][A-Z]", k)
            and not any(k == c or k.startswith(c + ".") for c in conventions)}
    messages = {m for m in messages if len(m.split()) > 1}
    return services - own, spans - methods, messages, keys


def literals(text, lua):
    """(line, literal) of every string in C++ or Lua source, comments left out."""
    out, i, line, n = [], 0, 1, len(text)
    comment = "--" if lua else "//"
    while i < n:
        c = text[i]
        if c == "\n":
            line += 1
            i += 1
        elif text.startswith(comment, i) or (not lua and text.startswith("/*", i)):
            long = re.match(r"--\[(=*)\[", text[i:]) if lua else None
            end = text.find("]" + long[1] + "]", i) if long else text.find("*/", i) if text.startswith("/*", i) else text.find("\n", i)
            end = n if end < 0 else end
            line += text.count("\n", i, end)
            i = end if text[end:end + 1] == "\n" or end == n else end + 2
        elif not lua and text.startswith('R"', i) and (m := re.match(r'R"([^(\s]*)\(', text[i:])):
            end = text.find(")" + m[1] + '"', i)
            end = n if end < 0 else end
            out.append((line, text[i + len(m[0]):end]))
            line += text.count("\n", i, end)
            i = end + len(m[1]) + 2
        elif lua and (m := re.match(r"\[(=*)\[", text[i:])):
            end = text.find("]" + m[1] + "]", i)
            end = n if end < 0 else end
            out.append((line, text[i + len(m[0]):end]))
            line += text.count("\n", i, end)
            i = end + len(m[1]) + 2
        elif c == '"' or (c == "'" and (lua or (i and not text[i - 1].isalnum()))):
            j = i + 1
            while j < n and text[j] != c and text[j] != "\n":
                j += 2 if text[j] == "\\" else 1
            out.append((line, text[i + 1:j]))
            i = j + 1
        else:
            i += 1
    return out


def names(root, args):
    recording = args.recording or os.path.join(root, "sops/memory_leak/replay")
    services, spans, messages, keys = recorded_names(recording, root)
    if len(services) < 3 or len(spans) < 3 or not keys:
        yield os.path.relpath(recording, root), 0, "no names could be read from the recording"
        return
    plain = re.compile(r"[a-z]+$")
    whole = lambda name: re.compile(r"(?<![\w.-])" + re.escape(name) + r"(?![\w-]|\.\w)")
    inside = [(w, whole(w), "service") for w in sorted(services)]
    inside += [(w, whole(w), "span") for w in sorted(spans) if not plain.match(w)]
    inside += [(w, whole(w), "attribute") for w in sorted(keys)]
    inside += [(w, re.compile(re.escape(w)), "message") for w in sorted(messages)]
    exact = {w: "span" for w in spans if plain.match(w)}
    for f in files(root):
        if not f.startswith(GENERAL) or not f.endswith((".cpp", ".h", ".lua")):
            continue
        for line, literal in literals(read(root, f), f.endswith(".lua")):
            if literal in exact:
                yield f, line, f"`{literal}` is a {exact[literal]} of the shipped recording"
            for word, pattern, what in inside:
                if word in literal and pattern.search(literal):
                    yield f, line, f"`{word}` is a {what} of the shipped recording"


def headers(root, args):
    for f in files(root):
        if not f.endswith((".cpp", ".h", ".lua", ".py")) or f.startswith(("tests/check/", "tests/attacks/", "tests/golden/")):
            continue
        if f.startswith("bindings/meta/") and f.endswith(".lua"):
            continue
        lines = read(root, f).split("\n")
        start = 1 if lines[0].startswith("#!") else 0
        head = lines[start:start + 3]
        mark = {"cpp": "//", "h": "//", "lua": "--", "py": "#"}[f.rsplit(".", 1)[1]]
        if len(head) < 2 or not head[0].startswith(mark + " ") or not head[0].rstrip().endswith((".", ":", "…", ")", ";", ",", "—")) \
                and not head[0].startswith(mark + " "):
            yield f, 1, "the first line is not one sentence of purpose"
        elif "SPDX-License-Identifier: Apache-2.0" not in "\n".join(head):
            yield f, 2, "the second line is not `SPDX-License-Identifier: Apache-2.0`"
        if len(lines) > 401 and not re.search(r"long because|Long because|longer than 400|[Aa]bove 400|Longer than 400", "\n".join(lines[:20])):
            yield f, 1, f"{len(lines) - 1} lines and no word at its top why it is long because of one thing"


def luacheck(root, args):
    lua = [f for f in files(root) if f.endswith(".lua") and f.startswith(("stdlib/", "sops/", "examples/", "tests/check/good/"))]
    if not lua:
        return
    try:
        out = subprocess.run(["luacheck", "--no-color", "--formatter", "plain", "--codes", *lua], cwd=root, capture_output=True, text=True)
    except FileNotFoundError:
        yield "luacheck", 0, "not installed: apt-get install lua-check"
        return
    for l in out.stdout.split("\n"):
        m = re.match(r"([^:]+):(\d+):\d+: (.*)", l)
        if m:
            yield m[1], int(m[2]), m[3]


def stale(root, args):
    if not args.program:
        return
    out = subprocess.run([args.program, "docs", "--check", root], capture_output=True, text=True)
    if out.returncode != 0:
        yield "docs", 0, (out.stderr or out.stdout).strip().split("\n")[0] + " (make docs writes them anew)"


def contained(root, args):
    outside = re.compile(r"(?<![\w.])/(?:work|home|root)/\w|\.\./shared|\.\./\.library|registry\.npmjs|pypi\.org|crates\.io/|proxy\.golang|deb\.debian\.org|repo1?\.maven")
    for f in files(root):
        if f == "tests/lint/lint.py" or not f.endswith(CODE + (".md", ".yaml", ".json")) and "." in os.path.basename(f):
            continue
        if "/replay/" in f or "/cases/" in f:
            continue
        for n, line in enumerate(read(root, f).split("\n"), 1):
            m = outside.search(line)
            if m:
                yield f, n, f"`{m[0]}` reaches outside the repository"


RULES = {r.__name__: r for r in (layers, doors, names, headers, luacheck, stale, contained)}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--root", default=os.path.join(os.path.dirname(os.path.abspath(__file__)), "../.."))
    parser.add_argument("--program")
    parser.add_argument("--recording")
    parser.add_argument("--count", action="store_true", help="end with `N passed, N failed`, one a rule")
    parser.add_argument("rules", nargs="*")
    args = parser.parse_args()
    args.root = os.path.abspath(args.root)
    broken = set()
    for rule in args.rules or RULES:
        for f, line, message in RULES[rule](args.root, args):
            print(f"{f}:{line}: {rule}: {message}")
            broken.add(rule)
    if args.count:
        print(f"{len(args.rules or RULES) - len(broken)} passed, {len(broken)} failed")
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main())
