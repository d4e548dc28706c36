//! `samples/….parquet`: every trial of a run, in columns with their units.

use super::{Kept, refused};
use crate::report::folder::{FileRecord, ResultFile};
use crate::run::Encoder;
use ::parquet::arrow::ArrowWriter;
use ::parquet::arrow::arrow_writer::ArrowWriterOptions;
use ::parquet::basic::Encoding;
use ::parquet::file::properties::{EnabledStatistics, WriterProperties};
use ::parquet::schema::types::ColumnPath;
use arrow_array::{ArrayRef, Float64Array, Int32Array, Int64Array, RecordBatch};
use arrow_schema::{DataType, Field, Schema};
use std::collections::HashMap;
use std::io;
use std::sync::Arc;

/// Bytes of a group of rows, about: what is held in memory, and what a reader of one column skips in one step.
const GROUP_BYTES: usize = 1 << 24;
/// Bytes of a number.
const NUMBER: usize = 8;

/// A file that takes trials a block at a time and writes them a group of rows at a time.
pub(super) struct ParquetFile {
    writer: ArrowWriter<ResultFile>,
    schema: Arc<Schema>,
    group: Group,
    /// Rows from which on a group is written.
    rows: usize,
}

/// The rows that are not written yet.
#[derive(Default)]
struct Group {
    trials: Vec<i64>,
    replicates: Vec<i32>,
    columns: Vec<Vec<f64>>,
}

impl ParquetFile {
    /// Begins the file; `kept` are its columns after trial and replicate.
    pub(super) fn create(
        file: ResultFile,
        scenario: &str,
        variant: &str,
        kept: &[Kept],
    ) -> io::Result<ParquetFile> {
        let index = [
            Field::new("trial", DataType::Int64, false),
            Field::new("replicate", DataType::Int32, false),
        ];
        let columns = kept.iter().map(|column| {
            let metadata = [("unit", &*column.unit), ("role", column.role)];
            Field::new(&column.name, DataType::Float64, true).with_metadata(texts(&metadata))
        });
        let schema = Schema::new(index.into_iter().chain(columns).collect::<Vec<_>>());
        let metadata = [
            (
                "program",
                concat!("montecarbon ", env!("CARGO_PKG_VERSION")),
            ),
            ("scenario", scenario),
            ("variant", variant),
        ];
        let schema = Arc::new(schema.with_metadata(texts(&metadata)));
        // Trials are counted: their differences take no room.
        let trial = ColumnPath::from("trial");
        let properties = WriterProperties::builder()
            .set_statistics_enabled(EnabledStatistics::Chunk)
            .set_column_dictionary_enabled(trial.clone(), false)
            .set_column_encoding(trial, Encoding::DELTA_BINARY_PACKED)
            .build();
        let options = ArrowWriterOptions::new().with_properties(properties);
        let writer = ArrowWriter::try_new_with_options(file, Arc::clone(&schema), options)
            .map_err(refused)?;
        Ok(ParquetFile {
            writer,
            schema,
            group: Group {
                columns: vec![Vec::new(); kept.len()],
                ..Group::default()
            },
            rows: GROUP_BYTES / (NUMBER * (kept.len() + 2)),
        })
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
        self.write_group()?;
        self.writer.into_inner().map_err(refused)?.finish()
    }

    fn write_group(&mut self) -> io::Result<()> {
        if self.group.trials.is_empty() {
            return Ok(());
        }
        let empty = vec![Vec::new(); self.group.columns.len()];
        let group = std::mem::replace(
            &mut self.group,
            Group {
                columns: empty,
                ..Group::default()
            },
        );
        let index: [ArrayRef; 2] = [
            Arc::new(Int64Array::from(group.trials)),
            Arc::new(Int32Array::from(group.replicates)),
        ];
        // What is not available is no number, as in the CSV file.
        let numbers = group.columns.into_iter().map(|column| -> ArrayRef {
            let numbers = column.into_iter();
            Arc::new(Float64Array::from_iter(
                numbers.map(|number| (!number.is_nan()).then_some(number)),
            ))
        });
        let columns = index.into_iter().chain(numbers).collect();
        let batch = RecordBatch::try_new(Arc::clone(&self.schema), columns).map_err(refused)?;
        self.writer.write(&batch).map_err(refused)?;
        self.writer.flush().map_err(refused)
    }
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

fn texts(pairs: &[(&str, &str)]) -> HashMap<String, String> {
    let pairs = pairs.iter();
    pairs
        .map(|&(key, text)| (key.to_owned(), text.to_owned()))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::folder::ResultFolder;
    use ::parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
    use arrow_array::Array as _;
    use std::fs::File;

    /// Two groups of rows and a rest are read back by the library's own reader, each column alone.
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
        let mut file = ParquetFile::create(file, "x", "base", &kept).expect("begun");
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
        let open = || {
            let file = File::open(target.join("x.parquet")).expect("opened");
            ParquetRecordBatchReaderBuilder::try_new(file).expect("a file of ours")
        };
        let reader = open();
        assert_eq!(reader.metadata().num_row_groups(), 3);
        let field = reader.schema().field(3).clone();
        assert_eq!(
            (field.name().as_str(), &*field.metadata()["unit"]),
            ("in_10", "kgCO2e/day")
        );
        let mut trials = Vec::new();
        let mut missing = 0;
        for batch in reader.build().expect("a reader") {
            let batch = batch.expect("rows");
            let whole = batch.column(0).as_any().downcast_ref::<Int64Array>();
            trials.extend(whole.expect("whole numbers").values().iter().copied());
            let numbers = batch.column(2).as_any().downcast_ref::<Float64Array>();
            let numbers = numbers.expect("numbers");
            assert_eq!(numbers.null_count(), 0);
            assert!(
                numbers
                    .values()
                    .iter()
                    .zip(whole.expect("trials").values())
                    .all(|(number, trial)| *number == *trial as f64)
            );
            missing += batch.column(3).null_count();
        }
        assert_eq!(trials, (0..20).collect::<Vec<_>>());
        assert_eq!(missing, 5);
    }
}
