//! Writes the seeds of all targets: `cargo run -p lumen-fuzz --example seeds -- FOLDER` makes `FOLDER/TARGET/…`.

#![expect(clippy::print_stdout, reason = "a program for the terminal")]

use lumen_base::{OsSystem, System};
use lumen_fuzz::{Target, seeds};
use std::path::Path;

fn main() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let folder = std::env::args().nth(1).unwrap_or_else(|| "target/fuzz/seeds".to_owned());
    let seeds = seeds(&root);
    for target in Target::ALL {
        let folder = Path::new(&folder).join(target.name());
        OsSystem.create_folder(&folder).expect("the folder can be made");
        let own = seeds.iter().filter(|seed| seed.target == target);
        let mut n_written = 0;
        for (at, seed) in own.enumerate() {
            let file = folder.join(format!("{at:05}"));
            OsSystem.write(&file, &seed.bytes).expect("the file can be written");
            n_written += 1;
        }
        println!("{}: {n_written} seeds", target.name());
    }
}
