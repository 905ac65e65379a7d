#!/bin/sh
# Sees whether the worker of this container lives, by the age of the file that worker.py touches.
#
#   worker-health.sh FILE
#
# SOCLE_HEALTH_WAIT: seconds to wait for one that is starting; default 0.
end=$(($(date +%s) + ${SOCLE_HEALTH_WAIT:-0}))
until find "$1" -mmin -1 2>/dev/null | grep -q .; do
  if [ "$(date +%s)" -ge "$end" ]; then
    echo 'no heartbeat for a minute'
    exit 1
  fi
  sleep 0.2
done
