"""The site's project: settings, addresses, and the WSGI, ASGI and Celery entry points."""

# Loaded with Django, so that every `task.delay()` in a web process uses the configured broker.
from core.celery import app as celery_app

__all__ = ["celery_app"]
