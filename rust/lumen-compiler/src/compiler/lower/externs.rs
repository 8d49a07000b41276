//! Calls of builtins: one instruction where there is one, else a runtime builtin.
//!
//! Input: the key of an extern cell (`list.append`). Output: its instructions.

use super::extern_cell;
use super::fx::Fx;
use super::order::{self, Arg};
use super::value::{Own, Place, Val, Want};
use super::{codes, limits};
use crate::compiler::hir::{CellBody, CellId, ExprId};
use crate::compiler::typecheck::tables::{ArgSource, Call};
use crate::compiler::typecheck::types::{Ty, TyKind};
use lumen_base::sym;
use lumen_lir::{ArgMode, INTRINSICS, Op, Pat, Reg, Repr, Slots, TypeArg};

/// An argument: its value, whether it is consumed, and the registers it was copied to.
pub(super) type Held = (Val, bool, Option<(Reg, u16)>);

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

    pub(super) fn ty_of_result(&mut self, cell: CellId, type_args: &[Ty]) -> Ty {
        self.formals(cell, type_args).ret
    }

    /// Evaluates the arguments of a builtin, defaults included.
    pub(super) fn extern_args(&mut self, call: &'a Call, key: &str, type_args: &[Ty]) -> Vec<Val> {
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
                    let before: Vec<Val> = out[..i].iter().copied().flatten().collect();
                    out[i] = Some(self.default_behind(*cell, type_args, &before));
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
    pub(super) fn unadjusted(&mut self, e: ExprId) -> Val {
        if let Some((recv, v)) = self.receiver
            && recv == e
        {
            self.receiver = None;
            return v;
        }
        if !self.typed().is_plain(e) && !self.p.types.kind(self.typed().ty(e)).eq(&TyKind::Never) {
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
        if let Some(cell) = self.handled_builtin(key) {
            let inside = |_: &mut Self, v: Val| v;
            let outside = |fx: &mut Self| fx.plain_rt(key, args, ret, type_args);
            return self.when_handled(cell, args, ret, inside, outside);
        }
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
            "none.conversion_plan" => self.conversion_plan(subject_of(type_args), ret),
            "any.conversion_problem" => self.conversion_problem(subject_of(type_args), args[0]),
            "any.conversion_is_done" => self.conversion_is_done(subject_of(type_args), args[0]),
            "list.mean" => self.mean(args[0], ret),
            "any.inner_text" => self.inner_text(args[0]),
            "list.sort" if self.has_own_order(subject_of(type_args)) => {
                self.own_sort(sym::SORT_ORDERED, type_args, args)
            }
            "list.sort_keyed" if type_args.last().is_some_and(|&key| self.has_own_order(key)) => {
                self.own_sort(sym::SORT_KEYED_ORDERED, type_args, args)
            }
            "any.to_string" => self.text_of(args[0], false),
            "any.debug" => {
                let shown = self.unsealed(args[0]);
                let text = self.text_of(shown, true);
                self.rt("debug", &[text], Ty::NULL, None)
            }
            "any.assert_snapshot" => {
                let is_text = args[0].ty == Ty::STRING;
                let text = if is_text { args[0] } else { self.text_of(args[0], true) };
                let name = if is_text { "snapshot.text" } else { "snapshot.value" };
                self.rt(name, &[text, args[1]], Ty::NULL, None)
            }
            "any.assert_eq" | "any.assert_ne" => self.assert_equal(key == "any.assert_eq", args),
            "string.panic" => self.fail_with(codes::PANIC, args[0]),
            "string.inside_failed" => self.fail_with(codes::UNTRUSTED, args[0]),
            "string.tool_failed" => self.fail_with(codes::TOOL_FAILED, args[0]),
            "string.tool_mismatch" => self.fail_with(codes::TOOL_MISMATCH, args[0]),
            "int.exit" => {
                let v = self.rt("exit", args, Ty::NULL, None);
                self.done(v);
                self.fail_text(codes::PANIC, "exit returned")
            }
            "fn.attempt" => self.call_try(args[0], None, ret),
            "fn.timed" => self.call_try(args[0], Some(args[1]), ret),
            "json.as_string" | "json.as_bool" | "json.as_list" | "json.as_map" => {
                self.json_as(args[0], ret)
            }
            "string.base64_encode" | "string.hex_encode" | "string.sha256" | "string.blake3" => {
                let bytes = self.rt("string.bytes", args, Ty::BYTES, None);
                let name = key.trim_start_matches("string.");
                self.rt(name, &[bytes], ret, None)
            }
            _ => self.plain_rt(key, args, ret, type_args),
        }
    }

    /// A builtin that is one of the runtime.
    fn plain_rt(&mut self, key: &str, args: &[Val], ret: Ty, type_args: &[Ty]) -> Val {
        let name = extern_cell::intrinsic_name(key);
        let subject = args.first().map(|v| v.ty).or_else(|| type_args.first().copied());
        self.rt(name, args, ret, subject)
    }

    /// The builtin, if some handler of the program has a clause for it.
    fn handled_builtin(&self, key: &str) -> Option<CellId> {
        let names = self.p.names;
        self.p.hir.handled.iter().copied().find(|&cell| match self.p.hir.cells[cell].body {
            CellBody::Extern(symbol) => names.resolve(symbol) == key,
            _ => false,
        })
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
        let args: Vec<Val> =
            args.iter().zip(signature.params).map(|(&v, p)| self.as_part(v, p.1)).collect();
        let (base, held) = self.rt_window(&args, &modes);
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
        self.release_window(held);
        out
    }

    /// Gives up the registers of arguments after the instruction that had them.
    pub(super) fn release_window(&mut self, held: Vec<Held>) {
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
    }

    /// An argument that is compared with parts of a container, as it lies there: an optional scalar in one word.
    fn as_part(&mut self, v: Val, pat: Pat) -> Val {
        if !matches!(pat, Pat::A | Pat::B) || !matches!(self.info(v.ty).slots, Slots::Two(_)) {
            return v;
        }
        let part = self.slot(v);
        Val::new(part.place, Ty::ANY)
    }

    pub(super) fn emit_rt(
        &mut self,
        dst: Reg,
        base: Reg,
        id: u16,
        type_arg: Option<lumen_lir::TypeId>,
    ) {
        match type_arg {
            None => self.b.emit(Op::Rt, dst, base, id),
            Some(ty) => self.b.emit_ext32(Op::RtT, [dst, base, id], [ty.0, 0]),
        }
    }

    /// Brings arguments into consecutive registers. A single one is used where it is.
    pub(super) fn rt_window(&mut self, args: &[Val], modes: &[bool]) -> (Reg, Vec<Held>) {
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
}

/// The type argument of an operation on types.
fn subject_of(type_args: &[Ty]) -> Ty {
    type_args.first().copied().unwrap_or(Ty::ANY)
}
