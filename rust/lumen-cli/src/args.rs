//! The command line.

use clap::error::{ContextKind, ContextValue, ErrorKind};
use clap::{Args, CommandFactory, FromArgMatches, Parser, Subcommand, ValueEnum};
use clap_complete::Shell;
use lumen_compiler::compilation::BUILD_ID;
use lumen_vm::Engine;
use std::path::PathBuf;

/// Lumen: typed, effect-tracked programs in Markdown documents.
#[derive(Parser)]
#[command(
    name = "lumen",
    version,
    about,
    max_term_width = 100,
    after_help = EXIT_CODES
)]
pub(crate) struct Cli {
    /// When to use colours.
    #[arg(long, global = true, value_enum, value_name = "WHEN", default_value = "auto")]
    pub(crate) color: Color,
    #[command(subcommand)]
    pub(crate) command: Command,
}

/// What the exit codes mean, for help and manual.
pub(crate) const EXIT_CODES: &str = "Exit codes:
  0   success
  1   a runtime error, a failed test, a difference that was asked for, output that cannot be written
  2   wrong usage: unknown flags, files that cannot be read
  3   the program does not compile
  70  a bug in Lumen
`exit(CODE)` in a program sets its own.";

/// The command line as clap knows it.
pub(crate) fn command() -> clap::Command {
    let engines = EngineArg::value_variants().iter().filter_map(ValueEnum::to_possible_value);
    let engines: Vec<String> = engines.map(|engine| engine.get_name().to_owned()).collect();
    let version = format!(
        "{}\nbuild: {}\nLIR format: {}\nengines: {}\nplatform: {}-{}",
        env!("CARGO_PKG_VERSION"),
        BUILD_ID.get(..16).unwrap_or(BUILD_ID),
        lumen_lir::FORMAT_VERSION,
        engines.join(", "),
        std::env::consts::OS,
        std::env::consts::ARCH,
    );
    Cli::command().long_version(version)
}

/// The command line of the process.
pub(crate) fn parse() -> Result<Cli, clap::Error> {
    let matches = command().try_get_matches()?;
    Cli::from_arg_matches(&matches).map_err(|error| error.format(&mut command()))
}

/// What an unknown subcommand was meant to be, where clap does not say: a document to run, or a slip of two letters.
pub(crate) fn tip(error: &clap::Error) -> Option<String> {
    if error.kind() != ErrorKind::InvalidSubcommand {
        return None;
    }
    let Some(ContextValue::String(word)) = error.get(ContextKind::InvalidSubcommand) else {
        return None;
    };
    if word.ends_with(".md") || word.ends_with(".lm") {
        return Some(format!("a document is run by `lumen run {word}`"));
    }
    let command = command();
    let mut names = command.get_subcommands().map(clap::Command::get_name);
    let letters = |text: &str| {
        let mut letters: Vec<char> = text.chars().collect();
        letters.sort_unstable();
        letters
    };
    let is_known = error.get(ContextKind::SuggestedSubcommand).is_some();
    let meant = names.find(|name| !is_known && letters(name) == letters(word))?;
    Some(format!("did you mean `lumen {meant}`?"))
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Color {
    /// On terminals, unless NO_COLOR is set or TERM is `dumb`.
    Auto,
    Always,
    Never,
}

#[derive(Subcommand)]
pub(crate) enum Command {
    /// Compile and run a document.
    Run(Run),
    /// Enter expressions, statements and declarations one by one, and see their values.
    Repl(Repl),
    /// Report errors and warnings without running.
    Check(Check),
    /// Print the LIR of a document.
    Emit(Emit),
    /// Run the `@test` cells and the executable fences of documents.
    Test(Test),
    /// Run a document again whenever it or what it imports changes.
    Watch(Watch),
    /// Lay out the code of documents anew; prose stays as it is.
    Fmt(Fmt),
    /// Apply the fixes of diagnostics that need no human look.
    Fix(Fix),
    /// Start a project: a program, its tests, and what a repository needs.
    Init(Init),
    /// Show what std says about a builtin, or what a document declares for others.
    Doc(Doc),
    /// Explain a diagnostic code (`E0401`) or a builtin (`map`).
    Explain(Explain),
    /// Say what a program may touch.
    Grants(Grants),
    /// Look at recorded runs: list, show, step through, compare, check.
    Trace(Trace),
    /// Run a recorded run again with the recorded answers of the outside, and compare everything.
    Replay(Replay),
    /// Show or empty the cache of compiled programs.
    Cache(Cache),
    /// Write what a shell needs to complete this command line, to standard output.
    Completions(Completions),
    /// Write the manual pages of this command.
    Man(ManPages),
}

#[derive(Args)]
pub(crate) struct Run {
    /// The document (`.lm.md` or `.lm`), a program that `lumen emit --format binary` wrote, or `-` for standard input.
    pub(crate) file: PathBuf,
    /// Which engine executes the program.
    #[arg(long, value_enum, default_value = "jit")]
    pub(crate) engine: EngineArg,
    /// Calls and loop rounds after which a cell or loop becomes native code; 1 is at first sight.
    #[arg(long, value_name = "N", default_value_t = 4_000, value_parser = clap::value_parser!(u32).range(1..))]
    pub(crate) jit_threshold: u32,
    /// Write what became native code, and what did not and why, to standard error.
    #[arg(long)]
    pub(crate) jit_stats: bool,
    /// A bound; may be repeated: `memory` (bytes of values; none), `stack` (bytes of calls; 64m), `instructions` (calls and
    /// loop rounds; none), `output` (bytes written; none). An amount may end in `k`, `m` or `g` for powers of 1024.
    #[arg(long = "limit", value_name = "NAME=AMOUNT")]
    pub(crate) limits: Vec<String>,
    /// Allow effects and tools: `fs=./data,http=api.example.com,llm.chat`; what is not named is denied.
    #[arg(long, value_name = "RULES")]
    pub(crate) allow: Vec<String>,
    /// Deny effects and tools, whatever the program and `--allow` say.
    #[arg(long, value_name = "RULES")]
    pub(crate) deny: Vec<String>,
    /// Allow everything: for programs that are trusted.
    #[arg(long, conflicts_with = "allow")]
    pub(crate) allow_all: bool,
    /// Approve every call that the `approval` of a grant asks about; without it the terminal is asked, and where there is
    /// none the call is denied.
    #[arg(long)]
    pub(crate) approve: bool,
    /// Compile the document even when it was compiled before, and keep nothing.
    #[arg(long)]
    pub(crate) no_cache: bool,
    /// Print the value of `main`.
    #[arg(long)]
    pub(crate) print: bool,
    /// Record the run in a folder of its own inside DIR, for `lumen trace` and `lumen replay`.
    #[arg(long, value_name = "DIR")]
    pub(crate) trace_dir: Option<PathBuf>,
    /// Record what the outside answers in FILE.
    #[arg(long, value_name = "FILE", conflicts_with = "trace_dir")]
    pub(crate) record: Option<PathBuf>,
    /// Take the answers of the outside from FILE, which `--record` or a trace has made; never ask the outside itself.
    #[arg(long, value_name = "FILE", conflicts_with_all = ["trace_dir", "record"])]
    pub(crate) replay: Option<PathBuf>,
    /// Send the run to a collector of OpenTelemetry, like `http://localhost:4318`; only in builds with the feature `otel`, where
    /// the variables `OTEL_…` do too.
    #[arg(long, value_name = "ENDPOINT", conflicts_with = "replay")]
    pub(crate) otel: Option<String>,
    /// Arguments of the program, given to `args()`.
    #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
    pub(crate) args: Vec<String>,
}

#[derive(Args)]
pub(crate) struct Repl {
    /// A document to load first, as `:load` does.
    pub(crate) file: Option<PathBuf>,
    /// Which engine executes the entries.
    #[arg(long, value_enum, default_value = "jit")]
    pub(crate) engine: EngineArg,
    /// A bound, as for `run`; `instructions` is for each entry.
    #[arg(long = "limit", value_name = "NAME=AMOUNT")]
    pub(crate) limits: Vec<String>,
    /// Repeat what is read, behind a prompt: the output is then a transcript.
    #[arg(long)]
    pub(crate) echo: bool,
    /// Neither read nor write the history file.
    #[arg(long)]
    pub(crate) no_history: bool,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum EngineArg {
    /// The fastest interpreter of this platform alone.
    Interp,
    /// The interpreter, with native code for what is hot; `LUMEN_JIT=off` turns that off.
    Jit,
    /// The portable interpreter that also checks itself in debug builds.
    Switch,
}

impl EngineArg {
    /// The engine of the machine.
    pub(crate) fn engine(self) -> Engine {
        match self {
            Self::Interp => Engine::Threaded,
            Self::Jit => Engine::Jit,
            Self::Switch => Engine::Switch,
        }
    }
}

#[derive(Args)]
pub(crate) struct Check {
    /// Documents, or `-` for standard input.
    #[arg(required = true)]
    pub(crate) files: Vec<PathBuf>,
    /// How diagnostics are written.
    #[arg(long, value_enum, default_value = "text")]
    pub(crate) format: DiagnosticFormat,
    /// Write the time of each phase as JSON lines to standard error.
    #[arg(long)]
    pub(crate) timings: bool,
    /// Check again whenever a document or what it imports changes.
    #[arg(long)]
    pub(crate) watch: bool,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum DiagnosticFormat {
    Text,
    Json,
}

#[derive(Args)]
pub(crate) struct Emit {
    /// The document, or `-` for standard input.
    pub(crate) file: PathBuf,
    /// The form of the LIR.
    #[arg(long, value_enum, default_value = "text")]
    pub(crate) format: LirFormat,
    /// Where to write; standard output when absent.
    #[arg(long, short)]
    pub(crate) output: Option<PathBuf>,
    /// Write the time of each phase as JSON lines to standard error.
    #[arg(long)]
    pub(crate) timings: bool,
    /// The program as `lumen trace step` runs it: nothing is expanded or optimised, and the code says where locals are.
    #[arg(long)]
    pub(crate) locals: bool,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum LirFormat {
    Text,
    Json,
    Binary,
}

#[derive(Args)]
pub(crate) struct Test {
    /// Documents, folders to search for them, or `-` for standard input.
    #[arg(default_value = ".")]
    pub(crate) files: Vec<PathBuf>,
    /// Run only tests whose name contains this text.
    #[arg(long, value_name = "TEXT")]
    pub(crate) filter: Option<String>,
    /// Name the tests, and run none.
    #[arg(long, conflicts_with_all = ["update", "coverage", "lcov"])]
    pub(crate) list: bool,
    /// Accept the snapshots of tests that pass otherwise.
    #[arg(long)]
    pub(crate) update: bool,
    /// Say which cells, lines and branches the tests reach.
    #[arg(long)]
    pub(crate) coverage: bool,
    /// Write what the tests reach to a file that lcov reads.
    #[arg(long, value_name = "FILE")]
    pub(crate) lcov: Option<PathBuf>,
    /// How results are written.
    #[arg(long, value_enum, default_value = "text")]
    pub(crate) format: DiagnosticFormat,
    /// A bound of each test: `memory=64m`, `stack=16m`, `instructions=1000000` (calls and loop rounds), `output=1m`.
    #[arg(long = "limit", value_name = "NAME=AMOUNT")]
    pub(crate) limits: Vec<String>,
    /// Which engines the tests run under.
    #[arg(long, value_enum, default_value = "interp")]
    pub(crate) engine: TestEngines,
    /// How many documents are tested at once; as many as there are cores when absent. The order of the results is
    /// always the same.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=256))]
    pub(crate) jobs: Option<u16>,
    /// Test again whenever a document or what it imports changes.
    #[arg(long)]
    pub(crate) watch: bool,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum TestEngines {
    /// Both interpreters, recorded and replayed.
    Interp,
    /// Native code too: compiled at first sight, and left at every safepoint.
    Jit,
}

#[derive(Args)]
pub(crate) struct Watch {
    /// The document (`.lm.md` or `.lm`).
    pub(crate) file: PathBuf,
    /// Arguments of the program, given to `args()`.
    #[arg(last = true)]
    pub(crate) args: Vec<String>,
}

#[derive(Args)]
pub(crate) struct Fmt {
    /// Documents, folders to search for them, or `-` for standard input, which is written to standard output.
    #[arg(required = true)]
    pub(crate) files: Vec<PathBuf>,
    /// Write nothing; list the files that would change, with their changes, and exit with 1 if there are any.
    #[arg(long)]
    pub(crate) check: bool,
    /// Write nothing; show what would change.
    #[arg(long)]
    pub(crate) diff: bool,
    /// What standard input is called; the ending (`.lm.md` or `.lm`) says how it is written.
    #[arg(long, value_name = "NAME")]
    pub(crate) stdin_name: Option<String>,
}

#[derive(Args)]
pub(crate) struct Fix {
    /// Documents, folders to search for them, or `-` for standard input, which is written to standard output.
    #[arg(required = true)]
    pub(crate) files: Vec<PathBuf>,
    /// Write nothing; show what would change.
    #[arg(long)]
    pub(crate) dry_run: bool,
}

#[derive(Args)]
pub(crate) struct Init {
    /// The folder; it is made when it does not exist.
    #[arg(default_value = ".")]
    pub(crate) folder: PathBuf,
}

#[derive(Args)]
pub(crate) struct Doc {
    /// The name of a builtin, `builtins` for all of them, or a document (`-` is standard input); with `--html` the
    /// documents and folders of the site.
    #[arg(required_unless_present_any = ["search", "html"])]
    pub(crate) subjects: Vec<String>,
    /// Show the signatures only.
    #[arg(long)]
    pub(crate) short: bool,
    /// List what has this text in its name, or this shape: `list[T], Int -> T?`.
    #[arg(long, value_name = "TEXT", conflicts_with = "subjects", allow_hyphen_values = true)]
    pub(crate) search: Option<String>,
    /// Write a site of pages to a folder: one for each document, an index of the builtins, and a search.
    #[arg(long, value_name = "DIR", conflicts_with = "search")]
    pub(crate) html: Option<PathBuf>,
    /// The site has the pages of std too.
    #[arg(long, requires = "html")]
    pub(crate) std: bool,
}

#[derive(Args)]
pub(crate) struct Explain {
    /// A code such as `E0401`, its name (`type-mismatch`), the beginning of codes (`E04`), `codes` for all of them, or the
    /// name of a builtin.
    pub(crate) subject: String,
}

#[derive(Args)]
pub(crate) struct Grants {
    #[command(subcommand)]
    pub(crate) action: GrantsAction,
}

#[derive(Subcommand)]
pub(crate) enum GrantsAction {
    /// List the tools and effects of a program with the grants that each of its calls needs.
    Explain {
        /// The document (`.lm.md` or `.lm`), or a program that `lumen emit --format binary` wrote.
        file: PathBuf,
        /// Show instead what it may do more (`+`) and less (`-`) than this older version; exit with 1 when they differ.
        #[arg(long, value_name = "OLD")]
        against: Option<PathBuf>,
    },
}

#[derive(Args)]
pub(crate) struct Trace {
    #[command(subcommand)]
    pub(crate) action: TraceAction,
    /// The folder that runs were recorded in.
    #[arg(long, global = true, value_name = "DIR", default_value = ".lumen/traces")]
    pub(crate) trace_dir: PathBuf,
}

#[derive(Subcommand)]
pub(crate) enum TraceAction {
    /// List the recorded runs, the latest last.
    List,
    /// Show what a run did.
    Show {
        /// The name of a run, `last`, or a trace file.
        run: String,
        /// Show the calls and operations as a graph instead.
        #[arg(long, value_enum, num_args = 0..=1, default_missing_value = "dot")]
        graph: Option<GraphForm>,
        /// Write each event as a line of JSON instead.
        #[arg(long, conflicts_with = "graph")]
        json: bool,
        /// Where to write; standard output when absent.
        #[arg(long, short)]
        output: Option<PathBuf>,
    },
    /// Show a run step by step, with the calls and locals at each; at a terminal, steps are asked for.
    Step {
        /// The name of a run, `last`, or a trace file.
        run: String,
        /// The step to stand at; the last one when absent.
        #[arg(long, value_name = "N")]
        at: Option<u64>,
        /// Go back this many steps from there.
        #[arg(long, value_name = "N", default_value = "0")]
        back: u64,
        /// Lines are steps too, not only operations.
        #[arg(long)]
        lines: bool,
    },
    /// Compare two runs; exit with 1 when they differ.
    Diff {
        /// The name of a run, `last`, or a trace file.
        first: String,
        /// The other one.
        second: String,
    },
    /// Check that nothing in a trace was changed, and that it is complete; exit with 1 otherwise.
    Verify {
        /// The name of a run, `last`, or a trace file.
        run: String,
    },
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum GraphForm {
    /// Graphviz.
    Dot,
    /// Mermaid.
    Mermaid,
    /// A picture.
    Svg,
    /// A page of its own: graph, timeline, each operation with its source.
    Html,
}

#[derive(Args)]
pub(crate) struct Replay {
    /// The name of a run, `last`, or the folder of a run.
    pub(crate) run: String,
    /// Which engine executes the program.
    #[arg(long, value_enum, default_value = "jit")]
    pub(crate) engine: EngineArg,
    /// The folder that runs were recorded in.
    #[arg(long, value_name = "DIR", default_value = ".lumen/traces")]
    pub(crate) trace_dir: PathBuf,
}

#[derive(Args)]
pub(crate) struct Completions {
    /// The shell; `lumen completions bash >> ~/.bash_completion`, for one.
    #[arg(value_enum)]
    pub(crate) shell: Shell,
}

#[derive(Args)]
pub(crate) struct ManPages {
    /// The folder for a page of each command; it is made when it does not exist. Without it the page of `lumen` goes to
    /// standard output.
    #[arg(long, value_name = "DIR")]
    pub(crate) out: Option<PathBuf>,
}

#[derive(Args)]
pub(crate) struct Cache {
    #[command(subcommand)]
    pub(crate) action: CacheAction,
}

#[derive(Clone, Copy, PartialEq, Eq, Subcommand)]
pub(crate) enum CacheAction {
    /// Say where the cache is and how much is in it.
    Stat,
    /// Remove every compiled program; nothing else that is there.
    Clear,
}
