"""What beat sends."""

from celery import shared_task
from django.core.management import call_command

from copies.models import Trace


@shared_task(name="copies.write_trace", bind=True)
def write_trace(self) -> None:
    Trace.objects.get_or_create(task_id=self.request.id, defaults={"worker": self.request.hostname or ""})


@shared_task(name="copies.clear_sessions")
def clear_sessions() -> None:
    call_command("clearsessions")
