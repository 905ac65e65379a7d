import ipaddress
import json
import secrets

from django.contrib.auth.models import User
from django.test import Client, TestCase, override_settings

from copies.tests.isolation import Isolated
from core.rates import Rate


def stranger() -> str:
    """An address whose requests nobody has counted yet: the counts live in a Redis that others may use too."""
    return str(ipaddress.IPv6Address(0x20010DB8 << 96 | secrets.randbits(96)))


class SessionTests(Isolated, TestCase):
    def setUp(self) -> None:
        super().setUp()
        User.objects.create_user("ada", password="analytical-engine")
        self.browser = Client(enforce_csrf_checks=True)

    def sign_in(self, password: str = "analytical-engine", token: str | None = None):
        token = token or self.browser.get("/api/session/").json()["csrf_token"]
        body = json.dumps({"username": "ada", "password": password})
        return self.browser.post(
            "/api/session/", body, content_type="application/json", headers={"X-CSRFToken": token}
        )

    def test_signing_in_and_out(self) -> None:
        self.assertIsNone(self.browser.get("/api/session/").json()["user"])
        response = self.sign_in()
        self.assertEqual(response.status_code, 200)
        self.assertEqual(response.json()["user"], {"username": "ada", "staff": False})
        self.assertEqual(self.browser.get("/api/session/").json()["user"]["username"], "ada")
        token = response.json()["csrf_token"]
        gone = self.browser.delete("/api/session/", headers={"X-CSRFToken": token})
        self.assertIsNone(gone.json()["user"])
        self.assertEqual(self.browser.get("/api/copies/").status_code, 401)

    def test_a_wrong_password_says_nothing_about_which_part_was_wrong(self) -> None:
        response = self.sign_in("difference-engine")
        self.assertEqual(response.status_code, 401)
        self.assertEqual(response.json()["detail"], "The username or the password is not right.")

    def test_without_the_csrf_token_nobody_signs_in(self) -> None:
        response = self.sign_in(token="x" * 64)
        self.assertEqual(response.status_code, 403)
        self.assertEqual(response["Content-Type"], "application/problem+json")

    def test_bodies_that_are_not_credentials(self) -> None:
        for body in ("", "[]", "{", '{"username": "ada"}', '{"username": 1, "password": "x"}', '{"username": "a\\u0000", "password": "x"}'):
            with self.subTest(body=body):
                self.assertEqual(self.client.post("/api/session/", body, content_type="application/json").status_code, 400)

    @override_settings(RATELIMIT_ENABLE=True, THROTTLE_SIGN_IN=Rate(3, 3600), THROTTLE_ANON=Rate(1000, 3600))
    def test_guessing_is_slowed_down_by_address(self) -> None:
        first, second = stranger(), stranger()

        def guess(address: str) -> int:
            return self.client.post(
                "/api/session/", "{}", content_type="application/json", headers={"X-Forwarded-For": f"6.6.6.6, {address}"}
            ).status_code

        self.assertEqual([guess(first) for _ in range(5)], [400, 400, 400, 429, 429])
        self.assertEqual(guess(second), 400)

    @override_settings(RATELIMIT_ENABLE=True, THROTTLE_ANON=Rate(2, 3600))
    def test_anonymous_requests_are_limited_and_told_when_to_return(self) -> None:
        here = {"X-Forwarded-For": stranger()}
        answers = [self.client.get("/api/session/", headers=here) for _ in range(3)]
        self.assertEqual([answer.status_code for answer in answers], [200, 200, 429])
        self.assertGreater(int(answers[-1]["Retry-After"]), 0)
