//! The graph of a run: which calls led to which operations, how often, and how long that took.
//!
//! Input → output: the operations of a trace, with the calls around them, and its spans → the tree of calling contexts, whose leaves
//! are operations; drawn as DOT, Mermaid or SVG, with the same nodes and labels.
//! Calls that led to no operation are not in a trace, and so not in the graph. A cell that calls itself is one node; one that was
//! expanded in place is a node without spans.

mod svg;

use super::Operation;
use super::line::Trace;
use super::spans::{Spans, time};
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
    /// How often it was called, as far as spans tell.
    pub calls: u64,
    /// How long it took in all, in microseconds: calls from their first operation to their last.
    pub micros: u64,
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

/// The nodes by what is above them, their name, and whether they are operations.
type Known = IndexMap<(Option<usize>, String, bool), usize>;

impl Node {
    /// `roll ×20, 3 calls, 1.5 ms`, with so many characters of its name.
    fn label(&self, chars_max: usize) -> String {
        let mut text = match self.name.char_indices().nth(chars_max) {
            None => self.name.clone(),
            Some((end, _)) => format!("{}…", &self.name[..end]),
        };
        if self.count > 1 {
            _ = write!(text, " ×{}", self.count);
        }
        if self.calls > 1 {
            _ = write!(text, ", {} calls", self.calls);
        }
        if self.is_operation || self.calls > 0 {
            _ = write!(text, ", {}", time(self.micros));
        }
        text
    }
}

impl Graph {
    /// The graph of a trace.
    pub fn of(trace: &Trace) -> Self {
        let mut graph = Self::default();
        let mut known = IndexMap::new();
        let spans = Spans::of(&trace.operations);
        // The node of each span, where it has one.
        let mut nodes: Vec<Option<usize>> = Vec::with_capacity(spans.all.len());
        for (index, op) in trace.operations.iter().enumerate() {
            let chain = graph.add(op, &mut known);
            let begun = spans.all[nodes.len()..].iter();
            let begun = begun.take_while(|span| span.operations[0] == index).count();
            let first = nodes.len();
            nodes.resize(first + begun, None);
            // They are the innermost ones: each is the first of its name from the operation outwards.
            let mut around = chain.into_iter().rev();
            for at in (first..first + begun).rev() {
                let cell = &spans.all[at].call.cell;
                nodes[at] = around.by_ref().find(|&node| graph.nodes[node].name == *cell);
            }
            for at in first..first + begun {
                let (span, Some(node)) = (&spans.all[at], nodes[at]) else { continue };
                graph.nodes[node].calls += 1;
                let is_inside = span.parent.is_some_and(|parent| nodes[parent] == Some(node));
                if !is_inside {
                    let took = span.micros[1].saturating_sub(span.micros[0]);
                    graph.nodes[node].micros = graph.nodes[node].micros.saturating_add(took);
                }
            }
        }
        graph
    }

    /// Adds an operation and the calls around it; gives the nodes of these, outermost first, one for each call.
    fn add(&mut self, op: &Operation, known: &mut Known) -> Vec<usize> {
        let has_failed = matches!(op.returned, super::Returned::Failed(_));
        let mut parent: Option<usize> = None;
        let mut chain = Vec::with_capacity(op.stack.len());
        for place in op.stack.iter().rev() {
            let is_recursion = parent.is_some_and(|at| self.nodes[at].name == place.cell);
            if !is_recursion {
                parent = Some(self.node(parent, &place.cell, false, known));
            }
            if let Some(at) = parent {
                self.nodes[at].count += u64::from(!is_recursion);
                self.nodes[at].has_failed |= has_failed;
            }
            chain.extend(parent);
        }
        let at = self.node(parent, &op.name, true, known);
        self.nodes[at].count += 1;
        self.nodes[at].micros = self.nodes[at].micros.saturating_add(op.took_us);
        self.nodes[at].has_failed |= has_failed;
        chain
    }

    fn node(
        &mut self,
        parent: Option<usize>,
        name: &str,
        is_operation: bool,
        known: &mut Known,
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
        self.nodes.push(Node {
            name: name.to_owned(),
            is_operation,
            count: 0,
            calls: 0,
            micros: 0,
            has_failed: false,
            parent,
        });
        known.insert(key, self.nodes.len() - 1);
        self.nodes.len() - 1
    }

    /// The graph for Graphviz.
    pub fn dot(&self) -> String {
        let mut text =
            "digraph run {\n  rankdir=LR;\n  node [fontname=\"sans-serif\"];\n".to_owned();
        for (at, node) in self.nodes.iter().enumerate() {
            let label = node.label(usize::MAX).replace('\\', "\\\\").replace('"', "\\\"");
            let shape = if node.is_operation { "box" } else { "ellipse" };
            let color = if node.has_failed { ", color=red" } else { "" };
            _ = writeln!(text, "  n{at} [label=\"{label}\", shape={shape}{color}];");
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
            let label: String = node.label(usize::MAX).chars().map(escape).collect();
            let (open, close) = if node.is_operation { ("[", "]") } else { ("([", "])") };
            _ = writeln!(text, "  n{at}{open}\"{label}\"{close}");
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
