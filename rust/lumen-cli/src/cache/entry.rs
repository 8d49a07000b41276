//! The bytes of a cache entry; `docs/reference/cache.md` describes them.
//!
//! Input → output: [`Entry`] ⇄ bytes. Layout, little-endian: magic, format version, key, length of the manifest, length
//! of the LIR, BLAKE3 of all the rest; then the manifest in postcard, and the LIR in its binary form.
//!
//! Invariant: every byte but those of the checksum is under the checksum, and nothing is parsed before it was compared;
//! so whatever is cut off, added or changed by accident makes an entry that is none.

use super::Key;
use crate::output::Rendered;
use serde::{Deserialize, Serialize};

const MAGIC: [u8; 8] = *b"\x7fLUMENC\n";
/// Another version is another format.
const VERSION: u32 = 1;
/// Magic, version, key, two lengths.
const HEAD_BYTES: usize = 8 + 4 + 32 + 4 + 4;

/// What an entry holds.
#[derive(PartialEq, Debug)]
pub(super) struct Entry<'a> {
    pub(super) manifest: Manifest,
    /// A module in binary form.
    pub(super) lir: &'a [u8],
}

/// What the compilation saw of the world besides its root, and what it had to say.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub(super) struct Manifest {
    /// The files that were read, with the BLAKE3 of their bytes.
    pub(super) read: Vec<(String, [u8; 32])>,
    /// The paths where no file was.
    pub(super) absent: Vec<String>,
    pub(super) warnings: Rendered,
}

/// Writes an entry; nothing when it is too long for the format.
pub(super) fn encode(entry: &Entry<'_>, key: &Key) -> Option<Vec<u8>> {
    let manifest = postcard::to_stdvec(&entry.manifest).ok()?;
    let mut out = Vec::with_capacity(HEAD_BYTES + 32 + manifest.len() + entry.lir.len());
    out.extend_from_slice(&MAGIC);
    out.extend_from_slice(&VERSION.to_le_bytes());
    out.extend_from_slice(&key.0);
    out.extend_from_slice(&u32::try_from(manifest.len()).ok()?.to_le_bytes());
    out.extend_from_slice(&u32::try_from(entry.lir.len()).ok()?.to_le_bytes());
    let checksum = checksum(&out, &manifest, entry.lir);
    out.extend_from_slice(&checksum);
    out.extend_from_slice(&manifest);
    out.extend_from_slice(entry.lir);
    Some(out)
}

/// Reads the entry of this key; nothing when the bytes are anything else.
pub(super) fn decode<'a>(bytes: &'a [u8], key: &Key) -> Option<Entry<'a>> {
    let (head, rest) = bytes.split_first_chunk::<HEAD_BYTES>()?;
    let (stored, body) = rest.split_first_chunk::<32>()?;
    let mut at = &head[..];
    let is_ours = take::<8>(&mut at)? == MAGIC
        && u32::from_le_bytes(take(&mut at)?) == VERSION
        && take::<32>(&mut at)? == key.0;
    let n_manifest = u32::from_le_bytes(take(&mut at)?) as usize;
    let n_lir = u32::from_le_bytes(take(&mut at)?) as usize;
    let (manifest, lir) = body.split_at_checked(n_manifest)?;
    if !is_ours || lir.len() != n_lir || checksum(head, manifest, lir) != *stored {
        return None;
    }
    match postcard::take_from_bytes(manifest) {
        Ok((manifest, [])) => Some(Entry { manifest, lir }),
        _ => None,
    }
}

fn checksum(head: &[u8], manifest: &[u8], lir: &[u8]) -> [u8; 32] {
    let mut hasher = blake3::Hasher::new();
    hasher.update(head).update(manifest).update(lir);
    *hasher.finalize().as_bytes()
}

fn take<const N: usize>(at: &mut &[u8]) -> Option<[u8; N]> {
    let (own, rest) = at.split_first_chunk::<N>()?;
    *at = rest;
    Some(*own)
}
