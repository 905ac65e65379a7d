#!/bin/sh
# Makes the repository where there is none yet. One that another key made goes on with the stack's own key where the other
# one is still on the server; where it is not, the repository is left beside the new one, and opens with that key.
set -eu
if [ -e "$RESTIC_REPOSITORY/config" ]; then
  code=0
  /tools/restic --quiet cat config >/dev/null 2>&1 || code=$?
  # 12: the key is not the repository's (restic's manual, "Exit codes").
  if [ "$code" -eq 12 ]; then
    code=0
    sh /tools/adopt.sh || code=$?
    case $code in 0 | 12) ;; *) exit "$code" ;; esac
  fi
  if [ "$code" -eq 12 ]; then
    former=$RESTIC_REPOSITORY-until-$(date --utc +%Y%m%dT%H%M%SZ)
    mv "$RESTIC_REPOSITORY" "$former"
    echo "backup: the repository was made with another key, which is not on this server; it is left as $former, and a new one begins. Bring its backups into the new one with that key: socle backup fetch --from ${former##*/} --key FILE" >&2
  fi
fi
[ -e "$RESTIC_REPOSITORY/config" ] || /tools/restic --quiet init >&2
