//! Structural equality, without recursion except into keys of keys (bounded).
//!
//! `==` compares floats as IEEE says; keys, `unique` and `contains` on sets use the total order
//! (one NaN, one zero). Maps and sets are equal when they have the same entries, in any order.
//! A value in a Dyn equals the same value in a typed slot.

#![expect(unsafe_code, reason = "walks objects")]

use super::classes::{Kind, RtClass, Slot};
use super::heap::Heap;
use super::number::float_order;
use super::object::Ptr;
use super::view::{View, child};
use super::{list, table, text};
use crate::failure::{Failure, Outcome};

/// How floats compare.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Equality {
    /// `==`: NaN differs from itself.
    Ieee,
    /// Keys: NaN equals itself.
    Key,
}

/// How deeply keys may be nested in keys.
pub const KEY_DEPTH_MAX: usize = 64;

/// What one comparison of two views says.
enum Step {
    Equal,
    Different,
    Enter(Frame),
}

/// Two objects whose children are being compared.
struct Frame {
    a: Ptr,
    b: Ptr,
    next: usize,
    count: usize,
}

impl Heap {
    /// Whether two words are equal.
    ///
    /// # Safety
    /// Both are valid words of their kinds.
    pub unsafe fn equal(
        &self,
        (slot_a, a): (Slot, u64),
        (slot_b, b): (Slot, u64),
        equality: Equality,
    ) -> Outcome<bool> {
        // SAFETY: as the caller promises.
        unsafe { self.equal_views(self.view(slot_a, a), self.view(slot_b, b), equality, 0) }
    }

    /// Whether two values are equal, `depth` keys deep.
    ///
    /// # Safety
    /// The objects of both views are live.
    pub(super) unsafe fn equal_views(
        &self,
        a: View,
        b: View,
        equality: Equality,
        depth: usize,
    ) -> Outcome<bool> {
        if depth > KEY_DEPTH_MAX {
            return Err(Failure::too_deep(KEY_DEPTH_MAX));
        }
        let mut stack: Vec<Frame> = Vec::new();
        let mut pair = (a, b);
        // SAFETY: children of live objects are live, and nothing is changed here.
        unsafe {
            loop {
                match self.equal_step(pair.0, pair.1, equality) {
                    Step::Equal => {}
                    Step::Different => return Ok(false),
                    Step::Enter(frame) => stack.push(frame),
                }
                pair = loop {
                    let Some(frame) = stack.last_mut() else { return Ok(true) };
                    match self.next_pair(frame, depth)? {
                        Next::Pair(a, b) => break (a, b),
                        Next::Missing => return Ok(false),
                        Next::End => drop(stack.pop()),
                    }
                };
            }
        }
    }

    unsafe fn equal_step(&self, a: View, b: View, equality: Equality) -> Step {
        let same = match (a, b) {
            (View::Null, View::Null) => true,
            (View::Bool(a), View::Bool(b)) => a == b,
            (View::Int(a), View::Int(b)) => a == b,
            (View::Float(a), View::Float(b)) => match equality {
                Equality::Ieee => a == b,
                Equality::Key => float_order(a, b).is_eq(),
            },
            (View::Enum(a, i), View::Enum(b, j)) => a == b && i == j,
            // SAFETY: as the caller promises.
            (View::Object(a), View::Object(b)) => unsafe {
                return self.objects_step(a, b, equality);
            },
            _ => false,
        };
        if same { Step::Equal } else { Step::Different }
    }

    unsafe fn objects_step(&self, a: Ptr, b: Ptr, equality: Equality) -> Step {
        // SAFETY: both objects are live, and read as their classes say.
        unsafe {
            let (row_a, row_b) = (self.row_of(a), self.row_of(b));
            if row_a.kind != row_b.kind {
                return Step::Different;
            }
            if a == b && equality == Equality::Key {
                return Step::Equal;
            }
            let (same, count) = match row_a.kind {
                Kind::String => (text::str_eq(a, b), 0),
                Kind::Bytes => (text::bytes_of(a) == text::bytes_of(b), 0),
                Kind::List => return lists_step(a, b, row_a, row_b),
                Kind::Map | Kind::Set => (table::len(a) == table::len(b), table::used(a)),
                Kind::Tuple => (row_a.slots.len() == row_b.slots.len(), row_a.slots.len()),
                Kind::Record | Kind::Variant => ((*a).class == (*b).class, row_a.slots.len()),
                _ => (a == b, 0),
            };
            match (same, count) {
                (false, _) => Step::Different,
                (true, 0) => Step::Equal,
                (true, count) => Step::Enter(Frame { a, b, next: 0, count }),
            }
        }
    }

    unsafe fn next_pair(&self, frame: &mut Frame, depth: usize) -> Outcome<Next> {
        // SAFETY: `next` stays below the number of children.
        unsafe {
            let row = self.row_of(frame.a);
            let row_b = self.row_of(frame.b);
            if matches!(row.kind, Kind::Map | Kind::Set) {
                while let Some(at) = table::next_live(frame.a, row, frame.next) {
                    frame.next = at + 1;
                    let key = self.view(row.slots[0], table::key_at(frame.a, row, at));
                    let hash = table::hash_at(frame.a, row, at);
                    let Some(other) = self.find_key(frame.b, hash, key, depth + 1)? else {
                        return Ok(Next::Missing);
                    };
                    if row.kind == Kind::Map {
                        let a = self.view(row.slots[1], *table::value_at(frame.a, at));
                        let b = self.view(row_b.slots[1], *table::value_at(frame.b, other));
                        return Ok(Next::Pair(a, b));
                    }
                }
                return Ok(Next::End);
            }
            if frame.next == frame.count {
                return Ok(Next::End);
            }
            let (slot_a, a) = child(frame.a, row, frame.next);
            let (slot_b, b) = child(frame.b, row_b, frame.next);
            frame.next += 1;
            Ok(Next::Pair(self.view(slot_a, a), self.view(slot_b, b)))
        }
    }

    /// The position of a key in a map or set.
    ///
    /// # Safety
    /// `p` is a live map or set, the key's object is live, `hash` is the key's hash.
    pub(super) unsafe fn find_key(
        &self,
        p: Ptr,
        hash: u32,
        key: View,
        depth: usize,
    ) -> Outcome<Option<usize>> {
        // SAFETY: keys of live tables are live.
        unsafe {
            let row = self.row_of(p);
            let slot = row.slots[0];
            match (key, slot) {
                (View::Int(key), Slot::Int) => {
                    table::find(p, row, hash, |other| Ok(other as i64 == key))
                }
                (View::Object(key), Slot::Ref(text::STRING)) => {
                    table::find(p, row, hash, |other| Ok(text::str_eq(key, other as Ptr)))
                }
                _ => table::find(p, row, hash, |other| {
                    self.equal_views(key, self.view(slot, other), Equality::Key, depth)
                }),
            }
        }
    }
}

/// What comes after a comparison.
enum Next {
    Pair(View, View),
    Missing,
    End,
}

unsafe fn lists_step(a: Ptr, b: Ptr, row_a: &RtClass, row_b: &RtClass) -> Step {
    // SAFETY: both are live lists, read as their classes say.
    unsafe {
        let count = list::len(a);
        if count != list::len(b) {
            return Step::Different;
        }
        let same = match (row_a.slots[0], row_b.slots[0]) {
            (Slot::Int, Slot::Int) => list::words(a) == list::words(b),
            (Slot::Bool, Slot::Bool) => {
                let bytes = |p| std::slice::from_raw_parts(list::data_bool(p), count);
                bytes(a) == bytes(b)
            }
            _ if count > 0 => return Step::Enter(Frame { a, b, next: 0, count }),
            _ => true,
        };
        if same { Step::Equal } else { Step::Different }
    }
}
