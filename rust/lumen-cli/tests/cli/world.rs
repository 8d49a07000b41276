//! What the tests of the command share: running it, what it said, and folders that go away.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

/// `lumen ARGS` in a folder, without what the user's environment would add, its output to be read.
pub(crate) fn command(folder: &Path, args: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_lumen"));
    command.args(args).current_dir(folder);
    let otel = ["OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "TRACEPARENT"];
    for name in ["NO_COLOR", "HOME", "LUMEN_HOME"].into_iter().chain(otel) {
        command.env_remove(name);
    }
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

/// Runs `lumen ARGS` in a folder with `input` on standard input.
pub(crate) fn lumen_in(folder: &Path, args: &[&str], input: impl AsRef<[u8]>) -> Output {
    let mut child = command(folder, args).spawn().expect("lumen starts");
    let mut stdin = child.stdin.take().expect("stdin is piped");
    let input = input.as_ref().to_vec();
    // Beside the reading, so that neither side waits for the other when both have much to say.
    let writer = std::thread::spawn(move || drop(stdin.write_all(&input)));
    let output = child.wait_with_output().expect("lumen ends");
    writer.join().expect("the writer does not panic");
    output
}

/// Runs `lumen ARGS` where the tests are run.
pub(crate) fn lumen(args: &[&str], input: impl AsRef<[u8]>) -> Output {
    lumen_in(Path::new("."), args, input)
}

pub(crate) fn stderr(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

pub(crate) fn stdout(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned()
}

#[track_caller]
pub(crate) fn exits(code: i32, output: &Output) {
    assert_eq!(output.status.code(), Some(code), "{}{}", stdout(output), stderr(output));
}

/// A folder that is removed at the end.
pub(crate) struct Folder(pub(crate) PathBuf);

impl Folder {
    /// A new folder with these files; `name` is its own among the tests.
    pub(crate) fn new(name: &str, files: &[(&str, &str)]) -> Self {
        let path = std::env::temp_dir().join(format!("lumen-{name}-{}", std::process::id()));
        drop(std::fs::remove_dir_all(&path));
        std::fs::create_dir_all(&path).expect("a folder");
        let folder = Self(path);
        files.iter().for_each(|(file, text)| folder.write(file, text));
        folder
    }

    pub(crate) fn write(&self, file: &str, text: &str) {
        let file = self.0.join(file);
        std::fs::create_dir_all(file.parent().expect("it is in the folder")).expect("a folder");
        std::fs::write(file, text).expect("a file");
    }

    pub(crate) fn remove(&self, file: &str) {
        std::fs::remove_file(self.0.join(file)).expect("the file was there");
    }

    pub(crate) fn read(&self, file: &str) -> String {
        std::fs::read_to_string(self.0.join(file)).expect("the file is there")
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        drop(std::fs::remove_dir_all(&self.0));
    }
}
