"""Limits on how often a client may call the API, counted in Redis over fixed windows."""

import ipaddress
import logging
import time
from collections.abc import Callable

from django.conf import settings
from django.core.cache import cache
from django.http import HttpRequest, HttpResponse
from redis.exceptions import RedisError

from core.problem import problem
from core.rates import Rate

logger = logging.getLogger(__name__)


def client_address(request: HttpRequest) -> str:
    """The client's address as the nearest trusted proxy saw it; what a client writes itself is never believed."""
    hops = [hop.strip() for hop in request.headers.get("X-Forwarded-For", "").split(",") if hop.strip()]
    depth = settings.TRUSTED_PROXIES
    if 0 < depth <= len(hops):
        try:
            return str(ipaddress.ip_address(hops[-depth]))
        except ValueError:
            pass
    return request.META.get("REMOTE_ADDR") or "unknown"


def exceeds(rate: Rate, scope: str, client: str) -> int:
    """Count one request; seconds to wait when it is over the rate, else 0. Without Redis nothing is refused."""
    now = time.time()
    window = int(now // rate.seconds)
    key = f"throttle:{scope}:{client}:{window}"
    try:
        cache.add(key, 0, timeout=rate.seconds + 1)
        count = cache.incr(key)
    except (RedisError, ValueError) as error:  # ValueError: the window ended between the two calls
        logger.warning("request not counted: %s", type(error).__name__)
        return 0
    return max(1, round((window + 1) * rate.seconds - now)) if count > rate.requests else 0


def too_many(wait: int) -> HttpResponse:
    response = problem(429, f"Too many requests. Try again in {wait} seconds.")
    response["Retry-After"] = str(wait)
    return response


class ThrottleMiddleware:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        # What the operator's token opens (the ledger, slow answers) is for load tests and is not counted.
        if settings.RATELIMIT_ENABLE and request.path.startswith("/api/") and "X-Admin-Token" not in request.headers:
            user = request.user
            if user.is_authenticated:
                wait = exceeds(settings.THROTTLE_USER, "user", str(user.pk))
            else:
                wait = exceeds(settings.THROTTLE_ANON, "anon", client_address(request))
            if wait:
                return too_many(wait)
        return self.get_response(request)
