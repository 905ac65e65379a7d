#!/bin/sh
# Prints the stack's record of releases, oldest first.
#
#   list.sh STACK
set -eu
file=$SOCLE_STATE/$1/releases.jsonl
if [ -e "$file" ]; then cat "$file"; fi
