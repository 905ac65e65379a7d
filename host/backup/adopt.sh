#!/bin/sh
# Lets the stack's key open a repository that a key before it made, which host/volume-files.sh keeps beside it. From then on
# both of them open it.
#
# Exit status 12, restic's own for a wrong key: none of them opens the repository; nothing was changed.
set -eu
for previous in "$RESTIC_PASSWORD_FILE"-until-*; do
  [ -e "$previous" ] || continue
  restic() { /tools/restic --quiet --password-file "$previous" "$@"; }
  code=0
  said=$(restic --no-lock cat config 2>&1 >/dev/null) || code=$?
  [ "$code" -ne 12 ] || continue
  if [ "$code" -ne 0 ]; then
    printf '%s\n' "$said" >&2
    exit "$code"
  fi
  restic unlock >&2
  restic key add --new-password-file "$RESTIC_PASSWORD_FILE" >&2
  echo "backup: ${previous##*/} made the repository; the stack's present key opens it from now on as well" >&2
  exit
done
exit 12
