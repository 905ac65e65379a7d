"""A file that a living Celery process keeps touching, for health checks that must cost next to nothing.

`celery inspect ping` starts a whole Python process with Django for every probe; this is one `stat`:

    python -m core.pulse worker 60    exits 0 when the worker's last beat is at most 60 seconds old

The folder is CELERY_PULSE_DIR, by default the temporary folder, which is each container's own.
"""

import os
import sys
import tempfile
import time
from pathlib import Path


def pulse_file(process: str) -> Path:
    folder = os.environ.get("CELERY_PULSE_DIR") or tempfile.gettempdir()
    return Path(folder) / f"celery-{process}.pulse"


def touch(process: str) -> None:
    pulse_file(process).touch()


def verdict(process: str, oldest_seconds: float) -> str | None:
    """What is wrong with the process, or None when its pulse is fresh."""
    path = pulse_file(process)
    try:
        age = time.time() - path.stat().st_mtime
    except FileNotFoundError:
        return f"{path} does not exist: the {process} has not started here"
    if age > oldest_seconds:
        return f"{path} was last touched {age:.0f} s ago, more than {oldest_seconds:.0f} s: the {process} hangs or lost its broker"
    return None


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit("usage: python -m core.pulse worker|beat SECONDS")
    problem = verdict(sys.argv[1], float(sys.argv[2]))
    if problem:
        sys.exit(problem)
