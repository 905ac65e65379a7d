#!/bin/sh
# Prints the logs of services, a line each: service, tab, time, blank, what was logged. And the record of the stack's
# releases: `releases`, tab, a line of it.
#
#   logs.sh STACK SINCE TAIL FOLLOW SERVICE...
#
# SINCE   a time or an age as `docker logs --since` takes it; empty: from the beginning
# TAIL    lines of each container, or `all`
# FOLLOW  `follow`: goes on until standard input ends, and takes up containers that start meanwhile
set -eu
stack=$1 since=$2 tail=$3 follow=$4
shift 4

containers() {
  docker ps --all --no-trunc --filter "label=socle.stack=$stack" --filter "label=socle.service=$1" --format '{{.ID}}'
}
named() { sed -u "s/^/$1	/"; }
record=$SOCLE_STATE/$stack/releases.jsonl

if [ "$follow" != follow ]; then
  if [ -e "$record" ]; then named releases <"$record"; fi
  for service in "$@"; do
    for container in $(containers "$service"); do
      docker logs --timestamps --since "${since:-0}" --tail "$tail" "$container" 2>&1 | named "$service"
    done
  done
  exit 0
fi

work=$(mktemp -d)
finish() {
  # shellcheck disable=SC2046 # numbers
  [ ! -s "$work/processes" ] || kill $(cat "$work/processes") 2>/dev/null || true
  wait
  rm -rf "$work"
}
trap finish EXIT
trap 'exit 0' INT TERM HUP

# The pipe has a name so that the process before it has a number by which it is ended.
watch() {
  mkfifo "$work/$2"
  docker logs --timestamps --since "$3" --follow "$2" >"$work/$2" 2>&1 </dev/null &
  echo $! >>"$work/processes"
  named "$1" <"$work/$2" &
}
for service in "$@"; do
  for container in $(containers "$service"); do watch "$service" "$container" "${since:-0}"; done
done

if [ -e "$record" ]; then
  mkfifo "$work/releases"
  tail -n 0 -F "$record" >"$work/releases" 2>/dev/null </dev/null &
  echo $! >>"$work/processes"
  named releases <"$work/releases" &
fi

mkfifo "$work/events"
docker events --filter type=container --filter event=start --filter "label=socle.stack=$stack" \
  --format '{{.ID}} {{index .Actor.Attributes "socle.service"}} {{.Time}}' >"$work/events" </dev/null &
echo $! >>"$work/processes"
(
  while read -r container service time; do
    case " $* " in *" $service "*) ;; *) continue ;; esac
    rm -f "$work/$container"
    watch "$service" "$container" "$time"
  done <"$work/events"
  wait
) </dev/null &
cat >/dev/null
