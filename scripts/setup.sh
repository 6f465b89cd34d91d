#!/usr/bin/env bash
# Installs what this machine lacks for one purpose, and nothing else.
#
#   scripts/setup.sh demo   what bin/proofwalkd needs: PostgreSQL's programs
#   scripts/setup.sh test   what the tests need as well: two browsers, PDF tools, Node.js, strace, a C compiler
#
# With apt-get and root (or sudo without a password) it installs Debian packages; otherwise it
# names them and exits 2. When nothing is missing it takes well under a second and changes nothing.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

readonly postgres_min=15
readonly node_min=20
# Used only where the machine's own Node.js is older than node_min.
readonly node_pinned=22.23.3
readonly npm_pinned=11.19.1
readonly node_dir=bin/tools/node

say() { printf 'setup: %s\n' "$*" >&2; }
give_up() { say "$*"; exit 2; }
has() { command -v "$1" >/dev/null 2>&1; }

has_go() { has go || [ -x /usr/local/go/bin/go ]; }

# PostgreSQL's server programs are not on the PATH of most machines; these are the folders in
# which internal/pgembed looks for them, the PATH last.
has_postgres() {
    local dir major on_path
    on_path=$(readlink -f "$(command -v postgres)" || true)
    for dir in /usr/lib/postgresql/*/bin /usr/pgsql-*/bin /usr/libexec/postgresql* "${on_path%/*}"; do
        if ! [ -x "$dir/initdb" ] || ! [ -x "$dir/postgres" ]; then continue; fi
        major=$("$dir/postgres" --version | sed -E 's/^[^0-9]*([0-9]+).*/\1/')
        if [ "$major" -ge "$postgres_min" ]; then return 0; fi
    done
    return 1
}

has_c_compiler() { has gcc && echo '#include <stdlib.h>' | gcc -E - >/dev/null 2>&1; }

# The verifier in Python, which only tests run, needs the one library.
has_python_cryptography() { has python3 && python3 -c 'import cryptography' 2>/dev/null; }

node_is_new() {
    has node || return 1
    local major
    major=$(node --version | sed -E 's/^v([0-9]+).*/\1/')
    [ "$major" -ge "$node_min" ]
}

packages=()
# want TEST PACKAGE...: notes the packages when the test says that they are missing.
want() {
    local test=$1
    shift
    $test || packages+=("$@")
}

list_missing() {
    packages=()
    want has_postgres postgresql
    [ "$1" = test ] || return 0
    want "has chromium" chromium fonts-liberation
    want "has firefox-esr" firefox-esr
    want "has qpdf" qpdf
    want "has pdftotext" poppler-utils
    want "has openssl" openssl
    want "has zip" zip
    want "has unzip" unzip
    want "has strace" strace
    want has_python_cryptography python3 python3-cryptography
    want has_c_compiler gcc libc6-dev
    want "has node" nodejs
    want "has npm" npm
}

as_root() {
    if [ "$(id -u)" = 0 ]; then
        env DEBIAN_FRONTEND=noninteractive "$@"
    else
        sudo -n env DEBIAN_FRONTEND=noninteractive "$@"
    fi
}

may_install() {
    has apt-get || return 1
    [ "$(id -u)" = 0 ] || { has sudo && sudo -n true 2>/dev/null; }
}

# Debian's PostgreSQL packages create and start a cluster on port 5432 when they are new on a
# machine. Nobody asked for that one: a setting dropped in for the time of the installation turns
# it off. Clusters that exist are neither stopped nor changed.
readonly no_cluster=/etc/postgresql-common/createcluster.d/proofwalk-setup.conf

install_packages() {
    say "installing with apt-get: ${packages[*]}"
    as_root apt-get update -qq
    if printf '%s\n' "${packages[@]}" | grep -qx postgresql; then
        as_root mkdir -p "$(dirname "$no_cluster")"
        echo 'create_main_cluster = false' | as_root tee "$no_cluster" >/dev/null
        trap 'as_root rm -f "$no_cluster"' EXIT
    fi
    as_root apt-get install -y -qq --no-install-recommends "${packages[@]}" >&2
    as_root rm -f "$no_cluster"
    trap - EXIT
}

# A Node.js of the npm registry, with an npm of its own: Debian's npm runs with Debian's node only.
install_node() {
    local arch
    case $(uname -m) in
    x86_64) arch=x64 ;;
    aarch64) arch=arm64 ;;
    *) give_up "Node.js $node_min or newer is needed; please install it (nodejs.org)" ;;
    esac
    say "Node.js is older than $node_min: installing $node_pinned into $node_dir"
    mkdir -p "$node_dir"
    npm install --prefix "$node_dir" --ignore-scripts --no-audit --no-fund --loglevel=error \
        "node-linux-$arch@$node_pinned" "npm@$npm_pinned" >&2
}

install_node_tools() {
    local lock=tools/node/package-lock.json stamp=tools/node/node_modules/.package-lock.json
    [ -f "$lock" ] || return 0
    if [ -f "$stamp" ] && ! [ "$lock" -nt "$stamp" ]; then return 0; fi
    say "installing the test tools of $lock"
    npm ci --prefix tools/node --ignore-scripts --no-audit --no-fund --loglevel=error >&2
    touch "$stamp"
}

purpose=${1:-}
case $purpose in
demo | test) ;;
*) give_up "usage: scripts/setup.sh demo|test" ;;
esac
[ "$(uname -s)" = Linux ] || give_up "the server and its tests run on Linux only; elsewhere build the kit with: go build ./cmd/proofwalk"
has_go || give_up "Go 1.26 or newer is needed; please install it (https://go.dev/dl/)"

list_missing "$purpose"
if [ ${#packages[@]} -gt 0 ]; then
    may_install || give_up "please install these Debian packages, then try again: ${packages[*]}"
    install_packages
    list_missing "$purpose"
    [ ${#packages[@]} = 0 ] || give_up "apt-get installed, but still missing or too old: ${packages[*]} (PostgreSQL must be $postgres_min or newer)"
fi
[ "$purpose" = test ] || exit 0

PATH="$PWD/$node_dir/node_modules/.bin:$PATH"
node_is_new || install_node
hash -r
node_is_new || give_up "Node.js $node_min or newer is needed, and $node_dir does not hold a working one"
install_node_tools
