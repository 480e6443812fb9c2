# Answers of numpy and scipy for the arithmetic of the kernels: reads one JSON question a line, writes one answer a line.
# SPDX-License-Identifier: Apache-2.0
import json
import sys

import numpy as np
from scipy import stats


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
    raise ValueError(kind)


for line in sys.stdin:
    print(json.dumps(answer(json.loads(line))))
