//! Where two values that should be equal differ: `.items[2].price: 1.5 is not 2.0`.
//!
//! Two words → one line about the first place where they differ, without recursion. Each level compares the parts
//! until it meets the ones that differ, and goes on with these.
//! Invariants: at most [`LEVELS_MAX`] levels are entered, so the cost is that many comparisons of the whole; the line
//! is short, however large the values are.

#![expect(unsafe_code, reason = "walks objects")]

use super::classes::{Kind, RtClass, Slot};
use super::equal::Equality;
use super::heap::Heap;
use super::object::Ptr;
use super::path::push_key;
use super::table;
use super::view::{View, child, len};
use crate::failure::Outcome;
use std::ops::ControlFlow;

/// Levels that a path goes down at most.
const LEVELS_MAX: usize = 64;
/// Characters of a value that are shown at most.
const SHOWN_MAX: usize = 60;

/// A word and how to read it.
type Part = (Slot, u64);

/// What a level says: go on with two parts, or what is to be said about it; nothing when both values as a whole are.
type Level = ControlFlow<Option<String>, (Part, Part)>;

impl Heap {
    /// The first place inside of two values where they differ; nothing when they are equal, or have no parts in common.
    ///
    /// # Safety
    /// Both are valid words of their kinds.
    pub unsafe fn difference(&self, found: Part, expected: Part) -> Outcome<Option<String>> {
        let mut path = String::new();
        let mut at = (found, expected);
        // SAFETY: parts of live objects are live, and nothing is changed here.
        unsafe {
            if self.equal(found, expected, Equality::Ieee) {
                return Ok(None);
            }
            for _ in 0..LEVELS_MAX {
                match self.level(at.0, at.1, &mut path)? {
                    ControlFlow::Continue(parts) => at = parts,
                    ControlFlow::Break(Some(text)) => return Ok(Some(spot(&path, &text))),
                    ControlFlow::Break(None) if path.is_empty() => return Ok(None),
                    ControlFlow::Break(None) => {
                        let (found, expected) = (self.shown(at.0)?, self.shown(at.1)?);
                        return Ok(Some(spot(&path, &format!("{found} is not {expected}"))));
                    }
                }
            }
            Ok(Some(spot(&path, "the values differ further inside")))
        }
    }

    /// One level: the parts of two values that differ.
    unsafe fn level(&self, found: Part, expected: Part, path: &mut String) -> Outcome<Level> {
        // SAFETY: as the caller promises; each object is read as its class says.
        unsafe {
            let (View::Object(a), View::Object(b)) =
                (self.view(found.0, found.1), self.view(expected.0, expected.1))
            else {
                return Ok(Level::Break(None));
            };
            let (row_a, row_b) = (self.row_of(a), self.row_of(b));
            match (row_a.kind, row_b.kind) {
                (Kind::List, Kind::List) | (Kind::Tuple, Kind::Tuple) => {
                    Ok(self.sequence((a, row_a), (b, row_b), path))
                }
                (Kind::Record, Kind::Record) | (Kind::Variant, Kind::Variant)
                    if (*a).class == (*b).class =>
                {
                    Ok(self.sequence((a, row_a), (b, row_b), path))
                }
                (Kind::Map, Kind::Map) => self.entries((a, row_a), (b, row_b), path),
                (Kind::Set, Kind::Set) => self.elements((a, row_a), (b, row_b)),
                _ => Ok(Level::Break(None)),
            }
        }
    }

    /// Elements or fields: the first pair that differs, else the lengths.
    unsafe fn sequence(
        &self,
        (a, row_a): (Ptr, &RtClass),
        (b, row_b): (Ptr, &RtClass),
        path: &mut String,
    ) -> Level {
        // SAFETY: both are live lists or flat objects; positions stay inside them.
        unsafe {
            let (len_a, len_b) = (len(a, row_a), len(b, row_b));
            for index in 0..len_a.min(len_b) {
                let (part_a, part_b) = (child(a, row_a, index), child(b, row_b, index));
                if self.equal(part_a, part_b, Equality::Ieee) {
                    continue;
                }
                match row_a.fields.get(index) {
                    _ if row_a.kind == Kind::List => path.push_str(&format!("[{index}]")),
                    Some(Some(name)) => push_key(path, name),
                    _ => path.push_str(&format!(".{index}")),
                }
                return Level::Continue((part_a, part_b));
            }
            let differs = len_a != len_b && row_a.kind == Kind::List;
            Level::Break(differs.then(|| format!("the length is {len_a}, not {len_b}")))
        }
    }

    /// Entries of maps: the first key of one that the other lacks, or whose values differ.
    unsafe fn entries(
        &self,
        (a, row_a): (Ptr, &RtClass),
        (b, row_b): (Ptr, &RtClass),
        path: &mut String,
    ) -> Outcome<Level> {
        // SAFETY: both are live maps; positions are live.
        unsafe {
            for at in positions(a, row_a) {
                let key = (row_a.slots[0], table::key_at(a, row_a, at));
                let Some(other) =
                    self.find_key(b, table::hash_at(a, row_a, at), self.view(key.0, key.1))
                else {
                    let key = self.shown(key)?;
                    return Ok(Level::Break(Some(format!("the key {key} is not expected"))));
                };
                let value_a = (row_a.slots[1], *table::value_at(a, at));
                let value_b = (row_b.slots[1], *table::value_at(b, other));
                if self.equal(value_a, value_b, Equality::Ieee) {
                    continue;
                }
                match self.view(key.0, key.1) {
                    View::Object(p) if let Some(text) = self.as_text(p) => push_key(path, text),
                    _ => path.push_str(&format!("[{}]", self.shown(key)?)),
                }
                return Ok(Level::Continue((value_a, value_b)));
            }
            let missing = self.first_missing((b, row_b), a)?;
            Ok(Level::Break(missing.map(|key| format!("the key {key} is missing"))))
        }
    }

    /// Elements of sets: the first of one that the other lacks.
    unsafe fn elements(
        &self,
        (a, row_a): (Ptr, &RtClass),
        (b, row_b): (Ptr, &RtClass),
    ) -> Outcome<Level> {
        // SAFETY: both are live sets.
        unsafe {
            if let Some(extra) = self.first_missing((a, row_a), b)? {
                return Ok(Level::Break(Some(format!("the element {extra} is not expected"))));
            }
            let missing = self.first_missing((b, row_b), a)?;
            Ok(Level::Break(missing.map(|key| format!("the element {key} is missing"))))
        }
    }

    /// The first key of a table that another one lacks, as text.
    unsafe fn first_missing(
        &self,
        (a, row): (Ptr, &RtClass),
        other: Ptr,
    ) -> Outcome<Option<String>> {
        // SAFETY: both are live tables; positions are live.
        unsafe {
            for at in positions(a, row) {
                let key = (row.slots[0], table::key_at(a, row, at));
                let hash = table::hash_at(a, row, at);
                if self.find_key(other, hash, self.view(key.0, key.1)).is_none() {
                    return self.shown(key).map(Some);
                }
            }
            Ok(None)
        }
    }

    /// The text of a value, cut when it is long.
    unsafe fn shown(&self, (slot, word): Part) -> Outcome<String> {
        // SAFETY: as the caller promises.
        let text = unsafe { self.debug(slot, word)? };
        Ok(match text.char_indices().nth(SHOWN_MAX) {
            Some((cut, _)) => format!("{}…", &text[..cut]),
            None => text,
        })
    }
}

/// The live positions of a table.
unsafe fn positions(p: Ptr, row: &RtClass) -> impl Iterator<Item = usize> {
    // SAFETY: the caller passes a live table of this row's class, which stays as it is.
    let next = move |from: usize| unsafe { table::next_live(p, row, from) };
    std::iter::successors(next(0), move |at| next(at + 1))
}

/// What is said about a place; the root has no name.
fn spot(path: &str, text: &str) -> String {
    if path.is_empty() { text.to_owned() } else { format!("{path}: {text}") }
}
