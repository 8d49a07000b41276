//! `lumen trace show`: a run as text, or as lines of JSON.

use lumen_runtime::trace::line::Trace;
use lumen_runtime::trace::spans::{Spans, time};
use lumen_runtime::trace::{Event, Operation, Place, Returned};

/// Longest argument or result in a line of text, in characters.
const SHOWN_CHARS: usize = 100;

/// The run, operation by operation.
pub(super) fn text(trace: &Trace) -> String {
    let header = &trace.header;
    let mut text = format!("run {} of {}\n", header.run, header.program);
    if !header.args.is_empty() {
        text.push_str(&format!("arguments: {}\n", header.args.join(" ")));
    }
    let spans = Spans::of(&trace.operations);
    let mut begun = spans.all.iter().peekable();
    for (index, op) in trace.operations.iter().enumerate() {
        while let Some(span) = begun.next_if(|span| span.operations[0] == index) {
            let [start, end] = span.micros;
            let indent = "  ".repeat(span.depth.min(20));
            let took = time(end.saturating_sub(start));
            text.push_str(&format!("       {indent}{} took {took}\n", called(&span.call)));
        }
        text.push_str(&line(op));
    }
    match &trace.end {
        None => text.push_str("cut off\n"),
        Some(end) => {
            let failed = end.failed.as_ref();
            let failed = failed.map_or(String::new(), |f| format!(": {} {}", f.code, f.message));
            text.push_str(&format!("exit {}{failed} after {}\n", end.exit_code, time(end.took_us)));
        }
    }
    text
}

/// `roll, called at dice.lm.md:4:8,`
fn called(call: &Place) -> String {
    match call.path.as_str() {
        "" => format!("{},", call.cell),
        path => format!("{}, called at {path}:{}:{},", call.cell, call.line, call.column),
    }
}

/// `  3  random_int(1, 6) = 4   main (dice.lm.md:4:8)`
fn line(op: &Operation) -> String {
    let returned = match &op.returned {
        Returned::Value(text) if text == "null" => String::new(),
        returned => format!(" = {}", cut(&returned.to_string())),
    };
    let place = op.stack.first().map_or(String::new(), |place| format!("   {place}"));
    format!("{:>5}  {}{returned}{place}\n", op.seq, cut(&op.call()))
}

/// A text on one line, its end left out when it is long.
pub(super) fn cut(text: &str) -> String {
    let text = text.replace('\n', "\\n");
    match text.char_indices().nth(SHOWN_CHARS) {
        None => text,
        Some((at, _)) => format!("{}…", &text[..at]),
    }
}

/// The events, one JSON object a line, without their hashes.
pub(super) fn json(trace: &Trace) -> String {
    let run = std::iter::once(Event::Run(trace.header.clone()));
    let events = run
        .chain(trace.operations.iter().cloned().map(Event::Op))
        .chain(trace.end.clone().map(Event::End));
    let mut text = String::new();
    for event in events {
        text.push_str(&event.json());
        text.push('\n');
    }
    text
}
