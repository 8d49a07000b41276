//! Calls of tools.
//!
//! A call → one instruction with a descriptor of the tool, its arguments, the expected reply and the grants of the file
//! that the call stands in; then a call of std's `tool_reply` or `tool_outcome`, which checks the reply against its type.

use super::fx::Fx;
use super::limits;
use super::value::{Place, Val, Want};
use crate::compiler::hir::{CellId, ExprId, ExprKind, ToolId};
use crate::compiler::typecheck::tables::{Call, Target};
use crate::compiler::typecheck::types::{Ty, TyKind};
use lumen_base::Symbol;
use lumen_lir::{Effect, EffectSet, Grant, Op, Pos, Repr, Slots, ToolCall, TypeId, host_tool};

/// What is called.
struct Callee {
    /// `llm.chat`.
    tool: String,
    /// `Chat`.
    name: String,
    effect: Effect,
    /// What a grant for it is called.
    key: String,
}

impl<'a> Fx<'_, 'a> {
    /// `try call`.
    pub(super) fn try_call(&mut self, call: ExprId) -> Val {
        let (body, typed) = (self.body(), self.typed());
        self.attempting = true;
        let v = match (&body.exprs[call].kind, typed.call(call)) {
            (ExprKind::ToolCall { tool, args }, _) => self.tool_expr(call, *tool, args),
            (_, Some(resolved)) => match resolved.target {
                Target::Cell(cell) => self.call_cell(call, resolved, cell, None, Want::Own, None),
                _ => Val::never(),
            },
            _ => Val::never(),
        };
        self.attempting = false;
        v
    }

    /// `Chat(prompt: text)` of a tool without a written signature.
    pub(super) fn tool_expr(&mut self, e: ExprId, tool: ToolId, args: &[(Symbol, ExprId)]) -> Val {
        let attempt = std::mem::take(&mut self.attempting);
        let mut values = Vec::with_capacity(args.len());
        for (n, &(name, arg)) in args.iter().enumerate() {
            let later = args[n + 1..].iter().any(|&(_, e)| self.assigns(e));
            let v = self.read(arg);
            let v = if later { self.snapshot(v) } else { v };
            values.push((self.p.names.resolve(name).to_owned(), v));
        }
        self.at_expr(e);
        let callee = self.callee_of(tool);
        for (_, v) in &values {
            self.refuse_secret(v.ty, &callee.name);
        }
        let result = self.ty(e);
        self.emit_tool(callee, values, result, attempt)
    }

    /// Type checking has seen secrets that the types show; what a parameter stands for is known here only.
    fn refuse_secret(&mut self, ty: Ty, tool: &str) {
        let Some(secret) = self.p.hir.well_known.secret else { return };
        let parts = self.p.types.types_in(self.p.tables, ty);
        let is_secret =
            |&part: &Ty| matches!(self.p.types.kind(part), TyKind::Record(id, _) if *id == secret);
        if parts.iter().any(is_secret) {
            let at = self.here();
            self.p.errors.push(limits::secret_argument(at, tool));
        }
    }

    fn callee_of(&self, tool: ToolId) -> Callee {
        let tool = &self.p.hir.tools[tool];
        Callee {
            tool: tool.target.clone(),
            name: self.p.names.resolve(tool.name).to_owned(),
            effect: tool.effect,
            key: tool.target.clone(),
        }
    }

    /// A call of a tool with a written signature.
    pub(super) fn call_tool(
        &mut self,
        e: ExprId,
        call: &'a Call,
        cell: CellId,
        tool: ToolId,
    ) -> Val {
        let callee = self.callee_of(tool);
        self.call_outside(e, call, cell, callee)
    }

    /// A call of a builtin that needs a grant: the runtime's own tool.
    pub(super) fn call_builtin_outside(
        &mut self,
        e: ExprId,
        call: &'a Call,
        cell: CellId,
        effect: Effect,
    ) -> Val {
        let name = self.p.names.resolve(self.p.hir.cells[cell].name).to_owned();
        let tool = host_tool(effect, &name);
        self.call_outside(e, call, cell, Callee { tool, name, effect, key: effect.name().into() })
    }

    fn call_outside(&mut self, e: ExprId, call: &'a Call, cell: CellId, callee: Callee) -> Val {
        let attempt = std::mem::take(&mut self.attempting);
        let values = self.extern_args(call, "", &[]);
        self.at_expr(e);
        let hir = self.p.hir;
        let names = hir.cells[cell].params.iter().map(|param| self.p.names.resolve(param.name));
        let named = names.map(str::to_owned).zip(values.iter().copied()).collect();
        let result = self.ty_of_result(cell, &[]);
        if self.p.handled(cell).is_none() || !self.r.reachable {
            return self.emit_tool(callee, named, result, attempt);
        }
        let name = callee.name.clone();
        let whole = if attempt { self.p.resumed_with(cell, result) } else { result };
        let inside = |fx: &mut Self, v: Val| match fx.p.hir.well_known.tool_value {
            Some(unwrap) if !attempt => {
                let name = Val::new(Place::Str(fx.p.module.string(&name)), Ty::STRING);
                fx.call_with(unwrap, &[result], &[v, name], None)
            }
            _ => v,
        };
        let outside = |fx: &mut Self| fx.emit_tool(callee, named, result, attempt);
        self.when_handled(cell, &values, whole, inside, outside)
    }

    fn emit_tool(
        &mut self,
        callee: Callee,
        args: Vec<(String, Val)>,
        result: Ty,
        attempt: bool,
    ) -> Val {
        let hir = self.p.hir;
        let known = &hir.well_known;
        let checker = if attempt { known.tool_outcome } else { known.tool_reply };
        let (true, Some(checker)) = (self.r.reachable, checker) else {
            args.into_iter().for_each(|(_, v)| self.done(v));
            return Val::never();
        };
        self.refuse_refined(result);
        let mut values = Vec::with_capacity(args.len());
        let mut described = Vec::with_capacity(args.len());
        for (name, v) in args {
            // Two registers in a row of arguments would need a window even when they are alone.
            let v = match self.info(v.ty).slots {
                Slots::One(_) => v,
                _ => self.convert(v, Ty::ANY, None),
            };
            described.push((name, self.info(v.ty).id));
            values.push(v);
        }
        let name = callee.name.clone();
        let index = self.tool_index(callee, described, result, attempt);
        let (base, held) = self.rt_window(&values, &vec![false; values.len()]);
        let dst = self.r.alloc(&mut self.b, Repr::Dyn);
        self.b.emit(Op::Tool, dst, base, index);
        let reply = self.defined(dst, Ty::JSON);
        self.release_window(held);
        if attempt {
            return self.call_with(checker, &[result], &[reply], None);
        }
        let name = Val::new(Place::Str(self.p.module.string(&name)), Ty::STRING);
        self.call_with(checker, &[result], &[reply, name], None)
    }

    /// The descriptor of a call, under the authority of the file that it stands in.
    fn tool_index(
        &mut self,
        callee: Callee,
        args: Vec<(String, TypeId)>,
        result: Ty,
        attempt: bool,
    ) -> u16 {
        let hir = self.p.hir;
        let module = hir.cells[self.frame().cell].module;
        let grants = hir.modules[module].authority.get(&callee.key).cloned().unwrap_or_default();
        let effects = EffectSet::of(callee.effect);
        self.effects = self.effects.union(effects);
        let effect = hir.effect_name(callee.effect, self.p.names).to_owned();
        let result = self.info(result).id;
        let Callee { tool, name, .. } = callee;
        let call = ToolCall { tool, name, effects, effect, args, result, attempt, grants };
        let index = self.p.module.tool(call);
        u16::try_from(index).unwrap_or_else(|_| {
            let at = self.here();
            self.p.errors.push(limits::too_many_tools(at));
            0
        })
    }
}

impl super::Lower<'_> {
    /// The grants of the program, numbered as in HIR.
    pub(super) fn grants(&mut self) {
        let hir = self.hir;
        for grant in &hir.grants {
            let file = hir.modules[grant.module].file;
            let at = Pos { file: file.0, start: grant.span.lo, end: grant.span.hi };
            self.module.module_mut().grants.push(Grant {
                subject: grant.subject.clone(),
                name: grant.name.clone(),
                constraints: grant.constraints.clone(),
                at,
            });
        }
    }
}
