#!/bin/sh
# Lets a login receive the changes of the database, for point-in-time recovery, or takes that away. Neither restarts PostgreSQL.
#
#   archive.sh STACK LOGIN on MEGABYTES...     MEGABYTES: how much is kept of what was not received yet
#   archive.sh STACK LOGIN off
#
# Further arguments say which PostgreSQL it was done for.
set -eu
container=$1-postgres login=$2
sql() { docker exec "$container" psql --no-psqlrc --quiet --tuples-only --no-align --set ON_ERROR_STOP=1 --username postgres --dbname postgres "$@"; }
# The official image lets nobody receive changes over the network.
access() { # access LINES
  # shellcheck disable=SC2016 # runs in the container
  docker exec "$container" sh -euc '
    cd "$PGDATA"
    { grep -v " # socle$" pg_hba.conf || true; if [ -n "$1" ]; then printf "%s # socle\n" "$1"; fi; } >pg_hba.conf.new
    chmod 0600 pg_hba.conf.new
    mv pg_hba.conf.new pg_hba.conf
  ' access "$1"
  sql --output /dev/null --command 'SELECT pg_reload_conf()'
}

case $3 in
  on)
    sql --command "ALTER ROLE \"$login\" REPLICATION"
    # Else what is never received would fill the disk.
    sql --command "ALTER SYSTEM SET max_slot_wal_keep_size = '$4MB'"
    access "host replication $login samenet scram-sha-256"
    ;;
  off)
    if [ "$(docker inspect --format '{{.State.Running}}' "$container" 2>/dev/null)" != true ]; then
      echo 'archive: PostgreSQL does not run; what it keeps for the archive stays bounded, and goes with SELECT pg_drop_replication_slot(slot_name) FROM pg_replication_slots'
      exit 0
    fi
    access ''
    # Its last connection may take a moment to end.
    for _ in 1 2 3 4 5 6 7 8 9 10; do
      sql --output /dev/null --command "SELECT pg_drop_replication_slot(slot_name) FROM pg_replication_slots WHERE slot_name = 'socle' AND NOT active"
      left=$(sql --command "SELECT count(*) FROM pg_replication_slots WHERE slot_name = 'socle'")
      if [ "$left" = 0 ]; then break; fi
      sleep 1
    done
    [ "$left" = 0 ]
    sql --command 'ALTER SYSTEM RESET max_slot_wal_keep_size'
    sql --command "ALTER ROLE \"$login\" NOREPLICATION"
    sql --output /dev/null --command 'SELECT pg_reload_conf()'
    ;;
esac
