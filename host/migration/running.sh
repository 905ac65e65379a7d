#!/bin/sh
# Arguments of `docker create` for a task of an application that runs: its user, network, environment and volumes.
#
#   application_like BACKEND IMAGE      sets $container; an image that is not there is pulled
application_like() {
  backend=$1 image=$2
  running=$(docker inspect --format '{{.Image}} {{.Config.User}} {{.HostConfig.Memory}}' "$backend" 2>/dev/null) || {
    echo "migrations: no container $backend runs here." >&2
    exit 1
  }
  memory=${running##* } running=${running% *}
  user=${running#* } running=${running%% *}
  # A tag that was built anew is another image.
  image=${image:-$running}
  case $image in -*) echo "migrations: $image is no image." >&2; exit 1 ;; esac
  if ! docker image inspect "$image" >/dev/null 2>&1 && ! docker pull --quiet "$image" >/dev/null; then
    echo "migrations: the host cannot pull $image." >&2
    exit 1
  fi
  # shellcheck disable=SC2016 # read in the container
  enter="'"'set -a; . /run/socle/environment; set +a; exec "$@"'"'"
  # shellcheck disable=SC2034,SC2154 # for run_application
  container="--user=$(quoted "$user") --read-only --cap-drop=ALL --security-opt=no-new-privileges:true --memory=$memory --memory-swap=$memory \
--log-driver=none --no-healthcheck --label=socle.stack=$stack --label=socle.task=migrations --tmpfs=/tmp:mode=1777,size=256m \
--network=$stack-data --volumes-from=$backend --entrypoint=/bin/sh $(quoted "$image") -c $enter socle"
}
