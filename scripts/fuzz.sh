#!/usr/bin/env bash
# Runs every fuzz target of the module for a time: scripts/fuzz.sh 20s
# As many targets run at once as there are processors, each with one worker. A package's targets
# are in one program, which is built once. Fails when a target fails, and when fewer targets run
# than the sources declare; what the failed ones said, with the input, is printed once more at the end.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

duration=${1:?usage: scripts/fuzz.sh DURATION}
sources=$(git grep --untracked -lE '^func Fuzz' -- '*_test.go' || true)
declared=$( (git grep --untracked -hE '^func Fuzz' -- '*_test.go' || true) | wc -l)
cache=$(go env GOCACHE)/fuzz # where go test keeps the inputs that led somewhere new
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# fuzz DIR PROGRAM TARGET: runs a target, and says what it said in one piece. It runs again, three
# times at most, in two cases that say nothing of the code: when the deadline that ends its time is
# taken for its failure ("context deadline exceeded" and nothing else), and, for longer, when it did
# not come to a new input: one that hangs there ends by the deadline too, as if all were well.
fuzz() {
    local dir=$1 program=$2 target=$3 span=$duration status
    local said=$work/${dir//\//-}.$target.said
    for _ in 1 2 3; do
        (cd "$dir" && "$program" -test.run '^$' -test.fuzz "^$target\$" -test.fuzztime "$span" -test.fuzzminimizetime 20x \
            -test.parallel 1 -test.fuzzcachedir "$cache/$(go list .)") >"$said" 2>&1
        status=$?
        sed "s|^|$dir $target: |" "$said"
        if [ "$status" -eq 0 ]; then
            if grep -q 'now fuzzing with' "$said"; then return 0; fi
            echo "fuzz: $target: $span were not enough for the inputs that are known; it gets a minute"
            span=60s
        elif grep -qE '^ +context deadline exceeded$' "$said" && ! grep -qE 'Failing input written|_test\.go:|panic:|fatal error:' "$said"; then
            echo "fuzz: $target: the end of its time was taken for a failure"
        else
            break
        fi
    done
    {
        echo "== $dir $target, exit status $status"
        tail -n 60 "$said"
        find "$dir/testdata/fuzz/$target" -newer "$program" -type f -exec sh -c 'echo "-- $1"; head -c 4000 "$1"' _ {} \; 2>/dev/null
    } >"$said.failed"
    return 1
}

queue=()
for dir in $(echo "$sources" | xargs -r -n1 dirname | sort -u); do
    program=$work/${dir//\//-}.test
    go test -c -fuzz . -o "$program" "./$dir"
    for target in $(cd "$dir" && "$program" -test.list '^Fuzz'); do
        queue+=("$dir $program $target")
    done
done

export -f fuzz
export duration cache work
printf '%s\n' "${queue[@]}" | xargs -r -L 1 -P "$(nproc)" bash -c 'fuzz "$@"' fuzz || {
    cat "$work"/*.failed >&2
    echo "fuzz: at least one target failed" >&2
    exit 1
}
if [ "${#queue[@]}" -eq 0 ] || [ "${#queue[@]}" -ne "$declared" ]; then
    echo "fuzz: ${#queue[@]} targets ran, $declared are declared" >&2
    exit 1
fi
echo "fuzz: ${#queue[@]} targets, $duration each: fine"
