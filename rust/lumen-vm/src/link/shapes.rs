//! What calls need to know about types: how many registers a function value takes and gives, and what result `callc.try`
//! makes.

use super::Program;
use lumen_lir::{
    ClassDesc, Module, Repr, Slots, TypeDesc, TypeId, param_slots, result_slots, slot_repr,
};

/// How an optional scalar becomes a dynamic value.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Boxed {
    /// An integer.
    Int,
    /// A float.
    Float,
    /// A truth value.
    Bool,
    /// An ordinal of this payload-less enum class.
    Enum(u32),
}

/// A `result[T, Failure]`.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct TryShape {
    /// Registers that a function returning `T` gives.
    pub(crate) results: usize,
    /// How the value of an optional scalar `T` is boxed.
    pub(crate) boxed: Boxed,
    /// Representation of the payload of `ok`.
    pub(crate) payload_repr: Repr,
    /// Whether that is counted.
    pub(crate) payload_counted: bool,
    /// Class of `ok`.
    pub(crate) ok_class: u32,
    /// Class of `err`.
    pub(crate) err_class: u32,
    /// Class of the record `Failure`.
    pub(crate) failure_class: u32,
}

/// Registers of a closure class.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(crate) struct CallShape {
    /// What its arguments take.
    pub(crate) args: u16,
    /// What its result takes.
    pub(crate) results: u16,
}

impl CallShape {
    /// The shape of a class; nothing for one that is not called.
    pub(super) fn new(module: &Module, class: &ClassDesc) -> CallShape {
        let ClassDesc::Closure { of, .. } = class else { return CallShape::default() };
        let ClassDesc::Fn { params, ret, .. } = &module.classes[of.index()] else {
            return CallShape::default();
        };
        let words = |ty: &TypeId| param_slots(&module.types, *ty).map_or(1, Slots::len);
        CallShape {
            args: params.iter().map(words).sum::<usize>() as u16,
            results: result_slots(&module.types, *ret).map_or(0, Slots::len) as u16,
        }
    }
}

impl Program {
    /// The shape of a result enum: `ok` and `err` with one payload each, as verified.
    pub(crate) fn try_shape(&self, enum_class: u32) -> TryShape {
        let module = self.module();
        let payload = |class: u32| match &module.classes[class as usize] {
            ClassDesc::Variant { fields, .. } => {
                fields.first().map_or(TypeId::NULL, |field| field.1)
            }
            _ => TypeId::NULL,
        };
        let (ok_class, err_class) = (enum_class + 1, enum_class + 2);
        let ty = payload(ok_class);
        let scalar = match &module.types[ty.index()] {
            TypeDesc::Optional(inner) => *inner,
            _ => ty,
        };
        let boxed = match &module.types[scalar.index()] {
            TypeDesc::Float => Boxed::Float,
            TypeDesc::Bool => Boxed::Bool,
            TypeDesc::Enum(class) => Boxed::Enum(class.0),
            _ => Boxed::Int,
        };
        let repr = slot_repr(&module.types, ty).unwrap_or(Repr::Dyn);
        let failure = slot_repr(&module.types, payload(err_class)).and_then(Repr::class);
        TryShape {
            results: result_slots(&module.types, ty).map_or(0, Slots::len),
            boxed,
            payload_repr: repr,
            payload_counted: repr.is_counted(),
            ok_class,
            err_class,
            failure_class: failure.map_or(0, |class| class.0),
        }
    }
}
