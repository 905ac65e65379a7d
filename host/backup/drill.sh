#!/bin/sh
# Proves that a backup can be restored: into a database that no network leads to, which is thrown away afterwards.
#
#   drill.sh [SNAPSHOT]      default: the newest of any family
#
# Every table must have the rows that were counted when the backup was made, each query of the site must answer true, and
# files of the media must come back as they are. RESTIC_REPOSITORY may name another repository, RECORDS where the result is
# kept. Standard output: the result as one line of JSON.
set -eu
# shellcheck source=host/backup/scratch.sh
. /tools/scratch.sh
# shellcheck source=host/backup/record.sh
. /tools/record.sh
# shellcheck source=host/backup/sha256.sh
. /tools/sha256.sh
restic() { /tools/restic --quiet --no-lock "$@"; }
folder=/backups/drill
say() { echo "drill: $*" >&2; }

exec 8>/backups/drill.lock
flock --nonblock 8 || { say 'another drill is at work'; exit 1; }
began=$(date +%s) step='choosing the backup'
finish() {
  code=$?
  scratch_stop "$folder"
  if [ "$code" -ne 0 ]; then
    record drills.jsonl result=failed "step=$step" "seconds:=$(($(date +%s) - began))" "snapshot=${snapshot:-}"
    say "FAILED at: $step. The site was not touched."
  fi
}
trap finish EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

snapshot=${1:-$(sh /tools/newest.sh)}
[ -n "$snapshot" ] || { say 'there is no backup yet'; exit 1; }

step='restoring the database'
say "$step of backup $snapshot"
scratch_start "$snapshot" "$folder"

step='comparing the dump'
hash=$(sha256 <"$folder/backup/database.dump")
grep -q "\"sha256\":\"$hash\"" "$folder/backup/manifest.json" || { say 'the dump is not the one that was stored'; exit 1; }

step='comparing the rows'
say "$step"
scratch_psql --field-separator="$(printf '\t')" --file /tools/counts.sql >"$folder/counts"
awk -F '\t' -f /tools/tables.awk "$folder/counts" >"$folder/tables"
sed -n 's/.*"tables":{\(.*\)}}.*/\1/p' "$folder/backup/manifest.json" >"$folder/expected"
if ! cmp -s "$folder/tables" "$folder/expected"; then
  say 'the restored database does not have the rows that were counted when the backup was made:'
  tr ',' '\n' <"$folder/tables" >"$folder/found.lines"
  tr ',' '\n' <"$folder/expected" >"$folder/expected.lines"
  diff "$folder/expected.lines" "$folder/found.lines" | grep '^[<>]' | head -n 20 >&2 || true
  exit 1
fi
rows=$(awk -F '\t' '{ sum += $2 } END { print sum + 0 }' "$folder/counts")

step="asking the site's own queries"
asked=0
while IFS="$(printf '\t')" read -r name encoded; do
  [ -n "$name" ] || continue
  answer=$(printf %s "$encoded" | base64 -d | scratch_psql --file - 2>&1) || true
  if [ "$answer" != t ]; then
    step="query $name"
    say "the query '$name' answered $(printf %s "$answer" | head -c 200), not t"
    exit 1
  fi
  asked=$((asked + 1))
done </tools/queries

step='taking files out of the media'
say "$step"
# Some at random: restic compares each with the hash that it stored it under.
restic ls "$snapshot" /media --recursive --json | sed -n 's/.*"type":"file","path":"\([^"\\]*\)".*/\1/p' | shuf -n 20 >"$folder/samples"
files=0
while IFS= read -r file; do
  restic dump "$snapshot" "$file" >"$folder/file"
  files=$((files + 1))
done <"$folder/samples"

seconds=$(($(date +%s) - began))
record drills.jsonl result=passed "seconds:=$seconds" "snapshot=$snapshot" "rows:=$rows" "hash=$hash" "queries:=$asked" "files:=$files"
# The off-site container asks how long ago it was.
touch "${records:?}/drilled"
say "passed in $seconds s: $rows rows, $asked queries, $files files of the media"
# shellcheck disable=SC2154 # of record.sh
tail -n 1 "$records/drills.jsonl"
