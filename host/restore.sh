#!/bin/sh
# Restores a backup of database and media into the stack that it was made of. What is there is saved first; until
# everything is restored beside it and compared, nothing that serves changes.
#
#   restore.sh STACK DATABASE OWNER SNAPSHOT PARTS      PARTS: all, database or media
#
# Standard output: the id of the backup that holds the state before.
set -eu
stack=$1 database=$2 owner=$3 snapshot=$4 parts=$5
backup=$stack-backup
new=${database}_restored
say() { echo "restore: $*" >&2; }
sql() { docker exec "$stack-postgres" psql --no-psqlrc --quiet --tuples-only --no-align --set ON_ERROR_STOP=1 --username postgres --dbname postgres "$@"; }
has() { case $parts in all | "$1") true ;; *) false ;; esac; }

image=$(docker inspect --format '{{.Image}}' "$backup")
user=$(docker inspect --format '{{.Config.User}}' "$backup")
# A container of the backups' own image and environment, with what it needs to write.
beside() { # beside NETWORK COMMAND...
  network=$1
  shift
  docker run --rm --interactive --name "$stack-restore" --label "socle.stack=$stack" --label socle.task=restore --network "$network" --user "$user" \
    --read-only --cap-drop ALL --security-opt no-new-privileges:true --log-driver none --memory 512m --memory-swap 512m --tmpfs /tmp:mode=1777,size=64m \
    --env RESTIC_REPOSITORY=/backups/repository --env RESTIC_PASSWORD_FILE=/run/socle/repository-key --env RESTIC_CACHE_DIR=/backups/cache \
    --mount "type=volume,source=$stack-backups,target=/backups,volume-nocopy" --mount "type=volume,source=$stack-backup-tools,target=/tools,readonly,volume-nocopy" \
    --mount "type=volume,source=$stack-backup-secrets,target=/run/socle,readonly,volume-nocopy" --mount "type=volume,source=$stack-media,target=/media,volume-nocopy" \
    --entrypoint sh "$image" "$@"
}
working() { docker ps --quiet --filter "label=socle.stack=$stack" --filter "label=socle.service=$1"; }

if [ -n "$(docker ps --quiet --filter "name=^$stack-restore$")" ]; then
  say 'another restore is at work; nothing was changed.'
  exit 1
fi
docker rm --force "$stack-restore" >/dev/null 2>&1 || true

say 'saving the state before'
saved=$(docker exec "$backup" sh /tools/run.sh restore)

started=''
undo() {
  code=$?
  # shellcheck disable=SC2086 # a list of ids
  if [ -n "$started" ]; then docker start $started >/dev/null || true; fi
  if [ "$code" -ne 0 ]; then
    docker rm --force "$stack-restore" >/dev/null 2>&1 || true
    sql --command "ALTER DATABASE \"$database\" ALLOW_CONNECTIONS true" || true
    say "FAILED. The state before is in backup $saved."
  fi
}
trap undo EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP

if has database; then
  say 'restoring the database beside the one that serves'
  sql --command "DROP DATABASE IF EXISTS \"$new\"" --command "CREATE DATABASE \"$new\" OWNER \"$owner\" TEMPLATE template0" \
    --command "REVOKE ALL ON DATABASE \"$new\" FROM PUBLIC"
  sql --dbname "$new" --command "ALTER SCHEMA public OWNER TO \"$owner\""
  docker exec "$stack-postgres" cat /run/socle/password | beside "$stack-data" /tools/database.sh "$snapshot" "$new"
fi
if has media; then
  say 'restoring the media beside those that serve'
  beside none /tools/media.sh "$snapshot" stage
fi

say 'stopping worker and beat'
started="$(working worker) $(working beat)"
started=$(echo "$started" | tr '\n' ' ' | sed 's/^ *//; s/ *$//')
# shellcheck disable=SC2086 # a list of ids
if [ -n "$started" ]; then docker stop $started >/dev/null; fi

if has database; then
  say 'changing the databases'
  # Both names change in one transaction: there is never none of them.
  sql --command "ALTER DATABASE \"$database\" ALLOW_CONNECTIONS false" \
    --command "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE datname = '$database'" \
    --command "BEGIN; ALTER DATABASE \"$database\" RENAME TO \"${database}_before\"; ALTER DATABASE \"$new\" RENAME TO \"$database\"; COMMIT" >/dev/null
fi
if has media; then
  say 'changing the media'
  beside none /tools/media.sh "$snapshot" swap
fi
if has database; then sql --command "DROP DATABASE IF EXISTS \"${database}_before\""; fi
say "done; the state before is in backup $saved"
echo "$saved"
