#!/bin/sh
# Brings roles and database to what the stack wants.
#
#   database.sh NAME=VALUE...
#
# Standard input: the SQL, which begins by setting :password, :backup_password and :superuser_password.
# `backup` is the login that backups read with. `previous` is the login of the generation before; its password goes out of use
# after `seconds`.
set -eu
takes='container database owner login previous seconds backup'
# shellcheck source=host/arguments.sh
. ./arguments.sh
docker exec --interactive "$container" psql --no-psqlrc --quiet --set ON_ERROR_STOP=1 --username postgres --dbname postgres \
  --set "database=$database" --set "owner=$owner" --set "login=$login" --set "previous=$previous" --set "seconds=$seconds" \
  --set "backup=$backup" --set "stack=${container%-postgres}" >/dev/null
