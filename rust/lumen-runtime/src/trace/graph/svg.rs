//! The picture of a graph: a tree from left to right, each leaf on a row of its own, parents at the height of their
//! first child.

use super::Graph;
use crate::trace::page::escape;
use std::fmt::Write;

/// Pixels of a row.
const ROW: usize = 34;
/// Pixels between columns.
const GAP: usize = 40;
/// Pixels of a character of the labels.
const CHARACTER: usize = 8;
/// Longest name in a label, in characters.
const LABEL_CHARS: usize = 40;

pub(super) fn draw(graph: &Graph) -> String {
    let labels: Vec<String> = graph.nodes.iter().map(|node| node.label(LABEL_CHARS)).collect();
    let depths = depths(graph);
    let rows = rows(graph);
    let columns = columns(&labels, &depths);
    let width = columns.last().copied().unwrap_or(0) + GAP;
    let height = (rows.iter().max().map_or(0, |row| row + 1)) * ROW + 20;
    let mut text = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width}\" height=\"{height}\" \
         viewBox=\"0 0 {width} {height}\" font-family=\"ui-monospace, monospace\" font-size=\"13\">\n"
    );
    let at = |node: usize| (columns[depths[node]] + 10, rows[node] * ROW + 24);
    for (index, node) in graph.nodes.iter().enumerate() {
        let Some(parent) = node.parent else { continue };
        let (from, to) = (at(parent), at(index));
        let start = from.0 + labels[parent].chars().count() * CHARACTER + 14;
        let middle = to.0.saturating_sub(GAP / 2);
        _ = writeln!(
            text,
            "<path d=\"M{start} {} H{middle} V{} H{}\" fill=\"none\" stroke=\"#888\"/>",
            from.1, to.1, to.0
        );
    }
    for (index, node) in graph.nodes.iter().enumerate() {
        let (x, y) = at(index);
        let wide = labels[index].chars().count() * CHARACTER + 14;
        let round = if node.is_operation { 2 } else { 12 };
        let stroke = if node.has_failed { "#c00" } else { "#557" };
        let fill = if node.is_operation { "#eef3ff" } else { "#ffffff" };
        _ = writeln!(
            text,
            "<rect x=\"{x}\" y=\"{}\" width=\"{wide}\" height=\"24\" rx=\"{round}\" fill=\"{fill}\" \
             stroke=\"{stroke}\"/><text x=\"{}\" y=\"{}\" fill=\"#223\">{}</text>",
            y - 12,
            x + 7,
            y + 5,
            escape(&labels[index])
        );
    }
    text.push_str("</svg>\n");
    text
}

fn depths(graph: &Graph) -> Vec<usize> {
    let mut depths = Vec::with_capacity(graph.nodes.len());
    for node in &graph.nodes {
        // Parents stand before their children.
        depths.push(node.parent.map_or(0, |parent: usize| depths[parent] + 1));
    }
    depths
}

/// The row of each node: leaves below each other in the order of a walk, parents beside their first child.
fn rows(graph: &Graph) -> Vec<usize> {
    let mut children = vec![Vec::new(); graph.nodes.len()];
    let mut open: Vec<usize> = Vec::new();
    for (at, node) in graph.nodes.iter().enumerate() {
        match node.parent {
            Some(parent) => children[parent].push(at),
            None => open.push(at),
        }
    }
    open.reverse();
    let mut rows = vec![0; graph.nodes.len()];
    let mut next = 0;
    while let Some(at) = open.pop() {
        rows[at] = next;
        next += usize::from(children[at].is_empty());
        open.extend(children[at].iter().rev());
    }
    rows
}

/// Where each column begins, and where the last one ends.
fn columns(labels: &[String], depths: &[usize]) -> Vec<usize> {
    let mut widths: Vec<usize> = Vec::new();
    for (label, depth) in labels.iter().zip(depths) {
        if widths.len() <= *depth {
            widths.resize(depth + 1, 0);
        }
        widths[*depth] = widths[*depth].max(label.chars().count() * CHARACTER + 14);
    }
    let mut columns = vec![0];
    for width in widths {
        columns.push(columns.last().copied().unwrap_or(0) + width + GAP);
    }
    columns
}
