#!/bin/sh
# Takes a dump of another server in.
#
#   import.sh take TOKEN         keeps the dump that is read from standard input
#   import.sh unpack TOKEN       takes what was kept for the archive of a refresh: its dump, and beside it the folder `media`
#   import.sh fetch TOKEN        dumps a database; standard input says which: the section `source` of a libpq service
#                                file, so that its password is on no command line
#   import.sh inspect TOKEN      finds out what was taken, and prints it as JSON; what is no good is removed
#   import.sh mine TOKEN         whether what is there was taken with that token
#   import.sh restore NEW OWNER  restores it into an empty database, and compares the rows; PostgreSQL's password is read
#                                from standard input
#   import.sh discard TOKEN      removes what was taken with that token
set -eu
work=/backups/import
refuse() {
  echo "import: $*" >&2
  exit 1
}
# The formats of pg_dump that are not plain have a table of contents.
archive() { pg_restore --list "$work/source" >"$work/list" 2>"$work/reason"; }

json_list() { awk '{ gsub(/["\\]/, "\\\\&"); printf "%s\"%s\"", (NR > 1 ? "," : ""), $0 }'; }

begin() {
  rm -rf "$work"
  mkdir -m 0700 "$work"
  echo "$1" >"$work/token"
}
mine() { [ "$(cat "$work/token" 2>/dev/null)" = "$1" ]; }
discard() { ! mine "$1" || rm -rf "$work"; }

# The stack whose database was dumped, where it was one: its comment says so (host/postgres/database.sql).
of_stack() {
  if archive; then pg_restore --create --schema-only --file - source; else cat source; fi |
    sed -n "s/^COMMENT ON DATABASE .* IS 'Data of stack \(.*\)';$/\1/p"
}

inspect() {
  cd "$work"
  bytes=$(stat --format %s source)
  [ "$bytes" -gt 0 ] || refuse 'the file is empty; nothing was changed.'
  if [ "$(head -c 2 source | od -An -tx1 | tr -d ' ')" = 1f8b ]; then
    gunzip -c <source >unpacked || refuse 'the file is compressed and not whole; nothing was changed.'
    mv unpacked source
  fi
  : >left
  : >extensions
  if archive; then
    form=$(sed -n 's/^; *Format: *//p' list | tr '[:upper:]' '[:lower:]')
    server=$(sed -n 's/^; *Dumped from database version: *\([0-9.]*\).*/\1/p' list)
    # Owners and privileges are left out by pg_restore's own options.
    awk '!/^;/ && $4 == "EXTENSION" { print $6 }' list >extensions
    awk '/^;/ { next }
      $4 == "EXTENSION" || $4 == "EVENT" || $4 == "PUBLICATION" || $4 == "SUBSCRIPTION" { next }
      $4 == "COMMENT" && $6 == "EXTENSION" { next }
      ($4 == "SCHEMA" && $6 == "public") || ($4 == "COMMENT" && $6 == "SCHEMA" && $7 == "public") { next }
      $4 == "ACL" || ($4 == "DEFAULT" && $5 == "ACL") { next }
      { print }' list >chosen
    awk '!/^;/ && ($4 == "EVENT" || $4 == "PUBLICATION" || $4 == "SUBSCRIPTION") { print "event trigger or replication" }' list | sort -u >left
    pg_restore --data-only --file - --use-list chosen source | awk -f /tools/rows.awk | LC_ALL=C sort >rows
  elif grep -q 'unsupported version' reason; then
    refuse "the dump was written by a pg_dump newer than PostgreSQL $(pg_restore --version | sed 's/^[^0-9]*\([0-9]*\).*/\1/'); nothing was changed.
    → Write it in plain form, which has no such version: pg_dump --format=plain"
  elif head -n 40 source | grep -q -e '^-- PostgreSQL database dump' -e '^-- PostgreSQL database cluster dump'; then
    grep -q -a '^-- PostgreSQL database dump complete' source || refuse 'the dump is cut off: its last line is not there; nothing was changed.
    → Make it again, and look at the exit status of pg_dump.'
    form=plain
    server=$(sed -n 's/^-- Dumped from database version \([0-9.]*\).*/\1/p' source | head -n 1)
    awk -f /tools/plain.awk source >plain 2>remarks || refuse "line $(sed -n 's/^refused	//p' remarks), which is not run here; nothing was changed."
    sed -n 's/^extension	//p' remarks >extensions
    grep -v '^extension	' remarks | grep -v -x -e owner -e privilege -e 'schema public' -e 'comment on an extension' | LC_ALL=C sort -u >left || true
    awk -f /tools/rows.awk plain | LC_ALL=C sort >rows
    if ! grep -q . rows && grep -q '^INSERT INTO ' plain; then refuse 'its data are INSERT statements, whose rows cannot be counted and compared; nothing was changed.
    → Make the dump without --inserts.'; fi
  else
    refuse 'this is no dump of PostgreSQL: neither a custom, tar or plain one, nor one of these compressed with gzip; nothing was changed.'
  fi
  foreign=$(of_stack | grep -v -x -F "$STACK" | head -n 1) || true
  [ -z "$foreign" ] || refuse "the dump is of $foreign: data of one stack is never imported into another; nothing was changed.
    → Fill this one with anonymised data: socle refresh"
  psql --no-psqlrc --quiet --tuples-only --no-align --command 'SELECT name FROM pg_available_extensions' >available
  grep -v -x plpgsql extensions | LC_ALL=C sort -u >wanted || true
  mv wanted extensions
  grep -v -x -F -f available extensions >missing || true
  printf '{"form":"%s","server":"%s","bytes":%d,"extensions":[%s],"missing":[%s],"left":[%s],"tables":{%s}}\n' "$form" "$server" "$bytes" \
    "$(json_list <extensions)" "$(json_list <missing)" "$(json_list <left)" "$(awk -F '\t' -f /tools/tables.awk rows)"
}

restore() {
  PGHOST=postgres PGUSER=postgres PGDATABASE=$1
  IFS= read -r PGPASSWORD || [ -n "$PGPASSWORD" ]
  export PGHOST PGUSER PGPASSWORD PGDATABASE
  cd "$work"
  run() { psql --no-psqlrc --quiet --set ON_ERROR_STOP=1 --output /dev/null "$@"; }
  while read -r name; do echo 'CREATE EXTENSION IF NOT EXISTS :"name";' | run --set "name=$name"; done <extensions
  # What comes in belongs to the owner of the database, and can do no more than that one.
  if [ -e plain ]; then
    PGOPTIONS="-c role=$2" run --file plain
  else
    pg_restore --dbname="$PGDATABASE" --role="$2" --no-owner --no-privileges --use-list=chosen --jobs=2 --exit-on-error source
  fi
  psql --no-psqlrc --quiet --tuples-only --no-align --field-separator="$(printf '\t')" --set ON_ERROR_STOP=1 \
    --file /tools/counts.sql | awk -F '\t' '$2 > 0' | LC_ALL=C sort >counts
  if ! diff rows counts >difference; then
    echo 'import: the database does not have the rows that the dump holds (< dump, > database):' >&2
    head -n 20 difference >&2
    exit 1
  fi
  run --command ANALYZE
}

# Nothing is left of what could not be taken.
tidy() {
  [ $? -eq 0 ] || discard "$token"
}

case $1 in
  take)
    begin "$2"
    cat >"$work/source"
    ;;
  unpack)
    token=$2
    trap tidy EXIT
    mine "$token" || refuse 'somebody else sends data as well; nothing was changed. → Run the same again.'
    tar --extract --gzip --no-same-owner --file "$work/source" --directory "$work" database.dump media ||
      refuse 'what came is not whole; nothing was changed.'
    mv "$work/database.dump" "$work/source"
    ;;
  fetch)
    token=$2
    begin "$token"
    trap tidy EXIT
    (umask 077 && cat >"$work/service")
    # Where nothing listens, it shall not take minutes to say so.
    PGSERVICEFILE=$work/service PGSERVICE=source PGCONNECT_TIMEOUT=15 PGAPPNAME=socle-import \
      pg_dump --format=custom --compress=0 --file="$work/source" || refuse 'the database could not be dumped, as said above; nothing was changed.'
    rm "$work/service"
    ;;
  inspect)
    token=$2
    trap tidy EXIT
    inspect
    ;;
  mine) mine "$2" || refuse 'somebody else staged another dump meanwhile; nothing was changed. → Run the same again.' ;;
  restore) restore "$2" "$3" ;;
  discard) discard "$2" ;;
esac
