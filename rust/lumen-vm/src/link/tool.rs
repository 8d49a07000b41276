//! Calls of tools, prepared for dispatch.

use lumen_lir::{ClassDesc, Module, Seal, Slots, ToolCall, TypeDesc, TypeId, param_slots};
use lumen_runtime::schema::json_schema;
use lumen_runtime::value::classes::Slot;
use serde_json::Value;

/// A call of a tool.
#[derive(Debug)]
pub(crate) struct Prepared {
    /// How to read its arguments.
    pub(crate) args: Vec<Arg>,
    /// JSON Schema of the reply.
    pub(crate) schema: Value,
    /// The reply is a `Secret`.
    pub(crate) hides_reply: bool,
    /// The fields of the reply that are one.
    pub(crate) hidden: Vec<String>,
}

/// An argument.
#[derive(Debug)]
pub(crate) struct Arg {
    /// How to read its word.
    pub(crate) slot: Slot,
    /// Whether it is an optional scalar: a register that says whether there is one, then the value.
    pub(crate) optional: bool,
}

/// Prepares a call.
pub(super) fn prepare(module: &Module, call: &ToolCall, slots: &[Slot]) -> Prepared {
    let arg = |(_, ty): &(String, lumen_lir::TypeId)| {
        let optional = matches!(param_slots(&module.types, *ty), Some(Slots::Two(_)));
        let ty = match &module.types[ty.index()] {
            TypeDesc::Optional(inner) if optional => *inner,
            _ => *ty,
        };
        Arg { slot: slots[ty.index()], optional }
    };
    Prepared {
        args: call.args.iter().map(arg).collect(),
        schema: json_schema(module, call.result),
        hides_reply: is_secret(module, call.result),
        hidden: secret_fields(module, call.result),
    }
}

/// The fields of a record that are a `Secret[T]`.
fn secret_fields(module: &Module, ty: TypeId) -> Vec<String> {
    let Some(TypeDesc::Obj(class)) = module.types.get(ty.index()) else { return Vec::new() };
    let Some(ClassDesc::Record { fields, .. }) = module.classes.get(class.index()) else {
        return Vec::new();
    };
    let secret = fields.iter().filter(|(_, ty)| is_secret(module, *ty));
    secret.map(|(name, _)| name.clone()).collect()
}

/// Whether a type is `Secret[T]`.
fn is_secret(module: &Module, ty: TypeId) -> bool {
    let Some(TypeDesc::Obj(class)) = module.types.get(ty.index()) else { return false };
    let class = module.classes.get(class.index());
    matches!(class, Some(ClassDesc::Record { seal: Seal::Secret, .. }))
}
