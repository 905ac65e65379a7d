#!/bin/sh
# Restores a backup into a PostgreSQL of its own that no network leads to, and leaves it running for who sourced this.
#
#   . /tools/scratch.sh; scratch_start SNAPSHOT FOLDER; …; scratch_stop FOLDER
#
# It listens on a socket in FOLDER alone. `scratch_psql` speaks to the restored database. `scratch_tables` restores the
# tables alone, without a row.
scratch_start() {
  scratch=$2
  rm -rf "$scratch"
  mkdir -m 0700 "$scratch"
  restic restore "$1:/backups/work" --target "$scratch/backup" >/dev/null
  scratch_serve
  PGHOST=$scratch PGUSER=postgres pg_restore --dbname=restored --jobs=2 --exit-on-error "$scratch/backup/database.dump" >&2
}

scratch_tables() {
  scratch=$2
  rm -rf "$scratch"
  mkdir -m 0700 "$scratch" "$scratch/backup"
  restic dump "$1" /backups/work/globals.sql >"$scratch/backup/globals.sql"
  scratch_serve
  # pg_restore reads the beginning alone, and restic complains that nobody reads on.
  restic dump "$1" /backups/work/database.dump 2>/dev/null | PGHOST=$scratch PGUSER=postgres pg_restore --dbname=restored --schema-only --exit-on-error >&2
}

scratch_serve() {
  # initdb asks for the name of its user, and a site's user has none in this image: libnss_wrapper, which the official image
  # brings for that, gives it one.
  printf 'backup:x:%s:%s::/tmp:/bin/sh\n' "$(id -u)" "$(id -g)" >"$scratch/passwd"
  LD_PRELOAD=$(find /usr/lib -name libnss_wrapper.so | head -n 1) NSS_WRAPPER_PASSWD=$scratch/passwd NSS_WRAPPER_GROUP=/dev/null \
    initdb --pgdata="$scratch/data" --username=postgres --auth=trust --encoding=UTF8 --locale=C.UTF-8 --no-sync >/dev/null
  scratch_run ''
  # The roles that own things; those that every server has are there already.
  grep -v '^CREATE ROLE postgres;$' "$scratch/backup/globals.sql" | PGHOST=$scratch PGUSER=postgres PGDATABASE=postgres \
    psql --no-psqlrc --quiet --set ON_ERROR_STOP=1 >/dev/null
  PGHOST=$scratch PGUSER=postgres PGDATABASE=postgres createdb --template=template0 restored
}

#   scratch_run OPTIONS
#
# Starts the cluster in $scratch/data with further options of postgres(1), and waits until it answers.
scratch_run() {
  # What is thrown away need not outlive a crash. A recovery may take hours.
  pg_ctl --pgdata="$scratch/data" --log="$scratch/log" --wait --timeout=86400 --silent start --options \
    "-c listen_addresses='' -c unix_socket_directories='$scratch' -c fsync=off -c full_page_writes=off -c shared_buffers=64MB -c maintenance_work_mem=64MB -c max_wal_size=2GB $1" >&2 || return 1
  # Up, for pg_ctl, also while it recovers and takes no connections yet. 1: not yet; 2: it has ended.
  code=1
  while [ "$code" -eq 1 ]; do
    code=0
    pg_isready --quiet --host="$scratch" --username=postgres || code=$?
    [ "$code" -ne 1 ] || sleep 0.5
  done
  return "$code"
}

scratch_psql() { PGHOST=$scratch PGUSER=postgres PGDATABASE=restored PGOPTIONS='' psql --no-psqlrc --quiet --tuples-only --no-align --set ON_ERROR_STOP=1 "$@"; }

scratch_stop() {
  if [ -e "$1/data/postmaster.pid" ]; then pg_ctl --pgdata="$1/data" --mode=immediate --silent stop >&2 || true; fi
  rm -rf "$1"
}
