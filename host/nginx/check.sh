#!/bin/sh
# Asks the smoke checks of a running site.
#
#   check.sh CONTAINER IDENTITY CHECKS
#
# CONTAINER is Nginx's; IDENTITY the engine's for it, which says that the container is new.
set -eu
container=$1 input=$3
# shellcheck source=host/nginx/smoke.sh
. ./nginx/smoke.sh
smoke
