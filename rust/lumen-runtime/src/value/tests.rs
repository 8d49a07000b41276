//! The value core against models: lists, maps and sets against std's collections, deep values,
//! limits, JSON round trips. Each test ends with an empty heap.

#![expect(unsafe_code, reason = "tests work on raw words")]

use super::classes::{
    Classes, LIST_INT_CLASS, LIST_JSON_CLASS, LIST_STRING_CLASS, MAP_JSON_CLASS, RtClass, Slot,
};
use super::equal::Equality;
use super::heap::Heap;
use super::object::{Ptr, dup_ptr};
use super::word::{self, DYN_NULL, dyn_bool, dyn_float, dyn_ptr, ptr_ref};
use super::{list, table, text};
use crate::failure::Outcome;
use lumen_base::Code;
use lumen_lir::{TypeId, fixed_classes, fixed_types};
use proptest::prelude::*;
use std::sync::Arc;

const MAP_INT: u32 = 8;
const SET_STR: u32 = 9;
const NODE: u32 = 10;
const MAP_DYN: u32 = 11;
const LIST_BOOL: u32 = 12;
const SHAPE: u32 = 13;
const CIRCLE: u32 = 14;
const POINT: u32 = 16;

fn heap() -> Heap {
    let fixed = Classes::link(&fixed_types(), &fixed_classes(), |_| "");
    let mut rows = fixed.rows().to_vec();
    rows.push(RtClass::map(Slot::Int, Slot::Ref(text::STRING)));
    rows.push(RtClass::set(Slot::Ref(text::STRING)));
    rows.push(RtClass::record("Node", &[("value", Slot::Dyn), ("next", Slot::Ref(NODE))]));
    rows.push(RtClass::map(Slot::Dyn, Slot::Dyn));
    rows.push(RtClass::list(Slot::Bool));
    rows.push(RtClass::enumeration("Shape", &[("Circle", Some(CIRCLE)), ("Empty", None)]));
    rows.push(RtClass::variant(SHAPE, 0, "Circle", &[(None, Slot::Float)]));
    rows.push(RtClass::variant(SHAPE, 1, "Empty", &[]));
    rows.push(RtClass::record("Point", &[("x", Slot::Int), ("y", Slot::Ref(SHAPE))]));
    let types = (0..fixed_types().len() as u32).map(|id| fixed.type_row(TypeId(id)).clone());
    let types = types.collect();
    Heap::new(Arc::new(Classes::new(rows, types)), usize::MAX)
}

fn ok<T>(outcome: Outcome<T>) -> T {
    outcome.expect("the heap has no limit")
}

#[derive(Clone, Debug)]
enum ListOp {
    Push(i64),
    Set(usize, i64),
    Insert(usize, i64),
    Remove(usize, usize),
    /// Keep a second reference while the next operation runs.
    Share,
    ExtendSelf,
    Slice(usize, usize),
}

fn list_op() -> impl Strategy<Value = ListOp> {
    prop_oneof![
        4 => any::<i64>().prop_map(ListOp::Push),
        1 => (any::<usize>(), any::<i64>()).prop_map(|(at, v)| ListOp::Set(at, v)),
        1 => (any::<usize>(), any::<i64>()).prop_map(|(at, v)| ListOp::Insert(at, v)),
        1 => (any::<usize>(), any::<usize>()).prop_map(|(a, b)| ListOp::Remove(a, b)),
        1 => Just(ListOp::Share),
        1 => Just(ListOp::ExtendSelf),
        1 => (any::<usize>(), any::<usize>()).prop_map(|(a, b)| ListOp::Slice(a, b)),
    ]
}

fn range(a: usize, b: usize, len: usize) -> (usize, usize) {
    let (a, b) = (a % (len + 1), b % (len + 1));
    (a.min(b), a.max(b))
}

/// Applies operations to a list of this class and to a vector; elements through `make`.
fn lists_follow_vectors(
    ops: &[ListOp],
    class: u32,
    make: impl Fn(&mut Heap, i64) -> u64,
    read: impl Fn(u64) -> i64,
) {
    let mut heap = heap();
    let mut model: Vec<i64> = Vec::new();
    let mut kept: Vec<(Ptr, Vec<i64>)> = Vec::new();
    // SAFETY: the test owns `p` and the lists in `kept`; elements are of the class's kind.
    unsafe {
        let mut p = ok(heap.list_new(class, 0));
        for op in ops {
            let len = model.len();
            match *op {
                ListOp::Push(value) => {
                    let word = make(&mut heap, value);
                    p = ok(heap.list_push(p, word));
                    model.push(value);
                }
                ListOp::Set(at, value) if len > 0 => {
                    let word = make(&mut heap, value);
                    p = ok(heap.list_unique(p, 0));
                    heap.list_replace(p, at % len, word);
                    model[at % len] = value;
                }
                ListOp::Set(..) => {}
                ListOp::Insert(at, value) => {
                    let word = make(&mut heap, value);
                    p = ok(heap.list_insert(p, at % (len + 1), word));
                    model.insert(at % (len + 1), value);
                }
                ListOp::Remove(a, b) => {
                    let (from, to) = range(a, b, len);
                    p = ok(heap.list_remove(p, from, to));
                    model.drain(from..to);
                }
                ListOp::Share => {
                    dup_ptr(p);
                    kept.push((p, model.clone()));
                }
                ListOp::ExtendSelf if len < 1000 => {
                    dup_ptr(p);
                    let other = p;
                    p = ok(heap.list_extend(p, other));
                    heap.drop_ptr(other);
                    model.extend_from_within(..);
                }
                ListOp::ExtendSelf => {}
                ListOp::Slice(a, b) => {
                    let (from, to) = range(a, b, len);
                    let part = ok(heap.list_slice(p, from, to, 0));
                    heap.drop_ptr(p);
                    p = part;
                    model = model[from..to].to_vec();
                }
            }
            while kept.len() > 5 {
                heap.drop_ptr(kept.remove(0).0);
            }
        }
        kept.push((p, model));
        for (p, model) in &kept {
            let row = heap.row_of(*p);
            let found: Vec<_> = (0..list::len(*p)).map(|at| read(list::get(*p, row, at))).collect();
            assert_eq!(&found, model);
        }
        for (p, _) in kept {
            heap.drop_ptr(p);
        }
    }
    assert_eq!(heap.live_blocks(), 0);
}

#[derive(Clone, Debug)]
enum TableOp {
    Put(i64),
    Remove(i64),
    Share,
}

fn table_ops() -> impl Strategy<Value = Vec<TableOp>> {
    let key = -20i64..60;
    prop::collection::vec(
        prop_oneof![
            5 => key.clone().prop_map(TableOp::Put),
            3 => key.prop_map(TableOp::Remove),
            1 => Just(TableOp::Share),
        ],
        0..300,
    )
}

proptest! {
    #[test]
    fn lists_of_ints(ops in prop::collection::vec(list_op(), 0..60)) {
        lists_follow_vectors(&ops, LIST_INT_CLASS, |_, value| value as u64, |word| word as i64);
    }

    #[test]
    fn lists_of_bools(ops in prop::collection::vec(list_op(), 0..60)) {
        let ops: Vec<_> = ops.into_iter().map(|op| match op {
            ListOp::Push(v) => ListOp::Push(v & 1),
            ListOp::Set(at, v) => ListOp::Set(at, v & 1),
            ListOp::Insert(at, v) => ListOp::Insert(at, v & 1),
            op => op,
        }).collect();
        lists_follow_vectors(&ops, LIST_BOOL, |_, value| value as u64, |word| word as i64);
    }

    #[test]
    fn lists_of_strings(ops in prop::collection::vec(list_op(), 0..40)) {
        let make = |heap: &mut Heap, value: i64| ptr_ref(ok(heap.str_new(&value.to_string())));
        // SAFETY: the elements are live strings.
        let read = |word| unsafe { text::str_of(word::ref_ptr(word)) }.parse().expect("a number");
        lists_follow_vectors(&ops, LIST_STRING_CLASS, make, read);
    }

    #[test]
    fn maps_keep_insertion_order(ops in table_ops()) {
        let mut heap = heap();
        let mut model: Vec<(i64, usize)> = Vec::new();
        // SAFETY: the test owns `p` and `shared`; keys are integers, values strings.
        unsafe {
            let mut p = ok(heap.table_new(MAP_INT, 0));
            let mut shared: Vec<Ptr> = Vec::new();
            for (step, op) in ops.iter().enumerate() {
                match *op {
                    TableOp::Put(key) => {
                        let value = ptr_ref(ok(heap.str_new(&step.to_string())));
                        p = ok(heap.map_put(p, key as u64, value));
                        match model.iter_mut().find(|entry| entry.0 == key) {
                            Some(entry) => entry.1 = step,
                            None => model.push((key, step)),
                        }
                    }
                    TableOp::Remove(key) => {
                        p = ok(heap.table_remove_key(p, key as u64));
                        model.retain(|entry| entry.0 != key);
                    }
                    TableOp::Share => {
                        dup_ptr(p);
                        shared.push(p);
                    }
                }
                prop_assert_eq!(table::len(p), model.len());
            }
            let row = heap.row_of(p);
            let mut found = Vec::new();
            let mut next = table::next_live(p, row, 0);
            while let Some(at) = next {
                let value = text::str_of(word::ref_ptr(*table::value_at(p, at)));
                found.push((table::key_at(p, row, at) as i64, value.parse().expect("a number")));
                next = table::next_live(p, row, at + 1);
            }
            prop_assert_eq!(&found, &model);
            for key in -20..60 {
                let there = heap.table_find(p, key as u64).is_some();
                prop_assert_eq!(there, model.iter().any(|entry| entry.0 == key));
            }
            heap.drop_ptr(p);
            for p in shared {
                heap.drop_ptr(p);
            }
        }
        prop_assert_eq!(heap.live_blocks(), 0);
    }

    #[test]
    fn sets_of_strings(ops in table_ops()) {
        let mut heap = heap();
        let mut model: Vec<i64> = Vec::new();
        // SAFETY: the test owns `p`; elements are strings.
        unsafe {
            let mut p = ok(heap.table_new(SET_STR, 0));
            for op in ops {
                let (TableOp::Put(key) | TableOp::Remove(key)) = op else { continue };
                let word = ptr_ref(ok(heap.str_new(&format!("key {key}"))));
                if matches!(op, TableOp::Put(_)) {
                    p = ok(heap.set_put(p, word));
                    if !model.contains(&key) {
                        model.push(key);
                    }
                } else {
                    p = ok(heap.table_remove_key(p, word));
                    heap.drop_ref(word);
                    model.retain(|other| *other != key);
                }
            }
            let shown = ok(heap.display(Slot::Ref(SET_STR), ptr_ref(p)));
            let parts: Vec<_> = model.iter().map(|key| format!("\"key {key}\"")).collect();
            prop_assert_eq!(shown, format!("set[{}]", parts.join(", ")));
            heap.drop_ptr(p);
        }
        prop_assert_eq!(heap.live_blocks(), 0);
    }

    #[test]
    fn json_round_trips(tree in json_tree()) {
        let mut heap = heap();
        // SAFETY: the test owns the words.
        unsafe {
            let word = build(&mut heap, &tree);
            for indent in [None, Some(2)] {
                let text = ok(heap.to_json(Slot::Dyn, word, indent));
                let serde: serde_json::Value = serde_json::from_str(&text).expect("it is JSON");
                prop_assert_eq!(&serde, &tree);
                let again = ok(heap.json_from_text(&text)).expect("it is JSON");
                prop_assert!(heap.equal((Slot::Dyn, word), (Slot::Dyn, again), Equality::Ieee));
                prop_assert_eq!(heap.hash(Slot::Dyn, word), heap.hash(Slot::Dyn, again));
                prop_assert!(heap.compare((Slot::Dyn, word), (Slot::Dyn, again)).is_eq());
                heap.drop_dyn(again);
            }
            heap.drop_dyn(word);
        }
        prop_assert_eq!(heap.live_blocks(), 0);
    }

    #[test]
    fn any_text_is_json_or_an_error(text in ".{0,40}|[\\[\\]{}\",:0-9eE.+\\-\\\\u ]{0,40}") {
        let mut heap = heap();
        let ours = ok(heap.json_from_text(&text));
        let fits = |v: &serde_json::Value| !v.to_string().contains("e+") || v.is_f64();
        match (&ours, serde_json::from_str::<serde_json::Value>(&text)) {
            (Ok(_), Ok(_)) | (Err(_), Err(_)) => {}
            (Err(message), Ok(value)) => {
                prop_assert!(message.contains("does not fit") && fits(&value), "{}: {}", text, message);
            }
            (Ok(_), Err(error)) => prop_assert!(false, "{}: {}", text, error),
        }
        if let Ok(word) = ours {
            // SAFETY: the test owns the word.
            unsafe { heap.drop_dyn(word) };
        }
        prop_assert_eq!(heap.live_blocks(), 0);
    }

    #[test]
    fn order_is_total_and_agrees_with_equality(a in json_tree(), b in json_tree(), c in json_tree()) {
        let mut heap = heap();
        // SAFETY: the test owns the words.
        unsafe {
            let words = [a, b, c].map(|tree| (Slot::Dyn, build(&mut heap, &tree)));
            for x in words {
                for y in words {
                    let order = heap.compare(x, y);
                    prop_assert_eq!(order, heap.compare(y, x).reverse());
                    if heap.equal(x, y, Equality::Key) {
                        prop_assert_eq!(heap.hash(x.0, x.1), heap.hash(y.0, y.1));
                    }
                    for z in words {
                        if order.is_le() && heap.compare(y, z).is_le() {
                            prop_assert!(heap.compare(x, z).is_le());
                        }
                    }
                }
            }
            for (_, word) in words {
                heap.drop_dyn(word);
            }
        }
        prop_assert_eq!(heap.live_blocks(), 0);
    }
}

fn json_tree() -> impl Strategy<Value = serde_json::Value> {
    let leaf = prop_oneof![
        Just(serde_json::Value::Null),
        any::<bool>().prop_map(Into::into),
        any::<i64>().prop_map(Into::into),
        (-50i64..50).prop_map(Into::into),
        any::<f64>().prop_filter("JSON has finite numbers", |f| f.is_finite()).prop_map(Into::into),
        ".{0,12}".prop_map(Into::into),
    ];
    leaf.prop_recursive(4, 40, 6, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..6).prop_map(Into::into),
            prop::collection::vec((".{0,4}", inner), 0..6)
                .prop_map(|entries| serde_json::Value::Object(entries.into_iter().collect())),
        ]
    })
}

/// A Json value of a tree.
unsafe fn build(heap: &mut Heap, tree: &serde_json::Value) -> u64 {
    use serde_json::Value::{Array, Bool, Null, Number, Object, String};
    // SAFETY: what is built is owned by what it is put into, or by the caller.
    unsafe {
        match tree {
            Null => DYN_NULL,
            Bool(value) => dyn_bool(*value),
            Number(number) => match number.as_i64() {
                Some(value) => ok(heap.dyn_int(value)),
                None => dyn_float(number.as_f64().expect("a float")),
            },
            String(text) => dyn_ptr(ok(heap.str_new(text))),
            Array(items) => {
                let mut list = ok(heap.list_new(LIST_JSON_CLASS, 0));
                for item in items {
                    let word = build(heap, item);
                    list = ok(heap.list_push(list, word));
                }
                dyn_ptr(list)
            }
            Object(entries) => {
                let mut map = ok(heap.table_new(MAP_JSON_CLASS, 0));
                for (key, value) in entries {
                    let value = build(heap, value);
                    map = ok(heap.json_put(map, key, value));
                }
                dyn_ptr(map)
            }
        }
    }
}

const DEEP: usize = 300_000;

/// A value nested so deeply that recursion would not survive.
unsafe fn deep_list(heap: &mut Heap) -> u64 {
    let mut word = DYN_NULL;
    for _ in 0..DEEP {
        word = dyn_ptr(ok(heap.list_from(LIST_JSON_CLASS, &[word])));
    }
    word
}

#[test]
fn deep_values_need_no_recursion() {
    let mut heap = heap();
    // SAFETY: the test owns the words.
    unsafe {
        let (a, b) = (deep_list(&mut heap), deep_list(&mut heap));
        assert!(heap.equal((Slot::Dyn, a), (Slot::Dyn, b), Equality::Ieee));
        assert!(heap.compare((Slot::Dyn, a), (Slot::Dyn, b)).is_eq());
        assert_eq!(heap.hash(Slot::Dyn, a), heap.hash(Slot::Dyn, b));
        assert_eq!(ok(heap.display(Slot::Dyn, a)).len(), 2 * DEEP + 4);
        assert_eq!(ok(heap.to_json(Slot::Dyn, a, None)).len(), 2 * DEEP + 4);
        assert_eq!(heap.deep_bytes(Slot::Dyn, a), 32 * DEEP);
        heap.drop_dyn(a);
        heap.drop_dyn(b);
    }
    assert_eq!(heap.live_blocks(), 0);
}

#[test]
fn deep_records_maps_and_keys_need_no_recursion() {
    let mut heap = heap();
    // SAFETY: the test owns the words.
    unsafe {
        let make = |heap: &mut Heap| {
            let mut next = 0;
            for at in 0..DEEP {
                let value = ok(heap.dyn_int(at as i64));
                next = ptr_ref(ok(heap.flat_from(NODE, &[value, next])));
            }
            let mut nested = dyn_ptr(next as Ptr);
            for _ in 0..1000 {
                let map = ok(heap.table_new(MAP_DYN, 0));
                nested = dyn_ptr(ok(heap.map_put(map, nested, dyn_bool(true))));
            }
            nested
        };
        let (a, b) = (make(&mut heap), make(&mut heap));
        assert!(heap.equal((Slot::Dyn, a), (Slot::Dyn, b), Equality::Key));
        assert_eq!(heap.hash(Slot::Dyn, a), heap.hash(Slot::Dyn, b));
        heap.drop_dyn(a);
        heap.drop_dyn(b);
    }
    assert_eq!(heap.live_blocks(), 0);
}

#[test]
fn json_text_and_schema_conversion_are_bounded_in_depth() {
    let mut heap = heap();
    let text = "[".repeat(100_000);
    let error = ok(heap.json_from_text(&text)).expect_err("it is too deep");
    assert!(error.contains("levels deep"), "{error}");
    // SAFETY: the test owns the word.
    unsafe {
        let word = deep_list(&mut heap);
        let class = Slot::Ref(LIST_JSON_CLASS);
        let failure = heap.convert(class, word & word::PAYLOAD, TypeId::LIST_LIST_STRING);
        assert!(failure.is_ok_and(|inner| inner.is_err()), "an inner list is no String");
        heap.drop_dyn(word);
    }
    assert_eq!(heap.live_blocks(), 0);
}

#[test]
fn a_text_larger_than_the_memory_is_a_failure() {
    let mut heap = heap();
    // SAFETY: the test owns the word.
    unsafe {
        // A value of 40 objects whose text has 2^40 parts.
        let mut word = dyn_ptr(ok(heap.list_new(LIST_JSON_CLASS, 0)));
        for _ in 0..40 {
            super::object::dup_dyn(word);
            word = dyn_ptr(ok(heap.list_from(LIST_JSON_CLASS, &[word, word])));
        }
        heap.set_limit(1 << 20);
        for result in [heap.display(Slot::Dyn, word), heap.to_json(Slot::Dyn, word, None)] {
            assert_eq!(result.err().and_then(|failure| failure.code()), Some(Code::R1010));
        }
        heap.drop_dyn(word);
    }
    assert_eq!(heap.live_blocks(), 0);
}

#[test]
fn every_allocation_may_fail_without_a_leak() {
    let source = r#"{"a": [1, 2.5, "three", {"b": null}], "c": 123456789012345678}"#;
    for limit in (0..).step_by(4096).take(40) {
        let mut heap = heap();
        heap.set_limit(limit);
        match heap.json_from_text(source) {
            // SAFETY: the test owns the word.
            Ok(word) => unsafe { heap.drop_dyn(word.expect("it is JSON")) },
            Err(failure) => assert_eq!(failure.code(), Some(Code::R1010)),
        }
        assert_eq!(heap.live_blocks(), 0, "limit {limit}");
    }
}

#[test]
fn texts_of_values() {
    let mut heap = heap();
    // SAFETY: the test owns the words.
    unsafe {
        let circle = ptr_ref(ok(heap.flat_from(CIRCLE, &[1.0f64.to_bits()])));
        let point = ptr_ref(ok(heap.flat_from(POINT, &[7, circle])));
        let empty = ptr_ref(ok(heap.flat_from(POINT, &[7, word::imm_variant(1)])));
        assert_eq!(ok(heap.display(Slot::Ref(POINT), point)), "Point(x: 7, y: Circle(1.0))");
        assert_eq!(ok(heap.display(Slot::Ref(POINT), empty)), "Point(x: 7, y: Empty)");
        assert!(heap.compare((Slot::Ref(POINT), point), (Slot::Ref(POINT), empty)).is_lt());
        let json = ok(heap.to_json(Slot::Ref(POINT), point, None));
        assert_eq!(json, r#"{"x":7,"y":{"Circle":1.0}}"#);
        let as_json = ok(heap.convert(Slot::Ref(POINT), point, TypeId::JSON)).expect("it has JSON");
        assert_eq!(ok(heap.display(Slot::Dyn, as_json)), r#"{"x": 7, "y": {"Circle": 1.0}}"#);
        let text = ptr_ref(ok(heap.str_new("a\"\n\u{1}{ü")));
        assert_eq!(ok(heap.debug(Slot::Ref(0), text)), r#""a\"\n\u{1}{ü""#);
        assert_eq!(ok(heap.display(Slot::Ref(0), 0)), "null");
        for word in [point, empty, text] {
            heap.drop_ref(word);
        }
        heap.drop_dyn(as_json);
    }
    assert_eq!(heap.live_blocks(), 0);
}

#[test]
fn equality_of_floats_and_of_maps() {
    let mut heap = heap();
    // SAFETY: the test owns the words.
    unsafe {
        let nan = dyn_float(f64::NAN);
        let list = (Slot::Dyn, dyn_ptr(ok(heap.list_from(LIST_JSON_CLASS, &[nan]))));
        assert!(!heap.equal(list, list, Equality::Ieee));
        assert!(heap.equal(list, list, Equality::Key));
        assert_eq!(heap.hash(Slot::Dyn, dyn_float(-0.0)), heap.hash(Slot::Float, 0.0f64.to_bits()));
        let mut maps = Vec::new();
        for keys in [[1, 2, 300], [300, 2, 1], [1, 2, 3]] {
            let mut map = ok(heap.table_new(MAP_DYN, 0));
            for key in keys {
                let key = ok(heap.dyn_int(key << 50));
                map = ok(heap.map_put(map, key, DYN_NULL));
            }
            maps.push((Slot::Dyn, dyn_ptr(map)));
        }
        assert!(heap.equal(maps[0], maps[1], Equality::Ieee));
        assert_eq!(heap.hash(Slot::Dyn, maps[0].1), heap.hash(Slot::Dyn, maps[1].1));
        assert!(!heap.equal(maps[0], maps[2], Equality::Ieee));
        heap.drop_dyn(list.1);
        for (_, map) in maps {
            heap.drop_dyn(map);
        }
    }
    assert_eq!(heap.live_blocks(), 0);
}
