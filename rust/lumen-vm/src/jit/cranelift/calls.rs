//! Calls and returns.
//!
//! A call writes nothing to the frame: its registers stay where they are in the machine. When the callee gives a negative
//! status, the caller writes the registers that the frame needs while the call runs, and the record of the callee's frame.

use super::super::plan::Instruction;
use super::super::steps;
use super::super::tier::address;
use super::body_signature;
use super::translate::{Start, Translator};
use crate::interp::state::{ClassRow, Vm};
use cranelift_codegen::ir::condcodes::IntCC;
use cranelift_codegen::ir::{Inst, InstBuilder, Value, types};
use lumen_lir::{ClassDesc, Op, Reg, Repr, Slots, param_slots, result_slots};
use std::mem::offset_of;

/// Offset of an object's class.
pub(super) const CLASS: i32 = 4;

/// What a call passes and gets.
pub(super) struct Shape {
    args: Vec<Reg>,
    arg_reprs: Vec<Repr>,
    pub(super) results: Vec<Repr>,
}

impl Translator<'_, '_> {
    pub(super) fn call(&mut self, at: Instruction) {
        let (w, ext) = self.words(at);
        let (a, b, c) = (lumen_lir::a(w), lumen_lir::b(w), lumen_lir::c(w));
        let (shape, closure) = match at.op {
            Op::CallC => (self.closure_shape(b, c), Some(c)),
            Op::Call => (self.cell_shape(b, usize::from(c)), None),
            _ => (self.cell_shape(b, lumen_lir::x0(ext) as usize), None),
        };
        let cell = self.plan.callee(at);
        let regs = self.b.ins().iadd_imm_s(self.regs, 8 * (i64::from(b) + 2));
        let mut values = vec![regs, self.fuel()];
        if let Some(closure) = closure {
            values.push(self.get(closure));
        }
        for reg in &shape.args {
            values.push(self.get(*reg));
        }
        if cell.is_some_and(|cell| self.is_in_place(cell)) {
            return self.call_in_place(at, &values, &shape, (a, b));
        }
        let call = match (cell, closure) {
            (Some(cell), _) => self.call_cell(at, cell, &shape, &values),
            (None, Some(closure)) => self.call_closure(at, closure, &shape, &values),
            (None, None) => return self.leave(at.pc),
        };
        self.after_call(at, call, regs, &shape, (a, b));
    }

    fn cell_shape(&self, window: Reg, cell: usize) -> Shape {
        let cell = &self.plan.module.cells[cell];
        let arg_reprs: Vec<Repr> = cell.params.iter().map(|param| param.repr).collect();
        let args = (0..arg_reprs.len() as Reg).map(|n| window + 2 + n).collect();
        Shape { args, arg_reprs, results: cell.results.clone() }
    }

    fn closure_shape(&self, window: Reg, closure: Reg) -> Shape {
        let (module, repr) = (self.plan.module, self.repr(closure));
        let class = repr.class().map(|class| &module.classes[class.index()]);
        let class = match class {
            Some(ClassDesc::Closure { of, .. }) => Some(&module.classes[of.index()]),
            class => class,
        };
        let Some(ClassDesc::Fn { params, ret, .. }) = class else {
            return Shape { args: Vec::new(), arg_reprs: Vec::new(), results: Vec::new() };
        };
        let slots = params.iter().filter_map(|ty| param_slots(&module.types, *ty));
        let reprs: Vec<Repr> = slots.flat_map(Slots::reprs).collect();
        let args = (0..reprs.len() as Reg).map(|n| window + 3 + n).collect();
        let mut arg_reprs = vec![repr];
        arg_reprs.extend(reprs);
        let results = result_slots(&module.types, *ret);
        Shape { args, arg_reprs, results: results.map_or(Vec::new(), |s| s.reprs().collect()) }
    }

    fn call_cell(&mut self, at: Instruction, cell: u32, shape: &Shape, values: &[Value]) -> Inst {
        if let (Some(body), true) = (self.body, cell == self.plan.id.0) {
            return self.b.ins().call(body, values);
        }
        let signature = body_signature(&shape.arg_reprs, &shape.results);
        let signature = self.b.import_signature(signature);
        let known = self.jit.natives()[cell as usize];
        let code = if known.is_null() {
            let place = self.int(address(&raw const self.jit.natives()[cell as usize]));
            let code = self.b.ins().load(types::I64, self.mem.task, place, 0);
            let cell = self.int(i64::from(cell));
            self.find_code(at, code, |t| {
                let args = [t.vm(), cell];
                t.call_rust(address(steps::code_of_cell as *const u8), &args, true)
            })
        } else {
            self.int(address(known))
        };
        self.b.ins().call_indirect(signature, code, values)
    }

    fn call_closure(&mut self, at: Instruction, reg: Reg, shape: &Shape, values: &[Value]) -> Inst {
        let signature = body_signature(&shape.arg_reprs, &shape.results);
        let signature = self.b.import_signature(signature);
        let closure = self.get(reg);
        let class = self.b.ins().uload32(self.mem.head, closure, CLASS);
        let row = self.b.ins().imul_imm_u(class, size_of::<ClassRow>() as i64);
        let rows = self.int(address(self.jit.classes.as_ptr()));
        let row = self.b.ins().iadd(rows, row);
        let offset = offset_of!(ClassRow, native) as i32;
        let code = self.b.ins().load(types::I64, self.mem.task, row, offset);
        let code = self.find_code(at, code, |t| {
            let args = [t.vm(), closure];
            t.call_rust(address(steps::code_of_closure as *const u8), &args, true)
        });
        self.b.ins().call_indirect(signature, code, values)
    }

    /// Native code that may not be there: asked for once more in a cold block, and left when there is none.
    fn find_code(
        &mut self,
        at: Instruction,
        code: Value,
        ask: impl FnOnce(&mut Self) -> Option<Value>,
    ) -> Value {
        let (cold, found) = (self.cold_block(), self.block());
        self.b.append_block_param(found, types::I64);
        let missing = self.cmp_imm(IntCC::Equal, code, 0);
        let hot = self.block();
        self.branch(missing, cold, hot);
        self.begin(hot);
        self.jump(found, &[code]);
        self.begin(cold);
        let made = ask(self).unwrap_or(code);
        let none = self.cmp_imm(IntCC::Equal, made, 0);
        self.leave_if(none, at.pc);
        self.jump(found, &[made]);
        self.begin(found);
        self.b.block_params(found)[0]
    }

    fn after_call(
        &mut self,
        at: Instruction,
        call: Inst,
        callee: Value,
        shape: &Shape,
        (target, window): (Reg, Reg),
    ) {
        let given = self.b.inst_results(call).to_vec();
        let left = self.cmp_imm(IntCC::SignedLessThan, given[0], 0);
        self.unless(left, |t| t.leave_call(at, given[0], callee, shape, (target, window)));
        self.take_results(&given, shape, target);
    }

    /// Leaves because a callee did, with its status: its frame, which begins at `callee`, is written.
    pub(super) fn leave_call(
        &mut self,
        at: Instruction,
        status: Value,
        callee: Value,
        shape: &Shape,
        (target, window): (Reg, Reg),
    ) {
        let results: Vec<Reg> = (0..shape.results.len() as Reg).map(|n| target + n).collect();
        let kept = self.plan.kept_during(at, window, &results);
        self.store_frame(&kept);
        let back = self.int(self.code_address(at.next));
        self.b.ins().store(self.mem.task, back, callee, -16);
        let word = self.int(self.program.word_at(self.plan.id, at.pc) as i64);
        self.b.ins().store(self.mem.task, word, callee, -8);
        self.give_back(status);
    }

    /// Takes what a callee gave: the fuel left, and its results.
    pub(super) fn take_results(&mut self, given: &[Value], shape: &Shape, target: Reg) {
        self.b.def_var(self.fuel, given[0]);
        if let Some(first) = given.get(1) {
            self.set(target, *first);
        }
        if let Some(second) = shape.results.get(1) {
            let vm = self.vm();
            let offset = offset_of!(Vm, results) as i32 + 8;
            let ty = super::type_of(*second);
            let value = self.b.ins().load(ty, self.mem.task, vm, offset);
            self.set(target + 1, value);
        }
    }

    pub(super) fn ret(&mut self, at: Instruction) {
        let a = lumen_lir::a(self.words(at).0);
        let fuel = self.fuel();
        let mut values = vec![fuel];
        if at.op == Op::Ret2 {
            let second = self.get(a + 1);
            self.store_vm(second, offset_of!(Vm, results) + 8);
        }
        if at.op != Op::Ret0 {
            let first = self.get(a);
            match self.start {
                Start::Body => values.push(first),
                _ => self.store_vm(first, offset_of!(Vm, results)),
            }
        }
        if let Some(ways) = self.ways_out {
            return self.jump(ways.returned, &values);
        }
        self.b.ins().return_(&values);
    }
}
