//! Words: what one 64-bit slot may hold, as pure bit patterns.
//!
//! A slot is untagged; its static representation says how to read it. `I64`, `F64` and `Bool`
//! slots hold the plain value. A *Ref* word is 0 (null), an immediate variant (low bits `001`),
//! or a pointer to an object (low bits `000`). A *Dyn* word describes itself (NaN boxing):
//! every float is its own bits with NaN canonicalised, so that floats stay below [`DYN_INT`];
//! above are 48-bit integers, the specials null, false and true, payload-less enum values, and
//! pointers. An integer that needs more than 48 bits is a boxed object. Exactly one word is
//! canonical for each value; decoders accept no other.

use super::object::Ptr;

/// Index of a class in the module's class table.
pub type ClassId = u32;

/// The null of a Ref slot.
pub const NULL_REF: u64 = 0;

/// Lowest Dyn word that is an integer; every float word is below it.
pub const DYN_INT: u64 = 0xFFF9 << 48;
/// Dyn null.
pub const DYN_NULL: u64 = 0xFFFA << 48;
/// Dyn false.
pub const DYN_FALSE: u64 = DYN_NULL | 2;
/// Dyn true.
pub const DYN_TRUE: u64 = DYN_NULL | 3;
/// Tag of payload-less enum values in Dyn.
pub const DYN_ENUM: u64 = 0xFFFB << 48;
/// Tag of heap pointers in Dyn.
pub const DYN_PTR: u64 = 0xFFFC << 48;
/// The 48 payload bits of a tagged Dyn word.
pub const PAYLOAD: u64 = (1 << 48) - 1;
/// The only NaN that a Dyn word may hold.
pub const CANONICAL_NAN: u64 = 0x7FF8 << 48;
/// Class ids and ordinals must fit 24 bits to share a Dyn word.
pub const ID_BITS: u32 = 24;

/// Whether a Ref word is a pointer (neither null nor an immediate variant).
#[inline(always)]
pub const fn ref_is_ptr(word: u64) -> bool {
    word & 7 == 0 && word != 0
}

/// The Ref word of a variant without payload.
#[inline(always)]
pub const fn imm_variant(ordinal: u32) -> u64 {
    ((ordinal as u64) << 3) | 1
}

/// Whether a Ref word is an immediate variant.
#[inline(always)]
pub const fn is_imm(word: u64) -> bool {
    word & 7 == 1
}

/// The ordinal of an immediate variant.
#[inline(always)]
pub const fn imm_ordinal(word: u64) -> u32 {
    (word >> 3) as u32
}

/// The pointer in a Ref word for which [`ref_is_ptr`] holds.
#[inline(always)]
pub fn ref_ptr(word: u64) -> Ptr {
    word as Ptr
}

/// The Ref word of a pointer.
#[inline(always)]
pub fn ptr_ref(ptr: Ptr) -> u64 {
    ptr as u64
}

/// A float as Dyn.
#[inline(always)]
pub const fn dyn_float(value: f64) -> u64 {
    if value.is_nan() { CANONICAL_NAN } else { value.to_bits() }
}

/// An integer as Dyn, when it fits 48 bits.
#[inline(always)]
pub const fn dyn_small_int(value: i64) -> Option<u64> {
    if (value << 16) >> 16 == value { Some(DYN_INT | (value as u64 & PAYLOAD)) } else { None }
}

/// A truth value as Dyn.
#[inline(always)]
pub const fn dyn_bool(value: bool) -> u64 {
    DYN_FALSE | value as u64
}

/// A payload-less enum value as Dyn. An ordinal is not trusted: it must not reach the bits of the class.
#[inline(always)]
pub const fn dyn_enum(class: ClassId, ordinal: u32) -> u64 {
    DYN_ENUM | ((class as u64) << ID_BITS) | (ordinal as u64 & ((1 << ID_BITS) - 1))
}

/// A heap pointer as Dyn.
#[inline(always)]
pub fn dyn_ptr(ptr: Ptr) -> u64 {
    DYN_PTR | ptr as u64
}

/// Whether a Dyn word is a heap pointer: the only counted form.
#[inline(always)]
pub const fn dyn_is_ptr(word: u64) -> bool {
    word >= DYN_PTR
}

/// The pointer in a Dyn word for which [`dyn_is_ptr`] holds.
#[inline(always)]
pub fn dyn_to_ptr(word: u64) -> Ptr {
    (word & PAYLOAD) as Ptr
}

/// A Dyn word, read.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum DynView {
    /// null
    Null,
    /// A truth value.
    Bool(bool),
    /// An integer of at most 48 bits.
    Int(i64),
    /// A float.
    Float(f64),
    /// A value of an enum (or a payload-less variant of one).
    Enum {
        /// The enum class.
        class: ClassId,
        /// Which variant.
        ordinal: u32,
    },
    /// An object.
    Ptr(Ptr),
}

/// Reads a canonical Dyn word.
#[inline]
pub fn dyn_view(word: u64) -> DynView {
    if word < DYN_INT {
        return DynView::Float(f64::from_bits(word));
    }
    match (word >> 48) as u16 {
        0xFFF9 => DynView::Int(((word << 16) as i64) >> 16),
        0xFFFA => match word {
            DYN_FALSE => DynView::Bool(false),
            DYN_TRUE => DynView::Bool(true),
            _ => DynView::Null,
        },
        0xFFFB => DynView::Enum {
            class: ((word & PAYLOAD) >> ID_BITS) as u32,
            ordinal: (word & ((1 << ID_BITS) - 1)) as u32,
        },
        _ => DynView::Ptr(dyn_to_ptr(word)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dyn_words_read_back() {
        for value in [0, 1, -1, (1 << 47) - 1, -(1 << 47)] {
            let word = dyn_small_int(value).expect("fits 48 bits");
            assert_eq!(dyn_view(word), DynView::Int(value));
        }
        assert_eq!(dyn_small_int(1 << 47), None);
        assert_eq!(dyn_small_int(i64::MIN), None);
        for value in [0.0, -0.0, 1.5, f64::INFINITY, f64::NEG_INFINITY, f64::MAX, 5e-324] {
            assert_eq!(dyn_view(dyn_float(value)), DynView::Float(value));
        }
        assert_eq!(dyn_float(f64::from_bits(0xFFFF_FFFF_FFFF_FFFF)), CANONICAL_NAN);
        assert_eq!(dyn_view(DYN_NULL), DynView::Null);
        assert_eq!(dyn_view(dyn_bool(true)), DynView::Bool(true));
        assert_eq!(dyn_view(dyn_bool(false)), DynView::Bool(false));
        let word = dyn_enum(0xFF_FFFF, 0xFF_FFFF);
        assert_eq!(dyn_view(word), DynView::Enum { class: 0xFF_FFFF, ordinal: 0xFF_FFFF });
        assert!(!dyn_is_ptr(word));
    }

    #[test]
    fn immediates_are_not_pointers() {
        for ordinal in [0, 1, 77, u32::MAX] {
            let word = imm_variant(ordinal);
            assert!(is_imm(word) && !ref_is_ptr(word));
            assert_eq!(imm_ordinal(word), ordinal);
        }
        assert!(!ref_is_ptr(NULL_REF) && !is_imm(NULL_REF));
    }
}
