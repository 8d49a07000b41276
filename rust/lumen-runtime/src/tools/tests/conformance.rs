//! What every provider keeps to, whatever it reaches: it refuses what it does not know and what the policy denies, says
//! what is wrong with arguments, and returns by its deadline.

use super::super::address::HostPattern;
use super::super::builtin::host_providers;
use super::super::failure::FailureKind;
use super::super::settings::Settings;
use super::super::{Bounds, PlacePattern, Policy, Rule, ScriptedProvider, Sealed, Tools, UrlHost};
use crate::host::{Host, MemoryHost, Stops};
use crate::tools::Around;
use lumen_base::{OsSystem, System};
use lumen_lir::{Effect, EffectSet, ToolCall, TypeId};
use serde_json::{Map, Value, json};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;
use url::Url;

fn call(effect: Effect, tool: &str) -> ToolCall {
    ToolCall {
        tool: tool.to_owned(),
        name: tool.to_owned(),
        effects: EffectSet::of(effect),
        effect: effect.name().to_owned(),
        args: Vec::new(),
        result: TypeId(0),
        attempt: true,
        grants: Vec::new(),
    }
}

/// What becomes of a call under rules that allow.
fn dispatch(allow: &str, effect: Effect, tool: &str, args: &Value) -> Result<Value, FailureKind> {
    let system: Arc<dyn System> = Arc::new(OsSystem);
    let bounds = Bounds {
        allow: Some(Rule::list(allow).expect("rules")),
        deny: Vec::new(),
        source: "the test".to_owned(),
    };
    let folder = std::env::temp_dir();
    let mut tools =
        host_providers(Tools::new(), &system, folder, &Settings::default()).with_bounds(bounds);
    let args = args.as_object().cloned().unwrap_or_default();
    let (mut host, mut stops) = (MemoryHost::default(), Stops::default());
    let replied = tools.dispatch(
        &mut around(&mut host, &mut stops),
        &[],
        &call(effect, tool),
        &args,
        &json!({}),
        &Sealed::default(),
    );
    replied.map_err(|failure| failure.kind)
}

fn around<'h>(host: &'h mut dyn Host, stops: &'h mut Stops) -> Around<'h> {
    Around { host, stops }
}

/// Each effect with a scope that allows nothing of what is asked, and arguments that are right.
const ASKED: [(Effect, &str, &str, &str); 7] = [
    (Effect::Fs, "fs.read_file", "fs=/no/such/folder", r#"{"path": "a.txt"}"#),
    (Effect::Fs, "fs.write_file", "fs=/no/such/folder", r#"{"path": "a.txt", "text": "x"}"#),
    (Effect::Env, "env.get_env", "env=NOTHING", r#"{"name": "PATH"}"#),
    (Effect::Env, "env.secret_env", "env=NOTHING", r#"{"name": "PATH"}"#),
    (Effect::Exec, "exec.run_command", "exec=nothing", r#"{"command": ["true"]}"#),
    (Effect::Http, "http.get", "http=nothing.example", r#"{"url": "http://127.0.0.1:1/"}"#),
    (
        Effect::Http,
        "http.post",
        "http=nothing.example",
        r#"{"url": "http://a.example/", "body": ""}"#,
    ),
];

#[test]
fn what_the_policy_denies_reaches_no_provider() {
    for (effect, tool, allow, args) in ASKED {
        let args: Value = serde_json::from_str(args).expect("JSON");
        assert_eq!(
            dispatch(allow, effect, tool, &args),
            Err(FailureKind::ConfigurationDenied),
            "{tool}"
        );
        assert_eq!(
            dispatch("llm", effect, tool, &args),
            Err(FailureKind::ConfigurationDenied),
            "{tool}"
        );
    }
}

#[test]
fn a_tool_that_a_provider_does_not_have_is_not_found() {
    for (effect, tool, _, args) in ASKED {
        let args: Value = serde_json::from_str(args).expect("JSON");
        let args = if effect == Effect::Http { json!({"url": "http://8.8.8.8/"}) } else { args };
        let other = format!("{}.other", tool.split('.').next().unwrap_or_default());
        assert_eq!(
            dispatch(effect.name(), effect, &other, &args),
            Err(FailureKind::NoProvider),
            "{other}"
        );
    }
}

#[test]
fn arguments_that_are_none_are_refused() {
    for (effect, tool, ..) in ASKED {
        for args in [
            json!({}),
            json!({"path": 1, "name": 1, "command": 1, "url": 1}),
            json!({"path": null, "name": null, "command": [], "url": "::"}),
            json!({"path": "", "name": "", "command": [""], "url": "http://"}),
            json!({"path": "a\0b", "name": "a\0b", "command": ["a\0b"], "url": "http://a\0b/"}),
            json!({"path": "..", "name": "=", "command": [null], "url": "//"}),
        ] {
            let replied = dispatch(effect.name(), effect, tool, &args);
            assert!(replied.is_err(), "{tool} {args}: {replied:?}");
        }
    }
}

#[test]
fn a_scripted_provider_has_the_replies_of_its_script_only() {
    let script = ScriptedProvider::new("s", r#"[{"tool": "fs.exists", "reply": true}]"#);
    let mut tools = Tools::new()
        .with_provider("fs", Box::new(script.expect("a script")))
        .with_bounds(Bounds { allow: Some(Rule::list("fs").expect("rules")), ..Bounds::default() });
    let args = Map::from_iter([("path".to_owned(), json!("a"))]);
    let mut ask = |tool: &str| {
        let replied = tools.dispatch(
            &mut around(&mut MemoryHost::default(), &mut Stops::default()),
            &[],
            &call(Effect::Fs, tool),
            &args,
            &json!({}),
            &Sealed::default(),
        );
        replied.map_err(|failure| failure.kind)
    };
    assert_eq!(ask("fs.read_file"), Err(FailureKind::NotFound));
    assert_eq!(ask("fs.exists"), Ok(json!(true)));
    assert_eq!(ask("fs.exists"), Err(FailureKind::NotFound));
}

/// A name that resolved to one address when it was granted may resolve to another when it is used.
#[test]
fn addresses_of_granted_names_are_checked() {
    let pattern = |text: &str| HostPattern::parse(text).expect("a pattern");
    let policy = |texts: &[&str]| Policy {
        domains: vec![texts.iter().map(|text| pattern(text)).collect()],
        ..Policy::default()
    };
    let host = |url: &str| UrlHost::of(&Url::parse(url).expect("a URL")).expect("a host");
    let granted = |texts: &[&str], url: &str, address: &str| {
        policy(texts).check_address(&host(url), address.parse().expect("an address")).is_ok()
    };
    let name = "http://api.example.com:81/";
    assert!(granted(&["api.example.com:81"], name, "8.8.8.8"));
    for inside in
        ["127.0.0.1", "::1", "10.1.2.3", "169.254.169.254", "::ffff:192.168.0.1", "0.0.0.0"]
    {
        assert!(!granted(&["api.example.com:81"], name, inside), "{inside}");
        assert!(!granted(&["*:*"], name, inside), "{inside}");
    }
    assert!(granted(&["api.example.com:81", "10.1.2.3:81"], name, "10.1.2.3"));
    assert!(!granted(&["api.example.com:81", "10.1.2.3:82"], name, "10.1.2.3"));
    assert!(granted(&["localhost:*"], "http://localhost:5/", "127.0.0.1"));
}

#[test]
fn patterns_of_places() {
    let fits = |pattern: &str, place: &str| {
        let pattern = PlacePattern::parse(Path::new("/w"), pattern).expect("a pattern");
        let place = super::super::place_of(Path::new("/w"), place);
        place.is_ok_and(|place| pattern.fits(&place))
    };
    for (pattern, place) in [
        ("data", "data"),
        ("./data/", "data/a/b"),
        ("data/**", "data"),
        ("data/**", "data/a/b"),
        ("data/*.txt", "./data//a.txt"),
        ("data/**/*.txt", "data/a/b/c.txt"),
        ("data/**/x/**/y", "data/1/x/2/3/x/y"),
        ("/w/data", "data/a"),
        ("../w/data", "data/a"),
        ("a?c", "abc"),
        ("/proc/version", "/proc/version"),
        (".", "anything"),
    ] {
        assert!(fits(pattern, place), "{pattern} {place}");
    }
    for (pattern, place) in [
        ("data", "data2"),
        ("data", "dat"),
        ("data/*.txt", "data/a/b.txt"),
        ("data/*", "data/a/b"),
        ("data/**/*.txt", "data/a/b.md"),
        ("data", "../w/data"),
        ("data", "/w/data/../secret"),
        ("/**", "/proc/self/mem"),
        ("/", "/dev/sda"),
        ("/p*/self/environ", "/proc/self/environ"),
        ("a?c", "ac"),
    ] {
        assert!(!fits(pattern, place), "{pattern} {place}");
    }
    // Many wildcards take no time worth speaking of.
    let many = format!("{}b", "*a".repeat(200));
    assert!(!fits(&many, &"a".repeat(3000)));
    assert_eq!(PlacePattern::parse(&PathBuf::new(), "a/*/../b"), None);
}

#[test]
fn a_program_that_does_not_end_is_ended() {
    let start = OsSystem.monotonic_nanos();
    let grant = lumen_lir::Grant {
        subject: "exec".to_owned(),
        name: "exec".to_owned(),
        constraints: vec![lumen_lir::Constraint {
            key: "timeout_ms".to_owned(),
            values: vec![lumen_lir::GrantValue::Int(100)],
        }],
        at: lumen_lir::Pos::default(),
    };
    let os: Arc<dyn System> = Arc::new(OsSystem);
    let mut tools = host_providers(Tools::new(), &os, std::env::temp_dir(), &Settings::default());
    let sleeping = ToolCall { grants: vec![0], ..call(Effect::Exec, "exec.run_command") };
    let args = Map::from_iter([("command".to_owned(), json!(["sleep", "30"]))]);
    let replied = tools.dispatch(
        &mut around(&mut MemoryHost::default(), &mut Stops::default()),
        &[grant],
        &sleeping,
        &args,
        &json!({}),
        &Sealed::default(),
    );
    assert_eq!(replied.map_err(|failure| failure.kind), Err(FailureKind::Timeout));
    let took = Duration::from_nanos(u64::try_from(OsSystem.monotonic_nanos() - start).unwrap_or(0));
    assert!(took < Duration::from_secs(10), "{took:?}");
}
