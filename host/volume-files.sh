#!/bin/sh
# Writes small files into a volume: all of them or none is seen by those who read it.
#
#   volume-files.sh VOLUME IMAGE OWNER WHICH
#
# OWNER: uid:gid. WHICH: `all`, or `missing` to leave files alone that are there already.
# Standard input: one file a line, as NAME MODE CONTENT-IN-BASE64.
set -eu
volume=$1 image=$2 owner=$3 which=$4

# Single quotes on purpose: this part runs in the container.
# shellcheck disable=SC2016
unpack='
  umask 077
  cd /files
  rm -rf .new
  mkdir .new
  while read -r name mode content; do
    if [ "$WHICH" = missing ] && [ -e "$name" ]; then continue; fi
    printf %s "$content" | base64 -d >".new/$name"
    chmod "$mode" ".new/$name"
    chown "$OWNER" ".new/$name"
  done
  for file in .new/*; do
    if [ -e "$file" ]; then mv -f "$file" "./${file##*/}"; fi
  done
  rmdir .new
  chown "$OWNER" .
  chmod 0755 .
'
docker run --rm --interactive --network none --user 0:0 --read-only --cap-drop ALL --cap-add CHOWN --cap-add DAC_OVERRIDE --cap-add FOWNER \
  --security-opt no-new-privileges:true --log-driver none --env "OWNER=$owner" --env "WHICH=$which" \
  --mount "type=volume,source=$volume,target=/files,volume-nocopy" --entrypoint /bin/sh "$image" -euc "$unpack"
