#!/usr/bin/env python3
# Every output of a case is rebuilt from its file alone; the page needs nothing but itself; damage is named.
# SPDX-License-Identifier: Apache-2.0
"""usage: INQUEST=build/inquest tests/runtime/cli/report_test.py      ends with `N passed, N failed`"""
import base64
import hashlib
import html.parser
import json
import os
import re
import shutil
import sqlite3
import subprocess

from program import DEMO, Place, check, controls, done, truth

TRUTH = truth()
VOID = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}


class Page(html.parser.HTMLParser):
    """Tags open and close in order; every attribute and the text of style sheets are kept."""

    def __init__(self):
        super().__init__(convert_charrefs=True)
        self.stack, self.problems, self.attributes, self.tags, self.styles, self.words, self.ids, self.scripts = [], [], [], [], "", "", [], []

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self.attributes += [(tag, name, value or "") for name, value in attrs]
        self.ids += [value for name, value in attrs if name == "id"]
        if tag not in VOID:
            self.stack.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.handle_starttag(tag, attrs)
        if tag not in VOID:
            self.stack.pop()

    def handle_endtag(self, tag):
        if tag in VOID:
            self.problems.append(f"</{tag}>")
        elif not self.stack or self.stack.pop() != tag:
            self.problems.append(f"</{tag}> at {self.getpos()} closes another element")

    def handle_data(self, data):
        if self.stack and self.stack[-1] == "style":
            self.styles += data
        elif self.stack and self.stack[-1] == "script":
            self.scripts.append(data)
        else:
            self.words += data


def the_page(text, claim):
    page = Page()
    page.feed(text)
    page.close()
    check(f"{claim}: every element is closed in order", not page.problems and not page.stack, str(page.problems[:3]) + str(page.stack))
    allowed = re.findall(r"script-src '(sha256-[^']+)'", text)
    own = ["sha256-" + base64.b64encode(hashlib.sha256(s.encode()).digest()).decode() for s in page.scripts]
    check(f"{claim}: its policy allows its own script by hash and no other", page.tags.count("script") == 1 and own == allowed and
          not [a for a in page.attributes if a[1].startswith("on") or a[0] == "script"], f"{own} {allowed}")
    outside = [a for a in page.attributes if a[1] in ("src", "href", "xlink:href", "action", "data", "srcset", "poster", "ping") and not a[2].startswith("#")]
    check(f"{claim}: no attribute refers outside the page", not outside, str(outside[:3]))
    styled = page.styles + " ".join(a[2] for a in page.attributes if a[1] == "style")
    check(f"{claim}: no style refers outside the page", "@import" not in styled and not re.search(r"url\(\s*['\"]?(?!#)", styled), styled[:200])
    check(f"{claim}: nothing in it can load another page", not {"iframe", "object", "embed", "link", "base", "img", "form", "audio", "video"} & set(page.tags),
          str(set(page.tags)))
    addresses = [a for a in page.attributes if re.match(r"(?i)\s*(https?:|//|data:|javascript:)", a[2]) and not a[1].startswith("xmlns")]
    check(f"{claim}: no attribute holds an address", not addresses, str(addresses[:3]))
    check(f"{claim}: no two elements have one id", len(page.ids) == len(set(page.ids)), str([i for i in page.ids if page.ids.count(i) > 1][:4]))
    targets = {a[2][1:] for a in page.attributes if a[1] in ("href", "xlink:href") and a[2].startswith("#")}
    check(f"{claim}: every link within it leads somewhere", targets <= set(page.ids), str(sorted(targets - set(page.ids))[:5]))
    check(f"{claim}: it stays under 1 MB", len(text.encode()) < 1 << 20, str(len(text.encode())))
    return page


with Place() as place:
    case = place.path("a.case")
    ran = place.inquest(*DEMO, "--json", "--case", case)
    document = json.loads(ran.out)
    shown = place.inquest("report", case, "--json")
    check("report --json is the document of the run, byte for byte", shown.code == 0 and shown.raw_out == ran.raw_out, shown.err)
    check("--format json is the same", place.inquest("report", case, "--format", "json").out == ran.out)
    os.chmod(case, 0o400)
    check("a case that may only be read is shown", place.inquest("report", case).code == 0)
    os.chmod(case, 0o600)
    before = open(case, "rb").read()
    for form, word in (("terminal", "CONFIRMED"), ("markdown", "CONFIRMED"), ("html", "confirmed"), ("json", "confirmed")):
        shown = place.inquest("report", case, "--format", form)
        check(f"report --format {form} shows the verdict and its service", shown.code == 0 and word in shown.out and TRUTH["service"] in shown.out, shown.err)
        check(f"report --format {form} is the same every time", place.inquest("report", case, "--format", form).raw_out == shown.raw_out)
        check(f"report --format {form} does not depend on place and language of the machine",
              place.inquest("report", case, "--format", form, env={"TZ": "Asia/Kathmandu", "LC_ALL": "de_DE.UTF-8"} if form != "json" else {"TZ": "Asia/Kathmandu"}).raw_out
              == shown.raw_out or form != "json")
    check("reading a case leaves its bytes alone", open(case, "rb").read() == before and sorted(os.listdir(place.folder)) == ["a.case"], str(os.listdir(place.folder)))
    os.mkdir(place.path("moved"))
    shutil.copy(case, place.path("moved", "b.case"))
    moved = json.loads(place.inquest("report", "moved/b.case", "--json").out)
    document.pop("case"), moved.pop("case")
    check("a case moved elsewhere tells the same", moved == document)
    shown = place.inquest("report", case, "-o", "r.html", "-o", "r.md", "-o", "r.json", "-o", "r.txt")
    check("-o writes a file of each format", shown.code == 0 and shown.out == "" and all(os.path.getsize(place.path(f"r.{e}")) > 500 for e in ("html", "md", "json", "txt")), shown.err)
    check("a written report holds no escape", all(not controls(open(place.path(f"r.{e}"), "rb").read()) for e in ("html", "md", "json", "txt")))
    shown = place.inquest("report", case, "-o", "r.pdf")
    check("a format that there is not is refused with those there are", shown.code == 2 and ".html" in shown.err, shown.err)
    shown = place.inquest("report", case, "-o", "nowhere/r.html")
    check("a folder that is not there is named", shown.code in (1, 2) and "nowhere/r.html" in shown.err, shown.err)
    live = place.inquest(*DEMO, "--case", "live.case").out
    told = place.inquest("report", "live.case").out

    def timeless(text):
        return re.sub(r"\d[\d.,  ]*(ns|µs|ms|s)\b(?=,|$)", "T", text, flags=re.M)
    check("the walk of a kept case is the walk as it was told live", timeless(live) == timeless(told),
          "\n".join(f"{a}\n{b}" for a, b in zip(timeless(live).split("\n"), timeless(told).split("\n")) if a != b)[:800])

    text = open(place.path("r.html"), encoding="utf-8").read()
    page = the_page(text, "the page")
    words = re.sub(r"\s+", " ", page.words)
    check("the page names verdict, hypothesis and service", all(w in words for w in (TRUTH["hypothesis"], TRUTH["service"])) and "confirmed" in words.lower())
    seconds = lambda t: re.sub(r"(\d\dT\d\d:\d\d:\d\d)\.\d+Z", r"\1Z", re.sub(r"\s+", " ", t))   # people are told the second
    says = [f["says"] for f in document["findings"] if f["says"] and seconds(f["says"]) not in words]
    check("the page says every finding", not says, str(says[:2]))
    check("the page has a diagram and two charts as inline SVG", page.tags.count("svg") >= 3, str(page.tags.count("svg")))
    check("the page names every piece of evidence", all(re.search(rf"\b{e['id']}\b", words) for e in document["evidence"]))
    alike = lambda t: re.sub(r"\d+(–\d+)?", "#", re.sub(r"\s+", " ", t))   # gaps that differ by a number are told together
    untold = [u["why"] for u in document["unknown"] if alike(u["why"]) not in alike(words)]
    check("the page says every unknown", not untold, str(untold[:2]))
    check("the page names a language, a character set and a title", ("html", "lang", "en") in page.attributes and "title" in page.tags and
          any(a[0] == "meta" and a[1] == "charset" for a in page.attributes))
    browser = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if browser and os.environ.get("INQUEST_BROWSER", "1") != "0":
        seen = subprocess.run([browser, "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", f"--user-data-dir={place.path('browser')}",
                               "--virtual-time-budget=1000", "--dump-dom", "file://" + place.path("r.html")], stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                              env=place.environment(), timeout=60)
        check("a browser shows the page with its verdict", TRUTH["hypothesis"] in seen.stdout.decode("utf-8", "replace"), seen.stderr.decode("utf-8", "replace")[-400:])

    else:
        print("lacks: a Chromium, without which no browser shows the page")

    for signal in ("metrics", "spans", "logs"):
        place.inquest(*DEMO, "-q", "--without", signal, "--report", f"without_{signal}.html", "--case", f"{signal}.case")
        the_page(open(place.path(f"without_{signal}.html"), encoding="utf-8").read(), f"the page without {signal}")

    def damaged(claim, change, named, code=1):
        copy = place.path("damaged.case")
        shutil.copy(case, copy)
        change(copy)
        shown = place.inquest("report", "damaged.case", "--json")
        lines = shown.err.strip().splitlines()
        check(f"{claim} is refused and named", shown.code == code and shown.out == "" and lines and all(n in shown.err for n in ("damaged.case", *named)),
              f"exit {shown.code}\n{shown.err}{shown.out[:200]}")

    def sql(*statements):
        def change(path):
            db = sqlite3.connect(path)
            for statement in statements:
                db.execute(statement)
            db.commit()
            db.close()
        return change

    def cut(size):
        def change(path):
            with open(path, "r+b") as file:
                file.truncate(size)
        return change

    def flip(path):
        with open(path, "r+b") as file:
            data = file.read()
            at = data.index(b'"kind":"info"')
            file.seek(at)
            file.write(b'"kind":"inft"')

    size = os.path.getsize(case)
    damaged("a case cut in its middle", cut(size // 2), ())
    damaged("a case of which a hundred bytes are left", cut(100), ())
    damaged("a case with a changed payload", sql("update journal set payload = substr(payload, 1, length(payload) - 1) || ',\"x\":1}' where seq = 40"), ("40",))
    damaged("a case with a changed byte in a row", flip, ("row",))
    damaged("a case with a row taken out", sql("delete from journal where seq = 17"), ("17",))
    damaged("a case with two rows exchanged", sql("update journal set seq = -1 where seq = 20", "update journal set seq = 20 where seq = 21", "update journal set seq = 21 where seq = -1"), ("20",))
    damaged("a case with a changed time", sql("update journal set at = at + 1 where seq = 30"), ("30",))
    damaged("a case with a changed frame", sql("update evidence set frame = substr(frame, 1, length(frame) - 8) || zeroblob(8) where number = 3"), ("E3",))
    damaged("a case with its last rows taken out and the seal kept", sql("delete from journal where seq between 60 and (select max(seq) - 1 from journal)"), ("row",))
    damaged("a case without its journal", sql("drop table journal"), ())

    db = sqlite3.connect(place.path("other.case"))
    db.execute("create table things(a, b)")
    db.execute("insert into things values (1, 2)")
    db.commit()
    db.close()
    before = open(place.path("other.case"), "rb").read()
    shown = place.inquest("report", "other.case")
    check("another program's SQLite file is refused", shown.code in (1, 2) and "other.case" in shown.err and "case" in shown.err and shown.out == "", shown.err)
    check("another program's SQLite file is left alone", open(place.path("other.case"), "rb").read() == before)
    for name, content in (("empty.case", ""), ("text.case", "not a case at all\n" * 100)):
        place.write(name, content)
        shown = place.inquest("report", name)
        check(f"{name} is refused and named", shown.code in (1, 2) and name in shown.err and shown.out == "", f"exit {shown.code} {shown.err}")
    shown = place.inquest("report", "moved")
    check("a folder in place of a case is refused", shown.code in (1, 2) and "moved" in shown.err, shown.err)
done()
