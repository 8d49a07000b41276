//! Strings: operations on texts of characters of every width, against Rust's characters.

use super::programs::printed;
use proptest::prelude::*;

fn text() -> impl Strategy<Value = String> {
    proptest::collection::vec(prop_oneof!["[ab ]", "[äß]", "[€한]", "[😀\n]"], 0..10)
        .prop_map(|parts| parts.concat())
}

/// A string as it is written in a program.
fn literal(text: &str) -> String {
    format!("\"{}\"", text.replace('\n', "\\n"))
}

/// A list of one string as it is printed: strings in lists are quoted.
fn one(text: &str) -> String {
    format!("[{}]", literal(text))
}

fn chars(text: &str, from: i64, to: i64) -> String {
    let len = text.chars().count() as i64;
    let (from, to) = (from.clamp(0, len), to.clamp(0, len));
    text.chars().skip(from as usize).take((to - from).max(0) as usize).collect()
}

fn list(texts: impl Iterator<Item = String>) -> String {
    format!("[{}]", texts.map(|text| literal(&text)).collect::<Vec<_>>().join(", "))
}

proptest! {
    #![proptest_config(super::config(150))]

    #[test]
    fn strings_follow_characters(s in text(), t in text(), u in text(), i in -3i64..15, j in -3i64..15) {
        let n = i.rem_euclid(4);
        let [a, b, c] = [&s, &t, &u].map(|text| literal(text));
        let source = format!(
            "let s = {a}\nlet t = {b}\nprint(s.length(), (s ++ t).length(), s == t, s < t)\nprint([s.slice({i}, {j})])\nprint([s.reverse()])\nprint(s.chars())\nprint([s.replace(\" \", {c})])\nprint(s.split(\"a\"))\nprint([s.trim()], [s.upper()])\nprint(s.contains(t), s.starts_with(t), s.ends_with(t))\nprint([s.repeat({n})])\nprint(s.chars().map(fn(c) => c.char_code()))\nlet mut r = \"\"\nfor c in s\n  r = c ++ r\nend\nprint(r == s.reverse(), [\"{{s}}{{t}}\"])\nprint(s.index_of(t), s.chars().join(\"\") == s)\nprint(parse_json(s.to_json()) == ok(s))\n"
        );
        let found = s.find(&t).map_or("null".to_owned(), |at| s[..at].chars().count().to_string());
        let lines = [
            format!("{} {} {} {}", s.chars().count(), s.chars().count() + t.chars().count(), s == t, s < t),
            one(&chars(&s, i, j)),
            one(&s.chars().rev().collect::<String>()),
            list(s.chars().map(String::from)),
            one(&s.replace(' ', &u)),
            list(s.split('a').map(str::to_owned)),
            format!("{} {}", one(s.trim()), one(&s.to_uppercase())),
            format!("{} {} {}", s.contains(&t), s.starts_with(&t), s.ends_with(&t)),
            one(&s.repeat(n as usize)),
            format!("{:?}", s.chars().map(|c| c as u32).collect::<Vec<_>>()),
            format!("true {}", one(&format!("{s}{t}"))),
            format!("{found} true"),
            "true".to_owned(),
        ];
        let expected: String = lines.iter().map(|line| format!("{line}\n")).collect();
        prop_assert_eq!(printed(&source), expected, "{}", source);
    }
}
