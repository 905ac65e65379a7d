#!/bin/sh
# Makes the repository where there is none yet.
set -eu
[ -e "$RESTIC_REPOSITORY/config" ] || /tools/restic --quiet init >&2
