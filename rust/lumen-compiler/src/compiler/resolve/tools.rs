//! Tools: their names and signatures, and calls of those without a written signature.
//!
//! `use tool` → a [`Tool`], with a signature also a cell without body. A call of the cell is a call like any other; a call
//! of a tool without signature is an expression of its own, whose named arguments are its request.

use super::context::{Ctx, Global};
use super::diagnostics::authority as diagnostics;
use super::items::{Declared, Job};
use super::lookup::Found;
use crate::compiler::ast::{self, Name};
use crate::compiler::hir::{
    CellBody, CellOrigin, Def, ExprId, ExprKind, RowRef, Tool, ToolId, TyRefKind,
};
use lumen_base::{Slice, Span, Symbol, sym};
use lumen_lir::Effect;

impl Ctx<'_, '_> {
    pub(super) fn collect_tool(&mut self, source: ast::ToolId, item: &ast::Item) -> Declared {
        let ast = self.ast;
        let tool = &ast[source];
        self.reject_attributes(item);
        let path: Vec<&str> =
            ast[tool.path].iter().map(|name| self.g.names.resolve(name.symbol)).collect();
        let target = path.join(".");
        let effect = self.tool_effect(tool);
        let cell = tool.signature.map(|_| {
            let cell = self.add_small_cell(tool.name.symbol, CellOrigin::TopLevel, tool.span);
            self.cell_mut(cell).name_span = tool.name.span;
            cell
        });
        let id = self.g.hir.tools.alloc(Tool {
            name: tool.name.symbol,
            target,
            module: self.module,
            name_span: tool.name.span,
            span: tool.span,
            effect,
            cell,
        });
        self.declare(tool.name, Def::Tool(id));
        Declared::Tool { source, id }
    }

    /// The effect that the tool is bound to, or the first part of its name.
    fn tool_effect(&mut self, tool: &ast::Tool) -> Effect {
        let ast = self.ast;
        let bound = ast.binds.values().find(|bind| bind.tool.symbol == tool.name.symbol);
        let first = ast[tool.path].first().copied().unwrap_or(tool.name);
        let name = bound.map_or(first, |bind| bind.effect);
        let own = Effect::by_name(self.g.names.resolve(first.symbol));
        if let Some(own) = own.filter(|own| own.properties().granted)
            && name.symbol != first.symbol
        {
            let at = self.at(name.span);
            self.report(diagnostics::fixed_effect(at, own.name()));
            return own;
        }
        match Effect::by_name(self.g.names.resolve(name.symbol)) {
            Some(effect) if effect.properties().granted => effect,
            Some(effect) => {
                let at = self.at(name.span);
                self.report(diagnostics::tool_effect(at, effect.name()));
                Effect::Exec
            }
            None => self.named_effect(name),
        }
    }

    fn named_effect(&mut self, name: Name) -> Effect {
        let known = &mut self.g.hir.tool_effects;
        let at = known.iter().position(|&it| it == name.symbol).unwrap_or_else(|| {
            known.push(name.symbol);
            known.len() - 1
        });
        if at >= Effect::NAMED_MAX {
            let at = self.at(name.span);
            self.report(diagnostics::too_many_effects(at, Effect::NAMED_MAX));
            return Effect::Exec;
        }
        Effect::Named(at as u8)
    }

    /// Bindings of effects to what is no tool of the file.
    pub(super) fn check_binds(&mut self) {
        let ast = self.ast;
        for bind in ast.binds.values() {
            let scope = &self.g.hir.modules[self.module].scope;
            if !matches!(scope.get(&bind.tool.symbol), Some(Def::Tool(_))) {
                let (at, text) = (self.at(bind.tool.span), self.text(bind.tool.symbol));
                self.report(diagnostics::unknown_tool(at, &text));
            }
        }
    }

    pub(super) fn tool_signature(&mut self, source: ast::ToolId, id: ToolId, jobs: &mut Vec<Job>) {
        let tool = &self.ast[source];
        let (Some(signature), Some(cell)) = (tool.signature, self.g.hir.tools[id].cell) else {
            return;
        };
        let params = self.params(signature.params, cell, None, jobs);
        let ret = match signature.ret {
            Some(ty) => self.ty(ty),
            None => self.g.add_type(TyRefKind::Null, tool.name.span),
        };
        let effect = self.g.hir.tools[id].effect;
        let name = self.g.hir.effect_name(effect, self.g.names).to_owned();
        let name = self.g.names.intern(&name);
        let span = tool.name.span;
        let row = RowRef {
            effects: Box::new([(name, span)]),
            vars: Box::default(),
            instances: Box::default(),
            span,
        };
        let cell = self.cell_mut(cell);
        (cell.params, cell.ret, cell.row) = (params, Some(ret), Some(row));
        cell.body = CellBody::Tool(id);
    }

    /// A tool's name as a value or callee.
    pub(super) fn tool_value(&mut self, id: ToolId, span: Span) -> ExprKind {
        self.use_tool(id, span);
        match self.g.hir.tools[id].cell {
            Some(cell) => ExprKind::Cell(cell),
            None => {
                let (at, text) = (self.at(span), self.text(self.g.hir.tools[id].name));
                self.report(diagnostics::tool_as_value(at, &text));
                ExprKind::Missing
            }
        }
    }

    fn use_tool(&mut self, id: ToolId, span: Span) {
        self.g.calls_tools = true;
        let tool = &self.g.hir.tools[id];
        let (key, name) = (tool.target.clone(), self.text(tool.name));
        let declared = tool.span.hi;
        let insert = (Span::new(declared, declared), format!("\ngrant {name}"));
        self.require_grant(&key, &name, span, Some(insert));
    }

    /// The tool without written signature that a callee names.
    pub(super) fn untyped_tool(&mut self, callee: ast::ExprId) -> Option<ToolId> {
        let ast::ExprKind::Name(name) = self.ast[callee].kind else { return None };
        match self.find(name) {
            Found::Def(Def::Tool(id)) if self.g.hir.tools[id].cell.is_none() => Some(id),
            _ => None,
        }
    }

    /// `Chat(…)?` is `(try Chat(…))?`.
    pub(super) fn attempted(&mut self, inner: ExprId) -> ExprId {
        let is_tool = match &self.body.body.exprs[inner].kind {
            ExprKind::ToolCall { .. } => true,
            ExprKind::Call { callee, .. } => match self.body.body.exprs[*callee].kind {
                ExprKind::Cell(cell) => matches!(self.g.hir.cells[cell].body, CellBody::Tool(_)),
                _ => false,
            },
            _ => false,
        };
        if !is_tool {
            return inner;
        }
        self.g.tries_tools = true;
        let span = self.body.body.exprs[inner].span;
        self.add(ExprKind::Try(inner), span)
    }

    /// `Chat(prompt: text)`.
    pub(super) fn tool_call(
        &mut self,
        id: ToolId,
        callee: Span,
        args: Slice<ast::Arg>,
        first: Option<ExprId>,
    ) -> ExprKind {
        self.use_tool(id, callee);
        let ast = self.ast;
        let name = self.text(self.g.hir.tools[id].name);
        if first.is_some() {
            let at = self.at(callee);
            self.report(diagnostics::positional_argument(at, &name));
        }
        let names: Vec<Name> = ast[args].iter().filter_map(|arg| arg.name).collect();
        self.check_repeated(&names, "argument");
        let mut request: Vec<(Symbol, ExprId)> = Vec::with_capacity(args.len());
        for arg in &ast[args] {
            let value = self.expr(arg.value);
            match arg.name {
                Some(name) if arg.kind != ast::ArgKind::Spread => {
                    request.push((name.symbol, value));
                }
                _ => {
                    let at = self.at(ast[arg.value].span);
                    self.report(diagnostics::positional_argument(at, &name));
                }
            }
        }
        ExprKind::ToolCall { tool: id, args: request.into() }
    }
}

impl Global<'_> {
    /// What calls of tools are lowered to.
    pub(super) fn request_tools(&mut self) {
        if self.calls_tools || self.tries_tools {
            self.std.request(sym::TOOL_REPLY);
        }
        if self.tries_tools {
            self.std.request(sym::TOOL_OUTCOME);
            if let Some(Def::Enum(id)) = self.std_item(sym::TOOL_ERROR) {
                self.hir.well_known.tool_error = Some(id);
            }
        }
    }

    /// Notes them once std is loaded; builtins that reach outside are calls of tools too.
    pub(super) fn find_tools(&mut self) {
        let reaches_out = |cell: &crate::compiler::hir::Cell| {
            let effects = cell.row.as_ref().map_or(&[][..], |row| &row.effects);
            let granted = |effect: Effect| effect.properties().granted;
            let of = |name| Effect::by_name(self.names.resolve(name)).is_some_and(granted);
            matches!(cell.body, CellBody::Extern(_)) && effects.iter().any(|&(name, _)| of(name))
        };
        if !self.calls_tools && self.hir.cells.values().any(reaches_out) {
            self.std.request(sym::TOOL_REPLY);
            self.load_requested();
        }
        let found = |name| self.hir.builtins.get(&name).into_iter().flatten().map(|it| it.1).next();
        let (reply, outcome) = (found(sym::TOOL_REPLY), found(sym::TOOL_OUTCOME));
        self.hir.well_known.secret = self.std.known_record(sym::SECRET);
        self.hir.well_known.untrusted = self.std.known_record(sym::UNTRUSTED);
        let value = found(sym::TOOL_VALUE);
        self.hir.well_known.tool_reply = reply;
        self.hir.well_known.tool_outcome = outcome;
        self.hir.well_known.tool_value = value;
    }
}
