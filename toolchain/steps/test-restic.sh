# The restic of the tests: its key costs a few milliseconds to derive instead of half a second at each call, of which the tests
# make hundreds. Built from the Go module proxy, in an image like restic's own.
# shellcheck shell=bash disable=SC2034,SC2154 # state, toolchain and the like are shared with setup.sh

# test/lab/restic.ts knows it by this name.
test_restic_image=socle-test-restic:dev
test_restic_base=restic/restic:0.18.0
test_restic_label=socle.content

test_restic_state() {
  local have
  go_programs_state "$toolchain/restic" restic restic || return
  have=$(docker image inspect "$test_restic_image" --format "{{index .Config.Labels \"$test_restic_label\"}}" 2>/dev/null) || have=
  if [ "$have" != "$(test_restic_content)" ]; then
    state="$test_restic_image is missing, or made of something else"
    return 1
  fi
  state=$test_restic_image
}

test_restic_content() { # of the program and the base, the same in any home: they share the engine
  {
    cat "$toolchain/restic/Dockerfile"
    basename "$(go_programs_folder "$toolchain/restic" restic)"
    docker image inspect "$test_restic_base" --format '{{.Id}}' 2>/dev/null || true
  } | sha256sum | cut -c1-16
}

test_restic_make() {
  go_programs_state "$toolchain/restic" restic restic ||
    go_programs_make "$toolchain/restic" restic 'restic of the tests' 'the restic of the tests'
  long "image $test_restic_image" docker build --pull=false --build-arg "BASE=$test_restic_base" \
    --label "$test_restic_label=$(test_restic_content)" --tag "$test_restic_image" \
    --file "$toolchain/restic/Dockerfile" "$cache/restic/current/bin"
}
