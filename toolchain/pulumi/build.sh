#!/usr/bin/env bash
# Builds the Pulumi CLI, the providers and the Node language host from Go modules
# and installs them into $PULUMI_HOME (default ~/.pulumi). A second run with
# unchanged sources does nothing; --check only says, by its exit code, whether
# there is something to build. See README.md.
set -euo pipefail

home=${PULUMI_HOME:-$HOME/.pulumi}
[ "${1-}" = --check ] || mkdir -p "$home"
home=$(cd "$home" 2>/dev/null && pwd) || exit 1
cd "$(dirname "${BASH_SOURCE[0]}")"
cli=$(awk '$1 == "require" && $2 == "github.com/pulumi/pulumi/pkg/v3" { print substr($3, 2) }' cli/go.mod)

# What the result depends on. The schemas in go/gen are made by the build itself.
stamp=$({
  uname -sm
  find build.sh cli go -path 'go/gen/*/*' -prune -o -name '*_test.go' -prune -o -name testdata -prune -o -type f -print0 |
    LC_ALL=C sort -z | xargs -0 sha256sum
} | sha256sum | cut -d' ' -f1)
# The schemas are kept with the installation, since another clone that finds it
# needs them for its tests and for "go vet".
schemas=$home/.toolchain-schemas
if [ "$(cat "$home/.toolchain" 2>/dev/null)" = "$stamp" ] && [ -x "$home/versions/$cli/bin/pulumi" ]; then
  [ "${1-}" != --check ] || exit 0
  [ -d go/gen/tls ] || cp -r "$schemas/." go/gen
  echo "toolchain: up to date in $home"
  exit 0
fi
[ "${1-}" != --check ] || exit 1

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

step=0
run() { # run <what> <command...>: one step, with its number and time
  local what=$1 start=$SECONDS
  shift
  step=$((step + 1))
  echo "toolchain: [$step/6] $what ..." >&2
  if ! "$@" >"$work/log" 2>&1; then
    cat "$work/log" >&2
    echo "toolchain: $what failed" >&2
    exit 1
  fi
  echo "toolchain: [$step/6] $what: $((SECONDS - start)) s" >&2
}
build() { # build <module folder> <output> <package> <linker flags> [<tags>]
  go build -C "$1" -mod=readonly -trimpath -buildvcs=false -tags "${5-}" -ldflags "-s -w $4" -o "$work/$2" "$3"
}
put() { # put <file> <target>: replaces the target even while it runs
  mkdir -p "$(dirname "$2")"
  install -m 755 "$1" "$2.new"
  mv -f "$2.new" "$2"
}
same() { # same <file> <target>: a second name, not a second copy
  mkdir -p "$(dirname "$2")"
  ln -f "$1" "$2" 2>/dev/null || cp -f "$1" "$2"
}
ours() { # ours <file>: absent, or put there by an earlier build
  [ -e "$1" ] || return 0
  local built
  for built in "$home"/versions/*/bin/"${1##*/}"; do
    if cmp -s "$1" "$built"; then return 0; fi
  done
  return 1
}
install_all() {
  # "npx pulumi" looks for the CLI in versions/<version>/bin. A CLI that somebody
  # else installed in bin stays.
  local f first='' name version target bin=$home/versions/$cli/bin own=
  if ours "$home/bin/pulumi"; then own=yes; fi
  put "$work/pulumi" "$bin/pulumi"
  put "$work/pulumi-language-nodejs" "$bin/pulumi-language-nodejs"
  put go/cmd/langhost/pulumi-resource-pulumi-nodejs "$bin/pulumi-resource-pulumi-nodejs"
  if [ -n "$own" ]; then
    for f in "$bin"/pulumi*; do same "$f" "$home/bin/${f##*/}"; done
  fi
  while read -r name version; do
    target=$home/plugins/resource-$name-v$version/pulumi-resource-$name
    if [ -z "$first" ]; then put "$work/bridged" "$target"; else same "$first" "$target"; fi
    first=${first:-$target}
  done < <("$work/bridged")
  rm -rf "$schemas"
  mkdir "$schemas"
  for f in go/gen/*/; do cp -r "$f" "$schemas/"; done
  echo "$stamp" >"$home/.toolchain"
}

# no_compose: upstream's switch that leaves its docker_compose resource out, and
# with it the whole of docker compose. That resource is not bridged anyway.
run "CLI $cli" build cli pulumi github.com/pulumi/pulumi/pkg/v3/cmd/pulumi \
  "-X github.com/pulumi/pulumi/sdk/v3/go/common/version.Version=v$cli"
run "schema generator" build go schemagen ./cmd/schemagen "" no_compose
run "schemas" "$work/schemagen" go/gen
run "providers" build go bridged ./cmd/bridged "" no_compose
run "language host" build go pulumi-language-nodejs ./cmd/langhost "-X main.version=$cli"
run "installation in $home" install_all
