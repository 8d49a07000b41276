//! Stack traces: where a failure happened and who called, in positions of the source documents.
//!
//! While a failure travels up, only the first and the last places are kept, so that a deep recursion costs
//! nothing; the text shows the rest as a count. Calls that were inlined appear as frames of their own.

use crate::link::{Pc, Program};
use lumen_lir::Pos;
use std::collections::VecDeque;

/// Places kept at each end of a trace.
const KEPT: usize = 24;

/// The places of a failure, innermost first.
#[derive(Debug, Default)]
pub(crate) struct TraceBuilder {
    first: Vec<Pc>,
    last: VecDeque<Pc>,
    omitted: usize,
}

impl TraceBuilder {
    /// Adds the next frame outwards.
    pub(crate) fn push(&mut self, pc: Pc) {
        if self.first.len() < KEPT {
            self.first.push(pc);
            return;
        }
        if self.last.len() == KEPT {
            self.last.pop_front();
            self.omitted += 1;
        }
        self.last.push_back(pc);
    }

    /// The trace with names and positions.
    pub(crate) fn finish(self, program: &Program) -> StackTrace {
        let mut entries = Vec::new();
        for pc in &self.first {
            frames_at(program, *pc, &mut entries);
        }
        if self.omitted > 0 {
            entries.push(TraceEntry::Omitted(self.omitted));
        }
        for pc in &self.last {
            frames_at(program, *pc, &mut entries);
        }
        StackTrace { entries: collapse(entries) }
    }
}

/// A call stack, innermost first.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct StackTrace {
    /// Frames and gaps.
    pub entries: Vec<TraceEntry>,
}

/// One line of a stack trace.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum TraceEntry {
    /// A call.
    Frame(TraceFrame),
    /// The frame before, this many times more.
    Repeated(usize),
    /// This many frames are not shown.
    Omitted(usize),
}

/// A place in a cell.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct TraceFrame {
    /// Name of the cell.
    pub cell: String,
    /// Path of the document; empty when the code has no position.
    pub path: String,
    /// Line, from 1.
    pub line: u32,
    /// Byte column, from 1.
    pub column: u32,
    /// The range in bytes.
    pub pos: Pos,
}

/// The calls at a place, inlined ones first.
pub(crate) fn frames_at(program: &Program, pc: Pc, entries: &mut Vec<TraceEntry>) {
    let cell = &program.module().cells[pc.cell as usize];
    let line = cell.line_at(pc.word as usize);
    let (mut pos, mut inline) = line.map_or((None, 0), |line| (Some(line.pos), line.inline));
    // Each site's parent has a smaller number, as verified; the bound is for the reader.
    for _ in 0..=cell.inlined.len() {
        let Some(site) = (inline as usize).checked_sub(1).and_then(|at| cell.inlined.get(at))
        else {
            break;
        };
        entries.push(frame(program, &site.cell, pos));
        pos = Some(site.call);
        inline = site.parent;
    }
    entries.push(frame(program, &cell.name, pos));
}

fn frame(program: &Program, cell: &str, pos: Option<Pos>) -> TraceEntry {
    let mut frame = TraceFrame {
        cell: cell.to_owned(),
        path: String::new(),
        line: 0,
        column: 0,
        pos: pos.unwrap_or_default(),
    };
    if let Some(file) = pos.and_then(|pos| program.module().files.get(pos.file as usize)) {
        frame.path.clone_from(&file.path);
        (frame.line, frame.column) = file.line_col(frame.pos.start);
    }
    TraceEntry::Frame(frame)
}

/// The cell of a place, and where it stands, as it is called by others: without what was inlined into it.
pub(crate) fn frame_of(program: &Program, pc: Pc) -> TraceFrame {
    let mut entries = Vec::new();
    frames_at(program, pc, &mut entries);
    match entries.pop() {
        Some(TraceEntry::Frame(frame)) => frame,
        _ => TraceFrame::default(),
    }
}

/// Joins runs of three and more equal frames.
fn collapse(entries: Vec<TraceEntry>) -> Vec<TraceEntry> {
    let mut out: Vec<TraceEntry> = Vec::new();
    let mut run = 0;
    for (at, entry) in entries.iter().enumerate() {
        if at > 0 && entries[at - 1] == *entry && matches!(entry, TraceEntry::Frame(_)) {
            run += 1;
            continue;
        }
        flush(&mut out, run);
        run = 0;
        out.push(entry.clone());
    }
    flush(&mut out, run);
    out
}

fn flush(out: &mut Vec<TraceEntry>, run: usize) {
    match (run, out.last().cloned()) {
        (0, _) | (_, None) => {}
        (1, Some(last)) => out.push(last),
        _ => out.push(TraceEntry::Repeated(run)),
    }
}

impl std::fmt::Display for StackTrace {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        for entry in &self.entries {
            match entry {
                TraceEntry::Frame(frame) if frame.path.is_empty() => {
                    writeln!(f, "  in {}", frame.cell)?
                }
                TraceEntry::Frame(frame) => {
                    writeln!(
                        f,
                        "  in {} ({}:{}:{})",
                        frame.cell, frame.path, frame.line, frame.column
                    )?;
                }
                TraceEntry::Repeated(count) => writeln!(f, "  … ({count} more times)")?,
                TraceEntry::Omitted(count) => writeln!(f, "  … ({count} more calls)")?,
            }
        }
        Ok(())
    }
}
