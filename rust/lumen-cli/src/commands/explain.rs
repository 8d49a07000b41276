//! `lumen explain`: the page of a diagnostic code, a list of codes, or what std says about a builtin.

use super::doc::{meant, of_builtin};
use crate::output::{complain, out, page};
use crate::{EXIT_SUCCESS, EXIT_USAGE};
use lumen_base::Code;
use lumen_compiler::interface;

pub(super) fn explain(subject: &str) -> u8 {
    let upper = subject.to_uppercase();
    if let Some(code) = Code::lookup(subject) {
        page(code.page());
        return EXIT_SUCCESS;
    }
    let is_begun = upper.starts_with(['E', 'W', 'R', 'I'])
        && upper[1..].bytes().all(|byte| byte.is_ascii_digit());
    let listed: String = Code::all()
        .filter(|code| subject == "codes" || (is_begun && code.as_str().starts_with(&upper)))
        .map(|code| format!("{code}  {}\n", code.slug()))
        .collect();
    if !listed.is_empty() {
        out(listed.as_bytes());
        return EXIT_SUCCESS;
    }
    if let Some(text) = of_builtin(subject) {
        page(&text);
        return EXIT_SUCCESS;
    }
    let meant = meant(subject, interface::names().chain(Code::all().map(Code::slug)));
    complain(format_args!(
        "`{subject}` is neither a diagnostic code nor a builtin{meant} (`lumen explain codes` lists the codes)"
    ));
    EXIT_USAGE
}
