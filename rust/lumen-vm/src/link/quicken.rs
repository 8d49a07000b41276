//! Cheaper forms of instructions for the threaded engine.
//!
//! A form replaces only the opcode number of a word (and, for pairs, reads the word behind it), so the
//! linked code keeps its shape: the second instruction of a pair is still there for who jumps to it. Every
//! form does exactly what the instructions it stands for do; the other engine runs those, as the oracle.

use crate::interp::FIELDS_MAX;
use crate::interp::table::Quick;
use lumen_lir::{Cell, Module, Op, Repr, a, b, c};

/// Replaces the instruction at `at` when there is a cheaper form of it.
pub(super) fn replace(module: &Module, cell: &Cell, op: Op, code: &mut [u64], at: usize) {
    let word = code[at];
    let repr = |r: u16| cell.regs[usize::from(r)];
    let form = match op {
        Op::New => module.classes[usize::from(c(word))].flat_len().and_then(new_form),
        Op::Unpack => unpack_form(usize::from(c(word))),
        Op::ListGetD if repr(a(word)) != Repr::Dyn => Some(Quick::ListGetDRef),
        Op::ListSetR if repr(c(word)) != Repr::Dyn => {
            list_of_refs(module, repr(a(word)), Quick::ListSetRRef)
        }
        Op::ListPutR if repr(c(word)) != Repr::Dyn => {
            list_of_refs(module, repr(a(word)), Quick::ListPutRRef)
        }
        Op::FldD if repr(a(word)) != Repr::Dyn => Some(Quick::FldDRef),
        Op::FldSetR => field_of_ref(module, repr(a(word)), b(word), Quick::FldSetRRef),
        Op::FldPutR => field_of_ref(module, repr(a(word)), b(word), Quick::FldPutRRef),
        _ => None,
    };
    if let Some(form) = form {
        code[at] = word & !0xFFFF | u64::from(form.number());
    }
}

fn new_form(fields: usize) -> Option<Quick> {
    const FORMS: [Quick; FIELDS_MAX] =
        [Quick::New1, Quick::New2, Quick::New3, Quick::New4, Quick::New5, Quick::New6];
    fields.checked_sub(1).and_then(|at| FORMS.get(at)).copied()
}

fn unpack_form(fields: usize) -> Option<Quick> {
    const FORMS: [Quick; FIELDS_MAX] = [
        Quick::Unpack1,
        Quick::Unpack2,
        Quick::Unpack3,
        Quick::Unpack4,
        Quick::Unpack5,
        Quick::Unpack6,
    ];
    fields.checked_sub(1).and_then(|at| FORMS.get(at)).copied()
}

/// `form` when the elements of the list class are references.
fn list_of_refs(module: &Module, list: Repr, form: Quick) -> Option<Quick> {
    let lumen_lir::ClassDesc::List { elem } = &module.classes[list.class()?.index()] else {
        return None;
    };
    let slot = lumen_lir::slot_repr(&module.types, *elem)?;
    matches!(slot, Repr::Ref(_) | Repr::Opt(_)).then_some(form)
}

/// `form` when the field is a reference.
fn field_of_ref(module: &Module, object: Repr, field: u16, form: Quick) -> Option<Quick> {
    let ty = module.classes[object.class()?.index()].flat_field(usize::from(field))?;
    let slot = lumen_lir::slot_repr(&module.types, ty)?;
    matches!(slot, Repr::Ref(_) | Repr::Opt(_)).then_some(form)
}
