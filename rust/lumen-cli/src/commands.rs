//! The subcommands.

mod authority;
mod cache;
mod check;
mod completions;
mod doc;
mod emit;
mod explain;
mod fix;
mod fmt;
mod grants;
mod init;
mod limits;
mod man;
mod repl;
mod replay;
mod run;
mod test;
mod trace;
mod watch;

pub(crate) use authority::of_document;
pub(crate) use doc::{meant, of_builtin};

use crate::args::{Cli, Command};
use crate::output;

/// Runs a command; gives its exit code.
pub(crate) fn run(cli: Cli) -> u8 {
    let looks = output::looks(cli.color);
    let style = looks.err;
    match cli.command {
        Command::Run(args) => run::run(args, style),
        Command::Repl(args) => repl::repl(&args, looks),
        Command::Check(args) if args.watch => watch::again(&args.files),
        Command::Check(args) => check::check(&args, style),
        Command::Emit(args) => emit::emit(&args, style),
        Command::Test(args) if args.watch => watch::again(&args.files),
        Command::Test(args) => test::test(&args),
        Command::Watch(args) => watch::watch(args),
        Command::Fix(args) => fix::fix(&args, style),
        Command::Fmt(args) => fmt::fmt(&args, style),
        Command::Init(args) => init::init(&args.folder),
        Command::Doc(args) => doc::doc(&args),
        Command::Explain(args) => explain::explain(&args.subject),
        Command::Grants(args) => grants::grants(&args.action, style),
        Command::Trace(args) => trace::trace(args),
        Command::Replay(args) => replay::replay(&args, style),
        Command::Cache(args) => cache::cache(args.action),
        Command::Completions(args) => completions::completions(args.shell),
        Command::Man(args) => man::man(args.out.as_deref()),
    }
}
