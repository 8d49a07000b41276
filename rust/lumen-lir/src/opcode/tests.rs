//! The table is consistent with itself.

use super::*;
use std::collections::BTreeSet;

fn covers(slot: Slot) -> (u32, u32, bool) {
    match slot {
        Slot::A => (16, 16, false),
        Slot::B => (32, 16, false),
        Slot::C => (48, 16, false),
        Slot::BC => (32, 32, false),
        Slot::E0 => (0, 16, true),
        Slot::E1 => (16, 16, true),
        Slot::E2 => (32, 16, true),
        Slot::E3 => (48, 16, true),
        Slot::X0 => (0, 32, true),
        Slot::X1 => (32, 32, true),
    }
}

#[test]
fn rows_are_consistent() {
    let mut names = BTreeSet::new();
    for (i, info) in TABLE.iter().enumerate() {
        assert_eq!(info.op as usize, i);
        assert!(names.insert(info.mnemonic), "duplicate mnemonic {}", info.mnemonic);
        assert!(!info.doc.trim().is_empty(), "{} has no meaning", info.mnemonic);
        let mut used = [0u64; 2];
        let mut branches = 0;
        for operand in info.operands {
            let (shift, width, ext) = covers(operand.slot);
            assert!(
                !ext || info.flags.has(Flags::EXT),
                "{}: operand in a missing extension word",
                info.mnemonic
            );
            let mask = ((1u64 << width) - 1) << shift;
            assert_eq!(used[usize::from(ext)] & mask, 0, "{}: operands overlap", info.mnemonic);
            used[usize::from(ext)] |= mask;
            if matches!(operand.kind, Kind::Off | Kind::JumpTable) {
                branches += 1;
            }
            if let Kind::Reg(..) | Kind::Window(_) = operand.kind {
                assert!(
                    !matches!(operand.slot, Slot::BC | Slot::X0 | Slot::X1),
                    "{}",
                    info.mnemonic
                );
            }
            if let Kind::Reg(Role::DefBorrow(root) | Role::DefUnique(root), _) = operand.kind {
                assert!(
                    info.operands.iter().any(|o| o.slot == root),
                    "{}: no such root",
                    info.mnemonic
                );
            }
        }
        assert_eq!(branches, i32::from(info.flags.has(Flags::BRANCH)), "{}", info.mnemonic);
        assert!(info.flags.has(Flags::BRANCH) || !info.flags.has(Flags::BACK), "{}", info.mnemonic);
    }
}

#[test]
fn operands_pack_and_unpack() {
    for slot in [
        Slot::A,
        Slot::B,
        Slot::C,
        Slot::BC,
        Slot::E0,
        Slot::E1,
        Slot::E2,
        Slot::E3,
        Slot::X0,
        Slot::X1,
    ] {
        let (mut w, mut ext) = (word(Op::Add, 0xAAAA, 0xBBBB, 0xCCCC), ext16(1, 2, 3, 4));
        set(slot, &mut w, &mut ext, 0x1234);
        assert_eq!(get(slot, w, ext), 0x1234);
        assert_eq!(op(w), Some(Op::Add));
    }
    assert_eq!(imm32(word_imm(Op::LdI, 3, -7)), -7);
    assert_eq!(off16(word(Op::JLt, 1, 2, -5i16 as u16)), -5);
}

#[test]
fn inverses_are_mutual() {
    for op in Op::ALL {
        if let Some((inverse, swap)) = op.inverse() {
            assert_eq!(inverse.inverse(), Some((*op, swap)));
        }
    }
}
