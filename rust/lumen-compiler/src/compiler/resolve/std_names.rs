//! The standard library during name resolution: which names were asked for, and loading their declarations.
//!
//! A name → its fences are parsed, their signatures resolved, their bodies queued; bodies may ask for more names.
//! Builtin cells are only noted when a program names them and loaded at the end ([`Global::load_requested`]); records and
//! enums are needed at once ([`Global::std_item`]).

use super::context::{Ctx, Global};
use super::items::Work;
use crate::compiler::ast;
use crate::compiler::hir::{Def, ModuleId, RecordId};
use crate::interface::{self, Index, StdName};
use lumen_base::{Interner, Span, Symbol};
use rustc_hash::FxHashMap;

/// Parses the fence at a byte range of a std file (an index into [`interface::files`]).
pub type ParseStd<'g> = dyn FnMut(&mut Interner, u16, Span) -> ast::File + 'g;

/// What is known and loaded of std.
pub(super) struct Std<'g> {
    parse: &'g mut ParseStd<'g>,
    index: Index,
    /// By name: whether it was asked for.
    requested: Vec<bool>,
    /// Names asked for and not loaded yet.
    queue: Vec<StdName>,
    /// By fence: whether it is loaded.
    loaded: Vec<bool>,
    /// By file: its module.
    modules: Vec<Option<ModuleId>>,
    /// Types, variants and constants that are loaded.
    defs: FxHashMap<Symbol, Def>,
    /// Fences whose bodies are not resolved yet.
    pending: Vec<(ast::File, ModuleId, Work)>,
}

impl<'g> Std<'g> {
    /// Nothing loaded.
    pub(super) fn new(names: &mut Interner, parse: &'g mut ParseStd<'g>) -> Self {
        Self {
            parse,
            index: Index::new(names),
            requested: vec![false; interface::n_names()],
            queue: Vec::new(),
            loaded: vec![false; interface::n_fences()],
            modules: vec![None; interface::files().len()],
            defs: FxHashMap::default(),
            pending: Vec::new(),
        }
    }

    /// Whether std declares cells, and nothing else, of this name.
    pub(super) fn is_cell(&self, name: Symbol) -> bool {
        self.index.find(name).is_some_and(StdName::is_cell)
    }

    /// Notes that the program uses a name; false when std does not have it.
    pub(super) fn request(&mut self, name: Symbol) -> bool {
        let Some(found) = self.index.find(name) else { return false };
        let requested = &mut self.requested[found.index()];
        if !*requested {
            *requested = true;
            self.queue.push(found);
        }
        true
    }

    /// Makes a declaration of std known.
    pub(super) fn define(&mut self, name: Symbol, def: Def) {
        self.defs.insert(name, def);
    }

    /// The record of this name, if the program uses it.
    pub(super) fn known_record(&self, name: Symbol) -> Option<RecordId> {
        match self.defs.get(&name) {
            Some(Def::Record(record)) => Some(*record),
            _ => None,
        }
    }

    /// Whether the std file declares the name in a fence.
    pub(super) fn file_declares(&self, file: u16, name: Symbol) -> bool {
        self.index
            .find(name)
            .is_some_and(|found| found.fences().iter().any(|&at| interface::fence(at).file == file))
    }
}

impl Global<'_> {
    /// The record, enum, alias, constant or variant of std with this name, loaded now.
    pub(super) fn std_item(&mut self, name: Symbol) -> Option<Def> {
        let found = self.std.index.find(name)?;
        if !self.std.defs.contains_key(&name) && !found.is_cell() {
            self.load(found);
        }
        self.std.defs.get(&name).copied()
    }

    /// The module of a std file with all its names, for `import std.list`.
    pub(super) fn std_module(&mut self, file: u16) -> Option<ModuleId> {
        let names: Vec<Symbol> =
            interface::names_of(file).map(|name| self.names.intern(name)).collect();
        let first = self.std.index.find(*names.first()?)?;
        self.load(first);
        let module = self.std.modules[usize::from(file)]?;
        for name in names {
            let def =
                if self.std.is_cell(name) { Some(Def::Builtin(name)) } else { self.std_item(name) };
            if let Some(def) = def {
                self.hir.modules[module].scope.insert(name, def);
            }
        }
        Some(module)
    }

    /// Loads the cells that were asked for, what their bodies ask for, and so on.
    pub(super) fn load_requested(&mut self) {
        loop {
            if let Some(name) = self.std.queue.pop() {
                self.load(name);
            } else if let Some((file, module, work)) = self.std.pending.pop() {
                Ctx::new(self, &file, module).bodies(work);
            } else {
                return;
            }
        }
    }

    /// Loads the declarations of the cells that were asked for; what their bodies ask for comes later.
    pub(super) fn load_declarations(&mut self) {
        while let Some(name) = self.std.queue.pop() {
            self.load(name);
        }
    }

    fn load(&mut self, name: StdName) {
        for &at in name.fences() {
            if std::mem::replace(&mut self.std.loaded[usize::from(at)], true) {
                continue;
            }
            let fence = interface::fence(at);
            let file = (self.std.parse)(self.names, fence.file, Span::new(fence.lo, fence.hi));
            let slot = usize::from(fence.file);
            let module = match self.std.modules[slot] {
                Some(module) => module,
                None => {
                    let module = self.add_module(&file, &module_name(slot), true);
                    self.modules[module.index()].declares_builtins = true;
                    self.std.modules[slot] = Some(module);
                    module
                }
            };
            let mut ctx = Ctx::new(self, &file, module);
            let mut work = ctx.collect();
            ctx.declared_bounds(&work);
            ctx.signatures(&mut work);
            self.std.pending.push((file, module, work));
        }
    }
}

/// `std.list` for `std/list.lm.md`.
fn module_name(file: usize) -> String {
    let path = interface::files()[file].path;
    path.strip_suffix(".lm.md").unwrap_or(path).replace('/', ".")
}

/// The std file of `import std.list`.
pub(super) fn file_of_module(name: &str) -> Option<u16> {
    let path = format!("{}.lm.md", name.replace('.', "/"));
    interface::files().iter().position(|file| file.path == path).map(|at| at as u16)
}
