//! Lists, maps and sets that a builtin looks at, borrowed for the call.

#![expect(unsafe_code, reason = "reads objects")]

use super::Value;
use crate::value::classes::{Kind, RtClass, Slot};
use crate::value::object::{self, Ptr, field};
use crate::value::word::{self, ClassId};
use crate::value::{list, table, text};
use lumen_lir::TypeId;

/// A list that is borrowed for the call.
#[derive(Clone, Copy)]
pub struct ListRef<'c> {
    pub(super) p: Ptr,
    pub(super) row: &'c RtClass,
}

/// A map or set that is borrowed for the call.
#[derive(Clone, Copy)]
pub struct TableRef<'c> {
    pub(super) p: Ptr,
    pub(super) row: &'c RtClass,
}

impl<'c> ListRef<'c> {
    /// Number of elements.
    pub fn len(self) -> usize {
        // SAFETY: the list is alive.
        unsafe { list::len(self.p) }
    }

    /// Whether there are no elements.
    pub fn is_empty(self) -> bool {
        self.len() == 0
    }

    /// The class of the list.
    pub fn class(self) -> ClassId {
        // SAFETY: the list is alive.
        unsafe { object::class_of(self.p) }
    }

    /// How the elements are read.
    pub fn slot(self) -> Slot {
        self.row.slots[0]
    }

    /// The type of the elements.
    pub fn element_type(self) -> TypeId {
        self.row.types[0]
    }

    /// The element at a position below the length.
    pub fn get(self, at: usize) -> Value {
        assert!(at < self.len(), "a builtin stays inside its lists");
        // SAFETY: the position is inside.
        Value { slot: self.slot(), word: unsafe { list::get(self.p, self.row, at) } }
    }

    /// The elements, in order.
    pub fn iter(self) -> impl ExactSizeIterator<Item = Value> + 'c {
        (0..self.len()).map(move |at| self.get(at))
    }

    /// The texts of a list of strings.
    pub fn texts(self) -> impl ExactSizeIterator<Item = &'c str> {
        // SAFETY: the row of the builtin declares a list of strings.
        self.iter().map(|value| unsafe { text::str_of(word::ref_ptr(value.word)) })
    }

    /// The words of a list with 8-byte elements.
    pub fn words(self) -> &'c [u64] {
        assert_eq!(self.row.elem_bytes, 8, "a list of words");
        // SAFETY: the list is alive and unchanged for the call.
        unsafe { list::words(self.p) }
    }

    /// A field of an element that is a flat object.
    pub fn element_field(self, at: usize, index: usize, row: &RtClass) -> Value {
        let p = word::ref_ptr(self.get(at).word);
        // SAFETY: the row of the builtin declares a list of pairs.
        Value { slot: row.slots[index], word: unsafe { *field(p, index) } }
    }
}

impl<'c> TableRef<'c> {
    /// Number of entries.
    pub fn len(self) -> usize {
        // SAFETY: the table is alive.
        unsafe { table::len(self.p) }
    }

    /// Whether there are no entries.
    pub fn is_empty(self) -> bool {
        self.len() == 0
    }

    /// The class of the table.
    pub fn class(self) -> ClassId {
        // SAFETY: the table is alive.
        unsafe { object::class_of(self.p) }
    }

    /// The positions of the entries, in insertion order.
    pub fn positions(self) -> impl Iterator<Item = usize> + 'c {
        // SAFETY: the table is alive and unchanged for the call.
        let next = move |at: usize| unsafe { table::next_live(self.p, self.row, at) };
        std::iter::successors(next(0), move |at| next(at + 1))
    }

    /// How the keys are read.
    pub fn key_slot(self) -> Slot {
        self.row.slots[0]
    }

    /// The key at a position.
    pub fn key(self, at: usize) -> Value {
        // SAFETY: the position is one of `positions`.
        Value { slot: self.row.slots[0], word: unsafe { table::key_at(self.p, self.row, at) } }
    }

    /// The value at a position of a map.
    pub fn value(self, at: usize) -> Value {
        assert_eq!(self.row.kind, Kind::Map, "only maps have values");
        // SAFETY: the position is one of `positions`.
        Value { slot: self.row.slots[1], word: unsafe { *table::value_at(self.p, at) } }
    }
}
