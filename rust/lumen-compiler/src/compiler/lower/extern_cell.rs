//! What lowering knows about builtins by key: which have an instruction, which arguments they consume.

use lumen_lir::{ArgMode, INTRINSICS, Op, Repr, intrinsic_id};

/// The runtime builtin behind a key: with its head, or bare.
pub(super) fn intrinsic_name(key: &str) -> &str {
    if intrinsic_id(key).is_some() {
        return key;
    }
    match key {
        "any.note_trust" => "trust",
        "none.note_reveal" => "reveal",
        "json.json_path" => "json.path",
        "json.json_pointer" => "json.pointer",
        "json.length" => "json.len",
        _ => key.split_once('.').map_or(key, |(_, name)| name),
    }
}

/// Whether argument `index` of the builtin is consumed.
pub(super) fn takes(key: &str, index: usize) -> bool {
    match key {
        "list.append" | "set.add" | "map.insert" => true,
        "map.push_at" => index != 1,
        "map.get_or" => index == 2,
        _ => intrinsic_id(intrinsic_name(key))
            .and_then(|id| INTRINSICS[usize::from(id)].params.get(index))
            .is_some_and(|p| p.0 == ArgMode::Take),
    }
}

/// Whether the first parameter, declared `Any`, is taken with the type that the argument has.
pub(super) fn any_subject(key: &str) -> bool {
    matches!(
        key,
        "any.to_string"
            | "any.inner_text"
            | "any.debug"
            | "any.sizeof"
            | "any.to_json"
            | "any.to_json_pretty"
    )
}

/// Builtins that are one instruction with one operand: the instruction and what it gives.
pub(super) fn unary_op(key: &str) -> Option<(Op, Repr)> {
    Some(match key {
        "list.length" => (Op::ListLen, Repr::I64),
        "string.length" => (Op::StrLen, Repr::I64),
        "bytes.length" => (Op::BytesLen, Repr::I64),
        "map.length" | "set.length" => (Op::TableLen, Repr::I64),
        "float.sqrt" => (Op::FSqrt, Repr::F64),
        "float.round" => (Op::F2IRound, Repr::I64),
        "float.ceil" => (Op::F2ICeil, Repr::I64),
        "float.floor" => (Op::F2IFloor, Repr::I64),
        "float.trunc" => (Op::F2I, Repr::I64),
        "int.to_float" => (Op::I2F, Repr::F64),
        _ => return None,
    })
}

/// The same with two operands.
pub(super) fn binary_op(key: &str) -> Option<(Op, Repr)> {
    Some(match key {
        "int.pow" => (Op::Pow, Repr::I64),
        "int.wrapping_add" => (Op::WAdd, Repr::I64),
        "int.wrapping_sub" => (Op::WSub, Repr::I64),
        "int.wrapping_mul" => (Op::WMul, Repr::I64),
        "float.pow" => (Op::FPow, Repr::F64),
        _ => return None,
    })
}
