//! Imports: finding the files of a program ([`load`]), then binding what they bring ([`Ctx::bind_imports`]).
//!
//! `import a.b` means the first file that exists of [`places`]; `import std.x` a document of the standard library: one of
//! its modules is a file of the program like any other, the names of the rest are in scope anyway. Each file is read
//! once. A circle of imports is an error that shows the chain.

use super::context::{Ctx, Imported};
use super::diagnostics;
use super::names::closest;
use super::places;
use super::std_names::file_of_module;
use crate::compiler::ast::{self, ImportWhat, Name};
use crate::compiler::hir::{Def, ModuleId};
use crate::interface;
use lumen_base::{Diagnostic, FileSpan, Idx, Interner, Span, Symbol};
use rustc_hash::FxHashMap;

/// One file of the program and where its imports lead.
pub struct Unit {
    /// Dotted name as first imported, the file's stem for the root.
    pub name: String,
    /// Its syntax tree.
    pub ast: ast::File,
    /// Something in it could not be read: what is missing may be no fault of its own.
    pub is_broken: bool,
    /// It is a module of the standard library.
    pub is_std: bool,
    /// By import of the file.
    pub imports: Vec<Target>,
}

impl Unit {
    fn new(name: &str, parsed: Parsed, is_std: bool) -> Self {
        let Parsed { ast, is_broken } = parsed;
        Self { name: name.to_owned(), ast, is_broken, is_std, imports: Vec::new() }
    }
}

/// Where an import leads.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Target {
    /// Another file of the program, by position.
    Unit(usize),
    /// A document of std, by position in [`interface::files`].
    Std(u16),
    /// Nowhere; reported.
    Missing,
}

/// A file that an import may mean.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Wanted<'a> {
    /// At a path.
    File(&'a str),
    /// A document of std, by position in [`interface::files`].
    Std(u16),
}

/// The files that a program may be made of.
pub trait Files {
    /// Reads and parses a file, if it exists.
    fn load(&mut self, names: &mut Interner, wanted: Wanted<'_>) -> Option<Parsed>;

    /// Whether there is a file that marks a package.
    fn has_mark(&mut self, path: &str) -> bool;
}

/// A parsed file.
pub struct Parsed {
    /// Its syntax tree.
    pub ast: ast::File,
    /// Whether the text had errors.
    pub is_broken: bool,
}

/// A file that is not imported.
pub struct Root<'a> {
    pub parsed: Parsed,
    /// From where its imports are looked up; without it, it imports only std.
    pub path: Option<&'a str>,
}

/// The roots, of which a program has one and a session one for each entry, and every file that they import, directly or
/// not, in order of discovery.
pub fn load(
    roots: Vec<Root<'_>>,
    names: &mut Interner,
    files: &mut dyn Files,
) -> (Vec<Unit>, Vec<Diagnostic>) {
    let n_roots = roots.len();
    let mut loading = Loading {
        units: Vec::with_capacity(n_roots),
        paths: Vec::with_capacity(n_roots),
        has_files: roots.iter().any(|root| root.path.is_some()),
        by_path: FxHashMap::default(),
        diagnostics: Vec::new(),
    };
    for Root { parsed, path } in roots {
        let stem = path.map_or("main", |path| stem(path));
        // The root of a program may be imported by what it imports, which is a circle; entries have no files.
        if let Some(path) = path.filter(|_| n_roots == 1) {
            loading.by_path.insert(path.to_owned(), 0);
        }
        loading.units.push(Unit::new(stem, parsed, false));
        loading.paths.push(path.unwrap_or_default().to_owned());
    }
    let mut next = 0;
    while next < loading.units.len() {
        loading.imports_of(next, names, files);
        next += 1;
    }
    loading.report_cycles();
    (loading.units, loading.diagnostics)
}

fn stem(path: &str) -> &str {
    let file = path.rsplit(['/', '\\']).next().unwrap_or(path);
    file.strip_suffix(".lm.md").or_else(|| file.strip_suffix(".lm")).unwrap_or(file)
}

/// The state of [`load`].
struct Loading {
    units: Vec<Unit>,
    /// By unit.
    paths: Vec<String>,
    /// Files are looked up.
    has_files: bool,
    by_path: FxHashMap<String, usize>,
    diagnostics: Vec<Diagnostic>,
}

impl Loading {
    fn imports_of(&mut self, unit: usize, names: &mut Interner, files: &mut dyn Files) {
        let ast = &self.units[unit].ast;
        let file = ast.id;
        let wanted: Vec<(String, FileSpan)> = ast
            .imports
            .values()
            .map(|import| {
                let parts: Vec<&str> =
                    ast[import.path].iter().map(|name| names.resolve(name.symbol)).collect();
                let place = ast[import.path].iter().map(|name| name.span).reduce(Span::to);
                (parts.join("."), place.unwrap_or(import.span).in_file(file))
            })
            .collect();
        for (module, at) in wanted {
            let target = self.find(unit, &module, at, names, files);
            self.units[unit].imports.push(target);
        }
    }

    fn find(
        &mut self,
        importer: usize,
        module: &str,
        at: FileSpan,
        names: &mut Interner,
        files: &mut dyn Files,
    ) -> Target {
        if let Some(std) = file_of_module(module) {
            if !interface::files()[usize::from(std)].is_module {
                return Target::Std(std);
            }
            let path = interface::files()[usize::from(std)].path;
            return self.unit(module, &format!("<{path}>"), Wanted::Std(std), names, files);
        }
        let mut tried = Vec::new();
        if self.has_files {
            tried = places::beside(&self.paths[importer], module);
            if let Some(found) = self.first(module, &tried, names, files) {
                return found;
            }
            let importer = &self.paths[importer];
            let more = places::in_package(importer, module, &mut |path| files.has_mark(path));
            if let Some(found) = self.first(module, &more, names, files) {
                return found;
            }
            tried.extend(more);
        }
        self.diagnostics.push(diagnostics::unknown_module(at, module, &tried));
        Target::Missing
    }

    /// The first of the paths at which there is a file.
    fn first(
        &mut self,
        module: &str,
        paths: &[String],
        names: &mut Interner,
        files: &mut dyn Files,
    ) -> Option<Target> {
        paths
            .iter()
            .map(|path| self.unit(module, path, Wanted::File(path), names, files))
            .find(|&found| found != Target::Missing)
    }

    /// The file known as `path`, read when it is met for the first time.
    fn unit(
        &mut self,
        module: &str,
        path: &str,
        wanted: Wanted<'_>,
        names: &mut Interner,
        files: &mut dyn Files,
    ) -> Target {
        if let Some(&known) = self.by_path.get(path) {
            return Target::Unit(known);
        }
        let Some(parsed) = files.load(names, wanted) else { return Target::Missing };
        let unit = self.units.len();
        self.units.push(Unit::new(module, parsed, matches!(wanted, Wanted::Std(_))));
        self.paths.push(path.to_owned());
        self.by_path.insert(path.to_owned(), unit);
        Target::Unit(unit)
    }

    /// A depth-first walk from the roots; each import that leads to a file still open closes a circle.
    fn report_cycles(&mut self) {
        #[derive(Clone, Copy, PartialEq, Eq)]
        enum State {
            New,
            Open,
            Done,
        }
        let mut state = vec![State::New; self.units.len()];
        let mut open: Vec<(usize, usize)> = Vec::new();
        // Roots come first, and everything else is reached from them.
        let mut starts = 0..self.units.len();
        loop {
            if open.is_empty() {
                let Some(start) = starts.find(|unit| state[*unit] == State::New) else { return };
                state[start] = State::Open;
                open.push((start, 0));
            }
            let Some((unit, next)) = open.last_mut() else { return };
            let Some(&target) = self.units[*unit].imports.get(*next) else {
                state[*unit] = State::Done;
                open.pop();
                continue;
            };
            let (from, import) = (*unit, *next);
            *next += 1;
            let Target::Unit(target) = target else { continue };
            match state[target] {
                State::New => {
                    state[target] = State::Open;
                    open.push((target, 0));
                }
                State::Open => {
                    let start = open.iter().position(|(unit, _)| *unit == target).unwrap_or(0);
                    let name = |unit: usize| self.units[unit].name.clone();
                    let mut chain: Vec<String> =
                        open[start..].iter().map(|(unit, _)| name(*unit)).collect();
                    chain.push(name(target));
                    let at = self.import_place(from, import);
                    self.diagnostics.push(diagnostics::import_cycle(at, &chain));
                }
                State::Done => {}
            }
        }
    }

    fn import_place(&self, unit: usize, import: usize) -> FileSpan {
        let ast = &self.units[unit].ast;
        ast[Idx::<ast::Import>::from_raw(import as u32)].span.in_file(ast.id)
    }
}

impl Ctx<'_, '_> {
    /// Brings the imported names into the module's scope. All modules have declared their names.
    pub(super) fn bind_imports(&mut self, targets: &[Target], modules: &[ModuleId]) {
        let ast = self.ast;
        for ((_, import), &target) in ast.imports.iter().zip(targets) {
            match target {
                Target::Unit(unit) => {
                    self.note_imported_module(modules[unit]);
                    self.bind_import(import, modules[unit]);
                }
                Target::Std(file) => self.bind_std_import(import, file),
                Target::Missing => self.bind_missing(import),
            }
        }
        self.bind_trait_methods();
    }

    fn bind_import(&mut self, import: &ast::Import, target: ModuleId) {
        let ast = self.ast;
        match import.what {
            ImportWhat::Module(alias) => {
                if let Some(name) = alias.or_else(|| ast[import.path].last().copied()) {
                    self.bind_named(name, Def::Module(target));
                }
            }
            ImportWhat::All(star) => {
                for (symbol, def) in self.g.modules[target.index()].declared.clone() {
                    if self.g.home(def).is_none_or(|(_, is_pub, _)| is_pub) {
                        self.bind_star(Name { symbol, span: star }, def);
                    }
                }
            }
            ImportWhat::Names(list) => {
                for item in &ast[list] {
                    let def = self.member(target, item.name).unwrap_or(Def::Error);
                    self.bind_named(item.alias.unwrap_or(item.name), def);
                }
            }
        }
    }

    fn bind_named(&mut self, name: Name, def: Def) {
        if let Def::Variant(variant) = def {
            self.add_variant(name.symbol, variant);
            self.note_import(name, false);
            return;
        }
        let scope = &mut self.g.hir.modules[self.module].scope;
        match scope.get(&name.symbol) {
            Some(&before) if before != def && before != Def::Error => {
                let (at, text) = (self.at(name.span), self.text(name.symbol));
                self.report(diagnostics::duplicate_import(at, &text));
                return;
            }
            _ => scope.insert(name.symbol, def),
        };
        self.note_import(name, def == Def::Error);
        self.bind_variants(name.symbol, def);
    }

    /// A name of a star import: the file's own names win.
    fn bind_star(&mut self, name: Name, def: Def) {
        let scope = &mut self.g.hir.modules[self.module].scope;
        match scope.get(&name.symbol) {
            Some(&before) if before == def => {}
            Some(_) => {
                let earlier = self.g.modules[self.module.index()].imported.get(&name.symbol);
                if earlier.is_some_and(|earlier| earlier.is_star) {
                    let (at, text) = (self.at(name.span), self.text(name.symbol));
                    self.report(diagnostics::duplicate_import(at, &text));
                }
            }
            None => {
                scope.insert(name.symbol, def);
                self.note_import(name, true);
                self.bind_variants(name.symbol, def);
            }
        }
    }

    fn note_import(&mut self, name: Name, is_star: bool) {
        let imported = Imported { span: name.span, used: false, is_star };
        self.g.modules[self.module.index()].imported.insert(name.symbol, imported);
    }

    /// An imported enum brings its variants.
    fn bind_variants(&mut self, name: Symbol, def: Def) {
        let Def::Enum(owner) = self.g.through_alias(def) else { return };
        self.g.modules[self.module.index()].enums.insert(owner, name);
        let names: Vec<Symbol> = self.g.hir.enums[owner].variants.iter().map(|v| v.name).collect();
        for (ordinal, name) in names.into_iter().enumerate() {
            self.add_variant(
                name,
                crate::compiler::hir::VariantRef { owner, ordinal: ordinal as u32 },
            );
        }
    }

    fn bind_std_import(&mut self, import: &ast::Import, file: u16) {
        let ast = self.ast;
        match import.what {
            ImportWhat::Module(alias) => {
                if let Some(name) = alias.or_else(|| ast[import.path].last().copied())
                    && let Some(module) = self.g.std_module(file)
                {
                    self.bind_named(name, Def::Module(module));
                }
            }
            // Every name of std is in scope anyway.
            ImportWhat::All(_) => {}
            ImportWhat::Names(list) => {
                for item in &ast[list] {
                    let def = self.std_member(file, item.name);
                    self.bind_named(item.alias.unwrap_or(item.name), def);
                }
            }
        }
    }

    fn std_member(&mut self, file: u16, name: Name) -> Def {
        if self.g.std.file_declares(file, name.symbol) {
            if self.g.std.is_cell(name.symbol) {
                return Def::Builtin(name.symbol);
            }
            return self.g.std_item(name.symbol).unwrap_or(Def::Error);
        }
        let (at, text) = (self.at(name.span), self.text(name.symbol));
        let path = interface::files()[usize::from(file)].path;
        let module = path.trim_end_matches(".lm.md").replace('/', ".");
        let mut diagnostic = diagnostics::unknown_member(at, &module, &text);
        if self.g.std.is_cell(name.symbol) {
            diagnostic = diagnostic.with_help(diagnostics::IS_BUILTIN);
        } else if let Some(better) = closest(&text, interface::names_of(file)) {
            diagnostic = diagnostic.with_help(format!("did you mean `{better}`?"));
        }
        self.report_unresolved(diagnostic);
        Def::Error
    }

    /// The names of an import whose module is missing are known to be wrong already.
    fn bind_missing(&mut self, import: &ast::Import) {
        let ast = self.ast;
        let names: Vec<Name> = match import.what {
            ImportWhat::Module(alias) => {
                alias.or_else(|| ast[import.path].last().copied()).into_iter().collect()
            }
            ImportWhat::All(_) => Vec::new(),
            ImportWhat::Names(list) => {
                ast[list].iter().map(|item| item.alias.unwrap_or(item.name)).collect()
            }
        };
        for name in names {
            self.bind_named(name, Def::Error);
        }
    }

    /// Warns of imported names that nothing uses.
    pub(super) fn check_unused_imports(&mut self) {
        let names = &self.g.modules[self.module.index()];
        if names.is_broken {
            return;
        }
        let imported = names.imported.iter();
        let mut unused: Vec<(Span, Symbol)> = imported
            .filter(|(_, it)| !it.used && !it.is_star)
            .map(|(name, it)| (it.span, *name))
            .collect();
        unused.sort_unstable();
        for (span, name) in unused {
            let (at, text) = (self.at(span), self.text(name));
            self.report(diagnostics::unused_import(at, &text));
        }
    }
}
