"""A sign of life of the scheduler: beat sent a task, the broker carried it, a worker ran it."""

from django.db import models


class Trace(models.Model):
    # The same task delivered twice leaves one trace; two schedulers leave two, which is what one wants to see.
    task_id = models.CharField(max_length=64, unique=True)
    written_at = models.DateTimeField(auto_now_add=True, db_index=True)
    worker = models.CharField(max_length=255, default="", blank=True)

    class Meta:
        ordering = ["-written_at"]

    def __str__(self) -> str:
        return f"{self.written_at:%Y-%m-%d %H:%M:%S} by {self.worker}"
