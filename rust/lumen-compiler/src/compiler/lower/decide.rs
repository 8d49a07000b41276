//! Pattern matching, second half: code for a decision tree, and what arms bind.
//!
//! Invariants:
//! - A part of the scrutinee is loaded where it is first needed, borrowed from the whole.
//! - An arm that consumes parts of a scrutinee that is alone and dies here takes it apart (`unpack`), so that what it
//!   builds finds the freed memory.
//! - The code of an arm is made once; an arm that is reached on several ways gets its bindings in fixed registers.

use super::fx::{Dest, Fx};
use super::pattern::{ChainStep, Matcher, Occ, OccId, Step, Test, Tree};
use super::regs::Redo;
use super::value::{Own, Place, Val, Want};
use super::{codes, limits};
use crate::compiler::hir::{Arm, CmpOp, ExprId, ExprKind, LocalId, PatId, PatKind};
use crate::compiler::typecheck::types::{Ty, TyKind};
use lumen_lir::{Label, Op, Reg, Repr, Slots};
use rustc_hash::FxHashMap;

/// What happens at the leaves of a tree.
pub(super) enum Leaves<'l> {
    /// A pattern alone: bind and jump to `matched` (or fall through, where the tree asks nothing); else to `failed`.
    Bind { failed: Option<Label>, matched: Option<Label> },
    /// The arms of a `match`.
    Arms { e: ExprId, arms: &'l [Arm], dest: Option<Dest>, end: Label, tail: bool },
}

/// A tree being turned into code.
pub(super) struct Deciding<'l> {
    pub(super) occs: Vec<Occ>,
    pub(super) uses: Vec<u32>,
    pub(super) leaves: Leaves<'l>,
    /// Loaded parts, by occurrence.
    pub(super) loaded: Vec<Option<Val>>,
    pub(super) lengths: FxHashMap<OccId, Reg>,
    /// States at the ends of the arms.
    pub(super) ends: Vec<Redo>,
    /// Labels and binding registers of arms that are reached on several ways.
    pub(super) shared: Vec<Option<Shared>>,
}

pub(super) struct Shared {
    pub(super) label: Label,
    pub(super) binds: Vec<(LocalId, Dest)>,
    pub(super) state: Option<Redo>,
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

    pub(super) fn match_into(
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
    pub(super) fn scrutinee(&mut self, e: ExprId, value: ExprId, arms: &[Arm]) -> (Val, Vec<Val>) {
        let body = self.body();
        if let ExprKind::Tuple(items) = &body.exprs[value].kind
            && self.typed().is_plain(value)
            && arms.iter().all(|a| self.takes_apart(a.pat))
        {
            let ty = self.ty(value);
            let types = self.fields(ty);
            let mut parts = Vec::with_capacity(items.len());
            for (n, (&item, &ty)) in items.iter().zip(types.iter()).enumerate() {
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
        let facts = self.program.facts(self.frame().cell);
        let consumed = |pat| {
            super::order::binders(body, pat).iter().any(|local| facts.own.contains(local.raw()))
        };
        let consumed = arms.iter().any(|arm| consumed(arm.pat));
        let movable = match body.exprs[value].kind {
            ExprKind::Local(_) => self.frame().live.is_last(value),
            _ => true,
        };
        let v = self.expr(value, if consumed && movable { Want::Own } else { Want::Borrow }, None);
        let v = if self.changes_inside(v, e) { self.own(v, None) } else { v };
        (v, Vec::new())
    }

    pub(super) fn takes_apart(&self, pat: PatId) -> bool {
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
                self.bind_pattern(pat, v, None);
            }
        }
    }

    /// Tests a pattern: binds and goes on when it matches, else jumps to `failed` with the value as it was.
    pub(super) fn test_and_bind(&mut self, pat: PatId, v: Val, failed: Label) {
        self.bind_pattern(pat, v, Some(failed));
    }

    /// Runs the tree of one pattern; control goes on where it matched, with the state of the leaf.
    fn bind_pattern(&mut self, pat: PatId, v: Val, failed: Option<Label>) {
        let matched = self.b.new_label();
        let fork = self.r.fork();
        self.match_forks.push(fork);
        let leaves = Leaves::Bind { failed, matched: Some(matched) };
        let ends = self.run_tree(v, Vec::new(), &[(pat, false)], leaves);
        let Some(fork) = self.match_forks.pop() else { return };
        for end in ends {
            self.r.rewind(&self.b, &fork);
            self.r.redo(end);
            self.r.reachable = true;
            self.b.bind(matched);
        }
        self.r.join(fork);
    }

    pub(super) fn run_tree(
        &mut self,
        whole: Val,
        parts: Vec<Val>,
        patterns: &[(PatId, bool)],
        leaves: Leaves<'a>,
    ) -> Vec<Redo> {
        let mut m = Matcher::new(whole.ty, patterns.len());
        let types = if parts.is_empty() { std::rc::Rc::default() } else { self.fields(whole.ty) };
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
        let leaves = match leaves {
            Leaves::Bind { failed, .. } if matches!(tree, Tree::Leaf { .. }) => {
                Leaves::Bind { failed, matched: None }
            }
            leaves => leaves,
        };
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
    pub(super) fn load_scrutinee(&mut self, v: Val) -> Val {
        match v.place {
            Place::Unit | Place::Never => v,
            _ => self.load(v, None),
        }
    }

    // ---- nodes ----

    pub(super) fn node(&mut self, d: &mut Deciding<'a>, tree: Tree) {
        if !self.r.reachable {
            return;
        }
        match tree {
            Tree::Fail => self.no_match(d),
            Tree::Leaf { arm, binds } => self.leaf(d, arm, &binds),
            Tree::Chain { steps, last } => {
                for step in steps {
                    match step {
                        ChainStep::Guard { arm, binds } => self.guarded(d, arm, &binds),
                        ChainStep::Test { occ, test, yes } => {
                            if self.test_step(d, occ, &test, yes) {
                                return;
                            }
                        }
                    }
                    if !self.r.reachable {
                        return;
                    }
                }
                self.node(d, *last);
            }
            Tree::Switch { occ, cases, default } => self.switch_node(d, occ, cases, *default),
        }
    }

    /// A test of a chain: what follows when the answer is yes, then on for no. True when the answer is known to be yes.
    fn test_step(&mut self, d: &mut Deciding<'a>, occ: OccId, test: &Test, yes: Tree) -> bool {
        let v = self.part(d, occ);
        match constant_answer(v, test) {
            Some(true) => {
                self.node(d, yes);
                return true;
            }
            Some(false) => return false,
            None => {}
        }
        let no = self.b.new_label();
        let saved = (d.loaded.clone(), d.lengths.clone());
        let fork = self.r.fork();
        self.ask(d, occ, v, test, no);
        self.node(d, yes);
        self.r.rewind(&self.b, &fork);
        self.r.join(fork);
        (d.loaded, d.lengths) = saved;
        self.b.bind(no);
        if let (Test::Null, Place::One(reg, _)) = (test, v.place) {
            self.r.update(reg, |s| s.known = true);
        }
        false
    }

    pub(super) fn no_match(&mut self, d: &mut Deciding<'a>) {
        match d.leaves {
            Leaves::Bind { failed: Some(failed), .. } => {
                self.drop_parts(d);
                self.jump(failed);
            }
            _ => {
                let v = self.fail_text(codes::UNREACHABLE, "no arm matches");
                self.done(v);
            }
        }
    }

    pub(super) fn switch_node(
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
        // The only variant is asked for all the same: that is how the verifier learns which it is.
        let covered = cases.len() > 1
            && matches!(default, Tree::Fail)
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
    pub(super) fn known_immediate(&mut self, d: &mut Deciding<'a>, occ: OccId, test: &Test) {
        let Test::Variant(ordinal) = test else { return };
        let Some(whole @ Val { place: Place::One(reg, Own::Owned), ty }) = d.loaded[0] else {
            return;
        };
        if occ == 0 && self.r.state(reg).loans == 0 && self.variant_class(ty, *ordinal).is_none() {
            self.consumed(whole);
            d.loaded[0] = Some(Val::new(Place::Tag(*ordinal as u16), ty));
        }
    }

    pub(super) fn variant_count(&self, ty: Ty) -> usize {
        match self.p.types.kind(ty) {
            TyKind::Enum(id, _) => self.p.hir.enums[*id].variants.len(),
            _ => usize::MAX,
        }
    }

    /// Jumps to the label of the case that holds, or to `other`.
    pub(super) fn dispatch(
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

    pub(super) fn jump_variant(&mut self, reg: Reg, ty: Ty, ordinal: u32, target: Label) {
        match self.variant_class(ty, ordinal) {
            Some(class) => self.b.branch(Op::JVar, reg, class.0 as u16, target),
            None => self.b.branch(Op::JTag, reg, ordinal as u16, target),
        }
    }

    pub(super) fn jump_number(&mut self, reg: Reg, n: i64, target: Label) {
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
    pub(super) fn ask(&mut self, d: &mut Deciding<'a>, occ: OccId, v: Val, test: &Test, no: Label) {
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
            Test::FloatRange { lo, hi, inclusive } => {
                let below = if *inclusive { CmpOp::Le } else { CmpOp::Lt };
                for (op, end) in [(CmpOp::Ge, lo), (below, hi)] {
                    let Some(end) = *end else { continue };
                    let again = self.alias(v);
                    let end = Val::new(Place::Float(end), Ty::FLOAT);
                    self.jump_floats(op, again, end, false, no, false);
                }
            }
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

    pub(super) fn constant_of(&mut self, test: &Test, ty: Ty) -> Val {
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
    pub(super) fn ask_range(
        &mut self,
        v: Val,
        lo: Option<i64>,
        hi: Option<i64>,
        inclusive: bool,
        no: Label,
    ) {
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

    pub(super) fn length_of(&mut self, d: &mut Deciding<'a>, occ: OccId, v: Val) -> Reg {
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
    pub(super) fn part(&mut self, d: &mut Deciding<'a>, occ: OccId) -> Val {
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
    pub(super) fn rooted(&mut self, alias: Val, _base: Val) -> Val {
        alias
    }

    pub(super) fn narrowed(&mut self, from: Val, base: Val, ty: Ty) -> Val {
        let nullable =
            matches!(base.place, Place::One(reg, _) if matches!(self.b.repr(reg), Repr::Opt(_)));
        if nullable || matches!(base.place, Place::Two(..)) {
            // The same register, known to hold a value.
            return self.convert(from, ty, None);
        }
        self.convert(from, ty, None)
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
