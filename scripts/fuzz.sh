#!/usr/bin/env bash
# Runs every fuzz target of the module, one after the other: scripts/fuzz.sh 20s
# Fails when a target fails, and when fewer targets run than the sources declare.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

duration=${1:?usage: scripts/fuzz.sh DURATION}
sources=$(git grep --untracked -lE '^func Fuzz' -- '*_test.go' || true)
declared=$( (git grep --untracked -hE '^func Fuzz' -- '*_test.go' || true) | wc -l)
ran=0
said=$(mktemp)
trap 'rm -f "$said"' EXIT

# fuzz DIR TARGET: go test ends a target's time by a deadline, and now and then takes this very end
# for the target's failure ("context deadline exceeded" and nothing else). Only then it runs again.
fuzz() {
    local dir=$1 target=$2 attempt
    for attempt in 1 2 3; do
        if go test -run '^$' -fuzz "^$target\$" -fuzztime "$duration" -fuzzminimizetime 20x "./$dir" 2>&1 | tee "$said"; then
            return 0
        fi
        if ! grep -qE '^ +context deadline exceeded$' "$said" || grep -qE 'Failing input written|_test\.go:|panic:|fatal error:' "$said"; then
            return 1
        fi
        echo "fuzz: $target: the end of its time was taken for a failure, attempt $attempt"
    done
    return 1
}

for dir in $(echo "$sources" | xargs -r -n1 dirname | sort -u); do
    for target in $(go test -list '^Fuzz' "./$dir" | grep '^Fuzz' || true); do
        echo "fuzz: $dir $target"
        fuzz "$dir" "$target"
        ran=$((ran + 1))
    done
done
if [ "$ran" -eq 0 ] || [ "$ran" -ne "$declared" ]; then
    echo "fuzz: $ran targets ran, $declared are declared" >&2
    exit 1
fi
echo "fuzz: $ran targets, $duration each: fine"
