#!/usr/bin/env bash
# Runs every fuzz target of the module, one after the other: scripts/fuzz.sh 20s
# Fails when a target fails, and when fewer targets run than the sources declare.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

duration=${1:?usage: scripts/fuzz.sh DURATION}
sources=$(git grep --untracked -lE '^func Fuzz' -- '*_test.go' || true)
declared=$( (git grep --untracked -hE '^func Fuzz' -- '*_test.go' || true) | wc -l)
ran=0
for dir in $(echo "$sources" | xargs -r -n1 dirname | sort -u); do
    for target in $(go test -list '^Fuzz' "./$dir" | grep '^Fuzz' || true); do
        echo "fuzz: $dir $target"
        go test -run '^$' -fuzz "^$target\$" -fuzztime "$duration" -fuzzminimizetime 20x "./$dir"
        ran=$((ran + 1))
    done
done
if [ "$ran" -eq 0 ] || [ "$ran" -ne "$declared" ]; then
    echo "fuzz: $ran targets ran, $declared are declared" >&2
    exit 1
fi
echo "fuzz: $ran targets, $duration each: fine"
