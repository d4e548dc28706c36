"""The model of scenarios/chatgpt-inference.toml as an idiomatic vectorised numpy script: what a user would write instead.

Usage: chatgpt_inference.py TRIALS
"""

import sys

import numpy as np

QUANTILES = [0.025, 0.05, 0.25, 0.5, 0.75, 0.95, 0.975]


def pert(generator, low, mode, high, size):
    alpha = 1 + 4 * (mode - low) / (high - low)
    beta = 1 + 4 * (high - mode) / (high - low)
    return low + (high - low) * generator.beta(alpha, beta, size)


trials = int(sys.argv[1])
generator = np.random.default_rng(42)
gpus = generator.choice([8, 16, 32], trials, p=[0.15, 0.70, 0.15])
utilization = generator.beta(2, 3, trials)
host_power = pert(generator, 0.5, 0.8, 1.6, trials)  # kW for 16 GPUs
pue = pert(generator, 1.10, 1.18, 1.35, trials)
grid = generator.triangular(169, 241, 351, trials)  # g/kWh

gpu_power = (46 + utilization * (407 - 46)) / 1000  # kW
energy = gpus * (gpu_power + host_power / 16) * pue * 24  # kWh a day
emissions = energy * grid / 1000  # kg a day

for name, values in [("energy", energy), ("emissions", emissions)]:
    print(name, values.mean(), values.std(ddof=1), *np.quantile(values, QUANTILES))
