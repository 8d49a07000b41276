//! Completions, as a shell gives them, and manual pages.

use crate::world::{Folder, exits, lumen, lumen_in, stdout};
use std::process::Command;

/// What bash offers for the last of these words.
fn offered(folder: &Folder, words: &[&str]) -> Option<Vec<String>> {
    let quoted: Vec<String> = words.iter().map(|word| format!("'{word}'")).collect();
    let last = words.len() - 1;
    let query = format!(
        "source ./lumen.bash && COMP_WORDS=({}) COMP_CWORD={last} && _lumen lumen {} {} && \
         printf '%s\n' \"${{COMPREPLY[@]}}\"",
        quoted.join(" "),
        quoted[last],
        quoted[last - 1],
    );
    let mut bash = Command::new("bash");
    let output = bash.args(["--norc", "-c", &query]).current_dir(&folder.0).output().ok()?;
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    Some(stdout(&output).lines().map(str::to_owned).collect())
}

#[test]
fn bash_completes_commands_flags_and_values() {
    let folder = Folder::new("shells-bash", &[]);
    let script = lumen(&["completions", "bash"], "");
    exits(0, &script);
    folder.write("lumen.bash", &stdout(&script));
    let Some(commands) = offered(&folder, &["lumen", "re"]) else {
        eprintln!("SKIPPED: bash is missing, so its completions were not tested");
        return;
    };
    assert!(commands.contains(&"repl".to_owned()), "{commands:?}");
    let flags = offered(&folder, &["lumen", "repl", "--e"]).expect("bash is there");
    assert!(flags.contains(&"--engine".to_owned()) && flags.contains(&"--echo".to_owned()));
    let engines = offered(&folder, &["lumen", "run", "--engine", ""]).expect("bash is there");
    assert!(engines.contains(&"switch".to_owned()), "{engines:?}");
    let actions = offered(&folder, &["lumen", "cache", "c"]).expect("bash is there");
    assert_eq!(actions, ["clear"]);
}

#[test]
fn every_shell_has_a_script() {
    for shell in ["bash", "elvish", "fish", "powershell", "zsh"] {
        let script = lumen(&["completions", shell], "");
        exits(0, &script);
        assert!(stdout(&script).contains("repl"), "{shell}");
    }
    exits(2, &lumen(&["completions", "tcsh"], ""));
}

#[test]
fn every_command_has_a_manual_page() {
    let folder = Folder::new("shells-man", &[]);
    exits(0, &lumen_in(&folder.0, &["man", "--out", "deep/man1"], ""));
    for page in ["lumen", "lumen-run", "lumen-repl", "lumen-cache", "lumen-cache-stat", "lumen-man"]
    {
        let text = folder.read(&format!("deep/man1/{page}.1"));
        assert!(text.contains(".TH") && text.contains("SYNOPSIS"), "{page}: {text}");
    }
    let text = folder.read("deep/man1/lumen-run.1");
    assert!(text.contains("\\-\\-limit") && text.contains("lumen run"), "{text}");
    let first = lumen(&["man"], "");
    assert!(stdout(&first).contains("Exit codes"), "{}", stdout(&first));
    folder.write("file", "");
    exits(1, &lumen_in(&folder.0, &["man", "--out", "file"], ""));
}
