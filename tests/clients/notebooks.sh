#!/usr/bin/env bash
# The result files in the programs that people open them with: pandas, polars, DuckDB and base R read the right types, values and
# units, and the notebook of examples/ runs. Needs R and a Python with the packages of notebooks.txt.
# Usage: notebooks.sh MONTECARBON PYTHON
set -euo pipefail
program=$(realpath "$1")
python=$2
cd "$(dirname "$0")/../.."
place=$(mktemp -d)
trap 'rm -rf "$place"' EXIT

scenario=scenarios/chatgpt-inference.toml
for format in csv parquet; do
    "$program" run "$scenario" --trials 400000 --samples "$format" --quiet --out "$place/$format" >/dev/null
done
"$program" run "$scenario" --trials 400000 --samples parquet --threads 1 --quiet --out "$place/one" >/dev/null
cmp "$place/parquet/samples/chatgpt-inference.parquet" "$place/one/samples/chatgpt-inference.parquet"

"$python" tests/clients/frames.py "$place"
Rscript --vanilla tests/clients/frames.R "$place/csv"
"$python" tests/clients/notebook.py examples/results.ipynb "$place/parquet"
echo "data frames and the notebook: as the program wrote them"
