//! Tests of name resolution: programs in, HIR and diagnostics out.

use crate::compilation::{CompileInput, CompileOutput, Goal, Part};
use crate::compiler::hir;
use crate::markdown::Form;
use crate::pipeline::compile;
use lumen_base::MemorySystem;
use std::path::PathBuf;

fn resolve_files(files: &[(&str, &str)]) -> CompileOutput {
    let all = files.iter().map(|(path, text)| (PathBuf::from(path), text.as_bytes().to_vec()));
    let system = MemorySystem::with_files(all);
    compile(CompileInput {
        allowed: &[],
        name: files[0].0,
        path: Some(files[0].0),
        source: files[0].1.as_bytes().to_vec(),
        form: Form::Plain,
        part: Part::Program,
        goal: Goal::Names,
        system: &system,
        evaluator: None,
    })
}

fn resolve(source: &str) -> CompileOutput {
    resolve_files(&[("main.lm", source)])
}

/// The HIR of a program without problems.
fn hir(source: &str) -> String {
    let out = resolve(source);
    assert!(out.diagnostics.is_empty(), "{:#?}", out.diagnostics);
    hir::print(out.hir.as_ref().expect("text"), &out.names)
}

fn codes(out: &CompileOutput) -> Vec<String> {
    out.diagnostics.iter().map(|found| found.code.to_string()).collect()
}

#[track_caller]
fn gives(source: &str, wanted: &[&str]) {
    let out = resolve(source);
    assert_eq!(codes(&out), wanted, "{:#?}", out.diagnostics);
}

#[track_caller]
fn message(source: &str) -> String {
    let out = resolve(source);
    let found = out.diagnostics.first().expect("a diagnostic");
    let fix = found.fix.as_ref().map(|fix| fix.message.clone()).unwrap_or_default();
    format!("{} {} {}", found.message, found.help.join(" "), fix)
}

#[test]
fn a_small_program() {
    let text = hir(
        "cell main() -> Null\n  let x = 1\n  let mut y = x + 2 * x\n  y += 3\n  print(x, y)\nend\n",
    );
    let wanted = "cell main() -> Null
  (do
    (let x#0 1)
    (let y#1! (+ x#0 (* 2 x#0)))
    (+= y#1! 3)
    (call @print x#0 y#1!))
";
    assert_eq!(text, wanted);
}

#[test]
fn only_named_builtins_are_loaded() {
    let out = resolve("print(1)\n");
    let hir = out.hir.expect("text");
    let loaded: Vec<&str> = hir
        .cells
        .values()
        .filter(|c| hir.modules[c.module].is_std)
        .map(|c| out.names.resolve(c.name))
        .collect();
    assert_eq!(loaded, ["print"]);
    assert_eq!(out.names.resolve(hir.enums[hir.well_known.result].name), "result");
    assert_eq!(out.names.resolve(hir.records[hir.well_known.failure].name), "Failure");
}

#[test]
fn all_of_std_resolves() {
    let mut source = String::from("cell f(x: Any) -> Null\n");
    for name in
        crate::interface::names().filter(|name| name.chars().all(|c| c.is_lowercase() || c == '_'))
    {
        if !matches!(name, "ok" | "err" | "result") {
            source.push_str(&format!("  x.{name}()\n"));
        }
    }
    source.push_str("end\n");
    let out = resolve(&source);
    assert!(out.diagnostics.is_empty(), "{:#?}", out.diagnostics);
    let hir = out.hir.expect("text");
    for cell in hir.cells.values() {
        assert!(!matches!(cell.body, hir::CellBody::Error), "{}", out.names.resolve(cell.name));
    }
    assert!(hir.builtins.len() > 150, "{}", hir.builtins.len());
}

#[test]
fn scripts_shadowing_and_blocks() {
    let text = hir("let x = 1\nif x > 0\n  let x = 2\n  print(x)\nend\nprint(x)\n");
    assert!(text.starts_with("script main() -> Null"), "{text}");
    assert!(text.contains("(call @print x#1)") && text.ends_with("(call @print x#0))\n"), "{text}");
}

#[test]
fn lambdas_capture_by_twins() {
    let text = hir("let a = 1\nlet f = fn(x) => fn(y) => x + y + a\nprint(f(1)(2))\n");
    assert!(
        text.contains("(fn (a#4<-a#0 x#1) (fn (x#3<-x#1 a#5<-a#4 y#2) (+ + x#3 y#2 a#5)))"),
        "{text}"
    );
}

#[test]
fn nested_cells_are_one_group() {
    let text = hir(
        "cell main() -> Null\n  let k = 2\n  cell even(n: Int) -> Bool = n == 0 or odd(n - k + 1)\n  cell odd(n: Int) -> Bool = n != 0 and even(n - 1)\n  print(even(4))\nend\n",
    );
    assert!(text.contains("(cells even odd k#1<-k#0)"), "{text}");
    assert!(text.contains("(call @print (call (nested even k#1) 4))"), "{text}");
    assert!(
        text.contains("nested even(k#0; n: Int) -> Bool\n  (or (== n#1 0) (call (nested odd k#0)"),
        "{text}"
    );
    assert!(
        text.contains("nested odd(k#0; n: Int) -> Bool\n  (and (!= n#1 0) (call (nested even k#0)"),
        "{text}"
    );
}

#[test]
fn a_nested_cell_inside_a_lambda_uses_the_lambdas_twins() {
    let text = hir(
        "let a = 1\nlet f = fn(x: Int) -> Int\n  cell add(n: Int) -> Int = n + a + x\n  add(x)\nend\nprint(f(1))\n",
    );
    assert!(text.contains("call (nested add"), "{text}");
    assert!(text.contains("nested add(x#0, a#1; n: Int) -> Int\n  (+ + n#2 a#1 x#0)"), "{text}");
}

#[test]
fn pipes_and_composition() {
    let text = hir("let xs = [1, 2]\nprint(xs |> map(fn(x) => x + 1) |> length)\n");
    assert!(text.contains("(call @length (call @map xs#0 (fn (x#1) (+ x#1 1))))"), "{text}");
    let text = hir("let f = trim ~> upper\nprint(f(\" a \"))\n");
    assert!(text.contains("(fn (#0) (call @upper (call @trim #0)))"), "{text}");
    let text = hir("let fs = [fn(x: Int) => x]\nlet f = fs[0] ~> fs[0]\nprint(f(1))\n");
    assert!(text.contains("(let #2 ([] fs#1 0))") || text.contains("(let #"), "{text}");
    let text = hir(
        "cell f(a: Int, b: Int) -> result[Int, String] = ok(a + b)\ncell g() -> result[Int, String]\n  ok(1 |> f(2)?)\nend\n",
    );
    assert!(text.contains("(call result.ok (? (call f 1 2)))"), "{text}");
}

#[test]
fn comprehensions_bind_their_pattern() {
    let text = hir("let xs = [1]\nprint({x: x + 1 for x in xs if x > 0})\n");
    assert!(text.contains("(map-of x#1 (+ x#1 1) for x#1 in xs#0 if (> x#1 0))"), "{text}");
}

#[test]
fn long_chains_stay_shallow() {
    let sum = format!("print({})\n", vec!["1"; 20_000].join(" + "));
    assert!(hir(&sum).contains("1 1 1"));
    let pipes = format!("cell id(n: Int) -> Int = n\nprint(1{})\n", " |> id".repeat(5_000));
    assert!(hir(&pipes).contains("(let #"));
}

#[test]
fn when_else_if_and_loops() {
    let text = hir("let n = 3\nlet s = when\n  n > 10 -> 1\n  _ -> 2\nend\nprint(s)\n");
    assert!(
        text.contains("(if\n        (> n#0 10) => 1\n        else => 2)")
            || text.contains("else => 2"),
        "{text}"
    );
    let text = hir("for @a x in 0..3\n  for y in 0..x if y > 1\n    break @a\n  end\nend\n");
    assert!(
        text.contains("(for @1 y#1 in (.. 0 x#0) if (> y#1 1)") && text.contains("(break @0)"),
        "{text}"
    );
}

#[test]
fn patterns_resolve() {
    let text = hir(
        "enum Shape\n  Circle(radius: Float)\n  Square(side: Float)\n  Dot\nend\nrecord Point\n  x: Int\n  y: Int\nend\ncell f(s: Shape) -> Float\n  match s\n    Circle(r) | Square(r) -> r\n    Shape.Dot -> 0.0\n  end\nend\ncell g(p: Point) -> Int\n  match p\n    Point(x: 0, ..) -> 1\n    Point(x:, y: n) if n > x -> n\n    _ -> 0\n  end\nend\n",
    );
    assert!(text.contains("Shape.Circle(r#1) | Shape.Square(r#1) => r#1"), "{text}");
    assert!(text.contains("Shape.Dot => 0.0"), "{text}");
    assert!(text.contains("Point(x: 0, ..) => 1"), "{text}");
    assert!(text.contains("Point(x: x#1, y: n#2) if (> n#2 x#1) => n#2"), "{text}");
    let text = hir("match [1, 2]\n  [a, ...rest, b] -> print(a, rest, b)\n  _ -> print(0)\nend\n");
    assert!(text.contains("[a#0, ...rest#1, b#2]"), "{text}");
}

#[test]
fn methods_and_overloads() {
    let text = hir(
        "record A\n  x: Int\nend\nrecord B\n  x: Int\nend\ncell area(self: A) -> Int = self.x\ncell area(self: B) -> Int = self.x\ncell size(self: A) -> Int = 1\nprint(area(A(x: 1)), A(1).area(), size([1]))\n",
    );
    assert!(text.contains("(call @area (call A x=1))"), "{text}");
    assert!(text.contains("(.area (call A 1))"), "{text}");
    assert!(text.contains("(call @size (list 1))"), "{text}");
}

#[test]
fn records_with_defaults_and_conditions() {
    let text = hir("record P\n  lo: Int = 0\n  hi: Int where hi >= lo\nend\nprint(P(hi: 1))\n");
    assert!(text.contains("default lo() -> Int\n  0"), "{text}");
    assert!(text.contains("where hi(lo: Int, hi: Int) -> Bool / {}\n  (>= hi#1 lo#0)"), "{text}");
    let text = hir("cell f(a: Int, b: Int = a + 1) -> Int = a + b\nprint(f(1))\n");
    assert!(text.contains("default b(a: Int) -> Int\n  (+ a#0 1)"), "{text}");
}

#[test]
fn rows_and_generics() {
    let text = hir(
        "cell apply[T](f: fn(T) -> T / {e}, x: T) -> T / {e} = f(x)\ncell roll() -> Int / {random} = random_int(1, 6)\n",
    );
    assert!(text.contains("cell apply[T, e](f: fn(T) -> T / {e}, x: T) -> T / {e}"), "{text}");
    assert!(text.contains("cell roll() -> Int / {random}"), "{text}");
}

#[test]
fn defers_and_interpolation() {
    let text = hir("let x = 1.5\ndefer\n  print(x)\nend\nprint(\"a{x:.2}b{x}\")\n");
    assert!(text.contains("(defer (fn (x#1<-x#0) (call @print x#1)))"), "{text}");
    assert!(text.contains("(interp \"a\" x#0:None/Some(2)/None \"b\" x#0)"), "{text}");
}

#[test]
fn every_error_has_its_code() {
    gives("print(totl)\n", &["E0301"]);
    gives("let x: Shap = 1\n", &["E0302"]);
    gives("cell f() -> Int = 1\ncell f() -> Int = 2\n", &["E0303"]);
    gives("enum A\n  X\nend\nrecord X\n  a: Int\nend\n", &["E0303"]);
    gives("import no.such: thing\nprint(thing)\n", &["E0304"]);
    gives("import std.list: no_such\n", &["E0306"]);
    gives("let mut s = 0\nlet f = fn(x: Int) => do\n  s += x\nend\n", &["E0308"]);
    gives("const N: Int = 1\nN = 2\n", &["E0309"]);
    gives("if 1 < 2\n  break\nend\n", &["E0310"]);
    gives("for @a x in [1]\n  continue @b\nend\n", &["E0311"]);
    gives(
        "enum S\n  A(x: Int)\n  B\nend\ncell f(s: S) -> Int\n  match s\n    A(x) | B -> 1\n  end\nend\n",
        &["E0312"],
    );
    gives("cell f(a: Int, a: Int) -> Int = a\n", &["E0313"]);
    gives("let (a, a) = (1, 2)\n", &["E0313"]);
    gives("enum C\n  Red\nend\nprint(C.Blue)\n", &["E0314"]);
    gives("match 1\n  Blue -> 1\n  _ -> 2\nend\n", &["E0314"]);
    gives("record P\n  x: Int\nend\nprint(P.x)\n", &["E0315"]);
    gives("cell f(xs: list[Int, Int]) -> Int = 1\n", &["E0316"]);
    gives("type T = list[T]\n", &["E0317"]);
    gives("type T = list[U]\ntype U = T?\n", &["E0317"]);
    gives("defer\n  return\nend\n", &["E0319"]);
    gives("for x in [1]\n  defer\n    break\n  end\nend\n", &["E0319"]);
    gives("print(1)\ncell main() -> Null\n  print(2)\nend\n", &["E0320"]);
    gives("cell main(n: Int) -> Null\n  print(n)\nend\n", &["E0321"]);
    gives("cell f() -> Int / {rndom} = 1\n", &["E0322"]);
    gives("cell f[T: Sortable](x: T) -> T = x\n", &["E0323"]);
    gives("const A: Int = B\nconst B: Int = A\n", &["E0324", "E0324"]);
    gives("const A: Int = f()\ncell f() -> Int = A\n", &["E0324"]);
    gives("cell f(self) -> Int = 1\n", &["E0325"]);
    gives("cell f(x: Int) -> Int / {state} = 1\n", &["E0299"]);
}

#[test]
fn every_warning_has_its_code() {
    gives("let x = 1\nx = 2\nx = 3\nprint(x)\n", &["W0301"]);
    gives("cell upper(s: String) -> String = s\n", &["W0302"]);
    gives("let mut i = 0\nwhile i < 3\n  let i = i + 1\n  print(i)\nend\n", &["W0303"]);
    gives("let mut r = 1\ncell f() -> Int = r\nr = 2\nprint(f(), r)\n", &["E0301"]);
    gives(
        "cell main() -> Null\n  let mut r = 1\n  cell f() -> Int = r\n  r = 2\n  print(f(), r)\nend\n",
        &["W0304"],
    );
    gives("import std.list: sort\n", &["W0305"]);
    gives("@deprecated(\"use g\")\ncell f() -> Int = 1\nprint(f())\n", &["W0307"]);
    gives("let n = 1\nprint(when\n  _ -> 1\n  n > 1 -> 2\nend)\n", &["W0306"]);
}

#[test]
fn the_mut_fix_is_machine_applicable() {
    let out = resolve("let x = 1\nx = 2\nprint(x)\n");
    let fix = out.diagnostics[0].fix.as_ref().expect("a fix");
    assert_eq!(fix.applicability, lumen_base::Applicability::Machine);
    assert_eq!((fix.edits[0].0.span.lo, fix.edits[0].1.as_str()), (4, "mut "));
}

#[test]
fn suggestions() {
    assert!(message("let total = 1\nprint(totl)\n").contains("did you mean `total`?"));
    assert!(message("print(lenght([1]))\n").contains("did you mean `length`?"));
    assert!(message("cell f(x: Stirng) -> Int = 1\n").contains("did you mean `String`?"));
    assert!(message("enum C\n  Red\nend\nprint(C.red)\n").contains("did you mean `Red`?"));
    assert!(message("let y: i64 = 1\n").contains("Lumen calls it `Int`"));
    assert!(message("print(levenshtein(1, 2))\n").contains("import std.text: levenshtein"));
    assert!(message("print(hypot(1.0, 2.0))\n").contains("import std.math: hypot"));
    assert!(message("import std.math: gcd\nprint(gcd(4, 6))\n").contains("it is a builtin"));
}

#[test]
fn doc_mode_warns() {
    let out = resolve("@doc_mode true\nprint(nothing)\n");
    assert_eq!(codes(&out), ["E0301"]);
    assert!(!out.has_errors());
}

#[test]
fn imports_over_files() {
    let out = resolve_files(&[
        (
            "app/main.lm",
            "import lib.shapes: area, Shape as S, *\nimport lib.shapes\nprint(area(S.Dot), shapes.unit(), Circle(1.0))\n",
        ),
        (
            "app/lib/shapes.lm",
            "pub enum Shape\n  Circle(r: Float)\n  Dot\nend\npub cell area(s: Shape) -> Float = 0.0\npub cell unit() -> Shape = Dot\n",
        ),
    ]);
    // `import a: x, *` is not a form; a star import stands alone.
    assert!(out.hir.is_some());
    let out = resolve_files(&[
        (
            "app/main.lm",
            "import lib.shapes: area, Shape as S\nimport lib.shapes\nprint(area(S.Dot), shapes.unit(), Circle(1.0))\n",
        ),
        (
            "app/lib/shapes/mod.lm",
            "pub enum Shape\n  Circle(r: Float)\n  Dot\nend\npub cell area(s: Shape) -> Float = 0.0\npub cell unit() -> Shape = Dot\n",
        ),
    ]);
    assert!(out.diagnostics.is_empty(), "{:#?}", out.diagnostics);
    let text = hir::print(out.hir.as_ref().expect("text"), &out.names);
    assert!(
        text.contains("(call @print (call area Shape.Dot) (call unit) (call Shape.Circle 1.0))"),
        "{text}"
    );
}

#[test]
fn what_imports_reject() {
    let lib = ("lib.lm", "pub cell open() -> Int = 1\ncell hidden() -> Int = 2\n");
    let check = |source: &str| codes(&resolve_files(&[("main.lm", source), lib]));
    assert_eq!(check("import lib: hidden\nprint(hidden())\n"), ["E0307"]);
    assert_eq!(check("import lib\nprint(lib.hidden())\n"), ["E0307"]);
    assert_eq!(check("import lib: opne\nprint(opne())\n"), ["E0306"]);
    assert_eq!(check("import lib: open\ncell open() -> Int = 3\nprint(open())\n"), ["E0303"]);
    assert_eq!(check("import lib: *\nprint(open())\n"), Vec::<String>::new());
    assert_eq!(check("import lib: *\nprint(hidden())\n"), ["E0301"]);
    let cycle = resolve_files(&[
        ("main.lm", "import a: f\nprint(f())\n"),
        ("a.lm", "import b: g\npub cell f() -> Int = g()\n"),
        ("b.lm", "import a: f\npub cell g() -> Int = f()\n"),
    ]);
    assert_eq!(codes(&cycle), ["E0305"]);
    assert!(
        cycle.diagnostics[0].notes[0].contains("a -> b -> a"),
        "{:?}",
        cycle.diagnostics[0].notes
    );
}

#[test]
fn syntax_errors_hide_what_may_follow_from_them() {
    let out = resolve("agent Named\n  cell name(self) -> String\nend\nprint(nothing)\n");
    assert_eq!(codes(&out), ["E0299"]);
}

/// The first fence of a page with this info string.
fn fence<'p>(page: &'p str, info: &str) -> Option<&'p str> {
    let start = page.find(&format!("```{info}\n"))? + info.len() + 4;
    let end = page[start..].find("```")?;
    Some(&page[start..start + end])
}

#[test]
fn pages_show_what_they_explain() {
    for code in lumen_base::Code::all() {
        let text = code.as_str();
        let info = match text.get(..3) {
            Some("E03") => format!("lumen fails {text}"),
            Some("W03") => format!("lumen warns {text}"),
            _ => continue,
        };
        match fence(code.page(), &info) {
            Some(example) => {
                let mut found = codes(&resolve(example));
                found.dedup();
                assert_eq!(found, [text], "{example}");
            }
            // Only a second file could show these, or only running the program.
            None => assert!(
                matches!(text, "E0305" | "E0307" | "E0326" | "E0347"),
                "{text} has no example"
            ),
        }
    }
}
