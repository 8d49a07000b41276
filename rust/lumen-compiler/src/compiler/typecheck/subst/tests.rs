//! Unification against a naive model: the same answers, most general ones, whatever the order; and a failed attempt
//! leaves nothing behind.

use super::super::Checker;
use super::super::types::{RowTy, Ty, TyKind};
use crate::compilation::{CompileInput, CompileOutput, Goal, Part};
use crate::markdown::Form;
use crate::pipeline::compile;
use lumen_base::{FileId, FileSpan, MemorySystem, Span};
use proptest::prelude::*;
use std::collections::BTreeMap;

/// Variables of a problem.
const VARS: usize = 5;

/// A type of the model.
#[derive(Clone, PartialEq, Eq, Debug)]
enum Term {
    Var(usize),
    Int,
    Text,
    List(Box<Term>),
    Map(Box<Term>, Box<Term>),
    Tuple(Vec<Term>),
    Fn(Vec<Term>, Box<Term>),
    /// `T?` of what is neither optional nor a variable: normal forms are plain terms then.
    Optional(Box<Term>),
}

fn term() -> impl Strategy<Value = Term> {
    let leaf = prop_oneof![3 => (0..VARS).prop_map(Term::Var), 1 => Just(Term::Int), 1 => Just(Term::Text)];
    leaf.prop_recursive(3, 12, 3, |inner| {
        let boxed = inner.clone().prop_map(Box::new);
        let many = proptest::collection::vec(inner, 1..3);
        prop_oneof![
            boxed.clone().prop_map(Term::List),
            (boxed.clone(), boxed.clone()).prop_map(|(k, v)| Term::Map(k, v)),
            many.clone().prop_map(Term::Tuple),
            (many, boxed.clone()).prop_map(|(ps, r)| Term::Fn(ps, r)),
            boxed.prop_map(|inner| Term::Optional(Box::new(Term::List(inner)))),
        ]
    })
}

/// Robinson's algorithm with a map as the substitution.
#[derive(Default)]
struct Model(BTreeMap<usize, Term>);

impl Model {
    fn parts(term: &Term) -> Vec<&Term> {
        match term {
            Term::Var(_) | Term::Int | Term::Text => Vec::new(),
            Term::List(a) | Term::Optional(a) => vec![a],
            Term::Map(k, v) => vec![k, v],
            Term::Tuple(parts) => parts.iter().collect(),
            Term::Fn(ps, r) => ps.iter().chain([&**r]).collect(),
        }
    }

    /// A term whose parts are replaced.
    fn with_parts(term: &Term, parts: &mut dyn Iterator<Item = Term>) -> Term {
        let mut next = || Box::new(parts.next().expect("as many parts as before"));
        match term {
            Term::List(_) => Term::List(next()),
            Term::Optional(_) => Term::Optional(next()),
            Term::Map(..) => Term::Map(next(), next()),
            Term::Tuple(old) => Term::Tuple(old.iter().map(|_| *next()).collect()),
            Term::Fn(old, _) => Term::Fn(old.iter().map(|_| *next()).collect(), next()),
            other => other.clone(),
        }
    }

    fn apply(&self, term: &Term) -> Term {
        if let Term::Var(var) = term {
            return self.0.get(var).map_or(term.clone(), |bound| self.apply(bound));
        }
        let parts: Vec<Term> = Self::parts(term).into_iter().map(|part| self.apply(part)).collect();
        Self::with_parts(term, &mut parts.into_iter())
    }

    fn unify(&mut self, a: &Term, b: &Term) -> bool {
        let (a, b) = (self.apply(a), self.apply(b));
        match (&a, &b) {
            (Term::Var(x), Term::Var(y)) if x == y => true,
            (Term::Var(x), other) | (other, Term::Var(x)) => {
                let fine = !vars(other).contains(x);
                if fine {
                    self.0.insert(*x, other.clone());
                }
                fine
            }
            _ => {
                let (ps, qs) = (Self::parts(&a), Self::parts(&b));
                std::mem::discriminant(&a) == std::mem::discriminant(&b)
                    && ps.len() == qs.len()
                    && ps.iter().zip(&qs).all(|(p, q)| self.unify(p, q))
            }
        }
    }
}

fn vars(term: &Term) -> Vec<usize> {
    match term {
        Term::Var(var) => vec![*var],
        _ => Model::parts(term).into_iter().flat_map(vars).collect(),
    }
}

/// A compilation of nothing, for a checker to stand on.
fn nothing() -> CompileOutput {
    compile(CompileInput {
        allowed: &[],
        name: "x.lm",
        path: None,
        source: Vec::new(),
        form: Form::Plain,
        part: Part::Program,
        goal: Goal::Names,
        system: &MemorySystem::default(),
        evaluator: None,
    })
}

fn here() -> FileSpan {
    Span::new(0, 0).in_file(FileId(0))
}

/// A checker with the variables of a problem.
struct Bench<'a> {
    checker: Checker<'a>,
    vars: Vec<Ty>,
}

impl<'a> Bench<'a> {
    fn new(out: &'a CompileOutput) -> Self {
        let hir = out.hir.as_ref().expect("nothing is a program");
        let mut checker = Checker::new(hir, &out.names);
        let vars = (0..VARS).map(|_| checker.fresh()).collect();
        Self { checker, vars }
    }

    fn ty(&mut self, term: &Term) -> Ty {
        let kind = match term {
            Term::Var(var) => return self.vars[*var],
            Term::Int => return Ty::INT,
            Term::Text => return Ty::STRING,
            Term::List(a) => TyKind::List(self.ty(a)),
            Term::Map(k, v) => TyKind::Map(self.ty(k), self.ty(v)),
            Term::Tuple(parts) => TyKind::Tuple(parts.iter().map(|p| self.ty(p)).collect()),
            Term::Fn(ps, r) => {
                let params = ps.iter().map(|p| self.ty(p)).collect();
                TyKind::Fn { params, ret: self.ty(r), row: RowTy::EMPTY }
            }
            Term::Optional(a) => {
                let inner = self.ty(a);
                return self.checker.store.optional(inner);
            }
        };
        self.checker.store.intern(kind)
    }

    fn unify(&mut self, a: &Term, b: &Term) -> bool {
        let (a, b) = (self.ty(a), self.ty(b));
        self.checker.unify(a, b, here())
    }

    fn zonked(&mut self, term: &Term) -> Ty {
        let ty = self.ty(term);
        self.checker.zonk(ty)
    }
}

/// Whether both types are the same up to the names of variables, which must correspond one to one.
fn renamed(b: &Bench<'_>, ty: Ty, term: &Term, names: &mut BTreeMap<u32, usize>) -> bool {
    let store = &b.checker.store;
    match (store.kind(ty), term) {
        (TyKind::Infer(var), Term::Var(own)) => {
            let is_new = !names.contains_key(var) && !names.values().any(|other| other == own);
            if is_new {
                names.insert(*var, *own);
            }
            names.get(var) == Some(own)
        }
        (TyKind::Int, Term::Int) | (TyKind::String, Term::Text) => true,
        (TyKind::List(x), Term::List(y)) | (TyKind::Optional(x), Term::Optional(y)) => {
            renamed(b, *x, y, names)
        }
        (TyKind::Map(k, v), Term::Map(l, w)) => {
            renamed(b, *k, l, names) && renamed(b, *v, w, names)
        }
        (TyKind::Tuple(xs), Term::Tuple(ys)) => {
            xs.len() == ys.len() && xs.iter().zip(ys).all(|(x, y)| renamed(b, *x, y, names))
        }
        (TyKind::Fn { params, ret, .. }, Term::Fn(ps, r)) => {
            params.len() == ps.len()
                && params.iter().zip(ps).all(|(x, y)| renamed(b, *x, y, names))
                && renamed(b, *ret, r, names)
        }
        _ => false,
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    #[test]
    fn unification_is_that_of_the_model(pairs in proptest::collection::vec((term(), term()), 1..4)) {
        let out = nothing();
        let mut model = Model::default();
        let mut bench = Bench::new(&out);
        for (a, b) in &pairs {
            let expected = model.unify(a, b);
            prop_assert_eq!(bench.unify(a, b), expected, "{:?} = {:?}", a, b);
            if !expected {
                return Ok(());
            }
        }
        let mut names = BTreeMap::new();
        for (a, b) in &pairs {
            let (x, y) = (bench.zonked(a), bench.zonked(b));
            prop_assert_eq!(x, y, "not equal after unification");
            prop_assert_eq!(bench.checker.zonk(x), x, "replacing again changes the type");
            prop_assert!(bench.unify(a, b), "not unifiable again");
            let general = model.apply(a);
            prop_assert!(renamed(&bench, x, &general, &mut names), "{:?} is less general", general);
        }
    }

    #[test]
    fn unification_is_symmetric(a in term(), b in term()) {
        let out = nothing();
        let (mut one, mut two) = (Bench::new(&out), Bench::new(&out));
        prop_assert_eq!(one.unify(&a, &b), two.unify(&b, &a));
    }

    #[test]
    fn a_failed_attempt_leaves_nothing(a in term(), b in term(), c in term()) {
        let out = nothing();
        let mut bench = Bench::new(&out);
        let before = bench.zonked(&c);
        let (x, y) = (bench.ty(&a), bench.ty(&b));
        let fine = bench.checker.attempt(|checker| {
            checker.unify(x, y, here());
            false
        });
        prop_assert!(!fine);
        prop_assert_eq!(bench.zonked(&c), before);
        prop_assert_eq!(bench.unify(&a, &b), Model::default().unify(&a, &b));
    }
}

/// A member of a union, or a variable.
fn member() -> impl Strategy<Value = usize> {
    0usize..7
}

proptest! {
    /// Unions and optionals have several solutions; whatever is chosen makes both sides the same type.
    #[test]
    fn what_unifies_is_equal_afterwards(
        xs in proptest::collection::vec(member(), 1..4),
        ys in proptest::collection::vec(member(), 1..4),
    ) {
        let out = nothing();
        let mut bench = Bench::new(&out);
        let vars = bench.vars.clone();
        let pool = [Ty::INT, Ty::STRING, Ty::NULL, Ty::BOOL, Ty::ANY, vars[0], vars[1]];
        let store = &mut bench.checker.store;
        let [a, b] = [&xs, &ys].map(|members| {
            let members: Vec<Ty> = members.iter().map(|&at| pool[at]).collect();
            store.union(&members)
        });
        if bench.checker.unify(a, b, here()) {
            let (x, y) = (bench.checker.zonk(a), bench.checker.zonk(b));
            prop_assert_eq!(x, y);
        }
    }
}
