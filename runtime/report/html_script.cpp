// What the page adds where a script is allowed: a cursor over all charts, zoom, tables that sort and filter, copying.
// SPDX-License-Identifier: Apache-2.0
//
// Plain ES2017 without addresses, requests, timers or evaluation of text; texts of the page are read and written as
// text only. CDATA marks let the page be read as XML too. Labels of the buttons are attributes of <body> in the page's
// words.
#include "runtime/report/html_text.h"

namespace inquest {

const char* html_script() {
  return R"(//<![CDATA[
(function () {
  "use strict";
  const all = (q, from) => Array.from((from || document).querySelectorAll(q));
  const make = (tag, text) => { const e = document.createElement(tag); if (text) e.textContent = text; return e; };
  const svg = (tag, with_) => { const e = document.createElementNS("http://www.w3.org/2000/svg", tag); for (const k in with_) e.setAttribute(k, with_[k]); return e; };
  const words = (document.body.dataset.words || "").split("|");
  const word = i => words[i] || "";
  const copy = (text, button) => {
    const done = () => { const was = button.textContent; button.textContent = "✔ " + was.replace("✔ ", ""); };
    const old = () => { const t = make("textarea"); t.value = text; document.body.append(t); t.select(); document.execCommand("copy"); t.remove(); done(); };
    if (navigator.clipboard) navigator.clipboard.writeText(text).then(done, old); else old();
  };
  const button = (text, act) => { const b = make("button", text); b.type = "button"; b.addEventListener("click", () => act(b)); return b; };

  // Charts: one cursor and one zoom for all, in time.
  const clock = ms => new Date(ms).toISOString().slice(11, 19);
  const human = (v, unit) => {
    const steps = unit === "ns" ? [[1e9, " s"], [1e6, " ms"], [1e3, " µs"], [1, " ns"]] : unit === "By" ? [[1e9, " GB"], [1e6, " MB"], [1e3, " kB"], [1, " B"]]
      : unit === "s" ? [[1, " s"], [1e-3, " ms"], [1e-6, " µs"]] : [[1, unit ? " " + unit : ""]];
    const step = steps.find(s => Math.abs(v) >= s[0]) || steps[steps.length - 1];
    return String(Number((v / step[0]).toPrecision(3))) + step[1];
  };
  const charts = all("svg.chart[data-plot]").map(e => {
    const plot = e.dataset.plot.split(" ").map(Number), time = e.dataset.time.split(" ").map(Number), value = e.dataset.value.split(" ");
    const line = svg("path", { "class": "onset", fill: "none", stroke: "currentColor", visibility: "hidden" });
    const note = make("p"); note.className = "note"; note.setAttribute("aria-live", "polite");
    const times = e.querySelector("g.times"), zoomed = svg("g", { fill: "currentColor" });
    e.append(line, zoomed); e.after(note);
    const inner = e.querySelector("svg.plot");
    return { e, plot, from: time[0], to: time[1], a: time[0], b: time[1], least: Number(value[0]), most: Number(value[1]), log: value[2] === "log", unit: e.dataset.unit, line, note, times, zoomed, inner };
  });
  const time_at = (c, event) => {
    const box = c.e.getBoundingClientRect(), scale = c.e.viewBox.baseVal.width / box.width;
    const share = ((event.clientX - box.left) * scale - c.plot[0]) / c.plot[2];
    return share >= 0 && 1 >= share ? c.a + share * (c.b - c.a) : null;
  };
  const values_at = (c, ms) => all("polyline", c.inner).filter(l => l.classList.contains("strong")).map(l => {
    const x = (ms - c.from) / (c.to - c.from) * c.plot[2];
    let best = null;
    for (const p of l.points) if (!best || Math.abs(best.x - x) > Math.abs(p.x - x)) best = p;
    if (!best) return "";
    const share = 1 - best.y / c.plot[3];
    const v = c.log ? Math.pow(10, Math.log10(c.least) + share * (Math.log10(c.most) - Math.log10(c.least))) : c.least + share * (c.most - c.least);
    return (l.querySelector("title") ? l.querySelector("title").textContent : "") + " " + human(v, c.unit);
  });
  const point = ms => charts.forEach(c => {
    const inside = ms !== null ? ms >= c.a ? c.b >= ms : false : false;
    const show = inside ? "visible" : "hidden";
    c.line.setAttribute("visibility", show);
    if (!inside) { c.note.textContent = ""; return; }
    const x = c.plot[0] + (ms - c.a) / (c.b - c.a) * c.plot[2];
    c.line.setAttribute("d", "M" + x + " " + c.plot[1] + "v" + c.plot[3]);
    c.note.textContent = clock(ms) + " UTC: " + values_at(c, ms).join(", ");
  });
  const zoom = (a, b) => charts.forEach(c => {
    c.a = a === null ? c.from : Math.max(a, c.from); c.b = a === null ? c.to : Math.min(b, c.to);
    if (!(c.b > c.a)) { c.a = c.from; c.b = c.to; }
    const whole = c.a === c.from ? c.b === c.to : false;
    const x = (c.a - c.from) / (c.to - c.from) * c.plot[2], w = (c.b - c.a) / (c.to - c.from) * c.plot[2];
    c.inner.setAttribute("viewBox", x + " 0 " + w + " " + c.plot[3]);
    c.times.setAttribute("visibility", whole ? "visible" : "hidden");
    c.zoomed.replaceChildren();
    if (!whole) [0, 0.5, 1].forEach(s => {
      const t = svg("text", { x: c.plot[0] + s * c.plot[2], y: c.plot[1] + c.plot[3] + 18, "text-anchor": s === 0 ? "start" : s === 1 ? "end" : "middle" });
      t.textContent = clock(c.a + s * (c.b - c.a)); c.zoomed.append(t);
    });
  });
  charts.forEach(c => {
    let start = null;
    c.e.tabIndex = 0;
    c.e.addEventListener("pointermove", e => point(time_at(c, e)));
    c.e.addEventListener("pointerleave", () => point(null));
    c.e.addEventListener("pointerdown", e => { start = time_at(c, e); if (e.pointerType === "mouse") e.preventDefault(); });
    c.e.addEventListener("pointerup", e => {
      const end = time_at(c, e);
      if (start !== null) if (end !== null) if (Math.abs(end - start) > (c.b - c.a) / 50) zoom(Math.min(start, end), Math.max(start, end));
      start = null;
    });
    c.e.addEventListener("dblclick", () => zoom(null));
    c.e.addEventListener("keydown", e => {
      const step = (c.b - c.a) / 40, at = c.at === undefined ? (c.a + c.b) / 2 : c.at;
      if (e.key === "ArrowLeft" || e.key === "ArrowRight") { c.at = Math.min(c.b, Math.max(c.a, at + (e.key === "ArrowLeft" ? -step : step))); point(c.at); e.preventDefault(); }
      if (e.key === "+") zoom(at - (c.b - c.a) / 4, at + (c.b - c.a) / 4);
      if (e.key === "-" || e.key === "Escape") zoom(null);
    });
  });

  // Pictures: copied as SVG that stands alone.
  all("figure").forEach(f => {
    const picture = f.querySelector("svg.chart");
    if (!picture) return;
    f.querySelector("figcaption").append(" ", button(word(1), b => {
      const one = picture.cloneNode(true);
      one.setAttribute("xmlns", "http://www.w3.org/2000/svg"); one.setAttribute("width", "960"); one.removeAttribute("height"); one.removeAttribute("tabindex");
      copy(new XMLSerializer().serializeToString(one), b);
    }));
  });
  // The summary as Markdown.
  const summary = document.getElementById("summary");
  if (summary) summary.append(button(word(0), b => {
    let out = "## " + summary.querySelector("h2").textContent.trim() + "\n\n";
    all("p", summary).forEach(p => { out += p.textContent.trim() + "\n\n"; });
    all("dt", summary).forEach(dt => {
      const dd = dt.nextElementSibling, items = all("li", dd);
      out += "- **" + dt.textContent.trim() + "**" + (items.length ? items.map(i => "\n  - " + i.textContent.trim()).join("") : ": " + dd.textContent.trim()) + "\n";
    });
    copy(out, b);
  }));
  all("p.code").forEach(p => { if (p.closest("#again")) p.after(button(word(3), b => copy(p.textContent, b))); });

  // Tables: sorted by a click on a head, filtered by a text.
  const scale = { ns: 1e-9, "µs": 1e-6, ms: 1e-3, s: 1, min: 60, h: 3600, kB: 1e3, MB: 1e6, GB: 1e9, TB: 1e12 };
  const number = t => {
    const m = t.replace(/(\d) (?=\d{3})/g, "$1").match(/^[x+]?(-?\d[\d.]*(?:e-?\d+)?)\s*(\S*)/);
    return m ? Number(m[1]) * (scale[m[2]] || 1) : NaN;
  };
  all(".wide table").forEach(t => {
    if (t.tBodies.length !== 1 || 3 > t.tBodies[0].rows.length || t.closest(".blank")) return;
    const body = t.tBodies[0];
    all("thead th", t).forEach((th, i) => {
      th.className += " sortable"; th.tabIndex = 0;
      const sort = () => {
        const up = th.getAttribute("aria-sort") !== "ascending";
        all("thead th", t).forEach(o => o.removeAttribute("aria-sort"));
        th.setAttribute("aria-sort", up ? "ascending" : "descending");
        const rows = Array.from(body.rows).map((r, n) => ({ r, n, text: (r.cells[i] || {}).textContent || "" }));
        rows.sort((a, b) => {
          const x = number(a.text), y = number(b.text);
          const d = isNaN(x) || isNaN(y) ? a.text.localeCompare(b.text) : x - y;
          return (up ? d : -d) || a.n - b.n;
        });
        rows.forEach(o => body.append(o.r));
      };
      th.addEventListener("click", sort);
      th.addEventListener("keydown", e => { if (e.key === "Enter") sort(); });
    });
    if (12 > body.rows.length) return;
    const sift = make("input"); sift.className = "sift"; sift.type = "search"; sift.placeholder = word(2); sift.setAttribute("aria-label", word(2));
    sift.addEventListener("input", () => {
      const q = sift.value.toLowerCase();
      Array.from(body.rows).forEach(r => { r.hidden = q ? !r.textContent.toLowerCase().includes(q) : false; });
    });
    t.parentElement.before(sift);
  });
})();
//]]>
)";
}

}  // namespace inquest
