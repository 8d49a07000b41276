//! LIR: the typed, monomorphic, ownership-explicit register bytecode between compiler and machine.
//!
//! Input → output: lowering builds a `Module` with `CellBuilder`; `verify` turns it into a `Verified<Module>`, the only
//! thing a machine links. This crate knows the instruction table, the descriptors of types and classes, the runtime
//! builtins' signatures, and the text, JSON and binary forms. It executes nothing.

mod append;
mod opcode;
mod datum;
pub mod effects;
mod typedesc;
mod format_spec;
mod module;
mod tools;
mod intrinsics;
mod builder;
mod verifier;
mod shapes;
mod cfg;
mod liveness;
pub mod opt;
pub mod text;
pub mod json;
pub mod binary;
mod reference;

pub use append::{AppendError, append};
pub use builder::{CellBuilder, FinishError, Label};
pub use cfg::{Block, BlockId, Cfg};
pub use datum::Datum;
pub use effects::{Effect, EffectSet};
pub use format_spec::{Align, FormatSpec, FormatType};
pub use intrinsics::{ArgMode, INTRINSICS, Intrinsic, Pat, Signature, TypeArg, intrinsic_id};
pub use liveness::{Liveness, RegSet, before as live_before};
pub use module::*;
pub use opcode::*;
pub use reference::opcodes_page;
pub use shapes::{Access, Shapes, Window, Windows};
pub use tools::*;
pub use typedesc::*;
pub use verifier::{
    OwnershipMap, Rejected, Rule, Verified, Violation, check, check_cell, owned_during_call,
    ownership_at, verify,
};

/// Version of the serialised forms; a mismatch refuses the file.
pub const FORMAT_VERSION: u32 = 3;
