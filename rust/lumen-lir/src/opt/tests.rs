//! What the passes make of small cells, and that everything sound stays sound.

use super::*;
use crate::{check, text, verifier};

/// The instructions of the first cell after optimisation.
fn optimised(source: &str) -> Vec<String> {
    let mut module = text::parse(source).expect("it parses");
    assert_eq!(check(&module), [], "{source}");
    run(&mut module);
    assert_eq!(check(&module), [], "{}", text::print(&module));
    text::cell_lines(&module, 0)
        .into_iter()
        .map(|(_, line)| line.split(" ;").next().unwrap_or("").to_owned())
        .collect()
}

#[test]
fn sound_modules_stay_sound() {
    for (file, source) in verifier::tests::modules() {
        let mut module = text::parse(&source).expect("it parses");
        if check(&module).is_empty() {
            run(&mut module);
            assert_eq!(check(&module), [], "{file}: {}", text::print(&module));
        }
    }
}

#[test]
fn broken_modules_do_not_panic() {
    for (_, source) in verifier::tests::modules() {
        let mut module = text::parse(&source).expect("it parses");
        run(&mut module);
    }
}

#[test]
fn multiplications_are_added_and_constants_leave_loops() {
    let lines = optimised(
        "module \"m\"\nfloat k0 = 0x4000000000000000\ncell @0 \"f\" (i64, f64) -> f64\n  regs i64, f64, f64, f64, f64, i64\n  enter 6\n\
         ldf r2, k0\n  ldi r5, 0\nL1:\n  ldf r4, k0\n  fmul r3, r4, r1\n  fadd r2, r2, r3\n  for.lt r5, r0, L1\n  ret1 r2\nend",
    );
    assert_eq!(
        lines,
        [
            "enter 7",
            "ldf r2, k0",
            "ldf r3, k0",
            "ldi r6, 0",
            "fmac r3, r2, r1",
            "for.lt r6, r0, L1",
            "ret1 r3"
        ]
    );
}

#[test]
fn a_product_waits_for_its_sum() {
    let lines = optimised(
        "module \"m\"\nclass c8 = list t1\ncell @0 \"f\" (own c8, i64, f64) -> c8\n  regs c8, i64, f64, f64, f64\n  enter 5\n  \
         fmul r3, r2, r2\n  list.get r4, r0, r1\n  fsub r4, r4, r3\n  list.set r0, r1, r4\n  ret1 r0\nend",
    );
    assert_eq!(
        lines,
        ["enter 5", "list.get r4, r0, r1", "fmsc r4, r2, r2", "list.set r0, r1, r4", "ret1 r0"]
    );
}

#[test]
fn counts_cancel() {
    let lines = optimised(
        "module \"m\"\ncell @0 \"f\" (own c0, lend c5, i64) -> c0\n  regs c0, c5, i64, c0, c0, c0\n  enter 6\n  \
         dup r3, r0\n  drop r0\n  list.getr r4, r1, r2\n  dup r5, r4\n  str.app r3, r5\n  drop r5\n  ret1 r3\nend",
    );
    assert_eq!(
        lines,
        ["enter 6", "move r3, r0", "list.getd r5, r1, r2", "str.app r3, r5", "drop r5", "ret1 r3"]
    );
}

#[test]
fn chains_of_loans_become_stores() {
    let lines = optimised(
        "module \"m\"\nclass c8 = list t1\nclass c9 = list t14\ntype t14 = obj c8\n\
         cell @0 \"f\" (own c9, i64, i64, f64) -> c9\n  regs c9, i64, i64, f64, c9, c8, c8, f64\n  enter 8\n  \
         list.getr r6, r0, r1\n  list.get r7, r6, r2\n  fadd r3, r3, r7\n  \
         uniq r4, r0\n  list.elemu r5, r4, r1\n  list.put r5, r2, r3\n  ret1 r0\nend",
    );
    assert_eq!(
        lines,
        [
            "enter 8",
            "list.get2 r7, r0, r1, r2",
            "fadd r3, r3, r7",
            "list.set2 r0, r1, r2, r3",
            "ret1 r0"
        ]
    );
}

#[test]
fn comparisons_join_branches_and_loops_turn() {
    let lines = optimised(
        "module \"m\"\ncell @0 \"f\" (i64, i64) -> i64\n  regs i64, i64, bool, i64\n  enter 4\nL1:\n  \
         clt r2, r0, r1\n  jf r2, L2\n  addi r3, r0, 1\n  mov r0, r3\n  loop L1\nL2:\n  ret1 r0\nend",
    );
    assert_eq!(
        lines,
        ["enter 4", "jle r1, r0, L2", "addi r0, r0, 1", "loop.lt r0, r1, L1", "ret1 r0"]
    );
}

#[test]
fn jumps_go_straight_and_unused_values_go() {
    let lines = optimised(
        "module \"m\"\ncell @0 \"f\" (i64) -> i64\n  regs i64, i64\n  enter 2\n  ldi r1, 5\n  addi r1, r0, 0\n  mov r0, r1\n  jeqi r0, 1, L1\n  jmp L2\n\
         L1:\n  addi r0, r0, 1\n  jmp L3\nL2:\n  addi r0, r0, 2\nL3:\n  jmp L4\nL4:\n  ret1 r0\nend",
    );
    assert_eq!(
        lines,
        [
            "enter 2",
            "addi r0, r0, 0",
            "jnei r0, 1, L1",
            "addi r0, r0, 1",
            "ret1 r0",
            "addi r0, r0, 2",
            "ret1 r0"
        ]
    );
}
