#!/bin/sh
# Copies the backups that are not there yet to the off-site repository, and lets old ones go there by the same rules.
#
# What is here is only read, so that a target that is slow or fails never holds up a backup. A copy that was cut off goes on
# where it stopped. Nothing goes after a failure.
set -eu
# shellcheck source=host/backup/record.sh
. /tools/record.sh
began=$(date +%s) step='' bound=21600
say() { echo "copy: $*" >&2; }
restic() { /tools/restic --quiet "$@"; }

finish() {
  code=$?
  [ "$code" -eq 0 ] && return
  record copies.jsonl result=failed "step=$step" "seconds:=$(($(date +%s) - began))" 2>/dev/null || true
  say "FAILED at: $step. The backups on the server are as they were; what is copied already stays."
}

exec 9>/offsite/lock
if ! flock -n 9; then
  say 'another copy is at work; waiting for it'
  flock 9
fi
trap finish EXIT
trap 'exit 130' INT
trap 'exit 143' TERM
# What is newest before the copy begins: a later one asks for a copy of its own.
newest=$(sh /tools/uncopied.sh)

step='reaching the off-site target'
say "$step"
code=0
timeout 30 /tools/restic --quiet --no-lock cat config >/dev/null 2>/tmp/reached || code=$?
if [ "$code" -eq 12 ]; then
  code=0
  timeout 60 sh /tools/adopt.sh 2>/tmp/reached || code=$?
  [ "$code" -ne 0 ] || cat /tmp/reached >&2
fi
case $code in
  0) ;;
  # restic's manual, "Exit codes".
  10) restic init --from-repo /backups/repository --copy-chunker-params >&2 ;;
  12)
    step='opening the off-site repository, which another key made'
    say 'bring its backups here and let this key open it, with the key that made it: socle backup fetch --key FILE; or name another path in backup.offsite.path'
    exit 1
    ;;
  *)
    # The last word is the reason; a target that does not answer is given up after half a minute.
    tail -n 3 /tmp/reached >&2
    # restic does not always wait for ssh's own word.
    login=${RESTIC_REPOSITORY#sftp://}
    if [ "$login" != "$RESTIC_REPOSITORY" ]; then timeout 30 ssh "ssh://${login%%/*}" -s sftp </dev/null >/dev/null || true; fi
    exit 1
    ;;
esac
restic unlock >&2

if [ -e /offsite/cut ]; then
  step='taking stock of what the last copy left'
  # Blobs that were sent, but stand in no index yet, are not sent again.
  restic repair index >&2
fi

step='copying'
say "$step"
# Gone when the copy is done, whatever ends this before.
touch /offsite/cut
timeout "$bound" /tools/restic --quiet copy --from-repo /backups/repository --no-lock \
  --tag scheduled --tag release --tag manual --tag restore --tag base --tag wal >&2
rm -f /offsite/cut

step='letting old ones go'
# shellcheck disable=SC2086 # several options
restic forget --prune --max-unused 10% --tag scheduled --group-by host,tags $KEEP_SCHEDULED >&2
restic forget --prune --max-unused 10% --tag release --group-by host,tags --keep-last "$KEEP_RELEASE" >&2
for family in manual restore; do
  restic forget --prune --max-unused 10% --tag "$family" --group-by host,tags --keep-last 10 >&2
done
# Of the archive as it is done here: host/backup/base.sh, host/backup/store.sh.
if [ -n "$ARCHIVE_DAYS" ]; then
  restic forget --prune --max-unused 10% --tag wal --group-by host,paths --keep-last 1 >&2
  restic forget --tag wal --group-by host --keep-within "$((ARCHIVE_DAYS + 1))d" >&2
  restic forget --prune --max-unused 10% --tag base --group-by host --keep-within "$((ARCHIVE_DAYS + 1))d" >&2
fi

step='listing what is there'
restic snapshots --json >/offsite/snapshots.new
mv /offsite/snapshots.new /offsite/snapshots.json
count=$(grep -o '"short_id"' /offsite/snapshots.json | wc -l)
printf '%s\n' "$newest" >/offsite/copied
record copies.jsonl result=passed "seconds:=$(($(date +%s) - began))" "snapshots:=$count"
say "done in $(($(date +%s) - began)) s: $count backups are off-site"

# Once a day, by a record of its own.
if [ -z "$(find /offsite/checks.jsonl -mmin -1380 2>/dev/null)" ]; then
  exec 9>&-
  trap - EXIT
  sh /tools/verify.sh
fi
