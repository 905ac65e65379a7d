#!/bin/sh
# Looks for raw values in what is to leave: a dump, and names of files.
#
#   leak.sh DUMP FOLDER
#
# FOLDER holds `samples` (column, tab, value a line), `canaries` (a value a line), `harmless` (COLUMN in PLACE a line) and
# `names`, and takes what is worked with. Prints place, tab, what was found there, tab, number of lines; never a value.
# Samples are looked for as whole words, canaries anywhere; upper and lower case are the same.
set -eu
dump=$1 folder=$2
export LC_ALL=C
cut -f 2- "$folder/samples" >"$folder/values"
tab=$(printf '\t')
sed "s/^/canary$tab/" "$folder/canaries" >"$folder/birds"
# Beyond so many lines there is no need for more.
most=2000

# Every line with the number of its table before it.
lines() {
  rm -f "$folder/read"
  { pg_restore --file - "$dump" && touch "$folder/read"; } | awk -v heads="$folder/heads" -f /tools/lines.awk
  sed "s/^/names$(printf '\001')/" "$folder/names"
}
# search WHAT VALUES WORDS OPTION...
search() {
  what=$1 values=$2 words=$3
  shift 3
  # With nothing to look for, grep reads nothing.
  [ -s "$values" ] || return 0
  code=0
  lines | grep --text --ignore-case --fixed-strings --max-count=$most "$@" --file="$values" >"$folder/hits" || code=$?
  if [ "$code" -gt 1 ] || { [ ! -e "$folder/read" ] && [ "$(wc -l <"$folder/hits")" -lt "$most" ]; }; then
    echo 'refresh: what is to leave could not be read to its end' >&2
    exit 1
  fi
  awk -v heads="$folder/heads" -v harmless="$folder/harmless" -v words="$words" -f /tools/leak.awk pass=1 "$what" pass=2 "$folder/hits"
}

search "$folder/samples" "$folder/values" yes --word-regexp
search "$folder/birds" "$folder/canaries" ''
