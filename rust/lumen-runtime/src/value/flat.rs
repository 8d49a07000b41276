//! Flat objects: records, tuples, variants with payload, closures, boxed integers.
//!
//! Header, then 8 bytes a field. Field kinds come from the class.

#![expect(unsafe_code, reason = "reads and writes raw fields")]

use super::classes::Kind;
use super::drop::slot_ptr;
use super::heap::Heap;
use super::object::{Ptr, dup_ptr, field, is_unique};
use super::word::{self, ClassId};
use crate::failure::Outcome;

/// Class of integers that do not fit a Dyn word.
pub const BOXED_INT: ClassId = super::classes::BOXED_INT_CLASS;

impl Heap {
    /// An object of a flat class; the caller initialises every field before anything else.
    #[inline]
    pub fn flat_new(&mut self, class: ClassId) -> Outcome<Ptr> {
        let bytes = self.row(class).flat_bytes as usize;
        self.alloc_object(bytes, class)
    }

    /// An object of a flat class with these fields, which it owns from now on (on success).
    ///
    /// # Safety
    /// `fields` has as many words as the class has fields, each of the field's kind.
    pub unsafe fn flat_from(&mut self, class: ClassId, fields: &[u64]) -> Outcome<Ptr> {
        let p = self.flat_new(class)?;
        for (at, word) in fields.iter().enumerate() {
            // SAFETY: the object is fresh and has these fields.
            unsafe { *field(p, at) = *word }
        }
        Ok(p)
    }

    /// The same flat object, unique: itself, or a copy.
    ///
    /// # Safety
    /// `p` is a live flat object that the caller owns.
    pub unsafe fn flat_unique(&mut self, p: Ptr) -> Outcome<Ptr> {
        // SAFETY: the copy counts up what it holds before the original is dropped.
        unsafe {
            if is_unique(p) {
                return Ok(p);
            }
            let copy = self.flat_new((*p).class)?;
            let row = &*self.row_raw((*p).class);
            for (at, slot) in row.slots.iter().enumerate() {
                let word = *field(p, at);
                *field(copy, at) = word;
                if let Some(child) = slot_ptr(*slot, word) {
                    dup_ptr(child);
                }
            }
            self.drop_ptr(p);
            Ok(copy)
        }
    }

    /// Replaces a field of a unique object, dropping the old word.
    ///
    /// # Safety
    /// `p` is a unique flat object with this field; the caller owns `word`.
    #[inline]
    pub unsafe fn flat_replace(&mut self, p: Ptr, index: usize, word: u64) {
        // SAFETY: as the caller promises.
        unsafe {
            let slot = (&(*self.row_raw((*p).class)).slots)[index];
            let old = *field(p, index);
            *field(p, index) = word;
            if let Some(child) = slot_ptr(slot, old) {
                self.drop_ptr(child);
            }
        }
    }

    /// Moves all fields of an object out to `target`, consuming the object: a unique one is
    /// freed, else the fields are counted up.
    ///
    /// # Safety
    /// `p` is a live flat object that the caller owns; `target` has room for its fields.
    pub unsafe fn flat_unpack(&mut self, p: Ptr, target: *mut u64) {
        // SAFETY: as the caller promises.
        unsafe {
            let row = &*self.row_raw((*p).class);
            std::ptr::copy_nonoverlapping(field(p, 0), target, row.slots.len());
            if is_unique(p) {
                self.free_shell(p);
                return;
            }
            for (at, slot) in row.slots.iter().enumerate() {
                if let Some(child) = slot_ptr(*slot, *target.add(at)) {
                    dup_ptr(child);
                }
            }
            self.drop_ptr(p);
        }
    }

    /// An integer as Dyn; large ones are boxed.
    #[inline]
    pub fn dyn_int(&mut self, value: i64) -> Outcome<u64> {
        match word::dyn_small_int(value) {
            Some(word) => Ok(word),
            None => self.dyn_boxed_int(value),
        }
    }

    #[cold]
    fn dyn_boxed_int(&mut self, value: i64) -> Outcome<u64> {
        // SAFETY: a boxed integer has one field.
        let p = unsafe { self.flat_from(BOXED_INT, &[value as u64])? };
        Ok(word::dyn_ptr(p))
    }

    /// The same object, unique: itself, or a shallow copy.
    ///
    /// # Safety
    /// `p` is a live object that the caller owns.
    pub unsafe fn make_unique(&mut self, p: Ptr) -> Outcome<Ptr> {
        // SAFETY: each copy suits the kind of the object.
        unsafe {
            if is_unique(p) {
                return Ok(p);
            }
            match (*self.row_raw((*p).class)).kind {
                Kind::List => self.list_unique(p, 0),
                Kind::Map | Kind::Set => self.table_unique(p),
                Kind::String => {
                    let copy = self.str_new(super::text::str_of(p))?;
                    self.drop_ptr(p);
                    Ok(copy)
                }
                Kind::Bytes => {
                    let copy = self.bytes_new(super::text::bytes_of(p))?;
                    self.drop_ptr(p);
                    Ok(copy)
                }
                _ => self.flat_unique(p),
            }
        }
    }
}
