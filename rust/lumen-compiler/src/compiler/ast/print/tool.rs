//! Imports, tools, grants and bindings as S-expressions.

use super::Printer;
use crate::compiler::ast::{Import, ImportWhat, ItemKind};

impl Printer<'_> {
    pub(super) fn import(&mut self, import: &Import) {
        self.node("import ", |p| {
            p.path(import.path);
            match import.what {
                ImportWhat::Module(None) => {}
                ImportWhat::Module(Some(alias)) => {
                    p.text(" as ");
                    p.name(alias);
                }
                ImportWhat::All(_) => p.text(" *"),
                ImportWhat::Names(list) => {
                    for one in &p.file[list] {
                        p.text(" ");
                        p.name(one.name);
                        if let Some(alias) = one.alias {
                            p.text("=");
                            p.name(alias);
                        }
                    }
                }
            }
            for (at, &name) in p.file[import.grants].iter().enumerate() {
                p.text(if at == 0 { " with " } else { "," });
                p.name(name);
            }
        });
    }

    pub(super) fn authority(&mut self, kind: ItemKind) {
        match kind {
            ItemKind::Tool(id) => {
                let tool = &self.file[id];
                self.node("tool ", |p| {
                    p.path(tool.path);
                    p.text(" ");
                    p.name(tool.name);
                    let Some(signature) = tool.signature else { return };
                    p.params(signature.params);
                    p.annotation(signature.ret);
                });
            }
            ItemKind::Grant(id) => {
                let grant = &self.file[id];
                self.node("grant ", |p| {
                    p.name(grant.subject);
                    for constraint in &p.file[grant.constraints] {
                        p.text(" ");
                        p.node("", |p| {
                            p.name(constraint.key);
                            for &value in &p.file[constraint.values] {
                                p.text(" ");
                                p.expr(value);
                            }
                        });
                    }
                });
            }
            ItemKind::Bind(id) => {
                let bind = &self.file[id];
                self.node("bind ", |p| {
                    p.name(bind.effect);
                    p.text(" ");
                    p.name(bind.tool);
                });
            }
            _ => {}
        }
    }
}
