"""The Celery application: `celery -A core worker` and `celery -A core beat`."""

import os

from celery import Celery
from celery.signals import beat_init, heartbeat_sent, worker_ready

from core.pulse import touch

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "core.settings")

app = Celery("core")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


@worker_ready.connect
@heartbeat_sent.connect
def _worker_pulse(**_: object) -> None:
    # Heartbeats stop when the worker loses its broker, so a fresh file means a worker that can consume.
    touch("worker")


@beat_init.connect
def _beat_pulse(**_: object) -> None:
    touch("beat")
