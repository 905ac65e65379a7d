"""Tell a user's open pages what happened. A notice that cannot be sent is lost: pages ask again when they connect."""

import logging

from asgiref.sync import async_to_sync
from channels.layers import get_channel_layer

from copies.models import Copy

logger = logging.getLogger(__name__)


def group_of(user_id: int) -> str:
    return f"user.{user_id}"


def _send(user_id: int, message: dict[str, object]) -> None:
    try:
        async_to_sync(get_channel_layer().group_send)(group_of(user_id), message)
    except Exception:  # the work is done and recorded; a page that misses the news must not undo it
        logger.warning("no notice to user %s", user_id, exc_info=True)


def announce(copy: Copy) -> None:
    _send(copy.owner_id, {"type": "copy.changed", "copy": copy.as_json()})


def dismiss(user_id: int) -> None:
    """Close the user's WebSockets: the session that opened them has ended."""
    _send(user_id, {"type": "signed.out"})
