//! Everyday tools through the command: a new project, its tests, and what their failures say.

use crate::world::{Folder, exits, lumen_in, stdout};
use std::path::Path;

/// What it wrote to standard output, having ended with this code.
#[track_caller]
fn told(code: i32, folder: &Path, args: &[&str]) -> String {
    let output = lumen_in(folder, args, "");
    exits(code, &output);
    stdout(&output)
}

#[test]
fn a_new_project_runs_and_passes_its_tests() {
    let folder = Folder::new("tools-init", &[]);
    let made = told(0, &folder.0, &["init", "deep/inside/first"]);
    assert_eq!(made.lines().count(), 3, "{made}");
    let project = folder.0.join("deep/inside/first");
    assert_eq!(told(0, &project, &["run", "main.lm.md"]), "Hello, world!\n");
    assert_eq!(told(0, &project, &["test"]), "3 passed, 0 failed\n");
    assert_eq!(told(0, &project, &["fmt", "--check", "."]), "");
    let output = lumen_in(&project, &["check", "main.lm.md"], "");
    assert!(output.status.success() && output.stderr.is_empty(), "{output:?}");
    let title = std::fs::read_to_string(project.join("README.md")).expect("it is written");
    assert!(title.starts_with("# first\n"), "{title}");
}

#[test]
fn init_overwrites_nothing() {
    let folder = Folder::new("tools-init-there", &[]);
    folder.write(".gitignore", "mine\n");
    told(2, &folder.0, &["init"]);
    assert!(!folder.0.join("main.lm.md").exists() && !folder.0.join("README.md").exists());
    assert_eq!(std::fs::read_to_string(folder.0.join(".gitignore")).expect("it stays"), "mine\n");
}

/// A document with a program, two doc tests and two test cells.
const TESTED: &str = "```lumen\ncell two() -> Int = 2\n\n@test\ncell doubles()\n  assert_eq(two() * 2, 4)\nend\n\n\
    @test\ncell halves()\n  assert_eq(two() / 2, 1)\nend\n```\n\n\
    ## Twice\n\n```lumen run\nprint(two() * 2)\n```\n\n```output\n4\n```\n";

#[test]
fn folders_are_tested_and_filtered() {
    let folder = Folder::new("tools-filter", &[]);
    folder.write("a.lm.md", TESTED);
    folder.write("below/b.lm.md", &TESTED.replace("* 2, 4", "* 2, 5"));
    let all = told(1, &folder.0, &["test"]);
    assert!(
        all.ends_with("7 passed, 1 failed\n") && all.contains("below/b.lm.md doubles"),
        "{all}"
    );
    let some = told(0, &folder.0, &["test", "--filter", "halves", "a.lm.md", "below"]);
    assert_eq!(some, "2 passed, 0 failed, 6 left out by --filter halves\n");
    let doc = told(0, &folder.0, &["test", "a.lm.md", "--filter", "Twice"]);
    assert_eq!(doc, "1 passed, 0 failed, 3 left out by --filter Twice\n");
    let none = told(2, &folder.0, &["test", "--filter", "nowhere"]);
    assert_eq!(none, "0 passed, 0 failed, 8 left out by --filter nowhere\n");
}

/// What `assert_eq(ACTUAL, EXPECTED)` says about the place where they differ.
#[track_caller]
fn place(declarations: &str, actual: &str, expected: &str) -> String {
    let folder = Folder::new(&format!("place-{}", std::panic::Location::caller().line()), &[]);
    let cell = format!("cell differs()\n  assert_eq({actual}, {expected})\nend");
    folder.write("a.lm.md", &format!("```lumen\n{declarations}\n\n@test\n{cell}\n```\n"));
    let text = told(1, &folder.0, &["test", "a.lm.md"]);
    assert!(text.contains("R1006") && !text.contains("disagree"), "{text}");
    let notes: Vec<&str> =
        text.lines().filter_map(|line| line.trim().strip_prefix("= note: ")).collect();
    notes.join("\n")
}

#[test]
fn failed_assertions_say_where_the_values_differ() {
    let orders = "record Item\n  name: String\n  price: Float\nend\n\
        record Order\n  id: Int\n  items: list[Item]\nend\n\
        cell order(price: Float) -> Order =\n  \
        Order(1, [Item(\"a\", 1.0), Item(\"b\", 2.0), Item(\"c\", price)])";
    assert_eq!(place(orders, "order(1.5)", "order(2.0)"), ".items[2].price: 1.5 is not 2.0");
    assert_eq!(place(orders, "[order(1.5)]", "[order(2.0)]"), "[0].items[2].price: 1.5 is not 2.0");
    assert_eq!(place("", "[1, 2, 3]", "[1, 2]"), "the length is 3, not 2");
    assert_eq!(place("", "(1, [[4], []])", "(1, [[4], [5]])"), ".1[1]: the length is 0, not 1");
    assert_eq!(
        place("", "{\"a\": [1], \"b c\": [2]}", "{\"a\": [1], \"b c\": [3]}"),
        "[\"b c\"][0]: 2 is not 3"
    );
    assert_eq!(place("", "{\"a\": 1}", "{\"b\": 1}"), "the key \"a\" is not expected");
    assert_eq!(place("", "{1: {2: 3}}", "{1: {2: 3, 4: 5}}"), "[1]: the key 4 is missing");
    assert_eq!(
        place("", "[[1, 2].to_set()]", "[[1].to_set()]"),
        "[0]: the element 2 is not expected"
    );
    let shapes = "enum Shape\n  Round(radius: Float)\n  Flat\nend";
    assert_eq!(place(shapes, "[Round(1.0)]", "[Round(2.0)]"), "[0].radius: 1.0 is not 2.0");
    assert_eq!(place(shapes, "[Flat]", "[Round(2.0)]"), "[0]: Flat is not Round(2.0)");
    let chain = "enum Chain\n  Link(head: Int, tail: Chain)\n  Nil\nend\n\
        cell chain(last: Chain) -> Chain\n  let mut all = last\n  for i in 0..1000\n    all = Link(i, all)\n  end\n  all\nend";
    let deep = place(chain, "chain(Nil)", "chain(Link(7, Nil))");
    assert!(
        deep.len() < 500 && deep.ends_with(".tail: the values differ further inside"),
        "{deep}"
    );
    // The message says all there is to say.
    assert_eq!(place("", "1", "2"), "");
    assert_eq!(place("", "\"a\"", "\"b\""), "");
}

#[test]
fn builtins_are_documented_and_listed() {
    let here = Path::new(".");
    let slice = told(0, here, &["doc", "take_while"]);
    assert!(slice.contains("std/list.lm.md") && slice.contains("cell take_while[T]"), "{slice}");
    let all = told(0, here, &["doc", "builtins"]);
    let (_, lists) = all.split_once("\n# list\n").expect("lists have builtins");
    let lists = lists.split("\n# ").next().expect("a part");
    assert!(lists.contains("\nlength[T](xs: list[T]) -> Int\n"), "{lists}");
    assert!(!lists.contains("String) -> Int\n"), "{lists}");
    told(2, here, &["doc", "no_such_builtin"]);
    told(2, here, &["doc"]);
    told(2, here, &["doc", "map", "--search", "map"]);
}

#[test]
fn builtins_are_found_by_name_and_shape() {
    let here = Path::new(".");
    let found = |query: &str| told(0, here, &["doc", "--search", query]);
    let named = found("WHILE");
    assert!(named.lines().all(|line| line.contains("while")), "{named}");
    assert!(named.contains("take_while[T]") && named.contains("drop_while[T]"), "{named}");
    // Neither the names of variables nor the order of parameters matter.
    let lengths = found("list[X] -> Int");
    assert!(lengths.contains("length[T]") && lengths.contains("std/list.lm.md"), "{lengths}");
    assert!(!lengths.contains("list[Int]") && !lengths.contains("index_of"), "{lengths}");
    let gets = found("Int, list[E] -> E?");
    assert!(gets.contains("get[T](xs: list[T], i: Int) -> T?"), "{gets}");
    assert_eq!(gets, found("list[A], Int -> A?"));
    // A variable that comes twice is not two.
    assert!(found("list[A], fn(A) -> B -> list[B]").contains("map["));
    told(1, here, &["doc", "--search", "list[A], fn(A) -> A -> list[A]"]);
    told(1, here, &["doc", "--search", "quaternion"]);
    told(1, here, &["doc", "--search", "Quaternion -> Int"]);
    for odd in [
        "list[ -> Int",
        "->",
        "Int -> ",
        "Int) -> Int",
        "A) -> fn(A -> B",
        "A -> B\ncell f() = 1",
        "A -> {",
    ] {
        told(2, here, &["doc", "--search", odd]);
    }
}

#[test]
fn documents_show_what_they_declare_for_others() {
    let folder = Folder::new("tools-doc", &[]);
    folder.write(
        "a.lm.md",
        "# Shapes\n\nThe area of a square.\n\n```lumen\npub cell area(side: Int) -> Int = side * side\n```\n\n\
         ```lumen\ncell hidden() -> Int = 1\n\npub record Dot\n  x: Int\nend\n```\n",
    );
    let text = told(0, &folder.0, &["doc", "a.lm.md"]);
    assert!(text.contains("cell area(side: Int) -> Int\n"), "{text}");
    assert!(text.contains("The area of a square.") && text.contains("x: Int"), "{text}");
    assert!(!text.contains("side * side") && !text.contains("hidden"), "{text}");
    folder.write("b.lm", "cell f() -> Int = 1\n");
    told(1, &folder.0, &["doc", "b.lm"]);
}
