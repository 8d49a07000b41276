//! Jumps, switches and loops. The forms `loop…` and `for…` are safepoints: they count fuel when they jump.

use super::instr::{Flow, instr};
use super::state::Regs;
use lumen_runtime::value::list;
use lumen_runtime::value::object::Ptr;
use lumen_runtime::value::word::{DYN_NULL, imm_ordinal, imm_variant, is_imm};

instr!(Jmp {
    fast(s) {
        let _ = s.base();
        s.ip = s.ip.offset(s.w.imm_bc() as isize);
        Flow::Next
    }
});

/// Jumps by `b, c` when a register has a property.
macro_rules! jump_if {
    ($($name:ident |$x:ident| $condition:expr;)+) => { $(
        instr!($name {
            fast(s) {
                let $x = s.u(s.w.a());
                if $condition { Flow::Jump(s.w.imm_bc() as isize) } else { Flow::Next }
            }
        });
    )+ };
}
jump_if! {
    JT |x| x != 0;
    JF |x| x == 0;
    JNil |x| x == 0;
    JNNil |x| x != 0;
    JNull |x| x == DYN_NULL;
    JNNull |x| x != DYN_NULL;
}

/// Jumps by `c` when two registers compare.
macro_rules! jump_cmp {
    ($($name:ident $get:ident |$x:ident, $y:ident| $condition:expr;)+) => { $(
        instr!($name {
            fast(s) {
                let ($x, $y) = (s.$get(s.w.a()), s.$get(s.w.b()));
                if $condition { Flow::Jump(s.w.imm_c() as isize) } else { Flow::Next }
            }
        });
    )+ };
}
jump_cmp! {
    JEq i |x, y| x == y;
    JNe i |x, y| x != y;
    JLt i |x, y| x < y;
    JLe i |x, y| x <= y;
    JFEq f |x, y| x == y;
    JFNe f |x, y| x != y;
    JFLt f |x, y| x < y;
    JFLe f |x, y| x <= y;
    JNFLt f |x, y| !matches!(x.partial_cmp(&y), Some(std::cmp::Ordering::Less));
    JNFLe f |x, y| !matches!(
        x.partial_cmp(&y), Some(std::cmp::Ordering::Less | std::cmp::Ordering::Equal)
    );
}

/// Jumps by `c` when a register compares with an immediate `b`.
macro_rules! jump_imm {
    ($($name:ident |$x:ident, $y:ident| $condition:expr;)+) => { $(
        instr!($name {
            fast(s) {
                let ($x, $y) = (s.i(s.w.a()), s.w.imm_b());
                if $condition { Flow::Jump(s.w.imm_c() as isize) } else { Flow::Next }
            }
        });
    )+ };
}
jump_imm! {
    JEqI |x, y| x == y;
    JNeI |x, y| x != y;
    JLtI |x, y| x < y;
    JGeI |x, y| x >= y;
}

/// Jumps by `c` on the variant of an enum value.
macro_rules! jump_variant {
    ($($name:ident |$word:ident, $n:ident| $condition:expr;)+) => { $(
        instr!($name {
            fast(s) {
                let ($word, $n) = (s.u(s.w.a()), s.w.b());
                if $condition { Flow::Jump(s.w.imm_c() as isize) } else { Flow::Next }
            }
        });
    )+ };
}
jump_variant! {
    JTag |word, ordinal| word == imm_variant(u32::from(ordinal));
    JNTag |word, ordinal| word != imm_variant(u32::from(ordinal));
    JVar |word, low| !is_imm(word) && (*(word as Ptr)).class as u16 == low;
    JNVar |word, low| is_imm(word) || (*(word as Ptr)).class as u16 != low;
}

instr!(Switch {
    fast(s) {
        let jumps = &*(*s.vm).jumps.add(s.w.index_bc());
        let at = (s.i(s.w.a()) as u64).wrapping_sub(jumps.low as u64);
        s.ip = if at < jumps.count { *jumps.targets.add(at as usize) } else { jumps.default };
        Flow::Next
    }
});

instr!(SwitchTag {
    fast(s) {
        let jumps = &*(*s.vm).jumps.add(s.w.index_bc());
        let word = s.u(s.w.a());
        let at = if is_imm(word) {
            u64::from(imm_ordinal(word))
        } else {
            u64::from(((*(word as Ptr)).class as u16).wrapping_sub(jumps.base))
        };
        s.ip = if at < jumps.count { *jumps.targets.add(at as usize) } else { jumps.default };
        Flow::Next
    }
});

/// A safepoint whose jump is decided: counts fuel, and jumps.
macro_rules! jump_back {
    ($s:ident, $offset:expr) => {{
        $s.fuel -= 1;
        if $s.fuel < 0 { Flow::Slow } else { Flow::Jump($offset as isize) }
    }};
}

/// The slow part of a safepoint: the jump is decided, the fuel is used up.
macro_rules! fuel_slow {
    ($vm:ident, $offset:expr) => {{
        $vm.out_of_fuel()?;
        $vm.jump($offset as isize);
        $vm.sampled_loop()
    }};
}

instr!(Loop {
    fast(s) {
        let _ = s.base();
        s.fuel -= 1;
        if s.fuel < 0 { return Flow::Slow; }
        s.ip = s.ip.offset(s.w.imm_bc() as isize);
        Flow::Next
    }
    slow(vm, w) { fuel_slow!(vm, w.imm_bc()) }
});

/// Loops on a truth value.
macro_rules! loop_if {
    ($($name:ident |$x:ident| $condition:expr;)+) => { $(
        instr!($name {
            fast(s) {
                let $x = s.u(s.w.a());
                if $condition { jump_back!(s, s.w.imm_bc()) } else { Flow::Next }
            }
            slow(vm, w) { fuel_slow!(vm, w.imm_bc()) }
        });
    )+ };
}
loop_if! {
    LoopT |x| x != 0;
    LoopF |x| x == 0;
}

/// Loops on a comparison of `a` with `b`.
macro_rules! loop_cmp {
    ($($name:ident |$s:ident, $x:ident, $y:ident| $rhs:expr => $condition:expr;)+) => { $(
        instr!($name {
            fast($s) {
                let ($x, $y) = ($s.i($s.w.a()), $rhs);
                if $condition { jump_back!($s, $s.w.imm_c()) } else { Flow::Next }
            }
            slow(vm, w) { fuel_slow!(vm, w.imm_c()) }
        });
    )+ };
}
loop_cmp! {
    LoopEq |s, x, y| s.i(s.w.b()) => x == y;
    LoopNe |s, x, y| s.i(s.w.b()) => x != y;
    LoopLt |s, x, y| s.i(s.w.b()) => x < y;
    LoopLe |s, x, y| s.i(s.w.b()) => x <= y;
    LoopEqI |s, x, y| s.w.imm_b() => x == y;
    LoopNeI |s, x, y| s.w.imm_b() => x != y;
    LoopLtI |s, x, y| s.w.imm_b() => x < y;
    LoopGeI |s, x, y| s.w.imm_b() => x >= y;
}

instr!(ForLt {
    fast(s) {
        let next = s.i(s.w.a()).wrapping_add(1);
        s.set_i(s.w.a(), next);
        if next < s.i(s.w.b()) { jump_back!(s, s.w.imm_c()) } else { Flow::Next }
    }
    slow(vm, w) { fuel_slow!(vm, w.imm_c()) }
});

instr!(ForLe {
    fast(s) {
        let at = s.i(s.w.a());
        if at >= s.i(s.w.b()) { return Flow::Next; }
        s.set_i(s.w.a(), at + 1);
        jump_back!(s, s.w.imm_c())
    }
    slow(vm, w) { fuel_slow!(vm, w.imm_c()) }
});

instr!(ForLen {
    fast(s) {
        let next = s.i(s.w.a()).wrapping_add(1);
        s.set_i(s.w.a(), next);
        if next < list::len(s.p(s.w.b())) as i64 { jump_back!(s, s.w.imm_c()) } else { Flow::Next }
    }
    slow(vm, w) { fuel_slow!(vm, w.imm_c()) }
});

/// Loops with a step in a register; an overflow leaves the loop.
macro_rules! for_step {
    ($($name:ident |$x:ident, $y:ident| $condition:expr;)+) => { $(
        instr!($name {
            fast(s) {
                let step = s.i(s.ext().e0());
                if let Some($x) = s.i(s.w.a()).checked_add(step) {
                    let $y = s.i(s.w.b());
                    s.set_i(s.w.a(), $x);
                    if $condition {
                        s.fuel -= 1;
                        if s.fuel < 0 { return Flow::Slow; }
                        return Flow::Jump(s.w.imm_c() as isize + 1);
                    }
                }
                s.skip_ext();
                Flow::Next
            }
            slow(vm, w) { fuel_slow!(vm, w.imm_c() + 1) }
        });
    )+ };
}
for_step! {
    ForUp |x, y| x < y;
    ForUpE |x, y| x <= y;
    ForDown |x, y| x > y;
    ForDownE |x, y| x >= y;
}
