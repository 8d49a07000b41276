//! Packages of several folders: where an import finds its file, and what the cache and other commands make of it.

use crate::world::{Folder, exits, lumen_in, stderr, stdout};

const MAIN: &str =
    "import shop.cart: total\nimport shop.money: cents\nprint(total(3), cents(199))\n";
const CART: &str =
    "import shop.money: cents\npub cell total(n: Int) -> String / {} = cents(n * 250)\n";
const MONEY: &str = "pub cell cents(n: Int) -> String / {} = \"{n / 100}.{n % 100:02}\"\n";

/// A file deep in a package imports by the names that its main file would use, wherever the command starts.
#[test]
fn a_package_is_looked_through() {
    for at in ["src/", ""] {
        let inside = |path: &str| format!("p/{at}{path}");
        let files = [
            ("p/lumen.toml".to_owned(), ""),
            ("p/tests/t.lm".to_owned(), MAIN),
            (inside("main.lm"), MAIN),
            (inside("shop/cart.lm"), CART),
            (inside("shop/money.lm"), MONEY),
        ];
        let files = files.each_ref().map(|(path, text)| (path.as_str(), *text));
        let folder = Folder::new(&format!("package-{}", at.len()), &files);
        let main = format!("p/{at}main.lm");
        let inner = format!("{at}shop/cart.lm");
        for (start, file) in [(folder.0.clone(), main.as_str()), (folder.0.join("p"), &main[2..])] {
            let output = lumen_in(&start, &["run", file], "");
            exits(0, &output);
            assert_eq!(stdout(&output), "7.50 1.99\n");
        }
        exits(0, &lumen_in(&folder.0.join("p"), &["check", &inner], ""));
        let output = lumen_in(&folder.0, &["run", "p/tests/t.lm"], "");
        exits(0, &output);
        assert_eq!(stdout(&output), "7.50 1.99\n");
    }
}

/// A type that is reached by two ways is one type.
#[test]
fn a_file_is_read_once_however_it_is_reached() {
    let folder = Folder::new(
        "package-once",
        &[
            ("lumen.toml", ""),
            ("src/main.lm", "import a.kind: Kind\nimport a.use_it: name\nprint(name(Kind(1)))\n"),
            ("src/a/kind.lm", "pub record Kind\n  n: Int\nend\n"),
            ("src/a/use_it.lm", "import a.kind: Kind\npub cell name(k: Kind) -> Int / {} = k.n\n"),
        ],
    );
    let output = lumen_in(&folder.0, &["run", "src/main.lm"], "");
    exits(0, &output);
    assert_eq!(stdout(&output), "1\n");
}

/// The folder of the importing file comes first; without a `lumen.toml` it is the only one.
#[test]
fn what_is_beside_wins_and_nothing_else_is_guessed() {
    let folder = Folder::new(
        "package-order",
        &[
            ("lumen.toml", ""),
            ("src/a.lm", "pub cell f() -> String / {} = \"src\"\n"),
            ("a.lm", "pub cell f() -> String / {} = \"package\"\n"),
            ("x/a.lm", "pub cell f() -> String / {} = \"beside\"\n"),
            ("x/main.lm", "import a: f\nprint(f())\n"),
            ("y/main.lm", "import a: f\nprint(f())\n"),
        ],
    );
    let printed = |file: &str| stdout(&lumen_in(&folder.0, &["run", file], ""));
    assert_eq!(printed("x/main.lm"), "beside\n");
    assert_eq!(printed("y/main.lm"), "src\n");
    // The cached program is not taken where files came, went or changed.
    folder.write("y/a.lm", "pub cell f() -> String / {} = \"new\"\n");
    assert_eq!(printed("y/main.lm"), "new\n");
    folder.remove("y/a.lm");
    assert_eq!(printed("y/main.lm"), "src\n");
    folder.remove("src/a.lm");
    assert_eq!(printed("y/main.lm"), "package\n");
    folder.remove("lumen.toml");
    let output = lumen_in(&folder.0, &["run", "y/main.lm"], "");
    exits(3, &output);
    assert!(stderr(&output).contains("E0304"), "{}", stderr(&output));
}
