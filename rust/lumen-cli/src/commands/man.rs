//! `lumen man`: manual pages, one for the command and one for each subcommand.

use crate::args;
use crate::output::{complain, out};
use crate::{EXIT_FAILURE, EXIT_SUCCESS};
use clap::Command;
use clap_mangen::Man;
use lumen_base::{OsSystem, System};
use std::io;
use std::path::Path;

/// Writes all pages into a folder, or the first one to standard output.
pub(super) fn man(folder: Option<&Path>) -> u8 {
    match written(folder) {
        Ok(()) => EXIT_SUCCESS,
        Err(error) => {
            let shown = folder.unwrap_or(Path::new("standard output")).display();
            complain(format_args!("cannot write the manual pages to {shown}: {error}"));
            EXIT_FAILURE
        }
    }
}

fn written(folder: Option<&Path>) -> io::Result<()> {
    let pages = pages()?;
    let Some(folder) = folder else {
        if let Some((_, page)) = pages.first() {
            out(page);
        }
        return Ok(());
    };
    OsSystem.create_folder(folder)?;
    pages.iter().try_for_each(|(name, page)| OsSystem.write(&folder.join(name), page))
}

/// The name and text of each page, that of the whole command first.
fn pages() -> io::Result<Vec<(String, Vec<u8>)>> {
    let mut command = args::command();
    command.build();
    let mut left = vec![(command, "lumen".to_owned())];
    let mut pages = Vec::new();
    while let Some((command, name)) = left.pop() {
        let below = command.get_subcommands().filter(|it| it.get_name() != "help");
        let below: Vec<(Command, String)> =
            below.map(|it| (it.clone(), format!("{name}-{}", it.get_name()))).collect();
        left.extend(below.into_iter().rev());
        let mut page = Vec::new();
        Man::new(command).section("1").render(&mut page)?;
        pages.push((format!("{name}.1"), page));
    }
    Ok(pages)
}
