//! The end of objects: iterative, without recursion and without allocation.
//!
//! When the last reference goes, the object's counted slots are released one after another. A
//! child that dies too is entered at once; the way back is kept inside the dead parent: its count
//! field holds the index of the next slot, and the slot just left holds the parent's own parent.
//! So a list of a million links needs no memory to be dropped. An object whose last counted slot
//! leads on is freed before that child is entered, which keeps chains short.

#![expect(unsafe_code, reason = "walks and frees raw objects")]

use super::classes::{Kind, RtClass, Scan, Slot};
use super::heap::Heap;
use super::object::{Ptr, release_shared};
use super::word::{dyn_is_ptr, dyn_to_ptr, ref_is_ptr, ref_ptr};
use super::{list, table};

/// The object that a counted slot leads to, if any.
#[inline(always)]
pub(super) fn slot_ptr(slot: Slot, word: u64) -> Option<Ptr> {
    match slot {
        Slot::Ref(_) if ref_is_ptr(word) => Some(ref_ptr(word)),
        Slot::Dyn if dyn_is_ptr(word) => Some(dyn_to_ptr(word)),
        _ => None,
    }
}

/// Where slot `index` of an object is, with its kind; `None` past the last one.
///
/// # Safety
/// `p` is an object of the row's class. Tombstones of tables read as a slot without a pointer.
#[inline(always)]
pub(super) unsafe fn slot_at(p: Ptr, row: &RtClass, index: u32) -> Option<(Slot, *mut u64)> {
    // SAFETY: each arm compares the index with the number of slots that the object has.
    unsafe {
        match row.scan {
            Scan::Leaf => None,
            Scan::Flat => {
                let slot = *row.slots.get(index as usize)?;
                Some((slot, super::object::field(p, index as usize)))
            }
            Scan::List => {
                let inside = (index as usize) < list::len(p);
                inside.then(|| (row.slots[0], list::data(p).add(index as usize)))
            }
            Scan::Table => table::slot_at(p, row, index),
        }
    }
}

impl Heap {
    /// Drops a reference whose count is not above 1.
    ///
    /// # Safety
    /// As for [`Heap::drop_ptr`].
    #[cold]
    #[inline(never)]
    pub unsafe fn drop_slow(&mut self, p: Ptr) {
        // SAFETY: as the caller promises; the reference in the only counted field is released when the block is freed.
        unsafe {
            let mut dead = p;
            if (*dead).rc != 1 && !release_shared(dead) {
                return;
            }
            loop {
                let row = &*self.row_raw((*dead).class);
                let Some(at) = row.chained else {
                    return match row.scan {
                        Scan::Leaf => self.release_memory(dead, row),
                        _ => self.destroy(dead),
                    };
                };
                let word = *super::object::field(dead, at as usize);
                self.free_bytes(dead.cast(), row.flat_bytes as usize);
                if !ref_is_ptr(word) || !Self::release(ref_ptr(word)) {
                    return;
                }
                dead = ref_ptr(word);
            }
        }
    }

    /// Releases one reference; true when the object is dead now and must be destroyed.
    #[inline(always)]
    unsafe fn release(p: Ptr) -> bool {
        // SAFETY: the slot that held `p` owned a reference to a live object.
        unsafe {
            match (*p).rc {
                1 => true,
                rc if rc > 1 => {
                    (*p).rc = rc - 1;
                    false
                }
                _ => release_shared(p),
            }
        }
    }

    /// Frees a dead object and everything that dies with it.
    unsafe fn destroy(&mut self, dead: Ptr) {
        let mut parent: Ptr = std::ptr::null_mut();
        let mut current = dead;
        let mut index = 0u32;
        // SAFETY: `current` is dead and ours alone; its slots from `index` on still own their
        // references, those before are released. `parent` chains the dead objects on the way
        // back, each with its next index in `rc` and its own parent in the slot before that.
        unsafe {
            loop {
                let row = &*self.row_raw((*current).class);
                match self.next_dead_child(current, row, &mut index) {
                    Some((child, at)) => {
                        if matches!(row.scan, Scan::Flat) && index > row.last_counted {
                            self.release_memory(current, row);
                        } else {
                            (*current).rc = index as i32;
                            *at = parent as u64;
                            parent = current;
                        }
                        current = child;
                        index = 0;
                    }
                    None => {
                        self.release_memory(current, row);
                        if parent.is_null() {
                            return;
                        }
                        current = parent;
                        index = (*current).rc as u32;
                        let row = &*self.row_raw((*current).class);
                        let (_, at) = slot_at(current, row, index - 1)
                            .expect("the index was taken from this object");
                        parent = *at as Ptr;
                    }
                }
            }
        }
    }

    /// Releases slots from `index` on until one holds a child that dies and has children itself;
    /// dead leaves are freed on the way.
    #[inline]
    unsafe fn next_dead_child(
        &mut self,
        p: Ptr,
        row: &RtClass,
        index: &mut u32,
    ) -> Option<(Ptr, *mut u64)> {
        // SAFETY: see `destroy`; each slot is released exactly once.
        unsafe {
            while let Some((slot, at)) = slot_at(p, row, *index) {
                *index += 1;
                let Some(child) = slot_ptr(slot, *at) else { continue };
                if Self::release(child) {
                    let child_row = &*self.row_raw((*child).class);
                    if !matches!(child_row.scan, Scan::Leaf) {
                        return Some((child, at));
                    }
                    self.release_memory(child, child_row);
                }
            }
            None
        }
    }

    /// Gives back the memory of one object, without looking at its slots.
    ///
    /// # Safety
    /// The object is dead, of the row's class, and its slots are released or moved out.
    pub(super) unsafe fn release_memory(&mut self, p: Ptr, row: &RtClass) {
        // SAFETY: sizes are those that the object was allocated with.
        unsafe {
            if row.kind.is_flat() {
                if row.kind != Kind::Resumption || !self.keep_orphan(p) {
                    self.free_bytes(p.cast(), row.flat_bytes as usize);
                }
                return;
            }
            let bytes = super::object_bytes(p, row);
            if let Some((storage, size)) = super::side_block(p, row) {
                self.free_bytes(storage, size);
            }
            self.free_bytes(p.cast(), bytes);
        }
    }

    /// Frees the shell of a unique object whose fields were moved out (`unpack`).
    ///
    /// # Safety
    /// `p` is a unique flat object; its fields are owned by somebody else now.
    #[inline]
    pub unsafe fn free_shell(&mut self, p: Ptr) {
        // SAFETY: as the caller promises.
        unsafe {
            let row = self.row_raw((*p).class);
            self.free_bytes(p.cast(), (*row).flat_bytes as usize);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::classes::{Classes, RtClass, Slot};
    use super::super::object::dup_ptr;
    use super::super::word::{NULL_REF, ptr_ref};
    use super::*;
    use lumen_lir::{fixed_classes, fixed_types};
    use std::sync::Arc;

    use super::super::classes::LIST_STRING_CLASS;

    const NODE: u32 = 8;
    const TREE: u32 = 9;

    fn heap() -> Heap {
        let fixed = Classes::link(&fixed_types(), &fixed_classes(), |_| "");
        let mut rows = fixed.rows().to_vec();
        rows.push(RtClass::record("Node", &[("value", Slot::Int), ("next", Slot::Ref(NODE))]));
        rows.push(RtClass::record("Tree", &[("l", Slot::Ref(TREE)), ("r", Slot::Ref(TREE))]));
        Heap::new(Arc::new(Classes::new(rows, Vec::new())), usize::MAX)
    }

    #[test]
    fn a_million_links_are_dropped() {
        let mut heap = heap();
        let mut next = NULL_REF;
        // SAFETY: fields have the kinds of the class; the last reference is dropped once.
        unsafe {
            for value in 0..1_000_000 {
                next = ptr_ref(heap.flat_from(NODE, &[value, next]).expect("no limit"));
            }
            heap.drop_ref(next);
        }
        assert_eq!(heap.live_blocks(), 0);
    }

    #[test]
    fn left_and_right_combs_and_shared_parts_are_dropped() {
        let mut heap = heap();
        // SAFETY: as above; `shared` is counted up before it is used a second time.
        unsafe {
            for left in [true, false] {
                let shared = heap.flat_from(TREE, &[0, 0]).expect("no limit");
                let mut tree = ptr_ref(shared);
                for _ in 0..100_000 {
                    dup_ptr(shared);
                    let parts = [tree, ptr_ref(shared)];
                    let parts = if left { parts } else { [parts[1], parts[0]] };
                    tree = ptr_ref(heap.flat_from(TREE, &parts).expect("no limit"));
                }
                heap.drop_ref(tree);
                assert_eq!(heap.live_blocks(), 0);
            }
        }
    }

    #[test]
    fn lists_of_strings_are_dropped() {
        let mut heap = heap();
        // SAFETY: the list owns the strings.
        unsafe {
            let mut strings = heap.list_new(LIST_STRING_CLASS, 0).expect("no limit");
            for at in 0..1000 {
                let text = heap.str_new(&"x".repeat(at)).expect("no limit");
                strings = heap.list_push(strings, ptr_ref(text)).expect("no limit");
            }
            heap.drop_ptr(strings);
        }
        assert_eq!(heap.live_blocks(), 0);
    }

    #[test]
    fn immortal_objects_are_not_counted() {
        let mut heap = heap();
        // SAFETY: a released immortal object stays.
        unsafe {
            let text = heap.str_new("constant").expect("no limit");
            heap.make_immortal(text);
            heap.drop_ptr(text);
            heap.drop_ptr(text);
            dup_ptr(text);
            assert_eq!(super::super::text::str_of(text), "constant");
        }
        assert_eq!(heap.live_blocks(), 0);
    }

    #[test]
    fn the_limit_is_a_failure() {
        let mut heap = heap();
        heap.set_limit(1 << 20);
        // SAFETY: the string is owned by the test.
        unsafe {
            let mut text = heap.str_new("0123456789").expect("within the limit");
            let failure = loop {
                match heap.str_append(text, super::super::text::str_of(text)) {
                    Ok(longer) => text = longer,
                    Err(failure) => break failure,
                }
            };
            assert_eq!(failure, heap.out_of_memory());
            heap.drop_ptr(text);
        }
        assert_eq!(heap.live_blocks(), 0);
    }
}
