//! `docs/reference/cli.md`, made from the definition of the command line, so that it cannot say anything else.

use crate::args;
use clap::{Arg, Command};
use std::fmt::Write;
use std::path::Path;

/// The page.
fn page() -> String {
    let mut command = args::command();
    command.build();
    let mut text = "# The command line\n\nMade from the definition of the command by `LUMEN_BLESS=1 cargo test -p \
                    lumen-cli reference`; a test compares them.\n\n"
        .to_owned();
    text.push_str("## Exit codes\n\n| code | meaning |\n|---|---|\n");
    let mut rest = String::new();
    for line in args::EXIT_CODES.lines().skip(1) {
        match line.trim().split_once("  ") {
            Some((code, meaning)) => {
                let _ = writeln!(text, "| {code} | {} |", meaning.trim());
            }
            None => rest = format!("\n{line}\n"),
        }
    }
    text.push_str(&rest);
    text.push_str("\n## Environment\n\n| variable | meaning |\n|---|---|\n");
    text.push_str("| `LUMEN_HOME` | the folder for the cache and the history of `lumen repl`; `~/.lumen` without it |\n");
    text.push_str("| `NO_COLOR` | no colours, whatever the terminal can |\n");
    text.push_str("| `TERM` | `dumb` means no colours and no line editor |\n");
    text.push_str("| `PAGER` | shows long pages of `lumen doc` and `lumen explain` on a terminal; `less -FRX` without it, and empty for none |\n");
    text.push_str("\n## Everywhere\n\n");
    let globals: Vec<&Arg> = command.get_arguments().collect();
    arguments(&mut text, &globals);
    section(&mut text, &command, "lumen", 0);
    text
}

fn section(text: &mut String, command: &Command, name: &str, depth: usize) {
    for below in command.get_subcommands().filter(|it| it.get_name() != "help") {
        let name = format!("{name} {}", below.get_name());
        let _ = writeln!(text, "\n{} `{name}`\n", "#".repeat(2 + depth));
        let about = below.get_about().map(ToString::to_string).unwrap_or_default();
        let _ = writeln!(text, "{}.\n", about.trim_end_matches('.'));
        let usage = below.clone().bin_name(name.clone()).render_usage().to_string();
        let usage = usage.trim_start_matches("Usage: ");
        let _ = writeln!(text, "```text\n{usage}\n```\n");
        let own: Vec<&Arg> = below.get_arguments().filter(|arg| !arg.is_global_set()).collect();
        let own = if depth == 0 {
            own
        } else {
            own.into_iter().filter(|it| it.get_id() != "help").collect()
        };
        arguments(text, &own);
        section(text, below, &name, depth + 1);
    }
}

/// The table of arguments and flags.
fn arguments(text: &mut String, arguments: &[&Arg]) {
    let shown: Vec<&&Arg> =
        arguments.iter().filter(|it| !it.is_hide_set() && it.get_id() != "help").collect();
    if shown.is_empty() {
        return;
    }
    text.push_str("| argument | meaning | default |\n|---|---|---|\n");
    for arg in shown {
        let value = arg.get_value_names().and_then(|names| names.first());
        let takes_value = arg.get_action().takes_values();
        let value = value.filter(|_| takes_value).map(|it| it.to_string()).unwrap_or_default();
        let mut name = match arg.get_long() {
            Some(long) if takes_value => format!("--{long} {value}"),
            Some(long) => format!("--{long}"),
            None => value,
        };
        if let Some(short) = arg.get_short() {
            name = format!("-{short}, {name}");
        }
        let mut help = arg.get_help().map(ToString::to_string).unwrap_or_default();
        let values: Vec<String> = arg
            .get_possible_values()
            .iter()
            .filter(|_| takes_value)
            .map(|it| match it.get_help() {
                Some(help) => {
                    format!("`{}` ({})", it.get_name(), help.to_string().trim_end_matches('.'))
                }
                None => format!("`{}`", it.get_name()),
            })
            .collect();
        if !values.is_empty() {
            help = format!("{}: {}", help.trim_end_matches('.'), values.join(", "));
        }
        let defaults = arg.get_default_values().iter().filter(|_| takes_value);
        let defaults: Vec<String> =
            defaults.map(|it| format!("`{}`", it.to_string_lossy())).collect();
        let (help, default) = (help.replace('|', "\\|"), defaults.join(", "));
        let _ = writeln!(text, "| `{}` | {help} | {default} |", name.trim());
    }
}

#[test]
#[expect(clippy::disallowed_methods, reason = "a test reads files of the repository")]
fn the_page_says_what_the_command_takes() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/reference/cli.md");
    let page = page();
    if std::env::var_os("LUMEN_BLESS").is_some() {
        std::fs::write(&path, &page).expect("the page is written");
    }
    let written = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(written == page, "docs/reference/cli.md is old: LUMEN_BLESS=1 writes it\n{page}");
}

#[test]
fn every_argument_says_what_it_is() {
    fn check(command: &Command) {
        command.get_arguments().for_each(|arg| assert!(arg.get_help().is_some(), "{arg:?}"));
        command.get_subcommands().for_each(check);
    }
    let mut command = args::command();
    command.build();
    check(&command);
    command.debug_assert();
}
