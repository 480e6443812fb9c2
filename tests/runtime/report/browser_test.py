#!/usr/bin/env python3
# The page in a real browser: complete without script and style, on narrow screens, in the dark, on paper; pictures are kept.
# SPDX-License-Identifier: Apache-2.0
"""usage: INQUEST=build/inquest tests/runtime/report/browser_test.py [FOLDER [PAGE…]]      ends with `N passed, N failed`

Pages: confirmed, inconclusive, nothing, hostile; all of them unless named. Pictures and the printed pages go to FOLDER, else to out/report beside the build (INQUEST_BUILD), for people to look at.
Without Chromium on the machine the file says so and checks nothing."""
import http.server
import json
import os
import re
import sys
import threading
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [os.path.join(HERE, "..", "cli"), os.path.join(HERE, "..", "..", "support")]
from browser import Browser                                        # noqa: E402
from otlp import Telemetry                                         # noqa: E402
from program import DEMO, ROOT, SIGNALS, Place, check, done, lines_of   # noqa: E402

OUT = sys.argv[1] if len(sys.argv) > 1 else os.path.join(os.environ.get("INQUEST_BUILD", os.path.join(ROOT, "out")), "out", "report")
STRICT = "sandbox; default-src 'none'; img-src 'self'; style-src 'self'"
HOSTILE = "<script>document.title='owned'</script>\"'&lt;\u202egnp.exe\u202c `]]></svg>"

WIDTH = "document.documentElement.scrollWidth"
LINKS = """(() => { const bad = [];
  for (const a of document.querySelectorAll('a')) {
    const to = a.getAttribute('href') || '';
    if (!to.startsWith('#') || !document.getElementById(to.slice(1))) bad.push(to);
  } return bad; })()"""
TWICE = "(() => { const ids = [...document.querySelectorAll('[id]')].map(e => e.id); return ids.filter((id, i) => ids.indexOf(id) !== i); })()"
UNPROVEN = "[...document.querySelectorAll('article')].filter(a => /^F/.test(a.id)).filter(a => !a.querySelector('a[href^=\"#E\"]')).map(a => a.id)"
NO_WAY_BACK = """(() => { const bad = [];
  for (const f of document.querySelectorAll('article')) if (/^F/.test(f.id))
    for (const a of f.querySelectorAll(':scope > p a[href^="#E"], dl a[href^="#E"]')) {
      const e = document.getElementById(a.getAttribute('href').slice(1));
      const back = e ? [...e.querySelectorAll('a')].map(b => b.getAttribute('href')) : [];
      if (!back.length) bad.push(f.id + ' → ' + a.textContent);
    } return bad; })()"""
HIDDEN = """(() => { const bad = [], walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walk.nextNode()) { const n = walk.currentNode, e = n.parentElement;
    if (!n.textContent.trim() || e.closest('script,style,svg title,svg desc')) continue;
    if (innerWidth < 500 && e.closest('.stack thead, .flow thead')) continue;   // each cell has its head there
    const closed = e.closest('details:not([open])'); if (closed && !e.closest('summary')) continue;
    const r = document.createRange(); r.selectNodeContents(n);
    const box = r.getBoundingClientRect(), style = getComputedStyle(e);
    if (box.width < 1 || box.height < 1 || style.visibility === 'hidden' || style.opacity === '0') bad.push(n.textContent.trim().slice(0, 60));
  } return bad.slice(0, 5); })()"""
# Labels of charts: inside their picture, and none upon another.
LABELS = """(() => { const bad = [];
  for (const svg of document.querySelectorAll('svg.chart')) { const box = svg.getBoundingClientRect(), seen = [];
    for (const t of svg.querySelectorAll('text')) { if (!t.textContent || t.getAttribute('visibility') === 'hidden') continue;
      const b = t.getBoundingClientRect();
      if (b.left < box.left - 1 || b.right > box.right + 1 || b.top < box.top - 1 || b.bottom > box.bottom + 1) bad.push('outside: ' + t.textContent);
      for (const o of seen) if (b.left < o.b.right - 1 && o.b.left < b.right - 1 && b.top < o.b.bottom - 3 && o.b.top < b.bottom - 3) bad.push('overlap: ' + t.textContent + ' / ' + o.t);
      seen.push({ b, t: t.textContent }); } }
  return bad.slice(0, 6); })()"""
VERDICT = """(() => { const s = document.getElementById('summary'), p = s.querySelector('h2 + p') || s.querySelector('h2');
  return { bottom: p.getBoundingClientRect().bottom, word: s.querySelector('.word').textContent, height: s.getBoundingClientRect().bottom }; })()"""
TEXT = "(() => { const b = document.body.cloneNode(true); b.querySelectorAll('script,style').forEach(e => e.remove()); return b.textContent.replace(/\\s+/g, ' '); })()"


class Server(http.server.ThreadingHTTPServer):
    """Serves the pages of a folder under one policy and keeps what was asked for."""

    def __init__(self, pages, policy=""):
        asked = self.asked = []

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                asked.append(self.path)
                body = pages.get(self.path.strip("/"))
                self.send_response(200 if body else 404)
                if policy:
                    self.send_header("Content-Security-Policy", policy)
                self.send_header("Content-Type", "text/html; charset=utf-8")
                self.send_header("Content-Length", str(len(body or b"")))
                self.end_headers()
                self.wfile.write(body or b"")

            def log_message(self, *_):
                pass

        super().__init__(("127.0.0.1", 0), Handler)
        self.address = f"http://127.0.0.1:{self.server_address[1]}/"
        threading.Thread(target=self.serve_forever, daemon=True).start()

    def __exit__(self, *_):
        self.shutdown()
        self.server_close()


def recording(place, name, **without):
    folder = place.path(name)
    os.makedirs(folder, exist_ok=True)
    for signal in SIGNALS:
        if signal not in without.get("without", ()):
            with open(os.path.join(folder, signal + ".jsonl"), "w", encoding="utf-8") as file:
                file.write("\n".join(lines_of(signal)) + "\n")
    return folder


def quiet(folder):
    """Nothing happens: flat memory, even latency."""
    d = Telemetry(seed=3)
    for service in ("api", "store", "web"):
        for i, value in enumerate(d.flat(60, 100e6, noise=5e5)):
            d.gauge(service, "process.memory.usage", d.at(minutes=i), value, unit="By", instance=service + "-1")
        for i in range(240):
            d.span(service, "GET /", d.at(seconds=15 * i), ms=12 + i % 5, kind="server")
    d.write(folder)
    return folder


def hostile(folder):
    """A leak whose every name, value and message is an attack or a wall."""
    d = Telemetry(seed=4)
    bad, calm = "led" + HOSTILE, "till\x1b[31m\x07" + "w" * 300
    for i in range(60):
        for service, value in ((bad, 80e6 + (i > 30) * (i - 30) * 9e6), (calm, 90e6 + i % 3 * 1e5)):
            d.gauge(service, "process.memory.usage", d.at(minutes=i), value, unit="By", instance=service + "-1")
    for i in range(240):
        slow = i > 120 and i % 3 == 0
        trace = d.trace_id()
        d.span(bad, "GET /" + HOSTILE, d.at(seconds=15 * i), ms=(400 + i) if slow else 12 + i % 5, kind="server", trace=trace,
               attributes={"cache\u202e<b>": "miss\"><img src=x onerror=alert(1)>" if slow else "hit", "held": i * i if i > 120 else 7, "wall": "y" * 2000})
        d.log(bad, d.at(seconds=15 * i), ("evicted </pre><script>alert(2)</script> " if slow else "served ") + "z" * 10_000, trace=trace)
    d.write(folder)
    return folder


def look(browser, server, name):
    pictures = os.path.join(OUT, name)
    for width, height in ((1280, 800), (400, 850)):
        for script in (False, True):
            how = f"{name}, {width} px, script {'on' if script else 'off'}"
            view = browser.open(server.address + name, width, height, script=script)
            check(f"the page is not wider than the screen ({how})", view.value(WIDTH) <= width, f"{view.value(WIDTH)} px")
            verdict = view.value(VERDICT)
            check(f"the verdict stands on the first screen ({how})", verdict["bottom"] < height and len(verdict["word"]) > 3, str(verdict))
            check(f"every text can be seen ({how})", view.value(HIDDEN) == [], str(view.value(HIDDEN)))
            check(f"labels of charts stand inside them and apart ({how})", view.value(LABELS) == [], str(view.value(LABELS)))
            check(f"the console is silent ({how})", view.problems == [], str(view.problems[:4]))
            foreign = [r for r in view.requests if r != server.address + name and not r.endswith("/favicon.ico")]
            check(f"nothing is fetched ({how})", foreign == [], str(foreign))
            check(f"the title is the page's own ({how})", (view.value("document.title") or "owned") != "owned", view.value("document.title"))
            view.picture(f"{pictures}-{width}-{'script' if script else 'plain'}.png")
            view.close()
    view = browser.open(server.address + name, script=False)
    for claim, expression in (("links lead to a place on the page", LINKS), ("no id stands twice", TWICE), ("every finding links to its evidence", UNPROVEN),
                              ("evidence links back to findings", NO_WAY_BACK)):
        check(f"{claim} ({name})", view.value(expression) == [], str(view.value(expression)))
    text = view.value(TEXT)
    view.close()
    for width in (1280, 400):
        view = browser.open(server.address + name, width, 850, dark=True)
        back, ink = view.value("getComputedStyle(document.body).backgroundColor"), view.value("getComputedStyle(document.body).color")
        light = [sum(map(int, re.findall(r"\d+", c)[:3])) for c in (back, ink)]
        check(f"dark means light on dark ({name}, {width} px)", light[0] < 150 < 450 < light[1], f"{ink} on {back}")
        view.picture(f"{pictures}-{width}-dark.png")
        if width == 1280:
            view.pdf(f"{pictures}.pdf")
            with open(f"{pictures}.pdf", "rb") as file:
                box = re.search(rb"/MediaBox\s*\[([^\]]*)\]", file.read())
            sides = [float(n) for n in box[1].split()] if box else []
            check(f"it prints on A4 ({name})", len(sides) == 4 and abs(sides[2] - 595) < 2 and abs(sides[3] - 842) < 2, str(sides))
        view.close()
    return text


def strict(browser, server, name, text):
    for width, height in ((1280, 800), (400, 850)):
        view = browser.open(server.address + name, width, height)
        how = f"{name}, {width} px, strict policy"
        check(f"without script and style the page says the same ({how})", view.value(TEXT) == text, "the texts differ")
        check(f"the policy is in force ({how})", view.value("document.styleSheets.length") == 0 and view.value("document.querySelectorAll('button').length") == 0)
        check(f"the verdict stands on the first screen ({how})", view.value(VERDICT)["bottom"] < height, str(view.value(VERDICT)))
        check(f"labels of charts stand inside them and apart ({how})", view.value(LABELS) == [], str(view.value(LABELS)))
        check(f"every text can be seen ({how})", view.value(HIDDEN) == [], str(view.value(HIDDEN)))
        view.picture(os.path.join(OUT, f"{name}-{width}-strict.png"))
        view.close()
    check(f"nothing but the page was asked for ({name}, strict policy)", {p for p in server.asked if p != "/favicon.ico"} <= {"/" + n for n in PAGES}, str(server.asked))


def with_script(browser, server, name):
    """What a script adds, used with the mouse."""
    view = browser.open(server.address + name, 1280, 900)
    view.value("document.querySelector('svg.chart[data-plot]').scrollIntoView({block: 'center'})")
    box = view.value("(() => { const b = document.querySelector('svg.chart[data-plot]').getBoundingClientRect(); return [b.left, b.top, b.width, b.height]; })()")
    x, y = box[0] + box[2] * 0.5, box[1] + box[3] * 0.5
    view.press(x, y)
    notes = view.value("[...document.querySelectorAll('figure p[aria-live]')].map(p => p.textContent).filter(t => / UTC: .+\\d/.test(t))")
    charts = view.value("document.querySelectorAll('svg.chart[data-plot]').length")
    check("one cursor tells the time and the values in every chart", len(notes) == charts >= 3, f"{len(notes)} of {charts}: {notes[:3]}")
    view.picture(os.path.join(OUT, f"{name}-cursor.png"), whole=False)
    view.press(x - 60, y, (x + 60, y))
    zoomed = view.value("[...document.querySelectorAll('svg.plot')].filter(p => Number(p.getAttribute('viewBox').split(' ')[2]) < 0.5 * p.width.baseVal.value).length")
    check("a stretch of time that is dragged over is zoomed to in every chart", zoomed == charts, f"{zoomed} of {charts}")
    rows = "[...document.querySelector('input.sift').nextElementSibling.querySelectorAll('tbody tr')].filter(r => !r.hidden).length"
    if check("a long table has a filter", view.value("!!document.querySelector('input.sift')")):
        all_rows = view.value(rows)
        view.value("(() => { const i = document.querySelector('input.sift'); i.value = i.nextElementSibling.querySelector('tbody tr').cells[0].textContent; i.dispatchEvent(new Event('input')); })()")
        check("the filter leaves the rows with its text", 0 < view.value(rows) < all_rows, f"{view.value(rows)} of {all_rows}")
    view.value("document.querySelector('th.sortable.n').click()")
    check("a click on a head sorts its table", view.value("document.querySelector('th.sortable.n').getAttribute('aria-sort')") == "ascending")
    view.value("(() => { navigator.clipboard.writeText = t => { window.copied = t; return Promise.resolve(); }; })()")
    view.value("document.querySelector('#summary button').click()")
    copied = view.value("window.copied") or ""
    check("the summary is copied as Markdown", copied.startswith("## ✔ CONFIRMED") and "\n- **" in copied, copied[:200])
    view.value("document.querySelector('figcaption button').click()")
    copied = view.value("window.copied") or ""
    check("a chart is copied as SVG that stands alone", copied.startswith("<svg") and "http://www.w3.org/2000/svg" in copied and "</svg>" in copied, copied[:200])
    view.close()


PAGES = {}


def main():
    if not Browser.path():
        print("lacks: chromium, so the page was not looked at in a browser")
        print("1 passed, 0 failed")
        return
    with Place() as place:
        page = lambda name: place.path(name + ".html")
        runs = {"confirmed": [*DEMO], "inconclusive": ["run", "memory_leak", "--data", recording(place, "no_metrics", without=("metrics",))],
                "nothing": ["run", "memory_leak", "--data", quiet(place.path("quiet"))],
                "hostile": ["run", "memory_leak", "--data", hostile(place.path("hostile"))]}
        words = {"confirmed": "confirmed", "inconclusive": "inconclusive", "nothing": "nothing_found"}
        for name, command in runs.items():
            ran = place.inquest(*command, "--no-input", "--json", "--case", place.path(name + ".case"), "--report", page(name))
            if not check(f"the case runs and its page is written ({name})", ran.code == 0 and os.path.exists(page(name)), ran.err[-800:]):
                continue
            word = json.loads(ran.out)["verdict"]["word"]
            check(f"the verdict is the one this recording is for ({name})", word == words.get(name, word), word)
            with open(page(name), "rb") as file:
                PAGES[name] = file.read()
            check(f"the page is smaller than 1 MB ({name})", len(PAGES[name]) < 1_000_000, f"{len(PAGES[name])} bytes")
        check("a verdict of nothing found says on its first screen what was looked for", b'<a href="#ruled-out">memory_growth' in PAGES["nothing"])
        start = time.monotonic()
        place.inquest("report", place.path("confirmed.case"), "--report", page("again"))
        print(f"note: the page of the demo has {len(PAGES['confirmed']):,} bytes; the whole command took {(time.monotonic() - start) * 1000:.0f} ms")
        with Browser() as browser, Server(PAGES) as server, Server(PAGES, STRICT) as narrow:
            for name in sys.argv[2:] or PAGES:
                text = look(browser, server, name)
                strict(browser, narrow, name, text)
            with_script(browser, server, "confirmed")
    print(f"note: pictures are in {OUT}")
    done()


main()
