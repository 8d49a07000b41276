//! What name resolution says: E03xx and W03xx, one constructor each.

pub(super) mod authority;
pub(super) mod cursors;

use crate::compiler::habits::{Kind, known_as};
use lumen_base::{Applicability, Code, Diagnostic, FileSpan, Span};

/// `name` stands for nothing that can be used as a value here.
pub(super) fn unknown_name(at: FileSpan, name: &str) -> Diagnostic {
    Diagnostic::new(Code::E0301, at, format!("`{name}` is not defined"))
        .with_primary("no binding, cell or constant in scope has this name")
}

/// `name = value` where nothing has the name.
pub(super) fn missing_let(at: FileSpan, name: &str) -> Diagnostic {
    let before = Span::point(at.span.lo).in_file(at.file);
    Diagnostic::new(Code::E0229, at, format!("`{name}` is assigned before it is declared"))
        .with_primary("no binding in scope has this name")
        .with_help(format!(
            "a value is named by `let {name} = …`, one that changes by `let mut {name} = …`"
        ))
        .with_fix("write `let`", before, "let ", Applicability::Machine)
}

/// `name` stands for no type.
pub(super) fn unknown_type(at: FileSpan, name: &str) -> Diagnostic {
    Diagnostic::new(Code::E0302, at, format!("there is no type `{name}`"))
        .with_primary("no type in scope has this name")
}

/// `name` is declared twice in one module.
pub(super) fn duplicate_name(at: FileSpan, name: &str, first: FileSpan) -> Diagnostic {
    Diagnostic::new(Code::E0303, at, format!("`{name}` is declared twice"))
        .with_primary("declared again here")
        .with_label(first, "declared first here")
        .with_help("rename or remove one of the two")
}

/// Two star imports, or an import and a declaration, bring the same name.
pub(super) fn duplicate_import(at: FileSpan, name: &str) -> Diagnostic {
    Diagnostic::new(Code::E0303, at, format!("`{name}` is declared twice"))
        .with_primary("this import brings a name that the file has already")
        .with_help(format!("import it under another name: `{name} as other`"))
}

/// No file for an imported module.
pub(super) fn unknown_module(at: FileSpan, module: &str, tried: &[String]) -> Diagnostic {
    let diagnostic = Diagnostic::new(Code::E0304, at, format!("there is no module `{module}`"))
        .with_primary("no file found for this import");
    let diagnostic = match known_as(Kind::Module, module) {
        Some(known) => return known.tell(diagnostic, at),
        None => diagnostic,
    };
    if tried.is_empty() {
        return diagnostic
            .with_help("a program that is not in a file can import only `std` modules");
    }
    let tried: Vec<String> = tried.iter().map(|path| format!("`{path}`")).collect();
    diagnostic.with_note(format!("looked for {}", tried.join(", ")))
}

/// Modules import each other in a circle.
pub(super) fn import_cycle(at: FileSpan, chain: &[String]) -> Diagnostic {
    Diagnostic::new(Code::E0305, at, format!("the import of `{}` is a cycle", chain[0]))
        .with_primary("this import leads back to its own file")
        .with_note(format!("the chain is {}", chain.join(" -> ")))
        .with_help("move what both need into a third module")
}

/// A module has no such name.
pub(super) fn unknown_member(at: FileSpan, module: &str, name: &str) -> Diagnostic {
    Diagnostic::new(Code::E0306, at, format!("module `{module}` has no `{name}`"))
        .with_primary("not declared there")
}

/// What to do with a name that was sought in a module and is known everywhere.
pub(super) const IS_BUILTIN: &str = "it is a builtin: use it without an import";

/// The name exists in the module but is not `pub`.
pub(super) fn private_name(at: FileSpan, module: &str, name: &str, decl: FileSpan) -> Diagnostic {
    Diagnostic::new(Code::E0307, at, format!("`{name}` of module `{module}` is private"))
        .with_primary("only `pub` declarations can be imported")
        .with_label(decl, "declared without `pub` here")
        .with_help("write `pub` before the declaration")
}

/// Assignment to a variable of the function around a lambda or nested cell.
pub(super) fn captured_assignment(at: FileSpan, name: &str, decl: FileSpan) -> Diagnostic {
    Diagnostic::new(Code::E0308, at, format!("cannot assign to the captured variable `{name}`"))
        .with_primary("this function has its own copy: the assignment would change nothing outside")
        .with_label(decl, "declared outside of the function")
        .with_help("return the new value, or copy it first: `let mut other = …`")
}

/// The target of an assignment cannot change.
pub(super) fn not_assignable(at: FileSpan, what: &str) -> Diagnostic {
    Diagnostic::new(Code::E0309, at, format!("cannot assign to {what}"))
        .with_primary("not a variable or a place inside of one")
}

/// `break` or `continue` with no loop around.
pub(super) fn jump_outside_loop(at: FileSpan, word: &str) -> Diagnostic {
    Diagnostic::new(Code::E0310, at, format!("`{word}` outside of a loop"))
        .with_primary("no loop of this function is around it")
}

/// `break @l` with no loop `@l` around.
pub(super) fn unknown_label(at: FileSpan, label: &str) -> Diagnostic {
    Diagnostic::new(Code::E0311, at, format!("no loop around has the label `@{label}`"))
        .with_primary("unknown label")
}

/// The alternatives of a pattern bind different names.
pub(super) fn or_pattern_names(at: FileSpan, name: &str) -> Diagnostic {
    Diagnostic::new(Code::E0312, at, format!("`{name}` is not bound by every alternative"))
        .with_primary("all alternatives of a pattern must bind the same names")
        .with_help(format!("bind `{name}` in each alternative, or in none"))
}

/// A name is bound twice by one pattern or list of parameters or fields.
pub(super) fn repeated_binding(
    at: FileSpan,
    what: &str,
    name: &str,
    first: FileSpan,
) -> Diagnostic {
    Diagnostic::new(Code::E0313, at, format!("the {what} `{name}` appears twice"))
        .with_primary("here again")
        .with_label(first, "first here")
        .with_help("give each one a name of its own")
}

/// An enum, or the scope, has no such variant.
pub(super) fn unknown_variant(at: FileSpan, owner: Option<&str>, name: &str) -> Diagnostic {
    let message = match owner {
        Some(owner) => format!("enum `{owner}` has no variant `{name}`"),
        None => format!("there is no variant or record `{name}`"),
    };
    Diagnostic::new(Code::E0314, at, message).with_primary("unknown variant")
}

/// A name of one kind stands where another kind is needed: a type as a value, a module as a type.
pub(super) fn wrong_kind(at: FileSpan, name: &str, is: &str, wanted: &str) -> Diagnostic {
    Diagnostic::new(Code::E0315, at, format!("`{name}` is {is}, not {wanted}"))
        .with_primary(format!("{wanted} is needed here"))
}

/// A type has the wrong number of type arguments.
pub(super) fn type_arguments(at: FileSpan, name: &str, wanted: usize, found: usize) -> Diagnostic {
    let plural = if wanted == 1 { "argument" } else { "arguments" };
    let message = format!("`{name}` takes {wanted} type {plural}, found {found}");
    Diagnostic::new(Code::E0316, at, message).with_primary("wrong number of type arguments")
}

/// An alias stands for itself, directly or through others.
pub(super) fn endless_alias(at: FileSpan, name: &str) -> Diagnostic {
    Diagnostic::new(Code::E0317, at, format!("the alias `{name}` never ends"))
        .with_primary("it stands for a type that contains it")
        .with_help("use a record or an enum: they may contain themselves")
}

/// `return`, `break`, `continue` or `?` inside a `defer` or `timeout`.
pub(super) fn leaves_never(at: FileSpan, word: &str, what: &str) -> Diagnostic {
    let why = match what {
        "a `defer`" => "a `defer` runs while its block is left already",
        _ => "what a `timeout` runs is a task of its own",
    };
    Diagnostic::new(Code::E0319, at, format!("`{word}` cannot leave {what}")).with_primary(why)
}

/// `timeout` without a time and a call.
pub(super) fn timeout_form(at: FileSpan) -> Diagnostic {
    Diagnostic::new(
        Code::E0527,
        at,
        "`timeout` takes a number of milliseconds and what may take so long",
    )
    .with_primary("not two plain arguments")
    .with_help("write `timeout(500, f(x))`")
}

/// `return` and the like in a clause of a `handler`, which stands in no cell.
pub(super) fn leaves_handler(at: FileSpan, word: &str) -> Diagnostic {
    Diagnostic::new(Code::E0505, at, format!("`{word}` has nothing to leave here"))
        .with_primary("a clause of a `handler` stands in no cell")
        .with_help("the value of a clause that does not resume is that of the `with`: give it by `if` or `match`")
}

/// A clause for a tool whose parameters and reply are not written.
pub(super) fn clause_of_untyped_tool(at: FileSpan, name: &str) -> Diagnostic {
    Diagnostic::new(Code::E0506, at, format!("`{name}` has no signature that a clause could have"))
        .with_primary("its parameters and its reply differ from call to call")
        .with_help(format!("write its signature: `use tool … as {name}(prompt: String) -> String`"))
}

/// A clause for a builtin that is no operation of the effect.
pub(super) fn clause_of_no_builtin(at: FileSpan, effect: &str, name: &str) -> Diagnostic {
    Diagnostic::new(Code::E0507, at, format!("`{name}` is no operation of the effect `{effect}`"))
        .with_primary("no builtin with this effect has this name")
        .with_help("a clause names the builtin that reaches outside, as `random.random_int(low, high) => …` does; `lumen doc builtins` lists them")
}

/// The document has both statements at the top level and `cell main`.
pub(super) fn main_and_statements(at: FileSpan, main: FileSpan) -> Diagnostic {
    Diagnostic::new(Code::E0320, at, "statements at the top level beside `cell main`")
        .with_primary("this statement would never run")
        .with_label(main, "the program starts here")
        .with_help("move the statement into `main`, or remove `cell main`")
}

/// `main` or a test with parameters.
pub(super) fn entry_signature(at: FileSpan, what: &str) -> Diagnostic {
    Diagnostic::new(Code::E0321, at, format!("{what} takes no parameters"))
        .with_primary("nobody passes arguments to it")
}

/// `xs[a..b step n]`
pub(super) fn stepped_slice(at: FileSpan) -> Diagnostic {
    Diagnostic::new(Code::E0362, at, "a slice takes no step")
        .with_primary("a slice is one piece of the whole")
        .with_help("take the elements one by one: `[xs[i] for i in a..b step n]`")
}

/// An `extern cell` that leaves its result type or its row to inference.
pub(super) fn open_host_cell(at: FileSpan, no_result: bool) -> Diagnostic {
    let what = if no_result { "result type" } else { "row" };
    Diagnostic::new(Code::E0361, at, format!("an extern cell without a {what}"))
        .with_primary("there is no body to infer it from")
        .with_help("write what it gives and does: `extern cell name(…) -> Int / {}`")
}

/// An `extern cell` of a form that no host function has.
pub(super) fn bad_host_cell(at: FileSpan, wanted: &str) -> Diagnostic {
    Diagnostic::new(Code::E0360, at, format!("an extern cell is {wanted}"))
        .with_primary("a function of the embedding program stands behind it")
}

/// A row names an effect that does not exist.
pub(super) fn unknown_effect(at: FileSpan, name: &str) -> Diagnostic {
    Diagnostic::new(Code::E0322, at, format!("there is no effect `{name}`"))
        .with_primary("neither an effect nor a row variable of a parameter's type")
}

/// A bound that is no trait.
pub(super) fn unknown_trait(at: FileSpan, name: &str, near: Option<&str>) -> Diagnostic {
    let found = Diagnostic::new(Code::E0323, at, format!("there is no trait `{name}`"))
        .with_primary("no trait in scope has this name");
    match near {
        Some(_) => did_you_mean(found, at, near),
        None => found.with_help("the builtin traits are `Eq`, `Ord`, `Hash`, `Show` and `Num`"),
    }
}

/// A trait where a type is wanted.
pub(super) fn trait_as_type(at: FileSpan, name: &str) -> Diagnostic {
    Diagnostic::new(Code::E0333, at, format!("`{name}` is a trait, not a type"))
        .with_primary("a trait says what a type can do; no value has it as its type")
        .with_help(format!(
            "for one type at a time use a parameter with this bound: `cell f[T: {name}](x: T)`"
        ))
        .with_fix(
            format!("write `any {name}` for values of any type that has it"),
            at,
            format!("any {name}"),
            Applicability::Maybe,
        )
}

/// `any Ord`: a builtin trait without a method that one value alone decides.
pub(super) fn any_of_builtin(at: FileSpan, name: &str) -> Diagnostic {
    Diagnostic::new(Code::E0469, at, format!("there is no `any {name}`"))
        .with_primary("what it does needs two values of one type, or is there for every type")
        .with_help(format!("use a type parameter with this bound: `cell f[T: {name}](x: T)`"))
}

/// `Trait.name` that the trait does not declare.
pub(super) fn unknown_trait_method(at: FileSpan, of: &str, name: &str) -> Diagnostic {
    Diagnostic::new(Code::E0306, at, format!("trait `{of}` has no method `{name}`"))
        .with_primary("not declared there")
}

/// A trait's method whose first parameter is not `self`.
pub(super) fn method_without_self(at: FileSpan, name: &str) -> Diagnostic {
    Diagnostic::new(Code::E0331, at, format!("`{name}` has no `self`"))
        .with_primary("the first parameter of a trait's method is `self`")
        .with_help(format!("write `cell {name}(self, …)`"))
}

/// `self: T` in a trait or impl.
pub(super) fn typed_self(at: FileSpan) -> Diagnostic {
    Diagnostic::new(Code::E0331, at, "`self` with a type in a trait or impl")
        .with_primary("its type is implied")
        .with_fix("remove the type", at, "", Applicability::Machine)
}

/// A trait that is among its own parents.
pub(super) fn endless_parents(at: FileSpan, name: &str) -> Diagnostic {
    Diagnostic::new(Code::E0332, at, format!("`{name}` is its own parent"))
        .with_primary("a type could never have it")
        .with_help("remove a parent, here or in the traits it names")
}

/// A trait with the name of a builtin one.
pub(super) fn shadowed_builtin_trait(at: FileSpan, name: &str) -> Diagnostic {
    Diagnostic::new(Code::W0302, at, format!("trait `{name}` hides the builtin trait `{name}`"))
        .with_primary(
            "in this file the name means this trait; operators and builtins mean the builtin one",
        )
        .with_help("implement the builtin trait with `impl`, or give this one another name")
}

/// Constants need each other to be computed.
pub(super) fn endless_constant(at: FileSpan, name: &str) -> Diagnostic {
    Diagnostic::new(Code::E0324, at, format!("the constant `{name}` needs its own value"))
        .with_primary("its value leads back to itself")
}

/// `self` without a type outside of an enum.
pub(super) fn self_needs_type(at: FileSpan) -> Diagnostic {
    Diagnostic::new(Code::E0325, at, "`self` needs a type here")
        .with_primary("only the cells inside an enum know the type of `self`")
        .with_help("write the type: `self: Name`")
}

/// A binding without `mut` is assigned; `insert` is where `mut ` belongs, if the binding is a `let`.
pub(super) fn assign_without_mut(
    at: FileSpan,
    name: &str,
    decl: FileSpan,
    insert: Option<FileSpan>,
) -> Diagnostic {
    let diagnostic =
        Diagnostic::new(Code::W0301, at, format!("`{name}` is assigned but not `mut`"))
            .with_primary("assigned here");
    // A binding of an earlier entry of a session has no place here.
    let diagnostic = match decl.span.is_empty() {
        true => diagnostic,
        false => diagnostic.with_label(decl, "declared without `mut`"),
    };
    match insert {
        Some(insert) => {
            diagnostic.with_fix("write `let mut`", insert, "mut ", Applicability::Machine)
        }
        None => diagnostic.with_help(format!("copy it first: `let mut {name} = {name}`")),
    }
}

/// A cell has the name of a builtin.
pub(super) fn shadowed_builtin(at: FileSpan, name: &str) -> Diagnostic {
    Diagnostic::new(Code::W0302, at, format!("cell `{name}` hides the builtin `{name}`"))
        .with_primary("every use of the name in this file means this cell")
        .with_help("choose another name, or write it as a method: `self` as first parameter")
}

/// A `let` in a loop hides a variable that the loop's condition reads.
pub(super) fn shadowed_condition(at: FileSpan, name: &str, remove: FileSpan) -> Diagnostic {
    Diagnostic::new(
        Code::W0303,
        at,
        format!("this `{name}` is new: the loop's condition does not see it"),
    )
    .with_primary("hides the variable that the condition reads")
    .with_fix("write an assignment", remove, "", Applicability::Maybe)
}

/// A variable changes after a nested cell has captured its value.
pub(super) fn assigned_after_capture(at: FileSpan, name: &str) -> Diagnostic {
    Diagnostic::new(Code::W0304, at, format!("a nested cell keeps the old value of `{name}`"))
        .with_primary("assigned after the cell was declared")
        .with_help("pass the value as a parameter")
}

/// An imported name is never used.
pub(super) fn unused_import(at: FileSpan, name: &str) -> Diagnostic {
    Diagnostic::new(Code::W0305, at, format!("the import `{name}` is never used"))
        .with_primary("unused")
}

/// A binding that nothing reads; `plain`: its name stands alone behind `let` and nothing assigns it.
pub(super) fn unused_variable(at: FileSpan, name: &str, plain: bool) -> Diagnostic {
    let diagnostic = Diagnostic::new(Code::W0308, at, format!("`{name}` is never used"))
        .with_primary("bound here, and not read");
    if plain {
        let better = format!("_{name}");
        let message = format!("write `{better}`");
        diagnostic.with_fix(message, at, better, Applicability::Machine)
    } else {
        diagnostic.with_help(format!("write `_{name}` or `_`, or remove it"))
    }
}

/// The value of `return` or `break` is itself a `return`, `break` or `continue`.
pub(super) fn leaves_twice(at: FileSpan, word: &str) -> Diagnostic {
    Diagnostic::new(Code::E0329, at, format!("this leaves before `{word}` has its value"))
        .with_primary("never gives a value")
        .with_help("write one of the two")
}

/// An enum without variants.
pub(super) fn empty_enum(at: FileSpan, name: &str) -> Diagnostic {
    Diagnostic::new(Code::E0328, at, format!("the enum `{name}` has no variants"))
        .with_primary("no value could ever be one")
        .with_help("declare a variant; a cell that never returns has the type `Never`")
}

/// An arm of `when` stands behind `_`.
pub(super) fn arm_after_default(at: FileSpan) -> Diagnostic {
    Diagnostic::new(Code::W0306, at, "this arm is never reached")
        .with_primary("the arm `_` before it takes everything")
}

/// A cell with `@deprecated` is used.
pub(crate) fn deprecated(at: FileSpan, name: &str, reason: &str) -> Diagnostic {
    Diagnostic::new(Code::W0307, at, format!("`{name}` is deprecated"))
        .with_primary("used here")
        .with_help(reason)
}

/// An attribute has other arguments than it takes: one text, or none.
pub(super) fn attribute_arguments(at: FileSpan, name: &str, text: bool) -> Diagnostic {
    let (what, help) = if text {
        ("takes one text", format!("say what to use instead: `@{name}(\"use area\")`"))
    } else {
        ("takes no arguments", format!("write `@{name}`"))
    };
    Diagnostic::new(Code::E0327, at, format!("`@{name}` {what}"))
        .with_primary("not with these arguments")
        .with_help(help)
}

/// A construct that is part of the language but not of this compiler.
pub(super) fn not_built(at: FileSpan, what: &str) -> Diagnostic {
    Diagnostic::new(Code::E0299, at, format!("{what}: not built yet"))
        .with_primary("this version of the compiler does not have it")
}

/// A program that only declares; its document may have examples.
pub(crate) fn nothing_to_run(at: FileSpan, has_examples: bool) -> Diagnostic {
    let found = Diagnostic::new(Code::E0326, at, "there is nothing to run")
        .with_primary("the program has neither top-level statements nor a `cell main`");
    if has_examples {
        return found.with_help("`lumen test` runs its `lumen run` fences, which are examples");
    }
    found.with_help("write statements in a `lumen` fence, or declare `cell main() -> Null`")
}

/// `Eq`, `Hash` or `Num` implemented by hand.
pub(super) fn fixed_trait(at: FileSpan, name: &str, is_num: bool) -> Diagnostic {
    let found = Diagnostic::new(Code::E0334, at, format!("`{name}` cannot be implemented"));
    if is_num {
        return found
            .with_primary("`Int` and `Float` have it, and no other type")
            .with_help("write cells such as `add(a: Vec, b: Vec) -> Vec`");
    }
    found
        .with_primary("it follows from the structure of the type")
        .with_help("remove the impl: every type without functions has it")
}

/// `yield` in a cell that is no generator, or in no cell at all.
pub(super) fn yield_outside_generator(at: FileSpan) -> Diagnostic {
    Diagnostic::new(Code::E0480, at, "`yield` outside a generator")
        .with_primary("this code gives no stream")
        .with_help("declare the cell with `-> yield T`, where `T` is the type of what it yields")
}

/// `yield` in a lambda.
pub(super) fn yield_in_lambda(at: FileSpan) -> Diagnostic {
    Diagnostic::new(Code::E0480, at, "`yield` in a lambda")
        .with_primary("a lambda runs by itself: it cannot yield for the cell around it")
        .with_help("loop with `for` in the generator itself, and `yield` there")
}

/// `main` or a test as a generator.
pub(super) fn generator_entry(at: FileSpan, what: &str) -> Diagnostic {
    Diagnostic::new(Code::E0482, at, format!("{what} cannot be a generator"))
        .with_primary("nobody would ask for its elements")
        .with_help("move the `yield`s to a cell of its own, and go through its stream with `for`")
}

/// A `handler` for an effect with type parameters that does not say for which types.
pub(super) fn handler_without_instance(at: FileSpan, name: &str) -> Diagnostic {
    Diagnostic::new(Code::E0516, at, format!("for which types does this handle `{name}`?"))
        .with_primary("this effect has type parameters")
        .with_help(format!("write them in the first clause of a `handler`: `{name}[…].operation`"))
}

/// A row with two instances of one effect.
pub(super) fn two_instances_written(at: FileSpan, name: &str, first: FileSpan) -> Diagnostic {
    Diagnostic::new(Code::E0517, at, format!("`{name}` stands in this row already"))
        .with_label(first, "here, perhaps with other types")
        .with_help("a row has one instance of an effect; declare a second effect for the other")
}

/// `perform` or a clause with something that is no operation.
pub(super) fn not_an_operation(at: FileSpan) -> Diagnostic {
    Diagnostic::new(Code::E0335, at, "this is no operation of an effect")
        .with_help("an operation is named with its effect: `Effect.operation(…)`")
}

/// An operation that the effect does not have.
pub(super) fn unknown_operation(
    at: FileSpan,
    of: &str,
    name: &str,
    better: Option<&str>,
) -> Diagnostic {
    let message = format!("the effect `{of}` has no operation `{name}`");
    did_you_mean(Diagnostic::new(Code::E0335, at, message), at, better)
}

/// An upper-case name in a row or clause that is no effect.
pub(super) fn unknown_effect_name(at: FileSpan, name: &str, better: Option<&str>) -> Diagnostic {
    let message = format!("there is no effect `{name}`");
    let diagnostic = did_you_mean(Diagnostic::new(Code::E0338, at, message), at, better);
    match better {
        Some(_) => diagnostic,
        None => diagnostic.with_help(format!("declare it: `effect {name}` … `end`")),
    }
}

/// Adds "did you mean".
pub(super) fn did_you_mean(
    diagnostic: Diagnostic,
    at: FileSpan,
    better: Option<&str>,
) -> Diagnostic {
    match better {
        Some(better) => diagnostic.with_help(format!("did you mean `{better}`?")).with_fix(
            format!("write `{better}`"),
            at,
            better,
            Applicability::Maybe,
        ),
        None => diagnostic,
    }
}

/// `resume` where there is none.
pub(super) fn resume_outside(at: FileSpan) -> Diagnostic {
    Diagnostic::new(Code::E0336, at, "`resume` outside a clause of a handler")
        .with_help("it is what a clause `Effect.operation(…) => …` goes on with")
}

/// `with` something that is no handler.
pub(super) fn not_a_handler(at: FileSpan, found: Option<&str>) -> Diagnostic {
    let message = match found {
        Some(kind) => format!("`with` needs a handler, this is {kind}"),
        None => "`with` needs a handler, there is none of this name".to_owned(),
    };
    Diagnostic::new(Code::E0337, at, message)
        .with_help("a handler is declared: `handler Name(…)`, its clauses, `end`")
}

/// A `handler` without clauses.
pub(super) fn handler_of_nothing(at: FileSpan) -> Diagnostic {
    Diagnostic::new(Code::E0339, at, "a handler without clauses")
        .with_help("write clauses: `Effect.operation(…) => …`, and perhaps `return(x) => …`")
}

/// Two clauses for one operation.
pub(super) fn repeated_clause(at: FileSpan, name: &str, first: FileSpan) -> Diagnostic {
    Diagnostic::new(Code::E0340, at, format!("a second clause for `{name}`"))
        .with_label(first, "the first one")
}

/// An operation with a signature that operations do not have.
pub(super) fn operation_signature(at: FileSpan, name: &str, problem: &str) -> Diagnostic {
    let message = format!("an operation has another kind of signature than `{name}`");
    Diagnostic::new(Code::E0341, at, message).with_primary(problem)
}

/// A clause with other parameters than its operation.
pub(super) fn clause_parameters(
    at: FileSpan,
    name: &str,
    wanted: usize,
    found: usize,
) -> Diagnostic {
    let s = if wanted == 1 { "" } else { "s" };
    let message = format!("the clause of `{name}` takes {wanted} parameter{s}, not {found}");
    Diagnostic::new(Code::E0342, at, message)
}
