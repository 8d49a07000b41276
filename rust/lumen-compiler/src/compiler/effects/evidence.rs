//! Why a row has an effect: the chain of calls from the place that is asked about to the one that performs.
//!
//! Breadth first through the inclusions, so the chain is a shortest one. Only runs when there is an error.

use super::row::{Edge, RowVar, Rows, Source, Why};
use crate::compiler::hir::TypeParamId;
use crate::compiler::typecheck::Checker;
use crate::compiler::typecheck::types::{RowTy, Ty};
use lumen_base::FileSpan;
use lumen_lir::effects::{Effect, EffectSet};
use rustc_hash::FxHashMap;

/// Links shown of a long chain.
const LINKS_MAX: usize = 8;

/// What is asked about: a builtin effect, or a declared one by what stands for it in rows.
#[derive(Clone, Copy)]
pub(super) enum Sought {
    Builtin(Effect),
    Declared(TypeParamId),
    /// A declared effect with type arguments.
    Instance(Ty),
}

impl Sought {
    pub(super) fn name(self, checker: &Checker<'_>) -> String {
        match self {
            Sought::Builtin(effect) => checker.hir.effect_name(effect, checker.names).to_owned(),
            Sought::Declared(param) => {
                let known = checker.hir.type_params.get(param);
                known.map_or("", |param| checker.names.resolve(param.name)).to_owned()
            }
            Sought::Instance(ty) => checker.printer().ty(ty),
        }
    }

    fn is_in(self, rows: &Rows, var: RowVar) -> bool {
        match self {
            Sought::Builtin(effect) => rows.effects(var).contains(effect),
            Sought::Declared(param) => rows.params(var).contains(&param),
            Sought::Instance(ty) => rows.instances(var).contains(&ty),
        }
    }
}

/// The places that lead to an effect, in order, each with what happens there.
pub(super) fn chain(
    checker: &Checker<'_>,
    rows: &Rows,
    row: RowTy,
    effect: Sought,
) -> Vec<(FileSpan, String)> {
    let mut came: FxHashMap<RowVar, (RowVar, Why)> = FxHashMap::default();
    let start = checker.store.row(row).infer.to_vec();
    let mut queue: std::collections::VecDeque<RowVar> = start.iter().copied().collect();
    while let Some(var) = queue.pop_front() {
        for edge in checker.rows.edges.iter().filter(|edge| edge.to == var) {
            if let Some(performs) = performs(edge.source, effect) {
                if performs {
                    return links(checker, &came, &start, var, edge.why, effect);
                }
                continue;
            }
            for from in sources(checker, rows, edge, effect) {
                if !start.contains(&from) && !came.contains_key(&from) {
                    came.insert(from, (var, edge.why));
                    queue.push_back(from);
                }
            }
        }
    }
    Vec::new()
}

/// Whether an edge that comes from no variable is where the effect is performed.
fn performs(source: Source, effect: Sought) -> Option<bool> {
    match (source, effect) {
        (Source::Effects(effects), Sought::Builtin(effect)) => {
            Some(EffectSet::of(effect).is_subset_of(effects))
        }
        (Source::Param(param), Sought::Declared(wanted)) => Some(param == wanted),
        (Source::Of(of), Sought::Instance(wanted)) => Some(of == wanted),
        (Source::Effects(_) | Source::Param(_) | Source::Of(_), _) => Some(false),
        _ => None,
    }
}

/// The variables through which an edge brings `effect`.
fn sources(checker: &Checker<'_>, rows: &Rows, edge: &Edge, effect: Sought) -> Vec<RowVar> {
    let has = |var: &RowVar| effect.is_in(rows, *var);
    let mut found = Vec::new();
    match edge.source {
        Source::Effects(_) | Source::Param(_) | Source::Of(_) => {}
        Source::Var(from) => found.push(from),
        Source::Without { from, minus } => {
            let taken = checker.store.row(minus);
            let stays = match effect {
                Sought::Builtin(effect) => !taken.effects.contains(effect),
                Sought::Declared(param) => !taken.params.contains(&param),
                Sought::Instance(ty) => !taken.instances.contains(&ty),
            };
            if stays {
                found.push(from);
            }
        }
        Source::Instance { from, by } => {
            found.push(from);
            for &param in rows.params(from) {
                if let Some(row) = checker.rows.replacement(by, param) {
                    found.extend_from_slice(&checker.store.row(row).infer);
                }
            }
        }
    }
    found.retain(has);
    found
}

fn links(
    checker: &Checker<'_>,
    came: &FxHashMap<RowVar, (RowVar, Why)>,
    start: &[RowVar],
    mut var: RowVar,
    last: Why,
    effect: Sought,
) -> Vec<(FileSpan, String)> {
    let mut whys = vec![last];
    while !start.contains(&var) {
        let Some(&(next, why)) = came.get(&var) else { break };
        whys.push(why);
        var = next;
    }
    whys.reverse();
    let n = whys.len();
    whys.iter()
        .enumerate()
        .filter(|(i, why)| (why.callee.is_some() || i + 1 == n) && (*i < LINKS_MAX || i + 1 == n))
        .map(|(i, why)| (why.at, describe(checker, why, i + 1 == n, effect)))
        .collect()
}

fn describe(checker: &Checker<'_>, why: &Why, last: bool, effect: Sought) -> String {
    let effect = effect.name(checker);
    match (why.callee, last) {
        (Some(cell), true) => {
            let name = checker.names.resolve(checker.hir.cells[cell].name);
            format!("`{name}` has the effect `{effect}`")
        }
        (Some(cell), false) => {
            format!("calls `{}`", checker.names.resolve(checker.hir.cells[cell].name))
        }
        (None, _) => format!("here `{effect}` is performed"),
    }
}
