//! Markdown: programs have the document's length and lines, fences are in range, and formatting a document keeps its
//! fences and all text beside them.

use super::places;
use lumen_base::{FileId, SourceMap};
use lumen_compiler::format::{Problem, document};
use lumen_compiler::markdown::{Document, Form, decode, extract};

pub(crate) fn markdown(input: &[u8]) {
    let Ok(text) = decode(input.to_vec(), FileId(0)) else {
        assert!(std::str::from_utf8(input).is_err(), "only what is no text cannot be read");
        return;
    };
    for form in [Form::Markdown, Form::Plain] {
        let mut sources = SourceMap::default();
        let file = sources.add("fuzz.lm.md", text.as_str());
        let mut problems = Vec::new();
        let taken = extract(&text, form, file, &mut problems);
        places::shown(&problems, &sources);
        apart(&text, &taken);
        laid_out(&text, form, &taken);
    }
}

/// Every program text has the places of the document.
fn apart(text: &str, document: &Document) {
    same_places(text, &document.program(text));
    for (at, fence) in document.fences.iter().enumerate() {
        places::inside(text, fence.span, "a fence");
        fence.prose.iter().for_each(|prose| places::inside(text, *prose, "prose"));
        for range in &fence.body {
            assert!(text.get(range.clone()).is_some(), "the body {range:?} of a fence");
            let span = fence.span.range();
            assert!(span.start <= range.start && range.end <= span.end, "{range:?} in {span:?}");
        }
        same_places(text, &document.alone(text, at));
        same_places(text, &document.program_with(text, at));
        assert!(!document.content(text, at).contains('\r'));
    }
    let in_order = document.fences.windows(2).all(|pair| pair[0].span.hi <= pair[1].span.lo);
    assert!(in_order, "fences overlap");
    for (at, prose) in &document.docs {
        assert!(text.is_char_boundary(*at as usize), "documentation of {at}");
        places::inside(text, *prose, "documentation");
    }
}

fn same_places(text: &str, program: &str) {
    assert_eq!(text.len(), program.len(), "another length");
    let ends = |text: &str| text.bytes().map(|b| b == b'\n').collect::<Vec<_>>();
    assert_eq!(ends(text), ends(program), "other lines");
    let kept = text.bytes().zip(program.bytes()).all(|(a, b)| a == b || b == b' ');
    assert!(kept, "a program has text of its own");
}

/// Formatting gives a document that formatting leaves alone, with the same fences.
fn laid_out(text: &str, form: Form, taken: &Document) {
    match document(text, form) {
        Ok(formatted) => {
            assert_eq!(document(&formatted, form).as_ref(), Ok(&formatted), "it changes again");
            let again = extract(&formatted, form, FileId(0), &mut Vec::new());
            let kinds = |d: &Document| d.fences.iter().map(|f| f.kind.clone()).collect::<Vec<_>>();
            assert_eq!(kinds(taken), kinds(&again), "other fences:\n{formatted}");
        }
        Err(Problem::Syntax(problems)) => assert!(!problems.is_empty()),
        Err(Problem::Bug(at)) => panic!("formatting would change the fence at {at}"),
    }
}
