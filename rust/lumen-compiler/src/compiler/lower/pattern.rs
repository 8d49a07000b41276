//! Pattern matching, first half: from arms to a decision tree.
//!
//! Input: the patterns of the arms. Output: a [`Tree`] over [`Occ`]urrences (parts of the scrutinee). No code is made
//! here; `decide.rs` does that. Invariant: each part of the scrutinee is tested at most once on a path for one question.

use super::fx::Fx;
use crate::compiler::hir::{Lit, LocalId, PatId, PatKind, PatVariant};
use crate::compiler::typecheck::types::{Ty, TyKind};
use rustc_hash::FxHashMap;
use std::collections::VecDeque;

/// A part of the scrutinee; 0 is the whole.
pub(super) type OccId = usize;

/// How a part is reached from its parent.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub(super) enum Step {
    Whole,
    /// Field of a record, tuple, or of the variant that the parent is known to be.
    Field(u32),
    /// Element from the front, and from the back (1 is the last).
    Front(u32),
    Back(u32),
    /// The elements but so many at the front and at the back.
    Rest(u32, u32),
    /// The parent, known not to be null or to be of a narrower type.
    Narrow,
}

/// A part of the scrutinee.
#[derive(Clone, Copy, Debug)]
pub(super) struct Occ {
    pub(super) parent: OccId,
    pub(super) step: Step,
    pub(super) ty: Ty,
    /// The variant of the parent, when the step is a field of one.
    pub(super) variant: Option<u32>,
}

/// A question about a part.
#[derive(Clone, PartialEq, Debug)]
pub(super) enum Test {
    Null,
    Variant(u32),
    Int(i64),
    Float(f64),
    Bool(bool),
    Str(Box<str>),
    Bytes(Box<[u8]>),
    Range {
        lo: Option<i64>,
        hi: Option<i64>,
        inclusive: bool,
    },
    FloatRange {
        lo: Option<f64>,
        hi: Option<f64>,
        inclusive: bool,
    },
    /// A list of exactly, or at least, so many elements.
    Len(u32, bool),
    Is(Ty),
}

/// What to do, as a tree of questions. Questions asked one after the other are a chain, not nested: their number has
/// no bound, the depth of the tree has that of the patterns.
pub(super) enum Tree {
    Fail,
    Leaf {
        arm: usize,
        binds: Vec<(LocalId, OccId)>,
    },
    Chain {
        steps: Vec<ChainStep>,
        last: Box<Tree>,
    },
    /// By variant or number: the cases, and everything else.
    Switch {
        occ: OccId,
        cases: Vec<(Test, Tree)>,
        default: Box<Tree>,
    },
}

/// A step of a chain, which goes on when it does not apply.
pub(super) enum ChainStep {
    Test {
        occ: OccId,
        test: Test,
        yes: Tree,
    },
    /// An arm with a guard.
    Guard {
        arm: usize,
        binds: Vec<(LocalId, OccId)>,
    },
}

/// An arm as the matcher sees it.
#[derive(Clone)]
struct Row {
    arm: usize,
    guarded: bool,
    pats: Vec<(OccId, PatId)>,
    binds: Vec<(LocalId, OccId)>,
}

/// Builds trees.
pub(super) struct Matcher {
    pub(super) occs: Vec<Occ>,
    /// Nodes made: a bound against explosion.
    nodes: usize,
    pub(super) too_large: bool,
    /// How often each arm is reached.
    pub(super) uses: Vec<u32>,
}

/// A case of a switch.
#[derive(PartialEq, Eq, Hash)]
enum CaseKey {
    Number(i64),
    Text(Box<str>),
}

/// Whether rows can be sorted by the answer in one pass.
fn is_case(test: &Test) -> bool {
    matches!(test, Test::Variant(_) | Test::Int(_) | Test::Str(_))
}

/// Nodes of one tree.
const NODES: usize = 50_000;

impl Matcher {
    pub(super) fn new(ty: Ty, arms: usize) -> Matcher {
        let whole = Occ { parent: 0, step: Step::Whole, ty, variant: None };
        Matcher { occs: vec![whole], nodes: 0, too_large: false, uses: vec![0; arms] }
    }

    /// Whether `part` lies inside of `whole`.
    fn is_around(&self, whole: OccId, part: OccId) -> bool {
        let mut at = part;
        while at != 0 {
            at = self.occs[at].parent;
            if at == whole {
                return true;
            }
        }
        false
    }

    pub(super) fn part(
        &mut self,
        parent: OccId,
        step: Step,
        ty: Ty,
        variant: Option<u32>,
    ) -> OccId {
        let known = self.occs.iter().skip(1).position(|o| {
            o.parent == parent && o.step == step && o.ty == ty && o.variant == variant
        });
        if let Some(known) = known {
            return known + 1;
        }
        self.occs.push(Occ { parent, step, ty, variant });
        self.occs.len() - 1
    }
}

impl Fx<'_, '_> {
    /// The tree of some arms: (pattern, whether it has a guard).
    pub(super) fn tree(&mut self, m: &mut Matcher, arms: &[(PatId, bool)]) -> Tree {
        let rows = arms
            .iter()
            .enumerate()
            .map(|(arm, &(pat, guarded))| Row {
                arm,
                guarded,
                pats: vec![(0, pat)],
                binds: Vec::new(),
            })
            .collect();
        self.decide(m, rows)
    }

    fn decide(&mut self, m: &mut Matcher, rows: Vec<Row>) -> Tree {
        let mut rows: VecDeque<Row> = rows.into();
        let mut steps = Vec::new();
        let last = loop {
            m.nodes += 1;
            if m.nodes > NODES {
                m.too_large = true;
                break Tree::Fail;
            }
            while !rows.is_empty() && self.simplify_first(m, &mut rows) {}
            let Some(first) = rows.front() else { break Tree::Fail };
            let Some(&(occ, pat)) = first.pats.first() else {
                let (arm, binds) = (first.arm, first.binds.clone());
                m.uses[arm] += 1;
                if !first.guarded {
                    break Tree::Leaf { arm, binds };
                }
                rows.pop_front();
                steps.push(ChainStep::Guard { arm, binds });
                continue;
            };
            let Some(test) = self.test_of(m, occ, pat) else { break Tree::Fail };
            if is_case(&test) {
                break self.switch(m, rows, occ, test);
            }
            // An arm that asks nothing else leaves the other arms as they are, for either answer.
            let alone = first.pats.len() == 1 && !first.guarded;
            if alone && matches!(test, Test::Range { .. } | Test::FloatRange { .. }) {
                let Some(row) = rows.pop_front() else { break Tree::Fail };
                m.uses[row.arm] += 1;
                let yes = Tree::Leaf { arm: row.arm, binds: row.binds };
                steps.push(ChainStep::Test { occ, test, yes });
                continue;
            }
            let (mut yes, mut no) = (Vec::new(), Vec::new());
            for row in rows {
                for row in self.opened(m, row, occ) {
                    self.route(m, row, occ, &test, &mut yes, &mut no);
                }
            }
            let yes = self.decide(m, yes);
            steps.push(ChainStep::Test { occ, test, yes });
            rows = no.into();
        };
        if steps.is_empty() { last } else { Tree::Chain { steps, last: Box::new(last) } }
    }

    /// Removes what needs no test from the first row; whether something changed the rows' number.
    fn simplify_first(&mut self, m: &mut Matcher, rows: &mut VecDeque<Row>) -> bool {
        let mut i = 0;
        while i < rows[0].pats.len() {
            let (occ, pat) = rows[0].pats[i];
            let body = self.body();
            match &body.pats[pat].kind {
                PatKind::Or(alternatives) => {
                    let Some(row) = rows.pop_front() else { return false };
                    for &alternative in alternatives.iter().rev() {
                        let mut row = row.clone();
                        row.pats[i] = (occ, alternative);
                        rows.push_front(row);
                    }
                    return true;
                }
                _ => {
                    if self.dissolve(m, &mut rows[0], i) {
                        continue;
                    }
                    i += 1;
                }
            }
        }
        false
    }

    /// The row as rows in which everything that is asked about `occ` stands open: tuples and records are taken apart,
    /// and so are alternatives of something around it. Otherwise the question would be asked a second time below, where
    /// other rows know the answer and read parts that are there for that answer only.
    fn opened(&mut self, m: &mut Matcher, row: Row, occ: OccId) -> Vec<Row> {
        let mut out = Vec::with_capacity(1);
        // The next one last.
        let mut rows = vec![row];
        while let Some(mut row) = rows.pop() {
            self.dissolve_all(m, &mut row);
            let body = self.body();
            let around = row.pats.iter().enumerate().find_map(|(i, &(of, pat))| {
                match &body.pats[pat].kind {
                    PatKind::Or(alternatives) if m.is_around(of, occ) => Some((i, alternatives)),
                    _ => None,
                }
            });
            let Some((i, alternatives)) = around else {
                out.push(row);
                continue;
            };
            m.nodes += alternatives.len();
            if m.nodes > NODES {
                m.too_large = true;
                return out;
            }
            for &alternative in alternatives.iter().rev() {
                let mut row = row.clone();
                row.pats[i].1 = alternative;
                rows.push(row);
            }
        }
        out
    }

    /// Takes a row's tuples and records apart, so that what it asks about each part is seen.
    fn dissolve_all(&mut self, m: &mut Matcher, row: &mut Row) {
        let mut i = 0;
        while i < row.pats.len() {
            if !self.dissolve(m, row, i) {
                i += 1;
            }
        }
    }

    /// Replaces pattern `i` of a row by what it consists of, when that needs no test here.
    fn dissolve(&mut self, m: &mut Matcher, row: &mut Row, i: usize) -> bool {
        let (occ, pat) = row.pats[i];
        let ty = m.occs[occ].ty;
        let body = self.body();
        match &body.pats[pat].kind {
            PatKind::Missing | PatKind::Wild => {
                row.pats.remove(i);
            }
            PatKind::Bind(local) => {
                if self.typed().non_null.contains(&pat) && self.has_null(ty) {
                    return false;
                }
                row.binds.push((*local, occ));
                row.pats.remove(i);
            }
            PatKind::At(local, inner) => {
                row.binds.push((*local, occ));
                row.pats[i] = (occ, *inner);
            }
            PatKind::Type { pat: inner, .. } => {
                if self.tested_type(pat) != ty {
                    return false;
                }
                row.pats[i] = (occ, *inner);
            }
            PatKind::Tuple(items) if matches!(self.p.types.kind(ty), TyKind::Tuple(_)) => {
                let types = self.fields(ty);
                row.pats.remove(i);
                for (n, &item) in items.iter().enumerate() {
                    let Some(&ty) = types.get(n) else { continue };
                    let part = m.part(occ, Step::Field(n as u32), ty, None);
                    row.pats.insert(i + n, (part, item));
                }
            }
            PatKind::Record { args, .. } if matches!(self.p.types.kind(ty), TyKind::Record(..)) => {
                let types = self.fields(ty);
                let indexes = self.typed().pat_args.get(&pat).cloned().unwrap_or_default();
                row.pats.remove(i);
                for (n, (arg, &field)) in args.iter().zip(&indexes).enumerate() {
                    let Some(&ty) = types.get(field as usize) else { continue };
                    let part = m.part(occ, Step::Field(field), ty, None);
                    row.pats.insert((i + n).min(row.pats.len()), (part, arg.pat));
                }
            }
            PatKind::List { items, rest: Some((_, inner)) }
                if items.is_empty() && matches!(self.p.types.kind(ty), TyKind::List(_)) =>
            {
                match inner {
                    Some(inner) => row.pats[i] = (occ, *inner),
                    None => {
                        row.pats.remove(i);
                    }
                }
            }
            _ => return false,
        }
        true
    }

    fn tested_type(&mut self, pat: PatId) -> Ty {
        let ty = self.typed().pat_test.get(&pat).copied().unwrap_or(Ty::ERROR);
        let exact = self.close_exact(ty);
        let of = self.typed().pat_ty.get(pat).copied().unwrap_or(Ty::ERROR);
        if matches!(self.close(of), Ty::ANY | Ty::JSON) {
            self.refuse_refined(exact);
        }
        self.close(ty)
    }

    fn has_null(&self, ty: Ty) -> bool {
        matches!(self.p.types.kind(ty), TyKind::Optional(_) | TyKind::Any | TyKind::Json)
    }

    /// The first question that a pattern asks about a part.
    fn test_of(&mut self, m: &Matcher, occ: OccId, pat: PatId) -> Option<Test> {
        let ty = m.occs[occ].ty;
        let body = self.body();
        let kind = &body.pats[pat].kind;
        if let PatKind::Lit(Lit::Null) = kind {
            return Some(Test::Null);
        }
        if self.p.types.is_dynamic(ty) {
            return match self.member(ty, pat) {
                Some(member) => Some(Test::Is(member)),
                None => Some(Test::Null),
            };
        }
        if let TyKind::Optional(inner) = *self.p.types.kind(ty) {
            if let PatKind::Type { .. } = kind
                && self.tested_type(pat) != inner
                && self.tested_type(pat) != Ty::NULL
            {
                return Some(Test::Null);
            }
            return Some(Test::Null);
        }
        Some(match kind {
            PatKind::Lit(lit) => match lit {
                Lit::Int(n) if ty == Ty::FLOAT => Test::Float(*n as f64),
                Lit::Int(n) => Test::Int(*n),
                Lit::Float(x) => Test::Float(*x),
                Lit::Bool(x) => Test::Bool(*x),
                Lit::Str(text) => Test::Str(text.clone()),
                Lit::Bytes(bytes) => Test::Bytes(bytes.clone()),
                Lit::Null => Test::Null,
            },
            PatKind::Range { lo, hi, inclusive } => {
                Test::Range { lo: *lo, hi: *hi, inclusive: *inclusive }
            }
            PatKind::CharRange { lo, hi, inclusive } => Test::Range {
                lo: lo.map(|lo| i64::from(u32::from(lo))),
                hi: hi.map(|hi| i64::from(u32::from(hi))),
                inclusive: *inclusive,
            },
            PatKind::FloatRange { lo, hi, inclusive } => {
                Test::FloatRange { lo: *lo, hi: *hi, inclusive: *inclusive }
            }
            PatKind::Variant { .. } => Test::Variant(self.ordinal(pat)?),
            PatKind::List { items, rest } => Test::Len(items.len() as u32, rest.is_none()),
            PatKind::Type { .. } => Test::Is(self.tested_type(pat)),
            _ => {
                self.confused("a pattern that does not fit what it meets");
                return None;
            }
        })
    }

    fn ordinal(&mut self, pat: PatId) -> Option<u32> {
        if let Some(variant) = self.typed().pat_variants.get(&pat) {
            return Some(variant.ordinal);
        }
        match &self.body().pats[pat].kind {
            PatKind::Variant { variant: PatVariant::Known(variant), .. } => Some(variant.ordinal),
            _ => None,
        }
    }

    /// The member of a dynamic type that a pattern is about; `None` for `null`.
    fn member(&mut self, ty: Ty, pat: PatId) -> Option<Ty> {
        if let Some(&member) = self.typed().pat_member.get(&pat) {
            return Some(self.close(member));
        }
        let members: Vec<Ty> = match self.kind(self.non_null(ty)) {
            TyKind::Union(members) => members.to_vec(),
            _ => Vec::new(),
        };
        let body = self.body();
        let wanted = |fx: &Self, test: &dyn Fn(&TyKind) -> bool| {
            members.iter().copied().find(|&t| test(fx.p.types.kind(t)))
        };
        let json = ty == Ty::JSON;
        match &body.pats[pat].kind {
            PatKind::Type { .. } => {
                let ty = self.tested_type(pat);
                (ty != Ty::NULL).then_some(ty)
            }
            PatKind::Lit(lit) => Some(match lit {
                Lit::Int(_) if members.contains(&Ty::INT) || !members.contains(&Ty::FLOAT) => {
                    Ty::INT
                }
                Lit::Int(_) | Lit::Float(_) => Ty::FLOAT,
                Lit::Bool(_) => Ty::BOOL,
                Lit::Str(_) => Ty::STRING,
                Lit::Bytes(_) => Ty::BYTES,
                Lit::Null => return None,
            }),
            PatKind::Range { .. } => Some(Ty::INT),
            PatKind::CharRange { .. } => Some(Ty::STRING),
            PatKind::FloatRange { .. } => Some(Ty::FLOAT),
            PatKind::Variant { .. } => {
                let owner = self.typed().pat_variants.get(&pat).map(|v| v.owner)?;
                wanted(self, &|k| matches!(k, TyKind::Enum(id, _) if *id == owner))
            }
            PatKind::Record { record, .. } => {
                let record = *record;
                wanted(self, &|k| matches!(k, TyKind::Record(id, _) if *id == record))
            }
            PatKind::Tuple(items) => {
                let n = items.len();
                wanted(self, &|k| matches!(k, TyKind::Tuple(t) if t.len() == n))
            }
            PatKind::List { .. } if json => Some(self.p.types.store.intern(TyKind::List(Ty::JSON))),
            PatKind::List { .. } => wanted(self, &|k| matches!(k, TyKind::List(_))),
            // A name that tests for non-null.
            _ => None,
        }
    }

    /// Splits by every variant or number that some row asks for, in one pass over the rows.
    fn switch(&mut self, m: &mut Matcher, rows: VecDeque<Row>, occ: OccId, first: Test) -> Tree {
        let mut cases: Vec<(Test, Vec<Row>)> = Vec::new();
        let mut known: FxHashMap<CaseKey, usize> = FxHashMap::default();
        let mut rest: Vec<Row> = Vec::new();
        self.case_of(&mut cases, &mut known, &rest, &first);
        for row in rows {
            for row in self.opened(m, row, occ) {
                self.sort_row(m, row, occ, &mut cases, &mut known, &mut rest);
            }
        }
        let covered = match self.p.types.kind(m.occs[occ].ty) {
            TyKind::Enum(id, _) => self.p.hir.enums[*id].variants.len() == cases.len(),
            _ => false,
        };
        let cases: Vec<(Test, Tree)> =
            cases.into_iter().map(|(test, rows)| (test, self.decide(m, rows))).collect();
        let default = if covered { Tree::Fail } else { self.decide(m, rest) };
        if matches!(first, Test::Str(_)) {
            // Texts are compared one after the other.
            let steps =
                cases.into_iter().map(|(test, yes)| ChainStep::Test { occ, test, yes }).collect();
            return Tree::Chain { steps, last: Box::new(default) };
        }
        Tree::Switch { occ, cases, default: Box::new(default) }
    }

    /// The rows of a case; a new case begins with the rows that take anything.
    fn case_of(
        &self,
        cases: &mut Vec<(Test, Vec<Row>)>,
        known: &mut FxHashMap<CaseKey, usize>,
        rest: &[Row],
        test: &Test,
    ) -> usize {
        let key = match test {
            Test::Variant(n) => CaseKey::Number(i64::from(*n)),
            Test::Int(n) => CaseKey::Number(*n),
            Test::Str(text) => CaseKey::Text(text.clone()),
            _ => CaseKey::Number(0),
        };
        *known.entry(key).or_insert_with(|| {
            cases.push((test.clone(), rest.to_vec()));
            cases.len() - 1
        })
    }

    /// Puts a row into its case, or into every case and the rest.
    fn sort_row(
        &mut self,
        m: &mut Matcher,
        row: Row,
        occ: OccId,
        cases: &mut Vec<(Test, Vec<Row>)>,
        known: &mut FxHashMap<CaseKey, usize>,
        rest: &mut Vec<Row>,
    ) {
        let Some(i) = row.pats.iter().position(|p| p.0 == occ) else {
            cases.iter_mut().for_each(|case| case.1.push(row.clone()));
            rest.push(row);
            return;
        };
        let (_, pat) = row.pats[i];
        if let PatKind::Or(alternatives) = &self.body().pats[pat].kind {
            for &alternative in alternatives {
                let mut row = row.clone();
                row.pats[i].1 = alternative;
                self.sort_row(m, row, occ, cases, known, rest);
            }
            return;
        }
        let mut plain = row.clone();
        if self.dissolve(m, &mut plain, i) {
            self.sort_row(m, plain, occ, cases, known, rest);
            return;
        }
        let Some(own) = self.test_of(m, occ, pat) else { return };
        if is_case(&own) {
            let case = self.case_of(cases, known, rest, &own);
            let mut yes = Vec::new();
            self.answered(m, row, i, &own, &mut yes, &mut Vec::new());
            cases[case].1.append(&mut yes);
            return;
        }
        // A range may hold any of the numbers.
        m.nodes += cases.len();
        cases.iter_mut().for_each(|case| case.1.push(row.clone()));
        rest.push(row);
    }

    /// Sends a row to where it can still match: when the answer is yes, when it is no, or both.
    fn route(
        &mut self,
        m: &mut Matcher,
        row: Row,
        occ: OccId,
        test: &Test,
        yes: &mut Vec<Row>,
        no: &mut Vec<Row>,
    ) {
        let Some(i) = row.pats.iter().position(|p| p.0 == occ) else {
            yes.push(row.clone());
            no.push(row);
            return;
        };
        let (_, pat) = row.pats[i];
        let body = self.body();
        match &body.pats[pat].kind {
            PatKind::Or(alternatives) => {
                for &alternative in alternatives {
                    let mut row = row.clone();
                    row.pats[i].1 = alternative;
                    self.route(m, row, occ, test, yes, no);
                }
                return;
            }
            PatKind::At(..) | PatKind::Wild | PatKind::Missing => {
                let mut row = row;
                self.dissolve(m, &mut row, i);
                self.route(m, row, occ, test, yes, no);
                return;
            }
            PatKind::Bind(_) if self.dissolve(m, &mut row.clone(), i) => {
                let mut row = row;
                self.dissolve(m, &mut row, i);
                self.route(m, row, occ, test, yes, no);
                return;
            }
            PatKind::Tuple(_) | PatKind::Record { .. } => {
                let mut plain = row.clone();
                if self.dissolve(m, &mut plain, i) {
                    yes.push(plain.clone());
                    no.push(plain);
                    return;
                }
            }
            _ => {}
        }
        let Some(own) = self.test_of(m, occ, pat) else { return };
        if own == *test {
            self.answered(m, row, i, test, yes, no);
            return;
        }
        match (&own, test) {
            // Two different values of one kind exclude each other.
            (Test::Variant(_), Test::Variant(_))
            | (Test::Int(_), Test::Int(_))
            | (Test::Float(_), Test::Float(_))
            | (Test::Bool(_), Test::Bool(_))
            | (Test::Str(_), Test::Str(_))
            | (Test::Bytes(_), Test::Bytes(_)) => no.push(row),
            (Test::Len(a, true), Test::Len(b, true)) if a != b => no.push(row),
            (Test::Len(a, true), Test::Len(b, false)) if a < b => no.push(row),
            (Test::Len(a, true), Test::Len(_, false)) => {
                let _ = a;
                yes.push(row);
            }
            (Test::Len(a, false), Test::Len(b, true)) if a > b => no.push(row),
            (Test::Len(a, false), Test::Len(b, false)) if a >= b => yes.push(row),
            (Test::Is(_), Test::Null) => no.push(row),
            (Test::Null, Test::Is(_)) => no.push(row),
            (Test::Is(a), Test::Is(b)) if self.disjoint(*a, *b) => no.push(row),
            _ => {
                yes.push(row.clone());
                no.push(row);
            }
        }
    }

    /// Whether no value is of both types.
    fn disjoint(&self, a: Ty, b: Ty) -> bool {
        let simple = |t: Ty| {
            matches!(
                self.p.types.kind(t),
                TyKind::Int | TyKind::Float | TyKind::Bool | TyKind::String | TyKind::Bytes
            )
        };
        a != b
            && (simple(a) || simple(b))
            && !self.p.types.is_dynamic(a)
            && !self.p.types.is_dynamic(b)
    }

    /// The pattern's own question was asked: what is left of it when the answer is yes (or, for null, no).
    fn answered(
        &mut self,
        m: &mut Matcher,
        mut row: Row,
        i: usize,
        test: &Test,
        yes: &mut Vec<Row>,
        no: &mut Vec<Row>,
    ) {
        let (occ, pat) = row.pats[i];
        let ty = m.occs[occ].ty;
        let body = self.body();
        match test {
            Test::Null => {
                if matches!(body.pats[pat].kind, PatKind::Lit(Lit::Null)) || self.is_null_type(pat)
                {
                    self.take_null(&mut row, i);
                    yes.push(row);
                    return;
                }
                let inner = self.non_null(ty);
                if let (true, PatKind::Bind(local)) = (inner == ty, &body.pats[pat].kind) {
                    row.binds.push((*local, occ));
                    row.pats.remove(i);
                    no.push(row);
                    return;
                }
                let part = m.part(occ, Step::Narrow, inner, None);
                row.pats[i] = (part, pat);
                no.push(row);
            }
            Test::Is(member) => {
                let part = m.part(occ, Step::Narrow, *member, None);
                row.pats[i] = (part, pat);
                yes.push(row);
            }
            Test::Variant(ordinal) => {
                let PatKind::Variant { args, .. } = &body.pats[pat].kind else { return };
                let types = self.payload(ty, *ordinal);
                let indexes = self.typed().pat_args.get(&pat).cloned().unwrap_or_default();
                row.pats.remove(i);
                for (n, arg) in args.iter().enumerate() {
                    let field = indexes.get(n).copied().unwrap_or(n as u32);
                    let Some(&ty) = types.get(field as usize) else { continue };
                    let part = m.part(occ, Step::Field(field), ty, Some(*ordinal));
                    row.pats.insert((i + n).min(row.pats.len()), (part, arg.pat));
                }
                yes.push(row);
            }
            Test::Len(..) => {
                let PatKind::List { items, rest } = &body.pats[pat].kind else { return };
                let TyKind::List(elem) = self.kind(ty) else { return };
                row.pats.remove(i);
                let n = items.len() as u32;
                let before = rest.map_or(n, |r| r.0);
                for (k, &item) in items.iter().enumerate() {
                    let k = k as u32;
                    let step = if k < before { Step::Front(k) } else { Step::Back(n - k) };
                    let part = m.part(occ, step, elem, None);
                    row.pats.push((part, item));
                }
                if let Some((before, Some(rest))) = rest {
                    let part = m.part(occ, Step::Rest(*before, n - before), ty, None);
                    row.pats.push((part, *rest));
                }
                yes.push(row);
            }
            _ => {
                row.pats.remove(i);
                yes.push(row);
            }
        }
    }

    fn is_null_type(&mut self, pat: PatId) -> bool {
        matches!(self.body().pats[pat].kind, PatKind::Type { .. })
            && self.tested_type(pat) == Ty::NULL
    }

    /// A pattern that matched null: what it binds is the whole.
    fn take_null(&mut self, row: &mut Row, i: usize) {
        let (occ, pat) = row.pats[i];
        match self.body().pats[pat].kind {
            PatKind::Type { pat: inner, .. } => row.pats[i] = (occ, inner),
            _ => {
                row.pats.remove(i);
            }
        }
    }
}
