"""How tasks travel: Celery's settings, chosen so that no acknowledged task is lost and none has two effects."""

import tempfile
from datetime import timedelta
from pathlib import Path

from celery.schedules import crontab

from core.environment import Environment


def celery_settings(env: Environment) -> dict[str, object]:
    time_limit = env.number("CELERY_TASK_TIME_LIMIT", 120, least=1)
    visibility = env.number("CELERY_VISIBILITY_TIMEOUT", 600, least=1)
    if visibility <= time_limit:
        env.refuse(
            "CELERY_VISIBILITY_TIMEOUT",
            f"is {visibility} and CELERY_TASK_TIME_LIMIT is {time_limit}; it must be longer than the longest task, "
            "else Redis hands a running task to a second worker",
        )
    return {
        # Acknowledged only when done, and given back when the process is killed: with idempotent tasks
        # that means at least one run and exactly one effect.
        "CELERY_TASK_ACKS_LATE": True,
        "CELERY_TASK_REJECT_ON_WORKER_LOST": True,
        "CELERY_WORKER_PREFETCH_MULTIPLIER": 1,
        "CELERY_TASK_TIME_LIMIT": time_limit,
        "CELERY_TASK_IGNORE_RESULT": True,
        "CELERY_TASK_DEFAULT_QUEUE": env.text("CELERY_TASK_DEFAULT_QUEUE", "copies"),
        "CELERY_TASK_SERIALIZER": "json",
        "CELERY_ACCEPT_CONTENT": ["json"],
        "CELERY_TIMEZONE": "UTC",
        "CELERY_BROKER_TRANSPORT_OPTIONS": {
            "visibility_timeout": visibility,
            "socket_timeout": 10,
            "socket_connect_timeout": 3,
            "socket_keepalive": True,
        },
        # A request that queues a task must answer soon when Redis is away, not wait for it.
        "CELERY_TASK_PUBLISH_RETRY_POLICY": {
            "max_retries": 2,
            "interval_start": 0.1,
            "interval_step": 0.2,
            "interval_max": 0.5,
        },
        "CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP": True,
        "CELERY_BROKER_CONNECTION_MAX_RETRIES": None,
        "CELERY_WORKER_CANCEL_LONG_RUNNING_TASKS_ON_CONNECTION_LOSS": True,
        "CELERY_BEAT_SCHEDULER": "core.beat.PulsingScheduler",
        "CELERY_BEAT_SCHEDULE_FILENAME": env.text(
            "CELERY_BEAT_SCHEDULE_FILENAME", str(Path(tempfile.gettempdir()) / "celerybeat-schedule")
        ),
        "CELERY_BEAT_SCHEDULE": {
            "write-trace": {
                "task": "copies.write_trace",
                "schedule": timedelta(seconds=env.number("BEAT_TRACE_SECONDS", 60, least=1)),
            },
            "clear-sessions": {"task": "copies.clear_sessions", "schedule": crontab(hour=3, minute=17)},
        },
    }
