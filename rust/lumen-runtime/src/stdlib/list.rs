//! Lists: order, search, sums, and changes that keep the list's class.

use super::Builtin;
use super::text::{clamp_range, exact_range};
use crate::failure::{Failure, Outcome};
use crate::value::call::{Call, Value};
use crate::value::classes::{LIST_INT_CLASS, Slot};
use crate::value::equal::Equality;
use crate::value::list::check_index;
use crate::value::text::LEN_MAX;
use lumen_lir::Effect;

pub(super) const ROWS: &[(&str, Builtin)] = &[
    ("list.concat", concat),
    ("list.slice", slice),
    ("list.part", part),
    ("list.truncate", truncate),
    ("list.prepend", prepend),
    ("list.insert", insert),
    ("list.remove_at", remove_at),
    ("list.reverse", reverse),
    ("list.sort", sort),
    ("list.sort_keyed", sort_keyed),
    ("list.shuffle", shuffle),
    ("list.contains", contains),
    ("list.index_of", index_of),
    ("list.join", join),
    ("list.range", range),
    ("list.sum_int", |c| fold_ints(c, 0, i64::checked_add, "sum")),
    ("list.product_int", |c| fold_ints(c, 1, i64::checked_mul, "product")),
    ("list.sum_float", |c| fold_floats(c, 0.0, |a, b| a + b)),
    ("list.product_float", |c| fold_floats(c, 1.0, |a, b| a * b)),
    ("list.min", |c| extreme(c, true)),
    ("list.max", |c| extreme(c, false)),
];

fn concat(c: &mut Call<'_>) -> Outcome<()> {
    let other = c.list(1);
    let list = c.take(0);
    c.extend(&list, other)?;
    c.ret(list)
}

fn slice(c: &mut Call<'_>) -> Outcome<()> {
    let list = c.list(0);
    let (from, to) = clamp_range(c.int(1), c.int(2), list.len());
    let part = c.slice(list, from, to)?;
    c.ret(part)
}

/// `xs[a..b]`.
fn part(c: &mut Call<'_>) -> Outcome<()> {
    let list = c.list(0);
    let (from, to) = exact_range(c.int(1), c.int(2), list.len())?;
    let part = c.slice(list, from, to)?;
    c.ret(part)
}

fn truncate(c: &mut Call<'_>) -> Outcome<()> {
    let length = c.list(0).len();
    let (_, keep) = clamp_range(0, c.int(1), length);
    let list = c.take(0);
    c.remove_range(&list, keep, length)?;
    c.ret(list)
}

fn insert_at(c: &mut Call<'_>, at: i64, item: usize) -> Outcome<()> {
    let (length, slot) = (c.list(0).len(), c.list(0).slot());
    let value = Value { slot, word: c.word(item) };
    let list = c.take(0);
    let owned = c.take_value(value);
    let at = check_index(at, length + 1).map_err(|_| Failure::index(at, length))?;
    c.insert(&list, at, value, owned)?;
    c.ret(list)
}

fn prepend(c: &mut Call<'_>) -> Outcome<()> {
    insert_at(c, 0, 1)
}

fn insert(c: &mut Call<'_>) -> Outcome<()> {
    insert_at(c, c.int(1), 2)
}

fn remove_at(c: &mut Call<'_>) -> Outcome<()> {
    let length = c.list(0).len();
    let list = c.take(0);
    let at = check_index(c.int(1), length)?;
    c.remove_range(&list, at, at + 1)?;
    c.ret(list)
}

fn reverse(c: &mut Call<'_>) -> Outcome<()> {
    let list = c.take(0);
    c.make_unique_list(&list)?;
    c.reorder(&list, |_, _, words| words.reverse());
    c.ret(list)
}

fn sort(c: &mut Call<'_>) -> Outcome<()> {
    let list = c.take(0);
    c.make_unique_list(&list)?;
    c.reorder(&list, |heap, slot, words| match slot {
        Slot::Int => words.sort_unstable_by_key(|word| *word as i64),
        _ => words.sort_by(|a, b| heap.order(slot, *a, *b)),
    });
    c.ret(list)
}

fn sort_keyed(c: &mut Call<'_>) -> Outcome<()> {
    let keys = c.list(1);
    let length = c.list(0).len();
    let list = c.take(0);
    if keys.len() != length {
        let found = keys.len();
        return Err(Failure::argument(format!("{length} elements with {found} keys")));
    }
    let mut order: Vec<u32> = (0..length as u32).collect();
    let (slot, key) = (keys.slot(), |at: u32| keys.get(at as usize).word);
    order.sort_by(|a, b| c.compare(slot, key(*a), key(*b)));
    c.make_unique_list(&list)?;
    c.reorder(&list, |_, _, words| {
        let sorted: Vec<u64> = order.iter().map(|at| words[*at as usize]).collect();
        words.copy_from_slice(&sorted);
    });
    c.ret(list)
}

fn shuffle(c: &mut Call<'_>) -> Outcome<()> {
    c.outside.permit(Effect::Random)?;
    let length = c.list(0).len();
    let list = c.take(0);
    c.make_unique_list(&list)?;
    let mut swaps = Vec::with_capacity(length.saturating_sub(1));
    for at in 1..length {
        swaps.push(c.outside.random_below(at as u64 + 1)? as usize);
    }
    c.reorder(&list, |_, _, words| {
        for (at, with) in swaps.into_iter().enumerate() {
            words.swap(at + 1, with);
        }
    });
    c.ret(list)
}

fn position(c: &Call<'_>) -> Option<usize> {
    let list = c.list(0);
    let (slot, word) = (list.slot(), c.word(1));
    if slot == Slot::Int {
        return list.words().iter().position(|other| *other == word);
    }
    list.iter().position(|other| c.equal(other, Value { slot, word }, Equality::Ieee))
}

fn contains(c: &mut Call<'_>) -> Outcome<()> {
    c.ret_bool(position(c).is_some())
}

fn index_of(c: &mut Call<'_>) -> Outcome<()> {
    c.ret_opt_int(position(c).map(|at| at as i64))
}

fn join(c: &mut Call<'_>) -> Outcome<()> {
    let (list, separator) = (c.list(0), c.str(1));
    let mut length = separator.len().saturating_mul(list.len().saturating_sub(1));
    for text in list.texts() {
        length = length.saturating_add(text.len());
    }
    if length > LEN_MAX {
        return Err(Failure::too_large("string"));
    }
    c.heap.check_room(length)?;
    let mut out = String::with_capacity(length);
    for (at, text) in list.texts().enumerate() {
        if at > 0 {
            out.push_str(separator);
        }
        out.push_str(text);
    }
    c.ret_str(&out)
}

fn range(c: &mut Call<'_>) -> Outcome<()> {
    let (from, to) = (c.int(0), c.int(1));
    let length = usize::try_from(i128::from(to) - i128::from(from)).unwrap_or(0);
    let list = c.new_list(LIST_INT_CLASS, length)?;
    for value in from..to {
        c.push(&list, Value { slot: Slot::Int, word: value as u64 })?;
    }
    c.ret(list)
}

fn fold_ints(
    c: &mut Call<'_>,
    start: i64,
    step: impl Fn(i64, i64) -> Option<i64>,
    name: &str,
) -> Outcome<()> {
    let words = c.list(0).words();
    let total = words.iter().try_fold(start, |total, word| step(total, *word as i64));
    c.ret_int(total.ok_or_else(|| Failure::overflow(name))?)
}

fn fold_floats(c: &mut Call<'_>, start: f64, step: impl Fn(f64, f64) -> f64) -> Outcome<()> {
    let words = c.list(0).words();
    c.ret_float(words.iter().fold(start, |total, word| step(total, f64::from_bits(*word))))
}

/// The first of the least or greatest elements.
fn extreme(c: &mut Call<'_>, least: bool) -> Outcome<()> {
    let list = c.list(0);
    let best = list.iter().reduce(|best, next| {
        let order = c.compare(list.slot(), next.word, best.word);
        if if least { order.is_lt() } else { order.is_gt() } { next } else { best }
    });
    c.ret_opt_element(list.element_type(), best)
}
