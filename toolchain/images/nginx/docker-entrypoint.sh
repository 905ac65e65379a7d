#!/bin/sh
# Start of the stand-in: as the official image's, the scripts of
# /docker-entrypoint.d run in order before Nginx itself.
set -eu

if [ "$1" = nginx ] || [ "$1" = nginx-debug ]; then
  # A loop over words, not a pipe: what *.envsh sets must reach Nginx.
  # shellcheck disable=SC2044
  for file in $(find /docker-entrypoint.d/ -follow -type f | sort -V); do
    case $file in
      *.envsh)
        # shellcheck source=/dev/null
        . "$file"
        ;;
      *.sh)
        if [ -x "$file" ]; then "$file"; else echo "$file: not executable, left out" >&2; fi
        ;;
      *) echo "$file: neither .sh nor .envsh, left out" >&2 ;;
    esac
  done
fi
exec "$@"
