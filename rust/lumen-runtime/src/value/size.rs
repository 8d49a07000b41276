//! The memory that a value occupies, without recursion; shared parts count each time.

#![expect(unsafe_code, reason = "walks objects")]

use super::classes::{Kind, Slot};
use super::drop::{slot_at, slot_ptr};
use super::heap::{Heap, block_bytes};

/// Objects after which counting stops: a value that shares its parts can seem endless.
const OBJECTS_MAX: usize = 1 << 24;

impl Heap {
    /// Bytes of the blocks of a value and of all that it leads to.
    ///
    /// # Safety
    /// `word` is a valid word of this kind.
    pub unsafe fn deep_bytes(&self, slot: Slot, word: u64) -> usize {
        let mut todo: Vec<_> = slot_ptr(slot, word).into_iter().collect();
        let (mut bytes, mut objects) = (0, 0);
        // SAFETY: parts of live objects are live.
        unsafe {
            while let Some(p) = todo.pop() {
                objects += 1;
                if objects > OBJECTS_MAX {
                    break;
                }
                let row = self.row_of(p);
                bytes += block_bytes(super::object_bytes(p, row));
                bytes += super::side_block(p, row).map_or(0, |(_, size)| block_bytes(size));
                if row.kind == Kind::Secret {
                    continue;
                }
                let mut index = 0;
                while let Some((slot, at)) = slot_at(p, row, index) {
                    todo.extend(slot_ptr(slot, *at));
                    index += 1;
                }
            }
        }
        bytes
    }
}
