//! Which registers an instruction touches, windows included.
//!
//! Input → output: tables of a module and a word → the registers it reads, writes and overwrites.
//!
//! Invariant: on code that would not verify the answer may be wrong, never a panic.

use crate::intrinsics::{INTRINSICS, Pat, TypeArg};
use crate::module::{Cell, Handler, Module, Operation, Template, TemplatePart};
use crate::opcode::shape::Shape;
use crate::opcode::{self, Op, Reg};
use crate::tools::ToolCall;
use crate::typedesc::{
    ClassDesc, ClassId, Repr, TypeDesc, TypeId, param_slots, result_slots, slot_repr,
};

/// Consecutive registers.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Window {
    /// The first.
    pub base: u32,
    /// How many.
    pub len: u32,
}

impl Window {
    const fn new(base: Reg, len: usize) -> Window {
        Window { base: base as u32, len: len as u32 }
    }

    /// Whether it has this register.
    pub fn contains(self, reg: Reg) -> bool {
        (self.base..self.base.saturating_add(self.len)).contains(&u32::from(reg))
    }

    /// Its registers.
    pub fn regs(self) -> impl Iterator<Item = Reg> {
        let end = self.base.saturating_add(self.len).min(u32::from(Reg::MAX) + 1);
        (self.base..end).map(|r| r as Reg)
    }
}

/// The windows of an instruction; empty ones have length 0.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Windows {
    /// Registers read or consumed.
    pub reads: Window,
    /// Registers written.
    pub writes: Window,
    /// First register that a call overwrites.
    pub clobbers_from: Option<Reg>,
}

/// Parameter and result registers of a cell.
pub(crate) fn cell_shape(cell: &Cell) -> (u32, u32) {
    (cell.params.len() as u32, cell.results.len() as u32)
}

/// What an instruction does with a register.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Access {
    /// Reads or consumes it.
    Read,
    /// Writes it.
    Write,
    /// Reads, then writes it.
    ReadWrite,
}

/// The tables that say how long windows are.
#[derive(Debug)]
pub struct Shapes<'m> {
    types: &'m [TypeDesc],
    classes: &'m [ClassDesc],
    templates: &'m [Template],
    operations: &'m [Operation],
    handlers: &'m [Handler],
    tools: &'m [ToolCall],
    /// Parameter and result registers of each cell.
    cells: Vec<(u32, u32)>,
}

/// The tables of a module that shapes are read from, cells apart.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Tables<'m> {
    pub(crate) types: &'m [TypeDesc],
    pub(crate) classes: &'m [ClassDesc],
    pub(crate) templates: &'m [Template],
    pub(crate) operations: &'m [Operation],
    pub(crate) handlers: &'m [Handler],
    pub(crate) tools: &'m [ToolCall],
}

impl<'m> Shapes<'m> {
    /// The shapes of a module.
    pub fn new(module: &'m Module) -> Shapes<'m> {
        let cells = module.cells.iter().map(cell_shape).collect();
        let tables = Tables {
            types: &module.types,
            classes: &module.classes,
            templates: &module.consts.templates,
            operations: &module.operations,
            handlers: &module.handlers,
            tools: &module.tools,
        };
        Shapes::with_cells(tables, cells)
    }

    /// The shapes with those of cells computed before.
    pub(crate) fn with_cells(tables: Tables<'m>, cells: Vec<(u32, u32)>) -> Shapes<'m> {
        let Tables { types, classes, templates, operations, handlers, tools } = tables;
        Shapes { types, classes, templates, operations, handlers, tools, cells }
    }

    /// Parameter and result registers of each cell.
    pub(crate) fn into_cells(self) -> Vec<(u32, u32)> {
        self.cells
    }

    /// Class descriptor, when the id exists.
    pub fn class(&self, id: ClassId) -> Option<&'m ClassDesc> {
        self.classes.get(id.index())
    }

    /// Representation of a slot of a type.
    pub fn slot(&self, ty: TypeId) -> Option<Repr> {
        slot_repr(self.types, ty)
    }

    /// The windows of an instruction of a cell with these registers.
    pub fn windows(&self, regs: &[Repr], op: Op, w: u64, ext: u64) -> Windows {
        let (a, b, c) = (opcode::a(w), opcode::b(w), opcode::c(w));
        let x0 = opcode::x0(ext);
        let mut windows = Windows::default();
        let fields =
            |class: u32| self.class(ClassId(class)).and_then(ClassDesc::flat_len).unwrap_or(0);
        match op {
            Op::ListLit | Op::StrCat => windows.reads = Window::new(b, usize::from(c)),
            Op::New => windows.reads = Window::new(b, fields(u32::from(c))),
            Op::NewW => windows.reads = Window::new(b, fields(x0)),
            Op::NewReuse => windows.reads = Window::new(c, fields(x0)),
            Op::Interp => windows.reads = Window::new(b, self.template_len(usize::from(c))),
            Op::Tool => windows.reads = Window::new(b, self.tool_len(usize::from(c))),
            Op::Unpack => windows.writes = Window::new(a, usize::from(c)),
            Op::MapGet => windows.writes = Window::new(a, 2),
            Op::DynAs => windows.writes = Window::new(a, self.param_len(TypeId(x0))),
            Op::GenNext => {
                windows.writes = Window::new(a, self.stream_len(regs.get(usize::from(b)).copied()));
            }
            Op::Ret2 | Op::GenYield2 => windows.reads = Window::new(a, 2),
            Op::Call | Op::CallW => {
                let callee = if op == Op::Call { usize::from(c) } else { x0 as usize };
                let (params, results) = self.cells.get(callee).copied().unwrap_or((0, 0));
                windows.reads = Window { base: u32::from(b) + 2, len: params };
                windows.writes = Window { base: u32::from(a), len: results };
                windows.clobbers_from = Some(b);
            }
            Op::CallC | Op::CallTry | Op::CallTimed => {
                let (params, results) = self.function(regs.get(usize::from(c)).copied());
                windows.reads = Window { base: u32::from(b) + 3, len: params };
                let results = if op == Op::CallC { results } else { 0 };
                windows.writes = Window { base: u32::from(a), len: results };
                windows.clobbers_from = Some(b);
            }
            Op::CallT => {
                let (params, _) = self.function(regs.get(usize::from(b)).copied());
                windows.reads = Window { base: u32::from(a), len: params };
            }
            Op::Handle | Op::Perform | Op::Resume | Op::ResumeT => {
                return self.handling(regs, op, [a, b, c], x0);
            }
            Op::Rt => (windows.reads, windows.writes) = self.builtin(regs, [a, b, c], None),
            Op::RtT => {
                (windows.reads, windows.writes) = self.builtin(regs, [a, b, c], Some(TypeId(x0)))
            }
            _ => {}
        }
        windows
    }

    /// Calls `visit` for every register of an instruction: reads, then writes. Overwritten registers are not visited.
    pub fn visit(
        &self,
        regs: &[Repr],
        op: Op,
        w: u64,
        ext: u64,
        mut visit: impl FnMut(Reg, Access),
    ) -> Windows {
        let shape = Shape::of(op);
        shape.reads.regs(w, ext).for_each(|reg| visit(reg, Access::Read));
        let windows = self.windows_of(shape, regs, op, w, ext);
        windows.reads.regs().for_each(|reg| visit(reg, Access::Read));
        shape.in_outs.regs(w, ext).for_each(|reg| visit(reg, Access::ReadWrite));
        shape.writes.regs(w, ext).for_each(|reg| visit(reg, Access::Write));
        windows.writes.regs().for_each(|reg| visit(reg, Access::Write));
        windows
    }

    /// The windows of an instruction, at once when its opcode has none.
    #[inline]
    pub(crate) fn windows_of(
        &self,
        shape: &Shape,
        regs: &[Repr],
        op: Op,
        w: u64,
        ext: u64,
    ) -> Windows {
        if shape.has_window { self.windows(regs, op, w, ext) } else { Windows::default() }
    }

    fn param_len(&self, ty: TypeId) -> usize {
        param_slots(self.types, ty).map_or(0, |s| s.len())
    }

    /// Registers of an element of the run in a register.
    fn stream_len(&self, run: Option<Repr>) -> usize {
        let class = run.and_then(Repr::class).and_then(|id| self.class(id));
        let Some(ClassDesc::Run { of }) = class else { return 0 };
        let Some(ClassDesc::Stream { elem, .. }) = self.class(*of) else { return 0 };
        self.param_len(*elem)
    }

    /// The windows of the instructions of handlers.
    fn handling(&self, regs: &[Repr], op: Op, [a, b, c]: [Reg; 3], x0: u32) -> Windows {
        let len = |ty: TypeId| result_slots(self.types, ty).map_or(0, |slots| slots.len());
        let (arguments, result) = match op {
            Op::Handle => match self.handlers.get(x0 as usize) {
                Some(handler) => {
                    let closures = 1 + handler.clauses.len() + usize::from(handler.ret.is_some());
                    (closures, len(handler.result))
                }
                None => (0, 0),
            },
            Op::Perform => match self.operations.get(usize::from(c)) {
                Some(op) => (op.params.iter().map(|ty| self.param_len(*ty)).sum(), len(op.ret)),
                None => (0, 0),
            },
            _ => {
                let reg = if op == Op::Resume { c } else { b };
                let class = regs.get(usize::from(reg)).copied().and_then(Repr::class);
                match class.and_then(|id| self.class(id)) {
                    Some(ClassDesc::Resumption { value, result }) => {
                        (self.param_len(*value), len(*result))
                    }
                    _ => (0, 0),
                }
            }
        };
        if op == Op::ResumeT {
            return Windows { reads: Window::new(a, arguments), ..Windows::default() };
        }
        Windows {
            reads: Window { base: u32::from(b) + 2, len: arguments as u32 },
            writes: Window::new(a, result),
            clobbers_from: Some(b),
        }
    }

    fn tool_len(&self, index: usize) -> usize {
        let args = self.tools.get(index).map_or(&[][..], |call| &call.args);
        args.iter().map(|(_, ty)| self.param_len(*ty)).sum()
    }

    fn template_len(&self, index: usize) -> usize {
        let parts = self.templates.get(index).map_or(&[][..], |t| &t.parts);
        parts
            .iter()
            .map(|part| match part {
                TemplatePart::Text(_) => 0,
                TemplatePart::Hole { ty, .. } => self.param_len(*ty),
            })
            .sum()
    }

    fn function(&self, callee: Option<Repr>) -> (u32, u32) {
        let class = callee.and_then(Repr::class).and_then(|id| match self.class(id) {
            Some(ClassDesc::Closure { of, .. }) => self.class(*of),
            other => other,
        });
        let Some(ClassDesc::Fn { params, ret, .. }) = class else { return (0, 0) };
        let params: usize = params.iter().map(|ty| self.param_len(*ty)).sum();
        (params as u32, result_slots(self.types, *ret).map_or(0, |s| s.len()) as u32)
    }

    fn builtin(
        &self,
        regs: &[Repr],
        [dst, base, index]: [Reg; 3],
        ty: Option<TypeId>,
    ) -> (Window, Window) {
        let Some(signature) = INTRINSICS.get(usize::from(index)) else { return Default::default() };
        let subject = ty.map_or(1, |ty| self.param_len(ty));
        // Only optionals of a container's element need its type: it is that of the first parameter.
        let elem = regs.get(usize::from(base)).and_then(|r| r.class()).and_then(|id| {
            match self.class(id) {
                Some(ClassDesc::List { elem } | ClassDesc::Set { elem }) => Some(*elem),
                Some(ClassDesc::Map { key, .. }) => Some(*key),
                _ => None,
            }
        });
        let len = |pat: &Pat| match pat {
            Pat::Subject => subject,
            Pat::Opt(inner) => match inner {
                Pat::Int | Pat::Float | Pat::Bool => 2,
                Pat::A => match elem.and_then(|ty| self.types.get(ty.index())) {
                    Some(TypeDesc::Int | TypeDesc::Float | TypeDesc::Bool | TypeDesc::Enum(_)) => 2,
                    Some(TypeDesc::Optional(_)) => elem.map_or(1, |ty| self.param_len(ty)),
                    _ => 1,
                },
                _ => 1,
            },
            _ => 1,
        };
        let reads = signature.params.iter().map(|(_, pat)| len(pat)).sum();
        let writes = match (&signature.result, signature.type_arg, ty) {
            (None, ..) => 0,
            (Some(_), TypeArg::Result, Some(ty)) => self.param_len(ty),
            (Some(pat), ..) => len(pat),
        };
        (Window::new(base, reads), Window::new(dst, writes))
    }
}
