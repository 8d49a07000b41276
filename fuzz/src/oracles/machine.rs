//! Verifier and engines: what the verifier accepts runs the same in both, optimised or not, and neither crashes nor leaks.

use super::engines;
use lumen_lir::{opt, text, verify};

pub(crate) fn machine(input: &[u8]) {
    let Ok(source) = std::str::from_utf8(input) else { return };
    let Ok(module) = text::parse(source) else { return };
    let mut optimised = module.clone();
    let Ok(verified) = verify(module) else { return };
    let shown = text::print(&verified);
    assert_eq!(text::parse(&shown).as_ref(), Ok(verified.get()), "printing loses something");
    let seen = engines::agree(&verified);
    opt::run(&mut optimised);
    match verify(optimised) {
        Ok(optimised) => {
            let faster = engines::agree(&optimised);
            assert!(
                engines::is_same_run(&faster, &seen),
                "optimised: {faster:?}\nas it was: {seen:?}"
            );
        }
        Err(rejected) => panic!("optimised code is rejected: {:?}", rejected.violations),
    }
}
