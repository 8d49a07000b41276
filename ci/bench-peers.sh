#!/usr/bin/env bash
# Installs the languages that bench/run compares Lumen with (Debian packages); what is present is left alone.
# Node and Python are the machine's own: only their presence is checked.
set -euo pipefail
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
