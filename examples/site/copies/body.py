"""The JSON object that a request carries."""

import json

from django.http import HttpRequest


class NotAnObject(Exception):
    """The body is not a JSON object."""


def json_object(request: HttpRequest) -> dict[str, object]:
    try:
        body = json.loads(request.body)
    except ValueError as error:
        raise NotAnObject from error
    if not isinstance(body, dict):
        raise NotAnObject
    return body
