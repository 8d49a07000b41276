//! Maps and sets by key: look-up, insertion, removal over the hash table.
//!
//! Integer and string keys take short ways; others hash and compare structurally.

#![expect(unsafe_code, reason = "works on raw tables")]

use super::classes::Slot;
use super::hash::{hash_int, table_hash};
use super::heap::Heap;
use super::object::Ptr;
use super::table;
use super::text::{STRING, hash_text, str_eq, str_hash};
use super::view::View;
use crate::failure::Outcome;

/// The position of an integer key in a map or set with integer keys.
///
/// # Safety
/// `p` is a live map or set whose keys are integers, of the class of `row`.
#[inline]
pub unsafe fn find_int(p: Ptr, row: &super::classes::RtClass, key: i64) -> Option<usize> {
    let hash = table_hash(hash_int(key));
    // SAFETY: as the caller promises.
    unsafe { table::find(p, row, hash, |other| other as i64 == key) }
}

/// The position of a string key in a map or set with string keys.
///
/// # Safety
/// `p` is a live map or set whose keys are strings, of the class of `row`; `key` is a string.
#[inline]
pub unsafe fn find_str(p: Ptr, row: &super::classes::RtClass, key: Ptr) -> Option<usize> {
    // SAFETY: as the caller promises.
    unsafe { table::find(p, row, str_hash(key), |other| str_eq(other as Ptr, key)) }
}

impl Heap {
    /// The hash that a table of this key kind uses for a key.
    ///
    /// # Safety
    /// `key` is a valid word of this kind.
    #[inline]
    pub unsafe fn key_hash(&self, slot: Slot, key: u64) -> u32 {
        match slot {
            // SAFETY: a word of a Ref(String) slot that is not null is a string.
            Slot::Ref(STRING) if key != 0 => unsafe { str_hash(key as Ptr) },
            // SAFETY: as the caller promises.
            _ => unsafe { table_hash(self.hash(slot, key)) },
        }
    }

    /// The position of a key in a map or set; the key is a word of the table's key kind.
    ///
    /// # Safety
    /// `p` is a live map or set, `key` a valid word of its key kind.
    #[inline]
    pub unsafe fn table_find(&self, p: Ptr, key: u64) -> Option<usize> {
        // SAFETY: as the caller promises.
        unsafe {
            let row = self.row_of(p);
            match row.slots[0] {
                Slot::Int | Slot::Enum(_) => find_int_like(p, row, self, key),
                Slot::Ref(STRING) if key != 0 => find_str(p, row, key as Ptr),
                slot => {
                    let hash = self.key_hash(slot, key);
                    self.find_key(p, hash, self.view(slot, key))
                }
            }
        }
    }

    /// The position of a text key in a map whose keys may be strings.
    ///
    /// # Safety
    /// `p` is a live map.
    pub unsafe fn find_named(&self, p: Ptr, name: &str) -> Option<usize> {
        // SAFETY: keys of live maps are live; strings hash by their text.
        unsafe {
            let row = self.row_of(p);
            let slot = row.slots[0];
            if !matches!(slot, Slot::Ref(STRING) | Slot::Dyn) {
                return None;
            }
            table::find(p, row, hash_text(name), |key| match self.view(slot, key) {
                View::Object(key) => self.as_text(key) == Some(name),
                _ => false,
            })
        }
    }

    /// Inserts or replaces: the map owns key and value on success. A key that is there already
    /// stays (and its place); the new key is dropped.
    ///
    /// # Safety
    /// `p` is a live map that the caller owns; key and value are words of its kinds.
    pub unsafe fn map_put(&mut self, p: Ptr, key: u64, value: u64) -> Outcome<Ptr> {
        // SAFETY: a copy has room for the new entry, so that nothing fails after the original was
        // given up.
        unsafe {
            let slot = self.row_of(p).slots[0];
            let unique = self.table_unique(p)?;
            match self.table_find(unique, key) {
                Some(at) => {
                    self.table_set_value(unique, at, value);
                    self.drop_slot(slot, key);
                }
                None => {
                    let hash = self.key_hash(slot, key);
                    self.table_add(unique, hash, key, value)?;
                }
            }
            Ok(unique)
        }
    }

    /// Adds an element to a set, which owns it on success.
    ///
    /// # Safety
    /// `p` is a live set that the caller owns; `key` is a word of its element kind.
    pub unsafe fn set_put(&mut self, p: Ptr, key: u64) -> Outcome<Ptr> {
        // SAFETY: as for `map_put`.
        unsafe {
            let slot = self.row_of(p).slots[0];
            if self.table_find(p, key).is_some() {
                self.drop_slot(slot, key);
                return Ok(p);
            }
            let p = self.table_unique(p)?;
            let hash = self.key_hash(slot, key);
            self.table_add(p, hash, key, 0)?;
            Ok(p)
        }
    }

    /// Removes a key, if it is there.
    ///
    /// # Safety
    /// `p` is a live map or set that the caller owns; `key` is a word of its key kind, borrowed.
    pub unsafe fn table_remove_key(&mut self, p: Ptr, key: u64) -> Outcome<Ptr> {
        // SAFETY: the key is looked up in the table that is changed.
        unsafe {
            if self.table_find(p, key).is_none() {
                return Ok(p);
            }
            let p = self.table_unique(p)?;
            if let Some(at) = self.table_find(p, key) {
                self.table_remove(p, at);
            }
            Ok(p)
        }
    }

    /// Counts one reference more to what a word leads to.
    ///
    /// # Safety
    /// `word` is a valid word of this kind.
    #[inline(always)]
    pub unsafe fn dup_slot(&self, slot: Slot, word: u64) {
        if let Some(p) = super::drop::slot_ptr(slot, word) {
            // SAFETY: as the caller promises.
            unsafe { super::object::dup_ptr(p) }
        }
    }

    /// Drops what a word leads to.
    ///
    /// # Safety
    /// `word` is a valid word of this kind, owned by the caller.
    #[inline(always)]
    pub unsafe fn drop_slot(&mut self, slot: Slot, word: u64) {
        if let Some(p) = super::drop::slot_ptr(slot, word) {
            // SAFETY: as the caller promises.
            unsafe { self.drop_ptr(p) }
        }
    }
}

/// Integer-like keys; ordinals hash as variants, so that they equal the same value in a Dyn.
unsafe fn find_int_like(
    p: Ptr,
    row: &super::classes::RtClass,
    heap: &Heap,
    key: u64,
) -> Option<usize> {
    // SAFETY: the table's keys are of this scalar kind.
    unsafe {
        if row.slots[0] == Slot::Int {
            return find_int(p, row, key as i64);
        }
        let hash = table_hash(heap.hash(row.slots[0], key));
        table::find(p, row, hash, |other| other == key)
    }
}
