#!/usr/bin/env python3
# Code that several reviews share: a SOP's own lib/, required by its reviews, kept in the case.
# SPDX-License-Identifier: Apache-2.0
"""usage: INQUEST=build/inquest tests/runtime/cli/lib_test.py      ends with `N passed, N failed`"""
import json
import os
import shutil

from program import REPLAY, Place, check, done

SOP = """return sop "own" { title = "Own", start = "go",
  query "load" { ask = { rate = metric.request_rate { by = { "service" } } }, on "asked" { to = "judge" } },
  review "judge" { of = { "load" }, with = { reviews.busy {}, reviews.idle {} }, on "judged" { to = "done" } },
  hypothesis "busy" { say = "$service is busy", needs = { found "busy" } } }
"""
REVIEW = """return review { version = 1, doc = "Told by what is shared.", takes = { load = "metric.request_rate" },
  yields = { %(kind)s = { subject = { "service" }, numbers = { rows = "" }, lists = {}, says = "$service: $rows rows" } },
  run = function (frames) return require("%(module)s")(frames.load, "%(kind)s", %(sign)d) end }
"""
SHARED = """return function (load, kind, sign)
  if sign < 0 then return { examined = { { kind = kind, subject = { service = "cart" }, smallest = {} } } } end
  return { found = { { kind = kind, subject = { service = "cart" }, strength = 1, numbers = { rows = load:rows() }, lists = {} } } }
end
"""


def write(place, module="same", shared=SHARED):
    for path, text in {"own/sop.lua": SOP, "own/lib/same.lua": shared, "own/review/busy.lua": REVIEW % {"kind": "busy", "module": module, "sign": 1},
                       "own/review/idle.lua": REVIEW % {"kind": "idle", "module": module, "sign": -1}}.items():
        path = os.path.join(place.folder, path)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)


with Place() as place:
    write(place)
    ran = place.inquest("check", "own")
    check("a SOP whose reviews share a module is checked without a problem", ran.code == 0, ran.err + ran.out)
    ran = place.inquest("run", "own/sop.lua", "--data", REPLAY, "--json", "--case", "own.case")
    check("it runs", ran.code == 0, ran.err)
    document = json.loads(ran.out or "{}")
    found = [f["kind"] for f in document.get("findings", [])]
    check("both reviews are judged by the one module", found == ["busy"] and document["verdict"]["word"] == "confirmed", ran.out[:1500])
    shutil.rmtree(os.path.join(place.folder, "own"))
    again = place.inquest("report", "own.case", "--json")
    check("the case is read again without the folder", again.code == 0 and json.loads(again.out)["findings"] == document.get("findings"), again.err + again.out[:500])

with Place() as place:
    write(place, module="sam")
    ran = place.inquest("run", "own/sop.lua", "--data", REPLAY, "--json")
    said = ran.out + ran.err
    check("a module that is not there is told with the nearest name and the review's line", "no module `sam`" in said and "`same`" in said and "busy.lua:3" in said, said[:3000])
    write(place, shared="return require(\"same\")\n")
    ran = place.inquest("run", "own/sop.lua", "--data", REPLAY, "--json")
    said = ran.out + ran.err
    check("a module that requires itself is told", "requires itself" in said, said[:3000])

with Place() as place:
    with open(os.path.join(place.folder, "try.lua"), "w", encoding="utf-8") as file:
        file.write("return type(require(\"shift\"))\n")
    ran = place.inquest("lua", "try.lua")
    check("a script tries what reviews share", ran.code == 0 and ran.out.strip() == "function", ran.out + ran.err)

done()
