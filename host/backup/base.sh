#!/bin/sh
# Makes a base backup: the files of the whole database cluster, from which the archived changes lead on to any later
# moment. It counts only when it was read back.
#
# ARCHIVE_DAYS  how many days back there is a moment to recover to
set -eu
# shellcheck source=host/backup/record.sh
. /tools/record.sh
began=$(date +%s) step=''
say() { echo "base: $*" >&2; }
restic() { /tools/restic --quiet "$@"; }
era=$(cat /archive/era)

finish() {
  code=$?
  [ "$code" -eq 0 ] && return
  record bases.jsonl result=failed "step=$step" "seconds:=$(($(date +%s) - began))" 2>/dev/null || true
  say "FAILED at: $step. What is stored already stays."
}
trap finish EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

# One that dumps has its way first.
exec 9>/backups/lock
flock 9
step='opening the repository'
restic unlock >/dev/null 2>&1 || sh /tools/open.sh
# As in run.sh.
if [ -e /backups/incoming ]; then restic forget --tag incoming --unsafe-allow-remove-all >&2; fi
touch /backups/incoming

step='making the base backup'
say "$step"
from=$(psql --no-psqlrc --quiet --tuples-only --no-align --command 'SELECT pg_walfile_name(pg_current_wal_lsn())')
# restic sees the exit status of what it stores the output of: without success there is no snapshot.
incoming=$(PGOPTIONS='-c client_min_messages=warning' /tools/restic --quiet backup --host "$STACK" --tag incoming --json --stdin-filename base.tar --stdin-from-command -- \
  pg_basebackup --no-password --pgdata=- --format=tar --wal-method=none --checkpoint=fast --manifest-checksums=SHA256 |
  sed -n 's/.*"snapshot_id":"\([0-9a-f]*\)".*/\1/p')
[ -n "$incoming" ]
# Whole seconds: from the next one on.
at=$(($(date +%s) + 1))

step='reading the base backup back'
say "$step"
[ "$(restic dump "$incoming" /base.tar | tar --list --file - | tail -n 1)" = backup_manifest ] || {
  say 'what the repository gives back is cut off'
  exit 1
}

step='giving it its name'
restic tag --set "base,era-$era,from-$from,at-$at" "$incoming" >&2
rm /backups/incoming
touch "/archive/$era/based"

step='letting old ones go'
# Of the days that are promised, the first needs a base from before it.
restic forget --tag base --group-by host --keep-within "$((ARCHIVE_DAYS + 1))d" >&2
restic forget --tag wal --group-by host --keep-within "$((ARCHIVE_DAYS + 1))d" >&2
oldest=$(restic snapshots --json --tag "base,era-$era" | grep -o '"from-[0-9A-F]*"' | tr -d '"' | LC_ALL=C sort | head -n 1)
[ -n "$oldest" ]
# Names of segments are in the order of the changes.
find "/archive/$era" -type f -name '????????????????????????' -printf '%f\n' | LC_ALL=C awk -v "oldest=${oldest#from-}" '$0 "" < oldest ""' |
  while IFS= read -r segment; do rm -f "/archive/$era/$segment"; done
record bases.jsonl result=passed "seconds:=$(($(date +%s) - began))"
say "done in $(($(date +%s) - began)) s"
