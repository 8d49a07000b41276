//! What the native tier did in a run, for `--jit-stats`.

use super::plan::Refusal;
use std::fmt;
use std::time::Duration;

/// A compiled cell or loop.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct CellStats {
    /// Name of the cell.
    pub name: String,
    /// Word of the loop's first instruction; `None` for a whole cell.
    pub loop_at: Option<u32>,
    /// Words of LIR in the cell.
    pub words: usize,
    /// Bytes of machine code.
    pub bytes: usize,
    /// Time it took.
    pub time: Duration,
}

/// The native tier's work in a run.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct JitStats {
    /// What was compiled, in order.
    pub compiled: Vec<CellStats>,
    /// Cells that stay interpreted, and why.
    pub refused: Vec<(String, Refusal)>,
    /// How often the interpreter entered native code.
    pub entered: u64,
    /// How often native code was left for the interpreter.
    pub left: u64,
    /// Why there is no native code at all.
    pub unavailable: Option<String>,
}

impl fmt::Display for JitStats {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(reason) = &self.unavailable {
            return writeln!(f, "jit: not available: {reason}");
        }
        let bytes: usize = self.compiled.iter().map(|cell| cell.bytes).sum();
        let time: Duration = self.compiled.iter().map(|cell| cell.time).sum();
        writeln!(
            f,
            "jit: {} compiled, {bytes} bytes, {:.2} ms; entered {} times, left {} times",
            self.compiled.len(),
            time.as_secs_f64() * 1e3,
            self.entered,
            self.left
        )?;
        for cell in &self.compiled {
            let what = match cell.loop_at {
                Some(word) => format!("{} (loop at {word})", cell.name),
                None => cell.name.clone(),
            };
            let time = cell.time.as_secs_f64() * 1e3;
            writeln!(f, "  {what}: {} words, {} bytes, {time:.2} ms", cell.words, cell.bytes)?;
        }
        for (name, reason) in &self.refused {
            writeln!(f, "  {name}: interpreted, {reason}")?;
        }
        Ok(())
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Refusal::TooLarge => f.write_str("too large"),
            Refusal::Opcode(op) => write!(f, "it has `{}`", op.info().mnemonic),
            Refusal::Callee(_) => f.write_str("it calls a cell that stays interpreted"),
            Refusal::Left => f.write_str("native code left it too often"),
            Refusal::Generator => f.write_str("the code generator failed"),
        }
    }
}
