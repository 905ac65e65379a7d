#!/bin/sh
# Copies a built single-page application out of its image into a folder of its own in a volume.
#
#   frontend.sh NAME=VALUE...
#
# The folders of the last `keep` releases stay: pages that are open go on loading their parts.
set -eu
takes='image path volume release keep'
# shellcheck source=host/arguments.sh
. ./arguments.sh
# shellcheck disable=SC2016 # runs in the container
docker run --rm --network none --user 0:0 --read-only --cap-drop ALL --security-opt no-new-privileges:true --log-driver none \
  --mount "type=volume,source=$volume,target=/frontend,volume-nocopy" --entrypoint /bin/sh "$image" -euc '
    if [ ! -f "$1/index.html" ]; then
      echo "The image has no $1/index.html: frontend.path names the folder of the built application." >&2
      exit 1
    fi
    if [ ! -d "/frontend/$2" ]; then
      rm -rf "/frontend/$2.new"
      mkdir "/frontend/$2.new"
      cp -R "$1/." "/frontend/$2.new/"
      chmod -R a+rX "/frontend/$2.new"
      mv "/frontend/$2.new" "/frontend/$2"
    fi
    touch "/frontend/$2"
    ls -1t /frontend | tail -n "+$(($3 + 1))" | while read -r old; do rm -rf "/frontend/${old:?}"; done
  ' frontend "$path" "$release" "$keep"
