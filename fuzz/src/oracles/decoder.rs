//! The decoders of LIR: total, what they read survives every form, and what the verifier accepts of it does no harm.
//!
//! The first byte of an input says what the rest is: `b` the binary form, `s` the sections of one, each behind its
//! length in four bytes (they get a proper header with hashes, so that damage reaches what is behind it), `t` text,
//! `j` JSON.

use super::engines;
use lumen_lir::binary::{self, Packing};
use lumen_lir::{FORMAT_VERSION, Module, json, text, verify};

/// Sections of the binary form.
const SECTIONS: usize = 5;

pub(crate) fn decoder(input: &[u8]) {
    let Some((form, rest)) = input.split_first() else { return };
    let module = match form {
        b'b' => binary::decode(rest).ok(),
        b's' => binary::decode(&sealed(rest)).ok(),
        b't' => std::str::from_utf8(rest).ok().and_then(|source| text::parse(source).ok()),
        b'j' => serde_json::from_slice(rest).ok().and_then(|value| json::from_json(value).ok()),
        _ => None,
    };
    let Some(module) = module else { return };
    for packing in [Packing::Plain, Packing::Packed] {
        let bytes = binary::encode(&module, packing).expect("what was read is small");
        assert_eq!(binary::decode(&bytes).as_ref(), Ok(&module), "binary, {packing:?}");
    }
    let value = json::to_json(&module).to_string();
    let value = serde_json::from_str(&value).expect("it was written as JSON");
    assert_eq!(json::from_json(value).as_ref(), Ok(&module), "JSON");
    let shown = text::print(&module);
    if let Ok(verified) = verify(module) {
        assert_eq!(text::parse(&shown).as_ref(), Ok(verified.get()), "text:\n{shown}");
        engines::agree(&verified);
    }
}

/// Sections with a header.
fn sealed(mut sections: &[u8]) -> Vec<u8> {
    let mut bodies = [&[][..]; SECTIONS];
    for body in &mut bodies {
        let Some((length, rest)) = sections.split_first_chunk::<4>() else { break };
        let length = (u32::from_le_bytes(*length) as usize).min(rest.len());
        (*body, sections) = rest.split_at(length);
    }
    let mut out = b"\x7fLUMLIR\n".to_vec();
    out.extend_from_slice(&FORMAT_VERSION.to_le_bytes());
    out.extend_from_slice(&binary::tables_hash());
    out.extend_from_slice(&(SECTIONS as u32).to_le_bytes());
    for (kind, body) in bodies.iter().enumerate() {
        out.extend_from_slice(&(kind as u32).to_le_bytes());
        out.extend_from_slice(&(body.len() as u32).to_le_bytes());
        out.extend_from_slice(&(body.len() as u32).to_le_bytes());
        out.extend_from_slice(blake3::hash(body).as_bytes());
    }
    bodies.iter().for_each(|body| out.extend_from_slice(body));
    out
}

/// The sections of a module, as an input.
pub(crate) fn sections(module: &Module) -> Vec<u8> {
    let bytes =
        binary::encode(module, Packing::Plain).expect("a module of the repository is small");
    let table = &bytes[48..];
    let mut out = vec![b's'];
    let mut at = 48 + SECTIONS * 44;
    for section in 0..SECTIONS {
        let entry = &table[section * 44..];
        let length = u32::from_le_bytes([entry[4], entry[5], entry[6], entry[7]]) as usize;
        out.extend_from_slice(&(length as u32).to_le_bytes());
        out.extend_from_slice(&bytes[at..at + length]);
        at += length;
    }
    out
}
