//! `samples/…`: every trial of a run, one file a variant, and `samples/units.csv` beside them.

mod arrow;
mod columns;

use super::BASE;
use super::csv::csv_writer;
use super::folder::{FileRecord, ResultFile, ResultFolder};
use super::number::push_shortest;
use crate::run::{Encoder, TrialSink};
use columns::ParquetFile;
use std::io::{self, Write};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// How trials are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// Text that everything reads.
    Csv,
    /// Columns with their types and units.
    Parquet,
}

impl Format {
    /// Every format and its word, which also ends the names of its files.
    pub const ALL: &'static [(Format, &'static str)] =
        &[(Format::Csv, "csv"), (Format::Parquet, "parquet")];

    fn word(self) -> &'static str {
        let row = Self::ALL.iter().find(|row| row.0 == self);
        row.map_or("", |row| row.1)
    }
}

/// The columns that say which trial a row is: no input or output has these names.
pub const PLACE: [&str; 2] = ["trial", "replicate"];

/// The path of a variant's trials in the result folder.
pub fn file_name(scenario: &str, variant: &str, format: Format) -> String {
    let ending = format.word();
    if variant == BASE {
        format!("samples/{scenario}.{ending}")
    } else {
        format!("samples/{scenario}.{variant}.{ending}")
    }
}

/// A column that is written.
struct Kept {
    name: String,
    role: &'static str,
    unit: String,
}

/// A file of trials.
enum SampleFile {
    Csv(ResultFile),
    Parquet(Box<ParquetFile>),
}

impl SampleFile {
    fn finish(self) -> io::Result<FileRecord> {
        match self {
            SampleFile::Csv(file) => file.finish(),
            SampleFile::Parquet(file) => file.finish(),
        }
    }
}

/// Writes the trials into a result folder.
pub struct Samples<'folder> {
    folder: &'folder mut ResultFolder,
    format: Format,
    /// The file of the variant that is being run.
    file: Option<SampleFile>,
    /// The rows of `units.csv`: scenario, variant, name, role, unit.
    units: Vec<[String; 5]>,
    /// Blocks that are written, whose memory the next ones take: new memory costs a good part of what filling it does.
    spare: Arc<Mutex<Vec<Vec<u8>>>>,
}

impl<'folder> Samples<'folder> {
    /// A sink that adds its files to `folder`.
    pub fn new(folder: &'folder mut ResultFolder, format: Format) -> Self {
        Samples {
            folder,
            format,
            file: None,
            units: Vec::new(),
            spare: Arc::default(),
        }
    }

    /// All variants are complete: writes `samples/units.csv`.
    pub fn finish(self) -> io::Result<()> {
        let mut file = self.folder.file("samples/units.csv")?;
        let mut table = csv_writer(&mut file);
        table.write_record(["scenario", "variant", "name", "role", "unit"])?;
        for row in &self.units {
            table.write_record(
                row.iter()
                    .map(|text| super::csv::harmless(text).into_owned()),
            )?;
        }
        table.flush()?;
        drop(table);
        self.folder.record(file.finish()?);
        Ok(())
    }
}

impl TrialSink for Samples<'_> {
    fn begin(
        &mut self,
        scenario: &str,
        variant: &str,
        columns: &[(String, &'static str, String)],
    ) -> io::Result<Encoder> {
        let places = kept(columns);
        let columns = places.iter().map(|&index| {
            let (name, role, unit) = &columns[index];
            Kept {
                name: name.clone(),
                role,
                unit: unit.clone(),
            }
        });
        let columns: Vec<Kept> = columns.collect();
        self.units.extend(columns.iter().map(|column| {
            [scenario, variant, &column.name, column.role, &column.unit].map(str::to_owned)
        }));
        let mut file = self
            .folder
            .file(&file_name(scenario, variant, self.format))?;
        let (file, encoder): (_, Encoder) = match self.format {
            Format::Csv => {
                let mut header = String::from("trial,replicate");
                for column in &columns {
                    // Names of the language need no quotes.
                    header.push(',');
                    header.push_str(&column.name);
                }
                header.push('\n');
                file.write_all(header.as_bytes())?;
                let spare = Arc::clone(&self.spare);
                let encoder = move |first_trial, replicate, columns: &[&[f64]]| {
                    let columns: Vec<&[f64]> = places.iter().map(|&index| columns[index]).collect();
                    let block = locked(&spare).pop().unwrap_or_default();
                    lines(first_trial, replicate, &columns, block)
                };
                (SampleFile::Csv(file), Box::new(encoder))
            }
            Format::Parquet => {
                let file = ParquetFile::create(file, scenario, variant, columns);
                (
                    SampleFile::Parquet(Box::new(file)),
                    columns::encoder(places),
                )
            }
        };
        self.file = Some(file);
        Ok(encoder)
    }

    fn block(&mut self, bytes: Vec<u8>) -> io::Result<()> {
        match &mut self.file {
            Some(SampleFile::Csv(file)) => {
                file.write_all(&bytes)?;
                locked(&self.spare).push(bytes);
                Ok(())
            }
            Some(SampleFile::Parquet(file)) => file.block(&bytes),
            None => Err(io::Error::other("trials before the variant they belong to")),
        }
    }

    fn end(&mut self) -> io::Result<()> {
        if let Some(file) = self.file.take() {
            let record = file.finish()?;
            self.folder.record(record);
        }
        Ok(())
    }
}

/// Which columns are written: an input that is an output too is written once, as the output.
fn kept(columns: &[(String, &'static str, String)]) -> Vec<usize> {
    let is_output = |name: &str| {
        columns
            .iter()
            .any(|(other, role, _)| other == name && *role == "output")
    };
    let is_kept = |index: &usize| columns[*index].1 == "output" || !is_output(&columns[*index].0);
    (0..columns.len()).filter(is_kept).collect()
}

fn locked(spare: &Mutex<Vec<Vec<u8>>>) -> MutexGuard<'_, Vec<Vec<u8>>> {
    spare.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A block of trials as lines of CSV, in place of what `block` holds.
fn lines(first_trial: u64, replicate: u32, columns: &[&[f64]], mut block: Vec<u8>) -> Vec<u8> {
    /// About what a line and a number take.
    const LINE: usize = 12;
    const NUMBER: usize = 20;
    let rows = columns.first().map_or(0, |column| column.len());
    block.clear();
    block.reserve(rows * (LINE + NUMBER * columns.len()));
    let mut lines = String::from_utf8(block).unwrap_or_default();
    let after_trial = format!(",{replicate}");
    let mut trial = itoa::Buffer::new();
    for row in 0..rows {
        lines.push_str(trial.format(first_trial + row as u64));
        lines.push_str(&after_trial);
        for column in columns {
            lines.push(',');
            push_shortest(&mut lines, column[row]);
        }
        lines.push('\n');
    }
    lines.into_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    #[test]
    fn one_column_for_an_input_that_is_an_output() {
        let place = tempfile::tempdir().expect("a place");
        let target = place.path().join("out");
        let mut folder = ResultFolder::create(&target).expect("a folder");
        let mut samples = Samples::new(&mut folder, Format::Csv);
        let column = |name: &str, role, unit: &str| (name.to_owned(), role, unit.to_owned());
        let columns = [
            column("power", "input", "W"),
            column("hours", "input", "h"),
            column("power", "output", "kW"),
            column("energy", "output", "kWh"),
        ];
        let encode = samples.begin("x", "base", &columns).expect("begun");
        let rows: [&[f64]; 4] = [
            &[250.0, 1e300],
            &[24.0, 0.1],
            &[0.25, f64::NAN],
            &[6.0, -0.0],
        ];
        samples.block(encode(0, 0, &rows)).expect("written");
        samples.end().expect("ended");
        samples.finish().expect("finished");
        folder.commit().expect("committed");
        let read = |name: &str| fs::read_to_string(target.join(name)).expect("read");
        assert_eq!(
            read("samples/x.csv"),
            "trial,replicate,hours,power,energy\n0,0,24,0.25,6\n1,0,0.1,,-0\n"
        );
        assert_eq!(
            read("samples/units.csv"),
            "scenario,variant,name,role,unit\nx,base,hours,input,h\nx,base,power,output,kW\nx,base,energy,output,kWh\n"
        );
    }
}
