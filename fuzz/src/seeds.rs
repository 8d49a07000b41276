//! What the repository has for each target to begin with: its documents, programs, and LIR.

use crate::oracles::sections;
use crate::target::Target;
use lumen_base::{FileId, MemorySystem, OsSystem, System};
use lumen_compiler::compilation::{CompileInput, Goal, Part};
use lumen_compiler::markdown::{FenceKind, Form, extract};
use lumen_compiler::pipeline::compile;
use lumen_lir::binary::{Packing, encode};
use lumen_lir::{Cell, Module, json, text};
use std::path::{Path, PathBuf};

/// An input to begin with.
pub struct Seed {
    pub target: Target,
    pub bytes: Vec<u8>,
}

/// All seeds of a repository that are small enough.
pub fn seeds(root: &Path) -> Vec<Seed> {
    let mut out = Vec::new();
    for path in files(root) {
        let Some(text) = OsSystem.read(&path).ok().and_then(|b| String::from_utf8(b).ok()) else {
            continue;
        };
        match path.extension().and_then(|e| e.to_str()) {
            Some("lir") => modules(&text, &mut out),
            Some("md") => of_document(&text, &mut out),
            _ => programs(&text, &mut out),
        }
    }
    out.retain(|seed| !seed.bytes.is_empty() && seed.bytes.len() <= seed.target.room());
    out
}

/// The files of a folder and what is below it, in a fixed order.
fn files(root: &Path) -> Vec<PathBuf> {
    let mut folders: Vec<PathBuf> =
        ["docs", "std", "examples", "tests", "bench"].map(|name| root.join(name)).into();
    let mut out = vec![root.join("SPEC.md"), root.join("README.md")];
    while let Some(folder) = folders.pop() {
        for path in OsSystem.list_dir(&folder).unwrap_or_default() {
            let extension = path.extension().and_then(|e| e.to_str());
            if !OsSystem.is_file(&path) {
                folders.push(path);
            } else if matches!(extension, Some("md" | "lm" | "lir")) {
                out.push(path);
            }
        }
    }
    out.sort();
    out
}

fn of_document(source: &str, out: &mut Vec<Seed>) {
    let document = extract(source, Form::Markdown, FileId(0), &mut Vec::new());
    programs(&squeezed(&document.program(source)), out);
    let mut prose = 0;
    for (at, fence) in document.fences.iter().enumerate() {
        match fence.kind {
            FenceKind::Run => programs(&squeezed(&document.program_with(source, at)), out),
            FenceKind::Other | FenceKind::Output | FenceKind::Program => {}
            _ => programs(&document.content(source, at), out),
        }
        // A document with a few fences and the text around them.
        if at % 3 == 2 {
            let part = &source[prose..fence.span.hi as usize];
            out.push(Seed { target: Target::Markdown, bytes: part.as_bytes().to_vec() });
            prose = fence.span.hi as usize;
        }
    }
    out.push(Seed { target: Target::Markdown, bytes: source.as_bytes()[prose..].to_vec() });
}

/// A program without the blanks in place of prose.
fn squeezed(program: &str) -> String {
    let mut out = String::new();
    for line in program.lines() {
        if !line.trim().is_empty() {
            out.push_str(line);
            out.push('\n');
        }
    }
    out
}

fn programs(source: &str, out: &mut Vec<Seed>) {
    for target in [Target::Syntax, Target::Checker, Target::Formatter] {
        out.push(Seed { target, bytes: source.as_bytes().to_vec() });
    }
    let compiled = compile(CompileInput {
        allowed: &[],
        name: "seed.lm",
        path: None,
        source: source.as_bytes().to_vec(),
        form: Form::Plain,
        part: Part::Program,
        goal: Goal::Lir,
        system: &MemorySystem::default(),
        evaluator: None,
    });
    if let Some(module) = compiled.module {
        module_seeds(without_places(module.into_inner()), out);
    }
}

/// A module whose text is its code.
fn without_places(module: Module) -> Module {
    let bare = |cell| Cell { lines: Vec::new(), inlined: Vec::new(), ..cell };
    let cells = module.cells.into_iter().map(bare).collect();
    Module { cells, files: Vec::new(), ..module }
}

fn modules(source: &str, out: &mut Vec<Seed>) {
    for part in source.split("\nmodule ") {
        let part = part.strip_prefix("module ").unwrap_or(part);
        if let Ok(module) = text::parse(&format!("module {part}\n")) {
            module_seeds(module, out);
        }
    }
}

fn module_seeds(module: Module, out: &mut Vec<Seed>) {
    let shown = text::print(&module);
    let decoder = Target::Decoder;
    out.push(Seed { target: Target::Machine, bytes: shown.clone().into_bytes() });
    out.push(Seed { target: decoder, bytes: format!("t{shown}").into_bytes() });
    out.push(Seed { target: decoder, bytes: format!("j{}", json::to_json(&module)).into_bytes() });
    out.push(Seed { target: decoder, bytes: sections(&module) });
    if let Ok(bytes) = encode(&module, Packing::Packed) {
        out.push(Seed { target: decoder, bytes: [&b"b"[..], &bytes].concat() });
    }
}
