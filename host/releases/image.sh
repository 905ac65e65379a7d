#!/bin/sh
# Prints an image's reference by digest; the host's engine pulls it for that, as a release does.
#
#   image.sh IMAGE [local]      local: an image that no registry has is taken as it is on this engine
set -eu
image=$1 local=${2:-}

case $image in
  *@sha256:*)
    printf '%s\n' "$image"
    exit 0
    ;;
esac
if ! docker pull "$image" >&2; then
  if [ "$local" = local ] && docker image inspect "$image" >/dev/null 2>&1; then
    echo "No registry has $image; the one that was built on this machine is taken." >&2
    printf '%s\n' "$image"
    exit 0
  fi
  echo "$image could not be looked up, as said above; nothing was changed." >&2
  echo "    → Push it to its registry, see that the host is logged in there, or name another image." >&2
  exit 1
fi
repository=$image
case ${image##*/} in *:*) repository=${image%:*} ;; esac
# An engine knows an image by every repository that it was pulled from.
docker image inspect --format '{{range .RepoDigests}}{{println .}}{{end}}' "$image" |
  sed -n "s|^\(docker.io/\)\{0,1\}\(library/\)\{0,1\}\(.*@sha256:[0-9a-f]*\)$|\3|p" |
  grep -F "$(printf '%s' "$repository" | sed 's|^docker.io/||; s|^library/||')@" | head -n 1
