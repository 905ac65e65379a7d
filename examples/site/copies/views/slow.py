"""An answer that takes its time, to watch what becomes of requests under way when a process stops."""

import asyncio

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from copies.access import operator_only
from core.problem import problem

LONGEST = 30


@never_cache
@require_GET
@operator_only
async def slow(request: HttpRequest) -> HttpResponse:
    try:
        seconds = float(request.GET.get("seconds", "1"))
    except ValueError:
        seconds = -1
    if not 0 <= seconds <= LONGEST:
        return problem(400, f"seconds must be a number from 0 to {LONGEST}.")
    await asyncio.sleep(seconds)
    return JsonResponse({"slept": seconds, "release": settings.SOCLE_RELEASE or None})
