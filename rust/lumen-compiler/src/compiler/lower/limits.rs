//! Diagnostics of lowering: limits of the instruction format, and what is not built.

use lumen_base::FileSpan;
use lumen_base::diag::Diagnostic;
use lumen_base::diag::codes::Code;

/// A cell needs more registers, words or branches than LIR has room for.
pub(super) fn too_large(at: FileSpan, name: &str, what: &str) -> Diagnostic {
    Diagnostic::new(Code::E0298, at, format!("cell `{name}` is too large: {what}"))
        .with_primary("this cell")
        .with_help("split it into smaller cells")
}

/// A generic cell calls itself with ever larger types.
pub(super) fn too_many_instances(at: FileSpan, name: &str, limit: usize) -> Diagnostic {
    Diagnostic::new(
        Code::E0298,
        at,
        format!("`{name}` is used with too many different type arguments"),
    )
    .with_primary("a cell that calls itself with a larger type each time never ends")
    .with_note(format!("at most {limit} instances of one cell are compiled"))
    .with_help("call it with the same type arguments, or wrap the value in a record")
}

/// More different calls of tools than an instruction can number.
pub(super) fn too_many_tools(at: FileSpan) -> Diagnostic {
    Diagnostic::new(Code::E0298, at, "the program calls tools in too many different ways")
}

/// A check of a dynamic value in a generic cell, for type arguments with a refined type inside.
pub(super) fn refined_inside(at: FileSpan, ty: &str) -> Diagnostic {
    Diagnostic::new(Code::E0491, at, format!("a dynamic value cannot be checked against `{ty}`"))
        .with_primary("a refined type stands inside of the type argument")
        .with_help("use the type without the refinement, and let the parts enter one by one")
}

/// What a type parameter stands for in a call is a secret, and goes to a tool that did not ask for one.
pub(super) fn secret_argument(at: FileSpan, tool: &str) -> Diagnostic {
    Diagnostic::new(Code::E0532, at, format!("`{tool}` does not say that it takes a secret"))
        .with_primary("a call of this generic cell passes one")
}

/// A construct that lowering does not build yet.
pub(super) fn not_built(at: FileSpan, what: &str) -> Diagnostic {
    Diagnostic::new(Code::E0299, at, format!("{what} is not built yet"))
        .with_primary("not built yet")
}

/// The compiler contradicts itself.
pub(super) fn confused(at: FileSpan, name: &str, what: &str) -> Diagnostic {
    Diagnostic::new(Code::E0298, at, format!("cell `{name}` cannot be compiled: {what}"))
        .with_primary("this cell")
        .with_help("this is a limit of the compiler; please report it")
}

/// Two types that enter one `any Trait` and have one form at run time.
pub(super) fn same_form(at: FileSpan, first: &str, second: &str, object: &str) -> Diagnostic {
    Diagnostic::new(Code::E0474, at, format!("`{first}` and `{second}` both become an `{object}`"))
        .with_primary("a running program could not tell them apart")
        .with_help("put one of them into a record")
}

/// A conversion in a generic cell whose type argument is or holds an `any Trait`.
pub(super) fn unchecked_any(at: FileSpan, ty: &str) -> Diagnostic {
    Diagnostic::new(Code::E0475, at, format!("a dynamic value cannot be checked against `{ty}`"))
        .with_primary("whether a value has this trait cannot be asked at run time")
        .with_help(
            "convert to a type that has the trait; its values enter `any Trait` by themselves",
        )
}
