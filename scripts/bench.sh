#!/usr/bin/env bash
# Measures what the README quotes, one table after the other: what is left of planted values,
# redaction in whole processes, an upload of 200 MB, redaction in the browser, packets, the audit log.
# Runs all of them and fails when one misses a goal. With --full it redacts 2 GB as well.
set -uo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.." || exit 2

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
worst=0

# measure TITLE COMMAND...
measure() {
    local status
    printf '\n## %s\n\n' "$1"
    shift
    "$@"
    status=$?
    if [ "$status" -gt "$worst" ]; then worst=$status; fi
}

measure "Left of planted values" go run ./internal/e2e/benchleaks
measure "Redaction, whole processes" go run ./internal/e2e/benchredact "${@/--full/-full}"
go run ./internal/e2e/benchredact -make "$folder/bench.har" || exit 2
measure "Upload of 200 MB" go run ./internal/e2e/benchupload -file "$folder/bench.har"
measure "Redaction of 200 MB in the browser" go run ./internal/e2e/benchbrowser -file "$folder/bench.har"
measure "Packets" scripts/bench_packet.sh
measure "Audit log" go run ./internal/e2e/benchlog
exit "$worst"
