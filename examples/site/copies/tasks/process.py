"""Look into an uploaded copy. Running it again on a finished copy changes nothing."""

import hashlib
import logging

from celery import shared_task
from django.db import transaction
from django.utils import timezone
from pypdf import PdfReader
from pypdf.errors import PyPdfError

from copies.models import Copy
from copies.notice import announce

logger = logging.getLogger(__name__)


def examine(copy: Copy) -> None:
    digest = hashlib.sha256()
    with copy.file.open("rb") as content:
        while block := content.read(1 << 20):
            digest.update(block)
        copy.sha256 = digest.hexdigest()
        copy.size = copy.file.size
        content.seek(0)
        try:
            copy.pages = len(PdfReader(content).pages)
        except (PyPdfError, ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
            # The file is a stranger's: whatever the parser trips over, the copy is at fault, not the site.
            logger.info("copy %s is unreadable: %s", copy.id, error)
            copy.state = Copy.State.REJECTED
            copy.reason = "This file cannot be read as a PDF. It may be damaged or locked by a password."
        else:
            copy.state = Copy.State.PROCESSED
    copy.processed_at = timezone.now()


@shared_task(name="copies.process_copy")
def process_copy(copy_id: str) -> str:
    with transaction.atomic():
        copy = Copy.objects.select_for_update().filter(pk=copy_id).first()
        if copy is None:
            return "gone"  # deleted while it waited
        if copy.state == Copy.State.QUEUED:
            examine(copy)
            copy.save(update_fields=["sha256", "size", "pages", "state", "reason", "processed_at"])
    announce(copy)
    return copy.state
