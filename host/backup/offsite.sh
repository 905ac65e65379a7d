#!/bin/sh
# First process of the off-site container: copies what is new after each good backup, and tries again, later and later up to
# an hour, where that failed. After a copy it has what is there restored for trial, where that was long ago.
#
# DRILL_DAYS  days between two such drills; 0: none
set -eu

# A drill that failed is tried again after a day.
drill_is_due() {
  [ "$DRILL_DAYS" -gt 0 ] && [ -z "$(find /offsite/drilled -mmin -$((DRILL_DAYS * 1440)))" ] &&
    [ -z "$(find /offsite/drill-attempted -mmin -1440 2>/dev/null)" ]
}

sh /tools/offsite-login.sh
trap 'exit 0' TERM INT
rm -f /tmp/ended
# One that is new has its first drill when it is due.
[ -e /offsite/drilled ] || touch /offsite/drilled
working='' delay=60 next=0
while :; do
  touch /tmp/heartbeat
  now=$(date +%s)
  if [ -n "$working" ]; then
    if [ -e /tmp/ended ]; then
      if [ "$(cat /tmp/ended)" = 0 ]; then
        delay=60 next=0
      else
        next=$((now + delay)) delay=$((delay < 1800 ? delay * 2 : 3600))
      fi
      rm /tmp/ended
      working=''
    fi
  elif [ "$now" -ge "$next" ] && [ "$(sh /tools/uncopied.sh)" != "$(cat /offsite/copied 2>/dev/null)" ]; then
    {
      code=0
      sh /tools/copy.sh || code=$?
      if [ "$code" = 0 ] && drill_is_due; then sh /tools/bring-back.sh || true; fi
      echo "$code" >/tmp/ended
    } &
    working=yes
  fi
  sleep 5 &
  wait $! || true
done
