//! `lumen run --otel`: refused in builds without the feature; with it, what a collector gets and what a dead one costs.

#[cfg(feature = "otel")]
mod collector;
#[cfg(feature = "otel")]
mod exported;
#[cfg(feature = "otel")]
mod unreachable;

#[cfg(not(feature = "otel"))]
#[test]
fn without_the_feature_the_flag_is_refused() {
    use crate::world::{Folder, exits, lumen_in, stderr};
    let folder = Folder::new("otel-none", &[("a.lm", "print(1)\n")]);
    let output = lumen_in(&folder.0, &["run", "--otel", "http://localhost:4318", "a.lm"], "");
    exits(2, &output);
    assert!(stderr(&output).contains("build it with `--features otel`"), "{}", stderr(&output));
    assert!(output.stdout.is_empty());
}
