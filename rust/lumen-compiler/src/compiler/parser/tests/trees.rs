//! What is read, as trees.

use super::dump;

#[test]
fn precedence() {
    for (text, tree) in [
        ("1 + 2 * 3", "(+ 1 (* 2 3))"),
        ("1 + 2 - 3", "(chain 1 + 2 - 3)"),
        ("-2 ** 2", "(- (** 2 2))"),
        ("2 ** 3 ** 2", "(** 2 (** 3 2))"),
        ("2 ** -1", "(** 2 (- 1))"),
        ("-a as Int", "(as (- a) Int)"),
        ("a as Int + 1", "(+ (as a Int) 1)"),
        ("a << 1 + 2", "(<< a (+ 1 2))"),
        ("a | b ^ c & d", "(| a (^ b (& c d)))"),
        ("a ++ b | c", "(++ a (| b c))"),
        ("0..n + 1", "(.. 0 (+ n 1))"),
        ("0..=10 step 2", "(..= 0 10 2)"),
        ("a ?? b == c", "(== (?? a b) c)"),
        ("not a == b", "(not (== a b))"),
        ("not a and b", "(and (not a) b)"),
        ("a or b and c", "(or a (and b c))"),
        ("x |> f or y", "(|> x (or f y))"),
        ("x |> f(1) |> g", "(chain x |> (call f 1) |> g)"),
        ("f ~> g", "(~> f g)"),
        ("x in xs and y is T", "(and (in x xs) (is y T))"),
        ("-9223372036854775808", "-9223372036854775808"),
        ("- 5", "(- 5)"),
        ("(1 + 2) * 3", "(* (+ 1 2) 3)"),
        ("~a & b", "(& (~ a) b)"),
    ] {
        assert_eq!(dump(text), tree, "{text}");
    }
}

#[test]
fn postfix_forms() {
    for (text, tree) in [
        ("a.b.c", "(. (. a b) c)"),
        ("a?.b(1)", "(call (?. a b) 1)"),
        ("t.0.1", "(. (. t 0) 1)"),
        ("xs[1]", "([] xs 1)"),
        ("xs[1..2]", "([] xs (.. 1 2))"),
        ("xs?[0]", "(?[] xs 0)"),
        ("f(1, ...d, b: 2, c:)", "(call f 1 ...d b:2 c:c)"),
        ("(e?).f", "(. (? e) f)"),
        ("e?", "(? e)"),
        ("e!.x", "(. (! e) x)"),
        ("(f!)(a)", "(call (! f) a)"),
        ("u with (age: 4, name:)", "(with u age:4 name:name)"),
        ("f[Int](1)", "(call (types f [Int] or Int) 1)"),
        ("xs[i](1)", "(call (types xs [i] or i) 1)"),
        ("xs[i + 1](2)", "(call ([] xs (+ i 1)) 2)"),
        ("Pair[Int, list[String?]](1)", "(call (types Pair [Int list[String?]]) 1)"),
        ("set[Int]()", "(call (types set [Int] or Int))"),
        ("ok(1)", "(call ok 1)"),
        ("f(\n  1,\n  2,\n)", "(call f 1 2)"),
    ] {
        assert_eq!(dump(text), tree, "{text}");
    }
}

#[test]
fn literals() {
    for (text, tree) in [
        ("\"a{x}b\"", "(str \"a\" x \"b\")"),
        ("\"{x:>8.2f}\"", "(str x: Right8.2Fixed)"),
        ("\"{}\"", "\"{}\""),
        ("b\"0aff\"", "b[0a, ff]"),
        ("(1, 2)", "(tuple 1 2)"),
        ("(1, 2,)", "(tuple 1 2)"),
        ("[1, ...xs]", "(list 1 ...xs)"),
        ("[]", "(list)"),
        ("{}", "(map)"),
        ("{1, 2}", "(set 1 2)"),
        ("{\"a\": 1, ...m}", "(map \"a\":1 ...m)"),
        ("{...m}", "(map ...m)"),
        ("{...s, 1}", "(set ...s 1)"),
        ("{(k): 1}", "(map k:1)"),
        (
            "[x * 2 for x in xs if x > 1 if x < 9]",
            "(list-of (* x 2) for x xs if (> x 1) if (< x 9))",
        ),
        ("{x for x in xs}", "(set-of x for x xs)"),
        ("{k: v for (k, v) in m}", "(map-of k:v for (tuple k v) m)"),
        ("fn(x) => x + 1", "(fn (x) {(+ x 1)})"),
        ("fn((k, v), _) => k", "(fn ((tuple k v) _) {k})"),
        ("fn(x: Int) -> Int\n  x\nend", "(fn (x:Int) -> Int {x})"),
        ("null ?? true", "(?? null true)"),
        ("1.5e3", "1500.0"),
    ] {
        assert_eq!(dump(text), tree, "{text}");
    }
}

#[test]
fn lines_go_on() {
    for (text, tree) in [
        ("a\n  .b()\n  ?.c", "(?. (call (. a b)) c)"),
        ("a\n  |> f\n  |> g", "(chain a |> f |> g)"),
        ("a +\n  b", "(+ a b)"),
        ("a\n  + b", "(+ a b)"),
        ("a\n  and b\n  or c", "(or (and a b) c)"),
        ("a\n  | b", "(| a b)"),
        ("f(a\n  - b)", "(call f (- a b))"),
        ("let x =\n  1", "(let x 1)"),
        ("a\n-b", "a\n(- b)"),
        ("a\n(b)", "a\nb"),
        ("a\n[b]", "a\n(list b)"),
    ] {
        assert_eq!(dump(text), tree, "{text}");
    }
}

#[test]
fn blocks_in_brackets() {
    let text = "f(fn(x)\n  let y = x\n  -y\nend, match a\n  1 -> b\n  _ -> c\nend)";
    assert_eq!(dump(text), "(call f (fn (x) {(let y x); (- y)}) (match a 1 {b} _ {c}))");
    assert_eq!(dump("(if a\n  b\nelse\n  c\nend)"), "(if a {b} else {c})");
    assert_eq!(dump("(if a\n  then b\n  else c)"), "(if a {b} else {c})");
    let deep = "\"\"\"\n{if a\n  b\nend}\n\"\"\"";
    assert_eq!(dump(deep), "(str (if a {b}))");
}

#[test]
fn statements() {
    for (text, tree) in [
        ("let mut x: Int = 1", "(let mut x:Int 1)"),
        ("let (a, b) = t", "(let (tuple a b) t)"),
        ("let Some(x) = v else\n  return\nend", "(let (Some x) v else {(return)})"),
        ("let Some(x) = v else return 0", "(let (Some x) v else {(return 0)})"),
        ("x = 1", "(= x 1)"),
        ("x.y[0].1 += 1", "(+= (. ([] (. x y) 0) 1) 1)"),
        ("s ++= \"a\"", "(++= s \"a\")"),
        ("assert a == b, \"no\"", "(assert (== a b) \"no\")"),
        ("assert(a)", "(call assert a)"),
        ("emit x", "(emit x)"),
        ("halt(\"x\")", "(halt \"x\")"),
        ("defer\n  f()\nend", "(defer {(call f)})"),
        ("return", "(return)"),
        ("loop @a\n  break @a 1\nend", "(loop @a {(break @a 1)})"),
        (
            "while let Some(x) = f()\n  continue\nend",
            "(while (let (Some x) (call f)) {(continue)})",
        ),
        (
            "for @o (k, v) in m if k > 1\n  f(k)\nend",
            "(for @o (tuple k v) m if (> k 1) {(call f k)})",
        ),
        ("do\n  1\nend", "(do {1})"),
        ("if a then b else if c then d else e", "(if a {b} c {d} else {e})"),
        ("if a then return\nb", "(if a {(return)})\nb"),
        ("if a\n  if b then c\nelse\n  d\nend", "(if a {(if b {c})} else {d})"),
        ("if let Some(x) = v\n  x\nend", "(if (let (Some x) v) {x})"),
        ("cell f() = 1\nf()", "(cell f () = 1)\n(call f)"),
        ("test = 1", "(= test 1)"),
        ("select(1)", "(call select 1)"),
    ] {
        assert_eq!(dump(text), tree, "{text}");
    }
}

#[test]
fn arms() {
    let text = "match x\n  1 | 2 -> a\n  n: Int if n > 3 ->\n    let b = n\n    b\n  _ -> match y\n    A -> 1\n  end\nend";
    assert_eq!(
        dump(text),
        "(match x (| 1 2) {a} n:Int if (> n 3) {(let b n); b} _ {(match y A {1})})"
    );
    let when = "when\n  a > 1 -> b\n  _ ->\n    c\nend";
    assert_eq!(dump(when), "(when (> a 1) {b} _ {c})");
    let assign = "match x\n  A -> y = 1\n  B -> return\nend";
    assert_eq!(dump(assign), "(match x A {(= y 1)} B {(return)})");
    let pipes = "match x\n  A -> y\n    |> f\n  B -> z\nend";
    assert_eq!(dump(pipes), "(match x A {(|> y f)} B {z})");
}

#[test]
fn patterns() {
    for (pattern, tree) in [
        ("_", "_"),
        ("-1", "-1"),
        ("-1.5", "-1.5"),
        ("\"a\"..=\"z\"", "(..= \"a\" \"z\")"),
        ("1..5", "(.. 1 5)"),
        ("x @ 1..5", "(@ x (.. 1 5))"),
        ("Shape.Circle(r)", "(Shape.Circle r)"),
        ("geo.Shape.Circle(r)", "(geo.Shape.Circle r)"),
        ("Point(x: p, y:, ..)", "(Point x:p y:y ..)"),
        ("Red", "Red"),
        ("ok(v)", "(ok v)"),
        ("err(_)", "(err _)"),
        ("(a, (b, c))", "(tuple a (tuple b c))"),
        ("(a)", "a"),
        ("[a, ...rest, b]", "(list a ...rest b)"),
        ("[...]", "(list ...)"),
        ("[..._, x]", "(list ... x)"),
        ("n: list[Int]?", "n:list[Int]?"),
        ("_: Int | _: String", "(| _:Int _:String)"),
        ("null", "null"),
        ("true", "true"),
        ("-9223372036854775808", "-9223372036854775808"),
    ] {
        assert_eq!(
            dump(&format!("match x\n  {pattern} -> 1\nend")),
            format!("(match x {tree} {{1}})")
        );
    }
}

#[test]
fn types() {
    for (ty, tree) in [
        ("Int", "Int"),
        ("list[Int?]", "list[Int?]"),
        ("map[String, list[T]]", "map[String list[T]]"),
        ("Int | String | Null", "(| Int String Null)"),
        ("T??", "T?"),
        ("(Int, String)", "(Int String)"),
        ("(Int)", "Int"),
        ("fn(Int, T) -> R / {e, Fs}", "(fn (Int T) -> R /{e Fs})"),
        ("fn() -> Null", "(fn () -> Null)"),
        ("shop.Item", "shop.Item"),
        ("(Int | String)?", "(| Int String)?"),
    ] {
        assert_eq!(dump(&format!("type A = {ty}")), format!("(type A {tree})"));
    }
    assert_eq!(dump("x as Int | y"), "(| (as x Int) y)");
    assert_eq!(dump("x is Int ?? y"), dump("x is (Int) ?? y"));
}

#[test]
fn declarations() {
    for (text, tree) in [
        (
            "pub cell f[T: Ord + Eq, U](a: T, b: Int = 1, ...rest: U) -> T / {emit}\n  a\nend",
            "pub (cell f[T:Ord+Eq U] (a:T b:Int=1 ...rest:U) -> T /{emit} {a})",
        ),
        ("cell f() / {}\nend", "(cell f () /{} {})"),
        ("cell f(x: Int) = x", "(cell f (x:Int) = x)"),
        ("cell f(self: P) -> Int =\n  self.x", "(cell f (self:P) -> Int = (. self x))"),
        (
            "record P[T]\n  x: Int = 0 where x > 0\n  y: T\nend",
            "(record P[T] x:Int=0 where (> x 0) y:T)",
        ),
        (
            "enum S[T]\n  A\n  B(Int, T)\n  C(r: Float)\n\n  cell m(self) -> Int = 1\nend",
            "(enum S[T] A (B Int T) (C r:Float) (cell m (self) -> Int = 1))",
        ),
        ("const MAX_N: Int = 3", "(const MAX_N:Int 3)"),
        ("import a.b", "(import a.b)"),
        ("import a.b as c", "(import a.b as c)"),
        ("import a.b: *", "(import a.b *)"),
        ("import a: x, Y as Z,\n  w", "(import a x Y=Z w)"),
        ("@test\ncell f() = 1", "@test (cell f () = 1)"),
        ("@deprecated(\"x\")\npub cell f() = 1", "@deprecated \"x\" pub (cell f () = 1)"),
        ("@strict true\n@doc_mode true\n@deterministic false", ""),
        (
            "cell f() -> Int\n  cell g() = 1\n  g()\nend",
            "(cell f () -> Int {(cell g () = 1); (call g)})",
        ),
    ] {
        assert_eq!(dump(text), tree, "{text}");
    }
}
