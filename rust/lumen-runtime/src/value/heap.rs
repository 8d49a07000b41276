//! The heap of one task: where its objects live.
//!
//! Blocks of up to [`SMALL_BYTES`] come in sizes of 16 bytes: a free list for each size, refilled
//! by bumping through chunks; larger blocks come from the global allocator. Bytes are accounted
//! when a chunk or a large block is taken, so the fast path counts nothing; a limit that would be
//! passed gives a null block, which the callers turn into the failure R1010, never an abort.
//! Invariant: a block is freed with the size it was allocated with (after rounding); sizes follow
//! from the object (class, capacity), no block stores its own.
//! With the feature `plain-heap` every block comes from the global allocator, so that
//! AddressSanitizer sees each use of freed memory.

#![expect(unsafe_code, reason = "hands out raw memory and walks free lists")]

use super::classes::{Classes, RtClass};
use super::object::{Obj, Ptr, dup_ptr};
use super::word::{ClassId, dyn_is_ptr, dyn_to_ptr, ref_is_ptr, ref_ptr};
use crate::failure::{Failure, Outcome};
use std::alloc::Layout;
use std::sync::Arc;

/// Granularity and alignment of blocks, in bytes.
pub const UNIT: usize = 16;
/// Largest block served by the free lists, in units.
pub const SMALL_UNITS: usize = 32;
/// Largest block served by the free lists, in bytes.
pub const SMALL_BYTES: usize = SMALL_UNITS * UNIT;
/// Size of the first chunk, in bytes.
const CHUNK_MIN: usize = 64 << 10;
/// Size at which chunks stop growing, in bytes.
const CHUNK_MAX: usize = 1 << 20;
/// Whether blocks come from free lists and chunks at all.
pub(super) const POOLED: bool = !cfg!(any(miri, feature = "plain-heap"));

/// The heap of one task.
#[repr(C)]
pub struct Heap {
    /// Free blocks by size in units, linked through their first word.
    free: [*mut u8; SMALL_UNITS + 1],
    bump: *mut u8,
    bump_end: *mut u8,
    /// First row of the class table; kept alive by `classes`.
    rows: *const RtClass,
    used: usize,
    peak: usize,
    limit: usize,
    live: usize,
    chunks: Vec<(*mut u8, usize)>,
    /// Large blocks of objects made immortal, freed with the heap.
    pub(super) pinned: Vec<(*mut u8, usize)>,
    classes: Arc<Classes>,
    /// Resumptions that nobody holds any more, with what they captured; the machine ends it.
    orphans: Vec<Ptr>,
    /// How many exits of handlers were entered.
    exits: i64,
    /// What the running conversion knows of defaults and conditions.
    pub(super) plan: Option<Box<super::convert::Plan>>,
    /// Allocations until one fails: tests of the failing paths.
    #[cfg(test)]
    pub(super) budget: Option<usize>,
}

// SAFETY: all pointers of a heap lead to memory that it alone owns; it may move between threads.
unsafe impl Send for Heap {}

/// Bytes of the block that holds `bytes`.
#[inline(always)]
pub const fn block_bytes(bytes: usize) -> usize {
    (bytes + (UNIT - 1)) & !(UNIT - 1)
}

fn large_layout(bytes: usize) -> Option<Layout> {
    Layout::from_size_align(block_bytes(bytes), UNIT).ok()
}

/// Whether a number of units is that of a small block. Written without `contains`: a call that a debug build leaves in
/// takes an address in the frame of the instruction's handler, which then stays on the stack.
#[inline(always)]
const fn is_small(units: usize) -> bool {
    1 <= units && units <= SMALL_UNITS
}

impl Heap {
    /// Whether blocks come from free lists: native code makes and frees small objects by itself only then.
    pub const POOLED: bool = POOLED;
    /// Offset of the free lists, for native code.
    pub const FREE_LISTS: usize = std::mem::offset_of!(Heap, free);
    /// Offset of the number of blocks in use, for native code.
    pub const LIVE_BLOCKS: usize = std::mem::offset_of!(Heap, live);

    /// An empty heap for objects of these classes, with a limit in bytes.
    pub fn new(classes: Arc<Classes>, limit: usize) -> Self {
        Self {
            free: [std::ptr::null_mut(); SMALL_UNITS + 1],
            bump: std::ptr::null_mut(),
            bump_end: std::ptr::null_mut(),
            rows: classes.rows().as_ptr(),
            used: 0,
            peak: 0,
            limit,
            live: 0,
            chunks: Vec::new(),
            pinned: Vec::new(),
            orphans: Vec::new(),
            exits: 0,
            classes,
            plan: None,
            #[cfg(test)]
            budget: None,
        }
    }

    /// Whether an allocation is to fail, in tests.
    #[inline(always)]
    fn must_fail(&mut self) -> bool {
        #[cfg(test)]
        if let Some(left) = &mut self.budget {
            if *left == 0 {
                return true;
            }
            *left -= 1;
        }
        false
    }

    /// A resumption that nobody holds any more, with a count of 1 again.
    pub fn take_orphan(&mut self) -> Option<Ptr> {
        self.orphans.pop()
    }

    /// A number for a run of an exit of handlers.
    pub fn next_exit(&mut self) -> i64 {
        self.exits += 1;
        self.exits
    }

    /// Whether there are resumptions that nobody holds any more.
    #[inline(always)]
    pub fn has_orphans(&self) -> bool {
        !self.orphans.is_empty()
    }

    /// Keeps a dead resumption that was not resumed; false when it was.
    ///
    /// # Safety
    /// `p` is a dead resumption.
    #[inline]
    pub(super) unsafe fn keep_orphan(&mut self, p: Ptr) -> bool {
        // SAFETY: as the caller promises.
        unsafe {
            if *super::object::field(p, 0) == 0 {
                return false;
            }
            (*p).rc = 1;
        }
        self.orphans.push(p);
        true
    }

    /// The class table.
    #[inline]
    pub fn classes(&self) -> &Arc<Classes> {
        &self.classes
    }

    /// Puts a longer class table in the place of this one; the rows that were there are the same in it.
    pub fn extend_classes(&mut self, classes: Arc<Classes>) {
        debug_assert!(classes.rows().starts_with(self.classes.rows()));
        self.rows = classes.rows().as_ptr();
        self.classes = classes;
    }

    /// The row of a class. Class ids of live objects are in range.
    #[inline(always)]
    pub(crate) fn row(&self, class: ClassId) -> &RtClass {
        &self.classes.rows()[class as usize]
    }

    /// The most bytes that were taken at once.
    pub fn peak_bytes(&self) -> usize {
        self.peak.max(self.used)
    }

    /// The limit in bytes.
    pub fn limit_bytes(&self) -> usize {
        self.limit
    }

    /// Sets the limit in bytes; it holds from the next chunk or large block on.
    pub fn set_limit(&mut self, limit: usize) {
        self.limit = limit;
    }

    /// Blocks that are allocated and not freed: 0 when a run ends. Counted in debug builds only.
    pub fn live_blocks(&self) -> usize {
        self.live
    }

    /// Forgets `blocks` in the leak report: they were made immortal.
    pub(super) fn forget_live(&mut self, blocks: usize) {
        if cfg!(debug_assertions) {
            self.live -= blocks;
        }
    }

    /// The failure of an allocation.
    #[cold]
    pub fn out_of_memory(&self) -> Failure {
        Failure::memory_limit(self.limit as u64)
    }

    /// Fails when `bytes` more could not be allocated: for results whose size is known before
    /// they are built outside the heap.
    pub fn check_room(&self, bytes: usize) -> Outcome<()> {
        if bytes > self.limit.saturating_sub(self.used) {
            return Err(self.out_of_memory());
        }
        Ok(())
    }

    /// A block of `units` (1 to [`SMALL_UNITS`]) from the free list, or null when it is empty:
    /// the whole fast path of an allocation.
    #[inline(always)]
    pub fn pop_free(&mut self, units: usize) -> *mut u8 {
        debug_assert!(is_small(units));
        let block = self.free[units];
        if !block.is_null() {
            // SAFETY: blocks in a free list are ours and hold the link in their first word.
            self.free[units] = unsafe { *block.cast::<*mut u8>() };
            self.count_live();
        }
        block
    }

    /// A block of `units` (1 to [`SMALL_UNITS`]), or null at the limit.
    #[inline(always)]
    pub fn alloc_small(&mut self, units: usize) -> *mut u8 {
        if self.must_fail() {
            return std::ptr::null_mut();
        }
        let block = self.pop_free(units);
        if block.is_null() { self.alloc_small_cold(units) } else { block }
    }

    /// A block of `units` when the free list is empty, or null at the limit.
    #[cold]
    #[inline(never)]
    pub fn alloc_small_cold(&mut self, units: usize) -> *mut u8 {
        if !POOLED {
            return self.alloc_large(units * UNIT);
        }
        let bytes = units * UNIT;
        if (self.bump_end as usize) - (self.bump as usize) < bytes && !self.new_chunk() {
            return std::ptr::null_mut();
        }
        let block = self.bump;
        // SAFETY: the chunk has at least `bytes` left, by the test above.
        self.bump = unsafe { block.add(bytes) };
        self.count_live();
        block
    }

    /// Takes the next chunk; what is left of the current one goes to the free lists.
    fn new_chunk(&mut self) -> bool {
        let size = (CHUNK_MIN << (self.chunks.len() / 8).min(4)).min(CHUNK_MAX);
        // Near the limit, a smaller chunk uses what is left.
        let room = self.limit.saturating_sub(self.used) & !(UNIT - 1);
        let size = if room >= SMALL_BYTES { size.min(room) } else { size };
        let chunk = self.take_from_system(size);
        if chunk.is_null() {
            return false;
        }
        let rest = (self.bump_end as usize - self.bump as usize) / UNIT;
        if rest > 0 {
            let block = self.bump;
            // SAFETY: the rest is ours, unused, and a whole number of units below a small block.
            unsafe { *block.cast::<*mut u8>() = self.free[rest] };
            self.free[rest] = block;
        }
        self.chunks.push((chunk, size));
        self.bump = chunk;
        // SAFETY: the chunk is `size` bytes long.
        self.bump_end = unsafe { chunk.add(size) };
        true
    }

    /// Memory from the global allocator, accounted; null at the limit.
    fn take_from_system(&mut self, bytes: usize) -> *mut u8 {
        let Some(layout) = large_layout(bytes) else { return std::ptr::null_mut() };
        let fits = self.used.checked_add(layout.size()).is_some_and(|sum| sum <= self.limit);
        if !fits {
            return std::ptr::null_mut();
        }
        // SAFETY: the layout is not empty: every block has at least one unit.
        let block = unsafe { std::alloc::alloc(layout) };
        if !block.is_null() {
            self.used += layout.size();
            self.peak = self.peak.max(self.used);
        }
        block
    }

    #[cold]
    fn alloc_large(&mut self, bytes: usize) -> *mut u8 {
        let block = self.take_from_system(bytes);
        if !block.is_null() {
            self.count_live();
        }
        block
    }

    /// A block of at least `bytes`, 1 or more; null at the limit.
    #[inline]
    pub fn alloc_bytes(&mut self, bytes: usize) -> *mut u8 {
        debug_assert!(bytes > 0);
        if bytes <= SMALL_BYTES {
            self.alloc_small(bytes.div_ceil(UNIT))
        } else if self.must_fail() {
            std::ptr::null_mut()
        } else {
            self.alloc_large(bytes)
        }
    }

    /// An object of `bytes` in all, with count 1; its contents are not initialised.
    #[inline]
    pub fn alloc_object(&mut self, bytes: usize, class: ClassId) -> Outcome<Ptr> {
        let block = self.alloc_bytes(bytes).cast::<Obj>();
        if block.is_null() {
            return Err(self.out_of_memory());
        }
        // SAFETY: the block is fresh and holds at least a header.
        unsafe { block.write(Obj { rc: 1, class }) };
        Ok(block)
    }

    /// Gives back a block of `units`.
    ///
    /// # Safety
    /// `block` came from this heap with this size and is not used any more.
    #[inline(always)]
    pub unsafe fn free_small(&mut self, block: *mut u8, units: usize) {
        if !POOLED {
            // SAFETY: as the caller promises; without pools every block is a large one.
            return unsafe { self.free_large(block, units * UNIT) };
        }
        debug_assert!(is_small(units));
        // SAFETY: the block is ours, unused, and at least one word long.
        unsafe { *block.cast::<*mut u8>() = self.free[units] };
        self.free[units] = block;
        self.uncount_live();
    }

    #[cold]
    unsafe fn free_large(&mut self, block: *mut u8, bytes: usize) {
        let layout = large_layout(bytes).expect("the block was allocated with this layout");
        // SAFETY: the caller passes a block of the global allocator with its size.
        unsafe { std::alloc::dealloc(block, layout) };
        self.used -= layout.size();
        self.uncount_live();
    }

    /// Gives back a block of `bytes`.
    ///
    /// # Safety
    /// `block` came from this heap with this size and is not used any more.
    #[inline]
    pub unsafe fn free_bytes(&mut self, block: *mut u8, bytes: usize) {
        // SAFETY: as the caller promises.
        unsafe {
            if bytes <= SMALL_BYTES {
                self.free_small(block, bytes.div_ceil(UNIT));
            } else {
                self.free_large(block, bytes);
            }
        }
    }

    /// Makes a block larger, keeping its first `old` bytes; null at the limit, and then the old
    /// block is as before.
    ///
    /// # Safety
    /// `block` came from this heap with size `old`; `new` is not smaller.
    pub unsafe fn grow_block(&mut self, block: *mut u8, old: usize, new: usize) -> *mut u8 {
        let (old_bytes, new_bytes) = (block_bytes(old), block_bytes(new));
        if old_bytes == new_bytes {
            return block;
        }
        if old_bytes > SMALL_BYTES || !POOLED {
            if self.must_fail() {
                return std::ptr::null_mut();
            }
            // SAFETY: blocks of this size are the global allocator's.
            return unsafe { self.grow_large(block, old_bytes, new_bytes) };
        }
        let fresh = self.alloc_bytes(new);
        if !fresh.is_null() {
            // SAFETY: both blocks hold `old` bytes and differ; the old one is not used any more.
            unsafe {
                std::ptr::copy_nonoverlapping(block, fresh, old);
                self.free_bytes(block, old);
            }
        }
        fresh
    }

    unsafe fn grow_large(&mut self, block: *mut u8, old: usize, new: usize) -> *mut u8 {
        let (Some(from), Some(to)) = (large_layout(old), large_layout(new)) else {
            return std::ptr::null_mut();
        };
        let more = to.size() - from.size();
        if more > self.limit.saturating_sub(self.used) {
            return std::ptr::null_mut();
        }
        // SAFETY: the block was allocated with `from`; the new size is not zero and fits isize.
        let fresh = unsafe { std::alloc::realloc(block, from, to.size()) };
        if !fresh.is_null() {
            self.used += more;
            self.peak = self.peak.max(self.used);
        }
        fresh
    }

    #[inline(always)]
    fn count_live(&mut self) {
        if cfg!(debug_assertions) {
            self.live += 1;
        }
    }

    #[inline(always)]
    fn uncount_live(&mut self) {
        if cfg!(debug_assertions) {
            self.live -= 1;
        }
    }

    /// Drops one reference to an object.
    ///
    /// # Safety
    /// `p` points to a live object of this heap (or an immortal or shared one), and the caller
    /// owns the reference.
    #[inline(always)]
    pub unsafe fn drop_ptr(&mut self, p: Ptr) {
        // SAFETY: the object is live; a positive count is this task's own.
        unsafe {
            if (*p).rc > 1 {
                (*p).rc -= 1;
            } else {
                self.drop_slow(p);
            }
        }
    }

    /// Drops a Ref word: null, immediate or pointer.
    ///
    /// # Safety
    /// As for [`Heap::drop_ptr`].
    #[inline(always)]
    pub unsafe fn drop_ref(&mut self, word: u64) {
        if ref_is_ptr(word) {
            // SAFETY: as the caller promises.
            unsafe { self.drop_ptr(ref_ptr(word)) }
        }
    }

    /// Drops a Dyn word.
    ///
    /// # Safety
    /// As for [`Heap::drop_ptr`].
    #[inline(always)]
    pub unsafe fn drop_dyn(&mut self, word: u64) {
        if dyn_is_ptr(word) {
            // SAFETY: as the caller promises.
            unsafe { self.drop_ptr(dyn_to_ptr(word)) }
        }
    }

    /// Counts one reference more and gives the pointer back.
    ///
    /// # Safety
    /// `p` points to a live object.
    #[inline(always)]
    pub unsafe fn dup(&self, p: Ptr) -> Ptr {
        // SAFETY: as the caller promises.
        unsafe { dup_ptr(p) };
        p
    }

    /// The row of a class, without a bounds check.
    ///
    /// # Safety
    /// `class` is the class of an object made for this heap's class table.
    #[inline(always)]
    pub(super) unsafe fn row_raw(&self, class: ClassId) -> *const RtClass {
        // SAFETY: the id is in range, and the table lives as long as the heap.
        unsafe { self.rows.add(class as usize) }
    }
}

impl Drop for Heap {
    fn drop(&mut self) {
        for (chunk, size) in self.chunks.drain(..).chain(self.pinned.drain(..)) {
            let layout = large_layout(size).expect("the chunk was allocated with this layout");
            // SAFETY: chunks and pinned blocks are ours, allocated with this layout.
            unsafe { std::alloc::dealloc(chunk, layout) };
        }
    }
}

impl std::fmt::Debug for Heap {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Heap").field("used", &self.used).field("live", &self.live).finish()
    }
}
