#!/bin/sh
# Takes roles and database over into the PostgreSQL that prepare.sh started, and compares every table. Nobody writes meanwhile,
# nor until finish.sh or undo.sh.
#
#   copy.sh STACK DATABASE
#
# Standard output: tables and rows that were compared, with a space between.
set -eu
stack=$1 database=$2
# shellcheck source=host/upgrade/standstill.sh
. ./upgrade/standstill.sh
alone
failed() {
  [ $? -eq 0 ] && return
  undo
  say 'FAILED. The former PostgreSQL serves as before.'
}
trap failed EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP
# In the new server's container, as superuser of either server; its password is in no command line.
# shellcheck disable=SC2016 # runs in the container
within() { docker exec --interactive --env PGUSER=postgres "$new" sh -euc 'umask 077; PGPASSWORD=$(cat /run/socle/password); export PGPASSWORD; exec sh -euc "$1"' upgrade "$1"; }
dump=/var/lib/postgresql/data/socle-dump
psql='psql --no-psqlrc --quiet --tuples-only --no-align --set ON_ERROR_STOP=1'

stand_still
say 'taking the roles over'
within "pg_dumpall --host=postgres --globals-only >/tmp/globals.sql"
within "grep -v '^CREATE ROLE postgres;$' /tmp/globals.sql | $psql --dbname=postgres >/dev/null; rm /tmp/globals.sql"
say 'dumping the database, by the tools of the new version'
within "pg_dump --host=postgres --format=directory --compress=0 --jobs=2 --file=$dump '$database'"
say 'restoring it into the new server'
within "pg_restore --create --dbname=postgres --jobs=2 --exit-on-error $dump && rm -rf $dump"
say 'gathering statistics'
within "$psql --dbname='$database' --command=ANALYZE"
say 'comparing the rows of every table'
count="$psql --dbname='$database' --field-separator='	' --file=/tools/counts.sql"
within "$count --host=postgres" | LC_ALL=C sort >"$state.former"
within "$count" | LC_ALL=C sort >"$state.new"
if ! diff "$state.former" "$state.new" >"$state.difference"; then
  say 'the new server does not have the rows of the former one (< former, > new):'
  head -n 20 "$state.difference" >&2
  exit 1
fi
compared=$(awk -F '\t' '{ rows += $2 } END { print NR + 0, rows + 0 }' "$state.new")
rm "$state.former" "$state.new" "$state.difference"
within "$psql --dbname=postgres --command='ALTER DATABASE \"$database\" CONNECTION LIMIT $(value limit)'"
# Cleanly, so that the server that takes it over has nothing to recover.
docker stop --time 120 "$new" >/dev/null
[ "$(docker inspect --format '{{.State.ExitCode}}' "$new")" = 0 ]
docker rm "$new" >/dev/null
note verified=yes
echo "$compared"
