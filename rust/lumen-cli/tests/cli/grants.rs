//! What a program may do, told and compared.

use crate::world::{Folder, exits, lumen_in, stderr, stdout};

const OLD: &str = "use tool llm.chat as Chat\n\
    grant Chat model \"small\" max_calls 3\n\
    grant fs path \"data/**\"\n\
    grant exec program \"git\"\n\
    let text: String = Chat(prompt: read_file(\"data/a.txt\"))\n\
    print(text, random())\n";

#[test]
fn the_whole_authority_of_a_program_is_told() {
    let folder = Folder::new("grants-explain", &[("main.lm", OLD)]);
    let output = lumen_in(&folder.0, &["grants", "explain", "main.lm"], "");
    exits(0, &output);
    assert_eq!(
        stdout(&output),
        "llm.chat\n    Chat (llm.chat) max_calls 3 model \"small\"   main.lm:2\n\
         fs.read_file\n    fs path \"data/**\"   main.lm:3\n\
         granted and not used: exec program \"git\"   main.lm:4\n\
         without a grant: random\n"
    );
}

#[test]
fn two_versions_are_compared() {
    let folder = Folder::new("grants-against", &[("old.lm", OLD), ("same.lm", OLD)]);
    let against =
        |new: &str| lumen_in(&folder.0, &["grants", "explain", new, "--against", "old.lm"], "");
    let output = against("same.lm");
    exits(0, &output);
    assert_eq!(stdout(&output), "");
    // Another order of lines and constraints is no other authority.
    folder.write(
        "moved.lm",
        &format!(
            "# moved\n\n{}",
            OLD.replace("model \"small\" max_calls 3", "max_calls 3 model \"small\"")
        ),
    );
    exits(0, &against("moved.lm"));
    let wider = OLD.replace("data/**", "**").replace("random()", "timestamp()");
    folder.write("new.lm", &wider);
    let output = against("new.lm");
    exits(1, &output);
    assert_eq!(
        stdout(&output),
        "+ fs.read_file under `fs path \"**\"`\n\
         + time without a grant\n\
         - fs.read_file under `fs path \"data/**\"`\n\
         - random without a grant\n"
    );
}

#[test]
fn flags_imports_and_configuration_are_part_of_it() {
    let folder = Folder::new("grants-more", &[]);
    folder.write("main.lm", "import notes: note with grants fs\ngrant fs path \"data/**\"\nnote(get_env(\"HOME\") ?? \"\")\n");
    folder.write("notes.lm", "grant fs path \"**/*.txt\" max_calls 9\npub cell note(text: String) -> Null / {fs}\n  append_file(\"data/n.txt\", text)\nend\n");
    folder.write("lumen.toml", "allow = [\"fs=data\", \"env\"]\ndeny = [\"fs=data/keys\"]\n");
    let output = lumen_in(&folder.0, &["grants", "explain", "main.lm"], "");
    exits(0, &output);
    let told = stdout(&output);
    assert!(told.contains("env.get_env\n    no grant: only with `--allow`\n"), "{told}");
    let chain = "fs.append_file\n    fs max_calls 9 path \"**/*.txt\"   notes.lm:1\n    fs path \"data/**\"   main.lm:2\n";
    let other = "fs.append_file\n    fs path \"data/**\"   main.lm:2\n    fs max_calls 9 path \"**/*.txt\"   notes.lm:1\n";
    assert!(told.contains(chain) || told.contains(other), "{told}");
    for line in ["allows `fs=data`", "allows `env`", "denies `fs=data/keys`"] {
        assert!(told.contains(&format!("lumen.toml {line}\n")), "{told}");
    }
}

#[test]
fn compiled_programs_are_told_too_and_wrong_ones_are_not() {
    let folder = Folder::new("grants-lir", &[("main.lm", OLD), ("bad.lm", "print(nothing)\n")]);
    exits(
        0,
        &lumen_in(&folder.0, &["emit", "--format", "binary", "-o", "main.lir", "main.lm"], ""),
    );
    let output = lumen_in(&folder.0, &["grants", "explain", "main.lir"], "");
    exits(0, &output);
    assert!(stdout(&output).contains("fs path \"data/**\""), "{}", stdout(&output));
    let output =
        lumen_in(&folder.0, &["grants", "explain", "main.lir", "--against", "main.lm"], "");
    exits(0, &output);
    let output = lumen_in(&folder.0, &["grants", "explain", "bad.lm"], "");
    exits(3, &output);
    assert!(stderr(&output).contains("E0301"), "{}", stderr(&output));
    exits(2, &lumen_in(&folder.0, &["grants", "explain", "none.lm"], ""));
}

/// A recorded run that reached outside is replayed where there is nothing outside.
#[test]
fn runs_that_reached_outside_replay_without_it() {
    let folder = Folder::new("grants-replay", &[("data/a.txt", "one\n")]);
    folder.write(
        "main.lm",
        "grant fs path \"data/**\"\ngrant exec program \"echo\"\ngrant env name \"HOME\"\n\
         print(read_file(\"data/a.txt\").trim())\nwrite_file(\"data/b.txt\", \"two\")\n\
         print(run_command([\"echo\", \"three\"]).output.trim(), get_env(\"HOME\"))\n\
         print(try read_file(\"data/c.txt\"), list_dir(\"data\"))\n",
    );
    let recorded = lumen_in(&folder.0, &["run", "--trace-dir", "traces", "main.lm"], "");
    exits(0, &recorded);
    let cassette = lumen_in(&folder.0, &["run", "--record", "cassette", "main.lm"], "");
    exits(0, &cassette);
    std::fs::remove_dir_all(folder.0.join("data")).expect("it is there");
    for engine in ["interp", "switch", "jit"] {
        let replayed = lumen_in(
            &folder.0,
            &["replay", "--engine", engine, "--trace-dir", "traces", "last"],
            "",
        );
        exits(0, &replayed);
        assert_eq!(stdout(&replayed), stdout(&recorded), "{engine}");
        let replayed = lumen_in(
            &folder.0,
            &["run", "--engine", engine, "--replay", "cassette", "main.lm"],
            "",
        );
        exits(0, &replayed);
        assert_eq!(stdout(&replayed), stdout(&cassette), "{engine}");
    }
    assert!(!folder.0.join("data").exists());
}
