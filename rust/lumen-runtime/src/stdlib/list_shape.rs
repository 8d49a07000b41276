//! Lists into other shapes: pairs, pieces, sets, maps.

use super::Builtin;
use crate::failure::{Failure, Outcome};
use crate::value::call::{Call, Value};
use crate::value::classes::Slot;

pub(super) const ROWS: &[(&str, Builtin)] = &[
    ("list.unique", unique),
    ("list.flatten", flatten),
    ("list.zip", zip),
    ("list.unzip", unzip),
    ("list.enumerate", enumerate),
    ("list.chunk", chunk),
    ("list.window", window),
    ("list.to_set", to_set),
    ("list.to_map", to_map),
];

/// First occurrences, in order; equality is that of keys.
fn unique(c: &mut Call<'_>) -> Outcome<()> {
    let list = c.list(0);
    let kept = c.first_occurrences(list);
    let out = c.new_list(list.class(), kept.len())?;
    for at in kept {
        c.push(&out, list.get(at))?;
    }
    c.ret(out)
}

fn flatten(c: &mut Call<'_>) -> Outcome<()> {
    let lists = c.list(0);
    let class = c.element_class(lists.class());
    let out = c.new_list(class, 0)?;
    for at in 0..lists.len() {
        let inner = c.inner_list(lists, at);
        c.extend(&out, inner)?;
    }
    c.ret(out)
}

fn zip(c: &mut Call<'_>) -> Outcome<()> {
    let (a, b, class) = (c.list(0), c.list(1), c.result_class());
    let pair_class = c.element_class(class);
    let out = c.new_list(class, a.len().min(b.len()))?;
    for (a, b) in a.iter().zip(b.iter()) {
        let pair = c.new_pair(pair_class, a, b)?;
        c.push_temp(&out, pair)?;
    }
    c.ret(out)
}

fn unzip(c: &mut Call<'_>) -> Outcome<()> {
    let (pairs, class) = (c.list(0), c.result_class());
    let row = c.element_row(pairs);
    let [first, second] = c.field_classes(class);
    let (a, b) = (c.new_list(first, pairs.len())?, c.new_list(second, pairs.len())?);
    for at in 0..pairs.len() {
        c.push(&a, pairs.element_field(at, 0, row))?;
        c.push(&b, pairs.element_field(at, 1, row))?;
    }
    let pair = c.new_pair_of(class, a, b)?;
    c.ret(pair)
}

fn enumerate(c: &mut Call<'_>) -> Outcome<()> {
    let (list, class) = (c.list(0), c.result_class());
    let pair_class = c.element_class(class);
    let out = c.new_list(class, list.len())?;
    for (at, value) in list.iter().enumerate() {
        let index = Value { slot: Slot::Int, word: at as u64 };
        let pair = c.new_pair(pair_class, index, value)?;
        c.push_temp(&out, pair)?;
    }
    c.ret(out)
}

fn size(c: &Call<'_>, what: &str) -> Outcome<usize> {
    let size = c.int(1);
    let positive = usize::try_from(size).ok().filter(|size| *size > 0);
    positive.ok_or_else(|| Failure::argument(format!("{what} of {size} elements")))
}

fn chunk(c: &mut Call<'_>) -> Outcome<()> {
    let (list, size, class) = (c.list(0), size(c, "pieces")?, c.result_class());
    let out = c.new_list(class, list.len().div_ceil(size))?;
    for from in (0..list.len()).step_by(size) {
        let part = c.slice(list, from, from.saturating_add(size).min(list.len()))?;
        c.push_temp(&out, part)?;
    }
    c.ret(out)
}

fn window(c: &mut Call<'_>) -> Outcome<()> {
    let (list, size, class) = (c.list(0), size(c, "windows")?, c.result_class());
    let count = (list.len() + 1).saturating_sub(size);
    let out = c.new_list(class, count)?;
    for from in 0..count {
        let part = c.slice(list, from, from + size)?;
        c.push_temp(&out, part)?;
    }
    c.ret(out)
}

fn to_set(c: &mut Call<'_>) -> Outcome<()> {
    let (list, class) = (c.list(0), c.result_class());
    let set = c.new_table(class, 0)?;
    for value in list.iter() {
        c.set_put(&set, value)?;
    }
    c.ret(set)
}

fn to_map(c: &mut Call<'_>) -> Outcome<()> {
    let (pairs, class) = (c.list(0), c.result_class());
    let row = c.element_row(pairs);
    let map = c.new_table(class, 0)?;
    for at in 0..pairs.len() {
        let (key, value) = (pairs.element_field(at, 0, row), pairs.element_field(at, 1, row));
        c.map_put(&map, key, value)?;
    }
    c.ret(map)
}
