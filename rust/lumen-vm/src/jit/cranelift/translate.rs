//! The walk over a cell: one Cranelift block for each block of LIR, one variable for each register.

use super::super::plan::{CellPlan, Instruction, Refusal};
use super::super::steps::is_step;
use super::super::tier::{ENTERED, INTERPRET, Jit};
use super::emit::Memory;
use super::inline::WaysOut;
use super::{arguments, body_signature};
use crate::interp::state::Vm;
use crate::link::Program;
use cranelift_codegen::ir::condcodes::IntCC;
use cranelift_codegen::ir::{Block, FuncRef, InstBuilder, Value, types};
use cranelift_codegen::isa::TargetFrontendConfig;
use cranelift_frontend::{FunctionBuilder, Variable};
use lumen_lir::{Flags, INTRINSICS, Op, Reg, RegSet};
use std::mem::offset_of;

/// What is translated of a cell.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Start {
    /// All of it, for calls from native code.
    Body,
    /// A call of the body, for the interpreter.
    Wrapper,
    /// What can be reached from a word, for the interpreter.
    At(usize),
}

/// A translation in progress.
pub(super) struct Translator<'a, 'f> {
    pub(super) b: FunctionBuilder<'f>,
    pub(super) program: &'a Program,
    pub(super) jit: &'a Jit,
    pub(super) plan: &'a CellPlan<'a>,
    pub(super) start: Start,
    /// The cell's own body.
    pub(super) body: Option<FuncRef>,
    pub(super) mem: Memory,
    pub(super) vars: Vec<Variable>,
    pub(super) fuel: Variable,
    /// Address of register 0.
    pub(super) regs: Value,
    /// By register: the length of its list, when that is kept.
    pub(super) lens: Vec<Option<Variable>>,
    /// What was checked on the way to the current place.
    pub(super) known: Known,
    /// By block: the blocks it is entered from; itself for the beginning of the code.
    pub(super) entries: Vec<Vec<u32>>,
    /// By block: whether it was translated with the branch before it.
    pub(super) absorbed: Vec<bool>,
    /// Where the current block of the cell leaves native code.
    pub(super) exit: Option<Exit>,
    /// By block of the cell: where it is entered from outside of its loop.
    pub(super) blocks: Vec<Block>,
    /// By block of the cell: where its loop enters it again, when rows are found before.
    pub(super) heads: Vec<Option<Block>>,
    /// By row of the plan: its address and its length, both 0 when there is none.
    pub(super) rows: Vec<[Variable; 2]>,
    /// The block of the cell that is being translated.
    pub(super) current: u32,
    /// Where the body goes, when it stands in place of a call.
    pub(super) ways_out: Option<WaysOut>,
    /// How many more bodies may be put in place inside of each other.
    pub(super) depth: u32,
}

/// The place where the instructions of a block leave native code.
pub(super) struct Exit {
    /// Its parameter is the address of the instruction.
    pub(super) block: Block,
    /// What it writes to the frame.
    pub(super) kept: RegSet,
}

/// What was checked on the way to a place.
#[derive(Clone, Default)]
pub(super) struct Known {
    /// Indexes that are in range, with the lengths.
    pub(super) inside: Vec<(Value, Value)>,
    /// Objects that have one owner.
    pub(super) unique: Vec<Value>,
    /// Results of instructions that did not fail, by their operands.
    results: Vec<(Computed, Value)>,
    /// Elements that were read since memory was written last.
    loads: Vec<(Computed, Value)>,
}

/// An instruction, its first operand, and its second one: a value's number or the number itself.
pub(super) type Computed = (Op, Value, i64);

/// Results that are kept at most, so that looking for one takes a bounded time.
const MOST_RESULTS: usize = 48;

impl Known {
    /// What an instruction gave.
    pub(super) fn result(&self, of: Computed) -> Option<Value> {
        let list = if is_load(of.0) { &self.loads } else { &self.results };
        list.iter().rev().find(|(computed, _)| *computed == of).map(|(_, value)| *value)
    }

    /// What holds at the beginning of a callee that is put in place.
    pub(super) fn in_callee(&self) -> Known {
        Known { inside: self.inside.clone(), ..Known::default() }
    }

    /// An instruction gave a value.
    pub(super) fn keep(&mut self, of: Computed, value: Value) {
        let list = if is_load(of.0) { &mut self.loads } else { &mut self.results };
        if list.len() == MOST_RESULTS {
            list.remove(0);
        }
        list.push((of, value));
    }
}

fn is_load(op: Op) -> bool {
    matches!(op, Op::ListGet | Op::ListGetB)
}

/// Whether what was read from memory is there still after an instruction with machine code of its own.
fn keeps_memory(op: Op) -> bool {
    use Op::*;
    let reads =
        matches!(op, ListGet | ListGetB | ListGetR | ListGetI | ListFld | ListGet2 | Fld | FldR);
    let jumps = super::branches::is_branch(op) && !op.flags().has(Flags::BACK);
    reads || jumps || super::scalars::is_scalar(op)
}

/// How an instruction becomes native.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Way {
    Inline,
    Step,
    /// It does not: native code is left before it.
    Leave,
}

fn way(plan: &CellPlan<'_>, jit: &Jit, at: Instruction) -> Way {
    use Op::*;
    let op = at.op;
    match op {
        // What is recorded with its place needs the records of all frames.
        Rt | RtT if jit.is_taped() => {
            let builtin = usize::from(lumen_lir::c(plan.cell.code[at.pc]));
            if INTRINSICS[builtin].is_observable() { Way::Leave } else { Way::Step }
        }
        CallTry | CallTimed | GenNew | GenNext | GenEnd | GenFree | GenYield | GenYield2 => {
            Way::Leave
        }
        Call | CallW | CallC | Ret0 | Ret1 | Ret2 | Fail | FailR | Enter | Nop => Way::Inline,
        _ if is_inline(op) => Way::Inline,
        _ if is_step(op) => Way::Step,
        _ => Way::Leave,
    }
}

/// Instructions with machine code of their own, calls and returns aside.
fn is_inline(op: Op) -> bool {
    super::branches::is_branch(op)
        || super::scalars::is_scalar(op)
        || super::counts::is_count(op)
        || super::lists::is_list(op)
        || super::objects::is_object(op)
}

/// Why an instruction cannot become native.
fn refusal(plan: &CellPlan<'_>, jit: &Jit, at: Instruction) -> Option<Refusal> {
    if way(plan, jit, at) == Way::Leave {
        return Some(Refusal::Opcode(at.op));
    }
    let cell = plan.callee(at)?;
    let closure = plan.module.cells[cell as usize].closure.is_some();
    (closure || !jit.may_compile(cell)).then_some(Refusal::Callee(cell))
}

/// A cell is compiled when all of its instructions become native.
pub(super) fn check_cell(plan: &CellPlan<'_>, jit: &Jit) -> Result<(), Refusal> {
    let reachable = plan.reachable(0);
    for (block, range) in plan.cfg.blocks.iter().enumerate() {
        if !reachable[block] {
            continue;
        }
        for at in plan.instructions(range.start as usize, range.end as usize) {
            if let Some(reason) = refusal(plan, jit, at) {
                return Err(reason);
            }
        }
    }
    Ok(())
}

/// A loop is compiled when all instructions from which it can be reached again become native.
pub(super) fn check_loop(plan: &CellPlan<'_>, jit: &Jit, word: usize) -> Result<(), Refusal> {
    let header = plan.cfg.block_of(word);
    let (from, to) = (plan.reachable(header), plan.reaching(header));
    for (block, range) in plan.cfg.blocks.iter().enumerate() {
        if !(from[block] && to[block]) {
            continue;
        }
        for at in plan.instructions(range.start as usize, range.end as usize) {
            if let Some(reason) = refusal(plan, jit, at) {
                return Err(reason);
            }
        }
    }
    Ok(())
}

impl<'a, 'f> Translator<'a, 'f> {
    pub(super) fn new(
        mut b: FunctionBuilder<'f>,
        program: &'a Program,
        jit: &'a Jit,
        plan: &'a CellPlan<'a>,
        start: Start,
        body: Option<FuncRef>,
    ) -> Self {
        let mem = Memory::new(&mut b);
        let vars = plan.cell.regs.iter().map(|repr| b.declare_var(super::type_of(*repr))).collect();
        let fuel = b.declare_var(types::I64);
        let has_length = |reg: usize| start != Start::Wrapper && plan.lengths.has(reg as Reg);
        let lens = (0..plan.cell.regs.len())
            .map(|reg| has_length(reg).then(|| b.declare_var(types::I64)))
            .collect();
        let entry = b.create_block();
        b.append_block_params_for_function_params(entry);
        b.switch_to_block(entry);
        b.seal_block(entry);
        let params = b.block_params(entry).to_vec();
        b.def_var(fuel, params[1]);
        let blocks = match start {
            Start::Wrapper => Vec::new(),
            _ => plan.cfg.blocks.iter().map(|_| b.create_block()).collect(),
        };
        let mut translator = Translator {
            b,
            program,
            jit,
            plan,
            start,
            body,
            mem,
            vars,
            fuel,
            regs: params[0],
            lens,
            known: Known::default(),
            entries: Vec::new(),
            absorbed: Vec::new(),
            exit: None,
            blocks,
            heads: Vec::new(),
            rows: Vec::new(),
            current: 0,
            ways_out: None,
            depth: if start == Start::Body { super::inline::depth(plan) } else { 0 },
        };
        if start != Start::Wrapper {
            translator.heads = translator.head_blocks();
            translator.rows = translator.row_vars();
        }
        for (reg, value) in params[2..].iter().enumerate() {
            translator.set(reg as Reg, *value);
        }
        translator
    }

    pub(super) fn run(mut self, config: TargetFrontendConfig) {
        match self.start {
            Start::Wrapper => self.wrapper(),
            Start::Body => {
                self.enter();
                let first = self.blocks[0];
                self.jump(first, &[]);
                self.walk(0);
            }
            Start::At(word) => {
                let live = self.plan.kept_before(word);
                let (known, live): (Vec<Reg>, Vec<Reg>) =
                    live.into_iter().partition(|reg| self.plan.constant(*reg).is_some());
                self.load_frame(&live);
                self.load_constants(&known);
                let header = self.plan.cfg.block_of(word);
                self.find_rows(|row| row.covers(header) && row.header != header, word);
                let block = self.blocks[header as usize];
                self.jump(block, &[]);
                self.walk(header);
            }
        }
        self.b.seal_all_blocks();
        self.b.finalize(config);
    }

    /// The safepoint of a cell's entry.
    pub(super) fn enter(&mut self) {
        let before = self.fuel();
        let fuel = self.b.ins().iadd_imm_s(before, -1);
        self.b.def_var(self.fuel, fuel);
        let out = self.cmp_imm(IntCC::SignedLessThan, fuel, 0);
        self.unless(out, |t| t.leave_entered(ENTERED));
        let slots = self.plan.cell.regs.len() as i64;
        let end = self.b.ins().iadd_imm_s(self.regs, 8 * slots);
        let limit = self.load_vm(offset_of!(Vm, limit));
        let full = self.cmp(IntCC::UnsignedGreaterThan, end, limit);
        self.unless(full, |t| t.leave_entered(ENTERED));
        let calls = |at: Instruction| matches!(at.op, Op::Call | Op::CallW | Op::CallC);
        let in_place = self.ways_out.is_some();
        if !in_place && self.plan.instructions(0, self.plan.cell.code.len()).any(calls) {
            let sp = self.b.ins().get_stack_pointer(types::I64);
            let floor = self.load_vm(offset_of!(Vm, native_floor));
            let low = self.cmp(IntCC::UnsignedLessThan, sp, floor);
            self.unless(low, |t| t.leave_entered(INTERPRET));
        }
    }

    /// The interpreter's way into the body.
    fn wrapper(&mut self) {
        let args = arguments(self.plan.cell);
        let regs: Vec<Reg> = (0..args.len() as Reg).collect();
        self.load_frame(&regs);
        let mut values = vec![self.regs, self.fuel()];
        values.extend(regs.iter().map(|reg| self.b.use_var(self.vars[usize::from(*reg)])));
        let results = &self.plan.cell.results;
        let call = match self.body {
            Some(body) => self.b.ins().call(body, &values),
            None => {
                let signature = self.b.import_signature(body_signature(&args, results));
                self.b.ins().call_indirect(signature, self.regs, &values)
            }
        };
        let given = self.b.inst_results(call).to_vec();
        if let Some(first) = given.get(1) {
            self.store_vm(*first, offset_of!(Vm, results));
        }
        self.b.ins().return_(&given[..1]);
    }

    /// Translates the blocks that can be reached from one.
    pub(super) fn walk(&mut self, from: u32) {
        let reachable = self.plan.reachable(from);
        let entries = self.entries_from(from, &reachable);
        let entries = std::mem::replace(&mut self.entries, entries);
        let absorbed = std::mem::replace(&mut self.absorbed, vec![false; reachable.len()]);
        let mut ends: Vec<Known> = vec![Known::default(); reachable.len()];
        for (id, range) in self.plan.cfg.blocks.iter().enumerate() {
            if !reachable[id] || self.absorbed[id] {
                continue;
            }
            self.current = id as u32;
            let block = self.enter_block(id as u32);
            let mut from = self.entries[id].clone();
            from.retain(|before| !self.is_absorbed(*before));
            if from.iter().all(|before| (*before as usize) < id) {
                // All of them are translated.
                self.b.seal_block(block);
            }
            self.known = match from[..] {
                [before] if (before as usize) < id => ends[before as usize].clone(),
                _ => Known::default(),
            };
            if let Some(fill) = self.fill_loop(id as u32) {
                self.fill(fill);
            }
            let mut ended = false;
            for at in self.plan.instructions(range.start as usize, range.end as usize) {
                ended = self.instruction(at);
                if ended {
                    break;
                }
            }
            if !ended {
                match self.blocks.get(id + 1) {
                    Some(next) => {
                        let next = *next;
                        self.jump(next, &[]);
                    }
                    None => self.leave(range.start as usize),
                }
            }
            ends[id] = std::mem::take(&mut self.known);
            self.finish_exit();
        }
        (self.entries, self.absorbed) = (entries, absorbed);
    }

    fn is_absorbed(&self, block: u32) -> bool {
        self.absorbed.get(block as usize).is_some_and(|absorbed| *absorbed)
    }

    /// By block: the blocks it is entered from; itself for the beginning of the code.
    fn entries_from(&self, from: u32, reachable: &[bool]) -> Vec<Vec<u32>> {
        let mut entries = vec![Vec::new(); reachable.len()];
        entries[from as usize].push(if from == 0 { u32::MAX } else { from });
        for block in (0..reachable.len() as u32).filter(|block| reachable[*block as usize]) {
            for succ in self.plan.cfg.succs(block) {
                entries[*succ as usize].push(block);
            }
        }
        entries
    }

    /// Where a word's block begins, for a jump from the current block.
    pub(super) fn target(&self, word: usize) -> Block {
        let block = self.plan.cfg.block_of(word);
        match self.heads[block as usize] {
            Some(head) if self.is_back(block) => head,
            _ => self.blocks[block as usize],
        }
    }

    /// Translates an instruction; whether it ended its block.
    pub(super) fn instruction(&mut self, at: Instruction) -> bool {
        if at.op.flags().has(Flags::CALL) || super::counts::counts_up(at.op) {
            self.known.unique.clear();
        }
        let way = way(self.plan, self.jit, at);
        if way != Way::Inline || !keeps_memory(at.op) {
            self.known.loads.clear();
        }
        match way {
            Way::Leave => {
                self.leave(at.pc);
                return true;
            }
            Way::Step => {
                self.step(at);
                return false;
            }
            Way::Inline => {}
        }
        match at.op {
            Op::Nop | Op::Enter => {}
            Op::Call | Op::CallW | Op::CallC => self.call(at),
            Op::Ret0 | Op::Ret1 | Op::Ret2 => self.ret(at),
            Op::Fail | Op::FailR => self.leave(at.pc),
            op if super::branches::is_branch(op) => self.branch_op(at),
            op if super::scalars::is_scalar(op) => self.scalar(at),
            op if super::counts::is_count(op) => self.count(at),
            op if super::lists::is_list(op) => self.list(at),
            _ => self.object(at),
        }
        at.op.flags().any(Flags::TERM.or(Flags::BRANCH))
    }
}
