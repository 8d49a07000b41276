//! Modules: what an importer does not pass on, what a module grants itself, who calls whom, and what a cache remembers.

use crate::world::{Folder, exits, lumen_in, stderr, stdout};
use crate::{SECRET, playground};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

struct Modules {
    name: &'static str,
    exit: i32,
    says: &'static str,
    main: &'static str,
    helper: &'static str,
}

const fn modules(
    name: &'static str,
    exit: i32,
    says: &'static str,
    main: &'static str,
    helper: &'static str,
) -> Modules {
    Modules { name, exit, says, main, helper }
}

/// A module that would read anything.
const GREEDY: &str =
    "grant fs\npub cell get(path: String) -> String / {fs}\n  read_file(path)\nend\n";

const CASES: &[Modules] = &[
    modules(
        "nothing is passed on",
        3,
        "E0347",
        "import helper: get\nprint(get(\"secret.txt\"))\n",
        GREEDY,
    ),
    modules(
        "nothing is passed on to all names",
        3,
        "E0347",
        "import helper: *\nprint(get(\"secret.txt\"))\n",
        GREEDY,
    ),
    modules(
        "nothing is passed on to a module as a whole",
        3,
        "E0347",
        "grant fs path \"data/**\"\nimport helper\nprint(helper.get(\"secret.txt\"))\n",
        GREEDY,
    ),
    modules(
        "something else is passed on",
        3,
        "E0347",
        "grant env name \"HOME\"\nimport helper: get with grants env\nprint(get(\"secret.txt\"))\n",
        GREEDY,
    ),
    modules(
        "what the importer lacks is passed on",
        3,
        "E0348",
        "import helper: get with grants fs\nprint(get(\"secret.txt\"))\n",
        GREEDY,
    ),
    modules(
        "a wider grant of the module",
        4,
        "R1041",
        "grant fs path \"data/**\"\nimport helper: get with grants fs\nprint(get(\"secret.txt\"))\n",
        GREEDY,
    ),
    modules(
        "a wider grant of the importer",
        4,
        "R1041",
        "grant fs\nimport helper: get with grants fs\nprint(get(\"secret.txt\"))\n",
        "grant fs path \"data/**\"\npub cell get(path: String) -> String / {fs}\n  read_file(path)\nend\n",
    ),
    modules(
        "a module without a grant of its own",
        3,
        "E0345",
        "grant fs path \"data/**\"\nimport helper: get with grants fs\nprint(get(\"data/a.txt\"))\n",
        "pub cell get(path: String) -> String / {fs}\n  read_file(path)\nend\n",
    ),
    modules(
        "a closure of the module",
        4,
        "R1041",
        "grant fs path \"data/**\"\nimport helper: reader with grants fs\nlet read = reader()\nprint(read(\"secret.txt\"))\n",
        "grant fs\npub cell reader() -> fn(String) -> String / {fs}\n  fn(path: String) => read_file(path)\nend\n",
    ),
    modules(
        "a closure given to the module",
        4,
        "R1041",
        "grant fs path \"data/**\"\nimport helper: apply\nprint(apply(fn(path) => read_file(path), \"secret.txt\"))\n",
        "pub cell apply(f: fn(String) -> String, x: String) -> String = f(x)\n",
    ),
    modules(
        "the budget of the importer",
        1,
        "R1046",
        "grant fs path \"data/**\" max_calls 2\nimport helper: get with grants fs\nfor i in 0..3\n  print(get(\"data/a.txt\"))\nend\n",
        GREEDY,
    ),
    modules(
        "the budget of both together",
        1,
        "R1046",
        "grant fs path \"data/**\" max_calls 2\nimport helper: get with grants fs\nprint(read_file(\"data/a.txt\"), get(\"data/a.txt\"))\nprint(get(\"data/a.txt\"))\n",
        GREEDY,
    ),
    modules(
        "the tool of a module",
        3,
        "E03",
        "import helper: Read\nprint(Read(\"secret.txt\"))\n",
        "use tool fs.read_file as Read(path: String) -> String\ngrant Read\n",
    ),
    modules(
        "flags are for the root",
        3,
        "E0347",
        "import helper: get\nprint(get(\"secret.txt\"))\n",
        GREEDY,
    ),
    modules(
        "a test of the module",
        3,
        "E0347",
        "import helper: two\nprint(two())\n",
        "grant exec\npub cell two() -> Int = 2\ncell hidden() -> Int / {exec}\n  run_command([\"cat\", \"secret.txt\"]).code\nend\n",
    ),
];

#[test]
fn modules_have_what_their_importers_pass_on() {
    for (at, case) in CASES.iter().enumerate() {
        for engine in ["interp", "switch", "jit"] {
            let folder = playground(&format!("modules-{at}"));
            folder.write("main.lm", case.main);
            folder.write("helper.lm", case.helper);
            let output = lumen_in(&folder.0, &["run", "--engine", engine, "main.lm"], "");
            let told = format!("{}{}", stdout(&output), stderr(&output));
            let what = format!("{} {engine}\n{told}", case.name);
            assert!(!told.contains(SECRET) && told.contains(case.says), "{what}");
            assert_eq!(output.status.code(), Some(case.exit), "{what}");
        }
    }
}

#[test]
fn a_cached_program_does_not_keep_what_its_modules_lost_or_gained() {
    let folder = playground("cache");
    let run = |main: &str, helper: &str| {
        folder.write("main.lm", main);
        folder.write("helper.lm", helper);
        let mut command = crate::world::command(&folder.0, &["run", "main.lm"]);
        command.env("LUMEN_HOME", folder.0.join("home"));
        command.output().expect("lumen runs")
    };
    let main = "import helper: get\nprint(get(\"secret.txt\"))\n";
    let plain = "pub cell get(path: String) -> String = path\n";
    exits(0, &run(main, plain));
    exits(0, &run(main, plain));
    let output = run(main, GREEDY);
    exits(3, &output);
    assert!(stderr(&output).contains("E0347") && !stdout(&output).contains(SECRET));
    let wide = "grant fs path \"other/*.txt\"\nprint(read_file(\"other/c.txt\").length())\n";
    exits(0, &run(wide, plain));
    exits(4, &run(&wide.replace("other/*.txt", "data/**"), plain));
}

/// Something swaps a folder for a link to the folder above, again and again, while a program reads through its name.
#[test]
fn a_folder_that_becomes_a_link_meanwhile_leads_nowhere() {
    let folder: Folder = playground("swap");
    let data = folder.0.join("data");
    std::fs::create_dir(data.join("real")).expect("a folder");
    std::fs::write(data.join("real/secret.txt"), "inside").expect("a file");
    std::os::unix::fs::symlink("..", data.join("fake")).expect("a link");
    folder.write(
        "main.lm",
        "grant fs path \"data/**\"\nlet mut seen = {\"\": 0}\nfor i in 0..3000\n\
         \x20 match try read_file(\"data/now/secret.txt\")\n    ok(text) -> seen = seen.merge({(text): 1})\n    err(e) -> seen = seen.merge({\"{e}\": 1})\n  end\nend\nprint(seen)\n",
    );
    let stop = Arc::new(AtomicBool::new(false));
    let swapper = {
        let (stop, data) = (Arc::clone(&stop), data.clone());
        std::thread::spawn(move || {
            let rename =
                |from: &str, to: &str| drop(std::fs::rename(data.join(from), data.join(to)));
            while !stop.load(Ordering::Relaxed) {
                rename("real", "now");
                rename("now", "real");
                rename("fake", "now");
                rename("now", "fake");
            }
        })
    };
    let output = lumen_in(&folder.0, &["run", "main.lm"], "");
    stop.store(true, Ordering::Relaxed);
    swapper.join().expect("it ends");
    exits(0, &output);
    let told = stdout(&output);
    assert!(!told.contains(SECRET), "{told}");
    assert!(told.contains("NotFound"), "{told}");
}
