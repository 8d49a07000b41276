//! Between typed words and Dyn words: boxing, unboxing, type tests.
//!
//! None of these converts: a Dyn is of a type when its value was built as one. Conversion by
//! schema is in `convert.rs`.

#![expect(unsafe_code, reason = "reads classes of objects")]

use super::classes::{LIST_JSON_CLASS, MAP_JSON_CLASS, Slot};
use super::heap::Heap;
use super::object::Ptr;
use super::text::STRING;
use super::view::View;
use super::word::{self, ClassId, DYN_NULL, NULL_REF};
use crate::failure::Outcome;
use lumen_lir::{TypeDesc, TypeId};

/// How deeply unions and optionals may be nested in each other; real ones are not.
const TYPE_DEPTH_MAX: usize = 8;

impl Heap {
    /// A word as Dyn, which takes over what it owns. Fails (owning nothing new) only when a
    /// large integer cannot be boxed.
    #[inline]
    pub fn dyn_box(&mut self, slot: Slot, word: u64) -> Outcome<u64> {
        Ok(match slot {
            Slot::Int => return self.dyn_int(word as i64),
            Slot::Enum(class) => word::dyn_enum(class, word as u32),
            Slot::Float => word::dyn_float(f64::from_bits(word)),
            Slot::Bool => word::dyn_bool(word != 0),
            Slot::Ref(_) if word == NULL_REF => DYN_NULL,
            Slot::Ref(class) if word::is_imm(word) => {
                word::dyn_enum(class, word::imm_ordinal(word))
            }
            Slot::Ref(_) => word::dyn_ptr(word::ref_ptr(word)),
            Slot::Dyn => word,
        })
    }

    /// A Dyn word as a word of a slot, when its value is of that kind; counts nothing.
    ///
    /// # Safety
    /// `word` is a valid Dyn word.
    #[inline]
    pub unsafe fn dyn_unbox(&self, slot: Slot, word: u64) -> Option<u64> {
        // SAFETY: as the caller promises.
        let view = unsafe { self.view(Slot::Dyn, word) };
        match (slot, view) {
            (Slot::Dyn, _) => Some(word),
            (Slot::Int, View::Int(value)) => Some(value as u64),
            (Slot::Float, View::Float(value)) => Some(value.to_bits()),
            (Slot::Bool, View::Bool(value)) => Some(u64::from(value)),
            (Slot::Enum(class), View::Enum(found, ordinal)) if class == found => {
                Some(u64::from(ordinal))
            }
            (Slot::Ref(_), View::Null) => Some(NULL_REF),
            (Slot::Ref(class), View::Enum(found, ordinal)) if class == found => {
                Some(word::imm_variant(ordinal))
            }
            // SAFETY: the object is live.
            (Slot::Ref(class), View::Object(p)) if unsafe { self.is_of_class(p, class) } => {
                Some(word::ptr_ref(p))
            }
            _ => None,
        }
    }

    /// Whether an object belongs to a class: its own, its enum, or its function class.
    ///
    /// # Safety
    /// `p` is a live object.
    #[inline]
    pub unsafe fn is_of_class(&self, p: Ptr, class: ClassId) -> bool {
        use super::classes::Kind;
        // SAFETY: as the caller promises.
        unsafe {
            let row = self.row_of(p);
            (*p).class == class
                || (matches!(row.kind, Kind::Variant | Kind::Closure) && row.owner == class)
        }
    }

    /// Whether a value is of a type.
    ///
    /// # Safety
    /// The object of the view is live.
    pub unsafe fn is_type(&self, view: View, ty: TypeId) -> bool {
        // SAFETY: as the caller promises.
        unsafe { self.is_type_within(view, ty, TYPE_DEPTH_MAX) }
    }

    unsafe fn is_type_within(&self, view: View, ty: TypeId, depth: usize) -> bool {
        if depth == 0 {
            return false;
        }
        match (&self.classes().type_row(ty).desc, view) {
            (TypeDesc::Int, View::Int(_))
            | (TypeDesc::Float, View::Float(_))
            | (TypeDesc::Bool, View::Bool(_))
            | (TypeDesc::Null | TypeDesc::Json | TypeDesc::Optional(_), View::Null)
            | (TypeDesc::Json, View::Bool(_) | View::Int(_) | View::Float(_))
            | (TypeDesc::Any, _) => true,
            // SAFETY: as the caller promises.
            (TypeDesc::String, View::Object(p)) => unsafe { (*p).class == STRING },
            // SAFETY: as the caller promises.
            (TypeDesc::Bytes, View::Object(p)) => unsafe { (*p).class == super::text::BYTES },
            // SAFETY: as the caller promises.
            (TypeDesc::Json, View::Object(p)) => unsafe {
                matches!((*p).class, STRING | LIST_JSON_CLASS | MAP_JSON_CLASS)
            },
            (TypeDesc::Enum(class) | TypeDesc::Obj(class), View::Enum(found, _)) => {
                class.0 == found
            }
            // SAFETY: as the caller promises.
            (TypeDesc::Obj(class), View::Object(p)) => unsafe { self.is_of_class(p, class.0) },
            // SAFETY: as the caller promises.
            (TypeDesc::Optional(inner), _) => unsafe {
                self.is_type_within(view, *inner, depth - 1)
            },
            (TypeDesc::Union(members), _) => {
                // SAFETY: as the caller promises.
                members
                    .iter()
                    .any(|member| unsafe { self.is_type_within(view, *member, depth - 1) })
            }
            _ => false,
        }
    }
}
