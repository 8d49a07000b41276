//! Pattern matching, second half: code for a decision tree, and what arms bind.
//!
//! Invariants:
//! - A part of the scrutinee is loaded where it is first needed, borrowed from the whole.
//! - An arm that consumes parts of a scrutinee that is alone and dies here takes it apart (`unpack`), so that what it
//!   builds finds the freed memory.
//! - The code of an arm is made once; an arm that is reached on several ways gets its bindings in fixed registers.

use super::fx::{Dest, Fx};
use super::pattern::{Matcher, Occ, OccId, Step, Test, Tree};
use super::regs::Redo;
use super::value::{Own, Place, Val, Want};
use super::{codes, limits};
use crate::compiler::hir::{Arm, CmpOp, ExprId, ExprKind, LocalId, PatId, PatKind};
use crate::compiler::typecheck::types::{Ty, TyKind};
use lumen_lir::{Label, Op, Reg, Repr, Slots};
use rustc_hash::FxHashMap;

/// What happens at the leaves of a tree.
pub(super) enum Leaves<'l> {
    /// Patterns alone: bind, and go on; on failure jump there.
    Bind { failed: Option<Label> },
    /// The arms of a `match`.
    Arms { e: ExprId, arms: &'l [Arm], dest: Option<Dest>, end: Label, tail: bool },
}

/// A tree being turned into code.
struct Deciding<'l> {
    occs: Vec<Occ>,
    uses: Vec<u32>,
    leaves: Leaves<'l>,
    /// Loaded parts, by occurrence.
    loaded: Vec<Option<Val>>,
    lengths: FxHashMap<OccId, Reg>,
    /// States at the ends of the arms.
    ends: Vec<Redo>,
    /// Labels and binding registers of arms that are reached on several ways.
    shared: Vec<Option<Shared>>,
}

struct Shared {
    label: Label,
    binds: Vec<(LocalId, Dest)>,
    state: Option<Redo>,
}

impl<'a> Fx<'_, 'a> {
    pub(super) fn match_(
        &mut self,
        e: ExprId,
        value: ExprId,
        arms: &'a [Arm],
        hint: Option<Reg>,
    ) -> Val {
        let ty = self.ty(e);
        let dest = self.branch_dest(ty, hint);
        self.match_into(e, value, arms, dest, false);
        self.branch_value(dest, ty, hint)
    }

    pub(super) fn tail_match(&mut self, e: ExprId, value: ExprId, arms: &'a [Arm]) {
        self.match_into(e, value, arms, None, true);
    }

    fn match_into(
        &mut self,
        e: ExprId,
        value: ExprId,
        arms: &'a [Arm],
        dest: Option<Dest>,
        tail: bool,
    ) {
        let patterns: Vec<(PatId, bool)> =
            arms.iter().map(|a| (a.pat, a.guard.is_some())).collect();
        let (whole, parts) = self.scrutinee(e, value, arms);
        if !self.r.reachable {
            return;
        }
        self.at_expr(value);
        let end = self.b.new_label();
        let fork = self.r.fork();
        self.match_forks.push(fork);
        let leaves = Leaves::Arms { e, arms, dest, end, tail };
        let ends = self.run_tree(whole, parts, &patterns, leaves);
        let Some(fork) = self.match_forks.pop() else { return };
        self.r.meet_all(&self.b, &fork, ends);
        self.b.bind(end);
        self.r.join(fork);
    }

    /// The value of a match; a tuple that is only taken apart is never made.
    fn scrutinee(&mut self, e: ExprId, value: ExprId, arms: &[Arm]) -> (Val, Vec<Val>) {
        let body = self.body();
        if let ExprKind::Tuple(items) = &body.exprs[value].kind
            && !self.typed().adjust.contains_key(&value)
            && arms.iter().all(|a| self.takes_apart(a.pat))
        {
            let ty = self.ty(value);
            let types = self.fields(ty);
            let mut parts = Vec::with_capacity(items.len());
            for (n, (&item, &ty)) in items.iter().zip(&types).enumerate() {
                let v = self.read(item);
                let v = self.convert(v, ty, None);
                let changes =
                    items[n + 1..].iter().any(|&e| self.assigns(e)) || self.changes_inside(v, e);
                let v = if changes { self.snapshot(v) } else { v };
                let v = match self.info(ty).slots {
                    Slots::Two(_) => v,
                    _ => self.load(v, None),
                };
                parts.push(v);
            }
            return (Val::new(Place::Unit, ty), parts);
        }
        let binders: Vec<LocalId> =
            arms.iter().flat_map(|a| super::order::binders(body, a.pat)).collect();
        let facts = self.program.facts(self.frame().cell);
        let consumed = binders.iter().any(|l| facts.own.contains(l.raw()));
        let movable = match body.exprs[value].kind {
            ExprKind::Local(_) => self.frame().live.is_last(value),
            _ => true,
        };
        let v = self.expr(value, if consumed && movable { Want::Own } else { Want::Borrow }, None);
        let v = if self.changes_inside(v, e) { self.own(v, None) } else { v };
        (v, Vec::new())
    }

    fn takes_apart(&self, pat: PatId) -> bool {
        match &self.body().pats[pat].kind {
            PatKind::Tuple(_) | PatKind::Wild => true,
            PatKind::Or(all) => all.iter().all(|&p| self.takes_apart(p)),
            _ => false,
        }
    }

    /// Binds a pattern that always matches, consuming the value.
    pub(super) fn bind_whole(&mut self, pat: PatId, v: Val) {
        let body = self.body();
        match &body.pats[pat].kind {
            PatKind::Wild | PatKind::Missing => self.done(v),
            PatKind::Bind(local) => {
                let ty = self.local_ty(*local);
                let v = self.convert(v, ty, None);
                self.bind_local(*local, v);
            }
            _ => {
                self.run_tree(v, Vec::new(), &[(pat, false)], Leaves::Bind { failed: None });
            }
        }
    }

    /// Tests a pattern: binds and goes on when it matches, else jumps to `failed` with the value as it was.
    pub(super) fn test_and_bind(&mut self, pat: PatId, v: Val, failed: Label, _e: Option<ExprId>) {
        self.run_tree(v, Vec::new(), &[(pat, false)], Leaves::Bind { failed: Some(failed) });
    }

    fn run_tree(
        &mut self,
        whole: Val,
        parts: Vec<Val>,
        patterns: &[(PatId, bool)],
        leaves: Leaves<'a>,
    ) -> Vec<Redo> {
        let mut m = Matcher::new(whole.ty, patterns.len());
        let types = if parts.is_empty() { Box::default() } else { self.fields(whole.ty) };
        for (n, &ty) in types.iter().enumerate() {
            m.part(0, Step::Field(n as u32), ty, None);
        }
        let tree = self.tree(&mut m, patterns);
        if m.too_large {
            let at = self.here();
            self.p.errors.push(limits::too_large(
                at,
                "match",
                "a match with too many combinations of patterns",
            ));
            return Vec::new();
        }
        let mut loaded = vec![None; m.occs.len()];
        let whole = if parts.is_empty() { self.load_scrutinee(whole) } else { whole };
        loaded[0] = Some(whole);
        for (n, v) in parts.into_iter().enumerate() {
            loaded[n + 1] = Some(v);
        }
        let shared = m.uses.iter().map(|_| None).collect();
        let mut d = Deciding {
            occs: m.occs,
            uses: m.uses,
            leaves,
            loaded,
            lengths: FxHashMap::default(),
            ends: Vec::new(),
            shared,
        };
        self.node(&mut d, tree);
        self.shared_arms(&mut d);
        d.ends
    }

    /// The scrutinee in a register, unless it is a constant scalar of a plain binding.
    fn load_scrutinee(&mut self, v: Val) -> Val {
        match v.place {
            Place::Unit | Place::Never => v,
            _ => self.load(v, None),
        }
    }

    // ---- nodes ----

    fn node(&mut self, d: &mut Deciding<'a>, tree: Tree) {
        if !self.r.reachable {
            return;
        }
        match tree {
            Tree::Fail => self.no_match(d),
            Tree::Leaf { arm, binds, otherwise } => self.leaf(d, arm, &binds, otherwise),
            Tree::Test { occ, test, yes, no } => {
                let v = self.part(d, occ);
                if let Some(known) = constant_answer(v, &test) {
                    self.node(d, if known { *yes } else { *no });
                    return;
                }
                let otherwise = self.b.new_label();
                let saved = (d.loaded.clone(), d.lengths.clone());
                let fork = self.r.fork();
                self.ask(d, occ, v, &test, otherwise);
                self.node(d, *yes);
                self.r.rewind(&self.b, &fork);
                (d.loaded, d.lengths) = saved;
                self.b.bind(otherwise);
                if let (Test::Null, Place::One(reg, _)) = (&test, v.place) {
                    self.r.update(reg, |s| s.known = true);
                }
                self.node(d, *no);
                self.r.join(fork);
            }
            Tree::Switch { occ, cases, default } => self.switch_node(d, occ, cases, *default),
        }
    }

    fn no_match(&mut self, d: &Deciding<'a>) {
        match d.leaves {
            Leaves::Bind { failed: Some(failed) } => self.jump(failed),
            _ => {
                let v = self.fail_text(codes::UNREACHABLE, "no arm matches");
                self.done(v);
            }
        }
    }

    fn switch_node(
        &mut self,
        d: &mut Deciding<'a>,
        occ: OccId,
        cases: Vec<(Test, Tree)>,
        default: Tree,
    ) {
        let v = self.part(d, occ);
        if let Some(i) = cases.iter().position(|(test, _)| constant_answer(v, test) == Some(true)) {
            if let Some((_, tree)) = cases.into_iter().nth(i) {
                self.node(d, tree);
            }
            return;
        }
        let (reg, _) = self.reg(v);
        let labels: Vec<Label> = cases.iter().map(|_| self.b.new_label()).collect();
        let other = self.b.new_label();
        let covered = matches!(default, Tree::Fail)
            && matches!(cases.first(), Some((Test::Variant(_), _)))
            && self.variant_count(d.occs[occ].ty) == cases.len();
        self.dispatch(reg, d.occs[occ].ty, &cases, &labels, other, covered);
        self.r.reachable = true;
        let saved = (d.loaded.clone(), d.lengths.clone());
        let fork = self.r.fork();
        for ((test, tree), label) in cases.into_iter().zip(labels) {
            self.b.bind(label);
            self.known_immediate(d, occ, &test);
            self.node(d, tree);
            self.r.rewind(&self.b, &fork);
            (d.loaded, d.lengths) = saved.clone();
        }
        if !covered {
            self.b.bind(other);
            self.node(d, default);
        }
        self.r.rewind(&self.b, &fork);
        self.r.reachable = false;
        self.r.join(fork);
    }

    /// Where the scrutinee is known to be a variant without payload, nothing is left to count.
    fn known_immediate(&mut self, d: &mut Deciding<'a>, occ: OccId, test: &Test) {
        let Test::Variant(ordinal) = test else { return };
        let Some(whole @ Val { place: Place::One(reg, Own::Owned), ty }) = d.loaded[0] else {
            return;
        };
        if occ == 0 && self.r.state(reg).loans == 0 && self.variant_class(ty, *ordinal).is_none() {
            self.consumed(whole);
            d.loaded[0] = Some(Val::new(Place::Tag(*ordinal as u16), ty));
        }
    }

    fn variant_count(&self, ty: Ty) -> usize {
        match self.p.types.kind(ty) {
            TyKind::Enum(id, _) => self.p.hir.enums[*id].variants.len(),
            _ => usize::MAX,
        }
    }

    /// Jumps to the label of the case that holds, or to `other`.
    fn dispatch(
        &mut self,
        reg: Reg,
        ty: Ty,
        cases: &[(Test, Tree)],
        labels: &[Label],
        other: Label,
        covered: bool,
    ) {
        let last = cases.len() - usize::from(covered);
        let numbers: Vec<i64> = cases
            .iter()
            .filter_map(|(t, _)| match t {
                Test::Variant(n) => Some(i64::from(*n)),
                Test::Int(n) => Some(*n),
                _ => None,
            })
            .collect();
        let default = if covered { labels[last] } else { other };
        let payload = matches!(self.b.repr(reg), Repr::Ref(_) | Repr::Opt(_));
        let low = numbers.iter().copied().min().unwrap_or(0);
        let high = numbers.iter().copied().max().unwrap_or(0);
        let dense = numbers.len() >= 4
            && high.checked_sub(low).is_some_and(|n| n < 4 * numbers.len() as i64);
        if payload {
            if let Some(class) = self.info(ty).class().filter(|_| numbers.len() >= 3) {
                let n = self.variant_count(ty);
                let targets = (0..n as i64)
                    .map(|v| numbers.iter().position(|&k| k == v).map_or(default, |i| labels[i]))
                    .collect();
                self.b.switch_tag(reg, class, targets, default);
                return;
            }
        } else if dense {
            let targets = (low..=high)
                .map(|v| numbers.iter().position(|&k| k == v).map_or(default, |i| labels[i]))
                .collect();
            self.b.switch(reg, low, targets, default);
            return;
        }
        for (i, (test, _)) in cases[..last].iter().enumerate() {
            match test {
                Test::Variant(ordinal) if payload => {
                    self.jump_variant(reg, ty, *ordinal, labels[i])
                }
                _ => self.jump_number(reg, numbers[i], labels[i]),
            }
        }
        self.b.jmp(default);
    }

    fn jump_variant(&mut self, reg: Reg, ty: Ty, ordinal: u32, target: Label) {
        match self.variant_class(ty, ordinal) {
            Some(class) => self.b.branch(Op::JVar, reg, class.0 as u16, target),
            None => self.b.branch(Op::JTag, reg, ordinal as u16, target),
        }
    }

    fn jump_number(&mut self, reg: Reg, n: i64, target: Label) {
        match i16::try_from(n) {
            Ok(small) => self.b.branch(Op::JEqI, reg, small as u16, target),
            Err(_) => {
                let (k, v) = self.reg(Val::new(Place::Int(n), Ty::INT));
                self.b.branch(Op::JEq, reg, k, target);
                self.done(v);
            }
        }
    }

    /// Asks a question about a part: falls through on yes, jumps on no.
    fn ask(&mut self, d: &mut Deciding<'a>, occ: OccId, v: Val, test: &Test, no: Label) {
        match test {
            Test::Null => {
                self.jump_null(v, false, no);
            }
            Test::Is(ty) => {
                let again = self.alias(v);
                self.jump_is(again, *ty, false, no, false);
            }
            Test::Len(n, exact) => {
                let len = self.length_of(d, occ, v);
                let len = Val::new(Place::One(len, Own::Alias), Ty::INT);
                let n = Val::new(Place::Int(i64::from(*n)), Ty::INT);
                let op = if *exact { CmpOp::Ne } else { CmpOp::Lt };
                self.jump_ints(op, len, n, no, false);
            }
            Test::Range { lo, hi, inclusive } => self.ask_range(v, *lo, *hi, *inclusive, no),
            Test::Bool(x) => {
                let again = self.alias(v);
                self.jump_truth(again, !*x, no, false);
            }
            Test::Int(_) | Test::Float(_) | Test::Str(_) | Test::Bytes(_) => {
                let constant = self.constant_of(test, v.ty);
                let again = self.alias(v);
                let equal = matches!(test, Test::Str(_) | Test::Bytes(_));
                if equal {
                    let same = self.compare_values(CmpOp::Eq, again, constant, None);
                    self.jump_truth(same, false, no, false);
                } else if matches!(test, Test::Int(_)) {
                    self.jump_ints(CmpOp::Ne, again, constant, no, false);
                } else {
                    self.jump_floats(CmpOp::Eq, again, constant, false, no, false);
                }
            }
            Test::Variant(ordinal) => {
                let yes = self.b.new_label();
                let (reg, _) = self.reg(v);
                self.jump_variant(reg, v.ty, *ordinal, yes);
                self.b.jmp(no);
                self.b.bind(yes);
            }
        }
    }

    fn constant_of(&mut self, test: &Test, ty: Ty) -> Val {
        let place = match test {
            Test::Int(n) => Place::Int(*n),
            Test::Float(x) => Place::Float(*x),
            Test::Str(text) => Place::Str(self.p.module.string(text)),
            Test::Bytes(bytes) => Place::Bytes(self.p.module.bytes(bytes)),
            _ => Place::Never,
        };
        Val::new(place, ty)
    }

    /// Ranges of numbers, or of strings of one character by their number.
    fn ask_range(&mut self, v: Val, lo: Option<i64>, hi: Option<i64>, inclusive: bool, no: Label) {
        let mut v = self.alias(v);
        if v.ty == Ty::STRING {
            let len = {
                let again = self.alias(v);
                self.unary(Op::StrLen, again, Repr::I64, None)
            };
            self.jump_ints(CmpOp::Ne, len, Val::new(Place::Int(1), Ty::INT), no, false);
            v = self.rt("string.char_code", &[v], Ty::INT, None);
        }
        if let Some(lo) = lo {
            let again = self.alias(v);
            self.jump_ints(CmpOp::Lt, again, Val::new(Place::Int(lo), Ty::INT), no, false);
        }
        if let Some(hi) = hi {
            let op = if inclusive { CmpOp::Gt } else { CmpOp::Ge };
            let again = self.alias(v);
            self.jump_ints(op, again, Val::new(Place::Int(hi), Ty::INT), no, false);
        }
        self.done(v);
    }

    fn length_of(&mut self, d: &mut Deciding<'a>, occ: OccId, v: Val) -> Reg {
        if let Some(&len) = d.lengths.get(&occ) {
            return len;
        }
        let (list, _) = self.reg(v);
        let len = self.r.alloc(&mut self.b, Repr::I64);
        self.b.emit(Op::ListLen, len, list, 0);
        d.lengths.insert(occ, len);
        len
    }

    /// A part of the scrutinee, loaded.
    fn part(&mut self, d: &mut Deciding<'a>, occ: OccId) -> Val {
        if let Some(v) = d.loaded[occ] {
            return v;
        }
        let Occ { parent, step, ty, .. } = d.occs[occ];
        let base = self.part(d, parent);
        let from = self.alias(base);
        let from = self.rooted(from, base);
        let v = match step {
            Step::Whole => base,
            Step::Field(n) => self.load_field(from, n, ty, Want::Borrow, None),
            Step::Front(n) => {
                let index = Val::new(Place::Int(i64::from(n)), Ty::INT);
                self.list_element(from, index, ty, Want::Borrow, None)
            }
            Step::Back(n) => {
                let len = self.length_of(d, parent, base);
                let len = Val::new(Place::One(len, Own::Alias), Ty::INT);
                let n = Val::new(Place::Int(i64::from(n)), Ty::INT);
                let index = self.apply(crate::compiler::hir::BinOp::Sub, len, n, None);
                self.list_element(from, index, ty, Want::Borrow, None)
            }
            Step::Rest(front, back) => {
                let len = self.length_of(d, parent, base);
                let len = Val::new(Place::One(len, Own::Alias), Ty::INT);
                let n = Val::new(Place::Int(i64::from(back)), Ty::INT);
                let hi = self.apply(crate::compiler::hir::BinOp::Sub, len, n, None);
                let lo = Val::new(Place::Int(i64::from(front)), Ty::INT);
                self.rt("list.slice", &[from, lo, hi], ty, None)
            }
            Step::Narrow => self.narrowed(from, base, ty),
        };
        let v = match v.place {
            Place::One(..) | Place::Two(..) => v,
            _ => self.load(v, None),
        };
        d.loaded[occ] = Some(v);
        v
    }

    /// An alias of a part keeps the register of the part, which lives as long as the tree.
    fn rooted(&mut self, alias: Val, _base: Val) -> Val {
        alias
    }

    fn narrowed(&mut self, from: Val, base: Val, ty: Ty) -> Val {
        let nullable =
            matches!(base.place, Place::One(reg, _) if matches!(self.b.repr(reg), Repr::Opt(_)));
        if nullable || matches!(base.place, Place::Two(..)) {
            // The same register, known to hold a value.
            return self.convert(from, ty, None);
        }
        self.convert(from, ty, None)
    }

    // ---- leaves ----

    fn leaf(
        &mut self,
        d: &mut Deciding<'a>,
        arm: usize,
        binds: &[(LocalId, OccId)],
        otherwise: Option<Box<Tree>>,
    ) {
        match &d.leaves {
            Leaves::Bind { .. } => {
                self.bind_parts(d, binds);
                self.release_parts(d);
            }
            Leaves::Arms { arms, .. } => {
                let guard = arms[arm].guard;
                match guard {
                    Some(guard) => self.guarded(d, arm, guard, binds, otherwise),
                    None if d.uses[arm] > 1 && !self.is_trivial(d, arm, binds) => {
                        self.to_shared(d, arm, binds)
                    }
                    None => self.arm(d, arm, binds),
                }
            }
        }
    }

    /// Whether an arm is small enough to be made again on each way to it.
    fn is_trivial(&self, d: &Deciding<'a>, arm: usize, binds: &[(LocalId, OccId)]) -> bool {
        let Leaves::Arms { arms, .. } = &d.leaves else { return true };
        binds.is_empty()
            && matches!(
                self.body().exprs[arms[arm].body].kind,
                ExprKind::Lit(_) | ExprKind::Local(_) | ExprKind::Const(_) | ExprKind::Variant(_)
            )
    }

    fn arm(&mut self, d: &mut Deciding<'a>, arm: usize, binds: &[(LocalId, OccId)]) {
        let scope = self.scope.len();
        self.bind_parts(d, binds);
        self.release_parts(d);
        self.arm_body(d, arm, scope);
    }

    fn arm_body(&mut self, d: &mut Deciding<'a>, arm: usize, scope: usize) {
        let Leaves::Arms { e, arms, dest, tail, end } = &d.leaves else { return };
        let (e, body, dest, tail, end) = (*e, arms[arm].body, *dest, *tail, *end);
        self.deaths(e, arm as u32);
        if tail {
            self.tail(body);
        } else {
            self.into_branch(body, dest);
        }
        self.end_scope(scope);
        self.end_arm(d, end);
    }

    fn end_arm(&mut self, d: &mut Deciding<'a>, end: Label) {
        if !self.r.reachable {
            return;
        }
        self.jump(end);
        let Some(fork) = self.match_forks.last() else { return };
        d.ends.push(self.r.changes(fork));
    }

    /// An arm with a guard: the parts stay as they are until the guard is decided, and until the arm ends.
    fn guarded(
        &mut self,
        d: &mut Deciding<'a>,
        arm: usize,
        guard: ExprId,
        binds: &[(LocalId, OccId)],
        otherwise: Option<Box<Tree>>,
    ) {
        let scope = self.scope.len();
        for &(local, occ) in binds {
            let v = self.part(d, occ);
            let v = self.alias(v);
            let ty = self.local_ty(local);
            let v = self.convert(v, ty, None);
            self.bind_copy(local, v);
        }
        let failed = self.b.new_label();
        let saved = (d.loaded.clone(), d.lengths.clone());
        let from = self.holds.len();
        self.jump_if(guard, false, failed, false);
        let reachable = self.r.reachable;
        self.r.reachable = true;
        let fork = self.r.fork();
        self.r.reachable = reachable;
        let bound: Vec<_> = self.scope[scope..].to_vec();
        if reachable {
            self.release_holds(from);
            let Leaves::Arms { e, arms, dest, tail, end } = &d.leaves else { return };
            let (e, body, dest, tail, end) = (*e, arms[arm].body, *dest, *tail, *end);
            self.deaths(e, arm as u32);
            if tail {
                self.tail(body);
            } else {
                self.into_branch(body, dest);
            }
            self.end_scope(scope);
            if self.r.reachable {
                self.release_parts(d);
            }
            self.end_arm(d, end);
        }
        self.r.rewind(&self.b, &fork);
        (d.loaded, d.lengths) = saved;
        self.scope.truncate(scope);
        self.scope.extend(bound);
        self.b.bind(failed);
        self.release_holds(from);
        self.holds.truncate(from);
        self.end_scope(scope);
        if let Some(otherwise) = otherwise {
            self.node(d, *otherwise);
        }
        self.r.join(fork);
    }

    /// Binds a local to a copy of an alias, so that the part may be bound again when a guard fails.
    fn bind_copy(&mut self, local: LocalId, v: Val) {
        let v = match v.place {
            Place::One(reg, Own::Loan { root, .. }) => {
                let repr = self.b.repr(reg);
                let dst = self.r.alloc(&mut self.b, repr);
                self.b.emit(Op::Borrow, dst, reg, 0);
                if self.r.state(reg).known {
                    self.r.update(dst, |s| s.known = true);
                }
                Val::new(Place::One(dst, Own::Loan { root, temp: true }), v.ty)
            }
            _ => v,
        };
        self.bind_local(local, v);
    }

    /// An arm reached on several ways: its bindings go to fixed registers, and its code comes behind the tree.
    fn to_shared(&mut self, d: &mut Deciding<'a>, arm: usize, binds: &[(LocalId, OccId)]) {
        if d.shared[arm].is_none() {
            let label = self.b.new_label();
            let mut dests = Vec::with_capacity(binds.len());
            for &(local, _) in binds {
                let ty = self.local_ty(local);
                let dest = self.dest_kept(ty);
                dests.push((local, dest));
            }
            d.shared[arm] = Some(Shared { label, binds: dests, state: None });
        }
        let dests: Vec<(LocalId, Dest)> =
            d.shared[arm].as_ref().map(|s| s.binds.clone()).unwrap_or_default();
        for (local, dest) in &dests {
            for n in 0..dest.slots.len() as u16 {
                self.r.update(dest.reg + n, |s| {
                    s.used = true;
                    s.pinned = true;
                });
            }
            let Some(&(_, occ)) = binds.iter().find(|b| b.0 == *local) else { continue };
            let v = self.part(d, occ);
            let v = self.alias(v);
            let v = self.convert(v, dest.ty, None);
            let v = self.own(v, Some(dest.reg));
            self.place(v, *dest);
        }
        self.release_parts(d);
        let Some(shared) = d.shared[arm].as_mut() else { return };
        let label = shared.label;
        if shared.state.is_none()
            && let Some(fork) = self.match_forks.last()
        {
            shared.state = Some(self.r.changes(fork));
        }
        self.jump(label);
    }

    /// Registers that no other value of this match gets.
    fn dest_kept(&mut self, ty: Ty) -> Dest {
        let slots = self.info(ty).slots;
        let reprs: Vec<Repr> = slots.reprs().collect();
        let reg = self.b.new_window(reprs);
        for n in 0..slots.len() as u16 {
            self.r.adopt(&self.b, reg + n);
        }
        Dest { reg, slots, ty }
    }

    fn shared_arms(&mut self, d: &mut Deciding<'a>) {
        for arm in 0..d.shared.len() {
            let Some(shared) = d.shared[arm].take() else { continue };
            let Some(state) = shared.state else { continue };
            let Some(fork) = self.match_forks.pop() else { return };
            self.r.rewind(&self.b, &fork);
            self.r.redo(state);
            self.match_forks.push(fork);
            self.r.reachable = true;
            self.b.bind(shared.label);
            let scope = self.scope.len();
            for (local, dest) in shared.binds {
                let v = self.take_dest(dest);
                self.bind_local(local, v);
            }
            self.arm_body(d, arm, scope);
        }
    }

    // ---- binding ----

    /// Binds the locals of a leaf to their parts; the parts are theirs from then on.
    fn bind_parts(&mut self, d: &mut Deciding<'a>, binds: &[(LocalId, OccId)]) {
        if self.takes_whole_apart(d, binds) {
            self.take_apart(d, binds);
            return;
        }
        // Load everything first: a part may be the base of another.
        for &(_, occ) in binds {
            self.part(d, occ);
        }
        for (i, &(local, occ)) in binds.iter().enumerate() {
            let v = self.part(d, occ);
            let ty = self.local_ty(local);
            let needed = binds[i + 1..].iter().any(|b| self.within(d, b.1, occ));
            let v = if needed || (occ == 0 && binds.len() > 1) || self.aliased(d, occ) {
                let v = self.alias(v);
                let v = self.convert(v, ty, None);
                self.bind_copy(local, v);
                continue;
            } else {
                d.loaded[occ] = None;
                v
            };
            let v = self.convert(v, ty, None);
            self.bind_local(local, v);
        }
    }

    /// Whether the register of a part is also that of another part (a narrowed optional).
    fn aliased(&self, d: &Deciding<'a>, occ: OccId) -> bool {
        let Some(Val { place: Place::One(reg, _) | Place::Two(reg, _), .. }) = d.loaded[occ] else {
            return false;
        };
        d.loaded.iter().enumerate().any(|(other, v)| {
            other != occ
                && matches!(v, Some(Val { place: Place::One(r, _) | Place::Two(r, _), .. }) if *r == reg || *r + 1 == reg || *r == reg + 1)
        })
    }

    /// Whether `occ` is a part of `of`, or it.
    fn within(&self, d: &Deciding<'a>, mut occ: OccId, of: OccId) -> bool {
        loop {
            if occ == of {
                return true;
            }
            if occ == 0 {
                return false;
            }
            occ = d.occs[occ].parent;
        }
    }

    /// Gives back what the leaf did not bind, and the whole.
    fn release_parts(&mut self, d: &mut Deciding<'a>) {
        for occ in (1..d.loaded.len()).rev() {
            if let Some(v) = d.loaded[occ].take() {
                self.done(v);
            }
        }
        let lengths: Vec<Reg> = {
            let mut all: Vec<Reg> = d.lengths.drain().map(|l| l.1).collect();
            all.sort_unstable();
            all
        };
        for reg in lengths {
            self.free(reg);
        }
        if let Some(v) = d.loaded[0].take() {
            self.done(v);
        }
    }

    /// Whether the scrutinee is owned, dies here, and some consumed binding is a field of it.
    fn takes_whole_apart(&self, d: &Deciding<'a>, binds: &[(LocalId, OccId)]) -> bool {
        let Some(Val { place: Place::One(reg, Own::Owned), .. }) = d.loaded[0] else {
            return false;
        };
        if self.r.state(reg).pinned && !self.r.state(reg).home {
            return false;
        }
        let parts = d.loaded.iter().skip(1).filter(|v| {
            matches!(v, Some(Val { place: Place::One(_, Own::Loan { root: Some(root), .. }), .. }) if *root == reg)
        });
        if self.r.state(reg).loans as usize != parts.count() {
            return false;
        }
        let facts = self.program.facts(self.frame().cell);
        let live = &self.frame().live;
        binds.iter().all(|b| self.by_fields(d, b.1) && b.1 != 0)
            && binds.iter().any(|&(local, occ)| {
                facts.own.contains(local.raw())
                    && !live.dead_bind(local)
                    && self.p.types.is_counted_kind(d.occs[occ].ty)
            })
    }

    /// Whether a part is reached through fields of flat objects (and known optionals) alone.
    fn by_fields(&self, d: &Deciding<'a>, mut occ: OccId) -> bool {
        while occ != 0 {
            match d.occs[occ].step {
                Step::Field(_) => {}
                Step::Narrow if !self.p.types.is_dynamic(d.occs[d.occs[occ].parent].ty) => {}
                _ => return false,
            }
            occ = d.occs[occ].parent;
        }
        true
    }

    /// Consumes the scrutinee and binds its fields as values of their own.
    fn take_apart(&mut self, d: &mut Deciding<'a>, binds: &[(LocalId, OccId)]) {
        let Some(whole) = d.loaded[0] else { return };
        // Loaded parts were borrowed; the fields come anew.
        for occ in (1..d.loaded.len()).rev() {
            if let Some(v) = d.loaded[occ].take() {
                self.done(v);
            }
        }
        d.loaded[0] = None;
        self.open_object(d, 0, whole, binds);
    }

    /// Binds `occ`, whose owned value is `v`, and the parts of it that are bound.
    fn open_object(
        &mut self,
        d: &mut Deciding<'a>,
        occ: OccId,
        v: Val,
        binds: &[(LocalId, OccId)],
    ) {
        let here: Vec<LocalId> = binds.iter().filter(|b| b.1 == occ).map(|b| b.0).collect();
        let deeper = binds.iter().any(|b| b.1 != occ && self.within(d, b.1, occ));
        if !deeper {
            match here.as_slice() {
                [] => self.done(v),
                [local] => {
                    let ty = self.local_ty(*local);
                    let v = self.convert(v, ty, None);
                    self.bind_local(*local, v);
                }
                _ => {
                    for local in &here[1..] {
                        let again = self.alias(v);
                        let ty = self.local_ty(*local);
                        let again = self.own(again, None);
                        let again = self.convert(again, ty, None);
                        self.bind_local(*local, again);
                    }
                    self.bind_local(here[0], v);
                }
            }
            return;
        }
        for local in here {
            let again = self.alias(v);
            let again = self.own(again, None);
            self.bind_local(local, again);
        }
        let children: Vec<OccId> = (1..d.occs.len()).filter(|&o| d.occs[o].parent == occ).collect();
        let wanted: Vec<OccId> = children
            .into_iter()
            .filter(|&o| binds.iter().any(|b| self.within(d, b.1, o)))
            .collect();
        if let [narrow] = wanted.as_slice()
            && d.occs[*narrow].step == Step::Narrow
        {
            let ty = d.occs[*narrow].ty;
            let inner = self.convert(v, ty, None);
            self.open_object(d, *narrow, inner, binds);
            return;
        }
        let variant = wanted.first().and_then(|&o| d.occs[o].variant);
        let types = match variant {
            Some(ordinal) => self.payload(v.ty, ordinal),
            None => self.fields(v.ty),
        };
        if let (Some(ordinal), true) = (variant, occ != 0) {
            self.assume_variant(v, ordinal);
        }
        let fields = self.unpack(v, &types);
        for (n, field) in fields.into_iter().enumerate() {
            let part = wanted.iter().copied().find(|&o| d.occs[o].step == Step::Field(n as u32));
            match part {
                Some(part) => self.open_object(d, part, field, binds),
                None => self.done(field),
            }
        }
    }

    /// The variant was tested on a borrow; this register is another one.
    fn assume_variant(&mut self, v: Val, ordinal: u32) {
        let Place::One(reg, _) = v.place else { return };
        let known = self.b.new_label();
        self.jump_variant(reg, v.ty, ordinal, known);
        let failed = self.fail_text(codes::UNREACHABLE, "a variant has changed");
        self.done(failed);
        self.r.reachable = true;
        self.b.bind(known);
    }

    /// Consumes an object whose fields have these types.
    fn unpack(&mut self, v: Val, types: &[Ty]) -> Vec<Val> {
        let Place::One(src, _) = v.place else { return Vec::new() };
        let reprs: Vec<Repr> = types.iter().map(|&t| self.one(t)).collect();
        let base = self.r.alloc_run(&mut self.b, &reprs, false, 0);
        self.b.emit(Op::Unpack, base, src, types.len() as u16);
        self.consumed(v);
        let mut fields = Vec::with_capacity(types.len());
        for (n, &ty) in types.iter().enumerate() {
            fields.push(self.defined(base + n as u16, ty));
        }
        fields
            .into_iter()
            .map(|v| {
                let ty = v.ty;
                self.unpack_optional(v, ty, None)
            })
            .collect()
    }
}

/// What is known of a question about a constant.
fn constant_answer(v: Val, test: &Test) -> Option<bool> {
    match (v.place, test) {
        (Place::Nil | Place::Unit, Test::Null) => Some(true),
        (Place::Int(a), Test::Int(b)) => Some(a == *b),
        (Place::Int(a), Test::Variant(b)) => Some(a == i64::from(*b)),
        (Place::Bool(a), Test::Bool(b)) => Some(a == *b),
        _ => None,
    }
}
