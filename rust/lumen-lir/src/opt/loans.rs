//! Chains of loans that end in one store become one instruction.
//!
//! Input → output: `uniq t, a; list.put t, i, v` → `list.set a, i, v`, and the same for fields, for elements of elements and
//! for fields of elements.
//!
//! Invariant: the loans of the chain are dead behind it.

use super::Code;
use crate::opcode::{self, Op, Reg, Slot, ext16, word};
use crate::typedesc::{ClassDesc, Repr};

/// Rewrites the chains of a block; whether there was one.
pub(super) fn run(code: &mut Code<'_>, block: &[(usize, Op)]) -> bool {
    let mut changed = false;
    for (i, &(pc, op)) in block.iter().enumerate() {
        if op != Op::Uniq {
            continue;
        }
        let Some(&second) = block.get(i + 1) else { break };
        let one = [pc, second.0];
        if let Some(words) = store(code, pc, second) {
            code.replace(&one, &words);
            changed = true;
        } else if let Some(&third) = block.get(i + 2)
            && let Some(words) = nested_store(code, pc, second, third)
        {
            code.replace(&[pc, second.0, third.0], &words);
            changed = true;
        }
    }
    changed
}

/// `uniq t, a; put t, …`.
fn store(code: &Code<'_>, p: usize, (q, second): (usize, Op)) -> Option<Vec<u64>> {
    let (uniq, put) = (code.word(p), code.word(q));
    let op = match second {
        Op::ListPut => Op::ListSet,
        Op::ListPutB => Op::ListSetB,
        Op::ListPutR => Op::ListSetR,
        Op::FldPut => Op::FldSet,
        Op::FldPutR => Op::FldSetR,
        _ => return None,
    };
    let lent = opcode::a(put) == opcode::a(uniq) && code.dies(q, Slot::A);
    // A store reads no register that it changes.
    let apart = opcode::c(put) != opcode::b(uniq);
    (lent && apart).then(|| vec![word(op, opcode::b(uniq), opcode::b(put), opcode::c(put))])
}

/// `uniq t, a; list.elemu u, t, i; put u, …` with scalars.
fn nested_store(
    code: &Code<'_>,
    p: usize,
    (q, second): (usize, Op),
    (r, third): (usize, Op),
) -> Option<Vec<u64>> {
    if second != Op::ListElemU {
        return None;
    }
    let (uniq, elem, put) = (code.word(p), code.word(q), code.word(r));
    let (t, u, list) = (opcode::a(uniq), opcode::a(elem), opcode::b(uniq));
    let chain = opcode::b(elem) == t
        && opcode::a(put) == u
        && code.dies(r, Slot::A)
        && (t == u || code.dies(q, Slot::B));
    if !chain {
        return None;
    }
    let index = opcode::c(elem);
    match third {
        Op::ListPut => {
            inner_words(code, list)?;
            Some(vec![
                word(Op::ListSet2, list, index, opcode::b(put)),
                ext16(opcode::c(put), 0, 0, 0),
            ])
        }
        Op::FldPut => {
            flat_elements(code, list)?;
            Some(vec![
                word(Op::ListFldSet, list, index, opcode::c(put)),
                ext16(0, opcode::b(put), 0, 0),
            ])
        }
        _ => None,
    }
}

/// Whether a register's list has lists of eight-byte scalars.
fn inner_words(code: &Code<'_>, list: Reg) -> Option<()> {
    let ClassDesc::List { elem } = element_class(code, list)? else { return None };
    matches!(code.shapes.slot(*elem)?, Repr::I64 | Repr::F64).then_some(())
}

/// Whether a register's list has records or tuples.
pub(super) fn flat_elements(code: &Code<'_>, list: Reg) -> Option<()> {
    matches!(element_class(code, list)?, ClassDesc::Record { .. } | ClassDesc::Tuple { .. })
        .then_some(())
}

/// Class of the elements of a register's list, when they cannot be null.
fn element_class<'c>(code: &Code<'c>, list: Reg) -> Option<&'c ClassDesc> {
    let class = code.cell.regs.get(usize::from(list))?.class()?;
    let ClassDesc::List { elem } = code.shapes.class(class)? else { return None };
    let Repr::Ref(inner) = code.shapes.slot(*elem)? else { return None };
    code.shapes.class(inner)
}
