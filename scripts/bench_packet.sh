#!/usr/bin/env bash
# Measures how packets are made (internal/e2e/benchpacket), beside other programs. Installs those it
# can: Typst's compiler from npm into bin/, WeasyPrint from Debian. One that is not there is left out.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

readonly typst=0.7.0 folder=bin/tools/typst
if ! [ -d "$folder/node_modules" ]; then
    mkdir -p "$folder"
    npm install --prefix "$folder" --ignore-scripts --no-audit --no-fund --loglevel=error "@myriaddreamin/typst-ts-node-compiler@$typst" >&2
fi
if ! command -v weasyprint >/dev/null 2>&1 && [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
    DEBIAN_FRONTEND=noninteractive apt-get install -y -qq -o DPkg::Lock::Timeout=120 --no-install-recommends weasyprint >&2 || true
fi
exec go run ./internal/e2e/benchpacket "$@"
