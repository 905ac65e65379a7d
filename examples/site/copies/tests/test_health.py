from unittest import mock

from django.db import OperationalError
from django.test import TestCase, override_settings

from copies.tests.isolation import Isolated

NOWHERE = "redis://:hunter2@127.0.0.1:1/0"


class HealthTests(Isolated, TestCase):
    def test_everything_is_there(self) -> None:
        with override_settings(SOCLE_RELEASE="r42"):
            response = self.client.get("/health/")
        self.assertEqual(response.status_code, 200)
        body = response.json()
        self.assertEqual((body["status"], body["release"], body["checks"]["database"]), ("ok", "r42", "ok"))
        self.assertEqual(body["checks"]["redis"], "ok")
        self.assertEqual(response["X-Release"], "r42")
        self.assertIn("no-store", response["Cache-Control"])

    @override_settings(REDIS_URL=NOWHERE, CELERY_BROKER_URL=NOWHERE)
    def test_without_redis_it_says_so_and_tells_no_secret(self) -> None:
        with self.assertLogs("core.health", "WARNING"):
            response = self.client.get("/health/")
        self.assertEqual(response.status_code, 503)
        self.assertEqual(response.json()["failed"], ["redis"])
        self.assertNotContains(response, "hunter2", status_code=503)

    @override_settings(CELERY_BROKER_URL=NOWHERE)
    def test_a_broker_of_its_own_is_checked_too(self) -> None:
        with self.assertLogs("core.health", "WARNING"):
            self.assertEqual(self.client.get("/health/").json()["failed"], ["broker"])

    def test_without_the_database(self) -> None:
        with (
            mock.patch("core.health.connection.cursor", side_effect=OperationalError("role site at db.internal")),
            self.assertLogs("core.health", "WARNING"),
        ):
            response = self.client.get("/health/")
        self.assertEqual((response.status_code, response.json()["failed"]), (503, ["database"]))
        self.assertNotContains(response, "db.internal", status_code=503)

    @override_settings(SECURE_SSL_REDIRECT=True)
    def test_a_probe_by_plain_http_is_not_redirected_but_pages_are(self) -> None:
        self.assertEqual(self.client.get("/health/").status_code, 200)
        self.assertEqual(self.client.get("/api/session/").status_code, 301)
        self.assertEqual(self.client.get("/api/session/", headers={"X-Forwarded-Proto": "https"}).status_code, 200)

    def test_a_host_that_is_not_the_sites_is_refused(self) -> None:
        self.assertEqual(self.client.get("/health/", headers={"Host": "other.example"}).status_code, 400)
