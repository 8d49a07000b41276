//! The cache in a world in memory: what is found, what is not, and that damage never shows.

use super::*;
use crate::source::{Source, compile_with};
use lumen_base::MemorySystem;
use lumen_compiler::compilation::Goal;
use lumen_compiler::markdown::Form;

const MAIN: &str = "import lib: twice\n\ncell main()\n  print(twice(21))\nend\n";
const LIB: &str = "pub cell twice(n: Int) -> Int\n  n * 2\nend\n";

fn world() -> MemorySystem {
    let system = MemorySystem::with_files([("lib.lm".into(), LIB.into())]);
    system.set_env("LUMEN_HOME", "home");
    system
}

fn source(text: &str) -> Source {
    let name = "main.lm".to_owned();
    Source { path: Some(name.clone()), name, bytes: text.into(), form: Form::Plain }
}

fn key(text: &str) -> Key {
    Key::of(&source(text), &[]).expect("it is a file")
}

/// Compiles and stores a program.
fn store(system: &MemorySystem, text: &str) -> Verified<Module> {
    let recorder = Recorder::new(system);
    let compiled = compile_with(source(text), Goal::Run, &[], &recorder);
    let warnings = Rendered::of(&compiled);
    let module = compiled.module.expect("it compiles");
    cache(system).store(&key(text), recorder, warnings, &module);
    module
}

fn cache(system: &MemorySystem) -> Cache<'_> {
    Cache::of_user(system).expect("a home is set")
}

fn entry_of(system: &MemorySystem, text: &str) -> (PathBuf, Vec<u8>) {
    let path = cache(system).path(&key(text));
    let bytes = system.read(&path).expect("it was stored");
    (path, bytes)
}

#[test]
fn what_was_stored_is_found() {
    let system = world();
    assert!(cache(&system).find(&key(MAIN)).is_none());
    let module = store(&system, MAIN);
    let hit = cache(&system).find(&key(MAIN)).expect("it was stored");
    assert_eq!(hit.module, module);
    assert_eq!(hit.warnings, Rendered::default());
}

#[test]
fn a_changed_world_is_a_miss() {
    let change = |path: &str, text: Option<&str>| {
        let system = world();
        store(&system, MAIN);
        match text {
            Some(text) => system.write(Path::new(path), text.as_bytes()),
            None => system.remove(Path::new(path)),
        }
        .expect("it is memory");
        cache(&system).find(&key(MAIN)).is_some()
    };
    assert!(change("other.lm", Some(LIB)));
    assert!(!change("lib.lm", Some(&LIB.replace('2', "3"))));
    assert!(!change("lib.lm", None));
    // It would be found before `lib.lm`.
    assert!(!change("lib.lm.md", Some("")));
}

#[test]
fn the_key_tells_texts_names_and_forms_apart() {
    let other = Source { name: "./main.lm".to_owned(), ..source(MAIN) };
    let moved = Source { path: Some("a/main.lm".to_owned()), ..source(MAIN) };
    let form = Source { form: Form::Markdown, ..source(MAIN) };
    let keys = [
        Key::of(&other, &[]),
        Key::of(&moved, &[]),
        Key::of(&form, &[]),
        Some(key(LIB)),
        Some(key(MAIN)),
    ];
    for (n, one) in keys.iter().enumerate() {
        assert!(keys[n + 1..].iter().all(|two| one != two));
    }
    assert_eq!(Key::of(&Source { path: None, ..source(MAIN) }, &[]), None);
}

#[test]
fn every_flipped_bit_is_a_miss() {
    let system = world();
    store(&system, MAIN);
    let (_, bytes) = entry_of(&system, MAIN);
    let key = key(MAIN);
    assert!(entry::decode(&bytes, &key).is_some());
    let mut damaged = bytes.clone();
    for at in 0..bytes.len() {
        for bit in 0..8 {
            damaged[at] ^= 1 << bit;
            assert!(entry::decode(&damaged, &key).is_none(), "bit {bit} of byte {at}");
            damaged[at] = bytes[at];
        }
    }
}

#[test]
fn every_cut_and_every_addition_is_a_miss() {
    let system = world();
    store(&system, MAIN);
    let (path, mut bytes) = entry_of(&system, MAIN);
    for length in 0..bytes.len() {
        system.write(&path, &bytes[..length]).expect("it is memory");
        assert!(cache(&system).find(&key(MAIN)).is_none(), "{length} bytes");
    }
    bytes.push(0);
    system.write(&path, &bytes).expect("it is memory");
    assert!(cache(&system).find(&key(MAIN)).is_none());
}

/// Damage behind the checksum: what someone can do who may write the folder.
#[test]
fn forged_entries_go_through_the_verifier() {
    let system = world();
    let module = store(&system, MAIN);
    let (path, _) = entry_of(&system, MAIN);
    let manifest = Manifest { read: Vec::new(), absent: Vec::new(), warnings: Rendered::default() };
    let lir = binary::encode(&module, Packing::Plain).expect("it is small");
    let mut n_found = 0;
    for at in 0..lir.len() {
        let mut forged = lir.clone();
        forged[at] ^= 1 << (at % 8);
        let entry = Entry { manifest: manifest.clone(), lir: &forged };
        let bytes = entry::encode(&entry, &key(MAIN)).expect("it is small");
        system.write(&path, &bytes).expect("it is memory");
        // The sections have hashes of their own.
        n_found += usize::from(cache(&system).find(&key(MAIN)).is_some());
    }
    assert_eq!(n_found, 0);
}

#[test]
fn an_entry_under_another_name_is_a_miss() {
    let system = world();
    store(&system, MAIN);
    let other = MAIN.replace("21", "22");
    let (_, bytes) = entry_of(&system, MAIN);
    system.write(&cache(&system).path(&key(&other)), &bytes).expect("it is memory");
    assert!(cache(&system).find(&key(&other)).is_none());
    store(&system, &other);
    assert!(cache(&system).find(&key(&other)).is_some());
}

#[test]
fn a_compilation_that_saw_more_than_files_is_not_kept() {
    let system = world();
    let recorder = Recorder::new(&system);
    let module = compile_with(source(MAIN), Goal::Run, &[], &recorder).module.expect("it compiles");
    drop(recorder.env("HOME"));
    cache(&system).store(&key(MAIN), recorder, Rendered::default(), &module);
    assert!(cache(&system).find(&key(MAIN)).is_none());
}

#[test]
fn only_names_of_entries_are_removed() {
    let system = world();
    store(&system, MAIN);
    let (path, _) = entry_of(&system, MAIN);
    let name = path.to_str().expect("it is ASCII").to_owned();
    let unfinished = format!("{name}.12-0123456789abcdef.part");
    let foreign = [
        "home/cache/notes.txt".to_owned(),
        name.replace(".lumc", ".lum"),
        format!("{name}.part"),
        format!("{name}.x-0123456789abcdef.part"),
        format!("{name}.12-0123456789abcde.part"),
        name.to_uppercase().replace("HOME/CACHE", "home/cache"),
    ];
    for file in foreign.iter().chain([&unfinished]) {
        system.write(Path::new(file), b"x").expect("it is memory");
    }
    let content = cache(&system).clear().expect("it is memory");
    assert_eq!((content.own.len(), content.n_programs, content.foreign.len()), (2, 1, 6));
    let left = cache(&system).content().expect("it is memory");
    assert_eq!((left.own.len(), left.foreign.len()), (0, 6));
}
