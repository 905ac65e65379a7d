"""Runs Celery as `celery ARGUMENT...` does, and shows that the worker lives: python worker.py FILE ARGUMENT...

FILE is touched when the worker begins to take tasks and with each of its heartbeats, every two seconds. A worker that hangs,
or has lost its broker, sends none. To look at the file costs nothing; to ask by `celery inspect ping` costs a start of the
whole application.
"""
import sys
from pathlib import Path

from celery import maybe_patch_concurrency, signals

alive = Path(sys.argv[1])
sys.argv = ["celery", *sys.argv[2:]]
maybe_patch_concurrency()


def touch(**_):
    alive.touch()


signals.worker_ready.connect(touch, weak=False)
signals.heartbeat_sent.connect(touch, weak=False)

from celery.bin.celery import main

sys.exit(main())
