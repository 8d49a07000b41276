//! Mutation run: breaks programs in one place and counts how many of the broken ones the compiler rejects.
//!
//! `cargo run --release -p lumen-mdtest --example mutants -- FILE… [--list]`: each file is a document whose program, and
//! whose `lumen run` fences, are mutated: an argument deleted, two fields of different types swapped, a written type
//! changed, a literal replaced by one of another type, an arm of a match without a catch-all dropped, a name (of a
//! value, field, type or variant) misspelt. A mutant that is accepted and prints what
//! the original prints is equivalent and does not count; `--list` shows the other survivors.

#![expect(clippy::print_stdout, clippy::print_stderr, reason = "a program for the terminal")]

use lumen_base::{FileId, Interner, OsSystem, Span, System};
use lumen_compiler::compilation::{CompileInput, Goal, Part, form_of};
use lumen_compiler::compiler::ast::{ExprKind, File, PatKind, TypeKind};
use lumen_compiler::compiler::parser::{self, ParseOptions};
use lumen_compiler::markdown::{FenceKind, Form, extract};
use lumen_compiler::pipeline::compile;
use lumen_lir::{Module, Verified};
use lumen_runtime::host::MemoryHost;
use lumen_vm::{Engine, Limits, Machine, RunOptions, link};
use std::collections::BTreeMap;
use std::path::Path;

/// One change of a program: what kind it is, and the text in place of a range.
struct Mutation {
    kind: &'static str,
    at: Span,
    text: String,
}

/// How the mutants of a kind fared.
#[derive(Default)]
struct Tally {
    made: usize,
    rejected: usize,
    equivalent: usize,
    survivors: Vec<String>,
}

fn main() {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let list = args.iter().any(|a| a == "--list");
    let mut tallies: BTreeMap<&'static str, Tally> = BTreeMap::new();
    for file in args.iter().filter(|a| !a.starts_with("--")) {
        let Ok(text) =
            OsSystem.read(Path::new(file)).map(|b| String::from_utf8_lossy(&b).into_owned())
        else {
            eprintln!("cannot read {file}");
            continue;
        };
        for program in programs(file, &text) {
            run_program(file, &program, &mut tallies);
        }
    }
    report(&tallies, list);
}

/// The programs of a document: its own, and each `lumen run` fence with its declarations.
fn programs(file: &str, text: &str) -> Vec<String> {
    let document = extract(text, form_of(file), FileId(0), &mut Vec::new());
    let mut out = vec![document.program(text)];
    for (index, fence) in document.fences.iter().enumerate() {
        if matches!(fence.kind, FenceKind::Run) {
            out.push(document.alone(text, index));
        }
    }
    out.retain(|program| !program.trim().is_empty());
    out
}

fn run_program(file: &str, program: &str, tallies: &mut BTreeMap<&'static str, Tally>) {
    let Some(original) = build(program) else { return };
    let expected = output(original);
    for mutation in mutations(program) {
        let mut mutant = program.to_owned();
        mutant.replace_range(mutation.at.range(), &mutation.text);
        if mutant == program {
            continue;
        }
        let tally = tallies.entry(mutation.kind).or_default();
        tally.made += 1;
        let Some(module) = build(&mutant) else {
            tally.rejected += 1;
            continue;
        };
        if output(module) == expected {
            tally.equivalent += 1;
            continue;
        }
        let line = program[..mutation.at.lo as usize].lines().count();
        let before = mutation.at.text(program);
        tally.survivors.push(format!("{file}:{line}: `{before}` -> `{}`", mutation.text));
    }
}

/// The program as verified LIR, if it has no errors.
fn build(program: &str) -> Option<Verified<Module>> {
    let input = CompileInput {
        allowed: &[],
        name: "mutant.lm",
        path: Some("mutant.lm"),
        source: program.as_bytes().to_vec(),
        form: Form::Plain,
        part: Part::Program,
        goal: Goal::Lir,
        system: &OsSystem,
        evaluator: Some(&lumen_mdtest::MachineEvaluator),
    };
    let out = compile(input);
    let bug = out.diagnostics.iter().find(|d| d.code.as_str().starts_with('I'));
    assert!(bug.is_none(), "{bug:?}\n{program}");
    out.module
}

/// What the program prints, and how it ends.
fn output(module: Verified<Module>) -> String {
    let Ok(program) = link(module, Engine::Threaded) else { return "no link".to_owned() };
    let limits = Limits { memory: 256 << 20, instructions: Some(2_000_000), ..Limits::default() };
    let host = MemoryHost::default();
    let shown = (host.out.clone(), host.emitted.clone());
    let options = RunOptions { limits, ..RunOptions::default() };
    let Ok(machine) = Machine::new(program, &options, Box::new(host)) else {
        return "no machine".to_owned();
    };
    let outcome = machine.run();
    assert!(outcome.failure.is_some() || outcome.leaked == 0, "a leak");
    format!("{:?} {:?}", shown, outcome.failure.map(|f| f.error.code))
}

/// Every change of the program that is tried.
fn mutations(program: &str) -> Vec<Mutation> {
    let mut names = Interner::new();
    let file =
        parser::parse(program, FileId(0), &mut names, &mut Vec::new(), ParseOptions::default());
    let mut out = Vec::new();
    for (_, expr) in file.exprs.iter() {
        match expr.kind {
            // `print` takes any number of arguments.
            ExprKind::Call { callee, .. } if file[callee].span.text(program) == "print" => {}
            ExprKind::Call { args, .. } => delete_arguments(program, &file, args, &mut out),
            ExprKind::Match { arms, .. } => drop_arms(&file, arms, &mut out),
            ExprKind::Name(_) => rename(program, expr.span, &mut out),
            ExprKind::Field { name_lo, .. } => {
                rename(program, Span::new(name_lo, expr.span.hi), &mut out);
            }
            ExprKind::Int(_) | ExprKind::Float(_) | ExprKind::Bool(_) | ExprKind::Str(_) => {
                change_literal(program, expr.kind, expr.span, &mut out);
            }
            _ => {}
        }
    }
    for (_, ty) in file.types.iter() {
        if let TypeKind::Named { name, .. } = ty.kind {
            change_type(program, ty.span, &mut out);
            rename(program, name.span, &mut out);
        }
    }
    for (_, pat) in file.pats.iter() {
        if let PatKind::Constructor { path, .. } = pat.kind
            && let Some(name) = file[path].last()
        {
            rename(program, name.span, &mut out);
        }
    }
    for (_, record) in file.records.iter() {
        for pair in file[record.fields].windows(2) {
            let [a, b] = [file[pair[0].ty].span, file[pair[1].ty].span];
            if a.text(program) != b.text(program) {
                let between = &program[a.hi as usize..b.lo as usize];
                let text = format!("{}{between}{}", b.text(program), a.text(program));
                out.push(Mutation { kind: "swap two fields", at: a.to(b), text });
            }
        }
    }
    out
}

/// Misspells a name.
fn rename(program: &str, at: Span, out: &mut Vec<Mutation>) {
    let name = at.text(program);
    let is_plain = name.chars().all(|c| c.is_alphanumeric() || c == '_');
    if is_plain && !name.is_empty() {
        out.push(Mutation { kind: "rename a name", at, text: format!("{name}q") });
    }
}

/// Replaces a literal by one of another type.
fn change_literal(program: &str, kind: ExprKind, at: Span, out: &mut Vec<Mutation>) {
    // The text of a string with holes has no quotes of its own.
    if matches!(kind, ExprKind::Str(_)) && !at.text(program).starts_with('"') {
        return;
    }
    let text = if matches!(kind, ExprKind::Str(_)) { "7" } else { "\"q\"" };
    out.push(Mutation { kind: "change a literal", at, text: text.to_owned() });
}

fn delete_arguments(
    program: &str,
    file: &File,
    args: lumen_base::Slice<lumen_compiler::compiler::ast::Arg>,
    out: &mut Vec<Mutation>,
) {
    let args = &file[args];
    let start = |i: usize| args[i].name.map_or(file[args[i].value].span, |n| n.span).lo;
    for i in 0..args.len() {
        let end = file[args[i].value].span.hi;
        let at = match i + 1 < args.len() {
            true => Span::new(start(i), start(i + 1)),
            false if i > 0 => Span::new(file[args[i - 1].value].span.hi, end),
            false => Span::new(start(i), end),
        };
        if at.hi as usize <= program.len() && at.lo < at.hi {
            out.push(Mutation { kind: "delete an argument", at, text: String::new() });
        }
    }
}

fn drop_arms(
    file: &File,
    arms: lumen_base::Slice<lumen_compiler::compiler::ast::MatchArm>,
    out: &mut Vec<Mutation>,
) {
    let arms = &file[arms];
    let catches_all = arms.iter().any(|arm| {
        arm.guard.is_none() && matches!(file[arm.pat].kind, PatKind::Wildcard | PatKind::Bind(_))
    });
    if catches_all || arms.len() < 2 {
        return;
    }
    for arm in arms.iter().filter(|arm| arm.guard.is_none()) {
        out.push(Mutation { kind: "drop an arm", at: arm.span, text: String::new() });
    }
}

fn change_type(program: &str, at: Span, out: &mut Vec<Mutation>) {
    let others: &[&str] = match at.text(program) {
        "Int" => &["String", "Float", "Bool"],
        "Float" => &["Int", "String"],
        "String" => &["Int", "Bool"],
        "Bool" => &["Int", "String"],
        "Null" => &["Int"],
        _ => &["Int", "String"],
    };
    for other in others {
        out.push(Mutation { kind: "change a type", at, text: (*other).to_owned() });
    }
    out.push(Mutation { kind: "change a type", at, text: format!("list[{}]", at.text(program)) });
}

fn report(tallies: &BTreeMap<&'static str, Tally>, list: bool) {
    let mut all = Tally::default();
    println!(
        "{:<20} {:>7} {:>9} {:>11} {:>9} {:>7}",
        "mutation", "made", "rejected", "equivalent", "accepted", "rate"
    );
    for (kind, tally) in tallies {
        print_row(kind, tally);
        all.made += tally.made;
        all.rejected += tally.rejected;
        all.equivalent += tally.equivalent;
        all.survivors.extend(tally.survivors.iter().map(|s| format!("{kind}: {s}")));
    }
    print_row("all", &all);
    if list {
        all.survivors.iter().for_each(|s| println!("{s}"));
    }
}

fn print_row(kind: &str, tally: &Tally) {
    let counted = (tally.made - tally.equivalent).max(1);
    let rate = 100.0 * tally.rejected as f64 / counted as f64;
    println!(
        "{kind:<20} {:>7} {:>9} {:>11} {:>9} {rate:>6.1}%",
        tally.made,
        tally.rejected,
        tally.equivalent,
        tally.survivors.len()
    );
}
