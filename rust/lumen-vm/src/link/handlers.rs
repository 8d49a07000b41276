//! Operations and handlers as the machine needs them: numbers of registers instead of types.

use lumen_lir::{
    ClassDesc, Handler, Module, Operation, Repr, Slots, TypeDesc, TypeId, param_slots, result_slots,
};

/// An operation.
pub(crate) struct OperationRow {
    /// Its name with its effect's.
    pub(crate) name: String,
    /// Registers of its arguments.
    pub(crate) arguments: Box<[Repr]>,
    /// How many registers it gives.
    pub(crate) results: u8,
    /// What it gives, when that is counted.
    pub(crate) value: Option<Repr>,
    /// Whether it may be resumed more than once.
    pub(crate) multi: bool,
}

/// A clause of a handler.
pub(crate) struct ClauseRow {
    operation: u32,
    /// Class of the resumption that it gets; nothing for a tail clause.
    pub(crate) resumption: Option<u32>,
}

/// A handler.
pub(crate) struct HandlerRow {
    /// In the order of their closures.
    pub(crate) clauses: Box<[ClauseRow]>,
    /// How many there are.
    pub(crate) n_clauses: usize,
    /// Whether a return clause stands behind them.
    pub(crate) has_return: bool,
    /// How many registers the body gives.
    pub(crate) body_results: u8,
    /// How many registers the handler gives.
    pub(crate) results: u8,
}

fn results(module: &Module, ty: TypeId) -> Slots {
    result_slots(&module.types, ty).unwrap_or(Slots::None)
}

impl OperationRow {
    pub(super) fn new(module: &Module, operation: &Operation) -> OperationRow {
        let arguments = operation.params.iter().filter_map(|ty| param_slots(&module.types, *ty));
        let given = results(module, operation.ret);
        OperationRow {
            name: operation.name.clone(),
            arguments: arguments.flat_map(Slots::reprs).collect(),
            results: given.len() as u8,
            value: given.reprs().next().filter(|repr| repr.is_counted()),
            multi: operation.multi,
        }
    }
}

impl HandlerRow {
    pub(super) fn new(module: &Module, handler: &Handler) -> HandlerRow {
        let shape = |class: lumen_lir::ClassId| match &module.classes[class.index()] {
            ClassDesc::Fn { params, ret, .. } => (params.last().copied(), *ret),
            _ => (None, handler.result),
        };
        let resumption = |ty: Option<TypeId>| match module.types.get(ty?.index())? {
            TypeDesc::Obj(class) => Some(class.0),
            _ => None,
        };
        let clauses = handler.clauses.iter().map(|clause| ClauseRow {
            operation: clause.operation,
            resumption: if clause.tail { None } else { resumption(shape(clause.code).0) },
        });
        HandlerRow {
            clauses: clauses.collect(),
            n_clauses: handler.clauses.len(),
            has_return: handler.ret.is_some(),
            body_results: results(module, shape(handler.body).1).len() as u8,
            results: results(module, handler.result).len() as u8,
        }
    }

    /// The clause of an operation. Written without iterators: a fast part calls nothing.
    #[inline(always)]
    pub(crate) fn find(&self, operation: u32) -> Option<usize> {
        let mut at = 0;
        while at < self.clauses.len() {
            if self.clauses[at].operation == operation {
                return Some(at);
            }
            at += 1;
        }
        None
    }
}
