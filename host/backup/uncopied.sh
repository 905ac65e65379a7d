#!/bin/sh
# Prints what there is to copy elsewhere: the newest backup, and of the archived changes the hour in which they were stored.
grep '"result":"passed"' /backups/history.jsonl 2>/dev/null | tail -n 1
cat /backups/archived 2>/dev/null || true
