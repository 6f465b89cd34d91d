#!/usr/bin/env bash
# Builds the redactor for the browser into views/assets/gen/: the module, its packed forms, and the
# script of the Go toolchain that starts it. Packing takes long, so it is left out while the module
# is the one that was packed last. Says the sizes; fails when the module is too large on the line.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

readonly gen=views/assets/gen
built=$(mktemp -d)
trap 'rm -rf "$built"' EXIT

GOOS=js GOARCH=wasm CGO_ENABLED=0 go build -trimpath -buildvcs=false -ldflags '-s -w' -o "$built/redact.wasm" ./cmd/proofwalk-wasm/redact
install -m 644 "$(go env GOROOT)/lib/wasm/wasm_exec.js" "$gen/wasm_exec.js"
if cmp -s "$built/redact.wasm" "$gen/redact.wasm" && go run ./cmd/proofwalk-wasm/pack -check "$gen/redact.wasm" 2>/dev/null; then
    exit 0
fi
install -m 644 "$built/redact.wasm" "$gen/redact.wasm"
go run ./cmd/proofwalk-wasm/pack "$gen/redact.wasm"
