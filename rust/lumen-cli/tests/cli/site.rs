//! `lumen doc --html`: the files of a site, what it links to, and that documents cannot put markup into it.

use crate::world::{Folder, exits, lumen_in, stderr, stdout};
use std::collections::BTreeSet;
use std::path::Path;

const EVIL: &str = "# A <script>alert(1)</script>\n\n<script>alert(2)</script>\n\n<img src=x onerror=alert(3)>\n\n\
    [x](javascript:alert(4)) ![y](https://example.com/y.png) [shapes](shapes.lm.md)\n\n\
    Adds.\n\n```lumen\n# \"</script><script>alert(5)</script>\npub cell add(a: Int, b: Int) -> Int = a + b\n\
    pub const TAG: String = \"</code></pre><script>alert(6)</script>\"\n```\n\n\
    ```lumen run\nprint(add(1, 2))\n```\n\n```output\n3\n```\n";

fn read(folder: &Path, name: &str) -> String {
    std::fs::read_to_string(folder.join(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
}

fn pages(site: &Path) -> BTreeSet<String> {
    let entries = std::fs::read_dir(site).expect("it is there");
    entries
        .map(|entry| entry.expect("an entry").file_name().to_string_lossy().into_owned())
        .collect()
}

#[test]
fn nothing_of_a_document_runs() {
    let folder = Folder::new("site-evil", &[("evil.lm.md", EVIL), ("shapes.lm.md", "# Shapes\n")]);
    let output = lumen_in(&folder.0, &["doc", "--html", "site", "."], "");
    exits(0, &output);
    let site = folder.0.join("site");
    for name in pages(&site).iter().filter(|name| name.ends_with(".html")) {
        let text = read(&site, name);
        let scripts: Vec<&str> = text.match_indices("<script").map(|(at, _)| &text[at..]).collect();
        assert!(
            scripts.iter().all(|s| s.starts_with("<script src=\"entries.js\">")
                || s.starts_with("<script src=\"search.js\">")),
            "{name}: {scripts:?}"
        );
        for bad in ["<img", "\"javascript:", "http://", "//cdn", "src=\"http"] {
            assert!(!text.contains(bad), "{name} has {bad}");
        }
    }
    let page = read(&site, "doc-evil.html");
    assert!(page.contains("&lt;script&gt;alert(2)&lt;/script&gt;"), "{page}");
    assert!(page.contains("<a href=\"doc-shapes.html\">shapes</a>"), "{page}");
    assert!(
        page.contains("figure class=\"output\"") && page.contains("<code>3\n</code>"),
        "{page}"
    );
    let entries = read(&site, "entries.js");
    assert!(!entries.contains('<') && entries.contains("\"add\""), "{entries}");
}

#[test]
fn links_lead_somewhere() {
    let folder = Folder::new(
        "site-std",
        &[("a.lm.md", EVIL), ("deep/a.lm.md", EVIL), ("b.lm", "pub cell f() -> Int = 1\n")],
    );
    let output =
        lumen_in(&folder.0, &["doc", "--std", "--html", "out/site", "a.lm.md", "deep", "b.lm"], "");
    exits(0, &output);
    assert!(stdout(&output).ends_with("the first is out/site/index.html\n"), "{}", stdout(&output));
    let site = folder.0.join("out/site");
    let names = pages(&site);
    let texts: Vec<(String, String)> =
        names.iter().map(|name| (name.clone(), read(&site, name))).collect();
    let text_of =
        |wanted: &str| texts.iter().find(|(name, _)| name == wanted).map(|(_, text)| text);
    for (name, text) in texts.iter().filter(|(name, _)| name.ends_with(".html")) {
        for link in text.split("href=\"").skip(1).filter_map(|rest| rest.split('"').next()) {
            if link == "#" || link.starts_with("https://") {
                continue;
            }
            let (file, place) = link.split_once('#').unwrap_or((link, ""));
            let file = if file.is_empty() { name } else { file };
            let target = text_of(file).unwrap_or_else(|| panic!("{name} links to {link}"));
            assert!(
                place.is_empty() || target.contains(&format!("id=\"{place}\"")),
                "{name}: {link}"
            );
        }
    }
    let entries = read(&site, "entries.js");
    for link in entries.split('"').filter(|part| part.contains(".html#")) {
        let (file, place) = link.split_once('#').expect("it has one");
        assert!(
            text_of(file).is_some_and(|text| text.contains(&format!("id=\"{place}\""))),
            "{link}"
        );
    }
    assert!(read(&site, "builtins.html").contains("assert_snapshot"));
}

#[test]
fn wrong_sites_are_told() {
    let folder =
        Folder::new("site-wrong", &[("a.lm.md", "# A\n"), ("bad.lm.md", "x"), ("file", "x")]);
    std::fs::write(folder.0.join("bad.lm.md"), [0x66, 0xff]).expect("it is written");
    for (code, args) in [
        (2, &["doc", "--html", "site"][..]),
        (2, &["doc", "--html", "site", "missing.lm.md"]),
        (3, &["doc", "--html", "site", "bad.lm.md"]),
        (1, &["doc", "--html", "file/site", "a.lm.md"]),
        (2, &["doc", "--std"]),
        (2, &["doc", "a", "b"]),
        (2, &["doc", "--html", "site", "--search", "x"]),
    ] {
        let output = lumen_in(&folder.0, args, "");
        exits(code, &output);
        assert!(!stderr(&output).is_empty(), "{args:?}");
    }
    assert!(!folder.0.join("site").exists());
}
