//! THE table of names that other languages give to what Lumen has: words, builtins, methods and types.
//!
//! Asked only for a name that stands for nothing.

use lumen_base::{Applicability, Diagnostic, FileSpan};

/// What a name stands for where it was not found.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(crate) enum Kind {
    /// A value, or a cell that is called by its name.
    Value,
    /// A method or field behind a dot.
    Method,
    /// A type.
    Type,
    /// A module.
    Module,
}

/// What Lumen has instead.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Known {
    /// Written in its place with the same meaning, when not empty.
    same: &'static str,
    /// How it is said otherwise, when not empty.
    help: &'static str,
}

macro_rules! names {
    ($($kind:ident { $($($name:literal)|+ => $same:literal $(, $help:literal)?;)* })*) => {
        /// What Lumen calls it.
        pub(crate) fn known_as(kind: Kind, name: &str) -> Option<Known> {
            Some(match (kind, name) {
                $($((Kind::$kind, $($name)|+) => Known { same: $same, help: concat!($($help)?) },)*)*
                _ => return None,
            })
        }
    };
}

names! {
    Value {
        "None" | "nil" | "undefined" | "NULL" | "nullptr" | "Nil" | "Nothing" => "null";
        "True" | "TRUE" => "true";
        "False" | "FALSE" => "false";
        "pass" => "null", "a block that does nothing may be empty, or holds `null`";
        "println" | "printf" | "puts" | "echo" => "print";
        "console" | "System" | "fmt" | "process" => "", "a line is written by `print(…)`, also of several values";
        "str" | "String" | "toString" | "repr" | "Str" => "to_string";
        "parseInt" | "atoi" => "parse_int", "`parse_int(text)` gives an `Int?`, `null` when the text is no number";
        "parseFloat" | "atof" => "parse_float", "`parse_float(text)` gives a `Float?`, `null` when the text is no number";
        "Number" => "", "`parse_int(text)` and `parse_float(text)` read a number, `to_int(x)` and `to_float(x)` convert one";
        "input" | "readline" | "prompt" | "gets" | "readLine" => "", "`read_line()` gives the next line of the input, `null` at its end";
        "sorted" => "sort", "`xs.sort()`, `xs.sort_by(fn(x) => key)` give a sorted list";
        "reversed" => "reverse";
        "isinstance" => "", "a value of several types is asked by `x is Type`, or taken apart by `match`";
        "typeof" => "", "types are known before the program runs; `x is Type` asks a value of several types";
        "ord" => "char_code";
        "chr" => "from_char_code";
        "list" | "Array" | "List" | "tuple" | "vec" => "", "a list is written `[a, b]`, the empty one `[]`; `to_list(x)` makes one of other elements";
        "dict" | "Map" | "Object" | "HashMap" | "defaultdict" | "OrderedDict" =>
            "", "a map is written `{\"a\": 1}`, the empty one `{}`; `m[key] ?? 0` gives a default";
        "Set" | "HashSet" | "frozenset" => "", "a set is written `{1, 2}`, the empty one `set[T]()`; `to_set(xs)` makes one of a list";
        "Counter" => "", "`xs.count_by(fn(x) => x)` counts equal elements";
        "Math" | "math" => "", "its cells are builtins: `sqrt(x)`, `floor(x)`, `max(a, b)`, `abs(x)`";
        "JSON" | "json" => "", "`parse_json(text)` reads JSON, `to_json(value)` writes it";
        "os" | "sys" | "fs" => "", "what a program may do outside are builtins with effects; `args()` gives its arguments";
        "datetime" | "Date" | "time" => "", "`import std.time` has dates, times and durations";
        "re" | "RegExp" => "", "`regex_match(text, pattern)`, `regex_find`, `regex_replace`, `regex_split` take a pattern as a text";
        "random" | "rand" => "random_int", "`random_int(low, high)` gives a whole number";
        "raise" | "throw" => "", "a failure is a value: `return err(reason)`; `panic(text)` stops the program";
        "ValueError" | "TypeError" | "KeyError" | "Error" | "Exception" | "RuntimeError" =>
            "", "a failure is a value: `return err(reason)`; `panic(text)` stops the program";
        "Some" | "Just" => "", "a value goes where an optional one is expected as it is";
        "Ok" => "ok";
        "Err" => "err";
        "self" => "", "`self` is the first parameter of a method";
        "this" => "self";
        "super" => "", "a record has no parent: put the other record into a field, or share a `trait`";
        "quit" => "exit";
        "next" => "", "a cursor gives its next element by `it.next()`: `let mut it = iter(stream)`";
        "require" | "include" | "__import__" => "", "a module is imported at the top of the file: `import module`";
        "__name__" => "", "a program begins in `cell main()`, or with its first statement; a file that is imported runs nothing";
        "object" | "any" => "", "any value has the type `Any`";
        "setattr" | "getattr" => "", "fields are known before the program runs; what is named at run time is a map";
        "NaN" => "", "`0.0 / 0.0` is not a number, `is_nan(x)` asks for it";
        "Infinity" | "inf" => "", "`1.0 / 0.0` is infinite";
    }
    Method {
        "iter" | "into_iter" | "iterator" => "", "`for x in xs` and `xs.map(f)` need no cursor; `let mut it = iter(stream)` makes one";
        "size" | "count" | "len" => "length";
        "push_back" | "add_last" | "appendChild" => "append", "a list is a value: `xs = xs.append(x)`";
        "extend" | "addAll" | "concat" | "push_all" => "", "lists are joined by `++`: `xs = xs ++ ys`";
        "add" => "insert", "`s = s.insert(x)` for a set, `xs = xs.append(x)` for a list";
        "unshift" | "appendleft" => "prepend";
        "shift" | "popleft" => "", "`xs[0]` is the first element, `xs[1..]` the others";
        "splice" | "delete" | "discard" => "", "`xs.remove_at(i)`, `xs.insert_at(i, x)` and `m.remove(key)` give the changed value";
        "toUpperCase" | "to_uppercase" | "toupper" | "uppercase" | "upcase" | "ToUpper" => "upper";
        "toLowerCase" | "to_lowercase" | "tolower" | "lowercase" | "downcase" | "casefold" | "ToLower" => "lower";
        "strip" | "trimmed" => "trim";
        "lstrip" | "trimStart" | "trimLeft" | "trim_left" => "trim_start";
        "rstrip" | "trimEnd" | "trimRight" | "trim_right" => "trim_end";
        "startsWith" | "startswith" | "hasPrefix" | "start_with" => "starts_with";
        "endsWith" | "endswith" | "hasSuffix" | "end_with" => "ends_with";
        "indexOf" | "index" | "find_first" => "index_of";
        "includes" | "contains_key" | "has" | "containsKey" | "include" | "hasOwnProperty" =>
            "contains", "`x in xs` says the same, also for the keys of a map";
        "hasKey" => "has_key";
        "replaceAll" | "replace_all" | "gsub" | "sub" => "replace";
        "padStart" | "rjust" | "padLeft" | "zfill" => "pad_left";
        "padEnd" | "ljust" | "padRight" => "pad_right";
        "charAt" | "char_at" => "", "`s[i]` is a text of one character";
        "charCodeAt" | "codePointAt" => "char_code";
        "substr" | "substring_of" => "substring";
        "toString" | "to_s" | "str" => "to_string";
        "splitlines" => "lines";
        "isdigit" | "isnumeric" | "isDigit" => "is_digit";
        "isalpha" => "is_alpha";
        "isalnum" => "is_alnum";
        "isspace" => "is_space";
        "isupper" => "is_upper";
        "islower" => "is_lower";
        "forEach" | "each" => "for_each";
        "flatMap" | "bind" => "flat_map";
        "filterMap" | "compactMap" => "filter_map";
        "select" | "where" => "filter";
        "collect" | "toList" | "toArray" | "to_a" => "to_list";
        "inject" | "foldl" | "foldLeft" => "fold";
        "some" | "exists" | "anyMatch" => "any";
        "every" | "allMatch" | "forall" => "all";
        "sorted" | "toSorted" => "sort";
        "sortBy" | "sortWith" | "sortOn" => "sort_by";
        "groupBy" => "group_by";
        "reversed" | "toReversed" => "reverse";
        "uniq" | "unique" | "dedup" => "distinct";
        "findIndex" | "indexWhere" => "find_index";
        "head" => "first";
        "items" | "iteritems" => "entries", "a map gives its pairs to `for (key, value) in m`";
        "setdefault" | "getOrDefault" | "get_or_default" => "", "`m[key] ?? default`";
        "isEmpty" | "empty" => "is_empty";
        "unwrapOr" => "unwrap_or";
        "isOk" => "is_ok";
        "isErr" => "is_err";
        "copy" | "deepcopy" | "dup" => "clone", "a value is copied by `let mut other = value`: changing one never changes the other";
        "encode" => "", "`bytes(text)` gives the bytes of a text";
        "decode" => "", "`bytes.to_string()` reads them as text";
    }
    Module {
        "math" | "cmath" => "", "its cells are builtins, without an import: `sqrt(x)`, `floor(x)`, `max(a, b)`; `std.math` has more";
        "json" => "", "`parse_json(text)` and `to_json(value)` are builtins, without an import; `std.json` has more";
        "re" => "", "`regex_match(text, pattern)` and its like are builtins, without an import";
        "random" | "os" | "sys" | "fs" | "string" | "itertools" | "functools" | "typing" | "operator" | "path" | "console" | "io" =>
            "", "what programs need every day are builtins, without an import: `lumen doc` lists them";
        "datetime" | "time" | "date" => "", "`import std.time` has dates, times and durations";
        "collections" => "", "`import std.collections` has deques, priority queues and sorted maps";
    }
    Type {
        "i8" | "i16" | "i64" | "i32" | "int" | "Integer" | "usize" | "isize" | "u8" | "u16" | "u32" | "u64" | "Long" | "long" | "uint" | "int64" => "Int";
        "f64" | "f32" | "double" | "Double" | "float" | "Number" | "float64" => "Float";
        "number" => "Float", "whole numbers are `Int`, others `Float`";
        "bool" | "Boolean" | "boolean" => "Bool";
        "str" | "string" | "Str" | "Text" | "char" | "Char" => "String";
        "bytearray" | "Buffer" | "Uint8Array" | "bytes" => "Bytes";
        "List" | "Vec" | "Array" | "array" | "vec" | "Sequence" | "ArrayList" => "list";
        "Map" | "Dict" | "dict" | "HashMap" | "Record" => "map";
        "Set" | "HashSet" | "frozenset" => "set";
        "Tuple" => "tuple";
        "Result" => "result";
        "Option" | "Optional" | "Maybe" => "", "what may be `null` is written `T?`";
        "Unit" | "void" | "Void" | "None" | "unit" | "undefined" | "NoneType" | "nil" => "Null";
        "any" | "object" | "unknown" | "Object" | "interface" | "dynamic" => "Any";
        "never" | "NoReturn" => "Never";
        "Union" => "", "one of several types is written `A | B`";
        "Callable" | "Function" | "Func" | "Fn" => "", "the type of a function is `fn(Int) -> String`";
        "Promise" | "Awaitable" | "Coroutine" | "Task" => "", "a call waits for its result: the type is that of the result";
        "Iterator" | "Iterable" | "Generator" | "Iter" => "Stream";
    }
}

impl Known {
    /// What is written in its place, if one word is.
    pub(crate) fn same(self) -> &'static str {
        self.same
    }

    /// The same without the word, when there is something to say.
    pub(crate) fn only_help(self) -> Option<Self> {
        (!self.help.is_empty()).then_some(Self { same: "", ..self })
    }

    /// The diagnostic with what Lumen has instead.
    pub(crate) fn tell(self, diagnostic: Diagnostic, at: FileSpan) -> Diagnostic {
        let diagnostic = match (self.help, self.same) {
            ("", "") => return diagnostic,
            ("", same) => diagnostic.with_help(format!("Lumen calls it `{same}`")),
            (help, _) => diagnostic.with_help(help),
        };
        // What needs an explanation means something else.
        let sure = if self.help.is_empty() { Applicability::Machine } else { Applicability::Maybe };
        match self.same {
            "" => diagnostic,
            same => diagnostic.with_fix(format!("write `{same}`"), at, same, sure),
        }
    }
}
