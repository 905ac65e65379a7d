#!/bin/sh
# Says what an upgrade of PostgreSQL would find, as NAME=VALUE lines. The image is pulled where it is missing; nothing else changes.
#
#   plan.sh NAME=VALUE...      image, volume: of the new major version
#
#   serving      volume of the server that runs, and `version`, its major version; nothing where none runs
#   wanted       major version of the image
#   bytes        size of the database; `free`, room on its disk
#   databases    further ones, `tablespaces` further ones, `extensions` that the image lacks: none of them can be taken over
#   filled       yes: the new volume holds data that no unfinished upgrade put there
#   begun        volume of an upgrade that was cut off; `former`, the volume that it was made of; `verified`: it is whole
set -eu
takes='stack database image volume'
# shellcheck source=host/arguments.sh
. ./arguments.sh
old=$stack-postgres state=$SOCLE_STATE/$stack/upgrade
sql() { docker exec "$old" psql --no-psqlrc --quiet --tuples-only --no-align --set ON_ERROR_STOP=1 --username postgres "$@"; }
line() { tr '\n' ' ' | sed "s/^/$1=/; s/ *$//"; echo; }
within() { docker run --rm --network none --user 999:999 --read-only --cap-drop ALL --security-opt no-new-privileges:true --log-driver none "$@"; }

if ! docker image inspect "$image" >/dev/null 2>&1 && ! docker pull --quiet "$image" >&2; then
  printf 'upgrade: %s could not be pulled, as said above; nothing was changed.\n    → See that the host reaches its registry and is logged in there, or name another: --image.\n' "$image" >&2
  exit 1
fi
within --entrypoint postgres "$image" --version | sed 's/^[^0-9]*\([0-9]*\).*/wanted=\1/'
if [ -n "$(docker volume ls --quiet --filter "name=^$volume$")" ] && ! grep -qs "^volume=$volume$" "$state" &&
  within --mount "type=volume,source=$volume,target=/data,readonly,volume-nocopy" --entrypoint test "$image" -e /data/PG_VERSION; then
  echo filled=yes
fi
sed -n 's/^volume=/begun=/p; /^former=/p; /^verified=/p' "$state" 2>/dev/null || true

if [ "$(docker inspect --format '{{.State.Running}}' "$old" 2>/dev/null)" != true ]; then exit 0; fi
docker inspect --format '{{range .Mounts}}{{if eq .Destination "/var/lib/postgresql/data"}}serving={{.Name}}{{end}}{{end}}' "$old"
sql --command "SELECT 'version=' || current_setting('server_version_num')::int / 10000" \
  --command "SELECT 'bytes=' || pg_database_size('$database')"
docker exec "$old" df --output=avail --block-size=1 /var/lib/postgresql/data | awk 'NR == 2 { print "free=" $1 }'
sql --command "SELECT datname FROM pg_database WHERE NOT datistemplate AND datname NOT IN ('postgres', '$database')" | line databases
sql --command "SELECT spcname FROM pg_tablespace WHERE spcname NOT LIKE 'pg\_%'" | line tablespaces
there=$(within --entrypoint find "$image" /usr /opt -path '*/extension/*.control' | sed 's|.*/||; s|\.control$||')
sql --dbname "$database" --command 'SELECT extname FROM pg_extension' | grep -vxF "$there" | line extensions
