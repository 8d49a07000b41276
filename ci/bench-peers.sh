#!/usr/bin/env bash
# Installs the languages that bench/run compares Lumen with (Debian packages); what is present is left alone.
# Node and Python are the machine's own: only their presence is checked. OCaml 5 is built from its npm package, since
# Debian 12 has OCaml 4 only (about ten minutes on two cores, once; BENCH_OCAML=no leaves it out).
set -euo pipefail
cd "$(dirname "$0")/.."
want=()
command -v gcc >/dev/null || want+=(gcc libc6-dev)
command -v lua5.4 >/dev/null || want+=(lua5.4)
command -v luajit >/dev/null || want+=(luajit)
if ((${#want[@]})); then
  sudo=; [ "$(id -u)" = 0 ] || sudo=sudo
  # An index that is already there is good enough; fetch one only if the packages are not found in it.
  $sudo apt-get install -y --no-install-recommends "${want[@]}" ||
    { $sudo apt-get update && $sudo apt-get install -y --no-install-recommends "${want[@]}"; }
fi
ocaml=target/bench/ocaml
if [ "${BENCH_OCAML:-yes}" != no ] && ! [ -x "$ocaml/bin/ocamlopt" ]; then
  work=$(mktemp -d)
  trap 'rm -rf "$work"' EXIT
  mkdir -p target/bench
  prefix=$PWD/$ocaml
  (
    cd "$work"
    npm pack --silent ocaml@5.3.0 >/dev/null
    tar xzf ocaml-5.3.0.tgz
    cd package
    ./configure --prefix="$prefix" --disable-ocamldoc --disable-debugger --disable-instrumented-runtime \
      --disable-stdlib-manpages >/dev/null
    make -j"$(nproc)" world.opt >/dev/null
    make install >/dev/null
  ) || echo "ocaml: could not be built" >&2
fi
if [ -x "$ocaml/bin/ocamlopt" ]; then
  echo "ocaml: $("$ocaml/bin/ocamlopt" -version)"
else
  echo "ocaml: missing (its column is left out)"
fi
for tool in gcc lua5.4 luajit node python3; do
  if command -v "$tool" >/dev/null; then
    case $tool in
      lua5.4|luajit) version=$("$tool" -v 2>&1) ;;
      *) version=$("$tool" --version | head -n1) ;;
    esac
    echo "$tool: $version"
  else
    echo "$tool: missing (its column is left out)"
  fi
done
