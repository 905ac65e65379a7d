#!/bin/sh
# Marks this moment among the changes of the database, and waits some seconds for the archive to have it. Exit status 1: not yet.
#
# The moment is kept in the file `until` beside the changes: up to then the archive is whole. A mark is a transaction that
# changes nothing, so that a database in which nothing happens has a moment to recover to.
set -eu
folder=/archive/$(cat /archive/era)
ask() { psql --no-psqlrc --quiet --tuples-only --no-align --set ON_ERROR_STOP=1 "$@"; }
# Two transactions: the second sees where the first one ended.
marked=$(ask --command 'SELECT floor(extract(epoch FROM now()))::bigint FROM pg_current_xact_id()' --command 'SELECT pg_current_wal_insert_lsn()')
moment=${marked%%
*}
place=${marked##*
}
for _ in 1 2 3 4 5 6 7 8 9 10; do
  if [ "$(ask --command "SELECT restart_lsn >= '$place' FROM pg_replication_slots WHERE slot_name = 'socle' AND active")" = t ]; then
    printf '%s\n' "$moment" >"$folder/until.new"
    mv "$folder/until.new" "$folder/until"
    exit 0
  fi
  sleep 0.5
done
exit 1
