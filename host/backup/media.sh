#!/bin/sh
# Brings the media of a backup back, beside what is there, then in its place.
#
#   media.sh SNAPSHOT stage      restores into /media/.restore; nothing that is served changes. A path from the root on is a
#                                folder whose files are taken instead
#   media.sh SNAPSHOT swap       puts it in the place of what is there, by names alone: no file is copied
#
# Runs in a container of its own that may write the media.
set -eu
snapshot=$1
cd /media

# Nothing but names change; after .swapping is there, what was served lies in .before, whole.
away() { find . -mindepth 1 -maxdepth 1 ! -name .restore ! -name .before ! -name .swapping ! -name .socle -exec mv -t .before {} +; }
back() { find .before -mindepth 1 -maxdepth 1 -exec mv -t . {} +; }
into() { find .restore -mindepth 1 -maxdepth 1 ! -name .socle -exec mv -t . {} +; }

case $2 in
  stage)
    # A swap that was cut off is ended first, forward or back.
    if [ -e .swapping ]; then into; elif [ -d .before ]; then back; fi
    rm -rf .restore .before .swapping
    mkdir .restore
    case $snapshot in
      /*) cp -R "$snapshot/." .restore ;;
      *) /tools/restic --quiet --no-lock restore "$snapshot:/media" --target .restore >/dev/null ;;
    esac
    ;;
  swap)
    mkdir -p .before
    away
    touch .swapping
    into
    rm -rf .restore .before .swapping
    ;;
esac
