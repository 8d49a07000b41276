//! Patterns as constructors over sub-patterns, and what constructors a type has.

use super::super::body::BodyCx;
use super::super::types::{Ty, TyKind};
use crate::compiler::hir::{Lit, PatId, PatKind};

/// A pattern without names.
#[derive(Clone, PartialEq, Debug)]
pub(super) enum P {
    Wild,
    /// Had an error: nothing is said about its match.
    Bad,
    /// A constructor with all its sub-patterns.
    Con(Con, Vec<P>),
    /// A list with a rest: patterns before and after it.
    Rest(Vec<P>, Vec<P>),
    Or(Vec<P>),
}

/// What a value is made by.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub(super) enum Con {
    /// Tuple or record: the only one of its type.
    Single,
    Bool(bool),
    Variant(u32),
    /// One member of an optional, union, `Any` or `Json`; one sub-pattern.
    Member(Ty),
    /// An interval of integers, both ends inside.
    Ints(i128, i128),
    /// A String, Float, Bytes literal or an interval of characters, as text: never all of them.
    Opaque(String),
    /// A list of exactly this length.
    Len(usize),
    /// A list of this length or more: so many elements at its front, and so many at its back.
    LenFrom(usize, usize),
    /// `null` itself.
    Unit,
}

pub(super) const INT_MIN: i128 = i64::MIN as i128;
pub(super) const INT_MAX: i128 = i64::MAX as i128;

/// Lowers the patterns of a body.
pub(super) struct Patterns<'x, 'c, 'a> {
    cx: &'x BodyCx<'c, 'a>,
}

impl<'x, 'c, 'a> Patterns<'x, 'c, 'a> {
    pub(super) fn new(cx: &'x BodyCx<'c, 'a>) -> Self {
        Self { cx }
    }

    pub(super) fn lower(&self, pat: PatId) -> P {
        let node = &self.cx.body.pats[pat];
        let own = self.cx.out.pat_ty.get(pat).copied().unwrap_or(Ty::ERROR);
        let inner = match &node.kind {
            PatKind::Missing => return P::Bad,
            PatKind::Wild | PatKind::Bind(_) => return P::Wild,
            PatKind::At(_, inner) => return self.lower(*inner),
            PatKind::Or(alternatives) => {
                let all: Vec<P> = alternatives.iter().map(|&alt| self.lower(alt)).collect();
                return if all.contains(&P::Bad) { P::Bad } else { P::Or(all) };
            }
            PatKind::Type { pat: inner, .. } => return self.type_test(pat, *inner, own),
            PatKind::Lit(lit) => {
                let float = self.member(pat, own) == Ty::FLOAT;
                P::Con(literal(lit, float), Vec::new())
            }
            PatKind::Range { lo, hi, inclusive } => {
                let lo = lo.map_or(INT_MIN, i128::from);
                let hi = hi.map_or(INT_MAX, |hi| i128::from(hi) - i128::from(!*inclusive));
                if lo > hi {
                    // Matches nothing.
                    P::Con(Con::Opaque(String::new()), Vec::new())
                } else {
                    P::Con(Con::Ints(lo, hi), Vec::new())
                }
            }
            PatKind::CharRange { lo, hi, inclusive } => {
                let end = |end: &Option<char>| end.map(|c| format!("\"{c}\"")).unwrap_or_default();
                opaque_range(&end(lo), *inclusive, &end(hi))
            }
            PatKind::FloatRange { lo, hi, inclusive } => {
                let end = |end: &Option<f64>| end.map(|x| format!("{x:?}")).unwrap_or_default();
                opaque_range(&end(lo), *inclusive, &end(hi))
            }
            PatKind::Variant { args, .. } => {
                let Some(variant) = self.cx.out.pat_variants.get(&pat) else { return P::Bad };
                let decl = &self.cx.hir.enums[variant.owner];
                let n = decl.variants[variant.ordinal as usize].fields.len();
                match self.fields(pat, n, args.iter().map(|arg| arg.pat)) {
                    Some(parts) => P::Con(Con::Variant(variant.ordinal), parts),
                    None => return P::Bad,
                }
            }
            PatKind::Record { record, args, .. } => {
                let n = self.cx.hir.records[*record].fields.len();
                match self.fields(pat, n, args.iter().map(|arg| arg.pat)) {
                    Some(parts) => P::Con(Con::Single, parts),
                    None => return P::Bad,
                }
            }
            PatKind::Tuple(parts) => {
                P::Con(Con::Single, parts.iter().map(|&part| self.lower(part)).collect())
            }
            PatKind::List { items, rest } => {
                let items: Vec<P> = items.iter().map(|&item| self.lower(item)).collect();
                match rest {
                    None => P::Con(Con::Len(items.len()), items),
                    Some((at, _)) => {
                        let (before, after) = items.split_at((*at as usize).min(items.len()));
                        P::Rest(before.to_vec(), after.to_vec())
                    }
                }
            }
        };
        self.in_member(pat, own, inner)
    }

    fn member(&self, pat: PatId, own: Ty) -> Ty {
        self.cx.out.pat_member.get(&pat).copied().unwrap_or(own)
    }

    /// Wraps `inner` where the pattern selects a member of a wider type.
    fn in_member(&self, pat: PatId, own: Ty, inner: P) -> P {
        let member = self.member(pat, own);
        if own == Ty::ERROR {
            return P::Bad;
        }
        if member == own { inner } else { P::Con(Con::Member(member), vec![inner]) }
    }

    fn fields(&self, pat: PatId, n: usize, args: impl Iterator<Item = PatId>) -> Option<Vec<P>> {
        let indices = self.cx.out.pat_args.get(&pat)?;
        let mut parts = vec![P::Wild; n];
        for (&index, arg) in indices.iter().zip(args) {
            *parts.get_mut(index as usize)? = self.lower(arg);
        }
        Some(parts)
    }

    fn type_test(&self, pat: PatId, inner: PatId, own: Ty) -> P {
        let Some(&test) = self.cx.out.pat_test.get(&pat) else { return P::Bad };
        if own == Ty::ERROR || test == Ty::ERROR {
            return P::Bad;
        }
        let inner_pat = self.lower(inner);
        if test == own {
            return inner_pat;
        }
        if matches!(own, Ty::ANY | Ty::JSON) {
            return P::Con(Con::Member(test), vec![inner_pat]);
        }
        let members = self.cx.c.store.members(test);
        if let [single] = members.as_slice() {
            return P::Con(Con::Member(*single), vec![inner_pat]);
        }
        // The inner pattern sees a smaller union: each of its members on its own.
        let parts = members.iter().map(|&member| self.narrowed(member, &inner_pat)).collect();
        P::Or(parts)
    }

    fn narrowed(&self, member: Ty, inner: &P) -> P {
        match inner {
            P::Con(Con::Member(own), parts) if *own == member => {
                P::Con(Con::Member(member), parts.clone())
            }
            P::Con(Con::Member(_), _) => {
                P::Con(Con::Member(member), vec![P::Con(Con::Opaque(String::new()), Vec::new())])
            }
            P::Or(alternatives) => {
                P::Or(alternatives.iter().map(|alt| self.narrowed(member, alt)).collect())
            }
            other => P::Con(Con::Member(member), vec![other.clone()]),
        }
    }
}

/// A range of which only its text is known here.
fn opaque_range(lo: &str, inclusive: bool, hi: &str) -> P {
    let between = if inclusive { "..=" } else { ".." };
    P::Con(Con::Opaque(format!("{lo}{between}{hi}")), Vec::new())
}

fn literal(lit: &Lit, float: bool) -> Con {
    match lit {
        Lit::Int(value) if float => Con::Opaque(format!("{:?}", *value as f64)),
        Lit::Int(value) => Con::Ints(i128::from(*value), i128::from(*value)),
        Lit::Float(value) => Con::Opaque(format!("{value:?}")),
        Lit::Bool(value) => Con::Bool(*value),
        Lit::Null => Con::Unit,
        Lit::Str(text) => Con::Opaque(format!("{text:?}")),
        Lit::Bytes(bytes) => Con::Opaque(format!("{bytes:?}")),
    }
}

/// The types of a constructor's parts.
pub(super) fn part_types(cx: &mut BodyCx<'_, '_>, ty: Ty, con: &Con) -> Vec<Ty> {
    let parts = declared_parts(cx, ty, con);
    parts.into_iter().map(|part| cx.widened(part)).collect()
}

fn declared_parts(cx: &mut BodyCx<'_, '_>, ty: Ty, con: &Con) -> Vec<Ty> {
    match (con, cx.c.store.kind(ty).clone()) {
        (Con::Member(member), _) => vec![*member],
        (Con::Single, TyKind::Tuple(parts)) => parts.into_vec(),
        (Con::Single, TyKind::Record(id, args)) => {
            let n = cx.hir.records[id].fields.len();
            (0..n).map(|i| cx.field_ty(id, &args, i as u32)).collect()
        }
        (Con::Variant(ordinal), TyKind::Enum(owner, args)) => {
            let variant = crate::compiler::hir::VariantRef { owner, ordinal: *ordinal };
            let n = cx.hir.enums[owner].variants[*ordinal as usize].fields.len();
            (0..n).map(|i| cx.payload_ty(variant, &args, i)).collect()
        }
        (Con::Len(n), TyKind::List(elem)) => vec![elem; *n],
        (Con::LenFrom(front, back), TyKind::List(elem)) => vec![elem; front + back],
        _ => Vec::new(),
    }
}

/// All constructors of a type that has finitely many, regardless of the patterns; `None` for the others.
pub(super) fn all_constructors(cx: &BodyCx<'_, '_>, ty: Ty) -> Option<Vec<Con>> {
    Some(match cx.c.store.kind(ty) {
        TyKind::Bool => vec![Con::Bool(true), Con::Bool(false)],
        TyKind::Null => vec![Con::Unit],
        TyKind::Tuple(_) | TyKind::Record(..) => vec![Con::Single],
        TyKind::Enum(id, _) => {
            (0..cx.hir.enums[*id].variants.len() as u32).map(Con::Variant).collect()
        }
        TyKind::Optional(_) | TyKind::Union(_) if !cx.has_object(ty) => {
            cx.c.store.members(ty).into_iter().map(Con::Member).collect()
        }
        _ => return None,
    })
}
