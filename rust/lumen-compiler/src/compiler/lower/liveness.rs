//! Liveness of locals on the structured body: where each local is used for the last time.
//!
//! Input: one HIR body. Output: a [`Liveness`]. One backward walk; each loop body is walked once more to find what it
//! reads from outside. Independent of instances.
//!
//! Invariants:
//! - At every point the emitter agrees with the walk about the order of evaluation (`order.rs`).
//! - A set may be too large (a value then lives a little longer), never too small.
//! - At a fork, the locals that die on an edge are listed at that edge; so the branches agree where they join.

use super::bitset::BitSet;
use super::order;
use crate::compiler::hir::{
    Arm, Block, Body, Comprehension, Cond, ExprId, ExprKind, InterpPart, LambdaId, LocalId, LoopId,
    MapItem, PatId, PlaceStep, Stmt, StmtKind, Way,
};
use crate::compiler::typecheck::tables::{Target, TypedBody};
use lumen_base::Idx;
use rustc_hash::{FxHashMap, FxHashSet};
use std::ops::Range;

/// The number of an edge out of a construct.
pub(super) type Edge = u32;

/// Of a lambda's body, a nested cell's value: the captured locals that die by being captured.
pub(super) const CAPTURE: Edge = u32::MAX;
/// Of a loop: leaving it, and entering its body.
pub(super) const EXIT: Edge = 0;
pub(super) const ENTER: Edge = 1;
/// Of `and`, `or`, `??`, `?.`: going on to the second part, and skipping it.
pub(super) const GO: Edge = 0;
pub(super) const SKIP: Edge = 1;

/// The edge into branch `i` of an `if`, and past its condition.
pub(super) fn branch_edge(i: usize) -> Edge {
    2 * i as u32
}
pub(super) fn past_edge(i: usize) -> Edge {
    2 * i as u32 + 1
}

/// What a loop needs at its head and behind it.
#[derive(Clone, Default, Debug)]
pub(super) struct LoopSets {
    pub(super) head: BitSet,
    pub(super) exit: BitSet,
}

/// Where values die.
#[derive(Default)]
pub(super) struct Liveness {
    /// `Local` expressions that are the last use.
    last: BitSet,
    /// Where locals die on edges: sorted by edge, each with its range of `dying`.
    edges: Vec<((ExprId, Edge), Range<u32>)>,
    dying: Vec<LocalId>,
    loops: FxHashMap<LoopId, LoopSets>,
    /// Locals never read after they are bound.
    dead_binds: BitSet,
    /// Assignments, by their value, after which the local is not read again.
    dead_assigns: BitSet,
    /// Snapshots of nested cells that are the last use of what they copy.
    last_snapshots: BitSet,
}

impl Liveness {
    pub(super) fn is_last(&self, expr: ExprId) -> bool {
        self.last.contains(expr.raw())
    }

    pub(super) fn deaths(&self, expr: ExprId, edge: Edge) -> &[LocalId] {
        match self.edges.binary_search_by_key(&(expr, edge), |edge| edge.0) {
            Ok(i) => &self.dying[self.edges[i].1.start as usize..self.edges[i].1.end as usize],
            Err(_) => &[],
        }
    }

    pub(super) fn loop_sets(&self, id: LoopId) -> LoopSets {
        self.loops.get(&id).cloned().unwrap_or_default()
    }

    pub(super) fn dead_bind(&self, local: LocalId) -> bool {
        self.dead_binds.contains(local.raw())
    }

    pub(super) fn dead_assign(&self, value: ExprId) -> bool {
        self.dead_assigns.contains(value.raw())
    }

    pub(super) fn last_snapshot(&self, snapshot: LocalId) -> bool {
        self.last_snapshots.contains(snapshot.raw())
    }
}

/// Finds where the locals of a body die.
pub(super) fn liveness(body: &Body, typed: &TypedBody) -> Liveness {
    let mut walk = Walk {
        body,
        typed,
        out: Liveness::default(),
        live: BitSet::default(),
        marking: true,
        exposed: FxHashMap::default(),
        jumping: FxHashSet::default(),
        targets: Vec::new(),
        lambda: None,
    };
    if let Some(root) = body.root {
        walk.expr(root);
    }
    for &local in body.params.iter().chain(&body.captures) {
        walk.bound(local);
    }
    walk.out.edges.sort_unstable_by_key(|edge| edge.0);
    walk.out
}

/// An enclosing loop.
struct Around {
    id: LoopId,
    sets: LoopSets,
}

struct Walk<'a> {
    body: &'a Body,
    typed: &'a TypedBody,
    out: Liveness,
    live: BitSet,
    /// False while finding what a loop reads: nothing is recorded.
    marking: bool,
    /// What a loop reads before it writes it.
    exposed: FxHashMap<LoopId, BitSet>,
    /// Loops out of which something jumps to a loop around.
    jumping: FxHashSet<LoopId>,
    targets: Vec<Around>,
    /// The lambda that is walked; `None`: the body itself.
    lambda: Option<LambdaId>,
}

impl<'a> Walk<'a> {
    /// A use; whether it is the last.
    fn used(&mut self, local: LocalId) -> bool {
        self.live.insert(local.raw())
    }

    fn bound(&mut self, local: LocalId) {
        if !self.live.remove(local.raw()) && self.marking {
            self.out.dead_binds.insert(local.raw());
        }
    }

    fn bind(&mut self, pat: PatId) {
        for &local in order::binders(self.body, pat).iter() {
            self.bound(local);
        }
    }

    /// A way out of the body or clause of a handler needs the number of its exit.
    fn leaves(&mut self, way: Way) {
        let Some(lambda) = self.lambda else { return };
        let mut leaves = self.body.lambdas[lambda].leaves.iter();
        if let Some(leave) = leaves.find(|leave| leave.way == way) {
            self.live.insert(leave.token.raw());
        }
    }

    /// Records what of `before` is not in `after` as dying on an edge.
    fn edge(&mut self, expr: ExprId, edge: Edge, before: &BitSet, after: &BitSet) {
        if !self.marking {
            return;
        }
        self.dies((expr, edge), before.minus(after).map(Idx::from_raw));
    }

    fn dies(&mut self, edge: (ExprId, Edge), locals: impl Iterator<Item = LocalId>) {
        let from = self.out.dying.len() as u32;
        self.out.dying.extend(locals);
        let to = self.out.dying.len() as u32;
        if from != to {
            self.out.edges.push((edge, from..to));
        }
    }

    fn all(&mut self, exprs: impl DoubleEndedIterator<Item = ExprId>) {
        for e in exprs.rev() {
            self.expr(e);
        }
    }

    /// Walks `expr`, from the live set behind it to the one before it.
    fn expr(&mut self, id: ExprId) {
        match &self.body.exprs[id].kind {
            ExprKind::Missing
            | ExprKind::Cover(_)
            | ExprKind::Lit(_)
            | ExprKind::Cell(_)
            | ExprKind::Builtin(_)
            | ExprKind::Const(_)
            | ExprKind::Record(_)
            | ExprKind::Variant(_)
            | ExprKind::AmbiguousVariant(_) => {}
            ExprKind::Local(local) => {
                if self.used(*local) && self.marking {
                    self.out.last.insert(id.raw());
                }
            }
            ExprKind::NestedCell { captures, .. } => self.capture(id, captures.iter().copied()),
            ExprKind::Interp(parts) => {
                for part in parts.iter().rev() {
                    if let InterpPart::Value { expr, .. } = part {
                        self.expr(*expr);
                    }
                }
            }
            ExprKind::Field { base, .. } | ExprKind::TupleField { base, .. } => self.expr(*base),
            ExprKind::Index { base, index, optional } => {
                let skip = optional.then(|| self.live.clone());
                self.expr(*index);
                self.fork(id, skip);
                self.expr(*base);
            }
            ExprKind::Slice { base, lo, hi, optional, .. } => {
                let skip = optional.then(|| self.live.clone());
                self.all(lo.iter().chain(hi).copied());
                self.fork(id, skip);
                self.expr(*base);
            }
            ExprKind::Call { callee, .. } => self.call(id, Some(*callee), None),
            ExprKind::MethodCall { recv, .. } => self.call(id, None, Some(*recv)),
            ExprKind::Update { base, fields } => {
                self.all(fields.iter().map(|f| f.2));
                self.expr(*base);
            }
            ExprKind::Neg(e) | ExprKind::BitNot(e) | ExprKind::Not(e) => self.expr(*e),
            ExprKind::Binary { .. } => {
                let (first, nodes) = order::binary_spine(self.body, id);
                for &node in nodes.iter().rev() {
                    if let ExprKind::Binary { rhs, .. } = self.body.exprs[node].kind {
                        self.expr(rhs);
                    }
                }
                self.expr(first);
            }
            ExprKind::Logic { .. } => self.logic(id),
            ExprKind::Compare { lhs, rhs, .. } | ExprKind::In { item: lhs, container: rhs } => {
                self.expr(*rhs);
                self.expr(*lhs);
            }
            ExprKind::Is { value, .. } | ExprKind::As { value, .. } => self.expr(*value),
            ExprKind::Propagate(value) => {
                self.leaves(Way::Return);
                self.expr(*value);
            }
            ExprKind::Unwrap(value) | ExprKind::Try(value) => {
                self.expr(*value);
            }
            ExprKind::ToolCall { args, .. } => self.all(args.iter().map(|arg| arg.1)),
            ExprKind::Coalesce { value, default } => {
                let skip = self.live.clone();
                self.expr(*default);
                self.fork(id, Some(skip));
                self.expr(*value);
            }
            _ => self.compound(id),
        }
    }

    fn compound(&mut self, id: ExprId) {
        match &self.body.exprs[id].kind {
            ExprKind::Range { lo, hi, step, .. } => {
                self.all([Some(*lo), Some(*hi), *step].into_iter().flatten());
            }
            ExprKind::List(items) | ExprKind::Set(items) => self.all(items.iter().map(|i| i.value)),
            ExprKind::Map(items) => {
                for item in items.iter().rev() {
                    match item {
                        MapItem::Entry(k, v) => {
                            self.expr(*v);
                            self.expr(*k);
                        }
                        MapItem::Spread(e) => self.expr(*e),
                    }
                }
            }
            ExprKind::Tuple(items) => self.all(items.iter().copied()),
            ExprKind::Handle(handle) => {
                let parts: Vec<ExprId> = handle.parts().collect();
                self.all(parts.into_iter());
            }
            ExprKind::Exit { exit, token, body } => {
                let fine = self.live.clone();
                for way in &self.body.exits[*exit].ways {
                    let left = match way {
                        Way::Return => BitSet::default(),
                        Way::Break(target) => self.target(*target, |sets| &sets.exit),
                        Way::Continue(target) => self.target(*target, |sets| &sets.head),
                    };
                    self.live.union_with(&left);
                }
                let all = self.live.clone();
                self.edge(id, GO, &all, &fine);
                self.expr(*body);
                self.bound(*token);
            }
            ExprKind::If { branches, otherwise } => self.if_(id, branches, *otherwise),
            ExprKind::Match { value, arms } => self.match_(id, *value, arms),
            ExprKind::Block(block) => self.block(block),
            ExprKind::While { id: target, cond, body } => self.while_(id, *target, cond, *body),
            ExprKind::Loop { id: target, body } => {
                let sets = self.loop_sets(*target, |walk| walk.expr(*body));
                self.enter(*target, sets.clone());
                self.live = sets.head.clone();
                self.expr(*body);
                self.leave();
                self.edge(id, EXIT, &sets.head, &sets.exit);
                let inside = std::mem::replace(&mut self.live, sets.head.clone());
                self.edge(id, ENTER, &sets.head, &inside);
            }
            ExprKind::For { id: target, pat, iter, guard, body } => {
                let guards: Vec<ExprId> = guard.iter().copied().collect();
                self.for_(id, *target, *pat, *iter, &guards, |walk| walk.expr(*body));
            }
            ExprKind::Comprehension { kind, id: target, pat, iter, guards } => {
                self.for_(id, *target, *pat, *iter, guards, |walk| match kind {
                    Comprehension::List(e) | Comprehension::Set(e) | Comprehension::Nested(e) => {
                        walk.expr(*e);
                    }
                    Comprehension::Map(k, v) => {
                        walk.expr(*v);
                        walk.expr(*k);
                    }
                });
            }
            ExprKind::Break { target, value } => {
                self.live = self.target(*target, |sets| &sets.exit);
                self.leaves(Way::Break(*target));
                value.iter().for_each(|&v| self.expr(v));
            }
            ExprKind::Continue { target } => {
                self.live = self.target(*target, |sets| &sets.head);
                self.leaves(Way::Continue(*target));
            }
            ExprKind::Return(value) => {
                self.live = BitSet::default();
                self.leaves(Way::Return);
                value.iter().for_each(|&v| self.expr(v));
            }
            ExprKind::Lambda(lambda) => self.lambda(*lambda),
            ExprKind::Emit(e) | ExprKind::Yield(e) | ExprKind::Keep { value: e, .. } => {
                self.expr(*e);
            }
            ExprKind::Halt(e) => {
                self.live = BitSet::default();
                self.expr(*e);
            }
            ExprKind::Assert { cond, message } => {
                let skip = self.live.clone();
                message.iter().for_each(|&m| self.expr(m));
                self.fork(id, Some(skip));
                self.expr(*cond);
            }
            _ => {}
        }
    }

    /// Behind a condition: the live set is that of going on; `skip` is the one of not going on.
    fn fork(&mut self, id: ExprId, skip: Option<BitSet>) {
        let Some(skip) = skip else { return };
        let go = self.live.clone();
        self.live.union_with(&skip);
        let both = std::mem::take(&mut self.live);
        self.edge(id, GO, &both, &go);
        self.edge(id, SKIP, &both, &skip);
        self.live = both;
    }

    fn logic(&mut self, top: ExprId) {
        let (first, nodes) = order::logic_spine(self.body, top);
        for &node in nodes.iter().rev() {
            if let ExprKind::Logic { rhs, .. } = self.body.exprs[node].kind {
                let skip = self.live.clone();
                self.expr(rhs);
                self.fork(node, Some(skip));
            }
        }
        self.expr(first);
    }

    fn capture(&mut self, at: ExprId, locals: impl Iterator<Item = LocalId>) {
        let mut dying = Vec::new();
        for local in locals {
            if self.used(local) {
                dying.push(local);
            }
        }
        if self.marking {
            self.dies((at, CAPTURE), dying.into_iter());
        }
    }

    fn lambda(&mut self, id: LambdaId) {
        let lambda = &self.body.lambdas[id];
        if self.marking {
            let outer = std::mem::take(&mut self.live);
            let targets = std::mem::take(&mut self.targets);
            let around = self.lambda.replace(id);
            self.expr(lambda.body);
            for param in lambda.params.iter().rev() {
                self.bind(param.pat);
            }
            for &(_, twin) in &lambda.captures {
                self.bound(twin);
            }
            self.live = outer;
            self.lambda = around;
            self.targets = targets;
        }
        self.capture(lambda.body, lambda.captures.iter().map(|c| c.0));
    }

    fn call(&mut self, id: ExprId, callee: Option<ExprId>, recv: Option<ExprId>) {
        let Some(call) = self.typed.call(id) else { return };
        let args = order::arguments(self.body, call);
        let exprs = args.iter().map(|(_, arg)| match arg {
            order::Arg::Expr(e) | order::Arg::Element(e, _) => *e,
        });
        let target = call.target;
        if call.optional {
            // The receiver is evaluated first; the rest only when it is not null.
            let skip = self.live.clone();
            self.all(exprs.filter(|e| Some(*e) != recv));
            self.fork(id, Some(skip));
            recv.iter().for_each(|&r| self.expr(r));
            return;
        }
        self.all(exprs);
        match target {
            Target::Value | Target::Cell(_) => {
                if let Some(callee) = callee
                    && (target == Target::Value
                        || matches!(self.body.exprs[callee].kind, ExprKind::NestedCell { .. }))
                {
                    self.expr(callee);
                }
            }
            Target::FieldValue { .. } => recv.iter().for_each(|&r| self.expr(r)),
            Target::Record(_) | Target::Variant(_) => {}
        }
    }

    fn if_(&mut self, id: ExprId, branches: &'a [(Cond, ExprId)], otherwise: Option<ExprId>) {
        let after = self.live.clone();
        otherwise.iter().for_each(|&e| self.expr(e));
        for (i, (cond, body)) in branches.iter().enumerate().rev() {
            let past = std::mem::replace(&mut self.live, after.clone());
            self.expr(*body);
            if let Cond::Let { pat, .. } = cond {
                self.bind(*pat);
            }
            let inside = self.live.clone();
            self.live.union_with(&past);
            let both = std::mem::take(&mut self.live);
            self.edge(id, branch_edge(i), &both, &inside);
            self.edge(id, past_edge(i), &both, &past);
            self.live = both;
            self.cond(cond);
        }
    }

    fn cond(&mut self, cond: &Cond) {
        match cond {
            Cond::Bool(e) | Cond::Let { value: e, .. } => self.expr(*e),
        }
    }

    /// Nothing dies inside a guard: a failing guard goes on to any later arm.
    fn match_(&mut self, id: ExprId, value: ExprId, arms: &'a [Arm]) {
        let after = std::mem::take(&mut self.live);
        let mut all = BitSet::default();
        let mut inside = Vec::with_capacity(arms.len());
        for arm in arms {
            self.live = after.clone();
            self.expr(arm.body);
            let body = std::mem::take(&mut self.live);
            all.union_with(&body);
            inside.push(body);
        }
        let marking = std::mem::replace(&mut self.marking, false);
        for arm in arms {
            if let Some(guard) = arm.guard {
                self.live = std::mem::take(&mut all);
                self.expr(guard);
                all = std::mem::take(&mut self.live);
            }
        }
        self.marking = marking;
        for arm in arms {
            if let Some(guard) = arm.guard {
                self.live = all.clone();
                self.expr(guard);
            }
        }
        // At the entry of an arm its own bindings are alive, those of the others are not there.
        let mut bindings = Vec::with_capacity(arms.len());
        self.live = all;
        for arm in arms {
            let binders = order::binders(self.body, arm.pat);
            let mut alive = order::Binders::new(LocalId::from_raw(0));
            for &local in binders.iter() {
                if self.live.contains(local.raw()) {
                    alive.push(local);
                }
                self.bound(local);
            }
            bindings.push(alive);
        }
        let all = std::mem::take(&mut self.live);
        for (i, (body, alive)) in inside.iter().zip(bindings).enumerate() {
            let mut before = all.clone();
            for &local in alive.iter() {
                before.insert(local.raw());
            }
            self.edge(id, i as u32, &before, body);
        }
        self.live = all;
        self.expr(value);
    }

    fn block(&mut self, block: &'a Block) {
        block.tail.iter().for_each(|&e| self.expr(e));
        for stmt in block.stmts.iter().rev() {
            self.stmt(stmt);
        }
    }

    fn stmt(&mut self, stmt: &'a Stmt) {
        match &stmt.kind {
            StmtKind::Expr(e) => self.expr(*e),
            StmtKind::Let { pat, init, otherwise, .. } => {
                self.bind(*pat);
                if let Some(otherwise) = otherwise {
                    let matched = std::mem::take(&mut self.live);
                    self.expr(*otherwise);
                    let failed = self.live.clone();
                    self.live.union_with(&matched);
                    let both = std::mem::take(&mut self.live);
                    self.edge(*otherwise, GO, &both, &matched);
                    self.edge(*otherwise, SKIP, &both, &failed);
                    self.live = both;
                }
                self.expr(*init);
            }
            StmtKind::Assign { place, op, value } => {
                let plain = place.path.is_empty() && op.is_none();
                let read_later = if plain {
                    self.live.remove(place.local.raw())
                } else {
                    !self.used(place.local)
                };
                if !read_later && self.marking {
                    self.out.dead_assigns.insert(value.raw());
                }
                self.expr(*value);
                for step in place.path.iter().rev() {
                    if let PlaceStep::Index { index, .. } = step {
                        self.expr(*index);
                    }
                }
            }
            StmtKind::Defer(lambda) => self.lambda(*lambda),
            StmtKind::Cursor { stream, .. } => self.expr(*stream),
            StmtKind::NestedCells { captures, .. } => {
                for &(_, snapshot) in captures.iter().rev() {
                    self.bound(snapshot);
                }
                for &(outer, snapshot) in captures.iter().rev() {
                    if self.used(outer) && self.marking {
                        self.out.last_snapshots.insert(snapshot.raw());
                    }
                }
            }
        }
    }

    /// What is needed where a jump out of or to the head of loop `id` goes.
    fn target(&mut self, id: LoopId, pick: impl Fn(&LoopSets) -> &BitSet) -> BitSet {
        for around in self.targets.iter().rev() {
            if around.id == id {
                return pick(&around.sets).clone();
            }
            self.jumping.insert(around.id);
        }
        BitSet::default()
    }

    fn enter(&mut self, id: LoopId, sets: LoopSets) {
        if self.marking {
            self.out.loops.insert(id, sets.clone());
        }
        self.targets.push(Around { id, sets });
    }

    fn leave(&mut self) {
        self.targets.pop();
    }

    /// The sets of a loop whose live set behind it is the current one; `once` walks what is repeated.
    fn loop_sets(&mut self, id: LoopId, once: impl Fn(&mut Self)) -> LoopSets {
        let exit = self.live.clone();
        if !self.exposed.contains_key(&id) {
            let marking = std::mem::replace(&mut self.marking, false);
            self.live = BitSet::default();
            self.targets.push(Around { id, sets: LoopSets::default() });
            once(self);
            self.targets.pop();
            let reads = std::mem::take(&mut self.live);
            self.marking = marking;
            self.exposed.insert(id, reads);
        }
        let mut head = exit.clone();
        head.union_with(&self.exposed[&id]);
        // A jump to a loop around needs what that loop needs.
        if self.jumping.contains(&id) {
            for around in &self.targets {
                head.union_with(&around.sets.exit);
                head.union_with(&around.sets.head);
            }
        }
        LoopSets { head, exit }
    }

    fn while_(&mut self, id: ExprId, target: LoopId, cond: &'a Cond, body: ExprId) {
        let sets = self.loop_sets(target, |walk| {
            let exit = walk.live.clone();
            walk.expr(body);
            if let Cond::Let { pat, .. } = cond {
                walk.bind(*pat);
            }
            walk.live.union_with(&exit);
            walk.cond(cond);
        });
        self.enter(target, sets.clone());
        self.live = sets.head.clone();
        self.expr(body);
        if let Cond::Let { pat, .. } = cond {
            self.bind(*pat);
        }
        self.leave();
        let inside = std::mem::replace(&mut self.live, sets.head.clone());
        self.edge(id, EXIT, &sets.head, &sets.exit);
        self.edge(id, ENTER, &sets.head, &inside);
        // The condition runs before the first round and after each: nothing dies in it.
        self.cond(cond);
        self.live.union_with(&sets.head);
    }

    fn for_(
        &mut self,
        id: ExprId,
        target: LoopId,
        pat: PatId,
        iter: ExprId,
        guards: &[ExprId],
        body: impl Fn(&mut Self),
    ) {
        let sets = self.loop_sets(target, |walk| {
            body(walk);
            walk.all(guards.iter().copied());
            walk.bind(pat);
        });
        self.enter(target, sets.clone());
        self.live = sets.head.clone();
        body(self);
        let inside = self.live.clone();
        // A failing guard goes on to the next round: nothing that the head needs, and no binding, dies in it.
        if !guards.is_empty() {
            let marking = std::mem::replace(&mut self.marking, false);
            self.live.union_with(&sets.head);
            self.all(guards.iter().copied());
            self.marking = marking;
            self.all(guards.iter().copied());
        }
        let entry = self.live.clone();
        self.bind(pat);
        self.leave();
        let mut before = sets.head.clone();
        before.union_with(&entry);
        self.edge(id, EXIT, &sets.head, &sets.exit);
        self.edge(id, ENTER, &before, &inside);
        self.live = sets.head.clone();
        self.expr(iter);
    }
}
