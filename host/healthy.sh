#!/bin/sh
# Waits until a container is healthy. One that does not get so is stopped, and the error shows what it said last.
#
#   healthy.sh CONTAINER SECONDS
set -eu
container=$1 seconds=$2

of() { docker inspect --format "$1" "$container"; }
# When each health check that the engine remembers began.
checks() { of '{{with .State.Health}}{{range .Log}}{{json .Start}} {{end}}{{end}}'; }

refuse() {
  {
    echo "$container $1."
    echo "Its last health checks:"
    # A line each, whatever they printed.
    of '{{with .State.Health}}{{range .Log}}{{.ExitCode}} {{json .Output}}{{println}}{{end}}{{end}}' | grep -v '^ *$' | tail -n 3 |
      sed 's/ "/ /; s/"$//; s/\\[nrt]/ /g; s/\\"/"/g; s/^/    exit code /' | cut -c 1-300
    echo "Its last log lines:"
    docker logs --tail 30 "$container" 2>&1 | cut -c 1-500 | sed 's/^/    /'
    echo "    → It was stopped (docker logs $container shows all of it); the former release goes on. Mend the cause, then run pulumi up."
  } >&2
  docker stop "$container" >/dev/null
  exit 1
}

# Running, unless an earlier deployment gave it up.
docker start "$container" >/dev/null
before=$(checks)
start=$(date +%s)
while :; do
  case "$(of '{{.State.Running}} {{with .State.Health}}{{.Status}}{{else}}healthy{{end}}')" in
    'true healthy') break ;;
    # What an earlier deployment saw does not count: the cause may be mended.
    'true unhealthy') [ "$(checks)" = "$before" ] || refuse 'is not healthy' ;;
  esac
  [ "$(of '{{.RestartCount}}')" -lt 5 ] || refuse 'ends again and again'
  [ $(($(date +%s) - start)) -lt "$seconds" ] || refuse "was not healthy after $seconds s"
  sleep 0.5
done
