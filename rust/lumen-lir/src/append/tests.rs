//! What is sound stays sound behind something else, and what is there already is not added again.

use super::*;
use crate::{check, text, verifier};

fn sound() -> Vec<(String, Module)> {
    verifier::tests::modules()
        .into_iter()
        .map(|(file, source)| (file, text::parse(&source).expect("it parses")))
        .filter(|(_, module)| check(module).is_empty())
        .collect()
}

#[test]
fn sound_modules_stay_sound_behind_each_other() {
    let modules = sound();
    let mut all = modules[0].1.clone();
    for (file, module) in &modules {
        all = append(&all, module, |_| false).expect(file);
        assert_eq!(check(&all), [], "{file}: {}", text::print(&all));
    }
}

#[test]
fn the_same_again_adds_only_code() {
    for (file, module) in sound() {
        let says_it_twice = |at: usize| module.classes[..at].contains(&module.classes[at]);
        if (0..module.classes.len()).any(says_it_twice) {
            continue;
        }
        let twice = append(&module, &module, |_| true).expect(&file);
        assert_eq!(check(&twice), [], "{file}: {}", text::print(&twice));
        let closures = |module: &Module| {
            module.classes.iter().filter(|it| matches!(it, ClassDesc::Closure { .. })).count()
        };
        assert_eq!(twice.consts.strings, module.consts.strings, "{file}");
        assert_eq!(twice.globals, module.globals, "{file}");
        assert_eq!(twice.types, module.types, "{file}");
        let added = twice.classes.len() - module.classes.len();
        assert_eq!(added, closures(&module), "{file}: {}", text::print(&twice));
        assert_eq!(twice.cells.len(), 2 * module.cells.len(), "{file}");
    }
}

#[test]
fn broken_modules_do_not_panic() {
    let base = sound().remove(0).1;
    for (_, source) in verifier::tests::modules() {
        let module = text::parse(&source).expect("it parses");
        drop(append(&base, &module, |_| true));
        drop(append(&module, &base, |_| true));
    }
}
