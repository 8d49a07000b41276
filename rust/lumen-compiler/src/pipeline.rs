//! The whole compiler on one page: every pass in order, and the only place that knows two passes.
//!
//! Input: the bytes of a root file and a [`System`] that reads what it imports. Output: diagnostics, and whatever the
//! passes made; `hir` always once the text could be read, `tables` too, the LIR module only when nothing is wrong.

use crate::compilation::{CompileInput, CompileOutput, Entry, Goal, Part, Phase, Timings, form_of};
use crate::compiler::ast;
use crate::compiler::hir::Hir;
use crate::compiler::parser::{self, ParseOptions};
use crate::compiler::resolve::{self, Parsed, Root, SessionPlan, Wanted};
use crate::compiler::{comptime, cover, entry, lower, patterns, snapshots, typecheck};
use crate::evaluate::Evaluator;
use crate::interface;
use crate::markdown::{self, FenceKind, Form};
use lumen_base::{
    Code, Diagnostic, FileId, Interner, Severity, SourceFile, SourceMap, Span, System, diag,
};
use std::path::Path;

/// Compiles a program.
pub fn compile(input: CompileInput<'_>) -> CompileOutput {
    compile_behind(input, None)
}

/// Compiles an entry of a session behind those that were accepted before it.
pub fn compile_entry(input: CompileInput<'_>, earlier: &[Entry]) -> CompileOutput {
    compile_behind(input, Some(earlier))
}

fn compile_behind(input: CompileInput<'_>, earlier: Option<&[Entry]>) -> CompileOutput {
    let mut front = Front {
        system: input.system,
        sources: SourceMap::default(),
        std_files: vec![None; interface::files().len()],
        diagnostics: Vec::new(),
        timings: Timings::default(),
    };
    let mut names = Interner::new();
    let (goal, input_system, evaluator) = (input.goal, input.system, input.evaluator);
    let is_session = earlier.is_some();
    let hir = front.resolved(input, earlier, &mut names);
    let mut out = CompileOutput {
        sources: front.sources,
        names,
        diagnostics: front.diagnostics,
        hir,
        module: None,
        entry: None,
        tests: Vec::new(),
        points: Vec::new(),
        timings: front.timings,
    };
    if goal != Goal::Names {
        check_and_lower(&mut out, goal, input_system, evaluator, is_session);
    }
    if let Some(hir) = out.hir.as_ref().filter(|_| is_session) {
        // What earlier entries were warned of was shown when they were entered.
        let here = hir.modules[hir.root].file;
        let is_new = |d: &Diagnostic| d.is_error() || d.primary.at.file == here;
        out.diagnostics.retain(is_new);
    }
    diag::sort(&mut out.diagnostics);
    out
}

/// Whether a document has fences that run on their own.
fn has_examples(file: &SourceFile) -> bool {
    let document = markdown::extract(&file.text, Form::Markdown, FileId(0), &mut Vec::new());
    document.fences.iter().any(|fence| fence.kind == FenceKind::Run)
}

/// Types, effects, LIR: the passes over names.
fn check_and_lower(
    out: &mut CompileOutput,
    goal: Goal,
    system: &dyn System,
    evaluator: Option<&dyn Evaluator>,
    is_session: bool,
) {
    let Some(hir) = &out.hir else { return };
    // What the parser did not understand would be misunderstood here again.
    let unread = |d: &Diagnostic| d.is_error() && d.code < Code::E0301;
    if out.diagnostics.iter().any(unread) {
        return;
    }
    let start = system.monotonic_nanos();
    let checked = typecheck::check(hir, &out.names);
    let checked_at = system.monotonic_nanos();
    out.timings.add(Phase::Typecheck, checked_at - start);
    let (mut tables, problems) = checked.close_effects();
    out.diagnostics.extend(problems);
    let closed_at = system.monotonic_nanos();
    out.timings.add(Phase::Effects, closed_at - checked_at);
    let root = Span::new(0, 0).in_file(hir.modules[hir.root].file);
    // In `@doc_mode` unresolved names are warnings, but what mentions them cannot be lowered.
    let unsound = |d: &Diagnostic| d.is_error() || d.code.as_str().starts_with('E');
    if out.diagnostics.iter().any(unsound) {
        if goal != Goal::Check {
            let unresolved = out.diagnostics.iter_mut().filter(|d| unsound(d));
            unresolved.for_each(|d| d.severity = Severity::Error);
        }
        return;
    }
    out.diagnostics.extend(snapshots::check(hir, &tables, &out.names));
    out.diagnostics.extend(patterns::check(hir, &tables, &out.names, &out.sources));
    if let Some(evaluator) = evaluator {
        let problems = comptime::run(hir, &mut tables, &out.names, &out.sources, evaluator);
        out.diagnostics.extend(problems);
    }
    if is_session {
        out.entry = Some(entry::facts(hir, &tables, &out.names));
    }
    if matches!(goal, Goal::Run | Goal::Look) && hir.entry.is_none() && !is_session {
        let has_examples = out.sources.file(root.file).is_some_and(has_examples);
        out.diagnostics.push(resolve::nothing_to_run(root, has_examples));
    }
    if goal == Goal::Check || out.has_errors() {
        return;
    }
    if goal == Goal::Coverage
        && let Some(hir) = &mut out.hir
    {
        out.points = cover::instrument(hir, &mut tables, &out.names);
    }
    let Some(hir) = &out.hir else { return };
    let options = lower::Options {
        tests: matches!(goal, Goal::Tests | Goal::Coverage),
        everything: matches!(goal, Goal::Lir | Goal::Coverage)
            || (is_session && hir.entry.is_none()),
        inline: goal != Goal::Look,
        optimise: goal != Goal::Look,
        vars: goal == Goal::Look,
        ..lower::Options::default()
    };
    let lowered = lower::lower(hir, &mut tables, &out.names, &out.sources, options);
    let lowered_at = system.monotonic_nanos();
    out.timings.add(Phase::Lower, lowered_at - closed_at);
    match lowered {
        Err(problems) => out.diagnostics.extend(problems),
        Ok(lowered) => {
            out.tests = lowered.tests.iter().map(|&(_, cell)| cell).collect();
            match lumen_lir::verify(lowered.module) {
                Ok(module) => out.module = Some(module),
                Err(rejected) => out.diagnostics.extend(rejected.to_diagnostics(root)),
            }
        }
    }
    out.timings.add(Phase::Verify, system.monotonic_nanos() - lowered_at);
}

/// The passes over text, which read files.
struct Front<'a> {
    system: &'a dyn System,
    sources: SourceMap,
    /// By std file: its id, once something of it was loaded.
    std_files: Vec<Option<FileId>>,
    diagnostics: Vec<Diagnostic>,
    timings: Timings,
}

impl Front<'_> {
    /// Markdown, syntax, imports, names.
    fn resolved(
        &mut self,
        input: CompileInput<'_>,
        earlier: Option<&[Entry]>,
        names: &mut Interner,
    ) -> Option<Hir> {
        let mut roots = Vec::new();
        let mut keeps_value = Vec::new();
        for entry in earlier.unwrap_or_default() {
            let Entry { name, path, source, form, .. } = entry;
            let mut parsed = self.parse(name, source.clone(), *form, Part::Program, names)?;
            if !entry.has_run {
                parsed.ast.statements.clear();
            }
            parsed.ast.publish();
            roots.push(Root { parsed, path: path.as_deref() });
            keeps_value.push(entry.keeps_value);
        }
        let form = input.form;
        let allowed = input.allowed;
        let mut parsed = self.parse(input.name, input.source, form, input.part, names)?;
        let plan = earlier.map(|_| {
            parsed.ast.publish();
            keeps_value.push(true);
            SessionPlan { keeps_value }
        });
        roots.push(Root { parsed, path: input.path });
        let (units, problems) = resolve::load(roots, names, self);
        self.diagnostics.extend(problems);
        let start = self.system.monotonic_nanos();
        let (sources, std_files) = (&mut self.sources, &mut self.std_files);
        let mut std_problems = Vec::new();
        let plan = plan.as_ref();
        let (hir, problems) =
            resolve::resolve(&units, plan, allowed, names, &mut |names, file, span| {
                parse_std(sources, std_files, file, span, names, &mut std_problems)
            });
        self.diagnostics.extend(std_problems);
        self.diagnostics.extend(problems);
        self.timings.add(Phase::Resolve, self.system.monotonic_nanos() - start);
        Some(hir)
    }

    /// A module of the standard library.
    fn std_module(&mut self, file: u16, names: &mut Interner) -> Option<Parsed> {
        let std = &interface::files()[usize::from(file)];
        let id = FileId(self.sources.iter().count() as u32);
        let document = markdown::extract(std.text, Form::Markdown, id, &mut self.diagnostics);
        let program = document.program(std.text);
        self.sources.add(std.path, std.text);
        let options =
            ParseOptions { is_std: true, docs: &document.docs, ..ParseOptions::default() };
        let ast = parser::parse(&program, id, names, &mut self.diagnostics, options);
        Some(Parsed { ast, is_broken: false })
    }

    /// Text to tree. Nothing when the text is no text.
    fn parse(
        &mut self,
        name: &str,
        bytes: Vec<u8>,
        form: Form,
        part: Part,
        names: &mut Interner,
    ) -> Option<Parsed> {
        let start = self.system.monotonic_nanos();
        let file = FileId(self.sources.iter().count() as u32);
        let text = match markdown::decode(bytes, file) {
            Ok(text) => text,
            Err(unreadable) => {
                self.sources.add(name, unreadable.text);
                self.diagnostics.push(unreadable.problem);
                return None;
            }
        };
        let document = markdown::extract(&text, form, file, &mut self.diagnostics);
        let program = match part {
            Part::Program => document.program(&text),
            Part::Alone(fence) => document.alone(&text, fence),
            Part::With(fence) => document.program_with(&text, fence),
        };
        self.sources.add(name, text);
        let extracted = self.system.monotonic_nanos();
        self.timings.add(Phase::Markdown, extracted - start);
        let options = ParseOptions { docs: &document.docs, ..ParseOptions::default() };
        let before = self.diagnostics.len();
        let program = markdown::without_blanks(&program);
        let mut ast = parser::parse(program, file, names, &mut self.diagnostics, options);
        if let Part::With(fence) = part {
            ast.run_alone(document.fences[fence].span);
        }
        self.timings.add(Phase::Parse, self.system.monotonic_nanos() - extracted);
        let is_broken = diag::has_errors(&self.diagnostics[before..]);
        Some(Parsed { ast, is_broken })
    }
}

impl resolve::Files for Front<'_> {
    fn load(&mut self, names: &mut Interner, wanted: Wanted<'_>) -> Option<Parsed> {
        let path = match wanted {
            Wanted::File(path) => path,
            Wanted::Std(file) => return self.std_module(file, names),
        };
        let file = Path::new(path);
        if !self.system.is_file(file) {
            return None;
        }
        let bytes = self.system.read(file).ok()?;
        self.parse(path, bytes, form_of(path), Part::Program, names)
    }

    fn has_mark(&mut self, path: &str) -> bool {
        let file = Path::new(path);
        // It is read too, since what is only asked for could not be compared by the cache.
        self.system.is_file(file) && self.system.read(file).is_ok()
    }
}

/// One fence of a std file, at the file's own offsets.
fn parse_std(
    sources: &mut SourceMap,
    std_files: &mut [Option<FileId>],
    file: u16,
    span: Span,
    names: &mut Interner,
    problems: &mut Vec<Diagnostic>,
) -> ast::File {
    let std = &interface::files()[usize::from(file)];
    let id = *std_files[usize::from(file)].get_or_insert_with(|| sources.add(std.path, std.text));
    let text = std.text.get(..span.hi as usize).unwrap_or_default();
    let options = ParseOptions { is_std: true, start: span.lo, ..ParseOptions::default() };
    parser::parse(text, id, names, problems, options)
}
