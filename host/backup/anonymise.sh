#!/bin/sh
# Makes of a backup a database without a person in it, for another stack.
#
#   anonymise.sh tables SNAPSHOT       prints the columns of its tables as JSON
#   anonymise.sh make SNAPSHOT TOKEN   masks it by the rules in standard input, searches it for leaks, and keeps what may leave
#   anonymise.sh send TOKEN            prints that as a tar archive
#   anonymise.sh discard TOKEN         removes it
#
# The rules, a line each, words with tabs between:
#   rule SCHEMA TABLE COLUMN RULE      what becomes of a column (host/backup/anonymise.sql)
#   media GLOB                         uploaded files that may leave as they are; every other one leaves as its name
#   canary VALUE                       what must never leave
#   harmless COLUMN in PLACE           values of that column that are no person's there
#
# Runs in a container that no network leads to. Raw rows are in the folder `scratch` alone, which goes with the program, and
# where that was killed at the next run or the next backup by schedule.
set -eu
# shellcheck source=host/backup/scratch.sh
. /tools/scratch.sh
# Only read: what is cut off by a reader that has enough leaves no lock behind, which would keep backups from being let go.
restic() { /tools/restic --quiet --no-lock "$@"; }
scratch=/backups/anonymise ready=/backups/anonymised
say() { echo "refresh: $*" >&2; }
refuse() {
  say "$*; nothing was changed."
  exit 1
}

begin() {
  umask 077
  exec 8>/backups/anonymise.lock
  flock --nonblock 8 || refuse 'another refresh is at work'
  trap 'scratch_stop "$scratch"' EXIT
  trap 'exit 130' INT
  trap 'exit 143' TERM HUP
}
quietly() {
  # PostgreSQL's own words may hold values.
  "$@" 2>/tmp/reason || refuse "the backup could not be restored (socle drill restore tells more)"
}
mine() { [ "$(cat "$ready/token" 2>/dev/null)" = "$1" ]; }
# What begins with a word in the rules, without it.
rules() { sed -n "s/^$1	//p" "$scratch/given"; }

tables() {
  begin
  quietly scratch_tables "$1" "$scratch"
  scratch_psql --file /tools/column.sql --command \
    "SELECT coalesce(json_agg(c ORDER BY c.named, c.place), '[]') FROM socle_anonymise.column c"
}

room() {
  free=$(($(df --output=avail --block-size=1 /backups | tail -n 1)))
  # The dump, the database, what masks write beside it, and what leaves.
  [ "$free" -gt "$(($1 * 5))" ] || refuse "$((free / 1048576)) MB are free where backups are kept, and a dump of $(($1 / 1048576)) MB needs five times as much"
}

# Those of the product's own aside; none that lists of lines could not hold.
names() {
  restic ls --long --recursive "$1" /media >"$scratch/listing"
  sed -n 's#^-[^/]*/media/##p' "$scratch/listing" |
    grep -v -e '^\.socle/' -e '^\.import/' -e '^\.restore/' -e '^\.before/' -e '[	\\]' >"$scratch/given-names" || true
}

# Whatever its content was, a file is there where rows point to it; of an image something that browsers show.
media() {
  mkdir "$scratch/out/media"
  cd "$scratch/out/media"
  rules media | sed 's#^/*#/#' >"$scratch/globs"
  if [ -s "$scratch/globs" ]; then restic restore "$1:/media" --target . --include-file "$scratch/globs" >/dev/null; fi
  kept=$(find . -type f | wc -l)
  awk -F '\t' '$1 != $2' "$scratch/renamed" | while IFS="$(printf '\t')" read -r name becomes; do
    if [ -e "$name" ]; then mkdir -p "$(dirname "$becomes")" && mv "$name" "$becomes"; fi
  done
  cut -f 2 "$scratch/renamed" >"$scratch/names"
  echo iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGM4AwAAzgDN1GaQsAAAAABJRU5ErkJggg== | base64 -d >"$scratch/image"
  sed -n 's#/[^/]*$##p' "$scratch/names" | sort -u | xargs -r -d '\n' mkdir -p --
  # shellcheck disable=SC2016 # runs for many files at a time
  image=$scratch/image xargs -r -d '\n' -a "$scratch/names" sh -c 'for file; do
    [ -e "$file" ] && continue
    case $file in
      *.[Pp][Nn][Gg] | *.[Jj][Pp][Gg] | *.[Jj][Pp][Ee][Gg] | *.[Gg][Ii][Ff] | *.[Ww][Ee][Bb][Pp]) cp "$image" "$file" ;;
      *) : >"$file" ;;
    esac
  done' sh
  chmod -R u=rwX,g=rX,o=rX .
  cd /
}

leaks() {
  {
    scratch_psql --field-separator="$(printf '\t')" --command 'SELECT label, kind, rows FROM socle_anonymise.finding'
    sh /tools/leak.sh "$scratch/out/database.dump" "$scratch"
  } >"$scratch/leaks"
  [ -s "$scratch/leaks" ] || return 0
  say 'what was to leave still holds what may be a person'\''s:'
  sort "$scratch/leaks" | awk -F '\t' '
    $2 == "mail" || $2 == "phone" || $2 == "IBAN" { printf "  %s: looks like %s, in %d rows\n", $1, $2, $3; next }
    $2 == "canary" { printf "  %s: a canary, in %d lines\n", $1, $3; next }
    { printf "  %s: values of %s, in %d lines\n", $1, $2, $3 }' >&2
  refuse "the leak scan found $(wc -l <"$scratch/leaks" | tr -d ' ')"
}

make() {
  begin
  rm -rf "$ready"
  say "restoring backup $1 where no network leads to"
  room "$(restic dump "$1" /backups/work/manifest.json | sed -n 's/.*"bytes":\([0-9]*\).*/\1/p')"
  quietly scratch_start "$1" "$scratch"
  # Only now: what was there before is gone.
  cat >"$scratch/given"
  mkdir "$scratch/out"
  rules rule >"$scratch/rules"
  for list in canary harmless; do rules "$list" >"$scratch/$list"; done
  mv "$scratch/canary" "$scratch/canaries"
  say 'masking it'
  names "$1"
  scratch_psql --output /dev/null --set "rules=$scratch/rules" --set "samples=$scratch/samples" --set "names=$scratch/given-names" --set "renamed=$scratch/renamed" \
    --file /tools/column.sql --file /tools/mask.sql --file /tools/pattern.sql --file /tools/anonymise.sql || refuse 'it could not be masked, as said above'
  PGHOST=$scratch PGUSER=postgres PGDATABASE=restored pg_dump --format=custom --compress=1 --no-owner --no-privileges --no-blobs \
    --no-publications --no-subscriptions --exclude-schema=socle_anonymise --file="$scratch/out/database.dump"
  media "$1"
  say 'searching it for what must not leave'
  leaks
  mkdir -m 0700 "$ready"
  tar --create --use-compress-program='gzip --fast' --file "$ready/archive" --directory "$scratch/out" database.dump media
  echo "$2" >"$ready/token"
  printf '{"bytes":%d,"samples":%d,"files":%d,"kept":%d}\n' "$(stat --format %s "$ready/archive")" \
    "$(wc -l <"$scratch/samples")" "$(wc -l <"$scratch/names")" "$kept"
}

case $1 in
  tables) tables "$2" ;;
  make) make "$2" "$3" ;;
  send)
    mine "$2" || refuse 'somebody else made another refresh meanwhile'
    cat "$ready/archive"
    ;;
  discard) if mine "$2"; then rm -rf "$ready"; fi ;;
esac
