//! Two neighbours become one: compare and branch, multiply and add, element of element, result moved at once.
//!
//! Input → output: blocks → the same blocks with fused instructions in the place of the first and `nop` behind.
//!
//! Invariant: the register between the two is dead behind the second.

use super::{Code, NOP, loans};
use crate::opcode::{self, Kind, Op, Reg, Role, Slot, ext16, set, word};
use crate::shapes::{Access, Window};
use crate::typedesc::{ClassDesc, Repr};

/// Fuses what can be fused.
pub(super) fn run(code: &mut Code<'_>) {
    let mut block = std::mem::take(&mut code.scratch.block);
    for id in 0..code.cfg.blocks.len() as u32 {
        code.block(id, &mut block);
        if loans::run(code, &block) {
            code.block(id, &mut block);
        }
        pairs(code, &block);
    }
    code.scratch.block = block;
}

/// Fuses the neighbours of a block.
fn pairs(code: &mut Code<'_>, block: &[(usize, Op)]) {
    let mut before: Option<(usize, Op)> = None;
    let mut earlier: Option<(usize, Op)> = None;
    for &(pc, op) in block {
        let fused = before.and_then(|(at, first)| pair(code, (at, first), (pc, op)));
        if let Some(at) = fused {
            before = opcode::op(code.word(at)).map(|op| (at, op));
            continue;
        }
        if let (Some(first), Some(between)) = (earlier, before) {
            spread_multiply_add(code, first, between, (pc, op));
        }
        earlier = before;
        before = opcode::op(code.word(pc)).map(|op| (pc, op));
    }
}

/// Tries to fuse two neighbours; the place of the fused instruction.
fn pair(code: &mut Code<'_>, first: (usize, Op), second: (usize, Op)) -> Option<usize> {
    let (words, at) = match second.1 {
        Op::FAdd | Op::FSub => (multiply_add(code, first, second)?, first.0),
        Op::ListGet => (
            element_of_element(code, first, second)
                .or_else(|| constant_index(code, first, second))?,
            first.0,
        ),
        Op::Fld => (field_of_element(code, first, second)?, first.0),
        Op::Drop | Op::DropM | Op::DropD => (given_on(code, first, second)?, first.0),
        Op::Dup | Op::DupM | Op::DupD => (counted_part(code, first, second)?, first.0),
        Op::JT | Op::JF | Op::LoopT | Op::LoopF => return branch(code, first, second),
        Op::Mov | Op::Move => return moved(code, first, second),
        _ => return None,
    };
    code.replace(&[first.0, second.0], &words);
    Some(at)
}

/// `t = b * c; a = a ± t`.
fn multiply_add(
    code: &Code<'_>,
    (p, first): (usize, Op),
    (q, second): (usize, Op),
) -> Option<Vec<u64>> {
    if first != Op::FMul {
        return None;
    }
    let (m, s) = (code.word(p), code.word(q));
    let (t, dst) = (opcode::a(m), opcode::a(s));
    let (x, y) = (opcode::b(s), opcode::c(s));
    let fits = match second {
        Op::FAdd => {
            (x == dst && y == t && code.dies(q, Slot::C))
                || (y == dst && x == t && code.dies(q, Slot::B))
        }
        _ => x == dst && y == t && code.dies(q, Slot::C),
    };
    let op = if second == Op::FAdd { Op::FMac } else { Op::FMsc };
    (fits && t != dst).then(|| vec![word(op, dst, opcode::b(m), opcode::c(m))])
}

/// `t = b * c; between; a = a ± t`, where what stands between touches neither.
fn spread_multiply_add(
    code: &mut Code<'_>,
    (p, first): (usize, Op),
    (between, middle): (usize, Op),
    (q, second): (usize, Op),
) -> Option<()> {
    if !matches!(second, Op::FAdd | Op::FSub) || first != Op::FMul {
        return None;
    }
    let words = multiply_add(code, (p, first), (q, second))?;
    let product = code.word(p);
    let (t, x, y) = (opcode::a(product), opcode::b(product), opcode::c(product));
    let (w, ext) =
        (code.word(between), if middle.words() == 2 { code.word(between + 1) } else { 0 });
    let mut apart = true;
    let windows = code.shapes.visit(&code.cell.regs, middle, w, ext, |reg, access| {
        apart &= reg != t && (access == Access::Read || (reg != x && reg != y));
    });
    if !apart || windows.clobbers_from.is_some() {
        return None;
    }
    code.cell.code[p] = NOP;
    code.cell.code[q] = words[0];
    Some(())
}

/// `t = dup x; drop x` gives `x` on.
fn given_on(code: &Code<'_>, (p, first): (usize, Op), (q, _): (usize, Op)) -> Option<Vec<u64>> {
    let (dup, drop) = (code.word(p), code.word(q));
    let (t, x) = (opcode::a(dup), opcode::b(dup));
    let regs = &code.cell.regs;
    let same = regs.get(usize::from(t)) == regs.get(usize::from(x));
    let counts = matches!(first, Op::Dup | Op::DupM | Op::DupD);
    (counts && same && t != x && opcode::a(drop) == x && !in_defer(code, x))
        .then(|| vec![word(Op::Move, t, x, 0)])
}

/// `t = part of x; d = dup t` counts the part up at once.
fn counted_part(code: &Code<'_>, (p, first): (usize, Op), (q, _): (usize, Op)) -> Option<Vec<u64>> {
    let (part, dup) = (code.word(p), code.word(q));
    let op = match first {
        Op::FldR => Op::FldD,
        Op::ListGetR => Op::ListGetD,
        _ => return None,
    };
    let (t, d) = (opcode::a(part), opcode::a(dup));
    let regs = &code.cell.regs;
    let same = regs.get(usize::from(t)) == regs.get(usize::from(d));
    (same && opcode::b(dup) == t && code.dies(q, Slot::B))
        .then(|| vec![word(op, d, opcode::b(part), opcode::c(part))])
}

/// `t = list[i]; d = t[j]` with scalars in the inner list.
fn element_of_element(
    code: &Code<'_>,
    (p, first): (usize, Op),
    (q, _): (usize, Op),
) -> Option<Vec<u64>> {
    let (outer, inner) = (code.word(p), code.word(q));
    let t = opcode::a(outer);
    let index = opcode::c(inner);
    if first != Op::ListGetR || opcode::b(inner) != t || index == t || !code.dies(q, Slot::B) {
        return None;
    }
    // The outer elements must not be nullable: `list.get2` does not look.
    let class = code.cell.regs.get(usize::from(opcode::b(outer))).and_then(|r| r.class())?;
    match code.shapes.class(class)? {
        ClassDesc::List { elem } if matches!(code.shapes.slot(*elem)?, Repr::Ref(_)) => {}
        _ => return None,
    }
    Some(vec![
        word(Op::ListGet2, opcode::a(inner), opcode::b(outer), opcode::c(outer)),
        ext16(index, 0, 0, 0),
    ])
}

/// `t = list[i]; d = t.f` with a scalar field of a record or tuple.
fn field_of_element(
    code: &Code<'_>,
    (p, first): (usize, Op),
    (q, _): (usize, Op),
) -> Option<Vec<u64>> {
    let (element, field) = (code.word(p), code.word(q));
    if first != Op::ListGetR || opcode::b(field) != opcode::a(element) || !code.dies(q, Slot::B) {
        return None;
    }
    loans::flat_elements(code, opcode::b(element))?;
    Some(vec![
        word(Op::ListFld, opcode::a(field), opcode::b(element), opcode::c(element)),
        ext16(0, opcode::c(field), 0, 0),
    ])
}

/// `t = constant; d = list[t]`.
fn constant_index(
    code: &Code<'_>,
    (p, first): (usize, Op),
    (q, _): (usize, Op),
) -> Option<Vec<u64>> {
    let (load, get) = (code.word(p), code.word(q));
    let index = u16::try_from(opcode::imm32(load)).ok()?;
    let fits = first == Op::LdI && opcode::a(load) == opcode::c(get) && code.dies(q, Slot::C);
    fits.then(|| vec![word(Op::ListGetI, opcode::a(get), opcode::b(get), index)])
}

/// A comparison and a branch on its result.
fn branch(code: &mut Code<'_>, (p, first): (usize, Op), (q, second): (usize, Op)) -> Option<usize> {
    let (test, jump) = (code.word(p), code.word(q));
    if opcode::a(test) != opcode::a(jump) || !code.dies(q, Slot::A) {
        return None;
    }
    let back = matches!(second, Op::LoopT | Op::LoopF);
    let when = matches!(second, Op::JT | Op::LoopT);
    let (x, y) = (opcode::b(test), opcode::c(test));
    if let Some(op) = unary_branch(first, when, back) {
        let mut w = jump;
        set(Slot::A, &mut w, &mut 0, u32::from(x));
        w = w & !0xFFFF | op as u64;
        code.cell.code[p] = NOP;
        code.cell.code[q] = w;
        return Some(q);
    }
    let (op, swap) = binary_branch(first, when, back)?;
    let offset = i16::try_from(opcode::imm32(jump)).ok()?;
    let (x, y) = if swap { (y, x) } else { (x, y) };
    code.cell.code[p] = NOP;
    code.cell.code[q] = word(op, x, y, offset as u16);
    Some(q)
}

fn unary_branch(test: Op, when: bool, back: bool) -> Option<Op> {
    Some(match (test, when, back) {
        (Op::Not, true, false) => Op::JF,
        (Op::Not, false, false) => Op::JT,
        (Op::Not, true, true) => Op::LoopF,
        (Op::Not, false, true) => Op::LoopT,
        (Op::IsNil, true, false) => Op::JNil,
        (Op::IsNil, false, false) => Op::JNNil,
        (Op::IsNull, true, false) => Op::JNull,
        (Op::IsNull, false, false) => Op::JNNull,
        _ => return None,
    })
}

/// The fused branch, and whether the operands change places.
fn binary_branch(test: Op, when: bool, back: bool) -> Option<(Op, bool)> {
    let (yes, no) = if back {
        match test {
            Op::CEq => ((Op::LoopEq, false), (Op::LoopNe, false)),
            Op::CNe => ((Op::LoopNe, false), (Op::LoopEq, false)),
            Op::CLt => ((Op::LoopLt, false), (Op::LoopLe, true)),
            Op::CLe => ((Op::LoopLe, false), (Op::LoopLt, true)),
            Op::CEqI => ((Op::LoopEqI, false), (Op::LoopNeI, false)),
            Op::CNeI => ((Op::LoopNeI, false), (Op::LoopEqI, false)),
            Op::CLtI => ((Op::LoopLtI, false), (Op::LoopGeI, false)),
            Op::CGeI => ((Op::LoopGeI, false), (Op::LoopLtI, false)),
            _ => return None,
        }
    } else {
        match test {
            Op::CEq => ((Op::JEq, false), (Op::JNe, false)),
            Op::CNe => ((Op::JNe, false), (Op::JEq, false)),
            Op::CLt => ((Op::JLt, false), (Op::JLe, true)),
            Op::CLe => ((Op::JLe, false), (Op::JLt, true)),
            Op::CEqI => ((Op::JEqI, false), (Op::JNeI, false)),
            Op::CNeI => ((Op::JNeI, false), (Op::JEqI, false)),
            Op::CLtI => ((Op::JLtI, false), (Op::JGeI, false)),
            Op::CGeI => ((Op::JGeI, false), (Op::JLtI, false)),
            Op::CFEq => ((Op::JFEq, false), (Op::JFNe, false)),
            Op::CFNe => ((Op::JFNe, false), (Op::JFEq, false)),
            Op::CFLt => ((Op::JFLt, false), (Op::JNFLt, false)),
            Op::CFLe => ((Op::JFLe, false), (Op::JNFLe, false)),
            Op::StrEq => ((Op::JStrEq, false), (Op::JStrNe, false)),
            _ => return None,
        }
    };
    Some(if when { yes } else { no })
}

/// A result that is moved at once goes to its place directly.
fn moved(code: &mut Code<'_>, (p, first): (usize, Op), (q, _): (usize, Op)) -> Option<usize> {
    let mov = code.word(q);
    let (dst, t) = (opcode::a(mov), opcode::b(mov));
    if !code.dies(q, Slot::B)
        || t == dst
        || code.cell.regs.get(usize::from(dst)) != code.cell.regs.get(usize::from(t))
    {
        return None;
    }
    let mut w = code.word(p);
    let mut ext = if first.words() == 2 { code.word(p + 1) } else { 0 };
    let slot = match plain_def(first) {
        Some(slot) => slot,
        None if single_result(code, first, w, ext, t) => Slot::A,
        None => return None,
    };
    if opcode::get(slot, w, ext) != u32::from(t) || in_defer(code, dst) {
        return None;
    }
    set(slot, &mut w, &mut ext, u32::from(dst));
    code.cell.code[p] = w;
    if first.words() == 2 {
        code.cell.code[p + 1] = ext;
    }
    code.cell.code[q] = NOP;
    Some(p)
}

/// Slot of the only register that an instruction defines as owned or scalar value, when it is no window.
fn plain_def(op: Op) -> Option<Slot> {
    let mut defs = op.info().operands.iter().filter_map(|o| match o.kind {
        Kind::Reg(Role::Def | Role::DefStatic, _) => Some(Some(o.slot)),
        Kind::Reg(Role::DefBorrow(_) | Role::DefUnique(_) | Role::InOut, _)
        | Kind::Window(Role::Def) => Some(None),
        _ => None,
    });
    let only = defs.next()??;
    defs.next().is_none().then_some(only)
}

/// Whether an instruction is a call whose only result is this register.
fn single_result(code: &Code<'_>, op: Op, w: u64, ext: u64, t: Reg) -> bool {
    matches!(op, Op::Call | Op::CallW | Op::CallC | Op::Rt | Op::RtT)
        && code.shapes.windows(&code.cell.regs, op, w, ext).writes
            == Window { base: u32::from(t), len: 1 }
}

fn in_defer(code: &Code<'_>, reg: Reg) -> bool {
    code.cell.defers.iter().any(|d| d.reg == reg)
}
