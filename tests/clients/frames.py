"""The samples of one run, as CSV and as Parquet, in pandas, polars and DuckDB: the same numbers, types and units."""

import sys
from pathlib import Path

import duckdb
import pandas
import polars
import pyarrow.parquet

place = Path(sys.argv[1])
csv = place / "csv/samples/chatgpt-inference.csv"
parquet = place / "parquet/samples/chatgpt-inference.parquet"

from_csv = pandas.read_csv(csv)
from_parquet = pandas.read_parquet(parquet)
assert list(from_csv.columns) == list(from_parquet.columns)
assert str(from_parquet["trial"].dtype) == "int64"
assert str(from_parquet["replicate"].dtype) == "int32"
for name in from_csv.columns:
    assert (from_csv[name].to_numpy() == from_parquet[name].to_numpy()).all(), name
    if name not in ("trial", "replicate"):
        assert str(from_parquet[name].dtype) == "float64", name

units = pandas.read_csv(place / "csv/samples/units.csv")
schema = pyarrow.parquet.read_schema(parquet)
assert schema.metadata[b"scenario"] == b"chatgpt-inference"
assert len(units) == len(from_csv.columns) - 2
for row in units.itertuples():
    metadata = schema.field(row.name).metadata
    assert metadata[b"unit"].decode() == row.unit, row
    assert metadata[b"role"].decode() == row.role, row

# One column can be read alone, and every group of rows by itself.
groups = pyarrow.parquet.ParquetFile(parquet)
assert groups.num_row_groups >= 1
one = pyarrow.parquet.read_table(parquet, columns=["emissions"])
assert one.column_names == ["emissions"] and one.num_rows == len(from_csv)

in_polars = polars.read_parquet(parquet)
assert in_polars.schema["emissions"] == polars.Float64 and in_polars.schema["trial"] == polars.Int64
assert (in_polars["emissions"].to_numpy() == from_csv["emissions"].to_numpy()).all()
assert polars.read_csv(csv)["emissions"].dtype == polars.Float64

summary = pandas.read_csv(place / "csv/summary.csv")
assert summary["value"].dtype == "float64" and summary["standard_error"].dtype == "float64"
mean = summary.query("output == 'emissions' and statistic == 'mean'")["value"].item()
for path in (csv, parquet):
    found, trials = duckdb.sql(f"select avg(emissions), count(*) from '{path}'").fetchall()[0]
    assert abs(found - mean) < 1e-9 * mean and trials == len(from_csv), (path, found, mean)
print(f"pandas {pandas.__version__}, polars {polars.__version__}, DuckDB {duckdb.__version__}: {len(from_csv)} trials")
