//! Every row has its function; builtins called through their rows.

mod properties;

use super::{GROUPS, builtins};
use crate::failure::Failure;
use crate::value::testing::{Arg, Bench, Seen};
use lumen_base::Code;
use lumen_lir::{ClassDesc, INTRINSICS, TypeDesc, TypeId, VariantName};
use std::collections::BTreeSet;

#[test]
fn the_table_of_intrinsics_and_the_implementations_are_the_same_set() {
    let declared: BTreeSet<_> = INTRINSICS.iter().map(|row| row.name).collect();
    let rows: Vec<_> = GROUPS.into_iter().flatten().map(|row| row.0).collect();
    let implemented: BTreeSet<_> = rows.iter().copied().collect();
    assert_eq!(declared, implemented);
    assert_eq!(rows.len(), implemented.len(), "a name twice");
    assert_eq!(builtins().len(), INTRINSICS.len());
}

fn texts(bench: &mut Bench, name: &str, args: &[Arg<'_>], expected: &str) {
    let result = bench.call(name, args, None).unwrap_or_else(|e| panic!("{name}: {e}"));
    assert_eq!(bench.text(result), expected, "{name}{args:?}");
}

#[test]
fn strings() {
    let mut b = Bench::new();
    for (name, args, expected) in [
        ("string.upper", vec![Arg::Str("straße")], "STRASSE"),
        ("string.capitalize", vec![Arg::Str("éa b")], "Éa b"),
        ("string.reverse", vec![Arg::Str("aäb")], "bäa"),
        ("string.split", vec![Arg::Str("a,b,,c"), Arg::Str(",")], r#"["a", "b", "", "c"]"#),
        ("string.split", vec![Arg::Str("äb"), Arg::Str("")], r#"["ä", "b"]"#),
        ("string.lines", vec![Arg::Str("a\r\nb\n")], r#"["a", "b"]"#),
        ("string.replace", vec![Arg::Str("aaa"), Arg::Str("a"), Arg::Str("bb")], "bbbbbb"),
        ("string.slice", vec![Arg::Str("aäbc"), Arg::Int(1), Arg::Int(3)], "äb"),
        ("string.slice", vec![Arg::Str("abc"), Arg::Int(-5), Arg::Int(99)], "abc"),
        ("string.slice", vec![Arg::Str("abc"), Arg::Int(2), Arg::Int(1)], ""),
        ("string.pad_left", vec![Arg::Str("ab"), Arg::Int(5), Arg::Str("*")], "***ab"),
        ("string.pad_right", vec![Arg::Str("ab"), Arg::Int(1), Arg::Str("*")], "ab"),
        ("string.repeat", vec![Arg::Str("ab"), Arg::Int(3)], "ababab"),
        ("from_char_code", vec![Arg::Int(228)], "ä"),
        (
            "string.regex_replace",
            vec![Arg::Str("a1b22"), Arg::Str(r"\d+"), Arg::Str("<$0>")],
            "a<1>b<22>",
        ),
        (
            "string.regex_find_all",
            vec![Arg::Str("a1b2"), Arg::Str(r"([a-z])(\d)")],
            r#"[["a1", "a", "1"], ["b2", "b", "2"]]"#,
        ),
        ("string.regex_split", vec![Arg::Str("a, bä;"), Arg::Str("[,;] *")], r#"["a", "bä", ""]"#),
        ("string.format", vec![Arg::Str("{} {{x}} {}"), Arg::Strs(&["a", "b"])], "a {x} b"),
        ("list.join", vec![Arg::Strs(&["a", "b", "c"]), Arg::Str("-")], "a-b-c"),
        ("int.to_base", vec![Arg::Int(255), Arg::Int(16)], "ff"),
        ("base64_encode", vec![Arg::Bytes(b"hello")], "aGVsbG8="),
        ("hex_encode", vec![Arg::Bytes(b"\x00\xff")], "00ff"),
        ("url_encode", vec![Arg::Str("a b/ä")], "a%20b%2F%C3%A4"),
        (
            "sha256",
            vec![Arg::Bytes(b"")],
            "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
        ),
        ("bytes.slice", vec![Arg::Bytes(b"abcd"), Arg::Int(1), Arg::Int(3)], r#"b"6263""#),
    ] {
        texts(&mut b, name, &args, expected);
    }
    for (name, args, expected) in [
        ("string.contains", vec![Arg::Str("abc"), Arg::Str("bc")], Seen::One(1)),
        ("string.is_digit", vec![Arg::Str("")], Seen::One(0)),
        ("string.index_of", vec![Arg::Str("äbc"), Arg::Str("c")], Seen::Two(1, 2)),
        ("string.index_of", vec![Arg::Str("abc"), Arg::Str("x")], Seen::Two(0, 0)),
        ("parse_int", vec![Arg::Str("-7f"), Arg::Int(16)], Seen::Two(1, -127i64 as u64)),
        ("parse_float", vec![Arg::Str("1.5")], Seen::Two(1, 1.5f64.to_bits())),
        ("int.gcd", vec![Arg::Int(12), Arg::Int(-18)], Seen::One(6)),
        ("int.checked_add", vec![Arg::Int(i64::MAX), Arg::Int(1)], Seen::Two(0, 0)),
        ("float.to_int", vec![Arg::Float(-2.9)], Seen::Two(1, -2i64 as u64)),
        ("float.to_int", vec![Arg::Float(f64::NAN)], Seen::Two(0, 0)),
        ("string.regex_match", vec![Arg::Str("abc"), Arg::Str("^b")], Seen::One(0)),
    ] {
        let result = b.call(name, &args, None).unwrap_or_else(|e| panic!("{name}: {e}"));
        assert_eq!(result.words(), expected, "{name}{args:?}");
    }
    b.finish();
}

#[test]
fn failures_have_codes_and_leak_nothing() {
    let mut b = Bench::new();
    for (name, args, code) in [
        ("string.repeat", vec![Arg::Str("x"), Arg::Int(1 << 40)], Code::R1018),
        ("string.repeat", vec![Arg::Str("x"), Arg::Int(-1)], Code::R1017),
        ("string.regex_match", vec![Arg::Str("x"), Arg::Str("(")], Code::R1017),
        ("parse_int", vec![Arg::Str("1"), Arg::Int(1)], Code::R1017),
        ("int.gcd", vec![Arg::Int(i64::MIN), Arg::Int(0)], Code::R1001),
        ("list.insert", vec![Arg::TakenInts(&[1]), Arg::Int(2), Arg::Int(0)], Code::R1003),
        ("list.remove_at", vec![Arg::TakenInts(&[1]), Arg::Int(-1)], Code::R1003),
        ("list.sum_int", vec![Arg::Ints(&[i64::MAX, 1])], Code::R1001),
        ("list.range", vec![Arg::Int(0), Arg::Int(i64::MAX)], Code::R1018),
        ("string.format", vec![Arg::Str("{}"), Arg::Strs(&[])], Code::R1017),
        ("random_int", vec![Arg::Int(2), Arg::Int(1)], Code::R1017),
    ] {
        let failure = b.call(name, &args, None).err();
        assert_eq!(failure.and_then(|failure| failure.code()), Some(code), "{name}{args:?}");
    }
    let exit = b.call("exit", &[Arg::Int(3)], None).err();
    assert_eq!(exit, Some(Failure::Exit(3)));
    b.finish();
}

#[test]
fn lists() {
    let mut b = Bench::new();
    for (name, args, expected) in [
        ("list.concat", vec![Arg::TakenInts(&[1]), Arg::Ints(&[2, 3])], "[1, 2, 3]"),
        ("list.slice", vec![Arg::Ints(&[1, 2, 3]), Arg::Int(1), Arg::Int(9)], "[2, 3]"),
        ("list.truncate", vec![Arg::TakenInts(&[1, 2, 3]), Arg::Int(2)], "[1, 2]"),
        ("list.prepend", vec![Arg::TakenInts(&[1, 2]), Arg::Int(0)], "[0, 1, 2]"),
        ("list.insert", vec![Arg::TakenInts(&[1, 2]), Arg::Int(2), Arg::Int(3)], "[1, 2, 3]"),
        ("list.remove_at", vec![Arg::TakenInts(&[1, 2, 3]), Arg::Int(1)], "[1, 3]"),
        ("list.reverse", vec![Arg::TakenInts(&[1, 2, 3])], "[3, 2, 1]"),
        ("list.sort", vec![Arg::TakenInts(&[3, -1, 2])], "[-1, 2, 3]"),
        ("list.sort", vec![Arg::TakenStrs(&["b", "a", "ab"])], r#"["a", "ab", "b"]"#),
        (
            "list.sort_keyed",
            vec![Arg::TakenStrs(&["x", "y", "z"]), Arg::Ints(&[2, 1, 1])],
            r#"["y", "z", "x"]"#,
        ),
        ("list.unique", vec![Arg::Ints(&[1, 2, 1, 3, 2])], "[1, 2, 3]"),
        ("list.unique", vec![Arg::Strs(&["a", "b", "a"])], r#"["a", "b"]"#),
        ("list.range", vec![Arg::Int(-1), Arg::Int(2)], "[-1, 0, 1]"),
        ("list.range", vec![Arg::Int(2), Arg::Int(-1)], "[]"),
    ] {
        texts(&mut b, name, &args, expected);
    }
    let found = b.call("list.index_of", &[Arg::Strs(&["a", "b"]), Arg::Str("b")], None);
    assert_eq!(found.expect("it is pure").words(), Seen::Two(1, 1));
    let least = b.call("list.min", &[Arg::Ints(&[3, 1, 2])], None).expect("it is pure");
    assert_eq!(least.words(), Seen::Two(1, 1));
    let none = b.call("list.max", &[Arg::Strs(&[])], None).expect("it is pure");
    assert_eq!(none.words(), Seen::One(0));
    let most = b.call("list.max", &[Arg::Strs(&["a", "c", "b"])], None).expect("it is pure");
    assert_eq!(b.text(most), "c");
    b.finish();
}

#[test]
fn shapes_by_result_type() {
    let mut b = Bench::new();
    let m = &mut b.module;
    let pair = m.intern_class(ClassDesc::Tuple { elems: vec![TypeId::INT, TypeId::STRING] });
    let pair = m.intern_type(TypeDesc::Obj(pair));
    let pairs = m.intern_class(ClassDesc::List { elem: pair });
    let pairs = m.intern_type(TypeDesc::Obj(pairs));
    let ints = m.intern_class(ClassDesc::List { elem: TypeId::LIST_INT });
    let ints = m.intern_type(TypeDesc::Obj(ints));
    let set = m.intern_class(ClassDesc::Set { elem: TypeId::INT });
    let set = m.intern_type(TypeDesc::Obj(set));
    let unzipped = ClassDesc::Tuple { elems: vec![TypeId::LIST_INT, TypeId::LIST_STRING] };
    let unzipped = m.intern_class(unzipped);
    let unzipped = m.intern_type(TypeDesc::Obj(unzipped));
    b.link();
    let strs = Arg::Strs(&["a", "b"]);
    let zipped = b.call("list.zip", &[Arg::Ints(&[1, 2, 3]), strs], Some(pairs)).expect("pure");
    let both = b.call("list.unzip", &[Arg::Same(&zipped)], Some(unzipped)).expect("pure");
    assert_eq!(b.text(both), r#"([1, 2], ["a", "b"])"#);
    assert_eq!(b.text(zipped), r#"[(1, "a"), (2, "b")]"#);
    let numbered = b.call("list.enumerate", &[Arg::Strs(&["x", "y"])], Some(pairs)).expect("pure");
    assert_eq!(b.text(numbered), r#"[(0, "x"), (1, "y")]"#);
    let list = Arg::Ints(&[1, 2, 3]);
    let pieces = b.call("list.chunk", &[list, Arg::Int(2)], Some(ints)).expect("pure");
    let flat = b.call("list.flatten", &[Arg::Same(&pieces)], None).expect("pure");
    assert_eq!(b.text(flat), "[1, 2, 3]");
    assert_eq!(b.text(pieces), "[[1, 2], [3]]");
    let windows = b.call("list.window", &[list, Arg::Int(2)], Some(ints)).expect("pure");
    assert_eq!(b.text(windows), "[[1, 2], [2, 3]]");
    let a = b.call("list.to_set", &[Arg::Ints(&[3, 1, 3])], Some(set)).expect("pure");
    let c = b.call("list.to_set", &[Arg::Ints(&[1, 2])], Some(set)).expect("pure");
    let both = b.call("set.union", &[Arg::Taken(&a), Arg::Same(&c)], None).expect("pure");
    let common = b.call("set.intersection", &[Arg::Same(&a), Arg::Same(&c)], None).expect("pure");
    let rest = b.call("set.difference", &[Arg::Same(&a), Arg::Same(&c)], None).expect("pure");
    let inside = b.call("set.is_subset", &[Arg::Same(&common), Arg::Same(&a)], None).expect("pure");
    assert_eq!(inside.words(), Seen::One(1));
    for (value, text) in [(both, "set[3, 1, 2]"), (common, "set[1]"), (rest, "set[3]")] {
        assert_eq!(b.text(value), text);
    }
    assert_eq!(b.text(a), "set[3, 1]");
    assert_eq!(b.text(c), "set[1, 2]");
    b.finish();
}

/// A result type: the enum and its two variants.
fn result_type(b: &mut Bench, ok: TypeId) -> TypeId {
    let class = b.module.reserve_enum(2);
    let variant = |name: &str| VariantName { name: name.to_owned(), payload: true };
    let variants = vec![variant("ok"), variant("err")];
    b.module.define_class(class, ClassDesc::Enum { name: "result".to_owned(), variants });
    for (ordinal, (name, ty)) in [("ok", ok), ("err", TypeId::STRING)].into_iter().enumerate() {
        let desc = ClassDesc::Variant {
            of: class,
            ordinal: ordinal as u32,
            name: name.to_owned(),
            fields: vec![(None, ty)],
        };
        b.module.define_class(lumen_lir::ClassId(class.0 + 1 + ordinal as u32), desc);
    }
    b.module.intern_type(TypeDesc::Obj(class))
}

#[test]
fn json_and_schemas() {
    let mut b = Bench::new();
    let item = ClassDesc::Record {
        name: "Item".to_owned(),
        fields: vec![("name".to_owned(), TypeId::STRING), ("price".to_owned(), TypeId::FLOAT)],
        seal: lumen_lir::Seal::Open,
    };
    let item = b.module.intern_class(item);
    let item = b.module.intern_type(TypeDesc::Obj(item));
    let items = b.module.intern_class(ClassDesc::List { elem: item });
    let items = b.module.intern_type(TypeDesc::Obj(items));
    let cart = ClassDesc::Record {
        name: "Cart".to_owned(),
        fields: vec![("items".to_owned(), items)],
        seal: lumen_lir::Seal::Open,
    };
    let cart = b.module.intern_class(cart);
    let cart = b.module.intern_type(TypeDesc::Obj(cart));
    let json = result_type(&mut b, TypeId::JSON);
    let typed = result_type(&mut b, cart);
    b.link();
    let cases = [
        (
            json,
            r#"{"a": [1, 2.0, -0.5e2, null], "b": {"c": "\u00e9\ud83d\ude00"}}"#,
            r#"ok({"a": [1, 2.0, -50.0, null], "b": {"c": "é😀"}})"#,
        ),
        (
            json,
            "[1, 2",
            r#"err("line 1, column 6: expected `,` or `]`, found the end of the text")"#,
        ),
        (
            json,
            "[01]",
            r#"err("line 1, column 2: expected a number without leading zeros, found `0`")"#,
        ),
        (
            json,
            r#"{"a": [0, 9223372036854775808]}"#,
            r#"err("at .a[1]: the number 9223372036854775808 does not fit 64 bits")"#,
        ),
        (
            typed,
            r#"{"items": [{"name": "x", "price": 2}], "more": 1}"#,
            r#"ok(Cart(items: [Item(name: "x", price: 2.0)]))"#,
        ),
        (
            typed,
            r#"{"items": [{"name": "x", "price": 2}, {"name": "y", "price": "3"}]}"#,
            r#"err("at .items[1].price: expected Float, found String")"#,
        ),
        (
            typed,
            r#"{"items": [{"name": "x"}]}"#,
            r#"err("at .items[0].price: expected Float, found nothing")"#,
        ),
    ];
    for (ty, text, expected) in cases {
        let result = if ty == json {
            b.call("parse_json", &[Arg::Str(text)], Some(ty))
        } else {
            let source = b.json(text);
            let made = b.call("conversion_run", &[Arg::Same(&source), Arg::NoPlan], Some(ty));
            b.text(source);
            let read = b.call("conversion_read", &[Arg::Str(text), Arg::NoPlan], Some(ty));
            assert_eq!(b.text(read.expect("it gives a result")), expected, "{text}");
            made
        };
        assert_eq!(b.text(result.expect("it gives a result")), expected, "{text}");
    }
    b.finish();
}

#[test]
fn json_texts_paths_and_patches() {
    let mut b = Bench::new();
    let patched = result_type(&mut b, TypeId::JSON);
    b.link();
    let a = b.json(r#"{"z": [1, {"k": "v"}], "a": null}"#);
    let c = b.json(r#"{"z": [2], "b": true}"#);
    let text = b.call("to_json", &[Arg::Same(&a)], Some(TypeId::JSON)).expect("it has JSON");
    assert_eq!(b.text(text), r#"{"z":[1,{"k":"v"}],"a":null}"#);
    let args = [Arg::Same(&c), Arg::Int(2)];
    let text = b.call("to_json_pretty", &args, Some(TypeId::JSON)).expect("it has JSON");
    assert_eq!(b.text(text), "{\n  \"z\": [\n    2\n  ],\n  \"b\": true\n}");
    for (path, expected) in [
        ("z[1].k", "v"),
        (r#"["z"][0]"#, "1"),
        ("z.x.y", "null"),
        ("", r#"{"z": [1, {"k": "v"}], "a": null}"#),
    ] {
        let found = b.call("json.path", &[Arg::Same(&a), Arg::Str(path)], None).expect("pure");
        assert_eq!(b.dyn_text(found), expected, "{path}");
    }
    let edits = b.call("json.diff", &[Arg::Same(&a), Arg::Same(&c)], None).expect("pure");
    let made =
        b.call("json.patch", &[Arg::Same(&a), Arg::Same(&edits)], Some(patched)).expect("pure");
    assert_eq!(b.text(made), r#"ok({"z": [2], "b": true})"#);
    let hidden = b.call("json.redact", &[Arg::Same(&a), Arg::Strs(&["z[1].k", "no.such"])], None);
    let hidden = hidden.expect("pure");
    assert_eq!(b.dyn_text(hidden), r#"{"z": [1, {"k": "[redacted]"}], "a": null}"#);
    for value in [a, c, edits] {
        b.dyn_text(value);
    }
    b.finish();
}

#[test]
fn the_outside() {
    let mut b = Bench::new();
    b.call("print", &[Arg::Str("hello")], None).expect("no limit");
    assert_eq!(b.printed(), "hello\n");
    let first = b.call("uuid", &[], None).expect("it is random");
    let text = b.text(first);
    assert_eq!((text.len(), text.as_bytes()[14], text.as_bytes()[8]), (36, b'4', b'-'));
    for _ in 0..100 {
        let Seen::One(word) =
            b.call("random_int", &[Arg::Int(-2), Arg::Int(2)], None).expect("ok").words()
        else {
            panic!("one register")
        };
        assert!((-2..=2).contains(&(word as i64)));
    }
    let shuffled = b.call("list.shuffle", &[Arg::TakenInts(&[1, 2, 3, 4])], None).expect("ok");
    let sorted = b.call("list.sort", &[Arg::Taken(&shuffled)], None).expect("ok");
    b.text(shuffled);
    assert_eq!(b.text(sorted), "[1, 2, 3, 4]");
    b.finish();
}

#[test]
fn conversion_by_schema_is_bounded_in_depth() {
    let mut b = Bench::new();
    let node = b.module.reserve_class();
    let of_node = b.module.intern_type(TypeDesc::Obj(node));
    let next = b.module.intern_type(TypeDesc::Optional(of_node));
    let fields = vec![("next".to_owned(), next)];
    b.module.define_class(
        node,
        ClassDesc::Record { name: "Node".to_owned(), fields, seal: lumen_lir::Seal::Open },
    );
    let result = result_type(&mut b, of_node);
    b.link();
    let chain = |links: usize| r#"{"next": "#.repeat(links) + "null" + &"}".repeat(links);
    let short = b.json(&chain(3));
    let made = b.call("conversion_run", &[Arg::Same(&short), Arg::NoPlan], Some(result));
    let text = "ok(Node(next: Node(next: Node(next: null))))";
    assert_eq!(b.text(made.expect("a result")), text);
    let long = chain(450);
    let long = b.json(&long);
    let args = [Arg::Same(&long), Arg::NoPlan];
    let made = b.call_fast("conversion_run", &args, Some(result)).expect("a result");
    assert!(b.text(made).starts_with("ok(Node(next: "));
    let deep = chain(600);
    let deep = b.json(&deep);
    let args = [Arg::Same(&deep), Arg::NoPlan];
    let made = b.call_fast("conversion_run", &args, Some(result)).expect("a result");
    let text = b.text(made);
    assert!(text.ends_with(": nested more than 500 levels deep\")"), "{text}");
    for source in [short, long, deep] {
        b.dyn_text(source);
    }
    b.finish();
}
