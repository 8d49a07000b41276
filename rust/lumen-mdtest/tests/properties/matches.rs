//! Exhaustiveness and redundancy against brute force over small types, and decision trees against the first arm that
//! matches.

use super::programs::{judge, printed};
use super::values::{DECLARATIONS, Edges, Pattern, Ty, Value, pattern, ty};
use lumen_base::{Code, Span};
use proptest::prelude::*;

/// Values that a case is examined with at most.
const VALUES_MAX: usize = 3_000;

#[derive(Clone, Debug)]
struct Arm {
    pattern: Pattern,
    guarded: bool,
}

/// A type and arms for it.
fn case() -> impl Strategy<Value = (Ty, Vec<Arm>)> {
    ty().prop_flat_map(|ty| {
        let arm = (pattern(&ty, 3), proptest::bool::weighted(0.15))
            .prop_map(|(pattern, guarded)| Arm { pattern, guarded });
        (Just(ty), proptest::collection::vec(arm, 1..8))
    })
}

/// The program with one arm for each pattern; its print shows what each value and truth of the guards gives.
fn program(ty: &Ty, arms: &[Arm], values: &[Value]) -> (String, Vec<Span>) {
    let mut text = format!("{DECLARATIONS}cell f(v: {}, g: Bool) -> Int\n  match v\n", ty.text());
    let mut places = Vec::new();
    for (at, arm) in arms.iter().enumerate() {
        text.push_str("    ");
        let lo = text.len() as u32;
        text.push_str(&arm.pattern.text(&mut 0, false));
        places.push(Span::new(lo, text.len() as u32));
        text.push_str(if arm.guarded { " if g -> " } else { " -> " });
        text.push_str(&format!("{at}\n"));
    }
    text.push_str("  end\nend\n");
    for value in values {
        let value = value.text();
        text.push_str(&format!("print(f({value}, true), f({value}, false))\n"));
    }
    (text, places)
}

/// The first arm that matches.
fn first(arms: &[Arm], value: &Value, guards: bool) -> Option<usize> {
    arms.iter().position(|arm| (!arm.guarded || guards) && arm.pattern.matches(value))
}

/// Arms that no value reaches, whatever the guards say.
fn redundant(arms: &[Arm], values: &[Value]) -> Vec<usize> {
    let reached = |at: usize| {
        values.iter().any(|value| {
            let before = arms[..at].iter().any(|arm| !arm.guarded && arm.pattern.matches(value));
            !before && arms[at].pattern.matches(value)
        })
    };
    (0..arms.len()).filter(|&at| !reached(at)).collect()
}

/// The arms that the compiler warns of.
fn warned(source: &str, places: &[Span]) -> Vec<usize> {
    let judged = judge(source);
    let found = judged.diagnostics.iter().filter(|d| d.code == Code::W0403);
    let mut arms: Vec<usize> =
        found.filter_map(|d| places.iter().position(|place| *place == d.primary.at.span)).collect();
    arms.sort_unstable();
    arms
}

proptest! {
    #![proptest_config(super::config(100))]

    #[test]
    fn matches_are_what_brute_force_says((ty, mut arms) in case()) {
        let patterns: Vec<Pattern> = arms.iter().map(|arm| arm.pattern.clone()).collect();
        let values = ty.values(&Edges::of(&patterns));
        prop_assume!(values.len() <= VALUES_MAX);
        let missing = values.iter().find(|value| first(&arms, value, false).is_none());
        let (source, places) = program(&ty, &arms, &[]);
        let errors = judge(&source).errors();
        let expected: &[Code] = if missing.is_some() { &[Code::E0452] } else { &[] };
        prop_assert_eq!(errors.as_slice(), expected, "{:?} is missing in\n{}", missing, &source);
        let (warned, redundant) = (warned(&source, &places), redundant(&arms, &values));
        if patterns.iter().any(Pattern::has_letters) {
            prop_assert!(warned.iter().all(|at| redundant.contains(at)), "{:?} in\n{}", warned, &source);
        } else {
            prop_assert_eq!(warned, redundant, "in\n{}", &source);
        }
        if missing.is_some() {
            arms.push(Arm { pattern: Pattern::Any, guarded: false });
        }
        // The rest of the values is not looked at: programs stay small.
        let shown = &values[..values.len().min(60)];
        let (source, _) = program(&ty, &arms, shown);
        let arm = |value, guards| first(&arms, value, guards).map_or(-1, |at| at as i64);
        let expected: String =
            shown.iter().map(|v| format!("{} {}\n", arm(v, true), arm(v, false))).collect();
        prop_assert_eq!(printed(&source), expected, "in\n{}", &source);
    }
}
