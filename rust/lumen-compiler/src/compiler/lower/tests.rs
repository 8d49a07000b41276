//! Tests of lowering through source text: every program is verified; some are read for what must not be in them.

use crate::compilation::{CompileInput, Goal, Part};
use crate::markdown::Form;
use crate::pipeline::compile;
use lumen_base::MemorySystem;
use lumen_lir::{Module, Op};

/// The module of a program, not optimised by the passes of LIR.
#[track_caller]
fn module(source: &str) -> Module {
    let system = MemorySystem::default();
    let out = compile(CompileInput {
        allowed: &[],
        name: "main.lm",
        path: Some("main.lm"),
        source: source.as_bytes().to_vec(),
        form: Form::Plain,
        part: Part::Program,
        goal: Goal::Lir,
        system: &system,
        evaluator: None,
    });
    assert!(!out.has_errors(), "{:#?}", out.diagnostics);
    out.module.expect("a module").get().clone()
}

/// The code of a cell as text.
#[track_caller]
fn cell(source: &str, name: &str) -> String {
    let module = module(source);
    let at = module.cells.iter().position(|c| c.name == name && c.closure.is_none());
    lumen_lir::text::cell_to_string(&module, at.expect("the cell is there"))
}

/// How often each mnemonic occurs in a cell.
#[track_caller]
fn count(source: &str, name: &str, ops: &[Op]) -> usize {
    let module = module(source);
    let cell = module
        .cells
        .iter()
        .find(|c| c.name == name && c.closure.is_none())
        .expect("the cell is there");
    let mut n = 0;
    let mut pc = 0;
    while let Some(op) = cell.code.get(pc).and_then(|w| lumen_lir::op(*w)) {
        n += usize::from(ops.contains(&op));
        pc += op.words();
    }
    n
}

const COUNTING: &[Op] = &[Op::Dup, Op::DupM, Op::DupD, Op::Drop, Op::DropM, Op::DropD];

#[test]
fn reading_a_tree_counts_nothing() {
    let source = "enum Tree\n  Leaf\n  Node(left: Tree, value: Int, right: Tree)\nend\n\
        cell sum(t: Tree) -> Int\n  match t\n    Leaf -> 0\n    Node(l, v, r) -> sum(l) + v + sum(r)\n  end\nend\n\
        cell main() -> Int = sum(Node(Leaf, 1, Leaf))\n";
    assert_eq!(count(source, "sum", COUNTING), 0, "{}", cell(source, "sum"));
}

#[test]
fn rebuilding_a_list_takes_it_apart() {
    let source = "enum Chain\n  Empty\n  Link(head: Int, rest: Chain)\nend\n\
        cell turn(c: Chain, done: Chain) -> Chain\n  match c\n    Empty -> done\n    Link(h, t) -> turn(t, Link(h, done))\n  end\nend\n\
        cell main() -> Int\n  match turn(Link(1, Empty), Empty)\n    Link(h, _) -> h\n    Empty -> 0\n  end\nend\n";
    assert_eq!(count(source, "turn", COUNTING), 0, "{}", cell(source, "turn"));
    assert_eq!(count(source, "turn", &[Op::Unpack, Op::Loop]), 2);
}

#[test]
fn appending_in_a_loop_is_in_place() {
    let source = "cell fill(n: Int) -> list[Int]\n  let mut xs: list[Int] = []\n  for i in 0..n\n    xs = xs.append(i)\n  end\n  xs\nend\n\
        cell main() -> Int\n  let f = fill\n  f(3).length()\nend\n";
    assert_eq!(count(source, "fill", COUNTING), 0, "{}", cell(source, "fill"));
}

#[test]
fn nested_updates_are_chains_of_loans() {
    let source = "record P\n  xs: list[Int]\nend\n\
        cell change(n: Int) -> Int\n  let mut ps = [P(xs: [1, 2]), P(xs: [3])]\n  ps[0].xs[1] += n\n  ps[0].xs[1]\nend\n\
        cell main() -> Int\n  let f = change\n  f(4)\nend\n";
    assert_eq!(count(source, "change", &[Op::Uniq]), 1);
    assert_eq!(
        count(source, "change", &[Op::Dup, Op::ListSetR, Op::FldSetR]),
        0,
        "{}",
        cell(source, "change")
    );
}

#[test]
fn a_known_lambda_costs_no_call() {
    let source = "cell total(xs: list[Int], k: Int) -> Int = xs.map(fn(x) => x * k).fold(0, fn(a, x) => a + x)\n\
        cell main() -> Int\n  let f = total\n  f([1, 2, 3], 4)\nend\n";
    let calls = &[Op::Call, Op::CallC, Op::New];
    assert_eq!(count(source, "total", calls), 0, "{}", cell(source, "total"));
}

#[test]
fn ways_out_of_loops_drop_what_is_theirs() {
    module(
        "cell find(xs: list[String], key: String) -> String?\n  for @outer x in xs\n    let both = x ++ key\n    for c in both\n      if c == key\n        return both\n      end\n      if c == \"-\"\n        continue @outer\n      end\n      if c == \"!\"\n        break @outer\n      end\n    end\n    let more = both ++ x\n    if more.length() > 9\n      break\n    end\n  end\n  null\nend\n\
         cell main() -> Null\n  print(find([\"a\", \"b\"], \"b\") ?? \"none\")\nend\n",
    );
}

#[test]
fn conditions_keep_what_one_side_uses() {
    module(
        "cell pick(a: String, b: String) -> Bool\n  let s = a ++ b\n  let t = b ++ a\n  if s == \"x\" and (t == \"y\" or s.length() > 3)\n    return true\n  end\n  while s != \"\" and t != \"\"\n    return t == \"z\"\n  end\n  false\nend\n\
         cell main() -> Null\n  print(pick(\"a\", \"b\"))\nend\n",
    );
}

#[test]
fn arms_that_several_ways_lead_to_are_made_once() {
    let source = "enum E\n  A(x: String)\n  B(x: String)\n  C\nend\n\
        cell name(e: E, f: E) -> String\n  match (e, f)\n    (A(s), _) | (_, B(s)) -> \"first \" ++ s ++ s ++ s\n    (B(s), C) if s.length() > 1 -> s\n    _ -> \"other\"\n  end\nend\n\
        cell main() -> Null\n  let f = name\n  print(f(A(\"q\"), C), f(C, B(\"r\")))\nend\n";
    assert_eq!(cell(source, "name").matches("\"first \"").count(), 1, "{}", cell(source, "name"));
}

#[test]
fn defers_and_failures_verify() {
    module(
        "cell work(n: Int) -> Int\n  let name = \"n{n}\"\n  defer\n    print(\"left {name}\")\n  end\n  for i in 0..n\n    defer\n      print(\"round {i} {name}\")\n    end\n    if i == 2\n      break\n    end\n    if i == 1\n      continue\n    end\n  end\n  if n > 5\n    return 1\n  end\n  let xs = [n]\n  xs[n]\nend\n\
         cell main() -> Null\n  print(attempt(fn() => work(3)))\n  print(attempt(fn() => work(0)))\nend\n",
    );
}

#[test]
fn a_sum_of_many_terms_needs_no_depth() {
    let mut source = String::from("cell sum(a: Int) -> Int = a");
    for _ in 0..100_000 {
        source.push_str(" + a");
    }
    source.push_str("\ncell main() -> Int = sum(1)\n");
    assert_eq!(count(&source, "sum", &[Op::Add, Op::AddI]), 100_000);
}

#[test]
fn endless_instances_are_an_error() {
    let source = "cell grow[T](x: T, n: Int) -> Int\n  if n == 0\n    return 0\n  end\n  grow([x], n - 1) + 1\nend\n\
        cell main() -> Int = grow(1, 3)\n";
    let system = MemorySystem::default();
    let out = compile(CompileInput {
        allowed: &[],
        name: "main.lm",
        path: Some("main.lm"),
        source: source.as_bytes().to_vec(),
        form: Form::Plain,
        part: Part::Program,
        goal: Goal::Run,
        system: &system,
        evaluator: None,
    });
    let codes: Vec<String> = out.diagnostics.iter().map(|d| d.code.to_string()).collect();
    assert_eq!(codes, ["E0298"]);
}
