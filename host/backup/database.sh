#!/bin/sh
# Restores the database of a backup beside the one that serves, and compares it with what was counted.
#
#   database.sh SNAPSHOT NEW      NEW: name of an empty database; SNAPSHOT `moment:TIME`: what recover.sh left
#
# Runs in a container of its own, as PostgreSQL's superuser, whose password is read from standard input.
set -eu
snapshot=$1 PGDATABASE=$2
PGHOST=postgres PGUSER=postgres
IFS= read -r PGPASSWORD || [ -n "$PGPASSWORD" ]
export PGDATABASE PGHOST PGUSER PGPASSWORD
case $snapshot in
  moment:*)
    work=/backups/recovered
    if [ "$(cat "$work/moment" 2>/dev/null)" != "${snapshot#moment:}" ]; then
      echo "restore: what was recovered is not of ${snapshot#moment:} any more; nothing was changed. → Run the same again." >&2
      exit 1
    fi
    ;;
  *)
    work=/backups/restore
    rm -rf "$work"
    mkdir -m 0700 "$work"
    ;;
esac
trap 'rm -rf "$work"' EXIT
trap 'exit 143' INT TERM
[ -e "$work/database.dump" ] || /tools/restic --quiet --no-lock restore "$snapshot:/backups/work" --target "$work" >/dev/null
sed -n 's/.*"tables":{\(.*\)}}.*/\1/p' "$work/manifest.json" >"$work/expected"
pg_restore --dbname="$PGDATABASE" --jobs=2 --exit-on-error "$work/database.dump"
psql --no-psqlrc --quiet --tuples-only --no-align --field-separator="$(printf '\t')" --set ON_ERROR_STOP=1 \
  --file /tools/counts.sql >"$work/counts"
awk -F '\t' -f /tools/tables.awk "$work/counts" >"$work/tables"
if ! cmp -s "$work/tables" "$work/expected"; then
  echo 'restore: the restored database does not have the rows that were counted when the backup was made' >&2
  exit 1
fi
psql --no-psqlrc --quiet --command 'ANALYZE'
