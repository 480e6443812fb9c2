# Answers of numpy and scipy for the arithmetic of the kernels: reads one JSON question a line, writes one answer a line.
# SPDX-License-Identifier: Apache-2.0
import json
import sys

import numpy as np
from scipy import stats


def sen(x, seconds):
    low, high = stats.theilslopes(x, seconds, 0.95)[2:]
    return [low, high]


def rank_scan(x, _):
    """The largest standardised Mann-Whitney statistic over all splits with 3 values a side."""
    n, best = len(x), [0, 0.0]
    for k in range(3, n - 2):
        a, b = x[:k], x[k:]
        u = stats.mannwhitneyu(b, a, method="asymptotic", use_continuity=False).statistic
        _, ties = np.unique(x, return_counts=True)
        variance = k * (n - k) / 12 * ((n + 1) - (ties**3 - ties).sum() / (n * (n - 1)))
        if variance > 0 and abs(u - k * (n - k) / 2) / np.sqrt(variance) > abs(best[1]) + 1e-9:
            best = [k, (u - k * (n - k) / 2) / np.sqrt(variance)]
    return best


def rising(x, _):
    """Mann and Kendall, one-sided, normal approximation with ties and continuity."""
    n, s = len(x), int(np.sign(np.subtract.outer(x, x))[np.tril_indices(len(x), -1)].sum())
    _, t = np.unique(x, return_counts=True)
    variance = (n * (n - 1) * (2 * n + 5) - (t * (t - 1) * (2 * t + 5)).sum()) / 18
    if variance <= 0 or s == 0:
        return [1.0]
    return [float(stats.norm.sf((s - np.sign(s)) / np.sqrt(variance)))]


def elteren(x, y):
    """y: stretch * 2 + slow. Weighted rank sums over stretches and 2 P(slow > fast) - 1."""
    y, total, variance, pairs, wins = np.array(y, dtype=int), 0.0, 0.0, 0.0, 0.0
    for stretch in np.unique(y // 2):
        values, slow = x[y // 2 == stretch], (y[y // 2 == stretch] % 2).astype(bool)
        n, k = len(values), slow.sum()
        if k == 0 or k == n:
            continue
        r = stats.rankdata(values)
        total += (r[slow].sum() - k * (n + 1) / 2) / (n + 1)
        variance += k * (n - k) / (n * (n - 1)) * ((r - r.mean()) ** 2).sum() / (n + 1) ** 2
        pairs += k * (n - k)
        wins += stats.mannwhitneyu(values[slow], values[~slow]).statistic
    return [total / np.sqrt(variance), 2 * wins / pairs - 1] if variance > 0 else [0.0, 0.0]


def split(x, y):
    """The largest chi-square over the candidate splits, and how many there are."""
    y, n = np.array(y, dtype=bool), len(x)
    cuts = np.unique(x) if n <= 64 else np.unique([np.sort(x)[n * k // 64 - 1] for k in range(1, 64)])
    best, tried = 0.0, 0
    for c in cuts:
        above = x > c
        if min(above.sum(), n - above.sum()) < 5:
            continue
        tried += 1
        table = [[(above & y).sum(), (above & ~y).sum()], [(~above & y).sum(), (~above & ~y).sum()]]
        best = max(best, stats.chi2_contingency(table, correction=False)[0])
    return [best, tried]


def overlay(x, y):
    """Spearman at lag 0 and the largest in size within 5 buckets either way (y: the second series)."""
    y = np.array(y)
    r0 = stats.spearmanr(x, y)[0]
    best = r0
    for k in range(1, 6):
        for r in (stats.spearmanr(x[:-k], y[k:])[0], stats.spearmanr(x[k:], y[:-k])[0]):
            if abs(r) > abs(best) + 1e-12:
                best = r
    return [r0, best]


def bucket(x, y):
    """Mean and median per bucket of 5 samples (y: times in samples)."""
    b = np.array(y, dtype=int) // 5
    return [f(x[b == i]) for i in np.unique(b) for f in (np.mean, np.median, np.max, np.sum)]


def spikes(x, k):
    middle = np.median(x)
    spread = stats.median_abs_deviation(x)
    limit = middle + k[0] * max(spread, 0.005 * abs(middle))
    return [middle, spread, limit, int((x > limit).sum())]


def timeline(x, y):
    """Spans as rows of [parent or -1, service, from, to] in whole ticks: self time of each, then per caller and callee the
    ticks of the caller's entry spans in which it waits on the callee, and on that callee alone."""
    rows = x.reshape(-1, 4).astype(int).tolist()
    ticks = [set(range(r[2], r[3])) for r in rows]
    children = [[c for c in range(len(rows)) if rows[c][0] == i] for i in range(len(rows))]
    out = [len(ticks[i].difference(*[ticks[c] for c in children[i]])) for i in range(len(rows))]
    waits = {}
    for i, r in enumerate(rows):
        if r[0] >= 0 and rows[r[0]][1] == r[1]:
            continue
        on, todo = {}, [i]
        while todo:
            at = todo.pop()
            for c in children[at]:
                if rows[c][1] == r[1]:
                    todo.append(c)
                else:
                    on.setdefault(rows[c][1], set()).update(ticks[c] & ticks[i])
        for callee, mine in on.items():
            others = set().union(*[t for other, t in on.items() if other != callee])
            old = waits.get((r[1], callee), (0, 0))
            waits[(r[1], callee)] = (old[0] + len(mine), old[1] + len(mine - others))
    for key in sorted(waits):
        out += list(waits[key])
    return out


kernels = {"sen": sen, "rank_scan": rank_scan, "rising_p": rising, "elteren": elteren, "split": split, "overlay": overlay,
           "bucket": bucket, "spikes": spikes, "timeline": timeline}


def answer(q):
    kind = q["kind"]
    if kind == "log2":
        return np.log2(q["x"]).tolist()
    if kind == "exp2":
        return np.exp2(q["x"]).tolist()
    if kind == "tail":
        return stats.norm.sf(q["x"]).tolist()
    if kind == "fisher":
        table = [[q["x"][0], q["x"][1]], [q["x"][2], q["x"][3]]]
        return [stats.fisher_exact(table)[1], stats.fisher_exact(table, alternative="greater")[1]]
    if kind == "binomial":
        return [stats.binomtest(int(q["x"][0]), int(q["x"][1]), q["x"][2]).pvalue]
    if kind == "mann_whitney":
        return [stats.mannwhitneyu(q["x"], q["y"], method="asymptotic", use_continuity=True).pvalue]
    if kind == "spearman":
        return [stats.spearmanr(q["x"], q["y"])[0]]
    if kind == "median":
        return [float(np.median(q["x"])), float(stats.median_abs_deviation(q["x"], scale=1 / 1.4826))]
    if kind == "quantile":
        return np.quantile(q["x"], q["y"], method="inverted_cdf").tolist()
    if kind == "slope":
        return [stats.theilslopes(q["x"], q["y"])[0]]
    if kind == "rising":
        return [stats.kendalltau(q["x"], range(len(q["x"])))[0]]
    return kernels[kind](np.array(q["x"], dtype=float), q["y"])


for line in sys.stdin:
    print(json.dumps([float(v) for v in answer(json.loads(line))]))
