//! The verifier: the safety argument of the machine.
//!
//! Input → output: a `Module` from anywhere → `Verified<Module>`, or what is wrong with it. A verified module cannot corrupt memory,
//! leak, or do an effect that its rows do not show, whatever its origin.
//!
//! Invariants; each has a rejecting test in `tests/lir/`:
//!
//! Module (`verifier/tables.rs`)
//! - **M1** The type and class tables begin with the fixed entries.
//! - **M2** Types refer to earlier types and to classes of the right kind; optionals and unions are well formed.
//! - **M3** Classes refer to existing types; an enum with payloads is followed by exactly its variants; a closure class and its cell name each other.
//! - **M4** Globals, host functions and template holes have existing types.
//! - **M5** The entry is a cell without parameters that is not the code of a closure.
//! - **M6** A call of a tool has one effect, existing types, and grants that are for the tool or its effect.
//!
//! Cell header (`verifier/header.rs`)
//! - **C1** Parameters are the first registers, with the same representations; there are at most 2 results and 65,536 registers.
//! - **C2** The code of a closure has the parameters, results and at most the effects of its function or stream class, and owns its parameters.
//! - **C3** Source positions ascend and refer to existing files and inlined calls.
//! - **C4** A defer scope is a range of the code; its register is a function without parameters or a run, alive wherever the frame may be left.
//! - **C5** Registers times joins stay below a bound.
//! - **C6** A local has a range of the code, and registers of its type.
//!
//! Operands (`verifier/operands.rs`)
//! - **P1** Every opcode exists and has its extension word.
//! - **P2** Every register exists, those of windows included.
//! - **P3** Every index (constant, class, type, cell, builtin, table, global) exists.
//! - **P4** Immediates are in their domain: truth values, shifts, divisors, ordinals, error codes.
//! - **P5** Bits that no operand uses are zero.
//!
//! Flow (`verifier/operands.rs`, `verifier/flow.rs`)
//! - **F1** The first instruction is `enter` with the number of registers, and no other is.
//! - **F2** Every jump goes to the start of an instruction of the cell behind `enter`.
//! - **F3** Control does not run off the end.
//! - **F4** Only safepoint instructions jump backwards.
//! - **F5** A jump table belongs to one instruction.
//!
//! Types (`verifier/types.rs`, `verifier/calls.rs`)
//! - **T1** Every register operand has a representation that the opcode takes.
//! - **T2** Every value fits the representation of the register, field, element or result it goes to.
//! - **T3** A nullable reference is used as an object only where it is known not to be null.
//! - **T4** A field exists in the object's class; an enum's fields are touched only where the variant is known.
//! - **T5** Elements, keys and values have the types of their container.
//! - **T6** Arguments and results of a call match the callee.
//! - **T7** Arguments and results of a builtin match its signature, arguments of a tool its call.
//! - **T8** A constructed class can be constructed, from as many values as it has.
//!
//! Ownership (`verifier/ownership.rs`, `verifier/flow.rs`)
//! - **O1** A register is read only when it was assigned on every path and is still alive.
//! - **O2** Only what is owned is consumed; a borrow is not.
//! - **O3** A register that owns a value is not overwritten.
//! - **O4** At a return nothing owned is left.
//! - **O5** Where paths join they agree on what is owned.
//! - **O6** An instruction reads no register that it consumes, nor a borrow of one.
//! - **O7** At a call no register from its base on owns anything but the arguments.
//! - **O8** Stores through a loan happen only while the loan is alive.
//!
//! Generators (`verifier/generators.rs`)
//! - **G1** Only the code of a stream yields, and its elements have the type of the stream.
//! - **G2** A run that is being ended yields nothing more.
//! - **G3** A run stays in the register that it was made in: only the instructions of runs touch it.
//!
//! Handlers (`verifier/handlers.rs`)
//! - **H1** Operations and handlers refer to existing types and function classes that fit each other, and a handler has one clause for an operation.
//! - **H2** What a `handle`, `perform` or `resume` is given, and what it gives, are as the handler, operation or resumption says.
//!
//! Effects (`verifier/effects.rs`)
//! - **E1** No instruction does more than the row of its cell.

mod plan;
mod tables;
mod header;
mod operands;
mod flow;
mod step;
mod types;
mod calls;
mod ownership;
mod generators;
mod handlers;
mod effects;

use crate::module::{CellId, Module};
use crate::opcode::Reg;
use lumen_base::{Code, Diagnostic, FileSpan};
use std::collections::BTreeMap;
use std::fmt;

/// Something that has been verified; only `verify` makes one.
#[derive(Clone, Debug, PartialEq)]
pub struct Verified<T>(T);

impl<T> Verified<T> {
    /// What was verified.
    pub fn get(&self) -> &T {
        &self.0
    }

    /// Gives it up; changes need another verification.
    pub fn into_inner(self) -> T {
        self.0
    }
}

impl<T> std::ops::Deref for Verified<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.0
    }
}

macro_rules! rules {
    ($($name:ident $code:ident;)+) => {
        /// An invariant of the header comment.
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
        pub enum Rule { $( #[doc = stringify!($name)] $name ),+ }

        impl Rule {
            /// Every invariant.
            pub const ALL: &'static [Rule] = &[$(Rule::$name),+];

            /// Its short name.
            pub const fn name(self) -> &'static str {
                match self { $(Rule::$name => stringify!($name)),+ }
            }

            /// The code under which a violation is reported.
            pub const fn code(self) -> Code {
                match self { $(Rule::$name => Code::$code),+ }
            }
        }
    };
}

rules! {
    M1 I9001; M2 I9001; M3 I9001; M4 I9001; M5 I9001; M6 I9001;
    C1 I9002; C2 I9002; C3 I9002; C4 I9002; C5 I9002; C6 I9002;
    P1 I9003; P2 I9003; P3 I9003; P4 I9003; P5 I9003;
    F1 I9004; F2 I9004; F3 I9004; F4 I9004; F5 I9004;
    T1 I9005; T2 I9005; T3 I9005; T4 I9005; T5 I9005; T6 I9005; T7 I9005; T8 I9005;
    O1 I9006; O2 I9006; O3 I9006; O4 I9006; O5 I9006; O6 I9006; O7 I9006; O8 I9006;
    G1 I9009; G2 I9009; G3 I9009;
    H1 I9009; H2 I9009;
    E1 I9007;
}

/// An invariant that does not hold.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Violation {
    /// The invariant.
    pub rule: Rule,
    /// The cell, when it is about one.
    pub cell: Option<CellId>,
    /// Word index of the instruction, when it is about one.
    pub pc: Option<u32>,
    /// What is wrong.
    pub message: String,
}

impl Violation {
    fn module(rule: Rule, message: impl Into<String>) -> Violation {
        Violation { rule, cell: None, pc: None, message: message.into() }
    }

    /// As a diagnostic; the place is the LIR's, which is no source.
    pub fn to_diagnostic(&self, module: &Module, at: FileSpan) -> Diagnostic {
        let mut text = format!(
            "the compiled program breaks invariant {} of LIR: {}",
            self.rule.name(),
            self.message
        );
        if let Some(cell) = self.cell {
            let name = module.cells.get(cell.index()).map_or("?", |c| c.name.as_str());
            text.push_str(&format!(" (cell `{name}`"));
            if let Some(pc) = self.pc {
                text.push_str(&format!(", word {pc}"));
            }
            text.push(')');
        }
        Diagnostic::new(self.rule.code(), at, text)
            .with_help("this is a bug in Lumen, or a damaged LIR file; please report it")
    }
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "[{} {}] ", self.rule.code(), self.rule.name())?;
        match (self.cell, self.pc) {
            (Some(cell), Some(pc)) => write!(f, "cell {} word {pc}: ", cell.0)?,
            (Some(cell), None) => write!(f, "cell {}: ", cell.0)?,
            _ => {}
        }
        f.write_str(&self.message)
    }
}

/// A module that the verifier refused.
#[derive(Clone, Debug, PartialEq)]
pub struct Rejected {
    /// The module, for messages.
    pub module: Box<Module>,
    /// What is wrong with it; at most one violation a cell.
    pub violations: Vec<Violation>,
}

impl Rejected {
    /// The violations as diagnostics at a place.
    pub fn to_diagnostics(&self, at: FileSpan) -> Vec<Diagnostic> {
        self.violations.iter().map(|v| v.to_diagnostic(&self.module, at)).collect()
    }
}

/// Verifies a module.
pub fn verify(module: Module) -> Result<Verified<Module>, Rejected> {
    let violations = check(&module);
    if violations.is_empty() {
        Ok(Verified(module))
    } else {
        Err(Rejected { module: Box::new(module), violations })
    }
}

/// What is wrong with a module; empty when it is fine.
pub fn check(module: &Module) -> Vec<Violation> {
    if let Err(violation) = tables::check(module) {
        return vec![violation];
    }
    let mut violations = Vec::new();
    let mut scratch = flow::Scratch::default();
    for n in 0..module.cells.len() {
        if let Err(violation) = check_cell_with(module, CellId(n as u32), &mut scratch) {
            violations.push(violation);
        }
    }
    violations
}

/// What is wrong with one cell of a module whose tables are sound.
pub fn check_cell(module: &Module, id: CellId) -> Result<(), Violation> {
    check_cell_with(module, id, &mut flow::Scratch::default())
}

fn check_cell_with(
    module: &Module,
    id: CellId,
    scratch: &mut flow::Scratch,
) -> Result<(), Violation> {
    header::check(module, id)?;
    operands::check(module, id, scratch)?;
    generators::check(module, id)?;
    flow::check(module, id, scratch, flow::Probe::none()).map(|_| ())
}

/// Registers that own a value just before the instruction at a word of a verified cell, ascending.
///
/// For a frame that is left *at* a failing or suspended call, use `owned_during_call`.
pub fn ownership_at(module: &Verified<Module>, cell: CellId, pc: u32) -> Vec<Reg> {
    owned(module, cell, pc, flow::Probe::before(pc))
}

/// Registers that own a value while the call at a word of a verified cell runs: without the consumed arguments.
///
/// For an instruction that is not a call it is `ownership_at`: a failing non-call leaves its operands to the frame.
pub fn owned_during_call(module: &Verified<Module>, cell: CellId, pc: u32) -> Vec<Reg> {
    owned(module, cell, pc, flow::Probe::during(pc))
}

fn owned(module: &Module, cell: CellId, _pc: u32, probe: flow::Probe) -> Vec<Reg> {
    let mut scratch = flow::Scratch::default();
    if operands::check(module, cell, &mut scratch).is_err() {
        return Vec::new();
    }
    flow::check(module, cell, &mut scratch, probe).unwrap_or_default().one
}

/// The registers that own a value at every instruction of a verified cell.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct OwnershipMap {
    at: BTreeMap<u32, [Vec<Reg>; 2]>,
}

impl OwnershipMap {
    /// The map of a cell, by one walk.
    pub fn new(module: &Verified<Module>, cell: CellId) -> OwnershipMap {
        OwnershipMap::by(module, cell, flow::Probe::everywhere())
    }

    /// The map of the registers that hold a value that may be read, owned or not.
    pub fn alive(module: &Verified<Module>, cell: CellId) -> OwnershipMap {
        OwnershipMap::by(module, cell, flow::Probe::alive())
    }

    fn by(module: &Verified<Module>, cell: CellId, probe: flow::Probe) -> OwnershipMap {
        let mut scratch = flow::Scratch::default();
        if operands::check(module, cell, &mut scratch).is_err() {
            return OwnershipMap::default();
        }
        let answers = flow::check(module, cell, &mut scratch, probe).unwrap_or_default();
        OwnershipMap { at: answers.all }
    }

    /// What [`ownership_at`] says; nothing for words that cannot be reached.
    pub fn before(&self, pc: u32) -> &[Reg] {
        self.at.get(&pc).map_or(&[], |owned| &owned[0])
    }

    /// What [`owned_during_call`] says of a call.
    pub fn during(&self, pc: u32) -> &[Reg] {
        self.at.get(&pc).map_or(&[], |owned| &owned[1])
    }
}

#[cfg(test)]
pub(crate) mod tests;
