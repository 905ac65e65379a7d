#!/bin/sh
# Removes what the stack's releases left on its host, when its data goes too.
#
#   forget.sh STACK
set -eu
folder=$SOCLE_STATE/$1
rm -rf "$folder"/releases.jsonl "$folder"/served "$folder"/static "$folder"/canary "$folder"/migration*
# A lock that is held stays until it is given back.
rmdir "$folder" 2>/dev/null || true
