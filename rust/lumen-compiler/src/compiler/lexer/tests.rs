//! Tests of the lexer.

use super::*;
use crate::compiler::tokens::TokenKind as K;

struct Lexed {
    names: Interner,
    tokens: Vec<Token>,
    codes: Vec<&'static str>,
    docs: usize,
}

fn read(text: &str) -> Lexed {
    let mut names = Interner::new();
    let mut diags = Vec::new();
    let tokens = lex(text, 0, FileId(0), &mut names, &mut diags);
    let codes = diags.iter().map(|d| d.code.as_str()).collect();
    Lexed { names, tokens: tokens.list, codes, docs: tokens.docs.len() }
}

/// The kinds without the final `Eof`.
fn kinds(text: &str) -> Vec<K> {
    let lexed = read(text);
    assert_eq!(lexed.codes, [""; 0], "{text}");
    lexed.tokens.iter().map(|t| t.kind).filter(|&kind| kind != K::Eof).collect()
}

fn codes(text: &str) -> Vec<&'static str> {
    read(text).codes
}

/// The content of the first string in `text`.
fn content(text: &str) -> String {
    let lexed = read(text);
    assert_eq!(lexed.codes, [""; 0], "{text}");
    let token = lexed.tokens.iter().find(|t| matches!(t.kind, K::Str | K::StrText));
    lexed.names.resolve(token.expect("a string").symbol).to_owned()
}

/// The text parts of the only string in `text`, with `·` for each hole.
fn parts(text: &str) -> String {
    let lexed = read(text);
    assert_eq!(lexed.codes, [""; 0], "{text}");
    let mut out = String::new();
    for token in &lexed.tokens {
        match token.kind {
            K::StrText => out.push_str(lexed.names.resolve(token.symbol)),
            K::HoleOpen => out.push('·'),
            _ => {}
        }
    }
    out
}

#[test]
fn operators_by_longest_match() {
    let text = "a ++= b ** c **= d // e //= f << g >>= h ..= i ... j .. k |> l ~> m ?. n ?[ o ?? p";
    let wanted = [
        K::PlusPlusEq,
        K::StarStar,
        K::StarStarEq,
        K::SlashSlash,
        K::SlashSlashEq,
        K::Shl,
        K::ShrEq,
        K::DotDotEq,
        K::Ellipsis,
        K::DotDot,
        K::PipeGt,
        K::TildeGt,
        K::QDot,
        K::QBracket,
        K::QQ,
    ];
    let found: Vec<K> = kinds(text).into_iter().filter(|&kind| kind != K::Ident).collect();
    assert_eq!(found, wanted);
    assert_eq!(kinds("-> => == != <= >= = ! - |="), {
        [K::Arrow, K::FatArrow, K::EqEq, K::Ne, K::Le, K::Ge, K::Eq, K::Bang, K::Minus, K::BarEq]
    });
}

#[test]
fn names_and_keywords() {
    assert_eq!(kinds("match matches Match _ _x _X __ x1 é Été"), {
        [
            K::Match,
            K::Ident,
            K::Upper,
            K::Underscore,
            K::Ident,
            K::Upper,
            K::Ident,
            K::Ident,
            K::Ident,
            K::Upper,
        ]
    });
}

#[test]
fn flags_say_what_stands_before() {
    let lexed = read("a b\nc(\n# x\nd)");
    let flags: Vec<u8> = lexed.tokens.iter().map(|t| t.flags).collect();
    let (newline, space) = (Token::NEWLINE, Token::SPACE);
    assert_eq!(flags, [newline, space, newline, 0, newline | space, 0, newline]);
}

#[test]
fn numbers() {
    assert_eq!(kinds("1 1_000 0xfF 0b10 0o17 007"), [K::Int; 6]);
    assert_eq!(kinds("1.5 1e9 1.5e-3 2E+8 1_0.0_1"), [K::Float; 5]);
    assert_eq!(kinds("1..5"), [K::Int, K::DotDot, K::Int]);
    assert_eq!(kinds("1.abs"), [K::Int, K::Dot, K::Ident]);
    assert_eq!(kinds("t.0.1"), [K::Ident, K::Dot, K::Int, K::Dot, K::Int]);
    for bad in ["1.", "0x", "0b12", "0o8", "0xg", "1e", "1e+", "12ab", "1__0", "1_", "0X1", "1.5x"]
    {
        assert_eq!(codes(bad), ["E0104"], "{bad}");
    }
    assert_eq!(codes("0x_1"), ["E0104"]);
}

#[test]
fn number_values() {
    assert_eq!(literals::int("0xff"), Some(255));
    assert_eq!(literals::int("1_000"), Some(1000));
    assert_eq!(literals::int("18446744073709551616"), None);
    assert_eq!(literals::float("1_0.5"), Some(10.5));
    assert_eq!(literals::float("1e999"), None);
}

#[test]
fn plain_strings() {
    assert_eq!(content(r#""a\n\t\r\\\"\{\}\0\x41\u{1F600}z""#), "a\n\t\r\\\"{}\0A\u{1F600}z");
    assert_eq!(content(r#""{}""#), "{}");
    assert_eq!(content(r#""a } b""#), "a } b");
    assert_eq!(content(r#"r"a\n{x}""#), "a\\n{x}");
    assert_eq!(kinds(r#"b"00ff" b "x" r"#), [K::Bytes, K::Ident, K::Str, K::Ident]);
}

#[test]
fn wrong_strings() {
    for (text, code) in [
        (r#""a\q""#, "E0103"),
        (r#""\x4""#, "E0103"),
        (r#""\x80""#, "E0103"),
        (r#""\u{110000}""#, "E0103"),
        (r#""\u{}""#, "E0103"),
        (r#""\u41""#, "E0103"),
        (r#"b"0""#, "E0106"),
        (r#"b"zz""#, "E0106"),
        ("\"abc", "E0102"),
        ("\"abc\nx", "E0102"),
        ("r\"abc\nx", "E0102"),
        ("\"\"\"abc", "E0102"),
        ("\"a{b\nc", "E0102"),
        ("\"a{", "E0102"),
        ("\"\"\"a{\"b{c", "E0102"),
        ("\"abc\\", "E0102"),
        ("print(\"a {1 + 2\")\n", "E0102"),
        ("print(\"a {1 + 2\")", "E0102"),
    ] {
        assert_eq!(codes(text), [code], "{text}");
    }
}

#[test]
fn holes() {
    assert_eq!(kinds(r#""a{x}b{y:.2}""#), {
        [
            K::StrOpen,
            K::StrText,
            K::HoleOpen,
            K::Ident,
            K::HoleClose,
            K::StrText,
            K::HoleOpen,
            K::Ident,
            K::HoleSpec,
            K::HoleClose,
            K::StrClose,
        ]
    });
    assert_eq!(parts(r#""{f("in {y}")}!""#), "·in ·!");
    assert_eq!(parts(r#""{m["k"]} {{1: 2}} {f(a: 1)}""#), "· · ·");
    assert!(!kinds(r#""{f(a: {1: 2})}""#).contains(&K::HoleSpec));
    assert!(kinds(r#""{x:#x}""#).contains(&K::HoleSpec));
}

#[test]
fn multi_line_strings() {
    assert_eq!(content("\"\"\"\n    a\n      b\n\n    c\n    \"\"\""), "a\n  b\n\nc");
    assert_eq!(content("\"\"\"a\"\"\""), "a");
    assert_eq!(content("\"\"\"a\n  b\n  \"\"\""), "a\nb");
    assert_eq!(content("\"\"\"\n  a\n    \"\"\""), "a");
    assert_eq!(content("\"\"\"\n  a\n\"\"\""), "  a");
    assert_eq!(content("\"\"\"\n\"\"\""), "");
    assert_eq!(content("\"\"\"\n  a \"b\" c\n  \"\"\""), "a \"b\" c");
    assert_eq!(content("\"\"\"\r\n  a\r\n   b\r\n  \"\"\""), "a\n b");
    assert_eq!(content("r\"\"\"\n  \\n{x}\n  \"\"\""), "\\n{x}");
    assert_eq!(content("\"\"\"\n  a\\n  b\n  \"\"\""), "a\n  b");
    assert_eq!(parts("\"\"\"\n  {x}\n    y {z}\n  \"\"\""), "·\n  y ·");
    assert_eq!(parts("\"\"\"\n  a {\n  x}\n  \"\"\""), "a ·");
}

#[test]
fn characters_that_begin_nothing() {
    assert_eq!(codes("a ; b"), ["E0101"]);
    assert_eq!(codes("\0\0\0"), ["E0101"]);
    assert_eq!(codes("‘x’"), ["E0101", "E0101"]);
    assert_eq!(codes("`x`"), ["E0101", "E0101"]);
    assert_eq!(codes("a\u{a0}b"), [""; 0]);
    assert_eq!(codes("\u{7f}"), ["E0101"]);
}

#[test]
fn documentation_blocks() {
    let lexed = read("```\nSays `x`.\n```\ncell f() = 1\n");
    assert_eq!((lexed.docs, lexed.codes.len(), lexed.tokens[0].kind), (1, 0, K::Cell));
    assert_eq!(codes("```\nopen\ncell f() = 1\n"), ["E0109"]);
    assert_eq!(read("let x = \"\"\"\n```\nno\n```\n\"\"\"").docs, 0);
}

#[test]
fn tokens_are_in_order_and_on_boundaries() {
    let text = "let é = \"ü{ä:>3}ö\" # ß\n\"\"\"\n ñ {x} \"\"\" 1.5 ;; …";
    let lexed = read(text);
    let mut last = 0;
    for token in &lexed.tokens {
        assert!(token.lo >= last && token.hi >= token.lo);
        assert!(text.get(token.lo as usize..token.hi as usize).is_some());
        last = token.hi;
    }
}

#[test]
fn format_specs() {
    use crate::compiler::ast::{Align, FormatKind};
    let span = Span::point(0);
    let spec = literals::format_spec("*>+#010,.3f", span).expect("a spec");
    assert_eq!((spec.fill, spec.align, spec.plus), ('*', Some(Align::Right), true));
    assert_eq!((spec.alternate, spec.zero, spec.width), (true, true, Some(10)));
    assert_eq!((spec.grouped, spec.precision), (true, Some(3)));
    assert_eq!(spec.kind, Some(FormatKind::Fixed));
    assert_eq!(literals::format_spec("é^5", span).expect("a spec").fill, 'é');
    for bad in [".", "q", "5z", "99999", "xx", ".2.3"] {
        assert!(literals::format_spec(bad, span).is_err(), "{bad}");
    }
}

#[test]
fn a_carriage_return_alone_ends_no_line() {
    assert_eq!(codes("let x = 1\r\nlet y = 2\r\n"), [""; 0]);
    for text in ["a\rb", "# c\rlet x = 1\n", "\"\"\"\na\rb\n\"\"\"", "a\r\r\n", "a\r"] {
        assert_eq!(codes(text), ["E0101"], "{text:?}");
    }
}
