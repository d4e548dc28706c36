#!/usr/bin/env bash
# The same bytes on another processor as on this one, by emulating it (Debian: qemu-user): by default one of x86-64 without AVX and without a
# fused multiply-add; with OTHER_TOOL, OTHER_KERNELS and EMULATOR, what was built for another architecture.
# Usage: tests/clients/processors.sh MONTECARBON KERNEL_TESTS (the program and the test binary of tests/kernel.rs)
set -euo pipefail
tool=$1 kernels=$2
here=$(cd "$(dirname "$0")/../.." && pwd)
# Nehalem: SSE4.2 at most.
read -ra other <<<"${EMULATOR:-qemu-x86_64 -cpu Nehalem}"
other_tool=${OTHER_TOOL:-$tool} other_kernels=${OTHER_KERNELS:-$kernels}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

digest() { "$@" --ignored --nocapture digest_of_fused_multiply_adds | grep '^digest'; }
export TRIPLES=${TRIPLES:-1000000}
here_digest=$(digest "$kernels")
there_digest=$(digest "${other[@]}" "$other_kernels")
if [ "$here_digest" != "$there_digest" ]; then
    echo "fused multiply-adds differ: $here_digest, emulated $there_digest" >&2
    exit 1
fi

# Families by tables and by closed forms, indices, correlated inputs, all three samplers.
for scenario in chatgpt-inference electricity-nine-cells; do
    for sampler in sobol random latin-hypercube; do
        run=(run "$here/scenarios/$scenario.toml" --quiet --trials 4096 --base 1024 --sampler "$sampler" --threads 1)
        "$tool" "${run[@]}" --out "$work/here" >/dev/null
        "${other[@]}" "$other_tool" "${run[@]}" --out "$work/there" >/dev/null
        diff --recursive --exclude manifest.json "$work/here" "$work/there"
        rm -rf "$work/here" "$work/there"
    done
done
echo "the same bytes by ${other[*]}; $TRIPLES fused multiply-adds alike"
