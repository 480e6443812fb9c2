#!/usr/bin/env python3
# Reviews over two thousand services of sixty buckets each, and a thousand operations: results above 10 000 cells.
# SPDX-License-Identifier: Apache-2.0
import os
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "support"))
from otlp import Telemetry  # noqa: E402
from runner import case, evaluate, main, review, run, same  # noqa: E402

SERVICES, ILL = 2000, 1234


def calls():
    data = Telemetry(1)
    for k in range(SERVICES):
        ill = k == ILL
        data.calls(f"s{k}", [60 if ill and i >= 30 else 20 for i in range(60)], errors=[0.2 if ill and i >= 30 else 0 for i in range(60)])
    return data


@case
def load_and_errors():
    "of two thousand services the one whose load and errors rose is found, and all are examined"
    value = evaluate(calls(), """
local load, errors = metric.request_rate {}, metric.error_rate {}
local a, b = reviews.load_change { load = load }, reviews.error_rise { errors = errors }
local c, d = reviews.rise { series = load }, reviews.above { series = errors, over = 0.1 }
local function few(rows) return { found = rows.found, examined = { { kind = "n", subject = {}, smallest = { n = #rows.examined } } }, unknown = rows.unknown } end
return { few(a), few(b), few(c), few(d), load:rows() }
""")
    assert value[4] >= SERVICES * 60, value[4]
    for kind, part in zip(("load_change", "error_rise", "rise", "above"), value):
        same([f["subject"]["service"] for f in part["found"]], [f"s{ILL}"], kind)
        same(part["examined"][0]["smallest"]["n"], SERVICES, kind + " examined")


@case
def operations():
    "of a thousand operations in a trace the one that takes the extra time is found"
    data = Telemetry(2)
    for i in range(30):
        slow = i < 10
        start = data.at(seconds=20 * i)
        root = data.span("api", "GET /", start, 3000 if slow else 1010)
        for k in range(1000):
            data.span("api", f"step {k}", start + int(k * 1e6) + (int(2e9) if slow and k > 500 else 0), 2000 if slow and k == 500 else 0.9,
                      kind="internal", parent=root)
    r = review(data, "where_time_goes", """
within { service = "api" }
return reviews.where_time_goes { slow = spans.slowest { limit = 10 }, typical = spans.typical { limit = 10 } }
""")
    row = r.one(service="api")
    same(row["subject"]["operation"], "step 500", "operation")
    same(row["lists"]["waiting"], ["api GET /"], "who waits")
    same(len(r.examined), 1001, "examined")


@case
def each_is_one_by_one():
    "frame:each gives every row of a frame too large for a table, in its order"
    data = Telemetry(3)
    for k in range(300):
        data.memory(f"s{k:03d}", [k * 1000 + i for i in range(40)], instance="a")
    same(evaluate(data, """
local n, sum, last, ok = 0, 0, "", true
local frame = metric.memory {}
for row in frame:each("service", "value") do
  n, sum, ok, last = n + 1, sum + row.value, ok and row.service >= last and row.time == nil, row.service
end
return { n, sum, ok, frame:rows() }
"""), [12000, sum(k * 1000 + i for k in range(300) for i in range(40)), True, 12000])


@case
def each_keeps():
    "a row that is kept does not change when the loop goes on"
    data = Telemetry(4)
    data.memory("api", [1, 2, 3])
    same(evaluate(data, """
local rows = {}
for row in (metric.memory {}):each("value") do rows[#rows + 1] = row end
return { rows[1].value, rows[2].value, rows[3].value }
"""), [1, 2, 3])


@case
def each_wrong():
    "frame:each with a misspelt column names the nearest"
    data = Telemetry(5)
    data.memory("api", [1, 2, 3])
    with tempfile.TemporaryDirectory() as folder:
        data.write(os.path.join(folder, "data"))
        path = os.path.join(folder, "x.lua")
        with open(path, "w", encoding="utf-8") as file:
            file.write('for row in (metric.memory {}):each("valu") do end\nreturn 1')
        done = run("lua", path, "--data", os.path.join(folder, "data"), expect=None)
        assert done.returncode != 0 and "frame.each" in done.stderr and "value" in done.stderr, done.stderr


@case
def each_costs():
    "a loop of loops over rows ends by the budget of time or instructions"
    data = Telemetry(6)
    for k in range(50):
        data.memory(f"s{k}", list(range(1000)))
    with tempfile.TemporaryDirectory() as folder:
        data.write(os.path.join(folder, "data"))
        path = os.path.join(folder, "x.lua")
        with open(path, "w", encoding="utf-8") as file:
            file.write("local f = metric.memory {}\nfor a in f:each() do for b in f:each() do end end\nreturn 1")
        done = run("lua", path, "--data", os.path.join(folder, "data"), expect=None)
        assert done.returncode == 1 and ("script_time" in done.stderr or "script_instructions" in done.stderr), done.stderr[-500:]


main()
