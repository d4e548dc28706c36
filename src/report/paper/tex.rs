//! Tables and methods as LaTeX, for `\input`.

use super::latex::{self, Unit};
use super::{Line, Piece, Section, Table, Width};
use std::collections::BTreeSet;
use std::fmt::Write as _;

/// Rows from which on a table runs over pages.
const LONG: usize = 30;

/// The packages that the files need: every LaTeX has them, or Debian's texlive-latex-recommended and texlive-science.
const PACKAGES: &str = r"% Needs \usepackage{array,booktabs,longtable,siunitx}.";

/// LaTeX so far, and the units it needs.
#[derive(Default)]
pub(super) struct Tex {
    body: String,
    declarations: BTreeSet<String>,
}

impl Tex {
    /// `tables.tex`.
    pub(super) fn tables(tables: &[Table]) -> String {
        let mut tex = Tex::default();
        for table in tables {
            if table.rows.len() < LONG {
                tex.floating(table);
            } else {
                tex.long(table);
            }
        }
        tex.finish()
    }

    /// `methods.tex`.
    pub(super) fn methods(sections: &[Section]) -> String {
        let mut tex = Tex::default();
        for section in sections {
            let _ = writeln!(
                tex.body,
                "\n\\subsection*{{{}}}",
                latex::text(&section.heading)
            );
            for paragraph in &section.paragraphs {
                let paragraph = tex.line(paragraph);
                let _ = writeln!(tex.body, "\n{paragraph}");
            }
        }
        tex.finish()
    }

    fn finish(self) -> String {
        let mut text = format!("{PACKAGES}\n");
        for declaration in &self.declarations {
            text.push_str(declaration);
            text.push('\n');
        }
        text.push_str(&self.body);
        text
    }

    fn line(&mut self, line: &Line) -> String {
        line.iter().map(|piece| self.piece(piece)).collect()
    }

    fn piece(&mut self, piece: &Piece) -> String {
        match piece {
            Piece::Text(text) => latex::text(text),
            Piece::Number(line) => latex::number(line),
            Piece::Unit(unit) => {
                let Unit {
                    written,
                    declarations,
                } = latex::unit(unit);
                self.declarations.extend(declarations);
                if written.is_empty() {
                    latex::number("1")
                } else {
                    format!(r"\unit[per-mode=symbol]{{{written}}}")
                }
            }
            Piece::Asymmetric([centre, up, down]) => {
                format!(r"${{\num{{{centre}}}}}^{{+\num{{{up}}}}}_{{-\num{{{down}}}}}$")
            }
            Piece::Cite(key) => format!(r"\cite{{{key}}}"),
        }
    }

    /// A table that finds its own place.
    fn floating(&mut self, table: &Table) {
        let (caption, heading) = (self.line(&table.caption), self.heading(table));
        let _ = write!(
            self.body,
            "\n\\begin{{table}}[htbp]\n\\centering\\footnotesize\\setlength{{\\tabcolsep}}{{4pt}}\\setlength{{\\belowcaptionskip}}{{6pt}}\n\\caption{{{caption}}}\\label{{{}}}\n\\begin{{tabular}}{{{}}}\n\\toprule\n{heading}\\midrule\n",
            table.label,
            specification(table)
        );
        self.rows(table);
        self.body
            .push_str("\\bottomrule\n\\end{tabular}\n\\end{table}\n");
    }

    /// A table that runs over pages.
    fn long(&mut self, table: &Table) {
        let (caption, heading) = (self.line(&table.caption), self.heading(table));
        let _ = write!(
            self.body,
            "\n{{\\footnotesize\\setlength{{\\tabcolsep}}{{4pt}}\n\\begin{{longtable}}{{{}}}\n\\caption{{{caption}}}\\label{{{}}}\\\\\n\\toprule\n{heading}\\midrule\n\\endhead\n\\bottomrule\n\\endfoot\n",
            specification(table),
            table.label
        );
        self.rows(table);
        self.body.push_str("\\end{longtable}\n}\n");
    }

    fn heading(&mut self, table: &Table) -> String {
        let cells: Vec<_> = table
            .columns
            .iter()
            .map(|column| self.line(&column.0))
            .collect();
        format!("{}\\\\\n", cells.join(" & "))
    }

    fn rows(&mut self, table: &Table) {
        for row in &table.rows {
            let cells: Vec<_> = row.iter().map(|cell| self.line(cell)).collect();
            let _ = writeln!(self.body, "{}\\\\", cells.join(" & "));
        }
    }
}

/// What stands in `\begin{tabular}{…}`.
fn specification(table: &Table) -> String {
    let columns = table.columns.iter().map(|column| match column.1 {
        Width::Fitting => "l".to_owned(),
        Width::Share(share) => {
            format!(r">{{\raggedright\arraybackslash}}p{{{share}\linewidth}}")
        }
    });
    format!("@{{}}{}@{{}}", columns.collect::<String>())
}
