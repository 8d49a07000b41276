//! Replies that are read piece by piece: what they may reach, how large and slow they may be, and who may read them.

use crate::world::{Folder, command, exits, lumen_in, stderr, stdout};
use crate::{Case, ENGINES, case, flagged, run_filled, server};
use std::io::{BufRead, BufReader, Read};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

const CASES: &[Case] = &[
    case("no grant", 3, "E0345", "print(http_open(\"http://127.0.0.1:PORT/secret\").status)\n"),
    case(
        "what is granted",
        0,
        "one two three 3",
        "grant http domain \"127.0.0.1:PORT\"\nlet all = http_open(\"http://127.0.0.1:PORT/lines\").lines().to_list()\nprint(all[0], all[1], all[2], all.length())\n",
    ),
    case(
        "events",
        0,
        "message a\nb 7\nend  7\n",
        "grant http domain \"127.0.0.1:PORT\"\nfor e in http_open(\"http://127.0.0.1:PORT/events\").events()\n  print(e.event, e.data, e.id)\nend\n",
    ),
    case(
        "a host of this machine that is not named",
        4,
        "R1041",
        "grant http\nprint(http_open(\"http://127.0.0.1:PORT/secret\").lines().to_list())\n",
    ),
    case(
        "a redirect to this machine",
        4,
        "R1041",
        "grant http domain \"127.0.0.1:PORT\"\nprint(http_open(\"http://127.0.0.1:PORT/local\").lines().to_list())\n",
    ),
    case(
        "a redirect to another port",
        4,
        "R1041",
        "grant http domain \"127.0.0.1:PORT\"\nprint(http_open(\"http://127.0.0.1:PORT/port\").lines().to_list())\n",
    ),
    case(
        "redirects without an end",
        1,
        "more than 10 redirects",
        "grant http domain \"127.0.0.1:PORT\"\nprint(http_open(\"http://127.0.0.1:PORT/loop\").status)\n",
    ),
    case(
        "a redirect that is granted",
        0,
        "fine",
        "grant http domain \"127.0.0.1:PORT\"\nprint(http_open(\"http://127.0.0.1:PORT/here\").lines().first())\n",
    ),
    case(
        "a split header",
        1,
        "has characters that headers cannot have",
        "grant http domain \"127.0.0.1:PORT\"\nprint(http_open(\"http://127.0.0.1:PORT/echo\", {\"x\": \"a\\r\\nhost: evil\"}).status)\n",
    ),
    case(
        "a header of the connection",
        1,
        "belongs to the connection",
        "grant http domain \"127.0.0.1:PORT\"\nprint(http_open(\"http://127.0.0.1:PORT/echo\", {\"Transfer-Encoding\": \"chunked\"}).status)\n",
    ),
    case(
        "a split method",
        1,
        "`method` is none of",
        "grant http domain \"127.0.0.1:PORT\"\nprint(http_open(\"http://127.0.0.1:PORT/echo\", {}, \"GET /secret HTTP/1.1\\r\\nx:\").status)\n",
    ),
    case(
        "a body for a reader",
        1,
        "has no `body`",
        "grant http domain \"127.0.0.1:PORT\"\nprint(http_open(\"http://127.0.0.1:PORT/echo\", {}, \"GET\", \"x\").status)\n",
    ),
    case(
        "a body that is sent",
        0,
        "hello there",
        "grant http domain \"127.0.0.1:PORT\"\nprint(http_open(\"http://127.0.0.1:PORT/echo\", {}, \"POST\", \"hello there\").lines().to_list())\n",
    ),
    case(
        "one that never ends",
        1,
        "larger than 16777216 bytes",
        "grant http domain \"127.0.0.1:PORT\"\nlet mut n = 0\nfor c in http_open(\"http://127.0.0.1:PORT/flood\").chunks()\n  n += c.length()\nend\nprint(\"all\", n)\n",
    ),
    case(
        "a line that is too long",
        1,
        "larger than 16777216 bytes",
        "grant http domain \"127.0.0.1:PORT\"\nprint(http_open(\"http://127.0.0.1:PORT/large\").lines().first())\n",
    ),
    case(
        "a small one that unpacks to a large one",
        1,
        "larger than 16777216 bytes",
        "grant http domain \"127.0.0.1:PORT\"\nlet mut n = 0\nfor c in http_open(\"http://127.0.0.1:PORT/bomb\").chunks()\n  n += c.length()\nend\nprint(\"all\", n)\n",
    ),
    case(
        "drops without a line",
        1,
        "R1044",
        "grant http domain \"127.0.0.1:PORT\" timeout_ms 400\nprint(http_open(\"http://127.0.0.1:PORT/drip\").lines().first())\n",
    ),
    case(
        "no answer",
        1,
        "R1044",
        "grant http domain \"127.0.0.1:PORT\" timeout_ms 300\nprint(http_open(\"http://127.0.0.1:PORT/silent\").status)\n",
    ),
    case(
        "cut off",
        1,
        "R1043",
        "grant http domain \"127.0.0.1:PORT\"\nfor line in http_open(\"http://127.0.0.1:PORT/cut\").lines()\n  print(line)\nend\n",
    ),
    case(
        "a time around it",
        0,
        "err(Timeout) err(Failed(\"the reply is not open\"))",
        "grant http domain \"127.0.0.1:PORT\"\nlet r = http_open(\"http://127.0.0.1:PORT/clock\")\nlet n = timeout(300, r.lines().count())\nprint(n, try http_next_line(r))\n",
    ),
    case(
        "leaving it closes the connection",
        0,
        "tick\nclosed true\n",
        "grant http domain \"127.0.0.1:PORT\"\nlet before = http_get(\"http://127.0.0.1:PORT/left\").body\nfor line in http_open(\"http://127.0.0.1:PORT/clock\").lines()\n  print(line)\n  break\nend\nsleep(700)\nprint(\"closed\", http_get(\"http://127.0.0.1:PORT/left\").body != before)\n",
    ),
    case(
        "a failure in the loop closes the connection",
        0,
        "true closed true\n",
        "grant http domain \"127.0.0.1:PORT\"\nlet before = http_get(\"http://127.0.0.1:PORT/left\").body\ncell read() -> Null / {http}\n  for line in http_open(\"http://127.0.0.1:PORT/clock\").lines()\n    panic(line)\n  end\nend\nlet failed = is_err(attempt(fn() => read()))\nsleep(700)\nprint(failed, \"closed\", http_get(\"http://127.0.0.1:PORT/left\").body != before)\n",
    ),
    case(
        "read after it was closed",
        1,
        "R1048",
        "grant http domain \"127.0.0.1:PORT\"\nlet r = http_open(\"http://127.0.0.1:PORT/clock\")\nhttp_close(r)\nhttp_close(r)\nprint(http_next_line(r))\n",
    ),
    case(
        "read twice",
        1,
        "R1048",
        "grant http domain \"127.0.0.1:PORT\"\nlet r = http_open(\"http://127.0.0.1:PORT/lines\")\nprint(r.lines().count())\nprint(r.lines().count())\n",
    ),
    case(
        "a key that somebody made up",
        1,
        "R1048",
        "grant http domain \"127.0.0.1:PORT\"\nlet r = http_open(\"http://127.0.0.1:PORT/lines\")\nprint(http_next_line(HttpStream(200, {}, secret(\"0\"))))\n",
    ),
    case(
        "a key in JSON",
        1,
        "R1063",
        "grant http domain \"127.0.0.1:PORT\"\nprint(to_json(http_open(\"http://127.0.0.1:PORT/lines\")))\n",
    ),
    case(
        "a key in a text",
        0,
        "key: Secret(…)",
        "grant http domain \"127.0.0.1:PORT\"\nprint(http_open(\"http://127.0.0.1:PORT/lines\"))\n",
    ),
    case(
        "a file in place of a reply",
        1,
        "R1048",
        "use tool http.next_line as Next(reply: map[String, String]) -> String?\ngrant Next domain \"*\"\nprint(Next({\"key\": \"1\", \"url\": \"http://127.0.0.1:PORT/secret\"}))\n",
    ),
    case(
        "too many at once",
        1,
        "64 replies are open",
        "grant http domain \"127.0.0.1:PORT\"\nlet mut open: list[HttpStream] = []\nfor _ in 0..65\n  open = open.append(http_open(\"http://127.0.0.1:PORT/clock\"))\nend\nprint(open.length())\n",
    ),
    case(
        "more than was granted",
        1,
        "R1046",
        "grant http domain \"127.0.0.1:PORT\" max_calls 1\nprint(http_open(\"http://127.0.0.1:PORT/lines\").lines().count())\nprint(http_open(\"http://127.0.0.1:PORT/lines\").lines().count())\n",
    ),
    case(
        "no text",
        1,
        "`http_get_bytes` gives the bytes",
        "grant http domain \"127.0.0.1:PORT\"\nprint(http_get(\"http://127.0.0.1:PORT/binary\").body)\n",
    ),
    case(
        "no text in a line",
        1,
        "`http_next_bytes` give the bytes",
        "grant http domain \"127.0.0.1:PORT\"\nfor line in http_open(\"http://127.0.0.1:PORT/mixed\").lines()\n  print(line)\nend\n",
    ),
    case(
        "bytes",
        0,
        "ff00fe78 00ff 00fffe0a",
        "grant http domain \"127.0.0.1:PORT\"\nlet r = http_post_bytes(\"http://127.0.0.1:PORT/bytes\", b\"00fffe0a\")\nprint(http_get_bytes(\"http://127.0.0.1:PORT/binary\").body.hex_encode(), r.body.hex_encode(), r.headers[\"x-got\"])\n",
    ),
    case(
        "bytes of a host that is not granted",
        4,
        "R1041",
        "grant http domain \"example.com\"\nprint(http_get_bytes(\"http://127.0.0.1:PORT/secret\").body)\n",
    ),
    flagged(
        "denied",
        &["--deny", "http=127.0.0.1"],
        4,
        "R1042",
        "grant http domain \"127.0.0.1:PORT\"\nprint(http_open(\"http://127.0.0.1:PORT/secret\").lines().to_list())\n",
    ),
    flagged(
        "allowed by a flag",
        &["--allow", "http=127.0.0.1:*"],
        0,
        "three",
        "print(http_open(\"http://127.0.0.1:PORT/lines\").lines().to_list())\n",
    ),
];

#[test]
fn open_replies_reach_granted_hosts_and_end() {
    let port = server::start().to_string();
    run_filled("streams", CASES, &|text| text.replace("PORT", &port));
}

#[test]
fn a_module_reads_what_it_is_given_and_nothing_else() {
    let port = server::start();
    let main = format!(
        "import helper: *\ngrant http domain \"127.0.0.1:{port}\"\nlet r = http_open(\"http://127.0.0.1:{port}/lines\")\nprint(first_of(r))\n"
    );
    let given = "pub cell first_of(r: HttpStream) -> String? / {http} = r.lines().first()\n";
    let named = "pub cell first_of(r: HttpStream) -> String? / {http} = http_next_line(r)\n";
    let opens = "pub cell first_of(r: HttpStream) -> String? / {http} = http_open(\"http://127.0.0.1/\").lines().first()\n";
    let hides = "pub cell first_of(r: HttpStream) -> String? / {} = r.lines().first()\n";
    let cases = [(given, 0, "one"), (named, 3, "E0345"), (opens, 3, "E0345"), (hides, 3, "E0501")];
    for (helper, exit, says) in cases {
        let folder = Folder::new("stream-module", &[("main.lm", &main), ("helper.lm", helper)]);
        for engine in ENGINES {
            let args = [&["run"], engine, &["main.lm"]].concat();
            let output = lumen_in(&folder.0, &args, "");
            exits(exit, &output);
            let told = format!("{}{}", stdout(&output), stderr(&output));
            assert!(told.contains(says), "{helper}: {told}");
        }
    }
}

#[test]
fn the_whole_time_of_a_reply_is_limited() {
    let port = server::start();
    let config = "[providers.config.http]\nmax_stream_ms = 500\nmax_reply_bytes = 1000\n";
    let main = |path: &str| {
        format!(
            "grant http domain \"127.0.0.1:{port}\"\nfor line in http_open(\"http://127.0.0.1:{port}/{path}\").lines()\n  print(line.length())\nend\n"
        )
    };
    for (path, says) in [("clock", "not whole after 500 ms"), ("flood", "larger than 1000 bytes")] {
        let folder =
            Folder::new("stream-limits", &[("main.lm", &main(path)), ("lumen.toml", config)]);
        let output = lumen_in(&folder.0, &["run", "main.lm"], "");
        exits(1, &output);
        assert!(stderr(&output).contains(says), "{}", stderr(&output));
    }
    let folder = Folder::new("stream-settings", &[("main.lm", &main("lines"))]);
    folder.write("lumen.toml", "[providers.config.http]\nmax_stream_ms = 0\n");
    let output = lumen_in(&folder.0, &["run", "main.lm"], "");
    exits(2, &output);
    assert!(stderr(&output).contains("max_stream_ms"), "{}", stderr(&output));
}

#[test]
fn an_open_reply_replays_without_the_network() {
    let port = server::start();
    let main = format!(
        "grant http domain \"127.0.0.1:{port}\" timeout_ms 300\n\
         let r = http_open(\"http://127.0.0.1:{port}/lines\")\n\
         print(r.status, r.lines().to_list())\n\
         print(http_get_bytes(\"http://127.0.0.1:{port}/binary\").body)\n\
         for c in http_open(\"http://127.0.0.1:{port}/lines\").chunks()\n  print(c)\nend\n\
         for line in http_open(\"http://127.0.0.1:{port}/drip\").lines()\n  print(line)\nend\n"
    );
    let folder = Folder::new("stream-replay", &[("main.lm", &main)]);
    // Nothing answers there any more.
    let elsewhere = |text: &str| text.replace(&port.to_string(), "1");
    let run = lumen_in(&folder.0, &["run", "--trace-dir", "t", "main.lm"], "");
    exits(1, &run);
    assert!(stderr(&run).contains("R1044"), "{}", stderr(&run));
    let kept = lumen_in(&folder.0, &["run", "--record", "c.trace", "main.lm"], "");
    exits(1, &kept);
    for engine in ENGINES {
        let args = [&["replay", "--trace-dir", "t", "last"], &engine[..2]].concat();
        let replayed = lumen_in(&folder.0, &args, "");
        exits(0, &replayed);
        assert_eq!(stdout(&replayed), stdout(&run));
        let args = [&["run", "--replay", "c.trace"], engine, &["main.lm"]].concat();
        let replayed = lumen_in(&folder.0, &args, "");
        exits(1, &replayed);
        assert_eq!(stdout(&replayed), stdout(&kept));
    }
    // A request that was not recorded is not sent.
    folder.write("main.lm", &elsewhere(&main));
    let replayed = lumen_in(&folder.0, &["run", "--replay", "c.trace", "main.lm"], "");
    exits(1, &replayed);
    assert!(stderr(&replayed).contains("R1075"), "{}", stderr(&replayed));
}

#[test]
fn a_signal_ends_the_wait_for_the_next_line() {
    let port = server::start();
    let main = format!(
        "grant http domain \"127.0.0.1:{port}\" timeout_ms 600_000\n\
         cell main() -> Null\n  defer\n    print(\"closed\")\n  end\n\
         \x20 for line in http_open(\"http://127.0.0.1:{port}/drip\").lines()\n    print(line)\n  end\nend\n"
    );
    let main = main.replace("  for line", "  print(\"ready\")\n  sleep(300)\n  for line");
    let folder = Folder::new("stream-signal", &[("main.lm", &main)]);
    for engine in ["interp", "switch", "jit"] {
        let args = ["run", "--trace-dir", "t", "--engine", engine, "main.lm"];
        let mut child = command(&folder.0, &args).stdin(Stdio::null()).spawn().expect("it starts");
        let mut out = BufReader::new(child.stdout.take().expect("it is piped"));
        let mut line = String::new();
        out.read_line(&mut line).expect("a line");
        std::thread::sleep(Duration::from_millis(1500));
        let start = Instant::now();
        let sent = Command::new("kill").args(["-INT", &child.id().to_string()]).status();
        assert!(sent.expect("`kill` runs").success());
        let mut rest = String::new();
        out.read_to_string(&mut rest).expect("output");
        assert_eq!(child.wait().expect("it ends").code(), Some(130));
        assert!(start.elapsed() < Duration::from_secs(5), "it went on");
        assert_eq!(rest, "closed\n");
        exits(0, &lumen_in(&folder.0, &["replay", "--trace-dir", "t", "last"], ""));
    }
}
