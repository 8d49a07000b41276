//! Builtins against models: strings against characters, sorting against std's, typed reading of JSON texts against
//! parsing and conversion.

use super::result_type;
use crate::value::testing::{Arg, Bench, Seen};
use lumen_lir::{ClassDesc, TypeDesc, TypeId};
use proptest::prelude::*;

fn text_of(b: &mut Bench, name: &str, args: &[Arg<'_>]) -> String {
    let made = b.call_fast(name, args, None).unwrap_or_else(|e| panic!("{name}{args:?}: {e}"));
    b.text(made)
}

fn chars(text: &str, from: i64, to: i64) -> String {
    let len = text.chars().count() as i64;
    let (from, to) = (from.clamp(0, len), to.clamp(0, len));
    text.chars().skip(from as usize).take((to - from).max(0) as usize).collect()
}

fn quoted(texts: &[String]) -> String {
    let texts: Vec<String> = texts.iter().map(|text| format!("{text:?}")).collect();
    format!("[{}]", texts.join(", "))
}

/// Short texts of few characters of every width, so that parts are found in them.
fn text() -> impl Strategy<Value = String> {
    proptest::collection::vec(prop_oneof!["[ab ]", "[äß]", "[€한]", "[😀]"], 0..12)
        .prop_map(|parts| parts.concat())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn strings_follow_characters(s in text(), t in text(), u in text(), i in -3i64..15, j in -3i64..15) {
        let mut b = Bench::new();
        let (a, p) = (Arg::Str(&s), Arg::Str(&t));
        prop_assert_eq!(text_of(&mut b, "string.slice", &[a, Arg::Int(i), Arg::Int(j)]), chars(&s, i, j));
        let reversed: String = s.chars().rev().collect();
        prop_assert_eq!(text_of(&mut b, "string.reverse", &[a]), reversed);
        prop_assert_eq!(text_of(&mut b, "string.trim", &[a]), s.trim());
        prop_assert_eq!(text_of(&mut b, "string.upper", &[a]), s.to_uppercase());
        let each: Vec<String> = s.chars().map(String::from).collect();
        prop_assert_eq!(text_of(&mut b, "string.chars", &[a]), quoted(&each));
        prop_assert_eq!(text_of(&mut b, "string.replace", &[a, p, Arg::Str(&u)]), s.replace(&t, &u));
        let parts: Vec<String> = match t.as_str() {
            "" => each,
            t => s.split(t).map(str::to_owned).collect(),
        };
        prop_assert_eq!(text_of(&mut b, "string.split", &[a, p]), quoted(&parts));
        let found = s.find(&t).map(|at| s[..at].chars().count() as u64);
        let seen = b.call_fast("string.index_of", &[a, p], None).expect("it is pure").words();
        prop_assert_eq!(seen, found.map_or(Seen::Two(0, 0), |at| Seen::Two(1, at)));
        if !t.is_empty() {
            let room = i.max(0) as usize;
            let room = room.saturating_sub(s.chars().count());
            let fill: String = t.chars().cycle().take(room).collect();
            let args = [a, Arg::Int(i), p];
            prop_assert_eq!(text_of(&mut b, "string.pad_left", &args), format!("{fill}{s}"));
            prop_assert_eq!(text_of(&mut b, "string.pad_right", &args), format!("{s}{fill}"));
        }
        b.finish();
    }

    #[test]
    fn sorting_is_stable(keys in proptest::collection::vec(-3i64..3, 0..40)) {
        let mut b = Bench::new();
        let places: Vec<i64> = (0..keys.len() as i64).collect();
        let mut expected = places.clone();
        expected.sort_by_key(|place| keys[*place as usize]);
        let args = [Arg::TakenInts(&places), Arg::Ints(&keys)];
        let found = text_of(&mut b, "list.sort_keyed", &args);
        prop_assert_eq!(found, format!("{expected:?}"));
        let mut sorted = keys.clone();
        sorted.sort_unstable();
        let found = text_of(&mut b, "list.sort", &[Arg::TakenInts(&keys)]);
        prop_assert_eq!(found, format!("{sorted:?}"));
        b.finish();
    }

    #[test]
    fn typed_reading_is_parsing_and_conversion(
        text in message(2),
        is_whole in any::<bool>(),
        edits in prop_oneof![
            Just(Vec::new()),
            proptest::collection::vec((any::<prop::sample::Index>(), edit()), 0..3),
        ],
    ) {
        let mut text: Vec<char> = text.chars().collect();
        for (at, edit) in edits {
            if text.is_empty() {
                break;
            }
            let at = at.index(text.len());
            match edit {
                Some(c) => text.insert(at, c),
                None => drop(text.remove(at)),
            }
        }
        let text: String = text.into_iter().collect();
        let mut b = Bench::new();
        let user = user_type(&mut b, is_whole);
        let json = result_type(&mut b, TypeId::JSON);
        let typed = result_type(&mut b, user);
        b.link();
        let read = b.call_fast("conversion_read", &[Arg::Str(&text), Arg::NoPlan], Some(typed));
        let read = b.text(read.expect("it gives a result"));
        let parsed = b.call_fast("parse_json", &[Arg::Str(&text)], Some(json));
        let parsed = b.text(parsed.expect("it gives a result"));
        if parsed.starts_with("err") {
            prop_assert_eq!(read, parsed);
        } else {
            let document = b.json(&text);
            let args = [Arg::Same(&document), Arg::NoPlan];
            let made = b.call_fast("conversion_run", &args, Some(typed));
            let made = b.text(made.expect("it gives a result"));
            b.dyn_text(document);
            prop_assert_eq!(read, made, "{}", text);
        }
        b.finish();
    }
}

/// A record with fields of every kind that is read in place, and some that are not when it `is_whole`.
fn user_type(b: &mut Bench, is_whole: bool) -> TypeId {
    let class = b.module.reserve_class();
    let user = b.module.intern_type(TypeDesc::Obj(class));
    let mut class_type = |desc| {
        let class = b.module.intern_class(desc);
        b.module.intern_type(TypeDesc::Obj(class))
    };
    let users = class_type(ClassDesc::List { elem: user });
    let flags = class_type(ClassDesc::List { elem: TypeId::BOOL });
    let counts = class_type(ClassDesc::Map { key: TypeId::STRING, value: TypeId::INT });
    let ids = class_type(ClassDesc::Map { key: TypeId::INT, value: TypeId::STRING });
    let maybe = |b: &mut Bench, ty| b.module.intern_type(TypeDesc::Optional(ty));
    let count = maybe(b, TypeId::INT);
    let note = maybe(b, TypeId::STRING);
    let next = maybe(b, user);
    let size = b.module.intern_type(TypeDesc::Union(vec![TypeId::INT, TypeId::STRING]));
    let fields = [
        ("id", TypeId::INT),
        ("name", TypeId::STRING),
        ("score", TypeId::FLOAT),
        ("flags", flags),
        ("count", count),
        ("note", note),
        ("counts", counts),
        ("ids", ids),
        ("meta", TypeId::JSON),
        ("size", size),
        ("next", next),
        ("users", users),
    ];
    let in_place = |name: &str| is_whole || !matches!(name, "ids" | "size");
    let fields = fields.into_iter().filter(|field| in_place(field.0));
    let fields = fields.map(|(name, ty)| (name.to_owned(), ty)).collect();
    b.module.define_class(
        class,
        ClassDesc::Record { name: "User".to_owned(), fields, seal: lumen_lir::Seal::Open },
    );
    user
}

/// An object that mostly fits the record.
fn message(depth: u32) -> BoxedStrategy<String> {
    let fixed = |texts: &'static [&'static str]| {
        // The first one fits, and is the most frequent.
        prop_oneof![40 => Just(texts[0]), 1 => prop::sample::select(texts)].prop_map(str::to_owned)
    };
    let member = |name: &'static str, value: BoxedStrategy<String>| {
        (prop::bool::weighted(0.99), value).prop_map(move |(is_there, value)| {
            if is_there { format!("\"{name}\": {value}") } else { "\"x\": [{}]".to_owned() }
        })
    };
    let (next, users) = if depth == 0 {
        (Just("null".to_owned()).boxed(), Just("[]".to_owned()).boxed())
    } else {
        let users = proptest::collection::vec(message(depth - 1), 0..3);
        let next = prop_oneof![3 => Just("null".to_owned()), 1 => message(depth - 1)];
        (next.boxed(), users.prop_map(|users| format!("[{}]", users.join(","))).boxed())
    };
    let first = (
        member("id", fixed(&["1", "-7", "3.0", "2.5", "9007199254740993"]).boxed()),
        member("name", fixed(&["\"a\"", "\"ä\\n\"", "\"\"", "\"\\u00e9\""]).boxed()),
        member("score", fixed(&["1", "2.5", "-0", "-0.0", "1e3", "1e999"]).boxed()),
        member("flags", fixed(&["[]", "[true, false]", "[true,1]"]).boxed()),
        member("count", fixed(&["null", "5", "5.0"]).boxed()),
        member("note", fixed(&["null", "\"n\"", " \"nn\" "]).boxed()),
    );
    let second = (
        member("counts", fixed(&["{}", "{\"a\": 1, \"b\": 2}", "{\"a\": 1, \"a\": 2}"]).boxed()),
        member("ids", fixed(&["{}", "{\"1\": \"x\"}", "{\"q\": \"x\"}"]).boxed()),
        member("meta", fixed(&["null", "[1, {\"k\": [true]}]", "\"t\"", "1.5"]).boxed()),
        member("size", fixed(&["1", "\"big\"", "null"]).boxed()),
        member("next", next),
        member("users", users),
    );
    (first, second)
        .prop_map(|((a, b, c, d, e, f), (g, h, i, j, k, l))| {
            format!("{{{}}}", [a, b, c, d, e, f, g, h, i, j, k, l].join(", "))
        })
        .boxed()
}

/// A character to insert, or none to remove one.
fn edit() -> impl Strategy<Value = Option<char>> {
    prop_oneof![
        Just(None),
        prop::sample::select(&['"', ',', '0', '}', '[', 'ä', ' '][..]).prop_map(Some)
    ]
}
