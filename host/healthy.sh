#!/bin/sh
# Waits until a container is healthy. One that does not get so is stopped where the former one goes on, and the error shows
# what it said last.
#
#   healthy.sh CONTAINER SECONDS beside|alone [IDENTITY]
#
# The container's own check is asked here, again and again. With `alone` there is no other that goes on: it is not stopped.
set -eu
container=$1 seconds=$2 how=$3

of() { docker inspect --format "$1" "$container"; }
# When each health check that the engine remembers began.
checks() { of '{{with .State.Health}}{{range .Log}}{{json .Start}} {{end}}{{end}}'; }

# shellcheck source=host/health/ask.sh
. ./health/ask.sh

# What our own last question was answered.
answer=$(mktemp)
asked='' since='' last=0 said=''
# Whether an answer is there, and a good one; where none is under way, another is asked for.
answered() {
  if [ -z "$asked" ]; then
    # Often at first; later seldom, so that what it says of being asked does not push its own last words out of sight.
    moment=$(date +%s)
    pause=5
    if [ $((moment - start)) -lt 10 ]; then pause=1; fi
    [ $((moment - last)) -ge "$pause" ] || return 1
    last=$moment since=$began
    ask_health "$container" 10 >"$answer" 2>&1 &
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
  if [ "$status" != 0 ]; then
    said="exit code $status $(head -c 300 "$answer" | tr '\n\t\r' '   ')"
    return 1
  fi
  # One that ends at once may have answered in time. Where another generation goes on, what comes next asks again.
  [ "$how" = beside ] || sleep 1
  [ "$(of '{{.State.StartedAt}} {{.State.Running}}')" = "$since true" ]
}
finish() {
  [ -z "$asked" ] || kill "$asked" 2>/dev/null || true
  rm -f "$answer"
}
trap finish EXIT

refuse() {
  {
    echo "$container $1."
    echo "Its last health checks:"
    # A line each, whatever they printed.
    of '{{with .State.Health}}{{range .Log}}{{.ExitCode}} {{json .Output}}{{println}}{{end}}{{end}}' | grep -v '^ *$' | tail -n 3 |
      sed 's/ "/ /; s/"$//; s/\\[nrt]/ /g; s/\\"/"/g; s/^/    exit code /' | cut -c 1-300
    [ -z "$said" ] || echo "    $said"
    echo "Its last log lines:"
    docker logs --tail 120 "$container" 2>&1 | cut -c 1-500 | sed 's/^/    /'
  } >&2
  case $how in
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
  if answered; then break; fi
  [ "$restarts" -lt 5 ] || refuse 'ends again and again'
  [ $(($(date +%s) - start)) -lt "$seconds" ] || refuse "was not healthy after $seconds s"
  sleep 0.2
done
