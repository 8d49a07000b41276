//! Diagnostics of effects with type parameters.

use lumen_base::{Code, Diagnostic, FileSpan};

/// An effect with type parameters, and nothing says for which types.
pub(in crate::compiler) fn undecided_instance(at: FileSpan, effect: &str) -> Diagnostic {
    Diagnostic::new(Code::E0518, at, format!("for which types is `{effect}` meant here?"))
        .with_primary("nothing decides its type arguments")
        .with_help(format!("write them: `{effect}[…].operation(…)`"))
}

/// A type argument of an effect that holds functions, streams or refined types.
pub(in crate::compiler) fn unkeyed_instance(at: FileSpan, shown: &str) -> Diagnostic {
    Diagnostic::new(Code::E0519, at, format!("`{shown}` cannot be an effect"))
        .with_primary("its type argument holds a function, a stream or a refined type")
        .with_help("declare a record with a field of that type, and use the record")
}

/// Clauses of one handler for two instances of an effect.
pub(in crate::compiler) fn other_instance(at: FileSpan, instance: &str, other: &str) -> Diagnostic {
    Diagnostic::new(Code::E0517, at, format!("`{instance}`, and before `{other}`"))
        .with_primary("a handler handles one instance of an effect")
        .with_help("put one handler around the other")
}
