//! The natural order of values, without recursion.
//!
//! Numbers by size (floats by the total order), texts by code points, lists and tuples by their
//! first difference and then by length, records by their fields, enums by ordinal and then by
//! payload; null is below all else. Maps, sets, functions, and values of different kinds have no
//! order: comparing them fails. Each caller has a type checker in front that asks for `Ord`.

#![expect(unsafe_code, reason = "walks objects")]

use super::classes::{Kind, Slot};
use super::heap::Heap;
use super::number::float_order;
use super::object::Ptr;
use super::text;
use super::view::{View, child, children};
use crate::failure::{Failure, Outcome};
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
    pub unsafe fn compare(
        &self,
        (slot_a, a): (Slot, u64),
        (slot_b, b): (Slot, u64),
    ) -> Outcome<Ordering> {
        let mut stack: Vec<Frame> = Vec::new();
        // SAFETY: children of live objects are live, and nothing is changed here.
        unsafe {
            let mut pair = (self.view(slot_a, a), self.view(slot_b, b));
            loop {
                match self.compare_step(pair.0, pair.1, &mut stack)? {
                    Ordering::Equal => {}
                    order => return Ok(order),
                }
                pair = loop {
                    let Some(frame) = stack.last_mut() else { return Ok(Ordering::Equal) };
                    let (row_a, row_b) = (self.row_of(frame.a), self.row_of(frame.b));
                    let (len_a, len_b) = (children(frame.a, row_a), children(frame.b, row_b));
                    if frame.next < len_a.min(len_b) {
                        let (slot_a, a) = child(frame.a, row_a, frame.next);
                        let (slot_b, b) = child(frame.b, row_b, frame.next);
                        frame.next += 1;
                        break (self.view(slot_a, a), self.view(slot_b, b));
                    }
                    if len_a != len_b {
                        return Ok(len_a.cmp(&len_b));
                    }
                    stack.pop();
                };
            }
        }
    }

    unsafe fn compare_step(&self, a: View, b: View, stack: &mut Vec<Frame>) -> Outcome<Ordering> {
        // SAFETY: as the caller promises.
        unsafe {
            Ok(match (a, b) {
                (View::Null, View::Null) => Ordering::Equal,
                (View::Null, _) => Ordering::Less,
                (_, View::Null) => Ordering::Greater,
                (View::Bool(a), View::Bool(b)) => a.cmp(&b),
                (View::Int(a), View::Int(b)) => a.cmp(&b),
                (View::Float(a), View::Float(b)) => float_order(a, b),
                (View::Object(a), View::Object(b)) => return self.objects_order(a, b, stack),
                _ => match (self.ordinal_of(a), self.ordinal_of(b)) {
                    (Some((enum_a, a)), Some((enum_b, b))) if enum_a == enum_b => a.cmp(&b),
                    _ => return Err(self.no_order(a, b)),
                },
            })
        }
    }

    unsafe fn objects_order(&self, a: Ptr, b: Ptr, stack: &mut Vec<Frame>) -> Outcome<Ordering> {
        // SAFETY: both objects are live, and read as their classes say.
        unsafe {
            let (row_a, row_b) = (self.row_of(a), self.row_of(b));
            match (row_a.kind, row_b.kind) {
                (Kind::String, Kind::String) => Ok(text::str_of(a).cmp(text::str_of(b))),
                (Kind::Bytes, Kind::Bytes) => Ok(text::bytes_of(a).cmp(text::bytes_of(b))),
                (Kind::Variant, Kind::Variant)
                    if row_a.owner == row_b.owner && (*a).class != (*b).class =>
                {
                    Ok(row_a.ordinal.cmp(&row_b.ordinal))
                }
                (Kind::List, Kind::List) | (Kind::Tuple, Kind::Tuple) => {
                    stack.push(Frame { a, b, next: 0 });
                    Ok(Ordering::Equal)
                }
                (Kind::Record | Kind::Variant, _) if (*a).class == (*b).class => {
                    stack.push(Frame { a, b, next: 0 });
                    Ok(Ordering::Equal)
                }
                _ => Err(self.no_order(View::Object(a), View::Object(b))),
            }
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

    #[cold]
    unsafe fn no_order(&self, a: View, b: View) -> Failure {
        // SAFETY: as the caller promises.
        let (a, b) = unsafe { (self.kind_name(a), self.kind_name(b)) };
        Failure::argument(format!("{a} and {b} have no order"))
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
            Kind::Fn | Kind::Closure => "fn".to_owned(),
            Kind::Record | Kind::Enum => row.name.to_string(),
            Kind::Variant => self.row(row.owner).name.to_string(),
        }
    }

    /// Whether `a` is below `b`, for sorting words of one kind.
    ///
    /// # Safety
    /// Both are valid words of this kind.
    #[inline]
    pub unsafe fn compare_words(&self, slot: Slot, a: u64, b: u64) -> Outcome<Ordering> {
        match slot {
            Slot::Int | Slot::Enum(_) => Ok((a as i64).cmp(&(b as i64))),
            Slot::Float => Ok(float_order(f64::from_bits(a), f64::from_bits(b))),
            Slot::Bool => Ok(a.cmp(&b)),
            // SAFETY: words of a Ref(String) slot that are not null are strings.
            Slot::Ref(text::STRING) if a != 0 && b != 0 => unsafe {
                Ok(text::str_of(a as Ptr).cmp(text::str_of(b as Ptr)))
            },
            // SAFETY: as the caller promises.
            _ => unsafe { self.compare((slot, a), (slot, b)) },
        }
    }
}
