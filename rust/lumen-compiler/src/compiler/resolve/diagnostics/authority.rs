//! What name resolution says about tools and grants: E0345–E0352.

use lumen_base::{Applicability, Code, Diagnostic, FileSpan};

/// A tool or effect is used that the module has no grant for.
pub(in super::super) fn no_grant(
    at: FileSpan,
    name: &str,
    insert: Option<(FileSpan, String)>,
) -> Diagnostic {
    let found = Diagnostic::new(Code::E0345, at, format!("`{name}` is used without a grant"))
        .with_primary("nothing in this file allows it");
    match insert {
        Some((place, text)) => {
            found.with_fix(format!("add `grant {name}`"), place, text, Applicability::Machine)
        }
        None => found,
    }
}

/// `grant` of something that is neither a tool nor an effect that needs one.
pub(in super::super) fn unknown_subject(
    at: FileSpan,
    name: &str,
    better: Option<&str>,
) -> Diagnostic {
    let found = Diagnostic::new(Code::E0346, at, format!("`{name}` cannot be granted"))
        .with_primary("neither a tool of this file nor an effect that needs a grant");
    match better {
        Some(better) => found.with_help(format!("did you mean `{better}`?")),
        None => found
            .with_help("the effects that need grants are `fs`, `env`, `http`, `net` and `exec`"),
    }
}

/// An import does not pass on what the module needs.
pub(in super::super) fn not_passed(
    at: FileSpan,
    module: &str,
    needed: &[String],
    fix: Option<(FileSpan, String)>,
) -> Diagnostic {
    let list: Vec<String> = needed.iter().map(|key| format!("`{key}`")).collect();
    let message =
        format!("module `{module}` needs {}, which this import does not pass on", list.join(", "));
    let found = Diagnostic::new(Code::E0347, at, message)
        .with_primary("a module has only the authority that its importer gives it");
    match fix {
        Some((place, text)) => found.with_fix("pass it on", place, text, Applicability::Maybe),
        None => {
            found.with_help("name the tool here with `use tool`, grant it, and add `with grants …`")
        }
    }
}

/// `with grants` names what the importer itself has no grant for.
pub(in super::super) fn passes_what_it_lacks(at: FileSpan, name: &str) -> Diagnostic {
    Diagnostic::new(Code::E0348, at, format!("`{name}` is passed on but not granted here"))
        .with_primary("a file can pass on only what it has")
        .with_help(format!("add `grant {name}` to this file"))
}

/// `with grants` for a module that has no use for it.
pub(in super::super) fn std_needs_nothing(at: FileSpan) -> Diagnostic {
    Diagnostic::new(Code::E0348, at, "the standard library takes no grants")
        .with_primary("its cells use the grants of who calls them")
}

/// A second `grant` of the same thing.
pub(in super::super) fn second_grant(at: FileSpan, name: &str, first: FileSpan) -> Diagnostic {
    Diagnostic::new(Code::E0351, at, format!("`{name}` is granted twice"))
        .with_primary("granted again here")
        .with_label(first, "granted first here")
        .with_help("write one grant: a constraint may have several values, `domain \"a\", \"b\"`")
}

/// A key that no constraint has.
pub(in super::super) fn unknown_constraint(
    at: FileSpan,
    key: &str,
    better: Option<&str>,
) -> Diagnostic {
    let found = Diagnostic::new(Code::E0349, at, format!("there is no constraint `{key}`"));
    match better {
        Some(better) => found.with_help(format!("did you mean `{better}`?")).with_fix(
            format!("write `{better}`"),
            at,
            better,
            Applicability::Maybe,
        ),
        None => found.with_help("only providers of tools may have constraints of their own"),
    }
}

/// A constraint whose values are of another kind.
pub(in super::super) fn constraint_value(at: FileSpan, key: &str, wanted: &str) -> Diagnostic {
    Diagnostic::new(Code::E0349, at, format!("`{key}` takes {wanted}"))
}

/// A value of a constraint that is no literal.
pub(in super::super) fn computed_value(at: FileSpan) -> Diagnostic {
    Diagnostic::new(Code::E0349, at, "the value of a constraint is a literal")
        .with_primary("what a grant allows must be readable without running the program")
}

/// The same key twice.
pub(in super::super) fn repeated_constraint(at: FileSpan, key: &str) -> Diagnostic {
    Diagnostic::new(Code::E0349, at, format!("`{key}` is constrained twice"))
        .with_help("a constraint may have several values, separated by commas")
}

/// A constraint of another effect.
pub(in super::super) fn constraint_place(at: FileSpan, key: &str, effect: &str) -> Diagnostic {
    Diagnostic::new(Code::E0349, at, format!("`{key}` does not constrain `{effect}`"))
}

/// A tool without a written signature is no function.
pub(in super::super) fn tool_as_value(at: FileSpan, name: &str) -> Diagnostic {
    Diagnostic::new(Code::E0350, at, format!("the tool `{name}` has no signature"))
        .with_primary("it can only be called, with named arguments")
        .with_help(format!("write its signature: `use tool … as {name}(text: String) -> String`"))
}

/// A positional argument for a tool without a written signature.
pub(in super::super) fn positional_argument(at: FileSpan, name: &str) -> Diagnostic {
    Diagnostic::new(Code::E0350, at, format!("the arguments of `{name}` need names"))
        .with_primary("the tool has no signature that would name this one")
        .with_help("write `name: value`")
}

/// `bind effect` to something that is no tool.
pub(in super::super) fn unknown_tool(at: FileSpan, name: &str) -> Diagnostic {
    Diagnostic::new(Code::E0352, at, format!("`{name}` is no tool of this file"))
        .with_help(format!("declare it: `use tool … as {name}`"))
}

/// A tool with an effect that tools do not have.
pub(in super::super) fn tool_effect(at: FileSpan, effect: &str) -> Diagnostic {
    Diagnostic::new(Code::E0352, at, format!("a tool cannot have the effect `{effect}`"))
        .with_primary("this effect is the runtime's own")
        .with_help("bind another one: `bind effect llm to Chat`")
}

/// Another effect for a tool that the runtime answers.
pub(in super::super) fn fixed_effect(at: FileSpan, effect: &str) -> Diagnostic {
    Diagnostic::new(Code::E0352, at, format!("a tool `{effect}.…` has the effect `{effect}`"))
        .with_primary("under another name it would get past what is granted and denied")
        .with_help("leave the binding out")
}

/// More effects than a program may name.
pub(in super::super) fn too_many_effects(at: FileSpan, limit: usize) -> Diagnostic {
    Diagnostic::new(Code::E0352, at, format!("a program names at most {limit} effects"))
        .with_help("bind tools to effects that are there: `bind effect llm to Chat`")
}
