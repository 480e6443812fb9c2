#!/usr/bin/env python3
# Review memory_growth: leaks of every shape are found, what settles is not.
# SPDX-License-Identifier: Apache-2.0
import math
import os
import random
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "support"))
from otlp import Telemetry  # noqa: E402
from runner import case, main, near, review, same  # noqa: E402

MB = 1e6
SCRIPT = "return reviews.memory_growth { memory = metric.memory {} }"


def look(values, every=60, seed=1, **more):
    data = Telemetry(seed)
    data.memory("api", values(data) if callable(values) else values, every=every, instance="api-1")
    return review(data, "memory_growth", SCRIPT)


@case
def linear():
    "a linear leak is found at its onset, with its size and its pace"
    r = look(lambda d: d.flat(30, 100 * MB, MB) + d.linear(30, 100 * MB, 4 * MB, MB)).one(service="api", instance="api-1")
    near(r["numbers"]["times"], 2.16, 0.1, "times")
    near(r["numbers"]["before"], 100 * MB, 2 * MB, "before")
    near(r["numbers"]["per_hour"], 240 * MB, 10 * MB, "pace")
    assert "00:28" <= r["onset"]["time"][11:16] <= "00:34", r["onset"]


@case
def exponential():
    "an exponential leak is found"
    r = look(lambda d: d.flat(30, 100 * MB, MB) + [100 * MB * 1.05 ** i for i in range(25)]).one()
    near(r["numbers"]["times"], 3.22, 0.2, "times")


@case
def stepwise():
    "a leak in steps of ten minutes is found"
    r = look(lambda d: d.flat(20, 100 * MB, MB / 2) + [100 * MB + 25 * MB * (1 + i // 10) + d.noise(MB / 2) for i in range(40)]).one()
    near(r["numbers"]["times"], 2, 0.1, "times")


@case
def from_the_first_sample():
    "a leak that runs since the first sample is found"
    r = look(lambda d: d.linear(40, 100 * MB, 3 * MB, MB)).one()
    assert 1.6 <= r["numbers"]["times"] <= 2.4, r["numbers"]


def late(rising):
    return look(lambda d: d.flat(40, 100 * MB, MB) + [100 * MB + 25 * MB * (i + 1) for i in range(rising)]).one()


@case
def late_three():
    "a leak only in the last 3 samples is found, weaker than one that lasted"
    r = late(3)
    same(r["numbers"]["n_after"], 3, "samples since")
    near(r["numbers"]["times"], 1.75, 0.05, "times")
    near(r["numbers"]["per_hour"], 1500 * MB, 50 * MB, "pace")
    assert r["strength"] < 0.6, r["strength"]


@case
def late_four():
    "a leak only in the last 4 samples is found"
    near(late(4)["numbers"]["times"], 2, 0.05, "times")


@case
def late_five():
    "a leak only in the last 5 samples is found"
    near(late(5)["numbers"]["times"], 2.25, 0.05, "times")


@case
def one_restart():
    "a leak that ends in an out-of-memory restart is found, its onset before the restart"
    r = look(lambda d: d.flat(20, 100 * MB, MB) + d.linear(20, 105 * MB, 10 * MB, MB) + d.flat(20, 100 * MB, MB)).one()
    near(r["numbers"]["times"], 2.95, 0.15, "times")
    assert "00:19" <= r["onset"]["time"][11:16] <= "00:24", r["onset"]


@case
def two_restarts():
    "a leak through two out-of-memory restarts is found"
    data = Telemetry(1)
    for cycle in range(3):
        data.memory("api", data.linear(20, 100 * MB, 10 * MB, MB), instance="api-1", begin=cycle * (20 * 60 + 40))
    r = review(data, "memory_growth", SCRIPT).one()
    assert r["numbers"]["times"] >= 2.5, r["numbers"]


@case
def batches():
    "batches that take memory for a few samples and give it back are not growth"
    for length in (1, 2, 3, 5):
        look(lambda d: [100 * MB + (120 * MB if i in range(20, 20 + length) or i in range(44, 44 + length) else 0) + d.noise(MB) for i in range(60)]).not_found(service="api")


@case
def batch_at_the_end():
    "two high samples at the end that do not climb cannot tell yet: unknown"
    look(lambda d: d.flat(40, 100 * MB, MB) + [200 * MB, 201 * MB]).is_unknown("do not climb")


@case
def two_steps():
    "two steps, each of which stays, are not growth"
    look(lambda d: d.flat(20, 100 * MB, MB) + d.flat(20, 140 * MB, MB) + d.flat(20, 180 * MB, MB)).not_found(service="api")


def share(shape, times=60, samples=60):
    """Of `times` services with memory by shape(random, i), the share in which growth is found."""
    data = Telemetry(1)
    for seed in range(times):
        r = random.Random(seed)
        data.memory(f"s{seed}", [100 * MB * v for v in shape(r, samples)])
    return len(review(data, "memory_growth", SCRIPT).found) / times


def walk(r, n):
    values, size = [1.0], r.uniform(0.01, 0.06)
    while len(values) < n:
        values.append(max(0.3, values[-1] * math.exp(r.gauss(0, size))))
    return values


def noisy_rise(r, n):
    onset, size, noise = r.uniform(0.3, 0.7) * n, r.uniform(0.8, 3), r.choice([0.001, 0.005, 0.02, 0.05])
    return [(1 + size * max(0, (i - onset) / (n - onset))) * (1 + r.gauss(0, noise)) for i in range(n)]


def settling(r, n):
    onset, size, pace, noise = r.choice([0, r.uniform(0, 0.4) * n]), r.uniform(0.8, 3), n * r.uniform(0.03, 0.09), r.choice([0.001, 0.02])
    return [(1 + size * (1 - math.exp(-max(0, i - onset) / pace))) * (1 + r.gauss(0, noise)) for i in range(n)]


@case
def random_walks():
    "a random walk of memory is called growth in at most one of twelve, though one in eight rises by a third"
    got = share(walk)
    assert got <= 1 / 12, got


@case
def rises():
    "of leaks that begin in the window, of all sizes from 0.8 and noise to a twentieth, 19 in 20 are found"
    got = share(noisy_rise)
    assert got >= 0.95, got


@case
def warm_ups():
    "of warm-ups that settle within the window at most one in thirty is called growth"
    got = share(settling)
    assert got <= 1 / 30, got


def killed_often(down):
    """Five cycles of twelve samples a minute apart, the process `down` seconds between."""
    data = Telemetry(1)
    for cycle in range(5):
        data.memory("api", data.linear(12, 100 * MB, 15 * MB, MB), instance="api-1", begin=cycle * (12 * 60 + down))
    return review(data, "memory_growth", SCRIPT)


@case
def many_restarts():
    "a leak that is killed every twelve minutes, five times, is found: each restart breaks the rhythm of the samples"
    assert killed_often(down=25).one()["numbers"]["times"] >= 2.2


@case
def killed_every_twelve_minutes():
    "the same falls in an unbroken rhythm are found as well: what the kernel counts falls so far only when a process ends"
    assert killed_often(down=0).one()["numbers"]["times"] >= 2.2


@case
def sawtooth_on_a_rising_floor():
    "a collector's sawtooth whose floor rises is a leak, with the growth of the floor"
    r = look(lambda d: [100 * MB + 2 * MB * i + 80 * MB * (i % 6) / 6 + d.noise(MB) for i in range(60)]).one()
    near(r["numbers"]["times"], 1.8, 0.3, "times")
    near(r["numbers"]["per_hour"], 120 * MB, 30 * MB, "pace")


@case
def restart_then_leak():
    "a leak that begins anew after a restart for another reason is found"
    r = look(lambda d: d.flat(20, 300 * MB, MB) + d.flat(20, 100 * MB, MB) + d.linear(20, 100 * MB, 8 * MB, MB)).one()
    near(r["numbers"]["times"], 2.5, 0.15, "times")


@case
def one_of_three():
    "of three instances the one that leaks is found, the others are not"
    data = Telemetry(3)
    for i in (1, 2, 3):
        data.memory("api", data.flat(30, 100 * MB, MB) + (data.linear(30, 100 * MB, 5 * MB, MB) if i == 2 else data.flat(30, 100 * MB, MB)),
                    instance=f"api-{i}")
    r = review(data, "memory_growth", SCRIPT)
    r.one(instance="api-2")
    r.not_found(instance="api-1")
    r.not_found(instance="api-3")


@case
def without_instance():
    "a service that sends no instance is examined as one"
    data = Telemetry(4)
    data.memory("api", data.flat(30, 100 * MB, MB) + data.linear(30, 100 * MB, 5 * MB, MB))
    data.memory("web", data.flat(60, 100 * MB, MB))
    r = review(data, "memory_growth", SCRIPT)
    r.one(service="api")
    r.not_found(service="web")


@case
def warm_up():
    "a plateau after warm-up is not growth"
    look(lambda d: [100 * MB + 100 * MB * (1 - 0.7 ** i) + d.noise(MB) for i in range(60)]).not_found(service="api")


@case
def late_warm_up():
    "a plateau after a change in the middle of the window is not growth"
    look(lambda d: d.flat(20, 100 * MB, MB) + [100 * MB + 80 * MB * (1 - 0.6 ** i) + d.noise(MB) for i in range(40)]).not_found(service="api")


@case
def deep_sawtooth():
    "a sawtooth with deep falls is not growth, however long its teeth"
    for teeth in (4, 6, 8, 10, 12):
        look(lambda d: [100 * MB + 90 * MB * (i % teeth) / teeth + d.noise(MB) for i in range(60)]).not_found(service="api")


@case
def long_sawtooth():
    "a sawtooth with shallow falls is not growth"
    look(lambda d: [100 * MB + 2 * MB * (i % 13) + d.noise(MB) for i in range(65)]).not_found(service="api")


@case
def noise():
    "noise around a level is not growth, whatever the seed"
    for seed in range(1, 9):
        look(lambda d: d.flat(60, 100 * MB, 8 * MB), seed=seed).not_found(service="api")


@case
def wave():
    "a wave that returns is not growth"
    look(lambda d: [100 * MB + 20 * MB * math.sin(i / 60 * 6.28) + d.noise(MB) for i in range(60)]).not_found(service="api")


@case
def noisy():
    "a leak under noise of a tenth is found"
    look(lambda d: d.linear(60, 100 * MB, 2 * MB, 10 * MB)).one()


@case
def warm_up_then_leak():
    "a leak after a warm-up is found"
    look(lambda d: [100 * MB + 50 * MB * (1 - 0.6 ** i) + max(0, i - 30) * 4 * MB + d.noise(MB) for i in range(60)]).one()


@case
def warm_up_again():
    "a restart that warms up again is not growth"
    look(lambda d: [100 * MB + 100 * MB * (1 - 0.6 ** (i % 30)) + d.noise(MB) for i in range(60)]).not_found(service="api")


@case
def step():
    "a step that then stays is not growth"
    look(lambda d: d.flat(30, 100 * MB, MB) + d.flat(30, 180 * MB, MB)).not_found(service="api")


@case
def spike():
    "one high sample is not growth"
    look(lambda d: d.flat(30, 100 * MB, MB) + [250 * MB] + d.flat(29, 100 * MB, MB)).not_found(service="api")


@case
def last_sample():
    "one high sample at the end cannot tell yet: unknown"
    look(lambda d: d.flat(40, 100 * MB, MB) + [200 * MB]).is_unknown("last sample")


@case
def small_rise():
    "a slow rise of a tenth is not growth, and the review says what it could have seen"
    r = look(lambda d: d.linear(60, 100 * MB, MB / 6, MB / 2))
    r.not_found(service="api")
    assert r.examined[0]["smallest"]["times"] >= 1.3, r.examined


@case
def gaps():
    "a leak with missing samples is found"
    r = look(lambda d: [None if i % 4 == 1 else v for i, v in enumerate(d.flat(30, 100 * MB, MB) + d.linear(30, 100 * MB, 4 * MB, MB))]).one()
    near(r["numbers"]["times"], 2.16, 0.1, "times")


@case
def few():
    "five samples are too few to tell: unknown, with the cure"
    look([100 * MB, 120 * MB, 140 * MB, 160 * MB, 180 * MB]).is_unknown("fewer than 8")


@case
def every_ten_seconds():
    "a leak sampled every ten seconds for an hour is found"
    r = look(lambda d: d.flat(180, 100 * MB, MB) + d.linear(180, 100 * MB, 0.6 * MB, MB), every=10).one()
    near(r["numbers"]["times"], 2.07, 0.1, "times")


main()
