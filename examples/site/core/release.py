"""Every answer says which release gave it, so that a switch of traffic can be watched from outside."""

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse


class ReleaseMiddleware:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if settings.SOCLE_RELEASE:
            response["X-Release"] = settings.SOCLE_RELEASE
        return response
