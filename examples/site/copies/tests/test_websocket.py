from asgiref.sync import sync_to_async
from channels.testing import WebsocketCommunicator
from django.conf import settings
from django.contrib.auth.models import User
from django.test import Client, TransactionTestCase

from copies.models import Copy
from copies.notice import announce, dismiss
from copies.tests.isolation import Isolated
from copies.tests.pdf import pdf_upload
from core.asgi import allowed_origins, application

HOST = next(host for host in allowed_origins if "*" not in host and "://" not in host)


class WebSocketTests(Isolated, TransactionTestCase):
    """Through the whole ASGI application and the real channel layer."""

    def cookie_of(self, user: User) -> str:
        client = Client()
        client.force_login(user)
        return client.cookies[settings.SESSION_COOKIE_NAME].value

    def socket(self, cookie: str = "", origin: str = f"https://{HOST}") -> WebsocketCommunicator:
        headers = [(b"host", HOST.encode()), (b"origin", origin.encode())]
        if cookie:
            headers.append((b"cookie", f"{settings.SESSION_COOKIE_NAME}={cookie}".encode()))
        return WebsocketCommunicator(application, "/ws/copies/", headers=headers)

    async def test_a_processed_copy_reaches_its_owner_only(self) -> None:
        ada = await User.objects.acreate(username="ada")
        eve = await User.objects.acreate(username="eve")
        copy = await sync_to_async(Copy.objects.create)(owner=ada, file=pdf_upload(), original_name="a.pdf", title="A")
        hers = self.socket(await sync_to_async(self.cookie_of)(ada))
        others = self.socket(await sync_to_async(self.cookie_of)(eve))
        self.assertTrue((await hers.connect())[0])
        self.assertTrue((await others.connect())[0])
        self.assertEqual((await hers.receive_json_from())["type"], "ready")
        self.assertEqual((await others.receive_json_from())["type"], "ready")
        await sync_to_async(announce)(copy)
        self.assertEqual(await hers.receive_json_from(timeout=5), {"type": "copy", "copy": copy.as_json()})
        self.assertTrue(await others.receive_nothing(timeout=0.3))
        await hers.send_json_to({"type": "ping"})
        self.assertEqual(await hers.receive_json_from(), {"type": "pong"})
        await sync_to_async(dismiss)(ada.pk)
        self.assertEqual(await hers.receive_output(timeout=5), {"type": "websocket.close", "code": 4401})
        await hers.disconnect()
        await others.disconnect()

    async def test_nobody_connects_without_signing_in(self) -> None:
        for cookie in ("", "no-such-session"):
            accepted, _ = await self.socket(cookie).connect()
            self.assertFalse(accepted)

    async def test_pages_of_other_sites_cannot_use_the_session(self) -> None:
        ada = await User.objects.acreate(username="ada")
        cookie = await sync_to_async(self.cookie_of)(ada)
        for origin in ("https://evil.example", f"https://{HOST}.evil.example", "null"):
            accepted, _ = await self.socket(cookie, origin).connect()
            self.assertFalse(accepted, origin)
