//! Types as a user writes them, for messages and tools.
//!
//! Type → text. Long types are cut, so that a message stays a message.

use super::types::{RowTy, Ty, TyKind, TyStore};
use crate::compiler::hir::{Hir, TypeParamId};
use lumen_base::Interner;
use std::fmt::Write as _;

/// Nodes shown before a type is cut.
const NODES_SHOWN_MAX: u32 = 48;

/// Writes types of one compilation.
pub struct TypePrinter<'a> {
    pub hir: &'a Hir,
    pub names: &'a Interner,
    pub store: &'a TyStore,
}

impl TypePrinter<'_> {
    /// `ty` as source text.
    pub fn ty(&self, ty: Ty) -> String {
        let mut out = String::new();
        let mut left = NODES_SHOWN_MAX;
        self.write(ty, &mut out, &mut left);
        out
    }

    /// `row` as source text: `{emit, random}`.
    pub fn row(&self, row: RowTy) -> String {
        let kind = self.store.row(row);
        let effects = kind.effects.iter();
        let mut parts: Vec<String> =
            effects.map(|effect| self.hir.effect_name(effect, self.names).to_owned()).collect();
        parts.extend(kind.instances.iter().map(|&instance| self.ty(instance)));
        for &param in &kind.params {
            parts.push(self.param(param).unwrap_or("e").to_owned());
        }
        if !kind.infer.is_empty() {
            parts.push("_".to_owned());
        }
        format!("{{{}}}", parts.join(", "))
    }

    fn param(&self, param: TypeParamId) -> Option<&str> {
        Some(self.names.resolve(self.hir.type_params.get(param)?.name))
    }

    fn write(&self, ty: Ty, out: &mut String, left: &mut u32) {
        if *left == 0 {
            out.push('…');
            return;
        }
        *left -= 1;
        match self.store.kind(ty) {
            TyKind::Error | TyKind::Infer(_) => out.push('_'),
            TyKind::Never => out.push_str("Never"),
            TyKind::Int => out.push_str("Int"),
            TyKind::Float => out.push_str("Float"),
            TyKind::Bool => out.push_str("Bool"),
            TyKind::String => out.push_str("String"),
            TyKind::Bytes => out.push_str("Bytes"),
            TyKind::Null => out.push_str("Null"),
            TyKind::Json => out.push_str("Json"),
            TyKind::Any => out.push_str("Any"),
            TyKind::List(a) => self.head("list", &[*a], out, left),
            TyKind::Set(a) => self.head("set", &[*a], out, left),
            TyKind::Map(k, v) => self.head("map", &[*k, *v], out, left),
            TyKind::Tuple(parts) => self.list("(", parts, ", ", ")", out, left),
            TyKind::Record(id, args) => {
                self.head(self.names.resolve(self.hir.records[*id].name), args, out, left);
            }
            TyKind::Enum(id, args) => {
                self.head(self.names.resolve(self.hir.enums[*id].name), args, out, left);
            }
            TyKind::Optional(inner) => {
                let group = match self.store.kind(*inner) {
                    TyKind::Union(_) | TyKind::Fn { .. } => true,
                    TyKind::Object(traits) => traits.len() > 1,
                    _ => false,
                };
                if group {
                    self.list("(", &[*inner], "", ")", out, left);
                } else {
                    self.write(*inner, out, left);
                }
                out.push('?');
            }
            TyKind::Union(members) => self.list("", members, " | ", "", out, left),
            TyKind::Fn { params, ret, row } => {
                self.list("fn(", params, ", ", ") -> ", out, left);
                self.write(*ret, out, left);
                if *row != RowTy::EMPTY && self.store.row(*row).infer.is_empty() {
                    let _ = write!(out, " / {}", self.row(*row));
                }
            }
            TyKind::Refined { alias, args, .. } => {
                self.head(self.names.resolve(self.hir.aliases[*alias].name), args, out, left);
            }
            TyKind::Stream { elem, row } => {
                self.head("Stream", &[*elem], out, left);
                if *row != RowTy::EMPTY && self.store.row(*row).infer.is_empty() {
                    let _ = write!(out, " / {}", self.row(*row));
                }
            }
            TyKind::Object(traits) => {
                let names = traits.iter().map(|&of| self.names.resolve(self.hir.traits[of].name));
                let names: Vec<&str> = names.collect();
                let _ = write!(out, "any {}", names.join(" + "));
            }
            TyKind::Param(param) => out.push_str(self.param(*param).unwrap_or("_")),
            TyKind::Resumption { .. } => out.push_str("resumption"),
            TyKind::Instance(of, args) => {
                self.head(self.names.resolve(self.hir.effects[*of].name), args, out, left);
            }
        }
    }

    fn head(&self, name: &str, args: &[Ty], out: &mut String, left: &mut u32) {
        out.push_str(name);
        if !args.is_empty() {
            self.list("[", args, ", ", "]", out, left);
        }
    }

    fn list(
        &self,
        open: &str,
        parts: &[Ty],
        between: &str,
        close: &str,
        out: &mut String,
        left: &mut u32,
    ) {
        out.push_str(open);
        for (i, &part) in parts.iter().enumerate() {
            if i > 0 {
                out.push_str(between);
            }
            if *left == 0 {
                out.push('…');
                break;
            }
            self.write(part, out, left);
        }
        out.push_str(close);
    }
}
