#!/usr/bin/env bash
# Prints the Go files that people write: committed or new, but not what templ generates.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
git ls-files --cached --others --exclude-standard -- '*.go' ':!*_templ.go' |
    while read -r file; do
        # A file that was deleted but not yet committed is still listed.
        if [ -f "$file" ]; then echo "$file"; fi
    done
