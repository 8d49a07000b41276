//! A session: entries that see what earlier ones declared and bound.
//!
//! The text of an entry → diagnostics, the effects of its statements, and its values ([`Reply`]). Each entry is compiled
//! behind the entries before it and becomes LIR of its own, which is put behind theirs (`lumen_lir::append`); the machine
//! runs only the new part. What an entry binds stays in globals.
//!
//! Invariants: nothing is executed twice; an entry that fails leaves the bindings as they were and its declarations in
//! place; an entry that does not compile leaves nothing.

use crate::commands::of_document;
use crate::console::Console;
use crate::signals::Signals;
use crate::source::Source;
use lumen_base::{Diagnostic, OsSystem, SourceMap};
use lumen_compiler::compilation::{
    CompileInput, CompileOutput, Entry, EntryFacts, Goal, KeptBinding, Part,
};
use lumen_compiler::markdown::Form;
use lumen_compiler::pipeline;
use lumen_lir::{AppendError, Module, append};
use lumen_mdtest::MachineEvaluator;
use lumen_runtime::failure::Failure;
use lumen_vm::{Engine, Machine, RunFailure, RunOptions, Stopped, link};
use std::path::Path;

/// The name of the value of an entry.
pub(super) const IT: &str = "it";

/// How entries are run.
pub(super) struct Settings {
    pub(super) engine: Engine,
    pub(super) options: RunOptions,
}

/// What became of an entry.
pub(super) enum Reply {
    /// It compiled and ran: its bindings with their values, `it` last.
    Done { warnings: Vec<Diagnostic>, sources: SourceMap, values: Vec<Shown> },
    /// It does not compile.
    Rejected { problems: Vec<Diagnostic>, sources: SourceMap },
    /// Nothing caught a failure of its statements.
    Failed(RunFailure),
    /// It was interrupted.
    Interrupted,
    /// It ended before its end, so that its bindings are not there.
    Left,
    /// It ended the session.
    Exit(i32),
    /// Lumen has a bug, or the session has become too long.
    Broken(String),
}

/// A binding with its value.
pub(super) struct Shown {
    pub(super) name: String,
    pub(super) ty: String,
    pub(super) value: String,
}

/// Everything that was entered.
pub(super) struct Session {
    settings: Settings,
    entries: Vec<Entry>,
    /// The code of all entries so far.
    module: Option<Module>,
    machine: Option<Machine>,
    /// The newest binding of each name, in order of appearance.
    bindings: Vec<KeptBinding>,
    /// Names that are declared.
    names: Vec<String>,
}

impl Session {
    pub(super) fn new(settings: Settings) -> Self {
        Self {
            settings,
            entries: Vec::new(),
            module: None,
            machine: None,
            bindings: Vec::new(),
            names: Vec::new(),
        }
    }

    /// Forgets everything.
    pub(super) fn reset(&mut self) {
        (self.module, self.machine) = (None, None);
        self.entries.clear();
        self.bindings.clear();
        self.names.clear();
    }

    /// The newest bindings.
    pub(super) fn bindings(&self) -> &[KeptBinding] {
        &self.bindings
    }

    /// Names that entries declare.
    pub(super) fn names(&self) -> &[String] {
        &self.names
    }

    /// The texts of the entries, newest last, with how they are written.
    pub(super) fn texts(&self) -> impl DoubleEndedIterator<Item = (String, Form)> {
        self.entries
            .iter()
            .map(|entry| (String::from_utf8_lossy(&entry.source).into_owned(), entry.form))
    }

    /// What was typed, as a source that diagnostics can name.
    pub(super) fn typed(&self, text: &str) -> Source {
        let name = format!("<entry {}>", self.entries.len() + 1);
        let bytes = text.as_bytes().to_vec();
        Source { path: Some(name.clone()), name, bytes, form: Form::Plain }
    }

    /// Compiles a text as if it were the next entry; it leaves nothing.
    pub(super) fn look_at(&self, text: &str, goal: Goal) -> CompileOutput {
        self.compile(&self.typed(text), goal)
    }

    fn compile(&self, source: &Source, goal: Goal) -> CompileOutput {
        let input = CompileInput {
            allowed: &[],
            name: &source.name,
            path: source.path.as_deref(),
            source: source.bytes.clone(),
            form: source.form,
            part: Part::Program,
            goal,
            system: &OsSystem,
            evaluator: Some(&MachineEvaluator),
        };
        pipeline::compile_entry(input, &self.entries)
    }

    /// Takes an entry: compiles it, runs it, keeps it.
    pub(super) fn enter(&mut self, source: Source, signals: &Signals) -> Reply {
        let compiled = self.compile(&source, Goal::Run);
        if compiled.has_errors() {
            return Reply::Rejected { problems: compiled.diagnostics, sources: compiled.sources };
        }
        let CompileOutput { diagnostics, sources, module, entry: facts, hir, .. } = compiled;
        let facts = facts.unwrap_or_default();
        let has_statements = hir.is_some_and(|hir| hir.entry.is_some());
        let mut entry = Entry {
            name: source.name,
            path: source.path,
            source: source.bytes,
            form: source.form,
            has_run: has_statements,
            keeps_value: false,
        };
        self.names.clone_from(&facts.names);
        let ran = match module.filter(|_| has_statements) {
            Some(module) => self.run(&module, signals),
            None => Ok(()),
        };
        let is_kept = ran.is_ok() && self.are_set(&facts);
        if is_kept {
            let value = facts.bindings.iter().find(|binding| binding.name == IT);
            entry.keeps_value = value.is_some_and(|value| value.ty != "Null");
        }
        entry.has_run &= is_kept;
        self.entries.push(entry);
        match ran {
            Err(reply) => reply,
            Ok(()) if !is_kept => Reply::Left,
            Ok(()) => {
                Reply::Done { warnings: diagnostics, sources, values: self.keep(facts.bindings) }
            }
        }
    }

    /// Puts the code of an entry behind that of the others, and runs it.
    fn run(&mut self, module: &Module, signals: &Signals) -> Result<(), Reply> {
        let bug =
            |what: &str| Reply::Broken(format!("internal error: {what}; this is a bug in Lumen"));
        let longer = match &self.module {
            None => module.clone(),
            Some(before) => append(before, module, |name| name.contains('#')).map_err(|error| {
                match error {
                    AppendError::Full => Reply::Broken(
                        "the session has become too long for another entry; `:reset` begins a new one"
                            .to_owned(),
                    ),
                    AppendError::Broken => bug("the entry does not fit the session"),
                }
            })?,
        };
        let verified = lumen_lir::verify(longer).map_err(|_| bug("the session does not verify"))?;
        let module = verified.get().clone();
        let program = link(verified, self.settings.engine).map_err(stopped)?;
        match &mut self.machine {
            Some(machine) => {
                machine.extend(program).map_err(|_| bug("the session has another beginning"))?;
            }
            None => {
                let (host, _) = Console::new(Vec::new());
                let machine = Machine::new(program, &self.settings.options, Box::new(host));
                // Entries stand in the folder of the session.
                let tools = of_document(Path::new("entry"), None).map_err(Reply::Broken)?;
                self.machine = Some(machine.map_err(stopped)?.with_tools(tools));
            }
        }
        self.module = Some(module);
        let Some(machine) = &mut self.machine else { return Err(bug("there is no machine")) };
        signals.run(|| machine.step()).map_err(|end| match end {
            Stopped::Exit(code) => Reply::Exit(code),
            Stopped::Interrupted => Reply::Interrupted,
            Stopped::Failed(failure) => Reply::Failed(failure),
        })
    }

    /// Whether the statements of an entry came to their end.
    fn are_set(&self, facts: &EntryFacts) -> bool {
        let is_set = |it: &KeptBinding| it.ty == "Null" || self.value(it).is_some();
        facts.bindings.iter().all(is_set)
    }

    /// The text of a binding's value.
    fn value(&self, binding: &KeptBinding) -> Option<String> {
        if binding.ty == "Null" {
            return Some("null".to_owned());
        }
        let module = self.module.as_ref()?;
        let at = module.globals.iter().rposition(|global| global.name == binding.global)?;
        self.machine.as_ref()?.global_text(at)
    }

    /// Makes bindings the newest of their names, and shows them.
    fn keep(&mut self, bindings: Vec<KeptBinding>) -> Vec<Shown> {
        let mut shown = Vec::with_capacity(bindings.len());
        for binding in bindings {
            if binding.name == IT && binding.ty == "Null" {
                continue;
            }
            let value = self.value(&binding).unwrap_or_default();
            shown.push(Shown { name: binding.name.clone(), ty: binding.ty.clone(), value });
            self.bindings.retain(|known| known.name != binding.name);
            self.bindings.push(binding);
        }
        shown
    }
}

/// A failure before anything ran.
fn stopped(failure: Failure) -> Reply {
    match failure {
        Failure::Exit(code) => Reply::Exit(code),
        Failure::Stopped(_) => Reply::Interrupted,
        Failure::Error(error) => {
            Reply::Failed(RunFailure { error: *error, trace: lumen_vm::StackTrace::default() })
        }
    }
}
