# The faults of the hard cases: what each does to a healthy recording, and what an investigation must say about it.
# SPDX-License-Identifier: Apache-2.0
"""SHAPES[name](recording) changes the recording and returns a Truth. Sizes, onsets and paces are drawn from the seed of
the recording. A leak grows at least 1.8 times: the reviews promise to see 1.3.
"""
import math

from recordings import HEAP, MB, RESIDENT

LEAK, CACHE = "confirmed leak", "confirmed unbounded_cache"
NONE = ("ruled_out", "nothing_found")


class Truth:
    """`expect`: what may be said, the best first. Where "inconclusive" stands, the telemetry does not tell: a batch that
    runs when the window ends, cycles that keep the rhythm of the samples."""
    def __init__(self, service, *expect):
        self.service, self.expect = service, expect
        self.cohort = self.number = None   # (attribute, value) of the slow requests; the attribute that grows


def _smooth(t, onset, end):
    return max(0.0, (t - onset) / (end - onset))


# ---- leaks ----
def linear(w):
    onset, size = w.onset(), w.random.uniform(0.8, 3)
    w.leak(lambda t: size * _smooth(t, onset, w.length))
    return Truth(w.victim, LEAK)


def since_start(w):
    size = w.random.uniform(1, 3)
    w.leak(lambda t: size * t / w.length)
    return Truth(w.victim, LEAK)


def exponential(w):
    onset, size = w.onset(0.2, 0.5), w.random.uniform(1.5, 6)
    pace = w.random.uniform(3, 6)
    w.leak(lambda t: size * (math.exp(pace * _smooth(t, onset, w.length)) - 1) / (math.exp(pace) - 1))
    return Truth(w.victim, LEAK)


def stepwise(w):
    onset, size, steps = w.onset(0.25, 0.45), w.random.uniform(1, 3), w.random.randint(5, 9)
    w.leak(lambda t: size * math.ceil(steps * _smooth(t, onset, w.length)) / steps)
    return Truth(w.victim, LEAK)


def one_of_several(w):
    while len(w.instances[w.victim]) < 3:
        w.instances[w.victim].append(f"{w.victim}-{w.random.getrandbits(24):06x}")
    onset, size = w.onset(), w.random.uniform(0.8, 3)
    w.leak(lambda t: size * _smooth(t, onset, w.length), [w.random.randrange(3)])
    return Truth(w.victim, LEAK)


def _cycles(w, low, high, share=1.0):
    """Grows from a level to a limit, is killed there and begins anew."""
    instance = w.instances[w.victim][0]
    w.instances[w.victim] = [instance]
    cycle, size = w.length * w.random.uniform(low, high), w.random.uniform(1.2, 3)
    first = cycle * w.random.uniform(0.5, 1)
    kills = [first + i * cycle for i in range(20) if first + i * cycle < w.length]
    w.kills[w.victim, instance] = kills
    w.down = w.random.uniform(3, 20)

    def memory(t):
        begun = max([k + w.down for k in kills if k <= t], default=first - cycle)
        return size * max(0.0, (t - begun) / cycle)
    w.leak(memory)
    return Truth(w.victim, LEAK)


def killed(w):
    return _cycles(w, 0.35, 0.6)


def killed_often(w):
    w.samples = 80
    w.length = w.every * w.samples
    return _cycles(w, 0.12, 0.19)


def killed_by_name(w):
    """Nothing but the name tells: resident memory read from outside in an unbroken rhythm, no CPU, no counter begins anew."""
    w.outside, w.starts_known, w.without = True, False, ("cpu",)
    w.jitter = w.random.choice([0.001, 0.15])
    truth = _cycles(w, *w.random.choice([(0.12, 0.19), (0.2, 0.3)]))
    return truth


def killed_shortly(w):
    """Cycles of five to eight samples."""
    w.samples = 80
    w.length = w.every * w.samples
    w.jitter = w.random.choice([0.001, 0.15])
    if w.random.random() < 0.5 and w.generation_name in RESIDENT:
        w.outside, w.starts_known, w.without = True, False, ("cpu",)
    truth = _cycles(w, 5.2 / 80, 8.5 / 80)
    w.down = min(w.down, 0.5 * w.every)
    return truth


def killed_heap(w):
    """A runtime's heap that leaks and is killed without a missed sample: counters that begin anew tell."""
    w.outside = True
    return _cycles(w, 0.12, 0.3)


def late_three(w):
    return _late(w, 3)


def late_four(w):
    return _late(w, 4)


def _late(w, rising):
    """One-minute samples of which only the last few rise: what an exponential leak looks like just before the kill."""
    size = w.random.uniform(0.3, 0.8)
    onset = w.length - (rising + 0.05) * w.every
    w.noise[w.victim] = min(w.noise[w.victim], 0.01)
    # Phases differ: an instance is sampled within the minute, so that the last `rising` samples lie after the onset.
    w.leak(lambda t: size * max(0, math.ceil((t - onset) / w.every)))
    return Truth(w.victim, LEAK)


def leak_and_load(w):
    """The load grows as well, by far less than memory."""
    onset, size, more = w.onset(), w.random.uniform(2, 4), w.random.uniform(0.1, 0.3)
    w.leak(lambda t: size * _smooth(t, onset, w.length))
    w.load = lambda t: 1 + (more if t > onset else 0)
    return Truth(w.victim, LEAK)


def rising_floor(w):
    """A collector's sawtooth on a floor that rises."""
    teeth, size = w.length / w.random.uniform(9, 13), w.random.uniform(1.2, 2.5)
    w.leak(lambda t: size * t / w.length + 0.6 * (t % teeth) / teeth)
    return Truth(w.victim, LEAK)


def cache(w, exponent=None):
    """Requests of one kind add to what is kept; work grows with what is kept, most for that kind."""
    r, onset = w.random, w.onset(0.3, 0.5)
    key, number = w.word() + "." + w.word(), w.word() + r.choice([".count", ".size", "_entries", ".items"])
    slow, fast = r.choice([(True, False), (False, True), ("gold", "basic"), ("miss", "hit"), ("v2", "v1")])
    share, base, size = r.uniform(0.35, 0.6), r.randint(5, 200), r.uniform(1.5, 5)
    before = r.random() < 0.5              # the attribute stood on spans before the onset as well
    pace = exponent if exponent is not None else r.choice([0, 2, 4])
    work = w.base_ms[w.victim] * r.uniform(3, 12)
    rest = r.uniform(0.25, 0.5)

    def grown(t):
        x = _smooth(t, onset, w.length)
        return (math.exp(pace * x) - 1) / (math.exp(pace) - 1) if pace else x
    kept = {"t": 0.0}

    def attributes(service, t):
        if service != w.victim:
            return {}
        value = slow if r.random() < share else fast
        if value == slow:
            kept["t"] = t
        out = {number: base + int(40 * base * grown(kept["t"]))}
        if before or t >= onset:
            out[key] = value
        return out

    def extra(service, t, attributes):
        if service != w.victim or t < onset:
            return 0.0
        return work * (0.15 + grown(t)) * (1 if attributes.get(key) == slow else rest) * r.lognormvariate(0, 0.15)
    w.attributes, w.extra_ms = attributes, extra
    w.cpu_of = lambda service, t: 1 + (4 * grown(t) if service == w.victim else 0)
    w.leak(lambda t: size * grown(t))
    w.lines = lambda service, t, a: [("INFO", f"{a[key]} kept {a[number]}")] if service == w.victim and key in a and t >= onset else []
    truth = Truth(w.victim, CACHE)
    truth.cohort, truth.number = (key, str(slow).lower() if isinstance(slow, bool) else slow), number
    return truth


# ---- no leak ----
def healthy(w):
    return Truth(None, *NONE)


def plateau(w):
    """Warm-up: since the start or since a moment, to a level that stays."""
    onset = w.random.choice([0, w.onset(0.1, 0.35)])
    size, pace = w.random.uniform(0.6, 3), w.length * w.random.uniform(0.03, 0.09)
    w.leak(lambda t: size * (1 - math.exp(-max(0, t - onset) / pace)))
    return Truth(None, *NONE)


def step(w):
    onset, size = w.onset(0.3, 0.7), w.random.uniform(0.5, 2)
    w.leak(lambda t: size if t > onset else 0)
    return Truth(None, *NONE)


def follows_load(w):
    """Every request in flight takes memory: load and memory rise together, at once or slowly."""
    onset, more = w.onset(), w.random.uniform(1, 3)
    slow = w.random.random() < 0.7
    rise = (lambda t: more * _smooth(t, onset, w.length)) if slow else (lambda t: more if t > onset else 0)
    w.load = lambda t: 1 + rise(t)
    w.requests = 300
    share = w.random.uniform(0.6, 1)
    w.leak(lambda t: share * rise(t))
    return Truth(None, "confirmed load", *NONE)


def follows_uncounted(w):
    """As above, and no metric counts requests: spans do."""
    truth = follows_load(w)
    w.without = ("calls",)
    return truth


def collector(w):
    """A collector's sawtooth, falls of a sixth to a half."""
    teeth, depth = w.every * w.random.uniform(3.2, 11), w.random.uniform(0.2, 0.9)
    for i in range(len(w.instances[w.victim])):
        phase = w.random.uniform(0, teeth)
        w.set_memory(w.victim, i, lambda t, phase=phase: w.level[w.victim] * (1 + depth * ((t + phase) % teeth) / teeth))
    return Truth(None, *NONE)


def deep_collector(w):
    """Few collections, deep ones: between 60 and 80 % of memory was garbage."""
    depth, count = w.random.uniform(1.5, 4), w.random.uniform(2.3, 6)
    teeth = w.length / count
    for i in range(len(w.instances[w.victim])):
        phase = w.random.uniform(0, teeth)
        w.set_memory(w.victim, i, lambda t, phase=phase: w.level[w.victim] * (1 + depth * ((t + phase) % teeth) / teeth))
    return Truth(None, *NONE)


def breathing(w):
    """Resident memory of a runtime that gives a part back after each collection: falls of 10 to 40 %, no restart."""
    fall = w.random.uniform(0.1, 0.4)
    teeth = w.length / w.random.uniform(3, 14)
    if w.random.random() < 0.5:
        w.without = ("cpu",)                   # no counter that goes on
    w.jitter = w.random.choice([0.001, 0.15])
    for i in range(len(w.instances[w.victim])):
        phase = w.random.uniform(0, teeth)
        w.set_memory(w.victim, i, lambda t, phase=phase: w.level[w.victim] * (1 + fall / (1 - fall) * ((t + phase) % teeth) / teeth))
    return Truth(None, *NONE)


def random_walk(w):
    values, at, size = [], 1.0, w.random.uniform(0.01, 0.06)
    for _ in range(w.samples + 2):
        at = max(0.3, at * math.exp(w.random.gauss(0, size)))
        values.append(at)
    w.instances[w.victim] = w.instances[w.victim][:1]
    w.leak(lambda t: values[min(len(values) - 1, int(t / w.every))] - 1)
    return Truth(None, *NONE)


def wave(w):
    """A day in small: memory comes and goes."""
    period, size = w.length * w.random.uniform(0.5, 0.9), w.random.uniform(0.3, 1)
    phase = w.random.uniform(0, period)
    w.leak(lambda t: size * (1 + math.sin((t + phase) / period * 2 * math.pi)))
    return Truth(None, *NONE)


def spikes(w):
    """Batches that take memory and give it back."""
    at = sorted(w.random.uniform(0, w.length) for _ in range(w.random.randint(2, 6)))
    size = w.random.uniform(0.5, 2)
    w.leak(lambda t: size if any(a <= t < a + 1.6 * w.every for a in at) else 0)
    return Truth(None, *NONE, "inconclusive")


def slow_cohort(w):
    """Requests of one kind become slow; memory stays."""
    cache(w, 0)
    w.memory.clear()
    return Truth(None, *NONE)


def restart(w):
    """One restart without growth."""
    instance = w.instances[w.victim][0]
    at = w.onset(0.3, 0.7)
    w.kills[w.victim, instance] = [at]
    w.down = w.random.uniform(2, 20)
    warm = w.length * 0.04
    w.set_memory(w.victim, 0, lambda t: w.level[w.victim] * (2 if t < at else 2 - math.exp(-(t - at - w.down) / warm)))
    return Truth(None, *NONE)


def _rollout(w):
    """Every instance is replaced by a new one of another name; gives the moment and the new ones."""
    at, old = w.onset(0.3, 0.5), w.instances[w.victim]
    new = [f"{w.victim}-{w.random.getrandbits(24):06x}" for _ in old]
    for i in old:
        w.alive[w.victim, i] = (0.0, at)
    for i in new:
        w.alive[w.victim, i] = (at, w.length)
    w.instances[w.victim] = old + new
    return at, range(len(old), len(old) + len(new))


def rollout(w):
    """A new version begins smaller, warms up and stays."""
    at, new = _rollout(w)
    pace = w.length * w.random.uniform(0.02, 0.06)
    w.leak(lambda t: 0.5 - 0.7 * math.exp(-max(0, t - at) / pace), new)
    return Truth(None, *NONE)


def leak_since_rollout(w):
    """The new version leaks from its start."""
    at, new = _rollout(w)
    size = w.random.uniform(1, 3)
    w.leak(lambda t: size * _smooth(t, at, w.length), new)
    return Truth(w.victim, LEAK)


def slow_callee(w):
    """One service slows down, its callers with it; memory stays."""
    onset, more = w.onset(), w.base_ms[w.victim] * w.random.uniform(4, 10) + 10
    w.extra_ms = lambda service, t, a: more * w.random.lognormvariate(0, 0.2) if service == w.victim and t > onset else 0.0
    return Truth(None, *NONE)


# ---- how it was recorded ----
def sampled(w):
    truth = cache(w)
    w.sampling = w.random.choice([10, 50])
    return truth


def skewed(w):
    truth = cache(w)
    for s in w.services:
        w.skew[s] = w.random.choice([0, -1, 1]) * w.random.uniform(0.01, 2)
    return truth


def late_spans(w):
    truth = cache(w)
    w.late = 0.4
    return truth


def _without(what, expect):
    def shape(w):
        truth = cache(w)
        w.without = what
        truth.expect = expect
        return truth
    return shape


def _plain_without(what, expect):
    def shape(w):
        truth = linear(w)
        w.without = what
        truth.expect = expect
        return truth
    return shape


# Shape, how often in the table.
SHAPES = {
    "linear": (linear, 7), "since start": (since_start, 4), "exponential": (exponential, 5), "stepwise": (stepwise, 5),
    "one of several": (one_of_several, 5), "killed": (killed, 5), "killed often": (killed_often, 6),
    "killed by name": (killed_by_name, 6), "killed shortly": (killed_shortly, 6), "killed heap": (killed_heap, 4),
    "last three": (late_three, 4), "last four": (late_four, 2), "leak and load": (leak_and_load, 4), "rising floor": (rising_floor, 3),
    "since rollout": (leak_since_rollout, 4), "rollout": (rollout, 4),
    "cache": (cache, 8), "sampled": (sampled, 4), "skewed": (skewed, 4), "late spans": (late_spans, 4),
    "healthy": (healthy, 4), "plateau": (plateau, 6), "step": (step, 4), "follows load": (follows_load, 7), "collector": (collector, 5),
    "deep collector": (deep_collector, 6), "breathing": (breathing, 8),
     "random walk": (random_walk, 8), "wave": (wave, 4), "spikes": (spikes, 3),
    "slow cohort": (slow_cohort, 5), "restart": (restart, 4), "slow callee": (slow_callee, 4),
    "no memory": (_without(("memory",), ("inconclusive",)), 4), 
    # Requests that no metric counts are counted by their entry spans; without these as well nobody can tell.
    "no load": (_without(("calls",), (CACHE,)), 4), "no load, plain": (_plain_without(("calls",), (LEAK,)), 2),
    "no load, follows": (follows_uncounted, 4), "no load or spans": (_plain_without(("calls", "spans"), ("inconclusive",)), 3),
    "no spans": (_without(("spans",), (LEAK,)), 4), "no logs": (_without(("logs",), (CACHE,)), 3),
    "no attributes": (_without(("attributes",), (LEAK,)), 3), "no CPU": (_without(("cpu",), (CACHE,)), 2),
    "no metrics": (_without(("memory", "cpu", "calls"), ("inconclusive",)), 3),
}
ONE_MINUTE = ("last three", "last four")
# Shapes that only some generations can have: what a fall means depends on what is measured.
ONLY = {"killed by name": RESIDENT, "breathing": RESIDENT, "killed heap": HEAP, "deep collector": HEAP}
