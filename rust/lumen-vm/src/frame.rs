//! The stack of a task: slots and frames.
//!
//! A frame is a window of slots. The caller puts arguments into its own registers from `base + 2` on; those
//! become the callee's first registers. The two slots before a frame are its *record*: the address of the
//! caller's next instruction, and the call word, whose `a` is where results go and whose `b` is `base`, so
//! that the caller's window begins `base + 2` slots lower. Nothing in a frame points into the stack, so the
//! stack may move when it grows.
//!
//! Invariant: slots below `limit` and [`SLACK_SLOTS`] above it are allocated, so a call may write the
//! record of a frame before it is known whether the callee fits.

#![expect(unsafe_code, reason = "allocates uninitialised slots")]

use std::alloc::Layout;

/// Slots of a frame record.
pub(crate) const RECORD_SLOTS: usize = 2;
/// Slots that are always allocated above the limit: a full frame, its record, and room for markers.
pub(crate) const SLACK_SLOTS: usize = (1 << 16) + 64;
/// Slots that a stack begins with.
const FIRST_SLOTS: usize = 1 << 13;
/// Bytes that `defer` closures may use when the stack itself is what overflowed.
pub(crate) const RESERVE_BYTES: usize = 1 << 20;

/// A growable array of slots.
pub(crate) struct Stack {
    slots: *mut u64,
    /// Slots that frames may use.
    usable: usize,
    /// Most slots that frames may ever use.
    most: usize,
}

// SAFETY: the slots belong to this stack alone.
unsafe impl Send for Stack {}

fn layout(usable: usize) -> Option<Layout> {
    Layout::array::<u64>(usable.checked_add(SLACK_SLOTS)?).ok()
}

impl Stack {
    /// A stack that may grow to this many bytes; `None` when there is no memory.
    pub(crate) fn new(limit_bytes: usize) -> Option<Self> {
        let most = (limit_bytes / 8).max(64);
        let usable = FIRST_SLOTS.min(most);
        let layout = layout(usable)?;
        // SAFETY: the layout is not empty.
        let slots = unsafe { std::alloc::alloc(layout) }.cast::<u64>();
        (!slots.is_null()).then_some(Self { slots, usable, most })
    }

    /// The first slot.
    pub(crate) fn start(&self) -> *mut u64 {
        self.slots
    }

    /// The end of the slots that frames may use.
    pub(crate) fn limit(&self) -> *mut u64 {
        // SAFETY: `usable` slots are allocated.
        unsafe { self.slots.add(self.usable) }
    }

    /// Most bytes that it may take.
    pub(crate) fn most_bytes(&self) -> usize {
        self.most * 8
    }

    /// Lets the stack grow beyond its limit by [`RESERVE_BYTES`], once.
    pub(crate) fn open_reserve(&mut self, limit_bytes: usize) {
        self.most = (limit_bytes + RESERVE_BYTES) / 8;
    }

    /// Makes at least `need` slots usable; the slots may move. False when that passes the limit.
    pub(crate) fn grow(&mut self, need: usize) -> bool {
        if need <= self.usable {
            return true;
        }
        if need > self.most {
            return false;
        }
        let usable = (self.usable * 2).max(need).min(self.most);
        let (Some(old), Some(new)) = (layout(self.usable), layout(usable)) else { return false };
        // SAFETY: the slots were allocated with `old`; the new size is larger.
        let slots =
            unsafe { std::alloc::realloc(self.slots.cast(), old, new.size()) }.cast::<u64>();
        if slots.is_null() {
            return false;
        }
        self.slots = slots;
        self.usable = usable;
        true
    }
}

impl Drop for Stack {
    fn drop(&mut self) {
        let layout = layout(self.usable).expect("the slots were allocated with this layout");
        // SAFETY: the slots were allocated with this layout.
        unsafe { std::alloc::dealloc(self.slots.cast(), layout) }
    }
}
