//! Calls of a cell by itself, put in place: its body once more, with registers and a frame of its own.
//!
//! What runs is what a native call would have run, safepoints included: the body put in place counts its entry, writes
//! its frame when it leaves, and gives its status to the call, which does with it what it does with a callee's.

use super::super::plan::{CellPlan, Instruction};
use super::calls::Shape;
use super::translate::{Exit, Known, Start, Translator};
use cranelift_codegen::ir::{Block, Value, types};
use cranelift_frontend::Variable;
use lumen_lir::Reg;

/// Words of code that bodies in place may have together, the cell's own included.
const MOST_WORDS: usize = 200;
/// Bodies inside of each other, the cell's own aside.
const MOST_DEPTH: u32 = 2;

/// Where a body in place goes.
#[derive(Clone, Copy)]
pub(super) struct WaysOut {
    /// Its parameters are the fuel left and the first result.
    pub(super) returned: Block,
    /// Its parameter is a negative status.
    pub(super) left: Block,
}

/// What belongs to the body that is being translated, set aside for one in place.
struct Outer {
    vars: Vec<Variable>,
    lens: Vec<Option<Variable>>,
    regs: Value,
    known: Known,
    exit: Option<Exit>,
    blocks: Vec<Block>,
    heads: Vec<Option<Block>>,
    rows: Vec<[Variable; 2]>,
    current: u32,
    ways_out: Option<WaysOut>,
}

/// How deep a cell's calls of itself are put in place: small ones gain by it.
pub(super) fn depth(plan: &CellPlan<'_>) -> u32 {
    let words = plan.cell.code.len();
    let is_call = |at: &Instruction| plan.callee(*at) == Some(plan.id.0);
    let calls = plan.instructions(0, words).filter(is_call).count();
    let fits = |depth: &u32| {
        let bodies: usize = (0..=*depth).map(|level| calls.saturating_pow(level)).sum();
        calls > 0 && bodies.saturating_mul(words) <= MOST_WORDS
    };
    (1..=MOST_DEPTH).rev().find(fits).unwrap_or(0)
}

impl Translator<'_, '_> {
    /// Whether a call of a cell is put in place.
    pub(super) fn is_in_place(&self, cell: u32) -> bool {
        self.start == Start::Body && cell == self.plan.id.0 && self.depth > 0
    }

    /// Translates a call of the cell by itself: `values` are register 0 of the callee, the fuel and the arguments.
    pub(super) fn call_in_place(
        &mut self,
        at: Instruction,
        values: &[Value],
        shape: &Shape,
        (target, window): (Reg, Reg),
    ) {
        let ways = WaysOut { returned: self.block(), left: self.cold_block() };
        self.b.append_block_param(ways.returned, types::I64);
        if let Some(repr) = shape.results.first() {
            self.b.append_block_param(ways.returned, super::type_of(*repr));
        }
        self.b.append_block_param(ways.left, types::I64);
        let outer = self.begin_body(ways, values[0]);
        for (reg, value) in values[2..].iter().enumerate() {
            self.set(reg as Reg, *value);
        }
        self.enter();
        let first = self.blocks[0];
        self.jump(first, &[]);
        self.walk(0);
        self.end_body(outer);
        self.begin(ways.left);
        let status = self.b.block_params(ways.left)[0];
        self.leave_call(at, status, values[0], shape, (target, window));
        self.begin(ways.returned);
        let given = self.b.block_params(ways.returned).to_vec();
        self.take_results(&given, shape, target);
    }

    fn begin_body(&mut self, ways: WaysOut, regs: Value) -> Outer {
        let vars = self.plan.cell.regs.iter().map(|repr| super::type_of(*repr));
        let vars = vars.map(|ty| self.b.declare_var(ty)).collect();
        let lens = self.lens.iter().map(|len| len.map(|_| self.b.declare_var(types::I64)));
        let lens = lens.collect();
        let blocks = self.plan.cfg.blocks.iter().map(|_| self.b.create_block()).collect();
        let known = self.known.in_callee();
        let (heads, rows) = (self.head_blocks(), self.row_vars());
        self.depth -= 1;
        Outer {
            vars: std::mem::replace(&mut self.vars, vars),
            lens: std::mem::replace(&mut self.lens, lens),
            regs: std::mem::replace(&mut self.regs, regs),
            known: std::mem::replace(&mut self.known, known),
            exit: self.exit.take(),
            blocks: std::mem::replace(&mut self.blocks, blocks),
            heads: std::mem::replace(&mut self.heads, heads),
            rows: std::mem::replace(&mut self.rows, rows),
            current: self.current,
            ways_out: self.ways_out.replace(ways),
        }
    }

    fn end_body(&mut self, outer: Outer) {
        self.depth += 1;
        self.vars = outer.vars;
        self.lens = outer.lens;
        self.regs = outer.regs;
        self.known = outer.known;
        self.exit = outer.exit;
        self.blocks = outer.blocks;
        self.heads = outer.heads;
        self.rows = outer.rows;
        self.current = outer.current;
        self.ways_out = outer.ways_out;
    }
}
