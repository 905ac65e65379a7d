#!/bin/sh
# What a day's schedule is: a backup, a check of the repository and, on its day, a drill. Each is tried, whatever became
# of the one before.
#
# DRILL_DAY  day of the week, 1 is Monday; 0: no drill
set -u
# Raw rows that a refresh left which was killed.
flock --nonblock /backups/anonymise.lock rm -rf /backups/anonymise || true
sh /tools/run.sh scheduled >/dev/null
sh /tools/verify.sh
if [ "$(date +%u)" = "$DRILL_DAY" ]; then sh /tools/drill.sh >/dev/null; fi
