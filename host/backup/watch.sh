#!/bin/sh
# First process of the watch: tells the webhook when backups, checks, drills or copies fail or are overdue, and when they
# are well again. It reads what the others leave behind, so that none of them has to be alive to be missed.
#
# STACK  the stack's name; BACKUP_HOURS, DRILL_HOURS, COPY_HOURS, OFFSITE_DRILL_HOURS  when each is overdue; empty: there is none
# ARCHIVE_MINUTES  how far the archive of the database's changes may be behind; empty: there is none
# MESSAGE_NAME, MESSAGE_CHANNEL  as the settings of messages have them
set -eu
told=/watch

quoted() { printf %s "$1" | sed 's/\\/\\\\/g; s/"/\\"/g; s/&/\&amp;/g; s/</\&lt;/g; s/>/\&gt;/g' | tr '\n\t' '  '; }
# The address stands in a file: it is all that it takes to write into the channel.
send() {
  channel=''
  [ -z "$MESSAGE_CHANNEL" ] || channel=",\"channel\":\"$(quoted "$MESSAGE_CHANNEL")\""
  printf '{"text":"*%s %s: %s*\\n%s","username":"%s"%s}' "$1" "$STACK" "$(quoted "$2")" "$(quoted "$3")" "$(quoted "$MESSAGE_NAME")" "$channel" |
    curl --silent --show-error --fail --output /dev/null --max-time 10 --config /run/socle/webhook \
      --header 'Content-Type: application/json' --data-binary @- >&2
}

# judge NAME PROBLEM MEND: told once, again after a day; an empty problem: all is well.
judge() {
  file=$told/$1
  if [ -z "$2" ]; then
    if [ -e "$file" ] && send ✅ "well again: $(cat "$file")" ''; then rm "$file"; fi
  elif [ "$(cat "$file" 2>/dev/null)" != "$2" ] || [ -z "$(find "$file" -mmin -1440)" ]; then
    echo "watch: $2" >&2
    # What was not taken is sent again at the next turn.
    if send ❌ "$2" "→ $3"; then printf %s "$2" >"$file"; fi
  fi
}

# The step at which the last attempt failed; nothing where it passed.
failed() {
  line=$(tail -n 1 "$1" 2>/dev/null) || return 0
  case $line in
    *'"result":"failed"'*)
      step=$(printf %s "$line" | sed -n 's/.*"step":"\([^"]*\)".*/\1/p')
      echo "$2${step:+ at: $step}"
      ;;
  esac
}

# Whether the last good one is older than so many hours; one that never was counts from when the watch began.
overdue() {
  [ -n "$2" ] || return 0
  when=$(grep '"result":"passed"' "$1" 2>/dev/null | tail -n 1 | sed -n 's/^{"when":"\([0-9-]*\)T\([0-9:]*\)Z".*/\1 \2/p')
  if [ -n "$when" ]; then since=$(TZ=UTC0 date -d "$when" +%s); else since=$(cat "$told/.began"); fi
  if [ $(($(date +%s) - since)) -gt $(($2 * 3600)) ]; then echo "$3 for $2 hours"; fi
}

# Whether the database's changes do not come into the archive, or not from there into the repository, which waits while a backup
# is at work.
behind() {
  received=$(cat "/archive/$(cat /archive/era 2>/dev/null)/until" 2>/dev/null || echo "$started")
  stored=$(cat /archive/stored 2>/dev/null || echo "$started")
  limit=$(($(date +%s) - ARCHIVE_MINUTES * 60))
  if [ "$received" -lt "$limit" ]; then
    echo "the archive has had none of the database's changes for more than $ARCHIVE_MINUTES min"
  elif [ "$stored" -lt "$limit" ] && free; then
    echo "the repository has had none of the database's changes for more than $ARCHIVE_MINUTES min"
  fi
}

# The backups' lock is held as long as one is at work.
free() { [ ! -e /backups/lock ] || (exec 8</backups/lock && flock -s -n 8); }

[ -e "$told/.began" ] || date +%s >"$told/.began"
started=$(date +%s)
trap 'exit 0' TERM INT
while :; do
  touch /tmp/heartbeat
  cut='' stopped=''
  if free; then
    if [ -d /backups/work ]; then cut='the backup was cut off'; fi
    if [ -n "$(find /backups/heartbeat -mmin +10 2>/dev/null)" ]; then stopped='the backup container does not work'; fi
  fi
  judge stopped "$stopped" 'See why: socle status, socle logs backup'
  judge backup "${cut:-$(failed /backups/history.jsonl 'the backup failed')}" 'See why: socle logs backup; make one now: socle backup now'
  judge backup-overdue "$(overdue /backups/history.jsonl "$BACKUP_HOURS" 'no good backup')" 'Make one now: socle backup now'
  judge check "$(failed /backups/checks.jsonl 'the check of the backups failed: they are not to be relied on')" 'Read them all: socle backup verify --all; then see docs/backups.md'
  judge drill "$(failed /backups/drills.jsonl 'the restore drill failed')" 'Run it again: socle drill restore'
  judge drill-overdue "$(overdue /backups/drills.jsonl "$DRILL_HOURS" 'no restore drill passed')" 'Run one: socle drill restore'
  if [ -n "$COPY_HOURS" ]; then
    judge copy "$(failed /offsite/copies.jsonl 'the off-site copy failed')" 'It is tried again by itself; see why: socle logs offsite'
    judge copy-overdue "$(overdue /offsite/copies.jsonl "$COPY_HOURS" 'no off-site copy')" 'See why: socle backup copy'
    judge offsite-check "$(failed /offsite/checks.jsonl 'the check of the off-site copy failed: it is not to be relied on')" 'Read it all: socle backup verify --offsite --all; then see docs/backups.md'
    judge offsite-drill "$(failed /offsite/drills.jsonl 'the restore drill of the off-site copy failed')" 'Run it again: socle drill restore --offsite'
    judge offsite-drill-overdue "$(overdue /offsite/drills.jsonl "$OFFSITE_DRILL_HOURS" 'no restore drill of the off-site copy passed')" 'Run one: socle drill restore --offsite'
  fi
  if [ -n "$ARCHIVE_MINUTES" ]; then
    judge archive "$(behind)" 'Until it goes on, no moment from now can be recovered. See why: socle status, socle logs archive'
    judge base "$(failed /backups/bases.jsonl 'the base backup failed')" 'It is tried again by itself; see why: socle logs archive'
    judge base-overdue "$(overdue /backups/bases.jsonl 26 'no base backup')" 'See why: socle logs archive'
  fi
  sleep 10 &
  wait $! || true
done
