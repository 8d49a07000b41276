//! The translator's tools: registers as variables, memory, blocks, and the ways out of native code.

use super::super::plan::Instruction;
use super::super::steps::{self, StepFn};
use super::super::tier::{ENTERED, FAILED, INTERPRET, address};
use super::branches::LEN;
use super::translate::{Exit, Start, Translator};
use super::type_of;
use crate::interp::state::Vm;
use cranelift_codegen::ir::condcodes::IntCC;
use cranelift_codegen::ir::{
    AbiParam, AliasRegionData, Block, BlockArg, InstBuilder, MemFlagsData, Signature, Type, Value,
    types,
};
use cranelift_codegen::isa::CallConv;
use cranelift_frontend::FunctionBuilder;
use lumen_lir::{Access, Flags, Reg, RegSet, Repr};
use std::mem::offset_of;

/// Kinds of memory: accesses of different kinds never overlap while native code runs without a call.
#[derive(Clone, Copy)]
pub(super) struct Memory {
    /// Counts, classes, and links of free blocks: the first word of a block.
    pub(super) head: MemFlagsData,
    /// Lengths and capacities of lists, strings and bytes.
    pub(super) len: MemFlagsData,
    /// Elements and fields that are integers, truth values in words, or floats.
    word: MemFlagsData,
    float: MemFlagsData,
    /// Elements and fields that are counted.
    pub(super) counted: MemFlagsData,
    /// Truth values in bytes.
    pub(super) byte: MemFlagsData,
    /// The task, its frames, and tables.
    pub(super) task: MemFlagsData,
}

impl Memory {
    pub(super) fn new(b: &mut FunctionBuilder<'_>) -> Memory {
        let mut kind = |user_id: u32, name: &'static str| {
            let data = AliasRegionData { user_id, description: name.into() };
            let region = b.func.dfg.alias_regions.insert(data);
            MemFlagsData::new().with_notrap().with_alias_region(Some(region))
        };
        Memory {
            head: kind(1, "head"),
            len: kind(2, "length"),
            word: kind(3, "word"),
            float: kind(4, "float"),
            counted: kind(5, "counted"),
            byte: kind(6, "byte"),
            task: kind(7, "task"),
        }
    }

    /// Elements and fields of a representation. An object's fields keep theirs as long as it lives, and memory that is
    /// used again is written before it is read.
    pub(super) fn data(&self, repr: Repr) -> MemFlagsData {
        match repr {
            Repr::F64 => self.float,
            Repr::I64 | Repr::Bool => self.word,
            Repr::Ref(_) | Repr::Opt(_) | Repr::Dyn => self.counted,
        }
    }
}

/// The body of the trampoline.
pub(super) fn trampoline(b: &mut FunctionBuilder<'_>, entry: Signature) {
    let block = b.create_block();
    b.append_block_params_for_function_params(block);
    b.switch_to_block(block);
    b.seal_block(block);
    let [vm, regs, fuel, code] = [0, 1, 2, 3].map(|at| b.block_params(block)[at]);
    let before = b.ins().get_pinned_reg(types::I64);
    b.ins().set_pinned_reg(vm);
    let entry = b.import_signature(entry);
    let call = b.ins().call_indirect(entry, code, &[regs, fuel]);
    let status = b.inst_results(call)[0];
    b.ins().set_pinned_reg(before);
    b.ins().return_(&[status]);
}

impl Translator<'_, '_> {
    // Values.

    /// A register's value.
    pub(super) fn get(&mut self, reg: Reg) -> Value {
        self.b.use_var(self.vars[usize::from(reg)])
    }

    /// Gives a register a value.
    pub(super) fn set(&mut self, reg: Reg, value: Value) {
        self.b.def_var(self.vars[usize::from(reg)], value);
        if let Some(length) = self.lens[usize::from(reg)] {
            let value = self.b.ins().uload32(self.mem.len, value, LEN);
            self.b.def_var(length, value);
        }
    }

    /// The length of the list in a register.
    pub(super) fn length_of(&mut self, reg: Reg, list: Value) -> Value {
        match self.lens[usize::from(reg)] {
            Some(length) => self.b.use_var(length),
            None => self.b.ins().uload32(self.mem.len, list, LEN),
        }
    }

    pub(super) fn repr(&self, reg: Reg) -> Repr {
        self.plan.cell.regs[usize::from(reg)]
    }

    pub(super) fn type_of(&self, reg: Reg) -> Type {
        type_of(self.repr(reg))
    }

    pub(super) fn int(&mut self, value: i64) -> Value {
        self.b.ins().iconst(types::I64, value)
    }

    /// A truth value as a register holds it.
    pub(super) fn truth(&mut self, bit: Value) -> Value {
        self.b.ins().uextend(types::I64, bit)
    }

    pub(super) fn cmp(&mut self, cc: IntCC, x: Value, y: Value) -> Value {
        self.b.ins().icmp(cc, x, y)
    }

    pub(super) fn cmp_imm(&mut self, cc: IntCC, x: Value, y: i64) -> Value {
        self.b.ins().icmp_imm_s(cc, x, y)
    }

    pub(super) fn fuel(&mut self) -> Value {
        self.b.use_var(self.fuel)
    }

    /// The task.
    pub(super) fn vm(&mut self) -> Value {
        self.b.ins().get_pinned_reg(types::I64)
    }

    /// A word of the task.
    pub(super) fn load_vm(&mut self, offset: usize) -> Value {
        let vm = self.vm();
        self.b.ins().load(types::I64, self.mem.task, vm, offset as i32)
    }

    pub(super) fn store_vm(&mut self, value: Value, offset: usize) {
        let vm = self.vm();
        self.b.ins().store(self.mem.task, value, vm, offset as i32);
    }

    /// The address of the linked code's word.
    pub(super) fn code_address(&self, pc: usize) -> i64 {
        address(self.program.cells[self.plan.id.index()].wrapping_add(pc))
    }

    // Blocks.

    /// A new block that is entered from one place only.
    pub(super) fn block(&mut self) -> Block {
        self.b.create_block()
    }

    pub(super) fn cold_block(&mut self) -> Block {
        let block = self.b.create_block();
        self.b.set_cold_block(block);
        block
    }

    /// Goes on in a block whose entries all exist.
    pub(super) fn begin(&mut self, block: Block) {
        self.b.switch_to_block(block);
        self.b.seal_block(block);
    }

    pub(super) fn jump(&mut self, block: Block, args: &[Value]) {
        let args: Vec<BlockArg> = args.iter().map(|value| BlockArg::Value(*value)).collect();
        self.b.ins().jump(block, args.iter());
    }

    pub(super) fn branch(&mut self, condition: Value, then: Block, otherwise: Block) {
        self.b.ins().brif(condition, then, &[], otherwise, &[]);
    }

    /// Splits on a condition that is rarely true: gives the cold block, begun by the caller, and goes on in the other.
    pub(super) fn unless(&mut self, condition: Value, cold: impl FnOnce(&mut Self)) {
        let (cold_block, hot) = (self.cold_block(), self.block());
        self.branch(condition, cold_block, hot);
        self.begin(cold_block);
        cold(self);
        self.begin(hot);
    }

    // Ways out.

    /// Leaves before an instruction when the condition holds: the interpreter executes it.
    pub(super) fn leave_if(&mut self, condition: Value, pc: usize) {
        self.unless(condition, |t| t.leave(pc));
    }

    /// Leaves before an instruction, through the exit of its block.
    pub(super) fn leave(&mut self, pc: usize) {
        let kept = self.plan.kept_before(pc);
        let exit = match &mut self.exit {
            Some(exit) => exit,
            none => {
                let block = self.b.create_block();
                self.b.set_cold_block(block);
                self.b.append_block_param(block, types::I64);
                let kept = RegSet::new(self.plan.cell.regs.len());
                none.insert(Exit { block, kept })
            }
        };
        kept.iter().for_each(|reg| exit.kept.add(*reg));
        let block = exit.block;
        let ip = self.int(self.code_address(pc));
        self.jump(block, &[ip]);
    }

    /// The exit of the block that was just translated. It writes what any of its instructions needs in the frame: what
    /// one of them does not need, nobody reads.
    pub(super) fn finish_exit(&mut self) {
        let Some(Exit { block, kept }) = self.exit.take() else { return };
        self.begin(block);
        let kept: Vec<Reg> = kept.iter().collect();
        self.store_frame(&kept);
        let ip = self.b.block_params(block)[0];
        self.leave_at(ip, INTERPRET);
    }

    /// Leaves with the task at an address; the frame holds what it must.
    fn leave_at(&mut self, ip: Value, status: i64) {
        self.store_vm(ip, offset_of!(Vm, ip));
        let regs = self.regs;
        self.store_vm(regs, offset_of!(Vm, regs));
        let fuel = self.fuel();
        self.store_vm(fuel, offset_of!(Vm, fuel));
        let status = self.int(status);
        self.give_back(status);
    }

    /// Leaves a frame that was just entered: fuel or stack may not suffice.
    pub(super) fn leave_entered(&mut self, status: i64) {
        debug_assert!(status == ENTERED || status == INTERPRET);
        let kept: Vec<Reg> = (0..super::arguments(self.plan.cell).len() as Reg).collect();
        self.store_frame(&kept);
        let ip = self.int(self.code_address(1));
        self.leave_at(ip, status);
    }

    /// Leaves because an instruction failed; its operands are in the frame.
    fn leave_failed(&mut self, pc: usize, touched: &[Reg]) {
        let mut kept = self.plan.kept_before(pc);
        kept.retain(|reg| !touched.contains(reg));
        self.store_frame(&kept);
        let fuel = self.fuel();
        self.store_vm(fuel, offset_of!(Vm, fuel));
        let status = self.int(FAILED);
        self.give_back(status);
    }

    /// Returns a negative status.
    pub(super) fn give_back(&mut self, status: Value) {
        if let Some(ways) = self.ways_out {
            return self.jump(ways.left, &[status]);
        }
        let mut values = vec![status];
        if self.start == Start::Body
            && let Some(repr) = self.plan.cell.results.first()
        {
            values.push(match type_of(*repr) {
                types::F64 => self.b.ins().f64const(0.0),
                _ => self.int(0),
            });
        }
        self.b.ins().return_(&values);
    }

    /// Writes registers to the frame.
    pub(super) fn store_frame(&mut self, kept: &[Reg]) {
        for reg in kept {
            let value = self.get(*reg);
            let offset = 8 * i32::from(*reg);
            self.b.ins().store(self.mem.task, value, self.regs, offset);
        }
    }

    /// Reads registers from the frame.
    pub(super) fn load_frame(&mut self, regs: &[Reg]) {
        for reg in regs {
            let ty = self.type_of(*reg);
            let value = self.b.ins().load(ty, self.mem.task, self.regs, 8 * i32::from(*reg));
            self.set(*reg, value);
        }
    }

    /// Gives registers the numbers which they always hold.
    pub(super) fn load_constants(&mut self, regs: &[Reg]) {
        for reg in regs {
            if let Some(at) = self.plan.constant(*reg) {
                let w = self.words(at).0;
                let value = self.constant(at, w);
                self.set(*reg, value);
            }
        }
    }

    // Calls of Rust.

    /// Calls a function of the runtime.
    pub(super) fn call_rust(
        &mut self,
        function: i64,
        args: &[Value],
        gives: bool,
    ) -> Option<Value> {
        let mut signature = Signature::new(CallConv::SystemV);
        signature.params.extend(args.iter().map(|_| AbiParam::new(types::I64)));
        if gives {
            signature.returns.push(AbiParam::new(types::I64));
        }
        let signature = self.b.import_signature(signature);
        let function = self.int(function);
        let call = self.b.ins().call_indirect(signature, function, args);
        self.b.inst_results(call).first().copied()
    }

    /// Executes an instruction by the interpreter's handler; the value is what the step gives.
    pub(super) fn step(&mut self, at: Instruction) -> Value {
        // It may count up anything.
        self.known.unique.clear();
        let (w, ext) = self.words(at);
        let (mut before, mut after) = (Vec::new(), Vec::new());
        self.plan.shapes.visit(&self.plan.cell.regs, at.op, w, ext, |reg, access| {
            if access != Access::Write && !before.contains(&reg) {
                before.push(reg);
            }
            if access != Access::Read && !after.contains(&reg) {
                after.push(reg);
            }
        });
        self.store_frame(&before);
        let step: StepFn = steps::step_of(at.op);
        let (vm, regs) = (self.vm(), self.regs);
        let ip = self.int(self.code_address(at.pc + 1));
        let args = [vm, regs, ip];
        let status = self.call_rust(address(step as *const u8), &args, true);
        let status = status.unwrap_or(regs);
        if at.op.flags().any(Flags::FAIL.or(Flags::ALLOC).or(Flags::CALL)) {
            let failed = self.cmp_imm(IntCC::Equal, status, steps::FAILED as i64);
            let touched: Vec<Reg> = before.iter().chain(&after).copied().collect();
            self.unless(failed, |t| t.leave_failed(at.pc, &touched));
        }
        self.load_frame(&after);
        status
    }

    /// Executes an instruction by the interpreter's handler in a cold block when a condition holds, then goes on where
    /// `hot` does; both define the same registers.
    pub(super) fn step_if(
        &mut self,
        condition: Value,
        at: Instruction,
        hot: impl FnOnce(&mut Self),
    ) {
        let (slow, fast, join) = (self.cold_block(), self.block(), self.block());
        self.branch(condition, slow, fast);
        self.begin(slow);
        self.step(at);
        self.jump(join, &[]);
        self.begin(fast);
        hot(self);
        self.jump(join, &[]);
        self.begin(join);
    }

    /// The same when the fast way has several conditions: `check` gives each to `slow_if`.
    pub(super) fn fast_or_step(&mut self, at: Instruction, body: impl FnOnce(&mut Self, Block)) {
        let (slow, join) = (self.cold_block(), self.block());
        body(self, slow);
        self.jump(join, &[]);
        self.begin(slow);
        self.step(at);
        self.jump(join, &[]);
        self.begin(join);
    }

    /// Goes to the slow block when the condition holds.
    pub(super) fn slow_if(&mut self, condition: Value, slow: Block) {
        let hot = self.block();
        self.branch(condition, slow, hot);
        self.begin(hot);
    }

    /// The words of an instruction in the module.
    pub(super) fn words(&self, at: Instruction) -> (u64, u64) {
        let code = &self.plan.cell.code;
        (code[at.pc], if at.next - at.pc == 2 { code[at.pc + 1] } else { 0 })
    }
}
