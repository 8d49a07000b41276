//! Immortal objects: constants of the module, and statics that a run computed once.
//!
//! A [`Constants`] owns the string and byte constants of a linked program, outside any task's
//! heap and limit. [`Heap::make_immortal`] marks a finished value and all that it leads to: its
//! memory stays until the heap goes.

#![expect(unsafe_code, reason = "builds and marks raw objects")]

use super::classes::{Classes, RtClass};
use super::drop::{slot_at, slot_ptr};
use super::heap::{Heap, SMALL_BYTES, block_bytes};
use super::object::{IMMORTAL, IMMORTAL_LIMIT, Ptr};
use crate::failure::Outcome;
use std::sync::Arc;

/// Owner of the constants of a program.
#[derive(Debug)]
pub struct Constants {
    heap: Heap,
}

// SAFETY: the objects of a `Constants` are immortal, so never written after they are built.
unsafe impl Sync for Constants {}

impl Constants {
    /// No constants yet.
    pub fn new(classes: Arc<Classes>) -> Self {
        Self { heap: Heap::new(classes, usize::MAX) }
    }

    /// A string constant; its hash is computed now, because it is never written later.
    pub fn string(&mut self, text: &str) -> Outcome<Ptr> {
        let p = self.heap.str_new(text)?;
        // SAFETY: the string is fresh.
        unsafe {
            super::text::str_hash(p);
            self.heap.make_immortal(p);
        }
        Ok(p)
    }

    /// A `Bytes` constant.
    pub fn bytes(&mut self, bytes: &[u8]) -> Outcome<Ptr> {
        let p = self.heap.bytes_new(bytes)?;
        // SAFETY: the object is fresh.
        unsafe { self.heap.make_immortal(p) };
        Ok(p)
    }

    /// The empty list, map or set of a class.
    pub fn empty(&mut self, class: super::word::ClassId) -> Outcome<Ptr> {
        let p = match self.heap.row(class).kind {
            super::classes::Kind::Map | super::classes::Kind::Set => {
                self.heap.table_new(class, 0)?
            }
            _ => self.heap.list_new(class, 0)?,
        };
        // SAFETY: the object is fresh.
        unsafe { self.heap.make_immortal(p) };
        Ok(p)
    }

    /// A closure without captures: one object for all uses of a cell as a value.
    pub fn closure(&mut self, class: super::word::ClassId) -> Outcome<Ptr> {
        let p = self.heap.flat_new(class)?;
        // SAFETY: the object is fresh and has no fields.
        unsafe { self.heap.make_immortal(p) };
        Ok(p)
    }
}

impl Heap {
    /// Makes an object and everything it leads to immortal: never counted, never freed before
    /// the heap itself.
    ///
    /// # Safety
    /// `p` is a live object of this heap, and the caller owns the reference.
    pub unsafe fn make_immortal(&mut self, p: Ptr) {
        let mut todo = vec![p];
        while let Some(p) = todo.pop() {
            // SAFETY: objects on the list are reached from a live one, so they are live; each is
            // marked once, and then skipped.
            unsafe {
                if (*p).rc <= IMMORTAL_LIMIT {
                    continue;
                }
                (*p).rc = IMMORTAL;
                let row: &RtClass = self.row_of(p);
                self.pin(p.cast(), super::object_bytes(p, row));
                if let Some((block, bytes)) = super::side_block(p, row) {
                    self.pin(block, bytes);
                }
                let mut index = 0;
                while let Some((slot, at)) = slot_at(p, row, index) {
                    todo.extend(slot_ptr(slot, *at));
                    index += 1;
                }
            }
        }
    }

    fn pin(&mut self, block: *mut u8, bytes: usize) {
        self.forget_live(1);
        if bytes > SMALL_BYTES || !super::heap::POOLED {
            self.pinned.push((block, block_bytes(bytes)));
        }
    }
}
