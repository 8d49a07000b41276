//! Every Lumen file and fence of the repository, as it is and with its layout spoilt: formatting keeps the tree, the
//! comments and the LIR, and formatting twice changes nothing.

use super::super::{Failure, Program, code};
use crate::compilation::{CompileInput, Goal, Part};
use crate::compiler::tokens::{Token, TokenKind};
use crate::markdown::{FenceKind, Form, extract};
use crate::pipeline::compile;
use lumen_base::{FileId, MemorySystem, OsSystem, System};
use std::path::Path;

/// A program of the repository.
struct Sample {
    name: String,
    text: String,
}

/// All fences that can be read, each as a program of its own.
fn samples() -> Vec<Sample> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let mut folders = vec![root.clone()];
    let mut out = Vec::new();
    while let Some(folder) = folders.pop() {
        for path in OsSystem.list_dir(&folder).expect("the repository is there") {
            let name = path.strip_prefix(&root).expect("it is inside").display().to_string();
            if name.starts_with('.') || name.starts_with("target") {
                continue;
            }
            if !OsSystem.is_file(&path) {
                folders.push(path);
            } else if name.ends_with(".md") || name.ends_with(".lm") {
                let bytes = OsSystem.read(&path).expect("it is readable");
                let text = String::from_utf8(bytes).expect("it is text");
                let form = if name.ends_with(".md") { Form::Markdown } else { Form::Plain };
                fences(&name, &text, form, &mut out);
            }
        }
    }
    out
}

fn fences(name: &str, text: &str, form: Form, out: &mut Vec<Sample>) {
    if form == Form::Plain {
        return out.push(Sample { name: name.to_owned(), text: text.to_owned() });
    }
    let document = extract(text, form, FileId(0), &mut Vec::new());
    for (at, fence) in document.fences.iter().enumerate() {
        if !matches!(fence.kind, FenceKind::Other | FenceKind::Output) {
            let line = text[..fence.span.lo as usize].matches('\n').count() + 1;
            let text = document.content(text, at);
            out.push(Sample { name: format!("{name}:{line}"), text });
        }
    }
}

/// Chance that is the same each time.
struct Chance(u64);

impl Chance {
    fn below(&mut self, n: u64) -> u64 {
        self.0 =
            self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % n
    }
}

/// The program with its spaces, line ends and comments changed where that means nothing.
fn spoil(text: &str, tokens: &[Token], chance: &mut Chance) -> String {
    let mut out = String::new();
    let scale = 1 + chance.below(3) as usize;
    let mut hi = 0;
    let mut strings = 0_u32;
    for (at, token) in tokens.iter().enumerate() {
        let gap = &text[hi..token.lo as usize];
        let last = at.checked_sub(1).map(|at| tokens[at].kind);
        if strings > 0 {
            out.push_str(gap);
        } else if gap.contains('\n') || at == 0 {
            line_end(&mut out, gap, scale, chance);
        } else if matches!(last, Some(TokenKind::LParen | TokenKind::LBracket | TokenKind::Comma))
            && chance.below(4) == 0
        {
            let comment = if chance.below(3) == 0 { " # c" } else { "" };
            out.push_str(comment);
            out.push('\n');
            out.push_str(&" ".repeat(60 + chance.below(5) as usize));
        } else if !gap.is_empty() {
            out.push_str(&" ".repeat(1 + chance.below(3) as usize));
        }
        match token.kind {
            TokenKind::StrOpen => strings += 1,
            TokenKind::StrClose => strings -= 1,
            _ => {}
        }
        out.push_str(&text[token.lo as usize..token.hi as usize]);
        hi = token.hi as usize;
    }
    out
}

/// A gap with line ends: the same lines, more or less indented, with more blank lines and comments.
fn line_end(out: &mut String, gap: &str, scale: usize, chance: &mut Chance) {
    for (at, line) in gap.split('\n').enumerate() {
        if at > 0 {
            if chance.below(12) == 0 {
                out.push_str("  # more");
            }
            out.push_str(&"\n".repeat(1 + chance.below(5) as usize / 4));
        }
        let code = line.trim_start();
        out.push_str(&" ".repeat((line.len() - code.len()) * scale));
        out.push_str(code);
    }
}

/// The LIR without places and the source that failures show; nothing when the program does not compile.
fn lir(text: &str) -> Option<String> {
    let out = compile(CompileInput {
        allowed: &[],
        name: "x.lm",
        path: None,
        source: text.as_bytes().to_vec(),
        form: Form::Plain,
        part: Part::Program,
        goal: Goal::Lir,
        system: &MemorySystem::default(),
        evaluator: None,
    });
    let text = lumen_lir::text::print(out.module?.get());
    let is_place =
        |line: &str| ["file ", "  pos ", "  inline "].iter().any(|start| line.starts_with(start));
    let lines = text.lines().filter(|line| !is_place(line));
    Some(lines.map(without_source).collect::<Vec<_>>().join("\n"))
}

/// A line without the text of an expression that a failure shows, which is as its author wrote it.
fn without_source(line: &str) -> &str {
    let shows_source = ["` does not hold", "` is false"].iter().any(|text| line.contains(text));
    if line.starts_with("string ") && shows_source {
        return "string";
    }
    if line.starts_with("grant ") {
        return line.rfind(" at ").map_or(line, |at| &line[..at]);
    }
    // Strings are shown, shortened, beside the instructions that load them.
    line.find(" ; \"").map_or(line, |at| &line[..at])
}

/// Formats a program and checks everything that must hold; `code` itself compares tree and comments.
fn check(name: &str, text: &str, wrong: &mut Vec<String>) -> String {
    match code(text) {
        Ok(formatted) => {
            if code(&formatted).as_ref() != Ok(&formatted) {
                wrong.push(format!("{name}: formatting again changes\n{formatted}"));
            }
            formatted
        }
        Err(failure) => {
            let once = Program::read(text).expect("it was read before").formatted(text);
            wrong.push(format!("{name}: {failure:?}\n{text}\n=>\n{once}"));
            once
        }
    }
}

fn check_lir(name: &str, before: Option<String>, formatted: &str, wrong: &mut Vec<String>) {
    let after = lir(formatted);
    if before != after {
        wrong.push(format!("{name}: other LIR\n{formatted}\n{before:?}\n{after:?}"));
    }
}

#[track_caller]
fn report(wrong: &[String]) {
    let shown: Vec<&str> = wrong.iter().take(6).map(String::as_str).collect();
    assert!(wrong.is_empty(), "{} wrong:\n{}", wrong.len(), shown.join("\n------\n"));
}

#[test]
fn all_code_of_the_repository() {
    let (mut n_read, mut wrong) = (0, Vec::new());
    for Sample { name, text } in samples() {
        if let Err(Failure::Syntax(_)) = code(&text) {
            continue;
        }
        n_read += 1;
        let formatted = check(&name, &text, &mut wrong);
        if formatted != text
            && let Some(before) = lir(&text)
        {
            check_lir(&name, Some(before), &formatted, &mut wrong);
        }
    }
    report(&wrong);
    assert!(n_read > 500, "only {n_read} programs were found");
}

#[test]
fn all_code_of_the_repository_with_spoilt_layout() {
    let (mut chance, mut wrong) = (Chance(7), Vec::new());
    let (mut n_spoilt, mut n_unread, mut n_compiled) = (0, 0, 0);
    for Sample { name, text } in samples() {
        let Ok(program) = Program::read(&text) else { continue };
        for round in 0..3 {
            let spoilt = spoil(&text, &program.tokens.list, &mut chance);
            let same_tree = Program::read(&spoilt)
                .is_ok_and(|other| other.meaning(&spoilt).0 == program.meaning(&text).0);
            if !same_tree {
                n_unread += 1;
                continue;
            }
            n_spoilt += 1;
            let formatted = check(&name, &spoilt, &mut wrong);
            if round == 0
                && let Some(before) = lir(&text)
            {
                n_compiled += 1;
                check_lir(&name, Some(before), &formatted, &mut wrong);
            }
        }
    }
    report(&wrong);
    assert!(n_unread * 20 < n_spoilt, "{n_unread} of {n_spoilt} were spoilt too much");
    assert!(n_compiled > 300, "only {n_compiled} programs compiled");
}
