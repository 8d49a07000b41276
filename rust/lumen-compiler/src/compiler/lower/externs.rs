//! Calls of builtins: one instruction where there is one, else a runtime builtin.
//!
//! Input: the key of an extern cell (`list.append`). Output: its instructions.

use super::extern_cell;
use super::fx::Fx;
use super::order::{self, Arg};
use super::value::{Own, Place, Val, Want};
use super::{codes, limits};
use crate::compiler::hir::{CellId, ExprId};
use crate::compiler::typecheck::tables::{ArgSource, Call};
use crate::compiler::typecheck::types::{Ty, TyKind};
use lumen_lir::{
    ArgMode, FormatSpec, FormatType, INTRINSICS, Op, Reg, Repr, Slots, TemplatePart, TypeArg,
};

impl<'a> Fx<'_, 'a> {
    pub(super) fn call_extern(
        &mut self,
        e: ExprId,
        call: &'a Call,
        key: &str,
        cell: CellId,
        type_args: &[Ty],
        hint: Option<Reg>,
    ) -> Val {
        match key {
            "any.print" => return self.print(e, call),
            "string.format" => return self.format_call(e, call, type_args),
            _ => {}
        }
        let args = self.extern_args(call, key, type_args);
        self.at_expr(e);
        let ret = self.ty_of_result(cell, type_args);
        if !self.r.reachable {
            args.into_iter().for_each(|v| self.done(v));
            return Val::new(Place::Never, ret);
        }
        self.extern_op(key, &args, ret, type_args, hint)
    }

    fn ty_of_result(&mut self, cell: CellId, type_args: &[Ty]) -> Ty {
        self.formals(cell, type_args).1
    }

    /// Evaluates the arguments of a builtin, defaults included.
    fn extern_args(&mut self, call: &'a Call, key: &str, type_args: &[Ty]) -> Vec<Val> {
        let body = self.body();
        let args = order::arguments(body, call);
        let mut out: Vec<Option<Val>> = vec![None; call.args.len()];
        for (n, &(index, arg)) in args.iter().enumerate() {
            let Arg::Expr(arg) = arg else { continue };
            let later = args[n + 1..].iter().any(|&(_, a)| match a {
                Arg::Expr(e) | Arg::Element(e, _) => self.assigns(e),
            });
            let i = index as usize;
            let want = if extern_cell::takes(key, i) { Want::Own } else { Want::Borrow };
            let v = if extern_cell::any_subject(key) && i == 0 {
                self.unadjusted(arg)
            } else {
                self.argument(arg, want, None)
            };
            out[i] = Some(if later { self.snapshot(v) } else { v });
        }
        for (i, source) in call.args.iter().enumerate() {
            match source {
                ArgSource::Default(cell) => {
                    out[i] = Some(self.default_value(*cell, type_args, &[]))
                }
                ArgSource::Variadic(items) => {
                    let any = self.p.types.store.intern(TyKind::List(Ty::ANY));
                    out[i] = Some(self.list_of(any, items));
                }
                ArgSource::Expr(_) => {}
            }
        }
        out.into_iter().flatten().collect()
    }

    /// An argument of type `Any` as what it really is.
    fn unadjusted(&mut self, e: ExprId) -> Val {
        if let Some((recv, v)) = self.receiver
            && recv == e
        {
            self.receiver = None;
            return v;
        }
        if self.typed().adjust.contains_key(&e)
            && !self.p.types.kind(self.typed().ty(e)).eq(&TyKind::Never)
        {
            self.raw_value(e)
        } else {
            self.read(e)
        }
    }

    /// The operation of a builtin on evaluated arguments.
    pub(super) fn extern_op(
        &mut self,
        key: &str,
        args: &[Val],
        ret: Ty,
        type_args: &[Ty],
        hint: Option<Reg>,
    ) -> Val {
        if let Some((op, repr)) = extern_cell::unary_op(key) {
            return self.unary(op, args[0], repr, hint);
        }
        if let Some((op, repr)) = extern_cell::binary_op(key) {
            let ty = if repr == Repr::F64 { Ty::FLOAT } else { Ty::INT };
            return self.three(op, args[0], args[1], repr, ty, hint);
        }
        match key {
            "list.append" => self.list_push(args[0], args[1]),
            "map.insert" => self.map_put(args[0], args[1], args[2]),
            "map.push_at" => self.push_at(args[0], args[1], args[2]),
            "set.add" => self.set_add(args[0], args[1]),
            "map.has_key" | "set.contains" => self.has_key(args[0], args[1], hint),
            "map.get_or" => self.get_or(args[0], args[1], args[2], ret, hint),
            "list.mean" => self.mean(args[0], ret),
            "any.to_string" => self.to_text(args[0], false),
            "any.debug" => {
                let text = self.to_text(args[0], true);
                self.rt("debug", &[text], Ty::NULL, None)
            }
            "any.assert_eq" | "any.assert_ne" => self.assert_equal(key == "any.assert_eq", args),
            "string.panic" => self.fail_with(codes::PANIC, args[0]),
            "int.exit" => {
                let v = self.rt("exit", args, Ty::NULL, None);
                self.done(v);
                self.fail_text(codes::PANIC, "exit returned")
            }
            "fn.attempt" => self.call_try(args[0], ret),
            "json.as_string" | "json.as_int" | "json.as_float" | "json.as_bool"
            | "json.as_list" | "json.as_map" => self.json_as(args[0], ret),
            "string.base64_encode" | "string.hex_encode" | "string.sha256" | "string.blake3" => {
                let bytes = self.rt("string.bytes", args, Ty::BYTES, None);
                let name = key.trim_start_matches("string.");
                self.rt(name, &[bytes], ret, None)
            }
            _ => {
                let name = extern_cell::intrinsic_name(key);
                let subject = args.first().map(|v| v.ty).or_else(|| type_args.first().copied());
                self.rt(name, args, ret, subject)
            }
        }
    }

    /// Calls a runtime builtin. `subject` is the type that a `Subject` signature speaks of.
    pub(super) fn rt(&mut self, name: &str, args: &[Val], ret: Ty, subject: Option<Ty>) -> Val {
        let Some(id) = lumen_lir::intrinsic_id(name) else {
            let at = self.here();
            self.p.errors.push(limits::not_built(at, &format!("the builtin `{name}`")));
            return Val::new(Place::Never, ret);
        };
        if args.iter().any(|v| v.place == Place::Never) {
            return Val::new(Place::Never, ret);
        }
        let signature = &INTRINSICS[usize::from(id)];
        let type_arg = match signature.type_arg {
            TypeArg::None => None,
            TypeArg::Subject => Some(self.info(subject.unwrap_or(Ty::ANY)).id),
            TypeArg::Result => Some(self.info(ret).id),
        };
        let modes: Vec<bool> = signature.params.iter().map(|p| p.0 == ArgMode::Take).collect();
        self.effects = self.effects.union(signature.effects);
        let (base, held) = self.rt_window(args, &modes);
        let slots = match self.p.types.kind(ret) {
            TyKind::Null | TyKind::Never | TyKind::Error => Slots::None,
            _ => self.info(ret).slots,
        };
        let out = match slots {
            Slots::None => {
                self.emit_rt(0, base, id, type_arg);
                Val::unit()
            }
            Slots::One(repr) => {
                let dst = self.r.alloc(&mut self.b, repr);
                self.emit_rt(dst, base, id, type_arg);
                self.defined(dst, ret)
            }
            Slots::Two(repr) => {
                let dst = self.temp_pair(repr, None);
                self.emit_rt(dst, base, id, type_arg);
                Val::new(Place::Two(dst, Own::Temp), ret)
            }
        };
        for (v, taken, reg) in held {
            match reg {
                Some((reg, n)) => {
                    for reg in reg..reg + n {
                        self.unpin(reg);
                        if self.r.state(reg).owned {
                            self.r.set_consumed(reg);
                        }
                        self.free(reg);
                    }
                    if !taken {
                        self.done(v);
                    }
                }
                None if taken => self.consumed(v),
                None => self.done(v),
            }
        }
        out
    }

    fn emit_rt(&mut self, dst: Reg, base: Reg, id: u16, type_arg: Option<lumen_lir::TypeId>) {
        match type_arg {
            None => self.b.emit(Op::Rt, dst, base, id),
            Some(ty) => self.b.emit_ext32(Op::RtT, [dst, base, id], [ty.0, 0]),
        }
    }

    /// Brings arguments into consecutive registers. A single one is used where it is.
    #[expect(
        clippy::type_complexity,
        reason = "a value, whether it is consumed, and the registers it was copied to"
    )]
    fn rt_window(
        &mut self,
        args: &[Val],
        modes: &[bool],
    ) -> (Reg, Vec<(Val, bool, Option<(Reg, u16)>)>) {
        let taken = |i: usize| modes.get(i).copied().unwrap_or(false);
        if let [v] = args {
            let v = if taken(0) { self.own(*v, None) } else { self.lend(*v) };
            let (reg, v) = self.reg(v);
            let pinned_take = taken(0) && self.r.state(reg).pinned;
            let _ = pinned_take;
            return (reg, vec![(v, taken(0), None)]);
        }
        let slots: Vec<Slots> = args.iter().map(|v| self.info(v.ty).slots).collect();
        let reprs: Vec<Repr> = slots.iter().flat_map(|s| s.reprs()).collect();
        let base = self.r.alloc_run(&mut self.b, &reprs, false, 0);
        for i in 0..reprs.len() as u16 {
            self.pin(base + i);
        }
        let mut held = Vec::with_capacity(args.len());
        let mut at = base;
        for (i, (v, slots)) in args.iter().zip(slots).enumerate() {
            let n = slots.len() as u16;
            let dest = super::fx::Dest { reg: at, slots, ty: v.ty };
            if taken(i) {
                self.place(*v, dest);
                held.push((Val::unit(), true, Some((at, n))));
            } else {
                let v = self.lend(*v);
                let kept = self.copy_into(v, dest);
                held.push((kept, false, Some((at, n))));
            }
            at += n;
        }
        (base, held)
    }

    /// Copies a borrowed value into a register of a window; what it gives keeps the value alive.
    pub(super) fn copy_into(&mut self, v: Val, dest: super::fx::Dest) -> Val {
        match v.place {
            Place::One(reg, own) if self.is_counted(reg) => {
                self.b.emit(Op::Borrow, dest.reg, reg, 0);
                match own {
                    Own::Loan { root, temp: true } => {
                        self.free(reg);
                        Val::new(Place::One(reg, Own::Loan { root, temp: false }), v.ty)
                    }
                    _ => v,
                }
            }
            _ => {
                self.place(v, dest);
                if self.is_counted(dest.reg) {
                    self.r.set_consumed(dest.reg);
                }
                Val::unit()
            }
        }
    }

    // ---- collections ----

    pub(super) fn list_push(&mut self, list: Val, x: Val) -> Val {
        let TyKind::List(elem) = self.kind(list.ty) else { return list };
        let repr = self.one(elem);
        let list = self.own(list, None);
        let (reg, list) = self.reg(list);
        if matches!(list.place, Place::One(_, Own::Temp)) {
            self.r.set_owned(reg);
        }
        let list = Val::new(Place::One(reg, Own::Owned), list.ty);
        let x = self.slot(x);
        let op = match repr {
            Repr::Bool => Op::ListPushB,
            Repr::I64 | Repr::F64 => Op::ListPush,
            _ => Op::ListPushR,
        };
        let x = self.own(x, None);
        let (value, x) = self.reg(x);
        self.b.emit(op, reg, value, 0);
        self.consumed(x);
        list
    }

    pub(super) fn owned_reg(&mut self, v: Val) -> (Reg, Val) {
        let v = self.own(v, None);
        let (reg, v) = self.reg(v);
        if matches!(v.place, Place::One(_, Own::Temp)) && self.is_counted(reg) {
            self.r.set_owned(reg);
            return (reg, Val::new(Place::One(reg, Own::Owned), v.ty));
        }
        (reg, v)
    }

    pub(super) fn map_put(&mut self, map: Val, key: Val, value: Val) -> Val {
        let (m, map) = self.owned_reg(map);
        let (key, value) = (self.slot(key), self.slot(value));
        let key = self.own(key, None);
        let value = self.own(value, None);
        let (k, key) = self.reg(key);
        let (v, value) = self.reg(value);
        self.b.emit(Op::MapPut, m, k, v);
        self.consumed(key);
        self.consumed(value);
        map
    }

    pub(super) fn set_add(&mut self, set: Val, x: Val) -> Val {
        let (s, set) = self.owned_reg(set);
        let x = self.slot(x);
        let x = self.own(x, None);
        let (v, x) = self.reg(x);
        self.b.emit(Op::SetAdd, s, v, 0);
        self.consumed(x);
        set
    }

    /// `m[k] = m[k].append(x)`, or a new list: the list is taken out of the map, so that it grows in place.
    fn push_at(&mut self, map: Val, key: Val, x: Val) -> Val {
        let TyKind::Map(_, list_ty) = self.kind(map.ty) else { return map };
        let (m, map) = self.owned_reg(map);
        let key = self.slot(key);
        let key = self.lend(key);
        let (k, key) = self.reg(key);
        let Some(class) = self.info(list_ty).class() else { return map };
        let dst = self.r.alloc(&mut self.b, Repr::Ref(class));
        self.b.emit_imm(Op::LdEmpty, dst, class.0 as i32);
        let list = self.owned(dst, list_ty);
        let (fresh, done) = (self.b.new_label(), self.b.new_label());
        let has = self.r.alloc(&mut self.b, Repr::Bool);
        self.b.emit(Op::TableHas, has, m, k);
        self.b.branch(Op::JF, has, 0, fresh);
        self.free(has);
        let repr = self.b.repr(m);
        let lent = self.r.alloc(&mut self.b, repr);
        self.b.emit(Op::Uniq, lent, m, 0);
        self.b.emit(Op::MapSwap, lent, k, dst);
        self.b.bind(fresh);
        self.free(lent);
        let list = self.list_push(list, x);
        let own_key = self.alias_of(key);
        let own_key = self.own(own_key, None);
        let (ok, own_key) = self.reg(own_key);
        self.b.emit(Op::MapPut, m, ok, dst);
        self.consumed(own_key);
        self.consumed(list);
        self.done(key);
        self.b.bind(done);
        map
    }

    fn alias_of(&mut self, v: Val) -> Val {
        self.alias(v)
    }

    fn get_or(&mut self, map: Val, key: Val, default: Val, ret: Ty, hint: Option<Reg>) -> Val {
        let repr = self.one(ret);
        if !repr.is_counted() {
            let key = self.slot(key);
            let (m, map) = self.reg(map);
            let (k, key) = self.reg(key);
            let (d, default) = self.reg(default);
            let dst = self.temp(repr, hint);
            self.b.emit_ext16(Op::MapGetOr, [dst, m, k], [d, 0, 0, 0]);
            self.done(map);
            self.done(key);
            self.done(default);
            return Val::new(Place::One(dst, Own::Temp), ret);
        }
        let default = self.own(default, None);
        let found = self.map_element(map, key, ret, Want::Own);
        let found = self.own(found, None);
        let dest = self.dest(ret);
        let (absent, end) = (self.b.new_label(), self.b.new_label());
        let (found, fork) = self.fork_null(found, absent);
        let inner = self.present(found, ret);
        self.place(inner, dest);
        self.done(default);
        let first = self.end_first(&fork, end);
        self.b.bind(absent);
        self.absent(found);
        self.place(default, dest);
        self.end_second(fork, first, end);
        self.take_dest(dest)
    }

    fn mean(&mut self, list: Val, ret: Ty) -> Val {
        let TyKind::List(elem) = self.kind(list.ty) else { return list };
        let list = self.lend(list);
        let (reg, list) = self.reg(list);
        let dest = self.dest(ret);
        let n = self.r.alloc(&mut self.b, Repr::I64);
        self.b.emit(Op::ListLen, n, reg, 0);
        let (empty, end) = (self.b.new_label(), self.b.new_label());
        self.b.branch(Op::JEqI, n, 0, empty);
        let name = if elem == Ty::FLOAT { "list.sum_float" } else { "list.sum_int" };
        let again = Val::new(Place::One(reg, Own::Alias), list.ty);
        let sum = self.rt(name, &[again], elem, None);
        let sum = if elem == Ty::FLOAT { sum } else { self.unary(Op::I2F, sum, Repr::F64, None) };
        let count =
            self.unary(Op::I2F, Val::new(Place::One(n, Own::Temp), Ty::INT), Repr::F64, None);
        let mean = self.three(Op::FDiv, sum, count, Repr::F64, Ty::FLOAT, None);
        let mean = self.convert(mean, ret, None);
        self.place(mean, dest);
        self.b.jmp(end);
        self.b.bind(empty);
        self.place(Val::new(Place::Nil, ret), dest);
        self.b.bind(end);
        self.done(list);
        self.take_dest(dest)
    }

    fn json_as(&mut self, j: Val, ret: Ty) -> Val {
        let inner = self.non_null(ret);
        let dest = self.dest(ret);
        let (other, end) = (self.b.new_label(), self.b.new_label());
        let j = self.lend(j);
        let (_, j) = self.reg(j);
        let test = self.alias(j);
        self.jump_is(test, inner, false, other, false);
        let fork = self.r.fork();
        let v = self.alias(j);
        let v = self.convert(v, inner, None);
        let v = self.convert(v, ret, None);
        let v = self.own(v, None);
        self.place(v, dest);
        let first = self.end_first(&fork, end);
        self.b.bind(other);
        self.place(Val::new(Place::Nil, ret), dest);
        self.end_second(fork, first, end);
        self.done(j);
        self.take_dest(dest)
    }

    // ---- text and failure ----

    /// The text of a value, quoted inside or everywhere.
    pub(super) fn to_text(&mut self, v: Val, debug: bool) -> Val {
        if v.ty == Ty::STRING && !debug {
            return v;
        }
        let ty = v.ty;
        self.rt(if debug { "debug_string" } else { "to_string" }, &[v], Ty::STRING, Some(ty))
    }

    pub(super) fn print(&mut self, e: ExprId, call: &'a Call) -> Val {
        let mut items: Vec<ExprId> = Vec::new();
        for source in &call.args {
            match source {
                ArgSource::Expr(e) => items.push(*e),
                ArgSource::Variadic(all) => {
                    if let Some((_, true)) = all.iter().find(|i| i.1) {
                        let at = self.here();
                        self.p.errors.push(limits::not_built(at, "spreading a list into `print`"));
                        return Val::unit();
                    }
                    items.extend(all.iter().map(|i| i.0));
                }
                ArgSource::Default(_) => {}
            }
        }
        let mut values = Vec::with_capacity(items.len());
        for (n, &item) in items.iter().enumerate() {
            let v = self.unadjusted(item);
            let later = items[n + 1..].iter().any(|&e| self.assigns(e));
            values.push(if later { self.snapshot(v) } else { v });
        }
        if !self.r.reachable {
            values.into_iter().for_each(|v| self.done(v));
            return Val::never();
        }
        self.at_expr(e);
        let text = match values.as_slice() {
            [v] if v.ty == Ty::STRING => *v,
            [] => Val::new(Place::Str(self.p.module.string("")), Ty::STRING),
            _ => {
                let mut parts = Vec::new();
                for (i, v) in values.iter().enumerate() {
                    if i > 0 {
                        parts.push(TemplatePart::Text(" ".to_owned()));
                    }
                    let ty = self.info(v.ty).id;
                    parts.push(TemplatePart::Hole { ty, spec: FormatSpec::default() });
                }
                self.fill(parts, &values, None)
            }
        };
        self.rt("print", &[text], Ty::NULL, None)
    }

    /// `format(template, …)`: the values as texts in a list.
    fn format_call(&mut self, e: ExprId, call: &'a Call, _type_args: &[Ty]) -> Val {
        let mut template = None;
        let mut texts = Vec::new();
        for source in &call.args {
            match source {
                ArgSource::Expr(e) if template.is_none() => {
                    template = Some(self.argument(*e, Want::Borrow, None))
                }
                ArgSource::Expr(e) => {
                    let v = self.unadjusted(*e);
                    texts.push(self.to_text(v, false));
                }
                ArgSource::Variadic(items) => {
                    for &(item, spread) in items {
                        if spread {
                            let at = self.here();
                            self.p
                                .errors
                                .push(limits::not_built(at, "spreading a list into `format`"));
                        }
                        let v = self.unadjusted(item);
                        texts.push(self.to_text(v, false));
                    }
                }
                ArgSource::Default(_) => {}
            }
        }
        let Some(template) = template else { return Val::never() };
        self.at_expr(e);
        let ty = self.p.types.store.intern(TyKind::List(Ty::STRING));
        let list = self.list_of_values(ty, &texts);
        self.rt("string.format", &[template, list], Ty::STRING, None)
    }

    fn assert_equal(&mut self, equal: bool, args: &[Val]) -> Val {
        let [actual, expected, rest @ ..] = args else { return Val::unit() };
        let (actual, expected) = (self.lend(*actual), self.lend(*expected));
        let (_, actual) = self.reg(actual);
        let (_, expected) = self.reg(expected);
        let message = rest.first().map(|m| {
            let m = self.lend(*m);
            self.reg(m).1
        });
        let (a, b) = (self.alias(actual), self.alias(expected));
        let op =
            if equal { crate::compiler::hir::CmpOp::Eq } else { crate::compiler::hir::CmpOp::Ne };
        let holds = self.compare_values(op, a, b, None);
        let fine = self.b.new_label();
        self.jump_truth(holds, true, fine, false);
        let fork = self.r.fork();
        let spec = FormatSpec { ty: Some(FormatType::Debug), ..FormatSpec::default() };
        let (ea, aa) = (self.info(expected.ty).id, self.info(actual.ty).id);
        let mut parts = Vec::new();
        let mut values = Vec::new();
        if equal {
            parts.push(TemplatePart::Text("expected ".to_owned()));
            parts.push(TemplatePart::Hole { ty: ea, spec });
            parts.push(TemplatePart::Text(", found ".to_owned()));
            parts.push(TemplatePart::Hole { ty: aa, spec });
            values.push(self.alias(expected));
        } else {
            parts.push(TemplatePart::Text("both sides are ".to_owned()));
            parts.push(TemplatePart::Hole { ty: aa, spec });
        }
        values.push(self.alias(actual));
        let text = self.fill(parts, &values, None);
        if let Some(message) = message {
            let plain = self.b.new_label();
            let m = self.alias(message);
            let m = self.jump_null(m, true, plain);
            let inner = self.present(m, Ty::STRING);
            let sep = Val::new(Place::Str(self.p.module.string(": ")), Ty::STRING);
            let both = self.join_text(inner, sep, None);
            let again = self.alias(text);
            let both = self.join_text(both, again, None);
            let v = self.fail_with(codes::ASSERTION, both);
            self.done(v);
            self.b.bind(plain);
            self.r.reachable = true;
        }
        let v = self.fail_with(codes::ASSERTION, text);
        self.done(v);
        self.r.rewind(&self.b, &fork);
        self.b.bind(fine);
        self.r.join(fork);
        self.done(actual);
        self.done(expected);
        if let Some(message) = message {
            self.done(message);
        }
        Val::unit()
    }

    /// Fails with a computed message.
    pub(super) fn fail_with(&mut self, code: u16, message: Val) -> Val {
        if !self.r.reachable {
            return Val::never();
        }
        if let Place::Str(k) = message.place {
            self.b.emit_imm(Op::Fail, code, k as i32);
        } else {
            let (reg, message) = self.reg(message);
            self.b.emit(Op::FailR, code, reg, 0);
            let _ = message;
        }
        self.r.reachable = false;
        Val::never()
    }

    pub(super) fn fail_text(&mut self, code: u16, text: &str) -> Val {
        let k = self.p.module.string(text);
        self.fail_with(code, Val::new(Place::Str(k), Ty::STRING))
    }

    pub(super) fn here(&self) -> lumen_base::FileSpan {
        let frame = self.frame();
        let span = frame
            .body
            .root
            .map_or_else(lumen_base::Span::default, |root| frame.body.exprs[root].span);
        span.in_file(self.p.file_of(frame.cell))
    }
}
