//! Coverage as a table: a row for each document and one for all, then the lines and branches that nothing reaches.

use super::{Coverage, Summary};

/// Reached, and all.
#[derive(Clone, Copy, Default)]
struct Share(usize, usize);

impl Share {
    fn of(counts: impl Iterator<Item = u64>) -> Share {
        counts.fold(Share::default(), |Share(hit, all), count| {
            Share(hit + usize::from(count > 0), all + 1)
        })
    }

    fn add(&mut self, other: Share) {
        (self.0, self.1) = (self.0 + other.0, self.1 + other.1);
    }

    fn text(self) -> String {
        match self {
            Share(_, 0) => "-".to_owned(),
            Share(hit, all) => {
                // Rounded down: 100 % means all of them.
                let tenths = hit * 1000 / all;
                format!("{hit}/{all} {}.{}%", tenths / 10, tenths % 10)
            }
        }
    }
}

impl Coverage {
    /// The table.
    pub fn table(&self) -> String {
        let mut rows = vec![["document", "cells", "lines", "branches"].map(str::to_owned)];
        let mut total = [Share::default(); 3];
        let mut missed = String::new();
        for (name, file) in &self.files {
            let summary = file.summary();
            let shares = [
                Share::of(summary.cells.iter().map(|cell| cell.2)),
                Share::of(summary.lines.values().copied()),
                Share::of(summary.branches.iter().flat_map(|branch| branch.1.iter().copied())),
            ];
            for (sum, share) in total.iter_mut().zip(shares) {
                sum.add(share);
            }
            let [cells, lines, branches] = shares.map(Share::text);
            rows.push([name.clone(), cells, lines, branches]);
            missed.push_str(&unreached(name, &summary));
        }
        let [cells, lines, branches] = total.map(Share::text);
        rows.push(["all".to_owned(), cells, lines, branches]);
        aligned(&rows) + &missed
    }
}

fn aligned(rows: &[[String; 4]]) -> String {
    let width = |at: usize| rows.iter().map(|row| row[at].chars().count()).max().unwrap_or(0);
    let widths = [0, 1, 2, 3].map(width);
    let mut out = String::new();
    for row in rows {
        let mut line = String::new();
        for (cell, width) in row.iter().zip(widths) {
            line.push_str(&format!("{cell:<width$}  "));
        }
        out.push_str(line.trim_end());
        out.push('\n');
    }
    out
}

/// What nothing reaches, as `a.lm.md: not reached: lines 3, 5-7; branches of lines 9, 12`.
fn unreached(name: &str, summary: &Summary) -> String {
    let lines: Vec<u32> =
        summary.lines.iter().filter(|(_, count)| **count == 0).map(|(line, _)| *line).collect();
    let branches = summary.branches.iter().filter(|(_, arms)| arms.contains(&0));
    let mut branches: Vec<u32> = branches.map(|(line, _)| *line).collect();
    branches.dedup();
    let mut parts = Vec::new();
    if !lines.is_empty() {
        parts.push(format!("lines {}", ranges(&lines)));
    }
    if !branches.is_empty() {
        parts.push(format!("branches of lines {}", ranges(&branches)));
    }
    match parts.is_empty() {
        true => String::new(),
        false => format!("{name}: not reached: {}\n", parts.join("; ")),
    }
}

fn ranges(lines: &[u32]) -> String {
    let mut runs: Vec<(u32, u32)> = Vec::new();
    for &line in lines {
        match runs.last_mut() {
            Some((_, last)) if line <= *last + 1 => *last = line.max(*last),
            _ => runs.push((line, line)),
        }
    }
    let text = |(from, to): &(u32, u32)| match from == to {
        true => from.to_string(),
        false => format!("{from}-{to}"),
    };
    runs.iter().map(text).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_join_to_ranges() {
        assert_eq!(ranges(&[1, 3, 4, 5, 5, 9]), "1, 3-5, 9");
    }

    #[test]
    fn only_all_is_all() {
        assert_eq!(Share(999_999, 1_000_000).text(), "999999/1000000 99.9%");
        assert_eq!(Share(0, 0).text(), "-");
    }
}
