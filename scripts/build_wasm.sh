#!/usr/bin/env bash
# Builds the modules for the browser into views/assets/gen/: the redactor and the verifier, their packed
# forms, and the script of the Go toolchain that starts them. Packing takes long, so it is left out while
# a module is the one that was packed last. Says the sizes; fails when one is too large on the line.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

readonly gen=views/assets/gen
built=$(mktemp -d)
trap 'rm -rf "$built"' EXIT

install -m 644 "$(go env GOROOT)/lib/wasm/wasm_exec.js" "$gen/wasm_exec.js"
for module in redact verify; do
    GOOS=js GOARCH=wasm CGO_ENABLED=0 go build -trimpath -buildvcs=false -ldflags '-s -w' -o "$built/$module.wasm" "./cmd/proofwalk-wasm/$module"
    if cmp -s "$built/$module.wasm" "$gen/$module.wasm" && go run ./cmd/proofwalk-wasm/pack -check "$gen/$module.wasm" 2>/dev/null; then
        continue
    fi
    install -m 644 "$built/$module.wasm" "$gen/$module.wasm"
    go run ./cmd/proofwalk-wasm/pack "$gen/$module.wasm"
done
