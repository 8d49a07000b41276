//! Lowering: from the typed tree to LIR.
//!
//! Input: HIR and typing tables of a program without errors. Output: a LIR module, with one cell for each instance that
//! the entry reaches. Order: `program` (what is reachable, which parameters are owned), then a work list of instances;
//! each is lowered in one walk (`fx` and the files of its expressions) that uses the liveness of its body (`liveness`)
//! to move values at their last use and to drop them early.
//!
//! Invariants:
//! - The module passes the verifier; debug builds check it.
//! - Time is linear in the program: each body is analysed once and walked once for each instance.
//! - Nothing panics: what the stages before exclude is reported as an error (`limits::confused`).

mod adapt;
mod arith;
mod arms;
mod assign;
mod bind;
mod bitset;
mod build;
mod call;
mod checked;
mod closure;
mod codes;
mod collect;
mod compare;
mod control;
mod cursor;
mod datum;
mod convert;
mod decide;
mod defer;
mod dispatch;
mod demand;
mod expr;
mod extern_cell;
mod extern_ops;
mod externs;
mod few;
mod handle;
mod exit;
mod implement;
mod fx;
mod host;
mod indirect;
mod inline;
mod instance;
mod iterate;
mod leave;
mod limits;
mod liveness;
mod locals;
mod loops;
mod order;
mod outcome;
mod pattern;
mod place;
mod problem;
mod program;
mod project;
mod refine;
mod regrow;
mod regs;
mod report;
mod resumed;
mod show;
mod tail;
mod text;
mod thunk;
mod tools;
mod truth;
mod types;
mod value;
mod vars;

pub use thunk::{Thunk, thunk};

use crate::compiler::hir::{
    Body, Cell, CellBody, CellId, CellOrigin, ConstId, Hir, LambdaId, ModuleId, RecordId,
    VariantRef,
};
use crate::compiler::typecheck::tables::{TypeTables, TypedBody};
use crate::compiler::typecheck::types::{Ty, TyKind};
use fx::{Frame, Ret};
use liveness::Liveness;
use lumen_base::{ArenaMap, Diagnostic, FileId, Interner, SourceMap, Span};
use lumen_lir::{ClassId, EffectSet, ModuleBuilder, SourceFile};
use program::Program;
use rustc_hash::FxHashMap;
use std::collections::VecDeque;
use std::rc::Rc;
use types::{Subst, Types};

/// Instances of all cells together.
const INSTANCES: usize = 100_000;
/// Instances of one generic cell.
const INSTANCES_OF_ONE: usize = 500;

/// What to lower and how.
#[derive(Clone, Copy, Debug)]
pub struct Options {
    /// Lower `@test` cells too.
    pub tests: bool,
    /// Lower every cell of the root document that has no type parameters, not only what the entry reaches.
    pub everything: bool,
    /// Expand small cells and known lambdas at their calls.
    pub inline: bool,
    /// Run the optimisation passes of LIR.
    pub optimise: bool,
    /// Constants that are not known are called where they are used, instead of being computed first.
    pub calls_constants: bool,
    /// Say where locals are, for who looks at a run.
    pub vars: bool,
}

impl Default for Options {
    fn default() -> Self {
        Options {
            tests: false,
            everything: false,
            inline: true,
            optimise: true,
            calls_constants: false,
            vars: false,
        }
    }
}

/// A lowered program.
pub struct Lowered {
    pub module: lumen_lir::Module,
    /// The `@test` cells, when asked for: cells without parameters that can be entered like the program's entry.
    pub tests: Vec<(CellId, lumen_lir::CellId)>,
}

/// Lowers a program. The tables' interner grows; everything else is only read.
pub fn lower(
    hir: &Hir,
    tables: &mut TypeTables,
    names: &Interner,
    sources: &SourceMap,
    options: Options,
) -> Result<Lowered, Vec<Diagnostic>> {
    let tests: Vec<CellId> = if options.tests {
        hir.cells.ids().filter(|&id| hir.cells[id].attrs.is_test).collect()
    } else {
        Vec::new()
    };
    let extra: Vec<CellId> = if options.everything {
        hir.cells.ids().filter(|&id| is_root_cell(hir, id)).collect()
    } else {
        Vec::new()
    };
    let roots: Vec<CellId> = hir.entry.iter().chain(&tests).chain(&extra).copied().collect();
    let (mut module, (entry, tests)) = with(hir, tables, names, sources, options, &roots, |p| {
        for &cell in &extra {
            p.instance(cell, &[]);
        }
        p.run(&tests)
    })?;
    module.entry = entry;
    if options.optimise {
        lumen_lir::opt::run(&mut module);
    }
    Ok(Lowered { module, tests })
}

/// Makes a module by `make`, of what `roots` lead to.
fn with<T>(
    hir: &Hir,
    tables: &mut TypeTables,
    names: &Interner,
    sources: &SourceMap,
    options: Options,
    roots: &[CellId],
    make: impl FnOnce(&mut Lower<'_>) -> T,
) -> Result<(lumen_lir::Module, T), Vec<Diagnostic>> {
    let hidden = implement::hidden_roots(hir, tables);
    let roots: Vec<CellId> = roots.iter().chain(&hidden).copied().collect();
    // The analysis asks for kinds of types.
    let program = Rc::new(program::analyse(hir, tables, names, &roots));
    let store = std::mem::take(&mut tables.store);
    let (empty_body, empty_typed) = (Body::default(), TypedBody::default());
    let mut p = Lower {
        hir,
        tables,
        names,
        sources,
        options,
        types: Types::new(hir, names, store),
        module: ModuleBuilder::new(names.resolve(hir.modules[hir.root].name)),
        program,
        lives: ArenaMap::new(),
        formals: ArenaMap::new(),
        spare: fx::Spare::default(),
        instances: FxHashMap::default(),
        counts: FxHashMap::default(),
        queue: VecDeque::new(),
        consts: FxHashMap::default(),
        operations: FxHashMap::default(),
        leave_operations: FxHashMap::default(),
        effects: Vec::new(),
        own_texts: FxHashMap::default(),
        conditions: FxHashMap::default(),
        objects: dispatch::Objects::default(),
        errors: Vec::new(),
        empty_body: &empty_body,
        empty_typed: &empty_typed,
    };
    p.files();
    p.grants();
    let made = make(&mut p);
    let errors = std::mem::take(&mut p.errors);
    let Lower { types, module, .. } = p;
    let store = types.store;
    tables.store = store;
    if errors.is_empty() { Ok((module.finish(), made)) } else { Err(errors) }
}

/// A cell of the root document that can be lowered by itself.
fn is_root_cell(hir: &Hir, id: CellId) -> bool {
    let cell = &hir.cells[id];
    cell.module == hir.root
        && cell.type_params.is_empty()
        && matches!(cell.origin, CellOrigin::TopLevel | CellOrigin::Method | CellOrigin::Impl(_))
        && matches!(cell.body, CellBody::Lumen(_))
}

/// What a stub calls.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
enum StubTarget {
    Cell(CellId),
    Record(RecordId),
    Variant(VariantRef),
}

/// What an instance is made of.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
enum Key {
    Cell(CellId, Box<[Ty]>),
    /// A lambda of a cell's body, with the types of the instance around it, as a closure of this type.
    Lambda(CellId, LambdaId, Box<[Ty]>, Ty),
    /// A cell or constructor as a closure of this type.
    Stub(StubTarget, Box<[Ty]>, Ty),
    /// What is wrong in a value of a type, written with its refinements.
    Problem(Ty),
    /// A resumption as a closure of this type.
    Resume(Ty),
    /// The clause of an exit as a closure of this type.
    Exit(Ty),
    /// The text of a type that implements `Show` or has parts that do.
    Text(Ty),
}

/// An instance to be lowered.
struct Job {
    key: Key,
    id: lumen_lir::CellId,
    class: Option<ClassId>,
    captures: Vec<Ty>,
}

/// The program being lowered.
struct Lower<'a> {
    hir: &'a Hir,
    tables: &'a TypeTables,
    names: &'a Interner,
    sources: &'a SourceMap,
    options: Options,
    types: Types<'a>,
    module: ModuleBuilder,
    program: Rc<Program>,
    lives: ArenaMap<Cell, Rc<Liveness>>,
    /// Parameters and results of cells without type parameters.
    formals: ArenaMap<Cell, Rc<call::Formals>>,
    /// What was used for the cell before, for its memory.
    spare: fx::Spare<'a>,
    instances: FxHashMap<Key, (lumen_lir::CellId, Option<ClassId>)>,
    /// Instances made of each cell.
    counts: FxHashMap<CellId, usize>,
    queue: VecDeque<Job>,
    /// Global and type of each constant that is computed.
    consts: FxHashMap<ConstId, (u32, Ty)>,
    /// Operations by their cells.
    operations: FxHashMap<(CellId, Box<[Ty]>), u16>,
    /// Of exits, by what they take along.
    leave_operations: FxHashMap<Ty, u16>,
    /// Effects of each cell by itself, and the cells that it calls.
    effects: Vec<(lumen_lir::CellId, EffectSet, Vec<lumen_lir::CellId>)>,
    /// Types that were asked whether they have a text of their own.
    own_texts: FxHashMap<Ty, bool>,
    /// Types that were asked whether a value of them may break a condition.
    conditions: FxHashMap<Ty, bool>,
    /// What `any Trait`s are about.
    objects: dispatch::Objects,
    errors: Vec<Diagnostic>,
    empty_body: &'a Body,
    empty_typed: &'a TypedBody,
}

impl<'a> Lower<'a> {
    /// Describes the source files, for positions.
    fn files(&mut self) {
        for (_, file) in self.sources.iter() {
            let ends = memchr::memchr_iter(b'\n', file.text.as_bytes());
            let line_starts = std::iter::once(0).chain(ends.map(|at| at as u32 + 1)).collect();
            let hash = *blake3::hash(file.text.as_bytes()).as_bytes();
            let described = SourceFile { path: file.name.clone(), hash, line_starts };
            self.module.module_mut().files.push(described);
        }
    }

    fn run(
        &mut self,
        tests: &[CellId],
    ) -> (Option<lumen_lir::CellId>, Vec<(CellId, lumen_lir::CellId)>) {
        let entry = self.hir.entry.map(|cell| self.instance(cell, &[]));
        let tests: Vec<_> = tests.iter().map(|&cell| (cell, self.instance(cell, &[]))).collect();
        self.drain();
        if self.consts.keys().all(|&id| self.kept(id).is_some()) {
            self.complete();
            return (entry, tests);
        }
        // Constants are computed before the program begins.
        let entry = self.hir.entry.map(|cell| self.wrapper(cell));
        let tests = tests.into_iter().map(|(cell, _)| (cell, self.wrapper(cell))).collect();
        self.drain();
        self.complete();
        (entry, tests)
    }

    /// Lowers what was asked for, until nothing is.
    fn drain(&mut self) {
        loop {
            while let Some(job) = self.queue.pop_front() {
                if self.errors.len() > 20 {
                    return;
                }
                self.lower_job(job);
            }
            if !self.ask_for_dispatched() {
                return;
            }
        }
    }

    /// Writes what depends on everything else.
    fn complete(&mut self) {
        if self.errors.is_empty() {
            self.write_dispatchers();
        }
        self.spread_effects();
    }

    /// The cell of an instance, lowered now or later.
    fn instance(&mut self, cell: CellId, type_args: &[Ty]) -> lumen_lir::CellId {
        self.ask(Key::Cell(cell, type_args.into()), None, Vec::new()).0
    }

    fn ask(
        &mut self,
        key: Key,
        of: Option<ClassId>,
        captures: Vec<Ty>,
    ) -> (lumen_lir::CellId, Option<ClassId>) {
        if let Some(known) = self.instances.get(&key) {
            return *known;
        }
        let id = self.module.reserve_cell();
        let class = of.map(|of| {
            let types = captures
                .iter()
                .map(|&t| self.types.info(&mut self.module, self.tables, t).id)
                .collect();
            self.module.intern_class(closure::closure_desc(of, id, types))
        });
        self.instances.insert(key.clone(), (id, class));
        if self.defers(&key) {
            self.put_aside(Job { key, id, class, captures });
        } else if self.is_within_limits(&key) {
            self.queue.push_back(Job { key, id, class, captures });
        }
        (id, class)
    }

    fn is_within_limits(&mut self, key: &Key) -> bool {
        let (cell, generic) = match key {
            Key::Cell(cell, args) => (*cell, !args.is_empty()),
            Key::Lambda(cell, _, args, _) => (*cell, !args.is_empty()),
            Key::Stub(StubTarget::Cell(cell), args, _) => (*cell, !args.is_empty()),
            Key::Stub(..) | Key::Resume(_) | Key::Exit(_) | Key::Text(_) | Key::Problem(_) => {
                return self.instances.len() < INSTANCES;
            }
        };
        let count = self.counts.entry(cell).or_default();
        *count += 1;
        if (generic && *count > INSTANCES_OF_ONE) || self.instances.len() > INSTANCES {
            if *count == INSTANCES_OF_ONE + 1 || self.instances.len() == INSTANCES + 1 {
                let at = self.hir.cells[cell].name_span.in_file(self.file_of(cell));
                let name = self.names.resolve(self.hir.cells[cell].name);
                self.errors.push(limits::too_many_instances(at, name, INSTANCES_OF_ONE));
            }
            return false;
        }
        true
    }

    /// The class of a lambda's closures.
    fn lambda(
        &mut self,
        cell: CellId,
        lambda: LambdaId,
        ty: Ty,
        subst: &Subst,
        of: ClassId,
        captures: &[Ty],
    ) -> ClassId {
        self.closure_class(Key::Lambda(cell, lambda, subst.args(), ty), of, captures)
    }

    fn closure_class(&mut self, key: Key, of: ClassId, captures: &[Ty]) -> ClassId {
        self.ask(key, Some(of), captures.to_vec()).1.unwrap_or(of)
    }

    /// The substitution of an instance.
    fn subst_for(&self, cell: CellId, type_args: &[Ty]) -> Subst {
        match self.tables.sigs.get(cell) {
            Some(sig) => Subst::new(&sig.type_params, type_args),
            None => Subst::default(),
        }
    }

    /// The liveness of a body.
    fn live_of(&self, cell: CellId) -> Option<Rc<Liveness>> {
        if let Some(live) = self.lives.get(cell) {
            return Some(Rc::clone(live));
        }
        let (CellBody::Lumen(body), Some(typed)) =
            (&self.hir.cells[cell].body, self.tables.bodies.get(cell))
        else {
            return None;
        };
        Some(Rc::new(liveness::liveness(body, typed)))
    }

    /// A frame for a body; its environment and what `return` means are set by whoever pushes it.
    fn frame_of(&mut self, cell: CellId, type_args: &[Ty], inline: u32) -> Option<Frame<'a>> {
        let hir = self.hir;
        let CellBody::Lumen(body) = &hir.cells[cell].body else { return None };
        let typed = self.tables.bodies.get(cell)?;
        let live = self.live_of(cell)?;
        if !self.lives.contains(cell) {
            self.lives.insert(cell, Rc::clone(&live));
        }
        let subst = Rc::new(self.subst_for(cell, type_args));
        let ret = self.tables.sigs.get(cell).map_or(Ty::NULL, |s| s.ret);
        Some(Frame {
            cell,
            lambda: None,
            body,
            typed,
            live,
            subst,
            env: 0,
            file: self.file_of(cell).0,
            inline,
            ret: Ret::Cell(ret),
            loops_from: 0,
            defers_from: 0,
        })
    }

    /// A frame without a body, for the code of stubs.
    fn bare_frame(&self, cell: CellId) -> Frame<'a> {
        Frame {
            cell,
            lambda: None,
            body: self.empty_body,
            typed: self.empty_typed,
            live: Rc::new(Liveness::default()),
            subst: Rc::new(Subst::default()),
            env: 0,
            file: self.file_of(cell).0,
            inline: 0,
            ret: Ret::Cell(Ty::NULL),
            loops_from: 0,
            defers_from: 0,
        }
    }

    fn file_of(&self, cell: CellId) -> FileId {
        self.hir.modules[self.hir.cells[cell].module].file
    }

    fn text(&self, module: ModuleId, span: Span) -> &'a str {
        let file = self.hir.modules[module].file;
        self.sources.file(file).map_or("", |source| span.text(&source.text))
    }

    fn cell_name(&self, cell: CellId) -> String {
        self.names.resolve(self.hir.cells[cell].name).to_owned()
    }

    fn instance_name(&self, cell: CellId, type_args: &[Ty]) -> String {
        let name = self.names.resolve(self.hir.cells[cell].name);
        let args: Vec<String> = type_args
            .iter()
            .filter(|&&t| !matches!(self.types.kind(t), TyKind::Error))
            .map(|&t| self.types.name(t))
            .collect();
        if args.is_empty() { name.to_owned() } else { format!("{name}[{}]", args.join(", ")) }
    }

    /// Every cell has the effects of what it calls.
    fn spread_effects(&mut self) {
        let n = self.module.module().cells.len();
        let mut all = vec![EffectSet::EMPTY; n];
        let mut callers: Vec<Vec<u32>> = vec![Vec::new(); n];
        for (id, effects, calls) in &self.effects {
            all[id.index()] = all[id.index()].union(*effects);
            for callee in calls {
                callers[callee.index()].push(id.0);
            }
        }
        let mut work: Vec<u32> = (0..n as u32).filter(|&i| !all[i as usize].is_empty()).collect();
        while let Some(cell) = work.pop() {
            for &caller in &callers[cell as usize] {
                let joined = all[caller as usize].union(all[cell as usize]);
                if joined != all[caller as usize] {
                    all[caller as usize] = joined;
                    work.push(caller);
                }
            }
        }
        for (cell, effects) in self.module.module_mut().cells.iter_mut().zip(all) {
            cell.effects = effects;
        }
    }
}

#[cfg(test)]
mod tests;
