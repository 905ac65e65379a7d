#!/bin/sh
# First process of the off-site container: copies what is new after each good backup, and tries again, later and later up to
# an hour, where that failed.
set -eu

newest() { grep '"result":"passed"' /backups/history.jsonl 2>/dev/null | tail -n 1; }

sh /tools/offsite-login.sh
trap 'exit 0' TERM INT
rm -f /tmp/ended
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
  elif [ "$now" -ge "$next" ] && [ "$(newest)" != "$(cat /offsite/copied 2>/dev/null)" ]; then
    { code=0; sh /tools/copy.sh || code=$?; echo "$code" >/tmp/ended; } &
    working=yes
  fi
  sleep 5 &
  wait $! || true
done
