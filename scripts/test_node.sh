#!/usr/bin/env bash
# Runs the tests of tools/node with Node's own test runner; fails when it finds none.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../tools/node"

mapfile -t tests < <(find . -name node_modules -prune -o -name '*.test.mjs' -print | sort)
if [ ${#tests[@]} -eq 0 ]; then
    echo "test_node: no *.test.mjs found in tools/node" >&2
    exit 1
fi
node --test "${tests[@]}"
