//! `lumen cache`: what is in the cache of compiled programs, and emptying it.

use crate::args::CacheAction;
use crate::cache::{Cache, Content};
use crate::output::{complain, out};
use crate::{EXIT_FAILURE, EXIT_SUCCESS};
use lumen_base::OsSystem;

/// Foreign files named in a message; the rest is counted.
const NAMED_MAX: usize = 3;

pub(super) fn cache(action: CacheAction) -> u8 {
    let Some(cache) = Cache::of_user(&OsSystem) else {
        complain("there is no cache: neither LUMEN_HOME nor the home folder is set");
        return EXIT_FAILURE;
    };
    let folder = cache.folder().display();
    let result = match action {
        CacheAction::Stat => cache.content().map(|content| (content, folder.to_string())),
        CacheAction::Clear => cache.clear().map(|content| (content, "removed".to_owned())),
    };
    let (content, what) = match result {
        Ok(found) => found,
        Err(error) => {
            complain(format_args!("the cache {folder}: {error}"));
            return EXIT_FAILURE;
        }
    };
    out(format!("{what}: {}\n", summary(&content)).as_bytes());
    if !content.foreign.is_empty() {
        complain(format_args!("the cache {folder} also holds {}", foreign(&content.foreign)));
    }
    EXIT_SUCCESS
}

/// `12 programs, 1.5 MiB`.
fn summary(content: &Content) -> String {
    let programs = match content.n_programs {
        1 => "1 program".to_owned(),
        n => format!("{n} programs"),
    };
    let unfinished = match content.own.len() - content.n_programs {
        0 => String::new(),
        n => format!(", {n} unfinished"),
    };
    format!("{programs}{unfinished}, {}", size(content.bytes))
}

fn size(bytes: u64) -> String {
    match bytes {
        0..1024 => format!("{bytes} bytes"),
        1024..1_048_576 => format!("{:.1} KiB", bytes as f64 / 1024.0),
        _ => format!("{:.1} MiB", bytes as f64 / 1_048_576.0),
    }
}

/// `notes.txt, x and 2 more, which are not Lumen's`.
fn foreign(names: &[String]) -> String {
    let shown = names.iter().take(NAMED_MAX).cloned().collect::<Vec<_>>().join(", ");
    match names.len().saturating_sub(NAMED_MAX) {
        0 => format!("{shown}: not Lumen's, and left alone"),
        more => format!("{shown} and {more} more: not Lumen's, and left alone"),
    }
}
