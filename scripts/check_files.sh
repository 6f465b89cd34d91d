#!/usr/bin/env bash
# Checks of the files themselves: their length, the pairs of migrations, where binaries may lie,
# what a generated view may import, and that nothing is left open in the text.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

readonly max_lines=400
readonly max_font_bytes=$((6 * 1024 * 1024))
failures=0
fail() {
    echo "check_files: $*" >&2
    failures=$((failures + 1))
}

check_length() {
    local file lines
    while read -r file; do
        lines=$(wc -l <"$file")
        if [ "$lines" -ge "$max_lines" ]; then fail "$file has $lines lines; split it below $max_lines"; fi
    done < <(scripts/go_files.sh)
}

# Every number belongs to one pair: NNNNNN_verb_object.up.sql and NNNNNN_verb_object.down.sql.
check_migrations() {
    local file name numbers
    numbers=$(ls migrations | sed -nE 's/^([0-9]{6})_.*\.sql$/\1/p')
    if [ -z "$numbers" ]; then fail "migrations/ holds no migration"; fi
    while read -r count number; do
        if [ "$count" != 2 ]; then fail "migration number $number occurs $count times, not twice"; fi
    done < <(echo "$numbers" | sort | uniq -c)
    for file in migrations/*.sql; do
        name=$(basename "$file")
        [ "$name" = schema.sql ] && continue
        if ! [[ $name =~ ^[0-9]{6}_[a-z0-9_]+\.(up|down)\.sql$ ]]; then
            fail "$file is not named NNNNNN_verb_object.up.sql or .down.sql"
            continue
        fi
        if ! [ -f "${file%.*.sql}.up.sql" ] || ! [ -f "${file%.*.sql}.down.sql" ]; then
            fail "$file has no counterpart of the same name"
        fi
    done
}

# Binaries are vendored web files, fonts, pictures of the documents, and fixtures; nothing else.
check_binaries() {
    local file bytes
    while read -r file; do
        case $file in
        views/assets/* | internal/pdf/fonts/* | docs/screenshots/* | testdata/* | */testdata/*) ;;
        *) fail "$file is a binary in a place where none belongs" ;;
        esac
    done < <(git ls-files --eol | awk -F'\t' '$1 ~ /^i\/-text/ { print $2 }')
    bytes=$(git ls-files -z -- internal/pdf/fonts | xargs -0 -r cat | wc -c)
    if [ "$bytes" -gt "$max_font_bytes" ]; then fail "internal/pdf/fonts holds $bytes bytes; $max_font_bytes is the limit"; fi
}

# The linter passes over generated files, so the direction of a view's imports is checked here.
check_view_imports() {
    local found
    found=$(git grep -nE '"github\.com/(labstack/|jackc/|proofwalk/proofwalk/internal/(api|app|jobs|store|web)"|proofwalk/proofwalk/internal/(api|app|jobs|store|web)/)' -- '*.templ' || true)
    if [ -n "$found" ]; then fail "a view imports what it must not:"$'\n'"$found"; fi
}

check_open_ends() {
    local found marks='TO''DO|FIX''ME|XX''X'
    found=$(git grep -nIwE "$marks" -- ':!views/assets' ':!**/testdata/**' ':!*/package-lock.json' ':!LICENSE' || true)
    if [ -n "$found" ]; then fail "left open:"$'\n'"$found"; fi
}

check_length
check_migrations
check_binaries
check_view_imports
check_open_ends
if [ "$failures" -gt 0 ]; then exit 1; fi
echo "files: fine"
