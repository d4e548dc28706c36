//! `samples/….parquet`: every trial of a run, in columns with their units.

use super::Kept;
use super::arrow::{self, Field, Kind};
use crate::diagnostic::visible;
use crate::report::folder::{FileRecord, ResultFile};
use crate::run::Encoder;
use ::parquet::basic::{Encoding, Repetition, Type as Physical};
use ::parquet::data_type::{DataType, DoubleType, Int32Type, Int64Type};
use ::parquet::errors::{ParquetError, Result};
use ::parquet::file::metadata::KeyValue;
use ::parquet::file::properties::{EnabledStatistics, WriterProperties};
use ::parquet::file::writer::{SerializedFileWriter, SerializedRowGroupWriter};
use ::parquet::schema::types::{ColumnPath, Type};
use std::collections::HashSet;
use std::io;
use std::sync::Arc;

/// Bytes of a group of rows, about: what is held in memory, and what a reader of one column skips in one step.
const GROUP_BYTES: usize = 1 << 24;
/// Bytes of a number.
const NUMBER: usize = 8;
/// Rows that are looked at for [`FEW`] different numbers.
const LOOKED_AT: usize = 1 << 10;
/// A column of so few different numbers is written as a list of them and places in it.
const FEW: usize = 32;
/// The columns before those of the scenario.
const TRIAL: &str = "trial";
const REPLICATE: &str = "replicate";

/// A file that takes trials a block at a time and writes them a group of rows at a time.
pub(super) struct ParquetFile {
    /// `None` once the writer has taken it.
    file: Option<ResultFile>,
    /// Begun with the first group: how a column is written depends on its numbers.
    writer: Option<SerializedFileWriter<ResultFile>>,
    columns: Vec<Kept>,
    metadata: Vec<KeyValue>,
    group: Group,
    /// Rows from which on a group is written.
    rows: usize,
}

/// The rows that are not written yet.
struct Group {
    trials: Vec<i64>,
    replicates: Vec<i32>,
    columns: Vec<Vec<f64>>,
}

impl ParquetFile {
    /// Begins the file; `columns` are those after trial and replicate.
    pub(super) fn create(
        file: ResultFile,
        scenario: &str,
        variant: &str,
        columns: Vec<Kept>,
    ) -> ParquetFile {
        ParquetFile {
            file: Some(file),
            writer: None,
            metadata: metadata(scenario, variant, &columns),
            group: Group {
                trials: Vec::new(),
                replicates: Vec::new(),
                columns: vec![Vec::new(); columns.len()],
            },
            rows: GROUP_BYTES / (NUMBER * (columns.len() + 2)),
            columns,
        }
    }

    /// The next block, as [`encoder`] made it.
    pub(super) fn block(&mut self, bytes: &[u8]) -> io::Result<()> {
        let mut numbers = bytes.chunks_exact(NUMBER).map(|bytes| {
            let mut number = [0; NUMBER];
            number.copy_from_slice(bytes);
            number
        });
        let mut count = || numbers.next().map_or(0, i64::from_le_bytes);
        let (first, replicate, rows) = (count(), count(), count());
        self.group.trials.extend(first..first + rows);
        let replicate = i32::try_from(replicate).map_err(io::Error::other)?;
        let rows = usize::try_from(rows).map_err(io::Error::other)?;
        let held = self.group.replicates.len() + rows;
        self.group.replicates.resize(held, replicate);
        for column in &mut self.group.columns {
            column.extend(numbers.by_ref().take(rows).map(f64::from_le_bytes));
        }
        if held >= self.rows {
            self.write_group()?;
        }
        Ok(())
    }

    /// All trials are there.
    pub(super) fn finish(mut self) -> io::Result<FileRecord> {
        if !self.group.trials.is_empty() || self.writer.is_none() {
            self.write_group()?;
        }
        match self.writer {
            Some(writer) => writer.into_inner().map_err(refused)?.finish(),
            None => Err(io::Error::other("a file without a writer")),
        }
    }

    fn write_group(&mut self) -> io::Result<()> {
        if let Some(file) = self.file.take() {
            self.writer = Some(self.begin(file).map_err(refused)?);
        }
        if let Some(writer) = &mut self.writer {
            let mut group = writer.next_row_group().map_err(refused)?;
            self.group.write(&mut group).map_err(refused)?;
            group.close().map_err(refused)?;
        }
        self.group.clear();
        Ok(())
    }

    fn begin(&self, file: ResultFile) -> Result<SerializedFileWriter<ResultFile>> {
        let column = |name: &str, kind, repetition| {
            let column = Type::primitive_type_builder(name, kind).with_repetition(repetition);
            column.build().map(Arc::new)
        };
        let mut fields = vec![
            column(TRIAL, Physical::INT64, Repetition::REQUIRED)?,
            column(REPLICATE, Physical::INT32, Repetition::REQUIRED)?,
        ];
        // Trials are counted: their differences take no room. Numbers that a distribution makes are all different.
        let mut properties = WriterProperties::builder()
            .set_created_by(program().to_owned())
            .set_key_value_metadata(Some(self.metadata.clone()))
            .set_statistics_enabled(EnabledStatistics::Chunk)
            .set_dictionary_enabled(false)
            .set_column_dictionary_enabled(ColumnPath::from(REPLICATE), true)
            .set_column_encoding(ColumnPath::from(TRIAL), Encoding::DELTA_BINARY_PACKED);
        for (kept, numbers) in self.columns.iter().zip(&self.group.columns) {
            fields.push(column(&kept.name, Physical::DOUBLE, Repetition::OPTIONAL)?);
            if are_few(numbers) {
                let path = ColumnPath::from(kept.name.as_str());
                properties = properties.set_column_dictionary_enabled(path, true);
            }
        }
        let schema = Type::group_type_builder("schema").with_fields(fields);
        SerializedFileWriter::new(
            file,
            Arc::new(schema.build()?),
            Arc::new(properties.build()),
        )
    }
}

impl Group {
    fn write(&self, group: &mut SerializedRowGroupWriter<'_, ResultFile>) -> Result<()> {
        write_column::<Int64Type>(group, &self.trials, None)?;
        write_column::<Int32Type>(group, &self.replicates, None)?;
        let mut levels = Vec::new();
        let mut present = Vec::new();
        for column in &self.columns {
            // What is not available is no number, as in the CSV file.
            levels.clear();
            levels.extend(column.iter().map(|number| i16::from(!number.is_nan())));
            if levels.contains(&0) {
                present.clear();
                present.extend(column.iter().copied().filter(|number| !number.is_nan()));
                write_column::<DoubleType>(group, &present, Some(&levels))?;
            } else {
                write_column::<DoubleType>(group, column, Some(&levels))?;
            }
        }
        Ok(())
    }

    fn clear(&mut self) {
        self.trials.clear();
        self.replicates.clear();
        self.columns.iter_mut().for_each(Vec::clear);
    }
}

fn write_column<T: DataType>(
    group: &mut SerializedRowGroupWriter<'_, ResultFile>,
    values: &[T::T],
    levels: Option<&[i16]>,
) -> Result<()> {
    if let Some(mut column) = group.next_column()? {
        column.typed::<T>().write_batch(values, levels, None)?;
        column.close()?;
    }
    Ok(())
}

/// What the file's own error was, where the library only passes it on.
fn refused(error: ParquetError) -> io::Error {
    match error {
        ParquetError::External(error) => io::Error::other(error),
        error => io::Error::other(error),
    }
}

/// Whether the first numbers are few different ones: those of a constant, of a discrete distribution, of a condition.
fn are_few(numbers: &[f64]) -> bool {
    let mut different = HashSet::new();
    numbers.iter().take(LOOKED_AT).all(|number| {
        different.insert(number.to_bits());
        different.len() <= FEW
    })
}

/// What the file says about itself and about its columns: for whoever reads the keys of a Parquet file, and for data frames.
fn metadata(scenario: &str, variant: &str, columns: &[Kept]) -> Vec<KeyValue> {
    let of_columns = |value: fn(&Kept) -> &str| {
        let pairs = columns.iter();
        let pairs = pairs.map(|column| (column.name.clone(), value(column).into()));
        serde_json::Value::Object(pairs.collect()).to_string()
    };
    let whole = |name, bits| Field {
        name,
        kind: Kind::Whole(bits),
        nullable: false,
        metadata: Vec::new(),
    };
    let numbers = columns.iter().map(|column| Field {
        name: &column.name,
        kind: Kind::Double,
        nullable: true,
        metadata: vec![("unit", &column.unit), ("role", column.role)],
    });
    let index = [whole(TRIAL, 64), whole(REPLICATE, 32)];
    let fields: Vec<Field<'_>> = index.into_iter().chain(numbers).collect();
    let (scenario, variant) = (visible(scenario), visible(variant));
    let units = of_columns(|column| &column.unit);
    let roles = of_columns(|column| column.role);
    let pairs = [
        ("program", program()),
        ("scenario", &*scenario),
        ("variant", &*variant),
        ("units", &*units),
        ("roles", &*roles),
    ];
    let schema = arrow::schema(&fields, &pairs);
    let pairs = pairs.into_iter().chain([(arrow::KEY, &*schema)]);
    pairs
        .map(|(key, value)| KeyValue::new(key.to_owned(), value.to_owned()))
        .collect()
}

fn program() -> &'static str {
    concat!("montecarbon ", env!("CARGO_PKG_VERSION"))
}

/// A block as bytes: first trial, replicate, rows, then column by column.
pub(super) fn encoder(kept: Vec<usize>) -> Encoder {
    Box::new(move |first_trial, replicate, columns| {
        let rows = kept.first().map_or(0, |&index| columns[index].len());
        let mut bytes = Vec::with_capacity(NUMBER * (3 + rows * kept.len()));
        for count in [first_trial, u64::from(replicate), rows as u64] {
            bytes.extend(count.to_le_bytes());
        }
        for &index in &kept {
            bytes.extend(
                columns[index]
                    .iter()
                    .flat_map(|number| number.to_le_bytes()),
            );
        }
        bytes
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::folder::ResultFolder;
    use ::parquet::file::reader::{FileReader as _, SerializedFileReader};
    use ::parquet::record::RowAccessor as _;
    use std::fs::File;

    /// Two groups of rows and a rest are read back by the library's own reader; a number that is not there is none.
    #[test]
    fn what_was_written_is_read_again() {
        let place = tempfile::tempdir().expect("a place");
        let target = place.path().join("out");
        let mut folder = ResultFolder::create(&target).expect("a folder");
        let kept = ["W", "kgCO2e/day"].map(|unit| Kept {
            name: format!("in_{}", unit.len()),
            role: "output",
            unit: unit.to_owned(),
        });
        let file = folder.file("x.parquet").expect("a file");
        let mut file = ParquetFile::create(file, "x", "base", kept.into());
        file.rows = 8;
        let encode = encoder(vec![1, 0]);
        for block in 0..5_u64 {
            let numbers: Vec<f64> = (0..4).map(|row| (4 * block + row) as f64).collect();
            let mut others = numbers.clone();
            others[3] = f64::NAN;
            let bytes = encode(4 * block, 7 + block as u32, &[&others, &numbers]);
            file.block(&bytes).expect("written");
        }
        let record = file.finish().expect("finished");
        folder.record(record);
        folder.commit().expect("committed");
        let file = File::open(target.join("x.parquet")).expect("opened");
        let reader = SerializedFileReader::new(file).expect("a file of ours");
        assert_eq!(reader.metadata().num_row_groups(), 3);
        let pairs = reader.metadata().file_metadata().key_value_metadata();
        let units = pairs.expect("metadata").iter();
        let units = units.clone().find(|pair| pair.key == "units");
        assert_eq!(
            units.and_then(|pair| pair.value.as_deref()),
            Some(r#"{"in_1":"W","in_10":"kgCO2e/day"}"#)
        );
        let rows = reader.get_row_iter(None).expect("rows");
        for (at, row) in rows.enumerate() {
            let row = row.expect("a row");
            assert_eq!(row.get_long(0).expect("a trial"), at as i64);
            assert_eq!(row.get_int(1).expect("a replicate"), 7 + at as i32 / 4);
            assert_eq!(row.get_double(2).expect("a number"), at as f64);
            let other = row.get_double(3).ok();
            assert_eq!(other, (at % 4 != 3).then_some(at as f64));
        }
    }

    #[test]
    fn few_numbers_are_told_from_many() {
        let many: Vec<f64> = (0..100).map(f64::from).collect();
        assert!(!are_few(&many));
        assert!(are_few(&[240.0; 5000]));
        assert!(are_few(&[f64::NAN; 5000]));
        assert!(are_few(&[]));
    }
}
