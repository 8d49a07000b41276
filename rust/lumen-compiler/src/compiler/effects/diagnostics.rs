//! What the effects pass says: E050x.

use lumen_base::{Code, Diagnostic, FileSpan};

/// A cell's body exceeds its written row.
pub(super) fn outside_row(
    at: FileSpan,
    name: &str,
    effect: &str,
    row: &str,
    chain: Vec<(FileSpan, String)>,
) -> Diagnostic {
    let message = format!("`{name}` has the effect `{effect}`, its row is `{row}`");
    let diagnostic = Diagnostic::new(Code::E0501, at, message)
        .with_primary(format!("this row does not allow `{effect}`"))
        .with_help(format!("write `/ {{{effect}}}`, or leave the row out: it is inferred then"));
    explained(diagnostic, chain)
}

/// A body has the effects of a function that its row does not mention.
pub(super) fn outside_row_variable(at: FileSpan) -> Diagnostic {
    Diagnostic::new(Code::E0501, at, "this has effects of a function that the row does not allow")
        .with_primary("a row variable is missing in the row")
        .with_help("write the row variable of the function's type in the row")
}

/// A function value with the effects of another function where they are not allowed.
pub(super) fn value_row_variable(at: FileSpan) -> Diagnostic {
    Diagnostic::new(Code::E0502, at, "this function may have effects that are not allowed here")
        .with_primary("it calls a function parameter, whose effects are not known")
        .with_help("name the effects: write `/ {e}` in the type of the parameter and in this type")
}

/// A function value with an effect where none is allowed.
pub(super) fn value_effect(
    at: FileSpan,
    effect: &str,
    row: &str,
    chain: Vec<(FileSpan, String)>,
) -> Diagnostic {
    let message = format!("this function has the effect `{effect}`, `{row}` is allowed here");
    let diagnostic = Diagnostic::new(Code::E0502, at, message)
        .with_primary(format!("the expected function type does not allow `{effect}`"))
        .with_help(format!("write the effect in the function type: `/ {{{effect}}}`"));
    explained(diagnostic, chain)
}

/// A stream has an effect where a written `Stream[T]` has none.
pub(super) fn stream_effect(
    at: FileSpan,
    effect: &str,
    chain: Vec<(FileSpan, String)>,
) -> Diagnostic {
    let message = format!("the elements of this stream have the effect `{effect}`");
    let diagnostic = Diagnostic::new(Code::E0502, at, message)
        .with_primary("a `Stream[T]` that is written here has no effects")
        .with_help("leave the type out; only a parameter of type `Stream[T]` takes any stream");
    explained(diagnostic, chain)
}

/// Something that is computed at any time has an effect.
pub(super) fn must_be_pure(
    at: FileSpan,
    effect: &str,
    chain: Vec<(FileSpan, String)>,
) -> Diagnostic {
    let message = format!("a constant, default or condition must not have the effect `{effect}`");
    explained(Diagnostic::new(Code::E0503, at, message).with_primary("must be pure"), chain)
}

/// A second instance of an effect comes to a row.
pub(super) fn two_instances(at: FileSpan, instance: &str, other: &str) -> Diagnostic {
    Diagnostic::new(Code::E0517, at, format!("`{instance}` meets `{other}` in one row"))
        .with_primary(format!("what is around here has `{other}` already"))
        .with_help("a row has one instance of an effect; declare a second effect for the other")
}

/// A declared effect that reaches the start of the program.
pub(super) fn unhandled(
    at: FileSpan,
    effect: &str,
    is_test: bool,
    chain: Vec<(FileSpan, String)>,
) -> Diagnostic {
    let start = if is_test { "the test" } else { "the program" };
    let message = format!("nothing handles the effect `{effect}` of {start}");
    let diagnostic = Diagnostic::new(Code::E0510, at, message)
        .with_primary(format!("`{effect}` leaves {start} here"))
        .with_help(format!("put a handler around it: `handle … with {effect}.…(…) => … end`"));
    explained(diagnostic, chain)
}

/// A `multi` operation where something must not be copied.
pub(super) fn multi_where_once(
    at: FileSpan,
    effect: &str,
    chain: Vec<(FileSpan, String)>,
) -> Diagnostic {
    let message = format!("`{effect}` has an operation that may be resumed more than once");
    let diagnostic = Diagnostic::new(Code::E0512, at, message)
        .with_primary("this runs once: what stands behind it cannot be gone through again")
        .with_help("perform it outside, or declare the operation without `multi`");
    explained(diagnostic, chain)
}

/// A declared effect in a `defer`.
pub(super) fn effect_in_defer(
    at: FileSpan,
    effect: &str,
    chain: Vec<(FileSpan, String)>,
) -> Diagnostic {
    let message = format!("a `defer` must not have the effect `{effect}`");
    let diagnostic = Diagnostic::new(Code::E0511, at, message)
        .with_primary("it may run while a failure ends the handlers around it")
        .with_help("handle the effect inside the `defer`");
    explained(diagnostic, chain)
}

/// What a `timeout` runs performs an operation that it does not handle.
pub(super) fn effect_in_task(
    at: FileSpan,
    effect: &str,
    chain: Vec<(FileSpan, String)>,
) -> Diagnostic {
    let message = format!("what a `timeout` runs must not have the effect `{effect}`");
    let diagnostic = Diagnostic::new(Code::E0526, at, message)
        .with_primary("it is a task of its own, which no handler is around")
        .with_help("handle the effect in a cell, and call that in the `timeout`");
    explained(diagnostic, chain)
}

fn explained(mut diagnostic: Diagnostic, chain: Vec<(FileSpan, String)>) -> Diagnostic {
    for (at, text) in chain {
        diagnostic = diagnostic.with_label(at, text);
    }
    diagnostic
}
