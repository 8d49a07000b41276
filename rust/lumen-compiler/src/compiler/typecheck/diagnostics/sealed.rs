//! What type checking says of secrets and of untrusted values: E0531–E0535.

use lumen_base::{Code, Diagnostic, FileSpan};
use lumen_lir::Seal;

/// A secret becomes a text, an `Any` or JSON.
pub(in super::super) fn secret_shown(at: FileSpan, ty: &str) -> Diagnostic {
    Diagnostic::new(Code::E0531, at, format!("a `{ty}` is not shown"))
        .with_primary("texts, `Any` and JSON never hold a secret")
        .with_help("`reveal(s)` gives the value; the trace records that it was asked for")
}

/// A secret goes to a tool that did not ask for one.
pub(in super::super) fn secret_argument(at: FileSpan, tool: &str) -> Diagnostic {
    Diagnostic::new(Code::E0532, at, format!("`{tool}` does not say that it takes a secret"))
        .with_primary("this would leave the program in clear")
        .with_help(format!("write its signature: `use tool … as {tool}(token: Secret[String])`"))
}

/// An untrusted value becomes a text, an `Any` or JSON, which would not show where it came from.
pub(in super::super) fn untrusted_converted(at: FileSpan, ty: &str) -> Diagnostic {
    Diagnostic::new(Code::E0533, at, format!("a `{ty}` would lose its mark here"))
        .with_primary("an outsider said what is in it")
        .with_help("`trust(x, reason)` gives the value; `\"{x}\"` and `x.inside(fn(v) => …)` stay untrusted")
}

/// A sealed record is made or taken apart outside of std.
pub(in super::super) fn sealed_opened(at: FileSpan, seal: Seal) -> Diagnostic {
    let (name, make, open) = match seal {
        Seal::Secret => ("Secret", "secret(x)", "reveal(s)"),
        _ => ("Untrusted", "untrusted(x)", "trust(u, reason)"),
    };
    Diagnostic::new(Code::E0534, at, format!("`{name}` is closed"))
        .with_primary("what it holds has no name here")
        .with_help(format!("`{make}` makes one, `{open}` gives what it holds"))
}

/// An untrusted argument under `no_untrusted`.
pub(in super::super) fn untrusted_argument(
    at: FileSpan,
    tool: &str,
    ty: &str,
    grant: FileSpan,
) -> Diagnostic {
    Diagnostic::new(Code::E0535, at, format!("`{tool}` takes nothing untrusted"))
        .with_primary(format!("this has type `{ty}`"))
        .with_label(grant, "the grant says `no_untrusted`")
        .with_help("`trust(x, reason)` says why it may be used")
}

/// A secret inside of a reply.
pub(in super::super) fn secret_in_reply(at: FileSpan, ty: &str) -> Diagnostic {
    Diagnostic::new(Code::E0536, at, format!("a reply cannot be a `{ty}`"))
        .with_primary("a trace could not leave out just a part of it")
        .with_help("a tool gives a `Secret[String]` as a whole, or none; an `extern cell` none")
}
