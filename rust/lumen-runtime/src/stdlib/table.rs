//! Maps and sets: what has no instruction of its own. Order is insertion order.

use super::Builtin;
use crate::failure::Outcome;
use crate::value::call::{Call, Value};

pub(super) const ROWS: &[(&str, Builtin)] = &[
    ("map.keys", keys),
    ("map.values", values),
    ("map.entries", entries),
    ("map.remove", remove),
    ("map.merge", merge),
    ("map.invert", invert),
    ("set.remove", remove),
    ("set.union", union),
    ("set.intersection", |c| select(c, true)),
    ("set.difference", |c| select(c, false)),
    ("set.is_subset", is_subset),
    ("set.to_list", keys),
];

fn keys(c: &mut Call<'_>) -> Outcome<()> {
    let (table, class) = (c.table(0), c.result_class());
    let out = c.new_list(class, table.len())?;
    for at in table.positions() {
        c.push(&out, table.key(at))?;
    }
    c.ret(out)
}

fn values(c: &mut Call<'_>) -> Outcome<()> {
    let (map, class) = (c.table(0), c.result_class());
    let out = c.new_list(class, map.len())?;
    for at in map.positions() {
        c.push(&out, map.value(at))?;
    }
    c.ret(out)
}

fn entries(c: &mut Call<'_>) -> Outcome<()> {
    let (map, class) = (c.table(0), c.result_class());
    let pair_class = c.element_class(class);
    let out = c.new_list(class, map.len())?;
    for at in map.positions() {
        let pair = c.new_pair(pair_class, map.key(at), map.value(at))?;
        c.push_temp(&out, pair)?;
    }
    c.ret(out)
}

fn remove(c: &mut Call<'_>) -> Outcome<()> {
    let slot = c.table(0).key_slot();
    let key = Value { slot, word: c.word(1) };
    let table = c.take(0);
    c.remove_key(&table, key)?;
    c.ret(table)
}

fn merge(c: &mut Call<'_>) -> Outcome<()> {
    let other = c.table(1);
    let map = c.take(0);
    for at in other.positions() {
        c.map_put(&map, other.key(at), other.value(at))?;
    }
    c.ret(map)
}

fn invert(c: &mut Call<'_>) -> Outcome<()> {
    let (map, class) = (c.table(0), c.result_class());
    let out = c.new_table(class, map.len())?;
    for at in map.positions() {
        c.map_put(&out, map.value(at), map.key(at))?;
    }
    c.ret(out)
}

fn union(c: &mut Call<'_>) -> Outcome<()> {
    let other = c.table(1);
    let set = c.take(0);
    for at in other.positions() {
        c.set_put(&set, other.key(at))?;
    }
    c.ret(set)
}

/// The elements of the first set that are in the second, or that are not.
fn select(c: &mut Call<'_>, inside: bool) -> Outcome<()> {
    let (set, other) = (c.table(0), c.table(1));
    let out = c.new_table(set.class(), 0)?;
    for at in set.positions() {
        let key = set.key(at);
        if c.find(other, key).is_some() == inside {
            c.set_put(&out, key)?;
        }
    }
    c.ret(out)
}

fn is_subset(c: &mut Call<'_>) -> Outcome<()> {
    let (set, other) = (c.table(0), c.table(1));
    let subset =
        set.len() <= other.len() && set.positions().all(|at| c.find(other, set.key(at)).is_some());
    c.ret_bool(subset)
}
