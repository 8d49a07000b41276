//! Where Lumen keeps what belongs to a user: `LUMEN_HOME`, or `.lumen` in the user's folder.

use lumen_base::System;
use std::path::PathBuf;

/// The folder; nothing when the user has none. It need not exist.
pub(crate) fn of_user(system: &dyn System) -> Option<PathBuf> {
    let set = |name| system.env(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    let user = if cfg!(windows) { "USERPROFILE" } else { "HOME" };
    set("LUMEN_HOME").or_else(|| Some(set(user)?.join(".lumen")))
}
