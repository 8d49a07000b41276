//! The value core: words, objects, the heap, and the generic operations on values.
//!
//! Input: words whose static kind the verifier has proved; class rows built at link time.
//! Output: words that own what they lead to. Reading order: `word` (bit patterns), `object`
//! (header and counting), `classes` (the class table), `heap` and `drop` (memory), `text`,
//! `list`, `table`, `flat` (the layouts), `view` (one way to look at all of them), then the
//! generic operations.
//! Invariants: a word owns at most one count; an object is written only while its count is 1;
//! an operation that fails leaves its operands owned by the caller, unchanged.
//! Hot primitives are `#[inline(always)]` functions on raw pointers; cold ones are methods of
//! [`heap::Heap`]. Every one says what the caller must guarantee.

#![expect(unsafe_code, reason = "sizes are read from raw objects")]

pub mod word;
pub mod object;
pub mod classes;
pub mod link;
pub mod heap;
mod drop;
pub mod text;
pub mod list;
pub mod table;
pub mod flat;
pub mod immortal;
pub mod view;
pub mod equal;
mod difference;
pub mod order;
pub mod hash;
pub mod map;
pub mod path;
pub mod names;
pub mod dynamic;
pub mod convert;
pub mod datum;
pub mod exchange;
pub mod size;
pub mod call;
#[cfg(test)]
pub(crate) mod testing;
pub mod print;
pub mod json_out;
pub mod json_in;
pub mod number;
pub mod format;

use classes::{Kind, RtClass};
use object::Ptr;

/// Bytes of an object, its side block excluded.
unsafe fn object_bytes(p: Ptr, row: &RtClass) -> usize {
    // SAFETY: the caller passes an object of the row's class.
    unsafe {
        match row.kind {
            Kind::String => text::STR_DATA + (*p.cast::<text::StrObj>()).cap as usize,
            Kind::Bytes => text::BYTES_DATA + list::cap(p),
            Kind::List => list::LIST_DATA + list::cap(p) * row.elem_bytes as usize,
            Kind::Map | Kind::Set => table::TABLE_BYTES,
            _ => row.flat_bytes as usize,
        }
    }
}

/// The second block of an object, with its size: the storage of maps and sets.
unsafe fn side_block(p: Ptr, row: &RtClass) -> Option<(*mut u8, usize)> {
    // SAFETY: the caller passes an object of the row's class.
    unsafe {
        match row.kind {
            Kind::Map | Kind::Set => table::storage(p, row),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests;
