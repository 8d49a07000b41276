//! Info strings: what a fence is for.

use lumen_base::Code;

/// What a fenced block of a document is for.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum FenceKind {
    /// `lumen`: part of the document's program.
    Program,
    /// `lumen run`: a doc test that sees the document's declarations.
    Run,
    /// `lumen fails CODE`: a program of its own that must be rejected, or fail, with exactly this code.
    Fails(Option<Code>),
    /// `lumen warns CODE…`: a program of its own that must be accepted with exactly these warnings.
    Warns(Vec<Code>),
    /// `lumen example`: a program of its own that must compile.
    Example,
    /// `lumen ignore="reason"`: not compiled.
    Ignore,
    /// `output`: the expected standard output of the program before it.
    Output,
    /// Any other language.
    Other,
}

/// The kind of a fence with this info string, or the first word that is not understood.
pub(super) fn classify(info: &str) -> Result<FenceKind, String> {
    let info = info.trim();
    let (head, rest) = info.split_once(char::is_whitespace).unwrap_or((info, ""));
    let rest = rest.trim();
    match head {
        "output" => return Ok(FenceKind::Output),
        "lumen" => {}
        _ => return Ok(FenceKind::Other),
    }
    if let Some(reason) = rest.strip_prefix("ignore") {
        let reason = reason.strip_prefix('=').map(|r| r.trim().trim_matches('"').trim());
        return match reason {
            Some(reason) if !reason.is_empty() => Ok(FenceKind::Ignore),
            _ => Err("ignore".to_owned()),
        };
    }
    let words: Vec<&str> = rest.split_whitespace().collect();
    match words.as_slice() {
        [] => Ok(FenceKind::Program),
        ["run"] => Ok(FenceKind::Run),
        ["example"] => Ok(FenceKind::Example),
        ["fails"] => Ok(FenceKind::Fails(None)),
        ["fails", code] => match Code::lookup(code) {
            Some(code) => Ok(FenceKind::Fails(Some(code))),
            None => Err((*code).to_owned()),
        },
        ["warns", codes @ ..] if !codes.is_empty() => {
            let code = |word: &&str| match Code::lookup(word) {
                Some(code) if code.as_str().starts_with('W') => Ok(code),
                _ => Err((*word).to_owned()),
            };
            codes.iter().map(code).collect::<Result<_, _>>().map(FenceKind::Warns)
        }
        ["fails", _, word, ..] | ["run" | "example", word, ..] | [word, ..] => {
            Err((*word).to_owned())
        }
    }
}
