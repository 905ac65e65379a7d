#!/bin/sh
# Dumps the database that PGHOST and PGDATABASE name, and writes down what it holds; reads the dump to its end.
#
#   . /tools/dump.sh; dump_database FOLDER FAMILY; check_dump FOLDER
#
# FOLDER gets database.dump and manifest.json. Who sources this has `say`, and reads in `step` how far it came. The check
# may go on beside what stores the dump. The hash of the dump is in `hash`.
# shellcheck source=host/backup/sha256.sh
. /tools/sha256.sh
dump_database() {
  dump_folder=$1 dump_family=$2
  step='dumping the database'
  say "$step"
  # Counts and dump see the same moment: the dump joins the snapshot of the transaction that counts.
  WORK=$dump_folder psql --no-psqlrc --quiet --tuples-only --no-align --field-separator="$(printf '\t')" --set ON_ERROR_STOP=1 \
    --output "$dump_folder/counts" --file /tools/dump.sql >&2
  [ -e "$dump_folder/dumped" ]
  rm "$dump_folder/dumped"

  # shellcheck disable=SC2034 # for who sources this
  tables=$(wc -l <"$dump_folder/counts") rows=$(awk -F '\t' '{ sum += $2 } END { print sum + 0 }' "$dump_folder/counts")
  bytes=$(stat --format %s "$dump_folder/database.dump")
  hash=$(sha256 <"$dump_folder/database.dump")
  version=$(pg_dump --version | sed 's/^[^0-9]*\([0-9.]*\).*/\1/')
  printf '{"stack":"%s","family":"%s","when":"%s","postgres":"%s","dump":{"sha256":"%s","bytes":%d},"tables":{%s}}\n' \
    "$STACK" "$dump_family" "$(date --utc +%Y-%m-%dT%H:%M:%SZ)" "$version" "$hash" "$bytes" \
    "$(awk -F '\t' -f /tools/tables.awk "$dump_folder/counts")" >"$dump_folder/manifest.json"
  LC_ALL=C sort "$dump_folder/counts" | awk -F '\t' '$2 > 0' >/tmp/expected
  rm "$dump_folder/counts"
}

# Every row that was counted is in the file, which is read to its end for it.
check_dump() {
  pg_restore --list "$1/database.dump" >/dev/null
  pg_restore --data-only --file - "$1/database.dump" | awk -f /tools/rows.awk | LC_ALL=C sort >/tmp/rows
  if ! diff /tmp/expected /tmp/rows >/tmp/difference; then
    say 'the dump does not hold the rows that the database has (< database, > dump):'
    head -n 20 /tmp/difference >&2
    exit 1
  fi
}
