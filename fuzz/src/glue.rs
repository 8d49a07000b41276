//! What libFuzzer asks of a target's program.

use crate::{Chance, Target};

/// Writes a mutation of the first `size` bytes to the front of `data`; gives its length.
///
/// A few inputs are left to `plain`, the mutations of libFuzzer, which know what comparisons failed.
pub fn mutated(
    target: Target,
    data: &mut [u8],
    size: usize,
    room: usize,
    seed: u32,
    plain: impl Fn(&mut [u8], usize, usize) -> usize,
) -> usize {
    let mut chance = Chance::new(u64::from(seed));
    let is_plain = chance.below(if target == Target::Decoder { 2 } else { 8 }) == 0;
    if is_plain || size == 0 {
        return plain(data, size, room);
    }
    let out = target.mutate(&data[..size], room, &mut chance);
    let length = out.len().min(room).min(data.len());
    data[..length].copy_from_slice(&out[..length]);
    length
}

/// Makes a program of libFuzzer out of a target.
#[macro_export]
macro_rules! fuzz {
    ($target:expr) => {
        libfuzzer_sys::fuzz_target!(|input: &[u8]| $target.check(input));
        libfuzzer_sys::fuzz_mutator!(|data: &mut [u8], size: usize, room: usize, seed: u32| {
            let plain = libfuzzer_sys::fuzzer_mutate;
            lumen_fuzz::mutated($target, data, size, room, seed, plain)
        });
    };
}
