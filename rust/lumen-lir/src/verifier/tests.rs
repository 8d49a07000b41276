//! The modules of `tests/lir`: accepted, or rejected at the marked place by the marked rule.

use super::*;
use crate::text;
use std::collections::BTreeSet;

/// Every module of `tests/lir`: file, text.
#[expect(clippy::disallowed_methods, reason = "a test reads files of the repository")]
pub(crate) fn modules() -> Vec<(String, String)> {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/lir");
    let mut files: Vec<_> = std::fs::read_dir(folder)
        .expect("tests/lir exists")
        .map(|entry| entry.expect("readable").path())
        .filter(|path| path.extension().is_some_and(|e| e == "lir"))
        .collect();
    files.sort();
    let mut modules = Vec::new();
    for path in files {
        let whole = std::fs::read_to_string(&path).expect("readable");
        let name = path.file_name().expect("a file").to_string_lossy().into_owned();
        for part in whole.split("\nmodule ") {
            let part = part.strip_prefix("module ").unwrap_or(part);
            modules.push((name.clone(), format!("module {part}\n")));
        }
    }
    modules
}

/// `(line, code, rule)` of the marked error.
fn expected(text: &str) -> Option<(usize, String, String)> {
    text.lines().enumerate().find_map(|(i, line)| {
        let mark = line.split("; error: [").nth(1)?;
        let (code, rule) = mark.split_once(']')?.0.split_once(' ')?;
        Some((i + 1, code.to_owned(), rule.to_owned()))
    })
}

#[test]
fn modules_are_judged_as_marked() {
    let mut seen = BTreeSet::new();
    let mut wrong = Vec::new();
    for (file, source) in modules() {
        let title = source.lines().next().unwrap_or_default();
        let (module, lines) =
            text::parse_with_lines(&source).unwrap_or_else(|e| panic!("{file}: {title}: {e}"));
        let found = check(&module);
        match expected(&source) {
            None if found.is_empty() => {}
            None => wrong.push(format!("{file}: {title}: {found:?}")),
            Some((line, code, rule)) => {
                let Some(violation) = found.first() else {
                    wrong.push(format!("{file}: {title}: accepted"));
                    continue;
                };
                let place = match violation.cell {
                    Some(cell) => lines.of(cell.index(), violation.pc),
                    None => Some(1),
                };
                let judged =
                    (place, violation.rule.code().to_string(), violation.rule.name().to_owned());
                if judged != (Some(line), code, rule) {
                    wrong.push(format!("{file}: {title}: line {place:?}: {violation}"));
                }
                seen.insert(violation.rule);
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    let missing: Vec<_> = Rule::ALL.iter().filter(|r| !seen.contains(r)).collect();
    assert!(
        missing.iter().all(|r| **r == Rule::C5),
        "rules without a rejecting module: {missing:?}"
    );
}

#[test]
fn size_is_bounded() {
    use crate::builder::CellBuilder;
    use crate::opcode::Op;
    let mut b = CellBuilder::new("big");
    let n = 60_000;
    for _ in 0..n {
        b.new_reg(crate::Repr::I64);
    }
    b.emit(Op::Enter, n, 0, 0);
    b.emit_imm(Op::LdI, 0, 0);
    for _ in 0..1000 {
        let next = b.new_label();
        b.branch(Op::JEqI, 0, 0, next);
        b.bind(next);
    }
    b.emit(Op::Ret0, 0, 0, 0);
    let mut module = crate::ModuleBuilder::new("m").finish();
    module.cells.push(b.finish().expect("labels are bound"));
    assert_eq!(check(&module).first().map(|v| v.rule), Some(Rule::C5));
}

#[test]
fn ownership_is_known_at_every_instruction() {
    let (_, source) =
        modules().into_iter().find(|(_, t)| t.contains("\"closures, defer")).expect("the module");
    let verified = verify(text::parse(&source).expect("it parses")).expect("it is sound");
    let cell = CellId(2);
    assert_eq!(ownership_at(&verified, cell, 1), Vec::<Reg>::new());
    assert_eq!(ownership_at(&verified, cell, 4), [1, 3]);
    assert_eq!(owned_during_call(&verified, cell, 4), [1, 3]);
    assert_eq!(ownership_at(&verified, cell, 7), [1]);
    let mirror = modules().into_iter().find(|(_, t)| t.contains("\"tree:")).expect("the module").1;
    let verified = verify(text::parse(&mirror).expect("it parses")).expect("it is sound");
    let pc = verified.cells[2]
        .code
        .iter()
        .position(|w| crate::op(*w) == Some(crate::Op::Call))
        .expect("a call");
    assert_eq!(ownership_at(&verified, CellId(2), pc as u32), [2, 6]);
    assert_eq!(owned_during_call(&verified, CellId(2), pc as u32), [2]);
}

#[test]
fn a_missing_extension_word_is_found() {
    let mut module = crate::ModuleBuilder::new("m").finish();
    let code =
        vec![crate::word(crate::Op::Enter, 0, 0, 0), crate::word(crate::Op::ListCap, 0, 0, 0)];
    module.cells.push(crate::Cell { code, ..crate::Cell::default() });
    assert_eq!(check(&module).first().map(|v| (v.rule, v.pc)), Some((Rule::P1, Some(1))));
}
