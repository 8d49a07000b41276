//! Where a module may be: the paths that an import means, best first.
//!
//! `import a.b` in a file of folder `d` is looked up in `d`; then in the folder `src` of the package, and in the
//! package's own folder. The package of a file is the nearest folder above it with a `lumen.toml`; as everywhere, what
//! is above the current folder does not count for a relative path.

/// What marks the folder of a package.
const MARK: &str = "lumen.toml";
/// Folders that are searched for it, from the importing file's upwards.
const FOLDERS_MAX: usize = 64;

/// The paths in the folder of the importing file.
pub(super) fn beside(importer: &str, module: &str) -> Vec<String> {
    within(folder_of(importer), module)
}

/// The paths in the package of the importing file, without those of [`beside`]; `is_file` says what is there.
pub(super) fn in_package(
    importer: &str,
    module: &str,
    is_file: &mut dyn FnMut(&str) -> bool,
) -> Vec<String> {
    let own = folder_of(importer);
    let Some(package) = package_of(own, is_file) else { return Vec::new() };
    let folders = [format!("{package}src/"), package.to_owned()];
    folders.iter().filter(|folder| *folder != own).flat_map(|it| within(it, module)).collect()
}

/// The paths of a module in a folder, which is empty or ends in a slash.
fn within(folder: &str, module: &str) -> Vec<String> {
    let base = format!("{folder}{}", module.replace('.', "/"));
    [".lm.md", ".lm", "/mod.lm.md", "/mod.lm"].iter().map(|end| format!("{base}{end}")).collect()
}

/// The folder of a file with the slash behind it; nothing for the current folder.
fn folder_of(path: &str) -> &str {
    path.rfind(['/', '\\']).map_or("", |at| &path[..=at])
}

/// The nearest of a folder and those above it that is a package.
fn package_of<'a>(folder: &'a str, is_file: &mut dyn FnMut(&str) -> bool) -> Option<&'a str> {
    let mut folder = folder;
    for _ in 0..FOLDERS_MAX {
        if is_file(&format!("{folder}{MARK}")) {
            return Some(folder);
        }
        let name = folder.trim_end_matches(['/', '\\']);
        let above = folder_of(name);
        // Above `../` is no part of this path, and nothing is above the current folder and the root.
        if name.is_empty() || name[above.len()..] == *".." {
            return None;
        }
        folder = above;
    }
    None
}

#[cfg(test)]
mod tests {
    use super::{beside, in_package};

    fn first_in_package(importer: &str, mark: &str) -> Vec<String> {
        let found = in_package(importer, "a.b", &mut |path| path == mark);
        found.into_iter().filter(|path| path.ends_with("/b.lm")).collect()
    }

    #[test]
    fn the_importing_file_s_folder_comes_first() {
        let paths = beside("d/main.lm.md", "a.b");
        assert_eq!(paths, ["d/a/b.lm.md", "d/a/b.lm", "d/a/b/mod.lm.md", "d/a/b/mod.lm"]);
    }

    #[test]
    fn a_package_is_found_above() {
        assert_eq!(first_in_package("p/x/y/m.lm", "p/lumen.toml"), ["p/src/a/b.lm", "p/a/b.lm"]);
        assert_eq!(first_in_package("x/m.lm", "lumen.toml"), ["src/a/b.lm", "a/b.lm"]);
        assert_eq!(first_in_package("/p/x/m.lm", "/p/lumen.toml"), ["/p/src/a/b.lm", "/p/a/b.lm"]);
        assert_eq!(first_in_package("../p/m.lm", "../p/lumen.toml"), ["../p/src/a/b.lm"]);
    }

    #[test]
    fn what_was_looked_up_is_left_out() {
        assert_eq!(first_in_package("src/m.lm", "lumen.toml"), ["a/b.lm"]);
        assert_eq!(first_in_package("m.lm", "lumen.toml"), ["src/a/b.lm"]);
    }

    #[test]
    fn the_current_folder_is_not_above_its_parent() {
        assert!(first_in_package("../m.lm", "lumen.toml").is_empty());
        assert!(first_in_package("../../x/m.lm", "../lumen.toml").is_empty());
    }
}
