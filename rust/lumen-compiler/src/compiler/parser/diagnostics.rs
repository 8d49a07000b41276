//! E02xx: what the parser finds wrong, one function per diagnostic; and those of E00xx and E01xx
//! that show only here (directives, values of literals, holes).

use crate::compiler::tokens::TokenKind;
use lumen_base::{Applicability, Code, Diagnostic, FileSpan};

pub(super) fn not_built(at: FileSpan, what: &str) -> Diagnostic {
    Diagnostic::new(Code::E0299, at, format!("{what} is not built yet"))
        .with_primary("this version of Lumen cannot compile it")
}

pub(super) fn bad_directive(at: FileSpan, name: &str) -> Diagnostic {
    Diagnostic::new(Code::E0005, at, format!("directive `@{name}` without a value"))
        .with_help(format!("write `@{name} true` or `@{name} false` on a line of its own"))
}

pub(super) fn no_clauses(at: FileSpan) -> Diagnostic {
    Diagnostic::new(Code::E0221, at, "a `handle` without clauses")
        .with_primary("this handles nothing")
        .with_help(
            "behind `with` stand clauses: `Effect.operation(…) => …`, and perhaps `return(x) => …`",
        )
}

pub(super) fn integer_too_large(at: FileSpan) -> Diagnostic {
    Diagnostic::new(Code::E0105, at, "integer literal too large")
        .with_primary("an Int is at most 9223372036854775807")
}

pub(super) fn float_too_large(at: FileSpan) -> Diagnostic {
    Diagnostic::new(Code::E0105, at, "float literal too large")
        .with_primary("a Float is at most about 1.8e308")
}

pub(super) fn bad_format_spec(at: FileSpan, problem: &str, computed: bool) -> Diagnostic {
    let found = Diagnostic::new(Code::E0107, at, "malformed format spec").with_primary(problem);
    if !computed {
        return found;
    }
    found.with_help(
        "a spec is fixed: for a width that is computed use `pad_left`, `pad_right` or `center`",
    )
}

/// A literal with a format in a string of several lines is JSON whose braces were meant as text.
pub(super) fn format_of_literal(brace: FileSpan) -> Diagnostic {
    Diagnostic::new(Code::E0107, brace, "format of a literal")
        .with_primary("begins an expression, and a literal has no use for a format")
        .with_help("a string without expressions is `r\"\"\"…\"\"\"`")
        .with_fix("write `\\{` for a brace that is text", brace, "\\{", Applicability::Machine)
}

pub(super) fn empty_hole(at: FileSpan) -> Diagnostic {
    Diagnostic::new(Code::E0108, at, "no expression between the braces of a string")
        .with_help("a brace that is text is written `\\{`")
}

pub(super) fn too_deep(at: FileSpan) -> Diagnostic {
    Diagnostic::new(Code::E0201, at, "the program is nested too deeply")
        .with_primary("the rest of the file is not read")
        .with_help("name the inner parts with `let`, or move them into cells")
}

pub(super) fn unexpected(at: FileSpan, wanted: &str, kind: TokenKind, text: &str) -> Diagnostic {
    let found = match kind {
        TokenKind::Ident | TokenKind::Upper | TokenKind::Int | TokenKind::Float => {
            format!("`{text}`")
        }
        TokenKind::Str if text.len() <= 24 && !text.contains('\n') => format!("`{text}`"),
        _ => kind.describe().to_owned(),
    };
    Diagnostic::new(Code::E0202, at, format!("expected {wanted}, found {found}"))
}

pub(super) fn late_default(at: FileSpan) -> Diagnostic {
    Diagnostic::new(Code::E0202, at, "a default behind the condition of a field")
        .with_help("the default comes first: `name: Type = default where condition`")
}

pub(super) fn mut_in_pattern(at: FileSpan) -> Diagnostic {
    Diagnostic::new(Code::E0202, at, "`mut` inside a pattern")
        .with_help("write it behind `let`, for all names of the pattern: `let mut (a, b) = …`")
}

pub(super) fn unclosed(
    at: FileSpan,
    open: FileSpan,
    wanted: TokenKind,
    found: TokenKind,
) -> Diagnostic {
    let message = format!("expected {}, found {}", wanted.describe(), found.describe());
    Diagnostic::new(Code::E0202, at, message).with_label(open, "opened here")
}

pub(super) fn missing_end(open: FileSpan, found: FileSpan, word: &str) -> Diagnostic {
    Diagnostic::new(Code::E0203, open, format!("`{word}` without its `end`"))
        .with_primary("this block is not closed")
        .with_label(found, "it should have ended before this")
}

pub(super) fn stray(at: FileSpan, word: &str) -> Diagnostic {
    Diagnostic::new(Code::E0204, at, format!("`{word}` that belongs to no block"))
        .with_help("an `if … then …` on one line, and a cell with `=`, have no `end`")
}

/// `middle` stands between the operators at `first` and `at`; nothing when more than two comparisons chain.
pub(super) fn chained_comparison(
    at: FileSpan,
    first: FileSpan,
    middle: Option<&str>,
) -> Diagnostic {
    let found = Diagnostic::new(Code::E0205, at, "comparisons do not chain")
        .with_primary("a second comparison")
        .with_label(first, "the first one");
    let Some(middle) = middle else {
        return found.with_help("join them with `and`: `a < b and b < c`");
    };
    found.with_fix(
        "join them with `and`",
        at.span.before().in_file(at.file),
        format!("and {middle} "),
        Applicability::Maybe,
    )
}

pub(super) fn wrong_case(at: FileSpan, text: &str, what: &str, fixed: String) -> Diagnostic {
    let rule = match what {
        "a constant" => "is written UPPER_SNAKE",
        _ if fixed.starts_with(|c: char| c.is_uppercase()) => "starts with an upper-case letter",
        _ => "starts with a lower-case letter",
    };
    let found = Diagnostic::new(Code::E0206, at, format!("`{text}` cannot name {what}"))
        .with_primary(format!("the name of {what} {rule}"));
    if fixed.is_empty() || fixed == text {
        return found;
    }
    found.with_fix(format!("write `{fixed}`"), at, fixed, Applicability::Maybe)
}

pub(super) fn bad_target(at: FileSpan) -> Diagnostic {
    Diagnostic::new(Code::E0207, at, "nothing can be assigned to the left side")
        .with_help("assign to a binding, a field `u.age`, or an element `xs[i]`; compare with `==`")
}

pub(super) fn untyped_parameter(at: FileSpan, name: &str) -> Diagnostic {
    Diagnostic::new(Code::E0208, at, format!("parameter `{name}` without a type"))
        .with_help(format!("write `{name}: Int`, or another type"))
}

pub(super) fn parameter_after_variadic(at: FileSpan) -> Diagnostic {
    Diagnostic::new(Code::E0209, at, "parameter after the variadic one")
        .with_help("the variadic parameter takes all further arguments, so it is the last")
}

pub(super) fn variadic_default(at: FileSpan) -> Diagnostic {
    Diagnostic::new(Code::E0209, at, "variadic parameter with a default")
        .with_help("without arguments it is the empty list")
}

pub(super) fn required_after_default(at: FileSpan) -> Diagnostic {
    Diagnostic::new(Code::E0209, at, "parameter without a default after one that has one")
        .with_help("put the parameters with defaults last")
}

pub(super) fn misaligned_arm(at: FileSpan) -> Diagnostic {
    Diagnostic::new(Code::E0210, at, "arm that is not indented like the first one").with_help(
        "arms of one `match` or `when` start in the same column, with the same tabs and spaces",
    )
}

pub(super) fn mixed_indentation(at: FileSpan) -> Diagnostic {
    Diagnostic::new(Code::E0210, at, "tabs and spaces are mixed where indentation counts")
        .with_help("begin the lines of an arm's block with the indentation of the arm")
}

pub(super) fn unknown_attribute(at: FileSpan, name: &str) -> Diagnostic {
    Diagnostic::new(Code::E0211, at, format!("unknown attribute `@{name}`"))
        .with_help("the attributes are `@test` and `@deprecated(\"…\")`; the directives are `@strict`, `@doc_mode` and `@deterministic`")
}

pub(super) fn attribute_in_block(at: FileSpan) -> Diagnostic {
    Diagnostic::new(Code::E0211, at, "attribute inside a block")
        .with_help("attributes stand before declarations at the top level")
}

pub(super) fn empty_tuple(at: FileSpan) -> Diagnostic {
    Diagnostic::new(Code::E0212, at, "there is no empty tuple")
        .with_help("the value that says nothing is `null`, of type `Null`")
}

pub(super) fn short_tuple(at: FileSpan) -> Diagnostic {
    Diagnostic::new(Code::E0212, at, "a tuple has at least two elements")
        .with_help("leave out the comma")
}

pub(super) fn bad_tuple_index(at: FileSpan) -> Diagnostic {
    Diagnostic::new(Code::E0212, at, "no tuple has that many elements")
}

pub(super) fn union_in_expression(at: FileSpan, text: &str) -> Diagnostic {
    Diagnostic::new(Code::E0202, at, "a union stands in parentheses behind `is` and `as`")
        .with_primary("`|` is the operator on numbers here")
        .with_fix("write the parentheses", at, format!("({text})"), Applicability::Machine)
}

pub(super) fn bare_map_key(at: FileSpan, name: &str) -> Diagnostic {
    let diagnostic = Diagnostic::new(Code::E0213, at, "a bare name as a map key")
        .with_primary("the text or the value?")
        .with_help(format!("write `\"{name}\": …` for the text, `({name}): …` for the value"));
    // A variant or constant: keys of other languages are seldom written like that.
    match name.starts_with(char::is_uppercase) {
        true => diagnostic.with_fix(
            format!("write the value `{name}`"),
            at,
            format!("({name})"),
            Applicability::Machine,
        ),
        false => diagnostic,
    }
}

pub(super) fn entry_in_set(at: FileSpan) -> Diagnostic {
    Diagnostic::new(Code::E0214, at, "`key: value` in a set")
        .with_help("the first element decides; give every element a key to make a map")
}

pub(super) fn value_in_map(at: FileSpan) -> Diagnostic {
    Diagnostic::new(Code::E0214, at, "element without a key in a map")
        .with_help("the first element decides; give every element a key, or none")
}

pub(super) fn positional_after_named(at: FileSpan) -> Diagnostic {
    Diagnostic::new(Code::E0215, at, "positional argument after a named one")
        .with_help("put it before the named ones, or give its name")
}

pub(super) fn update_needs_names(at: FileSpan) -> Diagnostic {
    Diagnostic::new(Code::E0215, at, "update of a field without its name")
        .with_help("write `value with (field: new)`")
}

pub(super) fn halt_takes_message(at: FileSpan) -> Diagnostic {
    Diagnostic::new(Code::E0215, at, "`halt` takes one argument, its message")
}

pub(super) fn lower_constructor(at: FileSpan, name: &str) -> Diagnostic {
    Diagnostic::new(Code::E0216, at, format!("`{name}` cannot be the name of a variant or record"))
        .with_primary("in a pattern a lower-case name binds")
        .with_help(
            "variants and records start with an upper-case letter; compare values in a guard",
        )
}

pub(super) fn second_rest(at: FileSpan, first: FileSpan) -> Diagnostic {
    Diagnostic::new(Code::E0216, at, "second `...` in a list pattern")
        .with_label(first, "the first")
}

pub(super) fn interpolated_pattern(at: FileSpan) -> Diagnostic {
    Diagnostic::new(Code::E0216, at, "a string with holes as a pattern")
        .with_help("bind the value and compare it in a guard")
}

pub(super) fn variants_on_one_line(at: FileSpan) -> Diagnostic {
    Diagnostic::new(Code::E0217, at, "several variants on one line")
        .with_help("each variant stands on a line of its own, without commas")
}

pub(super) fn mixed_payload(at: FileSpan) -> Diagnostic {
    Diagnostic::new(Code::E0217, at, "named and unnamed payloads in one variant")
        .with_help("name all of them or none")
}

pub(super) fn empty_payload(at: FileSpan) -> Diagnostic {
    Diagnostic::new(Code::E0217, at, "empty parentheses behind a variant")
        .with_help("a variant without payload is only its name")
}

pub(super) fn foreign_operator(at: FileSpan, found: &str, ours: &str) -> Diagnostic {
    let word = ours.trim_end();
    Diagnostic::new(Code::E0218, at, format!("there is no operator `{found}` here"))
        .with_help(format!("write `{word}`"))
        .with_fix(format!("write `{word}`"), at, ours, Applicability::Machine)
}

pub(super) fn not_needs_parentheses(at: FileSpan) -> Diagnostic {
    Diagnostic::new(Code::E0218, at, "`not` as an operand")
        .with_primary("it binds looser than the operator before it")
        .with_help("put it in parentheses: `(not x)`")
}

pub(super) fn assignment_as_condition(at: FileSpan) -> Diagnostic {
    Diagnostic::new(Code::E0218, at, "an assignment is no condition").with_fix(
        "compare with `==`",
        at,
        "==",
        Applicability::Maybe,
    )
}

pub(super) fn underscore_value(at: FileSpan) -> Diagnostic {
    Diagnostic::new(Code::E0219, at, "`_` has no value").with_primary("it only stands in patterns")
}

pub(super) fn reserved_word(at: FileSpan, word: &str, what: &str) -> Diagnostic {
    Diagnostic::new(Code::E0219, at, format!("the keyword `{word}` cannot name {what}"))
        .with_help(format!("choose another name, such as `{word}_`"))
}

pub(super) fn named_lambda(at: FileSpan) -> Diagnostic {
    Diagnostic::new(Code::E0219, at, "a function made by `fn` has no name")
        .with_help("declare a `cell`, or write `let name = fn(…) => …`")
}

pub(super) fn null_as_type(at: FileSpan) -> Diagnostic {
    Diagnostic::new(Code::E0219, at, "`null` is a value, not a type").with_fix(
        "write `Null`",
        at,
        "Null",
        Applicability::Machine,
    )
}

pub(super) fn misplaced(at: FileSpan, word: &str) -> Diagnostic {
    Diagnostic::new(Code::E0220, at, format!("`{word}` inside a block"))
        .with_primary("declarations other than cells stand at the top level")
}

pub(super) fn cell_in_record(at: FileSpan) -> Diagnostic {
    Diagnostic::new(Code::E0220, at, "cell inside a record")
        .with_help("write it after the record; a first parameter `self: Name` makes it a method")
}

pub(super) fn not_a_method(at: FileSpan, word: &str) -> Diagnostic {
    Diagnostic::new(Code::E0330, at, format!("`{word}` inside a trait or impl"))
        .with_primary("only methods stand here")
        .with_help("write `cell name(self) -> …`; declare other things at the top level")
}

pub(super) fn pub_impl(at: FileSpan) -> Diagnostic {
    Diagnostic::new(Code::E0330, at, "`pub` before an impl")
        .with_primary("an impl is visible wherever its trait and its type are")
        .with_fix("remove `pub`", at, "", Applicability::Machine)
}

pub(super) fn generator_body(at: FileSpan, is_required: bool) -> Diagnostic {
    let found = Diagnostic::new(Code::E0482, at, "a generator has a block of statements")
        .with_primary("`-> yield T` stands here");
    if is_required {
        return found.with_help("a method that is required gives a stream: `-> Stream[T]`");
    }
    found.with_help("write the body in lines below, with `yield e` for each element, up to `end`")
}

pub(super) fn generator_lambda(at: FileSpan) -> Diagnostic {
    Diagnostic::new(Code::E0482, at, "a lambda cannot be a generator")
        .with_primary("only a cell can yield")
        .with_help("write a nested cell: it may use the names around it as a lambda may")
}
