//! Linking: a verified module becomes a program with dense tables.
//!
//! Input: `Verified<Module>` → output: [`Program`], immutable and shared by the machines that run it. Code of
//! all cells is copied into one array (so an address tells its cell), operands that name constants and jump
//! tables become indexes into program-wide tables, constants become immortal objects, and for the threaded
//! engine instructions are replaced by cheaper forms that the operands allow (`link/quicken.rs`).
//!
//! Invariant: word `n` of a cell stays word `n` behind the cell's start, so positions, jump offsets and the
//! ownership analysis of the module hold for the linked code.

#![expect(unsafe_code, reason = "keeps addresses of its own tables")]

mod handlers;
mod quicken;
mod shapes;
mod template;
mod tool;

pub(crate) use handlers::{HandlerRow, OperationRow};
pub(crate) use shapes::{Boxed, CallShape};
pub(crate) use template::{Piece, write_spec};

use crate::embed::{HostFunctions, Linked};
use crate::interp::state::ClassRow;
use crate::interp::table::Quick;
use lumen_lir::{
    CellId, ClassDesc, Module, Op, Reg, Repr, Slot as Place, TypeId, ext32, get, set, slot_repr, x0,
};
use lumen_lir::{Verified, owned_during_call, ownership_at};
use lumen_runtime::failure::Outcome;
use lumen_runtime::value::classes::{Classes, Slot};
use lumen_runtime::value::immortal::Constants;
use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::sync::Arc;

/// Which engine runs a program.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Engine {
    /// Handlers that jump to each other: the fast one.
    #[default]
    Threaded,
    /// The fast interpreter, and native code for what is hot.
    Jit,
    /// A loop over a `match`: the oracle, with assertions in debug builds.
    Switch,
}

/// A jump table: targets as addresses.
#[derive(Debug)]
pub(crate) struct Jumps {
    /// Value of the first target.
    pub(crate) low: i64,
    /// Number of targets.
    pub(crate) count: u64,
    /// Low 16 bits of the class id of an enum's first variant.
    pub(crate) base: u16,
    /// First of the targets.
    pub(crate) targets: *const *const u64,
    /// Target of all other values.
    pub(crate) default: *const u64,
}

/// A linked program.
pub struct Program {
    module: Verified<Module>,
    engine: Engine,
    code: Box<[u64]>,
    /// Where each cell begins in `code`, ascending.
    starts: Vec<usize>,
    pub(crate) cells: Vec<*const u64>,
    pub(crate) classes: Vec<ClassRow>,
    /// Registers of each closure class.
    pub(crate) call_shapes: Vec<CallShape>,
    pub(crate) consts: Vec<u64>,
    pub(crate) jumps: Vec<Jumps>,
    jump_targets: Vec<*const u64>,
    handlers: Vec<HandlerRow>,
    pub(crate) operations: Vec<OperationRow>,
    templates: Vec<Vec<Piece>>,
    tools: Vec<tool::Prepared>,
    slots: Vec<Slot>,
    rt_classes: Arc<Classes>,
    hosts: Vec<Linked>,
    /// Whether any cell defers anything.
    has_defers: bool,
    /// Owner of the objects that `consts` refers to.
    _constants: Constants,
}

// SAFETY: the addresses lead into the program's own immutable tables and to immortal objects.
unsafe impl Send for Program {}
// SAFETY: nothing changes after linking.
unsafe impl Sync for Program {}

/// Words before the first cell: the places that marker frames return to.
const PROLOGUE: [Quick; 7] = [
    Quick::Halt,
    Quick::TryReturn,
    Quick::DeferReturn,
    Quick::RunReturn,
    Quick::HandleReturn,
    Quick::ClauseReturn,
    Quick::TailReturn,
];

/// A place in a cell.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(crate) struct Pc {
    /// The cell.
    pub(crate) cell: u32,
    /// Word index.
    pub(crate) word: u32,
}

/// What an address in the linked code is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Address {
    /// An instruction of a cell.
    Code(Pc),
    /// The entry cell returns here.
    Halt,
    /// A `callc.try` returns here.
    TryReturn,
    /// A `defer` closure returns here.
    DeferReturn,
    /// The code of a stream returns here.
    RunReturn,
    /// The body of a handler returns here.
    HandleReturn,
    /// A clause returns here to the frame that waits for its handler.
    ClauseReturn,
    /// A tail clause returns here to the performer.
    TailReturn,
}

/// Links a verified module that needs no host functions for an engine.
pub fn link(module: Verified<Module>, engine: Engine) -> Outcome<Arc<Program>> {
    link_with(module, engine, &HostFunctions::new())
}

/// Links a verified module for an engine, with the functions of the embedding program that it calls.
pub fn link_with(
    module: Verified<Module>,
    engine: Engine,
    functions: &HostFunctions,
) -> Outcome<Arc<Program>> {
    let cell_name = |cell: u32| module.cells[cell as usize].name.as_str();
    let rt_classes = Arc::new(Classes::link(&module.types, &module.classes, cell_name));
    let hosts = functions.link(&module, &rt_classes)?;
    let mut constants = Constants::new(Arc::clone(&rt_classes));
    let pools = Pools::new(&module);
    let mut consts = materialise(&module, &mut constants)?;
    let empties = empties(&module, &mut constants, &mut consts)?;
    let slots =
        (0..module.types.len() as u32).map(|ty| rt_classes.slot(TypeId(ty))).collect::<Vec<_>>();
    let templates =
        module.consts.templates.iter().map(|t| template::compile(&module, t, &slots)).collect();
    let tools = module.tools.iter().map(|call| tool::prepare(&module, call, &slots)).collect();
    let (code, starts) = copy_code(&module, &Operands { pools, empties }, engine);
    let has_defers = module.cells.iter().any(|cell| !cell.defers.is_empty());
    let call_shapes = module.classes.iter().map(|it| CallShape::new(&module, it)).collect();
    let mut program = Program {
        has_defers,
        engine,
        code,
        starts,
        cells: Vec::new(),
        classes: Vec::new(),
        call_shapes,
        consts,
        jumps: Vec::new(),
        jump_targets: Vec::new(),
        handlers: module.handlers.iter().map(|it| HandlerRow::new(&module, it)).collect(),
        operations: module.operations.iter().map(|it| OperationRow::new(&module, it)).collect(),
        templates,
        tools,
        slots,
        rt_classes,
        hosts,
        _constants: constants,
        module,
    };
    program.build_tables();
    Ok(Arc::new(program))
}

/// Where each kind of constant begins in the table of all constants.
struct Pools {
    ints: u32,
    floats: u32,
    strings: u32,
    bytes: u32,
}

impl Pools {
    fn new(module: &Module) -> Pools {
        let ints = 0;
        let floats = ints + module.consts.ints.len() as u32;
        let strings = floats + module.consts.floats.len() as u32;
        let bytes = strings + module.consts.strings.len() as u32;
        Pools { ints, floats, strings, bytes }
    }

    /// Start of the pool that an opcode's `b, c` indexes.
    fn of(&self, op: Op) -> Option<u32> {
        Some(match op {
            Op::LdK => self.ints,
            Op::LdF => self.floats,
            Op::LdStr | Op::Fail => self.strings,
            Op::LdBytes => self.bytes,
            _ => return None,
        })
    }
}

/// All constants as words, in the order of [`Pools`].
fn materialise(module: &Module, constants: &mut Constants) -> Outcome<Vec<u64>> {
    let pools = &module.consts;
    let mut words = Vec::new();
    words.extend(pools.ints.iter().map(|value| *value as u64));
    words.extend(&pools.floats);
    for text in &pools.strings {
        words.push(constants.string(text)? as u64);
    }
    for bytes in &pools.bytes {
        words.push(constants.bytes(bytes)? as u64);
    }
    Ok(words)
}

/// The code of all cells, with operands made program-wide, and where each begins.
fn copy_code(module: &Module, operands: &Operands, engine: Engine) -> (Box<[u64]>, Vec<usize>) {
    let total = PROLOGUE.len() + module.cells.iter().map(|cell| cell.code.len()).sum::<usize>();
    let mut code = Vec::with_capacity(total);
    code.extend(PROLOGUE.iter().map(|form| u64::from(form.number())));
    let mut starts = Vec::with_capacity(module.cells.len());
    let mut tables = 0;
    for cell in &module.cells {
        let start = code.len();
        starts.push(start);
        code.extend_from_slice(&cell.code);
        let mut at = start;
        while at < code.len() {
            let Some(op) = lumen_lir::op(code[at]) else { break };
            operands.adjust(op, cell, tables, &mut code, at);
            if engine != Engine::Switch {
                quicken::replace(module, cell, op, &mut code, at);
            }
            at += op.words();
        }
        tables += cell.tables.len() as u32;
    }
    (code.into(), starts)
}

/// Indexes of empty containers in the table of constants, by class.
type Empties = BTreeMap<u32, u32>;

/// Makes the empty containers that the code loads.
fn empties(module: &Module, constants: &mut Constants, consts: &mut Vec<u64>) -> Outcome<Empties> {
    let mut empties = Empties::new();
    for cell in &module.cells {
        let mut at = 0;
        while let Some(op) = cell.code.get(at).and_then(|word| lumen_lir::op(*word)) {
            if op == Op::LdEmpty {
                let class = get(Place::BC, cell.code[at], 0);
                if let Entry::Vacant(entry) = empties.entry(class) {
                    entry.insert(consts.len() as u32);
                    consts.push(constants.empty(class)? as u64);
                }
            }
            at += op.words();
        }
    }
    Ok(empties)
}

/// What operands that the module counts by itself become in the program.
struct Operands {
    pools: Pools,
    empties: Empties,
}

impl Operands {
    /// Makes the operands of one instruction program-wide; `tables` is the number of jump tables before its cell.
    fn adjust(&self, op: Op, cell: &lumen_lir::Cell, tables: u32, code: &mut [u64], at: usize) {
        let index = get(Place::BC, code[at], 0);
        let linked = match op {
            Op::LdEmpty => self.empties.get(&index).copied(),
            Op::Switch | Op::SwitchTag => Some(index + tables),
            _ => self.pools.of(op).map(|start| start + index),
        };
        if let Some(linked) = linked {
            set(Place::BC, &mut code[at], &mut 0, linked);
        }
        if op == Op::DynToR {
            let nullable = matches!(cell.regs[usize::from(lumen_lir::a(code[at]))], Repr::Opt(_));
            code[at + 1] = ext32(x0(code[at + 1]), u32::from(nullable));
        }
    }
}

impl Program {
    /// Fills the tables of addresses; the code does not move any more.
    fn build_tables(&mut self) {
        let base = self.code.as_ptr();
        // SAFETY: every start and target is a word of the code, as verified.
        let address = |at: usize| unsafe { base.add(at) };
        self.cells = self.starts.iter().map(|start| address(*start)).collect();
        let row = |class: &ClassDesc| match class {
            ClassDesc::Closure { cell, .. } => {
                ClassRow { code: self.cells[*cell as usize], native: std::ptr::null() }
            }
            _ => ClassRow { code: std::ptr::null(), native: std::ptr::null() },
        };
        self.classes = self.module.classes.iter().map(row).collect();
        let tables = || self.module.cells.iter().zip(&self.starts);
        let targets = tables().flat_map(|(cell, start)| {
            cell.tables
                .iter()
                .flat_map(move |t| t.targets.iter().map(move |at| start + *at as usize))
        });
        self.jump_targets = targets.map(address).collect();
        let mut first = self.jump_targets.as_ptr();
        for (cell, start) in self.module.cells.iter().zip(&self.starts) {
            for table in &cell.tables {
                self.jumps.push(Jumps {
                    low: table.low,
                    count: table.targets.len() as u64,
                    base: table.base,
                    targets: first,
                    default: address(start + table.default as usize),
                });
                // SAFETY: the targets of this table come before those of the next.
                first = unsafe { first.add(table.targets.len()) };
            }
        }
    }

    /// The module.
    pub fn module(&self) -> &Module {
        &self.module
    }

    /// The module, with the proof that it is verified.
    pub(crate) fn verified(&self) -> &Verified<Module> {
        &self.module
    }

    /// A word of a cell as it was linked.
    pub(crate) fn word_at(&self, cell: CellId, word: usize) -> u64 {
        self.code[self.starts[cell.index()] + word]
    }

    /// The cell of a closure class.
    pub(crate) fn closure_cell(&self, class: u32) -> Option<u32> {
        match self.module.classes.get(class as usize)? {
            ClassDesc::Closure { cell, .. } => Some(*cell),
            _ => None,
        }
    }

    /// The engine that the program was linked for.
    pub fn engine(&self) -> Engine {
        self.engine
    }

    /// The classes as the runtime sees them.
    pub(crate) fn rt_classes(&self) -> &Arc<Classes> {
        &self.rt_classes
    }

    /// The slot of a value of a type.
    pub(crate) fn slot(&self, ty: u32) -> Slot {
        self.slots[ty as usize]
    }

    /// The pieces of a template.
    pub(crate) fn template(&self, index: usize) -> &[Piece] {
        &self.templates[index]
    }

    /// A function of the embedding program.
    pub(crate) fn host(&self, index: usize) -> &Linked {
        &self.hosts[index]
    }

    /// A call of a tool.
    pub(crate) fn tool(&self, index: usize) -> &tool::Prepared {
        &self.tools[index]
    }

    /// Name of a global.
    pub(crate) fn global_name(&self, index: usize) -> &str {
        &self.module.globals[index].name
    }

    /// Representation of a global.
    pub(crate) fn global_repr(&self, index: usize) -> Repr {
        slot_repr(&self.module.types, self.module.globals[index].ty).unwrap_or(Repr::I64)
    }

    /// Where the entry cell returns to.
    pub(crate) fn halt(&self) -> *const u64 {
        &raw const self.code[0]
    }

    /// Where a `callc.try` returns to.
    pub(crate) fn try_return(&self) -> *const u64 {
        &raw const self.code[1]
    }

    /// Where a `defer` closure returns to.
    pub(crate) fn defer_return(&self) -> *const u64 {
        &raw const self.code[2]
    }

    /// Where the code of a stream returns to.
    pub(crate) fn run_return(&self) -> *const u64 {
        &raw const self.code[3]
    }

    /// Where the body of a handler returns to.
    pub(crate) fn handle_return(&self) -> *const u64 {
        &raw const self.code[4]
    }

    /// Where a clause returns to.
    pub(crate) fn clause_return(&self) -> *const u64 {
        &raw const self.code[5]
    }

    /// Where a tail clause returns to.
    pub(crate) fn tail_return(&self) -> *const u64 {
        &raw const self.code[6]
    }

    /// A handler.
    pub(crate) fn handler(&self, index: u32) -> &HandlerRow {
        &self.handlers[index as usize]
    }

    /// An operation.
    pub(crate) fn operation(&self, index: u16) -> &OperationRow {
        &self.operations[usize::from(index)]
    }

    /// The index of the word at an address of the linked code.
    pub(crate) fn word_index(&self, ip: *const u64) -> usize {
        (ip as usize - self.code.as_ptr() as usize) / size_of::<u64>()
    }

    /// What an address of the linked code is.
    pub(crate) fn locate(&self, ip: *const u64) -> Address {
        let at = self.word_index(ip);
        match PROLOGUE.get(at) {
            Some(Quick::Halt) => Address::Halt,
            Some(Quick::TryReturn) => Address::TryReturn,
            Some(Quick::RunReturn) => Address::RunReturn,
            Some(Quick::HandleReturn) => Address::HandleReturn,
            Some(Quick::ClauseReturn) => Address::ClauseReturn,
            Some(Quick::TailReturn) => Address::TailReturn,
            Some(_) => Address::DeferReturn,
            None => {
                let cell = self.starts.partition_point(|start| *start <= at) - 1;
                Address::Code(Pc { cell: cell as u32, word: (at - self.starts[cell]) as u32 })
            }
        }
    }

    /// Whether any cell defers anything.
    pub(crate) fn has_defers(&self) -> bool {
        self.has_defers
    }

    /// Whether a register of a cell holds the closure of a `defer`.
    pub(crate) fn is_defer(&self, cell: u32, reg: Reg) -> bool {
        self.module.cells[cell as usize].defers.iter().any(|scope| scope.reg == reg)
    }

    /// Registers that the frame owns when it is left at `pc`; `during` when the instruction has consumed
    /// its operands.
    pub(crate) fn owned(&self, pc: Pc, during: bool) -> Vec<(Reg, Repr)> {
        let analysis = if during { owned_during_call } else { ownership_at };
        let regs = analysis(&self.module, CellId(pc.cell), pc.word);
        let reprs = &self.module.cells[pc.cell as usize].regs;
        regs.into_iter().map(|reg| (reg, reprs[usize::from(reg)])).collect()
    }
}

impl std::fmt::Debug for Program {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Program")
            .field("name", &self.module.name)
            .field("words", &self.code.len())
            .finish()
    }
}
