#!/bin/sh
# shellcheck disable=SC2154 # variables are those of the script that reads this one
# Nobody writes into the database while it is taken over: what was stopped and closed for that, and how it is undone.
#
#   stack=… database=…
#   . ./upgrade/standstill.sh
#
# What was stopped stands in a file of the host, so that who comes after one that was killed knows of it.
old=$stack-postgres new=$stack-upgrade state=$SOCLE_STATE/$stack/upgrade
say() { echo "upgrade: $*" >&2; }
sql() { docker exec "$old" psql --no-psqlrc --quiet --tuples-only --no-align --set ON_ERROR_STOP=1 --username postgres --dbname postgres "$@"; }
working() { docker ps --quiet --filter "label=socle.stack=$stack" --filter "label=socle.service=$1"; }
value() { sed -n "s/^$1=//p" "$state" 2>/dev/null | tail -n 1; }
note() { echo "$1" >>"$state"; }

# One script at a time: where the command was killed, its script on the host may have gone on.
alone() {
  mkdir -p "$SOCLE_STATE/$stack"
  command -v flock >/dev/null 2>&1 || return 0
  exec 9>"$state.lock"
  if ! flock -n 9; then
    say 'a former upgrade is still at work on the host; nothing was changed. Wait for its end, then run this again.'
    exit 1
  fi
}

stand_still() {
  say 'stopping worker and beat'
  started="$(value started) $(working worker) $(working beat)"
  note "started=$(echo "$started" | tr -s ' \n' ' ')"
  # shellcheck disable=SC2086 # a list of ids
  set -- $started
  if [ $# -gt 0 ]; then docker stop "$@" >/dev/null; fi
  # Superusers are not limited: the copy is made by one.
  limit=$(value limit)
  if [ -z "$limit" ]; then
    limit=$(sql --command "SELECT datconnlimit FROM pg_database WHERE datname = '$database'")
    note "limit=$limit"
  fi
  sql --command "ALTER DATABASE \"$database\" CONNECTION LIMIT 0" \
    --command "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE datname = '$database' AND pid <> pg_backend_pid()" >/dev/null
}

start_work() {
  # shellcheck disable=SC2046 # a list of ids
  set -- $(value started)
  # One that a deployment replaced since is not there any more.
  for container; do docker start "$container" >/dev/null 2>&1 || true; done
}

# As it was: the former server serves, and what was filled goes.
undo() {
  docker rm --force "$new" >/dev/null 2>&1 || true
  if [ -n "$(value limit)" ]; then sql --command "ALTER DATABASE \"$database\" CONNECTION LIMIT $(value limit)"; fi
  start_work
  if [ -n "$(value volume)" ]; then docker volume rm --force "$(value volume)" >/dev/null; fi
  rm -f "$state" "$state.lock"
}
