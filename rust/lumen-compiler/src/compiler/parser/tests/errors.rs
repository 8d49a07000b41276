//! What is rejected, with which codes, and that one slip gives one error.

use super::*;

#[test]
fn one_slip_one_error() {
    for (text, code) in [
        ("let x = )", "E0202"),
        ("let = 1", "E0202"),
        ("f(1, 2", "E0202"),
        ("f(1,\n  2\nlet y = 3", "E0202"),
        ("xs[1", "E0202"),
        ("let (mut a, b) = (1, 2)", "E0202"),
        ("record R\n  n: Int where n > 0 = 1\nend", "E0202"),
        ("a b", "E0202"),
        ("cell f(\n  1\nend", "E0202"),
        ("cell f(x Int) -> Int\n  x\nend", "E0208"),
        ("if a\n  b\nend end", "E0204"),
        ("end", "E0204"),
        ("a < b < c", "E0205"),
        ("a < b < c < d", "E0205"),
        ("f(a=1, b=2)", "E0202"),
        ("a == b != c", "E0205"),
        ("a is T == b", "E0205"),
        ("cell Foo() = 1", "E0206"),
        ("record foo\n  x: Int\nend", "E0206"),
        ("record Foo\n  X: Int\nend", "E0206"),
        ("const Max = 1", "E0206"),
        ("let X = 1", "E0206"),
        ("fn(X) => 1", "E0206"),
        ("enum E\n  a\nend", "E0206"),
        ("cell f[t](x: t) = x", "E0206"),
        ("f(x) = 1", "E0207"),
        ("a?.b = 1", "E0207"),
        ("xs[1..2] = ys", "E0207"),
        ("cell f(x) = 1", "E0208"),
        ("cell f(...a: Int, b: Int) = 1", "E0209"),
        ("cell f(a: Int = 1, b: Int) = 1", "E0209"),
        ("match x\n  A -> 1\n    B -> 2\nend", "E0210"),
        ("match x\n\tA -> 1\n  B -> 2\nend", "E0210"),
        ("@nope\ncell f() = 1", "E0211"),
        ("()", "E0212"),
        ("(1,)", "E0212"),
        ("{a: 1}", "E0213"),
        ("{1, 2: 3}", "E0214"),
        ("{1: 2, 3}", "E0214"),
        ("f(a: 1, 2)", "E0215"),
        ("u with (1)", "E0215"),
        ("match x\n  some(y) -> 1\nend", "E0216"),
        ("match x\n  [...a, ...b] -> 1\nend", "E0216"),
        ("match x\n  \"{y}\" -> 1\nend", "E0216"),
        ("enum E\n  A, B\nend", "E0217"),
        ("enum E\n  A(x: Int, Int)\nend", "E0217"),
        ("enum E\n  A()\nend", "E0217"),
        ("a && b", "E0218"),
        ("a || b", "E0218"),
        ("!a", "E0218"),
        ("a === b", "E0218"),
        ("a == not b", "E0218"),
        ("if a = b then c", "E0218"),
        ("let x = _", "E0219"),
        ("let type = 1", "E0219"),
        ("let x: null = y", "E0219"),
        ("cell f()\n  record R\n    x: Int\n  end\nend", "E0220"),
        ("cell f()\n  import a\nend", "E0220"),
        ("record R\n  x: Int\n  cell f() = 1\nend", "E0220"),
        ("9223372036854775808", "E0105"),
        ("- (9223372036854775808)", "E0105"),
        ("\"{x:q}\"", "E0107"),
        ("\"{ }\"", "E0108"),
        ("\"{x +}\" ++ y", "E0202"),
        ("@strict maybe", "E0005"),
    ] {
        assert_eq!(codes(text), [code], "{text}");
    }
}

#[test]
fn a_missing_end_is_found_by_indentation() {
    let text = "cell a()\n  if x\n    y\nend\n\ncell b()\n  z\nend\n";
    assert_eq!(codes(text), ["E0203"]);
    assert!(read(text).0.contains("(cell b () {z})"));
    assert_eq!(codes("cell a()\n  x\n\nrecord R\n  y: Int\nend\n"), ["E0203"]);
    assert_eq!(codes("cell a()\n  match x\n    A -> 1\nend\n"), ["E0203"]);
}

#[test]
fn each_statement_recovers() {
    let text = "cell f()\n  let a = +\n  let b = 2\n  g(1 2)\n  c\nend\ncell g() = 1 +\n";
    let (dump, codes) = read(text);
    assert_eq!(codes, ["E0202", "E0202", "E0202"]);
    assert!(dump.contains("(let b 2)") && dump.contains("; c}"), "{dump}");
    let header = "if a )\n  b\nelse\n  c\nend\nd";
    assert_eq!(read(header).1, ["E0202"]);
    assert!(read(header).0.ends_with("d\n"));
    let arm = "match x\n  A => 1\n  B -> 2\nend";
    let (dump, codes) = read(arm);
    assert_eq!(codes, ["E0224"]);
    assert!(dump.contains("A {1}") && dump.contains("B {2}"));
    let field = "record R\n  a Int\n  b: Int\nend";
    let (dump, codes) = read(field);
    assert_eq!(codes, ["E0202"]);
    assert!(dump.contains("b:Int"));
}

#[test]
fn what_is_not_built_is_named() {
    for text in [
        "trait Into[T]\n  cell into(self) -> T\nend\nlet x = 1",
        "use tool llm.chat as Chat from \"server\"",
        "agent A\n  cell f() = 1\nend",
        "machine M\n  state A\nend",
        "actor A\n  state n: Int = 0\nend",
        "session S\n  send Int\n  close\nend",
        "typestate F\n  state A\nend",
        "macro m!(a)\n  a\nend",
        "active Even(n: Int)\n  n\nend",
        "async cell f() -> Int\n  1\nend",
        "enum E[T]\n  Lit(Int): E[Int]\nend",
        "let x = await y",
        "let x = spawn f(1)",
        "nursery n\n  n.spawn(f(1))\nend",
        "parallel for x in xs\n  f(x)\nend",
        "cell f(x: Int) -> Int\n  requires x > 0\n  x\nend",
        "m!(1)",
        "role system: hello",
        "x expect schema T",
        "@durable\ncell f() = 1",
        "cell f()\n  @hint(induction n)\n  1\nend",
        "ghost let x = 1",
    ] {
        assert_eq!(codes(text), ["E0299"], "{text}");
    }
}

#[test]
fn contextual_words_are_names() {
    let text = "let state = 1\nlet select = state\nlet with_x = select\nlet role = 2\nlet effect = role + select\nprint(effect, memory(1), grant)";
    assert_eq!(codes(text), [""; 0]);
}

#[test]
fn habits_from_elsewhere_get_advice() {
    for (text, advice) in [
        ("if 1 not in xs\n  f()\nend", "not (x in xs)"),
        ("f([x for x in a if x not in b])", "not (x in xs)"),
        ("for k, v in m\n  f(k)\nend", "for (key, value) in"),
        ("print(f\"a\")", "write `\"hello {name}\"`"),
        ("let y = 1 if c else 2", "if condition then one else other"),
        ("let (mut a, b) = (1, 2)", "let mut (a, b)"),
        ("record R\n  n: Int where n > 0 = 1\nend", "the default comes first"),
        ("print(\"{n:>{w}}\")", "pad_left"),
    ] {
        let mut diagnostics = Vec::new();
        let mut names = Interner::new();
        parse(text, FileId(0), &mut names, &mut diagnostics, ParseOptions::default());
        let help = diagnostics.first().map(|found| found.help.join(" ")).unwrap_or_default();
        assert!(help.contains(advice), "{text}: {help}");
    }
}
