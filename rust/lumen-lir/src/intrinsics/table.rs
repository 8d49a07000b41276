//! THE table of runtime builtins. Append at the end of a group; the binary form carries a hash of the table.
//!
//! A row is `"name" <type argument>(mode pattern, …) -> result / effect, properties;` with `b` borrow, `t` take.

use super::ArgMode::{Borrow as b, Take as t};
use super::Pat::*;
use super::{Pat, Signature, TypeArg};
use crate::effects::{Effect, EffectSet};

const fn effects(list: &[Effect]) -> EffectSet {
    let mut set = EffectSet::EMPTY;
    let mut i = 0;
    while i < list.len() {
        set = set.union(EffectSet::of(list[i]));
        i += 1;
    }
    set
}

macro_rules! rows {
    ($($name:literal $(<$arg:ident>)? ($($mode:ident $pat:expr),*) $(-> $result:expr)? ; $($property:ident)* $(/ $effect:ident)*;)+) => {
        /// Every builtin; the index is its number.
        pub static INTRINSICS: &[Signature] = &[ $( Signature {
            name: $name,
            type_arg: rows!(@arg $($arg)?),
            params: &[ $( ($mode, $pat) ),* ],
            result: rows!(@result $($result)?),
            effects: effects(&[ $( Effect::$effect ),* ]),
            may_fail: false $(|| rows!(@fail $property))*,
            pure: false $(|| rows!(@pure $property))*,
        }, )+ ];
    };
    (@arg) => { TypeArg::None };
    (@arg $arg:ident) => { TypeArg::$arg };
    (@result) => { None };
    (@result $result:expr) => { Some($result) };
    (@fail fail) => { true };
    (@fail pure) => { false };
    (@pure pure) => { true };
    (@pure fail) => { false };
}

const STRS: Pat = List(&Str);
const LA: Pat = List(&A);
const LANY: Pat = List(&Pat::Any);
const MAB: Pat = Map(&A, &B);
const SA: Pat = Set(&A);
const OPT_INT: Pat = Opt(&Int);

rows! {
    // Core.
    "print"(b Str); ;
    "debug"(b Str); ;
    "to_string"<Subject>(b Subject) -> Str; pure;
    "debug_string"<Subject>(b Subject) -> Str; pure;
    "type_of"(b Pat::Any) -> Str; pure;
    "hash"<Subject>(b Subject) -> Int; pure;
    "sizeof"<Subject>(b Subject) -> Int; pure;
    "assert.unequal"<Subject>(b Subject, b Subject, b Str); fail;
    "exit"(b Int); fail;
    "snapshot.text"(b Str, b Str); fail;
    "snapshot.value"(b Str, b Str); fail;
    "cover"(b Int); ;
    "exit.number"() -> Int; ;
    "trust"(b Pat::Any, b Str); ;
    "reveal"(); ;
    "parse_int"(b Str, b Int) -> OPT_INT; pure fail;
    "parse_float"(b Str) -> Opt(&Float); pure;

    // Strings.
    "string.upper"(b Str) -> Str; pure;
    "string.lower"(b Str) -> Str; pure;
    "string.trim"(b Str) -> Str; pure;
    "string.trim_start"(b Str) -> Str; pure;
    "string.trim_end"(b Str) -> Str; pure;
    "string.capitalize"(b Str) -> Str; pure;
    "string.reverse"(b Str) -> Str; pure;
    "string.split"(b Str, b Str) -> STRS; pure;
    "string.split_once"<Result>(b Str, b Str) -> Opt(&Pair(&Str, &Str)); pure;
    "string.lines"(b Str) -> STRS; pure;
    "string.chars"(b Str) -> STRS; pure;
    "string.replace"(b Str, b Str, b Str) -> Str; pure;
    "string.contains"(b Str, b Str) -> Bool; pure;
    "string.starts_with"(b Str, b Str) -> Bool; pure;
    "string.ends_with"(b Str, b Str) -> Bool; pure;
    "string.index_of"(b Str, b Str) -> OPT_INT; pure;
    "string.slice"(b Str, b Int, b Int) -> Str; pure;
    "string.pad_left"(b Str, b Int, b Str) -> Str; pure fail;
    "string.pad_right"(b Str, b Int, b Str) -> Str; pure fail;
    "string.repeat"(b Str, b Int) -> Str; pure fail;
    "string.char_code"(b Str) -> Int; pure fail;
    "from_char_code"(b Int) -> Str; pure fail;
    "string.is_digit"(b Str) -> Bool; pure;
    "string.is_alpha"(b Str) -> Bool; pure;
    "string.is_alnum"(b Str) -> Bool; pure;
    "string.is_space"(b Str) -> Bool; pure;
    "string.is_upper"(b Str) -> Bool; pure;
    "string.is_lower"(b Str) -> Bool; pure;
    "string.format"(b Str, b STRS) -> Str; pure fail;
    "string.regex_match"(b Str, b Str) -> Bool; pure fail;
    "string.regex_find"(b Str, b Str) -> Opt(&STRS); pure fail;
    "string.regex_find_all"(b Str, b Str) -> List(&STRS); pure fail;
    "string.regex_replace"(b Str, b Str, b Str) -> Str; pure fail;
    "string.regex_split"(b Str, b Str) -> STRS; pure fail;
    "string.regex_names"(b Str) -> STRS; pure fail;
    "string.bytes"(b Str) -> Bytes; pure;
    "string.part"(b Str, b Int, b Int) -> Str; pure fail;
    "bytes.text"<Result>(b Bytes) -> Result(&Str, &Str); pure;
    "bytes.concat"(b Bytes, b Bytes) -> Bytes; pure;
    "bytes.slice"(b Bytes, b Int, b Int) -> Bytes; pure;
    "bytes.part"(b Bytes, b Int, b Int) -> Bytes; pure fail;

    // Numbers.
    "int.sign"(b Int) -> Int; pure;
    "int.gcd"(b Int, b Int) -> Int; pure fail;
    "int.lcm"(b Int, b Int) -> Int; pure fail;
    "int.saturating_add"(b Int, b Int) -> Int; pure;
    "int.saturating_sub"(b Int, b Int) -> Int; pure;
    "int.saturating_mul"(b Int, b Int) -> Int; pure;
    "int.checked_add"(b Int, b Int) -> OPT_INT; pure;
    "int.checked_sub"(b Int, b Int) -> OPT_INT; pure;
    "int.checked_mul"(b Int, b Int) -> OPT_INT; pure;
    "int.checked_div"(b Int, b Int) -> OPT_INT; pure;
    "int.count_ones"(b Int) -> Int; pure;
    "int.leading_zeros"(b Int) -> Int; pure;
    "int.trailing_zeros"(b Int) -> Int; pure;
    "int.to_base"(b Int, b Int) -> Str; pure fail;
    "float.to_int"(b Float) -> OPT_INT; pure;
    "float.sign"(b Float) -> Float; pure;
    "float.min"(b Float, b Float) -> Float; pure;
    "float.max"(b Float, b Float) -> Float; pure;
    "float.round_to"(b Float, b Int) -> Float; pure;
    "float.cbrt"(b Float) -> Float; pure;
    "float.exp"(b Float) -> Float; pure;
    "float.log"(b Float) -> Float; pure;
    "float.log2"(b Float) -> Float; pure;
    "float.log10"(b Float) -> Float; pure;
    "float.sin"(b Float) -> Float; pure;
    "float.cos"(b Float) -> Float; pure;
    "float.tan"(b Float) -> Float; pure;
    "float.asin"(b Float) -> Float; pure;
    "float.acos"(b Float) -> Float; pure;
    "float.atan"(b Float) -> Float; pure;
    "float.atan2"(b Float, b Float) -> Float; pure;
    "float.hypot"(b Float, b Float) -> Float; pure;
    "float.sinh"(b Float) -> Float; pure;
    "float.cosh"(b Float) -> Float; pure;
    "float.tanh"(b Float) -> Float; pure;
    "float.asinh"(b Float) -> Float; pure;
    "float.acosh"(b Float) -> Float; pure;
    "float.atanh"(b Float) -> Float; pure;
    "float.expm1"(b Float) -> Float; pure;
    "float.log1p"(b Float) -> Float; pure;
    "float.is_nan"(b Float) -> Bool; pure;
    "float.is_finite"(b Float) -> Bool; pure;

    // Lists.
    "list.concat"(t LA, b LA) -> LA; pure;
    "list.slice"(b LA, b Int, b Int) -> LA; pure;
    "list.truncate"(t LA, b Int) -> LA; pure;
    "list.prepend"(t LA, t A) -> LA; pure;
    "list.insert"(t LA, b Int, t A) -> LA; pure fail;
    "list.remove_at"(t LA, b Int) -> LA; pure fail;
    "list.reverse"(t LA) -> LA; pure;
    "list.sort"(t LA) -> LA; pure;
    "list.unique"(b LA) -> LA; pure;
    "list.contains"(b LA, b A) -> Bool; pure;
    "list.index_of"(b LA, b A) -> OPT_INT; pure;
    "list.join"(b STRS, b Str) -> Str; pure;
    "list.range"(b Int, b Int) -> List(&Int); pure;
    "list.sum_int"(b List(&Int)) -> Int; pure fail;
    "list.sum_float"(b List(&Float)) -> Float; pure;
    "list.product_int"(b List(&Int)) -> Int; pure fail;
    "list.product_float"(b List(&Float)) -> Float; pure;
    "list.min"(b LA) -> Opt(&A); pure;
    "list.max"(b LA) -> Opt(&A); pure;
    "list.flatten"(b List(&LA)) -> LA; pure;
    "list.zip"<Result>(b LA, b List(&B)) -> List(&Pair(&A, &B)); pure;
    "list.unzip"<Result>(b List(&Pair(&A, &B))) -> Pair(&LA, &List(&B)); pure;
    "list.enumerate"<Result>(b LA) -> List(&Pair(&Int, &A)); pure;
    "list.chunk"<Result>(b LA, b Int) -> List(&LA); pure fail;
    "list.window"<Result>(b LA, b Int) -> List(&LA); pure fail;
    "list.to_set"<Result>(b LA) -> SA; pure;
    "list.to_map"<Result>(b List(&Pair(&A, &B))) -> MAB; pure;
    "list.shuffle"(t LA) -> LA; / Random;
    "list.sort_keyed"(t LA, b List(&B)) -> LA; pure fail;
    "list.part"(b LA, b Int, b Int) -> LA; pure fail;

    // Maps and sets.
    "map.keys"<Result>(b MAB) -> LA; pure;
    "map.values"<Result>(b MAB) -> List(&B); pure;
    "map.entries"<Result>(b MAB) -> List(&Pair(&A, &B)); pure;
    "map.remove"(t MAB, b A) -> MAB; pure;
    "map.merge"(t MAB, b MAB) -> MAB; pure;
    "map.invert"<Result>(b MAB) -> Map(&B, &A); pure;
    "set.remove"(t SA, b A) -> SA; pure;
    "set.union"(t SA, b SA) -> SA; pure;
    "set.intersection"(b SA, b SA) -> SA; pure;
    "set.difference"(b SA, b SA) -> SA; pure;
    "set.is_subset"(b SA, b SA) -> Bool; pure;
    "set.to_list"<Result>(b SA) -> LA; pure;

    // JSON and encodings.
    "parse_json"<Result>(b Str) -> Result(&Json, &Str); pure;
    "to_json"<Subject>(b Subject) -> Str; pure fail;
    "to_json_pretty"<Subject>(b Subject, b Int) -> Str; pure fail;
    "json.of"<Subject>(b Subject) -> Json; pure fail;
    "json.path"(b Json, b Str) -> Json; pure;
    "json.pointer"(b Json, b Str) -> Json; pure fail;
    "json.key"(b Json, b Str) -> Json; pure fail;
    "json.index"(b Json, b Int) -> Json; pure fail;
    "json.len"(b Json) -> Int; pure fail;
    "json.as_int"(b Json) -> OPT_INT; pure;
    "json.as_float"(b Json) -> Opt(&Float); pure;
    "json.diff"(b Json, b Json) -> Json; pure;
    "json.patch"<Result>(b Json, b Json) -> Result(&Json, &Str); pure;
    "json.redact"(b Json, b STRS) -> Json; pure;
    "conversion_run"<Result>(b Pat::Any, b LANY) -> Result(&A, &Str); pure;
    "conversion_read"<Result>(b Str, b LANY) -> Result(&A, &Str); pure;
    "conversion_step"(b Pat::Any) -> Str; pure;
    "base64_encode"(b Bytes) -> Str; pure;
    "base64_decode"<Result>(b Str) -> Result(&Bytes, &Str); pure;
    "hex_encode"(b Bytes) -> Str; pure;
    "hex_decode"<Result>(b Str) -> Result(&Bytes, &Str); pure;
    "url_encode"(b Str) -> Str; pure;
    "url_decode"<Result>(b Str) -> Result(&Str, &Str); pure;
    "sha256"(b Bytes) -> Str; pure;
    "blake3"(b Bytes) -> Str; pure;

    // Outside.
    "emit"(b Pat::Any); / Emit;
    "args"() -> STRS; / Input;
    "read_line"() -> Opt(&Str); fail / Input;
    "timestamp"() -> Float; / Time;
    "timestamp_ms"() -> Int; / Time;
    "sleep"(b Int); fail / Time;
    "random"() -> Float; / Random;
    "random_int"(b Int, b Int) -> Int; fail / Random;
    "uuid"() -> Str; / Random;
    "uuid_v7"() -> Str; / Random / Time;
}
