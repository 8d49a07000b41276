//! `lumen run --otel` in builds without the feature `otel`: the flag is refused, and variables are those of other programs.

use crate::args::Run;
use lumen_runtime::trace::Tape;

/// Nothing is exported.
pub(super) struct Telemetry;

impl Telemetry {
    pub(super) fn asked(args: &Run) -> Result<Self, String> {
        match args.otel {
            None => Ok(Self),
            Some(_) => Err("`--otel`: this build of lumen has no export to OpenTelemetry; \
                            build it with `--features otel`"
                .to_owned()),
        }
    }

    #[expect(clippy::unused_self, reason = "as in builds with the feature")]
    pub(super) fn listen(
        &mut self,
        tape: Option<Tape>,
        _: &Run,
        _: Option<String>,
    ) -> Option<Tape> {
        tape
    }

    #[expect(clippy::unused_self, reason = "as in builds with the feature")]
    pub(super) fn finish(self) {}
}
