#!/bin/sh
# Restores a backup of database and media into the stack that it was made of. What is there is saved first; until
# everything is restored beside it and compared, nothing that serves changes.
#
#   restore.sh STACK DATABASE OWNER SNAPSHOT PARTS      PARTS: all, database or media
#
# Standard output: the id of the backup that holds the state before.
set -eu
stack=$1 database=$2 owner=$3 snapshot=$4 parts=$5
task=restore
# shellcheck source=host/restore/exchange.sh
. ./restore/exchange.sh
has() { case $parts in all | "$1") true ;; *) false ;; esac; }

save_state
if has database; then
  say 'restoring the database beside the one that serves'
  make_database
  docker exec "$stack-postgres" cat /run/socle/password | beside "$stack-data" /tools/database.sh "$snapshot" "$new"
fi
if has media; then
  say 'restoring the media beside those that serve'
  beside none /tools/media.sh "$snapshot" stage
fi
stop_work
if has database; then exchange_database; fi
if has media; then
  say 'changing the media'
  beside none /tools/media.sh "$snapshot" swap
fi
if has database; then drop_former; fi
say "done; the state before is in backup $saved"
echo "$saved"
