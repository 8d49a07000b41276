//! The object header and counting.
//!
//! Every object begins with `rc: i32, class: u32`. A positive count belongs to one task and is
//! changed without synchronisation; a negative count is shared and changed atomically (its
//! magnitude is the count); counts in the lowest half of the negative range are *immortal*:
//! constants and statics, never changed, never freed. A local count that would overflow wraps
//! into the immortal range, which is the saturation the design asks for.
//! *Unique* means that the count is exactly 1: only then may an object be written in place.

#![expect(unsafe_code, reason = "reads and writes object headers through raw pointers")]

use super::word::{ClassId, dyn_is_ptr, dyn_to_ptr, ref_is_ptr, ref_ptr};
use std::sync::atomic::{AtomicI32, Ordering};

/// The header of every heap object.
#[repr(C)]
#[derive(Debug)]
pub struct Obj {
    /// The count; see the file comment.
    pub rc: i32,
    /// The class, an index into the class table.
    pub class: ClassId,
}

/// A pointer to an object. Never null where an object is expected; 16-byte aligned.
pub type Ptr = *mut Obj;

/// The count of an immortal object.
pub const IMMORTAL: i32 = i32::MIN;
/// Counts at or below this are immortal.
pub const IMMORTAL_LIMIT: i32 = i32::MIN / 2;
/// Bytes of the header, and the offset of a flat object's first field.
pub const HEADER: usize = 8;

/// The class of an object.
///
/// # Safety
/// `p` points to a live object.
#[inline(always)]
pub unsafe fn class_of(p: Ptr) -> ClassId {
    // SAFETY: the caller passes a live object.
    unsafe { (*p).class }
}

/// Whether the object may be written in place.
///
/// # Safety
/// `p` points to a live object.
#[inline(always)]
pub unsafe fn is_unique(p: Ptr) -> bool {
    // SAFETY: the caller passes a live object. A shared count is never 1, so a plain read decides.
    unsafe { (*p).rc == 1 }
}

/// Counts one reference more.
///
/// # Safety
/// `p` points to a live object.
#[inline(always)]
pub unsafe fn dup_ptr(p: Ptr) {
    // SAFETY: the caller passes a live object; a positive count is this task's own.
    unsafe {
        if (*p).rc > 0 {
            (*p).rc = (*p).rc.wrapping_add(1);
        } else {
            dup_shared(p);
        }
    }
}

/// Counts one reference more to an object that is shared or immortal.
///
/// # Safety
/// `p` points to a live object with a count that is not positive.
#[cold]
pub unsafe fn dup_shared(p: Ptr) {
    // SAFETY: the object is live, and shared counts are only ever accessed atomically.
    let rc = unsafe { AtomicI32::from_ptr(&raw mut (*p).rc) };
    if rc.load(Ordering::Relaxed) > IMMORTAL_LIMIT {
        rc.fetch_sub(1, Ordering::Relaxed);
    }
}

/// Counts one reference less to a shared object; true when that was the last one.
///
/// # Safety
/// `p` points to a live object with a count that is not positive.
#[cold]
pub unsafe fn release_shared(p: Ptr) -> bool {
    // SAFETY: the object is live, and shared counts are only ever accessed atomically.
    let rc = unsafe { AtomicI32::from_ptr(&raw mut (*p).rc) };
    rc.load(Ordering::Relaxed) > IMMORTAL_LIMIT && rc.fetch_add(1, Ordering::AcqRel) == -1
}

/// Counts one reference more in a Ref word, which may be null or an immediate variant.
///
/// # Safety
/// A pointer in `word` points to a live object.
#[inline(always)]
pub unsafe fn dup_ref(word: u64) {
    if ref_is_ptr(word) {
        // SAFETY: as the caller promises.
        unsafe { dup_ptr(ref_ptr(word)) }
    }
}

/// Counts one reference more in a Dyn word.
///
/// # Safety
/// A pointer in `word` points to a live object.
#[inline(always)]
pub unsafe fn dup_dyn(word: u64) {
    if dyn_is_ptr(word) {
        // SAFETY: as the caller promises.
        unsafe { dup_ptr(dyn_to_ptr(word)) }
    }
}

/// The address of field `index` of a flat object (record, tuple, variant, closure, boxed int).
///
/// # Safety
/// `p` points to a live flat object with more than `index` fields.
#[inline(always)]
pub unsafe fn field(p: Ptr, index: usize) -> *mut u64 {
    // SAFETY: fields follow the header, 8 bytes each, and the index is in range.
    unsafe { p.cast::<u64>().add(1 + index) }
}
