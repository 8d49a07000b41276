//! The order of evaluation, said once: the analyses and the emitter all take it from here.

use crate::compiler::hir::{Body, ExprId, ExprKind, LocalId, PatId, PatKind};
use crate::compiler::typecheck::tables::{ArgSource, Call};

/// One evaluated argument of a call.
#[derive(Clone, Copy, Debug)]
pub(super) enum Arg {
    Expr(ExprId),
    /// An element of the variadic list; `true` for a spread list.
    Element(ExprId, bool),
}

/// The arguments that are expressions, each with the index of its parameter, in source order. Defaults come after.
pub(super) fn arguments(body: &Body, call: &Call) -> Vec<(u32, Arg)> {
    let mut all = Vec::with_capacity(call.args.len());
    for (index, source) in call.args.iter().enumerate() {
        match source {
            ArgSource::Expr(e) => all.push((index as u32, Arg::Expr(*e))),
            ArgSource::Default(_) => {}
            ArgSource::Variadic(items) => {
                all.extend(
                    items.iter().map(|&(e, spread)| (index as u32, Arg::Element(e, spread))),
                );
            }
        }
    }
    let at = |arg: &(u32, Arg)| match arg.1 {
        Arg::Expr(e) | Arg::Element(e, _) => body.exprs[e].span.lo,
    };
    if !all.is_sorted_by_key(at) {
        all.sort_by_key(at);
    }
    all
}

/// The leftmost operand of a chain of `Binary`, and the chain's nodes from the innermost to `top`.
pub(super) fn binary_spine(body: &Body, top: ExprId) -> (ExprId, Vec<ExprId>) {
    let mut nodes = vec![top];
    let mut at = top;
    while let ExprKind::Binary { lhs, .. } = body.exprs[at].kind {
        at = lhs;
        nodes.push(at);
    }
    nodes.pop();
    nodes.reverse();
    (at, nodes)
}

/// The same for `Logic`.
pub(super) fn logic_spine(body: &Body, top: ExprId) -> (ExprId, Vec<ExprId>) {
    let mut nodes = vec![top];
    let mut at = top;
    while let ExprKind::Logic { lhs, .. } = body.exprs[at].kind {
        at = lhs;
        nodes.push(at);
    }
    nodes.pop();
    nodes.reverse();
    (at, nodes)
}

/// The locals that a pattern binds, each once.
pub(super) fn binders(body: &Body, pat: PatId) -> Vec<LocalId> {
    let mut out = Vec::new();
    let mut work = vec![pat];
    while let Some(pat) = work.pop() {
        match &body.pats[pat].kind {
            PatKind::Missing
            | PatKind::Wild
            | PatKind::Lit(_)
            | PatKind::Range { .. }
            | PatKind::CharRange { .. } => {}
            PatKind::Bind(local) => push(&mut out, *local),
            PatKind::At(local, inner) => {
                push(&mut out, *local);
                work.push(*inner);
            }
            PatKind::Variant { args, .. } | PatKind::Record { args, .. } => {
                work.extend(args.iter().map(|a| a.pat));
            }
            PatKind::Tuple(items) => work.extend(items),
            PatKind::List { items, rest } => {
                work.extend(items);
                work.extend(rest.and_then(|r| r.1));
            }
            PatKind::Type { pat, .. } => work.push(*pat),
            // Every alternative binds the same locals.
            PatKind::Or(alternatives) => work.extend(alternatives.first()),
        }
    }
    out
}

fn push(out: &mut Vec<LocalId>, local: LocalId) {
    if !out.contains(&local) {
        out.push(local);
    }
}
