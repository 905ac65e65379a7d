# The images that the program runs: pulled where Docker Hub answers, else built
# from Debian's packages and served under the official names by the local mirror.
# shellcheck shell=bash disable=SC2034,SC2154 # state, clone and the like are shared with setup.sh

# A stand-in carries the hash of all that it was made from; an image without the
# label is the official one.
images_label=socle.recipe

images_state() {
  local reference recipe base have='' label missing=() changed=() standins=0 total=0
  have=$(images_present)
  while read -r reference recipe base; do
    total=$((total + 1))
    # The stand-ins' bases matter only to stand-ins.
    label=$(printf '%s\n' "$have" | sed -n "s#^$reference ##p")
    case $label in
      '') if [ "$recipe" = debian ]; then total=$((total - 1)); else missing+=("$reference"); fi ;;
      official) ;;
      "$(images_hash "$recipe" "$base")") standins=$((standins + 1)) ;;
      *) changed+=("$reference") ;;
    esac
  done < <(images_catalogue)
  if [ ${#missing[@]} -gt 0 ]; then
    state="missing: ${missing[*]}"
    return 1
  elif [ ${#changed[@]} -gt 0 ]; then
    state="recipe changed: ${changed[*]}"
    return 1
  elif [ "$standins" -eq 0 ]; then
    state="$total pulled from the registry"
  elif ! mirror_runs; then
    state="built here, but the mirror that serves them does not run"
    return 1
  else
    state="$standins built here from Debian's packages, served by the mirror on 127.0.0.1:$mirror_port"
    if [ "$standins" -lt "$total" ]; then state="$((total - standins)) official, $state"; fi
  fi
}

images_catalogue() { awk -v tests="${tests:-}" '!/^#/ && ($4 == "" || tests != "") { print $1, $2, $3 }' "$toolchain/images/catalogue"; }

# images_present: each image of the catalogue that the engine has, with its hash.
images_present() {
  command -v docker >/dev/null || return 0
  # shellcheck disable=SC2046
  docker image inspect $(images_catalogue | cut -d' ' -f1) --format \
    "{{\$hash := index .Config.Labels \"$images_label\"}}{{range .RepoTags}}{{.}} {{or \$hash \"official\"}}{{\"\n\"}}{{end}}" 2>/dev/null || true
}

# images_hash <recipe> <base>: of all that a stand-in is made from.
images_hash() {
  local folder=$toolchain/images/$1
  {
    find "$folder" -type f -print0 | LC_ALL=C sort -z | xargs -0 sha256sum | sed "s#$folder##"
    echo "$2"
    if [ "$1" = python ]; then cat /usr/local/share/ca-certificates/*.crt 2>/dev/null || true; fi
    if [ "$1" != debian ]; then images_base_hash "$2"; fi
  } | sha256sum | cut -c1-16
}

images_base_hash() {
  local reference recipe base
  while read -r reference recipe base; do
    if [ "$reference" = "$1" ]; then images_hash "$recipe" "$base"; fi
  done < <(images_catalogue)
}

images_make() {
  if registry_answers; then images_pull; else images_stand_in; fi
}

images_pull() {
  local reference recipe base
  note 'Docker Hub answers: pulling the official images'
  while read -r reference recipe base <&3; do
    [ "$recipe" = debian ] || long "pull $reference" docker pull --quiet "$reference"
  done 3< <(images_catalogue)
}

images_stand_in() {
  local reference recipe base hash have
  note "Docker Hub does not answer: building stand-ins from Debian's packages"
  case ${DOCKER_HOST:-unix://} in
    unix://*) ;;
    *) fail "Docker Hub is out of reach and the engine at $DOCKER_HOST is not on this machine" \
      "unset DOCKER_HOST, or give that engine the images of toolchain/images/catalogue" ;;
  esac
  mirror_start
  mirror_use
  while read -r reference recipe base <&3; do
    hash=$(images_hash "$recipe" "$base")
    have=$(images_present | sed -n "s#^$reference ##p")
    case $have in
      "$hash" | official) ;;
      *) images_from_mirror "$reference" "$hash" || images_build "$reference" "$recipe" "$base" "$hash" ;;
    esac
    images_publish "$reference" "$hash"
  done 3< <(images_catalogue)
}

# images_from_mirror: an engine that lost its images gets them from the mirror,
# which keeps every build under its hash.
images_from_mirror() {
  local kept
  kept=$(mirror_name "${1%:*}"):recipe-$2
  docker pull --quiet "$kept" >/dev/null 2>&1 || return 1
  docker tag "$kept" "$1"
  note "$1: from the mirror"
}

images_build() {
  local reference=$1 recipe=$2 base=$3 hash=$4 context
  if [ "$recipe" = debian ]; then
    command -v debootstrap >/dev/null || debian_install debootstrap
    [ "$(id -u)" = 0 ] || fail "a base image can be made by root only" "run toolchain/setup.sh once as root"
    long "base $reference" images_import "$base" "$reference" "$hash"
    return
  fi
  context=$(mktemp -d)
  cp -a "$toolchain/images/$recipe/." "$context"
  if [ "$recipe" = python ]; then
    mkdir -p "$context/authorities"
    cp /usr/local/share/ca-certificates/*.crt "$context/authorities" 2>/dev/null || true
  fi
  long "image $reference" docker build --pull=false --label "$images_label=$hash" --tag "$reference" "$context"
  rm -rf "$context"
}

images_import() { # images_import <suite> <reference> <hash>
  set -o pipefail
  "$toolchain/images/debian/base.sh" "$1" |
    docker import --change "LABEL $images_label=$3" --change 'CMD ["bash"]' - "$2"
}

# images_publish: to the mirror, under the official name and under the hash. A
# pull then leaves the digest with the engine, as a pull from Docker Hub would.
images_publish() {
  local name kept
  name=$(mirror_name "$1") kept=$(mirror_name "${1%:*}"):recipe-$2
  if [ "$(images_digest "$1")" = "$(mirror_digest "$1")" ]; then return; fi
  docker tag "$1" "$name"
  docker tag "$1" "$kept"
  long "$1 to the mirror" docker push --quiet "$name"
  docker push --quiet "$kept" >/dev/null
  docker image rm --no-prune "$name" "$kept" >/dev/null
  docker pull --quiet "$1" >/dev/null
}

images_digest() {
  docker image inspect "$1" --format '{{range .RepoDigests}}{{println .}}{{end}}' | sed -n "s#^${1%:*}@##p" | head -n 1
}

mirror_digest() {
  local path=${1%:*}
  case $path in */*) ;; *) path=library/$path ;; esac
  curl --silent --head --max-time 3 -H 'Accept: application/vnd.docker.distribution.manifest.v2+json' \
    "$mirror/v2/$path/manifests/${1##*:}" | tr -d '\r' | sed -n 's/^Docker-Content-Digest: //Ip' | grep . || echo none
}
