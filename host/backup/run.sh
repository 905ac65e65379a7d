#!/bin/sh
# Makes one backup of database and media. It counts only when it was read back from the repository and found whole.
#
#   run.sh FAMILY        scheduled, release, manual or restore; each family has a retention of its own
#
# `restore`: what was there before a restore. Prints what it does on standard error, and at the end the snapshot's id on standard output.
# Runs in the backup container: its variables say where database and repository are (components/backup.ts).
set -eu
# shellcheck source=host/backup/record.sh
. /tools/record.sh
# shellcheck source=host/backup/dump.sh
. /tools/dump.sh
# shellcheck source=host/backup/own-part.sh
. /tools/own-part.sh
family=$1
work=/backups/work
began=$(date +%s)
step='' snapshot=''

say() { echo "backup: $*" >&2; }
restic() { /tools/restic --quiet "$@"; }

finish() {
  code=$?
  rm -rf "$work"
  [ "$code" -eq 0 ] && return
  # A disk without room has none for this line either; the exit status speaks then.
  record history.jsonl result=failed "family=$family" "step=$step" "seconds:=$(($(date +%s) - began))" 2>/dev/null || true
  say "FAILED at: $step. Earlier backups are as they were; nothing was removed."
}

# Space is looked for first: a dump that fills the disk takes the database down with it where they share one.
room() {
  size=$(psql --no-psqlrc --tuples-only --no-align --command 'SELECT pg_database_size(current_database())')
  free=$(($(df --output=avail --block-size=1 /backups | tail -n 1)))
  if [ "$free" -lt "$size" ]; then
    say "$((free / 1048576)) MB are free where backups are kept, and the database has $((size / 1048576)) MB"
    return 1
  fi
}

exec 9>/backups/lock
if ! flock --nonblock 9; then
  say "another backup is at work; waiting for it"
  flock 9
fi
trap finish EXIT
trap 'exit 130' INT
trap 'exit 143' TERM
rm -rf "$work"
mkdir "$work"

# Each call of restic takes more than half a second to derive its key: there are no more of them than it takes, and this
# one's time is that of the dump.
opened() {
  # Only locks whose process is gone: restic's own judgement.
  restic unlock >/dev/null 2>&1 || sh /tools/open.sh
  # What a backup that was killed left without a family.
  if [ -e /backups/incoming ]; then restic forget --tag incoming --unsafe-allow-remove-all >&2; fi
  touch /backups/incoming
}

step='looking for room on the disk'
room
opened &
opening=$!

dump_database "$work" "$family"
step='naming the roles'
pg_dumpall --globals-only --no-role-passwords >"$work/globals.sql"

own_part "$family"

step='opening the repository'
wait "$opening"
step='storing database and media'
say "$step"
# After the database: a file that a row names is there. One that vanishes while it is read makes the backup incomplete.
store() { restic backup --host "$STACK" --tag incoming --json "$work" /media ${own:+"$own"} >/backups/stored.json; }
check_dump "$work" &
checking=$!
store || { say 'not everything could be read; once more' && store; }
incoming=$(sed -n 's/.*"snapshot_id":"\([0-9a-f]*\)".*/\1/p' /backups/stored.json)
[ -n "$incoming" ]
step='checking the dump'
wait "$checking"

step='reading the backup back'
say "$step"
if [ "$(restic dump "$incoming" "$work/database.dump" | sha256)" != "$hash" ]; then
  say 'what the repository gives back is not what was stored'
  exit 1
fi

step='giving it its name'
# A tag makes a new snapshot of the same content; eight digits name it.
snapshot=$(restic --json tag --set "$family" "$incoming" | sed -n 's/.*"new_snapshot_id":"\([0-9a-f]\{8\}\).*/\1/p')
[ -n "$snapshot" ]
rm /backups/incoming

step='letting old ones go'
# Each family by itself; never after a failure, which does not come this far.
# shellcheck disable=SC2086 # several options
case $family in
  scheduled) restic forget --tag scheduled --group-by host,tags $KEEP_SCHEDULED >&2 ;;
  release) restic forget --tag release --group-by host,tags --keep-last "$KEEP_RELEASE" >&2 ;;
  *) restic forget --tag "$family" --group-by host,tags --keep-last 10 >&2 ;;
esac
if [ "$family" = scheduled ]; then restic prune --max-unused 10% >&2; fi

record history.jsonl result=passed "family=$family" "seconds:=$(($(date +%s) - began))" "snapshot=$snapshot" \
  "bytes:=$bytes" "tables:=$tables" "rows:=$rows"
say "done in $(($(date +%s) - began)) s: snapshot $snapshot, $tables tables, $rows rows"
echo "$snapshot"
