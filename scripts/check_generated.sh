#!/usr/bin/env bash
# Runs templ generate and fails when that changed a *_templ.go file: it had not been generated
# after its .templ file was edited. The files are right afterwards.
#
# Compares digests, not `git diff`, so that it also tells the truth in a tree with open edits.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

digests() {
    find . -name node_modules -prune -o -name '*_templ.go' -print0 | sort -z | xargs -0 -r sha256sum
}

before=$(digests)
go tool templ generate -log-level warn
after=$(digests)
if [ "$before" != "$after" ]; then
    echo "these generated files were out of date, please commit them as they are now:" >&2
    diff <(echo "$before") <(echo "$after") | awk '/^[<>] ./ { print "  " $3 }' | sort -u >&2
    exit 1
fi
echo "generated files: fine"
