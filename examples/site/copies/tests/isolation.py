"""What keeps tests away from data, tasks and rate counts of anything else on the same services."""

import shutil
import tempfile
from unittest import mock

from django.test import override_settings

plain_storages = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}


class Isolated:
    """Media in a folder of the test's own; tasks recorded instead of sent; no TLS redirect, no rate limits."""

    def setUp(self) -> None:
        super().setUp()
        media = tempfile.mkdtemp()
        self.addCleanup(shutil.rmtree, media)
        settings = override_settings(
            MEDIA_ROOT=media,
            STORAGES=plain_storages,
            ALLOWED_HOSTS=["testserver"],
            SECURE_SSL_REDIRECT=False,
            RATELIMIT_ENABLE=False,
            ADMIN_TOKEN="token-of-the-operator",
            PASSWORD_HASHERS=["django.contrib.auth.hashers.MD5PasswordHasher"],
        )
        settings.enable()
        self.addCleanup(settings.disable)
        publish = mock.patch("celery.app.task.Task.delay")
        self.delay = publish.start()
        self.addCleanup(publish.stop)
