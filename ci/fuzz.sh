#!/usr/bin/env bash
# Fuzzes every target for some seconds: ci/fuzz.sh [SECONDS] [TARGET…]; 30 seconds and all targets when not given.
# A search by chance is no gate: without SECONDS a new finding is told loudly and written down, and the exit status is 0;
# inputs that were found before are replayed by `cargo test`, which fails on them. With SECONDS a finding is a failure.
# Needs a C++ compiler for libFuzzer and the crate libfuzzer-sys; says SKIPPED when they cannot be had.
# The instrumentation is LLVM's, which the stable compiler has too; nothing unstable is used.
#   FUZZ_JOBS=2      targets at a time
#   FUZZ_CORPUS=DIR  where new inputs are kept (target/fuzz/corpus)
#   FUZZ_SEED=N      the sequence of inputs (1; 0 is another one each time)
set -eu
cd "$(dirname "$0")/.."
root="$PWD"
seconds="${1:-30}"
gates=$#
[ $# -eq 0 ] || shift
targets=("$@")
[ $# -gt 0 ] || targets=(syntax checker formatter decoder machine markdown)
skip() { echo "fuzz: SKIPPED: $1"; echo "fuzz: 0 passed, 0 failed, ${#targets[@]} skipped"; exit 0; }
command -v c++ >/dev/null || skip "a C++ compiler is missing"
cargo fetch --quiet --locked 2>/dev/null || skip "the crates cannot be had"

host=$(rustc -vV | sed -n 's/^host: //p')
coverage="-Cpasses=sancov-module -Cllvm-args=-sanitizer-coverage-level=4 -Cllvm-args=-sanitizer-coverage-inline-8bit-counters -Cllvm-args=-sanitizer-coverage-pc-table -Cllvm-args=-sanitizer-coverage-trace-compares"
bins=(); for target in "${targets[@]}"; do bins+=(--bin "$target"); done
RUSTFLAGS="--cfg fuzzing $coverage" cargo build --quiet --locked --profile fuzz --package lumen-fuzz \
    --features libfuzzer --target "$host" --target-dir target/fuzz "${bins[@]}"
programs="$root/target/fuzz/$host/fuzz"
kept="${FUZZ_CORPUS:-$root/target/fuzz/corpus}"

one() {
    local target=$1 work="$root/target/fuzz/runs/$1"
    mkdir -p "$work" "$kept/$target"
    # Stacks are as large as those of a main thread; what is deeper is a bug.
    if "$programs/$target" "$kept/$target" "$root/fuzz/corpus/$target" \
        -seed="${FUZZ_SEED:-1}" -max_total_time="$seconds" -timeout=20 -rss_limit_mb=2048 -len_control=0 -print_final_stats=1 \
        -max_len="$(case $target in machine | decoder) echo 8192 ;; *) echo 4096 ;; esac)" \
        -artifact_prefix="$work/" >"$work/log" 2>&1
    then
        echo "fuzz: $target: passed: $(sed -n 's/^stat::number_of_executed_units: */runs /p' "$work/log"), $(grep -oE 'cov: [0-9]+' "$work/log" | tail -n1)"
    else
        echo "fuzz: $target: FOUND AN INPUT THAT IT GETS WRONG: see $work"
        tail -n 40 "$work/log"
        return 1
    fi
}

failed=0
running=0
for target in "${targets[@]}"; do
    if [ "$running" -ge "${FUZZ_JOBS:-2}" ]; then
        wait -n || failed=$((failed + 1))
        running=$((running - 1))
    fi
    one "$target" &
    running=$((running + 1))
done
while [ "$running" -gt 0 ]; do
    wait -n || failed=$((failed + 1))
    running=$((running - 1))
done
if [ "$gates" -eq 0 ]; then
    echo "fuzz: $((${#targets[@]} - failed)) found nothing, $failed found something new to be mended, 0 skipped"
    exit 0
fi
echo "fuzz: $((${#targets[@]} - failed)) passed, $failed failed, 0 skipped"
[ "$failed" -eq 0 ]
