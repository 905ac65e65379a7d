#!/bin/sh
# Brings roles and database to what the stack wants.
#
#   database.sh CONTAINER DATABASE OWNER LOGIN FORMER SECONDS BACKUP
#
# Standard input: the SQL, which begins by setting :password, :backup_password and :superuser_password.
# BACKUP is the login that backups read with. FORMER is the login of the generation before; its password goes out of use after SECONDS.
set -eu
container=$1 database=$2 owner=$3 login=$4 former=$5 seconds=$6 backup=$7
docker exec --interactive "$container" psql --no-psqlrc --quiet --set ON_ERROR_STOP=1 --username postgres --dbname postgres \
  --set "database=$database" --set "owner=$owner" --set "login=$login" --set "former=$former" --set "seconds=$seconds" \
  --set "backup=$backup" --set "stack=${container%-postgres}" >/dev/null
