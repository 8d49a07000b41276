//! Strings and bytes: length, characters, joining, comparison, templates.

use super::instr::{Flow, instr};
use super::state::{Regs, Step, Vm};
use crate::link::Piece;
use lumen_runtime::failure::{Failure, Outcome};
use lumen_runtime::value::classes::Slot;
use lumen_runtime::value::list;
use lumen_runtime::value::object::Ptr;
use lumen_runtime::value::text::{bytes_of, str_chars, str_data, str_eq, str_len, str_of};
use lumen_runtime::value::word::DYN_NULL;
use std::sync::Arc;

instr!(StrLen {
    fast(s) { s.set_i(s.w.a(), str_chars(s.p(s.w.b())) as i64); Flow::Next }
});

instr!(StrAt {
    slow(vm, w) {
        let (p, index) = (vm.p(w.b()), vm.i(w.c()));
        let p = vm.heap().str_index(p, index)?;
        vm.set_p(w.a(), p);
        Ok(())
    }
});

instr!(StrChar {
    slow(vm, w) {
        let (p, cursor) = (vm.p(w.b()), vm.i(w.c()));
        let text = str_of(p);
        let found = usize::try_from(cursor).ok().and_then(|at| text.get(at..)?.chars().next());
        let Some(c) = found else { return Err(Failure::index(cursor, text.len()).into()) };
        let mut buffer = [0; 4];
        let p = vm.heap().str_new(c.encode_utf8(&mut buffer))?;
        vm.set_p(w.a(), p);
        Ok(())
    }
});

/// Width of the character that begins with this byte.
#[inline(always)]
fn char_width(first: u8) -> i64 {
    match first {
        0..0x80 => 1,
        0x80..0xE0 => 2,
        0xE0..0xF0 => 3,
        0xF0.. => 4,
    }
}

instr!(ForStr {
    fast(s) {
        let (p, at) = (s.p(s.w.b()), s.i(s.w.a()));
        let len = str_len(p) as i64;
        let next = if at < 0 {
            0
        } else if at < len {
            at + char_width(*str_data(p).add(at as usize))
        } else {
            len
        };
        s.set_i(s.w.a(), next);
        if next >= len { return Flow::Next; }
        s.fuel -= 1;
        if s.fuel < 0 { Flow::Slow } else { Flow::Jump(s.w.imm_c() as isize) }
    }
    slow(vm, w) {
        vm.out_of_fuel()?;
        vm.jump(w.imm_c() as isize);
        vm.sampled_loop()
    }
});

instr!(StrAdd {
    slow(vm, w) {
        let (a, b) = (str_of(vm.p(w.b())), str_of(vm.p(w.c())));
        let p = vm.heap().str_concat(&[a, b])?;
        vm.set_p(w.a(), p);
        Ok(())
    }
});

instr!(StrCat {
    slow(vm, w) {
        let first = w.b();
        let parts: Vec<&str> = (0..w.c()).map(|n| str_of(vm.p(first + n))).collect();
        let p = vm.heap().str_concat(&parts)?;
        vm.set_p(w.a(), p);
        Ok(())
    }
});

instr!(StrApp {
    slow(vm, w) {
        let (p, text) = (vm.p(w.a()), str_of(vm.p(w.b())));
        let p = vm.heap().str_append(p, text)?;
        vm.set_p(w.a(), p);
        Ok(())
    }
});

instr!(StrEq {
    fast(s) {
        let (a, b) = (s.p(s.w.b()), s.p(s.w.c()));
        if a == b {
            s.set_b(s.w.a(), true);
            return Flow::Next;
        }
        if str_len(a) != str_len(b) {
            s.set_b(s.w.a(), false);
            return Flow::Next;
        }
        Flow::Slow
    }
    slow(vm, w) {
        vm.set_b(w.a(), str_eq(vm.p(w.b()), vm.p(w.c())));
        Ok(())
    }
});

/// Jumps on the equality of strings; the slow part compares the bytes of two of one length.
macro_rules! jump_str {
    ($($name:ident $jump_when:literal;)+) => { $(
        instr!($name {
            fast(s) {
                let (a, b) = (s.p(s.w.a()), s.p(s.w.b()));
                let equal = a == b;
                if !equal && str_len(a) == str_len(b) { return Flow::Slow; }
                if equal == $jump_when { Flow::Jump(s.w.imm_c() as isize) } else { Flow::Next }
            }
            slow(vm, w) {
                if str_eq(vm.p(w.a()), vm.p(w.b())) == $jump_when {
                    vm.jump(w.imm_c() as isize);
                }
                Ok(())
            }
        });
    )+ };
}
jump_str! {
    JStrEq true;
    JStrNe false;
}

instr!(StrCmp {
    slow(vm, w) {
        let order = str_of(vm.p(w.b())).cmp(str_of(vm.p(w.c())));
        vm.set_i(w.a(), order as i64);
        Ok(())
    }
});

/// Bytes that most filled templates need at most.
const USUAL_BYTES: usize = 64;

/// The text of a template filled with the registers from `first` on.
unsafe fn fill(vm: &Vm, pieces: &[Piece], first: u16) -> Outcome<String> {
    let mut out = String::with_capacity(USUAL_BYTES);
    let mut r = first;
    for piece in pieces {
        match piece {
            Piece::Text(text) => out.push_str(text),
            Piece::Hole { slot, optional, spec } => {
                // SAFETY: the window holds the values of the template's types, as verified.
                let (slot, word) = unsafe {
                    if *optional {
                        let present = vm.u(r) != 0;
                        r += 1;
                        if present { (*slot, vm.u(r)) } else { (Slot::Dyn, DYN_NULL) }
                    } else {
                        (*slot, vm.u(r))
                    }
                };
                r += 1;
                // SAFETY: as above.
                unsafe {
                    match spec {
                        None => vm.ctx.heap.write_text(slot, word, false, &mut out)?,
                        Some(spec) => {
                            crate::link::write_spec(&vm.ctx.heap, slot, word, spec, &mut out)?
                        }
                    }
                }
            }
        }
        vm.ctx.heap.check_room(out.len())?;
    }
    Ok(out)
}

unsafe fn interp(vm: &mut Vm, target: u16, first: u16, template: usize) -> Step {
    let program = Arc::clone(&vm.program);
    // SAFETY: the window holds the values of the template's types, as verified.
    unsafe {
        let text = fill(vm, program.template(template), first)?;
        let p: Ptr = vm.heap().str_new(&text)?;
        vm.set_p(target, p);
    }
    Ok(())
}

instr!(Interp {
    slow(vm, w) { interp(vm, w.a(), w.b(), w.c() as usize) }
});

instr!(BytesLen {
    fast(s) { s.set_i(s.w.a(), list::len(s.p(s.w.b())) as i64); Flow::Next }
});

instr!(BytesGet {
    slow(vm, w) {
        let (bytes, index) = (bytes_of(vm.p(w.b())), vm.i(w.c()));
        let found = usize::try_from(index).ok().and_then(|at| bytes.get(at));
        let Some(byte) = found else { return Err(Failure::index(index, bytes.len()).into()) };
        vm.set_i(w.a(), i64::from(*byte));
        Ok(())
    }
});
