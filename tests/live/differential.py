# Every ask through every connector beside the recording's files: equal, or within what the answer says of itself.
# SPDX-License-Identifier: Apache-2.0
"""What servers cannot keep is allowed for, and nothing else:
  Prometheus   times are milliseconds; counters have no start times, so the first rate of a series is not there and the one
               after a process began anew counts from the sample before; labels have _ for .
  Jaeger       v1 and its storage: times and durations are microseconds, cut, so that "nearest the median" has other ties; a
               list among the attributes is its JSON
  OpenSearch   `a` beside `a.b` is written as `a.value`; Data Prepper writes lists as JSON and no names of log events
An answer with the mark `approximate` is compared by totals within what it says (or ±20 % of a sampled one); one with `partial`
fails, since nothing is missing. The table is printed whole: one row an ask, one column a source."""
import collections
import json
import os
import re

import frames
from harness import WINDOW, cause, first_lines, inquest
from recording import REPLAY

RESTART, RESTARTED = 1795258949 * 10**9, "recommendation"  # truth.json: restarted at 11:02:29
ONSET = "2026-11-21T10:45:00Z"
COLUMNS = [  # title, (metrics, spans, logs), nanoseconds that its times keep, whether lists of attributes are their JSON there
    ("prom 3.5", ("prometheus3", None, None), 10**6, False), ("prom 2.42", ("prometheus2", None, None), 10**6, False),
    ("otel-v1", (None, "otel-v1", "demo"), 1, False), ("ss4o", (None, "ss4o", None), 1, False), ("dp", (None, "dp", "dp"), 1, True),
    ("jaeger v1", (None, "jaeger-v1", None), 1000, True), ("jaeger v3", (None, "jaeger-v3", None), 1, False),
    ("jaeger+os", (None, "jaeger-opensearch", None), 1000, True), ("os:jaeger", (None, "jaeger-layout", None), 1000, True),
]
SIGNALS = {"metric": 0, "spans": 1, "logs": 2}
IDENTITY = {"service", "namespace", "operation", "kind", "time", "bucket", "window", "attribute", "trace_id", "span_id", "parent_id", "template",
            "severity", "caller", "callee", "callee_kind", "start", "status", "body", "before", "first", "value"}


def cell(name, value, kind, resolution, lists):
    """A cell as it is compared. Times and durations to what the source keeps."""
    if value is None:
        return value
    if name == "attributes":
        raw = json.loads(value)
        values = {k[:-6] if k.endswith(".value") and k[:-6] not in raw else k: v for k, v in raw.items()}
        if lists:
            values = {k: json.dumps(v, separators=(",", ":"), ensure_ascii=False) if isinstance(v, list) else v for k, v in values.items()}
            values.pop("event.name", None)
        return values
    if kind == "time":
        return value // resolution
    if kind == "duration":
        return round(value / resolution)
    return value


def near(a, b, share):
    if a == b:
        return True
    if isinstance(a, bool) or isinstance(b, bool) or not isinstance(a, (int, float)) or not isinstance(b, (int, float)):
        return False
    return abs(a - b) <= share * max(abs(a), abs(b)) + 1e-12


def rows_of(frame, resolution, columns, keyed, lists):
    """(key, row) of every row: the key is of the cells that name it, so that rows are laid beside rows."""
    out = []
    for i in range(frame.rows):
        row = {c: cell(c, frame.columns[c][i], frame.types[c], resolution, lists) for c in columns}
        key = tuple("" if row[c] is None else str(row[c]) for c in columns if c in keyed)
        out.append((key, row))
    return sorted(out, key=lambda r: (r[0], repr(r[1])))


def renamed(frame):
    """Labels of Prometheus in place of attributes."""
    names = {c: re.sub(r"[^a-zA-Z0-9_]", "_", c) for c in frame.columns}
    return frame._replace(columns={names[c]: v for c, v in frame.columns.items()}, types={names[c]: v for c, v in frame.types.items()})


def known_to_counters(want, got, whole_first):
    """Both frames without the rows whose rates need start times: the first of each series (the whole bucket under `every`), and
    the first after the recorded restart."""
    labels = [c for c in want.columns if want.types[c] == "text" and c in got.columns]
    ms = 10**6

    def rows(frame):
        return [(tuple(frame.columns[c][i] for c in labels), frame.columns["time"][i] // ms) for i in range(frame.rows)]

    mine, theirs = rows(want), rows(got)
    there, first, again = set(theirs), {}, {}
    for row, at in mine:
        first[row] = min(at, first.get(row, at))
        if RESTART // ms <= at:
            again[row] = min(at, again.get(row, at))
    service = labels.index("service") if "service" in labels else None

    def known(row, at):
        if at == first.get(row) and (whole_first or (row, at) not in there):
            return False
        return not (at == again.get(row) and (service is None or row[service] == RESTARTED))

    return [f._replace(rows=len(keep), columns={c: [cells[i] for i in keep] for c, cells in f.columns.items()})
            for f, keep in ((f, [i for i, r in enumerate(rs) if known(*r)]) for f, rs in ((want, mine), (got, theirs)))]


def folded(frame):
    """A latency frame without its buckets of duration: what microseconds cut cannot move."""
    keys, out = [c for c in frame.columns if c not in ("bucket", "count", "errors", "sum")], {}
    for i in range(frame.rows):
        cell_ = out.setdefault(tuple(frame.columns[c][i] for c in keys), [0, 0, 0])
        for n, c in enumerate(("count", "errors", "sum")):
            cell_[n] += frame.columns[c][i] or 0
    columns = {c: [k[n] for k in out] for n, c in enumerate(keys)} | {c: [v[n] for v in out.values()] for n, c in enumerate(("count", "errors", "sum"))}
    return frame._replace(rows=len(out), columns=columns)


def difference(want, got, resolution, kind, lists, said=0.0):
    """None when the frames are equal, else what differs first."""
    if kind.startswith("metric."):
        want, got = renamed(want), renamed(got)
        if "time" in want.columns and "time" in got.columns and "heap" not in want.columns:
            want, got = known_to_counters(want, got, any("means of" in n for n in want.marks.get("notes", [])))
    if resolution == 1000 and kind == "spans.latency":
        want, got = folded(want), folded(got)
    if resolution == 1000 and kind == "spans.typical" and want.columns["trace_id"] != got.columns["trace_id"]:
        n = [len(set(f.columns["trace_id"])) for f in (want, got)]
        return None if n[0] == n[1] else f"{n[1]} traces for {n[0]}"
    columns = [c for c in want.columns if c in got.columns]
    missing = [c for c in want.columns if c not in got.columns and any(v is not None for v in want.columns[c])]
    added = [c for c in got.columns if c not in want.columns and any(v is not None for v in got.columns[c])]
    if missing or added:
        return f"columns: {missing} missing, {added} added"
    if want.rows != got.rows:
        by = next((c for c in ("service", "template", "attribute") if c in columns), None)
        n = [collections.Counter(f.columns[by]) if by else {} for f in (want, got)]
        fewer = [f"{k} {n[1].get(k, 0)} for {n[0].get(k, 0)}" for k in sorted(set(n[0]) | set(n[1]), key=str) if n[0].get(k, 0) != n[1].get(k, 0)]
        return f"{got.rows} rows for {want.rows}: " + ", ".join(fewer[:6])
    keyed = {c for c in columns if want.types[c] in ("text", "time") or c in IDENTITY and want.types[c] != "double"}
    share = max(said, 1e-9 if resolution == 1 else 2e-3)
    for (_, a), (_, b) in zip(rows_of(want, resolution, columns, keyed, lists), rows_of(got, resolution, columns, keyed, lists)):
        for c in columns:
            if a[c] == b[c]:
                continue
            if want.types[c] in ("time", "duration") and resolution > 1 and a[c] is not None and b[c] is not None \
                    and abs(a[c] - b[c]) <= 2 + said * max(a[c], b[c]) + (a.get("count") or a.get("n") or 0 if c in ("sum", "total") else 0):
                continue
            if not near(a[c], b[c], share):
                where = ", ".join(f"{k}={a[k]}" for k in columns if k in keyed and a[k] is not None and k != c)[:160]
                return f"{c} is {str(b[c])[:60]} for {str(a[c])[:60]} at {where}"
    return None


def total(frame):
    """What survives sampling and bucketing: counts and sums per service."""
    out = {}
    for name in ("count", "n", "spans", "entry", "before", "after", "slow", "fast", "value"):
        if name in frame.columns and frame.types[name] in ("int64", "double"):
            for service, v in zip(frame.columns["service"] if "service" in frame.columns else [""] * frame.rows, frame.columns[name]):
                if v is not None and v == v:
                    out[name, service] = out.get((name, service), 0) + v
    return out


def within(e, got, resolution, lists, mark):
    """None when an approximate answer is what it says to be: every number within the error that it states; where it states none,
    totals within 1 % (of metric.latency 8 %: what was counted before the first sample is not known to Prometheus)."""
    stated = re.search(r"(\d+(?:\.\d+)?) ?%", mark)
    if stated:
        return difference(e.frame, got, resolution, e.kind, lists, float(stated[1]) / 100)
    a, b = total(e.frame), total(got)
    if re.search(r"sampl|at random|[\d ]+ of [\d ]+", mark):  # of a sample: nothing that is not there, and not more than there is
        more = [k for k, v in b.items() if k not in a or v > a[k] * 1.2 + 1]
        return f"{more[0]} is {b[more[0]]} for {a.get(more[0])}, told as {mark!r}" if more else None
    off = [k for k, v in a.items() if not near(v, b.get(k, 0), 0.08 if e.kind == "metric.latency" else 0.01)]
    return f"{off[0]} is {b.get(off[0])} for {a[off[0]]}, told as {mark!r}" if off else None


def ask_all(bench, name, arguments):
    case = os.path.join(bench.folder, f"every-{name}.case".replace(" ", "_"))
    run = inquest(["run", "every_ask", "--sops", "tests/live/sops", "--case", case, "--overwrite", "--json", "--input", "service=recommendation",
                   "--input", f"onset={ONSET}"] + WINDOW + arguments)
    found = {(e.state, e.name): e for e in frames.evidence(case)} if os.path.exists(case) else {}
    return run, found


def run(bench):
    _, truth = ask_all(bench, "files", ["--data", REPLAY])
    bench.checks.check("the files answer every ask", len(truth) == 47 and all(e.frame for e in truth.values()), f"{len(truth)} asks")
    table = {key: {} for key in truth}
    seconds = {}
    only = [t for t in os.environ.get("INQUEST_LIVE_COLUMNS", "").split(",") if t]  # for work on one connector
    for title, parts, resolution, lists in COLUMNS:
        if only and title not in only:
            bench.checks.leave_out(title, "left out by INQUEST_LIVE_COLUMNS")
            continue
        if not bench.has(*parts):
            bench.checks.leave_out(title, "its servers are not in this stack")
            continue
        ran, found = ask_all(bench, title, ["--sources", bench.yaml(*parts)])
        reasons = {(e.get("state"), e.get("ask")): e for e in (ran.json or {}).get("evidence", [])}
        if not bench.checks.check(f"{title}: the run ends by itself", ran.code == 0 and ran.json, f"exit {ran.code}: {first_lines(ran.err or ran.out)}") \
                and not found:
            continue                       # said once, not once an ask
        seconds[title] = ran.wall
        for key, e in truth.items():
            signal = SIGNALS[e.kind.split(".")[0]]
            if not parts[signal]:
                continue
            other = found.get(key)
            if not other or other.frame is None:
                table[key][title] = "failed", cause(reasons.get(key, {})) or first_lines(ran.err)
                continue
            marks = other.frame.marks
            if marks.get("partial") and title.startswith("jaeger") and "may be missing" in marks["partial"]:
                wrong = within(e, other.frame, resolution, lists, "sampled")  # Jaeger has no order by duration: honest, and right
                table[key][title] = ("off", wrong) if wrong else ("sampled", marks["partial"])
            elif marks.get("partial"):
                table[key][title] = "partial", marks["partial"]
            elif marks.get("approximate"):
                wrong = within(e, other.frame, resolution, lists, marks["approximate"])
                table[key][title] = ("off", wrong) if wrong else ("within", marks["approximate"])
            else:
                wrong = difference(e.frame, other.frame, resolution, e.kind, lists)
                table[key][title] = ("differs", wrong) if wrong else ("equal", "")
    bench.gather()
    report(bench, truth, table, seconds)


def report(bench, truth, table, seconds):
    titles = [t for t in seconds]
    print("  " + " " * 36 + " ".join(f"{t:>9}" for t in titles))
    for key, row in table.items():
        print(f"  {key[0] + '.' + key[1]:36}" + " ".join(f"{row.get(t, ('', ''))[0]:>9}" for t in titles))
    print(f"  {'seconds':36}" + " ".join(f"{seconds[t]:9.1f}" for t in titles))
    for t in titles:
        cells = {k: r[t] for k, r in table.items() if t in r}
        bad = {k: v for k, v in cells.items() if v[0] not in ("equal", "within", "sampled")}
        bench.checks.check(f"{t}: {len(cells)} asks answer as the files do", not bad,
                           "\n       | ".join(f"{k[0]}.{k[1]} ({truth[k].kind}) {v[0]}: {v[1]}" for k, v in bad.items()))
