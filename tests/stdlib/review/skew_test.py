#!/usr/bin/env python3
# Review skew: the instance that lies apart from its peers.
# SPDX-License-Identifier: Apache-2.0
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "support"))
from otlp import Telemetry  # noqa: E402
from runner import case, main, near, review, same  # noqa: E402

SCRIPT = "return reviews.skew { series = metric.memory {}%s }"


def look(levels, samples=20, options="", noise=0):
    data = Telemetry(1)
    for k, level in enumerate(levels):
        data.memory("api", data.flat(samples, level, noise), instance=f"i{k}")
    return review(data, "skew", SCRIPT % options)


@case
def one_apart():
    "of five instances the one with three times the memory is found"
    r = look([100e6, 101e6, 300e6, 99e6, 102e6])
    row = r.one()
    same([row["subject"]["instance"], row["numbers"]["members"], row["numbers"]["n"]], ["i2", 5, 20], "member")
    near(row["numbers"]["times"], 2.97, 0.05, "times")
    r.not_found(instance="i0")


@case
def one_below():
    "an instance that does a fifth of the work of its peers is found"
    same(look([100e6, 101e6, 20e6, 99e6]).one()["subject"]["instance"], "i2", "member")


@case
def alike():
    "instances with noise are alike"
    r = look([100e6] * 6, noise=5e6)
    assert not r.found and len(r.examined) == 6, vars(r)


@case
def constant():
    "instances that are all the same are alike"
    assert not look([100e6] * 4).found


@case
def two():
    "of two instances none can be told to be the odd one"
    look([100e6, 300e6]).is_unknown("2 members", service="api")


@case
def few_samples():
    "an instance with one sample is unknown"
    data = Telemetry(1)
    for k in range(4):
        data.memory("api", [100e6] * (1 if k == 3 else 20), instance=f"i{k}")
    review(data, "skew", SCRIPT % "").is_unknown("1 finite samples", instance="i3")


@case
def no_label():
    "a series without the label is unknown"
    look([100e6] * 4, options=', by = "partition"').is_unknown("no label partition")


main()
