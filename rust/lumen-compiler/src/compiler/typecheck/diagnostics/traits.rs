//! What type checking says of traits and impls: E046x.

use lumen_base::{Applicability, Code, Diagnostic, FileSpan};

/// A trait implemented for something that cannot have impls.
pub(in super::super) fn impl_target(at: FileSpan, ty: &str) -> Diagnostic {
    Diagnostic::new(Code::E0466, at, format!("no trait can be implemented for `{ty}`"))
        .with_primary("which impl is meant must follow from the type alone")
        .with_help("implement it for a record, an enum, a builtin type or a container of them")
}

/// Neither the trait nor the type is declared in this file.
pub(in super::super) fn foreign_impl(at: FileSpan, name: &str) -> Diagnostic {
    Diagnostic::new(Code::E0460, at, format!("neither `{name}` nor the type is declared in this file"))
        .with_primary("another file could implement the same")
        .with_help("move it to the file of the trait or of the type, or wrap the value in a record of this file")
}

/// Two impls of one trait match one type.
pub(in super::super) fn overlapping_impls(
    at: FileSpan,
    name: &str,
    ty: &str,
    first: FileSpan,
) -> Diagnostic {
    Diagnostic::new(Code::E0461, at, format!("`{name}` is implemented twice for `{ty}`"))
        .with_primary("a call would have two answers")
        .with_label(first, "the first impl")
}

/// An impl without all methods; `end` is where more could be written.
pub(in super::super) fn missing_method(
    at: FileSpan,
    end: FileSpan,
    of: &str,
    ty: &str,
    methods: &[String],
) -> Diagnostic {
    let what = if methods.len() == 1 { "a method" } else { "methods" };
    let mut found = Diagnostic::new(Code::E0462, at, format!("this impl lacks {what} of `{of}`"))
        .with_primary(format!("`{ty}` does not say how"));
    let mut stubs = String::new();
    for method in methods {
        found = found.with_help(format!("write `{method}`"));
        stubs.push_str(&format!("  {method} = panic(\"not written yet\")\n"));
    }
    found.with_fix(format!("add {what}"), end, stubs, Applicability::Maybe)
}

/// A method that the trait does not have.
pub(in super::super) fn not_in_trait(
    at: FileSpan,
    of: &str,
    name: &str,
    near: Option<&str>,
) -> Diagnostic {
    let found = Diagnostic::new(Code::E0463, at, format!("trait `{of}` has no method `{name}`"))
        .with_primary("an impl holds the trait's methods only");
    match near {
        Some(near) => found.with_fix(format!("write `{near}`"), at, near, Applicability::Maybe),
        None => found.with_help("write other methods outside: `cell name(self: Type) -> …`"),
    }
}

/// A method of an impl that differs from the trait's.
pub(in super::super) fn impl_signature(at: FileSpan, problem: &str, wanted: &str) -> Diagnostic {
    Diagnostic::new(Code::E0464, at, "this is not the method that the trait declares")
        .with_primary(problem.to_owned())
        .with_help(format!("the trait asks for `{wanted}`"))
}

/// A type with a trait but without its parent.
pub(in super::super) fn missing_parent_impl(
    at: FileSpan,
    name: &str,
    parent: &str,
    ty: &str,
) -> Diagnostic {
    Diagnostic::new(Code::E0465, at, format!("`{ty}` has no `{parent}`, which `{name}` asks for"))
        .with_primary(format!("`{parent}` is a parent of `{name}`"))
        .with_help(format!("implement it too: `impl {parent} for {ty}`"))
}

/// `any Trait` of a trait with a method that needs to know the type of its receiver.
pub(in super::super) fn any_of_unsafe(
    at: FileSpan,
    name: &str,
    method: &str,
    problem: &str,
    place: FileSpan,
) -> Diagnostic {
    Diagnostic::new(Code::E0469, at, format!("there is no `any {name}`"))
        .with_primary(format!("its method `{method}` {problem}"))
        .with_label(place, "the method")
        .with_help(format!(
            "use a type parameter with this bound: `cell f[T: {name}](x: T)`, or move the method to another trait"
        ))
}

/// `any Trait` of a trait whose parent compares or adds values of one type.
pub(in super::super) fn any_with_parent(at: FileSpan, name: &str) -> Diagnostic {
    Diagnostic::new(Code::E0469, at, format!("there is no `any {name}`"))
        .with_primary("`Ord` and `Num` need two values of one type")
        .with_help(format!("use a type parameter with this bound: `cell f[T: {name}](x: T)`"))
}

/// A value whose type cannot be told at run time where an `any Trait` is wanted.
pub(in super::super) fn untold_in_any(at: FileSpan, wanted: &str, found: &str) -> Diagnostic {
    Diagnostic::new(Code::E0471, at, format!("a value of type `{found}` cannot be an `{wanted}`"))
        .with_primary("which impl is meant could not be told at run time")
        .with_help("convert it to a type first, with `as` or a match; for a value that may be missing write `any Trait?`")
}

/// An `any Trait` as a member of a union.
pub(in super::super) fn any_trait_in_union(at: FileSpan, name: &str) -> Diagnostic {
    Diagnostic::new(Code::E0472, at, format!("`{name}` cannot be a member of a union"))
        .with_primary("whether a value has a trait cannot be asked at run time")
        .with_help("use an enum with a variant for each case")
}

/// Several traits give a method of this name.
pub(in super::super) fn ambiguous_method(at: FileSpan, name: &str, traits: &[&str]) -> Diagnostic {
    let ways: Vec<String> = traits.iter().map(|of| format!("`{of}.{name}(…)`")).collect();
    Diagnostic::new(Code::E0467, at, format!("which `{name}` is meant?"))
        .with_primary("several traits have a method of this name")
        .with_help(format!("write {}", ways.join(" or ")))
}

/// A type parameter that the type behind `for` does not mention.
pub(in super::super) fn unused_impl_parameter(at: FileSpan, name: &str) -> Diagnostic {
    Diagnostic::new(Code::E0468, at, format!("nothing decides `{name}`"))
        .with_primary("the type behind `for` does not mention it")
        .with_help("remove the parameter, or use it in the type")
}
