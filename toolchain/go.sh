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

# Programs that a go.mod names as its tools, built from the Go module proxy into a folder of the cache that is keyed by the
# content of go.mod, go.sum and the modules beside them; the link `current` beside it is how they are known.
go_programs_folder() { # go_programs_folder <folder of go.mod> <name in the cache>
  local key
  key=$({
    cat "$1/go.mod" "$1/go.sum"
    find "$1" -mindepth 2 -type f -print0 | LC_ALL=C sort -z | xargs -0 --no-run-if-empty cat
  } | sha256sum | cut -c1-16)
  echo "$cache/$2/$key"
}

go_programs_state() { # go_programs_state <folder of go.mod> <name in the cache> <program>...
  local folder name=$2 program
  folder=$(go_programs_folder "$1" "$name")
  shift 2
  for program; do
    if [ ! -x "$folder/bin/$program" ]; then
      state="$program is not built"
      return 1
    fi
  done
  if [ "$(readlink "$cache/$name/current")" != "$folder" ]; then
    state="$cache/$name/current names another version"
    return 1
  fi
  state=$*
}

go_programs_make() { # go_programs_make <folder of go.mod> <name in the cache> <title> <what is built>
  local folder
  folder=$(go_programs_folder "$1" "$2")
  go_for "$4" "$1"
  mkdir -p "$folder"
  # Checked against go.sum; `tool` stands for the tools that go.mod names. Without C they run in any image.
  long "$3" env CGO_ENABLED=0 GOBIN="$folder/bin" GOFLAGS=-mod=readonly GOTOOLCHAIN="${GOTOOLCHAIN:-auto}" \
    go -C "$1" install -trimpath -buildvcs=false -ldflags '-s -w' tool
  ln -sfn "$folder" "$cache/$2/current"
}
