#!/usr/bin/env bash
# Dumps the schema that the migrations make and fails when it differs from migrations/schema.sql.
# The file is right afterwards.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

committed=$(mktemp)
trap 'rm -f "$committed"' EXIT
cp migrations/schema.sql "$committed"
make schema
if ! diff -u "$committed" migrations/schema.sql >&2; then
    echo "migrations/schema.sql was out of date, please commit it as it is now" >&2
    exit 1
fi
echo "schema dump: fine"
