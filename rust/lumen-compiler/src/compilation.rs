//! One compilation from the outside: what goes in ([`CompileInput`]), what comes out ([`CompileOutput`]), and how long
//! each phase took ([`Timings`]).

use crate::compiler::cover::Point;
use crate::compiler::hir::Hir;
use crate::evaluate::Evaluator;
use crate::markdown::Form;
use lumen_base::{Diagnostic, Interner, SourceMap, System, diag};
use lumen_lir::{CellId, Module, Verified};

/// Names this build of the compiler: its version, sources, standard library and dependencies. Builds with the same name
/// make the same LIR of the same files.
pub const BUILD_ID: &str = env!("LUMEN_BUILD_ID");

/// A program to compile.
pub struct CompileInput<'a> {
    /// The root file as diagnostics show it: its path, or `<stdin>`.
    pub name: &'a str,
    /// The root's path, from which imports are looked up; without it only std can be imported.
    pub path: Option<&'a str>,
    /// The bytes of the root file.
    pub source: Vec<u8>,
    /// How the root is written.
    pub form: Form,
    /// Which part of the root document is the program.
    pub part: Part,
    /// How far to go.
    pub goal: Goal,
    /// Effects and tools that flags allow the root: it needs no `grant` for them. `*` stands for all.
    pub allowed: &'a [String],
    /// Reads imported files, and the clock for timings.
    pub system: &'a dyn System,
    /// Computes constants and `comptime` expressions; without it they are computed when the program starts.
    pub evaluator: Option<&'a dyn Evaluator>,
}

/// An entry of a session that was accepted.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Entry {
    /// As diagnostics show it.
    pub name: String,
    /// From where its imports are looked up.
    pub path: Option<String>,
    pub source: Vec<u8>,
    pub form: Form,
    /// Its statements have run to their end: what they bind is there.
    pub has_run: bool,
    /// Its last expression has a value, which `it` means.
    pub keeps_value: bool,
}

/// What an entry of a session gives to those behind it.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct EntryFacts {
    /// The bindings that it keeps, `it` among them when its last expression may have a value.
    pub bindings: Vec<KeptBinding>,
    /// The effects of its statements, as a row is written.
    pub effects: String,
    /// Names in scope behind it that it or earlier entries declare or bind.
    pub names: Vec<String>,
}

/// A binding that an entry keeps.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct KeptBinding {
    pub name: String,
    /// The name of the global that holds the value; there is none for `null` alone.
    pub global: String,
    /// Its type, as it is written.
    pub ty: String,
    /// The names that may stand behind a dot: fields and methods of its type that the session declares.
    pub members: Vec<String>,
}

/// Which part of a document is the program.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Part {
    /// Its plain `lumen` fences.
    #[default]
    Program,
    /// One fence alone, by position.
    Alone(usize),
    /// The plain fences and one other.
    With(usize),
}

/// How far to compile.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Goal {
    /// Names only: for tools.
    Names,
    /// Every check.
    Check,
    /// Every check, and LIR when there are no errors.
    #[default]
    Lir,
    /// As `Lir`, and a program without anything to run is an error.
    Run,
    /// As `Run`, for who looks at a run: nothing is expanded or optimised, and code says where locals are.
    Look,
    /// As `Lir`, with every `@test` cell.
    Tests,
    /// As `Tests` and `Lir` together, and bodies tell their host which places they reach.
    Coverage,
}

/// How a file of this name is written.
pub fn form_of(path: &str) -> Form {
    if path.ends_with(".md") { Form::Markdown } else { Form::Plain }
}

/// What a compilation made.
pub struct CompileOutput {
    /// Every file that was read, std files included.
    pub sources: SourceMap,
    pub names: Interner,
    /// Sorted by place.
    pub diagnostics: Vec<Diagnostic>,
    /// Nothing when the root could not be read as text.
    pub hir: Option<Hir>,
    /// The program, when there are no errors and the goal was LIR.
    pub module: Option<Verified<Module>>,
    /// Of an entry of a session without errors.
    pub entry: Option<EntryFacts>,
    /// The `@test` cells, when they were asked for.
    pub tests: Vec<CellId>,
    /// The places that are reached or not, by number, when the goal was coverage.
    pub points: Vec<Point>,
    pub timings: Timings,
}

impl CompileOutput {
    /// Whether the program is rejected.
    pub fn has_errors(&self) -> bool {
        diag::has_errors(&self.diagnostics)
    }
}

/// The phases of a compilation, in order.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Phase {
    Markdown,
    Parse,
    /// Imports, names, and parsing what is used of std.
    Resolve,
    Typecheck,
    Effects,
    Lower,
    Verify,
}

impl Phase {
    /// All phases in order.
    pub const ALL: [Self; 7] = [
        Self::Markdown,
        Self::Parse,
        Self::Resolve,
        Self::Typecheck,
        Self::Effects,
        Self::Lower,
        Self::Verify,
    ];

    /// The phase in lower case.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Markdown => "markdown",
            Self::Parse => "parse",
            Self::Resolve => "resolve",
            Self::Typecheck => "typecheck",
            Self::Effects => "effects",
            Self::Lower => "lower",
            Self::Verify => "verify",
        }
    }
}

/// Nanoseconds by phase.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Timings([u64; Phase::ALL.len()]);

impl Timings {
    /// Adds time to a phase.
    pub(crate) fn add(&mut self, phase: Phase, nanos: u128) {
        self.0[phase as usize] += u64::try_from(nanos).unwrap_or(u64::MAX);
    }

    /// The time of a phase, in nanoseconds.
    pub fn nanos(&self, phase: Phase) -> u64 {
        self.0[phase as usize]
    }

    /// The time of all phases, in nanoseconds.
    pub fn total(&self) -> u64 {
        self.0.iter().sum()
    }
}
