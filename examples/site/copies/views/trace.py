"""The newest trace of the scheduler."""

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from copies.models import Trace
from core.problem import problem


@never_cache
@require_safe
def latest_trace(_request: HttpRequest) -> HttpResponse:
    trace = Trace.objects.first()
    if trace is None:
        return problem(404, "The scheduler has left no trace yet.")
    return JsonResponse(
        {
            "id": trace.pk,
            "written_at": trace.written_at.isoformat(),
            "age_seconds": round((timezone.now() - trace.written_at).total_seconds(), 3),
            "worker": trace.worker,
            "total": Trace.objects.count(),
        }
    )
