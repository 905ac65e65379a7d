"""Sees whether beat of this container is at work: python beat_health.py FOLDER

Beat writes its schedule when it starts and then every three minutes (celery.beat.Scheduler.sync_every). The schedule of a
former container may be there already: only what this one wrote counts.

SOCLE_HEALTH_WAIT: seconds to wait for one that has not written yet; default 0.
"""
import os
import sys
import time

OVERDUE = 600

with open("/proc/1/stat") as stat, open("/proc/uptime") as uptime:
    # The 22nd field: when the first process began, in ticks since the boot (proc(5)). The second may hold spaces.
    ticks = int(stat.read().rpartition(")")[2].split()[19])
    started = time.time() - (float(uptime.read().split()[0]) - ticks / os.sysconf("SC_CLK_TCK"))
end = time.monotonic() + float(os.environ.get("SOCLE_HEALTH_WAIT", 0))
while True:
    written = [
        entry.stat().st_mtime for entry in os.scandir(sys.argv[1]) if entry.name.startswith("schedule")
    ]
    latest = max(written, default=0)
    now = time.time()
    if latest >= started - 1 and now - latest < OVERDUE:
        sys.exit(0)
    if time.monotonic() >= end:
        break
    time.sleep(0.1)
print(f"the schedule was last written {round(now - latest)} s ago, beat began {round(now - started)} s ago" if written else "no schedule yet")
sys.exit(1)
