//! The graph of a run: which calls led to which operations, and how often.
//!
//! Input → output: a trace → the tree of calling contexts, whose leaves are operations; drawn as DOT, Mermaid or SVG.
//! Calls that led to no operation are not in a trace, and so not in the graph. A cell that calls itself is one node.

mod svg;

use super::Operation;
use super::line::Trace;
use indexmap::IndexMap;
use std::fmt::Write;

/// Most nodes of a graph; the rest is one node.
const NODES_MAX: usize = 2_000;

/// A node: a call, or an operation.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Node {
    /// Name of the cell or the operation.
    pub name: String,
    /// Whether it is an operation.
    pub is_operation: bool,
    /// How many operations were done in it.
    pub count: u64,
    /// Whether one of them failed.
    pub has_failed: bool,
    /// The node above; none for the root.
    pub parent: Option<usize>,
}

/// The tree of a run; parents stand before their children.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Graph {
    /// The nodes.
    pub nodes: Vec<Node>,
}

impl Graph {
    /// The graph of a trace.
    pub fn of(trace: &Trace) -> Self {
        let mut graph = Self::default();
        let mut known = IndexMap::new();
        for op in &trace.operations {
            graph.add(op, &mut known);
        }
        graph
    }

    fn add(&mut self, op: &Operation, known: &mut IndexMap<(Option<usize>, String, bool), usize>) {
        let has_failed = matches!(op.returned, super::Returned::Failed(_));
        let mut parent: Option<usize> = None;
        for place in op.stack.iter().rev() {
            let is_recursion = parent.is_some_and(|at| self.nodes[at].name == place.cell);
            if !is_recursion {
                parent = Some(self.node(parent, &place.cell, false, known));
            }
            if let Some(at) = parent {
                self.nodes[at].count += u64::from(!is_recursion);
                self.nodes[at].has_failed |= has_failed;
            }
        }
        let at = self.node(parent, &op.name, true, known);
        self.nodes[at].count += 1;
        self.nodes[at].has_failed |= has_failed;
    }

    fn node(
        &mut self,
        parent: Option<usize>,
        name: &str,
        is_operation: bool,
        known: &mut IndexMap<(Option<usize>, String, bool), usize>,
    ) -> usize {
        let key = (parent, name.to_owned(), is_operation);
        if let Some(at) = known.get(&key) {
            return *at;
        }
        let (key, name) = if self.nodes.len() < NODES_MAX {
            (key, name)
        } else {
            ((None, "…".to_owned(), true), "…")
        };
        if let Some(at) = known.get(&key) {
            return *at;
        }
        let (parent, _, is_operation) = key;
        let node =
            Node { name: name.to_owned(), is_operation, count: 0, has_failed: false, parent };
        self.nodes.push(node);
        known.insert(key, self.nodes.len() - 1);
        self.nodes.len() - 1
    }

    /// The graph for Graphviz.
    pub fn dot(&self) -> String {
        let mut text =
            "digraph run {\n  rankdir=LR;\n  node [fontname=\"sans-serif\"];\n".to_owned();
        for (at, node) in self.nodes.iter().enumerate() {
            let name = node.name.replace('\\', "\\\\").replace('"', "\\\"");
            let shape = if node.is_operation { "box" } else { "ellipse" };
            let color = if node.has_failed { ", color=red" } else { "" };
            let count = node.count;
            _ = writeln!(text, "  n{at} [label=\"{name} ×{count}\", shape={shape}{color}];");
        }
        for (at, node) in self.nodes.iter().enumerate() {
            if let Some(parent) = node.parent {
                _ = writeln!(text, "  n{parent} -> n{at};");
            }
        }
        text.push_str("}\n");
        text
    }

    /// The graph for Mermaid.
    pub fn mermaid(&self) -> String {
        let mut text = "flowchart LR\n".to_owned();
        for (at, node) in self.nodes.iter().enumerate() {
            // Mermaid's own escapes: a name is text, never markup.
            let escape = |c: char| match c {
                'a'..='z' | 'A'..='Z' | '0'..='9' | '_' | '.' | ' ' => c.to_string(),
                c => format!("#{};", u32::from(c)),
            };
            let name: String = node.name.chars().map(escape).collect();
            let (open, close) = if node.is_operation { ("[", "]") } else { ("([", "])") };
            _ = writeln!(text, "  n{at}{open}\"{name} ×{}\"{close}", node.count);
        }
        for (at, node) in self.nodes.iter().enumerate() {
            if let Some(parent) = node.parent {
                _ = writeln!(text, "  n{parent} --> n{at}");
            }
        }
        text
    }

    /// The graph as a picture.
    pub fn svg(&self) -> String {
        svg::draw(self)
    }
}
