#!/bin/sh
# Takes uploaded files in from elsewhere: beside the media first, then among them.
#
#   media.sh STACK TOKEN stage               standard input: a tar archive; prints what it holds as JSON
#   media.sh STACK TOKEN apply OVERWRITE     OVERWRITE: yes or no; with `yes` what is there is saved first
#   media.sh STACK TOKEN discard             removes what was staged
#
# TOKEN is the import's own: what another one staged meanwhile is neither applied nor removed. `apply` prints the id of the backup that holds the state before, where there is one.
set -eu
stack=$1 token=$2 database=postgres task=import
# shellcheck source=host/restore/exchange.sh
. ./restore/exchange.sh

case $3 in
  stage | discard) beside none /tools/import-media.sh "$token" "$3" ;;
  apply)
    if [ "$4" = yes ]; then save_state; fi
    beside none /tools/import-media.sh "$token" apply "$4" </dev/null
    echo "$saved"
    ;;
esac
