//! Missing and unreachable cases (Maranget, "Warnings for pattern matching", JFP 2007, one pass for both).
//!
//! Typed body → diagnostics. Runs when all types of the body are known. Patterns become rows of a matrix; a matrix is
//! split by the constructors of its first column until no column is left. Work is bounded by a budget: a match that
//! exceeds it is rejected as too complex, never accepted unseen.

mod ctor;
mod matrix;

use self::ctor::{P, Patterns};
use self::matrix::{Matrix, Row};
use super::body::{BodyCx, CaseTask};
use super::diagnostics as d;
use super::types::{Ty, TyFlags};
use crate::compiler::hir::{ExprKind, PatId, PatKind};

/// Answers all questions about patterns that the body raised.
pub(super) fn examine(cx: &mut BodyCx<'_, '_>) {
    for task in std::mem::take(&mut cx.cases) {
        match task {
            CaseTask::Match(expr) => examine_match(cx, expr),
            CaseTask::Irrefutable(pat, place) => {
                let found = missing_beside(cx, pat);
                let at = cx.here(cx.body.pats[pat].span);
                match found {
                    Found::Covered => {}
                    Found::Missing(witness) => {
                        let diagnostic = d::refutable_pattern(at, place, &witness);
                        cx.report(diagnostic);
                    }
                    Found::TooComplex => cx.report(d::match_too_complex(at)),
                }
            }
            CaseTask::Refutable(pat) if always_matches(cx, pat) => {
                let at = cx.here(cx.body.pats[pat].span);
                cx.report(d::always_matches(at));
            }
            CaseTask::LetElse(pat) if always_matches(cx, pat) => {
                let at = cx.here(cx.body.pats[pat].span);
                cx.report(d::else_never_runs(at));
            }
            CaseTask::Refutable(_) | CaseTask::LetElse(_) => {}
        }
    }
}

/// Whether a pattern that tests something is expected cannot fail.
fn always_matches(cx: &mut BodyCx<'_, '_>, pat: PatId) -> bool {
    !cx.out.non_null.contains(&pat)
        && matches!(missing_beside(cx, pat), Found::Covered)
        && well_typed(cx, pat)
}

enum Found {
    Covered,
    Missing(String),
    TooComplex,
}

/// Types with errors in them say nothing about cases.
fn well_typed(cx: &BodyCx<'_, '_>, pat: PatId) -> bool {
    let ty = cx.out.pat_ty.get(pat).copied().unwrap_or(Ty::ERROR);
    !cx.c.store.flags(ty).any(TyFlags::ERROR) && ty != Ty::NEVER
}

fn missing_beside(cx: &mut BodyCx<'_, '_>, pat: PatId) -> Found {
    if matches!(cx.body.pats[pat].kind, PatKind::Bind(_) | PatKind::Wild) || !well_typed(cx, pat) {
        return Found::Covered;
    }
    let ty = cx.out.pat_ty[pat];
    let row = Row { pats: vec![Patterns::new(cx).lower(pat)], arm: 0, guarded: false };
    let mut matrix = Matrix::new(cx, 1);
    matrix.run(vec![row], vec![ty]);
    if matrix.exceeded {
        return Found::TooComplex;
    }
    match matrix.missing.first() {
        Some(witness) => Found::Missing(witness.clone()),
        None => Found::Covered,
    }
}

fn examine_match(cx: &mut BodyCx<'_, '_>, expr: crate::compiler::hir::ExprId) {
    let ExprKind::Match { value, arms } = &cx.body.exprs[expr].kind else { return };
    let ty = cx.out.expr_ty.get(*value).copied().unwrap_or(Ty::ERROR);
    if cx.c.store.flags(ty).any(TyFlags::ERROR) || ty == Ty::NEVER {
        return;
    }
    let mut rows = Vec::with_capacity(arms.len());
    for (i, arm) in arms.iter().enumerate() {
        let pats = vec![Patterns::new(cx).lower(arm.pat)];
        if pats[0] == P::Bad {
            return;
        }
        rows.push(Row { pats, arm: i, guarded: arm.guard.is_some() });
    }
    let mut matrix = Matrix::new(cx, arms.len());
    matrix.run(rows, vec![ty]);
    let (exceeded, missing) = (matrix.exceeded, std::mem::take(&mut matrix.missing));
    let useful = std::mem::take(&mut matrix.useful);
    let at = cx.at(*value);
    if exceeded {
        cx.report(d::match_too_complex(at));
        return;
    }
    if !missing.is_empty() {
        cx.report(d::missing_cases(at, &missing));
    }
    for (arm, useful) in arms.iter().zip(useful) {
        if !useful {
            let at = cx.here(cx.body.pats[arm.pat].span);
            cx.report(d::unreachable_arm(at));
        }
    }
}
