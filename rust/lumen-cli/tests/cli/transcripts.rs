//! The documents of `tests/cli`: fences with sessions of `lumen repl` and with commands, which must give what they show.
//!
//! A `session` fence is what `lumen repl --echo` writes: lines behind `> ` and `. ` are entered. A `console` fence has
//! lines behind `$ `, which are commands (`< FILE` is their input), then what they write, and `[CODE]` when they do not
//! end with 0. Both run in `tests/cli/files`. `LUMEN_BLESS=1` writes what is given into the documents.

use crate::world::command;
use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use std::process::Stdio;

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/cli")
}

/// Runs a command with input; gives what it wrote to both streams, in order, and its exit code.
fn run(args: &[&str], input: Vec<u8>) -> (String, i32) {
    let (mut reader, writer) = std::io::pipe().expect("a pipe");
    let mut command = command(&folder().join("files"), args);
    command.env("TERM", "dumb").env("LUMEN_HOME", env!("CARGO_TARGET_TMPDIR"));
    command.stdin(Stdio::piped()).stdout(writer.try_clone().expect("a pipe")).stderr(writer);
    let mut child = command.spawn().expect("lumen starts");
    // The command holds the other ends of the pipe.
    drop(command);
    let mut stdin = child.stdin.take().expect("stdin is piped");
    let feeder = std::thread::spawn(move || drop(stdin.write_all(&input)));
    let mut text = Vec::new();
    reader.read_to_end(&mut text).expect("the output is read");
    feeder.join().expect("the feeder does not panic");
    let code = child.wait().expect("lumen ends").code().unwrap_or(-1);
    (String::from_utf8_lossy(&text).into_owned(), code)
}

/// What the lines behind prompts enter.
fn session(body: &str, args: &[&str]) -> String {
    let entered = |line: &str| match line {
        ">" | "." => Some("\n".to_owned()),
        _ => line.strip_prefix("> ").or(line.strip_prefix(". ")).map(|text| format!("{text}\n")),
    };
    let input: String = body.lines().filter_map(entered).collect();
    let args: Vec<&str> = ["repl", "--echo", "--no-history"].iter().chain(args).copied().collect();
    let (mut text, code) = run(&args, input.into_bytes());
    if code > 1 {
        text.push_str(&format!("[{code}]\n"));
    }
    text
}

fn console(body: &str) -> String {
    let mut text = String::new();
    for line in body.lines().filter_map(|line| line.strip_prefix("$ lumen ")) {
        let (line, input) = line.split_once(" < ").unwrap_or((line, ""));
        let input = match input {
            "" => Vec::new(),
            file => std::fs::read(folder().join("files").join(file)).expect("the input is there"),
        };
        let args: Vec<&str> = line.split_whitespace().collect();
        let (output, code) = run(&args, input);
        let command = if line.len() < body.len() && body.contains(&format!("$ lumen {line} < ")) {
            body.lines()
                .find(|it| it.starts_with(&format!("$ lumen {line} < ")))
                .unwrap_or_default()
        } else {
            &format!("$ lumen {line}")
        };
        text.push_str(&format!("{command}\n{output}"));
        if !output.is_empty() && !output.ends_with('\n') {
            text.push('\n');
        }
        if code != 0 {
            text.push_str(&format!("[{code}]\n"));
        }
    }
    text
}

/// The document with what its fences give, and the lines of the fences that say something else.
fn replayed(text: &str) -> (String, Vec<usize>) {
    let (mut out, mut wrong) = (String::new(), Vec::new());
    let mut lines = text.split_inclusive('\n').enumerate();
    while let Some((at, line)) = lines.next() {
        out.push_str(line);
        // A fence of more backticks may hold fences.
        let mark = &line[..line.len() - line.trim_start_matches('`').len()];
        let info = line.strip_prefix(mark).map(str::trim_end).filter(|_| mark.len() >= 3);
        let info = info.unwrap_or_default();
        let (kind, args) = info.split_once(' ').unwrap_or((info, ""));
        if info.is_empty() {
            continue;
        }
        let mut body = String::new();
        let mut end = "";
        for (_, line) in lines.by_ref() {
            if line.trim_end() == mark {
                end = line;
                break;
            }
            body.push_str(line);
        }
        let args: Vec<&str> = args.split_whitespace().collect();
        let given = match kind {
            "session" => session(&body, &args),
            "console" => console(&body),
            _ => body.clone(),
        };
        if given != body {
            wrong.push(at + 1);
        }
        out.push_str(&given);
        out.push_str(end);
    }
    (out, wrong)
}

#[test]
fn documents_show_what_the_command_gives() {
    let bless = std::env::var_os("LUMEN_BLESS").is_some();
    let mut paths: Vec<PathBuf> = std::fs::read_dir(folder())
        .expect("the folder is there")
        .map(|entry| entry.expect("it can be listed").path())
        .filter(|path| path.extension().is_some_and(|end| end == "md"))
        .collect();
    paths.sort();
    assert!(paths.len() >= 2, "{paths:?}");
    let mut problems = String::new();
    for path in paths {
        let text = std::fs::read_to_string(&path).expect("a document");
        let (given, wrong) = replayed(&text);
        if wrong.is_empty() {
            continue;
        }
        if bless {
            std::fs::write(&path, given).expect("the document is written");
            continue;
        }
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        problems.push_str(&format!("{name}, fences in lines {wrong:?}:\n"));
        for (line, (old, new)) in text.lines().zip(given.lines()).enumerate() {
            if old != new {
                problems.push_str(&format!("  {}: - {old}\n  {}: + {new}\n", line + 1, line + 1));
                break;
            }
        }
    }
    assert!(problems.is_empty(), "LUMEN_BLESS=1 writes what is given\n{problems}");
}
