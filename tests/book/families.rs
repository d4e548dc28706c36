//! An example of each family: what the page of distributions shows, and what its pictures are drawn of.

/// The family, the input of the example, and its definition as in `[inputs]`.
pub const EXAMPLES: &[(&str, &str, &str)] = &[
    (
        "uniform",
        "gpu_power",
        r#"{ distribution = "uniform", min = 250, max = 400, unit = "W/GPU" }"#,
    ),
    (
        "loguniform",
        "requests",
        r#"{ distribution = "loguniform", min = 1_000, max = 1_000_000, unit = "request/day" }"#,
    ),
    (
        "triangular",
        "grid_of_california",
        r#"{ distribution = "triangular", min = 169, mode = 241, max = 351, unit = "gCO2e/kWh" }"#,
    ),
    (
        "pert",
        "pue",
        r#"{ distribution = "pert", min = 1.10, mode = 1.18, max = 1.35 }"#,
    ),
    (
        "normal",
        "metered",
        r#"{ distribution = "normal", mean = 96, relative_half_width = 0.05, level = 0.95, unit = "kWh/day" }"#,
    ),
    (
        "lognormal",
        "grid",
        r#"{ distribution = "lognormal", interval = [169, 351], level = 0.90, unit = "gCO2e/kWh" }"#,
    ),
    (
        "beta",
        "utilization",
        r#"{ distribution = "beta", alpha = 2, beta = 3 }"#,
    ),
    (
        "gamma",
        "energy_of_a_prompt",
        r#"{ distribution = "gamma", mean = 0.3, sd = 0.15, unit = "Wh/prompt" }"#,
    ),
    (
        "exponential",
        "time_to_failure",
        r#"{ distribution = "exponential", mean = 30, unit = "day" }"#,
    ),
    (
        "poisson",
        "failures",
        r#"{ distribution = "poisson", mean = 4 }"#,
    ),
    (
        "weibull",
        "lifetime",
        r#"{ distribution = "weibull", shape = 2.5, scale = 6, unit = "yr" }"#,
    ),
    (
        "student_t",
        "power_of_five_readings",
        r#"{ distribution = "student_t", df = 4, location = 432, scale = 12, unit = "W" }"#,
    ),
    (
        "logistic",
        "time_of_an_answer",
        r#"{ distribution = "logistic", location = 2, scale = 0.2, unit = "s" }"#,
    ),
    (
        "gumbel",
        "busiest_hour",
        r#"{ distribution = "gumbel", location = 40, scale = 6, unit = "kW" }"#,
    ),
    (
        "arcsine",
        "cooling",
        r#"{ distribution = "arcsine", min = 20, max = 60, unit = "kW" }"#,
    ),
    (
        "curvilinear_trapezoid",
        "reading",
        r#"{ distribution = "curvilinear_trapezoid", min = 90, max = 102, inexactness = 3, unit = "kWh/day" }"#,
    ),
    (
        "binomial",
        "servers_in_use",
        r#"{ distribution = "binomial", n = 16, p = 0.8, unit = "server" }"#,
    ),
    (
        "negative_binomial",
        "restarts",
        r#"{ distribution = "negative_binomial", size = 2.5, p = 0.3 }"#,
    ),
    (
        "bernoulli",
        "trained_again",
        r#"{ distribution = "bernoulli", p = 0.3 }"#,
    ),
    (
        "discrete",
        "gpus",
        r#"{ distribution = "discrete", values = [8, 16, 32], weights = [0.15, 0.70, 0.15], unit = "GPU" }"#,
    ),
    (
        "empirical",
        "requests_of_a_day",
        r#"{ distribution = "empirical", file = "scenarios/data/bloom-daily-requests.csv", column = "requests", unit = "request/day" }"#,
    ),
    (
        "metalog",
        "opinion_of_an_expert",
        r#"{ distribution = "metalog", quantiles = [[0.1, 0.2], [0.5, 0.3], [0.9, 0.6]], bounds = [0, inf], unit = "Wh/prompt" }"#,
    ),
    (
        "mixture",
        "idle_or_busy",
        r#"{ distribution = "mixture", unit = "W", components = [{ weight = 1, distribution = "normal", mean = 60, sd = 8 }, { weight = 3, distribution = "normal", mean = 330, sd = 30 }] }"#,
    ),
];
