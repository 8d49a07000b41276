//! Settings of requests in `lumen.toml`: headers from the environment, the largest reply, trusted certificates.

use crate::world::{Folder, command, stderr, stdout};
use crate::{SECRET, server};

const ECHO: &str = "grant http domain \"127.0.0.1:PORT\", \"localhost:PORT\"\nlet r = http_get(\"http://127.0.0.1:PORT/PATH\")\nprint(r.status, r.body)\n";
const TOKEN: &str = "[providers.config.http.headers.\"HOST:PORT\"]\nauthorization = { env = \"TOKEN\", prefix = \"Bearer \" }\n";

/// Runs a program beside a `lumen.toml`: exit code, output, trace.
fn run(name: &str, config: &str, program: &str, token: Option<&str>) -> (i32, String, String) {
    let folder = Folder::new(&format!("settings-{name}"), &[]);
    folder.write("lumen.toml", config);
    folder.write("main.lm", program);
    folder.write("ca.pem", include_str!("tls/ca.pem"));
    let mut command = command(&folder.0, &["run", "--record", "run.trace", "main.lm"]);
    if let Some(token) = token {
        command.env("TOKEN", token);
    }
    let output = command.output().expect("lumen runs");
    let trace = std::fs::read(folder.0.join("run.trace")).unwrap_or_default();
    let told = format!("{}{}", stdout(&output), stderr(&output));
    (output.status.code().unwrap_or(-1), told, String::from_utf8_lossy(&trace).into_owned())
}

#[test]
fn a_header_goes_to_its_host_only_and_not_into_the_trace() {
    let port = server::start().to_string();
    let program = |path: &str| ECHO.replace("PATH", path).replace("PORT", &port);
    let config = |host: &str| TOKEN.replace("HOST", host).replace("PORT", &port);
    // The reply says no header, so that nothing but the request itself could bring it into the trace.
    let (exit, told, trace) = run("quiet", &config("127.0.0.1"), &program("ok"), Some(SECRET));
    assert_eq!((exit, told.as_str()), (0, "200 fine\n"));
    assert!(!trace.is_empty() && !trace.contains(SECRET), "{trace}");

    let (exit, told, _) = run("echo", &config("127.0.0.1"), &program("echo"), Some("token-1"));
    assert!(exit == 0 && told.contains("authorization: Bearer token-1"), "{told}");
    // `/other` redirects to `localhost`, which is another host.
    let (exit, told, _) = run("other", &config("127.0.0.1"), &program("other"), Some("token-1"));
    assert!(exit == 0 && told.contains("GET /echo") && !told.contains("token-1"), "{told}");
    let (exit, told, _) = run("there", &config("localhost"), &program("other"), Some("token-1"));
    assert!(exit == 0 && told.contains("Bearer token-1"), "{told}");
}

#[test]
fn a_header_without_its_variable_fails_before_anything_leaves() {
    let port = server::start().to_string();
    let config = TOKEN.replace("HOST", "127.0.0.1").replace("PORT", &port);
    let program = format!(
        "grant http domain \"127.0.0.1:{port}\"\nprint(try http_get(\"http://127.0.0.1:{port}/ok\"))\n"
    );
    let (exit, told, _) = run("unset", &config, &program, None);
    assert_eq!((exit, told.as_str()), (0, "err(AuthFailed)\n"));
    let (exit, told, _) = run("split", &config, &program, Some("a\r\nx: y"));
    assert_eq!((exit, told.as_str()), (0, "err(AuthFailed)\n"));
    // What goes over the open network unencrypted has no secrets.
    let config = TOKEN.replace("HOST:PORT", "api.example.com");
    let program =
        "grant http domain \"api.example.com\"\nprint(http_get(\"http://api.example.com/\"))\n";
    let (exit, told, _) = run("open", &config, program, Some("token-1"));
    assert!(exit == 1 && told.contains("goes out by `https` only"), "{told}");
}

#[test]
fn the_largest_reply_and_the_sender_are_set() {
    let port = server::start().to_string();
    let program = |path: &str| ECHO.replace("PATH", path).replace("PORT", &port);
    let config = "[providers.config.http]\nmax_reply_bytes = 3\n";
    let (exit, told, _) = run("small", config, &program("ok"), None);
    assert!(exit == 1 && told.contains("the reply is larger than 3 bytes"), "{told}");
    let config = "[providers.config.http]\nuser_agent = \"price-watch/2\"\n";
    let (exit, told, _) = run("agent", config, &program("echo"), None);
    assert!(exit == 0 && told.contains("user-agent: price-watch/2"), "{told}");
}

#[test]
fn a_server_is_trusted_by_its_certificate() {
    let port = server::start_tls().to_string();
    let program = |host: &str| {
        let program = format!(
            "grant http domain \"{host}:PORT\"\nlet r = http_get(\"https://{host}:PORT/x\")\nprint(r.status, r.body)\n"
        );
        program.replace("PORT", &port)
    };
    let token = TOKEN.replace("HOST", "localhost").replace("PORT", &port);
    let config = format!("[providers.config.http]\nca_file = \"ca.pem\"\n{token}");
    let (exit, told, _) = run("tls", &config, &program("localhost"), Some("token-1"));
    assert!(exit == 0 && told.contains("200 GET /x") && told.contains("Bearer token-1"), "{told}");
    // The certificate is that of `localhost`.
    let (exit, told, _) = run("name", &config, &program("127.0.0.1"), Some("token-1"));
    assert!(exit == 1 && told.contains("R1043"), "{told}");
    // Nobody that is trusted without the setting has signed it.
    let (exit, told, _) = run("roots", "", &program("localhost"), None);
    assert!(exit == 1 && told.contains("R1043"), "{told}");
}

#[test]
fn settings_that_mean_nothing_are_told() {
    let cases = [
        ("[providers.config.http]\nspeed = 3\n", "speed"),
        ("[providers.config.http]\nmax_reply_bytes = 0\n", "is not between 1 and"),
        ("[providers.config.http]\nmax_reply_bytes = \"9\"\n", "invalid type"),
        ("[providers.config.http]\nuser_agent = \"a\\nb\"\n", "user_agent"),
        ("[providers.config.http]\nca_file = \"none.pem\"\n", "cannot read"),
        ("[providers.config.http]\nca_file = \"main.lm\"\n", "no certificates"),
        ("[providers.config.http.headers.\"*.example.com\"]\n", "without a wildcard"),
        ("[providers.config.http.headers.\"a b\"]\n", "without a wildcard"),
        ("[providers.config.http.headers.\"a.b\"]\nx = { value = \"1\" }\n", "value"),
        ("[providers.config.http.headers.\"a.b\"]\n\"x y\" = { env = \"T\" }\n", "no header"),
        ("[providers.config.fs]\nroot = \".\"\n", "has no settings"),
        ("[package]\nname = \"p\"\n", "not built yet"),
    ];
    for (at, (config, says)) in cases.into_iter().enumerate() {
        let (exit, told, _) = run(&format!("wrong-{at}"), config, "print(1)\n", None);
        assert!(exit != 0 && told.contains("lumen.toml") && told.contains(says), "{config}{told}");
        assert!(!told.contains("panicked"), "{told}");
    }
}
