//! The hash table behind maps and sets: insertion-ordered, open addressing.
//!
//! The object holds `len`, `used`, `cap`, `index_len` and one storage block: `cap` entries of 2
//! (set) or 3 (map) words in insertion order, then `index_len` positions of 32 bits. An entry is
//! a word of meta (hash in the low half, bit 32: live), the key, the value. Removing leaves a
//! tombstone, so order is kept; growing drops the tombstones. An index position is 0 (empty) or
//! entry + 1 in the bits below `index_len` and the hash's own bits above them, so that a look-up
//! seldom reads an entry that is not the one; it has at least twice as many positions as entries,
//! so probing ends. Tables of up to [`LINEAR_MAX`] entries have no index and are searched in order.
//! Keys are compared by the caller's closure, called only when the hashes agree.

#![expect(unsafe_code, reason = "reads and writes raw table storage")]

use super::classes::{Kind, RtClass, Slot};
use super::drop::slot_ptr;
use super::heap::Heap;
use super::object::{Obj, Ptr, dup_ptr, is_unique};
use super::text::LEN_MAX;
use super::word::ClassId;
use crate::failure::{Failure, Outcome};

/// Bytes of the object itself.
pub const TABLE_BYTES: usize = 32;
/// Most entries of a table that is searched without an index.
const LINEAR_MAX: usize = 8;
/// The bit of an entry's meta word that says the entry is live.
const LIVE: u64 = 1 << 32;

/// The object of a map or set.
#[repr(C)]
#[derive(Debug)]
pub struct Table {
    header: Obj,
    /// Live entries.
    len: u32,
    /// Entries in use, tombstones included.
    used: u32,
    /// Entries that fit.
    cap: u32,
    /// Positions of the index: 0 or a power of two.
    index_len: u32,
    /// Entries, then index; null when `cap` is 0.
    storage: *mut u64,
}

/// Words of an entry.
#[inline(always)]
pub const fn stride(kind: Kind) -> usize {
    if matches!(kind, Kind::Map) { 3 } else { 2 }
}

fn storage_bytes(stride: usize, cap: usize, index_len: usize) -> usize {
    cap * stride * 8 + index_len * 4
}

#[inline(always)]
fn table(p: Ptr) -> *mut Table {
    p.cast()
}

/// Number of live entries.
///
/// # Safety
/// `p` is a live map or set.
#[inline(always)]
pub unsafe fn len(p: Ptr) -> usize {
    // SAFETY: as the caller promises.
    unsafe { (*table(p)).len as usize }
}

/// Number of entries with tombstones: the bound of entry positions.
///
/// # Safety
/// `p` is a live map or set.
#[inline(always)]
pub unsafe fn used(p: Ptr) -> usize {
    // SAFETY: as the caller promises.
    unsafe { (*table(p)).used as usize }
}

#[inline(always)]
unsafe fn entry(p: Ptr, stride: usize, at: usize) -> *mut u64 {
    // SAFETY: the caller passes a position below `cap`.
    unsafe { (*table(p)).storage.add(at * stride) }
}

/// The first live entry at or after position `at`.
///
/// # Safety
/// `p` is a live map or set of this row's class.
#[inline]
pub unsafe fn next_live(p: Ptr, row: &RtClass, mut at: usize) -> Option<usize> {
    let stride = stride(row.kind);
    // SAFETY: positions below `used` are initialised entries.
    unsafe {
        while at < used(p) {
            if *entry(p, stride, at) & LIVE != 0 {
                return Some(at);
            }
            at += 1;
        }
    }
    None
}

/// The key of a live entry.
///
/// # Safety
/// `p` is a live map or set of this row's class, `at` a live position.
#[inline(always)]
pub unsafe fn key_at(p: Ptr, row: &RtClass, at: usize) -> u64 {
    // SAFETY: as the caller promises.
    unsafe { *entry(p, stride(row.kind), at).add(1) }
}

/// Where the value of a live entry of a map is.
///
/// # Safety
/// `p` is a live map, `at` a live position.
#[inline(always)]
pub unsafe fn value_at(p: Ptr, at: usize) -> *mut u64 {
    // SAFETY: entries of maps have three words.
    unsafe { entry(p, 3, at).add(2) }
}

/// The hash of a live entry's key.
///
/// # Safety
/// `p` is a live map or set of this row's class, `at` a live position.
#[inline(always)]
pub unsafe fn hash_at(p: Ptr, row: &RtClass, at: usize) -> u32 {
    // SAFETY: as the caller promises.
    unsafe { *entry(p, stride(row.kind), at) as u32 }
}

/// Slot `index` for walks over counted slots: keys (and values) of all entries in order.
///
/// # Safety
/// `p` is a live map or set of this row's class.
pub(super) unsafe fn slot_at(p: Ptr, row: &RtClass, index: u32) -> Option<(Slot, *mut u64)> {
    let width = row.slots.len();
    let (at, which) = (index as usize / width, index as usize % width);
    // SAFETY: the position is below `used`, so the entry is initialised; a tombstone is read as
    // a slot without a pointer.
    unsafe {
        if at >= used(p) {
            return None;
        }
        let entry = entry(p, width + 1, at);
        let slot = if *entry & LIVE == 0 { Slot::Int } else { row.slots[which] };
        Some((slot, entry.add(1 + which)))
    }
}

/// The storage block with its size.
///
/// # Safety
/// `p` is a live map or set of this row's class.
pub(super) unsafe fn storage(p: Ptr, row: &RtClass) -> Option<(*mut u8, usize)> {
    // SAFETY: as the caller promises.
    unsafe {
        let t = &*table(p);
        let bytes = storage_bytes(stride(row.kind), t.cap as usize, t.index_len as usize);
        (t.cap > 0).then(|| (t.storage.cast(), bytes))
    }
}

/// Where a search for a hash goes on.
#[derive(Clone, Copy, Debug)]
pub struct Probe(usize);

impl Probe {
    /// Before the first candidate.
    pub const START: Probe = Probe(0);
}

/// The next entry with this hash, for searches that compare keys between the steps.
///
/// # Safety
/// `p` is a live map or set of this row's class, unchanged since [`Probe::START`].
#[inline]
pub unsafe fn next_candidate(p: Ptr, row: &RtClass, hash: u32, probe: &mut Probe) -> Option<usize> {
    let stride = stride(row.kind);
    let meta = LIVE | u64::from(hash);
    // SAFETY: positions come from below `used` or from the index, which holds only those.
    unsafe {
        let t = &*table(p);
        if t.index_len == 0 {
            while probe.0 < t.used as usize {
                probe.0 += 1;
                if *entry(p, stride, probe.0 - 1) == meta {
                    return Some(probe.0 - 1);
                }
            }
            return None;
        }
        let index = index_of(p, stride);
        let mask = t.index_len as usize - 1;
        loop {
            let found = *index.add((hash as usize).wrapping_add(probe.0) & mask);
            if found == 0 {
                return None;
            }
            probe.0 += 1;
            if (found ^ hash) & !(mask as u32) != 0 {
                continue;
            }
            let at = (found as usize & mask) - 1;
            if *entry(p, stride, at) == meta {
                return Some(at);
            }
        }
    }
}

/// The position of the entry with this hash whose key `same` accepts.
///
/// # Safety
/// `p` is a live map or set of this row's class.
#[inline]
pub unsafe fn find(
    p: Ptr,
    row: &RtClass,
    hash: u32,
    mut same: impl FnMut(u64) -> bool,
) -> Option<usize> {
    let mut probe = Probe::START;
    // SAFETY: as the caller promises; candidates are live entries.
    unsafe {
        while let Some(at) = next_candidate(p, row, hash, &mut probe) {
            if same(key_at(p, row, at)) {
                return Some(at);
            }
        }
    }
    None
}

#[inline(always)]
unsafe fn index_of(p: Ptr, stride: usize) -> *mut u32 {
    // SAFETY: the index follows the entries in the storage block.
    unsafe { (*table(p)).storage.add((*table(p)).cap as usize * stride).cast() }
}

/// Enters position `at` into the index.
unsafe fn index_insert(p: Ptr, stride: usize, hash: u32, at: usize) {
    // SAFETY: the index has more positions than entries, so an empty one is found.
    unsafe {
        if (*table(p)).index_len == 0 {
            return;
        }
        let index = index_of(p, stride);
        let mask = (*table(p)).index_len as usize - 1;
        let mut position = hash as usize & mask;
        while *index.add(position) != 0 {
            position = (position + 1) & mask;
        }
        *index.add(position) = hash & !(mask as u32) | (at as u32 + 1);
    }
}

/// Moves the live entries of `from` to the front of `to` and builds the index anew.
unsafe fn move_entries(p: Ptr, stride: usize, from: *const u64, used: usize) {
    // SAFETY: the target has room for all live entries; moving goes front to back, so it may be
    // the source itself.
    unsafe {
        let t = &mut *table(p);
        if t.index_len > 0 {
            std::ptr::write_bytes(index_of(p, stride), 0, t.index_len as usize);
        }
        let mut to = 0;
        for at in 0..used {
            let source = from.add(at * stride);
            let meta = *source;
            if meta & LIVE != 0 {
                std::ptr::copy(source, entry(p, stride, to), stride);
                index_insert(p, stride, meta as u32, to);
                to += 1;
            }
        }
        t.used = to as u32;
    }
}

impl Heap {
    /// An empty map or set with room for `want` entries.
    pub fn table_new(&mut self, class: ClassId, want: usize) -> Outcome<Ptr> {
        let p = self.alloc_object(TABLE_BYTES, class)?;
        // SAFETY: the object is fresh.
        unsafe {
            let t = table(p);
            (*t).len = 0;
            (*t).used = 0;
            (*t).cap = 0;
            (*t).index_len = 0;
            (*t).storage = std::ptr::null_mut();
            if want > 0
                && let Err(failure) = self.table_resize(p, want)
            {
                self.drop_ptr(p);
                return Err(failure);
            }
        }
        Ok(p)
    }

    /// Moves the entries of a unique table to storage for at least `want` entries.
    unsafe fn table_resize(&mut self, p: Ptr, want: usize) -> Outcome<()> {
        if want > LEN_MAX {
            return Err(Failure::too_large("map or set"));
        }
        // SAFETY: the table is unique; the new storage is filled before the old one is freed.
        unsafe {
            let row = &*self.row_raw((*p).class);
            let stride = stride(row.kind);
            let cap = if want <= 4 { 4 } else { want.next_power_of_two() };
            let index_len = if cap <= LINEAR_MAX { 0 } else { cap * 2 };
            let fresh = self.alloc_bytes(storage_bytes(stride, cap, index_len)).cast::<u64>();
            if fresh.is_null() {
                return Err(self.out_of_memory());
            }
            let old = storage(p, row);
            let t = table(p);
            let (from, used) = ((*t).storage, (*t).used as usize);
            (*t).storage = fresh;
            (*t).cap = cap as u32;
            (*t).index_len = index_len as u32;
            move_entries(p, stride, from, used);
            if let Some((block, bytes)) = old {
                self.free_bytes(block, bytes);
            }
        }
        Ok(())
    }

    /// Makes room for one entry more in a unique table; positions may change.
    ///
    /// # Safety
    /// `p` is a unique map or set.
    pub unsafe fn table_reserve_one(&mut self, p: Ptr) -> Outcome<()> {
        // SAFETY: as the caller promises.
        unsafe {
            let t = table(p);
            if (*t).used < (*t).cap {
                return Ok(());
            }
            let (len, cap) = ((*t).len as usize, (*t).cap as usize);
            if len < cap - cap / 4 {
                let stride = stride((*self.row_raw((*p).class)).kind);
                move_entries(p, stride, (*t).storage, (*t).used as usize);
                return Ok(());
            }
            self.table_resize(p, len + 1)
        }
    }

    /// Adds an entry whose key is not in the table; the table owns key and value on success.
    ///
    /// # Safety
    /// `p` is a unique map or set without this key; `value` is ignored for sets.
    pub unsafe fn table_add(&mut self, p: Ptr, hash: u32, key: u64, value: u64) -> Outcome<()> {
        // SAFETY: after reserving, position `used` is free.
        unsafe {
            self.table_reserve_one(p)?;
            let stride = stride((*self.row_raw((*p).class)).kind);
            let t = table(p);
            let at = (*t).used as usize;
            let target = entry(p, stride, at);
            *target = LIVE | u64::from(hash);
            *target.add(1) = key;
            if stride == 3 {
                *target.add(2) = value;
            }
            index_insert(p, stride, hash, at);
            (*t).used += 1;
            (*t).len += 1;
        }
        Ok(())
    }

    /// Removes a live entry, dropping key and value.
    ///
    /// # Safety
    /// `p` is a unique map or set, `at` a live position.
    pub unsafe fn table_remove(&mut self, p: Ptr, at: usize) {
        // SAFETY: the entry is taken out of the table before its parts are dropped.
        unsafe {
            let row = &*self.row_raw((*p).class);
            let entry = entry(p, stride(row.kind), at);
            *entry &= !LIVE;
            let t = table(p);
            (*t).len -= 1;
            for (which, slot) in row.slots.iter().enumerate() {
                let word = std::mem::replace(&mut *entry.add(1 + which), 0);
                if let Some(child) = slot_ptr(*slot, word) {
                    self.drop_ptr(child);
                }
            }
            if (*t).len == 0 {
                (*t).used = 0;
                if (*t).index_len > 0 {
                    let index = index_of(p, stride(row.kind));
                    std::ptr::write_bytes(index, 0, (*t).index_len as usize);
                }
            }
        }
    }

    /// Replaces the value of a live entry, dropping the old one.
    ///
    /// # Safety
    /// `p` is a unique map, `at` a live position; the caller owns `value`.
    pub unsafe fn table_set_value(&mut self, p: Ptr, at: usize, value: u64) {
        // SAFETY: as the caller promises.
        unsafe {
            let row = &*self.row_raw((*p).class);
            let place = value_at(p, at);
            let old = *place;
            *place = value;
            if let Some(child) = slot_ptr(row.slots[1], old) {
                self.drop_ptr(child);
            }
        }
    }

    /// The same map or set, unique: itself, or a copy with room for one entry more.
    ///
    /// # Safety
    /// `p` is a live map or set that the caller owns.
    pub unsafe fn table_unique(&mut self, p: Ptr) -> Outcome<Ptr> {
        // SAFETY: the copy counts up what it holds before the original is dropped.
        unsafe {
            if is_unique(p) {
                return Ok(p);
            }
            let copy = self.table_copy(p, 1)?;
            self.drop_ptr(p);
            Ok(copy)
        }
    }

    /// A fresh copy with room for `extra` entries more; borrows `p`.
    ///
    /// # Safety
    /// `p` is a live map or set.
    pub unsafe fn table_copy(&mut self, p: Ptr, extra: usize) -> Outcome<Ptr> {
        // SAFETY: the copy has room for all live entries; each is counted up as it is copied.
        unsafe {
            let row = &*self.row_raw((*p).class);
            let copy = self.table_new((*p).class, len(p).saturating_add(extra))?;
            let stride = stride(row.kind);
            let mut to = 0;
            let mut next = next_live(p, row, 0);
            while let Some(at) = next {
                let (source, target) = (entry(p, stride, at), entry(copy, stride, to));
                std::ptr::copy_nonoverlapping(source, target, stride);
                for (which, slot) in row.slots.iter().enumerate() {
                    if let Some(child) = slot_ptr(*slot, *source.add(1 + which)) {
                        dup_ptr(child);
                    }
                }
                index_insert(copy, stride, *source as u32, to);
                to += 1;
                next = next_live(p, row, at + 1);
            }
            (*table(copy)).used = to as u32;
            (*table(copy)).len = to as u32;
            Ok(copy)
        }
    }
}
