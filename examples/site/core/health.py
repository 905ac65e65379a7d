"""`/health/`: can this process reach what it needs? For probes, load balancers and people; needs no sign-in."""

import logging
from collections.abc import Callable

import redis
from django.conf import settings
from django.db import connection
from django.http import HttpRequest, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

logger = logging.getLogger(__name__)


def _database() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")


def _ping(url: str) -> None:
    with redis.Redis.from_url(url, socket_connect_timeout=2, socket_timeout=2) as client:
        client.ping()


def _parts() -> dict[str, Callable[[], None]]:
    parts: dict[str, Callable[[], None]] = {"database": _database, "redis": lambda: _ping(settings.REDIS_URL)}
    if settings.CELERY_BROKER_URL != settings.REDIS_URL and settings.CELERY_BROKER_URL.startswith("redis"):
        parts["broker"] = lambda: _ping(settings.CELERY_BROKER_URL)
    return parts


@never_cache
@require_safe
def health(_request: HttpRequest) -> JsonResponse:
    checks: dict[str, str] = {}
    for name, check in _parts().items():
        try:
            check()
            checks[name] = "ok"
        except Exception as error:  # whatever goes wrong with a part, the answer names the part
            # Texts of connection errors can hold addresses and users: they go to the log only.
            logger.warning("health: %s failed: %s", name, error)
            checks[name] = f"failed: {type(error).__name__}"
    failed = [name for name, state in checks.items() if state != "ok"]
    body = {
        "status": "failed" if failed else "ok",
        "failed": failed,
        "checks": checks,
        "release": settings.SOCLE_RELEASE or None,
        "environment": settings.DJANGO_ENV,
    }
    return JsonResponse(body, status=503 if failed else 200)
