//! Traits over several files: what is seen where, and who may implement what.

use crate::world::{Folder, exits, lumen_in, stderr, stdout};
use std::process::Output;

const SHAPES: &str = "
pub trait Shape
  cell area(self) -> Float
  cell label(self) -> String = \"a shape of {self.area()}\"
end

trait Hidden
  cell hidden(self) -> Int
end

pub record Square
  side: Float
end

impl Shape for Square
  cell area(self) -> Float = self.side * self.side
end

impl Hidden for Square
  cell hidden(self) -> Int = 42
end

impl Show for Square
  cell show(self) -> String = \"#{self.side}\"
end

pub cell shown(s: Square) -> Int = s.hidden()
";

/// Runs `main.lm` beside `shapes.lm`.
fn with_shapes(name: &str, main: &str) -> Output {
    let folder = Folder::new(name, &[("shapes.lm", SHAPES), ("main.lm", main)]);
    lumen_in(&folder.0, &["run", "main.lm"], "")
}

#[track_caller]
fn prints(name: &str, main: &str, wanted: &str) {
    let output = with_shapes(name, main);
    exits(0, &output);
    assert_eq!(stdout(&output), wanted);
    assert_eq!(stderr(&output), "");
}

#[track_caller]
fn is_rejected(name: &str, main: &str, code: &str) {
    let output = with_shapes(name, main);
    exits(3, &output);
    assert!(stderr(&output).contains(code), "{}", stderr(&output));
}

#[test]
fn methods_come_with_anything_of_the_module() {
    let main = "import shapes: Square\nprint(Square(2.0).area(), Square(3.0).label(), Square(1.0))";
    prints("traits-name", main, "4.0 a shape of 9.0 #1.0\n");
    let main = "import shapes\nlet s = shapes.Square(2.0)\nprint(s.area(), shapes.shown(s), shapes.Shape.area(s))";
    prints("traits-module", main, "4.0 42 4.0\n");
    let main = "import shapes: *\nprint(area(Square(1.0)), map([Square(1.0)], area))";
    prints("traits-star", main, "1.0 [1.0]\n");
}

#[test]
fn a_trait_is_implemented_where_the_type_is() {
    let main = "import shapes: Shape, Square\nrecord Dot\n  x: Int\nend\nimpl Shape for Dot\n  cell area(self) -> Float = 0.5\nend\ncell total[T: Shape](xs: list[T]) -> Float = sum([area(x) for x in xs])\nprint(total([Dot(1), Dot(2)]), total([Square(2.0)]), Dot(1).label())";
    prints("traits-local", main, "1.0 4.0 a shape of 0.5\n");
}

#[test]
fn an_imported_trait_is_used_by_its_methods() {
    let main = "import shapes: Shape, shown, Square as S\nprint(S(1.0).area(), shown(S(1.0)))";
    prints("traits-used", main, "1.0 42\n");
}

#[test]
fn what_is_private_or_foreign_is_rejected() {
    is_rejected("traits-hidden", "import shapes: Square\nprint(Square(1.0).hidden())", "E0421");
    is_rejected("traits-private", "import shapes: Hidden\nprint(1)", "E0307");
    let foreign = "import shapes: Shape\nimpl Shape for list[Int]\n  cell area(self) -> Float = 1.0\nend\nprint(1)";
    is_rejected("traits-foreign", foreign, "E0460");
    let twice = "import shapes: Shape, Square\nimpl Shape for Square\n  cell area(self) -> Float = 1.0\nend\nprint(1)";
    is_rejected("traits-twice", twice, "E0461");
    let show = "import shapes: Square\nimpl Ord for Square\n  cell compare(self, other: Self) -> Int = 0\nend\nprint(1)";
    is_rejected("traits-ord", show, "E0460");
}
