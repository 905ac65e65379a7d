"""The scheduler of `celery -A core beat`: Celery's own, which shows at every tick that it lives."""

from celery.beat import PersistentScheduler

from core.pulse import touch


class PulsingScheduler(PersistentScheduler):
    # A tick sleeps until the next entry is due; without an upper bound the pulse would look stale.
    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        self.max_interval = min(self.max_interval, 10)

    def tick(self, *args: object, **kwargs: object) -> float:
        delay = super().tick(*args, **kwargs)
        touch("beat")
        return delay
