//! The matrix of patterns: splits by constructors, finds missing cases and arms that never run.

use super::super::body::BodyCx;
use super::super::types::{Ty, TyKind};
use super::ctor::{Con, INT_MAX, INT_MIN, P, all_constructors, part_types};
use rustc_hash::FxHashMap;

/// Rows looked at before a match counts as too complex.
const BUDGET: u32 = 400_000;

/// Columns taken apart on one path before a match counts as too complex.
const DEPTH_MAX: u32 = 1_000;

/// Missing cases shown.
const WITNESSES_MAX: usize = 3;

/// One arm's patterns for the columns that are left; the first column is the last element.
#[derive(Clone)]
pub(super) struct Row {
    pub pats: Vec<P>,
    pub arm: usize,
    pub guarded: bool,
}

pub(super) struct Matrix<'x, 'c, 'a> {
    cx: &'x mut BodyCx<'c, 'a>,
    pub missing: Vec<String>,
    pub useful: Vec<bool>,
    pub exceeded: bool,
    left: u32,
    /// How the value is built on the way down: constructors with their arity, and types for printing.
    path: Vec<(Shape, usize)>,
}

/// A constructor on the way to a witness.
#[derive(Clone)]
enum Shape {
    Con(Con, Ty),
    /// Any value, or one that no pattern of the column names.
    Wild,
}

impl<'x, 'c, 'a> Matrix<'x, 'c, 'a> {
    pub(super) fn new(cx: &'x mut BodyCx<'c, 'a>, arms: usize) -> Self {
        let useful = vec![false; arms];
        Self { cx, missing: Vec::new(), useful, exceeded: false, left: BUDGET, path: Vec::new() }
    }

    pub(super) fn run(&mut self, rows: Vec<Row>, columns: Vec<Ty>) {
        self.split(rows, columns, 0);
    }

    fn spend(&mut self, work: usize) -> bool {
        let work = u32::try_from(work).unwrap_or(u32::MAX);
        match self.left.checked_sub(work.saturating_add(1)) {
            Some(left) => self.left = left,
            None => self.exceeded = true,
        }
        !self.exceeded
    }

    /// `columns` and each row's `pats` are stacks: the next column is at the end.
    fn split(&mut self, rows: Vec<Row>, mut columns: Vec<Ty>, depth: u32) {
        if !self.spend(rows.len()) {
            return;
        }
        if depth > DEPTH_MAX {
            self.exceeded = true;
            return;
        }
        // An arm that takes whatever is left hides the ones below it, whatever they look at.
        let takes_all = |row: &Row| row.pats.iter().all(|pat| matches!(pat, P::Wild | P::Bad));
        if let Some(first) = rows.first().filter(|row| !row.guarded && takes_all(row)) {
            self.useful[first.arm] = true;
            return;
        }
        let Some(ty) = columns.pop() else {
            self.at_end(&rows);
            return;
        };
        let rows = self.expand_or(rows);
        if self.exceeded {
            return;
        }
        if rows.iter().all(|row| matches!(row.pats.last(), Some(P::Wild | P::Bad) | None)) {
            self.path.push((Shape::Wild, 0));
            let rows = rows.into_iter().map(pop_first).collect();
            self.split(rows, columns, depth + 1);
            self.path.pop();
            return;
        }
        let (cons, open) = self.constructors(&rows, ty);
        let heads = Heads::of(&rows, &cons);
        let mut rest_is_known = false;
        for (i, con) in cons.into_iter().enumerate() {
            // Constructors that no pattern names all leave the same rows: one of them answers for the others, and
            // some more are looked at only for their witnesses.
            let is_named = !heads.named[i].is_empty();
            if !is_named && rest_is_known {
                continue;
            }
            let parts = part_types(self.cx, ty, &con);
            let chosen = heads.rows_of(i);
            let spent = self.spend(chosen.len());
            let inner: Vec<Row> = chosen
                .into_iter()
                .filter_map(|at| specialise(&rows[at], &con, parts.len()))
                .collect();
            let mut next = columns.clone();
            next.extend(parts.iter().rev());
            let before = self.missing.len();
            self.path.push((Shape::Con(con, ty), parts.len()));
            if spent {
                self.split(inner, next, depth + 1);
            }
            self.path.pop();
            if self.exceeded {
                return;
            }
            rest_is_known |= !is_named && self.missing.len() == before;
        }
        if open {
            let inner = heads.wild.iter().map(|&at| pop_first(rows[at].clone())).collect();
            self.path.push((Shape::Wild, 0));
            self.split(inner, columns, depth + 1);
            self.path.pop();
        }
    }

    /// No column left: the first unguarded row takes the value.
    fn at_end(&mut self, rows: &[Row]) {
        for row in rows {
            self.useful[row.arm] = true;
            if !row.guarded {
                return;
            }
        }
        if self.missing.len() < WITNESSES_MAX {
            let mut at = 0;
            let text = self.witness(&mut at);
            if !self.missing.contains(&text) {
                self.missing.push(text);
            }
        }
    }

    fn expand_or(&mut self, rows: Vec<Row>) -> Vec<Row> {
        if !rows.iter().any(|row| matches!(row.pats.last(), Some(P::Or(_)))) {
            return rows;
        }
        let mut out = Vec::with_capacity(rows.len() * 2);
        for row in rows {
            self.expand_row(row, &mut out);
        }
        out
    }

    fn expand_row(&mut self, mut row: Row, out: &mut Vec<Row>) {
        match row.pats.last() {
            Some(P::Or(_)) => {
                let Some(P::Or(alternatives)) = row.pats.pop() else { return };
                for alternative in alternatives {
                    if !self.spend(1) {
                        return;
                    }
                    let mut row = row.clone();
                    row.pats.push(alternative);
                    self.expand_row(row, out);
                }
            }
            _ => out.push(row),
        }
    }

    /// The constructors to look at one by one, and whether values of others exist.
    fn constructors(&self, rows: &[Row], ty: Ty) -> (Vec<Con>, bool) {
        if let Some(all) = all_constructors(self.cx, ty) {
            return (all, false);
        }
        match self.cx.c.store.kind(ty) {
            TyKind::List(_) => (lengths(rows), false),
            TyKind::Int => (intervals(rows), false),
            _ => {
                let mut found: Vec<Con> = Vec::new();
                let mut seen = rustc_hash::FxHashSet::default();
                for row in rows {
                    let Some(P::Con(con, _)) = row.pats.last() else { continue };
                    let new = match con {
                        Con::Opaque(text) => !text.is_empty() && seen.insert(text.clone()),
                        other => !found.contains(other),
                    };
                    if new {
                        found.push(con.clone());
                    }
                }
                (found, true)
            }
        }
    }

    /// The value at `path[*at]` as a pattern.
    fn witness(&self, at: &mut usize) -> String {
        let Some((shape, arity)) = self.path.get(*at) else { return "_".to_owned() };
        *at += 1;
        let parts: Vec<String> = (0..*arity).map(|_| self.witness(at)).collect();
        match shape {
            Shape::Wild => "_".to_owned(),
            Shape::Con(con, ty) => self.show(con, *ty, &parts),
        }
    }

    fn show(&self, con: &Con, ty: Ty, parts: &[String]) -> String {
        let names = self.cx.c.names;
        match (con, self.cx.c.store.kind(ty)) {
            (Con::Bool(value), _) => value.to_string(),
            (Con::Unit, _) => "null".to_owned(),
            (Con::Opaque(text), _) => text.clone(),
            (Con::Ints(lo, hi), _) if lo == hi => lo.to_string(),
            (Con::Ints(INT_MIN, _) | Con::Ints(_, INT_MAX), _) => "_".to_owned(),
            (Con::Ints(lo, hi), _) => format!("{lo}..={hi}"),
            (Con::Member(Ty::NULL), _) => "null".to_owned(),
            (Con::Member(member), _) => match parts.first().map(String::as_str) {
                Some("_") | None => format!("_: {}", self.cx.c.printer().ty(*member)),
                Some(part) => part.to_owned(),
            },
            (Con::Variant(ordinal), TyKind::Enum(id, _)) => {
                let variant = &self.cx.hir.enums[*id].variants[*ordinal as usize];
                call(names.resolve(variant.name), parts)
            }
            (Con::Single, TyKind::Record(id, _)) => {
                let record = &self.cx.hir.records[*id];
                let fields: Vec<String> = record
                    .fields
                    .iter()
                    .zip(parts)
                    .map(|(field, part)| format!("{}: {part}", names.resolve(field.name)))
                    .collect();
                call(names.resolve(record.name), &fields)
            }
            (Con::Len(_), _) => format!("[{}]", parts.join(", ")),
            (Con::LenFrom(front, _), _) => {
                let mut parts = parts.to_vec();
                parts.insert(*front, "...".to_owned());
                format!("[{}]", parts.join(", "))
            }
            _ => format!("({})", parts.join(", ")),
        }
    }
}

/// The rows of a matrix by the constructors of their first pattern.
struct Heads {
    /// Rows that take anything.
    wild: Vec<usize>,
    /// For each constructor the rows that name it (for lists, those that may take it), ascending.
    named: Vec<Vec<usize>>,
}

impl Heads {
    fn of(rows: &[Row], cons: &[Con]) -> Heads {
        let mut heads = Heads { wild: Vec::new(), named: vec![Vec::new(); cons.len()] };
        let index: FxHashMap<&Con, usize> = cons.iter().enumerate().map(|(i, c)| (c, i)).collect();
        for (at, row) in rows.iter().enumerate() {
            match row.pats.last() {
                Some(P::Con(Con::Ints(lo, hi), _)) => {
                    let first =
                        cons.partition_point(|c| matches!(c, Con::Ints(from, _) if from < lo));
                    let inside = |c: &&Con| matches!(c, Con::Ints(_, to) if to <= hi);
                    let n = cons[first..].iter().take_while(inside).count();
                    heads.named[first..first + n].iter_mut().for_each(|rows| rows.push(at));
                }
                // A length is also one of the lengths that a longer pattern stands for.
                Some(P::Con(Con::Len(_), _) | P::Rest(..)) => {
                    heads.named.iter_mut().for_each(|rows| rows.push(at));
                }
                Some(P::Con(con, _)) => {
                    if let Some(&i) = index.get(con) {
                        heads.named[i].push(at);
                    }
                }
                _ => heads.wild.push(at),
            }
        }
        heads
    }

    /// The rows that may take values made by constructor `i`, in the order of the arms.
    fn rows_of(&self, i: usize) -> Vec<usize> {
        let (mut named, mut wild) = (self.named[i].iter().peekable(), self.wild.iter().peekable());
        let mut out = Vec::with_capacity(self.named[i].len() + self.wild.len());
        loop {
            let next = match (named.peek(), wild.peek()) {
                (Some(a), Some(b)) if a < b => named.next(),
                (_, Some(_)) => wild.next(),
                (_, None) => named.next(),
            };
            let Some(&at) = next else { return out };
            out.push(at);
        }
    }
}

fn call(name: &str, parts: &[String]) -> String {
    if parts.is_empty() { name.to_owned() } else { format!("{name}({})", parts.join(", ")) }
}

fn pop_first(mut row: Row) -> Row {
    row.pats.pop();
    row
}

/// The row for values made by `con`; nothing when the row's pattern excludes them.
fn specialise(row: &Row, con: &Con, arity: usize) -> Option<Row> {
    let mut pats = row.pats[..row.pats.len() - 1].to_vec();
    match (row.pats.last()?, con) {
        (P::Wild | P::Bad, _) => pats.extend(std::iter::repeat_n(P::Wild, arity)),
        (P::Con(Con::Ints(lo, hi), _), Con::Ints(from, to)) => {
            if from < lo || hi < to {
                return None;
            }
        }
        (P::Con(own, parts), _) => {
            if own != con || parts.len() != arity {
                return None;
            }
            pats.extend(parts.iter().rev().cloned());
        }
        (P::Rest(before, after), Con::Len(_) | Con::LenFrom(..)) => {
            let between = arity.checked_sub(before.len() + after.len())?;
            pats.extend(after.iter().rev().cloned());
            pats.extend(std::iter::repeat_n(P::Wild, between));
            pats.extend(before.iter().rev().cloned());
        }
        _ => return None,
    }
    Some(Row { pats, arm: row.arm, guarded: row.guarded })
}

/// Every length that some pattern tells apart, the last one standing for all longer lists.
///
/// In those the longest front and the longest back of any pattern do not overlap: an element that one pattern counts
/// from the front and another from the back would be two elements in a longer list.
fn lengths(rows: &[Row]) -> Vec<Con> {
    let (mut fixed, mut front, mut back) = (0, 0, 0);
    for row in rows {
        match row.pats.last() {
            Some(P::Con(Con::Len(n), _)) => fixed = fixed.max(n + 1),
            Some(P::Rest(before, after)) => {
                front = front.max(before.len());
                back = back.max(after.len());
            }
            _ => {}
        }
    }
    let front = front.max(fixed.saturating_sub(back));
    (0..front + back).map(Con::Len).chain([Con::LenFrom(front, back)]).collect()
}

/// The integers cut at every end of a pattern's interval.
fn intervals(rows: &[Row]) -> Vec<Con> {
    let mut starts = vec![INT_MIN];
    for row in rows {
        if let Some(P::Con(Con::Ints(lo, hi), _)) = row.pats.last() {
            starts.push(*lo);
            starts.push(hi + 1);
        }
    }
    starts.retain(|&start| start <= INT_MAX);
    starts.sort_unstable();
    starts.dedup();
    let ends = starts.iter().skip(1).map(|next| next - 1).chain([INT_MAX]);
    starts.iter().zip(ends).map(|(&lo, hi)| Con::Ints(lo, hi)).collect()
}
