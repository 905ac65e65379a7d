"""Numbered writes and their effects: how a test tells lost, doubled and late work apart."""

from django.db import models


class LedgerEntry(models.Model):
    """A write that was acknowledged to a client; the number is the client's."""

    number = models.BigIntegerField(unique=True)
    written_at = models.DateTimeField(auto_now_add=True)
    runs = models.PositiveIntegerField(default=0, db_default=0)

    class Meta:
        verbose_name_plural = "ledger entries"
        ordering = ["number"]

    def __str__(self) -> str:
        return f"#{self.number}"


class LedgerEffect(models.Model):
    """What the entry's task did. One an entry, by the database's own constraint, however often the task runs."""

    entry = models.OneToOneField(LedgerEntry, on_delete=models.CASCADE, related_name="effect")
    done_at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return f"effect of {self.entry}"
