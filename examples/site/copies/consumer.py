"""The WebSocket of a signed-in user: it tells each copy that changed."""

from channels.generic.websocket import AsyncJsonWebsocketConsumer
from django.conf import settings

from copies.notice import group_of

SIGNED_OUT = 4401


class CopiesConsumer(AsyncJsonWebsocketConsumer):
    group: str | None = None

    async def connect(self) -> None:
        user = self.scope["user"]
        if not user.is_authenticated:
            await self.close()  # before acceptance: the handshake is answered with 403
            return
        self.group = group_of(user.pk)
        await self.channel_layer.group_add(self.group, self.channel_name)
        await self.accept()
        await self.send_json({"type": "ready", "release": settings.SOCLE_RELEASE or None})

    async def disconnect(self, code: int) -> None:
        if self.group:
            await self.channel_layer.group_discard(self.group, self.channel_name)

    async def receive_json(self, content: object, **_: object) -> None:
        if content == {"type": "ping"}:
            await self.send_json({"type": "pong"})

    async def copy_changed(self, event: dict[str, object]) -> None:
        await self.send_json({"type": "copy", "copy": event["copy"]})

    async def signed_out(self, _event: dict[str, object]) -> None:
        await self.close(code=SIGNED_OUT)
