//! What type checking says of tests and conversions of dynamic values.

use lumen_base::{Code, Diagnostic, FileSpan};

/// A `found` is never a `wanted`.
pub(in super::super) fn impossible_test(at: FileSpan, wanted: &str, found: &str) -> Diagnostic {
    Diagnostic::new(Code::E0439, at, format!("a `{found}` is never a `{wanted}`"))
        .with_primary("this test always fails")
}

/// `wanted` cannot be tested for.
pub(in super::super) fn untestable(at: FileSpan, wanted: &str) -> Diagnostic {
    Diagnostic::new(Code::E0439, at, format!("`{wanted}` cannot be tested for"))
        .with_primary("functions cannot be told apart at run time")
}

/// A value cannot be tested for a type with an `any Trait` in it.
pub(in super::super) fn untestable_any(at: FileSpan, wanted: &str) -> Diagnostic {
    Diagnostic::new(Code::E0439, at, format!("`{wanted}` cannot be tested for"))
        .with_primary("whether a value has a trait cannot be asked at run time")
        .with_help("test for the types that have the trait, one by one")
}

/// A dynamic value cannot become a type with an `any Trait` in it.
pub(in super::super) fn no_conversion_to_any(at: FileSpan, wanted: &str) -> Diagnostic {
    Diagnostic::new(Code::E0440, at, format!("nothing becomes a `{wanted}` by `as`"))
        .with_primary("it is or holds an `any Trait`: whether a value has a trait cannot be asked at run time")
        .with_help("convert to a type that has the trait; its values enter `any Trait` by themselves")
}

/// A `found` cannot become a `wanted` by `as`.
pub(in super::super) fn bad_conversion(at: FileSpan, wanted: &str, found: &str) -> Diagnostic {
    Diagnostic::new(Code::E0440, at, format!("a `{found}` cannot become a `{wanted}` by `as`"))
        .with_primary("`as` checks, it does not compute")
        .with_help("use a function such as `to_float`, `round`, `parse_int` or `to_string`")
}

/// A value of `ty` cannot cross between a program and its host.
pub(in super::super) fn host_type(at: FileSpan, ty: &str) -> Diagnostic {
    Diagnostic::new(Code::E0470, at, format!("a `{ty}` cannot cross to the embedding program"))
        .with_primary("it is or holds a function or an `any Trait`")
        .with_help("pass data, and call the function on this side")
}

/// A check of a dynamic value against a type that holds a refined one inside.
pub(in super::super) fn refined_inside(at: FileSpan, found: &str) -> Diagnostic {
    Diagnostic::new(Code::E0491, at, format!("no value of this type is tested for `{found}`"))
        .with_primary("a refined type stands inside of this type")
        .with_help("test for the type without the refinement, then its parts one by one")
}
