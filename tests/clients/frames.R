# The samples and the summary of a run in base R: types, the mean, units.
place <- commandArgs(trailingOnly = TRUE)[1]
samples <- read.csv(file.path(place, "samples/chatgpt-inference.csv"))
summary <- read.csv(file.path(place, "summary.csv"))
units <- read.csv(file.path(place, "samples/units.csv"))
stopifnot(
  is.integer(samples$trial), is.numeric(samples$emissions),
  is.numeric(summary$value), is.numeric(summary$standard_error),
  setequal(units$name, setdiff(names(samples), c("trial", "replicate"))),
  units$unit[units$name == "emissions"] == "kgCO2e/day"
)
value <- function(statistic) summary$value[summary$output == "emissions" & summary$statistic == statistic]
stopifnot(abs(mean(samples$emissions) - value("mean")) < 1e-9 * value("mean"))
stopifnot(abs(sd(samples$emissions) - value("sd")) < 1e-9 * value("sd"))
# R's type 5 is the definition of the quantiles.
stopifnot(abs(quantile(samples$emissions, 0.975, type = 5, names = FALSE) - value("q0.975")) < 1e-9 * value("q0.975"))
cat(R.version.string, "\n")
