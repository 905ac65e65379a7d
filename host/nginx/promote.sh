#!/bin/sh
# Decides about the canary of a stack: all visitors see the new release, or none.
#
#   promote.sh STACK promote|back|show BY
#
# Prints it as NAME=VALUE lines; nothing where there is none. Exit status 3: nobody waits for the decision any more.
set -eu
file=$SOCLE_STATE/$1/canary decision=$2 by=${3:-}
[ -e "$file" ] || exit 0
cat "$file"
echo "now=$(date +%s)"
[ "$decision" != show ] || exit 0
printf 'decision=%s\nby=%s\n' "$decision" "$(printf '%s' "$by" | tr '\n\r' '  ')" >>"$file"
tries=0
# Nginx may be asked in between.
while [ -e "$file" ]; do
  tries=$((tries + 1))
  if [ "$tries" -ge 120 ]; then
    rm -f "$file"
    exit 3
  fi
  sleep 1
done
