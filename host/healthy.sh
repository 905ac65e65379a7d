#!/bin/sh
# Waits until a container is healthy. One that does not get so is stopped where the former one goes on, and the error shows
# what it said last.
#
#   healthy.sh CONTAINER SECONDS beside|alone|settled [IDENTITY]
#
# The container's own check is asked here, again and again: the engine asks for the first time when its interval is over.
# A check that knows SOCLE_HEALTH_WAIT (seconds) waits itself for what only has to start: cheaper than to be started often.
# With `alone` there is no other that goes on: it is not stopped. Neither is it with `settled`, where only what the engine
# found counts, which is what it says of the container from then on.
set -eu
container=$1 seconds=$2 how=$3

of() { docker inspect --format "$1" "$container"; }
# When each health check that the engine remembers began.
checks() { of '{{with .State.Health}}{{range .Log}}{{json .Start}} {{end}}{{end}}'; }

# Words of the check, quoted for this shell.
check=$(of "$(
  cat <<'TEMPLATE'
{{with .Config.Healthcheck}}{{range .Test}}'{{join (split . "'") "'\\''"}}' {{end}}{{end}}
TEMPLATE
)")
# shellcheck disable=SC2120 # its words are those of the check
ask() {
  eval "set -- $check"
  kind=${1:-NONE}
  [ "$#" = 0 ] || shift
  case $kind in
    CMD) docker exec --env SOCLE_HEALTH_WAIT=10 "$container" "$@" ;;
    CMD-SHELL) docker exec --env SOCLE_HEALTH_WAIT=10 "$container" /bin/sh -c "$1" ;;
    *) false ;;
  esac >/dev/null 2>&1
}
asked='' since='' last=0
# Whether an answer is there, and a good one; where none is under way, another is asked for.
answered() {
  if [ -z "$asked" ]; then
    # Often at first; later seldom, so that what it says of being asked does not push its own last words out of sight.
    moment=$(date +%s)
    pause=5
    if [ $((moment - start)) -lt 10 ]; then pause=1; fi
    [ $((moment - last)) -ge "$pause" ] || return 1
    last=$moment since=$began
    # shellcheck disable=SC2119
    ask &
    asked=$!
  fi
  # Most answer soon.
  for _ in 1 2 3 4 5; do
    kill -0 "$asked" 2>/dev/null || break
    sleep 0.1
  done
  ! kill -0 "$asked" 2>/dev/null || return 1
  status=0
  wait "$asked" || status=$?
  asked=''
  [ "$status" = 0 ] || return 1
  # One that ends at once may have answered in time. Where another generation goes on, what comes next asks again.
  [ "$how" = beside ] || sleep 1
  [ "$(of '{{.State.StartedAt}} {{.State.Running}}')" = "$since true" ]
}
finish() { [ -z "$asked" ] || kill "$asked" 2>/dev/null || true; }
trap finish EXIT

refuse() {
  {
    echo "$container $1."
    echo "Its last health checks:"
    # A line each, whatever they printed.
    of '{{with .State.Health}}{{range .Log}}{{.ExitCode}} {{json .Output}}{{println}}{{end}}{{end}}' | grep -v '^ *$' | tail -n 3 |
      sed 's/ "/ /; s/"$//; s/\\[nrt]/ /g; s/\\"/"/g; s/^/    exit code /' | cut -c 1-300
    echo "Its last log lines:"
    docker logs --tail 120 "$container" 2>&1 | cut -c 1-500 | sed 's/^/    /'
  } >&2
  case $how in
    settled) echo "    → It was well before. Mend the cause, then run pulumi up." >&2 ;;
    alone) echo "    → Mend the cause, then run pulumi up (docker logs $container shows all of it)." >&2 ;;
    *)
      echo "    → It was stopped (docker logs $container shows all of it); the former release goes on. Mend the cause, then run pulumi up." >&2
      docker stop "$container" >/dev/null
      ;;
  esac
  exit 1
}

# Running, unless an earlier deployment gave it up.
docker start "$container" >/dev/null
before=$(checks)
start=$(date +%s)
while :; do
  found=$(of '{{.RestartCount}} {{.State.StartedAt}} {{.State.Running}} {{with .State.Health}}{{.Status}}{{else}}healthy{{end}}')
  restarts=${found%% *} found=${found#* }
  began=${found%% *}
  case ${found#* } in
    'true healthy') break ;;
    # What an earlier deployment saw does not count: the cause may be mended.
    'true unhealthy') [ "$(checks)" = "$before" ] || refuse 'is not healthy' ;;
  esac
  if [ "$how" != settled ] && answered; then break; fi
  [ "$restarts" -lt 5 ] || refuse 'ends again and again'
  [ $(($(date +%s) - start)) -lt "$seconds" ] || refuse "was not healthy after $seconds s"
  sleep 0.2
done
