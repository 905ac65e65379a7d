#!/bin/sh
# Brings the newest off-site backup back for a drill, which the backup container makes of it: this one has no PostgreSQL, and
# that one no way out. What comes of it stands in /offsite/drills.jsonl.
set -eu
# shellcheck source=host/backup/record.sh
. /tools/record.sh
began=$(date +%s)
touch /offsite/drill-attempted
rm -rf /offsite/brought /offsite/brought-back
if ! timeout 21600 sh /tools/fetch.sh own /offsite/brought latest; then
  rm -rf /offsite/brought
  record drills.jsonl result=failed 'step=bringing the off-site backup back' "seconds:=$(($(date +%s) - began))"
  exit 1
fi
touch /offsite/brought-back
