#!/bin/sh
# Restores a backup of database and media into the stack that it was made of. What is there is saved first; until
# everything is restored beside it and compared, nothing that serves changes.
#
#   restore.sh NAME=VALUE...      parts: all, database or media
#
# Standard output: the id of the backup that holds the state before.
set -eu
takes='stack database owner snapshot parts'
# shellcheck source=host/arguments.sh
. ./arguments.sh
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
