//! The structural hash, without recursion: equal keys have equal hashes.
//!
//! 64 bits, deterministic for a program; tables use the upper 32. A value hashes the same in a
//! Dyn and in a typed slot. Maps and sets hash independently of their order, because equality
//! ignores it.

#![expect(unsafe_code, reason = "walks objects")]

use super::classes::{Kind, Slot};
use super::heap::Heap;
use super::number::key_float;
use super::object::Ptr;
use super::view::{View, child};
use super::{table, text};

const K: u64 = 0x9E37_79B9_7F4A_7C15;

/// The hash of an integer.
#[inline(always)]
pub const fn hash_int(value: i64) -> u64 {
    let value = value as u64;
    (value ^ (value >> 29)).wrapping_mul(K)
}

/// The 32 bits that a table keeps of a hash.
#[inline(always)]
pub const fn table_hash(hash: u64) -> u32 {
    (hash >> 32) as u32
}

#[inline(always)]
fn mix(state: u64, hash: u64) -> u64 {
    let mixed = (state.rotate_left(23) ^ hash).wrapping_mul(K);
    mixed ^ (mixed >> 32)
}

/// An object whose children are being hashed.
struct Frame {
    p: Ptr,
    next: usize,
    count: usize,
    state: u64,
}

impl Heap {
    /// The hash of a word.
    ///
    /// # Safety
    /// `word` is a valid word of this kind.
    #[inline]
    pub unsafe fn hash(&self, slot: Slot, word: u64) -> u64 {
        match slot {
            Slot::Int => hash_int(word as i64),
            // SAFETY: as the caller promises.
            _ => unsafe { self.hash_view(self.view(slot, word)) },
        }
    }

    unsafe fn hash_view(&self, view: View) -> u64 {
        let mut stack: Vec<Frame> = Vec::new();
        let mut view = view;
        // SAFETY: children of live objects are live, and nothing is changed but cached hashes.
        unsafe {
            loop {
                let mut done = match self.hash_leaf(view) {
                    Ok(hash) => Some(hash),
                    Err(frame) => {
                        stack.push(frame);
                        None
                    }
                };
                view = loop {
                    let Some(frame) = stack.last_mut() else { return done.unwrap_or(K) };
                    if let Some(hash) = done.take() {
                        frame.state = self.fold(frame, hash);
                    }
                    match self.next_child(frame) {
                        Some(next) => break next,
                        None => {
                            done = Some(mix(frame.state, frame.count as u64));
                            stack.pop();
                        }
                    }
                };
            }
        }
    }

    /// The hash of a value without children, or the frame to hash its children in.
    unsafe fn hash_leaf(&self, view: View) -> Result<u64, Frame> {
        let p = match view {
            View::Null => return Ok(mix(K, 1)),
            View::Bool(value) => return Ok(mix(K, 2 + u64::from(value))),
            View::Int(value) => return Ok(hash_int(value)),
            View::Float(value) => return Ok(mix(K, key_float(value).to_bits())),
            View::Enum(_, ordinal) => return Ok(mix(K, 5 + u64::from(ordinal))),
            View::Object(p) => p,
        };
        // SAFETY: the object is live, and read as its class says.
        unsafe {
            let row = self.row_of(p);
            let (state, count) = match row.kind {
                Kind::String => return Ok(u64::from(text::str_hash(p)) << 32),
                Kind::Bytes => {
                    let fold = |state, byte: &u8| mix(state, u64::from(*byte));
                    return Ok(text::bytes_of(p).iter().fold(K, fold));
                }
                Kind::Secret => return Ok(mix(K, 15)),
                Kind::Closure | Kind::Fn | Kind::Stream => return Ok(mix(K, u64::from(row.cell))),
                Kind::List => (11, super::list::len(p)),
                Kind::Map | Kind::Set => (12, table::len(p)),
                Kind::Variant => (13 + u64::from(row.ordinal), row.slots.len()),
                _ => (14, row.slots.len()),
            };
            Err(Frame { p, next: 0, count, state })
        }
    }

    /// Adds the hash of the child that was read last to its parent's state.
    unsafe fn fold(&self, frame: &Frame, hash: u64) -> u64 {
        // SAFETY: the frame's object is live; its position was a live entry.
        unsafe {
            let row = self.row_of(frame.p);
            match row.kind {
                Kind::Map => {
                    let key = table::hash_at(frame.p, row, frame.next - 1);
                    frame.state.wrapping_add(mix(u64::from(key), hash))
                }
                _ => mix(frame.state, hash),
            }
        }
    }

    /// The next child to hash. Keys have their hash in the table already.
    unsafe fn next_child(&self, frame: &mut Frame) -> Option<View> {
        // SAFETY: `next` stays inside the object.
        unsafe {
            let row = self.row_of(frame.p);
            match row.kind {
                Kind::Set => {
                    while let Some(at) = table::next_live(frame.p, row, frame.next) {
                        frame.next = at + 1;
                        let hash = u64::from(table::hash_at(frame.p, row, at));
                        frame.state = frame.state.wrapping_add(mix(K, hash));
                    }
                    None
                }
                Kind::Map => {
                    let at = table::next_live(frame.p, row, frame.next)?;
                    frame.next = at + 1;
                    Some(self.view(row.slots[1], *table::value_at(frame.p, at)))
                }
                _ => {
                    if frame.next == frame.count {
                        return None;
                    }
                    let (slot, word) = child(frame.p, row, frame.next);
                    frame.next += 1;
                    Some(self.view(slot, word))
                }
            }
        }
    }
}
