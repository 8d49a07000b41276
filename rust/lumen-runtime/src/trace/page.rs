//! The page of a run: graph, timeline, every operation with its arguments, result and calls, and the documents.
//!
//! One file that loads nothing and runs no script; whatever a program printed is text in it.

use super::graph::Graph;
use super::line::Trace;
use super::spans::Spans;
use super::{Operation, Place, Returned, Spent};
use std::fmt::Write;

/// Most operations on a page.
const OPERATIONS_MAX: usize = 10_000;
/// Pixels of the timeline.
const TIMELINE: f64 = 900.0;
/// Pixels of a row of calls below it.
const SPAN_ROW: usize = 18;
/// Most rows of calls.
const SPAN_ROWS: usize = 24;

const STYLE: &str = "\
:root{color-scheme:light dark;--line:#8884}\
body{font:15px/1.5 system-ui,sans-serif;margin:2rem auto;max-width:70rem;padding:0 1rem}\
code,pre,td.call{font-family:ui-monospace,monospace;font-size:13px}\
.scroll{overflow:auto;max-height:28rem;border:1px solid var(--line);border-radius:6px;background:#fff}\
table{border-collapse:collapse;width:100%}td,th{border-bottom:1px solid var(--line);padding:.25rem .5rem;\
text-align:left;vertical-align:top}td.call{white-space:pre-wrap;overflow-wrap:anywhere}\
.failed{color:#c00}.source td:first-child{color:#888;text-align:right;user-select:none}\
.source td{border:0;padding:0 .6rem;white-space:pre}tr:target{background:#fd66}summary{cursor:pointer}";

/// A text inside HTML.
pub fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            c if c.is_control() && c != '\n' && c != '\t' => out.push('\u{FFFD}'),
            c => out.push(c),
        }
    }
    out
}

/// The page; `source` gives the text of a document.
pub fn html(trace: &Trace, source: &dyn Fn(&str) -> Option<String>) -> String {
    let header = &trace.header;
    let sources: Vec<(&str, String)> = header
        .sources
        .iter()
        .filter_map(|file| Some((file.path.as_str(), source(&file.path)?)))
        .collect();
    let title = escape(&format!("{} · run {}", header.program, header.run));
    let mut page = format!(
        "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">\n\
         <meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">\n\
         <meta name=\"viewport\" content=\"width=device-width\"><title>{title}</title>\n\
         <style>{STYLE}</style></head><body>\n<h1>{title}</h1>\n"
    );
    _ = writeln!(page, "<p>{}</p>", escape(&summary(trace)));
    _ = writeln!(page, "<h2>Graph</h2><div class=\"scroll\">{}</div>", Graph::of(trace).svg());
    _ = writeln!(page, "<h2>Timeline</h2><div class=\"scroll\">{}</div>", timeline(trace));
    page.push_str(
        "<h2>Operations</h2><table><tr><th>#<th>operation<th>result<th>where<th>cost<th>µs</tr>\n",
    );
    for op in trace.operations.iter().take(OPERATIONS_MAX) {
        row(&mut page, op, &sources);
    }
    page.push_str("</table>\n");
    if trace.operations.len() > OPERATIONS_MAX {
        _ = writeln!(page, "<p>The first {OPERATIONS_MAX} operations are shown.</p>");
    }
    for (index, (path, text)) in sources.iter().enumerate() {
        _ = writeln!(page, "<h2>{}</h2><table class=\"source\">", escape(path));
        for (at, line) in text.lines().enumerate() {
            let number = at + 1;
            let line = escape(line);
            _ = writeln!(page, "<tr id=\"s{index}-{number}\"><td>{number}<td>{line}</tr>");
        }
        page.push_str("</table>\n");
    }
    page.push_str("</body></html>\n");
    page
}

fn summary(trace: &Trace) -> String {
    let count = trace.operations.len();
    let spent = trace.operations.iter().fold(Spent::default(), |sum, op| sum.and(op.spent));
    let spent = if spent.is_nothing() { String::new() } else { format!("; {spent}") };
    match &trace.end {
        None => format!("{count} operations{spent}; the run was cut off"),
        Some(end) => {
            let failed = end.failed.as_ref();
            let failed = failed.map_or(String::new(), |f| format!(", {} {}", f.code, f.message));
            let millis = end.took_us as f64 / 1e3;
            format!(
                "{count} operations in {millis:.1} ms{spent}; exit code {}{failed}",
                end.exit_code
            )
        }
    }
}

fn row(page: &mut String, op: &Operation, sources: &[(&str, String)]) {
    let class = if matches!(op.returned, Returned::Failed(_)) { " failed" } else { "" };
    let calls: Vec<String> = op.stack.iter().map(|place| link(place, sources)).collect();
    let (first, rest) =
        calls.split_first().map_or((String::new(), &[][..]), |(f, r)| (f.clone(), r));
    let calls = match rest {
        [] => first,
        rest => format!("<details><summary>{first}</summary>{}</details>", rest.join("<br>")),
    };
    let seq = op.seq;
    _ = writeln!(
        page,
        "<tr id=\"op{seq}\"><td>{seq}<td class=\"call\">{}<td class=\"call{class}\">{}<td>{calls}<td>{}<td>{}</tr>",
        escape(&op.call()),
        escape(&op.returned.to_string()),
        op.spent,
        op.took_us
    );
}

fn link(place: &Place, sources: &[(&str, String)]) -> String {
    let text = escape(&place.to_string());
    match sources.iter().position(|(path, _)| *path == place.path) {
        Some(at) => format!("<a href=\"#s{at}-{}\">{text}</a>", place.line),
        None => text,
    }
}

fn timeline(trace: &Trace) -> String {
    let shown = &trace.operations[..trace.operations.len().min(OPERATIONS_MAX)];
    let end = shown.iter().map(|op| op.at_us + op.took_us).max().unwrap_or(0).max(1) as f64;
    let spans = Spans::of(shown);
    let rows = spans.all.iter().map(|span| span.depth + 1).max().unwrap_or(0).min(SPAN_ROWS);
    let height = 60 + rows * SPAN_ROW;
    let mut text = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{TIMELINE}\" height=\"{height}\" \
         viewBox=\"0 0 {TIMELINE} {height}\"><path d=\"M0 50 H{TIMELINE}\" stroke=\"#888\"/>\n"
    );
    for span in spans.all.iter().filter(|span| span.depth < SPAN_ROWS) {
        let [from, to] = span.micros.map(|at| at as f64 / end * TIMELINE);
        let (wide, y) = ((to - from).max(1.0), 56 + span.depth * SPAN_ROW);
        let first = span.operations[0] + 1;
        let name = escape(&span.call.cell);
        let fits = (wide / 7.0) as usize >= span.call.cell.chars().count();
        let label = if fits { name.as_str() } else { "" };
        _ = writeln!(
            text,
            "<a href=\"#op{first}\"><rect class=\"span\" x=\"{from:.1}\" y=\"{y}\" width=\"{wide:.1}\" height=\"16\" \
             fill=\"#bcd\" stroke=\"#fff\"><title>{name}</title></rect><text x=\"{:.1}\" y=\"{}\" font-size=\"11\" \
             fill=\"#223\">{label}</text></a>",
            from + 3.0,
            y + 12
        );
    }
    for op in shown {
        let x = op.at_us as f64 / end * TIMELINE;
        let wide = (op.took_us as f64 / end * TIMELINE).max(1.0);
        let color = if matches!(op.returned, Returned::Failed(_)) { "#c00" } else { "#46c" };
        _ = writeln!(
            text,
            "<a href=\"#op{}\"><rect x=\"{x:.1}\" y=\"15\" width=\"{wide:.1}\" height=\"30\" \
             fill=\"{color}\"><title>{}</title></rect></a>",
            op.seq,
            escape(&op.call())
        );
    }
    text.push_str("</svg>");
    text
}
