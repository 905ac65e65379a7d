#!/bin/sh
# Gives volumes to the user who writes them; an image that lacks their folders leaves them to root.
#
#   volume-owner.sh IMAGE OWNER VOLUME...      OWNER: uid:gid
set -eu
image=$1 owner=$2
shift 2
for volume in "$@"; do
  # An empty volume takes the owner of the image's folder at every mount: one file in it ends that.
  # shellcheck disable=SC2016 # runs in the container
  docker run --rm --network none --user 0:0 --read-only --cap-drop ALL --cap-add CHOWN --cap-add DAC_OVERRIDE --security-opt no-new-privileges:true \
    --log-driver none --mount "type=volume,source=$volume,target=/volume,volume-nocopy" --entrypoint /bin/sh "$image" \
    -euc 'touch /volume/.socle; chown "$1" /volume /volume/.socle' owner "$owner"
done
