#!/bin/sh
# First process of the backup container: makes the scheduled backups, one that was missed as soon as it runs again, and
# restores for trial what the off-site container has brought back (bring-back.sh).
#
# BACKUP_TIMES  times of day as HH:MM, with spaces between; TZ says where
set -eu

# shellcheck source=host/backup/due.sh
. /tools/due.sh

# What a backup, a drill or a recovery left behind that ended with the container: nothing else runs in it yet.
rm -rf /backups/work /backups/drill /backups/recovering
sh /tools/open.sh
# A stack that is new has nothing to catch up with.
[ -e /backups/attempted ] || touch /backups/attempted

trap 'exit 0' TERM INT
while :; do
  # The second is for the watch, which is another container.
  touch /tmp/heartbeat /backups/heartbeat
  if [ "$(due "$BACKUP_TIMES")" -gt "$(stat --format %Y /backups/attempted)" ]; then
    # Once for each time that was due, whatever comes of it: its failure is told, not repeated every few seconds.
    touch /backups/attempted
    sh /tools/scheduled.sh &
    wait $! || true
  fi
  if [ -e /offsite/brought-back ]; then
    rm /offsite/brought-back
    RESTIC_REPOSITORY=/offsite/brought RECORDS=/offsite sh /tools/drill.sh >/dev/null &
    wait $! || true
    rm -rf /offsite/brought
  fi
  sleep 10 &
  wait $! || true
done
