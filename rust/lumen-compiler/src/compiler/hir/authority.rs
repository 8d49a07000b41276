//! Tools and grants, resolved.

use super::{CellBody, CellId, Hir, ModuleId};
use lumen_base::{Idx, Interner, Span, Symbol};
use lumen_lir::{Constraint, Effect};

pub type ToolId = Idx<Tool>;

/// `use tool shop.find as Find…`.
pub struct Tool {
    /// `Find`.
    pub name: Symbol,
    /// `shop.find`.
    pub target: String,
    pub module: ModuleId,
    pub name_span: Span,
    pub span: Span,
    pub effect: Effect,
    /// The cell that stands for it when its signature is written.
    pub cell: Option<CellId>,
}

/// A `grant`, its values known.
pub struct Grant {
    pub module: ModuleId,
    /// The tool (`llm.chat`) or effect (`fs`) that it is for.
    pub subject: String,
    /// Its name in the program: `Chat`, `fs`.
    pub name: String,
    pub constraints: Vec<Constraint>,
    pub span: Span,
}

impl Hir {
    /// The effect with this row name: a builtin one, or one that a tool has.
    pub fn effect(&self, name: Symbol, names: &Interner) -> Option<Effect> {
        Effect::by_name(names.resolve(name)).filter(|it| *it != Effect::Perform).or_else(|| {
            let at = self.tool_effects.iter().position(|&known| known == name)?;
            Some(Effect::Named(at as u8))
        })
    }

    /// The effect for which a builtin needs a grant.
    pub fn granted_effect(&self, cell: CellId, names: &Interner) -> Option<Effect> {
        let cell = &self.cells[cell];
        let (CellBody::Extern(_), Some(row)) = (&cell.body, &cell.row) else { return None };
        let mut effects =
            row.effects.iter().filter_map(|&(name, _)| Effect::by_name(names.resolve(name)));
        effects.find(|effect| effect.properties().granted)
    }

    /// Whether flags allow the root a tool or effect.
    pub fn allows(&self, key: &str) -> bool {
        let effect = key.split('.').next().unwrap_or_default();
        self.allowed.iter().any(|it| it == "*" || it == key || it == effect)
    }

    /// The name of an effect.
    pub fn effect_name<'n>(&self, effect: Effect, names: &'n Interner) -> &'n str {
        match effect {
            Effect::Named(at) => {
                self.tool_effects.get(usize::from(at)).map_or("?", |&name| names.resolve(name))
            }
            builtin => builtin.name(),
        }
    }
}
