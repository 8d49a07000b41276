//! A value as plain data ([`Datum`]): what a computation at compile time hands to the compiler.
//!
//! Functions and streams are no data; neither is what is nested or large beyond bounds.

#![expect(unsafe_code, reason = "walks objects")]

use super::classes::{Kind, Slot};
use super::heap::Heap;
use super::object::Ptr;
use super::view::{View, child, len};
use super::{table, text};
use lumen_lir::Datum;

/// Deepest nesting: bounds the recursion here and in whatever walks a datum.
const DEPTH_MAX: u32 = 64;
/// Most parts of one datum, and most bytes of one text.
const PARTS_MAX: usize = 10_000;

impl Heap {
    /// The value as plain data, if it is that.
    ///
    /// # Safety
    /// `word` is a valid word of this kind.
    pub unsafe fn datum(&self, slot: Slot, word: u64) -> Option<Datum> {
        let mut left = PARTS_MAX;
        // SAFETY: as the caller promises.
        unsafe { self.datum_at(slot, word, DEPTH_MAX, &mut left) }
    }

    unsafe fn datum_at(
        &self,
        slot: Slot,
        word: u64,
        depth: u32,
        left: &mut usize,
    ) -> Option<Datum> {
        *left = left.checked_sub(1)?;
        // SAFETY: children of live objects are live, and nothing is changed here.
        Some(match unsafe { self.view(slot, word) } {
            View::Null => Datum::Null,
            View::Bool(value) => Datum::Bool(value),
            View::Int(value) => Datum::Int(value),
            View::Float(value) => Datum::Float(value.to_bits()),
            View::Enum(_, ordinal) => Datum::Variant(ordinal, Vec::new()),
            // SAFETY: as above.
            View::Object(p) => unsafe { return self.object_datum(p, depth.checked_sub(1)?, left) },
        })
    }

    unsafe fn object_datum(&self, p: Ptr, depth: u32, left: &mut usize) -> Option<Datum> {
        // SAFETY: the object is live, and read as its class says.
        unsafe {
            let row = self.row_of(p);
            Some(match row.kind {
                Kind::String => {
                    let text = text::str_of(p);
                    (text.len() <= PARTS_MAX).then(|| Datum::Str(text.to_owned()))?
                }
                Kind::Bytes => {
                    let bytes = text::bytes_of(p);
                    (bytes.len() <= PARTS_MAX).then(|| Datum::Bytes(bytes.to_vec()))?
                }
                Kind::List => Datum::List(self.parts_datum(p, depth, left)?),
                Kind::Tuple | Kind::Record => Datum::Fields(self.parts_datum(p, depth, left)?),
                Kind::Variant => Datum::Variant(row.ordinal, self.parts_datum(p, depth, left)?),
                Kind::Map | Kind::Set => self.table_datum(p, depth, left)?,
                _ => return None,
            })
        }
    }

    unsafe fn parts_datum(&self, p: Ptr, depth: u32, left: &mut usize) -> Option<Vec<Datum>> {
        // SAFETY: a live list or flat object; positions stay inside it.
        unsafe {
            let row = self.row_of(p);
            let n = len(p, row);
            if n > *left {
                return None;
            }
            (0..n)
                .map(|at| {
                    let (slot, word) = child(p, row, at);
                    self.datum_at(slot, word, depth, left)
                })
                .collect()
        }
    }

    unsafe fn table_datum(&self, p: Ptr, depth: u32, left: &mut usize) -> Option<Datum> {
        // SAFETY: a live table; positions are live entries.
        unsafe {
            let row = self.row_of(p);
            let (mut keys, mut entries) = (Vec::new(), Vec::new());
            let mut next = 0;
            while let Some(at) = table::next_live(p, row, next) {
                next = at + 1;
                let key = table::key_at(p, row, at);
                let key = self.datum_at(row.slots[0], key, depth, left)?;
                if row.kind == Kind::Set {
                    keys.push(key);
                    continue;
                }
                let value = *table::value_at(p, at);
                entries.push((key, self.datum_at(row.slots[1], value, depth, left)?));
            }
            Some(if row.kind == Kind::Set { Datum::Set(keys) } else { Datum::Map(entries) })
        }
    }
}
