//! The binary form of LIR: a container of hashed, compressed sections.
//!
//! Input → output: `Module` ⇄ bytes. Layout, little-endian: magic, format version, hash of the instruction and builtin tables,
//! number of sections; for each section its kind, stored length, raw length and the BLAKE3 of the stored bytes; then the stored
//! bytes in the same order, each `zstd(postcard(…))`, or `postcard(…)` where both lengths are the same.
//!
//! Invariants:
//! - Decoding never panics and never allocates more than a bound, whatever the bytes are.
//! - What was decoded is not trusted: it goes through the verifier like everything else.
//! - The data has no recursive types, so no depth can overflow.

use crate::intrinsics::INTRINSICS;
use crate::module::{Cell, CellId, Consts, Global, Handler, HostFn, Module, Operation, SourceFile};
use crate::opcode::TABLE;
use crate::tools::{Grant, ToolCall};
use crate::typedesc::{ClassDesc, TypeDesc};
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::fmt;
use std::hash::{Hash, Hasher};
use std::io::Read;
use std::sync::OnceLock;

const MAGIC: [u8; 8] = *b"\x7fLUMLIR\n";
const HEADER_BYTES: usize = 8 + 4 + 32 + 4;
const ENTRY_BYTES: usize = 4 + 4 + 4 + 32;
/// Longest section, unpacked.
const SECTION_BYTES_MAX: u32 = 1 << 29;
/// Fast compression: a cache is written once and read often.
const ZSTD_LEVEL: i32 = 1;
const SECTIONS: usize = 6;

/// Why bytes are no LIR.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum BinaryError {
    /// It does not begin like one.
    NotLir,
    /// Another format version, or another table of instructions or builtins.
    OtherVersion,
    /// It ends too early, or goes on behind its end.
    WrongLength,
    /// A section is not what was written.
    Damaged,
    /// A section is larger than the bound.
    TooLarge,
}

impl fmt::Display for BinaryError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            BinaryError::NotLir => "the file is no compiled Lumen program",
            BinaryError::OtherVersion => "the file was written by another version of Lumen",
            BinaryError::WrongLength => "the file is too short or too long",
            BinaryError::Damaged => "a section of the file is damaged",
            BinaryError::TooLarge => "a section of the file is too large",
        })
    }
}

impl std::error::Error for BinaryError {}

/// How sections are stored.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Packing {
    /// As small as fast compression makes them.
    Packed,
    /// As they are: quick to write and to read.
    Plain,
}

/// Hash of everything that gives numbers in code their meaning.
pub fn tables_hash() -> [u8; 32] {
    static HASH: OnceLock<[u8; 32]> = OnceLock::new();
    *HASH.get_or_init(|| {
        let mut bytes = TableBytes(Vec::with_capacity(1 << 16));
        for info in &TABLE {
            (info.mnemonic, info.operands, info.flags).hash(&mut bytes);
        }
        INTRINSICS.hash(&mut bytes);
        *blake3::hash(&bytes.0).as_bytes()
    })
}

/// What is hashed, as the bytes that `Hash` names: the same on every platform.
struct TableBytes(Vec<u8>);

impl Hasher for TableBytes {
    fn write(&mut self, bytes: &[u8]) {
        self.0.extend_from_slice(bytes);
    }

    fn write_u16(&mut self, n: u16) {
        self.write(&n.to_le_bytes());
    }

    fn write_u32(&mut self, n: u32) {
        self.write(&n.to_le_bytes());
    }

    fn write_u64(&mut self, n: u64) {
        self.write(&n.to_le_bytes());
    }

    fn write_usize(&mut self, n: usize) {
        self.write_u64(n as u64);
    }

    fn write_isize(&mut self, n: isize) {
        self.write_u64(n as u64);
    }

    fn finish(&self) -> u64 {
        self.0.len() as u64
    }
}

#[derive(serde::Deserialize)]
struct Meta {
    name: String,
    globals: Vec<Global>,
    hosts: Vec<HostFn>,
    operations: Vec<Operation>,
    handlers: Vec<Handler>,
    entry: Option<CellId>,
}

#[derive(Serialize)]
struct MetaRef<'m> {
    name: &'m str,
    globals: &'m [Global],
    hosts: &'m [HostFn],
    operations: &'m [Operation],
    handlers: &'m [Handler],
    entry: Option<CellId>,
}

/// Writes a module.
pub fn encode(module: &Module, packing: Packing) -> Result<Vec<u8>, BinaryError> {
    let meta = MetaRef {
        name: &module.name,
        globals: &module.globals,
        hosts: &module.hosts,
        operations: &module.operations,
        handlers: &module.handlers,
        entry: module.entry,
    };
    let sections = [
        pack(&meta, packing)?,
        pack(&(&module.types, &module.classes), packing)?,
        pack(&module.consts, packing)?,
        pack(&module.cells, packing)?,
        pack(&module.files, packing)?,
        pack(&(&module.tools, &module.grants), packing)?,
    ];
    let mut out = Vec::new();
    out.extend_from_slice(&MAGIC);
    out.extend_from_slice(&crate::FORMAT_VERSION.to_le_bytes());
    out.extend_from_slice(&tables_hash());
    out.extend_from_slice(&(SECTIONS as u32).to_le_bytes());
    for (kind, (raw, stored)) in sections.iter().enumerate() {
        out.extend_from_slice(&(kind as u32).to_le_bytes());
        out.extend_from_slice(&(stored.len() as u32).to_le_bytes());
        out.extend_from_slice(&raw.to_le_bytes());
        out.extend_from_slice(blake3::hash(stored).as_bytes());
    }
    for (_, stored) in &sections {
        out.extend_from_slice(stored);
    }
    Ok(out)
}

/// Whether bytes begin as those of a module do.
pub fn is_lir(bytes: &[u8]) -> bool {
    bytes.starts_with(&MAGIC)
}

/// Reads a module. It is as trustworthy as the bytes: verify it.
pub fn decode(bytes: &[u8]) -> Result<Module, BinaryError> {
    let mut at = bytes;
    if take::<8>(&mut at) != Some(MAGIC) {
        return Err(BinaryError::NotLir);
    }
    let version = number(&mut at)?;
    let tables = take::<32>(&mut at).ok_or(BinaryError::WrongLength)?;
    if version != crate::FORMAT_VERSION || tables != tables_hash() {
        return Err(BinaryError::OtherVersion);
    }
    if number(&mut at)? as usize != SECTIONS {
        return Err(BinaryError::Damaged);
    }
    let mut data =
        bytes.get(HEADER_BYTES + SECTIONS * ENTRY_BYTES..).ok_or(BinaryError::WrongLength)?;
    let mut sections = [(0, &[][..]); SECTIONS];
    for (kind, section) in sections.iter_mut().enumerate() {
        if number(&mut at)? as usize != kind {
            return Err(BinaryError::Damaged);
        }
        let (stored, raw) = (number(&mut at)? as usize, number(&mut at)?);
        let hash = take::<32>(&mut at).ok_or(BinaryError::WrongLength)?;
        let (own, rest) = data.split_at_checked(stored).ok_or(BinaryError::WrongLength)?;
        if *blake3::hash(own).as_bytes() != hash {
            return Err(BinaryError::Damaged);
        }
        *section = (raw, own);
        data = rest;
    }
    if !data.is_empty() {
        return Err(BinaryError::WrongLength);
    }
    let meta: Meta = unpack(sections[0])?;
    let (types, classes): (Vec<TypeDesc>, Vec<ClassDesc>) = unpack(sections[1])?;
    let consts: Consts = unpack(sections[2])?;
    let cells: Vec<Cell> = unpack(sections[3])?;
    let files: Vec<SourceFile> = unpack(sections[4])?;
    let (tools, grants): (Vec<ToolCall>, Vec<Grant>) = unpack(sections[5])?;
    Ok(Module {
        name: meta.name,
        types,
        classes,
        consts,
        globals: meta.globals,
        hosts: meta.hosts,
        operations: meta.operations,
        handlers: meta.handlers,
        cells,
        entry: meta.entry,
        files,
        tools,
        grants,
    })
}

fn take<const N: usize>(at: &mut &[u8]) -> Option<[u8; N]> {
    let (own, rest) = at.split_first_chunk::<N>()?;
    *at = rest;
    Some(*own)
}

fn number(at: &mut &[u8]) -> Result<u32, BinaryError> {
    take::<4>(at).map(u32::from_le_bytes).ok_or(BinaryError::WrongLength)
}

/// Raw length and stored bytes: equally many when nothing is gained by compression.
fn pack(value: &impl Serialize, packing: Packing) -> Result<(u32, Vec<u8>), BinaryError> {
    let raw = postcard::to_stdvec(value).map_err(|_| BinaryError::TooLarge)?;
    let len = u32::try_from(raw.len())
        .ok()
        .filter(|n| *n <= SECTION_BYTES_MAX)
        .ok_or(BinaryError::TooLarge)?;
    if packing == Packing::Plain {
        return Ok((len, raw));
    }
    let packed = zstd::encode_all(raw.as_slice(), ZSTD_LEVEL).map_err(|_| BinaryError::TooLarge)?;
    Ok((len, if packed.len() < raw.len() { packed } else { raw }))
}

fn unpack<T: DeserializeOwned>((raw, stored): (u32, &[u8])) -> Result<T, BinaryError> {
    if raw > SECTION_BYTES_MAX {
        return Err(BinaryError::TooLarge);
    }
    if stored.len() == raw as usize {
        return parse(stored);
    }
    let decoder = zstd::Decoder::with_buffer(stored).map_err(|_| BinaryError::Damaged)?;
    // The buffer grows as data comes: a false length costs nothing.
    let mut buffer = Vec::new();
    decoder.take(u64::from(raw) + 1).read_to_end(&mut buffer).map_err(|_| BinaryError::Damaged)?;
    if buffer.len() != raw as usize {
        return Err(BinaryError::Damaged);
    }
    parse(&buffer)
}

/// The value whose postcard the bytes are, all of them.
fn parse<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, BinaryError> {
    match postcard::take_from_bytes(bytes) {
        Ok((value, [])) => Ok(value),
        _ => Err(BinaryError::Damaged),
    }
}

#[cfg(test)]
mod tests;
