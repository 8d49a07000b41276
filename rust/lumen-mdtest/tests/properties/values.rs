//! Small types, their values and patterns: what `matches` draws from.

use proptest::prelude::*;
use std::fmt::Write as _;

/// A type with few values that patterns can tell apart.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Ty {
    Bool,
    /// `D`: three empty variants.
    Day,
    /// `E`: an empty variant, one with a Bool, one with a D? and a Bool.
    Event,
    Int,
    Text,
    Optional(Box<Ty>),
    Tuple(Vec<Ty>),
    List(Box<Ty>),
    Result(Box<Ty>, Box<Ty>),
    /// `P`: a record of a Bool and a D.
    Point,
}

/// The declarations that the types need.
pub(crate) const DECLARATIONS: &str = "enum D\n  X\n  Y\n  Z\nend\nenum E\n  A\n  B(Bool)\n  C(D?, Bool)\nend\nrecord P\n  a: Bool\n  b: D\nend\n";

#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Value {
    Bool(bool),
    Variant(&'static str, Vec<Value>),
    Int(i64),
    Text(String),
    Null,
    Tuple(Vec<Value>),
    List(Vec<Value>),
}

#[derive(Clone, Debug)]
pub(crate) enum Pattern {
    Any,
    Equal(Value),
    /// From, to, whether the end is in it.
    Range(Option<i64>, Option<i64>, bool),
    Letters(char, char, bool),
    Variant(&'static str, Vec<Pattern>),
    Tuple(Vec<Pattern>),
    /// What stands before and behind the rest, if there is one.
    List(Vec<Pattern>, Option<Vec<Pattern>>),
    Or(Vec<Pattern>),
    /// `a` and `b` of a `P`; an absent one is left out.
    Point(Option<Box<Pattern>>, Option<Box<Pattern>>),
}

impl Ty {
    /// The type as it is written.
    pub(crate) fn text(&self) -> String {
        match self {
            Ty::Bool => "Bool".to_owned(),
            Ty::Day => "D".to_owned(),
            Ty::Event => "E".to_owned(),
            Ty::Int => "Int".to_owned(),
            Ty::Text => "String".to_owned(),
            Ty::Point => "P".to_owned(),
            Ty::Optional(inner) => format!("{}?", inner.text()),
            Ty::Tuple(parts) => {
                let parts: Vec<String> = parts.iter().map(Ty::text).collect();
                format!("({})", parts.join(", "))
            }
            Ty::List(inner) => format!("list[{}]", inner.text()),
            Ty::Result(ok, err) => format!("result[{}, {}]", ok.text(), err.text()),
        }
    }

    /// The variants of an enum with the types of their fields.
    fn variants(&self) -> Vec<(&'static str, Vec<Ty>)> {
        match self {
            Ty::Day => ["X", "Y", "Z"].map(|name| (name, Vec::new())).into(),
            Ty::Event => vec![
                ("A", vec![]),
                ("B", vec![Ty::Bool]),
                ("C", vec![Ty::Optional(Box::new(Ty::Day)), Ty::Bool]),
            ],
            Ty::Result(ok, err) => {
                vec![("ok", vec![(**ok).clone()]), ("err", vec![(**err).clone()])]
            }
            Ty::Point => vec![("P", vec![Ty::Bool, Ty::Day])],
            _ => Vec::new(),
        }
    }

    /// Values of the type, one at least for each way in which patterns with these edges can tell values apart.
    pub(crate) fn values(&self, edges: &Edges) -> Vec<Value> {
        match self {
            Ty::Bool => vec![Value::Bool(false), Value::Bool(true)],
            Ty::Int => edges.ints.iter().map(|&n| Value::Int(n)).collect(),
            Ty::Text => ["", "a", "b", "c", "d", "e", "z", "ab", "é"]
                .map(|text| Value::Text(text.to_owned()))
                .into(),
            Ty::Optional(inner) => {
                let mut all = inner.values(edges);
                all.push(Value::Null);
                all
            }
            Ty::Tuple(parts) => product(parts, edges).into_iter().map(Value::Tuple).collect(),
            Ty::List(inner) => (0..=edges.length)
                .flat_map(|length| product(&vec![(**inner).clone(); length], edges))
                .map(Value::List)
                .collect(),
            Ty::Day | Ty::Event | Ty::Result(..) | Ty::Point => self
                .variants()
                .into_iter()
                .flat_map(|(name, fields)| {
                    let values = product(&fields, edges).into_iter();
                    values.map(move |fields| Value::Variant(name, fields))
                })
                .collect(),
        }
    }
}

/// What patterns compare with: bounds of the values that matter.
pub(crate) struct Edges {
    ints: Vec<i64>,
    length: usize,
}

impl Edges {
    pub(crate) fn of(patterns: &[Pattern]) -> Self {
        let (mut ints, mut front, mut back) = (vec![i64::MIN, i64::MAX], 0, 0);
        let mut todo: Vec<&Pattern> = patterns.iter().collect();
        while let Some(pattern) = todo.pop() {
            match pattern {
                Pattern::Equal(Value::Int(n)) => around(*n, &mut ints),
                Pattern::Range(lo, hi, _) => {
                    lo.iter().chain(hi).for_each(|n| around(*n, &mut ints));
                }
                Pattern::List(before, behind) => {
                    front = front.max(before.len());
                    back = back.max(behind.as_ref().map_or(0, Vec::len));
                    todo.extend(before.iter().chain(behind.iter().flatten()));
                }
                Pattern::Variant(_, parts) | Pattern::Tuple(parts) | Pattern::Or(parts) => {
                    todo.extend(parts);
                }
                Pattern::Point(a, b) => {
                    todo.extend(a.iter().chain(b).map(|pattern| &**pattern));
                }
                Pattern::Any | Pattern::Equal(_) | Pattern::Letters(..) => {}
            }
        }
        ints.sort_unstable();
        ints.dedup();
        // Lists of this length are told apart as longer ones are.
        Edges { ints, length: front + back + 1 }
    }
}

fn around(n: i64, ints: &mut Vec<i64>) {
    ints.extend([n.saturating_sub(1), n, n.saturating_add(1)]);
}

fn product(types: &[Ty], edges: &Edges) -> Vec<Vec<Value>> {
    let mut all = vec![Vec::new()];
    for ty in types {
        let values = ty.values(edges);
        let longer = all.iter().flat_map(|row| {
            values.iter().map(|value| [row.as_slice(), std::slice::from_ref(value)].concat())
        });
        all = longer.collect();
    }
    all
}

impl Value {
    /// The value as an expression.
    pub(crate) fn text(&self) -> String {
        match self {
            Value::Bool(b) => b.to_string(),
            Value::Int(n) => n.to_string(),
            Value::Text(text) => format!("{text:?}"),
            Value::Null => "null".to_owned(),
            Value::Variant(name, fields) if fields.is_empty() => (*name).to_owned(),
            Value::Variant(name, fields) => format!("{name}({})", texts(fields)),
            Value::Tuple(parts) => format!("({})", texts(parts)),
            Value::List(items) => format!("[{}]", texts(items)),
        }
    }
}

fn texts(values: &[Value]) -> String {
    values.iter().map(Value::text).collect::<Vec<_>>().join(", ")
}

impl Pattern {
    /// Whether a range of texts is part of it: overlaps of those are not computed, so that fewer arms are known to be
    /// unreachable.
    pub(crate) fn has_letters(&self) -> bool {
        match self {
            Pattern::Letters(..) => true,
            Pattern::Variant(_, parts) | Pattern::Tuple(parts) | Pattern::Or(parts) => {
                parts.iter().any(Pattern::has_letters)
            }
            Pattern::List(before, behind) => {
                before.iter().chain(behind.iter().flatten()).any(Pattern::has_letters)
            }
            Pattern::Point(a, b) => a.iter().chain(b).any(|part| part.has_letters()),
            Pattern::Any | Pattern::Equal(_) | Pattern::Range(..) => false,
        }
    }

    pub(crate) fn matches(&self, value: &Value) -> bool {
        let all = |ps: &[Pattern], vs: &[Value]| {
            ps.len() == vs.len() && ps.iter().zip(vs).all(|(p, v)| p.matches(v))
        };
        match (self, value) {
            (Pattern::Any, _) => true,
            (Pattern::Equal(own), value) => own == value,
            (Pattern::Range(lo, hi, inclusive), Value::Int(n)) => {
                lo.is_none_or(|lo| lo <= *n)
                    && hi.is_none_or(|hi| if *inclusive { *n <= hi } else { *n < hi })
            }
            (Pattern::Letters(lo, hi, inclusive), Value::Text(text)) => {
                let mut chars = text.chars();
                let (Some(c), None) = (chars.next(), chars.next()) else { return false };
                *lo <= c && if *inclusive { c <= *hi } else { c < *hi }
            }
            (Pattern::Variant(name, ps), Value::Variant(other, vs)) => name == other && all(ps, vs),
            (Pattern::Tuple(ps), Value::Tuple(vs)) => all(ps, vs),
            (Pattern::List(ps, None), Value::List(vs)) => all(ps, vs),
            (Pattern::List(before, Some(behind)), Value::List(vs)) => {
                vs.len() >= before.len() + behind.len()
                    && all(before, &vs[..before.len()])
                    && all(behind, &vs[vs.len() - behind.len()..])
            }
            (Pattern::Point(a, b), Value::Variant(_, vs)) => {
                a.as_ref().is_none_or(|a| a.matches(&vs[0]))
                    && b.as_ref().is_none_or(|b| b.matches(&vs[1]))
            }
            (Pattern::Or(ps), value) => ps.iter().any(|p| p.matches(value)),
            _ => false,
        }
    }

    /// The pattern as it is written; `names` counts the names that it binds.
    pub(crate) fn text(&self, names: &mut usize, in_or: bool) -> String {
        let list = |ps: &[Pattern], names: &mut usize| -> Vec<String> {
            ps.iter().map(|p| p.text(names, in_or)).collect()
        };
        match self {
            // Every other pattern that matches anything binds a name.
            Pattern::Any => {
                *names += 1;
                if in_or || names.is_multiple_of(2) { "_".to_owned() } else { format!("n{names}") }
            }
            Pattern::Equal(value) => value.text(),
            Pattern::Range(lo, hi, inclusive) => {
                let mut out = lo.map_or(String::new(), |lo| lo.to_string());
                out.push_str(if *inclusive && hi.is_some() { "..=" } else { ".." });
                if let Some(hi) = hi {
                    let _ = write!(out, "{hi}");
                }
                out
            }
            Pattern::Letters(lo, hi, inclusive) => {
                format!("\"{lo}\"{}\"{hi}\"", if *inclusive { "..=" } else { ".." })
            }
            Pattern::Variant(name, ps) if ps.is_empty() => (*name).to_owned(),
            Pattern::Variant(name, ps) => format!("{name}({})", list(ps, names).join(", ")),
            Pattern::Tuple(ps) => format!("({})", list(ps, names).join(", ")),
            Pattern::List(before, behind) => {
                let mut parts = list(before, names);
                if let Some(behind) = behind {
                    parts.push("...".to_owned());
                    parts.extend(list(behind, names));
                }
                format!("[{}]", parts.join(", "))
            }
            Pattern::Point(a, b) => {
                let mut parts = Vec::new();
                for (name, part) in [("a", a), ("b", b)] {
                    if let Some(part) = part {
                        parts.push(format!("{name}: {}", part.text(names, in_or)));
                    }
                }
                if parts.len() < 2 {
                    parts.push("..".to_owned());
                }
                format!("P({})", parts.join(", "))
            }
            Pattern::Or(ps) => {
                let parts: Vec<String> = ps.iter().map(|p| p.text(names, true)).collect();
                parts.join(" | ")
            }
        }
    }
}

/// A small type.
pub(crate) fn ty() -> impl Strategy<Value = Ty> {
    let leaf = prop_oneof![
        3 => Just(Ty::Bool),
        2 => Just(Ty::Day),
        2 => Just(Ty::Event),
        2 => Just(Ty::Int),
        1 => Just(Ty::Text),
        1 => Just(Ty::Point),
    ];
    let few = prop_oneof![Just(Ty::Bool), Just(Ty::Day)];
    let flat = prop_oneof![
        4 => leaf.clone(),
        1 => few.clone().prop_map(|inner| Ty::Optional(Box::new(inner))),
    ];
    prop_oneof![
        2 => flat.clone(),
        1 => leaf.prop_map(|inner| Ty::Optional(Box::new(inner))),
        3 => proptest::collection::vec(flat.clone(), 2..=3).prop_map(Ty::Tuple),
        2 => few.clone().prop_map(|inner| Ty::List(Box::new(inner))),
        1 => (flat.clone(), few.clone()).prop_map(|(ok, err)| Ty::Result(Box::new(ok), Box::new(err))),
        1 => (few.clone(), few).prop_map(|(inner, other)| {
            Ty::Tuple(vec![Ty::List(Box::new(inner)), Ty::Optional(Box::new(other))])
        }),
    ]
}

/// A pattern for values of a type.
pub(crate) fn pattern(ty: &Ty, depth: u32) -> BoxedStrategy<Pattern> {
    let any = Just(Pattern::Any).boxed();
    if depth == 0 {
        return any;
    }
    let own = own(ty, depth);
    let or = proptest::collection::vec(own.clone(), 2..=3).prop_map(Pattern::Or);
    // Alternatives stand at the top only, where they need no parentheses.
    if depth == 3 {
        prop_oneof![2 => any, 5 => own, 1 => or].boxed()
    } else {
        prop_oneof![1 => any, 2 => own].boxed()
    }
}

fn own(ty: &Ty, depth: u32) -> BoxedStrategy<Pattern> {
    let int = -3i64..4;
    match ty {
        Ty::Bool => any::<bool>().prop_map(|b| Pattern::Equal(Value::Bool(b))).boxed(),
        Ty::Int => {
            prop_oneof![
                int.clone().prop_map(|n| Pattern::Equal(Value::Int(n))),
                Just(Pattern::Equal(Value::Int(i64::MAX))),
                (int.clone(), 1i64..4, any::<bool>()).prop_map(
                    |(lo, n, inclusive)| Pattern::Range(Some(lo), Some(lo + n), inclusive)
                ),
                int.clone().prop_map(|lo| Pattern::Range(Some(lo), None, false)),
                (int, any::<bool>()).prop_map(|(hi, inclusive)| Pattern::Range(
                    None,
                    Some(hi),
                    inclusive
                )),
            ]
            .boxed()
        }
        Ty::Text => prop_oneof![
            "[a-d]|ab|".prop_map(|text| Pattern::Equal(Value::Text(text))),
            ("[a-c]", 1u8..3, any::<bool>()).prop_map(|(lo, n, inclusive)| {
                let lo = lo.as_bytes()[0];
                Pattern::Letters(lo as char, (lo + n) as char, inclusive)
            }),
        ]
        .boxed(),
        Ty::Optional(inner) => {
            prop_oneof![1 => Just(Pattern::Equal(Value::Null)), 2 => own(inner, depth)].boxed()
        }
        Ty::Tuple(parts) => {
            let parts: Vec<_> = parts.iter().map(|part| pattern(part, depth - 1)).collect();
            parts.prop_map(Pattern::Tuple).boxed()
        }
        Ty::List(inner) => {
            let items = |n| proptest::collection::vec(pattern(inner, depth - 1), n);
            (items(0..=2), proptest::option::of(items(0..=1)))
                .prop_map(|(before, behind)| Pattern::List(before, behind))
                .boxed()
        }
        Ty::Point => {
            let part = |ty| proptest::option::of(pattern(ty, depth - 1).prop_map(Box::new));
            (part(&Ty::Bool), part(&Ty::Day)).prop_map(|(a, b)| Pattern::Point(a, b)).boxed()
        }
        Ty::Day | Ty::Event | Ty::Result(..) => {
            let variants = ty.variants().into_iter().map(|(name, fields)| {
                let fields: Vec<_> = fields.iter().map(|ty| pattern(ty, depth - 1)).collect();
                fields.prop_map(move |ps| Pattern::Variant(name, ps)).boxed()
            });
            proptest::strategy::Union::new(variants).boxed()
        }
    }
}
