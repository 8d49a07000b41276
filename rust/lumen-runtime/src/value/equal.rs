//! Structural equality, without recursion and without failure.
//!
//! `==` compares floats as IEEE says; keys, `unique` and `contains` on sets use the total order
//! (one NaN, one zero). Maps and sets are equal when they have the same entries, in any order.
//! A value in a Dyn equals the same value in a typed slot.
//!
//! The walk is a small machine: a stack of frames, and the result of the comparison that ended
//! last. A frame over two sequences needs all pairs equal; a frame over two tables searches, for
//! each entry of the one, the key among the candidates of the other, then compares the values.

#![expect(unsafe_code, reason = "walks objects")]

use super::classes::{Kind, RtClass, Slot};
use super::heap::Heap;
use super::number::float_order;
use super::object::Ptr;
use super::table::Probe;
use super::view::{View, child};
use super::{list, table, text};

/// How floats compare.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Equality {
    /// `==`: NaN differs from itself.
    Ieee,
    /// Keys: NaN equals itself.
    Key,
}

/// What a comparison of two views says.
enum Step {
    Done(bool),
    Enter(Frame),
}

/// Two objects whose parts are being compared.
enum Frame {
    /// Fields or elements, in order.
    Sequence { a: Ptr, b: Ptr, next: usize, count: usize, equality: Equality },
    /// Entries of tables: `at` is the entry of `a` in hand, `candidate` one of `b`.
    Table {
        a: Ptr,
        b: Ptr,
        at: usize,
        probe: Probe,
        candidate: usize,
        state: Search,
        equality: Equality,
    },
}

/// What a table frame waits for.
enum Search {
    /// Its first entry.
    Start,
    /// Whether the keys are equal.
    Key,
    /// Whether the values are equal.
    Value,
}

/// What a frame does next.
enum Next {
    Compare(View, View, Equality),
    Done(bool),
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
    ) -> bool {
        // SAFETY: as the caller promises.
        unsafe { self.equal_views(self.view(slot_a, a), self.view(slot_b, b), equality) }
    }

    /// Whether two values are equal.
    ///
    /// # Safety
    /// The objects of both views are live.
    pub(super) unsafe fn equal_views(&self, a: View, b: View, equality: Equality) -> bool {
        let mut stack: Vec<Frame> = Vec::new();
        let mut pair = (a, b, equality);
        // SAFETY: parts of live objects are live, and nothing is changed here.
        unsafe {
            loop {
                let mut done = match self.equal_step(pair.0, pair.1, pair.2) {
                    Step::Done(result) => Some(result),
                    Step::Enter(frame) => {
                        stack.push(frame);
                        None
                    }
                };
                pair = loop {
                    let Some(frame) = stack.last_mut() else { return done.unwrap_or(true) };
                    match self.advance(frame, done.take()) {
                        Next::Compare(a, b, equality) => break (a, b, equality),
                        Next::Done(result) => {
                            done = Some(result);
                            stack.pop();
                        }
                    }
                };
            }
        }
    }

    unsafe fn equal_step(&self, a: View, b: View, equality: Equality) -> Step {
        Step::Done(match (a, b) {
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
        })
    }

    unsafe fn objects_step(&self, a: Ptr, b: Ptr, equality: Equality) -> Step {
        // SAFETY: both objects are live, and read as their classes say.
        unsafe {
            let (row_a, row_b) = (self.row_of(a), self.row_of(b));
            if row_a.kind != row_b.kind {
                return Step::Done(false);
            }
            if a == b && equality == Equality::Key {
                return Step::Done(true);
            }
            let (same, count) = match row_a.kind {
                Kind::String => (text::str_eq(a, b), 0),
                Kind::Bytes => (text::bytes_of(a) == text::bytes_of(b), 0),
                Kind::List => return lists_step(a, b, row_a, row_b, equality),
                Kind::Map | Kind::Set => return tables_step(a, b, equality),
                Kind::Tuple => (row_a.slots.len() == row_b.slots.len(), row_a.slots.len()),
                Kind::Record | Kind::Variant | Kind::Untrusted => {
                    ((*a).class == (*b).class, row_a.slots.len())
                }
                // A secret is equal to itself only: guesses tell nothing.
                _ => (a == b, 0),
            };
            match (same, count) {
                (true, 1..) => Step::Enter(Frame::Sequence { a, b, next: 0, count, equality }),
                (same, _) => Step::Done(same),
            }
        }
    }

    /// The next comparison of a frame, given the result of its last one.
    unsafe fn advance(&self, frame: &mut Frame, result: Option<bool>) -> Next {
        // SAFETY: the objects of frames are live; positions stay inside them.
        unsafe {
            match frame {
                Frame::Sequence { .. } if result == Some(false) => Next::Done(false),
                Frame::Sequence { next, count, .. } if next == count => Next::Done(true),
                Frame::Sequence { a, b, next, equality, .. } => {
                    let (slot_a, word_a) = child(*a, self.row_of(*a), *next);
                    let (slot_b, word_b) = child(*b, self.row_of(*b), *next);
                    *next += 1;
                    Next::Compare(self.view(slot_a, word_a), self.view(slot_b, word_b), *equality)
                }
                Frame::Table { .. } => self.advance_table(frame, result),
            }
        }
    }

    unsafe fn advance_table(&self, frame: &mut Frame, result: Option<bool>) -> Next {
        let Frame::Table { a, b, at, probe, candidate, state, equality } = frame else {
            return Next::Done(false);
        };
        // SAFETY: as for `advance`; entries and candidates are live positions.
        unsafe {
            let (row_a, row_b) = (self.row_of(*a), self.row_of(*b));
            match (&*state, result) {
                (Search::Start, _) => {}
                (Search::Key, Some(true)) if row_a.kind == Kind::Map => {
                    *state = Search::Value;
                    let value_a = self.view(row_a.slots[1], *table::value_at(*a, *at));
                    let value_b = self.view(row_b.slots[1], *table::value_at(*b, *candidate));
                    return Next::Compare(value_a, value_b, *equality);
                }
                (Search::Value, Some(false)) => return Next::Done(false),
                (Search::Key, Some(true)) | (Search::Value, _) => {
                    *at += 1;
                    *probe = Probe::START;
                }
                (Search::Key, _) => {}
            }
            let Some(live) = table::next_live(*a, row_a, *at) else { return Next::Done(true) };
            *at = live;
            *state = Search::Key;
            let hash = table::hash_at(*a, row_a, live);
            let Some(other) = table::next_candidate(*b, row_b, hash, probe) else {
                return Next::Done(false);
            };
            *candidate = other;
            let key_a = self.view(row_a.slots[0], table::key_at(*a, row_a, live));
            let key_b = self.view(row_b.slots[0], table::key_at(*b, row_b, other));
            Next::Compare(key_a, key_b, Equality::Key)
        }
    }

    /// The position of a key in a map or set.
    ///
    /// # Safety
    /// `p` is a live map or set, the key's object is live, `hash` is the key's hash.
    pub(super) unsafe fn find_key(&self, p: Ptr, hash: u32, key: View) -> Option<usize> {
        // SAFETY: keys of live tables are live.
        unsafe {
            let row = self.row_of(p);
            table::find(p, row, hash, |other| {
                self.equal_views(key, self.view(row.slots[0], other), Equality::Key)
            })
        }
    }
}

unsafe fn tables_step(a: Ptr, b: Ptr, equality: Equality) -> Step {
    // SAFETY: both are live tables.
    unsafe {
        if table::len(a) != table::len(b) {
            return Step::Done(false);
        }
    }
    let (probe, state) = (Probe::START, Search::Start);
    Step::Enter(Frame::Table { a, b, at: 0, probe, candidate: 0, state, equality })
}

unsafe fn lists_step(a: Ptr, b: Ptr, row_a: &RtClass, row_b: &RtClass, equality: Equality) -> Step {
    // SAFETY: both are live lists, read as their classes say.
    unsafe {
        let count = list::len(a);
        if count != list::len(b) {
            return Step::Done(false);
        }
        Step::Done(match (row_a.slots[0], row_b.slots[0]) {
            (Slot::Int, Slot::Int) => list::words(a) == list::words(b),
            (Slot::Bool, Slot::Bool) => {
                let bytes = |p| std::slice::from_raw_parts(list::data_bool(p), count);
                bytes(a) == bytes(b)
            }
            _ if count > 0 => {
                return Step::Enter(Frame::Sequence { a, b, next: 0, count, equality });
            }
            _ => true,
        })
    }
}
