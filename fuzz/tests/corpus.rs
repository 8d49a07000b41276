//! Replays the corpus and the regressions of every target, and runs its mutator without a fuzzer: what a fuzzer found is
//! examined in every test run.

use lumen_base::{OsSystem, System};
use lumen_fuzz::{Chance, Seed, Target, seeds};
use std::panic::catch_unwind;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

/// Bytes of stack that an input may need: those of a main thread.
const STACK_BYTES: usize = 8 << 20;
/// Mutants of a seed that are tried of each target.
const MUTANTS: usize = 150;
/// Bytes that the program whose bits are flipped has at least.
const BITS_OF_BYTES: usize = 900;
/// Bytes of all files of corpus and regressions together.
const CORPUS_BYTES_MAX: usize = 3_000_000;

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// The files of a target, in a fixed order.
fn files(folder: &str, target: Target) -> Vec<PathBuf> {
    let folder = root().join(folder).join(target.name());
    let mut files = OsSystem.list_dir(&folder).unwrap_or_default();
    files.sort();
    files
}

/// Looks at every input; the names of those that a target is wrong about.
fn wrong(target: Target, inputs: impl Iterator<Item = (String, Vec<u8>)> + Send) -> Vec<String> {
    let look = || {
        inputs
            .filter(|(_, bytes)| catch_unwind(|| target.check(bytes)).is_err())
            .map(|(name, bytes)| format!("{name}: {}", String::from_utf8_lossy(&bytes)))
            .collect()
    };
    std::thread::scope(|scope| {
        let thread = std::thread::Builder::new().stack_size(STACK_BYTES);
        thread.spawn_scoped(scope, look).expect("a thread starts").join().expect("it was caught")
    })
}

fn replay(target: Target) {
    let all = files("corpus", target).into_iter().chain(files("regressions", target));
    let inputs = all.map(|path| {
        let bytes = OsSystem.read(&path).expect("the file is there");
        (path.display().to_string(), bytes)
    });
    let wrong = wrong(target, inputs);
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

static SEEDS: LazyLock<Vec<Seed>> = LazyLock::new(|| seeds(&root().join("..")));

fn mutated(target: Target) {
    let own: Vec<&[u8]> =
        SEEDS.iter().filter(|seed| seed.target == target).map(|seed| &*seed.bytes).collect();
    assert!(own.len() > 100, "only {} seeds", own.len());
    let mut chance = Chance::new(target as u64 + 1);
    let inputs = (0..MUTANTS).map(|at| {
        let mut input = own[chance.below(own.len())].to_vec();
        for _ in 0..=chance.below(3) {
            input = target.mutate(&input, target.room(), &mut chance);
        }
        (format!("mutant {at}"), input)
    });
    let wrong = wrong(target, inputs);
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

macro_rules! targets {
    ($($name:ident $target:ident;)+) => {
        $(mod $name {
            use super::*;

            #[test]
            fn corpus() {
                replay(Target::$target);
            }

            #[test]
            fn mutants() {
                mutated(Target::$target);
            }
        })+
    };
}

targets! {
    syntax Syntax;
    checker Checker;
    formatter Formatter;
    decoder Decoder;
    machine Machine;
    markdown Markdown;
}

/// Each bit of a compiled program flipped, and the program cut at each byte, behind hashes that fit: the decoder rejects
/// it, or the verifier does, or it runs the same under both engines.
#[test]
fn every_bit_and_every_cut_of_a_program_does_no_harm() {
    let programs = SEEDS.iter().filter(|seed| seed.bytes.starts_with(b"s"));
    let large = programs.filter(|seed| seed.bytes.len() > BITS_OF_BYTES);
    let program = large.min_by_key(|seed| seed.bytes.len()).expect("there are programs");
    let flip = |bit: usize| {
        let mut bytes = program.bytes.clone();
        bytes[bit / 8] ^= 1 << (bit % 8);
        (format!("bit {bit}"), bytes)
    };
    // The first byte names the form.
    let bits = (8..program.bytes.len() * 8).map(flip);
    let cuts = (1..program.bytes.len()).map(|n| (format!("cut {n}"), program.bytes[..n].to_vec()));
    let wrong = wrong(Target::Decoder, bits.chain(cuts));
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn the_corpus_is_small() {
    let sizes = Target::ALL.map(|target| {
        let files = files("corpus", target).into_iter().chain(files("regressions", target));
        files.map(|path| OsSystem.read(&path).map_or(0, |bytes| bytes.len())).sum::<usize>()
    });
    assert!(sizes.iter().sum::<usize>() <= CORPUS_BYTES_MAX, "{sizes:?} bytes");
}

#[test]
fn every_target_has_a_program() {
    for target in Target::ALL {
        let path = Path::new("fuzz_targets").join(target.name()).with_extension("rs");
        assert!(OsSystem.is_file(&root().join(&path)), "{} is missing", path.display());
    }
}
