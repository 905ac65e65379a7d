#!/bin/sh
# Appends a line of JSON to a file in /backups, or in the folder RECORDS, whole or not at all.
#
#   . /tools/record.sh; record FILE NAME=VALUE…      numbers stay numbers
records=${RECORDS:-/backups}
record() {
  record_file=$records/$1
  shift
  record_line="{\"when\":\"$(date -u +%Y-%m-%dT%H:%M:%SZ)\""
  for record_pair; do
    record_value=${record_pair#*=}
    case $record_value in
      '' | *[!0-9]*) record_value="\"$(printf %s "$record_value" | sed 's/\\/\\\\/g; s/"/\\"/g' | tr '\n\t' '  ')\"" ;;
    esac
    record_line="$record_line,\"${record_pair%%=*}\":$record_value"
  done
  # One write of less than a page: never half a line.
  printf '%s}\n' "$record_line" >>"$record_file"
}
