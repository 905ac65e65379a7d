"""The user of a WebSocket, by the session that its handshake names.

Channels' own middleware knows no SECRET_KEY_FALLBACKS: it deletes the session of every open page that comes back after
a rotation of the key (channels.auth.get_user, 4.3.2).
"""

from channels.db import database_sync_to_async
from channels.middleware import BaseMiddleware
from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY, get_user_model, load_backend
from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.models import AnonymousUser
from django.contrib.sessions.backends.base import SessionBase
from django.utils.crypto import constant_time_compare


def _user_of(session: SessionBase) -> AbstractBaseUser | AnonymousUser:
    backend = session.get(BACKEND_SESSION_KEY)
    if SESSION_KEY not in session or backend not in settings.AUTHENTICATION_BACKENDS:
        return AnonymousUser()
    user = load_backend(backend).get_user(get_user_model()._meta.pk.to_python(session[SESSION_KEY]))
    if user is None:
        return AnonymousUser()
    # Only compared: a handshake's answer brings the page no new cookie, so the session has to stay as it is.
    known = (user.get_session_auth_hash(), *user.get_session_auth_fallback_hash())
    given = session.get(HASH_SESSION_KEY, "")
    return user if any(constant_time_compare(given, hash_) for hash_ in known) else AnonymousUser()


class UserMiddleware(BaseMiddleware):
    """Puts the signed-in user into `scope["user"]`; stands inside a SessionMiddlewareStack."""

    async def __call__(self, scope, receive, send):
        scope = {**scope, "user": await database_sync_to_async(_user_of)(scope["session"])}
        return await super().__call__(scope, receive, send)
