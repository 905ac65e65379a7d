# An S3 server for the tests of off-site copies: versitygw, from the Go module
# proxy, which keeps objects as files and checks who asks.
# shellcheck shell=bash disable=SC2034,SC2154 # state, clone and the like are shared with setup.sh

# Keyed by its content; the tests know it by the link `current`.
s3_server_folder() { echo "$cache/s3-server/$(cat "$toolchain/s3-server/go.mod" "$toolchain/s3-server/go.sum" | sha256sum | cut -c1-16)"; }

s3_server_state() {
  local folder
  folder=$(s3_server_folder)
  if [ ! -x "$folder/bin/versitygw" ]; then
    state='versitygw is not built'
    return 1
  elif [ "$(readlink "$cache/s3-server/current")" != "$folder" ]; then
    state="$cache/s3-server/current names another version"
    return 1
  fi
  state='versitygw'
}

s3_server_make() {
  local folder
  folder=$(s3_server_folder)
  go_for 'an S3 server for the tests' "$toolchain/s3-server"
  mkdir -p "$folder"
  long 'S3 server' env GOBIN="$folder/bin" GOFLAGS=-mod=readonly GOTOOLCHAIN="${GOTOOLCHAIN:-auto}" \
    go -C "$toolchain/s3-server" install -trimpath -buildvcs=false -ldflags '-s -w' tool
  ln -sfn "$folder" "$cache/s3-server/current"
}
