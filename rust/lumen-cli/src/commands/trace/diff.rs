//! `lumen trace diff`: the first difference of two runs, and how many operations are the same before it.

use super::show::cut;
use lumen_runtime::trace::line::Trace;
use lumen_runtime::trace::{End, Operation};

/// The first difference; nothing when the runs did the same with the same results.
///
/// Times and names of runs are not compared.
pub(super) fn diff(first: &Trace, second: &Trace) -> Option<String> {
    let is_same = |(a, b): &(&Operation, &Operation)| {
        a.name == b.name && a.args == b.args && a.answers == b.answers && a.returned == b.returned
    };
    let same = first.operations.iter().zip(&second.operations).take_while(is_same).count();
    let mut text = String::new();
    if first.header.module != second.header.module {
        text.push_str("the programs differ\n");
    }
    if first.header.args != second.header.args {
        let args = |trace: &Trace| trace.header.args.join(" ");
        text.push_str(&format!("arguments: `{}` and `{}`\n", args(first), args(second)));
    }
    let (a, b) = (first.operations.get(same), second.operations.get(same));
    if a.is_some() || b.is_some() {
        text.push_str(&format!("the first {same} operations are the same; then\n"));
        text.push_str(&format!("  first:  {}\n  second: {}\n", side(a), side(b)));
    } else if ending(first.end.as_ref()) != ending(second.end.as_ref()) {
        text.push_str(&format!("all {same} operations are the same; then\n"));
        text.push_str(&format!(
            "  first:  {}\n  second: {}\n",
            ending(first.end.as_ref()),
            ending(second.end.as_ref())
        ));
    }
    (!text.is_empty()).then_some(text)
}

fn side(op: Option<&Operation>) -> String {
    let Some(op) = op else { return "the end of the run".to_owned() };
    let place = op.stack.first().map_or(String::new(), |place| format!("   {place}"));
    format!("{} = {}{place}", cut(&op.call()), cut(&op.returned.to_string()))
}

fn ending(end: Option<&End>) -> String {
    match end {
        None => "cut off".to_owned(),
        Some(End { exit_code, failed: None, .. }) => format!("exit {exit_code}"),
        Some(End { failed: Some(failed), .. }) => format!("{}: {}", failed.code, failed.message),
    }
}
