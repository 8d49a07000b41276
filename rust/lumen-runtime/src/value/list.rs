//! Lists: header, `len: u32`, `cap: u32`, elements inline (8 bytes each, 1 for `list[Bool]`).
//!
//! Growing is amortised and moves the object; a change of a shared list copies it first. On
//! failure the caller still owns what it passed.

#![expect(unsafe_code, reason = "reads and writes inline elements")]

use super::classes::{RtClass, Slot};
use super::drop::slot_ptr;
use super::heap::{Heap, block_bytes};
use super::object::{Ptr, dup_ptr, is_unique};
use super::text::{LEN_MAX, SeqObj};
use super::word::ClassId;
use crate::failure::{Failure, Outcome};

/// Offset of the first element.
pub const LIST_DATA: usize = 16;

/// Number of elements.
///
/// # Safety
/// `p` is a live list.
#[inline(always)]
pub unsafe fn len(p: Ptr) -> usize {
    // SAFETY: as the caller promises.
    unsafe { (*p.cast::<SeqObj>()).len as usize }
}

/// Number of elements that fit without growing.
///
/// # Safety
/// `p` is a live list.
#[inline(always)]
pub unsafe fn cap(p: Ptr) -> usize {
    // SAFETY: as the caller promises.
    unsafe { (*p.cast::<SeqObj>()).cap as usize }
}

/// Sets the number of elements.
///
/// # Safety
/// `p` is a unique list, `len <= cap`, and the first `len` elements are initialised.
#[inline(always)]
pub unsafe fn set_len(p: Ptr, len: usize) {
    // SAFETY: as the caller promises.
    unsafe { (*p.cast::<SeqObj>()).len = len as u32 }
}

/// Address of the first element of a list with 8-byte elements.
///
/// # Safety
/// `p` is a live list.
#[inline(always)]
pub unsafe fn data(p: Ptr) -> *mut u64 {
    // SAFETY: the elements follow the fixed part.
    unsafe { p.cast::<u64>().add(LIST_DATA / 8) }
}

/// Address of the first element of a `list[Bool]`.
///
/// # Safety
/// `p` is a live list.
#[inline(always)]
pub unsafe fn data_bool(p: Ptr) -> *mut u8 {
    // SAFETY: the elements follow the fixed part.
    unsafe { p.cast::<u8>().add(LIST_DATA) }
}

/// The elements of a list with 8-byte elements.
///
/// # Safety
/// `p` is a list that stays alive and unchanged for `'a`.
#[inline(always)]
pub unsafe fn words<'a>(p: Ptr) -> &'a [u64] {
    // SAFETY: the first `len` elements are initialised.
    unsafe { std::slice::from_raw_parts(data(p), len(p)) }
}

/// The element at `index`, widened to a word.
///
/// # Safety
/// `p` is a live list of this row's class with more than `index` elements.
#[inline(always)]
pub unsafe fn get(p: Ptr, row: &RtClass, index: usize) -> u64 {
    // SAFETY: as the caller promises.
    unsafe {
        if row.elem_bytes == 1 { u64::from(*data_bool(p).add(index)) } else { *data(p).add(index) }
    }
}

/// Writes the element at `index`, without dropping the old one.
///
/// # Safety
/// `p` is a unique list of this row's class with room for more than `index` elements.
#[inline(always)]
pub unsafe fn put(p: Ptr, row: &RtClass, index: usize, word: u64) {
    // SAFETY: as the caller promises.
    unsafe {
        if row.elem_bytes == 1 {
            *data_bool(p).add(index) = word as u8;
        } else {
            *data(p).add(index) = word;
        }
    }
}

/// `index` when it is inside `0..len`, else the failure.
#[inline]
pub fn check_index(index: i64, len: usize) -> Outcome<usize> {
    if (index as u64) < len as u64 { Ok(index as usize) } else { Err(Failure::index(index, len)) }
}

/// Counts up what the first `len` elements lead to.
unsafe fn dup_elements(p: Ptr, slot: Slot, from: usize, to: usize) {
    if !slot.is_counted() {
        return;
    }
    // SAFETY: the caller passes a list whose elements `from..to` are initialised.
    unsafe {
        for at in from..to {
            if let Some(child) = slot_ptr(slot, *data(p).add(at)) {
                dup_ptr(child);
            }
        }
    }
}

/// Capacity of a list with at least `want` elements: what fills its block.
fn capacity(want: usize, elem_bytes: usize) -> usize {
    ((block_bytes(LIST_DATA + want * elem_bytes) - LIST_DATA) / elem_bytes).min(LEN_MAX)
}

impl Heap {
    /// An empty list with room for `want` elements.
    pub fn list_new(&mut self, class: ClassId, want: usize) -> Outcome<Ptr> {
        if want > LEN_MAX {
            return Err(Failure::too_large("list"));
        }
        let elem = self.row(class).elem_bytes as usize;
        let cap = capacity(want, elem);
        let p = self.alloc_object(LIST_DATA + cap * elem, class)?;
        // SAFETY: the object is fresh and holds the fixed part.
        unsafe {
            (*p.cast::<SeqObj>()).len = 0;
            (*p.cast::<SeqObj>()).cap = cap as u32;
        }
        Ok(p)
    }

    /// A list of these words, which the list owns from now on (on success).
    pub fn list_from(&mut self, class: ClassId, elements: &[u64]) -> Outcome<Ptr> {
        let p = self.list_new(class, elements.len())?;
        // SAFETY: the list is fresh and has room for the elements.
        unsafe {
            let row = &*self.row_raw(class);
            for (at, word) in elements.iter().enumerate() {
                put(p, row, at, *word);
            }
            set_len(p, elements.len());
        }
        Ok(p)
    }

    /// The same list, unique: itself, or a copy with room for `extra` elements more.
    ///
    /// # Safety
    /// `p` is a live list and the caller owns the reference.
    pub unsafe fn list_unique(&mut self, p: Ptr, extra: usize) -> Outcome<Ptr> {
        // SAFETY: the copy counts up what it holds before the original is dropped.
        unsafe {
            if is_unique(p) {
                return Ok(p);
            }
            let count = len(p);
            let copy = self.list_slice(p, 0, count, extra)?;
            self.drop_ptr(p);
            Ok(copy)
        }
    }

    /// A fresh list of the elements `from..to`, with room for `extra` more; borrows `p`.
    ///
    /// # Safety
    /// `p` is a live list and `from <= to <= len`.
    pub unsafe fn list_slice(
        &mut self,
        p: Ptr,
        from: usize,
        to: usize,
        extra: usize,
    ) -> Outcome<Ptr> {
        // SAFETY: the range is inside the source, and the copy has room for it.
        unsafe {
            let row = &*self.row_raw((*p).class);
            let count = to - from;
            let copy = self.list_new((*p).class, count.saturating_add(extra))?;
            dup_elements(p, row.slots[0], from, to);
            let elem = row.elem_bytes as usize;
            let source = data_bool(p).add(from * elem);
            std::ptr::copy_nonoverlapping(source, data_bool(copy), count * elem);
            set_len(copy, count);
            Ok(copy)
        }
    }

    /// Makes room for at least `want` elements in a unique list, which may move.
    ///
    /// # Safety
    /// `p` is a unique list that the caller owns.
    pub unsafe fn list_reserve(&mut self, p: Ptr, want: usize) -> Outcome<Ptr> {
        // SAFETY: sizes are those that the list was and will be allocated with.
        unsafe {
            let old = cap(p);
            if want <= old {
                return Ok(p);
            }
            if want > LEN_MAX {
                return Err(Failure::too_large("list"));
            }
            let elem = (*self.row_raw((*p).class)).elem_bytes as usize;
            let cap = capacity(want.max(old + (old >> 1) + 2).min(LEN_MAX), elem);
            let fresh = self.grow_block(p.cast(), LIST_DATA + old * elem, LIST_DATA + cap * elem);
            if fresh.is_null() {
                return Err(self.out_of_memory());
            }
            (*fresh.cast::<SeqObj>()).cap = cap as u32;
            Ok(fresh.cast())
        }
    }

    /// The same list, unique and with room for `extra` elements more.
    ///
    /// # Safety
    /// `p` is a live list that the caller owns.
    #[inline]
    pub unsafe fn list_writable(&mut self, p: Ptr, extra: usize) -> Outcome<Ptr> {
        // SAFETY: as the caller promises; a copy has the room already.
        unsafe {
            if is_unique(p) {
                self.list_reserve(p, len(p) + extra)
            } else {
                self.list_unique(p, extra)
            }
        }
    }

    /// Appends an element, which the list owns on success.
    ///
    /// # Safety
    /// `p` is a live list that the caller owns; `word` is an element of its class.
    #[inline]
    pub unsafe fn list_push(&mut self, p: Ptr, word: u64) -> Outcome<Ptr> {
        // SAFETY: after `list_writable` the list is unique and has room for one more.
        unsafe {
            let grow = if is_unique(p) { 1 } else { 1 + len(p) / 2 };
            let p = self.list_writable(p, grow)?;
            let count = len(p);
            put(p, &*self.row_raw((*p).class), count, word);
            set_len(p, count + 1);
            Ok(p)
        }
    }

    /// Replaces the element at `index`, dropping the old one; the list must be unique.
    ///
    /// # Safety
    /// `p` is a unique list with more than `index` elements; `word` is owned by the caller.
    #[inline]
    pub unsafe fn list_replace(&mut self, p: Ptr, index: usize, word: u64) {
        // SAFETY: as the caller promises; the old element is dropped after it was taken out.
        unsafe {
            let row = &*self.row_raw((*p).class);
            let old = get(p, row, index);
            put(p, row, index, word);
            if let Some(child) = slot_ptr(row.slots[0], old) {
                self.drop_ptr(child);
            }
        }
    }

    /// Makes room for one element at `at` (moving those behind), and writes it.
    ///
    /// # Safety
    /// `p` is a live list that the caller owns, `at <= len`; `word` is an element of its class.
    pub unsafe fn list_insert(&mut self, p: Ptr, at: usize, word: u64) -> Outcome<Ptr> {
        // SAFETY: after `list_writable` there is room for one more; the ranges are inside.
        unsafe {
            let p = self.list_writable(p, 1)?;
            let row = &*self.row_raw((*p).class);
            let (count, elem) = (len(p), row.elem_bytes as usize);
            let from = data_bool(p).add(at * elem);
            std::ptr::copy(from, from.add(elem), (count - at) * elem);
            put(p, row, at, word);
            set_len(p, count + 1);
            Ok(p)
        }
    }

    /// Removes the elements `from..to`, dropping them.
    ///
    /// # Safety
    /// `p` is a live list that the caller owns, `from <= to <= len`.
    pub unsafe fn list_remove(&mut self, p: Ptr, from: usize, to: usize) -> Outcome<Ptr> {
        // SAFETY: the range is inside; removed elements are dropped after the list is whole.
        unsafe {
            let p = self.list_unique(p, 0)?;
            let row = &*self.row_raw((*p).class);
            let (count, elem) = (len(p), row.elem_bytes as usize);
            if row.slots[0].is_counted() {
                for at in from..to {
                    if let Some(child) = slot_ptr(row.slots[0], get(p, row, at)) {
                        self.drop_ptr(child);
                    }
                }
            }
            let base = data_bool(p);
            std::ptr::copy(base.add(to * elem), base.add(from * elem), (count - to) * elem);
            set_len(p, count - (to - from));
            Ok(p)
        }
    }

    /// Appends all elements of `other`, which is borrowed and may be the same list.
    ///
    /// # Safety
    /// Both are live lists of one class; the caller owns `p`.
    pub unsafe fn list_extend(&mut self, p: Ptr, other: Ptr) -> Outcome<Ptr> {
        // SAFETY: when `other` is `p`, the caller holds two references, so `p` is copied and
        // `other` stays as it is; else they differ and do not overlap.
        unsafe {
            let more = len(other);
            let p = self.list_writable(p, more)?;
            let row = &*self.row_raw((*p).class);
            let (count, elem) = (len(p), row.elem_bytes as usize);
            dup_elements(other, row.slots[0], 0, more);
            let target = data_bool(p).add(count * elem);
            std::ptr::copy_nonoverlapping(data_bool(other), target, more * elem);
            set_len(p, count + more);
            Ok(p)
        }
    }
}
