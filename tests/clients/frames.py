"""The samples of one run, as CSV and as Parquet, in pandas, polars and DuckDB: the same numbers, types and units."""

import json
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

# Units and roles: of each column where Arrow reads the file, and of all of them under two keys where it is not Arrow.
units = pandas.read_csv(place / "csv/samples/units.csv")
unit, role = (dict(zip(units["name"], units[column])) for column in ("unit", "role"))
assert list(unit) == list(from_csv.columns[2:])
schema = pyarrow.parquet.read_schema(parquet)
assert schema.metadata[b"scenario"] == b"chatgpt-inference"
assert schema.metadata[b"variant"] == b"base"
for name in unit:
    metadata = schema.field(name).metadata
    assert metadata[b"unit"].decode() == unit[name], name
    assert metadata[b"role"].decode() == role[name], name
    assert schema.field(name).nullable, name
assert not schema.field("trial").nullable and not schema.field("trial").metadata
in_duckdb = dict(duckdb.sql(f"select decode(key), decode(value) from parquet_kv_metadata('{parquet}')").fetchall())
for found in (in_duckdb, polars.read_parquet_metadata(parquet)):
    assert json.loads(found["units"]) == unit and json.loads(found["roles"]) == role

# One column is read alone: the others may be any bytes. The twin: its own may not.
groups = pyarrow.parquet.ParquetFile(parquet).metadata
assert groups.num_row_groups > 1
places = {}
for group in range(groups.num_row_groups):
    for column in range(groups.num_columns):
        chunk = groups.row_group(group).column(column)
        places.setdefault(chunk.path_in_schema, []).append((chunk.data_page_offset, chunk.total_compressed_size))


def without(name):
    """The mean of the emissions when the bytes of another column are gone."""
    data = bytearray(parquet.read_bytes())
    for start, size in places[name]:
        data[start : start + size] = bytes(size)
    damaged = place / "damaged.parquet"
    damaged.write_bytes(data)
    return polars.read_parquet(damaged, columns=["emissions"])["emissions"].mean()


mean = from_csv["emissions"].mean()
assert abs(without("grid") - mean) < 1e-9 * mean
try:
    assert abs(without("emissions") - mean) > 1e-3 * mean
except polars.exceptions.ComputeError:
    pass

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
