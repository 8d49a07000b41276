//! The order of evaluation, said once: the analyses and the emitter all take it from here.

use super::few::Few;
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
pub(super) fn arguments(body: &Body, call: &Call) -> Few<(u32, Arg), 4> {
    let mut all = Few::new((0, Arg::Expr(ExprId::from_raw(0))));
    for (index, source) in call.args.iter().enumerate() {
        match source {
            ArgSource::Expr(e) => all.push((index as u32, Arg::Expr(*e))),
            ArgSource::Default(_) => {}
            ArgSource::Variadic(items) => {
                items.iter().for_each(|&(e, s)| all.push((index as u32, Arg::Element(e, s))));
            }
        }
    }
    let at = |arg: &(u32, Arg)| match arg.1 {
        Arg::Expr(e) | Arg::Element(e, _) => body.exprs[e].span.lo,
    };
    if all.len() > 1 && !all.is_sorted_by_key(at) {
        all.sort_by_key(at);
    }
    all
}

/// The nodes of a chain of operators.
pub(super) type Spine = Few<ExprId, 6>;

/// The leftmost operand of a chain of `Binary`, and the chain's nodes from the innermost to `top`.
pub(super) fn binary_spine(body: &Body, top: ExprId) -> (ExprId, Spine) {
    spine(top, |e| match body.exprs[e].kind {
        ExprKind::Binary { lhs, .. } => Some(lhs),
        _ => None,
    })
}

/// The same for `Logic`.
pub(super) fn logic_spine(body: &Body, top: ExprId) -> (ExprId, Spine) {
    spine(top, |e| match body.exprs[e].kind {
        ExprKind::Logic { lhs, .. } => Some(lhs),
        _ => None,
    })
}

fn spine(top: ExprId, lhs: impl Fn(ExprId) -> Option<ExprId>) -> (ExprId, Spine) {
    let mut nodes = Spine::new(top);
    let mut at = top;
    while let Some(lhs) = lhs(at) {
        nodes.push(at);
        at = lhs;
    }
    nodes.reverse();
    (at, nodes)
}

/// Locals that a pattern binds.
pub(super) type Binders = Few<LocalId, 4>;

/// The locals that a pattern binds, each once.
pub(super) fn binders(body: &Body, pat: PatId) -> Binders {
    let mut out = Few::new(LocalId::from_raw(0));
    let mut work = Vec::new();
    let mut next = Some(pat);
    while let Some(pat) = next {
        match &body.pats[pat].kind {
            PatKind::Missing
            | PatKind::Wild
            | PatKind::Lit(_)
            | PatKind::Range { .. }
            | PatKind::CharRange { .. }
            | PatKind::FloatRange { .. } => {}
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
        next = work.pop();
    }
    out
}

fn push(out: &mut Binders, local: LocalId) {
    if !out.contains(&local) {
        out.push(local);
    }
}
