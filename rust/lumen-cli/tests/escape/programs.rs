//! Programs and the environment: other names, other variables, what a program leaves behind.

use crate::world::{Folder, lumen_in, stdout};
use crate::{Case, case, flagged, run_all};
use std::time::Duration;

const CASES: &[Case] = &[
    case("no grant for a program", 3, "E0345", "print(run_command([\"cat\", \"secret.txt\"]))\n"),
    case(
        "another program",
        4,
        "R1041",
        "grant exec program \"true\"\nprint(run_command([\"cat\", \"secret.txt\"]))\n",
    ),
    case(
        "the same name elsewhere",
        4,
        "R1041",
        "grant exec program \"true\"\nprint(run_command([\"./true\"]))\n",
    ),
    case(
        "by its path",
        4,
        "R1041",
        "grant exec program \"true\"\nprint(run_command([\"/bin/cat\", \"secret.txt\"]))\n",
    ),
    case(
        "a shell's words",
        4,
        "R1041",
        "grant exec program \"true\"\nprint(run_command([\"true; cat secret.txt\"]))\n",
    ),
    case(
        "words are not split",
        0,
        "$LUMEN_SECRET; cat",
        "grant exec program \"echo\"\nprint(run_command([\"echo\", \"$LUMEN_SECRET; cat\"]).output)\n",
    ),
    case(
        "no program",
        4,
        "R1041",
        "grant exec program \"true\"\nlet none: list[String] = []\nprint(run_command(none))\n",
    ),
    case("an empty name", 4, "R1041", "grant exec program \"true\"\nprint(run_command([\"\"]))\n"),
    case(
        "a NUL character",
        1,
        "NUL",
        "grant exec program \"echo\"\nprint(run_command([\"echo\", \"a\\0b\"]))\n",
    ),
    case(
        "the environment through a program",
        0,
        "output: \"\"",
        "grant exec program \"env\"\nprint(run_command([\"env\"]))\n",
    ),
    case(
        "a variable that is not granted",
        4,
        "R1041",
        "grant env name \"HOME\"\nprint(get_env(\"LUMEN_SECRET\"))\n",
    ),
    case("a variable without a grant", 3, "E0345", "print(get_env(\"LUMEN_SECRET\"))\n"),
    case(
        "a wildcard stands for its beginning",
        4,
        "R1041",
        "grant env name \"LUMEN_O*\"\nprint(get_env(\"LUMEN_SECRET\"))\n",
    ),
    case(
        "a variable with a value in its name",
        1,
        "no name of a variable",
        "grant env\nprint(get_env(\"LUMEN_SECRET=\"))\n",
    ),
    flagged(
        "a denied variable",
        &["--deny", "env=LUMEN_SECRET"],
        4,
        "R1042",
        "grant env\nprint(get_env(\"LUMEN_SECRET\"))\n",
    ),
    flagged(
        "a denied variable through a program",
        &["--deny", "env=LUMEN_*"],
        4,
        "R1042",
        "grant exec program \"env\" name \"LUMEN_SECRET\"\nprint(run_command([\"env\"]))\n",
    ),
    flagged(
        "a variable that flags do not allow",
        &["--allow", "exec=env"],
        4,
        "R1042",
        "grant exec program \"env\" name \"LUMEN_SECRET\"\nprint(run_command([\"env\"]))\n",
    ),
    flagged(
        "a denied program by its path",
        &["--deny", "exec=cat"],
        4,
        "R1042",
        "grant exec\nprint(run_command([\"/bin/cat\", \"secret.txt\"]))\n",
    ),
    flagged(
        "flags allow another program",
        &["--allow", "exec=true"],
        4,
        "R1042",
        "grant exec\nprint(run_command([\"cat\", \"secret.txt\"]))\n",
    ),
    case(
        "time is over",
        1,
        "R1044",
        "grant exec program \"sleep\" timeout_ms 100\nprint(run_command([\"sleep\", \"20\"]))\n",
    ),
    case(
        "endless output",
        1,
        "more than 16 MiB",
        "grant exec program \"yes\" timeout_ms 20000\nprint(run_command([\"yes\"]).code)\n",
    ),
    case(
        "a program reads no input of the run",
        0,
        "code: 0",
        "grant exec program \"cat\"\nprint(run_command([\"cat\"]))\n",
    ),
];

#[test]
fn programs_and_variables_are_the_granted_ones() {
    run_all("programs", CASES);
}

#[test]
fn what_a_program_starts_ends_with_it() {
    let left = "(sleep 1; echo x > escaped) & echo done";
    let late = "sleep 1; echo x > escaped";
    for (at, (script, told)) in [(left, "done"), (late, "err(Timeout)")].into_iter().enumerate() {
        let folder = Folder::new(&format!("escape-left-{at}"), &[]);
        let source = format!(
            "grant exec program \"sh\" timeout_ms 500\nprint(try run_command([\"sh\", \"-c\", r\"{script}\"]))\n"
        );
        folder.write("main.lm", &source);
        let output = stdout(&lumen_in(&folder.0, &["run", "main.lm"], ""));
        assert!(output.contains(told), "{output}");
        let (sender, never) = std::sync::mpsc::channel::<()>();
        let _timeout = never.recv_timeout(Duration::from_millis(1200));
        drop(sender);
        assert!(!folder.0.join("escaped").exists(), "{script}");
    }
}
