//! The whole program before lowering: which cells are reachable, which parameters are owned, which cells recur.
//!
//! Input: HIR, typing tables, roots. Output: a [`Program`].
//! Invariant: a parameter is borrowed only if no path through its cell consumes it.

use super::demand::{self, Facts};
use super::extern_cell;
use crate::compiler::hir::{Cell, CellBody, CellId, CellOrigin, Hir, LocalId};
use crate::compiler::typecheck::tables::TypeTables;
use lumen_base::{ArenaMap, Interner, Symbol, sym};
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
            CellBody::Tool(_) => false,
            CellBody::Extern(_)
            | CellBody::Host
            | CellBody::Required
            | CellBody::Kept(_)
            | CellBody::Operation { .. }
            | CellBody::Error => true,
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
        let mut found = demand::facts(hir, tables, cell);
        if Some(cell) == hir.well_known.validate {
            found.callees.extend(conversion_cells(hir));
            found.callees.extend(CONVERSION.iter().filter_map(|name| std_cell(hir, *name)));
        }
        if matches!(hir.cells[cell].body, CellBody::Host) {
            found.callees.extend(hir.well_known.validate);
        }
        found.callees.extend(hir.implementations(cell));
        work.extend(found.callees.iter().rev());
        facts.insert(cell, found);
        order.push(cell);
    }
    let mut program = Program { facts, none: Facts::default() };
    propagate(hir, names, &mut program, &order);
    mark_recursive(&mut program, &order);
    program
}

/// What std has for the conditions in containers.
const CONVERSION: [Symbol; 4] = [
    sym::CONVERSION_IN_LIST,
    sym::CONVERSION_IN_SET,
    sym::CONVERSION_IN_MAP,
    sym::CONVERSION_UNDER,
];

/// What a checked conversion may call: which types it meets is known only when its instances are made.
fn conversion_cells(hir: &Hir) -> impl Iterator<Item = CellId> {
    let fields = hir.records.iter().flat_map(|(_, record)| record.fields.iter());
    let of_fields =
        fields.flat_map(|field| field.check.map(|check| check.0).into_iter().chain(field.default));
    of_fields.chain(hir.aliases.values().filter_map(|alias| alias.check.map(|check| check.0)))
}

/// The cell of std that the compiler itself calls.
pub(super) fn std_cell(hir: &Hir, name: Symbol) -> Option<CellId> {
    hir.builtins.get(&name).and_then(|found| found.first()).map(|(_, cell)| *cell)
}

/// A number for each local of each reachable cell.
struct Numbers {
    first: FxHashMap<CellId, u32>,
    cells: Vec<(u32, CellId)>,
    count: u32,
}

impl Numbers {
    fn of(hir: &Hir, order: &[CellId]) -> Numbers {
        let mut numbers = Numbers { first: FxHashMap::default(), cells: Vec::new(), count: 0 };
        for &cell in order {
            numbers.first.insert(cell, numbers.count);
            numbers.cells.push((numbers.count, cell));
            if let CellBody::Lumen(body) = &hir.cells[cell].body {
                numbers.count += body.locals.len() as u32;
            }
        }
        numbers
    }

    /// The cell and local of a number.
    fn local(&self, number: u32) -> (CellId, u32) {
        let at = self.cells.partition_point(|c| c.0 <= number);
        let (first, cell) = self.cells[at - 1];
        (cell, number - first)
    }
}

/// Spreads consumption from uses to the locals and parameters that they come from.
fn propagate(hir: &Hir, names: &Interner, program: &mut Program, order: &[CellId]) {
    let numbers = Numbers::of(hir, order);
    // From a consumed local to what is then consumed too.
    let mut edges: Vec<(u32, u32)> = Vec::new();
    let mut work: Vec<u32> = Vec::new();
    for &cell in order {
        let (Some(facts), Some(&base)) = (program.facts.get(cell), numbers.first.get(&cell)) else {
            continue;
        };
        for &(local, callee, index) in &facts.passes {
            match &hir.cells[callee].body {
                // An impl may consume what the trait's own body only reads.
                _ if matches!(hir.cells[callee].origin, CellOrigin::Trait(_)) => {
                    work.push(base + local.raw());
                }
                CellBody::Extern(key) => {
                    if extern_cell::takes(names.resolve(*key), index as usize) {
                        work.push(base + local.raw());
                    }
                }
                CellBody::Lumen(body) => {
                    if let (Some(param), Some(to)) =
                        (parameter(body, index), numbers.first.get(&callee))
                    {
                        edges.push((to + param.raw(), base + local.raw()));
                    }
                }
                CellBody::Tool(_) => {}
                CellBody::Host
                | CellBody::Required
                | CellBody::Operation { .. }
                | CellBody::Kept(_)
                | CellBody::Error => {
                    work.push(base + local.raw());
                }
            }
        }
        edges.extend(facts.flows.iter().map(|f| (base + f.0.raw(), base + f.1.raw())));
        if let CellBody::Lumen(body) = &hir.cells[cell].body {
            let n = body.locals.len() as u32;
            work.extend((0..n).filter(|&l| facts.own.contains(l)).map(|l| base + l));
        }
    }
    edges.sort_unstable();
    let mut seen = vec![false; numbers.count as usize];
    while let Some(number) = work.pop() {
        if std::mem::replace(&mut seen[number as usize], true) {
            continue;
        }
        let (cell, local) = numbers.local(number);
        if let Some(facts) = program.facts.get_mut(cell) {
            facts.own.insert(local);
        }
        let from = edges.partition_point(|e| e.0 < number);
        work.extend(edges[from..].iter().take_while(|e| e.0 == number).map(|e| e.1));
    }
}

/// A cell in the search for cycles.
#[derive(Clone, Copy)]
struct Node {
    index: u32,
    low: u32,
    on_stack: bool,
}

/// Marks the cells on cycles of calls: Tarjan's components, iteratively.
fn mark_recursive(program: &mut Program, order: &[CellId]) {
    let mut nodes: ArenaMap<Cell, Node> = ArenaMap::new();
    let mut stack: Vec<CellId> = Vec::new();
    let mut recursive: Vec<CellId> = Vec::new();
    let mut next = 0;
    for &root in order {
        if nodes.contains(root) {
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
                match nodes.get(callee).copied() {
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
            let node = nodes[cell];
            if let Some(&(parent, _)) = work.last() {
                lower_to(&mut nodes, parent, node.low);
            }
            if node.low == node.index {
                let mut members = Vec::new();
                while let Some(member) = stack.pop() {
                    if let Some(node) = nodes.get_mut(member) {
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

    fn lower_to(nodes: &mut ArenaMap<Cell, Node>, cell: CellId, low: u32) {
        if let Some(node) = nodes.get_mut(cell) {
            node.low = node.low.min(low);
        }
    }
}
