//! The natural order of values, without recursion.
//!
//! Numbers by size (floats by the total order), texts by code points, lists and tuples by their
//! first difference and then by length, records by their fields, enums by ordinal and then by
//! payload; null is below all else. The type checker asks for `Ord` before it lets values be
//! compared; for what has no natural order (values of different kinds in a Dyn, maps, sets,
//! functions) there is still a fixed one, by kind, class and contents, so nothing can fail here.

#![expect(unsafe_code, reason = "walks objects")]

use super::classes::{Kind, RtClass, Slot};
use super::heap::Heap;
use super::number::float_order;
use super::object::Ptr;
use super::view::{View, child};
use super::{list, table, text};
use std::cmp::Ordering;

/// Two objects whose children are being compared.
struct Frame {
    a: Ptr,
    b: Ptr,
    next: usize,
}

impl Heap {
    /// The order of two words.
    ///
    /// # Safety
    /// Both are valid words of their kinds.
    pub unsafe fn compare(&self, (slot_a, a): (Slot, u64), (slot_b, b): (Slot, u64)) -> Ordering {
        let mut stack: Vec<Frame> = Vec::new();
        // SAFETY: children of live objects are live, and nothing is changed here.
        unsafe {
            let mut pair = (self.view(slot_a, a), self.view(slot_b, b));
            loop {
                match self.compare_step(pair.0, pair.1, &mut stack) {
                    Ordering::Equal => {}
                    order => return order,
                }
                pair = loop {
                    let Some(frame) = stack.last_mut() else { return Ordering::Equal };
                    let (row_a, row_b) = (self.row_of(frame.a), self.row_of(frame.b));
                    let parts = (parts(frame.a, row_a), parts(frame.b, row_b));
                    if frame.next < parts.0.min(parts.1) {
                        let (slot_a, a) = part(frame.a, row_a, frame.next);
                        let (slot_b, b) = part(frame.b, row_b, frame.next);
                        frame.next += 1;
                        break (self.view(slot_a, a), self.view(slot_b, b));
                    }
                    if parts.0 != parts.1 {
                        return parts.0.cmp(&parts.1);
                    }
                    stack.pop();
                };
            }
        }
    }

    unsafe fn compare_step(&self, a: View, b: View, stack: &mut Vec<Frame>) -> Ordering {
        // SAFETY: as the caller promises.
        unsafe {
            match (a, b) {
                (View::Bool(a), View::Bool(b)) => a.cmp(&b),
                (View::Int(a), View::Int(b)) => a.cmp(&b),
                (View::Float(a), View::Float(b)) => float_order(a, b),
                (View::Object(a), View::Object(b)) => self.objects_order(a, b, stack),
                _ => {
                    let (a, b) =
                        ((self.rank(a), self.ordinal_of(a)), (self.rank(b), self.ordinal_of(b)));
                    a.cmp(&b)
                }
            }
        }
    }

    unsafe fn objects_order(&self, a: Ptr, b: Ptr, stack: &mut Vec<Frame>) -> Ordering {
        // SAFETY: both objects are live, and read as their classes say.
        unsafe {
            let (row_a, row_b) = (self.row_of(a), self.row_of(b));
            let rank = (row_a.kind as u8).cmp(&(row_b.kind as u8));
            if rank.is_ne() {
                return rank;
            }
            let class =
                match row_a.kind {
                    Kind::String => return text::str_of(a).cmp(text::str_of(b)),
                    Kind::Bytes => return text::bytes_of(a).cmp(text::bytes_of(b)),
                    Kind::Closure => return row_a.cell.cmp(&row_b.cell),
                    // An order by what is inside would tell it, guess by guess.
                    Kind::Secret => return (a as usize).cmp(&(b as usize)),
                    Kind::Record | Kind::Variant => (row_a.owner, row_a.ordinal, (*a).class)
                        .cmp(&(row_b.owner, row_b.ordinal, (*b).class)),
                    _ => Ordering::Equal,
                };
            if class.is_eq() {
                stack.push(Frame { a, b, next: 0 });
            }
            class
        }
    }

    /// The place of a value's kind in the order of kinds.
    unsafe fn rank(&self, view: View) -> u8 {
        match view {
            View::Null => 0,
            View::Bool(_) => 1,
            View::Int(_) => 2,
            View::Float(_) => 3,
            View::Enum(..) => 4,
            // SAFETY: as the caller promises.
            View::Object(p) => match unsafe { self.row_of(p) }.kind {
                Kind::Variant => 4,
                kind => 5 + kind as u8,
            },
        }
    }

    /// The enum and ordinal of a value of an enum.
    ///
    /// # Safety
    /// The object of the view is live.
    pub(super) unsafe fn ordinal_of(&self, view: View) -> Option<(u32, u32)> {
        match view {
            View::Enum(class, ordinal) => Some((class, ordinal)),
            View::Object(p) => {
                // SAFETY: as the caller promises.
                let row = unsafe { self.row_of(p) };
                (row.kind == Kind::Variant).then_some((row.owner, row.ordinal))
            }
            _ => None,
        }
    }

    /// What a value is, as in a message.
    ///
    /// # Safety
    /// The object of the view is live.
    pub unsafe fn kind_name(&self, view: View) -> String {
        let row = match view {
            View::Null => return "Null".to_owned(),
            View::Bool(_) => return "Bool".to_owned(),
            View::Int(_) => return "Int".to_owned(),
            View::Float(_) => return "Float".to_owned(),
            View::Enum(class, _) => self.row(class),
            // SAFETY: as the caller promises.
            View::Object(p) => unsafe { self.row_of(p) },
        };
        match row.kind {
            Kind::String => "String".to_owned(),
            Kind::Bytes => "Bytes".to_owned(),
            Kind::BoxedInt => "Int".to_owned(),
            Kind::List => "list".to_owned(),
            Kind::Map => "map".to_owned(),
            Kind::Set => "set".to_owned(),
            Kind::Tuple => "tuple".to_owned(),
            Kind::Closure if self.row(row.owner).kind == Kind::Stream => "Stream".to_owned(),
            Kind::Fn | Kind::Closure | Kind::Resumption => "fn".to_owned(),
            Kind::Stream => "Stream".to_owned(),
            Kind::Record | Kind::Secret | Kind::Untrusted | Kind::Enum => row.name.to_string(),
            Kind::Variant => self.row(row.owner).name.to_string(),
        }
    }

    /// The order of two words of one kind, with short ways for scalars and strings.
    ///
    /// # Safety
    /// Both are valid words of this kind.
    #[inline]
    pub unsafe fn compare_words(&self, slot: Slot, a: u64, b: u64) -> Ordering {
        match slot {
            Slot::Int | Slot::Enum(_) => (a as i64).cmp(&(b as i64)),
            Slot::Float => float_order(f64::from_bits(a), f64::from_bits(b)),
            Slot::Bool => a.cmp(&b),
            // SAFETY: words of a Ref(String) slot that are not null are strings.
            Slot::Ref(text::STRING) if a != 0 && b != 0 => unsafe {
                text::str_of(a as Ptr).cmp(text::str_of(b as Ptr))
            },
            // SAFETY: as the caller promises.
            _ => unsafe { self.compare((slot, a), (slot, b)) },
        }
    }
}

/// Number of parts to compare in order; the entries of tables count two for maps.
unsafe fn parts(p: Ptr, row: &RtClass) -> usize {
    // SAFETY: the caller passes an object of the row's class.
    unsafe {
        match row.kind {
            Kind::List => list::len(p),
            Kind::Map | Kind::Set => table::used(p) * row.slots.len(),
            _ => row.slots.len(),
        }
    }
}

/// One part; the place of a removed entry reads as null.
unsafe fn part(p: Ptr, row: &RtClass, index: usize) -> (Slot, u64) {
    // SAFETY: the caller passes an index below `parts`.
    unsafe {
        if !matches!(row.kind, Kind::Map | Kind::Set) {
            return child(p, row, index);
        }
        match table::slot_at(p, row, index as u32) {
            Some((slot, place)) => (slot, *place),
            None => (Slot::Dyn, super::word::DYN_NULL),
        }
    }
}
