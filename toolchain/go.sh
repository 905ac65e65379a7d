# A Go that builds: from 1.21 on, an older one fetches the wanted one itself
# through the module proxy. Sourced by setup.sh.
# shellcheck shell=bash disable=SC2034,SC2154 # state, clone and the like are shared with setup.sh

go_for() { # go_for <what is built> <folder of its go.mod>...
  local what=$1 wanted candidate
  shift
  wanted=$(sed -n 's/^go //p' "${@/%//go.mod}" | sort -V | tail -n 1)
  if ! command -v go >/dev/null && on_debian_as_root; then
    candidate=$(apt-cache policy golang-go | sed -n 's/ *Candidate: *\(.*:\)\?//p')
    if dpkg --compare-versions "${candidate:-0}" ge 1.21; then debian_install golang-go; fi
  fi
  command -v go >/dev/null ||
    fail "building $what needs Go $wanted or newer, and this machine has none" \
      "install Go (https://go.dev/dl) and put it on PATH, then run again"
  (cd "$1" && GOTOOLCHAIN=${GOTOOLCHAIN:-auto} go version) >/dev/null 2>&1 ||
    fail "building $what needs Go $wanted or newer; $(command -v go) is $(cd / && go version 2>/dev/null | cut -d' ' -f3)" \
      "install a newer Go (https://go.dev/dl); Go 1.21 or newer fetches the wanted one itself when GOTOOLCHAIN is not set to local"
}
