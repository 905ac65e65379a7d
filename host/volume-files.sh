#!/bin/sh
# Writes small files into a volume: all of them or none is seen by those who read it.
#
#   volume-files.sh VOLUME IMAGE OWNER WHICH [KEPT...]
#
# OWNER: uid:gid. WHICH: `all`, or `missing` to leave files alone that are there already.
# KEPT: names of files whose content is never lost. Where another one arrives, the present one stays as NAME-until-TIME.
# Standard input: one file a line, as NAME MODE CONTENT-IN-BASE64.
set -eu
volume=$1 image=$2 owner=$3 which=$4
shift 4

# Single quotes on purpose: this part runs in the container.
# shellcheck disable=SC2016
unpack='
  umask 077
  cd /files
  # By a second name, before the new content arrives: there is no time without either of them.
  keep() {
    if [ ! -e "$1" ] || cmp -s "$1" ".new/$1"; then return; fi
    for kept in "$1"-until-*; do
      # A run that was cut off has given it that name already.
      if [ "$kept" -ef "$1" ]; then return; fi
    done
    until now=$(date -u +%Y%m%dT%H%M%SZ) && [ ! -e "$1-until-$now" ]; do sleep 1; done
    ln "$1" "$1-until-$now"
  }
  rm -rf .new
  mkdir .new
  while read -r name mode content; do
    if [ "$WHICH" = missing ] && [ -e "$name" ]; then continue; fi
    printf %s "$content" | base64 -d >".new/$name"
    chmod "$mode" ".new/$name"
    chown "$OWNER" ".new/$name"
  done
  for name in $KEPT; do
    if [ -e ".new/$name" ]; then keep "$name"; fi
    for kept in "$name"-until-*; do
      if [ -e "$kept" ]; then chown "$OWNER" "$kept"; fi
    done
  done
  for file in .new/*; do
    if [ -e "$file" ]; then mv -f "$file" "./${file##*/}"; fi
  done
  rmdir .new
  chown "$OWNER" .
  chmod 0755 .
'
docker run --rm --interactive --network none --user 0:0 --read-only --cap-drop ALL --cap-add CHOWN --cap-add DAC_OVERRIDE --cap-add FOWNER \
  --security-opt no-new-privileges:true --log-driver none --env "OWNER=$owner" --env "WHICH=$which" --env "KEPT=$*" \
  --mount "type=volume,source=$volume,target=/files,volume-nocopy" --entrypoint /bin/sh "$image" -euc "$unpack"
