//! Interpolation templates, prepared for filling.

#![expect(unsafe_code, reason = "reads values")]

use lumen_lir::{
    Align, FormatSpec as LirSpec, FormatType, Module, Slots, Template, TemplatePart, param_slots,
};
use lumen_runtime::failure::Outcome;
use lumen_runtime::value::classes::Slot;
use lumen_runtime::value::format::FormatSpec;
use lumen_runtime::value::heap::Heap;
use lumen_runtime::value::view::View;

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
        spec: Option<Box<Spec>>,
    },
}

/// A format spec with the two forms that are not a number's or a text's.
#[derive(Debug)]
pub(crate) struct Spec {
    format: FormatSpec,
    debug: bool,
    character: bool,
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

fn compile_spec(spec: &LirSpec) -> Option<Box<Spec>> {
    if *spec == LirSpec::default() {
        return None;
    }
    let debug = spec.ty == Some(FormatType::Debug);
    let character = spec.ty == Some(FormatType::Char);
    let format = FormatSpec::parse(&spec_text(spec)).ok()?;
    Some(Box::new(Spec { format, debug, character }))
}

/// A spec in the notation `[[fill]<>^][+][#][0][width][,][.precision][type]`.
fn spec_text(spec: &LirSpec) -> String {
    let mut text = String::new();
    if let Some(align) = spec.align {
        text.extend(spec.fill);
        text.push(match align {
            Align::Left => '<',
            Align::Right => '>',
            Align::Center => '^',
        });
    }
    for (on, sign) in [(spec.plus, '+'), (spec.alternate, '#'), (spec.zero, '0')] {
        if on {
            text.push(sign);
        }
    }
    if let Some(width) = spec.width {
        text.push_str(&width.to_string());
    }
    if spec.comma {
        text.push(',');
    }
    if let Some(precision) = spec.precision {
        text.push_str(&format!(".{precision}"));
    }
    let letter = spec.ty.and_then(|ty| match ty {
        FormatType::Decimal => Some('d'),
        FormatType::HexLower => Some('x'),
        FormatType::HexUpper => Some('X'),
        FormatType::Binary => Some('b'),
        FormatType::Octal => Some('o'),
        FormatType::ExpLower => Some('e'),
        FormatType::ExpUpper => Some('E'),
        FormatType::Fixed => Some('f'),
        FormatType::Percent => Some('%'),
        FormatType::Str => Some('s'),
        FormatType::Debug | FormatType::Char => None,
    });
    text.extend(letter);
    text
}

/// Writes a value by a spec.
///
/// # Safety
/// `word` is a live word of this kind.
pub(crate) unsafe fn write_spec(
    heap: &Heap,
    slot: Slot,
    word: u64,
    spec: &Spec,
    out: &mut String,
) -> Outcome<()> {
    // SAFETY: as the caller promises.
    let text = unsafe {
        match heap.view(slot, word) {
            View::Int(value) if spec.character => {
                let c = u32::try_from(value).ok().and_then(char::from_u32).unwrap_or('\u{FFFD}');
                spec.format.text(c.encode_utf8(&mut [0; 4]))
            }
            View::Int(value) if !spec.debug => spec.format.int(value),
            View::Float(value) if !spec.debug => spec.format.float(value),
            _ if spec.debug => spec.format.text(&heap.debug(slot, word)?),
            _ => spec.format.text(&heap.display(slot, word)?),
        }
    };
    heap.check_room(out.len() + text.len())?;
    out.push_str(&text);
    Ok(())
}
