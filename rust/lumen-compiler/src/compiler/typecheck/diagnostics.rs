//! What type checking says: E04xx and W04xx.

mod containers;
mod conversions;
mod cursors;
mod instances;
mod optionals;
mod sealed;
mod tools;
mod traits;

pub(super) use containers::*;
pub(super) use conversions::*;
pub(super) use cursors::*;
pub(in crate::compiler) use instances::*;
pub(super) use optionals::*;
pub(super) use sealed::*;
pub(super) use tools::*;
pub(super) use traits::*;

use crate::compiler::resolve::closest;
use lumen_base::{Applicability, Code, Diagnostic, FileSpan, Span};

/// A type with a field of a larger instance of itself.
pub(super) fn growing_type(at: FileSpan) -> Diagnostic {
    Diagnostic::new(Code::E0400, at, "a type that contains ever larger instances of itself")
        .with_primary("each instance needs a larger one, without end")
        .with_help("give the inner type the same type arguments as the outer one")
}

/// Expected `expected`, found `found`.
pub(super) fn mismatch(at: FileSpan, expected: &str, found: &str) -> Diagnostic {
    let diagnostic =
        Diagnostic::new(Code::E0401, at, format!("expected `{expected}`, found `{found}`"))
            .with_primary(format!("this has type `{found}`"));
    if expected != found {
        return diagnostic;
    }
    diagnostic.with_note("these are two types of one name, which are declared in different places")
}

/// Elements are spread where braces make a map.
pub(super) fn elements_in_map(at: FileSpan, found: &str) -> Diagnostic {
    Diagnostic::new(Code::E0401, at, format!("expected a map, found `{found}`"))
        .with_primary("braces with nothing but spreads make a map")
        .with_help("for a set write `xs.to_set()`, and `a.union(b)` for several")
}

/// Expected `expected`, found `found`.
pub(super) fn optional_as_value(at: FileSpan, expected: &str, found: &str) -> Diagnostic {
    Diagnostic::new(Code::E0402, at, format!("expected `{expected}`, found `{found}`"))
        .with_primary("this may be `null`")
        .with_help("give a default with `??`, test for `null` first, or unwrap with `!`")
}

/// `op` needs a value that is not null.
pub(super) fn optional_operand(at: FileSpan, op: &str, found: &str) -> Diagnostic {
    Diagnostic::new(Code::E0402, at, format!("`{op}` needs a value that is not null"))
        .with_primary(format!("this has type `{found}`"))
        .with_help("give a default with `??`, test for `null` first, or unwrap with `!`")
}

/// Expected `Float`, found `Int`.
pub(super) fn int_as_float(at: FileSpan) -> Diagnostic {
    Diagnostic::new(Code::E0403, at, "expected `Float`, found `Int`")
        .with_primary("an `Int` variable is no `Float`")
        .with_help("convert it: `to_float(…)`")
}

/// Expected `Int`, found `Float`.
pub(super) fn float_as_int(at: FileSpan) -> Diagnostic {
    Diagnostic::new(Code::E0403, at, "expected `Int`, found `Float`")
        .with_primary("this has a fraction")
        .with_help("convert it with `round`, `floor`, `ceil` or `trunc`")
}

/// `op` mixes `Int` and `Float`.
pub(super) fn mixed_numbers(at: FileSpan, float: FileSpan, op: &str) -> Diagnostic {
    Diagnostic::new(Code::E0403, at, format!("`{op}` mixes `Int` and `Float`"))
        .with_primary("this is an `Int`")
        .with_label(float, "this has type `Float`")
        .with_help("convert the Int: `to_float(…)`")
}

/// Expected `expected`, found `found`.
pub(super) fn result_as_value(at: FileSpan, expected: &str, found: &str) -> Diagnostic {
    Diagnostic::new(Code::E0404, at, format!("expected `{expected}`, found `{found}`"))
        .with_primary("this may be an error")
        .with_help("propagate it with `?`, unwrap it with `!`, or match on it")
}

/// Expected `expected`, found `found`.
pub(super) fn dynamic_as_value(at: FileSpan, expected: &str, found: &str) -> Diagnostic {
    Diagnostic::new(Code::E0405, at, format!("expected `{expected}`, found `{found}`"))
        .with_primary("what this holds is known only at run time")
        .with_help(format!("convert it with a check: `… as {expected}`"))
}

/// Expected `expected`, found `null`.
pub(super) fn null_as_value(at: FileSpan, expected: &str) -> Diagnostic {
    Diagnostic::new(Code::E0407, at, format!("expected `{expected}`, found `null`"))
        .with_primary(format!("`{expected}` has no `null`"))
        .with_help(format!("write the type as `{expected}?` where null is meant"))
}

/// This `if` has no `else`, so it has no `expected`.
pub(super) fn if_without_else(at: FileSpan, expected: &str) -> Diagnostic {
    Diagnostic::new(Code::E0408, at, format!("this `if` has no `else`, so it has no `{expected}`"))
        .with_primary("when the condition is false there is no value")
        .with_help("add an `else` branch")
}

/// This what is a `found`, the others are `expected`.
pub(super) fn element_mismatch(
    at: FileSpan,
    what: &str,
    expected: &str,
    found: &str,
) -> Diagnostic {
    Diagnostic::new(
        Code::E0409,
        at,
        format!("this {what} has type `{found}`, the others are `{expected}`"),
    )
    .with_primary(format!("expected `{expected}`"))
    .with_help(match expected {
        "Json" => "make it one: `… as Json`".to_owned(),
        "Null" => format!("if both are meant, write the type: `{found}?`"),
        _ if found == "Null" => format!("if both are meant, write the type: `{expected}?`"),
        _ => format!("if both are meant, declare the union `{expected} | {found}`"),
    })
}

/// `name` gives no value of type `expected` at its end.
pub(super) fn missing_value(at: FileSpan, name: &str, expected: &str) -> Diagnostic {
    Diagnostic::new(
        Code::E0410,
        at,
        format!("`{name}` gives no value of type `{expected}` at its end"),
    )
    .with_primary(format!("the result is `{expected}`, but the body can end without a value"))
    .with_help("end the body with the value, or `return` it")
}

/// The type of this must be known here.
pub(super) fn annotate(at: FileSpan) -> Diagnostic {
    Diagnostic::new(Code::E0411, at, "the type of this must be known here")
        .with_primary("nothing before this place says what it is")
        .with_help("write the type where it is bound, for example `fn(x: Int) => …` or `let xs: list[Int] = []`")
}

/// The type of `name` must be known, and is only known to be `ty`.
pub(super) fn open_binding(at: FileSpan, name: &str, ty: &str) -> Diagnostic {
    Diagnostic::new(
        Code::E0411,
        at,
        format!("the type of `{name}` must be known, and is only known to be `{ty}`"),
    )
    .with_primary("nothing says what it holds")
    .with_help(format!("write its type: `let {name}: …`"))
}

/// A declaration writes its types.
pub(super) fn annotate_signature(at: FileSpan) -> Diagnostic {
    Diagnostic::new(Code::E0411, at, "a declaration writes its types")
        .with_primary("this type cannot be left out")
        .with_help("write the type")
}

/// `name` needs its first argument by position.
pub(super) fn overload_needs_first(at: FileSpan, name: &str) -> Diagnostic {
    Diagnostic::new(Code::E0411, at, format!("`{name}` needs its first argument by position"))
        .with_primary(format!("the type of the first argument decides which `{name}` is meant"))
        .with_help("write the subject as the first argument")
}

/// The result type of `name` depends on itself.
pub(super) fn recursive_inference(at: FileSpan, name: &str) -> Diagnostic {
    Diagnostic::new(Code::E0412, at, format!("the result type of `{name}` depends on itself"))
        .with_primary("its type is needed here to find its type")
        .with_help(format!("write the result type of `{name}`"))
}

/// This type is too large.
pub(super) fn type_too_large(at: FileSpan) -> Diagnostic {
    Diagnostic::new(Code::E0413, at, "this type is too large")
        .with_primary("it has more than 2,000 parts")
        .with_help("declare records for its parts")
}

/// `ty` has no `bound`.
pub(super) fn bound_not_met(at: FileSpan, ty: &str, bound: &str) -> Diagnostic {
    Diagnostic::new(Code::E0414, at, format!("`{ty}` has no `{bound}`"))
        .with_primary(format!("`{bound}` is needed here"))
}

/// `name` names no parameter: a function value takes arguments by position.
pub(super) fn named_on_value(at: FileSpan, name: &str) -> Diagnostic {
    Diagnostic::new(
        Code::E0417,
        at,
        format!("`{name}` names no parameter: a function value takes arguments by position"),
    )
    .with_primary("its parameters have no names")
    .with_help("write the argument without its name")
}

/// The variadic parameter `name` takes arguments by position.
pub(super) fn named_variadic(at: FileSpan, name: &str) -> Diagnostic {
    Diagnostic::new(
        Code::E0417,
        at,
        format!("the variadic parameter `{name}` takes arguments by position"),
    )
    .with_primary("it collects what is left")
    .with_help("write the arguments without a name; spread a list with `...`")
}

/// `name` is given twice.
pub(super) fn argument_twice(at: FileSpan, name: &str) -> Diagnostic {
    Diagnostic::new(Code::E0418, at, format!("`{name}` is given twice"))
        .with_primary("it has a value already")
        .with_help("remove one of the two")
}

/// `name` does not take a `ty` first.
pub(super) fn no_overload(at: FileSpan, name: &str, ty: &str) -> Diagnostic {
    Diagnostic::new(Code::E0421, at, format!("`{name}` does not take a `{ty}` first"))
        .with_primary("no version of it exists for this type")
}

/// A `ty` cannot be called.
pub(super) fn not_callable(at: FileSpan, ty: &str) -> Diagnostic {
    Diagnostic::new(Code::E0424, at, format!("a `{ty}` cannot be called"))
        .with_primary("this is no function")
}

/// `name` has several versions.
pub(super) fn overloaded_value(at: FileSpan, name: &str) -> Diagnostic {
    Diagnostic::new(Code::E0425, at, format!("`{name}` has several versions"))
        .with_primary("nothing here says which one is meant")
        .with_help(format!("write a lambda: `fn(x: …) => {name}(x)`"))
}

/// A function of expected parameters is expected, this has found.
pub(super) fn lambda_params(at: FileSpan, expected: usize, found: usize) -> Diagnostic {
    Diagnostic::new(
        Code::E0427,
        at,
        format!("a function of {expected} parameters is expected, this has {found}"),
    )
    .with_primary(format!("takes {found}"))
}

/// This parameter gets a `expected`, not a `found`.
pub(super) fn lambda_param_type(at: FileSpan, expected: &str, found: &str) -> Diagnostic {
    Diagnostic::new(Code::E0427, at, format!("this parameter gets a `{expected}`, not a `{found}`"))
        .with_primary(format!("declared as `{found}`"))
}

/// A `ty` cannot be spread into a what.
pub(super) fn bad_spread(at: FileSpan, what: &str, ty: &str) -> Diagnostic {
    Diagnostic::new(Code::E0428, at, format!("a `{ty}` cannot be spread into a {what}"))
        .with_primary("this is no list or set")
}

/// Only a variadic parameter takes `...`.
pub(super) fn spread_argument(at: FileSpan) -> Diagnostic {
    Diagnostic::new(Code::E0428, at, "only a variadic parameter takes `...`")
        .with_primary("this call has none")
}

/// `op` does not take a `ty`.
pub(super) fn unary_operand(at: FileSpan, op: &str, ty: &str) -> Diagnostic {
    Diagnostic::new(Code::E0429, at, format!("`{op}` does not take a `{ty}`"))
        .with_primary(format!("this has type `{ty}`"))
}

/// `op` does not take `left` and `right`.
pub(super) fn operator_operands(at: FileSpan, op: &str, left: &str, right: &str) -> Diagnostic {
    Diagnostic::new(Code::E0429, at, format!("`{op}` does not take `{left}` and `{right}`"))
        .with_primary(format!("`{left}` {op} `{right}`"))
}

/// `++` does not take an Int.
pub(super) fn counting(at: FileSpan, left: &str, right: &str) -> Diagnostic {
    operator_operands(at, "++", left, right)
        .with_help("`++` joins lists and texts; to count, write `i += 1`")
}

/// `+` does not take `left` and `right`.
pub(super) fn plus_on_list(at: FileSpan, left: &str, right: &str) -> Diagnostic {
    Diagnostic::new(Code::E0429, at, format!("`+` does not take `{left}` and `{right}`"))
        .with_primary("lists are joined with `++`")
        .with_help("join two lists with `++`; add one element with `append`")
}

/// `+` does not take `left` and `right`.
pub(super) fn string_plus(at: FileSpan, left: &str, right: &str) -> Diagnostic {
    Diagnostic::new(Code::E0429, at, format!("`+` does not take `{left}` and `{right}`"))
        .with_primary("a String joins only Strings")
        .with_help("interpolate the other value, or convert it with `to_string`")
}

/// `op` needs a number, `ty` may be anything.
pub(super) fn operator_needs_num(at: FileSpan, op: &str, ty: &str) -> Diagnostic {
    Diagnostic::new(Code::E0429, at, format!("`{op}` needs a number, `{ty}` may be anything"))
        .with_primary(format!("a `{ty}`"))
        .with_help(format!("write the bound where it is declared: `{ty}: Num`"))
}

/// A condition is a `Bool`, this is a `ty`.
pub(super) fn condition_not_bool(at: FileSpan, ty: &str) -> Diagnostic {
    Diagnostic::new(Code::E0430, at, format!("a condition has type `Bool`, this has type `{ty}`"))
        .with_primary("expected `Bool`")
        .with_help("compare it: `!= null`, `!= 0`, `is_empty()`")
}

/// `op` cannot compare `left` and `right`.
pub(super) fn not_comparable(at: FileSpan, op: &str, left: &str, right: &str) -> Diagnostic {
    Diagnostic::new(Code::E0431, at, format!("`{op}` cannot compare `{left}` and `{right}`"))
        .with_primary("different types")
}

/// A `ty` is never `null`.
pub(super) fn never_null(at: FileSpan, ty: &str) -> Diagnostic {
    Diagnostic::new(Code::E0431, at, format!("a `{ty}` is never `null`"))
        .with_primary("this comparison is always the same")
}

/// Values of type `ty` have no equality.
pub(super) fn no_equality(at: FileSpan, ty: &str) -> Diagnostic {
    Diagnostic::new(Code::E0432, at, format!("values of type `{ty}` have no equality"))
        .with_primary("they may hold functions, or are of a type without `Eq`")
        .with_help("for a type parameter, write `T: Eq`")
}

/// Values of type `ty` have no order.
pub(super) fn no_order(at: FileSpan, ty: &str) -> Diagnostic {
    Diagnostic::new(Code::E0433, at, format!("values of type `{ty}` have no order"))
        .with_primary("not an Int, Float, String, or tuple or list of them")
        .with_help("for a type parameter, write `T: Ord`")
}

/// `in` cannot look into a `ty`.
pub(super) fn not_a_container(at: FileSpan, ty: &str) -> Diagnostic {
    Diagnostic::new(Code::E0434, at, format!("`in` cannot look into a `{ty}`"))
        .with_primary("expected a list, set, map or String")
}

/// `!` needs an optional or a `result`.
pub(super) fn unwrap_operand(at: FileSpan, ty: &str) -> Diagnostic {
    Diagnostic::new(Code::E0436, at, "`!` needs an optional or a `result`")
        .with_primary(format!("this has type `{ty}`"))
        .with_help("remove the `!`")
}

/// `?` needs an optional or a `result`.
pub(super) fn propagate_operand(at: FileSpan, ty: &str) -> Diagnostic {
    Diagnostic::new(Code::E0437, at, "`?` needs an optional or a `result`")
        .with_primary(format!("this has type `{ty}`"))
        .with_help("remove the `?`")
}

/// `?` has nothing to leave here.
pub(super) fn propagate_in_script(at: FileSpan) -> Diagnostic {
    Diagnostic::new(Code::E0438, at, "`?` has nothing to leave here")
        .with_primary("top-level statements return nothing")
        .with_help("unwrap with `!`, or give a default with `??`")
}

/// `?` in a generator, which returns nothing.
pub(super) fn propagate_in_generator(at: FileSpan) -> Diagnostic {
    Diagnostic::new(Code::E0438, at, "`?` has nothing to leave here")
        .with_primary("a generator returns no value")
        .with_help("`match` on the value, and `return` to end the stream, or yield the `result`")
}

/// `return e` in a generator.
pub(super) fn return_in_generator(at: FileSpan) -> Diagnostic {
    Diagnostic::new(Code::E0481, at, "a generator returns no value")
        .with_primary("a stream has no value beside its elements")
        .with_help("`yield` it and then `return`")
}

/// The error is a `found`, the function gives a `expected`.
pub(super) fn propagate_error_type(at: FileSpan, expected: &str, found: &str) -> Diagnostic {
    Diagnostic::new(
        Code::E0438,
        at,
        format!("the error has type `{found}`, the function gives `{expected}`"),
    )
    .with_primary("this error cannot be given on")
    .with_help("convert the error first: `.map_err(fn(e) => …)?`")
}

/// A Json value is indexed by Int or String, not by `ty`.
pub(super) fn json_index(at: FileSpan, ty: &str) -> Diagnostic {
    Diagnostic::new(
        Code::E0441,
        at,
        format!("a Json value is indexed by Int or String, not by `{ty}`"),
    )
    .with_primary(format!("this has type `{ty}`"))
}

/// A `ty` cannot be sliced.
pub(super) fn cannot_slice(at: FileSpan, ty: &str) -> Diagnostic {
    Diagnostic::new(Code::E0441, at, format!("a `{ty}` cannot be sliced"))
        .with_primary("expected a list, String or Bytes")
}

/// A `ty` has no positions.
pub(super) fn not_a_tuple(at: FileSpan, ty: &str) -> Diagnostic {
    Diagnostic::new(Code::E0441, at, format!("a `{ty}` has no positions"))
        .with_primary("only a tuple is read by `.0`")
}

/// This tuple has no position index.
pub(super) fn tuple_index(at: FileSpan, index: u32, n: usize) -> Diagnostic {
    Diagnostic::new(Code::E0441, at, format!("this tuple has no position {index}"))
        .with_primary(format!("it has {n} parts, counted from 0"))
}

/// `with` needs a record.
pub(super) fn not_a_record(at: FileSpan, ty: &str) -> Diagnostic {
    Diagnostic::new(Code::E0442, at, "`with` needs a record")
        .with_primary(format!("this has type `{ty}`"))
}

/// A `ty` has no what to assign.
pub(super) fn not_assignable(at: FileSpan, ty: &str, what: &str) -> Diagnostic {
    Diagnostic::new(Code::E0443, at, format!("a `{ty}` has no {what} to assign"))
        .with_primary("not a place")
        .with_help("build a new value and assign it to the binding")
}

/// This `break` gives no value.
pub(super) fn break_without_value(at: FileSpan) -> Diagnostic {
    Diagnostic::new(Code::E0445, at, "this `break` gives no value")
        .with_primary("another `break` of the loop gives one")
        .with_help("write `break` with a value")
}

/// `return` gives no `expected`.
pub(super) fn return_without_value(at: FileSpan, expected: &str) -> Diagnostic {
    Diagnostic::new(Code::E0446, at, format!("`return` gives no `{expected}`"))
        .with_primary(format!("the function's result is `{expected}`"))
}

/// The `else` of this `let` must leave.
pub(super) fn else_must_leave(at: FileSpan) -> Diagnostic {
    Diagnostic::new(Code::E0447, at, "the `else` of this `let` must leave")
        .with_primary("it reaches its end")
        .with_help("end it with `return`, `break`, `continue` or `halt(…)`")
}

/// This `result` is dropped.
pub(super) fn result_dropped(at: FileSpan) -> Diagnostic {
    Diagnostic::new(Code::E0448, at, "this `result` is dropped")
        .with_primary("an error would go unnoticed")
        .with_help("propagate it with `?`, unwrap it with `!`, match on it, or write `let _ = …`")
}

/// What never matches a `ty`.
pub(super) fn pattern_type(at: FileSpan, what: &str, ty: &str) -> Diagnostic {
    Diagnostic::new(Code::E0449, at, format!("{what} never matches a `{ty}`"))
        .with_primary(format!("the value here has type `{ty}`"))
}

/// What may mean several members of `ty`.
pub(super) fn pattern_ambiguous(at: FileSpan, what: &str, ty: &str) -> Diagnostic {
    Diagnostic::new(Code::E0449, at, format!("{what} may mean several members of `{ty}`"))
        .with_primary("say which one")
        .with_help("write a type test: `name: T`")
}

/// `name` has different types in the alternatives.
pub(super) fn or_binding_types(at: FileSpan, name: &str, first: &str, second: &str) -> Diagnostic {
    Diagnostic::new(Code::E0449, at, format!("`{name}` has different types in the alternatives"))
        .with_primary(format!("a `{first}` in one, a `{second}` in another"))
}

/// This tuple has n parts, the pattern found.
pub(super) fn pattern_tuple_size(at: FileSpan, n: usize, found: usize) -> Diagnostic {
    Diagnostic::new(Code::E0449, at, format!("this tuple has {n} parts, the pattern {found}"))
        .with_primary(format!("{found} parts"))
}

/// `name` has n parts, the pattern found.
pub(super) fn pattern_extra(at: FileSpan, name: &str, n: usize, found: usize) -> Diagnostic {
    Diagnostic::new(Code::E0450, at, format!("`{name}` has {n} parts, the pattern {found}"))
        .with_primary("too many")
}

/// This pattern does not match `witness`.
pub(super) fn refutable_pattern(at: FileSpan, place: &str, witness: &str) -> Diagnostic {
    Diagnostic::new(Code::E0451, at, format!("this pattern does not match `{witness}`"))
        .with_primary(format!("a `{place}` pattern must always match"))
        .with_help("use `let … else`, `if let` or `match`")
}

/// This match has too many cases to examine.
pub(super) fn match_too_complex(at: FileSpan) -> Diagnostic {
    Diagnostic::new(Code::E0453, at, "this match has too many cases to examine")
        .with_primary("the check gave up")
        .with_help("split it: match on one part first")
}

/// This format does not fit a `ty`.
pub(super) fn format_spec(at: FileSpan, ty: &str) -> Diagnostic {
    Diagnostic::new(Code::E0455, at, format!("this format does not fit a `{ty}`"))
        .with_primary("formatted here")
}

/// `name` has n type parameters, found are given.
pub(super) fn type_arg_count(at: FileSpan, name: &str, n: usize, found: usize) -> Diagnostic {
    Diagnostic::new(Code::E0456, at, format!("`{name}` has {n} type parameters, {found} are given"))
        .with_primary("wrong number of type arguments")
}

/// This never runs.
pub(super) fn unreachable_code(at: FileSpan) -> Diagnostic {
    Diagnostic::new(Code::W0402, at, "this never runs")
        .with_primary("a statement before it always leaves")
}

/// This arm never runs.
pub(super) fn unreachable_arm(at: FileSpan) -> Diagnostic {
    Diagnostic::new(Code::W0403, at, "this arm never runs")
        .with_primary("the arms before it take all its values")
}

/// This is always a `ty`.
pub(super) fn always_true(at: FileSpan, ty: &str) -> Diagnostic {
    Diagnostic::new(Code::W0404, at, format!("this is always a `{ty}`"))
        .with_primary("the test is always true")
}

/// This pattern always matches.
pub(super) fn always_matches(at: FileSpan) -> Diagnostic {
    Diagnostic::new(Code::W0405, at, "this pattern always matches")
        .with_primary("it tests nothing")
        .with_help("use a plain `let`")
}

/// The pattern of `let … else` cannot fail.
pub(super) fn else_never_runs(at: FileSpan) -> Diagnostic {
    Diagnostic::new(Code::E0457, at, "this pattern always matches, so `else` never runs")
        .with_primary("nothing to test")
        .with_help("remove `else` and its block, or test an optional or a variant")
}

/// `name` is given for the field `field`.
pub(super) fn misplaced_pun(at: FileSpan, name: &str, field: &str) -> Diagnostic {
    Diagnostic::new(Code::W0406, at, format!("`{name}` is given for the field `{field}`"))
        .with_primary(format!("there is also a field `{name}`"))
        .with_help("write the field names")
}

/// A call leaves out arguments.
pub(super) fn missing_arguments(at: FileSpan, name: &str, missing: &[String]) -> Diagnostic {
    let what = if missing.len() == 1 { "argument" } else { "arguments" };
    let found =
        Diagnostic::new(Code::E0415, at, format!("`{name}` needs the {what} {}", listed(missing)))
            .with_primary("not given here");
    match name {
        "range" => found.with_help("to count from 0, write `0..n`: `for i in 0..10`"),
        _ => found,
    }
}

/// A call has arguments beyond the parameters.
pub(super) fn too_many_arguments(at: FileSpan, name: &str, n: usize, found: usize) -> Diagnostic {
    let name = if name.is_empty() { "this function" } else { name };
    Diagnostic::new(Code::E0416, at, format!("`{name}` takes {n} arguments, {found} are given"))
        .with_primary("too many arguments")
}

/// A named argument names no parameter.
pub(super) fn unknown_argument(
    at: FileSpan,
    name: &str,
    callee: &str,
    known: &[&str],
) -> Diagnostic {
    let diagnostic =
        Diagnostic::new(Code::E0417, at, format!("`{callee}` has no parameter `{name}`"))
            .with_primary("no such parameter");
    suggest(diagnostic, name, known)
}

/// A record is built without some of its fields.
pub(super) fn missing_fields(at: FileSpan, name: &str, missing: &[String]) -> Diagnostic {
    let what = if missing.len() == 1 { "field" } else { "fields" };
    Diagnostic::new(Code::E0419, at, format!("`{name}` needs the {what} {}", listed(missing)))
        .with_primary("not given here")
}

/// A value has no such field.
pub(super) fn unknown_field(
    at: FileSpan,
    name: &str,
    ty: &str,
    known: &[&str],
    method: bool,
    instead: Option<&str>,
) -> Diagnostic {
    let diagnostic = Diagnostic::new(Code::E0420, at, format!("`{ty}` has no field `{name}`"))
        .with_primary("no such field");
    if method {
        let behind = Span::point(at.span.hi).in_file(at.file);
        return diagnostic
            .with_help(format!("`{name}` is a method: call it, `.{name}(…)`"))
            .with_fix("call it", behind, "()", Applicability::Maybe);
    }
    match instead {
        Some(instead) => diagnostic.with_help(instead),
        None => suggest(diagnostic, name, known),
    }
}

/// No cell of this name takes such a value first.
pub(super) fn unknown_method(
    at: FileSpan,
    name: &str,
    ty: &str,
    near: Option<&str>,
    field: bool,
) -> Diagnostic {
    let diagnostic = Diagnostic::new(Code::E0421, at, format!("`{ty}` has no method `{name}`"))
        .with_primary("no method, cell or builtin of this name takes it");
    match near {
        _ if field => diagnostic.with_help(format!("`{name}` is a field that holds no function")),
        Some(near) => renamed(diagnostic, near),
        None => diagnostic,
    }
}

/// An unqualified variant that nothing decides.
pub(super) fn ambiguous_variant(at: FileSpan, name: &str, owners: &[&str]) -> Diagnostic {
    let owners: Vec<String> = owners.iter().map(|owner| format!("`{owner}.{name}`")).collect();
    Diagnostic::new(Code::E0426, at, format!("which `{name}` is meant?"))
        .with_primary("nothing here decides the enum")
        .with_help(format!("write {}", owners.join(" or ")))
}

/// `??` on a value that is never null.
pub(super) fn coalesce_operand(at: FileSpan, ty: &str, result: bool) -> Diagnostic {
    let diagnostic = Diagnostic::new(Code::E0435, at, "`??` needs an optional on its left")
        .with_primary(format!("this has type `{ty}`"));
    if result {
        diagnostic.with_help("for a `result` write `.unwrap_or(…)`")
    } else {
        diagnostic.with_help("remove the default")
    }
}

/// `?` on a result in a function without one.
pub(super) fn propagate_result_in(at: FileSpan, ret: &str, optional: bool) -> Diagnostic {
    let diagnostic = Diagnostic::new(
        Code::E0438,
        at,
        format!("`?` gives an error on, but the function's result is `{ret}`"),
    )
    .with_primary("needs a function that returns a `result`");
    if optional {
        diagnostic.with_help("match on it, or return a `result` instead of an optional")
    } else {
        diagnostic.with_help("return a `result`, or unwrap with `!`")
    }
}

/// `?` on an optional in a function without one.
pub(super) fn propagate_null_in(at: FileSpan, ret: &str, result: bool) -> Diagnostic {
    let diagnostic = Diagnostic::new(
        Code::E0438,
        at,
        format!("`?` gives `null` on, but the function's result is `{ret}`"),
    )
    .with_primary("needs a function that returns an optional");
    if result {
        diagnostic.with_help("make it a `result` first: `ok_or(…)?`")
    } else {
        diagnostic.with_help("give a default with `??`, or unwrap with `!`")
    }
}

/// Something is indexed that has no positions.
pub(super) fn cannot_index(at: FileSpan, ty: &str, tuple: bool) -> Diagnostic {
    let diagnostic = Diagnostic::new(Code::E0441, at, format!("a `{ty}` cannot be indexed"))
        .with_primary("expected a list, String, Bytes, map or Json");
    if tuple { diagnostic.with_help("read a tuple by position: `t.0`") } else { diagnostic }
}

/// `for` over something without elements.
pub(super) fn not_iterable(at: FileSpan, ty: &str, optional: bool) -> Diagnostic {
    let diagnostic = Diagnostic::new(Code::E0444, at, format!("a `{ty}` has no elements"))
        .with_primary("expected a list, range, map, set or String");
    match ty {
        _ if optional => diagnostic.with_help("give a default: `?? []`"),
        "Int" => diagnostic.with_help("count with a range: `0..n`"),
        "Json" => {
            diagnostic.with_help("convert it first: `as list[Json]` or `as map[String, Json]`")
        }
        _ => diagnostic,
    }
}

/// A pattern leaves out parts.
pub(super) fn pattern_missing(at: FileSpan, name: &str, missing: &[String]) -> Diagnostic {
    Diagnostic::new(
        Code::E0450,
        at,
        format!("the pattern of `{name}` leaves out {}", listed(missing)),
    )
    .with_primary("not all parts")
    .with_help("name them, or write `..` for the rest")
}

/// A match without arms for these values.
pub(super) fn missing_cases(at: FileSpan, witnesses: &[String]) -> Diagnostic {
    let shown: Vec<String> = witnesses.iter().map(|witness| format!("`{witness}`")).collect();
    Diagnostic::new(Code::E0452, at, format!("this match does not cover {}", shown.join(", ")))
        .with_primary("not all values have an arm")
        .with_help("add an arm for each case, or `_`")
}

/// A value is dropped that was surely meant to be used.
pub(super) fn value_dropped(
    at: FileSpan,
    what: &str,
    assign: Option<(Span, String)>,
) -> Diagnostic {
    let diagnostic = Diagnostic::new(Code::W0401, at, format!("this {what} is not used"))
        .with_primary("computed, then dropped");
    match assign {
        Some((start, name)) => diagnostic.with_fix(
            format!("assign it to `{name}`"),
            start.in_file(at.file),
            format!("{name} = "),
            Applicability::Maybe,
        ),
        None => diagnostic,
    }
}

fn listed(names: &[String]) -> String {
    let shown: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
    shown.join(", ")
}

/// Adds a name that was likely meant.
fn renamed(diagnostic: Diagnostic, near: &str) -> Diagnostic {
    let at = diagnostic.primary.at;
    let message = format!("write `{near}`");
    diagnostic.with_help(format!("did you mean `{near}`?")).with_fix(
        message,
        at,
        near,
        Applicability::Maybe,
    )
}

fn suggest(diagnostic: Diagnostic, name: &str, known: &[&str]) -> Diagnostic {
    match closest(name, known.iter().copied()) {
        Some(near) => renamed(diagnostic, near),
        None if known.is_empty() || known.len() > 8 => diagnostic,
        None => diagnostic.with_help(format!("there are `{}`", known.join("`, `"))),
    }
}

/// A type that cannot be refined.
pub(super) fn not_refinable(at: FileSpan, found: &str) -> Diagnostic {
    Diagnostic::new(Code::E0490, at, format!("`{found}` cannot be refined"))
        .with_primary("a condition needs a value of one known type")
        .with_help("refine Int, Float, Bool, String, Bytes, a list, map, set, tuple, record or enum; write `?` or `|` where the alias is used")
}

/// A type test for a refined type in a pattern.
pub(super) fn refined_pattern(at: FileSpan, found: &str) -> Diagnostic {
    Diagnostic::new(Code::E0491, at, format!("a pattern cannot test for `{found}`"))
        .with_primary("its condition is no pattern")
        .with_help(format!("test for the base type, and use a guard: `n: Int if n is {found}`"))
}
