//! A document's fences as test cases.
//!
//! - Plain `lumen` fences are one program. If it can be run, it is, and the `output` fence behind its last fence is
//!   what it prints.
//! - `lumen run`: sees the document's declarations; the `output` fence right behind it is what it prints.
//! - `lumen example`: a program of its own that compiles; with an `output` fence it is run.
//! - `lumen warns CODE…`: a program of its own that compiles with exactly these warnings; what their fixes make of it
//!   compiles without them.
//! - `lumen fails CODE`: a program of its own; E codes reject it, R codes end its run.

use lumen_base::{Code, Diagnostic, FileId, SourceMap};
use lumen_compiler::compilation::{Part, form_of};
use lumen_compiler::format;
use lumen_compiler::interface;
use lumen_compiler::markdown::{self, FenceKind, extract};
use std::sync::Arc;

/// What a document is to the tests.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Role {
    /// A program with doc tests.
    Program,
    /// A document of std: its plain fences are builtins already, its doc tests stand alone.
    Std,
}

impl Role {
    /// What the file at `path` is: a document of std is one that has the name and the extern cells of one.
    pub fn of(path: &str, text: &str) -> Role {
        let name = |path: &str| path.rsplit('/').next().map(str::to_owned);
        let is_std = interface::files().iter().any(|file| {
            name(path) == name(file.path) && (text == file.text || text.contains("\nextern cell "))
        });
        if is_std { Role::Std } else { Role::Program }
    }
}

/// A document to test.
#[derive(Clone, Debug)]
pub struct Document {
    /// As messages show it.
    pub name: String,
    /// Where it is, for what it imports.
    pub path: String,
    pub text: Arc<str>,
    pub role: Role,
}

/// One test.
#[derive(Clone, Debug)]
pub struct Case {
    /// `path:line heading`.
    pub name: String,
    pub document: Document,
    /// Index of the fence in the document that is the test.
    pub fence: usize,
    /// What of the document is compiled.
    pub part: Part,
    pub expect: Expect,
    /// The document as `lumen fmt` lays it out, when that is another text.
    pub formatted: Option<Document>,
}

/// What must become of the program.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Expect {
    /// It compiles.
    Compiles,
    /// It compiles, runs without failure and prints exactly this.
    Prints(String),
    /// It compiles with warnings of exactly these codes, and their fixes mend it.
    Warned(Vec<Code>),
    /// It is rejected, and each error has this code.
    Rejected(Code),
    /// It compiles, and its run fails with this code.
    Fails(Code),
    /// Its code is missing: only blessing accepts it.
    Unknown,
}

/// The cases of a document and what is wrong with its fences.
pub fn cases(document: &Document) -> (Vec<Case>, Vec<Diagnostic>) {
    let mut problems = Vec::new();
    let fences = extract(&document.text, form_of(&document.name), FileId(0), &mut problems);
    let mut sources = SourceMap::default();
    sources.add(&*document.name, Arc::clone(&document.text));
    let formatted = formatted(document);
    let reader = Reader { document, formatted, fences: &fences, sources: &sources };
    let mut out: Vec<Case> = (0..fences.fences.len()).filter_map(|at| reader.fence(at)).collect();
    out.extend(reader.whole());
    (out, problems)
}

/// The document laid out anew, when its code can be read and changes.
fn formatted(document: &Document) -> Option<Document> {
    let text = format::document(&document.text, form_of(&document.name)).ok()?;
    (*text != *document.text).then(|| Document { text: text.into(), ..document.clone() })
}

struct Reader<'a> {
    document: &'a Document,
    formatted: Option<Document>,
    fences: &'a markdown::Document,
    sources: &'a SourceMap,
}

impl Reader<'_> {
    fn fence(&self, at: usize) -> Option<Case> {
        let (part, expect) = match &self.fences.fences[at].kind {
            FenceKind::Run => {
                let part = match self.document.role {
                    Role::Program => Part::With(at),
                    Role::Std => Part::Alone(at),
                };
                (part, Expect::Prints(self.output_after(at).unwrap_or_default()))
            }
            FenceKind::Example => {
                let expect = self.output_after(at).map_or(Expect::Compiles, Expect::Prints);
                (Part::Alone(at), expect)
            }
            FenceKind::Warns(codes) => {
                let mut codes = codes.clone();
                codes.sort_unstable();
                codes.dedup();
                (Part::Alone(at), Expect::Warned(codes))
            }
            FenceKind::Fails(Some(code)) if code.as_str().starts_with('R') => {
                (Part::Alone(at), Expect::Fails(*code))
            }
            FenceKind::Fails(Some(code)) => (Part::Alone(at), Expect::Rejected(*code)),
            FenceKind::Fails(None) => (Part::Alone(at), Expect::Unknown),
            FenceKind::Program | FenceKind::Ignore | FenceKind::Output | FenceKind::Other => {
                return None;
            }
        };
        Some(self.case(at, part, expect))
    }

    /// The document's own program.
    fn whole(&self) -> Option<Case> {
        if self.document.role == Role::Std {
            return None;
        }
        let fences = &self.fences.fences;
        let last = fences.iter().rposition(|fence| fence.kind == FenceKind::Program)?;
        let expect = self.output_after(last).map_or(Expect::Compiles, Expect::Prints);
        Some(self.case(last, Part::Program, expect))
    }

    fn case(&self, at: usize, part: Part, expect: Expect) -> Case {
        let fence = &self.fences.fences[at];
        let heading = fence.headings.last().map_or("", String::as_str);
        let line = self.sources.file(FileId(0)).map_or(0, |f| f.line_column(fence.span.lo).line);
        let name = format!("{}:{line} {heading}", self.document.name);
        let (document, formatted) = (self.document.clone(), self.formatted.clone());
        Case { name, document, fence: at, part, expect, formatted }
    }

    /// The content of the `output` fence that comes right after a fence.
    fn output_after(&self, at: usize) -> Option<String> {
        let next = self.fences.fences.get(at + 1)?;
        let text = &self.document.text;
        (next.kind == FenceKind::Output).then(|| self.fences.content(text, at + 1))
    }
}
