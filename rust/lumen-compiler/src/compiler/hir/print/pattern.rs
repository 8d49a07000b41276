//! Patterns as text.

use super::Printer;
use crate::compiler::hir::{PatArg, PatId, PatKind, PatVariant};
use std::fmt::Write as _;

impl Printer<'_> {
    pub(super) fn pat(&mut self, id: PatId) {
        let body = self.body;
        match &body.pats[id].kind {
            PatKind::Missing => self.out.push_str("<missing>"),
            PatKind::Wild => self.out.push('_'),
            PatKind::Bind(local) => self.local(*local),
            PatKind::At(local, pat) => {
                self.local(*local);
                self.out.push_str(" @ ");
                self.pat(*pat);
            }
            PatKind::Lit(lit) => self.lit(lit),
            PatKind::Range { lo, hi, inclusive } => {
                let end = |end: &Option<i64>| end.map(|end| end.to_string()).unwrap_or_default();
                let _ = write!(
                    self.out,
                    "{}..{}{}",
                    end(lo),
                    if *inclusive { "=" } else { "" },
                    end(hi)
                );
            }
            PatKind::CharRange { lo, hi, inclusive } => {
                let end = |end: &Option<char>| end.map(|c| format!("{c:?}")).unwrap_or_default();
                let equals = if *inclusive { "=" } else { "" };
                let _ = write!(self.out, "{}..{equals}{}", end(lo), end(hi));
            }
            PatKind::FloatRange { lo, hi, inclusive } => {
                let end = |end: &Option<f64>| end.map(|x| format!("{x:?}")).unwrap_or_default();
                let equals = if *inclusive { "=" } else { "" };
                let _ = write!(self.out, "{}..{equals}{}", end(lo), end(hi));
            }
            PatKind::Variant { variant, args, rest } => {
                match variant {
                    PatVariant::Known(variant) => self.variant(*variant),
                    PatVariant::Unresolved(name) => {
                        self.out.push('@');
                        self.word(*name);
                    }
                    PatVariant::Error(_) => self.out.push_str("<error>"),
                }
                self.pat_args(args, *rest);
            }
            PatKind::Record { record, args, rest } => {
                self.word(self.hir.records[*record].name);
                self.pat_args(args, *rest);
            }
            PatKind::Tuple(items) => self.pats("(", items, ", ", ")"),
            PatKind::List { items, rest } => self.list_pat(items, *rest),
            PatKind::Type { pat, ty } => {
                self.pat(*pat);
                self.out.push_str(": ");
                self.ty(*ty);
            }
            PatKind::Or(items) => self.pats("", items, " | ", ""),
        }
    }

    fn pats(&mut self, open: &str, list: &[PatId], between: &str, close: &str) {
        self.out.push_str(open);
        for (i, pat) in list.iter().enumerate() {
            self.out.push_str(if i == 0 { "" } else { between });
            self.pat(*pat);
        }
        self.out.push_str(close);
    }

    fn list_pat(&mut self, items: &[PatId], rest: Option<(u32, Option<PatId>)>) {
        self.out.push('[');
        for i in 0..=items.len() {
            if let Some((at, pat)) = rest
                && at as usize == i
            {
                self.out.push_str("...");
                if let Some(pat) = pat {
                    self.pat(pat);
                }
                self.out.push_str(", ");
            }
            if let Some(item) = items.get(i) {
                self.pat(*item);
                self.out.push_str(", ");
            }
        }
        if self.out.ends_with(", ") {
            self.out.truncate(self.out.len() - 2);
        }
        self.out.push(']');
    }

    fn pat_args(&mut self, args: &[PatArg], rest: bool) {
        if args.is_empty() && !rest {
            return;
        }
        self.out.push('(');
        for (i, arg) in args.iter().enumerate() {
            self.out.push_str(if i == 0 { "" } else { ", " });
            if let Some((name, _)) = arg.name {
                let _ = write!(self.out, "{}: ", self.text(name));
            }
            self.pat(arg.pat);
        }
        self.out.push_str(if rest { ", ..)" } else { ")" });
    }
}
