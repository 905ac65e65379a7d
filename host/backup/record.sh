#!/bin/sh
# Appends a line of JSON to a file in /backups, or in the folder RECORDS, whole or not at all.
#
#   . /tools/record.sh; record FILE NAME=TEXT NAME:=NUMBER…
#
# The caller says what is a number: the id of a snapshot is text, and may be of digits alone, with a zero before them.
records=${RECORDS:-/backups}
record() {
  record_file=$records/$1
  shift
  record_line="{\"when\":\"$(date -u +%Y-%m-%dT%H:%M:%SZ)\""
  for record_pair; do
    record_name=${record_pair%%=*}
    record_value=${record_pair#*=}
    case $record_name in
      *:) record_name=${record_name%:} ;;
      *) record_value="\"$(printf %s "$record_value" | sed 's/\\/\\\\/g; s/"/\\"/g' | tr '\n\t' '  ')\"" ;;
    esac
    record_line="$record_line,\"$record_name\":$record_value"
  done
  # One write of less than a page: never half a line.
  printf '%s}\n' "$record_line" >>"$record_file"
}
