//! Texts round-trip; what is no LIR is rejected with its line.

use super::*;

#[test]
fn errors_name_their_line() {
    let cases = [
        ("module \"m\"\nfrob", 2),
        ("cell @0 \"f\" ()\n  regs\n  frobnicate r0\nend", 3),
        ("cell @0 \"f\" ()\n  regs\n  jmp L7\nend", 4),
        ("cell @0 \"f\" ()\n  regs\n  enter 0", 3),
        ("cell @1 \"f\" ()\nend", 1),
        ("type t3 = int", 1),
        ("string k0 = \"open", 1),
        ("cell @0 \"f\" ()\n  addi r0, r0, 40000\nend", 2),
        ("cell @0 \"f\" ()\n  ret0 r1\nend", 2),
        ("bytes k0 = \"4\"", 1),
    ];
    for (text, line) in cases {
        assert_eq!(parse(text).map_err(|e| e.line), Err(line), "{text}");
    }
}

#[test]
fn hostile_texts_do_not_panic() {
    for text in [
        "é",
        "cell",
        "cell @",
        "class c8 = (",
        "\"",
        "float k0 = 0x",
        "cell @0 \"\" (é",
        "type t14 = union (",
    ] {
        assert!(parse(text).is_err(), "{text}");
    }
}

#[test]
fn modules_survive_printing() {
    for (file, source) in crate::verifier::tests::modules() {
        let module = parse(&source).expect("it parses");
        let printed = print(&module);
        assert_eq!(parse(&printed), Ok(module), "{file}: {printed}");
    }
}
