#!/bin/sh
# Gives an upgrade up before the switch: the former PostgreSQL serves as before.
#
#   undo.sh STACK DATABASE
set -eu
stack=$1 database=$2
# shellcheck source=host/upgrade/standstill.sh
. ./upgrade/standstill.sh
alone
undo
