//! One way to look at any value: a word and its slot kind become a [`View`].
//!
//! Equality, order, hash, text, JSON and conversion are written over views, so each exists once
//! and a value compares the same whether it sits in a typed slot or in a Dyn.

#![expect(unsafe_code, reason = "reads objects")]

use super::classes::{Kind, RtClass, Slot};
use super::heap::Heap;
use super::object::{Ptr, field};
use super::word::{self, ClassId, DynView};
use super::{list, text};

/// A value, read one level deep.
#[derive(Clone, Copy, Debug)]
pub enum View {
    /// null
    Null,
    /// A truth value.
    Bool(bool),
    /// An integer.
    Int(i64),
    /// A float.
    Float(f64),
    /// A variant without payload.
    Enum(ClassId, u32),
    /// An object that is not a boxed integer.
    Object(Ptr),
}

impl Heap {
    /// Reads a word.
    ///
    /// # Safety
    /// `word` is a valid word of this kind; a pointer in it leads to a live object.
    #[inline]
    pub unsafe fn view(&self, slot: Slot, word: u64) -> View {
        match slot {
            Slot::Int => View::Int(word as i64),
            Slot::Enum(class) => View::Enum(class, word as u32),
            Slot::Float => View::Float(f64::from_bits(word)),
            Slot::Bool => View::Bool(word != 0),
            Slot::Ref(_) if word == word::NULL_REF => View::Null,
            Slot::Ref(class) if word::is_imm(word) => View::Enum(class, word::imm_ordinal(word)),
            Slot::Ref(_) => View::Object(word::ref_ptr(word)),
            Slot::Dyn => match word::dyn_view(word) {
                DynView::Null => View::Null,
                DynView::Bool(value) => View::Bool(value),
                DynView::Int(value) => View::Int(value),
                DynView::Float(value) => View::Float(value),
                DynView::Enum { class, ordinal } => View::Enum(class, ordinal),
                // SAFETY: the caller passes a live object; a boxed integer has one field.
                DynView::Ptr(p) => unsafe {
                    if (*p).class == super::flat::BOXED_INT {
                        View::Int(*field(p, 0) as i64)
                    } else {
                        View::Object(p)
                    }
                },
            },
        }
    }

    /// The row of an object's class.
    ///
    /// # Safety
    /// `p` is a live object.
    #[inline]
    pub unsafe fn row_of<'a>(&self, p: Ptr) -> &'a RtClass {
        // SAFETY: the table outlives every object of the heap; callers use the row only while
        // they may use the object.
        unsafe { &*self.row_raw((*p).class) }
    }

    /// The text of an object when it is a string.
    ///
    /// # Safety
    /// `p` is an object that stays alive and unchanged for `'a`.
    #[inline]
    pub unsafe fn as_text<'a>(&self, p: Ptr) -> Option<&'a str> {
        // SAFETY: the class says that it is a string.
        unsafe { ((*p).class == text::STRING).then(|| text::str_of(p)) }
    }
}

/// Child `index` of a list or flat object.
///
/// # Safety
/// `p` is a live list or flat object of this row's class with more than `index` children.
#[inline]
pub unsafe fn child(p: Ptr, row: &RtClass, index: usize) -> (Slot, u64) {
    // SAFETY: as the caller promises.
    unsafe {
        if row.kind == Kind::List {
            (row.slots[0], list::get(p, row, index))
        } else {
            (row.slots[index], *field(p, index))
        }
    }
}

/// Number of elements or fields of a list or flat object.
///
/// # Safety
/// `p` is a live list or flat object of this row's class.
#[inline]
pub unsafe fn len(p: Ptr, row: &RtClass) -> usize {
    // SAFETY: as the caller promises.
    unsafe { if row.kind == Kind::List { list::len(p) } else { row.slots.len() } }
}
