//! Effect rows as a graph of inclusions: the only place that unions effects.
//!
//! Type checking adds variables (one for each cell's body, lambda and instantiated row parameter) and inclusions
//! `source ⊆ variable`; `solve` computes the least rows that satisfy them. Rows are sets, so the least solution is
//! unique and the order of work does not matter. Upper bounds are kept apart as `Check`s and compared afterwards.

use crate::compiler::hir::{CellId, TypeParamId};
use crate::compiler::typecheck::types::{RowKind, RowTy, Ty, TyStore};
use lumen_base::FileSpan;
use lumen_lir::effects::EffectSet;
use rustc_hash::FxHashMap;

/// A row variable.
pub(crate) type RowVar = u32;

/// Why an inclusion holds: shown in the chain of an effect error.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Why {
    pub at: FileSpan,
    /// The cell that is called there; none for `emit` and calls of function values.
    pub callee: Option<CellId>,
}

/// What flows into a variable.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Source {
    Effects(EffectSet),
    Param(TypeParamId),
    /// An effect with type arguments.
    Of(Ty),
    Var(RowVar),
    /// A row without the effects and parameters of another, which has no variables.
    Without {
        from: RowVar,
        minus: RowTy,
    },
    /// The row of a generic cell with its parameters replaced.
    Instance {
        from: RowVar,
        by: Replaced,
    },
}

/// What stands for the parameters of a generic cell at one use: row parameters `substs[rows.0..rows.1]`, type
/// parameters `type_substs[types.0..types.1]`.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Replaced {
    rows: (u32, u32),
    types: (u32, u32),
}

#[derive(Clone, Copy, Debug)]
pub(crate) struct Edge {
    pub to: RowVar,
    pub source: Source,
    pub why: Why,
}

/// An upper bound, compared when the rows are known.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Check {
    pub row: RowTy,
    pub allowed: RowTy,
    pub at: FileSpan,
    pub kind: CheckKind,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum CheckKind {
    /// The body of a cell against its written row.
    Declared(CellId),
    /// A function value where a function type allows less.
    Value,
    /// A stream where less is allowed.
    Stream,
    /// A constant's initialiser, a default or a `where` condition: must be pure.
    Pure(CellId),
    /// What nothing is around: no declared effect.
    Entry(CellId),
    /// The body of a `defer`: no declared effect.
    Defer,
    /// What a `timeout` runs: no declared effect.
    Task,
    /// What runs while a `defer` is active, or a stream is walked: no effect with a `multi` operation.
    Once,
}

/// All inclusions of one compilation.
#[derive(Default)]
pub(crate) struct RowGraph {
    n_vars: u32,
    pub(super) edges: Vec<Edge>,
    substs: Vec<(TypeParamId, RowTy)>,
    type_substs: Vec<(TypeParamId, Ty)>,
    pub(super) checks: Vec<Check>,
    /// For inference: instances of effects that came to a variable so far.
    known: FxHashMap<RowVar, Vec<Ty>>,
}

/// How much of the graph existed at some time.
#[derive(Clone, Copy)]
pub(crate) struct RowMark {
    edges: usize,
    checks: usize,
    substs: usize,
    type_substs: usize,
}

impl RowGraph {
    pub(crate) fn fresh(&mut self) -> RowVar {
        let var = self.n_vars;
        self.n_vars += 1;
        var
    }

    /// The row that is exactly `var`.
    pub(crate) fn row_of(&self, var: RowVar, store: &mut TyStore) -> RowTy {
        store.intern_row(RowKind { infer: Box::new([var]), ..RowKind::default() })
    }

    pub(crate) fn add(&mut self, to: RowVar, source: Source, why: Why) {
        if !matches!(source, Source::Var(from) if from == to) {
            self.edges.push(Edge { to, source, why });
        }
    }

    /// `row ⊆ to`.
    pub(crate) fn include(&mut self, to: RowVar, row: RowTy, store: &TyStore, why: Why) {
        if row == RowTy::EMPTY {
            return;
        }
        let kind = store.row(row);
        if !kind.effects.is_empty() {
            self.add(to, Source::Effects(kind.effects), why);
        }
        for &param in &kind.params {
            self.add(to, Source::Param(param), why);
        }
        for &instance in &kind.instances {
            self.add(to, Source::Of(instance), why);
        }
        for &from in &kind.infer {
            self.add(to, Source::Var(from), why);
        }
        self.learn(to, row, RowTy::EMPTY, store);
    }

    /// The instances that are known to come to `var`.
    pub(crate) fn known(&self, var: RowVar) -> &[Ty] {
        self.known.get(&var).map_or(&[], Vec::as_slice)
    }

    /// Notes the instances of `row` as known at `to`, those of effects in `minus` excepted.
    pub(crate) fn learn(&mut self, to: RowVar, row: RowTy, minus: RowTy, store: &TyStore) {
        let (kind, minus) = (store.row(row), store.row(minus));
        if kind.instances.is_empty() && self.known.is_empty() {
            return;
        }
        let coming = kind.infer.iter().flat_map(|&var| self.known(var));
        let coming: Vec<Ty> = kind.instances.iter().chain(coming).copied().collect();
        for instance in coming {
            let of = store.effect_of(instance);
            let is_same = |other: &Ty| store.effect_of(*other) == of;
            if !minus.instances.iter().any(is_same) && !self.known(to).iter().any(is_same) {
                self.known.entry(to).or_default().push(instance);
            }
        }
    }

    /// Puts what is known aside while another body is checked: its types are its own.
    pub(crate) fn exchange_known(
        &mut self,
        known: FxHashMap<RowVar, Vec<Ty>>,
    ) -> FxHashMap<RowVar, Vec<Ty>> {
        std::mem::replace(&mut self.known, known)
    }

    /// `row ⊆ to ∪ minus`, where the variables of `minus` do not count.
    pub(crate) fn include_without(
        &mut self,
        to: RowVar,
        row: RowTy,
        minus: RowTy,
        store: &TyStore,
        why: Why,
    ) {
        let (kind, taken) = (store.row(row), store.row(minus));
        if taken.effects.is_empty() && taken.params.is_empty() && taken.instances.is_empty() {
            return self.include(to, row, store, why);
        }
        let effects = kind.effects.difference(taken.effects);
        if !effects.is_empty() {
            self.add(to, Source::Effects(effects), why);
        }
        for &param in kind.params.iter().filter(|param| !taken.params.contains(param)) {
            self.add(to, Source::Param(param), why);
        }
        for &instance in kind.instances.iter().filter(|it| !taken.instances.contains(it)) {
            // Whether it is one of those is known when its arguments are.
            let from = self.fresh();
            self.add(from, Source::Of(instance), why);
            self.add(to, Source::Without { from, minus }, why);
        }
        for &from in kind.infer.iter().filter(|&&from| from != to) {
            self.add(to, Source::Without { from, minus }, why);
        }
        self.learn(to, row, minus, store);
    }

    /// `row ⊆ bound`, where `bound` may be open: rows of function types.
    pub(crate) fn sub(&mut self, row: RowTy, bound: RowTy, store: &TyStore, why: Why) {
        self.bounded(row, bound, store, why, CheckKind::Value);
    }

    /// The same for rows of streams.
    pub(crate) fn sub_stream(&mut self, row: RowTy, bound: RowTy, store: &TyStore, why: Why) {
        self.bounded(row, bound, store, why, CheckKind::Stream);
    }

    fn bounded(&mut self, row: RowTy, bound: RowTy, store: &TyStore, why: Why, kind: CheckKind) {
        if row == bound || row == RowTy::EMPTY {
            return;
        }
        match store.row(bound).infer.first() {
            Some(&to) => self.include_without(to, row, bound, store, why),
            None => self.check(row, bound, why.at, kind),
        }
    }

    pub(crate) fn check(&mut self, row: RowTy, allowed: RowTy, at: FileSpan, kind: CheckKind) {
        self.checks.push(Check { row, allowed, at, kind });
    }

    /// The row of variable `from` with row parameters and type parameters replaced flows into `to`.
    pub(crate) fn instance(
        &mut self,
        to: RowVar,
        from: RowVar,
        rows: &[(TypeParamId, RowTy)],
        types: impl Iterator<Item = (TypeParamId, Ty)>,
        why: Why,
    ) {
        let (rows_lo, types_lo) = (self.substs.len() as u32, self.type_substs.len() as u32);
        self.substs.extend_from_slice(rows);
        self.type_substs.extend(types);
        let (rows_hi, types_hi) = (self.substs.len() as u32, self.type_substs.len() as u32);
        if rows_lo == rows_hi && types_lo == types_hi {
            self.add(to, Source::Var(from), why);
            return;
        }
        let by = Replaced { rows: (rows_lo, rows_hi), types: (types_lo, types_hi) };
        self.edges.push(Edge { to, source: Source::Instance { from, by }, why });
    }

    pub(crate) fn mark(&self) -> RowMark {
        RowMark {
            edges: self.edges.len(),
            checks: self.checks.len(),
            substs: self.substs.len(),
            type_substs: self.type_substs.len(),
        }
    }

    /// Forgets what was added since `mark` (a failed attempt to unify).
    pub(crate) fn rewind(&mut self, mark: RowMark) {
        self.edges.truncate(mark.edges);
        self.checks.truncate(mark.checks);
    }

    /// What was added since `mark` and mentions types, to be closed when its body has been checked: the type arguments
    /// of effects, with the place of each, and rows.
    pub(crate) fn since(
        &mut self,
        mark: RowMark,
    ) -> (impl Iterator<Item = (&mut Ty, FileSpan)>, impl Iterator<Item = &mut RowTy>) {
        let mut types: Vec<(&mut Ty, FileSpan)> = Vec::new();
        let mut rows: Vec<&mut RowTy> = Vec::new();
        for edge in self.edges.iter_mut().skip(mark.edges) {
            match &mut edge.source {
                Source::Of(ty) => types.push((ty, edge.why.at)),
                Source::Without { minus, .. } => rows.push(minus),
                _ => {}
            }
        }
        for check in self.checks.iter_mut().skip(mark.checks) {
            rows.push(&mut check.row);
            rows.push(&mut check.allowed);
        }
        rows.extend(self.substs.iter_mut().skip(mark.substs).map(|pair| &mut pair.1));
        let pairs = self.type_substs.iter_mut().skip(mark.type_substs);
        types.extend(pairs.map(|pair| (&mut pair.1, FileSpan::default())));
        (types.into_iter(), rows.into_iter())
    }

    /// The least rows.
    pub(crate) fn solve(&self, store: &mut TyStore) -> Rows {
        let n = self.n_vars as usize;
        let mut rows = Rows {
            effects: vec![EffectSet::EMPTY; n],
            params: vec![Vec::new(); n],
            instances: FxHashMap::default(),
            conflicts: Vec::new(),
        };
        let readers = Readers::new(self, store);
        let mut queue: Vec<u32> = (0..self.edges.len() as u32).collect();
        let mut queued = vec![true; self.edges.len()];
        while let Some(at) = queue.pop() {
            queued[at as usize] = false;
            let edge = self.edges[at as usize];
            if rows.flow(self, &edge, store) {
                for &next in readers.of(edge.to) {
                    if !queued[next as usize] {
                        queued[next as usize] = true;
                        queue.push(next);
                    }
                }
            }
        }
        rows
    }

    /// The parts of an instantiated row parameter, where `param` is replaced by the edge.
    pub(super) fn replacement(&self, by: Replaced, param: TypeParamId) -> Option<RowTy> {
        let pairs = self.row_pairs(by);
        pairs.iter().find(|pair| pair.0 == param).map(|pair| pair.1)
    }

    fn row_pairs(&self, by: Replaced) -> &[(TypeParamId, RowTy)] {
        &self.substs[by.rows.0 as usize..by.rows.1 as usize]
    }

    /// An effect with type arguments of a generic cell, as one use has it.
    pub(super) fn instance_at(&self, by: Replaced, instance: Ty, store: &mut TyStore) -> Ty {
        let pairs = &self.type_substs[by.types.0 as usize..by.types.1 as usize];
        store.replaced(instance, &|param| pairs.iter().find(|it| it.0 == param).map(|it| it.1))
    }

    fn for_reads(&self, edge: &Edge, store: &TyStore, mut read: impl FnMut(RowVar)) {
        match edge.source {
            Source::Effects(_) | Source::Param(_) | Source::Of(_) => {}
            Source::Var(from) | Source::Without { from, .. } => read(from),
            Source::Instance { from, by } => {
                read(from);
                for &(_, row) in self.row_pairs(by) {
                    store.row(row).infer.iter().copied().for_each(&mut read);
                }
            }
        }
    }
}

/// For each variable the edges that read it, in one array.
struct Readers {
    starts: Vec<u32>,
    edges: Vec<u32>,
}

impl Readers {
    fn new(graph: &RowGraph, store: &TyStore) -> Self {
        let mut starts = vec![0u32; graph.n_vars as usize + 1];
        for edge in &graph.edges {
            graph.for_reads(edge, store, |var| starts[var as usize + 1] += 1);
        }
        for i in 1..starts.len() {
            starts[i] += starts[i - 1];
        }
        let mut edges = vec![0; starts.last().map_or(0, |&n| n as usize)];
        let mut next = starts.clone();
        for (i, edge) in graph.edges.iter().enumerate() {
            graph.for_reads(edge, store, |var| {
                let slot = &mut next[var as usize];
                edges[*slot as usize] = i as u32;
                *slot += 1;
            });
        }
        Self { starts, edges }
    }

    fn of(&self, var: RowVar) -> &[u32] {
        let (lo, hi) = (self.starts[var as usize], self.starts[var as usize + 1]);
        &self.edges[lo as usize..hi as usize]
    }
}

/// The solution: for each variable its effects and rigid row parameters.
pub(crate) struct Rows {
    effects: Vec<EffectSet>,
    params: Vec<Vec<TypeParamId>>,
    /// Effects with type arguments: of each effect one.
    instances: FxHashMap<RowVar, Vec<Ty>>,
    /// Where a second instance of an effect came: it, and the one that is there.
    pub(super) conflicts: Vec<(FileSpan, Ty, Ty)>,
}

impl Rows {
    pub(crate) fn effects(&self, var: RowVar) -> EffectSet {
        self.effects[var as usize]
    }

    pub(crate) fn params(&self, var: RowVar) -> &[TypeParamId] {
        &self.params[var as usize]
    }

    /// The effects with type arguments.
    pub(crate) fn instances(&self, var: RowVar) -> &[Ty] {
        self.instances.get(&var).map_or(&[], Vec::as_slice)
    }

    /// `row` without variables.
    pub(crate) fn close(&self, row: RowTy, store: &TyStore) -> RowKind {
        let kind = store.row(row);
        let mut effects = kind.effects;
        let mut params = kind.params.to_vec();
        let mut instances = kind.instances.to_vec();
        for &var in &kind.infer {
            effects = effects.union(self.effects(var));
            params.extend_from_slice(self.params(var));
            instances.extend_from_slice(self.instances(var));
        }
        params.sort_unstable();
        params.dedup();
        instances.sort_unstable();
        instances.dedup();
        let (params, instances) = (params.into_boxed_slice(), instances.into_boxed_slice());
        RowKind { effects, params, instances, infer: Box::new([]) }
    }

    fn flow(&mut self, graph: &RowGraph, edge: &Edge, store: &mut TyStore) -> bool {
        match edge.source {
            Source::Effects(effects) => self.grow(edge.to, effects),
            Source::Param(param) => self.grow_param(edge.to, param),
            Source::Of(instance) => self.grow_instance(edge, instance, store),
            Source::Var(from) => {
                let mut grew = self.grow(edge.to, self.effects(from));
                for i in 0..self.instances(from).len() {
                    grew |= self.grow_instance(edge, self.instances(from)[i], store);
                }
                for i in 0..self.params(from).len() {
                    grew |= self.grow_param(edge.to, self.params(from)[i]);
                }
                grew
            }
            Source::Without { from, minus } => {
                let mut grew = false;
                for i in 0..self.instances(from).len() {
                    let instance = self.instances(from)[i];
                    if !store.row(minus).instances.contains(&instance) {
                        grew |= self.grow_instance(edge, instance, store);
                    }
                }
                let taken = store.row(minus);
                grew |= self.grow(edge.to, self.effects(from).difference(taken.effects));
                for i in 0..self.params(from).len() {
                    let param = self.params(from)[i];
                    if !taken.params.contains(&param) {
                        grew |= self.grow_param(edge.to, param);
                    }
                }
                grew
            }
            Source::Instance { from, by } => {
                let mut grew = self.grow(edge.to, self.effects(from));
                for i in 0..self.instances(from).len() {
                    let instance = graph.instance_at(by, self.instances(from)[i], store);
                    grew |= self.grow_instance(edge, instance, store);
                }
                for i in 0..self.params(from).len() {
                    let param = self.params(from)[i];
                    match graph.replacement(by, param) {
                        None => grew |= self.grow_param(edge.to, param),
                        Some(row) => {
                            let closed = self.close(row, store);
                            grew |= self.grow(edge.to, closed.effects);
                            for &instance in &closed.instances {
                                grew |= self.grow_instance(edge, instance, store);
                            }
                            for &param in &closed.params {
                                grew |= self.grow_param(edge.to, param);
                            }
                        }
                    }
                }
                grew
            }
        }
    }

    fn grow(&mut self, var: RowVar, effects: EffectSet) -> bool {
        let slot = &mut self.effects[var as usize];
        let grown = slot.union(effects);
        std::mem::replace(slot, grown) != grown
    }

    /// Of an effect a row has one instance; that bounds what polymorphic recursion can add.
    fn grow_instance(&mut self, edge: &Edge, instance: Ty, store: &TyStore) -> bool {
        let known = self.instances.entry(edge.to).or_default();
        let Some(of) = store.effect_of(instance) else { return false };
        let other = known.iter().find(|&&it| store.effect_of(it) == Some(of));
        match other {
            Some(&other) => {
                if other != instance {
                    self.conflicts.push((edge.why.at, instance, other));
                }
                false
            }
            None => {
                known.push(instance);
                true
            }
        }
    }

    fn grow_param(&mut self, var: RowVar, param: TypeParamId) -> bool {
        let params = &mut self.params[var as usize];
        match params.binary_search(&param) {
            Ok(_) => false,
            Err(at) => {
                params.insert(at, param);
                true
            }
        }
    }
}

#[cfg(test)]
mod tests;
