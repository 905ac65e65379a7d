#!/usr/bin/env bash
# Sets this machine up for the project: npm packages, Pulumi, Docker, images.
#   toolchain/setup.sh [--check] [--operator] [--test] [--only=STEP,...]
# --check     only reports; exits 1 when something is missing
# --operator  also the Python tools of the operator's command
# --test      also what only the tests need, those tools among it
# --only      just these steps, such as pulumi,go-tools: what one job of a pipeline needs
# What it does, where things lie and how to undo it: docs/toolchain.md.
set -euo pipefail

clone=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
toolchain=$clone/toolchain
# Where HOME is not set, Node takes the home of the passwd entry, Go has none.
[ -n "${HOME+set}" ] || export HOME=~
cache=${XDG_CACHE_HOME:-$HOME/.cache}/socle
export clone toolchain cache

# shellcheck source=toolchain/console.sh
. "$toolchain/console.sh"
# shellcheck source=toolchain/debian.sh
. "$toolchain/debian.sh"
# shellcheck source=toolchain/network.sh
. "$toolchain/network.sh"
# shellcheck source=toolchain/mirror.sh
. "$toolchain/mirror.sh"
# shellcheck source=toolchain/go.sh
. "$toolchain/go.sh"

# Every step is a file that defines two functions: <step>_state says in $state
# what is there or what is missing (and then fails); <step>_make makes it so.
usage='usage: toolchain/setup.sh [--check] [--operator] [--test] [--only=STEP,...]'
steps=(node_packages pulumi docker_engine images sample_site)
check='' further='' operator='' tests='' only=''
for argument; do
  case $argument in
    --check) check=yes ;;
    --operator) further+=' --operator' operator=yes ;;
    --test) further+=' --test' operator=yes tests=yes ;;
    --only=?*) further+=" $argument" only=${argument#--only=} ;;
    *)
      echo "setup: unknown argument '$argument'; $usage" >&2
      exit 2
      ;;
  esac
done
if [ -n "$operator" ]; then steps+=(python_tools); fi
if [ -n "$tests" ]; then steps+=(go_tools s3_server test_restic test_tools); fi
if [ -n "$only" ]; then
  # What the project's own Node runs comes before all else.
  IFS=, read -ra steps <<<"node_packages,${only//-/_}"
fi
for step in "${steps[@]}"; do
  if [ ! -f "$toolchain/steps/${step//_/-}.sh" ]; then
    echo "setup: no step '${step//_/-}'; there are: $(cd "$toolchain/steps" && printf '%s\n' * | sed 's/\.sh$//' | paste -sd ' '); $usage" >&2
    exit 2
  fi
  # shellcheck source=/dev/null
  . "$toolchain/steps/${step//_/-}.sh"
done

# One set-up at a time: two would install over each other. Only one that has
# something to make takes the lock.
alone() {
  [ -n "${locked:-}" ] && return
  mkdir -p "$cache"
  exec 9>"$cache/setup.lock"
  if ! flock -n 9; then
    say "another set-up is at work; waiting for it"
    flock 9
  fi
  locked=yes
}

missing=0
for step in "${steps[@]}"; do
  name=${step//_/ } state=
  if "${step}_state"; then
    good "$name" "$state"
  elif [ -n "$check" ]; then
    lacking "$name" "$state"
    missing=$((missing + 1))
  else
    alone
    # Another set-up may have done it while this one waited.
    if ! "${step}_state"; then
      lacking "$name" "$state"
      "${step}_make"
      "${step}_state" || fail "$name: still not right after the set-up: $state" "the logs are in $cache/log"
    fi
    good "$name" "$state"
  fi
done

if [ "$missing" -gt 0 ]; then
  say "$missing missing; toolchain/setup.sh$further makes it"
  exit 1
fi
say "ready in $(elapsed)"
