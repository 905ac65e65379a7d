# Go's tools of the pipeline, from the Go module proxy: gitleaks (secrets in the
# repository), crane (images of a registry), actionlint (workflows).
# shellcheck shell=bash disable=SC2034,SC2154 # state, clone and the like are shared with setup.sh

go_tools=(gitleaks crane actionlint)

# Keyed by its content; operations/tool.ts knows it by the link `current`.
go_tools_folder() { echo "$cache/go/$(cat "$toolchain/go-tools/go.mod" "$toolchain/go-tools/go.sum" | sha256sum | cut -c1-16)"; }

go_tools_state() {
  local folder tool
  folder=$(go_tools_folder)
  for tool in "${go_tools[@]}"; do
    if [ ! -x "$folder/bin/$tool" ]; then
      state="$tool is not built"
      return 1
    fi
  done
  if [ "$(readlink "$cache/go/current")" != "$folder" ]; then
    state="$cache/go/current names another version"
    return 1
  fi
  state="${go_tools[*]}"
}

go_tools_make() {
  local folder
  folder=$(go_tools_folder)
  go_for "the pipeline's tools" "$toolchain/go-tools"
  mkdir -p "$folder"
  # Checked against go.sum; `tool` stands for the tools that go.mod names.
  long "Go tools" env GOBIN="$folder/bin" GOFLAGS=-mod=readonly GOTOOLCHAIN="${GOTOOLCHAIN:-auto}" \
    go -C "$toolchain/go-tools" install -trimpath -buildvcs=false -ldflags '-s -w' tool
  ln -sfn "$folder" "$cache/go/current"
}
