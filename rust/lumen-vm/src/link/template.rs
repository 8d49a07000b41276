//! Interpolation templates, prepared for filling.

#![expect(unsafe_code, reason = "reads values")]

use lumen_lir::{FormatSpec, Module, Slots, Template, TemplatePart, param_slots};
use lumen_runtime::failure::Outcome;
use lumen_runtime::value::classes::Slot;
use lumen_runtime::value::heap::Heap;

/// A part of a template.
#[derive(Debug)]
pub(crate) enum Piece {
    /// Literal text.
    Text(Box<str>),
    /// A value.
    Hole {
        /// How to read its word.
        slot: Slot,
        /// Whether it is an optional scalar: a register that says whether there is one, then the value.
        optional: bool,
        /// How it is written, unless plainly.
        spec: Option<Box<FormatSpec>>,
    },
}

/// Prepares a template.
pub(super) fn compile(module: &Module, template: &Template, slots: &[Slot]) -> Vec<Piece> {
    let piece = |part: &TemplatePart| match part {
        TemplatePart::Text(text) => Piece::Text(text.as_str().into()),
        TemplatePart::Hole { ty, spec } => {
            let optional = matches!(param_slots(&module.types, *ty), Some(Slots::Two(_)));
            let ty = match &module.types[ty.index()] {
                lumen_lir::TypeDesc::Optional(inner) if optional => *inner,
                _ => *ty,
            };
            Piece::Hole { slot: slots[ty.index()], optional, spec: compile_spec(spec) }
        }
    };
    template.parts.iter().map(piece).collect()
}

fn compile_spec(spec: &FormatSpec) -> Option<Box<FormatSpec>> {
    (*spec != FormatSpec::default()).then(|| Box::new(*spec))
}

/// Writes a value by a spec.
///
/// # Safety
/// `word` is a live word of this kind.
pub(crate) unsafe fn write_spec(
    heap: &Heap,
    slot: Slot,
    word: u64,
    spec: &FormatSpec,
    out: &mut String,
) -> Outcome<()> {
    // SAFETY: as the caller promises.
    unsafe { heap.format(slot, word, spec, out)? };
    heap.check_room(out.len())
}
