#!/bin/sh
# shellcheck disable=SC2154 # variables are those of the script that reads this one
# What a restore, an import and a refresh have in common: everything is made beside what serves, then the names change.
#
#   stack=… database=… task=restore
#   . ./restore/exchange.sh
#
# `task` names the container that works beside, of which there is one at a time.
new=${database}_restored
backup=$stack-backup
say() { echo "$task: $*" >&2; }
sql() { docker exec "$stack-postgres" psql --no-psqlrc --quiet --tuples-only --no-align --set ON_ERROR_STOP=1 --username postgres --dbname postgres "$@"; }
working() { docker ps --quiet --filter "label=socle.stack=$stack" --filter "label=socle.service=$1"; }

image=$(docker inspect --format '{{.Image}}' "$backup")
user=$(docker inspect --format '{{.Config.User}}' "$backup")
# A container of the backups' own image and environment, with what it needs to write.
beside() { # beside NETWORK COMMAND...
  network=$1
  shift
  docker run --rm --interactive --name "$stack-restore" --label "socle.stack=$stack" --label socle.task=restore --network "$network" --user "$user" \
    --read-only --cap-drop ALL --security-opt no-new-privileges:true --log-driver none --memory 512m --memory-swap 512m --tmpfs /tmp:mode=1777,size=64m \
    --env RESTIC_REPOSITORY=/backups/repository --env RESTIC_PASSWORD_FILE=/run/socle/repository-key --env RESTIC_CACHE_DIR=/backups/cache --env "STACK=$stack" \
    --mount "type=volume,source=$stack-backups,target=/backups,volume-nocopy" --mount "type=volume,source=$stack-backup-tools,target=/tools,readonly,volume-nocopy" \
    --mount "type=volume,source=$stack-backup-secrets,target=/run/socle,readonly,volume-nocopy" --mount "type=volume,source=$stack-media,target=/media,volume-nocopy" \
    --entrypoint sh "$image" "$@"
}

if [ -n "$(docker ps --quiet --filter "name=^$stack-restore$")" ]; then
  say 'another restore, import or refresh is at work; nothing was changed.'
  exit 1
fi
docker rm --force --volumes "$stack-restore" >/dev/null 2>&1 || true

# `scratch` is what a container that worked beside leaves in its volume where it was killed.
saved='' started='' closed='' scratch=''
undo() {
  code=$?
  # shellcheck disable=SC2086 # a list of ids
  if [ -n "$started" ]; then docker start $started >/dev/null || true; fi
  if [ "$code" -ne 0 ]; then
    docker rm --force --volumes "$stack-restore" >/dev/null 2>&1 || true
    if [ -n "$scratch" ]; then docker exec "$backup" rm -rf "$scratch" || true; fi
    if [ -n "$closed" ]; then sql --command "ALTER DATABASE \"$database\" ALLOW_CONNECTIONS true" || true; fi
    say "FAILED.${saved:+ The state before is in backup $saved.}"
  fi
}
trap undo EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP

save_state() {
  say 'saving the state before'
  saved=$(docker exec "$backup" sh /tools/run.sh restore)
}

# An empty one beside the one that serves, of the same owner.
make_database() {
  sql --command "DROP DATABASE IF EXISTS \"$new\"" --command "CREATE DATABASE \"$new\" OWNER \"$owner\" TEMPLATE template0" \
    --command "REVOKE ALL ON DATABASE \"$new\" FROM PUBLIC" --command "COMMENT ON DATABASE \"$new\" IS 'Data of stack $stack'"
  sql --dbname "$new" --command "ALTER SCHEMA public OWNER TO \"$owner\""
}

# The dump that was taken in (host/backup/import.sh), beside the database that serves.
restore_dump() {
  say 'restoring the dump beside the database that serves'
  make_database
  docker exec "$stack-postgres" cat /run/socle/password | beside "$stack-data" /tools/import.sh restore "$new" "$owner"
}

# Until the end of this script.
stop_work() {
  say 'stopping worker and beat'
  started="$(working worker) $(working beat)"
  started=$(echo "$started" | tr '\n' ' ' | sed 's/^ *//; s/ *$//')
  # shellcheck disable=SC2086 # a list of ids
  if [ -n "$started" ]; then docker stop $started >/dev/null; fi
}

# Both names change in one transaction: there is never none of them.
exchange_database() {
  say 'changing the databases'
  closed=yes
  sql --command "ALTER DATABASE \"$database\" ALLOW_CONNECTIONS false" \
    --command "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE datname = '$database'" \
    --command "BEGIN; ALTER DATABASE \"$database\" RENAME TO \"${database}_before\"; ALTER DATABASE \"$new\" RENAME TO \"$database\"; COMMIT" >/dev/null
}
drop_former() { sql --command "DROP DATABASE IF EXISTS \"${database}_before\""; }
