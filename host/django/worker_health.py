"""Asks the worker of this container for a sign of life: python worker_health.py APPLICATION

Asking costs a second of the processor, so that an answer counts for a while: the engine may ask often, and learns soon
that a new worker is there.
"""
import os
import socket
import sys
import time

ANSWERED = "/tmp/worker-answered"
COUNTS_FOR = 17
PATIENCE = 10

began = time.time()
try:
    if 0 <= began - os.stat(ANSWERED).st_mtime < COUNTS_FOR:
        sys.exit(0)
except FileNotFoundError:
    pass

from celery.app.utils import find_app

# As `celery --app` does.
sys.path.insert(0, os.getcwd())
application = find_app(sys.argv[1])
name = f"worker@{socket.gethostname()}"
while time.time() - began < PATIENCE:
    # What is asked before the worker listens is never answered: rather often than long.
    if application.control.ping(destination=[name], timeout=1):
        open(ANSWERED, "w").close()
        sys.exit(0)
print(f"{name} does not answer")
sys.exit(1)
