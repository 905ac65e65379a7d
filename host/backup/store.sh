#!/bin/sh
# Stores the archived changes of the database in the repository, up to this moment where PostgreSQL answers.
set -eu
say() { echo "archive: $*" >&2; }
restic() { /tools/restic --quiet "$@"; }
# Names alone, at one moment: a segment that is complete changes its name.
view=/archive/view
trap 'rm -rf "$view"' EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

exec 9>/backups/lock
flock 9
restic unlock >/dev/null 2>&1 || sh /tools/open.sh
sh /tools/mark.sh || say 'PostgreSQL or what receives its changes does not answer; what was received is stored'
current=$(cat /archive/era)
for folder in /archive/*T*Z; do
  era=${folder##*/}
  if [ ! -e "$folder/until" ]; then
    [ "$era" = "$current" ] || rm -rf "$folder"
    continue
  fi
  # Before the changes: these are at least as new.
  until=$(cat "$folder/until")
  rm -rf "$view"
  mkdir "$view"
  cp --archive --link "$folder" "$view/" 2>/dev/null || { sleep 1 && rm -rf "${view:?}/$era" && cp --archive --link "$folder" "$view/"; }
  # A further name changes a file's ctime, and nothing of its content.
  restic backup --host "$STACK" --ignore-ctime --tag "wal,era-$era,until-$until" "$view/$era" >&2
  if [ "$era" = "$current" ]; then
    printf '%s\n' "$until" >/archive/stored.new
    mv /archive/stored.new /archive/stored
  else
    # A row of changes that ended is in the repository alone.
    rm -rf "$folder"
  fi
done
restic forget --tag wal --group-by host,paths --keep-last 1 >&2
# What is copied elsewhere is copied at most once an hour: host/backup/uncopied.sh.
date --utc +%Y-%m-%dT%H >/backups/archived
