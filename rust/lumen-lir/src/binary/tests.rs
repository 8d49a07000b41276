//! Modules survive; damaged bytes are rejected without a panic.

use super::*;
use crate::{text, verifier};

fn sample() -> Module {
    let (_, source) = verifier::tests::modules()
        .into_iter()
        .find(|(_, t)| t.contains("\"optionals, maps"))
        .expect("the module");
    text::parse(&source).expect("it parses")
}

#[test]
fn modules_survive() {
    for (file, source) in verifier::tests::modules() {
        let module = text::parse(&source).expect("it parses");
        for packing in [Packing::Packed, Packing::Plain] {
            let bytes = encode(&module, packing).expect("it is small");
            assert_eq!(decode(&bytes).as_ref(), Ok(&module), "{file}");
        }
    }
}

#[test]
fn flipped_bits_are_found() {
    for packing in [Packing::Packed, Packing::Plain] {
        let bytes = encode(&sample(), packing).expect("it is small");
        for at in 0..bytes.len() {
            let mut damaged = bytes.clone();
            damaged[at] ^= 1 << (at % 8);
            assert!(decode(&damaged).is_err(), "byte {at}, {packing:?}");
        }
    }
}

#[test]
fn cut_and_long_files_are_found() {
    for packing in [Packing::Packed, Packing::Plain] {
        let mut bytes = encode(&sample(), packing).expect("it is small");
        for n in 0..bytes.len() {
            assert!(decode(&bytes[..n]).is_err(), "cut at {n}, {packing:?}");
        }
        bytes.push(0);
        assert_eq!(decode(&bytes), Err(BinaryError::WrongLength));
    }
}

/// Damages the data behind hash and compression: what an attacker can do who writes the file.
#[test]
fn hostile_sections_do_not_panic() {
    let module = sample();
    let raw = postcard::to_stdvec(&module.cells).expect("it is small");
    let mut decoded = 0;
    for at in 0..raw.len() {
        for flip in [1u8, 0x80, 0xFF] {
            let mut damaged = raw.clone();
            damaged[at] ^= flip;
            let Ok((cells, [])) = postcard::take_from_bytes::<Vec<Cell>>(&damaged) else {
                continue;
            };
            decoded += 1;
            let module = Module { cells, ..module.clone() };
            // Whatever it is, it is judged, printed and read without a panic.
            let _ = crate::check(&module);
            let _ = text::print(&module);
            let _ = crate::json::to_json(&module);
        }
    }
    assert!(decoded > 100);
}

#[test]
fn a_bomb_is_bounded() {
    let huge = zstd::encode_all(&vec![0u8; 1 << 20][..], 1).expect("it compresses");
    assert_eq!(unpack::<Vec<Cell>>((10, &huge)), Err(BinaryError::Damaged));
    assert_eq!(unpack::<Vec<Cell>>((u32::MAX, &huge)), Err(BinaryError::TooLarge));
}
