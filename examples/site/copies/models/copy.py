"""A PDF that somebody handed in, and what was found in it."""

import secrets
import uuid

from django.conf import settings
from django.db import models


def unguessable_name(_copy: "Copy", _filename: str) -> str:
    # Nginx serves media to whoever knows the address: the name is the key, 192 random bits of it.
    return f"copies/{secrets.token_urlsafe(24)}.pdf"


class Copy(models.Model):
    class State(models.TextChoices):
        QUEUED = "queued"
        PROCESSED = "processed"
        REJECTED = "rejected"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="copies")
    file = models.FileField(upload_to=unguessable_name)
    original_name = models.CharField(max_length=255)
    title = models.CharField(max_length=255, default="", db_default="")
    state = models.CharField(max_length=16, choices=State, default=State.QUEUED)
    uploaded_at = models.DateTimeField(auto_now_add=True)
    processed_at = models.DateTimeField(null=True, blank=True)
    size = models.PositiveBigIntegerField(null=True, blank=True)
    pages = models.PositiveIntegerField(null=True, blank=True)
    sha256 = models.CharField(max_length=64, default="", db_default="", blank=True)
    reason = models.CharField(max_length=255, default="", db_default="", blank=True)

    class Meta:
        verbose_name_plural = "copies"
        ordering = ["-uploaded_at"]
        indexes = [models.Index(fields=["owner", "-uploaded_at"], name="copies_by_owner_newest")]

    def __str__(self) -> str:
        return self.title or self.original_name

    def as_json(self) -> dict[str, object]:
        """The copy as the API and the WebSocket tell it."""
        return {
            "id": str(self.id),
            "title": self.title,
            "name": self.original_name,
            "state": self.state,
            "uploaded_at": self.uploaded_at.isoformat(),
            "processed_at": self.processed_at.isoformat() if self.processed_at else None,
            "size": self.size,
            "pages": self.pages,
            "sha256": self.sha256 or None,
            "reason": self.reason or None,
            "url": self.file.url,
        }
