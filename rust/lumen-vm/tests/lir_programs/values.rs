//! New values of every kind.

use super::cell::{Fact, Maker, State};
use lumen_lir::*;

const EDGES: [i64; 10] = [
    i64::MIN,
    i64::MIN + 1,
    i64::MAX,
    i64::MAX - 1,
    1 << 62,
    -1 << 31,
    u32::MAX as i64,
    63,
    64,
    -1,
];
const FLOATS: [f64; 12] = [
    0.0,
    -0.0,
    1.0,
    -1.5,
    0.1,
    f64::NAN,
    f64::INFINITY,
    f64::NEG_INFINITY,
    9.223_372_036_854_776e18,
    5e-324,
    3.0,
    -7.25,
];
const TEXTS: [&str; 5] = ["", "a", "größe", "key", "a word that is longer than others"];

impl Maker<'_> {
    /// A small number.
    pub(crate) fn small(&mut self, reg: Reg) {
        let value = self.random.below(9) as i32 - 3;
        self.emit_imm(Op::LdI, reg, value);
        self.define(reg, State::Init);
    }

    /// A register that owns nothing gets a new value.
    pub(crate) fn make(&mut self, to: Reg) {
        match self.repr(to) {
            Repr::I64 if self.random.one_in(12) => {
                let value = EDGES[self.random.below(EDGES.len())];
                let index = self.w.b.int(value);
                self.emit_imm(Op::LdK, to, index as i32);
            }
            Repr::I64 => return self.small(to),
            Repr::F64 => {
                let value = FLOATS[self.random.below(FLOATS.len())];
                let index = self.w.b.float(value);
                self.emit_imm(Op::LdF, to, index as i32);
            }
            Repr::Bool => {
                let flag = self.random.below(2) as u16;
                self.emit(Op::LdB, [to, flag, 0]);
            }
            Repr::Dyn => return self.dynamic(to),
            Repr::Opt(_) if self.random.one_in(3) => {
                self.emit(Op::LdNil, [to, 0, 0]);
                return self.define(to, State::Static);
            }
            Repr::Ref(class) | Repr::Opt(class) => return self.object(to, class),
        }
        self.define(to, State::Init);
    }

    fn dynamic(&mut self, to: Reg) {
        let state = match self.random.below(6) {
            0 => {
                self.emit(Op::LdNull, [to, 0, 0]);
                State::Static
            }
            kind @ (1..=3) => {
                let (op, repr) =
                    [(Op::DynI, Repr::I64), (Op::DynF, Repr::F64), (Op::DynB, Repr::Bool)]
                        [kind - 1];
                let from = self.window_of(&[repr], 0, true);
                self.emit(op, [to, from, 0]);
                if op == Op::DynI { State::Owned } else { State::Static }
            }
            4 => {
                let repr = [Repr::Ref(ClassId::STRING), Repr::Ref(ClassId::LIST_INT)]
                    [self.random.below(2)];
                let from = self.window_of(&[repr], 0, true);
                self.emit(Op::DynR, [to, from, 0]);
                self.done(from, 1, true);
                State::Owned
            }
            _ => {
                let kinds = self.w.kinds.clone();
                let kind = kinds[self.random.below(kinds.len())];
                let from = self.window_of(&[kind.repr], 0, true);
                self.emit_ext(Op::DynBox, [to, from, 0], kind.ty.0);
                self.done(from, 1, true);
                State::Owned
            }
        };
        self.define(to, state);
    }

    fn object(&mut self, to: Reg, class: ClassId) {
        let desc = self.w.b.module().classes[class.index()].clone();
        let state = match desc {
            ClassDesc::String => self.string(to),
            ClassDesc::List { elem } => self.list(to, class, elem),
            ClassDesc::Map { .. } | ClassDesc::Set { .. } => {
                let is_map = matches!(desc, ClassDesc::Map { .. });
                let fresh = if is_map { Op::MapNew } else { Op::SetNew };
                let empty = self.random.one_in(3);
                self.emit_imm(if empty { Op::LdEmpty } else { fresh }, to, class.0 as i32);
                if empty { State::Static } else { State::Owned }
            }
            ClassDesc::Enum { variants, .. } => {
                let ordinal = self.random.below(variants.len()) as u32;
                let plain = variants.iter().position(|variant| !variant.payload);
                let wants = !variants[ordinal as usize].payload || self.random.one_in(4);
                if let Some(plain) = plain.filter(|_| wants) {
                    self.emit(Op::LdTag, [to, plain as u16, 0]);
                    return self.define(to, State::Static);
                }
                let ordinal = if variants[ordinal as usize].payload { ordinal } else { 1 };
                self.flat(to, ClassId(class.0 + 1 + ordinal));
                self.define(to, State::Owned);
                self.facts[usize::from(to)] = Fact::Variant(ordinal);
                return;
            }
            ClassDesc::Fn { .. } => {
                let code = if class == self.w.left { self.w.cleanup } else { self.w.adder };
                self.flat(to, code);
                State::Owned
            }
            _ => {
                self.flat(to, class);
                State::Owned
            }
        };
        self.define(to, state);
        if matches!(self.repr(to), Repr::Opt(_)) {
            self.facts[usize::from(to)] = Fact::NotNull;
        }
    }

    /// An object with fields.
    pub(crate) fn flat(&mut self, to: Reg, class: ClassId) {
        let fields = self.w.fields(class);
        let base = self.window_of(&fields, 0, true);
        if self.random.one_in(3) {
            self.emit_ext(Op::NewW, [to, base, 0], class.0);
        } else {
            self.emit(Op::New, [to, base, class.0 as u16]);
        }
        self.done(base, fields.len(), true);
    }

    fn string(&mut self, to: Reg) -> State {
        let texts = self.alive(Repr::Ref(ClassId::STRING));
        match self.random.below(3) {
            0 if !texts.is_empty() => {
                let [x, y] = [0; 2].map(|_| texts[self.random.below(texts.len())]);
                self.emit(Op::StrAdd, [to, x, y]);
                State::Owned
            }
            1 if !texts.is_empty() => {
                let reprs = vec![Repr::Ref(ClassId::STRING); 1 + self.random.below(3)];
                let base = self.window_of(&reprs, 0, false);
                self.emit(Op::StrCat, [to, base, reprs.len() as u16]);
                self.define(to, State::Owned);
                self.done(base, reprs.len(), false);
                State::Owned
            }
            _ => {
                let index = self.w.b.string(TEXTS[self.random.below(TEXTS.len())]);
                self.emit_imm(Op::LdStr, to, index as i32);
                State::Static
            }
        }
    }

    fn list(&mut self, to: Reg, class: ClassId, elem: TypeId) -> State {
        match self.random.below(8) {
            0 => {
                self.emit_imm(Op::LdEmpty, to, class.0 as i32);
                State::Static
            }
            1 => {
                self.emit_imm(Op::ListNew, to, class.0 as i32);
                State::Owned
            }
            2 => {
                let room = self.window_of(&[Repr::I64], 0, true);
                self.small(room);
                self.emit_ext(Op::ListCap, [to, room, 0], class.0);
                State::Owned
            }
            _ => {
                let shortest = if self.random.one_in(6) { 1 } else { 2 };
                let reprs = vec![self.w.slot(elem); shortest + self.random.below(3)];
                let base = self.window_of(&reprs, 0, true);
                self.emit_ext(Op::ListLit, [to, base, reprs.len() as u16], class.0);
                self.done(base, reprs.len(), true);
                State::Owned
            }
        }
    }
}
