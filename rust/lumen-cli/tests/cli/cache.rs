//! The cache of compiled programs as its users meet it: same answers, whatever happens to its files.

use crate::world::{Folder, command, stderr, stdout};
use std::path::{Path, PathBuf};
use std::process::{Child, Output, Stdio};

/// A folder with a program and a home of its own, removed at the end.
struct World(Folder);

const MAIN: &str = "```lumen\nimport lib: twice\n\ncell main()\n  print(twice(21))\nend\n```\n";
const LIB: &str = "```lumen\npub cell twice(n: Int) -> Int\n  n * 2\nend\n```\n";

impl World {
    fn new(name: &str) -> Self {
        Self(Folder::new(&format!("cache-{name}"), &[("main.lm.md", MAIN), ("lib.lm.md", LIB)]))
    }

    fn path(&self) -> &Path {
        &self.0.0
    }

    fn write(&self, file: &str, text: &str) {
        self.0.write(file, text);
    }

    fn start(&self, args: &[&str]) -> Child {
        let mut lumen = command(self.path(), args);
        lumen.env("LUMEN_HOME", self.path().join("home")).stdin(Stdio::null());
        lumen.spawn().expect("lumen starts")
    }

    fn lumen(&self, args: &[&str]) -> Output {
        self.start(args).wait_with_output().expect("lumen ends")
    }

    fn cache(&self) -> PathBuf {
        self.path().join("home/cache")
    }

    /// The files of the cache, sorted.
    fn entries(&self) -> Vec<PathBuf> {
        let Ok(folder) = std::fs::read_dir(self.cache()) else { return Vec::new() };
        let mut files: Vec<PathBuf> = folder.map(|entry| entry.expect("an entry").path()).collect();
        files.sort();
        files
    }
}

/// The command succeeds, and this is all that it writes.
#[track_caller]
fn prints(output: &Output, expected: &str) {
    let (out, err) = (stdout(output), stderr(output));
    assert_eq!((output.status.code(), out.as_str(), err.as_str()), (Some(0), expected, ""));
}

fn read(path: &Path) -> Vec<u8> {
    std::fs::read(path).expect("a file")
}

#[test]
fn a_program_is_kept_and_found() {
    let world = World::new("kept");
    prints(&world.lumen(&["run", "--no-cache", "main.lm.md"]), "42\n");
    assert!(world.entries().is_empty());
    prints(&world.lumen(&["run", "main.lm.md"]), "42\n");
    let entries = world.entries();
    assert_eq!(entries.len(), 1);
    let before = read(&entries[0]);
    prints(&world.lumen(&["run", "main.lm.md"]), "42\n");
    assert_eq!((world.entries(), read(&entries[0])), (entries, before));
}

#[test]
fn changes_are_seen() {
    let world = World::new("changes");
    prints(&world.lumen(&["run", "main.lm.md"]), "42\n");
    world.write("lib.lm.md", &LIB.replace("n * 2", "n * 3"));
    prints(&world.lumen(&["run", "main.lm.md"]), "63\n");
    world.write("main.lm.md", &MAIN.replace("21", "5"));
    prints(&world.lumen(&["run", "main.lm.md"]), "15\n");
    world.write("lib.lm.md", &LIB.replace("-> Int", "-> String"));
    assert_eq!(world.lumen(&["run", "main.lm.md"]).status.code(), Some(3));
    world.write("lib.lm.md", LIB);
    prints(&world.lumen(&["run", "main.lm.md"]), "10\n");
}

#[test]
fn damage_is_mended() {
    let world = World::new("damage");
    world.lumen(&["run", "main.lm.md"]);
    let path = world.entries().remove(0);
    let good = read(&path);
    let mut flipped = good.clone();
    flipped[good.len() / 2] ^= 1;
    for bad in [&good[..good.len() / 2], &[], b"something else", &flipped, &[0; 4096]] {
        std::fs::write(&path, bad).expect("a file");
        prints(&world.lumen(&["run", "main.lm.md"]), "42\n");
        assert_eq!(read(&path), good);
    }
}

#[test]
fn warnings_and_failures_are_shown_each_time() {
    let world = World::new("warnings");
    let program =
        "```lumen\ncell main()\n  let xs = [1]\n  xs.append(2)\n  print(xs[7])\nend\n```\n";
    world.write("main.lm.md", program);
    let first = world.lumen(&["run", "main.lm.md"]);
    assert_eq!(first.status.code(), Some(1));
    for part in ["warning", "1 warning", "R1", "main.lm.md:5"] {
        assert!(stderr(&first).contains(part), "{part}: {}", stderr(&first));
    }
    assert_eq!(world.entries().len(), 1);
    let colored = ["--color", "always", "run", "main.lm.md"];
    let again = world.lumen(&["run", "main.lm.md"]);
    assert_eq!((again.status, stderr(&again)), (first.status, stderr(&first)));
    let uncached = world.lumen(&[&colored[..], &["--no-cache"]].concat());
    assert_eq!(stderr(&world.lumen(&colored)), stderr(&uncached));
}

/// Many processes at once, on a cold cache and while entries are damaged and removed under them.
#[test]
fn parallel_processes_get_on_with_each_other() {
    let world = World::new("parallel");
    for round in 0..6 {
        let children: Vec<Child> = (0..8).map(|_| world.start(&["run", "main.lm.md"])).collect();
        if let Some(path) = world.entries().first() {
            match round % 3 {
                0 => drop(world.lumen(&["cache", "clear"])),
                1 => drop(std::fs::write(path, b"damaged")),
                _ => drop(std::fs::remove_file(path)),
            }
        }
        for child in children {
            prints(&child.wait_with_output().expect("lumen ends"), "42\n");
        }
    }
    prints(&world.lumen(&["run", "main.lm.md"]), "42\n");
    assert_eq!(world.entries().len(), 1, "{:?}", world.entries());
}

#[test]
fn a_cache_that_cannot_be_made_is_no_error() {
    let world = World::new("unusable");
    world.write("home", "a file where the folder would be");
    prints(&world.lumen(&["run", "main.lm.md"]), "42\n");
    assert_eq!(world.lumen(&["cache", "stat"]).status.code(), Some(1));
}

#[test]
fn stat_and_clear_say_what_they_see() {
    let world = World::new("stat");
    let folder = world.cache().display().to_string();
    prints(&world.lumen(&["cache", "stat"]), &format!("{folder}: 0 programs, 0 bytes\n"));
    world.lumen(&["run", "main.lm.md"]);
    world.lumen(&["run", "./main.lm.md"]);
    let bytes: usize = world.entries().iter().map(|path| read(path).len()).sum();
    let size = format!("2 programs, {:.1} KiB", bytes as f64 / 1024.0);
    prints(&world.lumen(&["cache", "stat"]), &format!("{folder}: {size}\n"));
    prints(&world.lumen(&["cache", "clear"]), &format!("removed: {size}\n"));
    assert!(world.entries().is_empty());
    prints(&world.lumen(&["cache", "clear"]), "removed: 0 programs, 0 bytes\n");
}

#[test]
fn clear_leaves_what_is_not_its_own() {
    let world = World::new("clear");
    world.lumen(&["run", "main.lm.md"]);
    let entry = world.entries().remove(0);
    let foreign = ["notes.txt", "sub"].map(|name| world.cache().join(name));
    std::fs::write(&foreign[0], "mine").expect("a file");
    std::fs::create_dir(&foreign[1]).expect("a folder");
    let unfinished = PathBuf::from(format!("{}.7-0123456789abcdef.part", entry.display()));
    std::fs::write(&unfinished, "half").expect("a file");
    let output = world.lumen(&["cache", "clear"]);
    assert_eq!(output.status.code(), Some(0));
    assert!(stdout(&output).starts_with("removed: 1 program, 1 unfinished, "));
    assert!(stderr(&output).contains("notes.txt, sub: not Lumen's"), "{output:?}");
    assert_eq!(world.entries(), foreign);
}

#[cfg(unix)]
#[test]
fn links_are_not_followed() {
    use std::os::unix::fs::symlink;
    let world = World::new("links");
    world.lumen(&["run", "main.lm.md"]);
    let entry = world.entries().remove(0);
    let other = world.path().join("other");
    std::fs::rename(&entry, &other).expect("a file");
    symlink(&other, &entry).expect("a link");
    let before = read(&other);
    // A link is no entry: neither read, nor written through, nor removed.
    assert!(stderr(&world.lumen(&["cache", "clear"])).contains("not Lumen's"));
    assert_eq!((world.entries().len(), read(&other)), (1, before.clone()));
    prints(&world.lumen(&["run", "main.lm.md"]), "42\n");
    assert!(!entry.is_symlink());
    assert_eq!((read(&entry), read(&other)), (before.clone(), before));
    // Nor is the folder looked at when it is one.
    std::fs::rename(world.cache(), world.path().join("elsewhere")).expect("a folder");
    symlink(world.path().join("elsewhere"), world.cache()).expect("a link");
    for action in ["stat", "clear"] {
        assert_eq!(world.lumen(&["cache", action]).status.code(), Some(1));
    }
    assert_eq!(world.entries().len(), 1);
}

#[cfg(unix)]
#[test]
fn the_folder_is_for_its_user() {
    use std::os::unix::fs::PermissionsExt;
    let world = World::new("mode");
    world.lumen(&["run", "main.lm.md"]);
    let about = std::fs::metadata(world.cache()).expect("a folder");
    assert_eq!(about.permissions().mode() & 0o077, 0);
}
