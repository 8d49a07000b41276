//! Regular expressions that stand in the program as they are: E0495, when one cannot be read.
//!
//! Input: checked bodies and the texts of files. Output: a diagnostic for each literal pattern of a builtin `regex_…` that
//! the engine would refuse, at the part of the literal that is wrong. Patterns that are computed are left to the run, and
//! so is the size of what a pattern compiles to.

use super::hir::{CellBody, CellId, ExprId, ExprKind, Hir, Lit};
use super::typecheck::tables::{ArgSource, Target, TypeTables};
use lumen_base::{Code, Diagnostic, FileSpan, Interner, SourceMap, Span};
use regex_syntax::Parser;

/// The literal patterns that cannot be read.
pub(crate) fn check(
    hir: &Hir,
    tables: &TypeTables,
    names: &Interner,
    sources: &SourceMap,
) -> Vec<Diagnostic> {
    let builtins = hir.builtins.values().flatten().map(|(_, cell)| *cell);
    let taking: Vec<(CellId, usize)> =
        builtins.filter_map(|cell| Some((cell, pattern_of(hir, names, cell)?))).collect();
    if taking.is_empty() {
        return Vec::new();
    }
    let mut found = Vec::new();
    for (id, cell) in hir.cells.iter() {
        let (CellBody::Lumen(body), Some(typed)) = (&cell.body, tables.bodies.get(id)) else {
            continue;
        };
        let file = hir.modules[cell.module].file;
        let pattern = |target: Target| {
            let (_, at) = *taking.iter().find(|(cell, _)| target == Target::Cell(*cell))?;
            Some(at)
        };
        let mut literals: Vec<ExprId> = typed
            .calls
            .values()
            .filter_map(|call| match call.args.get(pattern(call.target)?)? {
                ArgSource::Expr(expr) => Some(*expr),
                _ => None,
            })
            .collect();
        literals.sort_unstable();
        for expr in literals {
            let ExprKind::Lit(Lit::Str(text)) = &body.exprs[expr].kind else { continue };
            let at = body.exprs[expr].span.in_file(file);
            found.extend(problem(text, at, sources));
        }
    }
    found
}

/// Which parameter of a builtin is a pattern.
fn pattern_of(hir: &Hir, names: &Interner, cell: CellId) -> Option<usize> {
    let cell = &hir.cells[cell];
    if !names.resolve(cell.name).starts_with("regex_") {
        return None;
    }
    cell.params.iter().position(|param| names.resolve(param.name) == "pattern")
}

/// What is wrong with a pattern, at its place in the literal.
fn problem(pattern: &str, at: FileSpan, sources: &SourceMap) -> Option<Diagnostic> {
    let (reason, span) = match Parser::new().parse(pattern).err()? {
        regex_syntax::Error::Parse(error) => (error.kind().to_string(), *error.span()),
        regex_syntax::Error::Translate(error) => (error.kind().to_string(), *error.span()),
        error => return Some(invalid(at, &error.to_string())),
    };
    let source = sources.file(at.file).map_or("", |file| at.span.text(&file.text));
    let place = part(source, pattern, span.start.offset, span.end.offset);
    let place = place.map_or(at, |(lo, hi)| {
        Span::new(at.span.lo + lo as u32, at.span.lo + hi as u32).in_file(at.file)
    });
    Some(invalid(place, &reason))
}

/// The bytes of a literal that stand for a part of its text; nothing when its layout was changed.
fn part(source: &str, text: &str, lo: usize, hi: usize) -> Option<(usize, usize)> {
    let is_raw = source.starts_with('r');
    let open = usize::from(is_raw) + 1;
    let body = source.get(open..source.len().checked_sub(1)?)?;
    if body.starts_with('"') && body.len() > 1 {
        return None;
    }
    if is_raw {
        return (body == text).then_some((open + lo, open + hi));
    }
    // By character of the text: where it is written.
    let mut places = Vec::with_capacity(text.len() + 1);
    let mut at = 0;
    for c in text.chars() {
        places.extend(std::iter::repeat_n(open + at, c.len_utf8()));
        at += written(body.get(at..)?);
    }
    places.push(open + at);
    (at == body.len()).then_some((*places.get(lo)?, *places.get(hi)?))
}

/// How many bytes the first character of a literal's text takes in the source.
fn written(rest: &str) -> usize {
    let mut chars = rest.chars();
    match (chars.next(), chars.next()) {
        (Some('\\'), Some('x')) => 4,
        (Some('\\'), Some('u')) => rest.find('}').map_or(2, |at| at + 1),
        (Some('\\'), Some(c)) => 1 + c.len_utf8(),
        (Some(c), _) => c.len_utf8(),
        (None, _) => 0,
    }
}

fn invalid(at: FileSpan, reason: &str) -> Diagnostic {
    Diagnostic::new(Code::E0495, at, format!("a regular expression that cannot be read: {reason}"))
        .with_primary("here in the pattern")
        .with_help("a sign that stands for itself has a `\\` before it, in a raw text: `r\"\\(\"`; `escape_regex` of `std.text` writes them")
}

#[cfg(test)]
mod tests {
    use super::part;

    #[test]
    fn parts_of_literals_are_found() {
        let find = |source: &str, text: &str, wanted: &str| {
            let lo = text.find(wanted).expect("the part is there");
            part(source, text, lo, lo + wanted.len()).map(|(lo, hi)| source[lo..hi].to_owned())
        };
        assert_eq!(find(r#"r"a(b""#, "a(b", "("), Some("(".to_owned()));
        assert_eq!(find(r#""ä(b""#, "ä(b", "("), Some("(".to_owned()));
        assert_eq!(find(r#""\n\\(\u{e4}[""#, "\n\\(ä[", "["), Some("[".to_owned()));
        assert_eq!(find(r#""\x41(""#, "A(", "("), Some("(".to_owned()));
        assert_eq!(find("\"\"\"\n  a(\n  \"\"\"", "a(", "("), None);
        assert_eq!(find("", "(", "("), None);
    }
}
