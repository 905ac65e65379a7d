#!/bin/sh
# PostgreSQL keeps a mark of its own among the options of a column (pg_attver) since 15.20; pg_dump 16.14, the newest that
# PyPI has, takes it for a setting and writes it out, which no server takes in. So a server of 15 is dumped by pg_dump of 15.
for word; do
  case $word in --host=*) host=${word#--host=} ;; esac
done
case $(psql --no-psqlrc --tuples-only --no-align --dbname=postgres ${host:+"--host=$host"} --command='SHOW server_version_num' 2>/dev/null) in
  15*) exec "$0-15" "$@" ;;
  *) exec "$0-16" "$@" ;;
esac
