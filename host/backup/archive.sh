#!/bin/sh
# First process of the archive: receives the changes of the database as they happen (pg_receivewal), stores them in the
# repository, and makes a base backup each day, from which a recovery begins.
#
# ARCHIVE_TIME     time of day of the base backup, as HH:MM; TZ says where
# ARCHIVE_MINUTES  how far the repository may be behind
# ARCHIVE_PENDING  megabytes that PostgreSQL keeps of what was not received yet; as much stays free on the disk
#
# /archive/era names the folder of an unbroken row of changes. Where the row breaks, since PostgreSQL had to let go of what
# was not received in time or is another one by now, the next begins, with a base backup of its own.
set -u
# shellcheck source=host/backup/due.sh
. /tools/due.sh
say() { echo "archive: $*" >&2; }
ask() { psql --no-psqlrc --quiet --tuples-only --no-align --set ON_ERROR_STOP=1 --command "$1"; }
alive() { [ -n "$1" ] && kill -0 "$1" 2>/dev/null; }

receiver='' worker='' stored=0 missed=0 full=''
# All that runs in this container: restic leaves no lock where it is asked to end.
leave() {
  kill -TERM -1
  wait
  exit 0
}
trap leave TERM INT

stop_receiving() {
  if alive "$receiver"; then
    kill -KILL "$receiver"
    wait "$receiver" 2>/dev/null
  fi
  receiver=''
}

begin_era() {
  say "$1: a new row of changes begins"
  stop_receiving
  ask "SELECT pg_drop_replication_slot(slot_name) FROM pg_replication_slots WHERE slot_name = 'socle' AND NOT active" >/dev/null &&
    ask "SELECT pg_create_physical_replication_slot('socle', true)" >/dev/null || return 1
  name=$(date --utc +%Y%m%dT%H%M%SZ)
  mkdir -p "/archive/$name" && printf '%s\n' "$name" >/archive/era.new && mv /archive/era.new /archive/era
}

# One that is gone for good is begun anew; one that PostgreSQL does not answer about stays.
look_after_era() {
  slot=$(ask "SELECT coalesce((SELECT wal_status FROM pg_replication_slots WHERE slot_name = 'socle'), 'none')") || return 1
  if [ ! -e /archive/era ]; then begin_era 'there is none yet'
  elif [ "$slot" = none ]; then begin_era 'PostgreSQL knows nothing of this archive'
  elif [ "$slot" = lost ]; then begin_era "PostgreSQL let go of changes that were not received, beyond $ARCHIVE_PENDING MB"
  fi
}

# On a disk that is nearly full, what PostgreSQL keeps itself is bounded, and what is received here is not.
receive() {
  if [ "$(df --output=avail --block-size=1M /archive | tail -n 1)" -lt "$ARCHIVE_PENDING" ]; then
    [ -n "$full" ] || say "less than $ARCHIVE_PENDING MB are free on the disk: nothing is received until there is room"
    full=yes
    stop_receiving
  else
    full=''
    alive "$receiver" || {
      pg_receivewal --no-password --directory "/archive/$(cat /archive/era)" --slot socle --synchronous --no-loop &
      receiver=$!
    }
  fi
}

moment_of() { stat --format %Y "/archive/$(cat /archive/era)/$1" 2>/dev/null || echo 0; }
# One that failed, or was cut off, is tried again, though not at once.
base_due() {
  last=$(moment_of attempted)
  if [ "$(moment_of based)" -lt "$last" ] || [ "$last" = 0 ]; then [ "$(($(date +%s) - last))" -gt 600 ]
  else [ "$(due "$ARCHIVE_TIME")" -gt "$last" ]
  fi
}
store_due() { [ "$(($(date +%s) - stored))" -ge "$((ARCHIVE_MINUTES * 30))" ]; }

# What this container left when it was killed.
/tools/restic --quiet unlock >/dev/null 2>&1
while :; do
  touch /tmp/heartbeat
  if look_after_era; then
    receive
    if ! alive "$worker"; then
      if base_due; then
        touch "/archive/$(cat /archive/era)/attempted"
        sh /tools/base.sh &
        # Stored as soon as it is there: from then on there is a moment to recover to.
        worker=$! stored=0
      elif store_due; then
        sh /tools/store.sh &
        worker=$! stored=$(date +%s)
      fi
    fi
    if sh /tools/mark.sh; then missed=0; else missed=$((missed + 1)); fi
    # PostgreSQL waits for a receiver that neither receives nor ends, even with its checkpoints.
    if [ "$missed" -ge 6 ]; then
      say 'nothing has been received for a minute: receiving begins anew'
      stop_receiving
      missed=0
    fi
  fi
  sleep 5 &
  wait $!
done
