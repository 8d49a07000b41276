//! Numbers: arithmetic, text and format specs against Rust's; JSON there and back.

use super::programs::printed;
use proptest::prelude::*;

/// Ints of all sizes, those at the edges often.
fn int() -> impl Strategy<Value = i64> {
    prop_oneof![
        3 => -10i64..10,
        1 => any::<i64>(),
        1 => prop_oneof![Just(i64::MIN), Just(i64::MAX), Just(i64::MIN + 1), Just(1 << 32), Just(-(1 << 47))],
    ]
}

/// The result of checked arithmetic as a program prints it.
fn checked(value: Option<i64>) -> String {
    value.map_or("null".to_owned(), |n| n.to_string())
}

fn floor_div(a: i64, b: i64) -> Option<i64> {
    let q = a.checked_div(b)?;
    Some(if a % b != 0 && (a < 0) != (b < 0) { q - 1 } else { q })
}

/// A finite float as a literal of the language.
fn literal(x: f64) -> String {
    let text = format!("{x:?}");
    match text.split_once('e') {
        Some((digits, exponent)) if !digits.contains('.') => format!("{digits}.0e{exponent}"),
        _ => text,
    }
}

proptest! {
    #![proptest_config(super::config(150))]

    #[test]
    fn ints_follow_i64(a in int(), b in int()) {
        let source = format!(
            "let a = {a}\nlet b = {b}\nprint(a.checked_add(b), a.checked_sub(b), a.checked_mul(b), a.checked_div(b))\nprint(a.wrapping_add(b), a.wrapping_sub(b), a.wrapping_mul(b))\nprint(a.saturating_add(b), a.saturating_sub(b), a.saturating_mul(b))\nprint(a & b, a | b, a ^ b, ~a, a == b, a < b, a <= b, a > b, a >= b, a != b)\nprint(a.count_ones(), \"{{a:x}} {{b:b}} {{a:>24}} {{b:<24}}|{{a:+}}\")\nprint(parse_json(a.to_json()) == ok(a), parse_int(a.to_string()))\n"
        );
        let lines = [
            format!(
                "{} {} {} {}",
                checked(a.checked_add(b)), checked(a.checked_sub(b)), checked(a.checked_mul(b)),
                checked(a.checked_div(b)),
            ),
            format!("{} {} {}", a.wrapping_add(b), a.wrapping_sub(b), a.wrapping_mul(b)),
            format!("{} {} {}", a.saturating_add(b), a.saturating_sub(b), a.saturating_mul(b)),
            format!(
                "{} {} {} {} {} {} {} {} {} {}",
                a & b, a | b, a ^ b, !a, a == b, a < b, a <= b, a > b, a >= b, a != b
            ),
            format!("{} {} {} {a:>24} {b:<24}|{a:+}", a.count_ones(), signed(a, 16), signed(b, 2)),
            format!("true {a}"),
        ];
        let expected: String = lines.iter().map(|line| format!("{line}\n")).collect();
        prop_assert_eq!(printed(&source), expected, "{}", source);
    }

    /// Operators give the exact result or fail.
    #[test]
    fn arithmetic_is_exact_or_fails(a in int(), b in int(), at in 0usize..6) {
        let (operator, exact) = [
            ("+", a.checked_add(b)),
            ("-", a.checked_sub(b)),
            ("*", a.checked_mul(b)),
            ("/", a.checked_div(b)),
            ("//", floor_div(a, b)),
            ("%", if b == 0 { None } else { Some(a.wrapping_rem(b)).map(|r| if r != 0 && (r < 0) != (b < 0) { r + b } else { r }) }),
        ][at];
        let source = format!("cell f(a: Int, b: Int) -> Int = a {operator} b\nprint(f({a}, {b}))\n");
        let found = printed(&source);
        match exact {
            Some(value) => prop_assert_eq!(found, format!("{value}\n"), "{}", source),
            None => prop_assert!(found.starts_with("R10"), "{found} of {source}"),
        }
    }

    #[test]
    fn floats_follow_f64(bits in any::<u64>(), small in -1000i32..1000, precision in 0usize..12) {
        let x = f64::from_bits(bits);
        prop_assume!(x.is_finite());
        for x in [x, f64::from(small) / 8.0, f64::from(small)] {
            let text = literal(x);
            let source = format!(
                "let x = {text}\nprint(parse_float(x.to_string()) == x, parse_json(x.to_json()) == ok(x))\nprint(\"{{x:.{precision}}}\", \"{{x:>30.2}}\", \"{{x:.{precision}e}}\")\n"
            );
            let expected =
                format!("true true\n{x:.precision$} {x:>30.2} {x:.precision$e}\n");
            prop_assert_eq!(printed(&source), expected, "{}", source);
        }
    }

    /// A document of JSON is the same after being written and read.
    #[test]
    fn json_survives(text in json()) {
        let quoted = text.replace('\\', "\\\\").replace('"', "\\\"").replace('{', "\\{");
        let source = format!(
            "let r = parse_json(\"{quoted}\")\nmatch r\n  ok(j) ->\n    print(parse_json(j.to_json()) == r, parse_json(j.to_json_pretty()) == r)\n  err(e) -> print(e)\nend\n"
        );
        prop_assert_eq!(printed(&source), "true true\n", "{}", source);
    }
}

/// Rust's hexadecimal shows the bits of a negative number; the language shows a sign.
fn signed(n: i64, base: u32) -> String {
    let digits = match base {
        16 => format!("{:x}", n.unsigned_abs()),
        _ => format!("{:b}", n.unsigned_abs()),
    };
    if n < 0 { format!("-{digits}") } else { digits }
}

fn json() -> impl Strategy<Value = String> {
    let leaf = prop_oneof![
        Just("null".to_owned()),
        any::<bool>().prop_map(|b| b.to_string()),
        int().prop_map(|n| n.to_string()),
        (-1000i32..1000).prop_map(|n| format!("{:?}", f64::from(n) / 16.0)),
        "[a-zé😀 ]{0,5}".prop_map(|s| format!("\"{s}\"")),
    ];
    leaf.prop_recursive(3, 20, 4, |inner| {
        let fields = proptest::collection::btree_map("[a-c]{1,2}", inner.clone(), 0..4);
        prop_oneof![
            proptest::collection::vec(inner, 0..4)
                .prop_map(|items| format!("[{}]", items.join(", "))),
            fields.prop_map(|fields| {
                let fields: Vec<String> =
                    fields.iter().map(|(name, value)| format!("\"{name}\": {value}")).collect();
                format!("{{{}}}", fields.join(", "))
            }),
        ]
    })
}
