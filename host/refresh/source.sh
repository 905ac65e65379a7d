#!/bin/sh
# Makes an anonymised copy of a stack's backup, in a container that no network leads to.
#
#   source.sh STACK tables SNAPSHOT | make SNAPSHOT TOKEN | send TOKEN | discard TOKEN      as host/backup/anonymise.sh
set -eu
stack=$1 database='' task=refresh
shift
# shellcheck source=host/restore/exchange.sh
. ./restore/exchange.sh
beside none /tools/anonymise.sh "$@"
