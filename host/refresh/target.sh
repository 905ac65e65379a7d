#!/bin/sh
# Puts anonymised data of another stack in the place of this one's own. Until everything is restored beside it and the rows
# are compared, nothing that serves changes.
#
#   target.sh STACK DATABASE OWNER      standard input: what source.sh sends
#
# Standard output: the id of the backup that holds the state before.
set -eu
stack=$1 database=$2 owner=$3 task=refresh token=refresh-$$
# shellcheck source=host/restore/exchange.sh
. ./restore/exchange.sh
inside() { docker exec --interactive "$stack-backup" "$@"; }

inside sh /tools/import.sh take "$token"
inside sh /tools/import.sh unpack "$token" </dev/null
inside sh /tools/import.sh inspect "$token" </dev/null >/dev/null
save_state
restore_dump
say 'laying the media beside those that serve'
beside none /tools/media.sh /backups/import/media stage </dev/null
stop_work
exchange_database
say 'changing the media'
beside none /tools/media.sh - swap </dev/null
drop_former
inside sh /tools/import.sh discard "$token" </dev/null
say "done; the state before is in backup $saved"
echo "$saved"
