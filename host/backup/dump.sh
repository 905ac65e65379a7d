#!/bin/sh
# Writes one verified dump of a database into the volume STACK-backups, and keeps the newest ones of its kind.
#
#   dump.sh STACK DATABASE KIND KEEP      prints the file's name
#
# pg_dump is the server's own: the container runs the same image. The dump stands in the archive format of pg_restore,
# uncompressed so that later stores can deduplicate it. It gets its final name only when it was read back whole: its
# list of contents, and in every table as many rows as the database had in the very snapshot that was dumped.
# Older ones go only after that; a dump that fails removes nothing.
set -eu
stack=$1 database=$2 kind=$3 keep=$4

dump=$stack-dump
docker rm --force "$dump" >/dev/null 2>&1 || true
folder=$(mktemp -d)
# shellcheck disable=SC2329 # called by the trap
dump_ended() {
  exec 4>&-
  docker rm --force "$dump" >/dev/null 2>&1 || true
  rm -rf "$folder"
}
trap dump_ended EXIT

dump_failed() {
  echo "backup: $1; the database was not changed, and all former backups are kept." >&2
  echo "    → $2" >&2
  exit 1
}

image=$(docker inspect --format '{{.Image}}' "$stack-postgres")
# shellcheck disable=SC2016 # runs in the container
docker run --rm --network none --user 0:0 --read-only --cap-drop ALL --cap-add CHOWN --cap-add FOWNER \
  --security-opt no-new-privileges:true --log-driver none \
  --mount "type=volume,source=$stack-backups,target=/backups,volume-nocopy" --entrypoint /bin/sh "$image" \
  -euc 'chown 999:999 /backups; chmod 700 /backups'
docker run --detach --name "$dump" --label "socle.stack=$stack" --label socle.task=dump --network "$stack-data" \
  --user 999:999 --read-only --cap-drop ALL --security-opt no-new-privileges:true --log-driver none --no-healthcheck \
  --mount "type=volume,source=$stack-backups,target=/backups,volume-nocopy" \
  --mount "type=volume,source=$stack-postgres-secrets,target=/run/socle,volume-nocopy,readonly" \
  --tmpfs /var/lib/postgresql/data --entrypoint sleep "$image" 86400 >/dev/null

# Runs one of PostgreSQL's own programs; the password is in no argument and no environment of a container.
# shellcheck disable=SC2016 # runs in the container
client() {
  docker exec --interactive "$dump" /bin/sh -c \
    'PGPASSWORD=$(cat /run/socle/password); export PGPASSWORD PGHOST=postgres PGUSER=postgres; exec "$@"' client "$@"
}
inside() { docker exec "$dump" "$@"; }

# What an earlier attempt left when it was cut off.
inside find /backups -name '*.partial' -delete

# One transaction holds the snapshot that is counted and dumped.
mkfifo "$folder/commands"
client psql --no-psqlrc --quiet --no-align --tuples-only --set ON_ERROR_STOP=1 --dbname "$database" \
  <"$folder/commands" >"$folder/said" 2>"$folder/errors" &
exec 4>"$folder/commands"
cat >&4 <<'SQL'
BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY;
SELECT pg_export_snapshot();
SELECT format('SELECT %L, count(*) FROM ONLY %I.%I', format('%I.%I', n.nspname, c.relname), n.nspname, c.relname)
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind = 'r' AND c.relpersistence <> 't' AND n.nspname <> 'information_schema' AND n.nspname NOT LIKE 'pg\_%'
  AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'e')
\gexec
\echo counted
SQL
while ! grep -qx counted "$folder/said"; do
  kill -0 $! 2>/dev/null ||
    dump_failed "the tables of $database could not be counted: $(cat "$folder/errors")" "See that PostgreSQL is healthy, then run it again."
  sleep 0.1
done
snapshot=$(head -n 1 "$folder/said")
sed -e 1d -e '/^counted$/d' "$folder/said" | sort >"$folder/rows"

name=$(date -u +%Y%m%dT%H%M%SZ)-$kind.dump
if ! client pg_dump --dbname "$database" --format custom --compress 0 --snapshot "$snapshot" --file "/backups/$name.partial" 2>"$folder/errors"; then
  inside rm -f "/backups/$name.partial"
  dump_failed "pg_dump failed: $(tail -n 3 "$folder/errors")" "Most often the disk is full: \`df -h\` on the host."
fi
exec 4>&-

inside pg_restore --list "/backups/$name.partial" >"$folder/list" 2>"$folder/errors" ||
  dump_failed "the dump cannot be read back: $(cat "$folder/errors")" "Check the host's disk, then run it again."
# COPY begins a table's rows, a line with \. ends them.
inside pg_restore --data-only --file - "/backups/$name.partial" 2>"$folder/errors" | awk '
  table == "" && /^COPY / { table = $2; for (word = 3; $word !~ /^\(/ && $word != "FROM"; word++) table = table " " $word; rows = 0; next }
  table != "" && $0 == "\\." { print table "|" rows; table = ""; next }
  table != "" { rows++ }' | sort >"$folder/found"
if ! cmp -s "$folder/rows" "$folder/found"; then
  inside rm -f "/backups/$name.partial"
  dump_failed "the dump does not hold what the database holds: $(diff "$folder/rows" "$folder/found" | grep '^[<>]' | head -n 5 | tr '\n' ' ')" "Run it again; if it stays, check the host's disk and memory."
fi

inside sync "/backups/$name.partial"
inside mv "/backups/$name.partial" "/backups/$name"
# shellcheck disable=SC2016 # runs in the container
inside /bin/sh -euc 'cd /backups; ls -1 | grep -e "-$1\.dump\$" | sort -r | tail -n "+$(($2 + 1))" | while read -r old; do rm -f "$old"; done' \
  prune "$kind" "$keep"
echo "backup: $name, $(wc -l <"$folder/rows") tables, $(awk -F '|' '{ rows += $NF } END { print rows + 0 }' "$folder/rows") rows, read back" >&2
echo "$name"
