#!/bin/sh
# Prints the last moment before now at which one of some times of day was due, as seconds since 1970.
#
#   . /tools/due.sh; due "HH:MM HH:MM…"      TZ says where
due() {
  now=$(date +%s) latest=0
  for time in $1; do
    for day in today yesterday; do
      moment=$(date --date "$day $time" +%s)
      if [ "$moment" -le "$now" ] && [ "$moment" -gt "$latest" ]; then latest=$moment; fi
    done
  done
  echo "$latest"
}
