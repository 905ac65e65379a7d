#!/bin/sh
# Recovers the database as it was at a moment, beside the one that serves; nothing that serves changes. `restore.sh` takes it
# from there, as the snapshot `moment:MOMENT`.
#
#   recover.sh STACK DATABASE BASE CHANGES FROM MOMENT      as host/backup/recover.sh has them
#
# Standard output: the manifest of what was recovered.
set -eu
stack=$1 database=$2
shift
task=restore
# shellcheck source=host/restore/exchange.sh
. ./restore/exchange.sh
# shellcheck disable=SC2034 # of exchange.sh
scratch=/backups/recovering
say 'recovering the database beside the one that serves'
beside none /tools/recover.sh "$@"
