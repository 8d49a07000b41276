//! Fixes: each that a page of `docs/errors` shows removes its diagnostic; none makes a text worse.

use super::*;
use lumen_base::{MemorySystem, OsSystem};
use std::collections::BTreeMap;
use std::path::Path;

fn fixed(text: &str, form: Form) -> Fixed {
    let system = MemorySystem::default();
    fix(FixInput { name: "x", path: None, text, form, system: &system })
}

fn diagnostics(text: &str) -> Vec<Diagnostic> {
    compile(CompileInput {
        allowed: &[],
        name: "x.lm",
        path: None,
        source: text.as_bytes().to_vec(),
        form: Form::Plain,
        part: Part::Program,
        goal: Goal::Check,
        system: &MemorySystem::default(),
        evaluator: None,
    })
    .diagnostics
}

#[test]
fn every_fix_of_the_error_pages_removes_its_diagnostic() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/errors");
    let mut fixed_codes: BTreeMap<Code, usize> = BTreeMap::new();
    for path in OsSystem.list_dir(&folder).expect("the pages are there") {
        let bytes = OsSystem.read(&path).expect("a page");
        let page = String::from_utf8(bytes).expect("it is text");
        let document = extract(&page, Form::Markdown, FileId(0), &mut Vec::new());
        for at in 0..document.fences.len() {
            if matches!(document.fences[at].kind, FenceKind::Other | FenceKind::Output) {
                continue;
            }
            let text = document.content(&page, at);
            let before = diagnostics(&text);
            let fixable: Vec<Code> =
                before.iter().filter(|d| mend_of(d).is_some()).map(|d| d.code).collect();
            if fixable.is_empty() {
                continue;
            }
            let fixed = fixed(&text, Form::Plain);
            let after = diagnostics(&fixed.text);
            for code in fixable {
                let name = path.display();
                assert!(
                    after.iter().all(|d| d.code != code),
                    "{name}: {code} stays\n{}",
                    fixed.text
                );
                *fixed_codes.entry(code).or_default() += 1;
            }
            let n_syntax = |list: &[Diagnostic]| {
                list.iter().filter(|d| d.is_error() && d.code < Code::E0301).count()
            };
            assert!(n_syntax(&after) <= n_syntax(&before), "{}\n{}", path.display(), fixed.text);
        }
    }
    let found: Vec<&str> = fixed_codes.keys().map(|code| code.as_str()).collect();
    for code in ["E0222", "E0218", "E0219", "E0330", "E0331", "W0301"] {
        assert!(found.contains(&code), "the page of {code} shows no fix: {found:?}");
    }
}

#[test]
fn all_fences_that_must_compile_are_mended() {
    let before = "```lumen\nlet x = 1\nx = 2\n```\n\n```lumen run\nlet y = 2\ny = 3\nprint(y)\n```\n\n```lumen example\nlet z = 1\nz = 2\n```\n\n```lumen fails E0218\nif 1 && 2\nend\n```\n";
    let after = before
        .replace("let x", "let mut x")
        .replace("let y", "let mut y")
        .replace("let z", "let mut z");
    let fixed = fixed(before, Form::Markdown);
    assert_eq!(fixed.text, after);
    assert_eq!((fixed.applied.len(), fixed.n_errors), (3, 0), "{:?}", fixed.applied);
}

#[test]
fn fixes_follow_from_fixes() {
    let fixed =
        fixed("let x = 1\nif x == 1 && x < 2 || x > 3\n  x = 2\nend\nprint(x)\n", Form::Plain);
    assert_eq!(fixed.text, "let mut x = 1\nif x == 1 and x < 2 or x > 3\n  x = 2\nend\nprint(x)\n");
    assert_eq!(fixed.applied.len(), 3);
}

#[test]
fn overlapping_edits_are_not_applied_together() {
    let mend = |lo: u32, hi: u32, text: &str| Mend {
        edits: vec![(Span::new(lo, hi), text.to_owned())],
        message: String::new(),
    };
    let taken = disjoint(vec![mend(0, 2, "x"), mend(1, 3, "y"), mend(2, 2, "z"), mend(2, 3, "w")]);
    assert_eq!(apply("abcd", &taken), "xzcd");
    assert_eq!(apply("ä", &[mend(1, 2, "no")]), "ä", "inside a character");
    assert_eq!(apply("a", &[mend(7, 9, "no")]), "a", "behind the end");
}

#[test]
fn what_makes_it_worse_is_not_done() {
    let system = MemorySystem::default();
    let input =
        FixInput { name: "x", path: None, text: "let x = 1\n", form: Form::Plain, system: &system };
    let state = State::of(input, input.text.to_owned());
    let mend = |lo: u32, hi: u32, text: &str| Mend {
        edits: vec![(Span::new(lo, hi), text.to_owned())],
        message: text.to_owned(),
    };
    assert!(improved(input, &state, &[mend(0, 3, "(")]).is_none());
    let (next, done) =
        improved(input, &state, &[mend(0, 3, "("), mend(4, 5, "y")]).expect("one is good");
    assert_eq!((next.text.as_str(), done.as_slice()), ("let y = 1\n", ["y".to_owned()].as_slice()));
}
