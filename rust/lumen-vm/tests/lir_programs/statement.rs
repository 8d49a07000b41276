//! What blocks are made of: instructions, calls, loans, texts, and what runs when a frame is left.

use super::cell::{Fact, Maker, State};
use super::instruction::is_plain;
use super::world::{FIRST, INT, INTS, Kind, Sig};
use lumen_lir::*;

/// Runtime builtins: name, what they take, what they give.
const BUILTINS: [(&str, &[(bool, Kind)], Kind); 9] = [
    ("list.concat", &[(true, INTS), (false, INTS)], INTS),
    ("list.reverse", &[(true, INTS)], INTS),
    ("list.sort", &[(true, INTS)], INTS),
    ("list.slice", &[(false, INTS), (false, INT), (false, INT)], INTS),
    ("list.truncate", &[(true, INTS), (false, INT)], INTS),
    ("list.sum_int", &[(false, INTS)], INT),
    ("list.remove_at", &[(true, INTS), (false, INT)], INTS),
    ("int.gcd", &[(false, INT), (false, INT)], INT),
    ("int.saturating_mul", &[(false, INT), (false, INT)], INT),
];

impl Maker<'_> {
    /// Some statements.
    pub(crate) fn block(&mut self, size: u32) {
        for _ in 0..1 + self.random.below(size as usize * 3 + 3) {
            self.statement(size);
        }
    }

    fn statement(&mut self, size: u32) {
        let deep = size > 0;
        match self.random.below(40) {
            0..=1 if deep => self.branches(size - 1),
            2..=4 if deep => self.rounds(size - 1),
            5 if deep => self.switch(size - 1),
            6 if deep => self.leave_early(),
            7 if deep => self.deferred(size - 1),
            8 | 9 => self.lend(),
            10 | 11 if self.loops < 2 => self.call(),
            12 => self.call_value(),
            13 => self.builtin(),
            14 => self.show(),
            15 => self.unpack(),
            16 => self.reuse(),
            17 | 18 => self.renew(),
            19 => self.look_up(),
            _ => self.some_plain(),
        }
    }

    fn some_plain(&mut self) {
        for _ in 0..8 {
            let op = Op::ALL[self.random.below(Op::COUNT)];
            if is_plain(op) && !self.is_too_risky(op) && self.plain(op).is_some() {
                return;
            }
        }
    }

    /// What mostly fails is rare: programs that end early show nothing.
    fn is_too_risky(&mut self, op: Op) -> bool {
        use Op::*;
        match op {
            DynToI | DynToF | DynToB | TableKey | TableKeyR | TableVal | TableValR | StrChar => {
                !self.random.one_in(12)
            }
            StrAt | Pow | F2I | F2IFloor | F2ICeil | F2IRound => !self.random.one_in(3),
            _ => false,
        }
    }

    /// A register gets a new value.
    fn renew(&mut self) {
        let kinds = self.w.kinds.clone();
        let kind = kinds[self.random.below(kinds.len())];
        if let Some(reg) = self.target(kind.repr, &[]) {
            self.make(reg);
        }
    }

    /// Writes what some registers hold.
    pub(crate) fn show(&mut self) {
        let (shown, none) = (1 + self.random.below(4), self.w.function);
        let alive: Vec<Reg> = self
            .pool
            .iter()
            .copied()
            .filter(|reg| {
                self.is_alive(*reg)
                    && self.repr(*reg).class() != Some(none)
                    && self.w.kind_of(self.repr(*reg)).is_some()
            })
            .collect();
        let regs: Vec<Reg> = (0..shown).filter_map(|_| self.random.pick(&alive)).collect();
        self.show_these(&regs);
    }

    pub(crate) fn show_these(&mut self, regs: &[Reg]) {
        let kinds: Vec<Kind> =
            regs.iter().filter_map(|reg| self.w.kind_of(self.repr(*reg))).collect();
        // An optional that is held in one register is written from it.
        let mut parts = Vec::new();
        for kind in &kinds {
            parts.push(TemplatePart::Hole { ty: kind.ty, spec: FormatSpec::default() });
            parts.push(TemplatePart::Text(" ".to_owned()));
        }
        let template = self.w.b.template(Template { parts });
        let reprs: Vec<Repr> = kinds.iter().map(|kind| kind.repr).collect();
        let base = self.window(&reprs);
        for (at, reg) in regs.iter().enumerate() {
            let to = base + at as Reg;
            let op = if self.repr(*reg).is_counted() { Op::Borrow } else { Op::Mov };
            self.emit(op, [to, *reg, 0]);
        }
        let text = self.text;
        self.emit(Op::Interp, [text, base, template as u16]);
        self.define(text, State::Owned);
        self.write(text);
        self.free(text);
        self.done(base, regs.len(), false);
    }

    fn write(&mut self, text: Reg) {
        let window = self.window(&[Repr::Ref(ClassId::STRING)]);
        self.emit(Op::Borrow, [window, text, 0]);
        let print = intrinsic_id("print").expect("a builtin");
        self.emit(Op::Rt, [0, window, print]);
    }

    fn builtin(&mut self) {
        let (name, params, result) = BUILTINS[self.random.below(BUILTINS.len())];
        let reprs: Vec<Repr> = params.iter().map(|(_, kind)| kind.repr).collect();
        let base = self.window(&reprs);
        for (at, (gives, kind)) in params.iter().enumerate() {
            self.provide(kind.repr, base + at as Reg, *gives);
        }
        // What is read must outlive what is given away.
        let roots: Vec<Reg> = (0..params.len() as Reg).map(|at| self.root(base + at)).collect();
        let Some(to) = self.target(result.repr, &roots) else {
            return self.done(base, reprs.len(), false);
        };
        let id = intrinsic_id(name).expect("a builtin");
        for (at, (gives, _)) in params.iter().enumerate() {
            if *gives {
                self.take(base + at as Reg);
            }
        }
        self.emit(Op::Rt, [to, base, id]);
        self.define(to, State::Owned);
        self.done(base, reprs.len(), false);
    }

    /// A call of a cell that stands behind this one, or of itself.
    pub(crate) fn call(&mut self) {
        let all = self.w.sigs.len();
        let itself = self.me.filter(|_| self.random.one_in(3));
        let callee = match itself {
            Some(me) => me,
            None if self.callees < all => self.callees + self.random.below(all - self.callees),
            None => return,
        };
        let Sig { params, result } = self.w.sigs[callee].clone();
        let mut reprs = vec![Repr::I64; 2];
        reprs.extend(params.iter().map(|(kind, _)| kind.repr));
        let base = self.window(&reprs);
        for (at, (kind, passing)) in params.iter().enumerate().skip(1) {
            self.provide(kind.repr, base + 2 + at as Reg, *passing == Passing::Owned);
        }
        let held: Vec<Reg> = (0..reprs.len() as Reg).map(|at| base + at).collect();
        let to = match result {
            Some(kind) => match self.target(kind.repr, &held) {
                Some(to) => to,
                None => return self.done(base, reprs.len(), false),
            },
            None => self.pair,
        };
        if itself.is_some() {
            self.emit(Op::AddI, [base + 2, 0, -1i16 as u16]);
        } else {
            let depth = self.random.below(4) as i32;
            self.emit_imm(Op::LdI, base + 2, depth);
        }
        // What is kept alive for the call must not be owned by its window.
        for (at, (_, passing)) in params.iter().enumerate() {
            let reg = base + 2 + at as Reg;
            // Nor may it have been given away by another argument.
            let state = self.state(reg);
            if *passing == Passing::Borrowed && matches!(state, State::Owned | State::Undef) {
                self.free(reg);
                self.make_static(reg);
            }
        }
        let id = FIRST + callee as u32;
        if self.random.one_in(4) {
            self.emit_ext(Op::CallW, [to, base, 0], id);
        } else {
            self.emit(Op::Call, [to, base, id as u16]);
        }
        self.done(base, reprs.len(), true);
        if result.is_some() {
            self.define(to, State::Owned);
        }
    }

    /// A value that nobody counts.
    fn make_static(&mut self, reg: Reg) {
        let class = self.repr(reg).class().unwrap_or(ClassId::LIST_INT);
        match self.w.b.module().classes[class.index()] {
            ClassDesc::String => {
                let text = self.w.b.string("borrowed");
                self.emit_imm(Op::LdStr, reg, text as i32);
            }
            _ => self.emit_imm(Op::LdEmpty, reg, class.0 as i32),
        }
        self.define(reg, State::Static);
    }

    /// A call of a function value; its failure may become a value.
    pub(crate) fn call_value(&mut self) {
        let functions = self.alive(Repr::Ref(self.w.function));
        let Some(function) = self.random.pick(&functions) else { return };
        let tried = self.random.one_in(3);
        let reprs = [Repr::I64, Repr::I64, Repr::I64, INT.repr, INTS.repr];
        let base = self.window(&reprs);
        self.provide(INT.repr, base + 3, true);
        self.provide(INTS.repr, base + 4, true);
        let outcome = self.w.outcome;
        let repr = if tried { Repr::Ref(outcome) } else { Repr::I64 };
        let Some(to) = self.target(repr, &[function]) else { return };
        if tried {
            self.emit_ext(Op::CallTry, [to, base, function], outcome.0);
        } else {
            self.emit(Op::CallC, [to, base, function]);
        }
        self.done(base, reprs.len(), true);
        self.define(to, State::Owned);
    }

    /// Statements during which a failure calls a closure; afterwards it is called.
    fn deferred(&mut self, size: u32) {
        let Some(reg) = self.deferred.pop() else { return };
        self.free(reg);
        self.flat(reg, self.w.cleanup);
        self.define(reg, State::Owned);
        let start = self.b.label_here();
        self.block(size);
        let end = self.b.label_here();
        let base = self.window(&[Repr::I64, Repr::I64, Repr::I64]);
        self.emit(Op::CallC, [0, base, reg]);
        self.free(reg);
        self.b.defer_scope(start, end, reg);
        self.deferred.push(reg);
    }

    /// A unique place inside of a value is changed.
    fn lend(&mut self) {
        let [rows, points, point, shelf, ints, bools] = self.loans[..] else { return };
        let index = self.window(&[Repr::I64, Repr::I64]);
        for at in 0..2 {
            self.provide(Repr::I64, index + at, true);
            self.index(index + at);
        }
        let given = self.window_of(&[INTS.repr, Repr::Ref(ClassId::STRING)], 0, true);
        let which = [rows, points, point, shelf, bools][self.random.below(5)];
        let owns = |reg: &Reg| {
            self.repr(*reg) == self.repr(which)
                && self.state(*reg) == State::Owned
                && !self.pinned.contains(reg)
        };
        let found: Vec<Reg> = self.pool.iter().copied().filter(owns).collect();
        let Some(owner) = self.random.pick(&found) else { return self.done(given, 2, false) };
        self.kill_borrows(owner);
        self.emit(Op::Uniq, [which, owner, 0]);
        let last = self.random.below(3);
        let inner = match which {
            reg if reg == rows => match last {
                0 => {
                    self.emit(Op::ListPutR, [rows, index, given]);
                    self.take(given);
                    None
                }
                1 => {
                    self.emit(Op::ListSwap, [rows, index, given]);
                    self.define(given, State::Owned);
                    None
                }
                _ => {
                    self.emit(Op::ListElemU, [ints, rows, index]);
                    Some(ints)
                }
            },
            reg if reg == bools => {
                self.emit(Op::ListPutB, [bools, index, self.pair]);
                None
            }
            reg if reg == shelf => {
                self.lend_map([shelf, ints, given], last);
                (last > 1).then_some(ints)
            }
            reg if reg == points => {
                self.emit(Op::ListElemU, [point, points, index]);
                self.lend_point(point, [ints, index, given], last)
            }
            _ => self.lend_point(point, [ints, index, given], last),
        };
        if let Some(list) = inner {
            self.emit(Op::ListPut, [list, index, index + 1]);
        }
        self.done(given, 2, false);
    }

    fn lend_map(&mut self, [shelf, ints, given]: [Reg; 3], last: usize) {
        match last {
            0 => {
                self.emit(Op::MapPutU, [shelf, given + 1, given]);
                self.take(given);
                self.take(given + 1);
            }
            1 => {
                self.emit(Op::MapSwap, [shelf, given + 1, given]);
                self.define(given, State::Owned);
            }
            _ => self.emit(Op::MapElemU, [ints, shelf, given + 1]),
        }
    }

    fn lend_point(
        &mut self,
        point: Reg,
        [ints, index, given]: [Reg; 3],
        last: usize,
    ) -> Option<Reg> {
        match last {
            0 => self.emit(Op::FldPut, [point, 0, index]),
            1 if self.random.one_in(2) => {
                self.emit(Op::FldPutR, [point, 3, given]);
                self.take(given);
            }
            1 => {
                self.emit(Op::FldSwap, [point, 3, given]);
                self.define(given, State::Owned);
            }
            _ => {
                self.emit(Op::FldU, [ints, point, 3]);
                return Some(ints);
            }
        }
        None
    }

    /// A register of the pool that owns an object with fields, known which.
    fn some_object(&mut self) -> Option<(Reg, ClassId)> {
        let found: Vec<Reg> = self
            .pool
            .iter()
            .copied()
            .filter(|reg| {
                self.state(*reg) == State::Owned
                    && !self.pinned.contains(reg)
                    && self.is_pointer(*reg)
            })
            .collect();
        let reg = self.random.pick(&found)?;
        let class = match self.facts[usize::from(reg)] {
            Fact::Variant(n) => self.variant(self.repr(reg), n),
            _ => self.repr(reg).class()?,
        };
        let fields = self.w.fields(class);
        (!fields.is_empty()).then_some((reg, class))
    }

    /// An object is taken apart.
    fn unpack(&mut self) {
        let Some((reg, class)) = self.some_object() else { return };
        let fields = self.w.fields(class);
        let base = self.window(&fields);
        self.emit(Op::Unpack, [base, reg, fields.len() as u16]);
        self.take(reg);
        for (at, repr) in fields.iter().enumerate() {
            let from = base + at as Reg;
            self.define(from, State::Owned);
            let Some(to) = self.target(*repr, &[]) else { continue };
            let op = if repr.is_counted() { Op::Move } else { Op::Mov };
            self.emit(op, [to, from, 0]);
            self.take(from);
            self.define(to, State::Owned);
        }
        self.done(base, fields.len(), false);
    }

    /// An object is made in the memory of another one.
    fn reuse(&mut self) {
        let point = self.w.point;
        let fields = self.w.fields(point);
        let base = self.window_of(&fields, 0, true);
        let Some((reg, _)) = self.some_object() else {
            return self.done(base, fields.len(), false);
        };
        let Some(to) = self.target(Repr::Ref(point), &[reg]) else {
            return self.done(base, fields.len(), false);
        };
        self.emit_ext(Op::NewReuse, [to, reg, base], point.0);
        self.take(reg);
        self.done(base, fields.len(), true);
        self.define(to, State::Owned);
    }

    /// A number under a key of a map: two registers.
    fn look_up(&mut self) {
        let is_map =
            |reg: &Reg| self.is_alive(*reg) && self.w.value(self.repr(*reg)) == Some(Repr::I64);
        let found: Vec<Reg> = self.pool.iter().copied().filter(is_map).collect();
        let ints = self.alive(Repr::I64);
        let (Some(map), Some(key)) = (self.random.pick(&found), self.random.pick(&ints)) else {
            return;
        };
        let pair = self.pair;
        self.emit(Op::MapGet, [pair, map, key]);
    }
}
