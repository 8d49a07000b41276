//! The state of name resolution: what all modules share, and what one module and one body need.

use super::diagnostics;
use super::scope::Scope;
use super::session::SessionNames;
use super::std_names::Std;
use crate::compiler::ast;
use crate::compiler::hir::{
    Body, Bounds, CellId, Def, EnumId, ExitId, Expr, ExprId, ExprKind, Head, Hir, LambdaId, Local,
    LocalId, LocalKind, LoopId, Module, ModuleId, RecordId, TyRef, TyRefId, TyRefKind, TypeParam,
    TypeParamId, VariantRef, WellKnown,
};
use lumen_base::{Arena, Diagnostic, FileSpan, Idx, Interner, Severity, Span, Symbol, sym};
use rustc_hash::{FxHashMap, FxHashSet};
use std::collections::{BTreeMap, BTreeSet};

/// Unresolved names of one compilation for which a close name is looked for.
const SUGGESTIONS_MAX: u32 = 100;

/// What all modules of a compilation share.
pub(super) struct Global<'g> {
    pub(super) hir: Hir,
    pub(super) names: &'g mut Interner,
    pub(super) std: Std<'g>,
    pub(super) diagnostics: Vec<Diagnostic>,
    /// How many unresolved names were compared with the others: the first few are worth the time.
    pub(super) n_suggested: u32,
    /// Bindings of the body that is being resolved.
    pub(super) scope: Scope,
    /// Whether some cell is `@deprecated`, so that uses are checked.
    pub(super) has_deprecated: bool,
    /// Warnings of unused bindings, which are shown when no name is wrong: it may have meant one of them.
    pub(super) unused: Vec<Diagnostic>,
    /// Whether there is an `as`.
    pub(super) has_conversions: bool,
    /// Whether some tool is called, and whether one is called by `try`.
    pub(super) calls_tools: bool,
    pub(super) tries_tools: bool,
    /// By module: what only name resolution needs.
    pub(super) modules: Vec<ModuleNames>,
    /// What entries of a session leave, while their scripts are being resolved.
    pub(super) session: Option<SessionNames>,
}

/// What name resolution knows of a module beside its scope.
#[derive(Default)]
pub(super) struct ModuleNames {
    /// The file has syntax errors: names that it lacks are not reported, they may be in what could not be read.
    pub(super) is_broken: bool,
    /// What it declares is in scope everywhere: a document of builtins.
    pub(super) declares_builtins: bool,
    /// Variants of the enums that the module declares or imports.
    pub(super) variants: FxHashMap<Symbol, VariantChoice>,
    /// Tools and effects that are used without a grant, which was reported.
    pub(super) reported_grants: BTreeSet<String>,
    /// Declared names in source order, for star imports.
    pub(super) declared: Vec<(Symbol, Def)>,
    /// The names of imported enums, whose use is also that of their variants.
    pub(super) enums: FxHashMap<EnumId, Symbol>,
    /// Methods of imported traits, with the names of those traits here: who calls a method uses its trait.
    pub(super) methods_of: FxHashMap<Symbol, Vec<Symbol>>,
    /// Imported names: where, and whether they were used.
    pub(super) imported: FxHashMap<Symbol, Imported>,
}

/// A name brought by an import.
#[derive(Clone, Copy)]
pub(super) struct Imported {
    pub(super) span: Span,
    pub(super) used: bool,
    /// Names of star imports may stay unused.
    pub(super) is_star: bool,
}

/// What an unqualified variant name means in a module.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum VariantChoice {
    One(VariantRef),
    Many,
}

impl<'g> Global<'g> {
    /// Nothing resolved yet.
    pub(super) fn new(names: &'g mut Interner, std: Std<'g>) -> Self {
        let hir = Hir {
            modules: Arena::new(),
            cells: Arena::new(),
            records: Arena::new(),
            enums: Arena::new(),
            aliases: Arena::new(),
            consts: Arena::new(),
            traits: Arena::new(),
            impls: Arena::new(),
            effects: Arena::new(),
            tools: Arena::new(),
            handled: Vec::new(),
            grants: Vec::new(),
            tool_effects: Vec::new(),
            allowed: Vec::new(),
            type_params: Arena::new(),
            ty_refs: Arena::new(),
            any_traits: Vec::new(),
            builtins: FxHashMap::default(),
            methods: FxHashMap::default(),
            variants: FxHashMap::default(),
            well_known: WellKnown {
                result: Idx::from_raw(0),
                failure: Idx::from_raw(0),
                validate: None,
                tool_error: None,
                tool_reply: None,
                tool_outcome: None,
                tool_value: None,
                ord: None,
                show: None,
                secret: None,
                untrusted: None,
            },
            root: Idx::from_raw(0),
            entry: None,
        };
        Self {
            hir,
            names,
            std,
            diagnostics: Vec::new(),
            n_suggested: 0,
            scope: Scope::default(),
            has_deprecated: false,
            has_conversions: false,
            calls_tools: false,
            tries_tools: false,
            unused: Vec::new(),
            modules: Vec::new(),
            session: None,
        }
    }

    /// Adds a module without names.
    pub(super) fn add_module(&mut self, ast: &ast::File, name: &str, is_std: bool) -> ModuleId {
        let name = self.names.intern(name);
        let directives = ast.directives;
        self.modules.push(ModuleNames::default());
        self.hir.modules.alloc(Module {
            file: ast.id,
            name,
            is_std,
            is_entry: false,
            first: first_root(ast),
            doc_mode: directives.doc_mode,
            scope: FxHashMap::default(),
            imports: Vec::new(),
            authority: BTreeMap::new(),
        })
    }

    /// The module that declares a thing, whether it is `pub`, and its name's place.
    pub(super) fn home(&self, def: Def) -> Option<(ModuleId, bool, Span)> {
        let hir = &self.hir;
        Some(match def {
            Def::Cell(id) => (hir.cells[id].module, hir.cells[id].is_pub, hir.cells[id].name_span),
            Def::Record(id) => {
                (hir.records[id].module, hir.records[id].is_pub, hir.records[id].name_span)
            }
            Def::Enum(id) => (hir.enums[id].module, hir.enums[id].is_pub, hir.enums[id].name_span),
            Def::Alias(id) => {
                (hir.aliases[id].module, hir.aliases[id].is_pub, hir.aliases[id].span)
            }
            Def::Tool(id) => (hir.tools[id].module, false, hir.tools[id].name_span),
            Def::Trait(id) => {
                (hir.traits[id].module, hir.traits[id].is_pub, hir.traits[id].name_span)
            }
            Def::Effect(id) => {
                (hir.effects[id].module, hir.effects[id].is_pub, hir.effects[id].name_span)
            }
            Def::Handler(id) => {
                (hir.cells[id].module, hir.cells[id].is_pub, hir.cells[id].name_span)
            }
            Def::Const(id) => (hir.consts[id].module, hir.consts[id].is_pub, hir.consts[id].span),
            Def::Variant(variant) => {
                let owner = &hir.enums[variant.owner];
                (
                    owner.module,
                    owner.is_pub,
                    hir.enums[variant.owner].variants[variant.ordinal as usize].span,
                )
            }
            Def::Module(_) | Def::Builtin(_) | Def::Error => return None,
        })
    }

    /// The head of a written type.
    pub(super) fn head(&self, mut ty: TyRefId) -> Head {
        // Aliases of aliases: the chain is as long as the program has aliases, or a circle (reported elsewhere).
        for _ in 0..=self.hir.aliases.len() {
            return match &self.hir.ty_refs[ty].kind {
                TyRefKind::Alias(alias, _) => {
                    ty = self.hir.aliases[*alias].ty;
                    continue;
                }
                TyRefKind::SelfType(of) => {
                    ty = *of;
                    continue;
                }
                TyRefKind::Int => Head::Int,
                TyRefKind::Float => Head::Float,
                TyRefKind::Bool => Head::Bool,
                TyRefKind::String => Head::String,
                TyRefKind::Bytes => Head::Bytes,
                TyRefKind::Null => Head::Null,
                TyRefKind::Json => Head::Json,
                TyRefKind::List(_) => Head::List,
                TyRefKind::Map(..) => Head::Map,
                TyRefKind::Set(_) => Head::Set,
                TyRefKind::Tuple(_) => Head::Tuple,
                TyRefKind::Record(id, _) => Head::Record(*id),
                TyRefKind::Enum(id, _) => Head::Enum(*id),
                TyRefKind::Optional(_) => Head::Optional,
                TyRefKind::Fn { .. } => Head::Fn,
                TyRefKind::Stream(_) => Head::Stream,
                TyRefKind::Error
                | TyRefKind::Never
                | TyRefKind::Any
                | TyRefKind::Param(_)
                | TyRefKind::Union(_)
                | TyRefKind::AnyTrait(_)
                | TyRefKind::Infer => Head::Any,
            };
        }
        Head::Any
    }

    /// The record or enum that a name stands for, through aliases.
    pub(super) fn through_alias(&self, def: Def) -> Def {
        let Def::Alias(alias) = def else { return def };
        match self.head(self.hir.aliases[alias].ty) {
            Head::Record(id) => Def::Record(id),
            Head::Enum(id) => Def::Enum(id),
            _ => def,
        }
    }

    /// Adds a written type.
    pub(super) fn add_type(&mut self, kind: TyRefKind, span: Span) -> TyRefId {
        self.hir.ty_refs.alloc(TyRef { kind, span })
    }

    /// Adds a type parameter.
    pub(super) fn add_type_param(
        &mut self,
        name: ast::Name,
        bounds: Bounds,
        is_row: bool,
    ) -> TypeParamId {
        self.hir.type_params.alloc(TypeParam {
            name: name.symbol,
            span: name.span,
            bounds,
            traits: Box::default(),
            is_row,
            effect: None,
        })
    }
}

/// What resolving one module needs; its body part belongs to one cell at a time.
pub(super) struct Ctx<'c, 'g> {
    pub(super) g: &'c mut Global<'g>,
    pub(super) ast: &'c ast::File,
    pub(super) module: ModuleId,
    /// What it declares is in scope everywhere: a document of builtins.
    pub(super) declares_builtins: bool,
    /// Whether the module imports anything, so that uses are recorded.
    pub(super) has_imports: bool,
    /// Type parameters and row variables in scope, innermost last.
    pub(super) generics: Vec<(Symbol, TypeParamId)>,
    /// What `Self` stands for, in impls and enums.
    pub(super) self_ty: Option<TyRefId>,
    pub(super) body: BodyState,
    /// The functions around the current place, outermost first; the current one last.
    pub(super) frames: Vec<Frame>,
    /// Groups of nested cells in scope of the bodies around.
    pub(super) groups: Vec<Group>,
    /// Loops around the current place, of all frames.
    pub(super) loops: Vec<LoopEntry>,
}

/// The body under construction.
#[derive(Default)]
pub(super) struct BodyState {
    pub(super) body: Body,
    /// By local: one past where `let` ends if a `mut` may be inserted there, else zero.
    pub(super) mut_at: Vec<u32>,
    /// The lambda whose locals are being made.
    pub(super) owner: Option<LambdaId>,
    /// The names that the `let`s around the current place bind next.
    pub(super) bound_next: Vec<Symbol>,
    /// Locals read while a loop's condition is being resolved.
    pub(super) condition_reads: Option<Vec<LocalId>>,
    /// Locals whose values nested cells have captured.
    pub(super) kept_by_cells: FxHashSet<LocalId>,
    /// Locals that are read somewhere.
    pub(super) reads: FxHashSet<LocalId>,
    /// Locals that are assigned somewhere.
    pub(super) assigned: FxHashSet<LocalId>,
    /// Where `iter` is named and no `let` of a cursor was made of it.
    pub(super) loose_iters: Vec<Span>,
    /// Parts of the call in a `timeout` that have their values already, with the frame and local that hold them.
    pub(super) evaluated: FxHashMap<ast::ExprId, (u32, LocalId)>,
    /// An unresolved name was found where that is only a warning.
    pub(super) is_broken: bool,
}

impl BodyState {
    /// The finished body, and whether it cannot be used. The state is empty again and keeps its memory.
    pub(super) fn finish(&mut self) -> (Body, bool) {
        let body = Body {
            exprs: self.body.exprs.take_exact(),
            pats: self.body.pats.take_exact(),
            locals: self.body.locals.take_exact(),
            lambdas: self.body.lambdas.take_exact(),
            loops: self.body.loops.take_exact(),
            exits: self.body.exits.take_exact(),
            captures: std::mem::take(&mut self.body.captures),
            params: std::mem::take(&mut self.body.params),
            root: self.body.root.take(),
        };
        self.mut_at.clear();
        self.kept_by_cells.clear();
        self.reads.clear();
        self.assigned.clear();
        self.owner = None;
        self.condition_reads = None;
        (body, std::mem::take(&mut self.is_broken))
    }
}

/// One function around the current place.
pub(super) struct Frame {
    pub(super) kind: FrameKind,
    /// Position of its first loop among all loops.
    pub(super) first_loop: usize,
    /// (local of the frame around, its twin here).
    pub(super) captures: Vec<(LocalId, LocalId)>,
    /// Of a nested cell: the locals of the frame around that its code uses.
    pub(super) used: BTreeSet<LocalId>,
    /// Of what stands around a handler: where control comes out of it, and the local around that knows the run.
    pub(super) exit: Option<(ExitId, LocalId)>,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum FrameKind {
    /// A cell with a body of its own; `group` for a nested one.
    Cell {
        group: Option<u32>,
    },
    /// A small cell inside a signature: sees nothing of the bodies around.
    Closed,
    Lambda(LambdaId),
    Defer(LambdaId),
    /// What a `timeout` runs.
    Timed(LambdaId),
    /// The body of a generator cell.
    Generator(LambdaId),
    /// What a `handle` handles, or a clause of it.
    Handled(LambdaId),
}

impl FrameKind {
    /// What the frame is of, when `return`, `?` and the like cannot leave it.
    pub(super) fn is_left_never(self) -> Option<&'static str> {
        match self {
            FrameKind::Defer(_) => Some("a `defer`"),
            FrameKind::Timed(_) => Some("a `timeout`"),
            _ => None,
        }
    }
}

/// Adjacent nested cells, which see each other and share their captured values.
pub(super) struct Group {
    /// The frame that declares it.
    pub(super) frame: u32,
    /// The captured values, as locals of that frame.
    pub(super) snapshots: Box<[LocalId]>,
}

/// A loop around the current place.
pub(super) struct LoopEntry {
    pub(super) id: LoopId,
    pub(super) label: Option<Symbol>,
    /// The locals that its condition reads.
    pub(super) condition_reads: Vec<LocalId>,
}

impl<'c, 'g> Ctx<'c, 'g> {
    /// The context of a module outside of any body.
    pub(super) fn new(g: &'c mut Global<'g>, ast: &'c ast::File, module: ModuleId) -> Self {
        let declares_builtins = g.modules[module.index()].declares_builtins;
        let has_imports = !g.modules[module.index()].imported.is_empty();
        Self {
            g,
            ast,
            module,
            declares_builtins,
            has_imports,
            generics: Vec::new(),
            self_ty: None,
            body: BodyState::default(),
            frames: Vec::new(),
            groups: Vec::new(),
            loops: Vec::new(),
        }
    }

    /// A place in this file.
    pub(super) fn at(&self, span: Span) -> FileSpan {
        span.in_file(self.ast.id)
    }

    /// The text of a symbol, for messages.
    pub(super) fn text(&self, name: Symbol) -> String {
        self.g.names.resolve(name).to_owned()
    }

    /// Reports a problem.
    pub(super) fn report(&mut self, diagnostic: Diagnostic) {
        self.g.diagnostics.push(diagnostic);
    }

    /// Reports a name that was not found: an error, or a warning in `doc_mode`.
    pub(super) fn report_unresolved(&mut self, mut diagnostic: Diagnostic) {
        if self.g.modules[self.module.index()].is_broken {
            return;
        }
        if self.g.hir.modules[self.module].doc_mode {
            diagnostic.severity = Severity::Warning;
            self.body.is_broken = true;
        }
        self.report(diagnostic);
    }

    /// Whether to look for what an unresolved name may mean: not when there are very many of them.
    pub(super) fn may_suggest(&mut self) -> bool {
        self.g.n_suggested += 1;
        self.g.n_suggested <= SUGGESTIONS_MAX
    }

    /// Reports a construct that is not built.
    pub(super) fn report_not_built(&mut self, span: Span, what: &str) {
        let at = self.at(span);
        self.report(diagnostics::not_built(at, what));
    }

    /// Adds an expression.
    #[inline]
    pub(super) fn add(&mut self, kind: ExprKind, span: Span) -> ExprId {
        self.body.body.exprs.alloc(Expr { kind, span })
    }

    /// The number of the current frame.
    pub(super) fn frame(&self) -> u32 {
        self.frames.len() as u32 - 1
    }

    /// Adds a local of the current function, not in scope yet.
    pub(super) fn add_local(
        &mut self,
        name: Symbol,
        span: Span,
        kind: LocalKind,
        mutable: bool,
    ) -> LocalId {
        self.body.mut_at.push(0);
        let owner = self.body.owner;
        self.body.body.locals.alloc(Local { name, span, kind, mutable, owner, captured: false })
    }

    /// Adds a local without a name.
    pub(super) fn add_temp(&mut self, span: Span) -> LocalId {
        self.add_local(sym::EMPTY, span, LocalKind::Temp, false)
    }

    /// The name of an enum.
    pub(super) fn enum_name(&self, id: EnumId) -> String {
        self.text(self.g.hir.enums[id].name)
    }

    /// The name of a record.
    pub(super) fn record_name(&self, id: RecordId) -> String {
        self.text(self.g.hir.records[id].name)
    }

    /// The declared type of a cell, for changing.
    pub(super) fn cell_mut(&mut self, id: CellId) -> &mut crate::compiler::hir::Cell {
        &mut self.g.hir.cells[id]
    }
}

/// Where the first declaration or statement of a file begins.
fn first_root(ast: &ast::File) -> u32 {
    let items = ast.items.iter().map(|&item| ast[item].span.lo);
    items.chain(ast.statements.iter().map(|&stmt| ast[stmt].span.lo)).min().unwrap_or_default()
}
