//! The whole program before lowering: which cells are reachable, which parameters are owned, which cells recur.
//!
//! Input: HIR, typing tables, roots. Output: a [`Program`].
//! Invariant: a parameter is borrowed only if no path through its cell consumes it.

use super::demand::{self, Facts};
use super::extern_cell;
use crate::compiler::hir::{Cell, CellBody, CellId, Hir, LocalId};
use crate::compiler::typecheck::tables::TypeTables;
use lumen_base::{ArenaMap, Interner};
use rustc_hash::FxHashMap;

/// Facts about every reachable cell.
pub(super) struct Program {
    facts: ArenaMap<Cell, Facts>,
    none: Facts,
}

impl Program {
    /// The facts about a reachable cell.
    pub(super) fn facts(&self, cell: CellId) -> &Facts {
        self.facts.get(cell).unwrap_or(&self.none)
    }

    /// Whether parameter `index` of `cell`, captures of a nested cell counted first, is consumed.
    pub(super) fn owned(&self, hir: &Hir, cell: CellId, index: u32) -> bool {
        match &hir.cells[cell].body {
            CellBody::Lumen(body) => parameter(body, index)
                .is_none_or(|local| self.facts(cell).own.contains(local.raw())),
            CellBody::Extern(_) | CellBody::Error => true,
        }
    }
}

/// The local of a parameter, captures of a nested cell counted first.
pub(super) fn parameter(body: &crate::compiler::hir::Body, index: u32) -> Option<LocalId> {
    let index = index as usize;
    match index.checked_sub(body.captures.len()) {
        None => body.captures.get(index).copied(),
        Some(i) => body.params.get(i).copied(),
    }
}

/// Analyses everything that can be reached from `roots`.
pub(super) fn analyse(
    hir: &Hir,
    tables: &TypeTables,
    names: &Interner,
    roots: &[CellId],
) -> Program {
    let mut facts: ArenaMap<Cell, Facts> = ArenaMap::new();
    let mut order = Vec::new();
    let mut work: Vec<CellId> = roots.iter().rev().copied().collect();
    while let Some(cell) = work.pop() {
        if facts.contains(cell) {
            continue;
        }
        let found = demand::facts(hir, tables, cell);
        work.extend(found.callees.iter().rev());
        facts.insert(cell, found);
        order.push(cell);
    }
    let mut program = Program { facts, none: Facts::default() };
    propagate(hir, names, &mut program, &order);
    mark_recursive(&mut program, &order);
    program
}

/// Spreads consumption from uses to the locals and parameters that they come from.
fn propagate(hir: &Hir, names: &Interner, program: &mut Program, order: &[CellId]) {
    let mut passed_to: FxHashMap<(CellId, u32), Vec<(CellId, LocalId)>> = FxHashMap::default();
    let mut flows: FxHashMap<(CellId, LocalId), Vec<LocalId>> = FxHashMap::default();
    let mut params: FxHashMap<(CellId, LocalId), u32> = FxHashMap::default();
    let mut work: Vec<(CellId, LocalId)> = Vec::new();
    for &cell in order {
        let Some(facts) = program.facts.get(cell) else { continue };
        for &(local, callee, index) in &facts.passes {
            match &hir.cells[callee].body {
                CellBody::Extern(key) => {
                    if extern_cell::takes(names.resolve(*key), index as usize) {
                        work.push((cell, local));
                    }
                }
                _ => passed_to.entry((callee, index)).or_default().push((cell, local)),
            }
        }
        for &(from, to) in &facts.flows {
            flows.entry((cell, from)).or_default().push(to);
        }
        if let CellBody::Lumen(body) = &hir.cells[cell].body {
            for (i, &local) in body.captures.iter().chain(&body.params).enumerate() {
                params.insert((cell, local), i as u32);
            }
            let all = body.locals.ids().filter(|l| facts.own.contains(l.raw()));
            work.extend(all.map(|local| (cell, local)));
        }
    }
    // What was found by the walk is to be spread too, so the first visit of each pair counts.
    let mut seen = rustc_hash::FxHashSet::default();
    while let Some((cell, local)) = work.pop() {
        if !seen.insert((cell, local)) {
            continue;
        }
        if let Some(facts) = program.facts.get_mut(cell) {
            facts.own.insert(local.raw());
        }
        if let Some(targets) = flows.get(&(cell, local)) {
            work.extend(targets.iter().map(|&to| (cell, to)));
        }
        if let Some(&index) = params.get(&(cell, local))
            && let Some(callers) = passed_to.get(&(cell, index))
        {
            work.extend(callers.iter().copied());
        }
    }
}

/// Marks the cells on cycles of calls: Tarjan's components, iteratively.
fn mark_recursive(program: &mut Program, order: &[CellId]) {
    #[derive(Clone, Copy)]
    struct Node {
        index: u32,
        low: u32,
        on_stack: bool,
    }
    let mut nodes: FxHashMap<CellId, Node> = FxHashMap::default();
    let mut stack: Vec<CellId> = Vec::new();
    let mut recursive: Vec<CellId> = Vec::new();
    let mut next = 0;
    for &root in order {
        if nodes.contains_key(&root) {
            continue;
        }
        let mut work: Vec<(CellId, usize)> = vec![(root, 0)];
        while let Some(&mut (cell, ref mut child)) = work.last_mut() {
            if *child == 0 {
                nodes.insert(cell, Node { index: next, low: next, on_stack: true });
                next += 1;
                stack.push(cell);
            }
            let callees = &program.facts(cell).callees;
            if let Some(&callee) = callees.get(*child) {
                *child += 1;
                match nodes.get(&callee).copied() {
                    None => {
                        work.push((callee, 0));
                        continue;
                    }
                    Some(node) if node.on_stack => lower_to(&mut nodes, cell, node.index),
                    Some(_) => {}
                }
                if callee == cell {
                    recursive.push(cell);
                }
                if *child < callees.len() {
                    continue;
                }
            }
            if *child < program.facts(cell).callees.len() {
                continue;
            }
            work.pop();
            let node = nodes[&cell];
            if let Some(&(parent, _)) = work.last() {
                lower_to(&mut nodes, parent, node.low);
            }
            if node.low == node.index {
                let mut members = Vec::new();
                while let Some(member) = stack.pop() {
                    if let Some(node) = nodes.get_mut(&member) {
                        node.on_stack = false;
                    }
                    members.push(member);
                    if member == cell {
                        break;
                    }
                }
                if members.len() > 1 {
                    recursive.append(&mut members);
                }
            }
        }
    }
    for cell in recursive {
        if let Some(facts) = program.facts.get_mut(cell) {
            facts.recursive = true;
        }
    }

    fn lower_to(nodes: &mut FxHashMap<CellId, Node>, cell: CellId, low: u32) {
        if let Some(node) = nodes.get_mut(&cell) {
            node.low = node.low.min(low);
        }
    }
}
