//! Files: `..`, links, other names, places that are no files of a disk.

use crate::{Case, case, flagged, run_all};

const CASES: &[Case] = &[
    case("no grant", 3, "E0345", "print(read_file(\"secret.txt\"))\n"),
    case(
        "outside of the pattern",
        4,
        "R1041",
        "grant fs path \"data/**\"\nprint(read_file(\"secret.txt\"))\n",
    ),
    case(
        "up",
        4,
        "`..` is not allowed",
        "grant fs path \"data/**\"\nprint(read_file(\"data/../secret.txt\"))\n",
    ),
    case(
        "up behind a name that is not there",
        4,
        "R1041",
        "grant fs path \"data/**\"\nprint(read_file(\"data/none/../../secret.txt\"))\n",
    ),
    case(
        "up, built at run time",
        4,
        "R1041",
        "grant fs path \"data/**\"\nlet dots = \".\" + \".\"\nprint(read_file(\"data/{dots}/secret.txt\"))\n",
    ),
    case(
        "absolute",
        4,
        "R1041",
        "grant fs path \"data/**\"\nprint(read_file(\"/etc/hostname\"))\n",
    ),
    case(
        "two slashes",
        4,
        "R1041",
        "grant fs path \"data/**\"\nprint(read_file(\"//etc//hostname\"))\n",
    ),
    case(
        "a name that only begins alike",
        4,
        "R1041",
        "grant fs path \"dat\"\nprint(read_file(\"data/a.txt\"))\n",
    ),
    case(
        "a link to a file",
        4,
        "symbolic link",
        "grant fs path \"data/**\"\nprint(read_file(\"data/link\"))\n",
    ),
    case(
        "a link to a folder",
        4,
        "symbolic link",
        "grant fs path \"data/**\"\nprint(read_file(\"data/up/secret.txt\"))\n",
    ),
    case(
        "a link to a folder, listed",
        4,
        "symbolic link",
        "grant fs path \"data/**\"\nprint(list_dir(\"data/up\"))\n",
    ),
    case(
        "a link that stays inside",
        4,
        "symbolic link",
        "grant fs path \"data/*/b.txt\"\nprint(read_file(\"data/inner/b.txt\"))\n",
    ),
    case(
        "a link that leads nowhere, written",
        4,
        "symbolic link",
        "grant fs path \"data/**\"\nwrite_file(\"data/dangling\", \"x\")\n",
    ),
    case(
        "a link to itself",
        4,
        "symbolic link",
        "grant fs path \"data/**\"\nprint(read_file(\"data/loop\"))\n",
    ),
    case(
        "writing through a link",
        4,
        "symbolic link",
        "grant fs path \"data/**\"\nwrite_file(\"data/link\", \"x\")\n",
    ),
    case(
        "adding through a link",
        4,
        "symbolic link",
        "grant fs path \"data/**\"\nappend_file(\"data/link\", \"x\")\n",
    ),
    case(
        "removing through a link",
        4,
        "symbolic link",
        "grant fs path \"data/**\"\nremove_file(\"data/up/secret.txt\")\n",
    ),
    case(
        "a hard link, read",
        4,
        "another name",
        "grant fs path \"data/**\"\nprint(read_file(\"data/hard\"))\n",
    ),
    case(
        "a hard link, written",
        4,
        "another name",
        "grant fs path \"data/**\"\nwrite_file(\"data/hard\", \"x\")\n",
    ),
    case(
        "a hard link, added to",
        4,
        "another name",
        "grant fs path \"data/**\"\nappend_file(\"data/hard\", \"x\")\n",
    ),
    case(
        "the root of the process",
        4,
        "symbolic link",
        "grant fs path \"data/**\"\nprint(list_dir(\"data/self/root\"))\n",
    ),
    case("/proc/self/environ", 4, "R1041", "grant fs\nprint(read_file(\"/proc/self/environ\"))\n"),
    case(
        "/proc/self/mem",
        4,
        "R1041",
        "grant fs path \"/**\"\nwrite_file(\"/proc/self/mem\", \"x\")\n",
    ),
    case(
        "/proc/self/root",
        4,
        "R1041",
        "grant fs path \"/**\"\nprint(list_dir(\"/proc/self/root\"))\n",
    ),
    case(
        "/proc/self/cwd",
        4,
        "R1041",
        "grant fs\nprint(read_file(\"/proc/self/cwd/secret.txt\"))\n",
    ),
    case("/proc through a link", 4, "R1041", "grant fs\nprint(read_file(\"data/self/environ\"))\n"),
    case("/dev", 4, "R1041", "grant fs\nprint(read_bytes(\"/dev/zero\").length())\n"),
    case(
        "a trailing slash",
        1,
        "is a folder",
        "grant fs path \"data/**\"\nprint(read_file(\"data/a.txt/\"))\n",
    ),
    case(
        "a trailing slash behind a link",
        1,
        "is a folder",
        "grant fs path \"data/**\"\nprint(read_file(\"data/link/\"))\n",
    ),
    case(
        "a NUL character",
        4,
        "NUL",
        "grant fs path \"data/**\"\nprint(read_file(\"data/a.txt\\0/../../secret.txt\"))\n",
    ),
    case("an empty name", 4, "it is empty", "grant fs path \"data/**\"\nprint(read_file(\"\"))\n"),
    case(
        "a very long name",
        4,
        "longer than 4096",
        "grant fs path \"data/**\"\nprint(exists(\"data/\" + \"a\".repeat(5000)))\n",
    ),
    case(
        "the folder itself, removed",
        1,
        "is a folder",
        "grant fs path \"data/**\"\nremove_file(\"data\")\n",
    ),
    case(
        "a grant that goes up in its wildcards",
        4,
        "cannot be enforced",
        "grant fs path \"data/*/../../**\"\nprint(read_file(\"secret.txt\"))\n",
    ),
    flagged(
        "flags narrow a grant",
        &["--allow", "fs=data/below"],
        4,
        "R1042",
        "grant fs path \"**\"\nprint(read_file(\"secret.txt\"))\n",
    ),
    flagged(
        "a grant does not widen flags",
        &["--allow", "env=HOME"],
        4,
        "R1042",
        "grant fs path \"**\"\nprint(read_file(\"secret.txt\"))\n",
    ),
    flagged(
        "what is denied wins over a grant",
        &["--deny", "fs=secret.txt"],
        4,
        "R1042",
        "grant fs\nprint(read_file(\"./secret.txt\"))\n",
    ),
    flagged(
        "what is denied is denied by its real place",
        &["--deny", "fs=secret.txt"],
        4,
        "is denied",
        "grant fs\nprint(read_file(\"data/up/./secret.txt\"))\n",
    ),
    flagged(
        "a whole effect denied",
        &["--deny", "fs"],
        4,
        "R1042",
        "grant fs\nprint(exists(\"secret.txt\"))\n",
    ),
    flagged(
        "everything denied",
        &["--deny", "*"],
        4,
        "R1042",
        "grant fs path \"data/**\"\nprint(read_file(\"data/a.txt\"))\n",
    ),
];

#[test]
fn files_stay_where_they_are_granted() {
    run_all("files", CASES);
}
