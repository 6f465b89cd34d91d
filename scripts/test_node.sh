#!/usr/bin/env bash
# Runs the tests of tools/node and of the examples with Node's own test runner; fails where it finds none.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

for dir in tools/node examples/backchannel/node; do
    mapfile -t tests < <(find "$dir" -name node_modules -prune -o -name '*.test.mjs' -print | sort)
    if [ ${#tests[@]} -eq 0 ]; then
        echo "test_node: no *.test.mjs found in $dir" >&2
        exit 1
    fi
    (cd "$dir" && node --test "${tests[@]#"$dir"/}")
done
