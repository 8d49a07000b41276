//! What clauses do with `resume`: those that end in it need no resumption.

use super::{Arg, Body, ExprId, ExprKind, LambdaId, LocalId, Resumes};

/// What a clause does with `resume`. `first` is where its expressions begin in the arena.
pub fn usage_of(body: &Body, lambda: LambdaId, resume: LocalId, first: usize) -> Resumes {
    let own = || body.exprs.values().skip(first);
    let is_it = |kind: &ExprKind| matches!(kind, ExprKind::Local(local) if *local == resume);
    let is_call = |kind: &ExprKind| match kind {
        ExprKind::Call { callee, args, .. } => is_it(&body.exprs[*callee].kind) && is_plain(args),
        _ => false,
    };
    let uses = own().filter(|expr| is_it(&expr.kind)).count();
    let calls = own().filter(|expr| is_call(&expr.kind)).count();
    if calls != uses || body.locals[resume].captured {
        return Resumes::AsValue;
    }
    let mut tails = 0;
    let mut work: Vec<ExprId> = vec![body.lambdas[lambda].body];
    while let Some(expr) = work.pop() {
        match &body.exprs[expr].kind {
            kind @ ExprKind::Call { .. } if is_call(kind) => tails += 1,
            ExprKind::Halt(_)
            | ExprKind::Return(_)
            | ExprKind::Break { .. }
            | ExprKind::Continue { .. } => {}
            ExprKind::Block(block) => match block.tail {
                Some(tail) if !block.acts_at_end() => work.push(tail),
                _ => return Resumes::Directly,
            },
            ExprKind::If { branches, otherwise: Some(otherwise) } => {
                work.extend(branches.iter().map(|(_, body)| *body));
                work.push(*otherwise);
            }
            ExprKind::Match { arms, .. } => work.extend(arms.iter().map(|arm| arm.body)),
            _ => return Resumes::Directly,
        }
    }
    if tails == uses { Resumes::InTail } else { Resumes::Directly }
}

fn is_plain(args: &[Arg]) -> bool {
    matches!(args, [only] if only.name.is_none() && !only.spread)
}
