#!/usr/bin/env bash
# Gets the lab's TypeScript started on a bare Debian machine: a Node.js that is new enough, and `npm ci`.
# Prints the folder to put first in PATH. Safe to repeat; does nothing, fast, when there is nothing to do.
#   bash lab/bootstrap.sh [--fetch-only]     --fetch-only: only have the pinned Node.js in the cache (for images)
set -euo pipefail

repository=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
cache=${RESTORABLE_CACHE:-$HOME/.cache/restorable}
minimum_major=22 minimum_minor=15 # node:zlib has zstd from there on

fail() { # WHAT WHY DO
  printf 'bootstrap: %s\n  why:   %s\n  do:    %s\n' "$1" "$2" "$3" >&2
  exit 1
}

new_enough() { # NODE
  local version major minor
  version=$("$1" --version 2>/dev/null) || return 1
  version=${version#v} major=${version%%.*} minor=${version#*.} minor=${minor%%.*}
  ((major > minimum_major || (major == minimum_major && minor >= minimum_minor)))
}

# shellcheck source=node.pin
source "$repository/lab/node.pin"
pinned=$cache/node/$NODE_VERSION

fetch_pinned() {
  [ -x "$pinned/bin/node" ] && return
  [ "$(uname -m)" = x86_64 ] || fail "no Node.js >= $minimum_major.$minimum_minor" \
    "the pinned one is for x86-64, this machine is $(uname -m)" "install Node.js 24 and put it first in PATH"
  command -v npm >/dev/null || install_npm
  local work
  mkdir -p "$cache/node"
  work=$(mktemp -d "$cache/node/.fetch.XXXXXX")
  # shellcheck disable=SC2064
  trap "rm -rf '$work'" EXIT
  echo "… Node.js $NODE_VERSION from npm" >&2
  (cd "$work" && npm pack --silent "$NODE_PACKAGE@$NODE_VERSION" >/dev/null) ||
    fail "cannot fetch Node.js $NODE_VERSION" "npm pack $NODE_PACKAGE@$NODE_VERSION failed" \
      "check that npm reaches its registry, or install Node.js 24 and put it first in PATH"
  local found
  found=sha512-$(openssl dgst -sha512 -binary "$work"/*.tgz | base64 -w0)
  [ "$found" = "$NODE_INTEGRITY" ] || fail "the Node.js that npm delivered is not the pinned one" \
    "expected $NODE_INTEGRITY, got $found" "do not use it; find out what changed $NODE_PACKAGE@$NODE_VERSION"
  tar -xzf "$work"/*.tgz -C "$work"
  mv -T "$work/package" "$pinned" 2>/dev/null || [ -x "$pinned/bin/node" ]
}

install_npm() {
  echo "… npm, from Debian" >&2
  DEBIAN_FRONTEND=noninteractive apt-get update -qq >&2 &&
    DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends npm openssl ca-certificates >&2 ||
    fail "npm is missing and could not be installed" "apt-get install npm failed" "install Node.js 24 with npm"
}

if [ "${1:-}" = --fetch-only ]; then
  fetch_pinned
  exit 0
fi

# With a cluster of your own there is no lab, and what only the lab needs is not asked for.
if [ -z "${KUBECONFIG:-}" ]; then
  [ -r /etc/debian_version ] || fail "this is not Debian" "the lab installs Debian packages" \
    "use a machine or VM with Debian 12 or newer, or give a kubeconfig of your own instead of the lab"
  [ "$(id -u)" = 0 ] || fail "not root" "the lab makes a network namespace and runs containers" "run it as root (sudo)"
fi

# $cache/node/bin is what callers put first in PATH: links to the Node.js to use.
mkdir -p "$cache/node/bin"
if ! new_enough "$cache/node/bin/node"; then
  if own=$(command -v node) && new_enough "$own"; then
    own=$(readlink -f "$own")
    ln -sfn "$own" "$cache/node/bin/node"
    for tool in npm npx; do
      found=$(command -v $tool) && ln -sfn "$(readlink -f "$found")" "$cache/node/bin/$tool"
    done
  else
    fetch_pinned
    ln -sfn "$pinned/bin/node" "$cache/node/bin/node"
  fi
fi
PATH=$cache/node/bin:$PATH

# npm writes node_modules/.package-lock.json last: older than the lock file means an install is due.
installed=$repository/node_modules/.package-lock.json
if [ -f "$repository/package-lock.json" ] && { [ ! -f "$installed" ] || [ "$repository/package-lock.json" -nt "$installed" ]; }; then
  echo "… npm ci" >&2
  (cd "$repository" && npm ci --ignore-scripts --no-audit --no-fund >&2) ||
    fail "npm ci failed" "see above" "check that npm reaches its registry, then run the same command again"
  touch "$installed"
fi
echo "$cache/node/bin"
