#!/usr/bin/env bash
# Makes fuzz/corpus anew: from the seeds of the repository and what was kept in target/fuzz/corpus, the small inputs that
# together reach what all of them reach. Run ci/fuzz.sh before: it builds the programs.
set -eu
cd "$(dirname "$0")/.."
host=$(rustc -vV | sed -n 's/^host: //p')
cargo run --quiet --locked --package lumen-fuzz --example seeds -- target/fuzz/seeds
# Bytes of the largest input that is kept in the repository.
largest() { case $1 in machine) echo 700 ;; decoder) echo 500 ;; markdown) echo 400 ;; *) echo 300 ;; esac; }
for target in syntax checker formatter decoder machine markdown; do
    small="target/fuzz/small/$target" new="target/fuzz/new/$target"
    rm -rf "$small" "$new"
    mkdir -p "$small" "$new"
    for folder in "fuzz/corpus/$target" "target/fuzz/corpus/$target" "target/fuzz/seeds/$target"; do
        [ ! -d "$folder" ] || find "$folder" -type f -size "-$(largest "$target")c" -exec cp -t "$small" {} +
    done
    "target/fuzz/$host/fuzz/$target" -set_cover_merge=1 -max_len=8192 "$new" "$small" >"$new.log" 2>&1
    rm -rf "fuzz/corpus/$target"
    mv "$new" "fuzz/corpus/$target"
    echo "$target: $(find "fuzz/corpus/$target" -type f | wc -l) inputs, $(cat "fuzz/corpus/$target"/* | wc -c) bytes"
done
