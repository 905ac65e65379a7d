#!/bin/sh
# Makes the repository where there is none yet. One that another key made, before the stack was destroyed and set up again,
# is left beside it: with that key it opens.
set -eu
if [ -e "$RESTIC_REPOSITORY/config" ]; then
  code=0
  /tools/restic --quiet cat config >/dev/null 2>&1 || code=$?
  # 12: the key is not the repository's (restic's manual, "Exit codes").
  if [ "$code" -eq 12 ]; then
    former=$RESTIC_REPOSITORY-until-$(date --utc +%Y%m%dT%H%M%SZ)
    mv "$RESTIC_REPOSITORY" "$former"
    echo "backup: the repository was made with another key; it is left as $former, and a new one begins" >&2
  fi
fi
[ -e "$RESTIC_REPOSITORY/config" ] || /tools/restic --quiet init >&2
