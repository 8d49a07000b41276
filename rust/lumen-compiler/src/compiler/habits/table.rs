//! THE table of forms of other languages: what each is told, and by which code; nothing else words such advice.
//!
//! A message and a fix may hold `{}`, which is what stands in the source. `Machine`: the fix writes what the form means
//! there; `Maybe`: what it likely means; a form without a fix only has help.

use lumen_base::{Applicability, Code};

/// What is said about a form.
pub(super) struct Row {
    pub(super) code: Code,
    pub(super) message: &'static str,
    /// How Lumen says it.
    pub(super) help: &'static str,
    /// What the edits do, when there are any.
    pub(super) fix: &'static str,
    pub(super) applicability: Applicability,
}

macro_rules! forms {
    ($($form:ident Code::$code:ident $message:literal, $help:literal, $fix:literal $applicability:ident;)*) => {
        /// A form of another language.
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
        pub(super) enum Form {
            $($form,)*
        }

        impl Form {
            pub(super) const fn row(self) -> Row {
                match self {
                    $(Self::$form => Row {
                        code: Code::$code,
                        message: $message,
                        help: $help,
                        fix: $fix,
                        applicability: Applicability::$applicability,
                    },)*
                }
            }
        }
    };
}

forms! {
    // Declarations.
    Function Code::E0222 "a function is a `cell`, not a `{}`",
        "write `cell name(x: Int) -> Int`, its lines, and `end`", "write `cell`" Machine;
    Result Code::E0222 "the type of a result stands behind `->`",
        "write `cell name(x: Int) -> Int`", "write `->`" Machine;
    Receiver Code::E0222 "a cell has no type before its name",
        "a method names its type at its first parameter: `cell area(self: Shape) -> Float`", "name it at `self`" Machine;
    Record Code::E0222 "data with fields is a `record`, not a `{}`",
        "write `record Name`, lines `field: Type`, and `end`; what it does is written as cells behind it, whose first parameter is `self: Name`",
        "write `record`" Machine;
    Class Code::E0222 "data with fields is a `record`, not a `{}`",
        "write `record Name`, lines `field: Type`, and `end`; what it does is written as cells behind it, whose first parameter is `self: Name`",
        "" Maybe;
    FieldComma Code::E0222 "a field ends with its line",
        "each field stands on a line of its own, without commas", "remove the commas" Machine;
    Interface Code::E0222 "what types have in common is a `trait`, not a `{}`",
        "write `trait Name`, lines `cell name(self) -> Type`, and `end`; a type gets it by `impl Name for Type`",
        "write `trait`" Maybe;
    Variable Code::E0222 "a variable is bound by `let mut`, not by `{}`",
        "write `let mut name = value`; what never changes is bound by `let`", "write `let mut`" Machine;
    Binding Code::E0222 "a value is bound by `let`, not by `{}`",
        "write `let name = value`; only what stands at the top of a file and is written in upper case is a `const`",
        "write `let`" Machine;
    TypeFirst Code::E0222 "a binding begins with `let`",
        "the type stands behind the name, if it is written at all: `let name: Int = value`", "write `let`" Machine;
    Walrus Code::E0222 "there is no `:=`",
        "a value is named by `let name = value`, and `name = value` assigns to a `let mut`", "write `let … =`" Maybe;
    Public Code::E0222 "there is no `{}`",
        "what other files may import has `pub` before it", "write `pub`" Machine;
    Modifier Code::E0222 "there is no `{}` before a declaration",
        "what has no `pub` is private to its file, and each call waits for its result", "remove it" Machine;
    FromImport Code::E0222 "an import begins with `import`",
        "names are imported by `import module: name, other`", "write `import …: …`" Machine;
    ImportFrom Code::E0222 "an import names its module first",
        "names are imported by `import module: name, other`; a file next to this one is its name without the ending", "write `import …: …`" Maybe;
    Include Code::E0222 "there is no `{}`",
        "a module is imported by `import module`, names of it by `import module: name`; the file itself has no header", "" Maybe;

    // Blocks.
    Colon Code::E0223 "a block does not begin with `:`",
        "a block begins on the next line and ends with `end`", "end the block with `end`" Machine;
    Braces Code::E0223 "a block has no braces",
        "a block begins on the next line and ends with `end`", "end the block with `end`" Machine;
    BlockWord Code::E0223 "`{}` does not begin a block",
        "a block begins with the next line and ends with `end`; `if c then a else b` stands on one line", "remove it" Machine;

    // Statements.
    ElseIf Code::E0224 "there is no `{}`",
        "another condition begins with `else if`", "write `else if`" Machine;
    Switch Code::E0224 "there is no `{}`",
        "cases are told apart by `match value`, a line `pattern -> result` for each, and `end`", "write `match`" Machine;
    Case Code::E0224 "an arm of a `match` is `pattern -> result`",
        "without `case`, `=>` or a comma; `_ -> …` takes what is left, and no arm falls through", "write `->`" Machine;
    Catch Code::E0224 "there are no exceptions: `{}` catches nothing",
        "what may fail gives a `result`: take it apart by `match r`, with arms `ok(v) -> …` and `err(e) -> …`, or pass the failure on with `r?`", "" Maybe;
    Throw Code::E0224 "there are no exceptions: `{}` throws nothing",
        "a failure that the caller handles is a value, `return err(reason)` in a cell that gives `result[T, E]`; `panic(text)` stops the program", "" Maybe;
    Print Code::E0224 "a call has parentheses",
        "write `print(…)`", "write `print(…)`" Machine;
    Step Code::E0224 "there is no `{}` that counts",
        "write `i += 1` or `i -= 1`", "write the assignment" Machine;
    Remove Code::E0224 "there is no `{}`",
        "a list or map without an element is a new value: `m = m.remove(key)`, `xs = xs.remove_at(i)`", "" Maybe;
    Outer Code::E0224 "there is no `{}`",
        "a cell changes no binding outside of it: it takes values and gives one back; what never changes is a `const`", "" Maybe;
    With Code::E0224 "there is no `with … as`",
        "name the value by `let`, and say what has to be done at the end of the block by `defer` … `end`", "" Maybe;
    ForEach Code::E0224 "a `for` is written `for x in xs`",
        "`in` stands before what is gone through, and nothing is in parentheses; `for (key, value) in m` takes pairs apart", "write `for … in`" Machine;
    ForCount Code::E0224 "a `for` goes through elements",
        "to count, write `for i in 0..10`, or `for i in 0..10 step 2`; `while condition` repeats as long as it holds", "" Maybe;
    Unless Code::E0224 "there is no `{}`",
        "write `if not …` or `while not …`", "write `not`" Machine;
    DoWhile Code::E0224 "there is no loop that tests at its end",
        "write `loop`, and `if done then break` as its last line", "" Maybe;
    Several Code::E0224 "several names stand in parentheses",
        "write `(a, b) = (b, a)`, `let (a, b) = pair`, `for (key, value) in m`", "write the parentheses" Machine;

    // Expressions.
    Lambda Code::E0225 "there is no `{}`",
        "a function value is `fn(x) => x + 1`, or `fn(x)`, its lines, and `end`", "write `fn(…) =>`" Machine;
    LambdaColon Code::E0225 "what a function value gives stands behind `=>`",
        "a function value is `fn(x) => x + 1`, or `fn(x)`, its lines, and `end`", "write `=>`" Machine;
    Arrow Code::E0225 "a function value begins with `fn`",
        "write `fn(x) => x + 1`, or `fn(x)`, its lines, and `end`", "write `fn(…)`" Machine;
    Ternary Code::E0225 "there is no `? :`",
        "a choice between two values is `if condition then one else other`", "write `if … then … else …`" Machine;
    IfBehind Code::E0225 "a choice begins with its condition",
        "write `if condition then one else other`", "write `if … then … else …`" Machine;
    ElseLine Code::E0225 "an `if … then … else …` stands on one line",
        "write `else` behind it, or a block: `if condition`, its lines, `else`, its lines, and `end`",
        "join the lines" Machine;
    Entry Code::E0225 "an entry of a map is `key: value`",
        "write `{\"name\": value}`; a key that is a variable stands in parentheses, `{(key): value}`",
        "write `:`" Machine;
    New Code::E0225 "there is no `new`",
        "a value is made by its type's name: `Point(1, 2)`", "remove it" Machine;
    InstanceOf Code::E0225 "there is no `{}`",
        "a value of several types is asked by `x is Type`, or taken apart by `match`", "write `is`" Machine;
    TypeOf Code::E0225 "there is no `{}`",
        "types are known before the program runs; a value of several types is asked by `x is Type`, or taken apart by `match`", "" Maybe;
    IsNot Code::E0225 "there is no `is not`",
        "write `x != null`, or `not (x is Type)`", "write `!= null`" Machine;
    NotEqual Code::E0225 "there is no `{}`",
        "write `!=`", "write `!=`" Machine;
    Slice Code::E0225 "a slice is written with `..`",
        "`xs[a..b]` goes from `a` up to but not including `b`; `xs[a..]` and `xs[..b]` leave out an end; the last element is `xs.last()`", "write `..`" Machine;
    Generator Code::E0225 "a comprehension stands in brackets",
        "write `[x for x in xs]`", "write the brackets" Machine;
    Spaced Code::E0225 "a call has parentheses",
        "write `{}(…)`", "write the parentheses" Machine;
    Angles Code::E0225 "type arguments stand in brackets",
        "write `list[Int]`, `map[String, Int]`", "write the brackets" Machine;
    ListType Code::E0225 "a list type is `list[T]`",
        "write `list[Int]`", "write `list[…]`" Machine;

    // Signs.
    Comment Code::E0226 "a comment begins with `#`",
        "`//` divides, rounding down, and `/* */` is no comment", "write `#`" Machine;
    Quotes Code::E0227 "a text stands between `\"`",
        "`\"…\"` has holes for values, `\"{name}\"`; `\"\"\"` begins and ends a text of several lines", "write `\"`" Machine;
    Prefix Code::E0227 "a text needs no mark for its holes",
        "write `\"hello {name}\"`", "remove it" Machine;
    Semicolon Code::E0228 "a statement ends with its line",
        "no `;` is needed", "remove it" Machine;
}
