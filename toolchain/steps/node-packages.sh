# npm's packages as package-lock.json names them, Node 24 among them.
# shellcheck shell=bash disable=SC2034,SC2154 # state, clone and the like are shared with setup.sh

node_packages_state() {
  local node=$clone/node_modules/.bin/node
  if [ ! -d "$clone/node_modules" ]; then
    state='not installed'
    return 1
  elif ! "$node" --version >/dev/null 2>&1; then
    state='node_modules/.bin/node does not run'
    return 1
  fi
  state=$("$node" "$toolchain/locked-packages.ts" "$clone" 2>&1)
}

node_packages_make() {
  command -v npm >/dev/null || fail "npm is missing" \
    "install Node.js with npm, 20 or newer (https://nodejs.org; Debian and Ubuntu: apt-get install npm), then run again"
  long "npm ci" npm ci --prefix "$clone" --no-audit --no-fund --loglevel=error
  "$clone/node_modules/.bin/node" --version >/dev/null 2>&1 ||
    fail "the npm package node brought no Node that runs" \
      "its install script must run: npm config get ignore-scripts must say false; then npm rebuild node"
}
