#!/bin/sh
# Checks the repository: its structure, and a thirtieth of what it stores, another one each day of a month.
#
#   verify.sh [PART/OF]      such as 1/1 to read everything
#
# In the off-site container it is the repository there: its variables say so.
set -eu
# shellcheck source=host/backup/record.sh
. /tools/record.sh
day=$(($(date +%s) / 86400))
part=${1:-$((day % 30 + 1))/30}
began=$(date +%s)
# shellcheck disable=SC2154 # of record.sh
exec 9>"$records/lock"
flock 9
echo "verify: the structure, and part $part of what is stored" >&2
/tools/restic --quiet unlock >&2
if /tools/restic --quiet check --read-data-subset="$part" >&2; then result=passed; else result=failed; fi
record checks.jsonl "result=$result" "part=$part" "seconds:=$(($(date +%s) - began))"
if [ "$result" = failed ]; then
  echo "verify: FAILED. The backups ${PLACE:-here} are not to be relied on: take one elsewhere now (socle backup now), then see docs/backups.md." >&2
  exit 1
fi
echo "verify: passed in $(($(date +%s) - began)) s" >&2
