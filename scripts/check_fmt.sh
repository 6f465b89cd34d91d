#!/usr/bin/env bash
# Fails, naming the files, when gofmt or templ fmt would change one. Changes nothing.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

unformatted=$(scripts/go_files.sh | xargs -r gofmt -l)
templ=$(go tool -n templ)
while read -r file; do
    if ! "$templ" fmt -stdout -stdin-filepath "$file" <"$file" 2>/dev/null | cmp -s - "$file"; then
        unformatted+=${unformatted:+$'\n'}$file
    fi
done < <(git ls-files --cached --others --exclude-standard -- '*.templ')

if [ -n "$unformatted" ]; then
    printf 'not formatted (make fmt mends it):\n%s\n' "$unformatted" >&2
    exit 1
fi
echo "formatting: fine"
