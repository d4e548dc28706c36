"""The reference model by vectorised numpy, and what a user would do with it: the peers' side of compare.py.

Usage: model.py summary TRIALS        mean, sd and seven quantiles of four outputs
       model.py ranks TRIALS          the same, and Spearman's rho of 8 inputs and 2 outputs, each column ranked once
       model.py variants TRIALS       the summary of 200 variants
       model.py csv TRIALS WRITER OUT draws and outputs as CSV; WRITER: numpy, polars, pandas or pyarrow
       model.py sobol BASE            Sobol' indices, first order and total, with bootstrapped errors (SALib)
"""

import sys

import numpy as np

QUANTILES = [0.01, 0.05, 0.25, 0.5, 0.75, 0.95, 0.99]
NORMAL_95 = 1.6448536269514722
INPUTS = ["gpus", "tdp", "utilization", "pue", "grid", "requests", "embodied", "lifetime"]
OUTPUTS = ["energy", "emissions", "per_request", "per_year"]


def positive_normal(generator, mean, sd, size):
    values = generator.normal(mean, sd, size)
    while True:
        refused = np.flatnonzero(values < 0)
        if refused.size == 0:
            return values
        values[refused] = generator.normal(mean, sd, refused.size)


def draws(generator, size):
    return {
        "gpus": generator.triangular(8, 16, 32, size),
        "tdp": generator.uniform(250, 400, size),  # W
        "utilization": 0.5 + 0.5 * generator.beta(1 + 4 * 0.3 / 0.5, 1 + 4 * 0.2 / 0.5, size),
        "pue": generator.triangular(1.08, 1.18, 1.4, size),
        "grid": generator.lognormal(np.log(0.24), np.log(1.25), size),  # kg/kWh
        "requests": generator.lognormal(np.log(1e5), np.log(100) / (2 * NORMAL_95), size),  # a day
        "embodied": positive_normal(generator, 150, 30, size),  # kg a GPU
        "lifetime": generator.uniform(3, 6, size),  # years of 365 days
    }


def outputs(x):
    energy = x["gpus"] * x["tdp"] * x["utilization"] * x["pue"] * (24 / 1000)  # kWh a day
    emissions = energy * x["grid"] + x["gpus"] * x["embodied"] / (x["lifetime"] * 365)  # kg a day
    return {
        "energy": energy,
        "emissions": emissions,
        "per_request": 1000 * emissions / x["requests"],  # g
        "per_year": emissions * 365 / 1000,  # t
    }


def summary(results):
    return {name: [v.mean(), v.std(ddof=1), *np.quantile(v, QUANTILES)] for name, v in results.items()}


def show(rows):
    for name, numbers in rows.items():
        print(name, *(f"{number:.6g}" for number in numbers))


def ranks(values):
    order = np.argsort(values)
    result = np.empty(values.size)
    result[order] = np.arange(values.size)
    return result


def write_csv(table, writer, path):
    if writer == "numpy":
        np.savetxt(path, np.column_stack(list(table.values())), delimiter=",", header=",".join(table), comments="")
    elif writer == "polars":
        import polars

        polars.DataFrame(table).write_csv(path)
    elif writer == "pandas":
        import pandas

        pandas.DataFrame(table).to_csv(path, index=False)
    elif writer == "pyarrow":
        import pyarrow
        import pyarrow.csv

        pyarrow.csv.write_csv(pyarrow.table(table), path)
    else:
        sys.exit(f"unknown writer {writer}")


def sobol_indices(base):
    from SALib.analyze import sobol as analysis
    from SALib.sample import sobol as sampling
    from scipy import stats

    problem = {"num_vars": len(INPUTS), "names": INPUTS, "bounds": [[0, 1]] * len(INPUTS)}
    u = dict(zip(INPUTS, sampling.sample(problem, base, calc_second_order=False, scramble=True, seed=1).T))
    x = {
        "gpus": stats.triang.ppf(u["gpus"], 8 / 24, 8, 24),
        "tdp": 250 + 150 * u["tdp"],
        "utilization": stats.beta.ppf(u["utilization"], 1 + 4 * 0.3 / 0.5, 1 + 4 * 0.2 / 0.5, 0.5, 0.5),
        "pue": stats.triang.ppf(u["pue"], 0.10 / 0.32, 1.08, 0.32),
        "grid": stats.lognorm.ppf(u["grid"], np.log(1.25), scale=0.24),
        "requests": stats.lognorm.ppf(u["requests"], np.log(100) / (2 * NORMAL_95), scale=1e5),
        "embodied": stats.truncnorm.ppf(u["embodied"], -5, np.inf, 150, 30),
        "lifetime": 3 + 3 * u["lifetime"],
    }
    emissions = outputs(x)["emissions"]
    return analysis.analyze(problem, emissions, calc_second_order=False, num_resamples=100, seed=1)


def main():
    task, size = sys.argv[1], int(sys.argv[2])
    if task == "sobol":
        indices = sobol_indices(size)
        show({name: [indices["S1"][at], indices["ST"][at]] for at, name in enumerate(INPUTS)})
    elif task == "variants":
        for variant in range(200):
            x = draws(np.random.default_rng(variant), size)
            x["gpus"] = x["gpus"] * (1 + variant / 200)
            rows = summary(outputs(x))
        show(rows)
    else:
        x = draws(np.random.default_rng(1), size)
        results = outputs(x)
        if task == "csv":
            write_csv({**x, **results}, sys.argv[3], sys.argv[4])
        else:
            show(summary(results))
        if task == "ranks":
            of_inputs = [ranks(values) for values in x.values()]
            for output in ["emissions", "per_request"]:
                of_output = ranks(results[output])
                print(output, *(f"{np.corrcoef(column, of_output)[0, 1]:.4f}" for column in of_inputs))


if __name__ == "__main__":
    main()
