"""What an API call that failed answers: problem details as in RFC 9457."""

from http import HTTPStatus

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.csrf import csrf_failure as csrf_failure_page
from django.views.defaults import page_not_found, server_error


def problem(status: int, detail: str, **members: object) -> JsonResponse:
    body = {"title": HTTPStatus(status).phrase, "status": status, "detail": detail, **members}
    return JsonResponse(body, status=status, content_type="application/problem+json")


def _is_api(request: HttpRequest) -> bool:
    return request.path.startswith("/api/")


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    if not _is_api(request):
        return csrf_failure_page(request, reason)
    return problem(403, f"{reason} Get a token from GET /api/session/ and send it as X-CSRFToken.")


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    if not _is_api(request):
        return page_not_found(request, exception)
    return problem(404, f"There is nothing at {request.path}.")


def failed(request: HttpRequest) -> HttpResponse:
    if not _is_api(request):
        return server_error(request)
    return problem(500, "The site made a mistake; it has been logged.")
