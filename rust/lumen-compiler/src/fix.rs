//! Mending: applies the fixes of diagnostics that need no human look, until there are none.
//!
//! Input: a document. Output: its mended text and what was done. Every fence that must compile is looked at, fences
//! that must fail are not.
//! Invariants: edits that overlap are never applied together; no change makes a file worse: it has fewer
//! syntax errors than before, or as many and no more other errors; else it is undone; the rounds are bounded.

use crate::compilation::{CompileInput, Goal, Part};
use crate::markdown::{self, FenceKind, Form, extract};
use crate::pipeline::compile;
use lumen_base::{Applicability, Code, Diagnostic, FileId, Span, System};

/// Rounds of compiling and mending at most.
const ROUNDS_MAX: usize = 20;
/// Fixes that are tried alone when all together made it worse.
const ALONE_MAX: usize = 64;

/// A document to mend.
#[derive(Clone, Copy)]
pub struct FixInput<'a> {
    /// As in [`CompileInput`].
    pub name: &'a str,
    /// As in [`CompileInput`].
    pub path: Option<&'a str>,
    pub text: &'a str,
    pub form: Form,
    pub system: &'a dyn System,
}

/// What mending gave.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Fixed {
    pub text: String,
    /// What each fix did, in the order of the rounds and places.
    pub applied: Vec<String>,
    /// Errors that are left.
    pub n_errors: usize,
}

/// Replacements in one file, in source order.
type Edits = Vec<(Span, String)>;

/// A fix of the root file.
#[derive(Clone, PartialEq, Eq)]
struct Mend {
    edits: Edits,
    message: String,
}

/// Applies all fixes that may be applied blindly.
pub fn fix(input: FixInput<'_>) -> Fixed {
    let mut state = State::of(input, input.text.to_owned());
    let mut applied = Vec::new();
    for _ in 0..ROUNDS_MAX {
        let mends = disjoint(state.mends.clone());
        let Some((next, done)) = improved(input, &state, &mends) else { break };
        applied.extend(done);
        state = next;
    }
    Fixed { text: state.text, applied, n_errors: state.n_errors }
}

/// The document after these fixes, or after those of them that do not make it worse.
fn improved(input: FixInput<'_>, state: &State, mends: &[Mend]) -> Option<(State, Vec<String>)> {
    if mends.is_empty() {
        return None;
    }
    let next = State::of(input, apply(&state.text, mends));
    if next.is_no_worse(state) {
        return Some((next, mends.iter().map(|mend| mend.message.clone()).collect()));
    }
    // One of them does harm: the first that does none alone is taken, the others have their turn in the next round.
    mends.iter().take(ALONE_MAX).find_map(|mend| {
        let next = State::of(input, apply(&state.text, std::slice::from_ref(mend)));
        next.is_no_worse(state).then(|| (next, vec![mend.message.clone()]))
    })
}

/// A text and what the compiler says about it.
struct State {
    text: String,
    n_foreign: usize,
    n_syntax: usize,
    n_errors: usize,
    mends: Vec<Mend>,
}

impl State {
    fn of(input: FixInput<'_>, text: String) -> Self {
        let mut problems: Vec<Diagnostic> = Vec::new();
        for part in parts(&text, input.form, &mut problems) {
            let out = compile(CompileInput {
                allowed: &[],
                name: input.name,
                path: input.path,
                source: text.as_bytes().to_vec(),
                form: input.form,
                part,
                goal: Goal::Check,
                system: input.system,
                evaluator: None,
            });
            problems.extend(out.diagnostics.into_iter().filter(|d| d.primary.at.file == FileId(0)));
        }
        // The document's own program is part of many programs.
        lumen_base::diag::sort(&mut problems);
        problems.dedup();
        let errors = problems.iter().filter(|d| d.is_error());
        let is_foreign = |d: &&Diagnostic| (Code::E0222..=Code::E0228).contains(&d.code);
        let n_foreign = errors.clone().filter(is_foreign).count();
        let n_syntax = errors.clone().filter(|d| d.code < Code::E0301).count();
        let n_errors = errors.count();
        let mut mends: Vec<Mend> = problems.iter().filter_map(mend_of).collect();
        mends.dedup();
        Self { text, n_foreign, n_syntax, n_errors, mends }
    }

    fn is_no_worse(&self, before: &Self) -> bool {
        // Where the syntax was wrong, types were not looked at; nor the rest of a line with a form of other languages.
        self.n_foreign < before.n_foreign
            || self.n_syntax < before.n_syntax
            || self.n_syntax == before.n_syntax && self.n_errors <= before.n_errors
    }
}

/// The programs of a document that must compile.
fn parts(text: &str, form: Form, problems: &mut Vec<Diagnostic>) -> Vec<Part> {
    let document: markdown::Document = extract(text, form, FileId(0), problems);
    let fences = document.fences.iter().enumerate().filter_map(|(at, fence)| match fence.kind {
        FenceKind::Run => Some(Part::With(at)),
        FenceKind::Example => Some(Part::Alone(at)),
        _ => None,
    });
    std::iter::once(Part::Program).chain(fences).collect()
}

/// The fix of a diagnostic, when it may be applied blindly and changes the root file only.
fn mend_of(diagnostic: &Diagnostic) -> Option<Mend> {
    let fix = diagnostic.fix.as_ref()?;
    let is_own = fix.edits.iter().all(|(at, _)| at.file == FileId(0));
    if fix.applicability != Applicability::Machine || !is_own || fix.edits.is_empty() {
        return None;
    }
    let mut edits: Edits = fix.edits.iter().map(|(at, text)| (at.span, text.clone())).collect();
    edits.sort_by_key(|(span, _)| (span.lo, span.hi));
    let message = format!("{}: {}", diagnostic.code, fix.message);
    (!overlap(&edits)).then_some(Mend { edits, message })
}

/// Whether two edits, in source order, touch the same text or the same place.
fn overlap(edits: &[(Span, String)]) -> bool {
    edits.windows(2).any(|pair| {
        let (first, second) = (pair[0].0, pair[1].0);
        first.hi > second.lo || first.lo == second.lo
    })
}

/// As many of the fixes as do not get in each other's way, the earlier ones first.
fn disjoint(mends: Vec<Mend>) -> Vec<Mend> {
    let mut taken: Edits = Vec::new();
    let mut out = Vec::new();
    for mend in mends {
        let mut all = taken.clone();
        all.extend(mend.edits.iter().cloned());
        all.sort_by_key(|(span, _)| (span.lo, span.hi));
        if !overlap(&all) {
            taken = all;
            out.push(mend);
        }
    }
    out
}

/// The text with the edits of fixes that do not overlap.
fn apply(text: &str, mends: &[Mend]) -> String {
    let mut edits: Vec<&(Span, String)> = mends.iter().flat_map(|mend| &mend.edits).collect();
    edits.sort_by_key(|(span, _)| (span.lo, span.hi));
    let mut out = String::with_capacity(text.len() + 64);
    let mut at = 0;
    for (span, replacement) in edits {
        let (lo, hi) = (span.lo as usize, span.hi as usize);
        // A span that is no range of this text is a bug of its diagnostic; the text stays.
        let (Some(before), Some(_)) = (text.get(at..lo), text.get(lo..hi)) else { continue };
        out.push_str(before);
        out.push_str(replacement);
        at = hi;
    }
    out.push_str(&text[at..]);
    out
}

#[cfg(test)]
mod tests;
