//! Coverage: which cells, lines and branches of documents their tests reach.
//!
//! Input: documents and their cases. Each is compiled once more with [`Goal::Coverage`], which reports the places that
//! it reaches, and run; the programs that are tested otherwise stay as they are. Output: counts by place, as a table and
//! in the format of lcov, with the line numbers of the documents.
//!
//! The places that count are those of the programs of tested documents and of what they import; doc tests and `@test`
//! cells are what tests them.

use crate::cells::entered_at;
use crate::oracle::{Actual, Oracle, Scene, compiled, run, runnable};
use crate::snapshots::{Ear, Snapshots, Texts};
use crate::suite::{Case, Document};
use lumen_base::Span;
use lumen_compiler::compilation::{CompileOutput, Goal, Part};
use lumen_compiler::compiler::cover::{Point, PointKind};
use lumen_lir::{Module, Verified};
use lumen_vm::Limits;
use std::collections::BTreeMap;
use std::path::{Component, Path, PathBuf};

mod lcov;
mod table;

/// Counts by document and place.
#[derive(Clone, Debug, Default)]
pub struct Coverage {
    files: BTreeMap<String, File>,
}

/// The places of one document.
#[derive(Clone, Debug, Default)]
struct File {
    counts: BTreeMap<(Span, PointKind), Place>,
}

#[derive(Clone, Copy, Debug)]
struct Place {
    /// One-based line of what is reached, and of the construct that it is a part of.
    line: u32,
    of: u32,
    count: u64,
}

impl Coverage {
    /// Counts what the `@test` cells of a document reach, and makes its places known.
    pub fn document(&mut self, document: &Document, limits: &Limits) {
        let Ok(out) = compiled(document, Part::Program, Goal::Coverage) else { return };
        for point in &out.points {
            self.place(&out, point, true);
        }
        let Some(module) = &out.module else { return };
        for &test in &out.tests {
            let Ok(module) = entered_at(module, test) else { continue };
            // What a snapshot was before decides nothing about what is reached.
            let ear = Ear::new(Texts::new(), Snapshots::Accept);
            self.run(&out, module, (limits, document), &ear);
        }
    }

    /// Counts what a case reaches of the documents that are known; gives what the program did, which is what it does
    /// without being counted.
    pub fn case(&mut self, case: &Case, limits: &Limits) -> Actual {
        let out = match compiled(&case.document, case.part, Goal::Coverage) {
            Ok(out) => out,
            Err(actual) => return actual,
        };
        match runnable(&out, &case.expect) {
            Some(module) => {
                self.run(&out, module.clone(), (limits, &case.document), &Ear::default())
            }
            None => Actual::Compiled,
        }
    }

    /// Adds the counts of another part of the same run of tests.
    pub fn add(&mut self, other: Coverage) {
        for (name, file) in other.files {
            let into = self.files.entry(name).or_default();
            for (key, place) in file.counts {
                into.counts.entry(key).or_insert(Place { count: 0, ..place }).count += place.count;
            }
        }
    }

    fn run(
        &mut self,
        out: &CompileOutput,
        module: Verified<Module>,
        scene: Scene<'_>,
        ear: &Ear,
    ) -> Actual {
        let actual = run(module, Oracle::Interp, scene, ear.clone());
        for (point, count) in out.points.iter().zip(ear.counts()) {
            if let Some(place) = self.place(out, point, false) {
                place.count += count;
            }
        }
        actual
    }

    /// The place of a point; one that is not known yet is added when `is_new` allows it.
    fn place(&mut self, out: &CompileOutput, point: &Point, is_new: bool) -> Option<&mut Place> {
        let source = out.sources.file(point.file)?;
        let name = plain(&source.name);
        let file = match is_new {
            true => self.files.entry(name).or_default(),
            false => self.files.get_mut(&name)?,
        };
        let key = (point.span, point.kind.clone());
        if is_new {
            let line = source.line_column(point.span.lo).line;
            let of = match &point.kind {
                PointKind::Branch { of, .. } => source.line_column(of.lo).line,
                _ => line,
            };
            return Some(file.counts.entry(key).or_insert(Place { line, of, count: 0 }));
        }
        file.counts.get_mut(&key)
    }
}

/// A path without `.` in it, so that a document has one name however it was found.
fn plain(name: &str) -> String {
    let parts = Path::new(name).components().filter(|part| *part != Component::CurDir);
    parts.collect::<PathBuf>().to_string_lossy().into_owned()
}

/// What of a document is reached: figures and lists from which both forms are made.
struct Summary {
    /// Line, name, count.
    cells: Vec<(u32, String, u64)>,
    /// Count by line.
    lines: BTreeMap<u32, u64>,
    /// Constructs in order: their lines and the counts of their arms.
    branches: Vec<(u32, Vec<u64>)>,
}

impl File {
    fn summary(&self) -> Summary {
        let mut cells: Vec<(u32, String, u64)> = Vec::new();
        let mut lines: BTreeMap<u32, u64> = BTreeMap::new();
        let mut constructs: BTreeMap<Span, (u32, BTreeMap<u32, u64>)> = BTreeMap::new();
        for ((_, kind), place) in &self.counts {
            let mut is_line = true;
            match kind {
                PointKind::Cell(name) => cells.push((place.line, name.clone(), place.count)),
                PointKind::Line => {}
                PointKind::Branch { of, arm, implicit } => {
                    is_line = !implicit;
                    let arms = &mut constructs.entry(*of).or_insert((place.of, BTreeMap::new())).1;
                    *arms.entry(*arm).or_default() += place.count;
                }
            }
            if is_line {
                let count = lines.entry(place.line).or_default();
                *count = place.count.max(*count);
            }
        }
        cells.sort();
        let arms = |(line, arms): (u32, BTreeMap<u32, u64>)| (line, arms.into_values().collect());
        Summary { cells, lines, branches: constructs.into_values().map(arms).collect() }
    }
}
