#!/bin/sh
# Takes restic out of its image into a volume; PostgreSQL's image, where backups run, does not have it.
#
#   restic.sh IMAGE VOLUME
set -eu
image=$1 volume=$2
# shellcheck disable=SC2016 # runs in the container
docker run --rm --network none --user 0:0 --read-only --cap-drop ALL --cap-add DAC_OVERRIDE --security-opt no-new-privileges:true --log-driver none \
  --mount "type=volume,source=$volume,target=/tools,volume-nocopy" --entrypoint /bin/sh "$image" -euc '
    cp "$(command -v restic)" /tools/restic.new
    chmod 0555 /tools/restic.new
    mv -f /tools/restic.new /tools/restic
  '
