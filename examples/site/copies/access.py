"""Who may call a view."""

import secrets
from collections.abc import Callable
from functools import wraps

from asgiref.sync import iscoroutinefunction
from django.conf import settings
from django.http import HttpRequest, HttpResponseBase
from django.views.decorators.csrf import csrf_exempt

from core.problem import problem

View = Callable[..., HttpResponseBase]


def signed_in(view: View) -> View:
    @wraps(view)
    def guarded(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponseBase:
        if not request.user.is_authenticated:
            return problem(401, "Sign in first: POST /api/session/.")
        return view(request, *args, **kwargs)

    return guarded


def _refusal(request: HttpRequest) -> HttpResponseBase | None:
    given = request.headers.get("X-Admin-Token", "")
    # Without a configured token nobody is let in, not everybody.
    if settings.ADMIN_TOKEN and secrets.compare_digest(given.encode(), settings.ADMIN_TOKEN.encode()):
        return None
    return problem(403, "Send the operator's token in the header X-Admin-Token.")


def operator_only(view: View) -> View:
    """Let in who shows the operator's token. No cookie is involved, so cross-site forgery has nothing to ride on."""
    if iscoroutinefunction(view):

        @wraps(view)
        async def guarded_async(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponseBase:
            return _refusal(request) or await view(request, *args, **kwargs)

        return csrf_exempt(guarded_async)

    @wraps(view)
    def guarded(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponseBase:
        return _refusal(request) or view(request, *args, **kwargs)

    return csrf_exempt(guarded)
