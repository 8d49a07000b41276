//! Effects and handlers: operations, clauses, and what performs and handles.
//!
//! A `handle` becomes lambdas: its body, one for each clause with `resume` as its last parameter, and one for `return`. A
//! `handler` becomes a cell whose last parameter, a function without a name, is what it handles; `with` calls it.

use super::context::{Ctx, FrameKind, Global};
use super::diagnostics;
use super::items::{Code, Declared, Job};
use super::leaves::ways_out;
use super::lookup::Prefix;
use super::names::closest;
use super::types::kind_of;
use crate::compiler::ast::{self, Name};
use crate::compiler::hir::{
    Arg, CellAttrs, CellBody, CellId, CellOrigin, Clause, Def, Effect, EffectId, EffectRef, ExprId,
    ExprKind, Handle, LambdaParam, LocalKind, Param, Pat, PatKind, RowRef, TyRefId, TyRefKind,
    TypeParamId, usage_of,
};
use lumen_base::{Interner, Slice, Span, Symbol, sym};
use lumen_lir::Effect as Effects;

impl Global<'_> {
    /// Asks for the builtins that clauses name: `random.random_int(…) => …`.
    pub(super) fn request_handled(&mut self, ast: &ast::File) {
        let handles = ast.handles.values().map(|handle| handle.clauses);
        let handlers = ast.handlers.values().map(|handler| handler.clauses);
        for clause in handles.chain(handlers).flat_map(|clauses| &ast[clauses]) {
            let Some(path) = clause.operation else { continue };
            let ast::ExprKind::Field { base, name, .. } = ast[path].kind else { continue };
            if builtin_effect(self.names, ast, base).is_some() && self.std.is_cell(name) {
                self.std.request(name);
            }
        }
    }
}

/// The builtin effect that a name of a clause begins with.
fn builtin_effect(names: &Interner, ast: &ast::File, base: ast::ExprId) -> Option<Effects> {
    let ast::ExprKind::Name(symbol) = ast[base].kind else { return None };
    Effects::by_name(names.resolve(symbol)).filter(|effect| *effect != Effects::Perform)
}

impl Ctx<'_, '_> {
    pub(super) fn collect_effect(&mut self, source: ast::EffectId, item: &ast::Item) -> Declared {
        let ast = self.ast;
        let decl = &ast[source];
        self.reject_attributes(item);
        let row = self.g.add_type_param(decl.name, crate::compiler::hir::Bounds::default(), true);
        let type_params = self.own_type_params(decl.type_params);
        let id = self.g.hir.effects.alloc(Effect {
            name: decl.name.symbol,
            module: self.module,
            name_span: decl.name.span,
            is_pub: item.is_pub || self.declares_builtins,
            type_params,
            row,
            operations: Box::default(),
        });
        self.g.hir.type_params[row].effect = Some(id);
        self.declare(decl.name, Def::Effect(id));
        let operations =
            self.collect_members(decl.operations, CellOrigin::Operation(id), item.is_pub);
        for (&cell, &source) in operations.iter().zip(&ast[decl.operations]) {
            if let ast::CellBody::Operation { multi } = ast[source].body {
                self.cell_mut(cell).body = CellBody::Operation { multi };
            }
        }
        self.g.hir.effects[id].operations = operations;
        Declared::Effect { source, id }
    }

    pub(super) fn collect_handler(&mut self, source: ast::HandlerId, item: &ast::Item) -> Declared {
        let decl = &self.ast[source];
        self.reject_attributes(item);
        let id = self.add_small_cell(decl.name.symbol, CellOrigin::Handler, decl.span);
        let cell = self.cell_mut(id);
        (cell.name_span, cell.is_pub) = (decl.name.span, item.is_pub);
        cell.attrs = CellAttrs::default();
        self.declare(decl.name, Def::Handler(id));
        Declared::Handler { source, id }
    }

    /// Signatures of operations: closed ones, whose row is their effect.
    pub(super) fn effect_signature(
        &mut self,
        source: ast::EffectId,
        id: EffectId,
        jobs: &mut Vec<Job>,
    ) {
        let ast = self.ast;
        let own = self.g.hir.effects[id].type_params.clone();
        for (at, &operation) in ast[ast[source].operations].iter().enumerate() {
            let cell = self.g.hir.effects[id].operations[at];
            let decl = &ast[operation];
            self.generics.clear();
            self.enter_generics(&own);
            self.signature(operation, cell, None, jobs);
            let problem = if self.generics.len() > own.len() {
                Some("it has no type parameters and no row variables")
            } else if decl.row.is_some() {
                Some("its row is its effect")
            } else if decl.is_generator {
                Some("it gives one value; a handler may resume it again and again")
            } else if ast[decl.params].iter().any(|param| param.name.symbol == sym::SELF) {
                Some("it has no receiver")
            } else {
                None
            };
            if let Some(problem) = problem {
                let (at, text) = (self.at(decl.head), self.text(decl.name.symbol));
                self.report(diagnostics::operation_signature(at, &text, problem));
            }
            let null = (decl.ret.is_none()).then(|| self.g.add_type(TyRefKind::Null, decl.head));
            let row = self.own_row(id, decl.head);
            let cell = self.cell_mut(cell);
            (cell.type_params, cell.n_outer) = (own.clone(), 0);
            cell.ret = cell.ret.or(null);
            cell.row = Some(row);
        }
        self.generics.clear();
    }

    /// The row of the operations of an effect.
    fn own_row(&mut self, id: EffectId, span: Span) -> RowRef {
        let effect = &self.g.hir.effects[id];
        let (own, row) = (effect.type_params.clone(), effect.row);
        if own.is_empty() {
            return row_of(Box::new([row]), span);
        }
        let args = own.iter().map(|&param| self.g.add_type(TyRefKind::Param(param), span));
        let instance = EffectRef { effect: id, args: args.collect(), span };
        RowRef { instances: Box::new([instance]), ..row_of(Box::default(), span) }
    }

    /// The parameters of a handler, and what it handles: `fn() -> T / {Effects, e}`.
    pub(super) fn handler_signature(
        &mut self,
        source: ast::HandlerId,
        id: CellId,
        jobs: &mut Vec<Job>,
    ) {
        let ast = self.ast;
        let decl = &ast[source];
        let span = decl.name.span;
        let own = self.type_params(decl.type_params);
        self.bounds(decl.type_params, &own);
        let mut params = self.params(decl.params, id, None, jobs).into_vec();
        let symbol = self.g.names.intern("T");
        let result = self.own_param(Name { symbol, span }, false);
        let rest = self.own_param(Name { symbol: sym::EMPTY, span }, true);
        let (mut vars, instances) = self.handled_rows(decl.clauses);
        vars.push(rest);
        let ret = self.g.add_type(TyRefKind::Param(result), span);
        let effects = self.handled_effects(decl.clauses, span);
        let row = Some(RowRef { effects, instances, ..row_of(vars.into(), span) });
        let ty = self.g.add_type(TyRefKind::Fn { params: Box::default(), ret, row }, span);
        params.push(Param { name: sym::EMPTY, span, ty, default: None, variadic: false });
        let type_params: Box<[TypeParamId]> =
            self.generics.iter().map(|&(_, param)| param).collect();
        for param in &params {
            if let Some(default) = param.default {
                self.cell_mut(default).type_params = type_params.clone();
            }
        }
        let cell = self.cell_mut(id);
        (cell.params, cell.type_params) = (params.into(), type_params);
        let frame = FrameKind::Cell { group: None };
        let generics = self.generics.clone();
        jobs.push(Job { cell: id, code: Code::Handler(source), frame, generics, self_ty: None });
    }

    fn own_param(&mut self, name: Name, is_row: bool) -> TypeParamId {
        let id = self.g.add_type_param(name, crate::compiler::hir::Bounds::default(), is_row);
        // No name reaches it.
        self.generics.push((sym::EMPTY, id));
        id
    }

    /// What stands in rows for the effects all of whose operations have a clause.
    fn handled_rows(
        &mut self,
        clauses: Slice<ast::Clause>,
    ) -> (Vec<TypeParamId>, Box<[EffectRef]>) {
        let ast = self.ast;
        let mut named: Vec<(EffectId, CellId)> = Vec::new();
        for clause in &ast[clauses] {
            let Some(path) = clause.operation else { continue };
            let ast::ExprKind::Field { base, name, .. } = ast[path].kind else { continue };
            if builtin_effect(self.g.names, ast, base).is_none()
                && let Some((of, _)) = self.effect_before_dot(base)
                && let Some(cell) = self.operation_quiet(of, name)
            {
                named.push((of, cell));
            }
        }
        let mut rows: Vec<TypeParamId> = Vec::new();
        for &(of, _) in &named {
            let effect = &self.g.hir.effects[of];
            let all = effect.operations.iter().all(|&cell| named.contains(&(of, cell)));
            if all && effect.type_params.is_empty() && !rows.contains(&effect.row) {
                rows.push(effect.row);
            }
        }
        let instances = self.handled_instances(clauses, &named);
        (rows, instances.into())
    }

    /// The effects of the tools and builtins that have a clause, for rows.
    fn handled_effects(
        &mut self,
        clauses: Slice<ast::Clause>,
        span: Span,
    ) -> Box<[(Symbol, Span)]> {
        let ast = self.ast;
        let mut names: Vec<(Symbol, Span)> = Vec::new();
        for clause in &ast[clauses] {
            let Some(path) = clause.operation else { continue };
            let name = match ast[path].kind {
                ast::ExprKind::Name(name) => match self.module_def(name) {
                    Some(Def::Tool(id)) => {
                        let effect = self.g.hir.tools[id].effect;
                        let name = self.g.hir.effect_name(effect, self.g.names).to_owned();
                        self.g.names.intern(&name)
                    }
                    _ => continue,
                },
                ast::ExprKind::Field { base, .. } => {
                    match builtin_effect(self.g.names, ast, base) {
                        Some(effect) => self.g.names.intern(effect.name()),
                        None => continue,
                    }
                }
                _ => continue,
            };
            if names.iter().all(|(known, _)| *known != name) {
                names.push((name, span));
            }
        }
        names.into()
    }

    /// The clauses of a `handler` around its last parameter.
    pub(super) fn handler_body(&mut self, source: ast::HandlerId) -> ExprId {
        let decl = &self.ast[source];
        let body = match self.body.body.params.last() {
            Some(&local) => self.add(ExprKind::Local(local), decl.name.span),
            None => self.add(ExprKind::Missing, decl.name.span),
        };
        let kind = self.handle_with(body, decl.clauses, decl.head);
        self.add(kind, decl.head)
    }

    /// `handle body with clauses end`.
    pub(super) fn handle(&mut self, id: ast::HandleId, span: Span) -> ExprKind {
        let ast = self.ast;
        let handle = ast[id];
        let clauses = ast[handle.clauses].iter().map(|clause| clause.body);
        let ways = ways_out(ast, std::iter::once(handle.body).chain(clauses));
        self.with_exit(ways, span, |ctx| {
            let body = ctx.thunk(handle.body, span);
            ctx.handle_with(body, handle.clauses, span)
        })
    }

    /// A block as a function without parameters.
    fn thunk(&mut self, block: ast::BlockId, span: Span) -> ExprId {
        let lambda = self.enter_lambda(FrameKind::Handled, span);
        let mark = self.g.scope.mark();
        let body = self.block_value(block);
        self.g.scope.leave(mark);
        self.leave_lambda(lambda, Box::default(), None, body);
        self.add(ExprKind::Lambda(lambda), self.ast[block].span)
    }

    fn handle_with(&mut self, body: ExprId, list: Slice<ast::Clause>, span: Span) -> ExprKind {
        let ast = self.ast;
        let mut clauses: Vec<Clause> = Vec::new();
        let mut ret: Option<(ExprId, Span)> = None;
        // With a clause less than written, types and rows would be reported that nobody meant.
        let mut is_broken = false;
        for clause in &ast[list] {
            match clause.operation {
                None => {
                    let head = Span::new(clause.span.lo, ast[clause.body].span.lo);
                    if let Some((_, first)) = ret {
                        let (at, first) = (self.at(head), self.at(first));
                        self.report(diagnostics::repeated_clause(at, "return", first));
                    }
                    is_broken |= !self.check_clause_params(head, "return", 1, clause.params.len());
                    let code = self.clause_code(clause, None);
                    ret.get_or_insert((code, head));
                }
                Some(path) => {
                    let operation = self.operation_named(path);
                    let at = ast[path].span;
                    let code = self.clause_code(clause, Some(at));
                    let Some((operation, type_args)) = operation else {
                        is_broken = true;
                        continue;
                    };
                    let text = self.operation_text(operation);
                    if let Some(other) = clauses.iter().find(|it| it.operation == operation) {
                        let (at, first) = (self.at(at), self.at(other.span));
                        self.report(diagnostics::repeated_clause(at, &text, first));
                        continue;
                    }
                    let wanted = self.g.hir.cells[operation].params.len();
                    is_broken |= !self.check_clause_params(at, &text, wanted, clause.params.len());
                    clauses.push(Clause { operation, type_args, code, span: at });
                }
            }
        }
        if clauses.is_empty() && ret.is_none() && list.is_empty() {
            // Reported by the parser, except for a `handler`.
            let at = self.at(span);
            self.report_unresolved(diagnostics::handler_of_nothing(at));
        }
        if is_broken {
            return ExprKind::Missing;
        }
        let ret = ret.map(|(code, _)| code);
        ExprKind::Handle(Box::new(Handle { body, clauses: clauses.into(), ret }))
    }

    /// A clause as a lambda, with `resume` when it is an operation's.
    fn clause_code(&mut self, clause: &ast::Clause, operation: Option<Span>) -> ExprId {
        let ast = self.ast;
        let span = clause.span;
        let lambda = self.enter_lambda(FrameKind::Handled, span);
        let mark = self.g.scope.mark();
        let mut bound = Vec::new();
        let mut params = Vec::with_capacity(clause.params.len() + 1);
        for param in &ast[clause.params] {
            let ty = param.ty.map(|ty| self.ty(ty));
            let pat = self.pattern_into(param.pat, LocalKind::Param, &mut bound);
            params.push(LambdaParam { pat, ty });
        }
        self.bind_all(&bound);
        let first = self.body.body.exprs.len();
        let resume = operation.map(|at| {
            let local = self.add_local(sym::RESUME, at, LocalKind::Param, false);
            let kind = PatKind::Bind(local);
            let pat = self.body.body.pats.alloc(Pat { kind, span: at });
            params.push(LambdaParam { pat, ty: None });
            let frame = self.frame();
            self.g.scope.bind(sym::RESUME, super::scope::What::Local(local), frame);
            local
        });
        let body = self.block_value(clause.body);
        self.g.scope.leave(mark);
        self.leave_lambda(lambda, params.into(), None, body);
        if let Some(local) = resume {
            let usage = usage_of(&self.body.body, lambda, local, first);
            self.body.body.lambdas[lambda].resume = Some((local, usage));
        }
        self.add(ExprKind::Lambda(lambda), span)
    }

    fn check_clause_params(&mut self, at: Span, text: &str, wanted: usize, found: usize) -> bool {
        if wanted != found {
            let at = self.at(at);
            self.report(diagnostics::clause_parameters(at, text, wanted, found));
        }
        wanted == found
    }

    /// `Effect.operation` of a cell.
    fn operation_text(&self, operation: CellId) -> String {
        let cell = &self.g.hir.cells[operation];
        match cell.origin {
            CellOrigin::Operation(of) => {
                format!("{}.{}", self.text(self.g.hir.effects[of].name), self.text(cell.name))
            }
            _ => self.text(cell.name),
        }
    }

    /// The operation that a path names; what is wrong is reported.
    fn operation_named(&mut self, path: ast::ExprId) -> Option<(CellId, Box<[TyRefId]>)> {
        let ast::Expr { kind, span } = self.ast[path];
        if let ast::ExprKind::Name(name) = kind
            && let Some(Def::Tool(id)) = self.module_def(name)
        {
            return Some((self.handled_tool(id, span)?, Box::default()));
        }
        if let ast::ExprKind::Field { base, name, name_lo, .. } = kind {
            if builtin_effect(self.g.names, self.ast, base).is_some() {
                let name = Name { symbol: name, span: Span::new(name_lo, span.hi) };
                return Some((self.handled_builtin(base, name)?, Box::default()));
            }
            if let Some((of, args)) = self.effect_before_dot(base) {
                let name = Name { symbol: name, span: Span::new(name_lo, span.hi) };
                let type_args = self.written_instance(of, args);
                return Some((self.operation(of, name)?, type_args?));
            }
            match self.prefix(base) {
                None if matches!(self.ast[base].kind, ast::ExprKind::Name(_)) => {
                    // A name that stands for nothing is reported as that.
                    if let ast::ExprKind::Name(symbol) = self.ast[base].kind
                        && self.module_def(symbol).is_none()
                        && self.g.scope.find(symbol).is_none()
                    {
                        let at = self.ast[base].span;
                        self.effect_in_row(Name { symbol, span: at });
                        return None;
                    }
                }
                _ => {}
            }
        }
        let at = self.at(span);
        self.report_unresolved(diagnostics::not_an_operation(at));
        None
    }

    /// A tool that a clause stands for.
    fn handled_tool(&mut self, id: crate::compiler::hir::ToolId, span: Span) -> Option<CellId> {
        let Some(cell) = self.g.hir.tools[id].cell else {
            let (at, text) = (self.at(span), self.text(self.g.hir.tools[id].name));
            self.report(diagnostics::clause_of_untyped_tool(at, &text));
            return None;
        };
        Some(self.handle_outside(cell, true))
    }

    /// A builtin that a clause stands for: `effect.name`.
    fn handled_builtin(&mut self, base: ast::ExprId, name: Name) -> Option<CellId> {
        let effect = builtin_effect(self.g.names, self.ast, base)?;
        let of = self.g.names.intern(effect.name());
        let hir = &self.g.hir;
        let has_it = |cell: &crate::compiler::hir::Cell| {
            let row = cell.row.as_ref().map_or(&[][..], |row| &row.effects);
            let is_fixed = cell.type_params.is_empty() && cell.params.iter().all(|p| !p.variadic);
            matches!(cell.body, CellBody::Extern(_))
                && is_fixed
                && row.iter().any(|&(name, _)| name == of)
        };
        let cells = hir.builtins.get(&name.symbol).into_iter().flatten().map(|it| it.1);
        let mut fitting = cells.filter(|&cell| has_it(&hir.cells[cell]));
        let Some(cell) = fitting.next() else {
            let (at, text) = (self.at(name.span), self.text(name.symbol));
            self.report_unresolved(diagnostics::clause_of_no_builtin(at, effect.name(), &text));
            return None;
        };
        Some(self.handle_outside(cell, effect.properties().granted))
    }

    fn handle_outside(&mut self, cell: CellId, may_fail: bool) -> CellId {
        if may_fail {
            self.g.calls_tools = true;
            self.g.tries_tools = true;
        }
        if !self.g.hir.handled.contains(&cell) {
            self.g.hir.handled.push(cell);
        }
        cell
    }

    fn operation_quiet(&self, of: EffectId, name: Symbol) -> Option<CellId> {
        let operations = &self.g.hir.effects[of].operations;
        operations.iter().copied().find(|&cell| self.g.hir.cells[cell].name == name)
    }

    /// An operation of an effect; an unknown one is reported.
    pub(super) fn operation(&mut self, of: EffectId, name: Name) -> Option<CellId> {
        let found = self.operation_quiet(of, name.symbol);
        if found.is_none() {
            let effect = &self.g.hir.effects[of];
            let names = effect.operations.iter().map(|&cell| self.g.hir.cells[cell].name);
            let texts: Vec<&str> = names.map(|name| self.g.names.resolve(name)).collect();
            let text = self.text(name.symbol);
            let better = closest(&text, texts.iter().copied()).map(str::to_owned);
            let of = self.text(effect.name);
            let at = self.at(name.span);
            self.report_unresolved(diagnostics::unknown_operation(
                at,
                &of,
                &text,
                better.as_deref(),
            ));
        }
        found
    }

    /// The effect that an upper-case name in a row stands for, as what stands for it in rows.
    pub(super) fn effect_in_row(&mut self, name: Name) -> Option<TypeParamId> {
        let at = self.at(name.span);
        let text = self.text(name.symbol);
        match self.module_def(name.symbol) {
            Some(Def::Effect(id)) => return Some(self.g.hir.effects[id].row),
            Some(Def::Error) => {}
            Some(def) => {
                self.report(diagnostics::wrong_kind(at, &text, kind_of(def), "an effect"));
            }
            None => {
                let scope = &self.g.hir.modules[self.module].scope;
                let declared = scope.iter().filter(|(_, def)| matches!(def, Def::Effect(_)));
                let mut names: Vec<&str> =
                    declared.map(|(name, _)| self.g.names.resolve(*name)).collect();
                names.sort_unstable();
                let better = closest(&text, names.into_iter()).map(str::to_owned);
                self.report_unresolved(diagnostics::unknown_effect_name(
                    at,
                    &text,
                    better.as_deref(),
                ));
            }
        }
        None
    }

    /// `perform E.op(…)`.
    pub(super) fn perform(&mut self, call: ast::ExprId, span: Span) -> ExprId {
        let done = self.expr(call);
        let exprs = &self.body.body.exprs;
        let is_operation = match &exprs[done].kind {
            ExprKind::Call { callee, .. } => match exprs[*callee].kind {
                ExprKind::Cell(cell) => {
                    matches!(self.g.hir.cells[cell].origin, CellOrigin::Operation(_))
                }
                ExprKind::Missing => true,
                _ => false,
            },
            ExprKind::Missing => true,
            _ => false,
        };
        if !is_operation {
            let at = self.at(span);
            self.report(diagnostics::not_an_operation(at));
        }
        done
    }

    /// `with H(…) do body end`: the handler's cell, called with the body as its last argument.
    pub(super) fn with_handler(
        &mut self,
        handler: ast::ExprId,
        body: ast::BlockId,
        span: Span,
    ) -> ExprKind {
        let ways = ways_out(self.ast, std::iter::once(body));
        self.with_exit(ways, span, |ctx| ctx.call_handler(handler, body, span))
    }

    fn call_handler(&mut self, handler: ast::ExprId, body: ast::BlockId, span: Span) -> ExprKind {
        let (path, args) = match self.ast[handler].kind {
            ast::ExprKind::Call { callee, args } => (callee, self.args(args, None)),
            _ => (handler, Box::default()),
        };
        let (path, types) = match self.ast[path].kind {
            ast::ExprKind::TypeArgs(id) => (self.ast[id].base, self.ast[id].types),
            _ => (path, Slice::EMPTY),
        };
        let found = self.handler_named(path);
        let value = self.thunk(body, span);
        let Some(cell) = found else { return ExprKind::Missing };
        let at = self.ast[path].span;
        let callee = self.add(ExprKind::Cell(cell), at);
        let mut args = args.into_vec();
        args.push(Arg { name: Some((sym::EMPTY, at)), value, spread: false });
        let type_args = self.handler_types(cell, types, at);
        ExprKind::Call { callee, type_args, args: args.into() }
    }

    /// Written type arguments of a handler; what it gives is not among them.
    fn handler_types(
        &mut self,
        cell: CellId,
        types: Slice<ast::TypeId>,
        at: Span,
    ) -> Box<[TyRefId]> {
        if types.is_empty() {
            return Box::default();
        }
        let params = self.g.hir.cells[cell].type_params.iter();
        let wanted = params.filter(|param| !self.g.hir.type_params[**param].is_row).count() - 1;
        if wanted != types.len() {
            let (place, text) = (self.at(at), self.text(self.g.hir.cells[cell].name));
            self.report(diagnostics::type_arguments(place, &text, wanted, types.len()));
            return Box::default();
        }
        let mut args = self.tys(types, super::types::RowPlace::Elsewhere).into_vec();
        args.push(self.g.add_type(TyRefKind::Infer, at));
        args.into()
    }

    fn handler_named(&mut self, path: ast::ExprId) -> Option<CellId> {
        let ast::Expr { kind, span } = self.ast[path];
        let found = match kind {
            ast::ExprKind::Name(name) => self.module_def(name),
            ast::ExprKind::Field { base, name, name_lo, safe: false } => match self.prefix(base) {
                Some(Prefix::Module(module)) => {
                    let name = Name { symbol: name, span: Span::new(name_lo, span.hi) };
                    Some(self.member(module, name)?)
                }
                _ => None,
            },
            _ => None,
        };
        match found {
            Some(Def::Handler(cell)) => return Some(cell),
            Some(Def::Error) => {}
            found => {
                let at = self.at(span);
                self.report_unresolved(diagnostics::not_a_handler(at, found.map(kind_of)));
            }
        }
        None
    }
}

fn row_of(vars: Box<[TypeParamId]>, span: Span) -> RowRef {
    RowRef { effects: Box::default(), vars, instances: Box::default(), span }
}
