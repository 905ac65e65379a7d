#!/bin/sh
# Starts a PostgreSQL of the new major version beside the one that serves, on a volume of its own; nobody else can reach it.
#
#   prepare.sh NAME=VALUE...      memory: MiB
set -eu
takes='stack database image volume memory'
# shellcheck source=host/arguments.sh
. ./arguments.sh
# shellcheck source=host/upgrade/standstill.sh
. ./upgrade/standstill.sh
alone
trap '[ $? -eq 0 ] || undo' EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP

say "starting PostgreSQL of $image on the new volume $volume"
docker rm --force "$new" >/dev/null 2>&1 || true
# What one that was cut off has put there is not whole.
if [ "$(value volume)" = "$volume" ]; then docker volume rm --force "$volume" >/dev/null; fi
docker volume create --label "socle.stack=$stack" "$volume" >/dev/null
former=$(docker inspect --format '{{range .Mounts}}{{if eq .Destination "/var/lib/postgresql/data"}}{{.Name}}{{end}}{{end}}' "$old")
printf 'volume=%s\nformer=%s\nimage=%s\nstarted=%s\nlimit=%s\n' "$volume" "$former" "$(docker inspect --format '{{.Image}}' "$old")" \
  "$(value started)" "$(value limit)" >"$state.new"
mv "$state.new" "$state"
# As components/postgres.ts has it, without a port: the image makes the cluster, with the superuser's password.
docker run --detach --name "$new" --label "socle.stack=$stack" --label socle.task=upgrade --network "$stack-data" --user 999:999 \
  --read-only --cap-drop ALL --security-opt no-new-privileges:true --memory "${memory}m" --memory-swap "${memory}m" --shm-size "$((memory / 4))m" \
  --stop-signal SIGINT --tmpfs /tmp:mode=1777 --tmpfs /var/run/postgresql:uid=999,gid=999,mode=0755 \
  --env POSTGRES_PASSWORD_FILE=/run/socle/password --env PGDATA=/var/lib/postgresql/data \
  --env POSTGRES_INITDB_ARGS='--data-checksums --auth-host=scram-sha-256 --auth-local=trust' \
  --mount "type=volume,source=$volume,target=/var/lib/postgresql/data" \
  --mount "type=volume,source=$stack-postgres-secrets,target=/run/socle,readonly,volume-nocopy" \
  --mount "type=volume,source=$stack-backup-tools,target=/tools,readonly,volume-nocopy" \
  "$image" postgres -c listen_addresses= -c autovacuum=off -c max_wal_size=4GB -c "shared_buffers=$((memory / 4))MB" \
  -c "maintenance_work_mem=$((memory / 8))MB" >/dev/null
tries=0
# The server that makes the cluster is another process than the one that stays.
# shellcheck disable=SC2016 # runs in the container
until docker exec "$new" sh -c 'read -r name </proc/1/comm && [ "$name" = postgres ] && pg_isready --quiet --username=postgres' 2>/dev/null; do
  tries=$((tries + 1))
  if [ "$tries" -ge 240 ] || [ "$(docker inspect --format '{{.State.Running}}' "$new")" != true ]; then
    docker logs --tail 20 "$new" >&2
    say 'the new PostgreSQL did not come up, as said above; the former one serves as before.'
    exit 1
  fi
  sleep 0.5
done
