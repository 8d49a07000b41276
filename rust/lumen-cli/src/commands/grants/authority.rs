//! The authority of a program: its tools and effects with the grants that each call needs.
//!
//! A verified module and the bounds of its `lumen.toml` → a text for people, or the difference of two. What is printed is
//! read from the code that runs, not from the document's text: a call that is not listed is not in the program.

use lumen_lir::{
    Cell, Constraint, EffectSet, Grant, GrantValue, INTRINSICS, Module, Op, c, op, opcode_words,
};
use lumen_runtime::tools::{Bounds, Rule};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

/// All that a program may touch.
pub(super) struct Authority {
    /// By the grants that all must allow a call: the tools.
    calls: BTreeMap<Vec<u32>, BTreeSet<String>>,
    grants: Vec<Shown>,
    /// Effects that need no grant, and functions of the embedding program.
    free: BTreeSet<String>,
    bounds: Option<Bounds>,
}

/// The effects of the builtins that a cell's code calls: what the cell may do through its arguments is theirs.
fn builtins_of(cell: &Cell) -> EffectSet {
    let words = opcode_words(&cell.code).into_iter().map(|at| cell.code[at]);
    let called = words.filter(|word| matches!(op(*word), Some(Op::Rt | Op::RtT)));
    let rows = called.filter_map(|word| INTRINSICS.get(usize::from(c(word))));
    rows.fold(EffectSet::EMPTY, |all, row| all.union(row.effects))
}

/// A grant.
struct Shown {
    /// `fs path "data/**"`.
    text: String,
    /// `main.lm.md:4`.
    place: String,
    is_used: bool,
}

impl Authority {
    /// The authority of a module under the bounds of a configuration.
    pub(super) fn of(module: &Module, bounds: Option<Bounds>) -> Self {
        let mut calls: BTreeMap<Vec<u32>, BTreeSet<String>> = BTreeMap::new();
        for call in &module.tools {
            calls.entry(call.grants.clone()).or_default().insert(call.tool.clone());
        }
        let used: BTreeSet<u32> = calls.keys().flatten().copied().collect();
        let shown = |(at, grant): (usize, &Grant)| {
            let file = module.files.get(grant.at.file as usize);
            let place =
                file.map(|file| format!("{}:{}", file.path, file.line_col(grant.at.start).0));
            Shown {
                text: text_of(grant),
                place: place.unwrap_or_default(),
                is_used: used.contains(&(at as u32)),
            }
        };
        let effects =
            module.cells.iter().fold(EffectSet::EMPTY, |all, cell| all.union(builtins_of(cell)));
        let free = effects
            .iter()
            .filter(|effect| !effect.properties().granted && *effect != lumen_lir::Effect::Perform);
        let hosts = module.hosts.iter().map(|host| format!("extern {}", host.name));
        Self {
            free: free.map(|effect| effect.name().to_owned()).chain(hosts).collect(),
            grants: module.grants.iter().enumerate().map(shown).collect(),
            calls,
            bounds: bounds.filter(|bounds| bounds.allow.is_some() || !bounds.deny.is_empty()),
        }
    }

    /// One line for each tool under its grants and for each effect, the same whenever the authority is the same.
    fn lines(&self) -> BTreeSet<String> {
        let mut lines: BTreeSet<String> =
            self.free.iter().map(|effect| format!("{effect} without a grant")).collect();
        for (grants, tools) in &self.calls {
            let mut under: Vec<&str> = grants
                .iter()
                .filter_map(|at| Some(self.grants.get(*at as usize)?.text.as_str()))
                .collect();
            under.sort_unstable();
            under.dedup();
            for tool in tools {
                lines.insert(match under.is_empty() {
                    true => format!("{tool} under flags only"),
                    false => format!("{tool} under `{}`", under.join("` and `")),
                });
            }
        }
        if let Some(bounds) = &self.bounds {
            lines.extend(rules_of(bounds).into_iter().map(|line| format!("lumen.toml {line}")));
        }
        lines
    }

    /// What this authority has more and less than an older one; nothing when they are the same.
    pub(super) fn against(&self, old: &Self) -> String {
        let (new, old) = (self.lines(), old.lines());
        let more = new.difference(&old).map(|line| format!("+ {line}\n"));
        let less = old.difference(&new).map(|line| format!("- {line}\n"));
        more.chain(less).collect()
    }
}

/// `fs path "data/**" max_calls 3`, its constraints in the order of their names.
fn text_of(grant: &Grant) -> String {
    let mut constraints: Vec<String> = grant.constraints.iter().map(constraint_text).collect();
    constraints.sort_unstable();
    let subject = match grant.subject == grant.name {
        true => grant.name.clone(),
        false => format!("{} ({})", grant.name, grant.subject),
    };
    std::iter::once(subject).chain(constraints).collect::<Vec<_>>().join(" ")
}

fn constraint_text(constraint: &Constraint) -> String {
    let value = |value: &GrantValue| match value {
        GrantValue::Bool(value) => value.to_string(),
        GrantValue::Int(value) => value.to_string(),
        GrantValue::Float(bits) => f64::from_bits(*bits).to_string(),
        GrantValue::Str(text) => format!("{text:?}"),
    };
    let values: Vec<String> = constraint.values.iter().map(value).collect();
    format!("{} {}", constraint.key, values.join(", ")).trim_end().to_owned()
}

fn rules_of(bounds: &Bounds) -> Vec<String> {
    let text = |rule: &Rule| match &rule.scope {
        Some(scope) => format!("{}={scope}", rule.subject),
        None => rule.subject.clone(),
    };
    let allow = bounds.allow.iter().flatten().map(|rule| format!("allows `{}`", text(rule)));
    let nothing = bounds.allow.as_ref().is_some_and(Vec::is_empty);
    let nothing = nothing.then(|| "allows nothing".to_owned());
    let deny = bounds.deny.iter().map(|rule| format!("denies `{}`", text(rule)));
    allow.chain(nothing).chain(deny).collect()
}

impl fmt::Display for Authority {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (grants, tools) in &self.calls {
            let tools: Vec<&str> = tools.iter().map(String::as_str).collect();
            writeln!(f, "{}", tools.join(", "))?;
            for shown in grants.iter().filter_map(|at| self.grants.get(*at as usize)) {
                writeln!(f, "    {}   {}", shown.text, shown.place)?;
            }
            if grants.is_empty() {
                writeln!(f, "    no grant: only with `--allow`")?;
            }
        }
        if self.calls.is_empty() {
            writeln!(f, "calls nothing that needs a grant")?;
        }
        for shown in self.grants.iter().filter(|shown| !shown.is_used) {
            writeln!(f, "granted and not used: {}   {}", shown.text, shown.place)?;
        }
        if !self.free.is_empty() {
            let free: Vec<&str> = self.free.iter().map(String::as_str).collect();
            writeln!(f, "without a grant: {}", free.join(", "))?;
        }
        for line in self.bounds.iter().flat_map(rules_of) {
            writeln!(f, "lumen.toml {line}")?;
        }
        Ok(())
    }
}
