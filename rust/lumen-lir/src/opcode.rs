//! The instruction set: what an opcode is, and how words are packed and unpacked.
//!
//! Input → output: `opcode/table.rs` lists every instruction once; from it come the `Op` enum, `TABLE`
//! and (through `with_opcodes!`) the dispatch tables of the engines. Printer, parser, verifier and the
//! reference page are driven by `TABLE`.
//!
//! Invariants:
//! - A word is `op:u16 a:u16 b:u16 c:u16`, `op` in the lowest bits. `imm32` and 32-bit offsets are `b | c << 16`.
//! - An opcode with the `EXT` flag is followed by exactly one extension word: `e0..e3` (u16) or `x0, x1` (u32).
//! - Branch offsets count words from the *next* instruction (past the extension word).

pub(crate) mod shape;
mod table;

/// A register index inside a cell.
pub type Reg = u16;

/// Where in the instruction an operand sits.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Slot {
    /// Bits 16..32 of the word.
    A,
    /// Bits 32..48 of the word.
    B,
    /// Bits 48..64 of the word.
    C,
    /// Bits 32..64 of the word: a 32-bit immediate, index or offset.
    BC,
    /// Bits 0..16 of the extension word.
    E0,
    /// Bits 16..32 of the extension word.
    E1,
    /// Bits 32..48 of the extension word.
    E2,
    /// Bits 48..64 of the extension word.
    E3,
    /// Bits 0..32 of the extension word.
    X0,
    /// Bits 32..64 of the extension word.
    X1,
}

/// What an instruction does with a register, seen by ownership.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Role {
    /// Writes the register; a counted value is owned by it. The register must not own anything before.
    Def,
    /// Writes the register with a value that needs no counting (a constant, an immediate, null).
    DefStatic,
    /// Writes the register with a value borrowed from the register in the given slot (or from its root).
    DefBorrow(Slot),
    /// Writes the register with a mutable loan of the register in the given slot (or of its root).
    DefUnique(Slot),
    /// Reads the register; it keeps what it has.
    Use,
    /// Reads a register that holds a mutable loan; the loan stays.
    UseUnique,
    /// Consumes the register when it is counted; reads it when it is a scalar.
    Take,
    /// Consumes the register and produces it again. For a scalar: reads and writes it.
    InOut,
}

/// Which representations a register operand may have.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Want {
    /// 64-bit integer (also a payload-less enum value).
    I64,
    /// IEEE double.
    F64,
    /// 0 or 1.
    Bool,
    /// `I64` or `F64`: eight bytes, not counted.
    Word,
    /// `I64`, `F64` or `Bool`: not counted.
    Scalar,
    /// NaN-boxed self-describing word.
    Dyn,
    /// `Ref` or `Opt` of any class.
    AnyRef,
    /// `Ref`, `Opt` or `Dyn`.
    Counted,
    /// Anything.
    Any,
    /// A String that is not null.
    Str,
    /// Bytes that are not null.
    Bytes,
    /// A list of eight-byte scalars (`Int`, `Float`, payload-less enum).
    ListW,
    /// A list of Bool (one byte each).
    ListB,
    /// A list of counted elements.
    ListR,
    /// Any list.
    List,
    /// A map.
    Map,
    /// A set.
    Set,
    /// A map or a set.
    Table,
    /// An enum that has a variant with payload; not null.
    Enum,
    /// A flat object known to be a pointer: record, tuple, closure, or enum of a known payload variant.
    Flat,
    /// A function value; not null.
    Fn,
    /// A list of flat objects (records or tuples).
    ListF,
    /// A stream; not null.
    Stream,
    /// A run of a stream.
    Run,
    /// A resumption; not null.
    Resumption,
}

/// What an operand means.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Kind {
    /// One register.
    Reg(Role, Want),
    /// The first of several consecutive registers; how many and of which representation is the opcode's own rule.
    Window(Role),
    /// Signed immediate.
    Imm,
    /// Unsigned immediate or count.
    Count,
    /// Truth value, 0 or 1.
    Flag,
    /// Branch offset from the next instruction.
    Off,
    /// Field index of a flat object.
    Field,
    /// Ordinal of a variant without payload.
    Ordinal,
    /// Low 16 bits of the class id of a variant with payload.
    VariantLow,
    /// Low 16 bits of the class id of the first variant of an enum.
    EnumBase,
    /// Index into the module's classes.
    Class,
    /// Index into the module's types.
    Type,
    /// Index into the module's cells.
    Cell,
    /// Index into the table of runtime builtins.
    Intrinsic,
    /// Index into the constants: Int.
    ConstInt,
    /// Index into the constants: Float.
    ConstFloat,
    /// Index into the constants: String.
    ConstStr,
    /// Index into the constants: Bytes.
    ConstBytes,
    /// Index into the constants: interpolation template.
    Template,
    /// Index into the cell's jump tables.
    JumpTable,
    /// Index into the module's globals.
    Global,
    /// Index into the module's host functions.
    Host,
    /// Index into the module's calls of tools.
    Tool,
    /// Number of a runtime error (`R1xxx`).
    ErrorCode,
    /// Index into the module's operations of effects.
    Operation,
    /// Index into the module's handlers.
    Handler,
}

/// One operand of an opcode.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Operand {
    /// Place in the word.
    pub slot: Slot,
    /// Meaning.
    pub kind: Kind,
}

/// Properties of an opcode, a bit set.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Flags(pub u16);

impl Flags {
    /// No property.
    pub const NONE: Flags = Flags(0);
    /// May fail with a runtime error that the program can observe.
    pub const FAIL: Flags = Flags(1);
    /// Allocates or copies: may hit the memory limit.
    pub const ALLOC: Flags = Flags(2);
    /// May leave the task at this instruction.
    pub const SUSPEND: Flags = Flags(4);
    /// Without side effect: may be removed when its result is unused (and it has not `FAIL`).
    pub const PURE: Flags = Flags(8);
    /// Has a branch offset or a jump table.
    pub const BRANCH: Flags = Flags(16);
    /// Control never reaches the next instruction.
    pub const TERM: Flags = Flags(32);
    /// A safepoint that may jump backwards.
    pub const BACK: Flags = Flags(64);
    /// When it fails, its consumed operands are already consumed.
    pub const CALL: Flags = Flags(128);
    /// Followed by an extension word.
    pub const EXT: Flags = Flags(256);

    /// Union.
    pub const fn or(self, other: Flags) -> Flags {
        Flags(self.0 | other.0)
    }

    /// Whether every bit of `other` is set.
    #[inline]
    pub const fn has(self, other: Flags) -> bool {
        self.0 & other.0 == other.0
    }

    /// Whether some bit of `other` is set.
    #[inline]
    pub const fn any(self, other: Flags) -> bool {
        self.0 & other.0 != 0
    }

    /// Whether the frame may be unwound or left at this instruction.
    #[inline]
    pub const fn may_leave(self) -> bool {
        self.any(Flags(1 | 2 | 4 | 64 | 128))
    }
}

/// Everything the table says about one opcode.
#[derive(Clone, Copy, Debug)]
pub struct OpInfo {
    /// The opcode.
    pub op: Op,
    /// Name of the variant of `Op`.
    pub name: &'static str,
    /// Name in the text form.
    pub mnemonic: &'static str,
    /// Operands in text order.
    pub operands: &'static [Operand],
    /// Properties.
    pub flags: Flags,
    /// One-line meaning.
    pub doc: &'static str,
}

macro_rules! define_opcodes {
    ($( $(#[doc = $doc:literal])+ $name:ident = $mnemonic:literal [ $($operand:expr),* $(,)? ] $flags:expr; )+) => {
        /// An operation code.
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
        #[repr(u16)]
        pub enum Op { $( $(#[doc = $doc])+ $name, )+ }

        impl Op {
            /// Every opcode in numeric order.
            pub const ALL: &'static [Op] = &[ $( Op::$name, )+ ];
        }

        /// THE table: index is the numeric opcode.
        pub static TABLE: [OpInfo; Op::COUNT] = {
            use table::notation::*;
            [ $( OpInfo {
                op: Op::$name,
                name: stringify!($name),
                mnemonic: $mnemonic,
                operands: &[ $($operand),* ],
                flags: $flags,
                doc: concat!($($doc),+),
            }, )+ ]
        };
    };
}
crate::with_opcodes!(define_opcodes);

impl Op {
    /// Number of opcodes.
    pub const COUNT: usize = Op::ALL.len();

    /// The opcode with this number.
    #[inline]
    pub fn from_u16(n: u16) -> Option<Op> {
        Op::ALL.get(usize::from(n)).copied()
    }

    /// The opcode with this mnemonic.
    pub fn from_mnemonic(text: &str) -> Option<Op> {
        TABLE.iter().find(|info| info.mnemonic == text).map(|info| info.op)
    }

    /// Its row in the table.
    #[inline]
    pub fn info(self) -> &'static OpInfo {
        &TABLE[self as usize]
    }

    /// Its properties.
    #[inline]
    pub fn flags(self) -> Flags {
        shape::Shape::of(self).flags
    }

    /// Words it takes: 1, or 2 with an extension word.
    #[inline]
    pub fn words(self) -> usize {
        if self.flags().has(Flags::EXT) { 2 } else { 1 }
    }

    /// Slot of its branch offset.
    #[inline]
    pub fn offset_slot(self) -> Option<Slot> {
        shape::Shape::of(self).offset
    }

    /// The branch that jumps exactly when this one does not, and whether its two registers change places.
    pub fn inverse(self) -> Option<(Op, SwapRegs)> {
        use Op::*;
        use SwapRegs::{Keep, Swap};
        Some(match self {
            JEq => (JNe, Keep),
            JNe => (JEq, Keep),
            JLt => (JLe, Swap),
            JLe => (JLt, Swap),
            JEqI => (JNeI, Keep),
            JNeI => (JEqI, Keep),
            JLtI => (JGeI, Keep),
            JGeI => (JLtI, Keep),
            JFEq => (JFNe, Keep),
            JFNe => (JFEq, Keep),
            JFLt => (JNFLt, Keep),
            JNFLt => (JFLt, Keep),
            JFLe => (JNFLe, Keep),
            JNFLe => (JFLe, Keep),
            JT => (JF, Keep),
            JF => (JT, Keep),
            JNil => (JNNil, Keep),
            JNNil => (JNil, Keep),
            JNull => (JNNull, Keep),
            JNNull => (JNull, Keep),
            JTag => (JNTag, Keep),
            JNTag => (JTag, Keep),
            JVar => (JNVar, Keep),
            JNVar => (JVar, Keep),
            JStrEq => (JStrNe, Keep),
            JStrNe => (JStrEq, Keep),
            _ => return None,
        })
    }
}

/// Whether the inverse of a branch has its two register operands exchanged.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum SwapRegs {
    /// Same order.
    Keep,
    /// Exchanged.
    Swap,
}

/// Packs a word.
#[inline]
pub const fn word(op: Op, a: u16, b: u16, c: u16) -> u64 {
    op as u64 | (a as u64) << 16 | (b as u64) << 32 | (c as u64) << 48
}

/// Packs a word with a 32-bit immediate in `b, c`.
#[inline]
pub const fn word_imm(op: Op, a: u16, imm: i32) -> u64 {
    op as u64 | (a as u64) << 16 | (imm as u32 as u64) << 32
}

/// Packs an extension word of four 16-bit operands.
#[inline]
pub const fn ext16(e0: u16, e1: u16, e2: u16, e3: u16) -> u64 {
    e0 as u64 | (e1 as u64) << 16 | (e2 as u64) << 32 | (e3 as u64) << 48
}

/// Packs an extension word of two 32-bit operands.
#[inline]
pub const fn ext32(x0: u32, x1: u32) -> u64 {
    x0 as u64 | (x1 as u64) << 32
}

/// Opcode number of a word.
#[inline]
pub const fn opcode(w: u64) -> u16 {
    w as u16
}

/// Opcode of a word, when there is one.
#[inline]
pub fn op(w: u64) -> Option<Op> {
    Op::from_u16(w as u16)
}

/// Operand `a`.
#[inline]
pub const fn a(w: u64) -> u16 {
    (w >> 16) as u16
}

/// Operand `b`.
#[inline]
pub const fn b(w: u64) -> u16 {
    (w >> 32) as u16
}

/// Operand `c`.
#[inline]
pub const fn c(w: u64) -> u16 {
    (w >> 48) as u16
}

/// `b, c` as a signed 32-bit immediate or offset.
#[inline]
pub const fn imm32(w: u64) -> i32 {
    (w >> 32) as i32
}

/// `b, c` as an unsigned 32-bit index.
#[inline]
pub const fn index32(w: u64) -> u32 {
    (w >> 32) as u32
}

/// `c` as a branch offset.
#[inline]
pub const fn off16(w: u64) -> i16 {
    (w >> 48) as i16
}

/// 16-bit operand `e0..e3` of an extension word.
#[inline]
pub const fn e(ext: u64, n: u32) -> u16 {
    (ext >> (16 * n)) as u16
}

/// 32-bit operand `x0` of an extension word.
#[inline]
pub const fn x0(ext: u64) -> u32 {
    ext as u32
}

/// 32-bit operand `x1` of an extension word.
#[inline]
pub const fn x1(ext: u64) -> u32 {
    (ext >> 32) as u32
}

/// The raw bits of an operand: of `w` for `A, B, C, BC`, of `ext` for the rest.
#[inline]
pub const fn get(slot: Slot, w: u64, ext: u64) -> u32 {
    match slot {
        Slot::A => a(w) as u32,
        Slot::B => b(w) as u32,
        Slot::C => c(w) as u32,
        Slot::BC => index32(w),
        Slot::E0 => e(ext, 0) as u32,
        Slot::E1 => e(ext, 1) as u32,
        Slot::E2 => e(ext, 2) as u32,
        Slot::E3 => e(ext, 3) as u32,
        Slot::X0 => x0(ext),
        Slot::X1 => x1(ext),
    }
}

/// Replaces the raw bits of an operand.
#[inline]
pub const fn set(slot: Slot, w: &mut u64, ext: &mut u64, bits: u32) {
    const fn put(word: u64, shift: u32, width: u32, bits: u32) -> u64 {
        let mask = ((1u64 << width) - 1) << shift;
        (word & !mask) | (((bits as u64) << shift) & mask)
    }
    match slot {
        Slot::A => *w = put(*w, 16, 16, bits),
        Slot::B => *w = put(*w, 32, 16, bits),
        Slot::C => *w = put(*w, 48, 16, bits),
        Slot::BC => *w = put(*w, 32, 32, bits),
        Slot::E0 => *ext = put(*ext, 0, 16, bits),
        Slot::E1 => *ext = put(*ext, 16, 16, bits),
        Slot::E2 => *ext = put(*ext, 32, 16, bits),
        Slot::E3 => *ext = put(*ext, 48, 16, bits),
        Slot::X0 => *ext = put(*ext, 0, 32, bits),
        Slot::X1 => *ext = put(*ext, 32, 32, bits),
    }
}

/// Bits of the word and of the extension word that operands use, per opcode.
static USED: [[u64; 2]; Op::COUNT] = {
    let mut masks = [[0; 2]; Op::COUNT];
    let mut i = 0;
    while i < Op::COUNT {
        let operands = TABLE[i].operands;
        let mut n = 0;
        while n < operands.len() {
            let (mut w, mut ext) = (0, 0);
            set(operands[n].slot, &mut w, &mut ext, u32::MAX);
            masks[i][0] |= w;
            masks[i][1] |= ext;
            n += 1;
        }
        i += 1;
    }
    masks
};

/// Whether bits that no operand uses are set.
#[inline]
pub fn has_stray_bits(op: Op, w: u64, ext: u64) -> bool {
    let [word, extension] = USED[op as usize];
    (w & !word) >> 16 != 0 || ext & !extension != 0
}

/// Indexes of the words that begin instructions, as far as the code can be decoded.
pub fn opcode_words(code: &[u64]) -> Vec<usize> {
    let mut starts = Vec::new();
    let mut pc = 0;
    while let Some(op) = code.get(pc).and_then(|w| op(*w)) {
        starts.push(pc);
        pc += op.words();
    }
    starts
}

/// Sign-extends the raw bits of an operand of this slot.
#[inline]
pub const fn signed(slot: Slot, bits: u32) -> i32 {
    match slot {
        Slot::BC | Slot::X0 | Slot::X1 => bits as i32,
        _ => bits as u16 as i16 as i32,
    }
}

#[cfg(test)]
mod tests;
