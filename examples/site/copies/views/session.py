"""Who is signed in: GET tells, POST signs in, DELETE signs out."""

from django.conf import settings
from django.contrib.auth import authenticate, login, logout
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.middleware.csrf import get_token
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_variables
from django.views.decorators.http import require_http_methods

from copies.body import NotAnObject, json_object
from copies.notice import dismiss
from core.problem import problem
from core.throttle import client_address, exceeds, too_many


def _whoami(request: HttpRequest) -> JsonResponse:
    user = request.user
    who = {"username": user.get_username(), "staff": user.is_staff} if user.is_authenticated else None
    return JsonResponse({"user": who, "csrf_token": get_token(request), "release": settings.SOCLE_RELEASE or None})


@sensitive_variables("username", "password", "body")
def _sign_in(request: HttpRequest) -> HttpResponse:
    if settings.RATELIMIT_ENABLE:
        wait = exceeds(settings.THROTTLE_SIGN_IN, "sign-in", client_address(request))
        if wait:
            return too_many(wait)
    try:
        body = json_object(request)
    except NotAnObject:
        return problem(400, 'Send a JSON object such as {"username": "…", "password": "…"}.')
    username, password = body.get("username"), body.get("password")
    if not (isinstance(username, str) and isinstance(password, str) and username and password):
        return problem(400, "Both username and password are needed.")
    if "\0" in username + password:
        return problem(400, "Username and password cannot hold null characters.")
    user = authenticate(request, username=username, password=password)
    if user is None:
        return problem(401, "The username or the password is not right.")
    login(request, user)
    return _whoami(request)


@never_cache
@require_http_methods(["GET", "POST", "DELETE"])
def session(request: HttpRequest) -> HttpResponse:
    if request.method == "POST":
        return _sign_in(request)
    if request.method == "DELETE" and request.user.is_authenticated:
        user_id = request.user.pk
        logout(request)
        dismiss(user_id)
    return _whoami(request)
