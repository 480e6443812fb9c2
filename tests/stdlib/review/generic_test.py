#!/usr/bin/env python3
# The generic reviews above, below, rise, drop and share on any series, and kinds that are named where they are used.
# SPDX-License-Identifier: Apache-2.0
import json
import os
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "support"))
from otlp import Telemetry  # noqa: E402
from runner import case, main, near, review, run, same  # noqa: E402

NAMED = 'metric.named { name = "pool.used" }'


def fill(data, service, values, instance=None, begin=0):
    for i, value in enumerate(values):
        if value is not None:
            data.gauge(service, "pool.used", data.at(seconds=begin + 60 * i), float(value), instance=instance)


def look(name, options, values, seed=1, kind=None, **others):
    """The review `name` over the series `values` of api, and of other services by name."""
    data = Telemetry(seed)
    fill(data, "api", values(data) if callable(values) else values)
    for service, more in others.items():
        fill(data, service, more)
    return review(data, kind or name, f"return reviews.{name} {{ series = {NAMED}, {options} }}")


# ---- above and below ----
@case
def above():
    "samples that stay above a limit are found with limit, highest value, onset and samples on both sides"
    r = look("above", "over = 0.9", [0.5] * 20 + [0.95, 0.97, 0.96, 0.99] + [0.95] * 6).one(service="api")
    same([r["numbers"][k] for k in ("limit", "n_beyond", "n_before", "n_after")], [0.9, 10, 20, 10], "numbers")
    near(r["numbers"]["extreme"], 0.99, 1e-9, "highest")
    near(r["numbers"]["value"], 0.95, 1e-9, "median since")
    same(r["onset"]["time"][:16], "2026-01-01T00:20", "onset")
    assert r["says"].startswith("above: service=api at 0.95 since"), r["says"]


@case
def above_not():
    "samples that never reach the limit are examined, with the limit as the smallest that would have been seen"
    r = look("above", "over = 0.9", [0.5] * 20)
    r.not_found(service="api")
    same(r.examined[0]["smallest"], {"value": 0.9}, "smallest")


@case
def above_equal():
    "a value equal to the limit is not above it"
    look("above", "over = 0.9", [0.9] * 20).not_found(service="api")


@case
def above_single():
    "two samples in a row above it are too few of the three asked for"
    look("above", "over = 0.9", [0.5] * 9 + [1, 1] + [0.5] * 9 + [1, 1]).not_found(service="api")


@case
def above_least():
    "with least = 1 one sample is enough"
    look("above", "over = 0.9, least = 1", [0.5] * 9 + [1] + [0.5] * 9).one(service="api")


@case
def above_recovered():
    "a limit passed for a while is found weaker than one passed to the end"
    gone = look("above", "over = 0.9", [0.5] * 10 + [1] * 5 + [0.5] * 15).one(service="api")
    stays = look("above", "over = 0.9", [0.5] * 10 + [1] * 20).one(service="api")
    assert gone["strength"] < stays["strength"], (gone["strength"], stays["strength"])


@case
def above_few():
    "two samples are unknown, in samples"
    look("above", "over = 0.9", [1, 1]).is_unknown("2 finite samples, at least 3", service="api")


@case
def above_one():
    "one sample is unknown"
    look("above", "over = 0.9", [1]).is_unknown("1 finite samples", service="api")


@case
def above_not_finite():
    "samples that are no numbers say nothing"
    data = Telemetry(1)
    for i in range(10):
        data.gauge("api", "pool.used", data.at(minutes=i), "NaN")
    text = f"return reviews.above {{ series = {NAMED}, over = 0.9 }}"
    fill(data, "web", [0.5] * 10)
    answer = review(data, "above", text)
    assert not answer.found and not answer._of(answer.examined, {"service": "api"}), vars(answer)


@case
def above_instance():
    "of three instances the one above the limit is told, once for its service"
    data = Telemetry(1)
    for name, level in (("a", 0.2), ("b", 0.95), ("c", 0.3)):
        fill(data, "api", [level] * 10, instance=name)
    r = review(data, "above", f"return reviews.above {{ series = {NAMED}, over = 0.9 }}").one(service="api")
    same(r["lists"]["series"], ["service=api", "instance=b"], "series")


@case
def above_by_instance():
    "by = instance makes every instance a subject of its own"
    data = Telemetry(1)
    for name, level in (("a", 0.2), ("b", 0.95)):
        fill(data, "api", [level] * 10, instance=name)
    r = review(data, "above", f'return reviews.above {{ series = {NAMED}, over = 0.9, by = {{ "service", "instance" }} }}')
    r.one(service="api", instance="b")
    r.not_found(service="api", instance="a")


@case
def below():
    "samples that fall below a limit are found with the lowest value"
    r = look("below", "under = 10", [50] * 10 + [4, 3, 5, 4, 4]).one(service="api")
    same([r["numbers"][k] for k in ("extreme", "value", "n_before", "n_after")], [3, 4, 10, 5], "numbers")


@case
def below_not():
    "samples above it are not below"
    look("below", "under = 10", [50] * 10).not_found(service="api")


# ---- rise and drop ----
@case
def rise():
    "a series that doubles is found with levels, ratio, p, onset and samples on both sides"
    r = look("rise", "", lambda d: d.flat(30, 10, 0.5) + d.flat(30, 20, 0.5)).one(service="api")
    near(r["numbers"]["before"], 10, 0.5, "before")
    near(r["numbers"]["after"], 20, 0.5, "after")
    near(r["numbers"]["n_before"], 30, 2, "n before")
    near(r["numbers"]["n_after"], 30, 2, "n after")
    assert r["numbers"]["p"] < 1e-6, r["numbers"]
    assert "00:28" <= r["onset"]["time"][11:16] <= "00:31", r["onset"]


@case
def rise_from_nothing():
    "a series that begins out of nothing has no ratio and is found"
    r = look("rise", "", lambda d: [0] * 30 + d.flat(30, 20, 0.5)).one(service="api")
    assert "times" not in r["numbers"], r["numbers"]


@case
def rise_too_small():
    "a rise by a fifth is below the half that counts"
    r = look("rise", "", lambda d: d.flat(30, 10, 0.1) + d.flat(30, 12, 0.1))
    r.not_found(service="api")
    assert r.examined[0]["smallest"]["times"] >= 1.5, r.examined


@case
def rise_absolute():
    "least asks for a rise in the unit of the series"
    look("rise", "least = 50", lambda d: d.flat(30, 10, 0.5) + d.flat(30, 20, 0.5)).not_found(service="api")


@case
def rise_of_noise():
    "noise is no rise, whatever the seed"
    for seed in range(1, 7):
        look("rise", "times = 1.1", lambda d: d.flat(60, 10, 1), seed=seed).not_found(service="api")


@case
def rise_constant():
    "a constant is no rise"
    look("rise", "", [10] * 30).not_found(service="api")


@case
def rise_few():
    "five samples cannot tell"
    look("rise", "", [10] * 5).is_unknown("8", service="api")


@case
def rise_last():
    "a last sample that is higher cannot tell yet"
    look("rise", "", [10] * 30 + [50]).is_unknown("only the last sample", service="api")


@case
def rise_against():
    "under `against` the later window is compared with the earlier one"
    data = Telemetry(1)
    fill(data, "api", data.flat(30, 10, 0.5) + data.flat(30, 20, 0.5))
    script = 'within { onset = time "2026-01-01T00:30:00Z" }\nreturn reviews.rise { series = metric.named { name = "pool.used", against = "before $onset" } }'
    r = review(data, "rise", script).one(service="api")
    same([r["numbers"]["n_before"], r["numbers"]["n_after"]], [30, 30], "samples")


@case
def rise_against_nothing():
    "under `against` an empty earlier window is unknown, with the samples of both"
    data = Telemetry(1)
    fill(data, "api", data.flat(30, 10, 0.5), begin=1800)
    fill(data, "web", data.flat(60, 10, 0.5))
    script = 'within { onset = time "2026-01-01T00:30:00Z" }\nreturn reviews.rise { series = metric.named { name = "pool.used", against = "before $onset" } }'
    r = review(data, "rise", script)
    r.is_unknown("0 then, 30 now", service="api")
    r.not_found(service="web")


@case
def drop():
    "a series that falls to a third is found, and is no rise"
    fall = lambda d: d.flat(30, 30, 0.5) + d.flat(30, 10, 0.5)
    near(look("drop", "", fall).one(service="api")["numbers"]["times"], 0.333, 0.03, "times")
    look("rise", "", fall).not_found(service="api")


@case
def drop_to_nothing():
    "a series that stops changed 0 times"
    same(look("drop", "", lambda d: d.flat(30, 30, 0.5) + [0] * 30).one(service="api")["numbers"]["times"], 0, "times")


@case
def drop_not():
    "a steady series has not dropped"
    look("drop", "", lambda d: d.flat(60, 30, 1)).not_found(service="api")


# ---- share ----
@case
def share():
    "the service that holds most of a sum is found with its part and the samples of both sides"
    r = look("share", "", [80] * 10, web=[10] * 10, store=[10] * 10)
    n = r.one(service="api")["numbers"]
    near(n["share"], 0.8, 1e-9, "share")
    same([n["n"], n["n_others"], n["subjects"]], [10, 20, 3], "numbers")
    r.not_found(service="web")


@case
def share_alone():
    "one service alone always holds all: unknown, with the cure"
    assert "outside" in look("share", "", [80] * 10).is_unknown("one subject alone", service="api")["cure"]


@case
def share_of_nothing():
    "of a sum of zero nobody holds a part"
    look("share", "", [0] * 10, web=[0] * 10).not_found(service="api")


@case
def share_negative():
    "negative values have no share"
    look("share", "", [8] * 10, web=[-1] * 10).is_unknown("negative", service="api")


# ---- kinds named where they are used ----
SOP = """return sop "pool" {
  start = "ask",
  query "ask" { ask = { used = metric.named { name = "pool.used" }, load = metric.request_rate {} }, on "seen" { to = "judge" } },
  review "judge" { of = { "ask" },
    with = { reviews.above { series = "ask.used", over = 0.9%s }, reviews.load_change {} },
    on "full" { to = "tell", when = found "%s" { value = above(0.9) } },
    on "fine" { to = "done" } },
  info "tell" { say = "It stands at $%s.value.", on "done" { to = "done" } },
  hypothesis "full" { say = "$service has no connection left.", needs = { "%s" }, refuted_by = { "load_change" } },
}
"""


def sop(yields, kind, folder):
    path = os.path.join(folder, "pool.lua")
    with open(path, "w", encoding="utf-8") as file:
        file.write(SOP % (f', yields = "{yields}"' if yields else "", kind, kind, kind))
    return path


def fill_pool(folder):
    data = Telemetry(1)
    fill(data, "api", [0.5] * 20 + [0.95] * 20)
    data.calls("api", data.flat(40, 10, 0.5))
    return data.write(os.path.join(folder, "data"))


@case
def renamed():
    "a kind named by `yields` is in the journal, in the sentence, in the condition and confirms a hypothesis"
    with tempfile.TemporaryDirectory() as folder:
        done = run("run", sop("pool_full", "pool_full", folder), "--data", fill_pool(folder), "--json", "--case", os.path.join(folder, "x.case"))
        report = json.loads(done.stdout)
        text = json.dumps(report, ensure_ascii=False)
        same(report["verdict"]["word"], "confirmed", "verdict")
        assert '"kind": "pool_full"' in text and "pool_full: service=api at 0.95" in text, text[:3000]
        walk = run("run", os.path.join(folder, "pool.lua"), "--data", os.path.join(folder, "data"), "--case", os.path.join(folder, "y.case")).stdout
        assert "It stands at 0.95" in walk, walk
        assert '"kind": "above"' not in text, "the old name stands somewhere"


@case
def renamed_checks():
    "check knows the renamed kind, and refuses the old name"
    with tempfile.TemporaryDirectory() as folder:
        run("check", sop("pool_full", "pool_full", folder))
        said = run("check", sop("pool_full", "above", folder), expect=None)
        assert said.returncode == 2 or said.returncode == 1, said.returncode
        assert "above" in said.stdout + said.stderr, said.stdout


@case
def renamed_to_another():
    "check refuses a name that another review has for other numbers"
    with tempfile.TemporaryDirectory() as folder:
        said = run("check", sop("latency_tail", "latency_tail", folder), expect=None)
        assert "is the kind of reviews.latency_tail" in said.stdout + said.stderr, said.stdout + said.stderr


@case
def over_missing():
    "check asks for the limit that is missing"
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "pool.lua")
        with open(path, "w", encoding="utf-8") as file:
            file.write((SOP % ("", "above", "above", "above")).replace(", over = 0.9", ""))
        said = run("check", path, expect=None)
        assert "reviews.above needs option `over`" in said.stdout + said.stderr, said.stdout + said.stderr


@case
def every_one_is_documented():
    "describe shows each generic review with its options"
    for name in ("above", "below", "rise", "drop", "share"):
        assert name in run("describe", name).stdout


main()
