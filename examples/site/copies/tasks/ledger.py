"""Carry out a numbered write: any number of runs, one effect."""

import time

from celery import shared_task
from django.db import transaction
from django.db.models import F

from copies.models import LedgerEffect, LedgerEntry


@shared_task(name="copies.carry_out")
def carry_out(number: int, work_seconds: float = 0) -> bool:
    """True when this run had the effect. `work_seconds` makes it long, for tests that kill the worker meanwhile."""
    LedgerEntry.objects.filter(number=number).update(runs=F("runs") + 1)
    time.sleep(work_seconds)
    with transaction.atomic():
        entry = LedgerEntry.objects.get(number=number)
        _, made = LedgerEffect.objects.get_or_create(entry=entry)
    return made
