#!/bin/sh
# Removes the environments of former releases that no container has any more.
#
#   environment-volumes.sh STACK [KEPT]      KEPT: the volume of this release, whose containers are still to come
#
# Pulumi itself never removes one: a release that goes back to an environment shares its volume with the one that is to
# be deleted, and would lose it.
set -eu
stack=$1 kept=${2:-}
docker volume ls --quiet --filter "label=socle.stack=$stack" --filter dangling=true | while read -r volume; do
  case $volume in
    "$kept") ;;
    # One that a container has taken meanwhile is refused.
    "$stack"-environment-*) docker volume rm "$volume" >/dev/null || true ;;
  esac
done
