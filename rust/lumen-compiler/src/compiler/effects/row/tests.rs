//! Rows against a naive fixed point: the least solution, whatever the order of the inclusions; closing is idempotent;
//! forgetting an attempt restores the graph.

use super::*;
use lumen_base::{FileId, Span};
use lumen_lir::effects::Effect;
use proptest::prelude::*;
use std::collections::BTreeSet;

const VARS: u32 = 6;
const PARAMS: u32 = 3;

/// An inclusion of the model.
#[derive(Clone, Debug)]
enum Flow {
    Effect(u32, usize),
    Param(u32, u32),
    Var(u32, u32),
    /// The row of the first flows into the second, with the parameter replaced by an effect and a variable.
    Instance(u32, u32, u32, usize, u32),
}

fn flow() -> impl Strategy<Value = Flow> {
    let var = 0..VARS;
    let effect = 0..Effect::ALL.len();
    prop_oneof![
        (var.clone(), effect.clone()).prop_map(|(to, e)| Flow::Effect(to, e)),
        (var.clone(), 0..PARAMS).prop_map(|(to, p)| Flow::Param(to, p)),
        (var.clone(), var.clone()).prop_map(|(from, to)| Flow::Var(from, to)),
        (var.clone(), var.clone(), 0..PARAMS, effect, var)
            .prop_map(|(from, to, p, e, v)| Flow::Instance(from, to, p, e, v)),
    ]
}

fn why() -> Why {
    Why { at: Span::new(0, 0).in_file(FileId(0)), callee: None }
}

fn set(effect: usize) -> EffectSet {
    EffectSet::of(Effect::ALL[effect])
}

fn add(graph: &mut RowGraph, store: &mut TyStore, flow: &Flow) {
    match *flow {
        Flow::Effect(to, effect) => graph.add(to, Source::Effects(set(effect)), why()),
        Flow::Param(to, param) => graph.add(to, Source::Param(TypeParamId::from_raw(param)), why()),
        Flow::Var(from, to) => graph.add(to, Source::Var(from), why()),
        Flow::Instance(from, to, param, effect, var) => {
            let row =
                RowKind { effects: set(effect), infer: Box::new([var]), ..RowKind::default() };
            let row = store.intern_row(row);
            graph.instance(
                to,
                from,
                &[(TypeParamId::from_raw(param), row)],
                std::iter::empty(),
                why(),
            );
        }
    }
}

fn solved(flows: &[Flow]) -> (RowGraph, TyStore, Rows) {
    let (mut graph, mut store) = (RowGraph::default(), TyStore::default());
    for _ in 0..VARS {
        graph.fresh();
    }
    flows.iter().for_each(|flow| add(&mut graph, &mut store, flow));
    let rows = graph.solve(&mut store);
    (graph, store, rows)
}

/// Rows as sets: effects by number, parameters behind them.
type Sets = Vec<BTreeSet<u32>>;

const FIRST_PARAM: u32 = 1_000;

/// Applies all inclusions until nothing grows.
fn fixed_point(flows: &[Flow]) -> Sets {
    let mut sets = vec![BTreeSet::new(); VARS as usize];
    loop {
        let before = sets.clone();
        for flow in flows {
            let (to, new): (u32, BTreeSet<u32>) = match *flow {
                Flow::Effect(to, effect) => (to, [effect as u32].into()),
                Flow::Param(to, param) => (to, [FIRST_PARAM + param].into()),
                Flow::Var(from, to) => (to, sets[from as usize].clone()),
                Flow::Instance(from, to, param, effect, var) => {
                    let mut row = sets[from as usize].clone();
                    if row.remove(&(FIRST_PARAM + param)) {
                        row.insert(effect as u32);
                        row.extend(&sets[var as usize]);
                    }
                    (to, row)
                }
            };
            sets[to as usize].extend(new);
        }
        if sets == before {
            return sets;
        }
    }
}

fn sets_of(rows: &Rows) -> Sets {
    let of = |var: u32| {
        let effects = Effect::ALL.iter().enumerate();
        let effects =
            effects.filter(|(_, e)| rows.effects(var).contains(**e)).map(|(at, _)| at as u32);
        effects.chain(rows.params(var).iter().map(|param| FIRST_PARAM + param.raw())).collect()
    };
    (0..VARS).map(of).collect()
}

proptest! {
    #[test]
    fn rows_are_the_least_solution(flows in proptest::collection::vec(flow(), 0..14)) {
        let (_, _, rows) = solved(&flows);
        prop_assert_eq!(sets_of(&rows), fixed_point(&flows));
    }

    #[test]
    fn the_order_of_inclusions_does_not_matter(
        (flows, other) in proptest::collection::vec(flow(), 0..14)
            .prop_flat_map(|flows| (Just(flows.clone()), Just(flows).prop_shuffle())),
    ) {
        prop_assert_eq!(sets_of(&solved(&flows).2), sets_of(&solved(&other).2));
    }

    #[test]
    fn closing_is_idempotent_and_grows(flows in proptest::collection::vec(flow(), 0..14), var in 0..VARS) {
        let (graph, mut store, rows) = solved(&flows);
        let row = graph.row_of(var, &mut store);
        let closed = rows.close(row, &store);
        prop_assert!(closed.infer.is_empty());
        let again = store.intern_row(closed.clone());
        prop_assert_eq!(rows.close(again, &store), closed);
    }

    #[test]
    fn a_forgotten_attempt_changes_nothing(
        flows in proptest::collection::vec(flow(), 0..10),
        tried in proptest::collection::vec(flow(), 0..6),
    ) {
        let (mut graph, mut store, rows) = solved(&flows);
        let mark = graph.mark();
        tried.iter().for_each(|flow| add(&mut graph, &mut store, flow));
        graph.rewind(mark);
        prop_assert_eq!(sets_of(&graph.solve(&mut store)), sets_of(&rows));
    }

    /// What is bounded by an open row is part of it afterwards.
    #[test]
    fn what_is_included_is_part(flows in proptest::collection::vec(flow(), 0..10), a in 0..VARS, b in 0..VARS) {
        let (mut graph, mut store, _) = solved(&flows);
        let (row, bound) = (graph.row_of(a, &mut store), graph.row_of(b, &mut store));
        graph.sub(row, bound, &store, why());
        let sets = sets_of(&graph.solve(&mut store));
        prop_assert!(sets[a as usize].is_subset(&sets[b as usize]));
    }
}
