//! Strings and bytes: layouts, construction, appending in place.
//!
//! String: header, `len: u32` (bytes), `cap: u32`, `chars: u32` (scalars; ASCII exactly when it
//! equals `len`), `hash: u32` (0: not computed), UTF-8 inline. Bytes: header, `len`, `cap`, bytes
//! inline. Neither is longer than 2^31 - 1. Invariant: a string is always valid UTF-8.

#![expect(unsafe_code, reason = "reads and writes the inline bytes of objects")]

use super::heap::{Heap, block_bytes};
use super::object::{Obj, Ptr, is_unique};
use super::word::ClassId;
use crate::failure::{Failure, Outcome};

/// Class of strings.
pub const STRING: ClassId = super::classes::STRING_CLASS;
/// Class of byte strings.
pub const BYTES: ClassId = super::classes::BYTES_CLASS;
/// Offset of a string's first byte.
pub const STR_DATA: usize = 24;
/// Offset of the first byte of a `Bytes`.
pub const BYTES_DATA: usize = 16;
/// Most elements of a string, list, map or set.
pub const LEN_MAX: usize = i32::MAX as usize;

/// The fixed part of a string.
#[repr(C)]
#[derive(Debug)]
pub struct StrObj {
    header: Obj,
    /// Bytes used.
    pub len: u32,
    /// Bytes of room.
    pub cap: u32,
    /// Unicode scalars.
    pub chars: u32,
    /// Cached hash, or 0.
    pub hash: u32,
}

/// The fixed part of a `Bytes`; also the layout of a list's head.
#[repr(C)]
#[derive(Debug)]
pub struct SeqObj {
    header: Obj,
    /// Elements used.
    pub len: u32,
    /// Elements of room.
    pub cap: u32,
}

/// Length of a string in bytes.
///
/// # Safety
/// `p` is a live string.
#[inline(always)]
pub unsafe fn str_len(p: Ptr) -> usize {
    // SAFETY: as the caller promises.
    unsafe { (*p.cast::<StrObj>()).len as usize }
}

/// Length of a string in characters.
///
/// # Safety
/// `p` is a live string.
#[inline(always)]
pub unsafe fn str_chars(p: Ptr) -> usize {
    // SAFETY: as the caller promises.
    unsafe { (*p.cast::<StrObj>()).chars as usize }
}

/// Whether a string is ASCII only, so that character indexes are byte indexes.
///
/// # Safety
/// `p` is a live string.
#[inline(always)]
pub unsafe fn str_is_ascii(p: Ptr) -> bool {
    // SAFETY: as the caller promises.
    unsafe { str_len(p) == str_chars(p) }
}

/// Address of a string's bytes.
///
/// # Safety
/// `p` is a live string.
#[inline(always)]
pub unsafe fn str_data(p: Ptr) -> *mut u8 {
    // SAFETY: the bytes follow the fixed part.
    unsafe { p.cast::<u8>().add(STR_DATA) }
}

/// The text of a string.
///
/// # Safety
/// `p` is a string that stays alive and unchanged for `'a`.
#[inline(always)]
pub unsafe fn str_of<'a>(p: Ptr) -> &'a str {
    // SAFETY: `len` bytes are initialised and valid UTF-8, by the invariant of strings.
    unsafe { std::str::from_utf8_unchecked(std::slice::from_raw_parts(str_data(p), str_len(p))) }
}

/// The contents of a `Bytes`.
///
/// # Safety
/// `p` is a `Bytes` that stays alive and unchanged for `'a`.
#[inline(always)]
pub unsafe fn bytes_of<'a>(p: Ptr) -> &'a [u8] {
    // SAFETY: `len` bytes are initialised.
    unsafe {
        let len = (*p.cast::<SeqObj>()).len as usize;
        std::slice::from_raw_parts(p.cast::<u8>().add(BYTES_DATA), len)
    }
}

/// Whether two strings have the same text.
///
/// # Safety
/// Both are live strings.
#[inline]
pub unsafe fn str_eq(a: Ptr, b: Ptr) -> bool {
    if a == b {
        return true;
    }
    // SAFETY: as the caller promises.
    let (a, b) = unsafe { (str_of(a).as_bytes(), str_of(b).as_bytes()) };
    // Most texts that differ do so at once, without a call.
    match (a, b) {
        ([first, rest @ ..], [other, others @ ..]) => {
            a.len() == b.len() && first == other && (rest.is_empty() || rest == others)
        }
        _ => a.len() == b.len(),
    }
}

/// The hash of a text; never 0.
#[inline]
pub fn hash_text(text: &str) -> u32 {
    const K: u64 = 0x9E37_79B9_7F4A_7C15;
    let mut state = K ^ text.len() as u64;
    let fold = |state: u64, word: u64| {
        let wide = u128::from(state ^ word) * u128::from(K | 1);
        (wide >> 64) as u64 ^ wide as u64 ^ word.rotate_left(29)
    };
    let mut chunks = text.as_bytes().chunks_exact(8);
    for chunk in &mut chunks {
        state = fold(state, u64::from_le_bytes(chunk.try_into().expect("chunks have 8 bytes")));
    }
    let mut last = [0u8; 8];
    last[..chunks.remainder().len()].copy_from_slice(chunks.remainder());
    state = fold(state, u64::from_le_bytes(last));
    let hash = (fold(state, K) >> 32) as u32;
    hash | u32::from(hash == 0)
}

/// The hash of a string, cached in it unless it is shared or immortal.
///
/// # Safety
/// `p` is a live string.
#[inline]
pub unsafe fn str_hash(p: Ptr) -> u32 {
    // SAFETY: the string is live; a positive count means that only this task sees the object.
    unsafe {
        let object = p.cast::<StrObj>();
        if (*p).rc <= 0 {
            return if (*object).hash == 0 { hash_text(str_of(p)) } else { (*object).hash };
        }
        if (*object).hash == 0 {
            (*object).hash = hash_text(str_of(p));
        }
        (*object).hash
    }
}

/// Byte range of the characters `from..to` of a text; both must be in range.
pub fn char_range(text: &str, ascii: bool, from: usize, to: usize) -> (usize, usize) {
    if ascii {
        return (from, to);
    }
    let mut starts = text.char_indices().map(|(at, _)| at);
    let start = starts.nth(from).unwrap_or(text.len());
    if to <= from {
        return (start, start);
    }
    (start, starts.nth(to - from - 1).unwrap_or(text.len()))
}

/// Capacity of a string with at least `want` bytes: what fills its block.
fn str_capacity(want: usize) -> usize {
    (block_bytes(STR_DATA + want) - STR_DATA).min(LEN_MAX)
}

impl Heap {
    /// An empty string with room for `cap` bytes.
    pub fn str_with_capacity(&mut self, cap: usize) -> Outcome<Ptr> {
        if cap > LEN_MAX {
            return Err(Failure::too_large("string"));
        }
        let cap = str_capacity(cap);
        let p = self.alloc_object(STR_DATA + cap, STRING)?;
        // SAFETY: the object is fresh and holds the fixed part.
        unsafe {
            let object = p.cast::<StrObj>();
            (*object).len = 0;
            (*object).cap = cap as u32;
            (*object).chars = 0;
            (*object).hash = 0;
        }
        Ok(p)
    }

    /// A string with this text.
    #[inline]
    pub fn str_new(&mut self, text: &str) -> Outcome<Ptr> {
        self.str_concat(&[text])
    }

    /// The texts joined.
    pub fn str_concat(&mut self, parts: &[&str]) -> Outcome<Ptr> {
        let len = parts.iter().try_fold(0usize, |sum, part| sum.checked_add(part.len()));
        let p = self.str_with_capacity(len.unwrap_or(usize::MAX))?;
        for part in parts {
            // SAFETY: the string is fresh, so unique, and has room for all parts.
            unsafe { push_unchecked(p, part) }
        }
        Ok(p)
    }

    /// Appends to a string that the caller owns: in place when it is unique, else to a copy.
    /// On failure the caller still owns `p`.
    ///
    /// # Safety
    /// `p` is a live string and the caller owns the reference; `text` may be its own text.
    pub unsafe fn str_append(&mut self, p: Ptr, text: &str) -> Outcome<Ptr> {
        // SAFETY: the string is written only while unique, and after room was made.
        unsafe {
            let len = str_len(p);
            let need = len + text.len();
            if need > LEN_MAX {
                return Err(Failure::too_large("string"));
            }
            if is_unique(p) && need <= (*p.cast::<StrObj>()).cap as usize {
                push_unchecked(p, text);
                return Ok(p);
            }
            let fresh = self.str_with_capacity(need.max(len * 2).min(LEN_MAX))?;
            push_unchecked(fresh, str_of(p));
            push_unchecked(fresh, text);
            self.drop_ptr(p);
            Ok(fresh)
        }
    }

    /// A `Bytes` with these contents.
    pub fn bytes_new(&mut self, bytes: &[u8]) -> Outcome<Ptr> {
        if bytes.len() > LEN_MAX {
            return Err(Failure::too_large("byte string"));
        }
        let p = self.alloc_object(BYTES_DATA + bytes.len(), BYTES)?;
        // SAFETY: the object is fresh and has room for the bytes.
        unsafe {
            let object = p.cast::<SeqObj>();
            (*object).len = bytes.len() as u32;
            (*object).cap = bytes.len() as u32;
            let data = p.cast::<u8>().add(BYTES_DATA);
            std::ptr::copy_nonoverlapping(bytes.as_ptr(), data, bytes.len());
        }
        Ok(p)
    }

    /// The character at `index` as a string of its own.
    ///
    /// # Safety
    /// `p` is a live string.
    pub unsafe fn str_index(&mut self, p: Ptr, index: i64) -> Outcome<Ptr> {
        // SAFETY: as the caller promises; the text is not changed while it is read.
        unsafe {
            let chars = str_chars(p);
            let at = usize::try_from(index).ok().filter(|at| *at < chars);
            let Some(at) = at else { return Err(Failure::index(index, chars)) };
            let text = str_of(p);
            let (from, to) = char_range(text, str_is_ascii(p), at, at + 1);
            self.str_new(&text[from..to])
        }
    }
}

/// Appends to a unique string that has room.
unsafe fn push_unchecked(p: Ptr, text: &str) {
    // SAFETY: the caller made sure of room and uniqueness; source and target never overlap,
    // because the target is past the end of every text in use.
    unsafe {
        let object = p.cast::<StrObj>();
        let len = (*object).len as usize;
        std::ptr::copy_nonoverlapping(text.as_ptr(), str_data(p).add(len), text.len());
        (*object).len = (len + text.len()) as u32;
        (*object).chars += text.chars().count() as u32;
        (*object).hash = 0;
    }
}
