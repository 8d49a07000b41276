//! Files: `read_file`, `read_bytes`, `write_file`, `write_bytes`, `append_file`, `exists`, `list_dir`, `remove_file`.
//!
//! A request that the policy allows → the file system. From the folder that a grant names every step down is opened from
//! the step above it and no symbolic link is followed, so that nothing that happens on the disk meanwhile leads elsewhere.
//! Under a grant without `path` links are followed first, and what they lead to is checked again.

use super::failure::{FailureKind, ToolFailure};
use super::provider::{ToolProvider, ToolReply, ToolRequest};
use cap_fs_ext::{DirExt, FollowSymlinks, MetadataExt, OpenOptionsFollowExt};
use cap_std::ambient_authority;
use cap_std::fs::{Dir, File, OpenOptions};
use data_encoding::BASE64;
use serde_json::{Value, json};
use std::ffi::{OsStr, OsString};
use std::io::{ErrorKind, Read, Write};
use std::path::{Component, Path, PathBuf};

/// Largest file that is read, in bytes.
const READ_BYTES_MAX: u64 = 64 << 20;
/// Most names in a list of a folder.
const NAMES_MAX: usize = 100_000;

/// The file system of the machine.
#[derive(Debug, Default)]
pub(super) struct FileProvider;

/// What a request is about.
struct Target {
    /// The place as the program names it.
    text: String,
    /// The folder that it is in, opened.
    folder: Dir,
    /// Its name there; nothing when it is the folder that a grant names.
    name: Option<OsString>,
    /// It may have no other name, since that one may be outside of what is granted.
    is_bounded: bool,
}

impl ToolProvider for FileProvider {
    fn waits(&self) -> bool {
        false
    }

    fn price(&self, _: &ToolRequest<'_>) -> Option<f64> {
        Some(0.0)
    }

    fn call(&mut self, request: &ToolRequest<'_>) -> Result<ToolReply, ToolFailure> {
        let text = request.text("path")?;
        let target = Target::find(request, text);
        let value = match (request.tool, target) {
            ("fs.exists", Err(failure)) if failure.kind == FailureKind::NotFound => json!(false),
            ("fs.exists", target) => json!(target?.exists()),
            ("fs.read_file", target) => {
                let text = String::from_utf8(target?.read()?);
                json!(text.map_err(|_| ToolFailure::failed("the file is not UTF-8"))?)
            }
            ("fs.read_bytes", target) => json!(BASE64.encode(&target?.read()?)),
            ("fs.write_file", target) => target?.write(request.text("text")?.as_bytes(), false)?,
            ("fs.append_file", target) => target?.write(request.text("text")?.as_bytes(), true)?,
            ("fs.write_bytes", target) => {
                let bytes = BASE64.decode(request.text("bytes")?.as_bytes());
                let bytes = bytes.map_err(|_| ToolFailure::invalid("`bytes` is no base64"))?;
                target?.write(&bytes, false)?
            }
            ("fs.list_dir", target) => target?.list()?,
            ("fs.remove_file", target) => target?.remove()?,
            (other, _) => {
                let message = format!("files have no `{other}`");
                return Err(ToolFailure::new(FailureKind::NoProvider, message));
            }
        };
        Ok(ToolReply { value, ..ToolReply::default() })
    }
}

fn cannot(what: &str, text: &str, error: &std::io::Error) -> ToolFailure {
    let kind = match error.kind() {
        ErrorKind::NotFound => FailureKind::NotFound,
        ErrorKind::InvalidInput | ErrorKind::InvalidFilename => FailureKind::InvalidArgs,
        _ => FailureKind::Failed,
    };
    let why = match error.kind() {
        ErrorKind::NotFound => "there is nothing".to_owned(),
        ErrorKind::PermissionDenied => "the system does not permit it".to_owned(),
        _ => error.to_string(),
    };
    ToolFailure::new(kind, format!("cannot {what} `{text}`: {why}"))
}

impl Target {
    fn find(request: &ToolRequest<'_>, text: &str) -> Result<Self, ToolFailure> {
        let policy = request.policy;
        let mut place = policy.place(text)?;
        let root = policy.root_of(&place).map(Path::to_owned);
        let is_bounded = root.is_some();
        let mut root = match root {
            Some(root) => root,
            None => {
                place = real(&place).map_err(|error| cannot("find", text, &error))?;
                policy.check_place(&place)?;
                place.components().take_while(|it| !matches!(it, Component::Normal(_))).collect()
            }
        };
        if root == place && !matches!(std::fs::symlink_metadata(&root), Ok(it) if it.is_dir()) {
            root.pop();
        }
        // The folder that a grant names may be a link: who wrote the grant named it.
        let start = if root.as_os_str().is_empty() { Path::new(".") } else { &root };
        let found = std::fs::canonicalize(start).map_err(|error| cannot("find", text, &error))?;
        if super::place::is_special(&found) && !super::place::is_special(&root) {
            let message = format!("`{text}` leads to `{}`", found.display());
            return Err(ToolFailure::new(FailureKind::PolicyDenied, message));
        }
        let mut folder = Dir::open_ambient_dir(&found, ambient_authority())
            .map_err(|error| cannot("open", text, &error))?;
        let mut below: Vec<OsString> = match place.strip_prefix(&root) {
            Ok(below) => below.iter().map(OsStr::to_owned).collect(),
            Err(_) => return Err(ToolFailure::failed(format!("cannot find `{text}`"))),
        };
        let name = below.pop();
        for part in &below {
            folder = step(&folder, part, text)?;
        }
        Ok(Self { text: text.to_owned(), folder, name, is_bounded })
    }

    /// The name of a file in the folder.
    fn file_name(&self) -> Result<&OsStr, ToolFailure> {
        match &self.name {
            Some(name) if !self.text.ends_with('/') => Ok(name),
            _ => Err(ToolFailure::invalid(format!("`{}` is a folder", self.text))),
        }
    }

    fn open(&self, options: &mut OpenOptions, what: &str) -> Result<File, ToolFailure> {
        let name = self.file_name()?;
        options.follow(FollowSymlinks::No);
        // A pipe would make the program wait for its other end.
        #[cfg(unix)]
        {
            use cap_std::fs::OpenOptionsExt;
            options.custom_flags(rustix::fs::OFlags::NONBLOCK.bits().cast_signed());
        }
        let opened = self.folder.open_with(name, options);
        let file = opened.map_err(|error| {
            refused_link(&self.folder, name, &self.text)
                .unwrap_or_else(|| cannot(what, &self.text, &error))
        })?;
        let known = file.metadata().map_err(|error| cannot(what, &self.text, &error))?;
        if !known.is_file() {
            return Err(ToolFailure::invalid(format!("`{}` is no regular file", self.text)));
        }
        if self.is_bounded && known.nlink() > 1 {
            let message = format!("`{}` has another name, which may be elsewhere", self.text);
            return Err(ToolFailure::new(FailureKind::PolicyDenied, message)
                .with_note("a grant with `path` does not reach files with several hard links"));
        }
        Ok(file)
    }

    fn read(&self) -> Result<Vec<u8>, ToolFailure> {
        let file = self.open(OpenOptions::new().read(true), "read")?;
        let mut bytes = Vec::new();
        let limited = file.take(READ_BYTES_MAX + 1).read_to_end(&mut bytes);
        limited.map_err(|error| cannot("read", &self.text, &error))?;
        if bytes.len() as u64 > READ_BYTES_MAX {
            return Err(ToolFailure::failed(format!("`{}` is larger than 64 MiB", self.text)));
        }
        Ok(bytes)
    }

    fn write(&self, bytes: &[u8], at_end: bool) -> Result<Value, ToolFailure> {
        let mut options = OpenOptions::new();
        let options = options.create(true).write(!at_end).append(at_end);
        let mut file = self.open(options, "write")?;
        let written = match at_end {
            // What was in it goes only now that it is known to be the right file.
            false => file.set_len(0).and_then(|()| file.write_all(bytes)),
            true => file.write_all(bytes),
        };
        written.map_err(|error| cannot("write", &self.text, &error))?;
        Ok(Value::Null)
    }

    fn exists(&self) -> bool {
        match &self.name {
            None => true,
            Some(name) => match self.folder.symlink_metadata(name) {
                Ok(known) => !self.text.ends_with('/') || known.is_dir(),
                Err(_) => false,
            },
        }
    }

    fn list(&self) -> Result<Value, ToolFailure> {
        let inner;
        let folder = match &self.name {
            None => &self.folder,
            Some(name) => {
                inner = step(&self.folder, name, &self.text)?;
                &inner
            }
        };
        let entries = folder.entries().map_err(|error| cannot("list", &self.text, &error))?;
        let mut names = Vec::new();
        for entry in entries {
            let entry = entry.map_err(|error| cannot("list", &self.text, &error))?;
            let name = entry.file_name().into_string().map_err(|name| {
                let name = name.to_string_lossy().into_owned();
                ToolFailure::failed(format!("`{}` has a name that is not UTF-8: {name}", self.text))
            })?;
            names.push(name);
            if names.len() > NAMES_MAX {
                let message = format!("`{}` has more than {NAMES_MAX} names", self.text);
                return Err(ToolFailure::failed(message));
            }
        }
        names.sort();
        Ok(json!(names))
    }

    fn remove(&self) -> Result<Value, ToolFailure> {
        let name = self.file_name()?;
        let known = self.folder.symlink_metadata(name);
        let known = known.map_err(|error| cannot("remove", &self.text, &error))?;
        if known.is_dir() {
            return Err(ToolFailure::invalid(format!("`{}` is a folder", self.text)));
        }
        if let Some(failure) = refused_link(&self.folder, name, &self.text) {
            return Err(failure);
        }
        self.folder.remove_file(name).map_err(|error| cannot("remove", &self.text, &error))?;
        Ok(Value::Null)
    }
}

/// A folder in a folder, when it is no link.
fn step(folder: &Dir, part: &OsStr, text: &str) -> Result<Dir, ToolFailure> {
    folder.open_dir_nofollow(part).map_err(|error| {
        refused_link(folder, part, text).unwrap_or_else(|| cannot("open", text, &error))
    })
}

/// The failure for a symbolic link.
fn refused_link(folder: &Dir, name: &OsStr, text: &str) -> Option<ToolFailure> {
    let is_link = folder.symlink_metadata(name).is_ok_and(|known| known.is_symlink());
    is_link.then(|| {
        let message = format!("`{}` of `{text}` is a symbolic link", name.to_string_lossy());
        ToolFailure::new(FailureKind::PolicyDenied, message)
            .with_note("below what a grant names no link is followed, and none is changed")
    })
}

/// The place that links lead to; of a file that is not there yet, with the folder's.
fn real(place: &Path) -> std::io::Result<PathBuf> {
    match (std::fs::canonicalize(place), place.parent(), place.file_name()) {
        (Err(error), Some(parent), Some(name)) if error.kind() == ErrorKind::NotFound => {
            // A link that leads nowhere would be made a file by writing to it.
            if std::fs::symlink_metadata(place).is_ok() {
                return Err(error);
            }
            Ok(std::fs::canonicalize(parent)?.join(name))
        }
        (found, ..) => found,
    }
}
