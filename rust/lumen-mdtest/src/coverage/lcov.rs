//! Coverage in the format of lcov: a record for each document, `FN`, `BRDA` and `DA` with the document's lines.

use super::{Coverage, Summary};
use std::collections::BTreeMap;
use std::fmt::Write;

impl Coverage {
    /// The text of a `.info` file.
    pub fn lcov(&self) -> String {
        let mut out = String::new();
        for (name, file) in &self.files {
            out.push_str("TN:\n");
            // A line end in a path would end the record.
            let name = name.replace(['\n', '\r'], "?");
            out.push_str(&format!("SF:{name}\n"));
            // Writing to a string does not fail.
            let _ = record(&mut out, &file.summary());
            out.push_str("end_of_record\n");
        }
        out
    }
}

fn record(out: &mut String, summary: &Summary) -> std::fmt::Result {
    let mut uses: BTreeMap<&str, usize> = BTreeMap::new();
    for (_, name, _) in &summary.cells {
        *uses.entry(name).or_default() += 1;
    }
    // lcov joins functions of one name.
    let unique = |line: u32, name: &str| match uses.get(name) {
        Some(1) => name.to_owned(),
        _ => format!("{name}@{line}"),
    };
    for (line, name, _) in &summary.cells {
        writeln!(out, "FN:{line},{}", unique(*line, name))?;
    }
    for (line, name, count) in &summary.cells {
        writeln!(out, "FNDA:{count},{}", unique(*line, name))?;
    }
    let hit = summary.cells.iter().filter(|cell| cell.2 > 0).count();
    writeln!(out, "FNF:{}\nFNH:{hit}", summary.cells.len())?;
    let (mut found, mut hit) = (0, 0);
    for (block, (line, arms)) in summary.branches.iter().enumerate() {
        let is_reached = arms.iter().any(|count| *count > 0);
        for (arm, count) in arms.iter().enumerate() {
            let taken = if is_reached { count.to_string() } else { "-".to_owned() };
            writeln!(out, "BRDA:{line},{block},{arm},{taken}")?;
            found += 1;
            hit += usize::from(*count > 0);
        }
    }
    writeln!(out, "BRF:{found}\nBRH:{hit}")?;
    for (line, count) in &summary.lines {
        writeln!(out, "DA:{line},{count}")?;
    }
    let hit = summary.lines.values().filter(|count| **count > 0).count();
    writeln!(out, "LF:{}\nLH:{hit}", summary.lines.len())
}
