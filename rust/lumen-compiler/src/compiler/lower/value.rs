//! Values while lowering: where they are and what the emitter owes them.

use crate::compiler::hir::LambdaId;
use crate::compiler::typecheck::types::Ty;
use lumen_lir::{ClassId, Reg, Repr};

/// What is owed to the register of a value.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Own {
    /// The register belongs to something that outlives the value: nothing is owed.
    Alias,
    /// A temporary register to be freed; its content needs no counting.
    Temp,
    /// A register that owns a counted value: to be consumed or dropped.
    Owned,
    /// Borrowed: `root` is kept alive by a loan to be given back; `temp`: the register is to be freed.
    Loan { root: Option<Reg>, temp: bool },
}

/// Where a value is. `Two` are two registers: whether it is present, and the scalar.
#[derive(Clone, Copy, PartialEq, Debug)]
pub(super) enum Place {
    /// The null of type `Null`.
    Unit,
    /// No value: control does not come here.
    Never,
    Int(i64),
    Float(f64),
    Bool(bool),
    /// A string constant.
    Str(u32),
    Bytes(u32),
    /// A variant without payload of an enum that has payloads.
    Tag(u16),
    /// The null of an optional type.
    Nil,
    One(Reg, Own),
    Two(Reg, Own),
}

/// A value of a closed type.
#[derive(Clone, Copy, PartialEq, Debug)]
pub(super) struct Val {
    pub(super) place: Place,
    pub(super) ty: Ty,
}

impl Val {
    pub(super) const fn new(place: Place, ty: Ty) -> Val {
        Val { place, ty }
    }

    pub(super) const fn unit() -> Val {
        Val { place: Place::Unit, ty: Ty::NULL }
    }

    pub(super) const fn never() -> Val {
        Val { place: Place::Never, ty: Ty::NEVER }
    }

    pub(super) fn own(&self) -> Option<Own> {
        match self.place {
            Place::One(_, own) | Place::Two(_, own) => Some(own),
            _ => None,
        }
    }
}

/// A lambda whose body is expanded where it is called.
#[derive(Clone, Copy, PartialEq, Debug)]
pub(super) struct InlineLambda {
    /// The frame in which it is written.
    pub(super) frame: usize,
    pub(super) lambda: LambdaId,
    /// Its function type.
    pub(super) ty: Ty,
}

/// What a local stands for.
#[derive(Clone, Copy, PartialEq, Debug)]
pub(super) enum Binding {
    /// Not bound yet, or dead.
    None,
    /// An immutable local is its value.
    Val(Val),
    /// A mutable local has a register (or two) of its own.
    Home {
        reg: Reg,
        ty: Ty,
    },
    Lambda(InlineLambda),
    /// Captured by an expanded lambda: only read, and given back by whoever expands it.
    Fixed(Val),
}

/// The state of a register at the current point.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(super) struct RegState {
    pub(super) used: bool,
    /// Stays reserved when its value is consumed: the home of a mutable local, a parameter of a loop.
    pub(super) pinned: bool,
    pub(super) owned: bool,
    /// To be dropped when the last loan is given back.
    pub(super) dying: bool,
    pub(super) loans: u32,
    /// A nullable reference known not to be null.
    pub(super) known: bool,
    /// The home of a mutable local: it keeps its place in the order of scopes when it is assigned.
    pub(super) home: bool,
    /// When it became owned: later than the mark of a scope means inside that scope.
    pub(super) seq: u32,
}

/// How the context wants a value.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Want {
    /// To read it.
    Borrow,
    /// To consume it.
    Own,
}

/// Whether a reference of this class may be an immediate, so that counting must look first.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Counting {
    None,
    Pointer,
    Maybe,
    Dynamic,
}

/// How values of a representation are counted; `immediates` tells of a class whether it has immediate variants.
pub(super) fn counting(repr: Repr, immediates: impl Fn(ClassId) -> bool) -> Counting {
    match repr {
        Repr::I64 | Repr::F64 | Repr::Bool => Counting::None,
        Repr::Dyn => Counting::Dynamic,
        Repr::Opt(_) => Counting::Maybe,
        Repr::Ref(class) if immediates(class) => Counting::Maybe,
        Repr::Ref(_) => Counting::Pointer,
    }
}
