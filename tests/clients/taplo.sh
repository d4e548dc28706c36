#!/usr/bin/env bash
# The JSON Schema in Taplo, the server behind TOML in editors: tests/clients/taplo.sh BINARY [PACKAGES]
# PACKAGES is a folder in which `npm install @taplo/cli @taplo/lsp` was done; without it, that is done here.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
montecarbon=$(realpath "$1")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
packages=${2:-$work/packages}
[[ -d $packages/node_modules/@taplo/lsp ]] ||
    npm install --silent --no-audit --no-fund --prefix "$packages" @taplo/cli@0.7.0 @taplo/lsp@0.8.0
packages=$(realpath "$packages")
taplo() { "$packages/node_modules/.bin/taplo" "$@"; }

"$montecarbon" schema >"$work/schema.json"
lint() { taplo lint --schema "file://$work/schema.json" "$@"; }
fail() { echo "$*" >&2; exit 1; }

cd "$here/../.."
lint scenarios/*.toml scenarios/metrology/*.toml >"$work/told" 2>&1 || { cat "$work/told"; fail "a shipped scenario is refused"; }

# Each has one mistake: the line it is in, and what is said of it.
wrong() {
    local line=$1 words=$2
    cat >"$work/wrong.toml"
    if lint "$work/wrong.toml" >"$work/told" 2>&1; then fail "accepted: $words"; fi
    grep --quiet --fixed-strings "$words" "$work/told" || { cat "$work/told"; fail "not said: $words"; }
    grep --quiet "wrong.toml:$line:" "$work/told" || { cat "$work/told"; fail "not at line $line: $words"; }
}
wrong 2 "'trails' was unexpected" <<'TOML'
[run]
trails = 10
[outputs]
emissions = "kgCO2e"
TOML
wrong 2 '"two" is not of type "number"' <<'TOML'
[inputs]
pue = { value = "two" }
[outputs]
emissions = "kgCO2e"
TOML

node "$here/taplo.mjs" "$packages" "$work/schema.json" "$here/../../docs/editors.md"
