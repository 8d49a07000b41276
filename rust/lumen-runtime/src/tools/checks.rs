//! What a policy says of one call: its URL, its file, its variable, its program, and the limits that it asks for.
//!
//! Arguments → nothing, or why the call is denied. A provider asks again for what it alone learns: where a redirect leads,
//! what a name resolves to, what a link on the disk stands for.

use super::address::{Host, HostPattern, is_inside};
use super::failure::{FailureKind, ToolFailure};
use super::place::{PlacePattern, fits_name, is_special, place_of};
use super::policy::Policy;
use lumen_lir::ToolCall;
use serde_json::{Map, Value};
use std::net::IpAddr;
use std::path::{Path, PathBuf};
use url::Url;

type Checked = Result<(), ToolFailure>;

fn denied<T>(why: impl Into<String>) -> Result<T, ToolFailure> {
    Err(ToolFailure::new(FailureKind::PolicyDenied, why))
}

impl Policy {
    /// Checks what the arguments of a call themselves say.
    pub fn check_args(&self, call: &ToolCall, args: &Map<String, Value>) -> Checked {
        self.check_model(args)?;
        let family = call.family();
        if family == "fs" || !self.paths.is_empty() {
            let text = args.get("path").and_then(Value::as_str);
            let Some(text) = text else { return denied("the call names no `path`") };
            self.place(text)?;
        }
        if family == "env" || (!self.names.is_empty() && family != "exec") {
            let name = args.get("name").and_then(Value::as_str);
            let Some(name) = name else { return denied("the call names no variable") };
            self.check_variable(name)?;
        }
        if family == "exec" || !self.programs.is_empty() {
            let program = args.get("command").and_then(|it| it.get(0)).and_then(Value::as_str);
            let Some(program) = program else { return denied("the call names no program") };
            self.check_program(program)?;
        }
        if !matches!(family, "http" | "net") && self.domains.is_empty() {
            return Ok(());
        }
        match args.get("url").and_then(Value::as_str).map(Url::parse) {
            Some(Ok(url)) => self.check_url(&url),
            Some(Err(error)) => denied(format!("the URL cannot be read: {error}")),
            None => denied("the call has no `url`, and its grant a `domain`"),
        }
    }

    fn check_model(&self, args: &Map<String, Value>) -> Checked {
        if let Some(model) = args.get("model") {
            let model = model.as_str().unwrap_or_default();
            if !self.models.iter().all(|list| list.iter().any(|known| known == model)) {
                return denied(format!("the model `{model}` is not granted"));
            }
        }
        if let (Some(limit), Some(asked)) = (self.max_tokens, args.get("max_tokens"))
            && asked.as_u64().is_none_or(|asked| asked > limit)
        {
            return denied(format!("`max_tokens` is more than the granted {limit}"));
        }
        if let (Some(limit), Some(asked)) = (self.temperature, args.get("temperature"))
            && asked.as_f64().is_none_or(|asked| asked > limit)
        {
            return denied(format!("`temperature` is more than the granted {limit}"));
        }
        Ok(())
    }

    /// Checks a URL: scheme, host and port.
    pub fn check_url(&self, url: &Url) -> Checked {
        if !matches!(url.scheme(), "http" | "https") {
            return denied(format!("the scheme `{}` is not allowed", url.scheme()));
        }
        if !url.username().is_empty() || url.password().is_some() {
            return denied("a URL with a user name is not allowed");
        }
        let Some(host) = Host::of(url) else { return denied("the URL has no host") };
        if self.denied.domains.iter().any(|pattern| pattern.fits(&host)) {
            return denied(format!("`{host}` is denied"));
        }
        if !self.domains.iter().all(|list| list.iter().any(|pattern| pattern.fits(&host))) {
            return denied(format!("`{host}` fits no `domain` of the grant"));
        }
        if host.is_inside() && !self.names_inside(&host) {
            let why = "is of this machine or its network, and not granted by name";
            return denied(format!("`{host}` {why}"));
        }
        Ok(())
    }

    /// Checks an address that the host of a URL resolves to.
    pub fn check_address(&self, host: &Host, address: IpAddr) -> Checked {
        let resolved = Host::at(address, host);
        if self.denied.domains.iter().any(|pattern| pattern.fits(&resolved)) {
            return denied(format!("`{host}` is at {address}, which is denied"));
        }
        // Who names a host of the own machine by its name or address wants it.
        if !is_inside(address) || self.names_inside(&resolved) || self.names_local(host) {
            return Ok(());
        }
        let why = "is of this machine or its network, and not granted by name";
        denied(format!("`{host}` is at {address}, which {why}"))
    }

    /// Whether a host of the own machine or network by its very name is granted.
    fn names_local(&self, host: &Host) -> bool {
        host.is_inside() && self.names_inside(host)
    }

    /// Whether every list names a host of the own machine or network, by itself and not by a wildcard.
    pub fn names_inside(&self, host: &Host) -> bool {
        let named = |pattern: &HostPattern| !pattern.is_wild() && pattern.fits(host);
        !self.domains.is_empty() && self.domains.iter().all(|list| list.iter().any(named))
    }

    /// The place that a text names, when it is granted.
    pub fn place(&self, text: &str) -> Result<PathBuf, ToolFailure> {
        match place_of(&self.folder, text) {
            Ok(place) => self.check_place(&place).map(|()| place),
            Err(why) => denied(format!("`{text}` is no place of a file: {why}")),
        }
    }

    /// Checks a place without `..` and links.
    pub fn check_place(&self, place: &Path) -> Checked {
        let shown = place.display();
        if self.denied.paths.iter().any(|pattern| pattern.covers(place)) {
            return denied(format!("`{shown}` is denied"));
        }
        if self.paths.is_empty() && is_special(place) {
            return denied(format!("`{shown}` is no file of a disk, and not granted by name"));
        }
        if !self.paths.iter().all(|list| list.iter().any(|pattern| pattern.fits(place))) {
            return denied(format!("`{shown}` fits no `path` of the grant"));
        }
        Ok(())
    }

    /// The folder or file from which on everything down to a granted place is granted; nothing when all files are.
    pub fn root_of(&self, place: &Path) -> Option<&Path> {
        let fitting = self.paths.iter().flatten().filter(|pattern| pattern.fits(place));
        fitting.map(PlacePattern::root).min_by_key(|root| root.components().count())
    }

    /// Checks a variable of the environment.
    pub fn check_variable(&self, name: &str) -> Checked {
        let fits = |pattern: &String| fits_name(pattern, name);
        if self.denied.names.iter().any(fits) {
            return denied(format!("the variable `{name}` is denied"));
        }
        if !self.names.iter().all(|list| list.iter().any(fits)) {
            return denied(format!("the variable `{name}` is not granted"));
        }
        Ok(())
    }

    /// Checks a program by the very text that is run.
    pub fn check_program(&self, program: &str) -> Checked {
        let is = |known: &String| known == program;
        let base = program.rsplit('/').next().unwrap_or_default();
        if self.denied.programs.iter().any(|known| known == program || known == base) {
            return denied(format!("the program `{program}` is denied"));
        }
        if !self.programs.iter().all(|list| list.iter().any(is)) {
            return denied(format!("the program `{program}` is not granted"));
        }
        Ok(())
    }
}
