//! Mutation of encoded LIR: bytes where they are bytes, text where they are text.

use super::lir;
use crate::chance::Chance;

/// Another input of the decoders; the first byte, which names the form, stays most of the time.
pub(crate) fn encoded(input: &[u8], room: usize, chance: &mut Chance) -> Vec<u8> {
    let mut out = match input.split_first() {
        Some((b't', rest)) if chance.below(4) > 0 => {
            let text = lir(&String::from_utf8_lossy(rest), chance);
            [b"t", text.as_bytes()].concat()
        }
        _ => bytes(input, chance),
    };
    out.truncate(room);
    out
}

fn bytes(input: &[u8], chance: &mut Chance) -> Vec<u8> {
    let mut out = input.to_vec();
    for _ in 0..=chance.below(4) {
        let at = chance.below(out.len());
        let to = (at + chance.below(9)).min(out.len());
        match chance.below(7) {
            0 => drop(out.drain(at..to)),
            1 => {
                let copy = out[at..to].to_vec();
                let into = chance.below(out.len() + 1);
                out.splice(into..into, copy);
            }
            2 => out.insert(at, chance.bits() as u8),
            3 => {
                let edge = [0, 1, 0x7F, 0x80, 0xFE, 0xFF];
                out.get_mut(at).into_iter().for_each(|b| *b = edge[chance.below(edge.len())]);
            }
            4 => out.get_mut(at).into_iter().for_each(|b| *b = b.wrapping_add(1)),
            5 => out.get_mut(at).into_iter().for_each(|b| *b = b.wrapping_sub(1)),
            _ => out.get_mut(at).into_iter().for_each(|b| *b ^= 1 << chance.below(8)),
        }
    }
    out
}
