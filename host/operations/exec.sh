#!/bin/sh
# Runs a command in a container of the stack, with the environment that the container's own processes have.
#
#   exec.sh FLAG CONTAINER COMMAND...      FLAG: -i, on a terminal -it
set -eu
flag=$1 container=$2
shift 2

state=$(docker container inspect --format '{{.State.Status}}' "$container" 2>&1) || {
  case $state in
    *[Nn]'o such container'*) echo "Container $container is not there any more." >&2 ;;
    *) echo "$state" >&2 ;;
  esac
  exit 1
}
if [ "$state" != running ]; then
  echo "Container $container does not run: it is $state." >&2
  exit 1
fi
# shellcheck disable=SC2016 # runs in the container
exec docker exec "$flag" "$container" /bin/sh -c \
  'if [ -r /run/socle/environment ]; then set -a; . /run/socle/environment; set +a; fi; exec "$@"' socle "$@"
