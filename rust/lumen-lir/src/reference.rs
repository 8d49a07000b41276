//! The reference page of the instructions, written from the table.
//!
//! Input → output: `TABLE` and `INTRINSICS` → Markdown. A test compares it with `docs/reference/opcodes.md`; `LUMEN_BLESS=1` writes it.

use crate::intrinsics::{ArgMode, INTRINSICS, Pat};
use crate::opcode::{Flags, Kind, OpInfo, Role, Slot, TABLE};
use std::fmt::Write;

/// The page.
pub fn opcodes_page() -> String {
    let mut out = String::from(PREFACE);
    for info in &TABLE {
        let _ = writeln!(
            out,
            "| `{}` | {} | {} | {} |",
            info.mnemonic,
            operands(info),
            flags(info.flags),
            doc(info.doc)
        );
    }
    out.push_str(BUILTINS);
    for signature in INTRINSICS {
        let params: Vec<String> = signature
            .params
            .iter()
            .map(|(mode, pat)| {
                format!("{}{}", if *mode == ArgMode::Take { "take " } else { "" }, pattern(pat))
            })
            .collect();
        let result = signature.result.as_ref().map_or("—".to_owned(), pattern);
        let _ = writeln!(
            out,
            "| `{}` | {} | {result} | {} | {} |",
            signature.name,
            params.join(", "),
            if signature.effects.is_empty() {
                String::new()
            } else {
                signature.effects.to_string()
            },
            if signature.may_fail { "fails" } else { "" }
        );
    }
    out
}

const PREFACE: &str = "# Instructions of LIR

This page is written from the instruction table; `LUMEN_BLESS=1 cargo test -p lumen-lir reference` renews it.

A word is `op:u16 a:u16 b:u16 c:u16`, the opcode in the lowest bits; an instruction marked *ext* has a second word with `e0..e3` (16 bits) or `x0, x1` (32 bits).
`bc` is `b` and `c` as one 32-bit operand.
Offsets count words from the next instruction.

An operand is written `slot: role representation`.
Roles: *def* writes a register that owns its value; *static* writes one that needs no counting; *borrow of s* writes a borrow of the register in slot s; *loan of s* a mutable loan of it; *use* reads; *via* reads a mutable loan; *take* consumes; *inout* consumes and writes again.

Properties: *fails* with a runtime error; *allocates*; *leaves* the task; *pure*; *ends* the block; *back* edge and safepoint; *call*; *ext*.

| instruction | operands | properties | meaning |
|---|---|---|---|
";

const BUILTINS: &str = "
# Runtime builtins

Called by `rt` and `rtt`; `take` parameters are consumed, the others stay with the caller.
`A` and `B` are types of containers, `T` is the type that `rtt` names.

| builtin | parameters | result | effects | |
|---|---|---|---|---|
";

fn doc(text: &str) -> String {
    text.trim().replace('|', "\\|")
}

fn slot(slot: Slot) -> &'static str {
    match slot {
        Slot::A => "a",
        Slot::B => "b",
        Slot::C => "c",
        Slot::BC => "bc",
        Slot::E0 => "e0",
        Slot::E1 => "e1",
        Slot::E2 => "e2",
        Slot::E3 => "e3",
        Slot::X0 => "x0",
        Slot::X1 => "x1",
    }
}

fn role(role: Role) -> String {
    match role {
        Role::Def => "def".into(),
        Role::DefStatic => "static".into(),
        Role::DefBorrow(root) => format!("borrow of {}", slot(root)),
        Role::DefUnique(root) => format!("loan of {}", slot(root)),
        Role::Use => "use".into(),
        Role::UseUnique => "via".into(),
        Role::Take => "take".into(),
        Role::InOut => "inout".into(),
    }
}

fn operands(info: &OpInfo) -> String {
    let all: Vec<String> = info
        .operands
        .iter()
        .map(|operand| {
            let what = match operand.kind {
                Kind::Reg(r, want) => format!("{} {want:?}", role(r)),
                Kind::Window(r) => format!("{} registers", role(r)),
                kind => format!("{kind:?}"),
            };
            format!("{}: {what}", slot(operand.slot))
        })
        .collect();
    all.join(" · ")
}

fn flags(flags: Flags) -> String {
    let names = [
        (Flags::FAIL, "fails"),
        (Flags::ALLOC, "allocates"),
        (Flags::SUSPEND, "leaves"),
        (Flags::PURE, "pure"),
        (Flags::TERM, "ends"),
        (Flags::BACK, "back"),
        (Flags::CALL, "call"),
        (Flags::EXT, "ext"),
    ];
    let set: Vec<&str> =
        names.iter().filter(|(flag, _)| flags.has(*flag)).map(|(_, name)| *name).collect();
    set.join(", ")
}

fn pattern(pat: &Pat) -> String {
    match pat {
        Pat::Int => "Int".into(),
        Pat::Float => "Float".into(),
        Pat::Bool => "Bool".into(),
        Pat::Str => "String".into(),
        Pat::Bytes => "Bytes".into(),
        Pat::Json => "Json".into(),
        Pat::Any => "Any".into(),
        Pat::Subject => "T".into(),
        Pat::A => "A".into(),
        Pat::B => "B".into(),
        Pat::List(p) => format!("list[{}]", pattern(p)),
        Pat::Set(p) => format!("set[{}]", pattern(p)),
        Pat::Opt(p) => format!("{}?", pattern(p)),
        Pat::Map(p, q) => format!("map[{}, {}]", pattern(p), pattern(q)),
        Pat::Pair(p, q) => format!("({}, {})", pattern(p), pattern(q)),
        Pat::Result(p, q) => format!("result[{}, {}]", pattern(p), pattern(q)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    #[expect(clippy::disallowed_methods, reason = "a test reads files of the repository")]
    fn reference_page_is_fresh() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/reference/opcodes.md");
        let page = opcodes_page();
        if std::env::var_os("LUMEN_BLESS").is_some() {
            std::fs::write(path, &page).expect("the page can be written");
        }
        let found = std::fs::read_to_string(path).unwrap_or_default();
        assert!(
            found == page,
            "docs/reference/opcodes.md is not fresh: LUMEN_BLESS=1 cargo test -p lumen-lir reference"
        );
    }
}
