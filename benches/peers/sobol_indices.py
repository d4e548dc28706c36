"""The model of sobol_indices.toml with SALib: Sobol' indices of first order and total ones, with bootstrapped errors.

Usage: sobol_indices.py BASE
"""

import sys

import numpy as np
from SALib.analyze import sobol as analysis
from SALib.sample import sobol as sampling
from scipy import stats

NAMES = ["gpus", "tdp", "utilization", "pue", "grid", "requests", "embodied", "lifetime"]
problem = {"num_vars": len(NAMES), "names": NAMES, "bounds": [[0, 1]] * len(NAMES)}
u = sampling.sample(problem, int(sys.argv[1]), calc_second_order=False, scramble=True, seed=1).T

gpus = stats.triang.ppf(u[0], 8 / 24, 8, 24)
tdp = 250 + 150 * u[1]
utilization = stats.beta.ppf(u[2], 1 + 4 * 0.3 / 0.5, 1 + 4 * 0.2 / 0.5, 0.5, 0.5)
pue = stats.triang.ppf(u[3], 0.10 / 0.32, 1.08, 0.32)
grid = stats.lognorm.ppf(u[4], np.log(1.25), scale=0.24)
embodied = stats.truncnorm.ppf(u[6], -5, np.inf, 150, 30)
lifetime = 3 + 3 * u[7]
emissions = gpus * tdp / 1000 * 24 * utilization * pue * grid + gpus * embodied / (365 * lifetime)

indices = analysis.analyze(problem, emissions, calc_second_order=False, num_resamples=100, seed=1)
for name, first, total in zip(NAMES, indices["S1"], indices["ST"]):
    print(name, first, total)
