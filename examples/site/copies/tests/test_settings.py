import os
import subprocess
import sys
import tempfile
from pathlib import Path
from unittest import mock

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.test import SimpleTestCase

from core.environment import Environment
from core.pulse import verdict

GOOD = {
    "SECRET_KEY": "k3y-of-more-than-fifty-characters-0123456789-abcdefghijk",
    "DATABASE_URL": "postgres://site:p%40ss@db.internal:5433/site",
    "REDIS_URL": "redis://redis:6379/0",
    "ALLOWED_HOSTS": "site.example",
}


def manage(*arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
    keep = {name: os.environ[name] for name in ("PATH", "LANG") if name in os.environ}
    return subprocess.run(
        [sys.executable, "manage.py", *arguments],
        cwd=settings.BASE_DIR,
        env={**keep, **variables},
        capture_output=True,
        text=True,
        check=False,
    )


class SettingsTests(SimpleTestCase):
    """Each in a process of its own, with exactly the environment that is named."""

    def test_a_production_environment_passes_djangos_own_deployment_check(self) -> None:
        result = manage("check", "--deploy", "--fail-level", "WARNING", **GOOD)
        self.assertEqual(result.returncode, 0, result.stderr)

    def test_the_check_would_notice_cookies_that_are_not_secure(self) -> None:
        result = manage("check", "--deploy", "--fail-level", "WARNING", **GOOD, SESSION_COOKIE_SECURE="false")
        self.assertNotEqual(result.returncode, 0)
        self.assertIn("security.W012", result.stderr)

    def test_everything_missing_is_told_at_once_without_a_traceback(self) -> None:
        result = manage("check")
        self.assertNotEqual(result.returncode, 0)
        for name in ("SECRET_KEY is not set", "DB_NAME is not set", "REDIS_URL is not set"):
            self.assertIn(name, result.stderr)
        self.assertNotIn("Traceback", result.stderr)

    def test_contradictions_and_typing_errors_are_refused(self) -> None:
        for variables, message in (
            ({"DEBUG": "true"}, "DEBUG is true while DJANGO_ENV is production"),
            ({"DEBUG": "maybe"}, "DEBUG is 'maybe'"),
            ({"CSRF_TRUSTED_ORIGINS": "site.example"}, "https://site.example"),
            ({"THROTTLE_USER": "many"}, "THROTTLE_USER is 'many'"),
            ({"CELERY_VISIBILITY_TIMEOUT": "60"}, "CELERY_VISIBILITY_TIMEOUT is 60"),
            ({"SECRET_KEY_FILE": "/nowhere/key", "SECRET_KEY": ""}, "cannot read /nowhere/key"),
        ):
            with self.subTest(variables=variables):
                result = manage("check", **{**GOOD, **variables})
                self.assertNotEqual(result.returncode, 0)
                self.assertIn(message, result.stderr)

    def test_what_the_variables_become(self) -> None:
        script = (
            "from django.conf import settings as s; d = s.DATABASES['default'];"
            "print(d['PASSWORD'], d['HOST'], d['PORT'], s.SECRET_KEY_FALLBACKS, s.SECURE_HSTS_SECONDS, s.EMAIL_HOST)"
        )
        more = {"SECRET_KEY_FALLBACKS": "old-one, older-one", "RESEND_API_KEY": "re_1"}
        result = manage("shell", "--no-imports", "-c", script, **GOOD, **more)
        self.assertEqual(
            result.stdout.strip(), "p@ss db.internal 5433 ['old-one', 'older-one'] 63072000 smtp.resend.com"
        )

    def test_a_value_may_come_from_a_file(self) -> None:
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder, "key")
            path.write_text("from the file\n")
            env = Environment({"KEY_FILE": str(path), "BOTH_FILE": str(path), "BOTH": "from the variable"})
            self.assertEqual((env.text("KEY"), env.text("BOTH")), ("from the file", "from the variable"))
            env.conclude()

    def test_numbers(self) -> None:
        env = Environment({"GOOD": "12", "BAD": "-1", "LOW": "0"})
        self.assertEqual((env.number("GOOD", 1), env.number("ABSENT", 7)), (12, 7))
        env.number("BAD", 1)
        env.number("LOW", 1, least=1)
        with self.assertRaisesMessage(ImproperlyConfigured, "LOW is '0'; use a whole number of at least 1."):
            env.conclude()


class PulseTests(SimpleTestCase):
    def test_fresh_stale_and_absent(self) -> None:
        with tempfile.TemporaryDirectory() as folder, mock.patch.dict(os.environ, CELERY_PULSE_DIR=folder):
            path = Path(folder, "celery-worker.pulse")
            self.assertIn("does not exist", verdict("worker", 10) or "")
            path.touch()
            self.assertIsNone(verdict("worker", 10))
            os.utime(path, (0, 0))
            self.assertIn("hangs or lost its broker", verdict("worker", 10) or "")
