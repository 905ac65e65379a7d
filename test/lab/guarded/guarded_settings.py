"""The sample site with one more application, whose migrations fail in every way."""

from core.settings import *  # noqa: F403

INSTALLED_APPS = [*INSTALLED_APPS, "guarded"]  # noqa: F405
