#!/bin/sh
# Recovers the database as it was at a moment, in a PostgreSQL that no network leads to, and dumps it for database.sh.
#
#   recover.sh DATABASE BASE CHANGES FROM MOMENT
#
# BASE and CHANGES are snapshots: of the base backup, and of the changes after it; FROM is the first segment of these that
# the base backup needs. MOMENT is an ISO 8601 time in UTC. Standard output: the manifest of the dump.
set -eu
database=$1 base=$2 changes=$3 from=$4 moment=$5
# shellcheck source=host/backup/scratch.sh
. /tools/scratch.sh
# shellcheck source=host/backup/dump.sh
. /tools/dump.sh
restic() { /tools/restic --quiet --no-lock "$@"; }
say() { echo "recover: $*" >&2; }
scratch=/backups/recovering done=/backups/recovered
finish() {
  code=$?
  if [ "$code" -ne 0 ] && [ -s "$scratch/log" ]; then tail -n 10 "$scratch/log" >&2; fi
  scratch_stop "$scratch"
}
trap finish EXIT
trap 'exit 130' INT
trap 'exit 143' TERM
rm -rf "$scratch" "$done"
mkdir -m 0700 "$scratch" "$scratch/data" "$scratch/dump"

say 'looking for room on the disk'
size() { restic ls --json "$@" | sed -n 's/.*"type":"file".*"size":\([0-9]*\).*/\1/p' | awk '{ sum += $1 } END { printf "%d", sum }'; }
# The files and the dump of them, which is smaller.
needed=$((2 * $(size "$base") + $(size "$changes")))
free=$(($(df --output=avail --block-size=1 /backups | tail -n 1)))
if [ "$free" -lt "$needed" ]; then
  say "$((free / 1048576)) MB are free where backups are kept, and the recovery takes up to $((needed / 1048576)) MB"
  exit 1
fi

say 'bringing the base backup back'
restic dump "$base" /base.tar | tar --extract --file - --directory "$scratch/data" --no-same-owner
chmod 0700 "$scratch/data"
# Every file by its hash, and whether all are there.
pg_verifybackup --quiet --no-parse-wal "$scratch/data" >&2
version=$(pg_ctl --version | sed 's/^[^0-9]*\([0-9]*\).*/\1/')
if [ "$(cat "$scratch/data/PG_VERSION")" != "$version" ]; then
  say "that moment is of PostgreSQL $(cat "$scratch/data/PG_VERSION"), and the stack has $version; a backup restores into both: socle backup list"
  exit 1
fi

say 'bringing the changes back'
restic ls "$changes" | sed -n 's|.*/\([0-9A-F]\{24\}\)\(\.partial\)\{0,1\}$|& \1|p' | LC_ALL=C awk -v "from=$from" '$2 "" >= from "" { print $1 }' >"$scratch/segments"
restic restore "$changes" --include-file "$scratch/segments" --target "$scratch/changes" >/dev/null
mkdir "$scratch/wal"
find "$scratch/changes" -type f -exec mv -t "$scratch/wal" {} +
# The segment that was being written ends where the changes end.
for part in "$scratch/wal"/*.partial; do
  if [ -e "$part" ] && [ ! -e "${part%.partial}" ]; then mv "$part" "${part%.partial}"; fi
done

say "going on to $moment"
touch "$scratch/data/recovery.signal"
echo 'local all all trust' >"$scratch/hba"
# recovery_target_time knows no Z.
scratch_run "-c hba_file='$scratch/hba' -c ssl=off -c archive_mode=off -c hot_standby=off -c restore_command='cp $scratch/wal/%f %p' -c recovery_target_time='${moment%Z}+00' -c recovery_target_action=promote" || {
  say 'the recovery ended before that moment, as said below'
  exit 1
}

PGHOST=$scratch PGUSER=postgres PGDATABASE=$database
export PGHOST PGUSER PGDATABASE
dump_database "$scratch/dump" moment
check_dump "$scratch/dump"
printf '%s\n' "$moment" >"$scratch/dump/moment"
mv "$scratch/dump" "$done"
say 'done'
cat "$done/manifest.json"
