#!/bin/sh
# Takes in a database from elsewhere. What serves changes in the last step alone, when everything is there and counted.
#
#   database.sh STACK DATABASE OWNER TOKEN stage       standard input: a dump; prints what it holds as JSON
#   database.sh STACK DATABASE OWNER TOKEN fetch       standard input: a libpq service file; the same
#   database.sh STACK DATABASE OWNER TOKEN apply       puts it in the place of the stack's own, which is saved first
#   database.sh STACK DATABASE OWNER TOKEN discard     removes what was staged
#
# TOKEN is the import's own: what another one staged meanwhile is neither applied nor removed. `apply` prints the id of the backup that holds the state before.
set -eu
stack=$1 database=$2 owner=$3 token=$4
inside() { docker exec --interactive "$stack-backup" "$@"; }
task=import
# shellcheck source=host/restore/exchange.sh
. ./restore/exchange.sh
inspect() { inside sh /tools/import.sh inspect "$token" </dev/null; }

case $5 in
  stage)
    inside sh /tools/import.sh take "$token"
    inspect
    ;;
  fetch)
    # The backups' own container has no way out; this one has, for as long as it takes.
    beside bridge /tools/import.sh fetch "$token"
    inspect
    ;;
  apply)
    inside sh /tools/import.sh mine "$token" </dev/null
    save_state
    restore_dump
    stop_work
    exchange_database
    drop_former
    inside sh /tools/import.sh discard "$token" </dev/null
    say "done; the state before is in backup $saved"
    echo "$saved"
    ;;
  discard) inside sh /tools/import.sh discard "$token" </dev/null ;;
esac
