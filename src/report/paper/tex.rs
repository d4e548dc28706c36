//! Tables and methods as LaTeX, for `\input`.

use super::latex::{self, Unit};
use super::layout::{Layout, Place};
use super::{Line, Piece, Section, Table};
use std::collections::BTreeSet;
use std::fmt::Write as _;

/// The packages that the files need: every LaTeX has them, or Debian's texlive-latex-recommended and texlive-science.
const PACKAGES: &str = r"% Needs \usepackage{array,booktabs,longtable,siunitx}.";

/// Less room between columns, and more between rows: both distances of a number stand beside it.
const SPACING: &str = r"\setlength{\tabcolsep}{4pt}\renewcommand{\arraystretch}{1.2}";

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
            let layout = Layout::of(table);
            match layout.place {
                Place::Column => tex.floating(table, &layout, "table"),
                Place::Across => tex.floating(table, &layout, "table*"),
                Place::Pages => tex.long(table, &layout),
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
            // Long names are no reason to stand out of the line.
            tex.body.push_str("\n{\\emergencystretch=3em\n");
            for paragraph in &section.paragraphs {
                let paragraph = tex.line(paragraph);
                let _ = writeln!(tex.body, "\n{paragraph}");
            }
            tex.body.push_str("\n}\n");
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
            Piece::Text(text) => latex::breaking(text),
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

    /// A table that finds its own place; `table*` stands across the columns of the page.
    fn floating(&mut self, table: &Table, layout: &Layout, environment: &str) {
        let (caption, heading) = (self.line(&table.caption), self.heading(table));
        let _ = write!(
            self.body,
            "\n\\begin{{{environment}}}[htbp]\n\\centering\\footnotesize{SPACING}\\setlength{{\\belowcaptionskip}}{{6pt}}\n\\caption{{{caption}}}\\label{{{}}}\n\\begin{{tabular}}{{{}}}\n\\toprule\n{heading}\\midrule\n",
            table.label,
            specification(layout)
        );
        self.rows(table);
        let _ = write!(
            self.body,
            "\\bottomrule\n\\end{{tabular}}\n\\end{{{environment}}}\n"
        );
    }

    /// A table that runs over pages, of which it has the whole width: longtable knows one column only.
    fn long(&mut self, table: &Table, layout: &Layout) {
        let (caption, heading) = (self.line(&table.caption), self.heading(table));
        let _ = write!(
            self.body,
            "\n\\makeatletter\\if@twocolumn\\onecolumn\\let\\montecarboncolumns\\twocolumn\\else\\let\\montecarboncolumns\\relax\\fi\\makeatother\n{{\\footnotesize{SPACING}\n\\begin{{longtable}}{{{}}}\n\\caption{{{caption}}}\\label{{{}}}\\\\\n\\toprule\n{heading}\\midrule\n\\endfirsthead\n\\toprule\n{heading}\\midrule\n\\endhead\n\\bottomrule\n\\endfoot\n",
            specification(layout),
            table.label
        );
        self.rows(table);
        self.body
            .push_str("\\end{longtable}\n}\n\\montecarboncolumns\n");
    }

    fn heading(&mut self, table: &Table) -> String {
        let cells: Vec<_> = table
            .columns
            .iter()
            .map(|column| self.line(column))
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
fn specification(layout: &Layout) -> String {
    let columns = layout.shares.iter().map(|share| match share {
        None => "l".to_owned(),
        // A first word is broken too only after a space.
        Some(share) => {
            format!(r">{{\raggedright\arraybackslash\hspace{{0pt}}}}p{{{share:.3}\linewidth}}")
        }
    });
    format!("@{{}}{}@{{}}", columns.collect::<String>())
}
