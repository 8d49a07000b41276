//! Links the command at a fixed address on Linux.
//!
//! A position-independent executable has its 22,000 addresses of constants filled in by the dynamic loader at each
//! start, which touches (and copies) every page of them: a third of what starting `lumen` cost.

#![expect(clippy::disallowed_methods, reason = "a build script runs before there is a System")]

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    let target = |key: &str| std::env::var(format!("CARGO_CFG_TARGET_{key}")).unwrap_or_default();
    let is_static = target("FEATURE").split(',').any(|feature| feature == "crt-static");
    if target("OS") == "linux" && target("ENV") == "gnu" && !is_static {
        println!("cargo::rustc-link-arg-bins=-no-pie");
    }
}
